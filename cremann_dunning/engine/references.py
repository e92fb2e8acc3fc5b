"""References of payments: what a letter over several claims carries, and how one is found in the text of a receipt.

Pure Python on python-stdnum. A reference has a printed form, for people, and a key, by which receipts are recognised:
``+++700/0000/12370+++`` and ``700000012370``, ``RF91 1000 123L`` and ``RF911000123L``.
"""

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

# What kind of reference a letter carries; automatic chooses among the others.
AUTOMATIC, STRUCTURED, CREDITOR, NUMBER = "automatic", "structured", "creditor", "number"

# Odoo makes the ten digits of its own Belgian references from the id of an invoice or a partner. No id of PostgreSQL
# goes beyond 2,147,483,647, so from here on nothing of Odoo's can be met, whatever the id of the letter.
FIRST = 7_000_000_000
LAST_ID = 2_147_483_647
# Its RF references are the code of a journal and an id, so they end in a digit. Ours do not, and none is so short that
# it could stand anywhere by chance.
ENDING, RF_FIRST = "L", 1_000_000
# What a debtor chose to pay on his page has references of its own: below those of letters, beyond all of Odoo's; with
# another letter at the end.
CHOICE_FIRST, CHOICE_ENDING, CHOICE_NUMBER = 4_000_000_000, "K", "PAY/{:08d}"

# References that everybody publishes as an example, and that nobody has.
EXAMPLES = {STRUCTURED: "+++090/9337/55493+++", CREDITOR: "RF18 5390 0754 7034"}

WORD = re.compile(r"[^\W_]+")
IBAN_START, RF_START = re.compile(r"BE[0-9]{2}"), re.compile(r"RF[0-9]{2}")
SERIES = re.compile(r"[0-9]+(?: [0-9]+)*")
IBAN_LENGTH, RF_GROUP, RF_SHORTEST, RF_LENGTH, DIGITS = 16, 4, 5, 25, 12
# A number of a letter in a free text: so many words at most, and too few signs would be anything.
NUMBER_WORDS, NUMBER_LENGTH, NUMBER_DIGITS = 5, range(6, 31), 4

# How it stands with a letter whose reference is met: the debtor has it, it has not left, or it was taken back.
SENT, NOT_SENT, TAKEN_BACK = "sent", "not_sent", "taken_back"


class Part(NamedTuple):
    """What a letter asked for one claim, and where that claim is today."""

    line_id: int  # of the letter
    claim_id: int  # the one that it went into, where it did
    item_id: int | None  # the journal item that it is; None of one that ended
    partner_id: int  # who owes it, by what is known of the claim
    principal: Decimal
    interest: Decimal


class Recognised(NamedTuple):
    """A letter that a reference leads to, and what it asked."""

    key: str
    letter_id: int
    company_id: int
    partner_id: int  # to whom it was written
    standing: str  # SENT, NOT_SENT or TAKEN_BACK
    currency: str
    total: Decimal
    costs: Decimal  # of the letter as a whole
    parts: tuple[Part, ...]
    contested: bool  # another letter or an invoice has the same reference: for a person to decide


def chosen(choice: str, *, euro: bool, belgian: bool, sepa: bool) -> str:
    """The kind of reference for letters over several claims: STRUCTURED, CREDITOR or NUMBER.

    :param choice: of the company. :param euro: the letter asks euros. :param belgian: the creditor or his account is.
    :param sepa: his account is within SEPA.
    """
    if choice != AUTOMATIC:
        return choice
    if not euro:  # banks outside SEPA pass on a text at best
        return NUMBER
    if belgian:
        return STRUCTURED
    return CREDITOR if sepa else NUMBER


def structured(serial: int) -> str:
    """The Belgian structured communication (OGM/VCS) of a letter.

    :param serial: id of the letter. :raises ValueError: no id.
    """
    return _as_structured(FIRST + _checked(serial))


def creditor(serial: int) -> str:
    """The creditor reference (ISO 11649) of a letter, in groups of four.

    :param serial: id of the letter. :raises ValueError: no id.
    """
    return _as_creditor(f"{RF_FIRST + _checked(serial)}{ENDING}")


def of_choice(kind: str, serial: int) -> str:
    """The reference of what a debtor chose to pay.

    :param kind: see ``chosen``. :param serial: id of the choice. :raises ValueError: no id.
    """
    if kind == STRUCTURED:
        return _as_structured(CHOICE_FIRST + _checked(serial))
    if kind == CREDITOR:
        return _as_creditor(f"{RF_FIRST + _checked(serial)}{CHOICE_ENDING}")
    return CHOICE_NUMBER.format(_checked(serial))


def normalised(text: str | None) -> str:
    """The key of a reference: its letters and digits, in capitals; empty of nothing.

    A creditor reference may come filled up with zeros to 25 signs: its key goes without them.
    """
    key = "".join(sign for sign in _plain(text) if sign.isalnum())
    return _unfilled(key) if key.startswith("RF") and _is_creditor(key) else key


def found_in(text: str | None) -> set[str]:
    """Keys of the references with check digits that stand in a text, whether right or not for anybody here.

    Belgian communications of twelve digits and creditor references, in groups or not, in whatever case, cut by the end
    of a line. Of a creditor reference in groups a part may be valid by chance: then both are there. One with a wrong
    check digit is none. What is part of a Belgian IBAN is none either: account numbers have the same check digits.
    """
    words = WORD.findall(_plain(text))
    found, used = set(), set()
    for start, word in enumerate(words):
        if start in used:
            continue
        if word.startswith("RF"):
            spans = {end: joined for end, joined in _joined(words, start, RF_LENGTH) if _is_creditor(joined)}
            found.update(map(_unfilled, spans.values()))
            used.update(range(start, max(spans, default=_end_of_groups(words, start))))
        elif IBAN_START.match(word):
            used.update(range(start, _end_of_iban(words, start)))
    rest = " ".join("-" if place in used else word for place, word in enumerate(words))
    for series in SERIES.findall(rest):
        digits = series.split()
        for start in range(len(digits)):
            found.update(joined for _end, joined in _joined(digits, start, DIGITS) if _is_structured(joined))
    return found


def numbers_in(text: str | None) -> set[str]:
    """What in a text may be the plain number of a letter, as keys. They have no check digits: only ask who has them."""
    words = WORD.findall(_plain(text))
    found = set()
    for start in range(len(words)):
        for end, joined in _joined(words, start, NUMBER_LENGTH[-1]):
            if end - start > NUMBER_WORDS:
                break
            if len(joined) in NUMBER_LENGTH and sum(map(str.isdigit, joined)) >= NUMBER_DIGITS:
                found.add(joined)
    return found


def _plain(text):
    """A text in capitals, with signs of full width and the like as what they mean."""
    return unicodedata.normalize("NFKC", text or "").upper()


def _joined(words, start, longest):
    """``(end, words joined)`` from a word on, one word more each time, as long as it is not too long."""
    joined = ""
    for end in range(start, len(words)):
        joined += words[end]
        if len(joined) > longest:
            return
        yield end + 1, joined


def _end_of_iban(words, start):
    """Where a Belgian IBAN that starts at this word ends; the word itself where none does."""
    for end, joined in _joined(words, start, IBAN_LENGTH):
        if len(joined) == IBAN_LENGTH and joined[2:].isdigit() and mod_97_10.is_valid(joined[4:] + joined[:4]):
            return end
    return start


def _end_of_groups(words, start):
    """Where the groups of four end that follow on RF and two digits: with a typing error they are nothing else."""
    end = start + 1
    while RF_START.fullmatch(words[start]) and end < len(words) and len(words[end]) <= RF_GROUP:
        end += 1
    return end


def _as_structured(base):
    digits = f"{base}{_check_of(base):02d}"
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def _as_creditor(body):
    return iso11649.format(f"RF{mod_97_10.calc_check_digits(f'{body}RF')}{body}")


def _is_creditor(text):
    return len(text) >= RF_SHORTEST and text.isascii() and text[2:4].isdigit() and iso11649.is_valid(text)


def _unfilled(creditor_reference):
    return creditor_reference[:4] + creditor_reference[4:].lstrip("0")


def _is_structured(digits):
    """python-stdnum has this one from 2.0 on; Odoo asks for 1.20."""
    return len(digits) == DIGITS and digits.isascii() and _check_of(int(digits[:10])) == int(digits[10:])


def _check_of(base):
    """The two check digits of ten digits: what is left by 97, and 97 where that is nothing."""
    return base % 97 or 97


def _checked(serial):
    if not 0 < serial <= LAST_ID:
        raise ValueError(f"{serial} is no id of a letter")
    return serial
