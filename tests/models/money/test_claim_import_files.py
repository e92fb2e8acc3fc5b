"""The files in which claims come: tables, sheets, invoices in UBL and their PDFs; what is none of these is refused."""

import io
import zipfile

from odoo.tests import tagged

from ...common import day
from .import_case import HEAD, PDF, ROW, ImportCase, ubl


@tagged("post_install", "-at_install")
class TestFiles(ImportCase):
    def test_refused(self):
        """Each with a sentence that says what to do; the others of the same window go on."""
        bomb = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
        outside = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + ubl().split(b"?>")[1].replace(
            b"PO-7", b"&e;"
        )
        order = (
            ubl()
            .replace(b"xsd:Invoice-2", b"xsd:Order-2")
            .replace(b"<Invoice ", b"<Order ")
            .replace(b"</Invoice>", b"</Order>")
        )
        note = ubl().replace(b"xsd:Invoice-2", b"xsd:CreditNote-2").replace(b"<Invoice ", b"<CreditNote ")
        files = {
            "bomb.xml": (bomb, "document type"),
            "outside.xml": (outside, "document type"),
            "order.xml": (order, "“Order” and no invoice"),
            "credit.xml": (note.replace(b"</Invoice>", b"</CreditNote>"), "credit note F-7"),
            "credit2.xml": (ubl(code=381), "credit note F-7"),
            "other.xml": (b"<rss><channel/></rss>", "no UBL but “rss”"),
            "broken.xml": (ubl()[:700], "damaged"),
            "bill.xml": (ubl(seller="99999999", buyer="30201234"), "vendor bill"),
            "empty.csv": (b"", "empty"),
            "photo.png": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no table"),
            "heads.csv": (b"foo;bar\n1;2", "has to name the columns"),
            "twice.csv": (b"Klant;Naam;Nummer;Bedrag\n1;2;3;4", "More than one column"),
            "only.csv": (HEAD.encode(), "no row below"),
            "quote.csv": (HEAD.encode() + b'\n"a;b', "quotes do not end"),
            "lost.pdf": (PDF, "belongs to no claim"),
            "fake.xlsx": (b"PK\x03\x04rubbish", "cannot be read"),
            "good.csv": ("\n".join([HEAD, ROW.format("F-1", "1,00")]).encode(), None),
        }
        counts = self.counts()
        window = self.window(*((name, content) for name, (content, _words) in files.items()))
        notes = dict(note.split(": ", 1) for note in window.notes.splitlines())
        for name, (_content, words) in files.items():
            with self.subTest(name=name):
                if words:
                    self.assertIn(words, notes[name])
                else:
                    self.assertNotIn(name, notes)
        self.assertEqual(window.line_ids.mapped("number"), ["F-1"])
        self.assertFalse(window.file_ids)
        self.assertEqual(self.counts(), counts)

    def test_ubl(self):
        """With its PDF, which goes along with letters as the copy of an invoice does."""
        window = self.window(("f-7.xml", ubl()))
        [line] = window.line_ids
        self.assertEqual((line.number, line.amount, line.currency_id, line.label, line.customer_ref),
                         ("F-7", 1231, self.eur, "Printed matter", "PO-7"))  # fmt: skip
        self.assertEqual((line.debtor_name, line.company_registry, line.zip, line.city, line.country_id.code),
                         ("Drukkerij Vos", "20012345", "4811 AA", "Breda", "NL"))  # fmt: skip
        window.action_make_debtors()
        self.assertEqual(line.state, "good")
        window.action_confirm()
        claim = self.claims("F-7")
        self.assertEqual(claim.document_id.raw, PDF)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "account.move"), ("res_id", "=", claim.move_id.id)]
        )
        self.assertEqual(sorted(files.mapped("name")), ["F-7.pdf", "f-7.xml"])
        self.assertEqual((claim.partner_id.email, claim.partner_id.is_company), ("vos@debtor.example.com", True))
        self.assertEqual(self.told(self.window(("f-7.xml", ubl())))[0][0], "bad", "the same file again")

    def test_pdf_along_with_the_letter(self):
        self.partner.company_registry = "20012345"
        self.window(("f-7.xml", ubl())).action_confirm()
        self.env["dunning.level"].search([]).attach_invoice = True
        letters = self.confirm(self.run_for(partners=self.partner))
        [message] = self.send_outbox(letters)
        names = [part.get_filename() for part in message.walk() if part.get_filename()]
        self.assertIn("F-7.pdf", names)
        [content] = [part.get_payload(decode=True) for part in message.walk() if part.get_filename() == "F-7.pdf"]
        self.assertEqual(content, PDF)

    def test_pdf_of_another_debtor_stays_home(self):
        """One entry asks two debtors: the document of one goes with letters to him only."""
        other = self.debtor("Slagerij De Wit")
        mine, _theirs = self.opening((self.partner, 100, 20, "A"), (other, 200, 20, "B"))
        self.take_in(mine.move_id, self.user)
        file = self.env["ir.attachment"].create(
            {"name": "A.pdf", "raw": PDF, "res_model": "account.move", "res_id": mine.move_id.id}
        )
        claim = self.env["dunning.claim"].search([("move_line_id", "=", mine.id)])
        claim.document_id = file
        self.env["dunning.level"].search([]).attach_invoice = True
        self.env.flush_all()
        letters = self.confirm(self.run_for(partners=self.partner + other))
        found = self.env["dunning.mail.files"]._of(letters)
        names = {letter.partner_id: [f.name for f in found[letter.id].files if f.number] for letter in letters}
        self.assertEqual(names, {self.partner: ["A.pdf"], other: []})
        file.unlink()
        self.env.invalidate_all()
        self.assertFalse(claim.document_id)
        self.assertFalse([f for f in self.env["dunning.mail.files"]._of(letters)[letters[0].id].files if f.number])

    def test_pdf_by_name(self):
        window = self.window(
            ("a.xml", ubl("F-7", pdf=b"")), ("A.pdf", PDF + b"a"),
            ("claims.csv", "\n".join([HEAD, ROW.format("2026/0017", "1,00"), ROW.format("F-8", "2,00")]).encode()),
            ("2026-0017.pdf", PDF + b"b"), ("nobody.pdf", PDF),
        )  # fmt: skip
        kept = {line.number: line.with_context(bin_size=False).pdf_name for line in window.line_ids}
        self.assertEqual(kept, {"F-7": "A.pdf", "2026/0017": "2026-0017.pdf", "F-8": False})
        self.assertIn("nobody.pdf", window.notes)
        self.assertNotIn("A.pdf:", window.notes)

    def test_of_another_seller(self):
        [found] = self.told(self.window(("x.xml", ubl(seller="99999999"))))
        self.assertEqual(found[0], "bad", "no debtor yet")
        self.partner.company_registry = "20012345"
        window = self.window(("x.xml", ubl(seller="99999999")))
        [found] = self.told(window)
        self.assertEqual((found[0], "Made by Seller" in found[1]), ("look", True))
        window.line_ids.is_accepted = True
        window.action_confirm()
        self.assertTrue(self.claims("F-7"))

    def test_sheet(self):
        try:
            import openpyxl
        except ImportError:
            self.skipTest("no openpyxl")
        book = openpyxl.Workbook()
        for row in (HEAD.split(";"), ["Bakkerij Jansen", "1234AB", "", "F-1", day(76), day(16), 1234.5]):
            book.active.append(row)
        content = io.BytesIO()
        book.save(content)
        window = self.window(("claims.xlsx", content.getvalue()))
        self.assertFalse(window.notes)
        [line] = window.line_ids
        self.assertEqual((line.partner_id, line.amount, line.invoice_date, line.date_due, line.state),
                         (self.partner, 1234.5, day(76), day(16), "good"))  # fmt: skip

    def test_sheet_that_unpacks_to_too_much(self):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
            for place in range(3):
                packed.writestr(f"{place}.xml", b"0" * 70 * 2**20)
        window = self.window(("bomb.xlsx", content.getvalue()))
        self.assertIn("larger than 200 MB", window.notes)

    def test_no_file(self):
        with self.refused("Add a file first"):
            self.window().action_read()

    def test_files_of_others_stay(self):
        """A file that lies elsewhere is read and not taken away."""
        file = self.env["ir.attachment"].with_user(self.user).create(
            {"name": "a.csv", "raw": "\n".join([HEAD, ROW.format("F-1", "1,00")]).encode(),
             "res_model": "account.move", "res_id": self.opening((self.partner, 1, 1, None)).move_id.id}
        )  # fmt: skip
        window = self.window()
        window.file_ids = self.as_user(self.user, file)
        window.action_read()
        self.assertEqual((len(window.line_ids), bool(file.exists())), (1, True))
