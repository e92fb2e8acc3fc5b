"""Of very many debtors at once the job asks that runs every minute, and nobody who opens a list waits for it."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.run import dunning_freshness

from ...common import NOW
from .test_freshness import FreshCase

MOMENT = fields.Datetime.to_datetime(NOW)  # at which time stands still in these tests


@tagged("post_install", "-at_install")
class TestLeftToTheJob(FreshCase):
    def setUp(self):
        super().setUp()
        self.open_list(self.looker, "dunning.case")
        self.job = self.env.ref(dunning_freshness.JOB)
        self.env["dunning.freshness"]._suspect(self.nl, None)  # as when a day has come

    def asks(self, many=True, **job):
        """Whether a look at the invoices that are due asks anew, with a job that ran then."""
        self.job.write(job)
        with self.cr.savepoint() as savepoint, patch.object(dunning_freshness, "AT_ONCE", 1 if many else 2):
            with self.asked() as found:
                self.due_by_filter()
            savepoint.rollback()
        return sorted(found) == sorted((self.partner + self.other).ids)

    def test_where_it_is_at_work(self):
        for ran, asks in ((299, False), (300, True), (301, True)):
            self.assertEqual(self.asks(lastcall=MOMENT - timedelta(seconds=ran)), asks, f"{ran} seconds ago")
        self.assertTrue(self.asks(lastcall=False), "it never ran")
        self.assertTrue(self.asks(lastcall=MOMENT, active=False), "somebody stopped it")
        self.assertTrue(self.asks(many=False, lastcall=MOMENT, active=True), "of a few whoever looks does")

    def test_it_asks_about_all_and_leaves_nothing(self):
        with patch.object(dunning_freshness, "AT_ONCE", 1), self.asked() as found:
            self.job.write({"lastcall": MOMENT})
            self.env["dunning.figures"].with_context(cron_end_time=MOMENT)._cron_put_away()
            self.assertLessEqual({self.partner.id, self.other.id}, set(found))
            self.assertEqual(self.env["dunning.freshness"]._stale(self.nl), [])
            found.clear()
            self.due_by_filter()
            self.assertEqual(found, [])
