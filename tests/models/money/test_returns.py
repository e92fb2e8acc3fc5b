"""A payment that came back is told of first, once each time; then the claim goes on where it was on its ladder."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.money import dunning_return

from ...common import TODAY, day
from .charge_case import ChargeCase


@tagged("post_install", "-at_install")
class TestReturns(ChargeCase):
    def setUp(self):
        super().setUp()
        self.move = self.invoice(self.debtor(), 100, due=10)
        self.returned = self.env.ref("cremann_dunning.dunning_procedure_returned").level_ids.sorted("sequence")
        self.own = self.env.ref("cremann_dunning.dunning_procedure_nl_business")

    def undo(self, item):
        item.remove_move_reconcile()
        self.assertEqual(self.move.amount_residual, 100)

    def back(self, item, reason="AM04 insufficient funds", on=TODAY):
        """The bank takes a receipt back: it is undone, and matched with the money that left."""
        self.undo(item)
        gone = self.received(self.move.partner_id, -100, on=on, ref=reason)
        (item + gone).reconcile()

    def decision(self):
        self.run_for(partners=self.move.partner_id)
        self.env.invalidate_all()
        return self.move.dunning_decision_id

    def test_what_was_only_undone_did_not_come_back(self):
        self.undo(self.received(self.move, 100, on=day(3)))
        self.assertEqual(self.decision().code, "NET_CREDIT", "his money is still there")
        record = self.env["dunning.return"].search([("move_id", "=", self.move.id)])
        self.assertEqual((record.amount, record.came_back_on), (100, False))

    def test_the_bank_took_it_back(self):
        item = self.received(self.move, 100, on=day(3))
        self.back(item)
        record = self.env["dunning.return"].search([("move_id", "=", self.move.id)])
        self.assertEqual((record.came_back_on, record.amount), (TODAY, 100))
        letter = self.send_level(partners=self.move.partner_id)
        self.assertEqual((letter.level_id, letter.amount_total), (self.returned[0], 100))
        self.assertFalse(letter.amount_costs or letter.amount_interest)
        self.assertIn("AM04 insufficient funds", letter.body)
        self.assertIn("came back on", letter.body)

    def test_once_and_then_on_where_it_was(self):
        first = self.send_level(partners=self.move.partner_id)
        self.assertEqual(first.level_id.procedure_id, self.own)
        with self.at(20):
            self.back(self.received(self.move, 100), on=self.nl._dunning_today())
            self.assertEqual(self.send_level(partners=self.move.partner_id).level_id, self.returned[0])
        with self.at(60):
            letter = self.send_level(partners=self.move.partner_id)
            ladder = self.own.level_ids.filtered("active").sorted("sequence")
            self.assertEqual(letter.level_id, ladder[list(ladder).index(first.level_id) + 1])

    def test_once_for_each_time_as_long_as_there_are_steps(self):
        for ahead, expected in ((0, self.returned[0]), (20, self.returned[1]), (40, None)):
            with self.at(ahead):
                self.back(self.received(self.move, 100), on=self.nl._dunning_today())
                letter = self.send_level(partners=self.move.partner_id)
                self.assertEqual(letter.level_id.procedure_id == self.own, not expected)
                self.assertEqual(letter.level_id, expected or letter.level_id)

    def test_an_entry_reverses_the_payment(self):
        item = self.received(self.move, 100, on=day(3))
        item.move_id._reverse_moves([{"date": day(1), "ref": "Storno"}], cancel=True)
        self.assertEqual(self.move.amount_residual, 100)
        self.assertEqual(self.decision().level_id, self.returned[0])
        record = self.env["dunning.return"].search([("move_id", "=", self.move.id)])
        self.assertEqual((record.came_back_on, record.reason), (day(1), "Storno"))

    def test_a_direct_debit_that_is_undone_came_back(self):
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.move.ids
        )
        journal = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.nl.id)], limit=1)
        account = self._account(self.nl, "asset_current")
        journal.inbound_payment_method_line_ids.payment_account_id = account
        payment = register.create({"payment_date": day(3), "journal_id": journal.id})._create_payments()
        item = payment.move_id.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        with patch.object(dunning_return, "DEBITS", ("manual",)):
            self.undo(item)
        self.assertEqual(self.decision().code, "NET_CREDIT", "until the books say so as well")
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self.decision().level_id, self.returned[0])

    def test_matched_again_it_did_not_come_back(self):
        item = self.received(self.move, 100, on=day(3))
        item.move_id._reverse_moves([{"date": day(1)}])
        self.undo(item)
        claim = self.move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        (item + claim).reconcile()
        self.assertFalse(self.env["dunning.return"]._facts(claim.ids))

    def test_without_such_a_procedure_the_ladder_goes_on(self):
        self.env.ref("cremann_dunning.dunning_procedure_returned").active = False
        self.back(self.received(self.move, 100, on=day(3)))
        self.assertEqual(self.decision().level_id.procedure_id, self.own)
