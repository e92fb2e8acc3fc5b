"""Tables of claims as people keep them: encodings, headings, amounts and days; nothing is guessed."""

from datetime import date
from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.engine import incoming

HEAD = "Klant;Factuurnummer;Bedrag"


def rows_of(content):
    return incoming.table(incoming.from_text(incoming.decode(content)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encodings_and_separators(encoding, separator):
    text = separator.join(["Debiteur", "Numéro de facture", "Totaal incl. BTW"]) + "\r\n"
    text += separator.join(["Café Zoë & Señor", "2025-17", '"1.234,56"']) + "\r\n\r\n"
    rows, unknown = rows_of(text.encode(encoding))
    assert rows == [{"debtor": "Café Zoë & Señor", "number": "2025-17", "amount": "1.234,56", "extra": "", "row": 2}]
    assert unknown == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY"),
        (b" \r\n ", "EMPTY"),
        (b"\xef\xbb\xbf", "EMPTY"),
        (b"%PDF\x00\x00\x01\x02", "NO_TEXT"),
        (b"\xff\xfeK", "NO_TEXT"),
        (HEAD.encode(), "NO_ROWS"),
        (b"a;b;c\n1;2;3", "MISSING"),
        (b"Klant;Bedrag\nx;1", "MISSING"),
        (b"Factuurnummer;Bedrag\nx;1", "MISSING"),
        (b"Klant;Naam;Factuurnummer;Bedrag\nx;y;1;1", "TWICE"),
        (HEAD.encode() + b'\nx;"1;2\n3;4;5', "QUOTES"),
        (HEAD.encode() + b"\nx;1;1" * (incoming.MOST_ROWS + 1), "TOO_MANY"),
    ],
)
def test_files_of_which_nothing_can_be_taken(content, code):
    with pytest.raises(incoming.Refused) as refused:
        rows_of(content)
    assert refused.value.code == code


def test_as_many_rows_as_may_be():
    rows, _unknown = rows_of(HEAD.encode() + b"\nx;1;1" * incoming.MOST_ROWS)
    assert len(rows) == incoming.MOST_ROWS


def test_what_is_said_of_columns():
    with pytest.raises(incoming.Refused) as refused:
        rows_of(b"Foo;Bedrag\n1;2")
    assert refused.value.params == {"columns": ["debtor", "number"], "found": ["Foo", "Bedrag"]}
    rows, unknown = rows_of(b"Klant;Factuurnummer;Bedrag;Openstaand;Kleur\nx;1;10;4;rood;99;\ny;2;10")
    assert unknown == ["Kleur"]
    assert (rows[0]["open"], rows[0]["amount"], rows[0]["extra"]) == ("4", "10", "99")
    assert (rows[1]["open"], rows[1]["extra"]) == ("", "")


def test_every_heading_is_one_column():
    """No heading is in two lists, or files would be read by chance."""
    for column, headings in incoming.HEADINGS.items():
        for heading in headings.split(","):
            assert incoming.KNOWN[incoming.plain(heading)] == column, heading


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("1.234,56", "1234.56", None),
        ("1,234.56", "1234.56", None),
        ("1 234,56", "1234.56", None),
        ("1\u00a0234,56", "1234.56", None),
        ("1'234.56", "1234.56", None),
        ("1.234.567", "1234567", None),
        ("1.234.567,8", "1234567.8", None),
        ("12", "12", None),
        ("12,5", "12.5", None),
        ("0.125", "0.125", None),
        ("1234.567", "1234.567", None),
        ("€ 12,50", "12.50", "EUR"),
        ("12,50 EUR", "12.50", "EUR"),
        ("usd 5", "5", "USD"),
        ("12,-", "12", None),
        ("€ 1.200,--", "1200", "EUR"),
        ("-12,50", "-12.50", None),
        ("€ -12,50", "-12.50", "EUR"),
        ("12,50-", "-12.50", None),
        ("(12,50)", "-12.50", None),
        ("\u221212", "-12", None),
        ("+3", "3", None),
    ],
)
def test_amounts(text, value, currency):
    assert incoming.amount(text) == (Decimal(value), currency)


@pytest.mark.parametrize(
    "text", ["", "x", "1,2,3", "1.23.456", "1.234,5,6", "--1", "-1-", "1e5", "1 2", "12,5.0,1", "=1+1"]
)
def test_no_amounts(text):
    with pytest.raises(incoming.Unreadable) as error:
        incoming.amount(text)
    assert not isinstance(error.value, incoming.Ambiguous)


def test_amounts_that_can_be_two():
    for text in ("1.234", "1,234", "€ 12.345", "-123,456"):
        with pytest.raises(incoming.Ambiguous):
            incoming.amount(text)
    assert incoming.amount("1.234", ",")[0] == 1234
    assert incoming.amount("1.234", ".")[0] == Decimal("1.234")
    for texts, mark in (
        (["1.234", "12,50"], ","),
        (["1.234", "1.234.567"], ","),
        (["1,234", "12.5"], "."),
        (["1.234", "5"], None),
        (["12,50", "12.50"], None),
        (["x", ""], None),
    ):
        assert incoming.decimal_mark(texts) == mark, texts


def test_days():
    last = date(2026, 12, 31)
    for text in (
        "2026-12-31",
        "31-12-2026",
        "31/12/2026",
        "12/31/2026",
        "31.12.2026",
        "20261231",
        "2026-12-31 00:00:00",
    ):
        assert incoming.day(text) == last, text
    assert incoming.day("3-3-2026") == date(2026, 3, 3)
    assert incoming.day("03.04.2026") == date(2026, 4, 3)
    for text in ("", "31-12-26", "2026-13-01", "30-02-2026", "31 dec 2026", "31-12/2026", "32-13-2026", "00-01-2026"):
        with pytest.raises(incoming.Unreadable) as error:
            incoming.day(text)
        assert not isinstance(error.value, incoming.Ambiguous), text


def test_days_that_can_be_two():
    for text in ("03/04/2026", "03-04-2026", "12/11/2026"):
        with pytest.raises(incoming.Ambiguous):
            incoming.day(text)
    assert incoming.day("03/04/2026", incoming.DAY_FIRST) == date(2026, 4, 3)
    assert incoming.day("03/04/2026", incoming.MONTH_FIRST) == date(2026, 3, 4)
    assert incoming.day_order(["03/04/2026", "12/04/2026"]) is None
    assert incoming.day_order(["03/04/2026", "13/04/2026"]) == incoming.DAY_FIRST
    assert incoming.day_order(["03/04/2026", "04/13/2026"]) == incoming.MONTH_FIRST
    assert incoming.day_order(["13/04/2026", "04/13/2026"]) is None
