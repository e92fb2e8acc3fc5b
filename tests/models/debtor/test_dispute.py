"""A debtor does not agree: what is disputed is left alone, the rest goes on, and only a person ends it."""

from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ...common import TODAY
from .agreement_case import AgreementCase


@tagged("post_install", "-at_install")
class TestDispute(AgreementCase):
    def dispute(self, moves=None, **vals):
        return self.note("dunning.dispute", moves or self.move, **{"reason": "price"} | vals)

    def letter(self, state):
        return self.env["dunning.letter"].search([("partner_id", "=", self.partner.id), ("state", "=", state)])

    def test_invoice_is_left_alone_from_that_moment(self):
        self.run_for().action_cancel()
        self.assertEqual(self.code(self.move), "LETTER")
        self.dispute()
        self.assertEqual((self.code(self.move), self.code(self.second)), ("DISPUTED", "LETTER"))
        self.assertEqual(
            self.why(self.move), "Disputed since 11/16/2026: price. It goes on when somebody closes the dispute."
        )
        dutch = self.move.with_context(lang="nl_NL").dunning_explanation
        self.assertIn("16-11-2026: prijs", dutch)
        run = self.run_for()
        self.assertEqual(run.letter_ids.line_ids.move_id, self.second)

    def test_only_the_undisputed_part_is_asked(self):
        self.dispute(amount=40)
        letter = self.run_for().letter_ids
        line = letter.line_ids.filtered(lambda line: line.move_id == self.move)
        self.assertEqual(
            (line.amount_total, line.amount_paid, line.amount_disputed, line.amount_open), (100, 0, 40, 60)
        )
        self.assertEqual((letter.amount_principal, letter.amount_total), (260, 260))
        self.assertIn("In dispute: €40.00. That part is not asked now", letter.claims_html)
        dutch = letter.sudo().with_context(lang="nl_NL")
        dutch.lang = "nl_NL"
        self.env.invalidate_all()
        self.assertRegex(dutch.claims_html, "Betwist: €.40,00. Dat deel wordt nu niet gevraagd")
        other = letter.line_ids - line
        self.assertEqual((other.amount_disputed, other.amount_open), (0, 200))

    def test_a_dispute_over_all_that_is_left_after_a_payment(self):
        for amount, code in ((39.99, "LETTER"), (40, "DISPUTED"), (41, "DISPUTED")):
            with self.subTest(amount), self.undone(amount):
                self.dispute(amount=amount)
                self.pay(self.move, 60)
                self.env["dunning.procedure"].search([]).minimum_amount = 0
                self.run_for().action_cancel()
                self.assertEqual(self.code(self.move), code)

    def test_no_more_than_is_open_and_nothing_twice(self):
        self.pay(self.move, 60)
        for amount in (40.01, 100):
            with self.refused("Only €40.00 of it is open and not disputed yet"):
                self.dispute(amount=amount)
        first = self.dispute(amount=30)
        with self.refused("Only €10.00 of it"):
            self.dispute(amount=10.01)
        with self.refused("is disputed already"):
            self.dispute()
        second = self.dispute(amount=10, reason="hours")
        with self.refused("Only €10.00 of it"):
            second.amount = 10.01
        first.write({"outcome": "rejected"})
        first.action_close()
        second.write({"amount": 40})
        self.dispute(self.second)
        with self.refused(f"{self.second.name} is disputed already"):
            self.dispute(self.move + self.second, amount=5)

    def test_closing_is_the_only_way_on(self):
        dispute = self.dispute()
        with self.refused("Choose the outcome first"):
            dispute.action_close()
        dispute.outcome = "accepted"
        self.run_for().action_cancel()
        self.assertEqual(self.code(self.move), "DISPUTED")
        with self.at(400):
            self.run_for().action_cancel()
            self.assertEqual(self.code(self.move), "DISPUTED")
            dispute.action_close()
            self.assertEqual(self.code(self.move), "LETTER")
            self.assertEqual((dispute.state, dispute.closed_by_id, dispute.days_open), ("closed", self.user, 400))
            dispute.action_reopen()
            self.assertEqual(self.code(self.move), "DISPUTED")
            self.assertFalse(dispute.outcome or dispute.closed_on)

    def test_opened_after_the_proposal(self):
        run = self.run_for()
        self.dispute(self.move + self.second)
        run.action_confirm()
        letter = run.letter_ids.with_context(lang="en_US")
        self.assertEqual(letter.state, "cancelled")
        self.assertIn("Not sent: Disputed since", letter.cancel_reason)

    def test_opened_between_issue_and_sending(self):
        for amount, reason in ((0, "Not sent: Disputed since 11/16/2026: price"), (1, "paid, credited, disputed or")):
            with self.subTest(amount):
                letter = self.confirm(self.run_for())
                self.assertEqual(letter.state, "issued")
                dispute = self.dispute(amount=amount)
                self.assertEqual(self.send_outbox(letter), [])
                self.assertEqual(letter.state, "cancelled")
                self.assertIn(reason, letter.cancel_reason)
                dispute.write({"outcome": "rejected"})
                dispute.action_close()
        letter = self.confirm(self.run_for())
        self.assertEqual(len(self.send_outbox(letter)), 1, "a closed dispute stops nothing")

    def test_part_over_two_invoices_comes_off_the_oldest(self):
        oldest = self.invoice(self.partner, 50, due=20)
        self.dispute(oldest + self.move, amount=80)
        letter = self.run_for().letter_ids
        asked = {line.move_id: line.amount_open for line in letter.line_ids}
        self.assertEqual(asked, {self.move: 70, self.second: 200})
        self.assertEqual(self.code(oldest), "DISPUTED")

    def test_bad_input(self):
        other = self.invoice(self.debtor("Other"), 10)
        dollars = self.invoice(self.partner, 10, currency=self.usd)
        refund = self.credit(self.partner, 10)
        with self.refused("Choose the invoices that the debtor disputes"):
            self.note("dunning.dispute", reason="price")
        for wrong in (other, refund):
            with self.refused("is not an invoice to Bakkerij Jansen"):
                self.dispute(wrong)
        with self.refused("more than the invoices come to"):
            self.dispute(amount=100.01)
        with self.undone("all of it"):
            self.dispute(amount=100)
        with self.refused("", CheckViolation):
            self.dispute(amount=-1)
        with self.refused("Make one for each currency"):
            self.dispute(self.move + dollars, amount=5)
        self.dispute(self.move + dollars)

    def test_words_of_the_debtor_are_only_text(self):
        self.dispute(description="<script>alert(1)</script> & more")
        told = self.told_on(self.case)[0]
        self.assertIn("<script>alert(1)</script> & more", told)
        self.assertIn(self.move.name, told)
        report = self.env["ir.actions.report"]
        html = report._render_qweb_html("cremann_dunning.report_dunning_story", self.case.ids)[0].decode()
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more", html)

    def test_from_the_invoice_list(self):
        moves = self.as_user(self.user, self.move + self.second)
        dispute = self.fill_in(moves.action_dunning_dispute(), reason="quality", description="broken")
        self.assertEqual((dispute.case_id, dispute.move_ids), (self.case, self.move + self.second))
        self.assertEqual((dispute.user_id, dispute.opened_on), (self.user, TODAY))
        self.assertEqual(dispute.deadline, TODAY + timedelta(days=14), "quality takes longer")
        fresh = self.invoice(self.debtor("New"), 10)
        self.fill_in(self.as_user(self.user, fresh).action_dunning_dispute(), reason="other")
        self.assertEqual(self.code(fresh), "DISPUTED")
        with self.refused("one debtor at a time"):
            self.as_user(self.user, self.move + fresh).action_dunning_dispute()
        with self.refused("", AccessError):
            self.as_user(self.biller, self.move).action_dunning_dispute()

    def test_case_shows_it(self):
        case = self.as_user(self.user, self.case)
        action = case.action_new_dispute()
        self.assertEqual(action["context"], {"default_case_id": self.case.id})
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.fill_in(action, reason="price")
        self.dispute()
        values = self.open_form(case)
        self.assertEqual(values["open_dispute_count"], 1)
        self.assertEqual(len(values["dispute_ids"]), 1)
        rows = self.open_list(self.as_user(self.user), "dunning.dispute", case.action_open_disputes()["domain"])
        self.assertEqual(rows["length"], 1)
        self.open_form(self.as_user(self.user)["dunning.dispute"].browse(rows["records"][0]["id"]))
        found = self.as_user(self.user)["dunning.case"].search([("dispute_ids.state", "=", "open")])
        self.assertEqual(found, self.case)

    def test_a_named_invoice_may_be_deleted(self):
        """The dispute stays about that invoice, and nothing else becomes disputed."""
        dispute, number = self.dispute(), self.move.name
        move = self.as_user(self.biller, self.move).with_context(force_delete=True)
        move.button_draft()
        move.unlink()
        self.assertFalse(self.move.exists())
        self.assertEqual((dispute.numbers, dispute.move_ids, dispute._named()), (number, self.move.browse(), [0]))
        self.assertEqual(dispute.about, number)
        for name in ("dispute_received", "dispute_closed"):
            text = self.env.ref(f"cremann_dunning.mail_template_{name}")
            for field in ("subject", "body_html"):
                self.assertIn(number, text._render_field(field, dispute.ids)[dispute.id])
        self.run_for().action_cancel()
        self.assertEqual(self.code(self.second), "LETTER")
        dispute.outcome = "rejected"
        dispute.action_close()
        self.assertEqual(dispute.state, "closed")
        with self.refused("", AccessError):
            dispute.unlink()
        self.as_user(self.manager, dispute).unlink()

    def test_removed_by_the_manager(self):
        dispute = self.dispute()
        self.as_user(self.manager, dispute).unlink()
        self.assertEqual(self.code(self.move), "LETTER")


@tagged("post_install", "-at_install")
class TestTwoCompanies(AgreementCase):
    with_belgium = True

    def test_each_company_sees_and_stops_its_own(self):
        be_move = self.invoice(self.partner, 300, due=10, company=self.be)
        be_case = self.env["dunning.case"]._for_partners(self.partner, self.be, create=True)
        about = {"reason": "quality", "move_ids": [Command.set(be_move.ids)], "case_id": be_case.id}
        theirs = self.as_user(self.be_user)["dunning.dispute"].create(about)
        ours = self.note("dunning.dispute", self.move, reason="price")
        self.assertEqual((ours.company_id, theirs.company_id), (self.nl, self.be))
        self.assertEqual(self.as_user(self.user)["dunning.dispute"].search([]), ours)
        self.assertEqual(self.as_user(self.be_user)["dunning.dispute"].search([]), theirs)
        self.assertEqual(self.as_user(self.group_user)["dunning.dispute"].search_count([]), 2)
        with self.refused("", AccessError):
            self.as_user(self.user, theirs).read(["reason"])
        facts = self.env["dunning.gather"].facts
        self.assertEqual([d.reason for d in facts(self.nl, TODAY)[0].disputes], ["price"])
        self.assertEqual([d.reason for d in facts(self.be, TODAY)[0].disputes], ["quality"])
