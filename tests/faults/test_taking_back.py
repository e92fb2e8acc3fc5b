"""Taking back letters, sent and unsent; who confirms what; runs that come too late."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import TODAY
from .test_delivery import DeliveryCase


@tagged("post_install", "-at_install")
class TestTakenBack(DeliveryCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.move = self.invoice(self.partner, 500, due=5)

    def take_back(self, letters, user=None, reason="sent by mistake"):
        wizard = self.as_user(user or self.manager)["dunning.withdrawal.wizard"].create(
            {"letter_ids": [fields.Command.set(letters.ids)], "reason": reason}
        )
        wizard.action_withdraw()
        self.env.invalidate_all()

    def ladder(self, *days):
        letters = []
        for when in days:
            with self.at(when) as today:
                letters.append(self.send_level(partners=self.partner, date=today).with_env(self.env))
        return letters

    def test_highest_level_first(self):
        first, second = self.ladder(0, 8)
        with self.at(9):
            with self.assertRaisesRegex(UserError, f"{second.name}.*Take that one back first"):
                self.take_back(first)
            self.assertEqual(first.state, "sent")
            self.take_back(second)
            self.assertEqual(self.move.dunning_level_id, first.level_id)
            self.take_back(first)
        self.assertFalse(self.move.dunning_level_id)
        self.assertEqual((first + second).mapped("state"), ["cancelled", "cancelled"])
        self.assertTrue(first.pdf_file and first.sent_on, "it stays on record")

    def test_both_at_once_in_any_order(self):
        first, second = self.ladder(0, 8)
        with self.at(9):
            self.take_back(first + second)
        self.assertFalse(self.move.dunning_level_id)

    def test_the_same_level_again_at_a_distance(self):
        [first] = self.ladder(0)
        gap = first.procedure_id.minimum_interval
        self.assertGreater(gap, 1)
        self.take_back(first)
        self.assertEqual(self.code(self.move), "TOO_SOON")
        with self.at(gap - 1) as today:
            self.assertFalse(self.run_for(partners=self.partner, date=today).letter_ids)
        with self.at(gap) as today:
            again = self.run_for(partners=self.partner, date=today).letter_ids
            self.assertEqual(again.level_id, first.level_id)

    def test_costs_announced_no_longer_count(self):
        consumer = self.debtor("Mrs White", kind="consumer")
        self.invoice(consumer, 500, due=5)
        for days in (0, 8, 17):
            with self.at(days) as today:
                notice = self.send_level(partners=consumer, date=today)
        self.assertEqual(notice.legal_type, "statutory_notice")
        with self.at(18) as today:
            earlier = self.env["dunning.letter"]._earlier_costs(self.nl, consumer.ids, today)
            self.assertTrue(earlier[consumer.id])
            self.take_back(notice)
            self.assertFalse(self.env["dunning.letter"]._earlier_costs(self.nl, consumer.ids, today))

    def test_only_a_manager_with_a_reason(self):
        [first] = self.ladder(0)
        with self.assertRaises(UserError):
            self.take_back(first, user=self.user)
        with self.assertRaisesRegex(UserError, "Write down why"):
            self.take_back(first, reason="  ")
        with self.assertRaisesRegex(UserError, "A manager can take it back"):
            first.with_user(self.manager).action_cancel()
        self.assertEqual(first.state, "sent")

    def test_letter_that_was_not_sent(self):
        letter = self.confirm(self.run_for(partners=self.partner))
        with self.assertRaisesRegex(UserError, "was not sent. Cancel it"):
            self.take_back(letter)

    def test_one_may_write_to_the_debtor_about_it(self):
        [first] = self.ladder(0)
        self.take_back(first)
        self.env["mail.mail"].create(
            {"model": "dunning.letter", "res_id": first.id, "email_to": "x@example.com", "body_html": "Sorry"}
        )

    def test_undo_of_a_run_leaves_what_was_sent(self):
        other = self.debtor("Here")
        here = self.invoice(other, 600, due=5)
        letters = self.confirm(self.run_for(partners=self.partner + other))
        run = letters.run_id
        gone = letters.filtered(lambda letter: letter.partner_id == self.partner)
        self.empty_outbox(gone)
        run.action_undo()
        self.assertEqual((gone.state, (letters - gone).state), ("sent", "cancelled"))
        self.assertEqual(self.code(here), "LETTER")
        self.empty_outbox(letters)
        self.assertEqual(len(self.mailbox.messages), 1)

    def test_undo_lets_a_new_proposal_come(self):
        run = self.run_for(partners=self.partner)
        letter = self.confirm(run)
        run.action_undo()
        again = self.run_for(partners=self.partner)
        self.assertEqual(again.letter_ids.level_id, letter.level_id)


@tagged("post_install", "-at_install")
class TestApproval(DeliveryCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.partner, self.other = self.debtor(), self.debtor("Holland Elektra")
        self.invoice(self.partner, 500, due=5)
        self.first = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        self.second = self.env.ref("cremann_dunning.dunning_level_nl_business_2")

    def proposed(self):
        """A run with a first letter to one and a second letter to another debtor, as the user sees it."""
        self.send_level(partners=self.partner)
        self.invoice(self.other, 600, due=1)
        with self.at(8) as today:
            return self.run_for(partners=self.partner + self.other, date=today)

    def test_level_of_a_manager_waits_for_one(self):
        self.second.write({"automatic": False, "approval": "manager"})
        run = self.proposed()
        self.assertEqual(sorted(run.letter_ids.level_id.ids), sorted((self.first + self.second).ids))
        self.assertEqual(run.manager_count, 1)
        with self.at(8):
            run.action_confirm()
            states = {letter.level_id: letter.state for letter in run.letter_ids}
            self.assertEqual((states[self.first], states[self.second], run.state), ("issued", "draft", "proposed"))
            with self.assertRaisesRegex(UserError, "a manager confirms"):
                run.action_confirm()
            run.with_user(self.manager).action_confirm()
            self.assertEqual((set(run.letter_ids.mapped("state")), run.state), ({"issued"}, "done"))

    def test_level_of_everybody(self):
        run = self.proposed()
        self.assertEqual(run.manager_count, 0)
        with self.at(8):
            run.action_confirm()
        self.assertEqual(set(run.letter_ids.mapped("state")), {"issued"})

    def test_letter_by_hand(self):
        self.first.write({"automatic": False, "approval": "manager"})
        wizard = self.as_user(self.user)["dunning.letter.wizard"]
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        letter_id = wizard.create({"case_id": case.id, "level_id": self.first.id}).action_write()["res_id"]
        letter = self.env["dunning.letter"].browse(letter_id)
        with self.assertRaisesRegex(UserError, "when a manager sends it"):
            self.as_user(self.user, letter).action_issue()
        self.as_user(self.manager, letter).action_issue()
        self.assertEqual(letter.state, "issued")

    def test_not_both_automatic_and_by_a_manager(self):
        self.first.automatic = True
        with self.assertRaisesRegex(UserError, "cannot go by itself and wait"):
            self.first.approval = "manager"


@tagged("post_install", "-at_install")
class TestEarlierRun(DeliveryCase):
    without_pdf = True

    def test_run_dated_before_the_last_one(self):
        """Before, on and after the day of the last confirmed run, of its own company only."""
        partner = self.debtor()
        self.invoice(partner, 500, due=5)
        self.confirm(self.run_for(partners=partner))
        with self.assertRaisesRegex(UserError, "was confirmed already"):
            self.run_for(date=fields.Date.subtract(TODAY, days=1))
        for days in (0, 1):
            self.assertEqual(self.run_for(date=fields.Date.add(TODAY, days=days)).state, "proposed")
