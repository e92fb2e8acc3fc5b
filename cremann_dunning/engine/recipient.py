"""To whom a letter goes and by which way: first the person, then the channel.

The head office of a customer group comes first where it gets the letters of all its debtors, see ``himself``. After it
the order is: the reminder contact of the place that the invoices went to, a reminder contact of the debtor, the
contact whom all the invoices name, an invoice address, the debtor itself. A person's tick comes first, since it is
about reminders and the address of an invoice is not. Whoever is first and can be reached by one of the ways of the
level gets the letter, by the first of these ways that reaches him: paper to the person who pays the bills comes
before a mail to somebody else. A mail goes to all reminder contacts of the same kind at once; paper to the first of
them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .facts import Claim, Contact, Debtor
from .rules import LEGAL_FORCE, PROTECTED_KINDS, REMINDER, SERVICE_CHANNELS, House, Level


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a letter and how. ``passed`` came before him and cannot be reached by any way of the level.

    ``together`` are other reminder contacts to whom the same mail goes. ``himself``: why the debtor gets it himself,
    although the head office of his group gets the others; see ``himself`` below.
    """

    contact: Contact
    channel: str
    passed: tuple[Contact, ...] = ()
    together: tuple[Contact, ...] = ()
    himself: str = ""


def addressee(claims: Iterable[Claim]) -> int | None:
    """The contact below the debtor whom all these claims name; None when they name several, or the debtor itself."""
    named = {claim.addressee for claim in claims}
    return named.pop() if len(named) == 1 else None


def himself(debtor: Debtor, legal_type: str, claims: Iterable[Claim] = ()) -> str:
    """Why a letter does not go to the head office of his customer group: ``law``, ``consumer``; empty where it does, or
    there is none.

    What has a force of its own has to reach the debtor (3:37(3) BW): neither a free term nor a default begins with a
    letter to somebody else. And what a consumer owes is no business of anybody else.
    """
    if debtor.head is None:
        return ""
    if legal_type in LEGAL_FORCE:
        return "law"
    return "consumer" if any(claim.kind in PROTECTED_KINDS for claim in claims) else ""


def candidates(debtor: Debtor, claims: Iterable[Claim] = (), legal_type: str = REMINDER) -> Iterator[Contact]:
    """Everybody who may be the addressee of a letter about these claims, in order; the debtor itself is the last.

    :param legal_type: of the letter.
    """
    claims = tuple(claims)
    if debtor.head and not himself(debtor, legal_type, claims):
        yield debtor.head
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
    claims = tuple(claims)
    passed, everybody = (), list(candidates(debtor, claims, level.legal_type))
    for contact in everybody:
        for channel in level.channels:
            if reaches(channel, contact, house):
                together = _together(contact, channel, everybody)
                return Recipient(contact, channel, passed, together, himself(debtor, level.legal_type, claims))
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
