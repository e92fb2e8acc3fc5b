"""Letters of people with strange names and of companies with strange settings: printed and mailed for real.

What HTML and template code in names does to the text of a letter stands in tests/models/test_bad_input.py; here are the
PDF, the mail as it arrives, the names of files and the statement of account.
"""

import base64
import io
import os
import re
import tempfile
from pathlib import Path

from PIL import Image

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..faults.test_delivery import DeliveryCase
from ..models.test_bad_input import HOSTILE
from .test_pdf import PdfCase, text_of

LETTERS = "odoo.addons.cremann_dunning.models.letter.dunning_letter"
LONG = "Handelsonderneming " + "Zeer Lange Naam " * 11 + "B.V."
ARABIC, HEBREW, CHINESE = "شركة الخبز المحدودة", "מאפיית ירושלים בע״מ", "上海面包有限公司"
ACCENTED = "Bäckerei Ångström & Søn – Façade Žižkov"


def one_line(text):
    return re.sub(r"\s+", " ", text)


class PaperCase(DeliveryCase, PdfCase):
    """Printed by the patched build, mailed over SMTP; one letter to one debtor."""

    def letter(self, partner, company=None, **options):
        self.invoice(partner, 1210, due=5, company=company, **options)
        run = self.run_for(company, partners=partner).with_context(force_report_rendering=True)
        letter = self.confirm(run).with_env(self.env)
        self.assertEqual(len(letter), 1, run.letter_ids.mapped("error"))
        return letter

    def arrive(self, letter):
        """Send it; the message as it came over the wire."""
        self.empty_outbox(letter)
        self.assertEqual(letter.state, "sent", letter.error)
        [(_to, message)] = self.mailbox.messages
        return message


@tagged("post_install", "-at_install")
class TestHostile(PaperCase):
    def test_code_in_names_is_text_on_paper_and_in_the_mail(self):
        partner = self.debtor("x", email="x@hostile.example.com", ref=HOSTILE)
        partner.name = HOSTILE
        letter = self.letter(partner, label=HOSTILE, ref=HOSTILE, payment_reference=HOSTILE, narration=HOSTILE)
        paper = one_line("".join(text_of(letter)))
        self.assertIn("<script>alert", paper)
        self.assertIn("{{ 7 * 7 }}", paper)
        message = self.arrive(letter)
        html = message.get_body(("html",)).get_content()
        self.assertNotIn("<script", html)
        self.assertIn("{{ 7 * 7 }}", html)
        self.assertNotIn("49", re.sub(r"[^\w ]", "", message["Subject"]))
        for name in (part.get_filename() for part in message.iter_attachments()):
            self.assertRegex(name, r"^[\w .()\[\]-]+\.pdf$")

    def test_statement_of_a_hostile_debtor(self):
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        level.write({"attach_statement": True, "channel": "print"})
        partner = self.debtor("x", email="x@hostile.example.com", ref=HOSTILE)
        partner.name = HOSTILE
        letter = self.letter(partner, label=HOSTILE, ref=HOSTILE)
        annex = one_line(text_of(letter)[-1])
        self.assertIn("1,210.00", annex)
        self.assertIn("<script>alert", annex)

    def test_debtor_with_a_name_of_header_lines(self):
        """No name adds a line to the head of a mail."""
        partner = self.debtor("Jansen\r\nBcc: spy@example.com\r\n\r\nHello", email="jansen@debtor.example.com")
        letter = self.letter(partner)
        message = self.arrive(letter)
        self.assertFalse(message["Bcc"])
        [(recipients, _message)] = self.mailbox.messages
        self.assertEqual(recipients, ["jansen@debtor.example.com"])


@tagged("post_install", "-at_install")
class TestLogo(PaperCase):
    def picture(self, size, noise=False, form="PNG"):
        image = Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3)) if noise else Image.new("RGB", size)
        buffer = io.BytesIO()
        image.save(buffer, form)
        return buffer.getvalue()

    def test_no_logo(self):
        self.nl.partner_id.image_1920 = False
        letter = self.letter(self.debtor())
        self.assertIn("1,210.00", text_of(letter)[0])

    def test_logo_that_is_no_picture_any_more(self):
        """A file that was damaged on the disk: the letter goes without it."""
        self.nl.logo = base64.b64encode(self.picture((200, 80)))
        self.env.flush_all()
        stored = self.env["ir.attachment"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", self.nl.partner_id.id), ("res_field", "like", "image_")]
        )
        for attachment in stored:
            path = Path(attachment._full_path(attachment.store_fname))
            path.unlink()  # never written through: the store shares files between databases
            path.write_bytes(b"\x89PNG\r\n\x1a\n damaged")
        self.env.invalidate_all()
        letter = self.letter(self.debtor())
        self.assertIn("1,210.00", text_of(letter)[0])
        self.arrive(letter)

    def test_logo_of_10_mb(self):
        """Odoo keeps it smaller; the letter stays within a mail and goes as a file, not as a link."""
        picture = self.picture((1900, 1840), noise=True)
        self.assertGreater(len(picture), 10 * 2**20)
        self.nl.logo = base64.b64encode(picture)
        letter = self.letter(self.debtor())
        message = self.arrive(letter)
        names = [part.get_filename() for part in message.iter_attachments()]
        self.assertIn(letter.pdf_name, names)
        self.assertNotIn("/web/content", message.get_body(("html",)).get_content())


@tagged("post_install", "-at_install")
class TestLongNames(PaperCase):
    def test_company_and_debtor_of_200_characters(self):
        self.nl.name = LONG
        partner = self.debtor(LONG, email="long@debtor.example.com")
        letter = self.letter(partner)
        paper = one_line("".join(text_of(letter)))
        self.assertGreaterEqual(len(LONG), 199)
        self.assertIn("Zeer Lange Naam B.V.", paper)
        self.assertIn("1,210.00", paper)
        message = self.arrive(letter)
        self.assertIn("long@debtor.example.com", message["To"])
        self.assertIn("Handelsonderneming", one_line(message["To"]))
        self.assertNotIn("\n", message["Subject"])

    def test_word_without_a_space(self):
        """A name that cannot be broken stays on the page, and so do the amounts."""
        partner = self.debtor("A" * 200, email="a@debtor.example.com")
        letter = self.letter(partner, label="B" * 200)
        self.assertIn("1,210.00", text_of(letter)[0])


@tagged("post_install", "-at_install")
class TestScripts(PaperCase):
    def test_names_in_other_scripts_by_mail_and_on_paper(self):
        for number, name in enumerate((ARABIC, HEBREW, CHINESE, ACCENTED)):
            with self.subTest(name):
                self.mailbox.messages.clear()
                partner = self.debtor(name, email=f"script{number}@debtor.example.com", street="Kaï 1")
                letter = self.letter(partner, label=name, payment_reference=name)
                self.assertIn("1,210.00", text_of(letter)[0])
                message = self.arrive(letter)
                self.assertIn(name.split()[0], message["To"])
                html = message.get_body(("html",)).get_content()
                self.assertIn(name.replace("&", "&amp;"), html)
                self.assertTrue(all(part.get_filename() for part in message.iter_attachments()))

    def test_accents_are_printed(self):
        letter = self.letter(self.debtor(ACCENTED, email="a@debtor.example.com"))
        self.assertIn(ACCENTED, one_line(text_of(letter)[0]))

    def test_names_of_files_keep_their_script(self):
        for number, name in enumerate((ARABIC, HEBREW, CHINESE, ACCENTED)):
            with self.subTest(name):
                partner = self.debtor(name, email=f"file{number}@debtor.example.com")
                self.invoice(partner, 10)
                case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
                model = self.env["dunning.statement"]
                [page] = model._pages(case).values()
                file_name = model._file_name(page, "pdf")
                self.assertIn(name.split()[0], file_name)
                with tempfile.TemporaryDirectory() as folder:
                    Path(folder, file_name).write_bytes(b"x")  # a disk takes it

    def test_name_that_turns_the_reading_direction(self):
        """invoice-fdp.exe shown as invoice-exe.pdf: the mark is taken out of names of files."""
        name = self.env["dunning.mail.files"]._safe_name("factuur-\u202efdp.exe.pdf")
        self.assertEqual(name, "factuur--fdp.exe.pdf")


@tagged("post_install", "-at_install")
class TestBroken(DeliveryCase):
    without_pdf = True

    @mute_logger(LETTERS)
    def test_text_with_an_error_stops_its_own_letters_only(self):
        """Two levels in one run, one with a broken text: its letter says what is wrong, the other arrives."""
        consumer = self.env.ref("cremann_dunning.dunning_level_nl_consumer_1")
        business = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        consumer.template_id = consumer.template_id.copy()
        consumer.template_informal_id = False
        consumer.template_id.body_html = '<p><t t-out="object.no_such_field"/></p>'
        self.assertNotEqual(consumer.template_id, business.template_id)
        bad, good = self.debtor("Bad", kind="consumer"), self.debtor("Good")
        self.invoices([bad, good], 100, due=5)
        run = self.run_for(partners=bad + good)
        self.assertEqual(len(run.letter_ids), 2)
        run.action_confirm()
        letters = {letter.partner_id.name: letter.with_env(self.env) for letter in run.letter_ids}
        self.assertEqual((letters["Bad"].state, letters["Good"].state), ("failed", "issued"))
        self.assertIn("no_such_field", letters["Bad"].error)
        self.assertNotIn("Traceback", letters["Bad"].error)
        for _time in range(2):
            self.empty_outbox(letters["Bad"] + letters["Good"])
        self.assertEqual([to for to, _message in self.mailbox.messages], [["good@debtor.example.com"]])

    def test_debtor_archived_between_issue_and_send(self):
        """Archived is not paid: what was issued leaves, once, to the address it was made for."""
        partner = self.debtor()
        self.invoice(partner, 100, due=5)
        letter = self.confirm(self.run_for(partners=partner)).with_env(self.env)
        partner.active = False
        for _time in range(2):
            self.empty_outbox(letter)
        self.assertEqual(letter.state, "sent", letter.error)
        self.assertEqual(len(self.mailbox.messages), 1)

    def test_debtor_merged_into_one_without_a_letter(self):
        partner = self.debtor("Jansen", email="kept@debtor.example.com")
        kept = self.debtor("Jansen BV", email="kept@debtor.example.com")
        self.invoice(partner, 100, due=5)
        letter = self.confirm(self.run_for(partners=partner)).with_env(self.env)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((partner + kept).ids, kept)
        self.env.invalidate_all()
        for _time in range(2):
            self.empty_outbox(letter)
        self.assertEqual(letter.partner_id, kept)
        self.assertEqual(letter.state, "sent", letter.error)
        self.assertEqual(len(self.mailbox.messages), 1)
