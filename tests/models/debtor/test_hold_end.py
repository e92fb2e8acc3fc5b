"""A hold has a last day unless a manager says otherwise; that it is over is told once, and ending it can be undone."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ...common import TODAY
from .agreement_case import AgreementCase


@tagged("post_install", "-at_install")
class TestHoldEnd(AgreementCase):
    def hold(self, user=None, **vals):
        about = {"partner_id": self.partner.id, "company_id": self.nl.id, "reason": "Asked"}
        return self.as_user(user or self.user)["dunning.hold"].create(about | vals)

    def told(self):
        """What the daily job tells: events and activities."""
        self.env["dunning.daily.job"]._settle(self.nl)
        events = self.env["dunning.event"].search([("kind", "=", "hold.ran_out"), ("company_id", "=", self.nl.id)])
        return len(events), self.case.activity_ids.filtered(lambda activity: activity.summary == "Hold ended")

    def test_it_has_a_last_day(self):
        self.assertEqual(self.hold().date_until, TODAY + timedelta(days=30))
        self.nl.dunning_hold_days = 5
        hold = self.hold()
        self.assertEqual(hold.date_until, TODAY + timedelta(days=5))
        with self.refused("A hold has a last day", UserError):
            hold.date_until = False
        hold.date_until = TODAY + timedelta(days=6)
        self.assertFalse(self.hold(self.manager).date_until)
        self.as_user(self.manager, hold).date_until = False
        self.assertFalse(hold.date_until)
        window = self.as_user(self.user)["dunning.hold.wizard"].with_context(default_case_ids=self.case.ids)
        self.assertEqual(Form(window).date_until, TODAY + timedelta(days=5))

    def test_the_answers_follow_at_once(self):
        self.run_for().action_cancel()
        hold = self.hold(date_until=TODAY)
        self.assertEqual(self.code(self.move), "HOLD_UNTIL")
        hold.action_release()
        self.assertEqual(self.code(self.move), "LETTER")
        hold.action_restart()
        self.assertEqual((self.code(self.move), hold.active, bool(hold.released_by_id)), ("HOLD_UNTIL", True, False))
        hold.action_release()
        with self.at(1), self.refused("Its last day is over", UserError):
            hold.action_restart()

    def test_that_it_is_over_is_told_once(self):
        self.nl.dunning_responsible_id = self.user
        self.hold(date_until=TODAY)
        self.hold(date_until=TODAY, move_id=self.move.id)
        ended = self.hold(date_until=TODAY)
        ended.action_release()
        for days, number in ((0, 0), (1, 2), (2, 2)):
            with self.subTest(days), self.at(days):
                events, activities = self.told()
                self.assertEqual((events, len(activities)), (number, min(number, 1)))
        self.assertEqual(activities.user_id, self.user)
        self.assertIn(f"The hold on {self.move.name}", activities.note)

    def test_one_that_was_made_longer_is_told_again(self):
        hold = self.hold(date_until=TODAY)
        with self.at(1):
            self.assertEqual(self.told()[0], 1)
            hold.date_until = TODAY + timedelta(days=3)
        with self.at(3):
            self.assertEqual(self.told()[0], 1)
        with self.at(4):
            self.assertEqual(self.told()[0], 2)

    def test_of_whoever_owes_nothing_nobody_has_to_know(self):
        self.nl.dunning_responsible_id = self.user
        self.hold(date_until=TODAY)
        self.pay(self.move)
        self.pay(self.second)
        with self.at(1):
            events, activities = self.told()
            self.assertEqual((events, len(activities)), (1, 0))
