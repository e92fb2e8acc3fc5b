"""Answers of a mail server that are about us, and ceilings of our own: all letters wait, one person is told."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TODAY
from .test_come_back import QUIET
from .test_delivery import DeliveryCase

AT = fields.Datetime.to_datetime(f"{TODAY} 09:00:00")


class PauseCase(DeliveryCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.answer = None
        mailbox = type(self.mailbox)
        taken = mailbox.handle_RCPT
        case = self

        async def handle(mailbox, server, session, envelope, address, options):
            case.asked += 1
            if case.answer and len(case.mailbox.messages) >= case.after:
                return case.answer
            return await taken(mailbox, server, session, envelope, address, options)

        self.asked, self.after = 0, 0
        patcher = patch.object(mailbox, "handle_RCPT", handle)
        patcher.start()
        self.addCleanup(patcher.stop)

    def letters(self, count, **options):
        partners = self.env["res.partner"].union(*(self.debtor(f"Debtor {number}") for number in range(count)))
        self.invoices(partners, 500, due=5)
        return self.confirm(self.run_for(partners=partners, **options)).with_env(self.env)

    def outbox(self, moment=AT):
        """What Odoo's job does with the outbox at this moment."""
        with freeze_time(moment), mute_logger(*QUIET):
            self.env["mail.mail"].process_email_queue()
            self.env.flush_all()
        self.env.invalidate_all()

    def told(self):
        return self.env["mail.activity"].search([("summary", "=", "Letters by mail wait")])


@tagged("post_install", "-at_install")
class TestAboutUs(PauseCase):
    def test_daily_limit_in_the_middle_of_a_batch(self):
        self.answer, self.after = "550 5.4.5 Daily user sending limit exceeded", 2
        letters = self.letters(6)
        self.outbox()
        self.assertEqual(sorted(letters.mapped("state")), ["issued"] * 4 + ["sent"] * 2)
        self.assertEqual(self.asked, 3, "nobody is asked in vain")
        self.assertEqual(len(self.told()), 1)
        self.assertEqual(self.told().user_id, self.user)
        self.assertIn("5.4.5 Daily user sending limit exceeded", self.told().note)
        waiting = letters.filtered(lambda letter: letter.state == "issued")
        self.assertFalse(any(waiting.mapped("error")))
        self.assertIn("by itself", waiting[0].waiting_text)
        [scheduled] = set(waiting.mail_id.mapped("scheduled_date"))
        self.assertEqual(self.nl._dunning_day(scheduled), TODAY + timedelta(days=1))
        self.answer = None
        self.outbox(scheduled - timedelta(minutes=1))
        self.assertEqual(len(self.mailbox.messages), 2, "not before its time")
        self.outbox(max(scheduled, AT + timedelta(days=1)))
        self.assertEqual(set(letters.mapped("state")), {"sent"})
        self.assertEqual(len(self.mailbox.messages), 6)
        self.assertFalse(self.told(), "it is done with")

    def test_told_once_a_day(self):
        self.answer = "550 5.4.5 Daily user sending limit exceeded"
        self.letters(2)
        self.outbox()
        other = self.debtor("Another")
        self.invoice(other, 500, due=5)
        self.confirm(self.run_for(partners=other))
        self.outbox(AT + timedelta(minutes=5))
        self.assertEqual(len(self.told()), 1)
        self.outbox(AT + timedelta(days=1))
        self.assertEqual(len(self.told()), 2, "told anew on the next day")

    def test_hourly_limit_goes_on_at_the_next_hour(self):
        self.answer = "451 4.7.0 Too many messages per hour"
        letters = self.letters(2)
        self.outbox(AT + timedelta(minutes=20))
        self.assertEqual(set(letters.mail_id.mapped("scheduled_date")), {AT + timedelta(hours=1)})
        self.answer = None
        self.outbox(AT + timedelta(hours=1))
        self.assertEqual(set(letters.mapped("state")), {"sent"})

    def test_limit_never_uses_up_the_tries_of_a_letter(self):
        self.answer = "421 4.7.0 Too many messages"
        [letter] = self.letters(1)
        for hours in range(8):
            self.outbox(AT + timedelta(hours=hours))
            self.assertEqual(letter.state, "issued")
        self.assertEqual(len(letter.dispatch_ids), 8)

    def test_about_one_address_holds_nobody_else(self):
        letters = self.letters(3)
        letters[0].mail_id.email_to = letters[0].contact_id.email = "bounce@debtor.example.com"
        self.outbox()
        self.assertEqual(sorted(letters.mapped("state")), ["failed", "sent", "sent"])
        self.assertFalse(self.told())

    def test_login_is_refused(self):
        """Nothing was asked for, so nothing was tried; Odoo writes this answer in another way."""
        self.env["ir.mail_server"].search([]).write(
            {"smtp_authentication": "login", "smtp_user": "u", "smtp_pass": "p"}
        )
        letters = self.letters(3)
        self.outbox()
        self.assertEqual(set(letters.mapped("state")), {"issued"}, letters.mapped("error"))
        self.assertEqual(len(self.told()), 1)
        self.assertEqual(len(letters.dispatch_ids), 1)

    def test_sender_is_refused(self):
        mailbox = type(self.mailbox)

        async def refuse(mailbox, server, session, envelope, address, options):
            return "550 5.7.1 Sender address rejected: not owned by user"

        letters = self.letters(3)
        with patch.object(mailbox, "handle_MAIL", refuse, create=True):
            self.outbox()
        self.assertEqual(set(letters.mapped("state")), {"issued"}, letters.mapped("error"))
        self.assertEqual(len(self.told()), 1)
        self.assertFalse(self.mailbox.messages)

    def test_somebody_may_send_earlier(self):
        self.answer = "550 5.4.5 Daily user sending limit exceeded"
        letters = self.letters(2)
        self.outbox()
        self.answer = None
        with mute_logger(*QUIET):
            letters.action_send_now()
        self.env.invalidate_all()
        self.assertEqual(set(letters.mapped("state")), {"sent"})


@tagged("post_install", "-at_install")
class TestCeiling(PauseCase):
    def test_an_hour(self):
        for limit, sent in ((0, 3), (2, 2), (3, 3), (4, 3)):
            with self.subTest(limit), self.cr.savepoint() as savepoint:
                self.mailbox.messages.clear()
                self.nl.dunning_mails_hour = limit
                letters = self.letters(3)
                self.outbox()
                self.assertEqual(len(self.mailbox.messages), sent)
                waiting = letters.filtered(lambda letter: letter.state == "issued")
                self.assertEqual(len(waiting), 3 - sent)
                if waiting:
                    self.assertIn("leaves by itself", waiting.waiting_text)
                    self.outbox(AT + timedelta(minutes=59))
                    self.assertEqual(len(self.mailbox.messages), sent)
                    self.outbox(AT + timedelta(minutes=61))
                    self.assertEqual(set(letters.mapped("state")), {"sent"})
                savepoint.rollback()
            self.env.invalidate_all()

    def test_a_day(self):
        self.nl.dunning_mails_day = 1
        letters = self.letters(3)
        for days in range(3):
            self.outbox(AT + timedelta(days=days, minutes=days))
            self.assertEqual(len(self.mailbox.messages), days + 1)
        self.assertEqual(set(letters.mapped("state")), {"sent"})

    def test_statutory_letters_and_the_oldest_first(self):
        self.nl.dunning_mails_hour = 2
        letters = self.letters(4)
        self.env.cr.execute("UPDATE dunning_letter SET legal_type = 'statutory_notice' WHERE id = %s", [letters[3].id])
        self.env.cr.execute("UPDATE dunning_letter SET date = date - 1 WHERE id = %s", [letters[2].id])
        self.env.invalidate_all()
        first = self.env["dunning.pause"]._first(self.nl, letters, 2)
        self.assertEqual(first, {letters[2].id, letters[3].id})

    def test_not_negative(self):
        for name in ("dunning_mails_hour", "dunning_mails_day"):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.nl[name] = -1
                self.env.flush_all()


@tagged("post_install", "-at_install")
class TestQueries(PauseCase):
    def test_at_most_six_a_letter(self):
        """Beyond a fixed part; the chatter is on, as it is where letters are sent, and stays empty."""
        counts = []
        for count in (5, 45):
            letters = self.letters(count)
            mails = self.env["mail.mail"].browse(letters.mail_id.ids).with_context(tracking_disable=False)
            with self.counted() as counted:
                mails.send()
            counts += counted
            self.assertEqual(set(letters.mapped("state")), {"sent"})
            self.assertEqual(set(letters.message_ids.mapped("message_type")), {"email_outgoing"}, "only its mail")
            told = self.env["dunning.event"].search([("kind", "=", "letter.sent"), ("letter", "in", letters.ids)])
            self.assertEqual(len(told), count, "each letter says once that it was sent")
        self.assertLessEqual((counts[1] - counts[0]) / 40, 6, counts)
