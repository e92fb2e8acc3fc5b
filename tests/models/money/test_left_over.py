"""Cash discounts that were earned and small rests: written off as Odoo would, by hand, for many at once and by
itself.
"""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...common import TODAY, day
from .charge_case import ChargeCase


@tagged("post_install", "-at_install")
class TestLeftOver(ChargeCase):
    def term(self, computation="included"):
        return self.env["account.payment.term"].create(
            {
                "name": "2% within 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": computation,
                "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 20})],
            }
        )

    def with_discount(self, computation="included", currency=None):
        """An invoice of 30 days ago over 100 and 50 at 21% and 100 at 9%, with 2% off up to and including 20 days
        ago.
        """
        taxes = self.env["account.tax"].search(
            [("company_id", "=", self.nl.id), ("type_tax_use", "=", "sale"), ("amount", "in", (21, 9))]
        )
        taxes = {rate: taxes.filtered(lambda tax, rate=rate: tax.amount == rate)[:1] for rate in (21, 9)}
        account = self._account(self.nl, "income").id
        move = self.invoice(
            self.debtor(), term=self.term(computation), invoice_date=day(30), post=False, sent=False, currency=currency
        )
        move.invoice_line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "name": "Work",
                        "price_unit": price,
                        "tax_ids": [Command.set(taxes[rate].ids)],
                        "account_id": account,
                    }
                )
                for price, rate in ((100.03, 21), (50, 21), (100, 9))
            ),
        ]
        move._post(soft=False)
        move.is_move_sent, move.dunning_sent_on = True, day(30)
        return move

    def item(self, move):
        return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    def window(self, moves, user=None):
        action = self.as_user(user or self.user, moves).action_dunning_write_off_rests()
        return self.as_user(user or self.user)["dunning.left.over.wizard"].with_context(**action["context"]).create({})

    def as_booked_by_odoo(self, move):
        """What Odoo books beside the account of the debtor when the same payment is registered with its discount."""
        twin = move.copy({"invoice_date": move.invoice_date})
        twin._post(soft=False)
        register = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=twin.ids)
        payment = register.create({"payment_date": day(20)})._create_payments()
        self.assertEqual(twin.amount_residual, 0)
        return self.rows(payment.move_id, payment.outstanding_account_id)

    def rows(self, entry, without=None):
        lines = entry.line_ids.filtered(
            lambda line: line.account_type != "asset_receivable" and line.account_id != without
        )
        return sorted(
            (line.account_id.code, line.tax_line_id.amount, tuple(line.tax_ids.mapped("amount")), line.balance,
             tuple(sorted(line.tax_tag_ids.mapped("name"))))
            for line in lines
        )  # fmt: skip

    def test_it_is_booked_as_odoo_does_it(self):
        for computation in ("included", "excluded", "mixed"):
            with self.subTest(computation=computation):
                move = self.with_discount(computation)
                item = self.item(move)
                self.received(move, item.discount_amount_currency, on=day(20))
                self.assertEqual(move.payment_state, "partial")
                entry = self.env["dunning.left.over"]._write_off(item, "discount")
                self.assertEqual((move.amount_residual, entry.state, entry.date), (0, "posted", day(20)))
                self.assertEqual(self.rows(entry), self.as_booked_by_odoo(move))

    def test_less_than_the_discount_is_written_off_in_proportion(self):
        move = self.with_discount()
        item = self.item(move)
        full = item.amount_currency - item.discount_amount_currency
        self.received(move, item.amount_currency - full / 2, on=day(20))
        left = move.amount_residual
        entry = self.env["dunning.left.over"]._write_off(item, "discount")
        self.assertEqual(move.amount_residual, 0)
        taxes = entry.line_ids.filtered("tax_line_id")
        self.assertAlmostEqual(sum(entry.line_ids.filtered(lambda line: line.balance > 0).mapped("balance")), left, 2)
        self.assertAlmostEqual(sum(taxes.mapped("balance")), move.amount_tax * left / move.amount_total, delta=0.02)

    def test_from_the_decision_in_one_act(self):
        move = self.with_discount()
        self.received(move, self.item(move).discount_amount_currency, on=day(20))
        self.run_for(partners=move.partner_id)
        decision = move.dunning_decision_id
        self.assertEqual((decision.code, decision.amount_open), ("DISCOUNT", 0))
        self.assertEqual(decision.repair_label, "Write it off")
        action = self.as_user(self.user, decision).action_repair()
        window = self.as_user(self.user)[action["res_model"]].with_context(**action["context"]).create({})
        self.assertIn(move.name, window.discounts)
        self.assertFalse(window.rests or window.others)
        window.action_write_off()
        self.assertEqual(move.amount_residual, 0)
        with self.assertRaisesRegex(UserError, "Nothing here"):
            window.action_write_off()

    def test_by_itself_where_the_company_has_it_so(self):
        earned, late = self.with_discount(), self.with_discount()
        for move, on in ((earned, 20), (late, 19)):
            self.received(move, self.item(move).discount_amount_currency, on=day(on))
        self.env["dunning.proposal"]._make(self.env["dunning.run"].create({"company_id": self.nl.id, "date": TODAY}))
        self.assertTrue(earned.amount_residual, "not unless it says so")
        self.nl.dunning_discount_by_itself = True
        self.run_for(partners=earned.partner_id)
        self.assertEqual(earned.amount_residual, 0)
        self.assertTrue(late.amount_residual)

    def test_before_it_is_due_as_well(self):
        self.nl.dunning_discount_by_itself = True
        with self.at(-15):
            move = self.with_discount()
            self.received(move, self.item(move).discount_amount_currency, on=day(20))
            self.assertGreater(move.invoice_date_due, self.nl._dunning_today() - timedelta(days=1))
            self.assertTrue(self.env["dunning.left.over"]._write_off_by_itself(self.nl))
        self.assertEqual(move.amount_residual, 0)

    def test_what_is_missing_is_said_and_nothing_is_done(self):
        move = self.with_discount()
        self.received(move, self.item(move).discount_amount_currency, on=day(20))
        left = move.amount_residual
        self.nl.account_journal_early_pay_discount_loss_account_id = False
        with self.assertRaisesRegex(UserError, "no account for cash discounts"):
            self.window(move).action_write_off()
        self.nl.dunning_discount_by_itself = True
        self.assertFalse(self.env["dunning.left.over"]._write_off_by_itself(self.nl))
        self.assertEqual(move.amount_residual, left)

    def test_a_locked_period_is_not_touched(self):
        move = self.with_discount()
        self.received(move, self.item(move).discount_amount_currency, on=day(20))
        self.nl.fiscalyear_lock_date = day(16)
        entry = self.env["dunning.left.over"]._write_off(self.item(move), "discount")
        self.assertEqual((entry.date, move.amount_residual), (day(15), 0))

    def test_in_another_currency(self):
        self.usd.active = True
        move = self.with_discount(currency=self.usd)
        item = self.item(move)
        receivable = item.account_id
        credit = self.unallocated(move.partner_id, item.discount_amount_currency, currency=self.usd, on=day(20))
        credit.move_id.journal_id.type = "bank"
        (credit + item).reconcile()
        self.assertTrue(move.amount_residual)
        entry = self.env["dunning.left.over"]._write_off(item, "discount")
        self.assertEqual((move.amount_residual, item.amount_residual), (0, 0))
        self.assertEqual(entry.line_ids.filtered(lambda line: line.account_id == receivable).currency_id, self.usd)

    def test_small_rests_of_many_at_once(self):
        self.nl.dunning_small_rest = 5
        small, large, whole = (self.invoice(self.debtor(name), 100, due=10) for name in ("One", "Two", "Three"))
        self.received(small, 95)
        self.received(large, 94.99)
        moves = small + large + whole
        window = self.window(moves)
        self.assertEqual(window.rests, f"{small.name}: €5.00")
        self.assertEqual(len(window.others.splitlines()), 2)
        action = window.action_write_off()
        self.assertEqual(action["params"]["message"], "Written off: €5.00.")
        self.assertEqual(moves.mapped("amount_residual"), [0, 5.01, 100])
        record = self.env["dunning.write.off"].search([("move_id", "=", small.id)])
        entry = record.entry_id
        self.assertEqual(self.rows(entry), [("493000", 0, (), 5, ())])
        self.assertEqual((record.reason, record.amount), ("small", 5))
        self.assertEqual(entry.date, TODAY)

    def test_the_account_is_the_one_of_the_company(self):
        self.nl.dunning_small_rest = 5
        own = self._account(self.nl, "expense")
        self.nl.dunning_difference_account_id = own
        move = self.invoice(self.debtor(), 100, due=10)
        self.received(move, 96)
        entry = self.env["dunning.left.over"]._write_off(self.item(move), "small")
        self.assertIn(own, entry.line_ids.account_id)
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            self.env["dunning.left.over"]._write_off(self.item(move), "small")
        with self.refused("cannot be below zero", ValidationError):
            self.nl.dunning_small_rest = -1
