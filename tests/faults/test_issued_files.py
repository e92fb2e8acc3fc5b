"""What leaves is what was issued: measured in the message that the mail server gets, over real SMTP."""

import hashlib
from pathlib import Path

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_delivery import DeliveryCase

FORGED = b"%PDF-1.4 you owe nothing"
OTHER = "is not the one that was issued"


@tagged("post_install", "-at_install")
class TestIssuedFiles(DeliveryCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.move = self.invoice(self.partner, 500, due=5)
        self.letter = self.confirm(self.run_for(partners=self.partner)).with_env(self.env)
        self.whole = self.letter._stored_pdf()

    def document(self, letter):
        return self.env["ir.attachment"].search(
            [("res_model", "=", "dunning.letter"), ("res_field", "=", "pdf_file"), ("res_id", "=", letter.id)]
        )

    def assertStopped(self, words=OTHER):
        with mute_logger("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_attachment"):
            self.empty_outbox(self.letter)
        self.assertFalse(self.mailbox.messages, "nothing left")
        self.assertEqual((self.letter.state, self.letter.outcome), ("failed", "error"))
        self.assertIn(words, self.letter.error)
        self.assertTrue(self.letter.activity_ids)
        attempt = self.letter.dispatch_ids[:1]
        self.assertEqual((attempt.state, attempt.file_digests, attempt.taken_to), ("withheld", False, False))
        self.assertIn(words, attempt.answer)
        self.assertFalse(self.move.dunning_level_id)

    def assertLeaves(self):
        self.empty_outbox(self.letter)
        [(_to, message)] = self.mailbox.messages
        sent = [hashlib.sha256(part.get_content()).hexdigest() for part in message.iter_attachments()]
        attempt = self.letter.dispatch_ids[:1]
        self.assertEqual((self.letter.state, attempt.state), ("sent", "accepted"))
        self.assertEqual([line.split()[0] for line in attempt.file_digests.splitlines()], sent)
        self.assertEqual(sent[0], self.letter.pdf_sha256)
        self.assertEqual(self.move.dunning_level_id, self.letter.level_id)

    def test_what_was_measured_is_what_the_server_got(self):
        self.assertLeaves()

    def test_other_content(self):
        self.letter.mail_id.attachment_ids[0].raw = FORGED
        self.assertStopped()
        self.letter.action_retry()
        self.assertLeaves()

    def test_other_content_of_an_invoice(self):
        self.letter.mail_id.attachment_ids[1].raw = FORGED
        self.assertStopped()

    def test_other_file(self):
        forged = self.env["ir.attachment"].create({"name": self.letter.pdf_name, "raw": FORGED})
        self.letter.mail_id.attachment_ids = [Command.set(forged.ids)]
        self.assertStopped()

    def test_no_file(self):
        self.letter.mail_id.attachment_ids = [Command.clear()]
        self.assertStopped()

    def test_file_more(self):
        self.letter.mail_id.attachment_ids = [Command.create({"name": "x.pdf", "raw": FORGED})]
        self.assertStopped()

    def test_twice_the_same(self):
        self.letter.mail_id.attachment_ids = [Command.create({"name": "x.pdf", "raw": self.whole})]
        self.assertStopped()

    def test_other_words(self):
        self.letter.mail_id.body_html = "<p>You owe nothing.</p>"
        self.assertStopped()

    def test_other_subject(self):
        self.letter.mail_id.subject = "Never mind"
        self.assertStopped()

    def test_file_that_has_gone(self):
        """From the filestore: it left as a file of 0 bytes."""
        file = self.letter.mail_id.attachment_ids[0]
        path = Path(file._full_path(file.store_fname))
        path.unlink()
        self.addCleanup(path.write_bytes, self.whole)
        self.env.invalidate_all()
        self.assertStopped("has gone or is empty")
        with mute_logger("odoo.addons.base.models.ir_attachment"):
            self.letter.action_retry()
        self.assertEqual(self.letter.state, "failed", "it is not mailed without its document either")
        self.assertIn("has gone or is empty", self.letter.error)
        path.write_bytes(self.whole)
        self.env.invalidate_all()
        self.letter.action_retry()
        self.assertLeaves()

    def test_planted_on_a_draft(self):
        partner = self.debtor("Later")
        self.invoice(partner, 100, due=10)
        run = self.run_for(partners=partner)
        draft = run.letter_ids.with_env(self.env)
        planted = {"name": "pdf_file", "res_model": "dunning.letter", "res_field": "pdf_file", "res_id": draft.id}
        planted = self.env["ir.attachment"].create({**planted, "raw": FORGED})
        letter = self.confirm(run).with_env(self.env)
        self.assertFalse(planted.exists())
        self.assertEqual(len(self.document(letter)), 1)
        self.empty_outbox(letter)
        [(_to, message)] = self.mailbox.messages
        self.assertNotIn(FORGED, [part.get_content() for part in message.iter_attachments()])
        self.assertEqual(letter.state, "sent")

    def test_mail_from_before_its_digests_were_kept(self):
        self.letter.mail_digests = False
        self.assertLeaves()

    def test_mail_from_before_with_another_letter(self):
        self.letter.mail_digests = False
        self.letter.mail_id.attachment_ids[0].raw = FORGED
        self.assertStopped()

    def test_others_leave_all_the_same(self):
        other = self.debtor("Anders")
        self.invoice(other, 500, due=5)
        letters = self.letter + self.confirm(self.run_for(partners=other)).with_env(self.env)
        self.letter.mail_id.attachment_ids[0].raw = FORGED
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self.empty_outbox(letters)
        self.assertEqual(letters.mapped("state"), ["failed", "sent"])
        self.assertEqual(len(self.mailbox.messages), 1)
