"""Letters in the name of a registered agency, a bailiff or a lawyer, on mandate: whether they may be on a day.

A creditor who asks for his own money writes in his own name. In that of somebody who collects for others he writes only
while that one lets him (a signed mandate) and may collect himself (a registration: art. 4 Wki, art. XIX.6 WER).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from .rules import STATUTORY_NOTICE

AGENCY, BAILIFF, LAWYER = "agency", "bailiff", "lawyer"
# Exempt from registration (art. 4 Wki, art. XIX.6 WER), and whose letter looks like a summons to a consumer.
OF_OFFICE = frozenset({BAILIFF, LAWYER})
MANDATE, REGISTRATION, TOO_EARLY = "ISSUER_MANDATE", "ISSUER_REGISTRATION", "ISSUER_TOO_EARLY"

# By whom a registration is asked, and who keeps the contract between creditor and agency.
REGISTERS = {"NL": "art. 4 Wki", "BE": "art. XIX.6 WER"}
MANDATES = {"NL": "art. 5.1 Besluit kwaliteit incassodienstverlening", "BE": "art. XIX.7 WER"}
FIRST_LETTER = "art. XIX.2, art. XIX.8 WER"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first up to and including the last; without one it began before all days, or does not end."""

    first: date | None = None
    last: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it holds on that day."""
        return (self.first is None or self.first <= on) and (self.last is None or on <= self.last)


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration to collect for others, in the register of a country (two letters)."""

    country: str
    number: str
    period: Period = Period()


@dataclass(frozen=True, slots=True)
class Issuer:
    """In whose name a letter is written. ``mandate`` is None where there is no signed one, or it was taken back."""

    name: str
    kind: str = AGENCY
    mandate: Period | None = None
    registrations: tuple[Registration, ...] = ()

    def registration(self, on: date, country: str) -> Registration | None:
        """The registration that a letter under the law of this country names: of that country where there is one."""
        held = [one for one in self.registrations if one.number.strip() and one.period.holds(on)]
        return next((one for one in held if one.country == country), next(iter(held), None))


@dataclass(frozen=True, slots=True)
class Stop:
    """What stops a letter on mandate: ``lines`` are the ids of the claims that are the reason; empty when it is all."""

    code: str
    article: str
    facts: dict = field(default_factory=dict, compare=False)
    lines: frozenset[int] = field(default=frozenset(), compare=False)


def has_to_be_registered_in(country: str, protected: bool) -> str | None:
    """The country whose register an agency has to be in; None where any will do.

    The Dutch law protects natural persons, and a sole trader is one: a business is asked as a consumer is. The Belgian
    one protects consumers.
    """
    return country if country == "NL" or (country == "BE" and protected) else None


def stops(issuer: Issuer, on: date, country: str, protected: bool) -> Iterator[Stop]:
    """What holds a letter in this name back on a day: no mandate, no registration."""
    if issuer.mandate is None or not issuer.mandate.holds(on):
        yield Stop(MANDATE, MANDATES.get(country, ""), {"issuer": issuer.name, "date": on})
    if issuer.kind in OF_OFFICE:
        return
    wanted = has_to_be_registered_in(country, protected)
    found = issuer.registration(on, wanted or country)
    if found is None or (wanted and found.country != wanted):
        facts = {"issuer": issuer.name, "date": on, "country": wanted or ""}
        yield Stop(REGISTRATION, REGISTERS.get(country, ""), facts)


def too_early(claims: Iterable, legal_type: str, on: date, country: str, protected: bool) -> Iterator[Stop]:
    """The first letter about a claim is the creditor's own.

    A Belgian consumer hears nothing from a collector before the term of the creditor's free reminder is over. Nobody
    may override that; elsewhere it is the order of the house.

    :param claims: ``gate.ClaimOnLetter``, what the letter asks or moves.
    """
    claims = tuple(claims)
    if country == "BE" and protected:
        early = claims if legal_type == STATUTORY_NOTICE else [c for c in claims if not _ran_out(c, on)]
        article, final = FIRST_LETTER, True
    else:
        early = [c for c in claims if c.place is not None and c.reached < 0 and not c.rest]
        article, final = "", False
    if early:
        facts = {"invoices": tuple(c.number for c in early), "statutory": final}
        yield Stop(TOO_EARLY, article, facts, frozenset(c.line_id for c in early))


def _ran_out(claim, on: date) -> bool:
    return bool(claim.notice and claim.notice.claimable_from and claim.notice.claimable_from <= on)
