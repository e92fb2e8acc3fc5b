"""The record as a file: who may have it, that it checks itself, and what is said before everything goes."""

import io
import zipfile

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.cremann_dunning.engine import chain

from ...common import DunningCase


@tagged("post_install", "-at_install")
class TestRecordFile(DunningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dunning.event"]._tell(
            [{"kind": "chain.begun", "company_id": cls.nl.id, "personal": {"to": "jan@example.com"}}] * 3
        )

    def window(self, user, **values):
        return (
            self.env["dunning.record.wizard"]
            .with_user(user)
            .with_context(allowed_company_ids=self.nl.ids)
            .create({"company_id": self.nl.id, **values})
        )

    def written(self, documents=False):
        file = io.BytesIO()
        self.env["dunning.sealing"]._seal()
        self.env["dunning.chain.export"]._write(self.nl, file, "a.zip", documents)
        return file

    def test_checks_itself(self):
        letter = self.issued()
        file = self.written(documents=True)
        walk = chain.verify_export(file)
        sealed = self.env["dunning.event.seal"].search_count([("company_id", "=", self.nl.id)])
        self.assertEqual((walk.findings, walk.seq), ([], sealed))
        with zipfile.ZipFile(file) as export:
            names = export.namelist()
            self.assertIn("verify.py", names)
            self.assertIn("jan@example.com", export.read(chain.PERSONAL).decode())
            self.assertNotIn("jan@example.com", export.read(chain.EVENTS).decode())
        self.assertIn(chain.DOCUMENTS + letter.pdf_sha256, names)

    def issued(self):
        self.invoice(self.debtor(), 100, due=3)
        return self.send_level()

    def test_document_exchanged(self):
        letter = self.issued()
        event = self.env["dunning.event"].search([("kind", "=", "letter.issued"), ("letter", "=", letter.id)])
        self.env["dunning.sealing"]._seal()
        self.assertFalse(self.env["dunning.verification"]._verify(self.nl).findings)
        pdf = self.env["ir.attachment"].search(
            [("res_model", "=", letter._name), ("res_id", "=", letter.id), ("res_field", "=", "pdf_file")]
        )
        self.cr.execute("UPDATE ir_attachment SET store_fname = NULL, db_datas = 'other' WHERE id = %s", [pdf.id])
        self.env.invalidate_all()
        [finding] = self.env["dunning.verification"]._verify(self.nl).findings
        self.assertEqual((finding.seq, finding.code), (event.seq, "document"))
        self.cr.execute("DELETE FROM ir_attachment WHERE id = %s", [pdf.id])
        self.env.invalidate_all()
        [finding] = self.env["dunning.verification"]._verify(self.nl).findings
        self.assertEqual(finding.code, "document_missing")

    def test_who_gets_it(self):
        window = self.window(self.manager)
        self.assertEqual(window.action_export()["url"], f"/dunning/record/{window.id}")
        told = self.env["dunning.event"].search([("kind", "=", "chain.exported")])
        self.assertEqual(told.author_id, self.manager)
        with self.assertRaises(AccessError):
            self.window(self.user)
        with self.assertRaises(AccessError):
            window.with_user(self.user).action_export()

    def test_head_that_was_kept(self):
        window = self.window(self.manager)
        window.action_export()
        window.kept = window.head
        check = self.env["dunning.chain.check"].browse(window.action_check()["res_id"])
        self.assertTrue(check.fits)
        window.kept = f"1:{'0' * 64}"
        check = self.env["dunning.chain.check"].browse(window.action_check()["res_id"])
        self.assertEqual((check.fits, check.findings[0]["code"]), (False, "head"))
        for wrong in ("1", "x:1", "12:abc"):
            window.kept = wrong
            with self.assertRaisesRegex(UserError, "Copy the whole line"):
                window.action_check()

    def test_head_at_once(self):
        window = self.window(self.manager)
        with self.assertRaisesRegex(UserError, "Fill in under Settings"):
            window.action_send_head()
        self.nl.dunning_head_email = "notary@example.com"
        window.invalidate_recordset()
        window.action_send_head()
        self.assertTrue(self.env["mail.mail"].search([("email_to", "=", "notary@example.com")]))

    def test_uninstall_says_what_is_lost(self):
        module = self.env["ir.module.module"].search([("name", "=", "cremann_dunning")])
        wizard = self.env["base.module.uninstall"].create({"module_ids": module.ids})
        self.assertIn("cannot be brought back", wizard.dunning_loss)
        self.assertEqual(wizard.action_dunning_record()["res_model"], "dunning.record.wizard")
        self.assertFalse(self.env["base.module.uninstall"].new({"module_ids": [(6, 0, [])]}).dunning_loss)


@tagged("post_install", "-at_install")
class TestRecordOverHttp(DunningCase, HttpCase):
    without_pdf = True

    def test_downloaded(self):
        self.env["dunning.event"]._tell([{"kind": "chain.begun", "company_id": self.nl.id}] * 3)
        window = self.env["dunning.record.wizard"].with_user(self.manager).create({"company_id": self.nl.id})
        window.action_export()
        self.authenticate(self.manager.login, self.manager.login)
        answer = self.url_open(f"/dunning/record/{window.id}")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(chain.verify_export(io.BytesIO(answer.content)).findings, [])
        self.authenticate(self.user.login, self.user.login)
        self.assertIn(self.url_open(f"/dunning/record/{window.id}").status_code, (403, 404))
        self.assertEqual(self.url_open("/dunning/record/2147483646").status_code, 404)
