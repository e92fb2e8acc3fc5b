"""How long books are kept."""

from datetime import date

import pytest

from odoo.addons.cremann_dunning.law.errors import DateError
from odoo.addons.cremann_dunning.law.keeping import books, books_until


@pytest.mark.parametrize(
    ("country", "year_end", "until"),
    [
        ("NL", date(2026, 12, 31), date(2033, 12, 31)),
        ("NL", date(2024, 2, 29), date(2031, 2, 28)),  # a year of the books that ends on a leap day
        ("BE", date(2026, 12, 31), date(2036, 12, 31)),
        ("BE", date(2026, 6, 30), date(2036, 6, 30)),
        ("DE", date(2026, 12, 31), date(2036, 12, 31)),
        ("", date(2026, 12, 31), date(2036, 12, 31)),
    ],
)
def test_books_are_kept_until(country, year_end, until):
    assert books_until(country, year_end) == until


def test_article_only_where_it_is_known():
    assert "AWR" in books("NL").article and "WBTW" in books("BE").article and not books("FR").article


def test_no_day():
    with pytest.raises(DateError):
        books_until("NL", "2026-12-31")
