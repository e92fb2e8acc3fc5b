"""The code by which a bank says why a payment came back, found in the text of its line.

Banks write it where they like, between numbers and words of their own: ``/RTRN/AM04/``, ``R-transactie MD06 …``. The
codes are those of ISO 20022 (external status and return reasons) that the rulebooks of SEPA use.
"""

import re

CODES = (
    "AC01", "AC04", "AC06", "AC13", "AG01", "AG02", "AM04", "AM05", "BE05", "CNOR", "DNOR", "FF01", "MD01", "MD02",
    "MD06", "MD07", "MS02", "MS03", "RC01", "RR01", "RR02", "RR03", "RR04", "SL01",
)  # fmt: skip
# What a letter never repeats to whoever reads it: that the payer died.
UNTOLD = frozenset({"MD07"})
_CODE = re.compile(rf"(?<![A-Za-z0-9])({'|'.join(CODES)})(?![A-Za-z0-9])", re.IGNORECASE)


def reason_code(text: str) -> str:
    """The first reason code that stands in it as a word of its own; empty where none does."""
    found = _CODE.search(text or "")
    return found[1].upper() if found else ""
