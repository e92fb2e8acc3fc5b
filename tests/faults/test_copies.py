"""Copies of letters over a real SMTP server, addresses from which letters came back, and followers who get nothing."""

from odoo.tests import tagged

from ..common import TODAY
from .test_coming_back import BOUNCE, ComingBackCase
from .test_delivery import DeliveryCase


class CopyCase(DeliveryCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level = cls.env.ref("cremann_dunning.dunning_level_nl_business_1")
        cls.level.copy_to = "escalation"

    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.boss = self.env["res.partner"].create(
            {
                "parent_id": self.partner.id,
                "name": "Piet Boss",
                "email": "boss@debtor.example.com",
                "dunning_role": "escalation",
            }
        )
        self.move = self.invoice(self.partner, 500, due=5)

    def letter(self, send=True):
        letter = self.confirm(self.run_for(partners=self.partner)).sudo()
        if send:
            self.empty_outbox(letter)
        return letter


@tagged("post_install", "-at_install")
class TestCopies(CopyCase):
    def test_copy_stands_in_the_mail_and_on_record(self):
        letter = self.letter()
        [(recipients, message)] = self.mailbox.messages
        self.assertEqual(recipients, ["bakkerijjansen@debtor.example.com", "boss@debtor.example.com"])
        self.assertIn("boss@debtor.example.com", message["Cc"])
        self.assertNotIn("boss", message["To"])
        self.assertEqual(letter.state, "sent")
        self.assertIn("boss@debtor.example.com", letter.copy_to)
        self.assertEqual(letter.dispatch_ids.copy_to, letter.copy_to)
        self.assertNotIn("boss", letter.dispatch_ids.recipient)

    def test_no_copy_where_the_level_asks_none(self):
        self.level.copy_to = "none"
        letter = self.letter()
        [(recipients, message)] = self.mailbox.messages
        self.assertEqual((recipients, message["Cc"]), (["bakkerijjansen@debtor.example.com"], None))
        self.assertFalse(letter.copy_to or letter.dispatch_ids.copy_to)

    def test_copy_to_the_addressee_is_none(self):
        self.boss.email = "Bakkerij <BakkerijJansen@debtor.example.com>"
        self.letter()
        self.assertFalse(self.mailbox.messages[0][1]["Cc"])

    def test_test_letter_goes_to_ourselves_only(self):
        self.nl.dunning_mode = "test"
        letter = self.letter()
        [(recipients, message)] = self.mailbox.messages
        self.assertEqual((len(recipients), message["Cc"]), (1, None))
        self.assertNotIn("debtor.example.com", recipients[0])
        self.assertFalse(letter.copy_to)

    def test_refused_copy_does_not_hold_up_the_letter(self):
        self.boss.email = "bounce.boss@debtor.example.com"
        letter = self.letter()
        self.assertEqual(letter.state, "sent")
        self.assertEqual(self.mailbox.messages[0][0], ["bakkerijjansen@debtor.example.com"])

    def test_letter_that_only_the_copy_got_was_not_delivered(self):
        """smtplib is content when the server takes a mail for anybody; the level of the debtor must not move."""
        self.partner.email = "bounce.jansen@debtor.example.com"
        letter = self.letter()
        self.assertEqual(self.mailbox.messages[0][0], ["boss@debtor.example.com"])
        self.assertEqual((letter.state, letter.sent_on), ("failed", False))
        self.assertEqual(letter.dispatch_ids.state, "refused")
        self.assertIn("no such mailbox", letter.error)
        self.assertFalse(self.move.dunning_level_id)
        self.run_for(partners=self.partner)
        self.assertEqual(self.code(self.move), "LETTER_FAILED")

    def test_line_is_good_for_the_next_letter(self):
        self.partner.email = "bounce.jansen@debtor.example.com"
        other = self.debtor("Other")
        self.invoice(other, 600, due=5)
        letters = self.confirm(self.run_for(partners=self.partner + other)).sudo()
        self.empty_outbox(letters)
        states = {letter.partner_id: letter.state for letter in letters}
        self.assertEqual(states, {self.partner: "failed", other: "sent"})

    def test_contact_that_left_the_firm_between_issue_and_the_retry(self):
        self.mailbox.down = True
        letter = self.letter()
        self.assertEqual((letter.state, bool(letter.copy_to)), ("failed", True))
        self.mailbox.down = False
        self.boss.parent_id = self.debtor("Another Firm")
        letter.action_retry()
        self.empty_outbox(letter)
        self.assertEqual(self.mailbox.messages[-1][0], ["bakkerijjansen@debtor.example.com"])
        self.assertFalse(letter.copy_to)


@tagged("post_install", "-at_install")
class TestBouncedAddress(ComingBackCase):
    def bounce(self, recipient="bakkerijjansen@debtor.example.com"):
        self.receive(BOUNCE, recipient=recipient, number=1)

    def next_letter(self):
        """The letter failed; somebody gave it up and a new one is proposed."""
        self.letter.sudo().action_cancel()
        return self.run_for(partners=self.partner).letter_ids.filtered(lambda letter: letter.state == "draft")

    def test_address_is_not_used_again_and_the_letter_says_why(self):
        self.bounce()
        letter = self.next_letter()
        self.assertEqual((letter.contact_id, letter.channel), (self.partner, "print"))
        self.assertIn("the last letter to the e-mail address came back", letter.contact_reason)

    def test_another_address_is_used(self):
        self.bounce()
        self.partner.email = "found@debtor.example.com"
        self.assertEqual(self.next_letter().channel, "email")

    def test_address_that_took_the_letter_after_all(self):
        self.bounce()
        self.letter.sudo().action_retry()
        self.empty_outbox(self.letter)
        self.assertEqual(self.letter.state, "sent")
        with self.at(8) as today:
            self.assertEqual(self.run_for(partners=self.partner, date=today).letter_ids.channel, "email")

    def test_copy_that_comes_back_says_nothing_of_the_letter(self):
        letter = self.letter.sudo()
        self.env.cr.execute(
            "UPDATE dunning_letter SET copy_to = 'Boss <boss@debtor.example.com>' WHERE id = %s", (letter.id,)
        )
        letter.invalidate_recordset()
        self.bounce("boss@debtor.example.com")
        self.assertEqual((letter.state, letter.sent_on), ("sent", TODAY))
        self.assertEqual(
            self.told_on(letter)[0],
            f"Letter {letter.name} came back from boss@debtor.example.com. "
            "That was the copy; the letter itself did not come back.",
        )
        self.assertEqual(letter.dispatch_ids.state, "accepted")
        self.bounce()
        self.assertEqual(letter.state, "failed", "and the letter itself is told apart")


@tagged("post_install", "-at_install")
class TestFollowers(ComingBackCase):
    """Nobody outside follows, whatever Odoo is told to do by itself, and who follows all the same gets nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # as a user works: with tracking, and with everything on that makes followers
        settings = {"tracking_disable": False, "mail_post_autofollow": True}
        cls.env = cls.env(context={**cls.env.context, **settings})

    def setUp(self):
        super().setUp()
        self.person = self.env["res.partner"].create(
            {"parent_id": self.partner.id, "name": "Jan Smit", "email": "jan@debtor.example.com"}
        )
        self.outside = self.partner + self.person

    def followers(self, *records):
        found = self.env["mail.followers"]
        for record in records:
            domain = [("res_model", "=", record._name), ("res_id", "in", record.ids)]
            found |= self.env["mail.followers"].search(domain)
        return found.partner_id

    def test_issuing_mailing_and_answers_make_no_followers(self):
        self.move.message_subscribe(self.outside.ids)
        self.reply("When did we order this?")
        letter = self.letter.with_env(self.env)
        letter.message_post(
            body="Hello", partner_ids=self.outside.ids, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        letter.case_id.message_subscribe(self.outside.ids)
        case = letter.case_id
        case.user_id = self.manager
        self.env.flush_all()
        self.cr.precommit.run()
        self.assertIn(self.partner, self.followers(self.move), "of the invoice, as Odoo does")
        self.assertFalse(self.followers(letter, case, letter.run_id) & self.outside)

    def test_a_colleague_follows(self):
        case = self.letter.case_id.with_env(self.env)
        case.message_subscribe((self.outside + self.manager.partner_id).ids)
        self.assertEqual(self.followers(case) & (self.outside + self.manager.partner_id), self.manager.partner_id)

    def test_who_follows_all_the_same_gets_no_mail(self):
        """Somebody added before there was this rule, or by an import."""
        letter, comment = self.letter.with_env(self.env), self.env.ref("mail.mt_comment")
        case = letter.case_id
        self.move.message_subscribe(self.outside.ids)
        for record in (letter, case, letter.run_id):
            for partner in self.outside:
                self.env["mail.followers"].create(
                    {
                        "res_model": record._name,
                        "res_id": record.id,
                        "partner_id": partner.id,
                        "subtype_ids": comment.ids,
                    }
                )
        before = len(self.mailbox.messages)
        self.reply("When did we order this?")
        for record in (letter, case, letter.run_id):
            record.message_post(body="For colleagues", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.assertEqual(len(self.mailbox.messages), before)
        self.assertFalse(self.env["mail.mail"].sudo().search([("recipient_ids", "in", self.outside.ids)]))
        letter.message_post(
            body="For Jan", partner_ids=self.person.ids, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual([to for to, _message in self.mailbox.messages[before:]], [["jan@debtor.example.com"]])

    def test_next_letter_goes_to_its_addressee_only(self):
        self.move.message_subscribe(self.outside.ids)
        with self.at(8) as today:
            letter = self.confirm(self.run_for(partners=self.partner, date=today))
            self.empty_outbox(letter)
        self.assertEqual(self.mailbox.messages[-1][0], ["bakkerijjansen@debtor.example.com"])
        self.assertEqual(len(self.mailbox.messages), 2)
        self.assertFalse(self.followers(letter, letter.case_id, letter.run_id) & self.outside)
