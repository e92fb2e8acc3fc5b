"""Whoever looks at a list of cases sees what holds now, and writes nothing."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.debtor import dunning_glance
from odoo.addons.cremann_dunning.models.run.dunning_freshness import JOB

from ...common import NOW
from ..run.test_freshness import FreshCase

MOMENT = fields.Datetime.to_datetime(NOW)  # at which time stands still in these tests
WANTED = {name: {} for name in ("partner_id", "amount_overdue", "next_level_id", "next_date", "reason", "explanation")}


@tagged("post_install", "-at_install")
class TestGlance(FreshCase):
    def setUp(self):
        super().setUp()
        self.open_list(self.looker, "dunning.case")
        self.env["dunning.figures"]._put_away()
        self.env.ref(JOB).lastcall = MOMENT

    @contextmanager
    def read_only(self):
        """PostgreSQL refuses whatever would be written."""
        self.env.flush_all()
        self.env.invalidate_all()
        savepoint = self.cr.savepoint()
        self.cr.execute("SET TRANSACTION READ ONLY")
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def row(self, domain=()):
        """What the worklist says of the first debtor; None where it has no such row."""
        mine = [("partner_id", "=", self.partner.id), *domain]
        with self.read_only():
            rows = self.looker["dunning.case"].web_search_read(mine, WANTED)["records"]
        return rows[0] if rows else None

    def test_what_changed_is_answered_without_writing_it(self):
        before = self.row()
        self.assertEqual((before["reason"], bool(before["next_level_id"])), ("LETTER", True))
        self.sql("UPDATE account_move_line SET no_followup = TRUE WHERE move_id = %s", self.move.id)
        row = self.row()
        self.assertEqual((row["reason"], row["next_level_id"], row["next_date"]), ("NO_FOLLOWUP", False, False))
        self.assertNotEqual(row["explanation"], before["explanation"])
        self.assertEqual(row["amount_overdue"], 100)
        self.assertFalse(self.row([("is_due", "=", True)]))
        self.assertTrue(self.row([("reason", "=", "NO_FOLLOWUP")]))
        said = row["explanation"]
        self.assertEqual(self.code(self.move), "LETTER", "nothing was written")
        form = self.open_form(self.case())
        self.assertEqual((self.code(self.move), form["explanation"]), ("NO_FOLLOWUP", said))

    def test_the_board_and_its_sums_do_the_same(self):
        self.sql("UPDATE account_move_line SET no_followup = TRUE WHERE move_id = %s", self.move.id)
        mine = [("partner_id", "=", self.partner.id)]
        with self.read_only():
            groups = self.looker["dunning.case"].formatted_read_group(mine, ["reason"], ["__count"])
        self.assertEqual([(group["reason"], group["__count"]) for group in groups], [("NO_FOLLOWUP", 1)])

    def test_what_was_paid_is_gone(self):
        self.pay(self.move)
        row = self.row()
        self.assertEqual((row["amount_overdue"], row["reason"], row["explanation"]), (0, False, False))

    def test_of_very_many_nothing_is_said_until_the_job_has_asked(self):
        self.sql("UPDATE account_move_line SET no_followup = TRUE WHERE move_id = %s", self.move.id)
        with patch.object(dunning_glance, "AT_ONCE", 0):
            row = self.row()
            self.assertEqual((row["reason"], row["next_level_id"], row["explanation"]), (False, False, False))
            self.env.ref(JOB).lastcall = MOMENT - timedelta(minutes=5)
            row = self.looker["dunning.case"].web_search_read([("partner_id", "=", self.partner.id)], WANTED)
            self.assertEqual(row["records"][0]["reason"], "NO_FOLLOWUP", "where no job comes whoever looks asks")

    def test_a_letter_that_was_drafted_is_still_announced(self):
        """That the run of a moment ago drafted it is no news."""
        self.sql("UPDATE res_partner SET comment = 'x' WHERE id = %s", self.partner.id)
        row = self.row()
        self.assertEqual((row["reason"], bool(row["next_level_id"])), ("LETTER", True))

    def test_one_that_cannot_be_answered_stops_nobody(self):
        self.sql("UPDATE account_move_line SET no_followup = TRUE WHERE move_id = %s", self.move.id)
        engine = type(self.env["dunning.engine"])
        with patch.object(engine, "_answers_now", side_effect=self.env["dunning.letter"]._business_errors()[0]("no")):
            self.assertEqual(self.row()["reason"], False)
