"""What is told of money: costs and interest, what the ledger does with claims, and how claims end."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.cremann_dunning.models.money.dunning_ledger_told import DunningLedgerTold

from ...common import NOW, TODAY, DunningCase
from ..money.charge_case import ChargeCase
from .told_case import ToldMixin


class LedgerToldCase(ToldMixin, DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.move = cls.claimed(100)

    @classmethod
    def claimed(cls, amount, **options):
        """An invoice that is a claim: something was said about it."""
        move = cls.invoice(cls.partner, amount, due=10, **options)
        cls.env["dunning.claim"]._of_moves(move)
        return move

    def item(self, move):
        return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")


@tagged("post_install", "-at_install")
class TestLedgerTold(LedgerToldCase):
    def test_paid_and_let_go(self):
        bank = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.nl.id)], limit=1)
        with self.telling("ledger.paid") as told:
            payments = self.as_user(self.biller)["account.payment.register"].with_context(
                active_model="account.move", active_ids=self.move.ids
            )
            values = {"amount": 40.05, "journal_id": bank.id, "payment_date": TODAY}
            payments.create(values).action_create_payments()
        self.assertEqual((told[0].debtor, told[0].claim_ids.ids), (self.partner.id, self.claims_of(self.move)))
        facts = told[0].facts
        self.assertEqual((facts["amount"], facts["numbers"]), (self.money("40.05"), self.move.name))
        self.assertEqual((facts["on"], told[0].author_id), ({"date": "2026-11-16"}, self.biller))
        with self.telling("ledger.unmatched") as told:
            self.item(self.move).remove_move_reconcile()
        self.assertEqual({**facts, "claims": None}, {**told[0].facts, "claims": None})

    def test_credited_matched_reversed(self):
        credit = self.credit(self.partner, 10)
        with self.telling("ledger.credited", "ledger.matched") as told:
            (self.item(credit) + self.item(self.move)).reconcile()
            self.pay(self.move, 20)
        self.assertEqual([event.facts["amount"] for event in told], [self.money("10.00"), self.money("20.00")])
        move = self.claimed(55)
        with self.telling("ledger.reversed") as told:
            move._reverse_moves([{"date": TODAY}], cancel=True)
        self.assertEqual(told[0].facts["amount"], self.money("55.00"))

    def test_many_at_once(self):
        """As many matches as there are invoices, with a fixed number of statements for us."""
        counts = []
        for size in (2, 20):
            moves = self.invoices([self.partner] * size, 10)
            self.env["dunning.claim"]._of_moves(moves)
            partials = self.env["account.partial.reconcile"]
            for move in moves:
                self.pay(move)
            partials = self.item(moves).matched_credit_ids
            partials.debit_move_id.move_id.mapped("name"), partials.credit_move_id.move_id.mapped("name")
            self.env.flush_all()
            before = self.cr.sql_log_count
            with self.telling(*["ledger.matched"] * size):
                self.env["dunning.ledger.told"]._tell_partials(partials)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_costs_nothing_where_there_is_no_claim(self):
        """One statement more, to see that there is none."""

        def untold(*_args, **_options):
            return None

        def queries(told):
            moves = self.invoices([self.partner] * 3, 10)
            line = self.unallocated(self.partner, 30)
            with self.counted() as count:
                if told:
                    (self.item(moves) + line).reconcile()
                else:
                    with patch.object(self.registry["dunning.ledger.told"], "_tell_partials", untold):
                        (self.item(moves) + line).reconcile()
            return count[0]

        queries(told=True)  # caches of Odoo are filled
        without, with_us = queries(told=False), queries(told=True)
        with self.telling():
            self.assertLessEqual(with_us - without, 1)
            self.assertLessEqual(queries(told=True) - without, 1)

    def test_never_refused(self):
        """Whatever goes wrong while it is told, the ledger goes on."""

        def fails(*_args, **_options):
            raise KeyError("odd data")

        with (
            patch.object(DunningLedgerTold, "_kind_of", fails),
            mute_logger("odoo.addons.cremann_dunning.models.event.dunning_event_beside"),
            self.telling("chain.untold") as told,
        ):
            self.pay(self.move, 100)
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEqual((told[0].company_id, told[0].facts["error"]), (self.nl, "KeyError"))
        self.assertEqual(told[0].facts["ids"], self.item(self.move).matched_credit_ids.ids)
        event = self.registry["dunning.event"]
        with (
            patch.object(event, "_tell", lambda self, rows: self.env.cr.execute("SELECT nothing")),
            mute_logger("odoo.sql_db", "odoo.addons.cremann_dunning.models.event.dunning_event_beside"),
        ):
            self.item(self.move).remove_move_reconcile()
            move = self.claimed(10)
            move.button_draft()
        self.env.flush_all()
        self.assertEqual((self.move.payment_state, move.state), ("not_paid", "draft"))

    def test_what_could_not_be_told_is_shown(self):
        """In the check, and once as a task for whoever is responsible."""
        self.nl.dunning_responsible_id = self.manager
        check = self.env["dunning.chain.check"]
        check._nightly()
        self.assertFalse(check.search([("company_id", "=", self.nl.id)], limit=1).untold)
        for amount in (10, 20):
            with (
                patch.object(DunningLedgerTold, "_kind_of", lambda *_args, **_options: {}["odd"]),
                mute_logger("odoo.addons.cremann_dunning.models.event.dunning_event_beside"),
            ):
                self.pay(self.move, amount)
            check._nightly()
        last = check.search([("company_id", "=", self.nl.id)], limit=1)
        self.assertEqual((last.untold, str(last.untold_since), last.fits), (2, NOW, True))
        self.assertIn("could not be written down", last.words)
        self.assertIn("2, the first on", last.untold_text)
        [task] = self.nl.partner_id.activity_ids
        self.assertEqual(task.user_id, self.manager)
        task.unlink()
        check._nightly()
        self.assertFalse(self.nl.partner_id.activity_ids, "told once")

    def test_odd_data(self):
        """A claim of which the debtor and the number are gone is told all the same, and never in the way."""
        self.cr.execute("UPDATE dunning_claim SET partner_id = 2147483646, number = NULL")
        self.env.invalidate_all(flush=False)
        with self.telling("ledger.matched", "ledger.due_changed", "ledger.to_draft", family="ledger"):
            self.pay(self.move, 30)
            self.item(self.move).date_maturity = "2026-12-01"
            other = self.claimed(10)
            other.button_draft()

    def test_reset_cancelled_posted_again(self):
        kinds = "ledger.to_draft", "ledger.posted_again", "ledger.to_draft", "ledger.cancelled"
        with self.telling(*kinds, family="ledger") as told:
            self.move.button_draft()
            self.move._post(soft=False)
            self.move.button_draft()
            self.move.button_cancel()
        self.assertEqual({tuple(event.claim_ids.ids) for event in told}, {tuple(self.claims_of(self.move))})

    def test_due_date(self):
        item = self.item(self.move)
        with self.telling("ledger.due_changed") as told:
            item.date_maturity = "2026-12-01"
            item.date_maturity = "2026-12-01"
            self.item(self.invoice(self.partner, 5)).date_maturity = "2026-12-01"  # nothing was said about it
        self.assertEqual(told[0].facts["before"], {"date": "2026-11-06"})
        self.assertEqual(told[0].facts["after"], {"date": "2026-12-01"})

    def test_written_off_and_undone(self):
        action = self.as_user(self.user, self.move).action_dunning_write_off()
        window = self.as_user(self.user)[action["res_model"]].browse(action["res_id"])
        window.write({"reason": "goodwill", "proof": "Letter of Mr Jansen"})
        with self.telling("end.written_off", "end.vat", "end.write_off_undone") as told:
            window.action_write_off()
            record = self.env["dunning.write.off"].search([("move_id", "=", self.move.id)])
            record.vat_asked_on = TODAY
            record.action_undo()
        self.assertEqual((told[0].facts["amount"], told[0].author_id), (self.money("100.00"), self.user))
        self.assertEqual(told[0].facts["reason"]["choice"][2], "goodwill")
        self.assertEqual(self.personal(told[0]), {"proof": "Letter of Mr Jansen"})
        [change] = told[1].facts["changes"]
        self.assertEqual((change["before"], change["after"]), (None, {"date": "2026-11-16"}))

    def test_money_after_a_write_off(self):
        """The day before it is no money after it; on the day it is, told once."""
        action = self.as_user(self.user, self.move).action_dunning_write_off()
        self.as_user(self.user)[action["res_model"]].browse(action["res_id"]).action_write_off()
        self.unallocated(self.partner, 10, on=TODAY - timedelta(days=1))
        with self.telling(family="end"):
            self.env["dunning.late.receipt"].sudo()._watch(self.nl)
        self.unallocated(self.partner, 10, on=TODAY)
        with self.telling("end.money_after", family="end") as told:
            for _morning in range(2):
                self.env["dunning.late.receipt"].sudo()._watch(self.nl)
        self.assertEqual((told[0].debtor, told[0].claim_ids.ids), (self.partner.id, self.claims_of(self.move)))
        self.assertEqual(told[0].facts["numbers"], self.move.name)

    def test_set_off(self):
        bill = self.invoice(self.partner, 60, due=5, move_type="in_invoice", sent=False, ref="B-60")
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        with self.telling("ledger.set_off") as told:
            self.env["dunning.set.off"]._make(
                case, {self.item(self.move): 100}, bill.line_ids.filtered(
                    lambda line: line.account_type == "liability_payable"
                ), 60, TODAY,
            )  # fmt: skip
        self.assertEqual((told[0].facts["amount"], told[0].facts["numbers"]), (self.money("60.00"), self.move.name))
        self.assertEqual(told[0].claim_ids.ids, self.claims_of(self.move))


@tagged("post_install", "-at_install")
class TestChargesTold(ToldMixin, ChargeCase):
    def test_asked_replaced_taken_back(self):
        with self.telling("charge.asked", family="charge") as told:
            move, letter = self.asked()
        letter = letter.with_env(self.env)
        costs = sum(letter.line_ids.mapped("amount_costs"))
        self.assertEqual((told[0].letter_id, told[0].debtor), (letter, move.partner_id.id))
        self.assertEqual(told[0].claim_ids.ids, self.claims_of(move))
        self.assertEqual(told[0].facts["costs"], self.money(f"{costs:.2f}"))
        self.assertEqual(sorted(part["kind"] for part in told[0].facts["parts"]), ["costs", "interest"])
        with self.telling("charge.taken_back", family="charge"):
            self.env["dunning.withdrawal"]._withdraw(letter, "A mistake", self.env.user)

    def test_replaced_and_in_force_again(self):
        move, letter = self.asked()
        with self.at(30):
            with self.telling("charge.replaced", "charge.asked", family="charge") as told:
                later = self.send_level(partners=move.partner_id)
                self.env["dunning.delivery"]._after_sending(self.nl)
            by_kind = {event.kind: event for event in told}
            self.assertEqual(by_kind["charge.replaced"].letter_id.id, letter.id)
            self.assertEqual(by_kind["charge.asked"].letter_id.id, later.id)
            with self.telling("charge.asked", "charge.taken_back", family="charge") as told:
                self.env["dunning.withdrawal"].sudo()._withdraw(later.sudo(), "A mistake", self.manager)
            by_kind = {event.kind: event for event in told}
            self.assertTrue(by_kind["charge.asked"].facts["again"])
            self.assertEqual(by_kind["charge.asked"].letter_id.id, letter.id)

    def test_booked_when_asked_and_taken_back(self):
        self.nl.dunning_charges_mode = "asked"
        with self.telling("charge.asked", "charge.booked", family="charge") as told:
            move, letter = self.asked()
        self.assertEqual(told[1].facts["costs"], self.money(f"{letter.amount_costs:.2f}"))
        self.assertEqual(told[1].claim_ids.ids, self.claims_of(move))
        self.assertEqual(told[1].facts["entry"]["record"][1], self.claim_of(move).booking_ids.move_id.id)
        with self.telling("charge.taken_back", "charge.booked_back", family="charge") as told:
            self.env["dunning.withdrawal"].sudo()._withdraw(letter.sudo(), "A mistake", self.manager)
        self.assertEqual(told[1].facts["costs"], self.money(f"{letter.amount_costs:.2f}"), "never below zero")

    def test_rest_asked_on_and_left(self):
        move, _letter = self.asked()
        self.received(move, 1000)
        claim = self.as_user(self.user, self.claim_of(move))
        with self.telling("charge.rest_asked", "charge.rest_left", family="charge") as told:
            claim.action_ask_on()
            claim.action_stop_asking()
        self.assertEqual({event.author_id for event in told}, {self.user})
        self.assertEqual((told[0].claim_ids.ids, told[0].facts["numbers"]), (claim.ids, move.name))

    def test_waived(self):
        move, _letter = self.asked()
        claim = self.claim_of(move)
        window = self.as_user(self.user)["dunning.waive.wizard"].create({"claim_ids": claim.ids, "reason": "Goodwill"})
        with self.telling("charge.waived", "charge.unwaived") as told:
            window.action_waive()
            claim.booking_ids.action_undo()
        self.assertEqual((told[0].author_id, self.personal(told[0])), (self.user, {"reason": "Goodwill"}))
        self.assertEqual(told[0].facts["costs"], self.money("150.00"))

    def test_received_and_booked(self):
        move, letter = self.asked()
        beyond = letter.amount_costs + letter.amount_interest
        item = self.received(move, 1000 + beyond)
        with self.telling("charge.received", family="charge") as told:
            self.env["dunning.bookkeeping"]._book_certain(self.nl)
        self.assertTrue(item.reconciled)
        self.assertEqual(told[0].facts["costs"], self.money(f"{letter.amount_costs:.2f}"))
        self.assertEqual(told[0].facts["interest"], self.money(f"{letter.amount_interest:.2f}"))

    def test_invoiced(self):
        move, letter = self.asked()
        self.received(move, 1000)
        with self.telling("charge.invoiced", family="charge") as told:
            self.env["dunning.accruing"]._invoice(self.claim_of(move))
        self.assertEqual(told[0].facts["costs"], self.money(f"{letter.amount_costs:.2f}"))

    def test_small_rest(self):
        move, _letter = self.asked()
        self.received(move, 999.5)
        item = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        with self.telling("ledger.small_rest") as told:
            self.env["dunning.left.over"]._write_off(item, "small")
        self.assertEqual((told[0].facts["amount"], told[0].claim_ids.ids), (self.money("0.50"), self.claims_of(move)))

    def test_cash_discount(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2% within 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 20})],
            }
        )
        move = self.invoice(self.debtor(), 100, due=30, term=term)
        self.env["dunning.claim"]._of_moves(move)
        self.received(move, 98, on=TODAY.replace(day=1).replace(month=10, day=20))
        item = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        with self.telling("ledger.discount") as told:
            self.env["dunning.left.over"]._write_off(item, "discount")
        self.assertEqual((told[0].facts["amount"], told[0].claim_ids.ids), (self.money("2.00"), self.claims_of(move)))

    def test_handed_over(self):
        move, letter = self.asked()
        letter = letter.with_env(self.env)
        self.cr.execute("UPDATE dunning_letter SET legal_type = 'handover' WHERE id = %s", [letter.id])
        self.env.invalidate_all()
        with self.telling("end.handed_over", family="end") as told:
            self.env["dunning.charge"]._follow(letter)
        self.assertEqual((told[0].letter_id, told[0].claim_ids.ids), (letter, self.claims_of(move)))
