"""Errors of the ground floor. Each names the field that is wrong, so that a form can point at it."""

from collections.abc import Collection
from datetime import date, datetime

# A year outside this range is a typing error (0206, 20026), and close to the ends of the calendar date
# arithmetic overflows. Public holidays are known to the library for these years.
FIRST_YEAR = 1970
LAST_YEAR = 2100


class LawError(ValueError):
    """A question the law functions cannot answer.

    :ivar field: name of the argument that is wrong, as the caller wrote it.
    :ivar reason: one English sentence for a log or a developer; ``str(error)`` is ``"field: reason"``.
    """

    def __init__(self, field: str, reason: str):
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason

    def __reduce__(self):
        # The default rebuilds an exception from str(error) alone and so fails when it crosses a process.
        return type(self), (self.field, self.reason)


class AmountError(LawError):
    """An amount of money or a percentage that is no finite, exact or sensible number."""


class DateError(LawError):
    """A day that is no ``date``, lies outside the calendar, or comes before a day it has to follow."""


class ChoiceError(LawError):
    """A word that is not one of the words the function knows (country, channel, kind, day count)."""


class ScaleError(LawError):
    """A cost scale that is missing, empty or contradicts itself."""


class RateTableError(LawError):
    """A rate table that is empty, unsorted, has a day twice or misses a row it should have."""


class RatePeriodError(RateTableError):
    """Interest is asked over days for which the table holds no rate."""


class NoTermError(LawError):
    """No valid term has started: the letter bounced, or nothing shows that it arrived."""


def check_date(field: str, value: object) -> date:
    """Return `value` when it is a plain ``date`` between 1970 and 2100, else raise :class:`DateError`.

    A ``datetime`` is refused: its time zone decides which day it is, and only the caller knows that.
    """
    if isinstance(value, datetime) or not isinstance(value, date):
        raise DateError(field, f"expected a date, got {value!r}")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise DateError(field, f"{value.isoformat()} lies outside {FIRST_YEAR}-{LAST_YEAR}")
    return value


def check_choice(field: str, value: object, known: Collection[str]) -> str:
    """Return `value` when it is one of the words `known`, else raise :class:`ChoiceError` that lists them."""
    if not isinstance(value, str) or value not in known:
        raise ChoiceError(field, f"{value!r} is unknown; known are {', '.join(sorted(known))}")
    return value


def check_count(field: str, value: object, least: int) -> int:
    """Return `value` when it is a whole number of days of at least `least`, else raise :class:`DateError`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise DateError(field, f"expected a whole number from {least}, got {value!r}")
    return value
