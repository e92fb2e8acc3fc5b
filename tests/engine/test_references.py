"""References of payments: published examples, what is found in the texts of banks, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine.references import (
    AUTOMATIC,
    CREDITOR,
    EXAMPLES,
    FIRST,
    LAST_ID,
    NUMBER,
    STRUCTURED,
    chosen,
    creditor,
    found_in,
    normalised,
    numbers_in,
    structured,
)

IDS = st.integers(1, LAST_ID)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("RF18 5390 0754 7034", "RF18539007547034"),  # python-stdnum, Wikipedia
        ("RF18 0000 0000 0539 0075 4703 4", "RF18539007547034"),  # the same, filled up
        ("RF47 1234 5678 9012 3456 7", None),
        ("RF185390075470Y", "RF185390075470Y"),  # with a letter
        ("RF17 5390 0754 7034", None),
        ("+++090/9337/55493+++", "090933755493"),  # the example of Belgian banks
        ("***090/9337/55493***", "090933755493"),
        ("+++020/3430/57642+++", "020343057642"),  # Odoo
        ("+++090/9337/55439+++", None),  # two digits changed places
        ("+++000/0000/97096+++", None),
        ("+++000/0000/09797+++", "000000009797"),  # nothing is left by 97
        ("+++000/0000/09700+++", None),
        ("000000000000", None),
    ],
)
def test_published_examples(text, key):
    assert found_in(text) == ({key} if key else set())
    if key:
        assert normalised(text) == key


OGM, RF = structured(123), creditor(123)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("700/0000/12370", {"700000012370"}),
        ("invoice 2026 +++700/0000/12370+++ thanks 12", {"700000012370"}),
        ("MEDEDELING : 700 0000 12370", {"700000012370"}),
        ("OGM700000012370", {"700000012370"}),
        ("70000001\n2370 cut by the bank", {"700000012370"}),
        ("７０００００012370", {"700000012370"}),  # full width
        ("7000000123700", set()),
        ("70000001237", set()),
        ("٧٠٠٠٠٠٠١٢٣٧٠", set()),
        ("rf91 1000 123l", {"RF911000123L"}),
        ("/REMI/STRD/CUR/RF911000123L/", {"RF911000123L"}),
        ("RF 91-1000.123 L", {"RF911000123L"}),
        ("RF91 1000 123I", set()),
        ("RF 700000012370", {"700000012370"}),
        ("RF91 1000 123L RF18 5390 0754 7034 and 700000012370", {"RF911000123L", "RF18539007547034", "700000012370"}),
        ("from BE68 5390 0754 7034", set()),  # the account has the check digits of a communication
        ("from BE68539007547034 090/9337/55493", {"090933755493"}),
        ("BE68 5390 0754 7035", set()),
        ("", set()),
        (None, set()),
        ("+++/***", set()),
        ("RF", set()),
    ],
)
def test_found_in_texts_of_banks(text, keys):
    assert found_in(text) == keys


def test_what_is_made():
    assert (OGM, RF) == ("+++700/0000/12370+++", "RF91 1000 123L")
    assert (normalised(OGM), normalised(RF)) == ("700000012370", "RF911000123L")
    for kind, example in EXAMPLES.items():
        assert found_in(example), kind


@pytest.mark.parametrize("serial", [0, -1, LAST_ID + 1])
def test_no_id_no_reference(serial):
    for make in (structured, creditor):
        with pytest.raises(ValueError, match="no id"):
            make(serial)


@given(IDS)
def test_found_again_and_never_one_of_odoo(serial):
    """Odoo's Belgian references hold an id in ten digits, its RF references end in one."""
    for make in (structured, creditor):
        printed = make(serial)
        found = found_in(f"x {printed.lower()} y")
        assert normalised(printed) in found
        assert {key for key in found if key.endswith("L") or key.isdigit()} == {normalised(printed)}
    assert int(normalised(structured(serial))[:10]) == FIRST + serial > LAST_ID
    assert not creditor(serial)[-1].isdigit()


@given(IDS, st.integers(0, 11), st.integers(1, 9))
def test_a_typing_error_is_not_another_letter(serial, place, by):
    """One wrong digit is always seen, two that changed places as well."""
    key = normalised(structured(serial))
    wrong = key[:place] + str((int(key[place]) + by) % 10) + key[place + 1 :]
    assert found_in(wrong) == set()
    swapped = key[:place] + key[place : place + 2][::-1] + key[place + 2 :]
    assert found_in(swapped) == ({key} if swapped == key else set())


@pytest.mark.parametrize(
    ("text", "key", "there"),
    [
        ("DUN/2026/00012", "DUN202600012", True),
        ("your letter dun 2026 00012 of May", "DUN202600012", True),
        ("DUN-2026-11-00012", "DUN20261100012", True),
        ("123456", "123456", True),
        ("12345", "12345", False),
        ("ABC123", "ABC123", False),
        ("A B C D E 1234", "ABCDE1234", False),
        ("", "", False),
    ],
)
def test_plain_numbers(text, key, there):
    assert (key in numbers_in(text)) is there


@pytest.mark.parametrize(
    ("euro", "belgian", "sepa", "kind"),
    [
        (True, True, True, STRUCTURED),
        (True, True, False, STRUCTURED),
        (True, False, True, CREDITOR),
        (True, False, False, NUMBER),
        (False, True, True, NUMBER),
        (False, False, True, NUMBER),
    ],
)
def test_which_kind(euro, belgian, sepa, kind):
    assert chosen(AUTOMATIC, euro=euro, belgian=belgian, sepa=sepa) == kind
    for choice in (STRUCTURED, CREDITOR, NUMBER):
        assert chosen(choice, euro=euro, belgian=belgian, sepa=sepa) == choice
