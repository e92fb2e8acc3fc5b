"""Telephone numbers as people type them, made international. Pure Python."""

import re

# How a mobile number begins after its country code; other countries cannot be told by their first digits.
MOBILE = {"31": re.compile(r"6[1-5]\d{7}|68\d{7}"), "32": re.compile(r"4\d{8}")}


def international(number: str | None, country_code: int | str | None) -> str | None:
    """Digits of a number with its country code and without plus: ``31612345678``; None when it is none.

    :param number: as typed: ``06-12 34 56 78``, ``+31 (0)6 …``, ``0031 6 …``.
    :param country_code: telephone code of the debtor's country, for a number that starts with one zero.
    """
    text = (number or "").strip().replace("(0)", "")
    plus = text.startswith("+")
    digits = re.sub(r"[\s().\-/]", "", text.removeprefix("+"))
    if not digits.isascii() or not digits.isdigit():
        return None
    if not plus and digits.startswith("00"):
        plus, digits = True, digits[2:]
    if not plus:
        if not digits.startswith("0") or not country_code:
            return None
        digits = f"{country_code}{digits[1:]}"
    return digits if 8 <= len(digits) <= 15 else None


def is_mobile(digits: str) -> bool:
    """Whether an international number can get a text message; in a country that is not known here it may."""
    for code, pattern in MOBILE.items():
        if digits.startswith(code):
            return bool(pattern.fullmatch(digits[len(code) :]))
    return True
