"""What goes wrong around costs and interest: a sentence says what to do, nothing is half done, nothing counts twice."""

from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.money.dunning_writing_off import Given

from .following_case import FollowingCase, cents

D = Decimal


class ReceivedCase(FollowingCase):
    mode = "received"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nl.dunning_charges_mode = cls.mode
        cls.partner = cls.debtor()
        cls.move = cls.invoice(cls.partner, 1000, due=30)
        cls.letter = cls.send_level(partners=cls.partner).with_env(cls.env)
        cls.env["dunning.delivery"]._after_sending(cls.nl)
        cls.claim = cls.env["dunning.claim"].search([("move_id", "=", cls.move.id)])
        cls.total = cls.letter.amount_total
        cls.beyond_total = cents(cls.total) - 1000
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.assertAgree(self.partner)

    @property
    def entries(self):
        """The entries about costs and interest, the newest last."""
        return self.claim.booking_ids.move_id.sorted("id")

    def book(self):
        self.env["dunning.bookkeeping"]._book_certain(self.nl)
        self.assertAgree(self.partner)

    def paid(self, amount=None):
        """All of it, or an amount, came in by bank and was booked as far as there is no doubt."""
        item = self.received(self.move, amount or self.total)
        self.book()
        return item

    def credited(self, amount):
        note = self.credit(self.partner, amount)
        items = (self.move + note).line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        items.reconcile()
        self.assertAgree(self.partner)

    def withdraw(self):
        self.env["dunning.withdrawal"].sudo()._withdraw(self.letter.sudo(), "a mistake", self.manager)
        self.assertAgree(self.partner)

    def facts(self):
        return self.facts_of(self.partner)


@tagged("post_install", "-at_install")
class TestWhenReceived(ReceivedCase):
    def test_an_overpayment(self):
        item = self.paid(self.total + 50)
        self.assertEqual(cents(-item.amount_residual), self.beyond_total + 50, "in doubt, so a person says so")
        case = self.env["dunning.case"].search([("partner_id", "=", self.partner.id)])
        case.action_book_charges()
        self.assertAgree(self.partner)
        self.assertEqual((cents(-item.amount_residual), self.income(self.partner)), (50, self.beyond_total))
        with self.assertRaisesRegex(UserError, "Nothing is on the account"):
            case.action_book_charges()

    def test_a_letter_that_is_taken_back_after_it_was_paid(self):
        """What it asked was not owed: what was paid of it is the debtor's own money again."""
        item = self.paid()
        self.withdraw()
        self.assertEqual((self.income(self.partner), cents(-item.amount_residual)), (0, self.beyond_total))
        other = self.invoice(self.partner, 800, due=20)
        self.assertEqual([credit.amount for credit in self.facts().credits], [self.beyond_total])
        with self.at(30):
            later = self.send_level(partners=self.partner)
            self.assertEqual((later.line_ids.move_id, cents(later.amount_principal)), (other, 800 - self.beyond_total))

    def test_a_credit_note_after_a_part_was_paid(self):
        """Of 1,000 only 600 was owed, so costs are 60 percent; what was paid beyond that is money of the debtor."""
        self.received(self.move, 600)
        case = self.env["dunning.case"].search([("partner_id", "=", self.partner.id)])
        item = self.received(self.partner, float(self.beyond_total))
        case.action_book_charges()
        self.assertAgree(self.partner)
        self.assertEqual(self.income(self.partner), self.beyond_total)
        self.credited(400)
        interest = (D(str(self.letter.amount_interest)) * D("0.6")).quantize(D("0.01"), "ROUND_DOWN")
        self.assertEqual(self.income(self.partner), 90 + interest)
        self.assertEqual(cents(-item.amount_residual), self.beyond_total - 90 - interest)
        self.assertEqual((self.claim.amount_owed, self.claim.is_rest), (0, False))

    def test_a_payment_taken_back_and_then_all_of_it_credited(self):
        item = self.paid()
        item.remove_move_reconcile()
        self.assertAgree(self.partner)
        self.assertEqual(cents(self.claim.amount_owed), 1000 + self.beyond_total)
        self.credited(1000)
        self.assertEqual((self.income(self.partner), self.claim.amount_owed), (0, 0))
        self.assertEqual(self.owed(self.partner), -1000 - self.beyond_total, "all of his money")

    def test_an_invoice_over_the_rest_that_is_waived_afterwards(self):
        self.received(self.move, 1000)
        self.claim.invalidate_recordset()
        action = self.claim.action_invoice_rest()
        invoice = self.env["account.move"].browse(action["res_id"])
        self.assertAgree(self.partner)
        self.env["dunning.charge.booking"]._waive(self.claim, "goodwill")
        self.assertAgree(self.partner)
        self.assertEqual((invoice.amount_residual, self.owed(self.partner), self.income(self.partner)), (0, 0, 0))

    def test_a_part_of_an_invoice_over_the_rest(self):
        """It is one item for both: costs are paid first, as they are now, and the rest of it is interest."""
        self.received(self.move, 600)
        self.credited(300)
        self.received(self.move, 100)
        self.claim.invalidate_recordset()
        invoice = self.env["account.move"].browse(self.claim.action_invoice_rest()["res_id"])
        self.assertAgree(self.partner)
        self.received(invoice, 100)
        self.assertAgree(self.partner)
        [one] = self.beyond(self.partner).values()
        self.assertEqual((one.costs_received, one.interest_received), (100, 0))

    def test_what_is_booked_over_it_is_no_claim_whatever_is_said(self):
        self.received(self.move, 1000)
        self.claim.invalidate_recordset()
        invoice = self.env["account.move"].browse(self.claim.action_invoice_rest()["res_id"])
        with self.assertRaisesRegex(UserError, f"is about the costs or interest of {self.move.name}"):
            invoice.action_dunning_follow_up()
        with self.assertRaisesRegex(UserError, "asked with that"):
            invoice.line_ids.no_followup = False
        with self.at(60):
            self.assertFalse(self.run_for(partners=self.partner).letter_ids)

    def test_one_payment_over_claims_of_two_debtors(self):
        """What is left of it is the payer's: it pays his own costs, and not those of the other."""
        other = self.debtor("Slagerij De Wit")
        second = self.invoice(other, 400, due=30)
        letter = self.send_level(partners=other)
        self.env["dunning.delivery"]._after_sending(self.nl)
        line = self.receipt(False, self.total + letter.amount_total, text="both")
        items = {
            move: move.line_ids.filtered(lambda item: item.account_type == "asset_receivable")
            for move in self.move + second
        }
        receipts = self.env["dunning.receipt"]
        with self.assertRaisesRegex(UserError, "has €.*open, and €.*would go there"):
            receipts._book(line, [(items[self.move], self.total), (items[second], letter.amount_total)], None)
        with self.assertRaisesRegex(UserError, "Choose the debtor who paid"):
            receipts._book(line, [(items[self.move], 1000), (items[second], 400)], None)
        self.assertFalse(line.is_reconciled, "nothing half done")
        receipts._book(line, [(items[self.move], 1000), (items[second], 400)], self.partner)
        self.env["dunning.case"].search([("partner_id", "=", self.partner.id)]).action_book_charges()
        for partner in self.partner + other:
            self.assertAgree(partner)
        self.assertEqual(self.income(self.partner), self.beyond_total)
        self.assertEqual((self.income(other), self.claim_of(second).is_rest), (0, True))
        self.assertEqual(self.owed(self.partner), 400 - cents(letter.amount_total), "his credit")

    def test_accounts_of_another_company(self):
        account = self._account(self.env.ref("cremann_dunning_tests.company_be"), "income_other")
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "!=", self.nl.id)], limit=1
        )
        for name, value in (
            ("dunning_costs_account_id", account),
            ("dunning_interest_account_id", account),
            ("dunning_charges_journal_id", journal),
        ):
            with self.subTest(name), self.refused("company", UserError):
                self.nl[name] = value

    def test_an_invoice_that_is_reset_after_its_costs_were_paid(self):
        self.paid()
        self.move.button_draft()
        self.assertEqual(self.claim.beyond_left, 0, "nothing is asked of what is not booked")
        self.settle_down()
        self.assertEqual(self.income(self.partner), self.beyond_total, "somebody is at work on it")
        self.move.write({"invoice_line_ids": [Command.update(self.move.invoice_line_ids.id, {"price_unit": 500})]})
        self.move.action_post()  # Odoo has put the receipt back among those that nobody booked
        self.assertAgree(self.partner)
        half = (self.beyond_total - 150) / 2
        self.assertEqual(self.income(self.partner), 75 + half.quantize(D("0.01"), "ROUND_DOWN"))
        self.assertEqual(cents(self.claim.amount_owed), 500 + self.income(self.partner))
        self.assertEqual(self.owed(self.partner), 500 + self.income(self.partner))

    def test_an_invoice_that_is_cancelled_or_deleted(self):
        for act in ("button_cancel", "unlink"):
            with self.subTest(act), self.cr.savepoint() as savepoint:
                item = self.paid()
                self.move.button_draft()
                getattr(self.move.with_context(force_delete=True), act)()
                self.assertAgree(self.partner)
                self.assertEqual((self.income(self.partner), cents(-item.amount_residual)), (0, cents(self.total)))
                savepoint.rollback()
            self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestWhenAsked(ReceivedCase):
    mode = "asked"

    def reverse(self):
        """A bookkeeper takes the entry off the books."""
        self.by_hand = self.income(self.partner)
        self.entries._reverse_moves(cancel=True)
        self.assertAgree(self.partner)

    def test_a_payment_that_is_taken_back(self):
        item = self.paid()
        item.remove_move_reconcile()
        self.assertAgree(self.partner)
        self.assertEqual((self.claim.amount_open, cents(self.claim.beyond_left)), (1000, self.beyond_total))
        self.assertEqual(self.income(self.partner), self.beyond_total, "asked still")
        self.book()
        self.assertEqual(self.income(self.partner), self.beyond_total, "once")

    def test_a_letter_that_is_taken_back_after_it_was_paid(self):
        item = self.paid()
        self.withdraw()
        self.assertEqual((self.income(self.partner), cents(-item.amount_residual)), (0, self.beyond_total))

    def test_a_credit_note_takes_its_part_of_each(self):
        """Costs go down with the costs and interest with the interest, whatever is open."""
        self.credited(500)
        [one] = self.beyond(self.partner).values()
        half = (D(str(self.letter.amount_interest)) / 2).quantize(D("0.01"), "ROUND_DOWN")
        self.assertEqual((one.costs_left(self.today), one.interest_left), (75, half))
        item = self.received(self.move, 575 + float(half))
        self.book()
        self.assertEqual((self.owed(self.partner), item.reconciled, self.claim.amount_owed), (0, True, 0))

    def test_all_of_it_is_credited_after_it_was_paid_in_part(self):
        item = self.received(self.partner, 100)
        self.env["dunning.case"].search([("partner_id", "=", self.partner.id)]).action_book_charges()
        self.assertAgree(self.partner)
        self.credited(1000)
        self.assertEqual((self.income(self.partner), cents(-item.amount_residual)), (0, 100))
        self.assertEqual(self.claim.amount_owed, 0)

    def test_an_entry_that_is_reversed_by_hand_stays_so(self):
        self.reverse()
        self.assertEqual((self.income(self.partner), cents(self.claim.beyond_left)), (0, self.beyond_total))
        item = self.received(self.move, self.total)
        self.book()
        self.assertEqual((self.income(self.partner), item.reconciled), (self.beyond_total, True), "what came in is")
        self.assertEqual((self.owed(self.partner), self.claim.amount_owed), (0, 0))

    def test_what_a_later_letter_adds_after_that(self):
        self.reverse()
        with self.at(30) as self.today:
            later = self.send_level(partners=self.partner)
            self.env["dunning.delivery"]._after_sending(self.nl)
            self.assertAgree(self.partner)
            self.assertEqual(self.income(self.partner), cents(later.amount_total) - 1000 - self.by_hand)

    def test_a_claim_that_is_written_off_after_its_costs_were_paid(self):
        """What was received of them stays received; the rest is taken back."""
        item = self.received(self.partner, 100)
        self.env["dunning.case"].search([("partner_id", "=", self.partner.id)]).action_book_charges()
        given = Given(
            date=self.today,
            reason="uncollectable",
            account=self.nl._dunning_bad_debt_account(),
            journal=self.nl._dunning_write_off_journal(),
        )
        record = self.env["dunning.writing.off"]._write_off(self.claim.move_line_id, given)
        self.settle_down()
        self.assertEqual((self.income(self.partner), item.reconciled, self.owed(self.partner)), (100, True, 0))
        record.entry_id._reverse_moves(cancel=True)
        self.assertAgree(self.partner)
        self.assertEqual(self.income(self.partner), self.beyond_total, "asked again")

    def test_a_bookkeeper_matches_it_with_something_else(self):
        """What the books say is paid is paid."""
        own = self.claim.booking_ids.move_line_id
        (own + self.unallocated(self.partner, float(self.beyond_total))).reconcile()
        self.assertAgree(self.partner)
        self.assertEqual((self.claim.beyond_left, self.claim.amount_owed), (0, 1000))

    def test_the_entry_is_taken_in_by_nobody(self):
        with self.assertRaisesRegex(UserError, f"is about the costs or interest of {self.move.name}"):
            self.take_in(self.entries)

    def test_another_customer(self):
        """The claim on the old one has ended, and with it what was asked beyond it."""
        self.move.button_draft()
        self.move.partner_id = self.debtor("Slagerij De Wit")
        self.move.action_post()
        self.settle_down()
        self.assertEqual((self.income(self.partner), self.owed(self.partner)), (0, 0))

    def test_a_locked_period(self):
        """Whatever is taken back lies on the first open day."""
        with self.at(date(2026, 12, 7)) as self.today:
            self.nl.fiscalyear_lock_date = date(2026, 12, 10)
            self.withdraw()
            self.assertEqual((self.entries[-1].date, self.income(self.partner)), (date(2026, 12, 11), 0))

    def test_a_payment_in_another_currency(self):
        usd = self.unallocated(self.partner, 500, currency=self.usd)
        self.assertFalse(self.env["dunning.bookkeeping"]._received(self.nl))
        with self.assertRaisesRegex(UserError, "Book that payment by hand"):
            self.env["dunning.bookkeeping"]._book(usd, {(self.claim.move_line_id.id, "costs"): D(10)})
        self.assertEqual(len(self.entries), 1)

    def test_an_overpayment(self):
        item = self.received(self.move, self.total + 50)
        self.env["dunning.case"].search([("partner_id", "=", self.partner.id)]).action_book_charges()
        self.assertAgree(self.partner)
        self.assertEqual((cents(-item.amount_residual), self.owed(self.partner)), (50, -50))
