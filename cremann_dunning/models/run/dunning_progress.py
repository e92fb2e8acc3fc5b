"""Long work is done batch by batch, and what is done is committed between them."""

from odoo import modules


def may_commit():
    """Batches are committed one by one, except under test where one transaction holds everything."""
    return not modules.module.current_test


def progress(env, processed=0, remaining=None):
    """Commit what is done and tell the cron; the seconds that are left of its time."""
    if may_commit():
        return env["ir.cron"]._commit_progress(processed, remaining=remaining)
    env.flush_all()
    return float("inf")
