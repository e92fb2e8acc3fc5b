"""The reason of a bank in the text of its line."""

import pytest

from odoo.addons.cremann_dunning.engine.returned import CODES, reason_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("AM04", "AM04"),
        ("/TRTP/SEPA Incasso/RTRN/md06/REMI/2026001", "MD06"),
        ("Reden: MD01 geen mandaat; AM04", "MD01"),
        ("(MS03)", "MS03"),
        ("AM041", ""),
        ("XAM04", ""),
        ("AM4", ""),
        ("ZZ99", ""),
        ("", ""),
        (None, ""),
        (False, ""),
    ],
)
def test_the_code_is_a_word_of_its_own(text, code):
    assert reason_code(text) == code


def test_every_code_is_found():
    assert [reason_code(f"a {code}, b") for code in CODES] == list(CODES)
