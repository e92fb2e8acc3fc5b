"""Holds that were over before are no news."""


def migrate(cr, version):
    """Only of holds that end from now on it is told that they did."""
    if version:
        cr.execute("UPDATE dunning_hold SET is_over_told = TRUE WHERE date_until < CURRENT_DATE")
