"""From confirm to the debtor's mailbox over a real SMTP server: what goes out, what moves, what never goes twice."""

import email
import email.policy
import io
import socket
from unittest.mock import patch

from aiosmtpd.controller import Controller

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from ..common import TODAY, DunningCase


class Mailbox:
    """Keeps what the server accepts; refuses recipients that start with ``bounce``; may refuse everything."""

    def __init__(self):
        self.messages = []
        self.down = False

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if self.down:
            return "554 5.3.2 no mail is taken here"
        if address.startswith("bounce"):
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append((envelope.rcpt_tos, message))
        return "250 OK"


class DeliveryCase(DunningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailbox = Mailbox()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(cls.mailbox, hostname="127.0.0.1", port=port)
        controller.start()
        cls.addClassCleanup(controller.stop)
        cls.env["ir.mail_server"].search([]).active = False
        cls.env["ir.mail_server"].create({"name": "loopback", "smtp_host": "127.0.0.1", "smtp_port": port})
        # Odoo keeps its tests from mailing; these are about mailing, to a server of their own.
        cls.startClassPatcher(patch.object(IrMail_Server, "_disable_send", lambda self: False))

    def setUp(self):
        super().setUp()
        self.mailbox.messages.clear()
        self.mailbox.down = False

    def empty_outbox(self, letters):
        letters.with_env(self.env).mail_id.filtered(lambda mail: mail.state == "outgoing").send()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestDelivery(DeliveryCase):
    def test_letter_and_invoice_arrive_as_pdf(self):
        partner = self.debtor(email="info@jansen.example.com")
        move = self.invoice(partner, 1210, due=5)
        # Odoo's tests get HTML for a PDF unless they ask for the real thing
        letters = self.confirm(self.run_for(partners=partner).with_context(force_report_rendering=True))
        self.empty_outbox(letters)
        [(recipients, message)] = self.mailbox.messages
        self.assertEqual(recipients, ["info@jansen.example.com"])
        self.assertIn(move.name, message["Subject"])
        self.assertIn("1,210.00", message.get_body(("html",)).get_content())
        names = [part.get_filename() for part in message.iter_attachments()]
        self.assertEqual(names, [letters.pdf_name, move._get_invoice_report_filename()])
        for part in message.iter_attachments():
            self.assertTrue(part.get_content().startswith(b"%PDF"))
        letter = next(message.iter_attachments()).get_content()
        text = PdfFileReader(io.BytesIO(letter)).getPage(0).extractText()
        self.assertIn(letters.name, text)
        self.assertIn("1,210.00", text)
        self.assertEqual((letters.state, letters.sent_on), ("sent", TODAY))
        self.assertEqual(letters.message_id, message["Message-Id"])

    def test_level_moves_only_when_the_server_took_the_letter(self):
        partner = self.debtor()
        move = self.invoice(partner, 500, due=5)
        letters = self.confirm(self.run_for(partners=partner))
        self.assertEqual(letters.state, "issued")
        self.assertFalse(move.dunning_level_id, "a letter in the outbox has not been sent")
        self.empty_outbox(letters)
        self.assertEqual(letters.state, "sent")
        self.assertEqual(move.dunning_level_id, letters.level_id)

    def test_refused_address_leaves_the_level_and_says_why(self):
        partner = self.debtor("Gone", email="bounce@gone.example.com")
        other = self.debtor("Here")
        gone, here = self.invoice(partner, 500, due=5), self.invoice(other, 600, due=5)
        letters = self.confirm(self.run_for(partners=partner + other))
        self.empty_outbox(letters)
        failed = letters.filtered(lambda letter: letter.partner_id == partner)
        self.assertEqual(failed.state, "failed")
        self.assertEqual(failed.error, "The mail server refused it: 550 5.1.1 no such mailbox here")
        self.assertFalse(gone.dunning_level_id)
        self.assertEqual(here.dunning_level_id.legal_type, "reminder")
        self.assertTrue(failed.activity_ids, "somebody is asked to deal with it")
        run = self.run_for(partners=partner)
        self.assertFalse(run.letter_ids)
        self.assertEqual(self.code(gone), "LETTER_FAILED")

    def test_failed_letter_goes_out_once_after_the_address_is_mended(self):
        partner = self.debtor(email="bounce@gone.example.com")
        move = self.invoice(partner, 500, due=5)
        letters = self.confirm(self.run_for(partners=partner))
        self.empty_outbox(letters)
        partner.email = "found@debtor.example.com"
        letters.action_retry()
        self.empty_outbox(letters)
        self.assertEqual(letters.state, "sent")
        self.assertEqual([to for to, _message in self.mailbox.messages], [["found@debtor.example.com"]])
        self.assertEqual(move.dunning_level_id, letters.level_id)

    def test_server_that_is_down_sends_nothing_and_moves_nothing(self):
        """One that takes no mail at all; of one that asks to come back see test_come_back."""
        partner = self.debtor()
        move = self.invoice(partner, 500, due=5)
        letters = self.confirm(self.run_for(partners=partner))
        self.mailbox.down = True
        self.empty_outbox(letters)
        self.assertEqual(letters.state, "failed")
        self.assertFalse(move.dunning_level_id)
        self.mailbox.down = False
        letters.action_retry()
        self.empty_outbox(letters)
        self.assertEqual(len(self.mailbox.messages), 1)

    def test_second_confirm_and_second_run_send_nothing(self):
        partner = self.debtor()
        self.invoice(partner, 500, due=5)
        run = self.run_for(partners=partner)
        letters = self.confirm(run)
        self.empty_outbox(letters)
        with self.assertRaises(UserError):
            run.action_confirm()
        again = self.run_for(partners=partner)
        self.assertFalse(again.letter_ids)
        again.action_confirm()
        self.empty_outbox(letters)
        self.assertEqual(len(self.mailbox.messages), 1)

    def test_second_cron_on_the_same_day_sends_nothing(self):
        partner = self.debtor()
        self.invoice(partner, 500, due=5)
        self.nl.dunning_automatic = True
        for _time in range(2):
            self.env["dunning.run"]._cron_run()
            self.empty_outbox(self.env["dunning.letter"].search([("partner_id", "=", partner.id)]))
        self.assertEqual(len(self.mailbox.messages), 1)

    def test_paid_between_proposal_and_confirm(self):
        partner = self.debtor()
        move = self.invoice(partner, 500, due=5)
        run = self.run_for(partners=partner)
        self.pay(move)
        run.action_confirm()
        self.assertEqual(run.letter_ids.state, "cancelled")
        self.assertTrue(run.letter_ids.cancel_reason)
        self.assertFalse(self.mailbox.messages)

    def test_part_paid_between_proposal_and_confirm_asks_the_rest(self):
        partner = self.debtor()
        move = self.invoice(partner, 500, due=5)
        run = self.run_for(partners=partner)
        self.pay(move, 200)
        letters = self.confirm(run)
        self.assertEqual(letters.amount_total, 300)
        self.empty_outbox(letters)
        [(_to, message)] = self.mailbox.messages
        self.assertIn("300.00", message["Subject"])

    def test_paid_between_outbox_and_mail_server(self):
        partner = self.debtor()
        move = self.invoice(partner, 500, due=5)
        letters = self.confirm(self.run_for(partners=partner))
        self.pay(move)
        self.empty_outbox(letters)
        self.assertFalse(self.mailbox.messages)
        self.assertEqual(letters.state, "cancelled")
        self.assertEqual(letters.with_env(self.env).mail_id.state, "cancel")

    def test_held_between_outbox_and_mail_server(self):
        partner = self.debtor()
        move = self.invoice(partner, 500, due=5)
        letters = self.confirm(self.run_for(partners=partner))
        self.env["dunning.hold"].create({"move_id": move.id, "company_id": self.nl.id, "reason": "looks into it"})
        self.empty_outbox(letters)
        self.assertFalse(self.mailbox.messages)
        self.assertIn("looks into it", letters.cancel_reason)

    def test_reset_to_draft_between_outbox_and_mail_server(self):
        partner = self.debtor()
        move = self.invoice(partner, 500, due=5)
        letters = self.confirm(self.run_for(partners=partner))
        move.button_draft()
        self.empty_outbox(letters)
        self.assertFalse(self.mailbox.messages)
        self.assertEqual(letters.state, "cancelled")

    def test_letter_on_paper_moves_its_level_when_posted(self):
        partner = self.debtor(email=False)
        move = self.invoice(partner, 500, due=5)
        letters = self.confirm(self.run_for(partners=partner))
        self.assertEqual((letters.channel, letters.state), ("print", "issued"))
        self.assertFalse(move.dunning_level_id)
        letters.action_mark_posted()
        self.assertEqual((letters.state, move.dunning_level_id), ("sent", letters.level_id))
        self.assertFalse(self.mailbox.messages)

    def test_next_step_is_shown_after_sending(self):
        partner = self.debtor()
        move = self.invoice(partner, 500, due=5)
        letters = self.confirm(self.run_for(partners=partner))
        self.empty_outbox(letters)
        second = letters.procedure_id.level_ids[1]
        self.assertEqual(move.dunning_next_level_id, second)
        # the delay of the step is over on Monday, and until then the letter gave him time
        self.assertEqual(second.delay_days, 7)
        self.assertEqual(letters.deadline, fields.Date.add(TODAY, days=7))
        self.assertEqual(move.dunning_next_date, fields.Date.add(TODAY, days=8))
