"""The letter on paper, printed for real with both builds of wkhtmltopdf, and read back with pdftotext."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..common import DunningCase


def text_of(letter):
    """The words of a stored PDF, page by page, as pdftotext reads them."""
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=base64.b64decode(letter.pdf_file), capture_output=True, check=True
    )
    return done.stdout.decode().split("\f")[:-1]


class PdfCase(DunningCase):
    build = "PATCHED"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        binary = os.environ.get(f"WKHTMLTOPDF_{cls.build}")
        if not binary:
            raise unittest.SkipTest(f"this machine has no {cls.build.lower()} wkhtmltopdf")
        if not shutil.which("pdftotext"):
            raise unittest.SkipTest("pdftotext (poppler-utils) is not installed")
        path = f"{Path(binary).parent}{os.pathsep}{os.environ['PATH']}"
        cls.startClassPatcher(patch.dict(os.environ, {"PATH": path}))
        _wkhtml.cache_clear()
        cls.addClassCleanup(_wkhtml.cache_clear)

    def issue(self, *partners):
        """Propose and confirm for these debtors: the issued letters in the order of the debtors."""
        everybody = self.env["res.partner"].union(*partners)
        letters = self.confirm(self.run_for(partners=everybody)).with_env(self.env)
        self.assertEqual(letters.mapped("error"), [False] * len(letters))
        return letters.sorted(lambda letter: everybody.ids.index(letter.partner_id.id))


@tagged("post_install", "-at_install")
class TestPatched(PdfCase):
    def test_build(self):
        self.assertTrue(_wkhtml().is_patched_qt)

    def test_letter_says_who_what_how_much_and_by_when(self):
        partner = self.debtor("Bakkerij Jansen", ref="K-1042")
        move = self.invoice(partner, 1210, due=5, label="Repair of the oven")
        letter = self.issue(partner)
        [page] = text_of(letter)
        reference = move.payment_reference or move.name
        for words in (
            "Bakkerij Jansen", "Dorpsstraat 12", "Kaai Holland B.V.", letter.name, "K-1042", move.name, reference,
            "Repair of the oven", "€1,210.00", "NL91 ABNA 0417 1643 00", "Monday 23 November 2026",
        ):  # fmt: skip
            self.assertIn(words, re.sub(r"\s+", " ", page))

    def test_stored_pdf_has_its_digest_and_is_printed_as_it_is(self):
        letter = self.issue(self.invoice(self.debtor(), 100, due=5).partner_id)
        content = base64.b64decode(letter.pdf_file)
        self.assertEqual(letter.pdf_sha256, hashlib.sha256(content).hexdigest())
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        letter.company_id.name = "Another name"
        again, _kind = report._render_qweb_pdf("cremann_dunning.report_dunning_letter", letter.ids)
        self.assertEqual(again, content)

    def test_batch_gives_every_debtor_his_own_pages(self):
        """Letters of one, two and one pages from one call: nobody gets a page of another."""
        short, long, last = self.debtor("Short"), self.debtor("Long"), self.debtor("Last")
        self.invoice(short, 100, due=5)
        moves = self.invoices([long] * 45, 10, due=5)
        self.invoice(last, 200, due=5)
        letters = self.issue(short, long, last)
        pages = [text_of(letter) for letter in letters]
        self.assertEqual([len(part) for part in pages], [1, len(pages[1]), 1])
        self.assertGreater(len(pages[1]), 1)
        for letter, part, name in zip(letters, pages, ("Short", "Long", "Last"), strict=True):
            whole = "\n".join(part)
            self.assertIn(letter.name, part[0])
            self.assertIn(name, part[0])
            self.assertEqual({other for other in letters.mapped("name") if other in whole}, {letter.name})
        whole = "\n".join(pages[1])
        self.assertEqual({move.name for move in moves if move.name in whole}, set(moves.mapped("name")))
        self.assertIn("€450.00", whole)

    def test_draft_can_be_looked_at_and_is_not_kept(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=5)
        letter = self.run_for(partners=partner).letter_ids
        report = letter.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, _kind = report._render_qweb_pdf("cremann_dunning.report_dunning_letter", letter.ids)
        self.assertTrue(content.startswith(b"%PDF"))
        attachments = self.env["ir.attachment"].search([("res_model", "=", letter._name), ("res_id", "=", letter.id)])
        self.assertFalse(attachments)
        self.assertFalse(letter.pdf_file)


@tagged("post_install", "-at_install")
class TestUnpatched(PdfCase):
    """Debian's own build: no running header, one document a call. The letter says the same."""

    build = "UNPATCHED"

    def test_build(self):
        self.assertFalse(_wkhtml().is_patched_qt)

    def test_batch_is_printed_one_by_one_with_its_own_letterhead(self):
        one, two = self.debtor("One"), self.debtor("Two")
        self.invoice(one, 100, due=5)
        self.invoice(two, 1210, due=5)
        letters = self.issue(one, two)
        for letter, name, amount in zip(letters, ("One", "Two"), ("€100.00", "€1,210.00"), strict=True):
            whole = re.sub(r"\s+", " ", "\n".join(text_of(letter)))
            for words in (name, amount, letter.name, "Kaai Holland B.V.", "Kade 1"):
                self.assertIn(words, whole)
