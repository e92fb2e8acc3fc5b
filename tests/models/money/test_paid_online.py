"""The debtor pays a letter on its page: all that it asks in one payment, booked once, whatever was paid before."""

from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.payment.utils import generate_access_token

from ...common import TODAY, day
from .online_case import OnlineCase


@tagged("post_install", "-at_install")
class TestPaidOnline(OnlineCase):
    def assertSettled(self, partner, letter):
        self.assertEqual(self.owed(partner), (0, 0))
        self.assertEqual(self.income(partner), {"4950": letter.amount_costs, "4795": letter.amount_interest})
        self.assertEqual(self.values(letter)["state"], "paid")
        self.assertFalse(self.env["dunning.bookkeeping"]._received(self.nl), "nothing is left to book")
        self.assertSilent(partner)
        self.assertEqual(self.income(partner), {"4950": letter.amount_costs, "4795": letter.amount_interest}, "once")

    def without_entries(self):
        """No account for money under way, in an Odoo that does without: bank lines are matched with invoices."""
        lines = self.env["account.payment.method.line"].search([("payment_provider_id", "=", self.provider.id)])
        lines.payment_account_id = False
        # as an addon does that matches bank lines itself; Community picks an account otherwise
        moves = type(self.env["account.move"])
        self.startPatcher(patch.object(moves, "_get_invoice_in_payment_state", lambda move: "in_payment"))

    def test_a_letter_about_one_invoice(self):
        partner, move, letter = self.letter_of(1000)
        transaction = self.pay_online(letter)
        self.assertEqual(transaction.amount, letter.amount_total)
        self.assertEqual(transaction.dunning_beyond, round(letter.amount_total - 1000, 2))
        self.assertEqual((transaction.dunning_letter_id, transaction.invoice_ids), (letter, move))
        self.assertTrue(transaction.reference.startswith(letter.payment_reference))
        self.assertEqual(transaction.landing_route, self.path(letter))
        self.assertEqual(transaction.payment_id.move_id.state, "posted")
        self.assertSettled(partner, letter)
        self.assertIsNone(self.form(letter), "and nothing is to pay any more")

    def test_a_letter_about_several_invoices(self):
        partner, moves, letter = self.letter_of(333.33, 1000.01, 45)
        transaction = self.pay_online(letter)
        self.assertEqual((transaction.amount, transaction.invoice_ids), (letter.amount_total, moves))
        self.assertEqual(transaction.reference, letter.payment_reference)
        self.assertSettled(partner, letter)

    def test_a_part_that_was_paid_before(self):
        partner, moves, letter = self.letter_of(600, 400)
        self.received(moves[0], 200)
        values = self.values(letter)
        self.assertAlmostEqual(values["amount_now"], letter.amount_total - 200, 2)
        self.assertAlmostEqual(self.pay_online(letter).amount, letter.amount_total - 200, 2)
        self.assertSettled(partner, letter)

    def test_one_invoice_was_paid_before(self):
        partner, moves, letter = self.letter_of(600, 400)
        self.received(moves[0], 600)
        transaction = self.pay_online(letter)
        self.assertAlmostEqual(transaction.amount, letter.amount_total - 600, 2)
        self.assertEqual(transaction.invoice_ids, moves, "its costs and interest are asked too")
        self.assertSettled(partner, letter)

    def test_what_is_left_of_costs_and_interest(self):
        partner, move, letter = self.letter_of(1000)
        self.received(move, 1000)
        transaction = self.pay_online(letter)
        self.assertEqual(transaction.amount, transaction.dunning_beyond)
        self.assertSettled(partner, letter)

    def test_a_rest_that_is_asked_on(self):
        partner, move, letter = self.letter_of(1000)
        self.received(move, 1000)
        self.claim_of(move).action_ask_on()
        with self.at(30):
            rest = self.send_level(partners=partner).with_env(self.env)
            self.env["dunning.delivery"]._after_sending(self.nl)
            self.assertTrue(rest.line_ids.is_rest)
            self.assertEqual(self.values(letter)["amount_now"], rest.amount_total, "asked once")
            self.assertEqual(self.values(rest)["amount_now"], rest.amount_total)
            transaction = self.pay_online(rest, "pending")
            self.assertEqual((transaction.amount, transaction.dunning_beyond), (rest.amount_total, rest.amount_total))
            self.assertEqual(self.values(rest)["state"], "under_way")
            self.assertEqual(self.values(letter)["state"], "under_way")
            self.provider_says(transaction, "done")
            self.assertEqual(self.values(rest)["state"], "paid")
        self.assertSettled(partner, letter)

    def test_own_credits(self):
        partner, _moves, letter = self.letter_of(600, 400)
        note = self.credit(partner, 100)
        transaction = self.pay_online(letter)
        self.assertAlmostEqual(transaction.amount, letter.amount_total - 100, 2)
        self.assertEqual(self.owed(partner), (0, 2), "the credit note and what it is set off against")
        self.assertEqual(note.amount_residual, 100)
        self.assertEqual(self.income(partner), {"4950": letter.amount_costs, "4795": letter.amount_interest})
        self.assertEqual(self.values(letter)["state"], "paid")
        self.assertSilent(partner)

    def test_a_part_in_dispute_takes_nothing_of_the_costs(self):
        partner, move, letter = self.letter_of(1000)
        dispute = {"case_id": letter.case_id.id, "move_ids": [Command.set(move.ids)], "reason": "price", "amount": 200}
        self.env["dunning.dispute"].create(dispute)
        with self.at(30):
            later = self.send_level(partners=partner).with_env(self.env)
            self.env["dunning.delivery"]._after_sending(self.nl)
            self.assertEqual(later.amount_principal, 800)
            self.assertEqual(self.pay_online(later).amount, later.amount_total)
            self.assertEqual(move.amount_residual, 200, "what is in dispute")
            self.assertEqual(self.income(partner), {"4950": later.amount_costs, "4795": later.amount_interest})
            self.assertEqual(self.values(later)["state"], "paid")

    def test_what_was_waived_is_not_paid(self):
        partner, move, letter = self.letter_of(1000)
        self.env["dunning.charge.booking"]._waive(self.claim_of(move), "goodwill")
        self.assertEqual(self.pay_online(letter).amount, 1000)
        self.assertEqual((self.owed(partner), self.income(partner)), ((0, 0), {"4950": 0, "4795": 0}))
        self.assertEqual(self.values(letter)["state"], "paid")

    def test_the_older_of_two_letters(self):
        """It asks what it asked; the interest that the later one added stays open."""
        partner, _move, letter = self.letter_of(1000)
        with self.at(30):
            later = self.send_level(partners=partner).with_env(self.env)
            self.env["dunning.delivery"]._after_sending(self.nl)
            self.assertEqual(self.pay_online(letter).amount, letter.amount_total)
            self.assertEqual(self.income(partner), {"4950": letter.amount_costs, "4795": letter.amount_interest})
            self.assertEqual(self.values(letter)["state"], "paid")
            left = self.values(later)
            self.assertAlmostEqual(left["amount_now"], later.amount_total - letter.amount_total, 2)
            self.assertTrue(left["only_beyond"])

    def test_costs_and_interest_that_were_booked_when_asked(self):
        self.nl.dunning_charges_mode = "asked"
        partner, _move, letter = self.letter_of(1000)
        self.assertEqual(self.owed(partner)[0], letter.amount_total)
        self.assertEqual(self.pay_online(letter).amount, letter.amount_total)
        self.assertSettled(partner, letter)

    def test_an_instalment(self):
        partner, moves, letter = self.letter_of(600, 400)
        plan = self.env["dunning.payment.plan"].create(
            {"case_id": letter.case_id.id, "move_ids": [Command.set(moves.ids)]}
        )
        plan.instalment_ids = [
            Command.create({"date": day(-5), "amount": 300}),
            Command.create({"date": day(-35), "amount": plan.amount - 300}),
        ]
        plan.action_agree()
        transaction = self.pay_online(letter, "pending")
        self.assertEqual((transaction.amount, transaction.dunning_beyond), (300, 0))
        self.assertFalse(self.values(letter)["online"], "not twice")
        self.provider_says(transaction, "done")
        self.assertAlmostEqual(moves[0].amount_residual, 300, 2)
        self.assertEqual(self.income(partner), {"4950": 0, "4795": 0})
        self.assertAlmostEqual(self.values(letter)["amount_now"], plan.amount - 300, 2)

    def test_while_it_is_under_way(self):
        partner, _move, letter = self.letter_of(1000)
        transaction = self.pay_online(letter, "pending")
        values = self.values(letter)
        self.assertEqual((values["state"], values["under_way"]), ("under_way", letter.amount_total))
        self.assertEqual((values["online"], values["amount_now"]), (False, 0))
        self.assertIn("Your payment of", self.url_open(self.path(letter)).text)
        self.assertSilent(partner)
        self.provider_says(transaction, "done")
        self.assertSettled(partner, letter)

    def test_costs_and_interest_alone_under_way(self):
        partner, move, letter = self.letter_of(1000)
        self.received(move, 1000)
        self.claim_of(move).action_ask_on()
        transaction = self.pay_online(letter, "pending")
        values = self.values(letter)
        self.assertEqual((values["state"], values["under_way"]), ("under_way", transaction.amount))
        self.assertSilent(partner)
        self.provider_says(transaction, "cancel")
        self.assertEqual(self.values(letter)["amount_now"], transaction.amount)
        with self.at(30):
            self.assertTrue(self.run_for(partners=partner).letter_ids)

    def test_a_payment_that_the_books_do_not_show_before_the_bank_does(self):
        """Without an account for money under way Odoo makes a payment that has no entry."""
        self.without_entries()
        partner, move, letter = self.letter_of(1000)
        payment = self.pay_online(letter).payment_id
        self.assertTrue(payment)
        self.assertFalse(payment.move_id)
        self.assertEqual(move.amount_residual, 1000)
        values = self.values(letter)
        self.assertEqual((values["state"], values["under_way"]), ("under_way", letter.amount_total))
        self.assertSilent(partner)
        self.received(move, letter.amount_total)
        self.assertEqual(self.values(letter)["state"], "paid")
        self.run_for(partners=partner)
        self.assertSettled(partner, letter)

    def test_costs_and_interest_alone_without_an_entry(self):
        self.without_entries()
        partner, move, letter = self.letter_of(1000)
        self.received(move, 1000)
        self.claim_of(move).action_ask_on()
        transaction = self.pay_online(letter)
        self.assertFalse(transaction.payment_id.move_id)
        values = self.values(letter)
        self.assertEqual((values["state"], values["under_way"]), ("under_way", transaction.amount))
        self.assertSilent(partner)
        self.received(partner, transaction.amount)
        self.assertEqual(self.values(letter)["state"], "paid")
        self.assertSilent(partner)
        self.as_user(self.user, letter.case_id).action_book_charges()
        self.assertSettled(partner, letter)

    def test_a_rest_is_not_paid_by_the_payment_of_its_principal(self):
        """That one has no entry, and Odoo calls it paid for ever."""
        self.without_entries()
        partner, move, letter = self.letter_of(1000)
        self.nl.dunning_book_charges = "offered"
        payment = self.pay_online(letter).payment_id
        self.received(move, 1000)
        self.assertEqual((payment.state, self.claim_of(move).is_rest), ("paid", True))
        self.claim_of(move).action_ask_on()
        self.assertAlmostEqual(self.values(letter)["amount_now"], letter.amount_total - 1000, 2)
        with self.at(30):
            self.assertTrue(self.run_for(partners=partner).letter_ids)

    def test_what_cannot_be_booked_undoes_no_payment(self):
        self.env["account.account"].search([("code", "=like", "4950%")]).unlink()
        partner, move, letter = self.letter_of(1000)
        with mute_logger("odoo.addons.cremann_dunning.models.money.payment_transaction"):
            transaction = self.pay_online(letter)
        self.assertEqual((transaction.payment_id.move_id.state, move.amount_residual), ("posted", 0))
        self.assertEqual(self.owed(partner)[0], round(1000 - letter.amount_total, 2), "the rest waits for a person")
        self.assertEqual(self.values(letter)["state"], "paid")
        self.assertSilent(partner)

    def test_a_firm_that_books_by_hand(self):
        self.nl.dunning_book_charges = "offered"
        partner, move, letter = self.letter_of(1000)
        self.pay_online(letter)
        self.assertEqual((move.amount_residual, self.income(partner)), (0, {"4950": 0, "4795": 0}))
        self.assertAlmostEqual(letter.case_id.amount_to_book, letter.amount_total - 1000, 2)
        self.as_user(self.user, letter.case_id).action_book_charges()
        self.assertEqual(self.owed(partner), (0, 0))


@tagged("post_install", "-at_install")
class TestNothingIsPaid(OnlineCase):
    """The server says what is paid and by whom; the page only passes on which card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.move = cls.invoice(cls.partner, 1000, due=30)
        cls.letter = cls.send_level(partners=cls.partner).with_env(cls.env)
        cls.env["dunning.delivery"]._after_sending(cls.nl)
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.page = self.form(self.letter)
        self.assertTrue(self.page)

    def assertNothing(self, words, page=None, **changed):
        before = self.env["payment.transaction"].search_count([])
        with mute_logger("odoo.http"):
            answer = self.start(page or self.page, **changed)
        self.assertIn(words, answer["error"]["data"]["message"])
        self.assertEqual(self.env["payment.transaction"].search_count([]), before)

    def test_looking_makes_nothing(self):
        before = self.env["payment.transaction"].search_count([])
        self.form(self.letter)
        self.assertEqual(self.env["payment.transaction"].search_count([]), before)
        self.assertEqual(self.page["data-amount"], str(self.letter.amount_total))
        self.assertNotEqual(self.url_open(self.path(self.letter, "/pay"), data={"x": 1}).status_code, 200, "GET only")

    def test_another_amount(self):
        for amount in (1000.0, 0.01, self.letter.amount_total + 0.01, None, "a lot", True):
            self.assertNothing("has changed meanwhile", amount=amount)
        self.assertNothing("has changed meanwhile: it is €", amount=self.letter.amount_total - 0.01)
        self.assertIn("result", self.start(self.page))

    def test_what_was_paid_while_the_page_was_open(self):
        self.received(self.move, 400)
        self.assertNothing("has changed meanwhile")
        self.assertEqual(self.form(self.letter)["data-amount"], str(round(self.letter.amount_total - 400, 2)))
        self.received(self.move, 600)
        self.env["dunning.charge.booking"]._waive(self.claim_of(self.move), "goodwill")
        self.assertNothing("Nothing on this letter has to be paid")
        self.assertIsNone(self.form(self.letter))

    def test_another_letter_and_another_key(self):
        other = self.debtor("Slagerij De Wit")
        self.invoice(other, 300, due=30)
        letter = self.send_level(partners=other).with_env(self.env)
        self.assertNothing("no page of this letter", access_token=letter.access_token)
        self.assertNothing("no page of this letter", access_token="")
        self.assertNothing("no page of this letter", access_token=["x"])
        self.assertEqual(self.url_open(self.path(self.letter, "/pay", letter.access_token)).status_code, 404)

    def test_a_letter_that_was_taken_back(self):
        self.env["dunning.withdrawal"].sudo()._withdraw(self.letter.sudo(), "a mistake", self.manager)
        self.assertNothing("Nothing on this letter has to be paid")

    def test_a_provider_that_is_not_offered(self):
        other = self.provider.copy({"name": "Off", "state": "disabled"})
        self.assertNothing("not offered here", provider_id=other.id)
        self.assertNothing("not offered here", provider_id=None)

    def test_what_else_the_browser_says_is_not_taken(self):
        answer = self.start(self.page, is_validation=True, landing_route="https://elsewhere.example.com/")
        transaction = self.env["payment.transaction"].search([("reference", "=", answer["result"]["reference"])])
        self.assertEqual((transaction.operation, transaction.amount), ("online_direct", self.letter.amount_total))
        self.assertEqual(transaction.landing_route, self.path(self.letter))
        self.assertEqual(transaction.partner_id, self.partner)
        with mute_logger("odoo.http"):
            self.assertIn("error", self.start(self.page, partner_id=1))

    def test_odoos_page_of_another_payment_is_no_way_in(self):
        """The letter in an address is a text, and leads nowhere."""
        link = generate_access_token(self.partner.id, 5.0, self.eur.id, env=self.env)
        url = f"/payment/pay?amount=5.0&partner_id={self.partner.id}&currency_id={self.eur.id}&access_token={link}"
        page = self.url_open(f"{url}&company_id={self.nl.id}&dunning_letter={self.letter.id}").text
        self.assertIn('data-transaction-route="/payment/transaction"', page)

    def test_a_journal_entry_is_paid_by_bank(self):
        """Odoo's payments know invoices only."""
        partner = self.debtor("Overgenomen")
        item = self.opening((partner, 700, 40, "2025-0099"), on=date(2026, 10, 1))
        self.take_in(item.move_id)
        letter = self.send_level(partners=partner).with_env(self.env)
        self.env.flush_all()
        self.assertEqual(letter.state, "sent")
        self.assertFalse(self.values(letter)["online"])
        self.assertIn("transfer the amount from your bank", self.url_open(self.path(letter)).text)
        self.assertIsNone(self.form(letter))

    def test_a_test_letter_is_not_paid(self):
        self.assertTrue(self.values(self.letter)["online"])
        self.env.cr.execute("UPDATE dunning_letter SET is_test = TRUE WHERE id = %s", [self.letter.id])
        self.env.invalidate_all()
        self.assertNothing("no page of this letter")
        self.assertEqual(TODAY, self.nl._dunning_today())

    def test_a_debtor_with_a_login_pays_as_himself(self):
        user = self.portal_login()
        self.authenticate(user.login, user.login)
        page = self.form(self.letter)
        answer = self.start(page)
        transaction = self.env["payment.transaction"].search([("reference", "=", answer["result"]["reference"])])
        self.assertEqual(transaction.partner_id, user.partner_id)
        self.authenticate(self.user.login, self.user.login)  # a colleague tries it
        answer = self.start(self.form(self.letter), tokenization_requested=True)
        transaction = self.env["payment.transaction"].search([("reference", "=", answer["result"]["reference"])])
        self.assertEqual((transaction.partner_id, transaction.tokenize), (self.partner, False))

    def portal_login(self):
        contact = self.env["res.partner"].create({"name": "Somebody", "parent_id": self.partner.id})
        user = new_test_user(
            self.env,
            "portal_payer",
            groups="base.group_portal",
            partner_id=contact.id,
            company_id=self.nl.id,
            company_ids=[Command.set(self.nl.ids)],
        )
        self.env.flush_all()
        return user
