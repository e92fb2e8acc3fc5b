"""Bracket scales: which collection costs belong to which principal, and step by step how they come about.

Sources: art. 2 of the Besluit vergoeding voor buitengerechtelijke incassokosten ("BIK") for the Netherlands, art.
XIX.4, 2° WER for Belgian consumers. The shipped constants are the figures in force; dated records may replace them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from . import amounts
from .amounts import ZERO, from_cents, not_negative, to_cents, to_percent
from .errors import ScaleError, check_choice


@dataclass(frozen=True)
class Bracket:
    """One step of a cost scale: the part of the principal up to and including `upper`.

    :ivar upper: highest principal of the bracket in euro, ``None`` for the last one.
    :ivar percent: percentage over the part of the principal that lies within the bracket.
    :ivar base: fixed amount at the lower bound. ``None`` continues where the bracket before ended (the
        Dutch scale, which never jumps); an amount starts afresh (the Belgian caps, which jump from 20 to
        30 at 150).
    """

    upper: Decimal | None
    percent: Decimal
    base: Decimal | None = None


@dataclass(frozen=True)
class Tier:
    """One step of a scale as it counts for a principal, euro: ``base + percent of part = costs``."""

    base: Decimal
    percent: Decimal
    part: Decimal
    costs: Decimal


@dataclass(frozen=True)
class CostScale:
    """A bracket scale: what costs belong to which principal.

    :ivar brackets: ordered by `upper`; only the last may have ``upper=None``, and it must.
    :ivar minimum: lowest amount in euro once anything is owed, or ``None``.
    :ivar maximum: highest amount in euro, or ``None``.
    :ivar rounding: ``"half_up"`` to the cent, or ``"down"`` for a cap that may not be exceeded by a
        fraction.
    :raises ScaleError: no brackets, unordered bounds, no open last bracket, minimum above maximum.
    :raises AmountError: a figure that is negative or not exact.
    """

    brackets: tuple[Bracket, ...]
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    rounding: str = "half_up"
    _steps: tuple[tuple[int | None, int, int, int], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "brackets", tuple(self.brackets))
        check_choice("rounding", self.rounding, amounts.ROUNDINGS)
        self._check_limits()
        object.__setattr__(self, "_steps", tuple(self._build_steps()))

    def _check_limits(self) -> None:
        if not self.brackets:
            raise ScaleError("brackets", "a cost scale needs at least one bracket")
        if self.brackets[-1].upper is not None:
            raise ScaleError("brackets", "the last bracket must have no upper bound")
        for name in ("minimum", "maximum"):
            if getattr(self, name) is not None:
                not_negative(name, getattr(self, name))
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ScaleError("minimum", f"{self.minimum} is above the maximum {self.maximum}")

    def _build_steps(self) -> Iterable[tuple[int | None, int, int, int]]:
        """Yield (upper, lower, percent, amount at the lower bound x 100 x RATE_SCALE), all integers."""
        unit = 100 * amounts.RATE_SCALE
        lower = start = 0
        for bracket in self.brackets:
            percent = to_percent("percent", bracket.percent)
            if bracket.base is not None:
                start = not_negative("base", bracket.base) * unit
            upper = self._upper(bracket, lower)
            yield upper, lower, percent, start
            if upper is not None:
                start += (upper - lower) * percent
                lower = upper

    def _upper(self, bracket: Bracket, lower: int) -> int | None:
        if bracket.upper is None:
            if bracket is not self.brackets[-1]:
                raise ScaleError("brackets", "only the last bracket may have no upper bound")
            return None
        upper = not_negative("upper", bracket.upper)
        if upper <= lower:
            raise ScaleError("brackets", f"upper bound {bracket.upper} does not rise above the one before")
        return upper

    def costs_in_cents(self, principal: int) -> int:
        """Return the costs in cents for a principal in cents above zero."""
        _upper, lower, percent, start = next(step for step in self._steps if step[0] is None or principal <= step[0])
        exact = start + (principal - lower) * percent
        cents = amounts.ROUNDINGS[self.rounding](exact, 100 * amounts.RATE_SCALE)
        if self.minimum is not None:
            cents = max(cents, to_cents("minimum", self.minimum))
        if self.maximum is not None:
            cents = min(cents, to_cents("maximum", self.maximum))
        return cents

    def tiers_in_cents(self, principal: int) -> Iterator[Tier]:
        """Yield the steps behind the costs for a principal in cents above zero, before minimum and maximum.

        A bracket with a base of its own starts afresh, so what lies below it does not count. A fraction of a cent is
        in the last step, so the steps add up to the rounded costs.
        """
        own = [number for number, bracket in enumerate(self.brackets) if bracket.base is not None]
        reached = next(n for n, step in enumerate(self._steps) if step[0] is None or principal <= step[0])
        first = max((number for number in own if number <= reached), default=0)
        total = 0
        for number in range(first, reached + 1):
            upper, lower, percent, start = self._steps[number]
            part = (principal if number == reached else upper) - lower
            base = to_cents("base", self.brackets[number].base or ZERO)
            costs = amounts.ROUNDINGS[self.rounding](start + part * percent, 100 * amounts.RATE_SCALE)
            yield Tier(
                from_cents(base), Decimal(percent) / amounts.RATE_SCALE, from_cents(part), from_cents(costs - total)
            )
            total = costs


# Art. 2 lid 1-2 BIK, in force for defaults from 1-7-2012.
NL_SCALE = CostScale(
    brackets=(
        Bracket(Decimal(2500), Decimal(15)),
        Bracket(Decimal(5000), Decimal(10)),
        Bracket(Decimal(10000), Decimal(5)),
        Bracket(Decimal(200000), Decimal(1)),
        Bracket(None, Decimal("0.5")),
    ),
    minimum=Decimal(40),
    maximum=Decimal(6775),
)

# Art. XIX.4, 2° WER, in force from 1-9-2023. A hard cap: exceeding it by a fraction of a cent forfeits the
# clause (XIX.15), hence rounded down.
BE_CONSUMER_CAP = CostScale(
    brackets=(
        Bracket(Decimal(150), Decimal(0), base=Decimal(20)),
        Bracket(Decimal(500), Decimal(10), base=Decimal(30)),
        Bracket(None, Decimal(5), base=Decimal(65)),
    ),
    maximum=Decimal(2000),
    rounding="down",
)


def tiers(principal: Decimal, scale: CostScale) -> tuple[Tier, ...]:
    """Return how the costs over a principal come about, before the minimum and the maximum of the scale.

    :param principal: euro in whole cents.
    :return: the steps in their order; their costs add up to what the scale gives without minimum and maximum. Empty
        for a principal of zero or less.
    :raises AmountError: `principal` is no exact amount.
    """
    cents = to_cents("principal", principal)
    return tuple(scale.tiers_in_cents(cents)) if cents > 0 else ()
