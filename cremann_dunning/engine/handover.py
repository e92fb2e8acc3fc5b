"""Before claims are handed over: what the law and what was agreed say to it, and how complete the file is.

``check`` asks everything that a lawyer would ask first, each answer with its article; ``score`` counts what a file
should hold and names what is missing. Plain facts in, answers out; nothing here hands anything over.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from .decide import agreement
from .facts import ZERO, Claim, Debtor, Notice
from .insolvency import insolvent
from .rules import PROTECTED_KINDS

# How an answer weighs: nothing in the way, something to know, a person answers for it with a reason, nobody may.
FINE, TOLD, MAY, FINAL = "fine", "told", "may", "final"
WEIGHT = {FINAL: 0, MAY: 1, TOLD: 2, FINE: 3}

# So long a look into the register is good enough.
LOOKED_UP_DAYS = 90


@dataclass(frozen=True, slots=True)
class Handed:
    """One claim that is about to be handed over.

    ``codes`` are the reasons that keep it from being asked today, all of them (``obstacles``), ``open`` what is asked
    of it, ``interest`` and ``costs`` on top. ``notice``, ``default_from`` and ``ends`` as in ``facts.Claim``. ``proof``
    is how well the receipt of its notice is proven. ``party``: the one that has it already.
    """

    line_id: int
    number: str
    codes: frozenset[str]
    open: Decimal
    overdue: bool = True
    interest: Decimal = ZERO
    costs: Decimal = ZERO
    notice: Notice | None = None
    default_from: date | None = None
    ends: date | None = None
    proof: str = "none"
    party: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """What is known of a debtor and the claims on him when somebody wants to hand them over.

    ``country`` and ``kind`` say whose law protects him. ``term_agreed``: the due date was agreed, so nobody has to be
    put in default. ``needs_notice``: his regime wants a statutory notice before costs. ``refusal`` is why the party may
    not have them: ``(code, sentence, article)``. ``looked_up`` is the day on which its registration was last seen,
    ``registered``: it has to have one. ``lapses_on``: the first day on which a claim may have lapsed.
    """

    on: date
    country: str
    kind: str
    claims: tuple[Handed, ...]
    needs_notice: bool = False
    term_agreed: bool = False
    care: bool = False
    replied_on: date | None = None
    lapses_on: date | None = None
    refusal: tuple[str, str, str] | None = None
    registered: bool = False
    looked_up: date | None = None

    @property
    def is_protected(self) -> bool:
        """Whether nothing may be asked of this debtor that a statutory notice did not announce."""
        return self.needs_notice or self.kind in PROTECTED_KINDS


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question came to: a code of :data:`CODES`, how it weighs, the article, the facts of its sentence."""

    code: str
    weight: str
    article: str = ""
    facts: dict = field(default_factory=dict, compare=False)
    lines: frozenset[int] = field(default=frozenset(), compare=False)


# Every answer there is, in the order in which a person would ask. Stored by nobody, shown by ``dunning.handing.over``.
CODES = (
    "PARTY_REFUSED", "PARTY_OLD", "PARTY_FINE", "WITH_PARTY", "NOT_OVERDUE", "NOTHING_OPEN", "INSOLVENT", "AGREED",
    "TERM_RUNNING", "TERM_GIVEN", "NO_NOTICE", "NOTICE_FINE", "NOT_IN_DEFAULT", "DEFAULT_FINE", "DISPUTED", "REPLIED",
    "CARE", "HELD", "RECEIPT", "LETTER_UNDER_WAY", "LAPSED", "LAPSES", "LAPSES_LATER", "COSTS", "NO_FEE",
)  # fmt: skip

# Reasons of decisions by what they are to a hand-over.
INSOLVENCY = frozenset({"INSOLVENT", "DISCHARGED", "ESTATE"})
AGREEMENTS = frozenset({"PLAN", "PROMISE"})
ASKED_ABOUT = frozenset({"INSTALMENT_ASKED", "PROMISE_ASKED"})
HOLDS = frozenset({"HOLD", "HOLD_UNTIL", "NO_FOLLOWUP", "CAUSE_WAIT", "CAUSE_PERSON"})
MONEY = frozenset({"UNMATCHED_PAYMENT", "PAYMENT_UNDONE"})
COVERED = frozenset({"IN_PAYMENT", "NET_CREDIT", "REST_COVERED", "NOTHING_LEFT", "DISCOUNT"})
UNDER_WAY = frozenset({"LETTER_OPEN", "LETTER_FAILED"})


def obstacles(debtor: Debtor, claim: Claim, code: str, on: date) -> frozenset[str]:
    """All that keeps a claim from being asked, where a decision names the first of it only: codes of ``reasons``.

    :param code: of today's decision on it.
    """
    found = {code} if code else set()
    if debtor.insolvencies and (stopped := insolvent(debtor, claim)):
        found.add(stopped.code)
    if any(hold and hold.covers(on) for hold in (claim.hold, debtor.hold)):
        found.add("HOLD")
    if claim.no_followup:
        found.add("NO_FOLLOWUP")
    if any(claim.move_id in dispute.moves for dispute in debtor.disputes):
        found.add("DISPUTED")
    if agreed := agreement(debtor, claim, on):
        found.add(agreed.code)
    if debtor.unmatched > 0 or debtor.receipts:
        found.add("UNMATCHED_PAYMENT")
    if claim.undone:
        found.add("PAYMENT_UNDONE")
    if claim.open_letter or claim.failed_letter:
        found.add("LETTER_OPEN")
    if debtor.cause and debtor.cause.covers(claim, on):
        found.add("CAUSE_PERSON")
    return frozenset(found)


def check(file: File) -> tuple[Answer, ...]:
    """Every answer about a hand-over, the gravest first."""
    found = [answer for rule in RULES for answer in rule(file)]
    return tuple(sorted(found, key=lambda answer: (WEIGHT[answer.weight], CODES.index(answer.code))))


def stops(answers: Iterable[Answer], accepted: Iterable[str] | None = ()) -> tuple[Answer, ...]:
    """The answers that keep a hand-over from being made.

    :param accepted: codes for which somebody answers; None: for all for which anybody may.
    """
    taken = None if accepted is None else set(accepted)
    return tuple(
        answer
        for answer in answers
        if answer.weight == FINAL or (answer.weight == MAY and taken is not None and answer.code not in taken)
    )


def _of(claims: Iterable[Handed], code: str, weight: str, article: str = "", **facts) -> Iterator[Answer]:
    """One answer about all of these claims, none where there are none."""
    claims = tuple(claims)
    if claims:
        numbers = tuple(dict.fromkeys(claim.number for claim in claims))
        lines = frozenset(claim.line_id for claim in claims)
        yield Answer(code, weight, article, {"numbers": numbers, **facts}, lines)


def _party(file: File) -> Iterator[Answer]:
    """The party may have the claim: registered where the law wants it (art. 4 Wki, XIX.6 WER)."""
    if file.refusal:
        _code, sentence, article = file.refusal
        yield Answer("PARTY_REFUSED", FINAL, article, {"sentence": sentence})
    elif file.registered:
        article = "art. XIX.6 WER" if file.country == "BE" else "art. 4 Wki"
        if file.looked_up is None or file.looked_up + timedelta(days=LOOKED_UP_DAYS) < file.on:
            yield Answer("PARTY_OLD", MAY, article, {"date": file.looked_up, "days": LOOKED_UP_DAYS})
        else:
            yield Answer("PARTY_FINE", FINE, article, {"date": file.looked_up})
    yield from _of((c for c in file.claims if c.party), "WITH_PARTY", FINAL)


def _open(file: File) -> Iterator[Answer]:
    """There is something to collect, and nothing that keeps anybody from collecting it."""
    free = [claim for claim in file.claims if not claim.party]
    yield from _of((c for c in free if not c.overdue), "NOT_OVERDUE", FINAL, "art. 6:38 BW" * (file.country == "NL"))
    free = [claim for claim in free if claim.overdue]
    nothing = [c for c in free if c.codes & COVERED or (c.open <= 0 and "DISPUTED" not in c.codes)]
    yield from _of((c for c in nothing if not c.codes & INSOLVENCY), "NOTHING_OPEN", FINAL)
    article = {"NL": "art. 26 Fw", "BE": "art. XX.155 WER"}.get(file.country, "")
    yield from _of((c for c in free if c.codes & INSOLVENCY), "INSOLVENT", FINAL, article)
    article = {"NL": "art. 6:248 BW", "BE": "art. 5.69 BW"}.get(file.country, "")
    yield from _of((c for c in free if c.codes & AGREEMENTS), "AGREED", FINAL, article)
    yield from _of((c for c in free if c.codes & ASKED_ABOUT), "AGREED", MAY, article)
    article = {"NL": "", "BE": "art. XIX.9 WER" if file.is_protected else ""}.get(file.country, "")
    yield from _of((c for c in free if "DISPUTED" in c.codes), "DISPUTED", MAY, article)
    yield from _of((c for c in free if c.codes & HOLDS), "HELD", MAY)
    yield from _of((c for c in free if c.codes & MONEY), "RECEIPT", MAY)
    yield from _of((c for c in free if c.codes & UNDER_WAY), "LETTER_UNDER_WAY", TOLD)


def _statutory(file: File) -> Iterator[Answer]:
    """The letter that the law wants first went, and its term ran out (6:96(6), 6:81-83 BW; XIX.2 WER)."""
    claims = [claim for claim in file.claims if claim.overdue and not claim.party]
    running = [c for c in claims if c.notice and c.notice.claimable_from > file.on]
    article = {"NL": "art. 6:96 lid 6 BW", "BE": "art. XIX.2 WER"}.get(file.country, "")
    facts = {"date": max((c.notice.claimable_from for c in running), default=None)}
    yield from _of(running, "TERM_RUNNING", FINAL, article, **facts)
    given = [c for c in claims if c not in running and c.ends and c.ends > file.on]
    yield from _of(given, "TERM_GIVEN", MAY, "", date=max((c.ends for c in given), default=None))
    if file.is_protected:
        without = [claim for claim in claims if not claim.notice]
        yield from _of(without, "NO_NOTICE", MAY, article if file.country != "BE" else "art. XIX.2, XIX.8 WER")
        if claims and not without and not running:
            yield from _of(claims, "NOTICE_FINE", FINE, article, proof=min((c.proof for c in claims), key=_grade))
    elif file.country != "BE" or not file.term_agreed:
        article = {"NL": "art. 6:81-6:83 BW", "BE": "art. 5.231 BW"}.get(file.country, "")
        late = [c for c in claims if c.default_from and c.default_from <= file.on]
        missing = [] if file.term_agreed else [c for c in claims if c not in late]
        yield from _of(missing, "NOT_IN_DEFAULT", MAY, article)
        if claims and not missing:
            yield from _of(claims, "DEFAULT_FINE", FINE, article)


GRADES = ("none", "sent", "delivered", "read")


def _grade(proof: str) -> int:
    return GRADES.index(proof) if proof in GRADES else 0


def _debtor(file: File) -> Iterator[Answer]:
    """What a person has to look at first: an answer of the debtor, care."""
    if file.replied_on:
        yield Answer("REPLIED", MAY, "", {"date": file.replied_on})
    if file.care:
        yield Answer("CARE", MAY, "art. 13 Wki" if file.country == "NL" else "")


def _limitation(file: File) -> Iterator[Answer]:
    """How long there is left (3:307, 7:28 BW; old art. 2262bis, 2272 BW)."""
    article = {"NL": "art. 3:307, 7:28 BW", "BE": "art. 2262bis, 2272 oud BW"}.get(file.country, "")
    if file.lapses_on is None:
        yield Answer("LAPSES_LATER", FINE, article)
    elif file.lapses_on < file.on:
        yield Answer("LAPSED", MAY, article, {"date": file.lapses_on})
    else:
        yield Answer("LAPSES", TOLD, article, {"date": file.lapses_on, "days": (file.lapses_on - file.on).days})


def _costs(file: File) -> Iterator[Answer]:
    """What is handed over on top of the principal is what the law lets us ask."""
    costs = sum((claim.costs for claim in file.claims), ZERO)
    interest = sum((claim.interest for claim in file.claims), ZERO)
    article = {"NL": "art. 6:96 BW, Besluit BIK", "BE": "art. XIX.4 WER"}.get(file.country, "")
    if file.country == "BE" and not file.is_protected:
        article = "art. 6 wet 2-8-2002"
    yield Answer("COSTS", FINE, article, {"costs": costs, "interest": interest})
    if file.country == "BE" and file.is_protected:
        yield Answer("NO_FEE", TOLD, "art. XIX.13 WER")


RULES = (_party, _open, _statutory, _debtor, _limitation, _costs)

# What a file should hold, and how much each part of it weighs. The parts about claims count by the claim.
PARTS = {
    "notice": 20, "proof": 15, "invoice": 15, "terms": 10, "order": 10, "delivery": 10, "address": 10, "kind": 5,
    "registration": 5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that a file should hold: a part of :data:`PARTS`, whether it is there, about which claim (0: all)."""

    part: str
    there: bool
    line_id: int = 0


def score(pieces: Sequence[Piece]) -> tuple[int, tuple[Piece, ...]]:
    """How complete a file is: 0–100, and what is missing, the heaviest first.

    100 only when nothing is missing; a part that nothing is asked of does not count.
    """
    parts: dict[str, list[Piece]] = {}
    for piece in pieces:
        parts.setdefault(piece.part, []).append(piece)
    whole = sum(PARTS[part] for part in parts)
    have = sum(Decimal(PARTS[part]) * sum(p.there for p in own) / len(own) for part, own in parts.items())
    missing = tuple(sorted((p for p in pieces if not p.there), key=lambda p: (-PARTS[p.part], p.line_id)))
    return (int(have * 100 / whole) if whole else 100), missing
