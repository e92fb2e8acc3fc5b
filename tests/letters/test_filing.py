"""The statement of claim for the trustee on paper, printed with both builds of wkhtmltopdf and read back."""

import base64
import os
import subprocess

from odoo.tests import tagged

from ..common import TODAY
from .test_pdf import PdfCase


class FilingPaper:
    def test_in_every_language(self):
        """Who owes whom in which procedure, what is claimed, and to whom it goes; on two pages when it is long."""
        partner, trustee = self.debtor("Bakkerij Jansen"), self.debtor("Mr. Vos", email=False)
        self.invoices([partner] * 30, 100, due=30)
        insolvency = self.as_user(self.user)["dunning.insolvency"].create(
            {"partner_id": partner.id, "kind": "nl_bankruptcy", "date": TODAY, "number": "F.16/26/123"}
        )
        insolvency.trustee_id = trustee
        filing = self.env["dunning.insolvency.filing"].browse(insolvency.action_file()["res_id"])
        filing.write({"filed_how": "post", "retention_of_title": True})
        for lang, words in (
            (
                "nl_NL",
                ("Indiening vordering", "Faillissement", "Eigendomsvoorbehoud", "Kopieën van de facturen", "3.000,00"),
            ),
            ("fr_FR", ("Déclaration de créance", "Faillite", "Réserve de propriété", "Relevé de compte", "000,00")),
            ("en_US", ("Statement of claim", "Bankruptcy", "Retention of title", "Annexes", "3,000.00")),
        ):
            with self.subTest(lang):
                copy = self.as_user(self.user, filing.copy({"lang": lang}))
                self.assertIn(copy.annexes.splitlines()[0], self.text_of(copy, lang, *words))

    def text_of(self, filing, lang, *words):
        filing.action_filed()
        content = base64.b64decode(filing.pdf)
        if folder := os.environ.get("FILING_PDFS"):  # to look at them
            with open(f"{folder}/{self.build.lower()}-{lang}.pdf", "wb") as file:
                file.write(content)
        done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
        text = done.stdout.decode()
        for word in ("Mr. Vos", "Bakkerij Jansen", "Kaai Holland B.V.", "F.16/26/123", "art. 110, 128 Fw", *words):
            self.assertIn(word, text)
        self.assertEqual(text.count("INV/"), 30)
        self.assertGreater(text.count("\f"), 1)
        return text


@tagged("post_install", "-at_install")
class TestFiling(FilingPaper, PdfCase):
    pass


@tagged("post_install", "-at_install")
class TestUnpatchedFiling(FilingPaper, PdfCase):
    build = "UNPATCHED"
