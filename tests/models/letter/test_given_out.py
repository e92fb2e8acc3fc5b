"""What was issued is given out as it was issued or not at all, by every way out and to everybody who may ask for it."""

import base64
from pathlib import Path

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.misc import limited_field_access_token

from .test_document import FORGED, IssuedCase

LOUD = ("odoo.http", "odoo.addons.base.models.ir_attachment", "odoo.addons.base.models.ir_rule", "odoo.addons.rpc")


class GivenOutCase(IssuedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        debtor = cls.env["res.partner"].create({"name": "Jan", "parent_id": cls.partner.id})
        cls.debtor_login = new_test_user(
            cls.env, "debtor_login", groups="base.group_portal", partner_id=debtor.id, company_id=cls.nl.id
        )
        cls.copy = cls.env["ir.attachment"].create(
            {
                "name": "invoice.pdf",
                "raw": b"%PDF-1.4 invoice",
                "res_model": "dunning.letter.line",
                "res_id": cls.sent.line_ids[:1].id,
            }
        )
        cls.roles = [*cls.roles, cls.debtor_login, cls.group_user]
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.whole = self.document(self.sent).raw

    def files(self):
        return self.document(self.sent) + self.sent.mail_id.attachment_ids + self.proof + self.copy

    def fetch(self, path):
        self.env.flush_all()
        with mute_logger(*LOUD):
            answer = self.url_open(path, allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def ways(self, file):
        """Every address under which Odoo gives out this file, those of its record among them."""
        ids = [f"/web/content/{file.id}", f"/web/content/{file.id}/x.pdf", f"/web/image/{file.id}"]
        ids += [f"/web/content?id={file.id}&download=true", f"/web/image/{file.id}?download=true"]
        ids += [f"/web/content/{file.id}?unique=1", f"/web/content/ir.attachment/{file.id}/datas"]
        ids += [f"/mail/attachment/zip?file_ids={file.id}&zip_name=x.zip"]
        if file.res_field:
            place = f"{file.res_model}/{file.res_id}/{file.res_field}"
            ids += [f"/web/content/{place}", f"/web/content/{place}/x.pdf", f"/web/image/{place}"]
            ids += [f"/web/content?model={file.res_model}&id={file.res_id}&field={file.res_field}"]
        return ids

    def tokens(self, file):
        """What opens it for whoever has the key: that of the attachment, and one for the field."""
        found = []
        for record, name in ((file, "raw"), (self.sent, "pdf_file") if file.res_field else (file, "datas")):
            token = limited_field_access_token(record, name, scope="binary")
            found.append(f"/web/content/{record._name}/{record.id}/{name}?access_token={token}")
            found.append(f"/web/image/{record._name}/{record.id}/{name}?access_token={token}")
        return [*found, f"/web/content/{file.id}?access_token={file.access_token}"]

    def exchange(self, file, content=FORGED):
        """Past Odoo: the row leads to another file, with the checksum of that."""
        other = self.env["ir.attachment"].create({"name": "other", "raw": content})
        self.env.flush_all()
        self.cr.execute(
            "UPDATE ir_attachment f SET (store_fname, checksum, file_size) = "
            "(SELECT o.store_fname, o.checksum, o.file_size FROM ir_attachment o WHERE o.id = %s) WHERE f.id = %s",
            [other.id, file.id],
        )
        self.env.invalidate_all()

    def harms(self, file):
        """What can happen to a stored file, and how it is undone."""
        content, path = file.raw, Path(file._full_path(file.store_fname))
        self.addCleanup(path.write_bytes, content)

        def whole():
            path.write_bytes(content)
            self.exchange(file, content)

        yield "exchanged in the filestore", lambda: path.write_bytes(FORGED), whole
        yield "emptied in the filestore", lambda: path.write_bytes(b""), whole
        yield "gone from the filestore", path.unlink, whole
        if file != self.copy:  # of which nothing but Odoo's own checksum is kept
            yield "exchanged in the database", lambda: self.exchange(file), whole


@tagged("post_install", "-at_install")
class TestGivenOut(GivenOutCase):
    def test_whole_to_those_who_may_read_it(self):
        """The other tests show nothing where nobody gets anything."""
        letter, seen = self.document(self.sent), set()
        for user in self.roles:
            self.come_in(user)
            may = user._is_internal() and self.as_user(user, self.sent).has_access("read")
            for path in self.ways(letter):
                answer = self.fetch(path)
                got = answer.status_code == 200 and answer.content == self.whole
                if may and path.startswith("/web/content/dunning.letter/"):
                    self.assertTrue(got, (user.login, path))
                elif not may:
                    self.assertFalse(self.whole in answer.content or b"PK" in answer.content[:2], (user.login, path))
            if may:
                seen.add(user)
            self.assertEqual(bool(self.call("dunning.letter", "read", [self.sent.id], ["pdf_file"])[0]), may)
        self.assertEqual(seen, {self.user, self.manager, self.admin, self.group_user}, "the debtor has his page")
        self.come_in(self.user)
        for file in self.files():
            self.assertEqual(self.fetch(f"/web/content/{file.id}").content, file.raw, file.name)
            rows, error = self.call("ir.attachment", "read", [file.id], ["datas"])
            self.assertEqual((rows[0]["datas"], error), (file.datas.decode(), None))
        self.authenticate(None, None)
        letter.generate_access_token()
        for path in self.tokens(letter)[::2]:
            self.assertEqual(self.fetch(path).content, self.whole, path)

    def test_nothing_else_to_anybody(self):
        for file in self.files():
            file.generate_access_token()
            for harm, do, undo in self.harms(file):
                do()
                self.env.invalidate_all()
                for user in (self.user, self.debtor_login, self.be_manager, None):
                    if user:
                        self.come_in(user)
                    else:
                        self.authenticate(None, None)
                    for path in self.ways(file) + self.tokens(file):
                        with self.subTest(file=file.name, harm=harm, user=user and user.login, path=path):
                            answer = self.fetch(path)
                            self.assertNotIn(FORGED, answer.content)
                            self.assertNotIn(answer.headers.get("Content-Type"), ("application/pdf",))
                            self.assertNotEqual(answer.content, b"", "a file of 0 bytes")
                with mute_logger(*LOUD):
                    undo()
                self.env.invalidate_all()

    def test_the_answer_says_why(self):
        file = self.document(self.sent)
        file.raw = FORGED
        self.come_in(self.user)
        answer = self.fetch(f"/web/content/dunning.letter/{self.sent.id}/pdf_file")
        self.assertEqual(answer.status_code, 404)
        self.assertIn("is not the one that was issued", answer.text)
        self.exchange(self.proof)
        self.assertIn("it has gone or was changed", self.fetch(f"/web/content/{self.proof.id}").text)

    def test_calls_that_read(self):
        """What the routes do not give out is not to be had by a call either."""
        forged = base64.b64encode(FORGED).decode()
        for file in self.files():
            for harm, do, undo in list(self.harms(file))[::3]:
                do()
                self.env.invalidate_all()
                for user in (self.user, self.manager, self.admin, self.debtor_login):
                    self.come_in(user)
                    for method, args in (
                        ("read", ([file.id], ["raw"])),
                        ("read", ([file.id], ["datas", "name"])),
                        ("web_read", ([file.id], {"datas": {}})),
                        ("search_read", ([["id", "=", file.id], ["res_field", "!=", "x"]], ["datas"])),
                        ("export_data", ([file.id], ["datas"])),
                    ):
                        with self.subTest(file=file.name, harm=harm, user=user.login, method=method):
                            with mute_logger(*LOUD):
                                answer = self.answer("ir.attachment", method, args, {})
                            self.assertTrue("error" in answer or not answer["result"], answer)
                    for method, args in (
                        ("read", ([self.sent.id], ["pdf_file"])),
                        ("web_read", ([self.sent.id], {"pdf_file": {}})),
                        ("export_data", ([self.sent.id], ["pdf_file"])),
                    ):
                        with mute_logger(*LOUD):
                            answer = self.answer("dunning.letter", method, args, {})
                        self.assertNotIn(forged, str(answer))
                with mute_logger(*LOUD):
                    undo()
                self.env.invalidate_all()

    def test_planted_on_a_draft(self):
        """It has no document before it is issued, so nothing is given out as one."""
        place = {"name": "pdf_file", "res_model": "dunning.letter", "res_field": "pdf_file", "res_id": self.draft.id}
        planted = self.env["ir.attachment"].create({**place, "raw": FORGED})
        self.assertFalse(self.draft.pdf_file)
        for user in (self.user, self.be_user, self.debtor_login):
            self.come_in(user)
            for path in self.ways(planted):
                self.assertNotIn(FORGED, self.fetch(path).content, path)

    def test_twin_does_not_stand_before_the_document(self):
        place = {"name": "pdf_file", "res_model": "dunning.letter", "res_field": "pdf_file", "res_id": self.sent.id}
        self.env["ir.attachment"].create({**place, "raw": FORGED})
        self.env.invalidate_all()
        self.assertEqual(base64.b64decode(self.sent.pdf_file), self.whole)
        self.come_in(self.user)
        self.assertNotIn(FORGED, self.fetch(f"/web/content/dunning.letter/{self.sent.id}/pdf_file").content)

    def test_files_of_notes_and_of_other_records_are_left_alone(self):
        """People's own files cost no comparison, and no query more."""
        note = self.env["ir.attachment"].create(
            {"name": "n.txt", "raw": b"note", "res_model": "dunning.letter", "res_id": self.sent.id}
        )
        other = self.env["ir.attachment"].create({"name": "o.txt", "raw": b"other", "res_model": "res.partner"})
        self.assertFalse(note._dunning_problem())
        note.mimetype, other.name  # noqa: B018  (both are read)
        before = self.cr.sql_log_count
        self.assertFalse(other._dunning_problem())
        self.assertEqual(self.cr.sql_log_count, before)
        self.come_in(self.user)
        self.assertEqual(self.fetch(f"/web/content/{note.id}").content, b"note")
