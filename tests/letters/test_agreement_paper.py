"""What both sides agreed on, on the firm's paper: printed with both builds of wkhtmltopdf and read back."""

import os
import re
import subprocess

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import TODAY
from .test_pdf import PdfCase


class AgreementPaper:
    def test_in_every_language(self):
        """Its very words, who confirmed them when where the company is, and their digest."""
        partner = self.debtor("Bakkerij <b>Jansen</b>")
        moves = self.invoices([partner] * 3, 100, due=30)
        case = self.env["dunning.case"]._for_partners(partner, self.nl)
        for lang, words in (
            ("nl_NL", ("Bevestigd door", "16 november 2026", "Controlegetal van de tekst (SHA-256)", "nog niet")),
            ("fr_FR", ("Confirmé par", "16 novembre 2026", "Empreinte du texte (SHA-256)", "pas encore")),
            ("en_US", ("Confirmed by", "16 November 2026", "Digest of the words (SHA-256)", "not yet")),
        ):
            with self.subTest(lang), self.undone(lang):
                partner.lang = lang
                promise = self.as_user(self.user)["dunning.promise"].create(
                    {"case_id": case.id, "move_ids": [Command.set(moves.ids)], "date": TODAY}
                )
                promise.action_ask_confirmation()
                text = self.text_of(promise.receipt_ids, lang)
                flat = re.sub(r"\s", "", text)
                for line in promise.receipt_ids.text.split("\n"):
                    self.assertIn(re.sub(r"\s", "", line), flat)
                self.assertIn(promise.receipt_ids.sha256, flat)
                for one in (*words, self.user.name):
                    self.assertIn(one, text)
                promise.receipt_ids.with_env(self.env)._confirm_by_debtor({"address": "198.51.100.1"})
                self.assertNotIn(words[-1], self.text_of(promise.receipt_ids, f"{lang}-both"))

    def text_of(self, receipt, name):
        content = receipt._pdf()
        if folder := os.environ.get("AGREEMENT_PDFS"):  # to look at them
            with open(f"{folder}/{self.build.lower()}-{name}.pdf", "wb") as file:
                file.write(content)
        done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
        return done.stdout.decode()


@tagged("post_install", "-at_install")
class TestAgreementPaper(AgreementPaper, PdfCase):
    def test_not_for_others(self):
        other = new_test_user(self.env, "nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["dunning.agreement.receipt"].with_user(other).browse(1)._pdf()


@tagged("post_install", "-at_install")
class TestUnpatchedAgreementPaper(AgreementPaper, PdfCase):
    build = "UNPATCHED"
