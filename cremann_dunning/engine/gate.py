"""The gate: the one function through which every letter passes, on every path.

``check`` says why the law or the order of the steps stops a letter, with the article it rests on. Plain facts in,
refusals out: whoever makes, issues, mails or posts a letter asks here. What would take money from a protected debtor
against the law is ``final``: nobody may override it. The rest a manager may, with a reason that stays on record.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ..law.calendar import ContactHours, next_contact
from . import issuer as mandate
from .facts import ZERO, Charged, Notice
from .others import NOBODY, PHRASE, Others, plain, stands_in
from .rules import HANDOVER, LETTER_CHANNELS, MATCH, PRE_DUE, PROTECTED_KINDS, STATUTORY_NOTICE, House, Procedure
from .wording import RED_CODES, Finding


@dataclass(frozen=True, slots=True)
class Element:
    """Something a letter of a legal type must hold, or with ``forbidden`` must not.

    ``phrases`` are alternatives, in the language of the letter, of which one is enough (or too many). ``kind`` is what
    they are, see ``others``: only what is data by nature may be found in what others chose. ``hint`` says what to fill
    in where the letter has no such value.
    """

    name: str
    article: str
    phrases: tuple[str, ...]
    forbidden: bool = False
    kind: str = PHRASE
    hint: str = ""

    @property
    def is_absent(self) -> bool:
        """Whether there is nothing to look for: a figure that the letter does not have cannot be in it."""
        return not any(map(plain, self.phrases))

    def is_missing(self, text: str, others: Others = NOBODY) -> bool:
        """Whether the text breaks the rule. Case, line breaks and kinds of space do not count.

        A wording stands by itself: 40,00 is not found in 140,00 or 1.240,00, nor the number of an invoice in a longer.
        """
        return stands_in(self.phrases, text, others, self.kind) == self.forbidden


@dataclass(frozen=True, slots=True)
class Law:
    """What the regime and the company's settings allow for one letter on its day. Amounts in euro.

    ``highest_costs`` and ``highest_interest`` are what the law lets this letter ask or announce over its principal.
    """

    name: str
    article: str
    free_term: bool = False
    costs_need_notice: bool = False
    costs_need_clause: bool = False
    interest_needs_clause: bool = False
    notice_needs_default: bool = False
    has_clause: bool = False
    has_interest_clause: bool = False
    term_agreed: bool = False
    highest_costs: Decimal = ZERO
    highest_interest: Decimal = ZERO
    elements: tuple[Element, ...] = ()
    channels: frozenset[str] = frozenset(LETTER_CHANNELS)
    hours: ContactHours | None = None
    country: str = "NL"


@dataclass(frozen=True, slots=True)
class ClaimOnLetter:
    """One claim that the letter demands or moves.

    ``place`` is the place in the procedure of the level it moves to (None when it stays), ``reached`` that of the
    furthest level it really had (-1 for none), ``open`` what the letter asks for it. ``in_term_until`` is the first day
    after a free term that it has. ``notice``, ``default_from``, ``periodic``, ``receipts``, ``charged`` and ``rest`` as
    in ``facts.Claim``. ``handed_over``: it is with a party.
    """

    line_id: int
    number: str
    due_date: date | None
    place: int | None
    reached: int = -1
    demanded: bool = True
    open: Decimal = ZERO
    periodic: bool = False
    notice: Notice | None = None
    in_term_until: date | None = None
    default_from: date | None = None
    receipts: tuple[tuple[date, Decimal], ...] = ()
    charged: Charged | None = None
    rest: bool = False
    handed_over: bool = False

    def costs_base(self, on: date) -> Decimal:
        """The sum over which costs are reckoned: what is open, and what came in once costs were due.

        That paid costs before it paid principal (6:44 lid 1 BW), so it makes them no lower. A credit note does.
        """
        if self.charged is None or not self.charged.costs_due(on):
            return self.open
        since = sum((amount for day, amount in self.receipts if day >= self.charged.costs_from), ZERO)
        return max(min(self.open + since, self.charged.base), self.open)

    def costs_off(self, on: date) -> Decimal:
        """What was received or waived on the costs of earlier letters."""
        if self.charged is None or not self.charged.costs_due(on):
            return ZERO
        return self.charged.costs_received + self.charged.costs_waived


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter as it would go out. ``text`` is its plain text, None before it was rendered, ``others`` what in it is
    not of the text itself, ``subject`` its subject, in which nothing forbidden may stand either; ``moment`` the local
    time when it is about to be mailed, None when it is not. ``wait_until`` ends the shortest interval between letters.
    ``findings`` is what ``wording.check`` says of the text; only what is red there stops the letter. ``issuer``: in
    whose name it is, where that is not the creditor's own."""

    legal_type: str
    kind: str
    channel: str
    on: date
    claims: tuple[ClaimOnLetter, ...]
    interest: Decimal = ZERO
    costs: Decimal = ZERO
    announced: Decimal = ZERO
    text: str | None = None
    moment: datetime | None = None
    wait_until: date | None = None
    findings: tuple[Finding, ...] = ()
    others: Others = NOBODY
    subject: str = ""
    issuer: mandate.Issuer | None = None

    @property
    def demanded(self) -> tuple[ClaimOnLetter, ...]:
        """The claims that the letter asks money for."""
        return tuple(claim for claim in self.claims if claim.demanded)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a letter may not go: a code of :data:`CODES`, the article and the facts that its sentence names.

    ``lines`` are the line ids of the claims that are the reason, when the others might go; empty when it is the letter.
    """

    code: str
    article: str
    facts: dict = field(default_factory=dict, compare=False)
    lines: frozenset[int] = field(default=frozenset(), compare=False)

    @property
    def final(self) -> bool:
        """Whether no override can lift it."""
        return CODES[self.code] or self.facts.get("statutory", False)


# Code -> whether it is final. Codes are stored, so a code is never renamed or reused.
CODES = {
    "HANDED_OVER": True,
    "NOT_HANDED_OVER": True,
    "NOT_DUE": True,
    "ORDER": False,
    "INTERVAL": False,
    "IN_TERM": False,
    "NOT_IN_DEFAULT": True,
    "NO_FREE_TERM": True,
    "COSTS_NOT_ALLOWED": True,
    "COSTS_TOO_EARLY": True,
    "COSTS_NO_CLAUSE": True,
    "COSTS_ABOVE_CAP": True,
    "INTEREST_TOO_EARLY": True,
    "INTEREST_NO_CLAUSE": True,
    "INTEREST_ABOVE_CAP": True,
    "ELEMENT_MISSING": False,
    "ELEMENT_FORBIDDEN": False,
    "CHANNEL": False,
    "HOURS": False,
    "TEXT_RESIDUE": False,
    "TEXT_AMOUNT": False,  # final to a protected debtor: what is asked of him is what the record may ask
    "TEXT_TOTAL": False,
    "TEXT_DATE": True,
    "TEXT_WORDS": False,
    "TEXT_LANGUAGE": False,
    "ISSUER_MANDATE": True,
    "ISSUER_REGISTRATION": True,
    "ISSUER_TOO_EARLY": False,  # final to a Belgian consumer: the creditor's own reminder comes first
}


def check(letter: Letter, law: Law) -> tuple[Refusal, ...]:
    """Return everything that stops a letter, the gravest first; empty when it may go."""
    found = [refusal for rule in RULES for refusal in rule(letter, law)]
    return tuple(sorted(found, key=lambda refusal: not refusal.final))


def place_on_ladder(
    procedure: Procedure, level_id: int, claim_due: date | None, done: frozenset[int], on: date, house: House
) -> tuple[int | None, int]:
    """The place of a level in its procedure (None when it is not there any more), and that of the step a claim reached.

    A notice before the due date is no step: an overdue claim stands behind it. A claim of the backlog that starts at
    the level of its age has had nothing and may have any level up to that one.
    """
    order = [level.id for level in procedure.levels]
    if level_id not in order:
        return None, -1
    place, reached = order.index(level_id), procedure.position(done)
    if procedure.notice and place > 0:
        reached = max(reached, 0)
    backlog = house.backlog
    if backlog and backlog.rule == MATCH and not done and claim_due and claim_due < backlog.start:
        match = procedure.matching_level(claim_due, on, house.term_agreed)
        if match and reached < place <= order.index(match.id):
            reached = place - 1
    return place, reached


def is_protected(kind: str, law: Law) -> bool:
    """Whether nothing may be asked of this debtor that a statutory notice did not announce."""
    return law.costs_need_notice or kind in PROTECTED_KINDS


def _handed_over(letter: Letter, law: Law) -> Iterator[Refusal]:
    """What is with a party only that one asks for; and nobody is told of a hand-over that was not made."""
    is_notice = letter.legal_type == HANDOVER
    wrong = [claim for claim in letter.claims if claim.handed_over != is_notice]
    if wrong:
        code = "NOT_HANDED_OVER" if is_notice else "HANDED_OVER"
        yield Refusal(code, "", {"invoices": _numbers(wrong)}, _lines(wrong))


def _order(letter: Letter, law: Law) -> Iterator[Refusal]:
    """The ladder: due, no step left out, not too soon after the last letter."""
    for claim in letter.claims:
        if letter.legal_type != PRE_DUE and (claim.due_date is None or claim.due_date >= letter.on):
            facts = {"invoice": claim.number, "date": claim.due_date}
            yield Refusal("NOT_DUE", law.article, facts, frozenset({claim.line_id}))
    wrong = [c for c in letter.claims if c.place is not None and c.place != c.reached + 1]
    if wrong:
        yield Refusal("ORDER", "", {"invoices": _numbers(wrong)}, _lines(wrong))
    if letter.wait_until and letter.on < letter.wait_until:
        yield Refusal("INTERVAL", "", {"date": letter.wait_until})


def _terms(letter: Letter, law: Law) -> Iterator[Refusal]:
    """Terms of earlier letters, and the default that a statutory notice needs (6:81-6:83 BW)."""
    running = [c for c in letter.claims if c.in_term_until and c.in_term_until > letter.on]
    if running:
        yield Refusal("IN_TERM", law.article, {"date": max(c.in_term_until for c in running)}, _lines(running))
    if letter.legal_type != STATUTORY_NOTICE:
        return
    if not law.free_term:
        yield Refusal("NO_FREE_TERM", law.article, {"rules": law.name})
    if law.notice_needs_default and not law.term_agreed:
        late = [c for c in letter.demanded if not c.default_from or c.default_from > letter.on]
        if late:
            yield Refusal("NOT_IN_DEFAULT", "art. 6:82 BW", {"invoices": _numbers(late)}, _lines(late))


def _numbers(claims: Iterable[ClaimOnLetter]) -> tuple[str, ...]:
    return tuple(claim.number for claim in claims)


def _lines(claims: Iterable[ClaimOnLetter]) -> frozenset[int]:
    return frozenset(claim.line_id for claim in claims)


def _costs(letter: Letter, law: Law) -> Iterator[Refusal]:
    """No costs that the law does not allow on this day (6:96 BW, XIX.2 and XIX.4 WER)."""
    asked = max(letter.costs, letter.announced)
    if not asked:
        return
    if not law.highest_costs:
        yield Refusal("COSTS_NOT_ALLOWED", law.article, {"costs": asked})
        return
    if law.costs_need_clause and not law.has_clause:
        yield Refusal("COSTS_NO_CLAUSE", law.article, {"costs": asked})
    if asked > law.highest_costs:
        yield Refusal("COSTS_ABOVE_CAP", law.article, {"costs": asked, "highest": law.highest_costs})
    if not letter.costs or not is_protected(letter.kind, law):
        return
    if letter.legal_type == STATUTORY_NOTICE or not _notice_ran_out(letter):
        yield Refusal("COSTS_TOO_EARLY", law.article, {"costs": letter.costs, "date": _first_day(letter)})
    elif letter.costs > (announced := announced_costs(c.notice for c in letter.demanded)):
        yield Refusal("COSTS_ABOVE_CAP", law.article, {"costs": letter.costs, "highest": announced})


def _interest(letter: Letter, law: Law) -> Iterator[Refusal]:
    if not letter.interest:
        return
    if law.interest_needs_clause and not law.has_interest_clause:
        yield Refusal("INTEREST_NO_CLAUSE", law.article, {"interest": letter.interest})
    if is_protected(letter.kind, law) and (letter.legal_type == STATUTORY_NOTICE or not _notice_ran_out(letter)):
        yield Refusal("INTEREST_TOO_EARLY", law.article, {"interest": letter.interest, "date": _first_day(letter)})
    if letter.interest > law.highest_interest:
        facts = {"interest": letter.interest, "highest": law.highest_interest}
        yield Refusal("INTEREST_ABOVE_CAP", law.article, facts)


def _notice_ran_out(letter: Letter) -> bool:
    """Whether every single claim had a statutory notice of its own, and its free term is over."""
    ends = [claim.notice and claim.notice.claimable_from for claim in letter.demanded]
    return bool(ends) and all(end and end <= letter.on for end in ends)


def _first_day(letter: Letter) -> date | None:
    """The first day on which something could be asked of all claims; None while one had no notice."""
    ends = [claim.notice and claim.notice.claimable_from for claim in letter.demanded]
    return max(ends) if ends and all(ends) else None


def announced_costs(notices: Iterable[Notice | None], with_vat: bool = True) -> Decimal:
    """What the statutory notices of these claims announced together; a notice over several claims counts once."""
    by_letter = {notice.letter_id: notice for notice in notices if notice}
    return sum((n.announced if with_vat else n.announced - n.vat for n in by_letter.values()), ZERO)


def _text(letter: Letter, law: Law) -> Iterator[Refusal]:
    """The elements that the law wants in a letter of this type; a statutory notice without one has no effect."""
    if letter.text is None:
        return
    for code, forbidden in (("ELEMENT_MISSING", False), ("ELEMENT_FORBIDDEN", True)):
        texts = (letter.text, letter.subject) if forbidden else (letter.text,)
        asked = [e for e in law.elements if e.forbidden == forbidden]
        wrong = [e for e in asked if any(e.is_missing(text, letter.others) for text in texts)]
        if wrong:
            article = ", ".join(dict.fromkeys(element.article for element in wrong if element.article))
            facts = {
                "elements": tuple(e.name for e in wrong),
                # the value itself lacks: no text can name it
                "absent": tuple(e.name for e in wrong if e.is_absent),
                "hints": tuple(dict.fromkeys(e.hint for e in wrong if e.is_absent and e.hint)),
                "statutory": letter.legal_type == STATUTORY_NOTICE,
            }
            yield Refusal(code, article or law.article, facts)


def _delivery(letter: Letter, law: Law) -> Iterator[Refusal]:
    """Channel and hours; post is not bound to hours."""
    if letter.channel not in law.channels:
        yield Refusal("CHANNEL", law.article, {"channel": letter.channel})
    if letter.channel == "email" and law.hours and letter.moment:
        until = next_contact(law.country, letter.moment, law.hours)
        if until > letter.moment:
            yield Refusal("HOURS", law.article, {"until": until})


def _wording(letter: Letter, law: Law) -> Iterator[Refusal]:
    """What is red in how the letter reads: one refusal for each code, with all the words it is about."""
    for code in RED_CODES:
        red = [finding for finding in letter.findings if finding.red and finding.code == code]
        if red:
            words = tuple(dict.fromkeys(word for finding in red for word in finding.words))
            article = ", ".join(dict.fromkeys(finding.article for finding in red if finding.article))
            yield Refusal(code, article, {"words": words, "statutory": any(finding.final for finding in red)})


def _on_mandate(letter: Letter, law: Law) -> Iterator[Refusal]:
    """Nothing in the name of somebody else without his mandate and his registration, and no first letter."""
    if letter.issuer is None:
        return
    protected = is_protected(letter.kind, law)
    found = [*mandate.stops(letter.issuer, letter.on, law.country, protected)]
    found += mandate.too_early(letter.claims, letter.legal_type, letter.on, law.country, protected)
    yield from (Refusal(stop.code, stop.article, stop.facts, stop.lines) for stop in found)


RULES: tuple[Callable[[Letter, Law], Iterator[Refusal]], ...] = (
    _handed_over, _order, _terms, _costs, _interest, _text, _delivery, _wording, _on_mandate,
)  # fmt: skip
