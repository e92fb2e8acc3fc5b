"""The worked examples and rate tables of the law reference, as the tests use them."""

import csv
import json
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from odoo.addons.cremann_dunning.law.interest import RateTable

DATA = Path(__file__).parent / "data"

# How often the law sets each rate; the Dutch consumer rate changes by decree, at will.
MONTHS = {"nl_trade": 6, "be_trade": 6, "be_legal": 12}


@cache
def oracles() -> dict:
    return json.loads((DATA / "oracles.json").read_text())


def cases(group: str) -> list[dict]:
    return oracles()[group]["cases"]


@cache
def table(kind: str) -> RateTable:
    with (DATA / "rates.csv").open(newline="") as lines:
        rows = [
            (date.fromisoformat(row["valid_from"]), Decimal(row["rate_percent"]))
            for row in csv.DictReader(lines)
            if row["kind"] == kind
        ]
    return RateTable.from_rows(rows, kind, MONTHS.get(kind))


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def D(text: str) -> Decimal:
    return Decimal(text)
