"""To whom a letter goes and by which way: first the person, then the channel.

The reminder contact comes before the invoice address and that before the debtor itself. Whoever is first and can be
reached by one of the ways of the level gets the letter, by the first of these ways that reaches him: paper to the
person who pays the bills comes before a mail to somebody else.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .facts import Contact, Debtor
from .rules import SERVICE_CHANNELS, House, Level


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a letter and how. ``passed`` came before him and cannot be reached by any way of the level."""

    contact: Contact
    channel: str
    passed: tuple[Contact, ...] = ()


def candidates(debtor: Debtor) -> Iterator[Contact]:
    """Everybody who may be the addressee, in order; the debtor itself is always the last."""
    yield from debtor.contacts
    problem = "" if debtor.has_email else debtor.mail_problem or "none"
    yield Contact(debtor.partner_id, "debtor", problem, debtor.has_address)


def reaches(channel: str, contact: Contact, house: House) -> bool:
    """Whether a letter sent by this channel comes to somebody."""
    if channel == "email":
        return not contact.mail_problem
    return contact.has_address and (channel not in SERVICE_CHANNELS or channel in house.services)


def choose(debtor: Debtor, level: Level, house: House) -> Recipient | None:
    """The addressee of a letter of this level; None when nobody can be reached by any of its ways."""
    passed = ()
    for contact in candidates(debtor):
        for channel in level.channels:
            if reaches(channel, contact, house):
                return Recipient(contact, channel, passed)
        passed += (contact,)
    return None
