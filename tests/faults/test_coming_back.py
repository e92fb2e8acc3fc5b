"""What comes back: replies of debtors and mails that bounce, as Odoo's own mail gateway receives them."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import TODAY
from .test_delivery import DeliveryCase

REPLY = """From: {sender}
To: {to}
Subject: {before}{subject}
{head}Message-ID: <{number}@debtor.example.com>
In-Reply-To: {about}
References: {about}
Content-Type: text/html; charset=utf-8

<p>{text}</p>
"""

BOUNCE = """From: MAILER-DAEMON@debtor.example.com
To: bounce@kaai.example.com
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{number}@debtor.example.com>
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

The mailbox does not exist.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.debtor.example.com

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1

--B
Content-Type: message/rfc822

From: office@nl.example.com
To: {recipient}
Message-ID: {about}
Subject: a letter

--B--
"""


class ComingBackCase(DeliveryCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create(
            {"name": "kaai.example.com", "catchall_alias": "catchall", "bounce_alias": "bounce"}
        )
        cls.nl.alias_domain_id = domain

    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.move = self.invoice(self.partner, 500, due=5)
        self.letter = self.confirm(self.run_for(partners=self.partner))
        self.empty_outbox(self.letter)

    def receive(self, mail, **values):
        values = {"number": self.env["mail.message"].search_count([]), "about": self.letter.message_id, **values}
        self.env["mail.thread"].message_process(None, mail.format(**values))
        self.env.invalidate_all()

    def reply(self, text="I paid last week", sender="bakkerijjansen@debtor.example.com", before="Re: ", head=""):
        [(_to, message), *_rest] = self.mailbox.messages
        to, subject = message["Reply-To"], message["Subject"]
        self.receive(REPLY, sender=sender, to=to, subject=subject, text=text, before=before, head=head)
        return self.env["dunning.reply"].search([("partner_id", "=", self.partner.id)])


@tagged("post_install", "-at_install")
class TestReplies(ComingBackCase):
    def test_reply_goes_to_where_odoo_reads_mail(self):
        [(_to, message)] = self.mailbox.messages
        self.assertIn("catchall@kaai.example.com", message["Reply-To"])

    def test_without_a_mail_gateway_it_goes_to_the_sender(self):
        self.nl.alias_domain_id = False
        other = self.debtor("Here")
        self.invoice(other, 600, due=5)
        self.empty_outbox(self.confirm(self.run_for(partners=other)))
        self.assertIn(self.user.email, self.mailbox.messages[-1][1]["Reply-To"])

    def test_reply_stops_what_was_to_follow_until_it_is_handled(self):
        reply = self.reply("I paid <b>last week</b>")
        self.assertEqual((reply.state, reply.letter_id, reply.received_on), ("open", self.letter, TODAY))
        self.assertIn("I paid *last week*", reply.preview)
        self.assertEqual(self.code(self.move), "REPLIED")
        self.assertEqual(reply.case_id.open_reply_count, 1)
        self.assertEqual(reply.case_id.activity_ids.user_id, self.user)
        self.assertIn("last week", str(self.letter.message_ids[0].body), "the whole mail stands with the letter")
        with self.at(8) as today:
            self.assertFalse(self.run_for(partners=self.partner, date=today).letter_ids)
            self.as_user(self.user, reply).action_handled()
            self.assertEqual((reply.state, reply.handled_by_id), ("handled", self.user))
            self.assertFalse(reply.case_id.activity_ids)
            self.assertNotEqual(self.code(self.move), "REPLIED")
            self.assertTrue(self.run_for(partners=self.partner, date=today).letter_ids)

    def test_reply_between_outbox_and_mail_server(self):
        with self.at(8) as today:
            second = self.confirm(self.run_for(partners=self.partner, date=today))
            self.reply()
            self.empty_outbox(second)
            self.assertEqual(second.state, "cancelled")
            self.assertIn("replied on", second.cancel_reason)
        self.assertEqual(len(self.mailbox.messages), 1)

    def test_mail_of_our_own_people_stops_nothing(self):
        self.assertFalse(self.reply("I called them", sender=self.user.email))
        self.assertNotEqual(self.code(self.move), "REPLIED")

    def test_an_automatic_answer_is_noted_and_stops_nothing(self):
        before = self.code(self.move)
        for number, (head, subject) in enumerate(
            (
                ("Auto-Submitted: auto-replied\n", "Re: "),
                ("X-Autoreply: yes\n", "Re: "),
                ("Precedence: auto_reply\n", "Re: "),
                ("Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n", "Automatic reply: "),
            ),
            1,
        ):
            with self.subTest(head):
                replies = self.reply(f"I am back on Monday ({number})", before=subject, head=head)
                self.assertEqual(replies.mapped("state"), ["handled"] * number)
                self.assertTrue(all(replies.mapped("is_automatic")))
                self.assertFalse(replies.handled_by_id)
                self.assertFalse(replies.case_id.activity_ids)
                self.assertEqual(replies.case_id.open_reply_count, 0)
                self.assertEqual(self.code(self.move), before)
                self.assertIn("back on Monday", str(self.letter.message_ids[0].body))
        with self.at(8) as today:
            self.assertTrue(self.run_for(partners=self.partner, date=today).letter_ids)

    def test_an_answer_that_may_be_a_persons_is_to_be_handled(self):
        for head, subject in (
            ("", "Automatic reply: "),  # a subject is a weak sign
            ("", "Out of office until Monday, then I pay: "),
            ("Auto-Submitted: auto-generated\n", "Re: "),  # people at a help desk
            ("Auto-Submitted: no\n", "Re: "),
        ):
            with self.subTest(head=head, subject=subject):
                reply = self.reply(before=subject, head=head)[:1]
                self.assertEqual((reply.state, reply.is_automatic), ("open", False))
                self.assertEqual(self.code(self.move), "REPLIED")
                self.as_user(self.user, reply).action_handled()

    def test_an_automatic_answer_to_a_message_of_the_case_stops_nothing(self):
        case = self.letter.case_id
        message = case.message_post(body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment")
        [(_to, mail), *_rest] = self.mailbox.messages
        given = {"sender": self.partner.email, "to": mail["Reply-To"], "subject": "Hello", "text": "Away"}
        head = "X-Autoreply: yes\n"
        self.receive(REPLY, about=message.message_id, before="Re: ", head=head, **given)
        self.assertEqual(case.reply_ids.mapped("state"), ["handled"])
        self.receive(REPLY, about=message.message_id, before="Re: ", head="", **given)
        self.assertEqual(sorted(case.reply_ids.mapped("state")), ["handled", "open"])

    def test_a_call_from_outside_cannot_say_that_an_answer_was_automatic(self):
        self.env.user.email = "other@example.com"
        thread = self.env["mail.thread"].with_context(dunning_automatic_reply=True)
        [(_to, mail), *_rest] = self.mailbox.messages
        values = {
            "sender": self.partner.email,
            "to": mail["Reply-To"],
            "subject": "Hello",
            "text": "No",
            "before": "Re: ",
        }
        text = REPLY.format(head="", number=9, about=self.letter.message_id, **values)
        thread.message_process(None, text)
        self.assertEqual(self.env["dunning.reply"].search([("partner_id", "=", self.partner.id)]).state, "open")

    def test_hostile_reply_is_text(self):
        reply = self.reply("<script>alert(1)</script>{{ 7*7 }} {{object.env}}")
        self.assertNotIn("<script", reply.preview)
        self.assertNotIn("<script", str(self.letter.message_ids[0].body))
        self.assertIn("{{ 7*7 }}", reply.preview)

    def test_nobody_changes_what_was_received(self):
        reply = self.reply()
        with self.assertRaises(AccessError):
            self.as_user(self.user, reply).subject = "other"
        with self.assertRaises(AccessError):
            self.as_user(self.manager, reply).unlink()


@tagged("post_install", "-at_install")
class TestBounces(ComingBackCase):
    def bounce(self):
        self.receive(BOUNCE, recipient="bakkerijjansen@debtor.example.com", number=1)

    def test_letter_that_comes_back_was_not_delivered(self):
        self.assertEqual(self.move.dunning_level_id, self.letter.level_id)
        self.bounce()
        self.assertEqual((self.letter.state, self.letter.sent_on), ("failed", False))
        self.assertEqual(self.letter.dispatch_ids.state, "bounced")
        self.assertIn("came back from bakkerijjansen@debtor.example.com", self.letter.error)
        self.assertFalse(self.move.dunning_level_id)
        self.assertEqual(self.code(self.move), "LETTER_FAILED")
        self.assertTrue(self.letter.activity_ids)

    def test_address_that_it_never_went_to(self):
        self.receive(BOUNCE, recipient="somebody@else.example.com", number=1)
        self.assertEqual(self.letter.state, "sent")
        told = self.env["dunning.event"].search([("kind", "=", "letter.bounced_elsewhere")])
        self.assertEqual(told.letter, self.letter.id)

    def test_again_after_the_address_is_mended(self):
        self.bounce()
        self.partner.email = "found@debtor.example.com"
        self.letter.action_retry()
        self.empty_outbox(self.letter)
        self.assertEqual(self.letter.state, "sent")
        self.assertEqual(self.letter.dispatch_ids.mapped("state"), ["accepted", "bounced"])
        self.assertEqual(self.mailbox.messages[-1][0], ["found@debtor.example.com"])

    def test_free_term_of_a_consumer_ends_with_the_bounce(self):
        consumer = self.debtor("Mrs White", kind="consumer")
        self.invoice(consumer, 500, due=5)
        for days in (0, 8, 17):
            with self.at(days) as today:
                self.letter = self.confirm(self.run_for(partners=consumer, date=today))
                self.empty_outbox(self.letter)
        self.assertEqual(self.letter.legal_type, "statutory_notice")
        self.assertTrue(self.letter.claimable_from)
        with self.at(18) as today:
            self.receive(BOUNCE, recipient="mrswhite@debtor.example.com", number=2)
            self.assertEqual((self.letter.state, self.letter.claimable_from), ("failed", False))
            self.assertFalse(self.env["dunning.letter"]._earlier_costs(self.nl, consumer.ids, today))

    def test_bounce_of_a_letter_that_was_taken_back_changes_nothing(self):
        self.env["dunning.withdrawal"].sudo()._withdraw(self.letter.sudo(), "mistake", self.manager)
        self.bounce()
        self.assertEqual(self.letter.state, "cancelled")


@tagged("post_install", "-at_install")
class TestPost(DeliveryCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.paid, self.open = (self.debtor(name, email=False) for name in ("Jansen", "Pietersen"))
        self.moves = self.invoice(self.paid, 500, due=5) + self.invoice(self.open, 600, due=5)
        self.letters = self.confirm(self.run_for(partners=self.paid + self.open))
        self.pay(self.moves[0])

    def of(self, partner):
        return self.letters.filtered(lambda letter: letter.partner_id == partner)

    def test_what_was_paid_since_is_kept_out_of_the_post(self):
        action = self.letters.action_mark_posted()
        paid, other = self.of(self.paid), self.of(self.open)
        self.assertEqual((paid.state, other.state), ("issued", "sent"))
        self.assertIn(paid.name, action["params"]["message"])
        self.assertIn("paid", paid.error)
        self.assertFalse(paid.dispatch_ids)
        paid.action_cancel()
        self.assertEqual(paid.state, "cancelled")

    def test_it_was_in_the_post_already(self):
        self.of(self.paid).action_was_posted()
        self.assertEqual(self.of(self.paid).state, "sent")

    def test_posting_many_takes_as_many_queries_as_posting_few(self):
        counts = []
        for count in (10, 60):
            partners = self.env["res.partner"].union(
                *(self.debtor(f"Debtor {count} {number}", email=False) for number in range(count))
            )
            self.invoices(partners, 100, due=5)
            letters = self.confirm(self.run_for(partners=partners))
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            letters.action_mark_posted()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 5, counts)


@tagged("post_install", "-at_install")
class TestMerged(DeliveryCase):
    without_pdf = True

    def test_two_debtors_that_became_one_get_one_letter(self):
        """Both had a letter in the outbox when they were merged."""
        partners = self.debtor("Jansen") + self.debtor("Jansen BV", email="jansen@debtor.example.com")
        for partner in partners:
            self.invoice(partner, 500, due=5)
        letters = self.confirm(self.run_for(partners=partners))
        self.assertEqual(len(letters), 2)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(partners.ids, partners[0])
        self.env.invalidate_all()
        for _time in range(2):
            self.empty_outbox(letters)
        self.assertEqual(len(self.mailbox.messages), 1)
        self.assertEqual(sorted(letters.mapped("state")), ["failed", "sent"])
        self.assertIn("too recent", letters.filtered(lambda letter: letter.state == "failed").error)
