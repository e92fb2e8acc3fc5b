"""What goes along with the mail of a letter, read back from a real SMTP server: each file once, within the limit."""

import base64
import io
import os
from unittest.mock import patch

import lxml.etree
from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from ..faults.test_delivery import DeliveryCase

MB = 2**20
XML = b"<?xml version='1.0' encoding='UTF-8'?><Invoice><ID>1</ID></Invoice>"


class FilesCase(DeliveryCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level = cls.env.ref("cremann_dunning.dunning_level_nl_business_1")

    def store(self, move, content, field="invoice_pdf_report_file", name=None):
        """Keep a file with an invoice, as sending it would have done."""
        attachment = self.env["ir.attachment"].create(
            {
                "name": name or f"{move.name.replace('/', '_')}.pdf",
                "raw": content,
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": field,
            }
        )
        move.invalidate_recordset()
        return attachment

    def mailed(self, partner):
        """Issue and send the letter of a debtor: the letter and its message as it came over the wire."""
        letter = self.confirm(self.run_for(partners=partner)).with_env(self.env)
        self.assertFalse(letter.error)
        self.empty_outbox(letter)
        self.assertEqual(letter.state, "sent", letter.error)
        [(_to, message)] = self.mailbox.messages
        return letter, message

    def files(self, message):
        return {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}


@tagged("post_install", "-at_install")
class TestFiles(FilesCase):
    def test_invoice_and_e_invoice_once_each(self):
        partner = self.debtor()
        moves = self.invoices([partner] * 2, 100, due=5)
        for number, move in enumerate(moves):
            self.store(move, b"%%PDF-1.4 %d" % number)
            self.store(move, XML.replace(b"1</ID>", b"%d</ID>" % number), "ubl_cii_xml_file", f"ubl_{number}.xml")
        letter, message = self.mailed(partner)
        found = self.files(message)
        names = [letter.pdf_name]
        for number, move in enumerate(moves):
            names += [f"{move.name.replace('/', '_')}.pdf", f"ubl_{number}.xml"]
        self.assertEqual(list(found), names)
        self.assertEqual(lxml.etree.fromstring(found["ubl_1.xml"]).findtext("ID"), "1")
        self.assertEqual(found[names[1]], b"%PDF-1.4 0")

    def test_no_e_invoice_to_a_consumer_or_where_the_level_says_so(self):
        consumer, business = self.debtor("Jansen", kind="consumer"), self.debtor("Bedrijf")
        self.level.attach_ubl = False
        for partner in (consumer, business):
            self.mailbox.messages.clear()
            self.store(self.invoice(partner, 100, due=5), XML, "ubl_cii_xml_file", "ubl.xml")
            self.assertNotIn("ubl.xml", self.files(self.mailed(partner)[1]))
        self.assertIn("business", business.dunning_debtor_kind)

    def test_consumer_gets_none_although_the_level_attaches_them(self):
        consumer = self.debtor("Jansen", kind="consumer")
        self.store(self.invoice(consumer, 100, due=5), XML, "ubl_cii_xml_file", "ubl.xml")
        letter, message = self.mailed(consumer)
        self.assertTrue(letter.level_id.attach_ubl)
        self.assertNotIn("ubl.xml", self.files(message))

    def test_same_content_goes_once(self):
        partner = self.debtor()
        for move in self.invoices([partner] * 3, 100, due=5):
            self.store(move, b"%PDF-1.4 the same")
        self.assertEqual(len(self.files(self.mailed(partner)[1])), 2)

    def test_file_of_20_mb_stays_behind_and_the_letter_leaves(self):
        partner = self.debtor()
        big, small = self.invoices([partner] * 2, 100, due=5)
        self.store(big, b"%PDF-1.4 " + os.urandom(20 * MB))
        self.store(small, b"%PDF-1.4 small")
        letter, message = self.mailed(partner)
        self.assertEqual(list(self.files(message)), [letter.pdf_name, f"{small.name.replace('/', '_')}.pdf"])
        html = message.get_body(("html",)).get_content()
        self.assertIn(f"Too big for one mail, so not attached: {big.name}", " ".join(html.split()))
        self.assertNotIn("Too big", letter.body, "the words of the letter stay as they are")
        self.assertNotIn("/web/content", html)

    def test_biggest_stay_behind_until_the_rest_fits(self):
        """The limit counts what a mail weighs: a third more than its files."""
        self.nl.dunning_mail_limit_mb = 2
        partner = self.debtor()
        moves = self.invoices([partner] * 4, 100, due=5)
        for number, move in enumerate(moves, 1):
            self.store(move, b"%PDF-1.4 " + os.urandom(number * MB // 4))
        letter, message = self.mailed(partner)
        self.assertEqual(
            list(self.files(message)),
            [letter.pdf_name, *(f"{move.name.replace('/', '_')}.pdf" for move in moves[:3][:2])],
        )
        self.assertLess(len(message.as_bytes()), 2 * MB)
        html = message.get_body(("html",)).get_content()
        self.assertIn(moves[3].name, html.split("</p>")[0])

    def test_limit_of_the_mail_server_holds_when_it_is_lower(self):
        self.env["ir.mail_server"].search([]).max_email_size = 1
        partner = self.debtor()
        self.store(self.invoice(partner, 100, due=5), b"%PDF-1.4 " + os.urandom(MB))
        letter, message = self.mailed(partner)
        self.assertEqual(list(self.files(message)), [letter.pdf_name])
        self.assertNotIn("/web/content", message.get_body(("html",)).get_content())

    def test_at_most_twenty_files(self):
        for count, along, e_invoice in (
            (18, 18, False),
            (19, 19, False),
            (20, 19, False),
            (9, 18, True),
            (10, 18, True),
        ):
            with self.subTest(count, e_invoice=e_invoice), self.cr.savepoint() as savepoint:
                self.mailbox.messages.clear()
                partner = self.debtor(f"Many {count}")
                moves = self.invoices([partner] * count, 100, due=5)
                for move in moves:
                    self.store(move, b"%PDF-1.4 " + move.name.encode())
                    if e_invoice:
                        self.store(move, XML + move.name.encode(), "ubl_cii_xml_file", f"{move.id}.xml")
                _letter, message = self.mailed(partner)
                self.assertEqual(len(self.files(message)), 1 + along)
                html = " ".join(message.get_body(("html",)).get_content().split())
                left = count - along // (1 + e_invoice)
                self.assertEqual("Too many for one mail, so not attached" in html, bool(left))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_letters_wait_until_their_invoices_are_printed(self):
        """Batch by batch, each committed: no call is begun that would not fit into the time of a batch."""
        partners = self.env["res.partner"].union(*(self.debtor(f"Old {number}") for number in range(3)))
        moves = self.invoices([partner for partner in partners for _copy in range(2)], 100, due=5)
        printed, clock = [], [0.0]

        def print_one(move):
            clock[0] += 25  # seconds
            printed.append(move.id)
            return base64.b64encode(b"%PDF-1.4 " + move.name.encode())

        run = self.run_for(partners=partners)
        copies = "odoo.addons.cremann_dunning.models.letter.dunning_invoice_copies"
        batches, issue = [], type(run.letter_ids)._issue

        def issued(letters):
            batches.append(len(letters.filtered(lambda letter: letter.state == "draft")))
            return issue(letters)

        with (
            patch(f"{copies}.time.monotonic", lambda: clock[0]),
            patch(f"{copies}.TOGETHER", 2),
            patch.object(type(moves), "_dunning_invoice_pdfs", lambda moves: {}),  # as the build of Debian and Ubuntu
            patch.object(type(moves), "_dunning_invoice_pdf", print_one),
            patch.object(type(run.letter_ids), "_issue", issued),
        ):
            letters = self.confirm(run)
        self.assertEqual(sorted(printed), sorted(moves.ids), "each once")
        self.assertEqual(batches, [1, 1, 1])
        self.assertEqual(set(letters.mapped("state")), {"issued"})
        self.assertFalse(moves.invoice_pdf_report_id, "they are not what the customer got")
        self.assertEqual(set(letters.mail_id.mapped(lambda mail: len(mail.attachment_ids))), {3})

    def test_limit_is_a_sensible_number(self):
        for limit in (0, -1, 101):
            with self.subTest(limit), self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
                self.nl.dunning_mail_limit_mb = limit
                self.env.flush_all()

    def test_file_that_has_gone_from_the_disk(self):
        partner = self.debtor()
        gone, here = self.invoices([partner] * 2, 100, due=5)
        attachment = self.store(gone, b"%PDF-1.4 gone")
        self.store(here, b"%PDF-1.4 here")
        os.unlink(attachment._full_path(attachment.store_fname))
        self.env.invalidate_all()
        letter, message = self.mailed(partner)
        self.assertEqual(list(self.files(message)), [letter.pdf_name, f"{here.name.replace('/', '_')}.pdf"])
        self.assertEqual(letter.files_gone, gone.name, "whoever opens the letter reads it")
        self.assertTrue(
            self.env["dunning.event"].search([("kind", "=", "letter.files_gone"), ("letter", "=", letter.id)])
        )
        [told] = [text for text in self.told_on(letter) if "filestore" in text]
        self.assertIn(gone.name, told)
        self.assertNotIn(here.name, told)

    def test_names_of_files_are_safe(self):
        layout = self.env.ref("account.account_invoices")
        layout.print_report_name = r"'../../etc/\x07evil\u202e' + object.partner_id.name + '\n.pdf'"
        partner = self.debtor("A/B\\C <x> " + "é" * 300, email="x@example.com")
        self.invoice(partner, 100, due=5)
        [_letter, name] = self.files(self.mailed(partner)[1])
        self.assertRegex(name, r"^[\w .()\[\]-]+\.pdf$")
        self.assertNotIn("..", name)
        self.assertLess(len(name), 120)

    def test_statement_goes_along_once(self):
        self.level.attach_statement = True
        partner = self.debtor("Jansen")
        self.invoices([partner] * 2, 100, due=5)
        calls = []
        model = type(self.env["dunning.statement"])

        def pdfs(_model, pages):
            calls.append(len(pages))
            return {case: b"%PDF statement of " + case.partner_id.name.encode() for case in pages}

        with patch.object(model, "_pdfs", pdfs):
            letter, message = self.mailed(partner)
        self.assertEqual(calls, [1])
        name = "Statement of account Jansen 2026-11-16.pdf"
        self.assertEqual(self.files(message)[name], b"%PDF statement of Jansen")
        self.assertEqual([part.get_filename() for part in message.iter_attachments()].count(name), 1)
        self.assertFalse(letter.has_statement_annex)

    def test_more_letters_cost_as_many_queries(self):
        """Reading the files of many letters takes as many queries as those of few; making them is one INSERT each."""
        counts = []
        for count in (5, 40):
            partners = self.env["res.partner"].union(*(self.debtor(f"D {count} {n}") for n in range(count)))
            for move in self.invoices(partners, 100, due=5):
                self.store(move, b"%PDF-1.4 " + move.name.encode())
                self.store(move, XML + move.name.encode(), "ubl_cii_xml_file", f"{move.id}.xml")
            letters = self.confirm(self.run_for(partners=partners)).with_env(self.env).sudo()
            self.assertEqual(len(letters), count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            found = letters.env["dunning.mail.files"]._of(letters)
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual({len(files.files) for files in found.values()}, {3})
        self.assertLessEqual(counts[1], counts[0] + 2, counts)


@tagged("post_install", "-at_install")
class TestStatementByMail(DeliveryCase):
    def test_real_statement_arrives_beside_the_letter(self):
        """Printed for real: the letter holds no annex, the statement is a file of its own."""
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        level.write({"attach_statement": True, "attach_invoice": False})
        partners = self.debtor("Jansen") + self.debtor("Pietersen")
        for partner, amount in zip(partners, (1210, 363), strict=True):
            self.invoice(partner, amount, due=5)
        letters = self.confirm(self.run_for(partners=partners))
        self.empty_outbox(letters)
        self.assertEqual(len(self.mailbox.messages), 2)
        for _to, message in self.mailbox.messages:
            letter, statement = (part.get_payload(decode=True) for part in message.iter_attachments())
            mine, other = ("1,210.00", "363.00") if "jansen" in message["To"].lower() else ("363.00", "1,210.00")
            self.assertEqual(PdfFileReader(io.BytesIO(letter)).numPages, 1)
            text = PdfFileReader(io.BytesIO(statement)).getPage(0).extractText()
            self.assertIn(mine, text)
            self.assertNotIn(other, text)
