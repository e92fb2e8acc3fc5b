"""Letters as they come out of both builds of wkhtmltopdf: blanks between words, and what stays together on a page."""

import base64
import io
import itertools
import re
import subprocess
from datetime import timedelta

from pypdf import PdfReader

from odoo.tests import tagged

from ..common import TODAY
from .test_pdf import PdfCase, text_of

WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
LONG = "Levering en montage van warmtepomp met buitenunit, boilervat en leidingwerk, inclusief inregelen. " * 40


def blanks(letter):
    """The gaps between words of one line on the first page: ``{(word, next word): points}``, widest last."""
    pdf = base64.b64decode(letter.pdf_file)
    done = subprocess.run(["pdftotext", "-bbox", "-l", "1", "-", "-"], input=pdf, capture_output=True, check=True)
    words = [(float(x), float(y), float(end), word) for x, y, end, _low, word in WORD.findall(done.stdout.decode())]
    pairs = itertools.pairwise(words)
    found = [(round(b[0] - a[2], 2), (a[3], b[3])) for a, b in pairs if abs(a[1] - b[1]) < 1 and -8 < b[0] - a[2] < 8]
    return {pair: gap for gap, pair in sorted(found)}


class OnPaper:
    """What both builds have to get right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.notice = cls.env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids.filtered(
            lambda level: level.legal_type == "notice_of_default"
        )[:1]

    def letter(self, number, label="Onderhoud van de ketel", lang="nl_NL", level=None, **vals):
        """A letter about so many invoices, printed; the first of its ladder, or of this level."""
        if level:
            level.procedure_id.level_ids.filtered(lambda other: other.sequence < level.sequence).active = False
        partner = self.debtor("Groothandel Groot", lang=lang, **vals)
        self.invoices([partner] * number, 121, due=TODAY - timedelta(days=9), label=label)
        return self.issue(partner)

    def pages(self, letter):
        """Per page of a letter how many rows of invoices, whether a total of them, and whether the signature."""
        numbers = set(letter.line_ids.move_id.mapped("name"))
        found = []
        for page in text_of(letter):
            rows = [line for line in page.splitlines() if (line.split() or [""])[0] in numbers and "€" in line]
            total = any(re.match(r"\s*Totaal\b", line) for line in page.splitlines())
            found.append((len(rows), total, "KvK-nummer" in page and letter.user_id.name in page))
        return found

    def assert_blanks(self, letter):
        gaps = blanks(letter)
        usual = sorted(gaps.values())[len(gaps) // 2]
        narrow = {pair: gap for pair, gap in gaps.items() if gap < 0.6 * usual}
        self.assertFalse(narrow, f"beside {usual}")
        return gaps

    # -- blanks ---------------------------------------------------------------------------------------------------

    def test_blank_before_bold_words(self):
        """In a long line in front of them, in each language."""
        for lang, before, last in (
            ("nl_NL", "Ondanks al onze eerdere berichten aan u hierover verzoeken wij u nu om", "om"),
            ("fr_FR", "Malgré tous nos messages antérieurs à ce sujet nous vous prions de bien vouloir payer", "payer"),
            ("en_US", "In spite of all our earlier messages about this we ask you with this letter to pay", "pay"),
        ):
            with self.subTest(lang=lang):
                self.env["res.lang"]._activate_lang(lang)
                text = self.notice._text_for("formal").with_context(lang=lang)
                line = f"<p>{before} <strong><t t-out='object.amount_text'/></strong> (<b>x y</b>).</p>"
                text.body_html = re.sub("</p>", f"</p>{line}", str(text.body_html), count=1)
                letter = self.letter(2, lang=lang, level=self.notice)
                self.assertTrue(letter.pdf_file)
                gaps = self.assert_blanks(letter)
                amount = letter.amount_text.replace("\u202f", " ").split()[0]
                self.assertIn((last, amount), gaps)

    def test_words_are_read_once_and_apart(self):
        """By a program that reads the PDF: a bold word is drawn once, and the blank before it is there."""
        letter = self.letter(1)
        pdf = PdfReader(io.BytesIO(base64.b64decode(letter.pdf_file)))
        read = " ".join(pdf.pages[0].extract_text().split())
        amount = " ".join(letter.amount_text.split())
        self.assertIn(f"Wilt u {amount} uiterlijk op", read)

    # -- together -------------------------------------------------------------------------------------------------

    def test_signature_is_never_alone(self):
        for number in (1, 5, 12, 13, 14, 20, 25):
            with self.subTest(invoices=number):
                letter = self.letter(number)
                [page] = [page for page in text_of(letter) if "KvK-nummer" in page]
                self.assertIn("Met vriendelijke groet", page)
                self.assertIn("Houdt iets de betaling tegen", page)
                self.assertIn(letter.user_id.name, page)

    def test_last_rows_stay_with_their_total(self):
        """At each number of rows around the end of the page."""
        ends = 0
        for number in self.around:
            with self.subTest(invoices=number):
                pages = self.pages(self.letter(number))
                [(rows, _total, _signature)] = [page for page in pages if page[1]]
                self.assertGreaterEqual(rows, 2)
                ends += pages[0][0] < number
        self.assertTrue(0 < ends < len(self.around), "no end of a page among these")

    def test_rows_of_interest_stay_with_their_total(self):
        ends = 0
        for number in self.around_annex:
            with self.subTest(invoices=number):
                letter = self.letter(number, level=self.notice)
                annex = [page for page in self.pages(letter) if page[0]][-2:]
                last = [page for page in annex if page[1]][-1]
                self.assertGreaterEqual(last[0], 2)
                ends += last[0] < number
        self.assertTrue(0 < ends < len(self.around_annex), "no end of a page among these")

    def test_a_paragraph_stays_on_one_page(self):
        """At each number of rows around the end of the page: what is said of the costs is never cut in two."""
        level = self.env.ref("cremann_dunning.dunning_procedure_nl_consumer").level_ids.filtered(
            lambda level: level.legal_type == "statutory_notice"
        )
        self.nl.dunning_term_agreed = True
        seen = set()
        for number in self.around_costs:
            with self.subTest(invoices=number):
                pages = text_of(self.letter(number, level=level, dunning_kind_set="consumer", is_company=False))
                on = [n for n, page in enumerate(pages) if "Staat het volledige bedrag" in page]
                self.assertEqual(on, [n for n, page in enumerate(pages) if "over de rest" in re.sub(r"\s+", " ", page)])
                seen |= set(on)
        self.assertEqual(seen, {0, 1}, "no end of a page among these")

    # -- long words -----------------------------------------------------------------------------------------------

    def test_long_descriptions_are_shortened(self):
        letter = self.letter(25, label=LONG)
        pages = text_of(letter)
        whole = re.sub(r"\s+", " ", " ".join(pages))
        self.assertIn("…", whole)
        self.assertNotIn("inregelen. Levering en montage van warmtepomp met buitenunit, boilervat", whole)
        for page in [page for page in pages if "121,00" in page][: self.heads]:
            first = next(line for line in page.splitlines() if "Vervaldatum" in line or "121,00" in line)
            self.assertIn("Vervaldatum", first)
        self.assertEqual(sum(rows for rows, _total, _signature in self.pages(letter)), 25)
        self.assertLessEqual(len(pages), 4)

    def test_a_word_without_end_stays_in_its_column(self):
        letter = self.letter(3, label="ABCDEFGHIJ" * 40)
        self.assert_blanks(letter)
        self.assertEqual(len(text_of(letter)), 1)
        self.assertEqual(self.pages(letter)[0][:2], (3, True))


@tagged("post_install", "-at_install")
class TestPatchedOnPaper(OnPaper, PdfCase):
    around, around_annex, heads = (21, 22, 23, 24, 25), (35, 36, 37, 38, 39, 40), None
    around_costs = (14, 15, 16, 17, 18, 19, 20)


@tagged("post_install", "-at_install")
class TestUnpatchedOnPaper(OnPaper, PdfCase):
    build = "UNPATCHED"
    around, around_annex, heads = (34, 35, 36, 37, 38), (50, 51, 52, 53, 54), 1
    around_costs = (26, 27, 28, 29, 30, 31, 32)
