"""Telephone numbers as people type them."""

import pytest

from odoo.addons.cremann_dunning.engine.phone import international, is_mobile


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("06-12 34 56 78", "31612345678"),
        ("+31 (0)6 12.34.56.78", "31612345678"),
        ("0031612345678", "31612345678"),
        ("+32 478 12 34 56", "32478123456"),
        ("12345", None),
        ("612345678", None),
        ("+31 six", None),
        ("٠٦١٢٣٤٥٦٧٨", None),
        ("<script>", None),
        ("", None),
        (None, None),
    ],
)
def test_international(typed, digits):
    assert international(typed, 31) == digits


def test_without_country_only_international_numbers():
    assert international("0612345678", None) is None
    assert international("+31612345678", None) == "31612345678"


@pytest.mark.parametrize(
    ("digits", "mobile"),
    [
        ("31612345678", True),
        ("31301234567", False),
        ("31971234567", False),
        ("32478123456", True),
        ("3293334455", False),
        ("4915112345678", True),
    ],
)
def test_mobile(digits, mobile):
    assert is_mobile(digits) is mobile
