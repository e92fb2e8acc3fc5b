"""An attempt to deliver is on record before the mail server is asked; what was cut off never goes twice."""

import smtplib
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import TODAY
from .test_delivery import DeliveryCase


@tagged("post_install", "-at_install")
class TestAttempts(DeliveryCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.move = self.invoice(self.partner, 500, due=5)

    def letter(self):
        return self.confirm(self.run_for(partners=self.partner))

    def cut_off(self, letter):
        """An attempt as a server leaves it that goes down in the middle of it."""
        attempts = self.env["dunning.dispatch"]
        return attempts.create(attempts._prepare_attempt(letter.sudo()) | {"letter_id": letter.id})

    def test_attempt_that_was_taken(self):
        letter = self.letter()
        self.empty_outbox(letter)
        [attempt] = letter.dispatch_ids
        [(_to, message)] = self.mailbox.messages
        self.assertEqual((attempt.state, attempt.channel), ("accepted", "email"))
        self.assertEqual(attempt.message_id, message["Message-Id"])
        self.assertIn("bakkerijjansen@debtor.example.com", attempt.recipient)
        self.assertEqual(attempt.company_id, self.nl)
        self.assertTrue(attempt.ended_at)

    def test_attempt_that_was_refused_and_the_next_one(self):
        self.partner.email = "bounce@debtor.example.com"
        letter = self.letter()
        self.empty_outbox(letter)
        self.partner.email = "found@debtor.example.com"
        letter.action_retry()
        self.empty_outbox(letter)
        self.assertEqual(letter.dispatch_ids.mapped("state"), ["accepted", "refused"])
        self.assertIn("550 5.1.1", letter.dispatch_ids[1].answer)

    def test_posted_letter(self):
        self.partner.email = False
        letter = self.letter()
        letter.action_mark_posted()
        self.assertEqual((letter.dispatch_ids.state, letter.dispatch_ids.channel), ("posted", "print"))
        self.assertEqual(letter.dispatch_ids.user_id, self.user)

    def test_cut_off_is_put_aside_and_not_sent_again(self):
        letter = self.letter()
        self.cut_off(letter)
        self.empty_outbox(letter)
        self.assertFalse(self.mailbox.messages)
        self.assertEqual((letter.state, letter.is_unsure, letter.dispatch_ids.state), ("failed", True, "unsure"))
        self.assertIn(letter.with_env(self.env).mail_id.message_id, letter.error)
        self.assertFalse(self.move.dunning_level_id)
        self.assertTrue(letter.activity_ids, "somebody is asked to look")
        self.empty_outbox(letter)
        self.assertFalse(self.mailbox.messages)

    def test_it_did_leave(self):
        """Its level and its term count from the moment of the attempt, whenever somebody finds out."""
        letter = self.letter()
        self.cut_off(letter)
        with self.at(2):
            self.empty_outbox(letter)
            letter.action_left()
        self.assertEqual((letter.state, letter.sent_on), ("sent", TODAY))
        self.assertEqual(self.move.dunning_level_id, letter.level_id)
        self.assertFalse(self.mailbox.messages)
        with self.assertRaises(UserError):
            letter.action_left()

    def test_it_did_not_leave(self):
        letter = self.letter()
        self.cut_off(letter)
        self.empty_outbox(letter)
        letter.action_retry()
        self.empty_outbox(letter)
        self.assertEqual(len(self.mailbox.messages), 1)
        self.assertEqual((letter.state, letter.is_unsure), ("sent", False))

    def test_only_what_was_cut_off_can_be_said_to_have_left(self):
        self.partner.email = "bounce@debtor.example.com"
        letter = self.letter()
        self.empty_outbox(letter)
        with self.assertRaises(UserError):
            letter.action_left()

    def test_line_that_breaks_while_the_server_has_the_letter(self):
        """No answer came: it may have arrived. A person finds out; nothing goes twice."""
        letter = self.letter()
        with patch.object(smtplib.SMTP, "getreply", autospec=True, side_effect=self.reply_lost):
            self.empty_outbox(letter)
        self.assertEqual(len(self.mailbox.messages), 1, "the server took it")
        self.assertEqual((letter.state, letter.is_unsure), ("failed", True))
        self.empty_outbox(letter)
        self.assertEqual(len(self.mailbox.messages), 1)

    @staticmethod
    def reply_lost(session):
        """The answer to the end of a message never arrives; every other answer does."""
        line = session.file or session.sock.makefile("rb")
        session.file = line
        lines = []
        while True:
            answer = line.readline()
            lines.append(answer[4:].strip())
            if answer[3:4] != b"-":
                break
        if answer.startswith(b"250 OK") and getattr(session, "sent_data", False):
            raise TimeoutError("timed out")
        session.sent_data = answer.startswith(b"354")
        return int(answer[:3]), b"\n".join(lines)

    def test_server_that_does_not_answer_the_call_has_no_letter(self):
        """The line was never there, so nothing is unsure: it goes again twice, then it is simply not delivered."""
        letter = self.letter()
        with patch.object(smtplib.SMTP, "connect", side_effect=TimeoutError("timed out")):
            for state in ("issued", "issued", "failed"):
                self.empty_outbox(letter)
                self.assertEqual((letter.state, letter.is_unsure), (state, False))
        self.assertEqual(letter.dispatch_ids.sorted("id").mapped("state"), ["deferred", "deferred", "refused"])

    def test_attempts_stay(self):
        letter = self.letter()
        self.empty_outbox(letter)
        with self.assertRaises(UserError):
            letter.dispatch_ids.sudo().unlink()

    def test_letter_that_was_taken_back_a_moment_ago(self):
        """Cancelled after the outbox was read: the attempt ends before the mail server is asked."""
        letter = self.letter()
        mail = letter.with_env(self.env).mail_id
        letter.action_cancel()
        self.assertFalse(mail._dunning_begin(False))
        self.assertEqual(letter.dispatch_ids.state, "withheld")
