"""What was issued cannot be changed: the document of a letter and the files of its mail, over HTTP as each role."""

import base64
import hashlib
import json
from pathlib import Path

from odoo import Command, http
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..http_case import HttpAttackCase

FORGED = b"%PDF-1.4 you owe nothing"


class IssuedCase(HttpAttackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.invoice(cls.partner, 100, due=10)
        cls.sent = cls.send_level(partners=cls.partner).with_env(cls.env)
        cls.waiting_partner, cls.draft_partner = cls.debtor("Waits"), cls.debtor("Later")
        cls.invoices(cls.waiting_partner + cls.draft_partner, 100, due=10)
        cls.waiting = cls.confirm(cls.run_for(partners=cls.waiting_partner)).with_env(cls.env)
        cls.draft = cls.run_for(partners=cls.draft_partner).letter_ids.with_env(cls.env)
        attempt = cls.sent.dispatch_ids
        upload = cls.env["ir.attachment"].create({"name": "receipt.pdf", "raw": b"%PDF-1.4 receipt"})
        attempt._add_proof("posting_proof_ids", upload)
        cls.proof = attempt.posting_proof_ids
        cls.env.flush_all()

    def document(self, letter):
        return self.env["ir.attachment"].search(
            [("res_model", "=", "dunning.letter"), ("res_field", "=", "pdf_file"), ("res_id", "=", letter.id)]
        )

    def issued(self):
        """Every file that is issued with a letter."""
        letters = self.sent + self.waiting
        return self.document(self.sent) + self.document(self.waiting) + letters.mail_id.attachment_ids + self.proof

    def stand(self):
        """What is stored of them, and of the mails."""
        self.env.invalidate_all()
        files = [
            (
                file.id,
                file.name,
                file.res_model,
                file.res_field,
                file.res_id,
                file.type,
                file.public,
                file.access_token,
                hashlib.sha256(file.raw).hexdigest(),
            )
            for file in self.issued().exists()
        ]
        mails = [
            (mail.id, mail.subject, mail.body_html, mail.body, mail.email_to, mail.attachment_ids.ids, mail.reply_to)
            for mail in (self.sent + self.waiting).mail_id
        ]
        planted = self.env["ir.attachment"].search_count(
            [("res_model", "=like", "dunning.%"), ("res_field", "!=", False)]
        )
        return files, mails, planted


@tagged("post_install", "-at_install")
class TestAttachments(IssuedCase):
    def attacks(self, file):
        """What can be tried on one file: method, arguments and values by name."""
        forged = base64.b64encode(FORGED).decode()
        values = (
            {"raw": forged},
            {"datas": forged},
            {"db_datas": forged},
            {"name": "x.html", "datas": forged, "mimetype": "text/html"},
            {"res_id": self.draft.id},
            {"res_model": "res.partner", "res_id": self.partner.id},
            {"res_field": False},
            {"res_field": "pdf_file"},
            {"access_token": "abc"},
            {"public": True},
            {"type": "url", "url": "https://elsewhere.example.com"},
            {"checksum": "0" * 40, "store_fname": "00/0"},
            {"description": "mine"},
        )
        yield from (("write", [[file.id], vals], {}) for vals in values)
        yield "unlink", [[file.id]], {}
        yield "generate_access_token", [[file.id]], {}
        if file.res_field:
            yield "copy", [[file.id]], {"default": {"res_id": self.draft.id, "datas": forged}}
        yield "web_save", [[file.id], {"datas": forged}, {}], {}

    def test_nobody_changes_or_deletes_a_file_that_was_issued(self):
        before = self.stand()
        self.assertGreaterEqual(len(before[0]), 5)
        for user in self.roles:
            self.come_in(user)
            for file in self.issued():
                for method, args, kwargs in self.attacks(file):
                    with self.subTest(user=user.login, file=file.name, method=method, args=args[1:]):
                        _result, error = self.call("ir.attachment", method, *args, **kwargs)
                        self.assertTrue(error)
            self.assertEqual(self.stand(), before, user.login)

    def test_nobody_plants_a_document(self):
        forged = base64.b64encode(FORGED).decode()
        before = self.stand()
        for user in self.roles:
            self.come_in(user)
            place = {"res_model": "dunning.letter", "res_field": "pdf_file", "name": "pdf_file", "datas": forged}
            own = self.call("ir.attachment", "create", {"name": "mine", "datas": forged})[0]
            for letter in self.draft + self.waiting + self.sent:
                _result, error = self.call("ir.attachment", "create", {**place, "res_id": letter.id})
                self.assertTrue(error, user.login)
                # in two steps: a file of his own that moves there
                if own:
                    for vals in (
                        {**place, "res_id": letter.id},
                        {"res_field": "pdf_file", "res_model": place["res_model"]},
                    ):
                        result, error = self.call("ir.attachment", "write", [own], vals)
                        self.assertTrue(error, (user.login, result))
            self.assertEqual(self.stand(), before, user.login)

    def test_file_of_a_note_does_not_become_the_document(self):
        self.come_in(self.user)
        file, _error = self.call(
            "ir.attachment",
            "create",
            {"name": "note", "raw": "x", "res_model": "dunning.letter", "res_id": self.draft.id},
        )
        self.assertTrue(file)
        _result, error = self.call("ir.attachment", "write", [file], {"res_field": "pdf_file"})
        self.assertTrue(error)
        self.assertFalse(self.document(self.draft))

    def test_files_of_notes_are_peoples_own(self):
        """Uploaded to a letter, sent along with a note, and deleted again: over the routes of the web client."""
        self.come_in(self.user)
        answer = self.url_open(
            "/web/binary/upload_attachment",
            data={
                "model": "dunning.letter",
                "id": self.sent.id,
                "csrf_token": http.Request.csrf_token(self),
            },
            files={"ufile": ("note.pdf", b"%PDF-1.4 a note", "application/pdf")},
        ).json()
        file = self.env["ir.attachment"].browse(answer[0]["id"])
        self.assertEqual((file.res_model, file.res_id, file.res_field), ("dunning.letter", self.sent.id, False))
        self.call("dunning.letter", "message_post", [self.sent.id], body="See this", attachment_ids=[file.id])
        self.assertEqual(self.call("ir.attachment", "write", [file.id], {"name": "other.pdf"}), (True, None))
        self.assertEqual(self.call("ir.attachment", "unlink", [file.id]), (True, None))

    def test_route_of_the_chatter_deletes_nothing_of_the_mail(self):
        """Also with the token that shows whose upload it was: the route then works with the system's rights."""
        before = self.stand()
        for user in (self.user, self.manager, self.admin):
            self.come_in(user)
            for file in self.issued():
                for token in (None, file._get_ownership_token()):
                    with mute_logger("odoo.http"):
                        self.make_attempt("/mail/attachment/delete", attachment_id=file.id, access_token=token)
        self.assertEqual(self.stand(), before)

    def test_route_that_edits_messages_changes_no_mail(self):
        """It works with the system's rights for the author of a message, and the mail is written by who signs."""
        before = self.stand()
        author = self.sent.mail_id.author_id.user_ids[:1] or self.user
        for user in (author, self.user, self.manager, self.admin):
            self.come_in(user)
            for letter in self.sent + self.waiting:
                message = letter.mail_id.mail_message_id
                for data in ({"body": "You owe nothing", "attachment_ids": []}, {"body": "", "attachment_ids": []}):
                    with mute_logger("odoo.http"):
                        self.make_attempt("/mail/message/update_content", message_id=message.id, update_data=data)
        self.assertEqual(self.stand(), before)

    def test_note_that_carries_a_file_of_the_mail_is_deleted_without_it(self):
        self.come_in(self.user)
        file = self.sent.mail_id.attachment_ids[0]
        note = self.as_user(self.user, self.sent).message_post(body="See", message_type="comment")
        note.sudo().attachment_ids = file
        before = self.stand()
        with mute_logger("odoo.http"):
            self.make_attempt(
                "/mail/message/update_content", message_id=note.id, update_data={"body": "", "attachment_ids": []}
            )
        self.assertEqual(self.stand(), before)

    def make_attempt(self, route, **params):
        call = {"jsonrpc": "2.0", "method": "call", "params": params}
        self.env.flush_all()
        answer = self.url_open(route, data=json.dumps(call), headers={"Content-Type": "application/json"}).json()
        self.env.invalidate_all()
        self.assertIn("error", answer)

    def test_mail_of_a_letter_stays(self):
        forged = self.env["ir.attachment"].create({"name": "forged.pdf", "raw": FORGED, "public": True})
        before = self.stand()
        for user in self.roles:
            self.come_in(user)
            for letter in self.sent + self.waiting:
                message, mail = letter.mail_id.mail_message_id, letter.mail_id
                for model, record in (("mail.message", message), ("mail.mail", mail)):
                    for vals in (
                        {"attachment_ids": [Command.set([forged.id])]},
                        {"attachment_ids": [Command.clear()]},
                        {"subject": "You owe nothing"},
                        {"body": "You owe nothing"},
                        {"reply_to": "me@elsewhere.example.com"},
                    ):
                        with self.subTest(user=user.login, model=model, **vals):
                            self.assertTrue(self.call(model, "write", [record.id], vals)[1])
                    self.assertTrue(self.call(model, "unlink", [record.id])[1], (user.login, model))
                for vals in ({"body_html": "<p>x</p>"}, {"email_to": "me@example.com"}, {"dunning_letter_id": False}):
                    self.assertTrue(self.call("mail.mail", "write", [mail.id], vals)[1], (user.login, vals))
        self.assertEqual(self.stand(), before)

    def test_administrator_still_sees_to_the_outbox(self):
        self.come_in(self.admin)
        mail = self.waiting.mail_id
        self.assertEqual(self.call("mail.mail", "cancel", [mail.id])[1], None)
        self.assertEqual(mail.state, "cancel")

    def test_copy_of_an_invoice_that_went_along_stays(self):
        line = self.sent.line_ids[:1]
        copy = self.env["ir.attachment"].create(
            {"name": "invoice.pdf", "raw": b"%PDF", "res_model": "dunning.letter.line", "res_id": line.id}
        )
        self.env.flush_all()
        for user in self.roles:
            self.come_in(user)
            self.assertTrue(self.call("ir.attachment", "write", [copy.id], {"raw": "x"})[1])
            self.assertTrue(self.call("ir.attachment", "unlink", [copy.id])[1])
        self.assertEqual(copy.raw, b"%PDF")

    def test_other_attachments_cost_no_query_more(self):
        """Odoo writes attachments everywhere: what is guarded is seen from what Odoo reads anyway."""
        own = self.as_user(self.user)["ir.attachment"]
        about = {"res_model": "account.move", "res_id": self.sent.line_ids.move_id.id}
        files = own.create([{"name": "x", "raw": b"x", **about}] * 30)

        def cost(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some.write({"description": "y"})
            self.env.flush_all()
            return self.cr.sql_log_count - before

        cost(files)
        many, few = cost(files), cost(files[:1])
        self.assertEqual(many, few)
        files.check_access("write")  # everything that Odoo reads is read
        before = self.cr.sql_log_count
        self.assertFalse(files.sudo()._dunning_issued())
        self.assertEqual(self.cr.sql_log_count, before)

    def test_system_still_cleans_up(self):
        """Drafts go with their files, and an administrator moves files to another store."""
        note = self.env["ir.attachment"].create(
            {"name": "n", "raw": b"n", "res_model": "dunning.letter", "res_id": self.draft.id}
        )
        self.draft.with_user(self.user).sudo().unlink()
        self.assertFalse(note.exists())
        before = self.stand()
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        self.issued().with_user(self.admin)._migrate()
        self.assertEqual(self.stand(), before)
        self.assertTrue(self.document(self.sent).db_datas)
        self.env["ir.attachment"]._gc_file_store_unsafe()
        self.assertEqual(self.stand(), before)


@tagged("post_install", "-at_install")
class TestShown(IssuedCase):
    def setUp(self):
        super().setUp()
        self.whole = self.document(self.sent).raw

    def break_it(self, content):
        self.document(self.sent).raw = content
        self.env.flush_all()
        self.env.invalidate_all()

    def test_page_says_so(self):
        path = f"/my/dunning/{self.sent.id}?access_token={self.sent.access_token}"
        self.assertEqual(self.url_open(f"{path}&report_type=pdf").content, self.whole)
        page = self.url_open(path).text
        self.assertNotIn("cannot be shown", page)
        self.assertIn("Download PDF", page)
        for content in (FORGED, b""):
            self.break_it(content)
            for answer in (self.url_open(path), self.url_open(f"{path}&report_type=pdf")):
                self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
                self.assertIn("The document of this letter cannot be shown", answer.text)
                self.assertNotIn(FORGED.decode(), answer.text)
                self.assertNotIn("Download PDF", answer.text)

    def test_form_says_so(self):
        letter = self.as_user(self.user, self.sent)
        self.assertFalse(self.open_form(letter)["pdf_problem"])
        self.break_it(FORGED)
        self.assertIn("its SHA-256 differs", self.open_form(letter)["pdf_problem"])
        self.break_it(b"")
        self.assertIn("has gone or is empty", self.open_form(letter)["pdf_problem"])
        self.assertFalse(self.open_form(self.as_user(self.user, self.draft))["pdf_problem"])

    def test_preview_says_so(self):
        def preview():
            action = self.as_user(self.user, self.sent).action_preview()
            return self.as_user(self.user)[action["res_model"]].browse(action["res_id"])

        shown = preview()
        self.assertEqual((base64.b64decode(shown.pdf), shown.pdf_problem), (self.whole, False))
        self.break_it(FORGED)
        shown = preview()
        self.assertEqual((shown.pdf, shown.is_stored), (False, False))
        self.assertIn("its SHA-256 differs", shown.pdf_problem)
        self.break_it(b"")
        shown = preview()
        self.assertEqual((shown.pdf, shown.is_stored), (False, False))
        self.assertIn("has gone or is empty", shown.pdf_problem)

    def test_it_is_not_printed(self):
        report = self.env.ref("cremann_dunning.dunning_letter_report")
        self.assertEqual(report.retrieve_attachment(self.sent).raw, self.whole)
        for content in (FORGED, b""):
            self.break_it(content)
            with self.refused("SHA-256 differs|has gone or is empty", UserError):
                report.retrieve_attachment(self.sent)

    def test_file_that_has_gone_from_the_disk(self):
        file = self.document(self.sent)
        path = Path(file._full_path(file.store_fname))
        path.unlink()
        self.addCleanup(path.write_bytes, self.whole)
        self.env.invalidate_all()
        with mute_logger("odoo.addons.base.models.ir_attachment"):
            self.assertIn("has gone or is empty", self.sent.pdf_problem)
        path.write_bytes(self.whole)
        self.env.invalidate_all()
        self.assertFalse(self.sent.pdf_problem)

    def test_failed_letter_without_its_file_gets_no_other_document(self):
        """It keeps its number: printed anew it would be another letter under the same number."""
        self.waiting.mail_id.cancel()
        self.waiting._register_failure("the mailbox is full", "refused")
        self.document(self.waiting).raw = b""
        digest = self.waiting.pdf_sha256
        self.as_user(self.user, self.waiting).action_retry()
        self.assertEqual((self.waiting.state, self.waiting.pdf_sha256), ("failed", digest))
        self.assertIn("has gone or is empty", self.waiting.error)
        self.assertFalse(self.document(self.waiting).raw)

    def test_planted_twin_is_not_taken_for_the_document(self):
        twin = {"name": "pdf_file", "res_model": "dunning.letter", "res_field": "pdf_file", "res_id": self.sent.id}
        self.env["ir.attachment"].create({**twin, "raw": FORGED})
        self.env.invalidate_all()
        self.assertEqual(self.sent._stored_pdf(), self.whole)
