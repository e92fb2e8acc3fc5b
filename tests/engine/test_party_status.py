"""Status files of parties: JSON and CSV say the same, nothing is half read, and what is wrong is said of its row."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from odoo.addons.cremann_dunning.engine import party_status
from odoo.addons.cremann_dunning.engine.incoming import MOST_ROWS, Refused

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/dossier/status-1.schema.json").read_text())
PAID = {
    "id": "A-2", "handover": "OVD/1", "date": "2026-11-12", "status": "paid", "received": "1250.00", "fees": "125.00",
    "claims": [{"number": "INV/1", "received": "1000.00"}, {"number": "INV/2", "received": "250.00"}],
    "reference": "D-88", "note": "In two parts",
}  # fmt: skip
FIRST = {"id": "A-1", "handover": "OVD/1", "date": "2026-11-02", "status": "received"}


def status(*rows, **more):
    rows = rows or (FIRST, PAID)
    data = {"format": "dunning-status", "version": 1, "party": {"name": "Incasso Partners"}, "rows": list(rows)}
    return {**data, "count": len(rows), **more}


def read(data):
    return party_status.read("status.json", json.dumps(data).encode())


def codes(row):
    return [code for code, _params in row.problems]


def test_schema_and_reader_agree():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["row"]["properties"]["status"]["enum"] == list(party_status.STATUSES)
    data = status(made_on="2026-11-16", received="1250.00", creditor={"name": "Kaai", "company_number": "30201234"})
    Draft202012Validator(SCHEMA).validate(data)
    told = read(data)
    assert [codes(row) for row in told.rows] == [[], []]
    first, paid = told.rows
    assert (first.received, first.claims, first.date) == (Decimal(0), (), date(2026, 11, 2))
    assert (paid.received, paid.fees, paid.reference) == (Decimal("1250.00"), Decimal("125.00"), "D-88")
    assert paid.claims == (("INV/1", Decimal("1000.00")), ("INV/2", Decimal("250.00")))
    assert told.party == {"name": "Incasso Partners"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"date": "12-11-2026"}, "DATE"),
        ({"date": "2026-02-30"}, "DATE"),
        ({"date": 20261112}, "DATE"),
        ({"date": None}, "DATE"),
        ({"status": "Paid"}, "STATUS"),
        ({"status": ["paid"]}, "STATUS"),
        ({"received": 1250}, "AMOUNT"),
        ({"received": "1250"}, "AMOUNT"),
        ({"received": "1250,00"}, "AMOUNT"),
        ({"received": "-1.00"}, "AMOUNT"),
        ({"fees": "1.001"}, "AMOUNT"),
        ({"fees": "١.00"}, "AMOUNT"),
        ({"costs": None}, "AMOUNT"),
        ({"currency": "euro"}, "CURRENCY"),
        ({"id": ""}, "NO_ID"),
        ({"id": 7}, "TEXT"),
        ({"id": "x" * 81}, "TEXT"),
        ({"handover": " "}, "NO_HANDOVER"),
        ({"note": "a\u0000b"}, "TEXT"),
        ({"note": "\ud800"}, "TEXT"),
        ({"claims": [{"number": "INV/1", "received": "1.00"}]}, "CLAIMS_SUM"),
        ({"claims": [{"number": "INV/1"}]}, "CLAIMS"),
        ({"claims": {"number": "INV/1", "received": "1250.00"}}, "CLAIMS"),
        ({"paid": "1.00"}, "UNKNOWN_KEY"),
    ],
)
def test_what_is_wrong_with_a_row(change, code):
    told = read(status(FIRST, {**PAID, **change}))
    assert codes(told.rows[0]) == []
    assert code in codes(told.rows[1])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (status(count=3), "COUNT"),
        (status(count=1), "COUNT"),
        (status(count=True), "COUNT"),
        (status(count="2"), "COUNT"),
        (status(received="1250.01"), "TOTAL"),
        (status(received=1250), "TOTAL"),
        (status(version=2), "VERSION"),
        (status(version=True), "VERSION"),
        (status(format="something"), "NO_STATUS"),
        (status(party="Incasso Partners"), "NO_STATUS"),
        (status(party={"registration": "1"}), "NO_STATUS"),
        (status(party={"name": "a\u0000"}), "NO_STATUS"),
        (status(rows=[], count=0), "NO_ROWS"),
        (status(extra=1), "UNKNOWN_KEY"),
        ([1], "NO_STATUS"),
        ({"rows": {}}, "NO_STATUS"),
    ],
)
def test_what_is_refused_as_a_whole(data, code):
    with pytest.raises(Refused) as refused:
        read(data)
    assert refused.value.code == code


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_half_a_file_is_refused(share):
    text = json.dumps(status())
    with pytest.raises(Refused) as refused:
        party_status.read("status.json", text[: int(len(text) * share)].encode())
    assert refused.value.code in ("CUT_OFF", "BROKEN_JSON")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY"),
        (b"   \n", "EMPTY"),
        (b"{nothing}", "BROKEN_JSON"),
        (b'{"count": NaN}', "BROKEN_JSON"),
        (b'{"count": ' + b"9" * 5000 + b"}", "BROKEN_JSON"),
        (b"[" * 200000, "BROKEN_JSON"),
        (b'{"format": "a", "format": "b"}', "TWIN_KEYS"),
        (b"\x00\x01\x02" * 40, "NO_TEXT"),
        (b" " * (party_status.LARGEST + 1), "TOO_BIG"),
        (b"name;town\nA;B\n", "MISSING"),
        (b"overdracht;datum;datum;status\n", "TWICE"),
        (b"overdracht;datum;status\n", "NO_ROWS"),
        (b'overdracht;datum;status\nOVD/1;2026-11-02;"paid\n', "QUOTES"),
    ],
)
def test_files_that_say_nothing(content, code):
    with pytest.raises(Refused) as refused:
        party_status.read("file.csv", content)
    assert refused.value.code == code


def test_too_many_rows():
    with pytest.raises(Refused) as refused:
        read(status(*[{**FIRST, "id": str(place)} for place in range(MOST_ROWS + 1)]))
    assert refused.value.code == "TOO_MANY"


CSV = """Overdracht;Datum;Status;Ontvangen;Honorarium;Factuur;Dossier;Toelichting;Kleur
OVD/1;02-11-2026;Dossier ontvangen;;;;D-88;;rood
OVD/1;12-11-2026;betaald;1.250,00;125,00;INV/1;D-88;In één keer;
"""


def test_csv_as_people_keep_it():
    for encoding in ("utf-8-sig", "cp1252"):
        told = party_status.read("stand.csv", CSV.encode(encoding))
        assert told.unknown == ("Kleur",)
        first, paid = told.rows
        assert [codes(row) for row in told.rows] == [[], []]
        assert (first.status, first.date, first.place) == ("received", date(2026, 11, 2), 2)
        assert (paid.received, paid.fees, paid.note) == (Decimal("1250.00"), Decimal("125.00"), "In één keer")
        assert paid.claims == (("INV/1", Decimal("1250.00")),)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("OVD/1;03/04/2026;betaald;1,00", "DATE_TWO_WAYS"),
        ("OVD/1;31-12-2026;betaald;1.250", "AMOUNT_TWO_WAYS"),
        ("OVD/1;31-12-2026;betaald;-1,00", "NEGATIVE"),
        ("OVD/1;31-12-2026;betaald;1,0055", "AMOUNT"),
        ("OVD/1;31-12-2026;betaald;veel", "AMOUNT"),
        ("OVD/1;31-12-2026;betaald;99999999999,00", "AMOUNT"),
        ("OVD/1;31-12-2026;misschien;1,00", "STATUS"),
        (";31-12-2026;betaald;1,00", "NO_HANDOVER"),
        ("OVD/1;31-12-2026;betaald", "WIDTH"),
        ("OVD/1;31-12-2026;betaald;1,00;meer", "WIDTH"),
    ],
)
def test_what_is_wrong_with_a_row_of_a_table(row, code):
    told = party_status.read("stand.csv", f"Overdracht;Datum;Status;Ontvangen\n{row}\n".encode())
    assert code in codes(told.rows[0])


def test_what_makes_a_row_once():
    twice = CSV + CSV.splitlines()[2] + "\n"
    keys = [row.key for row in party_status.read("stand.csv", twice.encode()).rows]
    assert len(set(keys)) == 3  # the same said twice in one file happened twice
    assert keys == [row.key for row in party_status.read("another.csv", twice.encode()).rows]
    before, after = (read(status(FIRST, {**PAID, "note": note})).rows[1] for note in ("a", "b"))
    assert before.key == after.key  # by its id
    assert before.content != after.content  # that says something else now
    told = read(status(FIRST, {**PAID, "id": "A-1"}))
    assert all("SAME_ID" in codes(row) for row in told.rows)
