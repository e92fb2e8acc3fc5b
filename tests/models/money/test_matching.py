"""Open credits are matched with open invoices in one window, by Odoo's own reconciliation."""

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ...common import DunningCase
from .charge_case import ChargeCase


@tagged("post_install", "-at_install")
class TestMatching(DunningCase):
    without_pdf = True
    with_belgium = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.old = cls.invoice(cls.partner, 300, due=30)
        cls.new = cls.invoice(cls.partner, 200, due=5)
        cls.case = cls.env["dunning.case"]._for_partners(cls.partner, cls.nl, create=True)

    def window(self, user=None, case=None):
        action = self.as_user(user or self.user, case or self.case).action_match()
        self.assertEqual(action["target"], "new")
        return self.as_user(user or self.user)[action["res_model"]].browse(action["res_id"])

    def test_likely_pairs_and_one_button(self):
        note = self.credit(self.partner, 350)
        window = self.window()
        self.assertEqual(window.line_ids.claim_id.move_id.ids, (self.old + self.new).ids)
        self.assertEqual(window.line_ids.mapped("amount"), [300, 50])
        self.assertIn("0.00 of credit", window.left_text.replace("\N{NO-BREAK SPACE}", " "))
        self.open_form(window)
        action = window.action_match()
        self.assertIn("350.00", action["params"]["message"])
        self.assertEqual((self.old.amount_residual, self.new.amount_residual, note.amount_residual), (0, 150, 0))
        with self.refused("meantime"):
            window.action_match()

    def test_another_invoice_is_chosen_and_one_is_left_out(self):
        self.credit(self.partner, 350)
        window = self.window()
        claims = window.line_ids.mapped("claim_id")
        with Form(window) as form:
            with form.line_ids.edit(0) as row:
                row.claim_id = claims[1]
            with form.line_ids.edit(1) as row:
                row.is_chosen = False
        self.assertEqual(window.line_ids.mapped("amount"), [200, 0])
        self.assertEqual(window.line_ids[0].why, "chosen")
        window.action_match()
        self.assertEqual((self.old.amount_residual, self.new.amount_residual), (300, 0))
        window = self.window()
        window.line_ids.is_chosen = False
        with self.refused("at least one"):
            window.action_match()

    def test_what_it_reverses_comes_first(self):
        note = self.new._reverse_moves()
        note.action_post()
        note.line_ids.remove_move_reconcile()  # somebody undid what Odoo matched
        self.unallocated(self.partner, 300)
        window = self.window()
        found = {row.credit_id.move_id.move_type: (row.claim_id.move_id.id, row.why) for row in window.line_ids}
        self.assertEqual(found["out_refund"], (self.new.id, "reverses"))
        self.assertEqual(found["entry"], (self.old.id, "same_amount"))

    def test_why_it_cannot_be_matched(self):
        self.credit(self.partner, 10, currency=self.usd)
        window = self.window()
        self.assertFalse(window.line_ids)
        self.assertIn("Nothing is open in its currency", window.unmatched)
        with self.refused("at least one"):
            window.action_match()

    def test_a_foreign_currency_is_matched_in_it(self):
        self.env["res.currency.rate"].search([("currency_id", "=", self.usd.id)]).unlink()
        self.env["res.currency.rate"].create(
            [
                {"currency_id": self.usd.id, "name": day, "rate": rate, "company_id": self.nl.id}
                for day, rate in (("2026-10-01", 2), ("2026-11-10", 4))
            ]
        )
        move = self.invoice(self.partner, 100, due=20, currency=self.usd)
        self.unallocated(self.partner, 60, currency=self.usd)
        window = self.window()
        self.assertEqual((window.line_ids.claim_id.move_id.id, window.line_ids.amount), (move.id, 60))
        window.action_match()
        self.assertEqual(move.amount_residual, 40)

    def test_nothing_of_another_company_or_debtor(self):
        self.credit(self.partner, 350, company=self.be)
        self.credit(self.debtor("Somebody else"), 350)
        window = self.window(self.group_user)
        self.assertFalse(window.credit_ids)
        theirs = self.env["dunning.case"]._for_partners(self.partner, self.be, create=True)
        with self.refused("one company at a time"):
            self.as_user(self.group_user, self.case + theirs).action_match()
        window = self.window(self.group_user, theirs)
        self.assertIn("Nothing of this debtor is open", window.unmatched)

    def test_of_two_debtors_each_his_own(self):
        other = self.debtor("Peeters")
        claim = self.invoice(other, 50, due=5)
        self.credit(other, 50)
        self.credit(self.partner, 300)
        cases = self.case + self.env["dunning.case"]._for_partners(other, self.nl, create=True)
        window = self.window(case=cases)
        self.assertTrue(window.several)
        window.action_match()
        self.assertEqual((claim.amount_residual, self.old.amount_residual, self.new.amount_residual), (0, 0, 200))

    def test_who_has_no_right_is_told(self):
        self.credit(self.partner, 350)
        group = self.env.ref("account.group_account_invoice")
        rights = self.env["ir.model.access"].search(
            [("model_id.model", "=", "account.partial.reconcile"), ("group_id", "=", group.id)]
        )
        rights.perm_create = False
        window = self.window()
        self.assertFalse(window.may_match)
        self.assertIn("right of invoicing", window.missing_right)
        with self.assertRaisesRegex(Exception, "right of invoicing"):
            window.action_match()

    def test_one_that_is_refused_stops_no_other(self):
        self.credit(self.partner, 300)
        self.unallocated(self.partner, 200)
        window = self.window()
        first, second = window.line_ids.sorted(lambda row: row.claim_id.move_id != self.old.with_env(window.env))
        (first.credit_id + first.claim_id).reconcile()
        action = window.action_match()
        self.assertEqual((action["params"]["type"], action["params"]["sticky"]), ("warning", True))
        self.assertIn("Nothing of it is left", action["params"]["message"])
        self.assertEqual(self.new.amount_residual, 0)
        self.assertTrue(second)


@tagged("post_install", "-at_install")
class TestCostsFirst(ChargeCase):
    """A receipt pays costs and interest that a letter asked; only the rest of it goes to the next invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nl.dunning_book_charges = "certain"

    def setUp(self):
        super().setUp()
        self.move, self.letter = self.asked()
        self.item = self.received(self.move, self.letter.amount_total + 50)
        self.next = self.invoice(self.move.partner_id, 300, due=5)
        case = self.env["dunning.case"]._for_partners(self.move.partner_id, self.nl)
        action = self.as_user(self.user, case).action_match()
        self.window = self.as_user(self.user)[action["res_model"]].browse(action["res_id"])

    def test_costs_are_booked_and_the_rest_is_matched(self):
        self.assertIn(f"{self.letter.amount_total - 1000:.2f}", self.window.beyond_text)
        self.assertEqual(self.window.line_ids.mapped("amount"), [50])
        self.window.action_match()
        self.assertEqual((self.next.amount_residual, self.item.amount_residual), (250, 0))
        self.assertFalse(self.letter.case_id.amount_to_book)

    def test_a_person_wants_all_of_it_on_invoices(self):
        with Form(self.window) as form:
            form.book_beyond = False
        beyond = self.letter.amount_total - 1000
        self.assertAlmostEqual(self.window.line_ids.amount, 50 + beyond, 2)
        self.window.action_match()
        self.assertAlmostEqual(self.next.amount_residual, 250 - beyond, 2)
