"""How the debtor's pages say to pay: what was agreed, online where that can be, by bank where it cannot."""

from odoo import Command
from odoo.tests import tagged

from ...common import TODAY, day
from ..run.sending_case import pay_online, provider_of
from .test_page import PageCase


class PaymentPageCase(PageCase):
    def switch_on_online(self, code="demo"):
        """Let debtors of the Dutch company pay online."""
        provider = provider_of(self.env, self.nl, code)
        method = self.env["payment.method"].with_context(active_test=False).search([("code", "=", "card")], limit=1)
        provider.write({"state": "test", "is_published": True, "payment_method_ids": [Command.set(method.ids)]})
        method.active = True
        self.env.flush_all()
        return provider

    def invoice_page(self, move):
        self.env.flush_all()
        url = move.get_portal_url()
        self.env.flush_all()
        return self.text(self.url_open(url))


@tagged("post_install", "-at_install")
class TestHowToPay(PaymentPageCase):
    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
        self.env["payment.provider"].search([]).state = "disabled"
        self.env.flush_all()

    def test_without_a_provider_the_page_says_how_to_pay_by_bank(self):
        page = self.text(self.get(self.letter))
        reference = f"Reference {self.letter.payment_reference}"
        self.assertTrue(self.letter.payment_reference_key)
        for words in ("To pay now", "Account NL91", reference, "transfer the amount from your bank"):
            self.assertIn(words, page)
        self.assertFalse(self.letter._page_values()["online"])
        rows = page.split("Invoices on this letter")[1].split("The letter as it was sent")[0]
        self.assertNotIn("online", page)
        self.assertNotIn("View and pay", rows)
        self.assertEqual(rows.count(" View "), 2)

    def test_with_a_provider_it_leads_there(self):
        self.switch_on_online()
        self.assertTrue(self.letter._page_values()["online"])
        page = self.text(self.get(self.letter))
        self.assertEqual(page.count("Pay €200.00 online"), 1, "one button for the whole letter")
        rows = page.split("Invoices on this letter")[1].split("The letter as it was sent")[0]
        self.assertEqual((rows.count("View and pay"), rows.count(" View ")), (0, 2))
        self.assertNotIn("transfer the amount from your bank", page)
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "False")
        self.assertFalse(self.letter._page_values()["online"], "Odoo's page shows no button then")

    def test_a_provider_of_another_company_is_none(self):
        self.switch_on_online().company_id = self.be
        self.env.flush_all()
        self.assertFalse(self.letter._page_values()["online"])

    def test_the_page_of_an_invoice_is_no_dead_end(self):
        page = self.invoice_page(self.moves[0])
        self.assertNotIn("No payment method available", page)
        for words in ("Please pay by bank transfer", "100.00", "NL91", "Kaai Holland B.V."):
            self.assertIn(words, page)
        self.assertIn(self.moves[0].payment_reference or self.moves[0].name, page)

    def test_the_page_of_an_invoice_asks_what_is_open_to_the_account_that_it_names(self):
        own = self.env["res.partner.bank"].create(
            {"acc_number": "NL20INGB0001234567", "partner_id": self.nl.partner_id.id, "allow_out_payment": True}
        )
        self.moves[0].partner_bank_id = own
        self.pay(self.moves[0], 40)
        page = self.invoice_page(self.moves[0]).split("Please pay by bank transfer")[1][:200]
        self.assertIn("60.00", page)
        self.assertIn("NL20", page.replace(" ", ""))

    def test_without_an_account_odoo_says_what_it_said(self):
        self.nl.partner_id.bank_ids.active = False
        self.moves.partner_bank_id = False
        page = self.invoice_page(self.moves[0])
        self.assertIn("No payment method available", page)
        self.assertNotIn("Please pay by bank transfer", page)

    def test_the_page_of_all_overdue_invoices(self):
        user = self.portal_user(self.partner)
        self.invoices([user.partner_id] * 2, 100, due=10)  # Odoo shows a contact his own
        self.env.flush_all()
        self.authenticate(user.login, user.login)
        page = self.text(self.url_open("/my/invoices/overdue"))
        self.assertIn("Please pay by bank transfer", page)
        self.assertIn("200.00", page)

    def test_in_the_language_of_the_debtor(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        partner = self.debtor("Bakker", lang="nl_NL")
        self.invoice(partner, 100, due=10)
        letter = self.send_level(partners=partner).with_env(self.env)
        self.env.flush_all()
        self.assertIn("Maak het bedrag over via uw bank", self.text(self.get(letter)))


@tagged("post_install", "-at_install")
class TestWhatWasAgreed(PaymentPageCase):
    def agree(self, *instalments):
        plan = self.env["dunning.payment.plan"].create(
            {
                "case_id": self.letter.case_id.id,
                "move_ids": [Command.set(self.moves.ids)],
                "instalment_ids": [
                    Command.create({"date": day(-ahead), "amount": amount}) for ahead, amount in instalments
                ],
            }
        )
        plan.action_agree()
        self.env.flush_all()
        return plan

    def test_a_plan_asks_its_next_instalment(self):
        self.agree((5, 120), (35, 80))
        values = self.letter._page_values()
        self.assertEqual((values["state"], values["amount_now"]), ("open", 120))
        page = self.text(self.get(self.letter))
        self.assertIn("To pay now €120.00", page)
        self.assertIn("The next one is €120.00, on 21 November 2026 at the latest.", page)
        self.pay(self.moves[0], 70)
        self.env.invalidate_all()
        self.assertEqual(self.letter._page_values()["amount_now"], 50)
        with self.at(8):
            self.env["dunning.payment.plan"]._settle(self.nl)
            values = self.letter._page_values()
            self.assertEqual((values["agreed"], values["amount_now"]), (None, 130), "broken: the whole is asked")

    def test_a_plan_about_a_part_leaves_the_rest_to_be_asked(self):
        plan = self.agree((5, 200))
        plan.action_draft()
        plan.write({"move_ids": [Command.set(self.moves[0].ids)], "instalment_ids": [Command.clear()]})
        self.assertEqual(plan.amount, 100)
        plan.instalment_ids = [Command.create({"date": day(-5), "amount": 100})]
        plan.action_agree()
        values = self.letter._page_values()
        self.assertEqual((values["agreed"], values["amount_now"]), (None, 200))

    def test_a_promise_is_named(self):
        about = {"case_id": self.letter.case_id.id, "move_ids": [Command.set(self.moves.ids)]}
        self.env["dunning.promise"].create({**about, "date": day(-4), "made_on": TODAY})
        values = self.letter._page_values()
        self.assertEqual((values["amount_now"], values["agreed"]["in_instalments"]), (200, False))
        self.env.flush_all()
        page = self.text(self.get(self.letter))
        self.assertIn("We agreed that you pay €200.00 on 20 November 2026 at the latest.", page)

    def test_a_receipt_that_is_not_booked_is_under_way(self):
        self.receipt(self.partner, 130)
        self.env.flush_all()
        values = self.letter._page_values()
        self.assertEqual((values["state"], values["amount_now"], values["under_way"]), ("open", 70, 130))
        self.assertEqual([row["open"] for row in values["demanded"]], [0, 70])
        self.receipt(self.partner, 70)
        pay_online(self.env, self.moves[1], 10, "pending")
        self.env.flush_all()
        self.assertEqual(self.letter._page_values()["state"], "under_way")
