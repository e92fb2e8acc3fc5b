"""How long a firm keeps its books, and with them what their figures rest on.

Netherlands: seven years (art. 52 lid 4 AWR, art. 2:10 lid 3 BW). Belgium: ten years from 1 January of the year that
follows (art. 60 § 4 WBTW and art. 315 WIB 92, since the law of 20 November 2022). Of another country nothing is known
here, and the longer of the two is taken: what is kept too long can still be erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .calendar import add_months
from .errors import check_date


@dataclass(frozen=True, slots=True)
class Keeping:
    """``years`` after the end of the year in which something was booked; ``article`` is where that stands."""

    years: int
    article: str


BOOKS: Mapping[str, Keeping] = {
    "NL": Keeping(7, "art. 52 lid 4 AWR"),
    "BE": Keeping(10, "art. 60 § 4 WBTW, art. 315 WIB 92"),
}
ELSEWHERE = Keeping(10, "")


def books(country: str) -> Keeping:
    """How long books are kept. :param country: of the firm, as ``NL``."""
    return BOOKS.get(country, ELSEWHERE)


def books_until(country: str, year_end: date) -> date:
    """The last day on which the books of a year are kept. :param year_end: its last day.

    :raises DateError: a day is no ``date``.
    """
    check_date("year_end", year_end)
    return add_months(year_end, books(country).years * 12)
