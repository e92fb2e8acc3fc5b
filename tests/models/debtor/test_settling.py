"""A dispute is settled in one act: credit note, plan, the end of the dispute and the letter, or nothing."""

from datetime import timedelta
from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...common import TODAY
from .agreement_case import AgreementCase


class SettlingCase(AgreementCase):
    def dispute(self, moves=None, **vals):
        return self.note("dunning.dispute", moves or self.move, **{"reason": "price"} | vals)

    def window(self, dispute, outcome, user=None, **values):
        """The window that the button opens, filled in."""
        dispute = self.as_user(user or self.user, dispute)
        action = dispute.action_answer()
        wizard = dispute.env[action["res_model"]].browse(action["res_id"])
        with Form(wizard) as form:
            form.outcome = outcome
            for name, value in values.items():
                setattr(form, name, value)
        return wizard

    def answer(self, dispute, outcome, **values):
        letter = self.window(dispute, outcome, **values).action_answer()
        self.env.invalidate_all()
        return self.env["dunning.letter"].browse(letter["res_id"])

    def left_behind(self):
        """What a settlement makes, counted."""
        models = ("account.move", "account.partial.reconcile", "dunning.payment.plan", "dunning.letter", "dunning.hold")
        return [self.env[model].search_count([]) for model in models] + [
            self.env["mail.mail"].search_count([]),
            self.env["dunning.dispute"].search_count([("state", "=", "open")]),
            self.env["dunning.event"].search_count([]),
        ]


@tagged("post_install", "-at_install")
class TestSettling(SettlingCase):
    def test_right(self):
        dispute = self.dispute(amount=40)
        letter = self.answer(dispute, "accepted")
        [note] = self.move.reversal_move_ids
        self.assertEqual((note.state, note.amount_total, note.payment_state), ("posted", 40, "paid"))
        self.assertEqual(self.move.amount_residual, 60)
        self.assertEqual((dispute.state, dispute.outcome, dispute.closed_by_id), ("closed", "accepted", self.user))
        self.assertEqual((letter.state, letter.legal_type, letter.amount_credited), ("issued", "answer", 40))
        self.assertEqual((letter.amount_total, letter.deadline), (60, False))
        self.assertIn(note.name, letter.body)
        self.assertTrue(letter.pdf_sha256 and letter.mail_digests)
        self.assertEqual(len(self.send_outbox(letter)), 1)
        self.assertEqual((letter.state, letter.dispatch_ids.state), ("sent", "accepted"))
        self.run_for().action_cancel()
        self.assertEqual(self.code(self.move), "TOO_SOON")

    def test_all_of_it(self):
        letter = self.answer(self.dispute(), "accepted")
        self.assertEqual(self.move.payment_state, "reversed")
        self.assertEqual((letter.amount_credited, letter.amount_total), (100, 0))
        self.assertIn("Nothing is left to pay", letter.body)

    def test_partly_and_the_steps_go_on_where_they_were(self):
        first = self.send_level(partners=self.partner)
        level = first.level_id
        with self.at(20):
            dispute = self.dispute(amount=40)
            letter = self.answer(dispute, "partly", credit=25, pay_by=TODAY + timedelta(days=27))
            self.assertEqual((letter.amount_credited, letter.amount_total), (25, 75))
            self.assertEqual(letter.deadline, TODAY + timedelta(days=27))
            self.assertEqual((dispute.outcome, dispute.amount_credited), ("partly", 25))
            self.send_outbox(letter)
        for days, code in ((26, "HOLD_UNTIL"), (27, "HOLD_UNTIL"), (28, "LETTER")):
            with self.subTest(days), self.at(days):
                run = self.run_for()
                self.assertEqual(self.code(self.move), code)
                line = run.letter_ids.line_ids.filtered(lambda line: line.move_id == self.move)
                if code == "LETTER":
                    self.assertEqual((line.level_id.sequence > level.sequence, line.amount_open), (True, 75))
                    second = level.procedure_id.level_ids.filtered(lambda step: step.sequence > level.sequence)[:1]
                    self.assertEqual(line.level_id, second, "never fresh, never skipping")
                run.action_cancel()

    def test_declined(self):
        dispute = self.dispute()
        letter = self.answer(dispute, "rejected", words="By our records the price was agreed.\n<b>On 3 May</b>.")
        self.assertFalse(self.move.reversal_move_ids)
        self.assertEqual((letter.amount_credited, letter.amount_total), (0, 100))
        self.assertIn("By our records the price was agreed.<br/>&lt;b&gt;On 3 May&lt;/b&gt;.", letter.body)
        self.assertEqual(letter.deadline, TODAY + timedelta(days=7))
        self.assertEqual((dispute.state, dispute.outcome), ("closed", "rejected"))
        self.run_for().action_cancel()
        self.assertEqual((self.code(self.move), self.code(self.second)), ("HOLD_UNTIL", "LETTER"))

    def test_settled_in_instalments(self):
        dispute = self.dispute()
        letter = self.answer(dispute, "settled", credit=10, instalment_count=4)
        plan = dispute.plan_id
        self.assertEqual((plan.state, plan.amount, plan.move_ids), ("active", 90, self.move))
        self.assertEqual(plan.instalment_ids.mapped("amount"), [22.5] * 4)
        self.assertEqual((self.move.amount_residual, dispute.outcome), (90, "settled"))
        for words in ("€22.50", "€90.00", "€10.00", "16 December 2026"):
            self.assertIn(words, letter.body)
        self.assertEqual(self.code(self.move), "PLAN")

    def test_what_was_settled_is_confirmed_by_both(self):
        """In each language the words name what is credited and what it settles, and the letter leads to them."""
        self.send_level(partners=self.partner)
        for lang, words in (
            ("en_US", ("This settles what was disputed on 16 November 2026: ", "Credited: €10.00", "€22.50")),
            ("nl_NL", ("Dit beëindigt de betwisting van 16 november 2026: ", "Gecrediteerd: €\xa010,00", "€\xa022,50")),
            ("fr_FR", ("Ceci met fin à la contestation du 16 novembre 2026 : ", "Crédité : 10,00", "22,50")),
        ):
            with self.undone(lang):
                self.partner.lang = lang
                dispute = self.dispute()
                letter = self.answer(dispute, "settled", credit=10, instalment_count=4)
                [receipt] = dispute.plan_id.receipt_ids
                for one in words:
                    self.assertIn(one, receipt.text)
                self.assertEqual((receipt.state, receipt.firm_by_id, receipt.by_limits), ("firm", self.user, False))
                self.assertEqual(str(letter.body).count(self.partner_key().access_token), 1)
                receipt._confirm_by_debtor({"address": "198.51.100.23"})
                self.assertEqual(receipt.state, "both")
                told = self.env["dunning.event"].search([("kind", "=", "agreement.confirmed")])
                self.assertEqual(len(told), 2)
        with self.undone("nothing credited"):
            dispute = self.dispute()
            self.answer(dispute, "settled", instalment_count=4)
            self.assertNotIn("Credited", dispute.plan_id.receipt_ids.text)
        with self.undone("nothing settled, nothing to confirm"):
            self.answer(self.dispute(), "rejected")
            self.assertFalse(self.env["dunning.agreement.receipt"].search_count([]))

    def partner_key(self):
        return self.env["dunning.page.key"].search([("partner_id", "=", self.partner.id)])

    def test_oldest_first(self):
        oldest = self.invoice(self.partner, 50, due=20)
        self.answer(self.dispute(oldest + self.move, amount=80), "accepted")
        self.assertEqual((oldest.payment_state, self.move.amount_residual), ("reversed", 70))
        self.assertEqual((oldest + self.move).reversal_move_ids.mapped("amount_total"), [50, 30])

    def test_taxes(self):
        """Each rate has its share, and the credit note comes to the amount to the cent."""
        taxes = [
            self.env["account.tax"].create(
                {"name": f"{rate} %", "amount": rate, "company_id": self.nl.id, "price_include_override": how}
            )
            for rate, how in ((21, "tax_excluded"), (9, "tax_excluded"), (6, "tax_included"))
        ]
        for amount in (0.01, 0.02, 33.33, 100, 225.9, 225.91):
            for number in (1, 2, 3):
                with self.subTest(amount=amount, rates=number), self.undone("credited"):
                    move = self.taxed(taxes[:number])
                    total = move.amount_total
                    part = min(amount, total)
                    self.env["dunning.crediting"]._credit({move: Decimal(str(part))}, "price", TODAY)
                    note = move.reversal_move_ids
                    self.assertEqual(note.amount_total, part)
                    self.assertAlmostEqual(move.amount_residual, total - part)
                    self.assertAlmostEqual(note.amount_tax, move.amount_tax * part / total, delta=0.03)
                    self.assertAlmostEqual(sum(note.line_ids.mapped("balance")), 0)

    def taxed(self, taxes):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "company_id": self.nl.id,
                "invoice_date": TODAY,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Oven", "quantity": 3, "price_unit": 33.33, "tax_ids": [Command.set(tax.ids)]}
                    )
                    for tax in taxes
                ],
            }
        )
        move.action_post()
        return move

    def test_in_its_own_currency(self):
        dollars = self.invoice(self.partner, 80, currency=self.usd)
        letter = self.answer(self.dispute(dollars, amount=30), "accepted")
        self.assertEqual((dollars.amount_residual, letter.currency_id), (50, self.usd))
        self.assertIn("$50.00", letter.body)

    def test_booked_by_hand_before(self):
        """A credit note of meanwhile is not made a second time, and one of before is no answer."""
        self.credit_of(self.second, 20)
        dispute = self.dispute(self.second, amount=50)
        self.credit_of(self.second, 30)
        window = self.window(dispute, "accepted")
        self.assertEqual((window.amount_disputed, window.amount_open, window.amount_credited), (20, 150, 30))
        window.action_answer()
        self.assertEqual((self.second.amount_residual, dispute.amount_credited), (130, 50))
        other = self.dispute(self.move, amount=40)
        self.credit_of(self.move, 40)
        letter = self.answer(other, "accepted")
        self.assertEqual((letter.amount_credited, letter.amount_total, self.move.amount_residual), (40, 60, 60))

    def credit_of(self, move, amount):
        self.env["dunning.crediting"]._credit({move: Decimal(amount)}, "by hand", TODAY)

    def test_matched_no_more(self):
        """The credit note is taken off by hand: it is his credit still, and nothing of it is asked."""
        dispute = self.dispute(amount=40)
        self.answer(dispute, "accepted")
        self.move.line_ids.remove_move_reconcile()
        self.assertEqual(self.move.amount_residual, 100)
        parts = self.env["dunning.asked"]._parts(self.nl, self.partner.ids)[self.partner.id]
        self.assertEqual(sum(part.principal for part in parts), 260)
        self.assertEqual(dispute.state, "closed")

    def test_opened_again_before_it_left(self):
        dispute = self.dispute(amount=40)
        letter = self.answer(dispute, "rejected")
        dispute.action_reopen()
        self.assertEqual(self.send_outbox(letter), [])
        self.assertEqual(letter.state, "cancelled")
        self.assertIn("opened again", letter.cancel_reason)

    def test_nothing_twice_by_opening_again(self):
        dispute = self.dispute(amount=60)
        self.answer(dispute, "rejected")
        self.dispute(amount=50)
        with self.refused("Only €50.00 of it"):
            dispute.action_reopen()


@tagged("post_install", "-at_install")
class TestRefused(SettlingCase):
    def refuse(self, message, dispute, outcome, error=UserError, **values):
        window = self.window(dispute, outcome, **values)
        before = self.left_behind()
        with self.refused(message, error):
            window.action_answer()
        self.env.invalidate_all()
        self.assertEqual(self.left_behind(), before)
        return window

    def test_amounts(self):
        dispute = self.dispute(amount=40)
        for credit in (0, -1, 40, 40.01, 1000):
            message = "above zero" if credit < 0 else "more than nothing and less than what is disputed: €40.00"
            self.refuse(message, dispute, "partly", credit=credit)
        for credit in (40.01, 100):
            self.refuse("at most what is disputed", dispute, "settled", credit=credit)
        whole = self.dispute(self.second)
        self.refuse("leave something to pay", whole, "settled", credit=200)
        for given, message in ({"words": " "}, "Say why"), ({"pay_by": TODAY}, "after today"):
            self.refuse(message, dispute, "rejected", **given)
        for count in (0, -1, 121):
            self.refuse("", dispute, "settled", instalment_count=count)

    def test_meanwhile(self):
        for what in (
            lambda _dispute: self.pay(self.move, 80),
            lambda _dispute: self.env["dunning.crediting"]._credit({self.move: Decimal(10)}, "x", TODAY),
            lambda dispute: dispute.write({"amount": 30}),
        ):
            with self.undone("meanwhile"):
                dispute = self.dispute(amount=40)
                window = self.window(dispute, "accepted")
                what(dispute)
                with self.refused("It was paid, credited or changed meanwhile", UserError):
                    window.action_answer()
        dispute = self.dispute(amount=40)
        window = self.window(dispute, "accepted")
        theirs = self.as_user(self.manager, dispute)
        theirs.outcome = "rejected"
        theirs.action_close()
        with self.refused(f"{self.manager.name} closed this dispute meanwhile", UserError):
            window.action_answer()

    def test_paid_wholly(self):
        dispute = self.dispute()
        self.pay(self.move)
        self.refuse("it was paid. Close the dispute", dispute, "accepted")
        self.refuse("Nothing of it is open any more", dispute, "rejected")

    def test_failure_in_the_middle(self):
        """The credit note is posted when the plan is refused, the dispute closed when the letter cannot be made."""
        dispute = self.dispute()
        self.refuse("lies before the day", dispute, "settled", credit=10, first_date=TODAY - timedelta(days=1))
        self.assertEqual((self.move.amount_residual, dispute.state), (100, "open"))
        self.env.ref("cremann_dunning.mail_template_answer_credited").body_html = "<p>{{ nothing }}</p>"
        self.refuse("Nothing was done, because the letter could not be made", dispute, "accepted")
        self.partner.write({"email": False, "street": False})
        self.refuse("can be reached", dispute, "accepted")
        self.assertEqual((self.move.amount_residual, dispute.state), (100, "open"))

    def test_locked_period(self):
        dispute = self.dispute(amount=40)
        """Odoo books it on the first day that is open; where it cannot book at all, nothing is done."""
        with self.undone("moved"):
            self.nl.sudo().hard_lock_date = TODAY
            self.answer(dispute, "accepted")
            self.assertGreater(self.move.reversal_move_ids.date, TODAY)
        self.move.journal_id.active = False
        self.refuse("", dispute, "accepted")

    def test_no_right_to_invoicing(self):
        dispute = self.dispute(amount=40)
        rights = self.env["ir.model.access"].search(
            [("model_id.model", "=", "account.move"), ("perm_create", "=", True)]
        )
        rights.perm_create = False
        self.refuse("takes the right to invoicing", dispute, "accepted")
        self.answer(dispute, "rejected")

    def test_taken_in(self):
        entry = self.opening((self.partner, 70, 10, "Old")).move_id
        self.take_in(entry)
        dispute = self.dispute(entry)
        self.refuse("was taken in as a journal entry", dispute, "accepted")
        self.assertEqual(self.answer(dispute, "settled").amount_total, 70)

    def test_two_currencies(self):
        dollars = self.invoice(self.partner, 10, currency=self.usd)
        dispute = self.dispute(self.move + dollars)
        self.refuse("Make a dispute of each", dispute, "rejected")

    def test_off_or_insolvent(self):
        dispute = self.dispute(amount=40)
        with self.undone("off"):
            self.nl.dunning_mode = "off"
            self.refuse("", dispute, "accepted")
        self.env["dunning.insolvency"].create(
            {"partner_id": self.partner.id, "company_id": self.nl.id, "kind": "nl_bankruptcy", "date": TODAY}
        )
        self.refuse("Nothing is written to the debtor", dispute, "accepted")

    def test_only_who_may(self):
        dispute = self.dispute(amount=40)
        for user in (self.biller, self.internal):
            with self.refused("", AccessError):
                self.as_user(user, dispute).action_answer()


@tagged("post_install", "-at_install")
class TestTwoCompanies(SettlingCase):
    with_belgium = True

    def test_nothing_across(self):
        theirs = self.invoice(self.partner, 300, due=10, company=self.be)
        with self.assertRaises(UserError):
            self.dispute(self.move + theirs)
        dispute = self.dispute()
        window = self.window(dispute, "accepted")
        with self.refused("", AccessError):
            self.as_user(self.be_user, dispute).action_answer()
        with self.refused("", AccessError):
            self.as_user(self.be_user, window).action_answer()
        with self.refused("", AccessError):
            self.as_user(self.be_user)["dunning.answer.wizard"].create({"dispute_id": dispute.id})
