"""What a receipt on the bank points to: the table of docs/receipts.md, hits that must not be, and the speed."""

from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.engine.receipt_text import keys_of, reference_key
from odoo.addons.cremann_dunning.engine.receipts import (
    CERTAIN,
    LIKELY,
    WEAK,
    Asked,
    Book,
    Owed,
    Person,
    Receipt,
)

JANSEN, PEETERS, MEDIA, FAMILY, SON = 1, 2, 3, 4, 5
IBAN_JANSEN, IBAN_PEETERS, IBAN_FAMILY = "NL44RABO0123456789", "BE71096123456769", "NL20INGB0001234567"
OWN = "NL91ABNA0417164300"
RF = "RF18539007547034"


def owed(id_, debtor, number, amount="100.00", **values):
    fixed = {"numbers": (number,) if number else (), "due": f"2026-01-{id_:02d}"} | values
    return Owed(id_, debtor, fixed.pop("currency", "EUR"), Decimal(amount), **fixed)


CLAIMS = (
    owed(1, JANSEN, "INV/2026/00012", "121.00"),
    owed(2, JANSEN, "INV/2026/00013", "60.50", also=("PO 45001234",)),
    owed(3, PEETERS, "INV/2026/00014", "250.00", reference="+++090/9337/55493+++"),
    owed(4, MEDIA, "20260115", "999.99"),  # a date as well
    owed(5, MEDIA, "12", "75.00"),
    owed(6, FAMILY, "F-441", "40.00"),
    owed(7, SON, "INV/2026/00015", "45.00"),
    owed(8, PEETERS, "9001", "12.00", reference=RF),
    owed(9, SON, "INV/2026/00099", "80.00", currency="USD"),
)
PEOPLE = (
    Person(JANSEN, ("Bakkerij Jansen B.V.",), (IBAN_JANSEN,)),
    Person(PEETERS, ("Peeters & Zonen BVBA",), ("BE71 0961 2345 6769",)),
    Person(MEDIA, ("3rd party Media",)),
    Person(FAMILY, ("Marie de Vries",), (IBAN_FAMILY,)),
    Person(SON, ("Kees de Vries",), (IBAN_FAMILY,)),
)
BOOK = Book(CLAIMS, PEOPLE, [Asked("EUR", Decimal("161.50"), frozenset({1}))], [OWN])


def look(text="", amount="1.00", book=BOOK, currency="EUR", **values):
    return book.find(Receipt(1, currency, Decimal(amount), text, **values))


def told(found):
    """``(certainty, ids of the claims, reasons, shared)``."""
    return found.certainty, [part.line_id for part in found.parts], {part.reason for part in found.parts}, found.shared


@pytest.mark.parametrize(
    ("text", "amount", "values", "certainty", "claims", "reason"),
    [
        # references with check digits
        ("+++090/9337/55493+++", "250.00", {}, CERTAIN, [3], "structured"),
        ("090933755493", "100.00", {}, CERTAIN, [3], "structured"),  # a part of it
        ("***090/9337/55493***", "250.01", {}, LIKELY, [3], "structured"),  # more than is open
        (f"/REMI/STRD/CUR/{RF}/", "12.00", {}, CERTAIN, [8], "structured"),
        ("RF18 5390 0754 7034", "12.00", {}, CERTAIN, [8], "structured"),
        # numbers, as people and banks write them
        ("INV/2026/00012", "121.00", {}, CERTAIN, [1], "number"),
        ("betaling factuur inv-2026-12", "121.00", {}, CERTAIN, [1], "number"),
        ("FactuurINV202600012", "121.00", {}, WEAK, [1], "amount"),  # glued: nobody could say where the number begins
        ("inv 2026 00012.", "121.00", {}, CERTAIN, [1], "number"),
        ("INV/2026/0\n0012 dank", "121.00", {}, CERTAIN, [1], "number"),  # cut by the end of a line
        ("ｉｎｖ２０２６/00012", "121.00", {}, CERTAIN, [1], "number"),
        ("<p>INV/2026/00012</p>", "121.00", {}, CERTAIN, [1], "number"),
        ("202600012", "121.00", {}, LIKELY, [1], "number"),  # without its letters
        ("factuurnr.2026/00012", "5.00", {}, LIKELY, [1], "number"),
        ("/REMI/202600012/EREF/NOTPROVIDED", "5.00", {}, LIKELY, [1], "number"),
        ("BILL/2026/00012 RINV2026/00012", "5.00", {}, "", [], None),  # of another series
        ("INV/2026/00012", "100.00", {}, LIKELY, [1], "number"),  # a part, and nobody says by whom
        ("INV/2026/00012", "100.00", {"account": IBAN_JANSEN}, CERTAIN, [1], "number"),
        ("INV/2026/00012", "100.00", {"name": "BAKKERIJ JANSEN"}, CERTAIN, [1], "number"),
        ("INV/2026/00012", "161.50", {}, CERTAIN, [1], "number"),  # what the letter asked
        ("INV/2026/00012 en INV/2026/00013", "181.50", {}, CERTAIN, [1, 2], "number"),
        ("INV/2026/00012 en INV/2026/00014", "371.00", {}, CERTAIN, [1, 3], "number"),  # of two debtors
        ("INV/2026/00012", "121.00", {"account": IBAN_PEETERS}, LIKELY, [1], "number"),  # somebody else pays
        ("uw order PO45001234", "60.50", {}, LIKELY, [2], "number"),
        # a number that may be anything
        ("20260115", "999.99", {}, LIKELY, [4], "number"),
        ("voor 20260115", "10.00", {}, WEAK, [4], "number"),
        ("20260115", "10.00", {"name": "Third Party Media BV"}, WEAK, [4], "number"),
        ("20260115", "999.99", {"name": "3RD PARTY MEDIA"}, CERTAIN, [4], "number"),
        ("441", "40.00", {}, LIKELY, [6], "number"),
        ("441", "40.01", {}, "", [], None),
        ("nr 12", "75.00", {}, WEAK, [5], "amount"),  # two figures are no number
        # accounts
        ("", "60.50", {"account": "NL44 RABO 0123 4567 89"}, CERTAIN, [2], "account"),
        ("", "181.50", {"account": IBAN_JANSEN}, CERTAIN, [1, 2], "account"),
        ("", "161.50", {"account": IBAN_JANSEN}, CERTAIN, [1], "account"),
        ("", "150.00", {"account": IBAN_JANSEN}, LIKELY, [1, 2], "account"),
        (f"/TRTP/SEPA OVERBOEKING/IBAN/{IBAN_JANSEN}/NAME/X/", "60.50", {}, CERTAIN, [2], "account"),
        ("INV/2025/00001", "10.00", {"account": IBAN_JANSEN}, LIKELY, [1], "account"),  # paid long ago, and once more
        ("", "9.00", {"debtor": PEETERS}, LIKELY, [3], "partner"),
        ("", "250.00", {"debtor": PEETERS}, CERTAIN, [3], "partner"),
        ("INV/2026/00012", "121.00", {"debtor": 77}, LIKELY, [1], "number"),  # the partner owes nothing
        # names and amounts
        ("", "60.50", {"name": "Bakkerij Jansen"}, LIKELY, [2], "name"),
        ("Naam: BAKKERIJ JANSEN BV Omschrijving: brood", "60.50", {}, LIKELY, [2], "name"),
        ("", "60.51", {"name": "Bakkerij Jansen"}, WEAK, [1], "name"),
        ("", "60.50", {"name": "Jansen"}, LIKELY, [2], "name"),  # the bank cuts names off
        ("", "121.00", {}, WEAK, [1], "amount"),
        ("", "12.00", {}, "", [], None),  # exact, and a trifle
        ("", "33.00", {}, "", [], None),
    ],
)
def test_the_table(text, amount, values, certainty, claims, reason):
    assert told(look(text, amount, **values)) == (certainty, claims, {reason} - {None}, False)


@pytest.mark.parametrize(
    "text",
    [
        "12", "2026", "INV", "INV/2026", "INV/2026/000", "INV/2026/000121", "XINV/2026/00012", "13 14 15", "", " ",
        "20 26 01 15", "2026-01-15", "1.202.600,01 en 2", "NL44RABO0202600012", "+++090/9337/55494+++",
        "RF19539007547034", "8202600012", "2026000128", "x" * 100_000, "😀 <b></b> &amp; \x00",
    ],
)  # fmt: skip
def test_no_hit_by_chance(text):
    assert told(look(text, "33.33")) == ("", [], set(), False)


@pytest.mark.parametrize("amount", ["0.00", "-121.00"])
def test_what_went_out_is_no_receipt(amount):
    assert look("INV/2026/00012", amount).parts == ()


def test_what_we_pay_to_ourselves_is_no_receipt():
    assert look("INV/2026/00012", "121.00", account=OWN).parts == ()


def test_another_currency_is_named_and_nothing_shared_out():
    assert told(look("INV/2026/00099", "80.00")) == (LIKELY, [9], {"number"}, False)
    assert look("INV/2026/00099", "80.00").parts[0].amount == 0
    assert told(look("INV/2026/00099", "80.00", currency="USD")) == (CERTAIN, [9], {"number"}, False)


# --- of one of several ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "values", "expected"),
    [
        ("45.00", {}, (LIKELY, [7], {"account"}, False)),  # only one of them owes that
        ("30.00", {}, (LIKELY, [6, 7], {"account"}, True)),
        ("30.00", {"name": "K. de Vries"}, (LIKELY, [6, 7], {"account"}, True)),
        ("30.00", {"name": "Kees de Vries"}, (LIKELY, [7], {"account"}, False)),
    ],
)
def test_an_account_of_a_family(amount, values, expected):
    assert told(look("", amount, account=IBAN_FAMILY, **values)) == expected


@pytest.mark.parametrize(("owners", "expected"), [(1, LIKELY), (3, LIKELY), (4, "")])
def test_an_account_of_many_is_of_nobody(owners, expected):
    """A factor pays for whoever it may be."""
    claims = [owed(id_, id_, f"INV/2026/{id_:05d}", f"{100 + id_}.00") for id_ in range(1, owners + 1)]
    book = Book(claims, [Person(id_, (f"Nobody{'abcd'[id_ - 1]}",), (IBAN_JANSEN,)) for id_ in range(1, owners + 1)])
    found = look("", "9.00", book, account=IBAN_JANSEN)
    assert (found.certainty, len(found.parts), found.shared) == (expected, owners if expected else 0, 1 < owners < 4)


@pytest.mark.parametrize(
    ("amount", "values", "expected"),
    [
        ("10.00", {}, (LIKELY, [1, 2], True)),
        ("200.00", {}, (CERTAIN, [2], False)),
        ("10.00", {"account": IBAN_JANSEN}, (CERTAIN, [1], False)),
    ],
)
def test_one_number_of_two_debtors(amount, values, expected):
    """Taken in from two old systems."""
    claims = [owed(1, JANSEN, "FA-2026-7", "100.00"), owed(2, PEETERS, "FA-2026-7", "200.00")]
    found = look("fa-2026-7", amount, Book(claims, PEOPLE), **values)
    assert (found.certainty, [part.line_id for part in found.parts], found.shared) == expected


def test_an_instalment_is_the_one_that_is_paid():
    claims = [owed(1, JANSEN, "INV/2026/7", "50.00"), owed(2, JANSEN, "INV/2026/7", "70.00")]
    book = Book(claims)
    assert told(look("INV/2026/7", "70.00", book)) == (CERTAIN, [2], {"number"}, False)
    assert told(look("INV/2026/7", "120.00", book)) == (CERTAIN, [1, 2], {"number"}, False)
    assert [part.amount for part in look("INV/2026/7", "60.00", book).parts] == [Decimal(50), Decimal(10)]


@pytest.mark.parametrize(("second", "certainty"), [("0.00", CERTAIN), ("0.01", LIKELY), ("121.00", LIKELY)])
def test_what_would_be_paid_twice_is_not_certain(second, certainty):
    receipts = [
        Receipt(1, "EUR", Decimal("121.00"), "INV/2026/00012"),
        Receipt(2, "EUR", Decimal(second), "INV/2026/00012"),
    ]
    assert BOOK.find_all(receipts)[1].certainty == certainty


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("60.50", [(2, "60.50")]),
        ("60.00", [(2, "60.00")]),
        ("100.00", [(2, "60.50")]),
    ],
)
def test_what_says_only_whose_it_is_goes_to_what_no_other_pays(amount, parts):
    receipts = [
        Receipt(1, "EUR", Decimal("121.00"), "INV/2026/00012"),
        Receipt(2, "EUR", Decimal(amount), "", IBAN_JANSEN),
    ]
    found = BOOK.find_all(receipts)
    assert found[1].certainty == CERTAIN
    assert [(part.line_id, str(part.amount)) for part in found[2].parts] == parts
    assert found[2].stops


def test_where_everything_is_paid_by_others_it_stops_and_goes_nowhere():
    receipts = [
        Receipt(1, "EUR", Decimal("181.50"), "INV/2026/00012 INV/2026/00013"),
        Receipt(2, "EUR", Decimal("9.00"), "", IBAN_JANSEN),
    ]
    found = BOOK.find_all(receipts)
    assert (found[1].certainty, found[2].certainty) == (CERTAIN, LIKELY)
    assert [(part.line_id, part.amount) for part in found[2].parts] == [(1, 0)]


# --- the reference of a letter -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "certainty"),
    [
        ("310.49", CERTAIN),
        ("310.50", CERTAIN),
        ("310.51", LIKELY),
        ("321.99", LIKELY),
        ("322.00", CERTAIN),
        ("322.01", LIKELY),
    ],
)
def test_the_reference_of_a_letter(amount, certainty):
    """Over claims of one debtor; 322.00 was asked with interest and costs, 310.50 is open."""
    claims = [owed(1, JANSEN, "INV/1", "250.00"), owed(2, JANSEN, "INV/2", "60.50")]
    book = Book(claims, (), [Asked("EUR", Decimal("322.00"), frozenset({1, 2, 3}), "090933755493")])
    found = look("090/9337/55493", amount, book)
    assert told(found) == (certainty, [1, 2], {"letter"}, False)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("RF47123L", "ref rf47 123l dank"),
        ("DUN202600012", "brief DUN/2026/00012"),
        ("DUN202600012", "dun 2026 00012"),
    ],
)
def test_the_other_kinds_of_references_of_letters(key, text):
    claims = [owed(1, JANSEN, "INV/1", "250.00"), owed(2, JANSEN, "INV/2", "60.50")]
    book = Book(claims, (), [Asked("EUR", Decimal("322.00"), frozenset({1, 2}), key)])
    assert told(look(text, "322.00", book)) == (CERTAIN, [1, 2], {"letter"}, False)
    assert told(look(text.replace("12", "13"), "9.00", book)) == ("", [], set(), False)


@pytest.mark.parametrize("other", ["invoice", "letter"])
def test_the_same_reference_on_something_else(other):
    """An invoice with that reference, or a letter to somebody else: a person chooses."""
    reference = "+++090/9337/55493+++" if other == "invoice" else None
    claims = [owed(1, JANSEN, "INV/1", "50.00"), owed(2, PEETERS, "INV/2", "60.50", reference=reference)]
    letters = [Asked("EUR", Decimal("55.00"), frozenset({1}), "090933755493")]
    letters += [Asked("EUR", Decimal("60.50"), frozenset({2}), "090933755493")] * (other == "letter")
    assert told(look("+++090/9337/55493+++", "9.00", Book(claims, (), letters))) == (LIKELY, [1, 2], {"letter"}, True)


@pytest.mark.parametrize(
    ("number", "keys"),
    [
        ("INV/2026/00012", {"INV202600012": 2, "INV.2026.12": 2, "202600012": 1}),
        ("F12", {}),
        ("F-123", {"123": 0}),
        ("FA123", {"FA123": 2, "FA.123": 2, "123": 0}),
        ("2026001", {"2026001": 1}),
        ("202600012", {"202600012": 2}),
        ("12", {}),
        ("Order", {}),
        ("", {}),
        (None, {}),
    ],
)
def test_by_which_keys_a_number_is_called(number, keys):
    found = {}
    for key, strength in keys_of(number):
        found[key] = max(strength, found.get(key, 0))
    assert found == keys


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("+++090/9337/55493+++", "090933755493"),
        ("RF18 5390 0754 7034", RF),
        ("RF18000000000539007547034", RF),
        ("INV/2026/00012", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_keys_of_references(text, key):
    assert reference_key(text) == key


@pytest.mark.parametrize(
    ("text", "amount", "values", "certainty", "claims", "reason"),
    [
        # INV/11 is paid but for 12.34, INV/12 is open with 100.00
        ("INV/2026/00011", "12.34", {}, CERTAIN, [11], "number"),
        ("+++090/9337/55493+++", "5.00", {}, CERTAIN, [11], "structured"),  # a part of it
        ("+++090/9337/55493+++", "12.35", {}, LIKELY, [11], "structured"),  # more than is left
        ("INV/2026/00011 INV/2026/00012", "112.34", {}, CERTAIN, [12, 11], "number"),
        ("090/9337/55594", "112.34", {}, CERTAIN, [12, 11], "letter"),  # that of a letter about both
        ("", "12.34", {"account": IBAN_JANSEN}, CERTAIN, [11], "account"),
        ("", "112.34", {"account": IBAN_JANSEN}, CERTAIN, [12, 11], "account"),
        ("", "100.00", {"account": IBAN_JANSEN}, CERTAIN, [12], "account"),
        ("", "260.00", {"account": IBAN_JANSEN}, LIKELY, [12, 11], "account"),
        ("", "50.00", {"account": IBAN_JANSEN}, LIKELY, [12], "account"),  # invoices before rests, whatever their age
        ("", "12.34", {}, "", [], None),  # a trifle
    ],
)
def test_a_rest_is_what_is_left_of_costs_and_interest(text, amount, values, certainty, claims, reason):
    book = Book(
        [
            owed(11, JANSEN, "INV/2026/00011", "12.34", rest=True, reference="+++090/9337/55493+++"),
            owed(12, JANSEN, "INV/2026/00012", "100.00"),
        ],
        PEOPLE,
        [Asked("EUR", Decimal("112.34"), frozenset({11, 12}), "090933755594")],
    )
    found = look(text, amount, book, **values)
    assert told(found) == (certainty, claims, {reason} if reason else set(), False)


def test_whoever_pays_all_his_invoices_pays_no_rest():
    claims = [
        owed(11, JANSEN, "A-11", "12.34", rest=True),
        owed(12, JANSEN, "A-12", "60.00"),
        owed(13, JANSEN, "A-13", "40.00"),
    ]
    book = Book(claims, PEOPLE)
    for amount, expected in (("100.00", (12, 13)), ("112.34", (12, 13, 11))):
        found = look("", amount, book, account=IBAN_JANSEN)
        assert (found.certainty, tuple(part.line_id for part in found.parts)) == (CERTAIN, expected)
        assert sum(part.amount for part in found.parts) == Decimal(amount)
