
import base64
from odoo.tests import tagged
from .test_pdf import PdfCase
@tagged("post_install", "-at_install")
class TestScratchPdf(PdfCase):
    def test_it(self):
        self.nl.write({"company_registry": "12345678", "vat": "NL123456782B90"})
        partner = self.debtor("Jan Bos", kind="consumer", lang="nl_NL", email=False, ref="K-1042")
        self.invoice(partner, 300, due=1, label="Tafel"); self.invoice(partner, 120, due=2, label="Stoel")
        for d in (0, 7, 15):
            with self.at(d) as today:
                letter = self.send_level(partners=partner, date=today)
        open("/tmp/i18n/nl.pdf", "wb").write(base64.b64decode(letter.pdf_file))
