"""The statement of account on paper: printed for real with both builds, read back with pdftotext, alone and as annex.

With DUNNING_PICTURES=folder the first page of each is kept there as a picture.
"""

import base64
import io
import re
import subprocess
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from ..common import TODAY
from .test_look import keep_picture
from .test_pdf import PdfCase, text_of


class Paper:
    """A statement as the helpers for letters want it."""

    def __init__(self, content, name="Statement"):
        self.pdf_file, self.name = base64.b64encode(content), name


def words(content):
    """All words of a PDF, on one line."""
    return re.sub(r"\s+", " ", "\n".join(text_of(Paper(content))))


class StatementPaper:
    """What holds for both builds."""

    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "force_report_rendering": True})
        cls.nl, cls.be = cls._company("nl"), cls._company("be")

    def case(self, partner, company=None):
        return self.env["dunning.case"]._for_partners(partner, company or self.nl, create=True)

    def pdfs(self, cases, *args):
        statements = self.as_user(self.user if cases.company_id == self.nl else self.be_user, cases)
        env = statements.env(context={**statements.env.context, "force_report_rendering": True})
        ours = cases.with_env(env)
        model = env["dunning.statement"]
        return {case.id: pdf for case, pdf in model._pdfs(model._pages(ours, *args)).items()}

    def account(self, name="Bakkerij Jansen", company=None, **vals):
        """A debtor with a bit of everything on his account."""
        company = company or self.nl
        partner = self.debtor(name, ref="K-1042", lang="nl_NL", country_id=company.country_id.id, **vals)
        first = self.invoice(partner, 1210, due=100, company=company, label="Reparatie van de oven")
        self.invoice(partner, 363, due=45, company=company, label="Onderhoud vriescel")
        self.invoice(partner, 99.95, due=-10, company=company, label="Filters")
        self.pay(first, 210)
        self.credit(partner, 60.5, company=company, label="Retour filters")
        self.unallocated(partner, 25, company=company)
        return partner

    def test_open_items(self):
        partner = self.account()
        case = self.case(partner)
        pdf = self.pdfs(case)[case.id]
        keep_picture(Paper(pdf), f"statement_open_{self.build.lower()}")
        text = words(pdf)
        for part in (
            "Bakkerij Jansen", "Dorpsstraat 12", "K-1042", "Kaai Holland B.V.", "Reparatie van de oven",
            "€ 1.210,00", "€ 210,00", "€ 1.000,00", "€ 1.377,45", "€ -85,50", "100", "45",
        ):  # fmt: skip
            self.assertIn(part, text.replace("\xa0", " "))
        self.assertEqual(PdfFileReader(io.BytesIO(pdf)).numPages, 1)

    def test_period(self):
        partner = self.account()
        case = self.case(partner)
        pdf = self.pdfs(case, None, TODAY - timedelta(days=90))[case.id]
        keep_picture(Paper(pdf), f"statement_period_{self.build.lower()}")
        self.assertIn("€ 1.210,00", words(pdf).replace("\xa0", " "))

    def test_hundred_items_in_two_currencies(self):
        partner = self.debtor("Groothandel De Vries", lang="nl_NL")
        moves = self.invoices([partner] * 80, 10, due=40, label="Een lange omschrijving van wat er geleverd werd")
        self.invoice(partner, 500, currency=self.usd)
        case = self.case(partner)
        pdf = self.pdfs(case)[case.id]
        self.assertGreater(PdfFileReader(io.BytesIO(pdf)).numPages, 2)
        text = words(pdf)
        self.assertEqual({move.name for move in moves if move.name in text}, set(moves.mapped("name")))
        self.assertIn("US$ 500,00", text.replace("\xa0", " "))

    def test_every_debtor_gets_his_own(self):
        partners = self.debtor("Een") + self.debtor("Twee") + self.debtor("Drie")
        self.invoice(partners[0], 10)
        self.invoices([partners[1]] * 70, 10)
        self.invoice(partners[2], 30)
        cases = self.case(partners)
        pdfs = self.pdfs(cases)
        for case in cases:
            text = words(pdfs[case.id])
            names = {name for name in ("Een", "Twee", "Drie") if re.search(rf"\b{name}\b", text)}
            self.assertEqual(names, {case.partner_id.name})

    def test_annex_of_a_letter_on_paper(self):
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        level.write({"attach_statement": True, "channel": "print"})
        partner = self.account(email=False)
        [letter] = self.confirm(self.run_for(partners=partner)).with_env(self.env)
        self.assertFalse(letter.error)
        pages = text_of(letter)
        self.assertEqual(len(pages), 2)
        self.assertIn("€ 1.377,45", pages[1].replace("\xa0", " "))
        self.assertIn("Retour filters", pages[1])
        self.assertNotIn("Retour filters", pages[0])


@tagged("post_install", "-at_install")
class TestPatchedStatement(StatementPaper, PdfCase):
    def test_last_rows_stay_with_their_total(self):
        """At each number of rows around the end of the page."""
        broken = 0
        for number in range(22, 31):
            partner = self.debtor(f"Groothandel {number}", lang="nl_NL")
            numbers = self.invoices([partner] * number, 121, due=9).mapped("name")
            [pdf] = self.pdfs(self.case(partner)).values()
            pages = [
                (sum(name in page for name in numbers), len(re.findall(r"^ *Totaal", page, re.MULTILINE)))
                for page in text_of(Paper(pdf))
            ]
            rows = next(rows for rows, totals in pages if totals)
            self.assertGreaterEqual(rows, 2, (number, pages))
            broken += rows < number
        self.assertGreater(broken, 0, "no end of a page among these")

    def test_belgian_window(self):
        partner = self.account(company=self.be)
        case = self.case(partner, self.be)
        keep_picture(Paper(self.pdfs(case)[case.id]), "statement_belgium")

    def test_many_are_printed_in_one_call(self):
        partners = self.env["res.partner"].union(*(self.debtor(f"Debtor {number}") for number in range(12)))
        self.invoices(partners, 10)
        calls = []
        whole = IrActionsReport._run_wkhtmltopdf

        def count(report, *args, **options):
            calls.append(1)
            return whole(report, *args, **options)

        with patch.object(IrActionsReport, "_run_wkhtmltopdf", count):
            self.assertEqual(len(self.pdfs(self.case(partners))), 12)
        self.assertEqual(len(calls), 1)

    def test_batch_of_letters_each_with_its_own_annex(self):
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        level.write({"attach_statement": True, "channel": "print"})
        partners = [self.debtor(name) for name in ("Een", "Twee")]
        self.invoice(partners[0], 111, due=5)
        self.invoice(partners[1], 222, due=5)
        for letter in self.issue(*partners):
            text = "\n".join(text_of(letter))
            mine, others = ("111.00", "222.00") if letter.partner_id.name == "Een" else ("222.00", "111.00")
            self.assertIn(mine, text)
            self.assertNotIn(others, text)


@tagged("post_install", "-at_install")
class TestUnpatchedStatement(StatementPaper, PdfCase):
    build = "UNPATCHED"


def test_pdftotext_is_there():
    """A suite that skipped all of this would look as green as one that ran it."""
    subprocess.run(["pdftotext", "-v"], check=True, capture_output=True)
