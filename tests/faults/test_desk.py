"""The desk: mails of real shape through Odoo's own gateway, whose they are, what is seen of them, and what loops."""

from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_coming_back import BOUNCE, ComingBackCase

MAILS = Path(__file__).parent / "mails"
DESK = "desk@kaai.example.com"


class DeskCase(ComingBackCase):
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nl.dunning_alias_name = "desk"

    def setUp(self):
        super().setUp()
        self.partner.email = "info@bakkerijjansen.example.com"
        self.desk = self.env["dunning.reply"]

    def mail(self, name, to=DESK, **values):
        """Let the gateway receive a stored mail. :return: what it became."""
        before = self.desk.search([])
        values = {"to": to, "subject": "Herinnering", "about": self.letter.message_id, "number": "", **values}
        text = (MAILS / name).read_text(encoding="utf-8").format(**values)
        self.env["mail.thread"].message_process(None, text)
        self.env.invalidate_all()
        return self.desk.search([]) - before

    def answer(self, name, **values):
        return self.mail(name, to=f"catchall@{self.nl.alias_domain_id.name}", **values)


@tagged("post_install", "-at_install")
class TestMails(DeskCase):
    def test_outlook_html_with_a_file(self):
        item = self.answer("outlook_nl.eml", number=self.move.name)
        self.assertEqual((item.source, item.reason, item.partner_id), ("mail", "dispute", self.partner))
        self.assertEqual((item.letter_id, item.move_ids), (self.letter, self.move))
        self.assertIn("maar drie van de vijf dozen", item.text)
        self.assertNotIn("Wij ontvingen", item.preview)
        self.assertEqual(item.file_ids.mapped("name"), ["pakbon.pdf"])
        self.assertIn("Wij ontvingen", item.body, "the whole mail stands beside it")
        self.assertEqual(self.code(self.move), "REPLIED")

    def test_gmail_dutch_and_french(self):
        dutch, french = self.answer("gmail_nl.eml"), self.answer("gmail_fr.eml")
        self.assertEqual((dutch.text, dutch.reason), ("Deze is al betaald op 3 november.", "paid"))
        self.assertEqual(french.reason, "promise")
        self.assertTrue(french.text.startswith("Bonjour,"))
        self.assertNotIn("pas reçu", french.text)

    def test_nothing_but_a_signature(self):
        item = self.answer("signature_only.eml")
        self.assertEqual((item.state, item.reason, item.holds), ("open", "other", True))
        self.assertIn("Jan Jansen", item.preview)

    def test_a_mail_that_answers_the_invoice(self):
        message = self.move.message_post(body="Uw factuur", message_type="comment", subtype_xmlid="mail.mt_comment")
        item = self.answer("gmail_nl.eml", about=message.message_id)
        self.assertEqual((item.partner_id, item.move_ids, item.letter_id.id), (self.partner, self.move, False))
        self.assertEqual(self.code(self.move), "REPLIED")
        self.assertIn("al betaald", str(self.move.message_ids[0].body))

    def test_a_firm_that_does_not_follow_up_gets_nothing(self):
        message = self.move.message_post(body="Uw factuur", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.nl.dunning_set_up_on = False
        self.assertFalse(self.answer("gmail_nl.eml", about=message.message_id))

    def test_another_address_of_the_same_firm(self):
        item = self.mail("new_colleague.eml")
        self.assertEqual((item.partner_id, item.company_id, item.reason), (self.partner, self.nl, "question"))
        self.assertEqual(item.sender, "boekhouding@bakkerijjansen.example.com")
        self.assertEqual(self.code(self.move), "REPLIED")

    def test_two_debtors_of_one_domain_wait_for_a_person(self):
        second = self.debtor("Jansen Vastgoed", email="vastgoed@bakkerijjansen.example.com")
        self.invoice(second, 100, due=5)
        item = self.mail("new_colleague.eml")
        self.assertFalse(item.partner_id)
        self.assertIn(item.suggested_id, self.partner + second)
        self.assertNotEqual(self.code(self.move), "REPLIED")

    def test_a_number_of_an_invoice_or_a_letter(self):
        for number in (self.move.name, self.letter.name):
            with self.subTest(number):
                item = self.mail("names_number.eml", number=number)
                self.assertEqual((item.partner_id, item.reason), (self.partner, "copy"))
                self.assertEqual(item._about_moves(), self.move)
                item._handle()
                item.message_ids.sudo().message_id = "<other>"

    def test_a_number_of_another_company_says_nothing(self):
        theirs = self.invoice(self.debtor("Van hen"), 100, due=5, company=self.be)
        theirs.name = "BE-777"
        self.assertFalse(self.mail("names_number.eml", number="BE-777").partner_id)

    def test_the_same_free_mail_domain_is_no_firm(self):
        self.partner.email = "bakkerij@gmail.com"
        self.assertFalse(self.mail("unknown.eml", times=1).partner_id)

    def test_one_of_ours_hands_on_what_he_got(self):
        item = self.mail("forwarded.eml", number=self.move.name)
        self.assertEqual((item.partner_id, item.move_ids), (self.partner, self.move))
        self.assertIn("creditnota", item.text)

    def test_what_nobody_can_place_waits_and_is_placed_by_hand(self):
        item = self.mail("unknown.eml", times=1)
        self.assertEqual((item.state, item.company_id, item.case_id.id), ("open", self.nl, False))
        self.assertNotIn("<script", item.body)
        self.assertNotIn("onerror", item.body)
        self.assertEqual(item.activity_ids.user_id, self.user)
        self.assertIn(item, self.as_user(self.user)["dunning.reply"].search([("partner_id", "=", False)]))
        self.assertFalse(self.as_user(self.be_user)["dunning.reply"].search([("id", "=", item.id)]))
        window = self.as_user(self.user, item).action_place()
        window = self.as_user(self.user)[window["res_model"]].browse(window["res_id"])
        window.debtor_id = self.partner
        window.action_save()
        self.assertEqual(item.partner_id, self.partner)
        self.assertEqual(self.code(self.move), "REPLIED")
        self.assertFalse(item.activity_ids)
        kinds = self.env["dunning.event"].search([("facts", "!=", False)]).mapped("kind")
        self.assertIn("answer.placed", kinds)
        with self.assertRaises(UserError):
            self.as_user(self.user, item)._place(self.partner)

    def test_taken_in_from_elsewhere(self):
        item = self.env["dunning.desk"]._take_in(
            self.nl,
            self.env["res.partner"],
            source="page",
            reason="address",
            subject="Verhuisd",
            text="<b>Kade 9</b>",
            files=[("huur.pdf", b"%PDF-1.4")],
        )
        self.assertEqual((item.partner_id.id, item.company_id, item.user_id), (False, self.nl, self.user))
        self.assertEqual((item.file_ids.name, item.state), ("huur.pdf", "open"))
        self.assertIn("&lt;b&gt;", item.body)
        with self.assertRaises(UserError):
            self.as_user(self.user, item.file_ids).unlink()
        placed = self.env["dunning.desk"]._take_in(
            self.nl, self.partner, source="page", reason="question", subject="?", text="?", moves=self.move, holds=False
        )
        self.assertEqual((placed.case_id, placed.move_ids), (self.letter.case_id, self.move))
        self.assertNotEqual(self.code(self.move), "REPLIED", "where it does not hold the ladder goes on")

    def test_it_is_placed_with_no_debtor_of_another_company(self):
        item = self.mail("unknown.eml", times=1)
        theirs = self.debtor("Van hen", company_id=self.be.id)
        with self.assertRaises(UserError):
            self.as_user(self.user, item)._place(theirs)
        with self.assertRaises(UserError):
            self.as_user(self.user, item)._place(self.nl.partner_id)

    def test_what_he_writes_on_our_answer_is_a_thing_of_its_own(self):
        item = self.mail("unknown.eml", times=1)
        window = self.as_user(self.user, item).action_answer()
        window = self.as_user(self.user)[window["res_model"]].browse(window["res_id"])
        self.assertEqual(window.to, "iemand@gmail.com")
        window.action_save()
        sent = item.message_ids.sorted("id")[-1]
        self.assertEqual((item.state, sent.outgoing_email_to), ("handled", "iemand@gmail.com"))
        more = self.answer("gmail_nl.eml", about=sent.message_id)
        self.assertEqual((len(more), more.company_id, more.state), (1, self.nl, "open"))

    def test_the_same_many_times_is_one_thing(self):
        first = self.mail("unknown.eml", times=1)
        for times in range(2, 6):
            self.assertFalse(self.mail("unknown.eml", times=times))
        self.assertEqual(first.times, 5)
        first._handle()
        self.assertTrue(self.mail("unknown.eml", times=6), "what he writes after it was handled is heard")

    def test_very_many_of_one_address_are_bounded(self):
        sender = "robot@bakkerijjansen.example.com"
        for number in range(14):
            self.reply(f"Ticket {number} was opened", sender=sender)
        self.assertEqual(len(self.desk.search([("sender", "=", sender)])), 10)

    def test_a_mail_to_a_desk_without_a_company_is_refused(self):
        with self.assertRaises(AccessError):
            self.desk.message_new({"email_from": "x@example.com"}, {})

    def test_the_address_follows_the_setting(self):
        alias = self.nl.dunning_alias_id
        self.assertEqual((alias.alias_model_id.model, alias.alias_full_name), ("dunning.reply", DESK))
        self.nl.dunning_alias_name = "debiteuren"
        self.assertEqual(alias.alias_full_name, "debiteuren@kaai.example.com")
        self.nl.dunning_alias_name = False
        self.assertFalse(alias.alias_name)
        self.nl.dunning_alias_name = "desk"
        self.assertEqual(self.nl.dunning_alias_id, alias)


@tagged("post_install", "-at_install")
class TestActs(DeskCase):
    def setUp(self):
        super().setUp()
        self.item = self.as_user(self.user, self.answer("outlook_nl.eml", number=self.move.name))

    def window(self, act, **values):
        action = getattr(self.item, f"action_{act}")()
        window = self.item.env[action["res_model"]].browse(action["res_id"])
        window.write(values)
        return window

    def test_a_dispute_is_filled_in(self):
        window = self.window("dispute", dispute_reason="quantity")
        self.assertEqual(window.move_ids, self.move)
        self.assertIn("drie van de vijf", window.note)
        window.action_save()
        dispute = self.item.case_id.dispute_ids
        self.assertEqual((dispute.reason, dispute.move_ids, self.item.state), ("quantity", self.move, "handled"))
        self.assertIn("Disputes", self.item.result)
        self.assertEqual(self.code(self.move), "DISPUTED")

    def test_a_promise(self):
        self.window("promise").action_save()
        self.assertEqual(self.item.case_id.promise_ids.state, "open")
        self.assertEqual(self.item.state, "handled")

    def test_a_draft_of_a_plan_leaves_it_open(self):
        self.window("plan").action_save()
        self.assertEqual((self.item.case_id.plan_ids.state, self.item.state), ("draft", "open"))
        self.item.case_id.plan_ids.sudo().unlink()
        self.window("plan", plan_agreed=True).action_save()
        self.assertEqual((self.item.case_id.plan_ids.state, self.item.state), ("active", "handled"))

    def test_a_hold_needs_its_reason(self):
        window = self.window("hold")
        with self.assertRaises(UserError):
            window.action_save()
        window.hold_reason = "creditnota komt"
        window.action_save()
        self.assertTrue(self.item.case_id.hold_id)

    def test_a_contact_is_proposed_and_writes_nothing_over(self):
        window = self.window("contact")
        self.assertEqual((window.email, window.name), ("jan@bakkerijjansen.example.com", "Jan Jansen"))
        self.user.group_ids += self.env.ref("base.group_partner_manager")
        before = (self.partner.name, self.partner.email)
        window.action_save()
        self.assertEqual((self.partner.name, self.partner.email), before)
        self.assertIn("jan@bakkerijjansen.example.com", self.partner.child_ids.mapped("email"))

    def test_an_answer_in_his_language(self):
        self.partner.lang = "nl_NL"
        window = self.window("answer")
        self.assertEqual((window.lang, window.text_id.reason), ("nl_NL", "dispute"))
        self.assertIn(self.move.name, window.body)
        self.assertNotIn("{", window.body)
        window.body = "<b>Wij</b> kijken ernaar\n\nGroet"
        window.action_save()
        sent = self.letter.message_ids[0]
        self.assertIn("&lt;b&gt;Wij", str(sent.body), "what somebody types is text")
        self.assertEqual(sent.outgoing_email_to, "jan@bakkerijjansen.example.com")
        self.assertEqual(self.item.state, "handled")

    def test_no_answer_leaves_a_company_that_is_off(self):
        self.nl.dunning_mode = "off"
        with self.assertRaises(UserError):
            self.window("answer").action_save()
        self.assertEqual(self.item.state, "open")

    def test_a_test_answers_only_ourselves(self):
        self.nl.write({"dunning_mode": "test", "dunning_test_email": "test@nl.example.com"})
        self.window("answer").action_save()
        self.assertEqual(self.letter.message_ids[0].outgoing_email_to, "test@nl.example.com")

    def test_spam_goes_in_sets(self):
        items = self.item + self.as_user(self.user, self.mail("unknown.eml", times=1))
        items.action_not_ours()
        self.assertEqual(items.mapped("state"), ["handled", "handled"])
        self.assertTrue(all(items.mapped("is_foreign")))
        told = self.env["dunning.event"].search([("kind", "=", "answer.handled")], limit=1, order="id desc")
        self.assertTrue(told.facts["foreign"])
        self.assertEqual(told.facts["source"], {"choice": ["dunning.reply", "source", "mail"]})

    def test_whoever_has_no_right_does_nothing(self):
        theirs = self.item.with_user(self.be_user)
        for act in ("dispute", "promise", "plan", "hold", "contact", "answer", "copy", "call", "not_ours", "mine"):
            with self.subTest(act), self.assertRaises(UserError):
                getattr(theirs, f"action_{act}")()
        with self.assertRaises(AccessError):
            self.item.with_user(self.internal).action_handled()
        self.assertEqual(self.item.state, "open")

    def test_reason_and_owner_are_a_persons_and_nothing_else(self):
        self.item.write({"reason": "paid", "user_id": self.manager.id})
        self.assertEqual((self.item.reason, self.item.user_id), ("paid", self.manager))
        for name, value in (
            ("text", "x"),
            ("state", "handled"),
            ("holds", False),
            ("partner_id", self.nl.partner_id.id),
        ):
            with self.subTest(name), self.assertRaises(UserError):
                self.item.write({name: value})


@tagged("post_install", "-at_install")
class TestWhatComesBack(DeskCase):
    def bounce(self):
        self.receive(BOUNCE, recipient="bakkerijjansen@debtor.example.com", number=1)
        return self.desk.search([("letter_id", "=", self.letter.id)])

    def test_a_mail_that_came_back_is_there_once(self):
        item = self.bounce()
        self.assertEqual((item.source, item.reason, item.holds), ("bounce", "bounced", False))
        self.assertEqual(self.letter.case_id.activity_ids, self.env["mail.activity"])
        self.assertTrue(self.letter.activity_ids)
        self.assertEqual(self.code(self.move), "LETTER_FAILED")
        self.receive(BOUNCE, recipient="bakkerijjansen@debtor.example.com", number=2)
        self.assertEqual(self.desk.search([("letter_id", "=", self.letter.id)]), item)
        self.letter.action_retry()
        self.assertEqual(item.state, "handled")

    def test_the_mail_of_an_invoice_came_back(self):
        message = self.move.message_post(body="Uw factuur", message_type="comment", subtype_xmlid="mail.mt_comment")
        for number in (3, 4):
            self.receive(BOUNCE, recipient=self.partner.email, number=number, about=message.message_id)
        item = self.desk.search([("reason", "=", "bounced"), ("partner_id", "=", self.partner.id)])
        self.assertEqual((len(item), item.move_ids, item.holds), (1, self.move, False))
