"""Call mode: who is called in which order, what each outcome does, and what follows when somebody else was at it."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ...common import TODAY
from .test_contact import ContactCase

PDF = {"name": "i.pdf", "raw": b"%PDF-1.4 an invoice", "mimetype": "application/pdf", "res_model": "account.move"}


class CallingCase(ContactCase):
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.write({"phone": "+31 30 <b>1</b>", "email": "debtor@example.com"})
        cls.other = cls.debtor("Other BV", email=False)
        cls.other_move = cls.invoice(cls.other, 900, due=10)
        cls.other_case = cls.env["dunning.case"]._for_partners(cls.other, cls.nl, create=True)

    def due(self):
        """The procedure begins with the call, so that it is due today."""
        self.first.active = False
        self.decide()

    def start(self, user=None, cases=None):
        env = self.as_user(user or self.user)
        action = cases.with_env(env).action_call() if cases else env["dunning.call.wizard"].action_start()
        return env["dunning.call.wizard"].browse(action["res_id"])

    def say(self, window, outcome, **values):
        """Choose an outcome on the screen, fill in what it asks, and save it."""
        with Form(window) as form:
            form.outcome = outcome
            for name, value in values.items():
                if name == "move_ids":
                    for move in value:
                        form.move_ids.add(move)
                else:
                    setattr(form, name, value)
            follows = form.follows
        window.action_save()
        return follows


@tagged("post_install", "-at_install")
class TestQueue(CallingCase):
    """Whom call mode shows."""

    def test_all_whose_call_is_due_mine_first_then_by_amount(self):
        self.assertTrue(self.start().is_empty)
        self.due()
        window = self.start()
        self.assertEqual(window.line_ids.case_id, self.other_case + self.case)
        self.assertEqual((window.case_id, window.progress, window.level_id), (self.other_case, "1 of 2", self.call))
        self.case.user_id = self.manager
        self.assertEqual(self.start(self.manager).line_ids.case_id.ids, [self.case.id, self.other_case.id])

    def test_who_paid_meanwhile_is_passed_with_a_word(self):
        self.due()
        window = self.start()
        for move in self.move + self.second:
            self.pay(move)
        self.env.invalidate_all()
        window.action_skip()
        self.assertTrue(window.is_done)
        self.assertEqual(window.line_ids.mapped("state"), ["skipped", "ended"])
        self.assertEqual(window.line_ids[1].result, "Nothing is open any more.")
        self.assertFalse(self.case.contact_ids + self.other_case.contact_ids)
        with self.refused("Everybody was called"):
            window.action_save()

    def test_no_answer_comes_back_on_the_next_working_day(self):
        self.due()
        for number, ahead in ((1, 0), (2, 1), (3, 2), (4, 3), (5, 4)):  # Monday to Friday
            with self.at(ahead):
                self.decide()
                follows = self.say(self.start(cases=self.case), "not_reached")
                self.assertIn(f"Attempt {number}.", follows)
                self.assertNotIn(self.case, self.start().line_ids.case_id)
        for ahead, wanted in ((5, False), (6, False), (7, True)):
            with self.subTest(ahead), self.at(ahead):
                self.decide()
                self.assertEqual(self.case in self.start().line_ids.case_id, wanted)
                self.assertEqual(self.code(self.move), "CALL_DUE")
        self.assertFalse(self.case.contact_ids.filtered("counts_as_step"))
        with self.at(7):
            window = self.start(cases=self.case)
            self.assertIn("5 ", window.tries)
            self.say(window, "refused")
            self.assertFalse(self.start(cases=self.case).tries)

    def test_somebody_calls_again_who_is_not_due(self):
        self.say(self.start(cases=self.case), "not_reached")
        for ahead, wanted in ((0, False), (1, True), (2, True)):
            with self.subTest(ahead), self.at(ahead):
                self.assertEqual(self.case in self.start().line_ids.case_id, wanted)
        with self.at(2):
            self.say(self.start(), "other")
            self.assertTrue(self.start().is_empty)

    def test_two_people_do_not_call_the_same_debtor_unknowingly(self):
        self.due()
        window, theirs = self.start(cases=self.case), self.start(self.manager, self.case)
        self.assertIn(f"{self.user.name} has this debtor on the screen", theirs.notice)
        self.say(window, "other", note="he calls back")
        self.env.invalidate_all()
        theirs.outcome = "refused"
        theirs.action_save()
        self.assertEqual(len(self.case.contact_ids), 1, "shown first")
        self.assertIn("he calls back", theirs.notice)
        with self.refused("No call is due"):
            theirs.action_save()
        theirs.counts_as_step = False
        theirs.action_save()
        self.assertEqual(set(self.case.contact_ids.mapped("outcome")), {"other", "refused"})

    def test_companies_each_by_their_own(self):
        partner = self.debtor("Belg", country_id=self.env.ref("base.be").id)
        self.invoice(partner, 50, due=40, company=self.be)
        belgian = self.env["dunning.case"]._for_partners(partner, self.be, create=True)
        window = self.start(self.group_user, belgian + self.case)
        self.assertEqual(window.company_id, self.nl)
        self.say(window, "promised")
        self.say(window, "promised")
        promises = belgian.promise_ids + self.case.promise_ids
        self.assertEqual(promises.company_id, self.be + self.nl)
        self.assertEqual(promises.mapped("amount"), [50, 300])
        for user in (self.internal, self.biller):
            with self.subTest(user.login), self.refused("", AccessError):
                self.start(user)
        with self.refused("", AccessError):
            self.start(self.be_user, self.case)


@tagged("post_install", "-at_install")
class TestOutcomes(CallingCase):
    """What follows from what the debtor said."""

    def test_pays_on_a_day(self):
        self.due()
        window = self.start(cases=self.case)
        self.assertEqual((window.promise_date, window.outcome), (TODAY + timedelta(days=7), False))
        follows = self.say(window, "promised", person="Ms Jansen", note="next week")
        contact, promise = self.case.contact_ids, self.case.promise_ids
        self.assertEqual((promise.amount, promise.date, promise.user_id), (300, TODAY + timedelta(days=7), self.user))
        self.assertEqual((contact.promise_id, contact.kind, contact.person), (promise, "call", "Ms Jansen"))
        self.assertEqual((contact.counts_as_step, contact.level_id), (True, self.call))
        self.assertEqual(contact.move_ids, self.move + self.second)
        self.assertEqual(self.code(self.move), "PROMISE")
        self.assertIn("A confirmation goes to debtor@example.com.", follows)
        mail = promise.message_ids.filtered(lambda message: message.message_type == "comment")
        self.assertEqual(mail.partner_ids, self.partner)
        self.assertIn("300", mail.body)
        self.assertEqual((window.is_done, window.line_ids.state), (True, "called"))
        self.assertIn("Confirmed to debtor@example.com.", window.last_result)

    def test_disputes_half_an_invoice(self):
        window = self.start(cases=self.case)
        window.outcome = "disputed"
        with self.refused("Choose the invoices"):
            window.action_save()
        values = {"dispute_reason": "quality", "dispute_extent": "part", "move_ids": self.move, "send_mail": False}
        with self.refused("Enter how much"):
            self.say(window, "disputed", **values)
        self.assertFalse(self.case.contact_ids, "nothing is noted of what could not be done")
        follows = self.say(window, "disputed", **values | {"dispute_amount": 50})
        self.assertIn("50.00 is not chased", follows.replace("\N{NO-BREAK SPACE}", " "))
        dispute = self.case.dispute_ids
        self.assertEqual((dispute.amount, dispute.extent, dispute.move_ids), (50, "part", self.move))
        self.assertFalse(dispute.message_ids.filtered("partner_ids"), "no mail when it is switched off")

    def test_in_instalments(self):
        self.say(self.start(cases=self.case), "instalments", plan_agreed=False)
        plan = self.case.plan_ids
        self.assertEqual((plan.state, plan.amount, plan.instalment_ids.mapped("amount")), ("draft", 300, [100] * 3))
        self.assertEqual(plan.activity_ids.user_id, self.user)
        self.say(self.start(cases=self.case), "instalments", plan_count=2)
        self.assertEqual((self.case.plan_ids, plan.state, len(plan.instalment_ids)), (plan, "active", 2))
        self.assertEqual(self.code(self.move), "PLAN")
        with self.refused("A payment plan of this debtor runs already"):
            self.say(self.start(cases=self.case), "instalments")

    def test_wants_a_copy(self):
        def print_pdf(_self, invoices_data):
            for move, data in invoices_data.items():
                data["pdf_attachment_values"] = PDF | {"res_id": move.id, "res_field": "invoice_pdf_report_file"}

        with patch.object(self.registry["account.move.send"], "_prepare_invoice_pdf_report", print_pdf):
            self.say(self.start(cases=self.case), "copy", move_ids=self.move)
            message = self.move.message_ids.filtered("partner_ids")
            self.assertEqual((message.partner_ids, len(message.attachment_ids)), (self.partner, 1))
            self.assertFalse(self.second.message_ids.filtered("partner_ids"))
            with self.refused("has no e-mail address"):
                self.say(self.start(cases=self.other_case), "copy", move_ids=[])
        self.assertEqual(self.case.contact_ids.outcome, "copy")

    def test_others_act_as_well(self):
        self.case.user_id = self.manager
        for outcome, summary in (("wrong_person", "Find out whom to call"), ("cannot_pay", "Cannot pay: decide")):
            with self.subTest(outcome):
                self.say(self.start(cases=self.case), outcome, note="<b>ask</b>")
                to_do = self.case.activity_ids.filtered(
                    lambda a, summary=summary: (a.summary or "").startswith(summary)
                )
                self.assertEqual((len(to_do), to_do.user_id), (1, self.manager))
                self.assertIn("&lt;b&gt;", to_do.note)
        window = self.start(cases=self.other_case)
        self.assertFalse(window.mail_to)
        with Form(window) as form:
            form.outcome = "promised"
            self.assertFalse(form.send_mail)
        self.say(window, "refused")
        said = self.env["dunning.event"].search([("kind", "=", "contact.called")], order="id desc", limit=1)
        self.assertIn("Refuses to pay", said.sentence)

    def test_what_is_shown(self):
        window = self.start(cases=self.case)
        self.assertIn('href="tel:+31301"', window.phones)
        self.assertIn("&lt;b&gt;1", window.phones)
        self.assertIn("Did our invoice arrive", window.script)
        self.call.script = "Ask for the director"
        self.send_level()
        with self.at(8):
            self.decide()
            window = self.start(cases=self.case)
            self.assertEqual(window.script, "Ask for the director")
            self.assertEqual(window.open_move_ids[0].dunning_last_letter, "Reminder, 11/16/2026")

    def test_noted_once_in_the_form_of_a_contact(self):
        contact = self.fill_in(self.as_user(self.user, self.case).action_log_call(), outcome="promised")
        self.assertEqual((contact.promise_id.amount, contact.promise_id.date), (300, TODAY + timedelta(days=7)))
        again = self.fill_in(
            self.as_user(self.user, self.case).action_log_call(), outcome="promised", promise_date=False
        )
        self.assertFalse(again.promise_id, "noted already")
        case = self.as_user(self.user, self.other_case)
        values = {"outcome": "disputed", "dispute_reason": "price", "dispute_extent": "part", "dispute_amount": 450}
        contact = self.fill_in(case.action_log_call(), **values)
        self.assertEqual((contact.dispute_id.amount, contact.dispute_id.move_ids), (450, self.other_move))
        note = self.contact(outcome="promised")
        self.assertFalse(note.promise_id, "a call from elsewhere says when, or makes none")

    def test_few_clicks(self):
        promise = self.fill_in(self.as_user(self.user, self.other_case).action_new_promise())
        self.assertEqual((promise.amount, promise.date), (900, TODAY + timedelta(days=7)))
        with self.at(-3):  # a Friday: the week after, and no day is a day of rest
            self.assertEqual(self.as_user(self.user)["dunning.call.queue"]._working_day(self.nl, 1), TODAY)
        action = self.as_user(self.user, self.other_case).action_new_dispute()
        self.assertEqual(action["context"]["default_move_ids"], self.other_move.ids)
        dispute = self.fill_in(action, reason="price", extent="part", amount=450)
        self.assertEqual((dispute.amount, dispute.move_ids), (450, self.other_move))
        dispute.extent = "whole"
        self.assertEqual(dispute.amount, 0)
        self.assertNotIn("default_move_ids", self.as_user(self.user, self.case).action_new_dispute()["context"])

    def test_invoices_are_chosen_by_what_is_open(self):
        moves = self.as_user(self.user, self.move).with_context(dunning_debtor=self.partner.id, dunning_open=True)
        name = moves.display_name.replace("\N{NO-BREAK SPACE}", " ")
        self.assertEqual(name, f"{self.move.name} · 11/06/2026 · €100.00")
        self.pay(self.move)
        moves.invalidate_recordset()
        self.assertNotIn("·", moves.display_name)
        domain = self.env["dunning.dispute"]._fields["move_ids"].domain
        values = {"company_id": self.nl.id, "partner_id": self.partner.id}
        found = moves.name_search("", safe_eval(domain, values))
        self.assertEqual([move_id for move_id, _name in found], self.second.ids)
