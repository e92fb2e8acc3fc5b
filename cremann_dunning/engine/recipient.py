"""To whom a letter goes and by which way: first the person, then the channel.

The order is: the reminder contact of the place that the invoices went to, a reminder contact of the debtor, the
contact whom all the invoices name, an invoice address, the debtor itself. A person's tick comes first, since it is
about reminders and the address of an invoice is not. Whoever is first and can be reached by one of the ways of the
level gets the letter, by the first of these ways that reaches him: paper to the person who pays the bills comes
before a mail to somebody else. A mail goes to all reminder contacts of the same kind at once; paper to the first of
them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .facts import Claim, Contact, Debtor
from .rules import SERVICE_CHANNELS, House, Level


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a letter and how. ``passed`` came before him and cannot be reached by any way of the level.

    ``together`` are other reminder contacts to whom the same mail goes.
    """

    contact: Contact
    channel: str
    passed: tuple[Contact, ...] = ()
    together: tuple[Contact, ...] = ()


def addressee(claims: Iterable[Claim]) -> int | None:
    """The contact below the debtor whom all these claims name; None when they name several, or the debtor itself."""
    named = {claim.addressee for claim in claims}
    return named.pop() if len(named) == 1 else None


def candidates(debtor: Debtor, claims: Iterable[Claim] = ()) -> Iterator[Contact]:
    """Everybody who may be the addressee of a letter about these claims, in order; the debtor itself is the last."""
    named = addressee(claims)
    ranked = [(_rank(contact, named), contact) for contact in debtor.contacts]
    # stable: among equals the order of the facts
    yield from (contact for rank, contact in sorted(ranked, key=lambda pair: pair[0] or 0) if rank is not None)
    problem = "" if debtor.has_email else debtor.mail_problem or "none"
    yield Contact(debtor.partner_id, "debtor", problem, debtor.has_address)


def reaches(channel: str, contact: Contact, house: House) -> bool:
    """Whether a letter sent by this channel comes to somebody."""
    if channel == "email":
        return not contact.mail_problem
    return contact.has_address and (channel not in SERVICE_CHANNELS or channel in house.services)


def _rank(contact: Contact, named: int | None) -> int | None:
    """The place of a contact in the order; None when the letter is none of his business."""
    if contact.role == "reminder":
        if contact.place is None:
            return 1
        return 0 if contact.place == named else None
    if contact.id == named:
        return 2
    return 3 if contact.role == "invoice" else None


def choose(debtor: Debtor, level: Level, house: House, claims: Iterable[Claim] = ()) -> Recipient | None:
    """The addressee of a letter of this level; None when nobody can be reached by any of its ways.

    :param claims: what the letter demands. Without any, a letter that no invoice decides.
    """
    passed, everybody = (), list(candidates(debtor, claims))
    for contact in everybody:
        for channel in level.channels:
            if reaches(channel, contact, house):
                return Recipient(contact, channel, passed, _together(contact, channel, everybody))
        passed += (contact,)
    return None


def _together(contact: Contact, channel: str, everybody: Iterable[Contact]) -> tuple[Contact, ...]:
    """The other reminder contacts, of the same place or of none, to whom the same mail goes."""
    if channel != "email" or contact.role != "reminder":
        return ()
    return tuple(
        other
        for other in everybody
        if other.role == "reminder" and other.place == contact.place and other != contact and not other.mail_problem
    )
