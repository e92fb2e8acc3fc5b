"""By hand only, a day that a person sets, and who is responsible: for a debtor and for one invoice."""

from datetime import timedelta

from odoo.tests import tagged

from ...common import TODAY
from ..event.told_case import ToldMixin
from .test_worklist import WorklistCase


@tagged("post_install", "-at_install")
class TestSteering(ToldMixin, WorklistCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.invoice(cls.partner, 200, due=12)
        cls.moves = cls.as_user(cls.user, cls.move + cls.second)
        cls.run_for(partners=cls.partner).letter_ids.sudo()._discard()

    def codes(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return [move.dunning_decision_id.code for move in self.moves]

    def test_a_day_for_the_debtor(self):
        self.assertEqual(self.codes(), ["LETTER", "LETTER"])
        for days, code in ((1, "DAY_SET"), (0, "LETTER"), (-1, "LETTER")):
            self.case.next_day = TODAY + timedelta(days=days)
            self.assertEqual(self.codes(), [code, code])
        self.case.next_day = TODAY + timedelta(days=3)
        self.assertEqual(self.case.next_date, TODAY + timedelta(days=3))
        self.assertIn("somebody set that day", self.case.explanation)

    def test_a_day_for_one_invoice_and_of_two_the_later(self):
        self.moves[1].dunning_next_day = TODAY + timedelta(days=2)
        self.assertEqual(self.codes(), ["LETTER", "DAY_SET"])
        self.case.next_day = TODAY + timedelta(days=1)
        self.assertEqual(self.codes(), ["DAY_SET", "DAY_SET"])
        days = [move.dunning_next_date for move in self.moves]
        self.assertEqual(days, [TODAY + timedelta(days=1), TODAY + timedelta(days=2)])

    def test_by_sql_it_is_asked_anew(self):
        """Whoever looks after somebody wrote it by another way."""
        self.cr.execute(
            "UPDATE dunning_case SET next_day = %s WHERE id = %s", (TODAY + timedelta(days=9), self.case.id)
        )
        self.env["dunning.freshness"].sudo()._bring({self.nl.id: self.partner.ids})
        self.assertEqual(self.codes(), ["DAY_SET", "DAY_SET"])

    def automatic(self):
        self.env["dunning.level"].search([]).automatic = True
        run = self.env["dunning.run"].create(
            {"company_id": self.nl.id, "automatic": True, "partner_ids": self.partner.ids}
        )
        run.action_propose()
        return run

    def test_by_hand_only(self):
        self.case.by_hand = True
        run = self.automatic()
        self.assertFalse(run.letter_ids)
        self.assertEqual(self.codes(), ["BY_HAND", "BY_HAND"])
        self.assertTrue(self.case.needs_somebody)
        self.assertEqual(len(self.run_for(partners=self.partner).letter_ids.line_ids), 2, "by hand it goes")

    def test_by_hand_only_for_one_invoice(self):
        self.moves[0].dunning_by_hand = True
        run = self.automatic()
        self.assertEqual(run.letter_ids.line_ids.move_id, self.second)
        self.assertEqual(self.codes()[0], "BY_HAND")

    def test_told(self):
        with self.telling("debtor.by_hand", "debtor.by_hand_let_go", family="debtor.by_hand") as told:
            self.case.by_hand = True
            self.case.by_hand = False
        self.assertEqual(told[0].author_id, self.user)
        with self.telling("debtor.day_set", "debtor.day_set_let_go", family="debtor.day_set"):
            self.case.next_day = TODAY
            self.case.next_day = False

    def test_told_of_an_invoice(self):
        move = self.moves[0]
        kinds = "debtor.by_hand_of_invoice", "debtor.by_hand_of_invoice_let_go"
        with self.telling(*kinds, family="debtor.by_hand"):
            move.dunning_by_hand = True
            move.dunning_by_hand = False
        kinds = "debtor.day_set_of_invoice", "debtor.day_set_of_invoice_let_go"
        with self.telling(*kinds, family="debtor.day_set"):
            move.dunning_next_day = TODAY
            move.dunning_next_day = False
        kinds = "debtor.responsible_of_invoice", "debtor.responsible_of_invoice_let_go"
        with self.telling(*kinds, family="debtor.responsible") as told:
            move.dunning_user_id = self.manager
            move.dunning_user_id = False
        self.assertEqual((told[0].facts["into"], self.personal(told[0])["after"]), (self.manager.id, self.manager.name))
        self.assertFalse(self.moves.copy().mapped("dunning_user_id"))

    def test_who_gets_it(self):
        self.partner.write({"email": False, "street": False})
        self.run_for(partners=self.partner)
        attention = self.cases.env["dunning.attention"]
        self.assertEqual([row["user"] for row in attention._rows(self.nl)[0]], [self.user.name])
        self.move.dunning_user_id = self.manager
        self.assertEqual([row["user"] for row in attention._rows(self.nl)[0]], [self.manager.name])
