"""What makes printing fast must change nothing on paper: styles inside, one letterhead, QR codes, reading back."""

import base64
import io
import re
import subprocess
import unittest
from unittest.mock import patch

import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps
from reportlab.pdfgen.canvas import Canvas

from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from odoo.addons.base.models.ir_actions_report import IrActionsReport
from odoo.addons.cremann_dunning.report import ir_actions_report
from odoo.addons.cremann_dunning.tools import page_text
from odoo.addons.cremann_dunning.tools.qr_code import qr_png
from odoo.addons.cremann_dunning.tools.used_styles import system_fonts, used_styles

from .test_look import grey, picture
from .test_pdf import PdfCase, text_of

PAGE = '<div class="page o_a"><p id="first" class=b>Text</p></div>'


class TestUsedStyles(unittest.TestCase):
    def used(self, css, page=PAGE, **kwargs):
        return used_styles(css, [page], **kwargs)

    def test_keeps_what_can_match_and_nothing_else(self):
        for rule in (
            "p{a:b}", "*{a:b}", ".page{a:b}", ".page.o_a{a:b}", ".page .b>p{a:b}", "#first{a:b}", ":root{a:b}",
            "div:not(.absent){a:b}", "[class*='.absent']{a:b}", "[data-x=\".absent\"]{a:b}", "p:is(.absent,p){a:b}",
            "@page{margin:0}", "@media screen{.b{a:b}}", "p::before{content:\"}.absent{\"}", "@charset \"UTF-8\";",
        ):  # fmt: skip
            self.assertEqual(self.used(rule), rule)
        for rule in (
            ".absent{a:b}",
            ".page .absent{a:b}",
            "#absent{a:b}",
            "p.absent:hover{a:b}",
            "@media print{.no{a:b}}",
        ):
            self.assertEqual(self.used(rule), "")

    def test_one_of_several_selectors(self):
        self.assertEqual(self.used(".absent,.b , .absent p,p{a:b}"), ".b,p{a:b}")
        self.assertEqual(self.used("/* {.b} */.b{a:url(x{y)}/* } */.no{}p{c:d}"), ".b{a:url(x{y)}p{c:d}")

    def test_names_with_signs(self):
        self.assertEqual(self.used(r".w-1\/2{a:b}", '<p class="w-1/2">'), r".w-1\/2{a:b}")
        self.assertEqual(self.used(r".w-1\/2{a:b}"), "")

    def test_what_is_no_stylesheet_is_given_back(self):
        for css in ("p{a:b", "p{a:b}}", "p{a:b} left over", "}"):
            self.assertEqual(self.used(css), css)

    @given(st.lists(st.sampled_from([".page{a:b}", ".no{a:b}", "p,.no{c:d}", "@media x{.no{}.b{e:f}}", "#no{}"])))
    def test_order_stays(self, rules):
        alone = [self.used(rule) for rule in rules]
        self.assertEqual(self.used("".join(rules)), "".join(alone))
        self.assertEqual(self.used(self.used("".join(rules))), "".join(alone))

    def test_fonts_that_nobody_asks_for(self):
        fonts = "@font-face{font-family:'One';src:url(/one.woff);}@font-face{font-family:\"Two\";src:url(/two.ttf)}"
        self.assertEqual(self.used(fonts + "p{font-family:One}").count("@font-face"), 1)
        self.assertEqual(self.used(fonts, '<p style="font-family:Two">').count("Two"), 1)

    def test_a_font_from_where_we_have_it(self):
        css = "@font-face{font-family:'One';src:url('/a.eot');src:url(/a.woff) format('woff');font-weight:400}p{b:One}"
        found = self.used(css, font_file=lambda address: "file:///a.woff" if address == "/a.woff" else None)
        self.assertEqual(found.count("src:"), 1)
        self.assertIn("src:url(file:///a.woff)", found)
        self.assertIn("font-weight:400", found)

    def test_a_font_that_has_gone(self):
        css = "@font-face{font-family:'One';src:url(/a.woff)}p{font-family:One}"
        self.assertEqual(self.used(css, font_file=lambda address: ""), "p{font-family:One}")

    def test_without_fonts_a_plain_one_follows(self):
        css = '@font-face{font-family:"One";src:url(a)}p{font-family: "One"; a:b}.c{font-family:"One",serif}'
        self.assertEqual(system_fonts(css), 'p{font-family: "One",sans-serif; a:b}.c{font-family:"One",serif}')

    def test_only_fonts_of_odoo_come_from_disk(self):
        inside = ir_actions_report._font_file("/web/static/fonts/./lato/Lato-Reg-webfont.woff")
        self.assertRegex(inside, r"^file:///.*/web/static/fonts/lato/Lato-Reg-webfont\.woff$")
        for address in (
            "/web/static/fonts/lato/Lato-Reg-webfont.eot", "/web/static/fonts/../../../../etc/passwd", "//etc/a.woff",
            "https://fonts.example.com/a.woff", "data:font/woff;base64,AA", "",
        ):  # fmt: skip
            self.assertIsNone(ir_actions_report._font_file(address), address)
        self.assertEqual(ir_actions_report._font_file("/web/static/fonts/none.woff"), "")


class TestPageText(unittest.TestCase):
    def pdf(self, *texts):
        written = io.BytesIO()
        canvas = Canvas(written)
        for text in texts:
            canvas.drawString(100, 700, text)
            canvas.showPage()
        canvas.save()
        return written.getvalue()

    def test_pdf_of_another_program(self):
        content = self.pdf("Letter DUN/2026/00012", "DUN/2026/00013")
        self.assertTrue(page_text.shows(content, "DUN/2026/00012"))
        self.assertTrue(page_text.shows(content, "Letter DUN/2026/0"))
        self.assertFalse(page_text.shows(content, "DUN/2026/00013"))

    def test_empty_page(self):
        self.assertFalse(page_text.shows(self.pdf(""), "DUN/2026/00012"))


class TestQrCode(unittest.TestCase):
    def test_what_goes_in_comes_out(self):
        for value in ("BCD\n002\n1\nSCT\n\nCafé Łódź\nNL91ABNA0417164300\nEUR1210.0\n\n\nINV/1, INV/2 …\n", "a" * 300):
            [code] = zxingcpp.read_barcodes(_with_margin(qr_png(value)))
            self.assertEqual(code.text, value)
            self.assertEqual(code.ec_level, "M")

    def test_too_long(self):
        with self.assertRaises(ValueError):
            qr_png("a" * 5000)


def _with_margin(png):
    return ImageOps.expand(Image.open(io.BytesIO(png)).convert("L"), 20, 255)


@tagged("post_install", "-at_install")
class TestPrinting(PdfCase):
    def pages_given(self, *partners):
        """What wkhtmltopdf was given for the letters to these debtors: bodies, header and footer."""
        seen, run = [], IrActionsReport._run_wkhtmltopdf

        def spy(report, bodies, **kwargs):
            seen.append((list(bodies), kwargs["header"], kwargs["footer"]))
            return run(report, bodies, **kwargs)

        with patch.object(IrActionsReport, "_run_wkhtmltopdf", spy):
            letters = self.issue(*partners)
        return letters, seen

    def two_debtors(self):
        partners = [self.debtor("One"), self.debtor("Two")]
        self.invoices(partners, 1210, due=5)
        return partners

    def test_styles_are_inside_and_the_letterhead_is_there_once(self):
        _letters, [(bodies, header, footer)] = self.pages_given(*self.two_debtors())
        self.assertEqual(len(bodies), 2)
        for page in (*bodies, header, footer):
            self.assertIn("<style>", page)
            self.assertFalse(re.findall(r"<link[^>]*css", page))
            self.assertLess(len(page), 150_000)
        self.assertEqual(header.count("Kade 1"), 1)
        self.assertNotIn('minimal_layout_report_headers"', header)

    def test_letterheads_that_differ_are_all_there(self):
        """A layout of one's own may name the letter in its header."""
        view = self.env.ref("web.external_layout_standard")
        self.env["ir.ui.view"].create(
            {
                "name": "number above", "type": "qweb", "inherit_id": view.id, "mode": "extension",
                "arch": '<xpath expr="//img" position="after"><b>Nr <t t-out="o.name"/></b></xpath>',
            }
        )  # fmt: skip
        self.nl.external_report_layout_id = view
        letters, [(_bodies, header, _footer)] = self.pages_given(*self.two_debtors())
        self.assertEqual(header.count("Kade 1"), 2)
        for letter, other in (letters, letters[::-1]):
            whole = "\n".join(text_of(letter))
            self.assertIn(f"Nr {letter.name}", whole)
            self.assertNotIn(other.name, whole)

    def test_looks_the_same_as_with_the_styles_of_odoo(self):
        """To the pixel: the letter with what it uses of Odoo's styles, and with all of them."""
        partner = self.debtor("Bakkerij Jansen", lang="nl_NL")
        self.invoice(partner, 1210, due=5)
        letter = self.issue(partner)
        report = self.env["ir.actions.report"]
        used = letter.env["dunning.printing"]._render_alone(letter, report)[letter]

        def all_of_them(css, documents, font_file):
            names = " ".join(re.findall(r"[.#]((?:\\.|[\w-])+)", css)).replace("\\", "")
            return used_styles(css, [*documents, f'<p class="{names}">'], font_file)

        with patch.object(ir_actions_report, "used_styles", all_of_them):
            everything = letter.env["dunning.printing"]._render_alone(letter, report)[letter]
        with patch.object(ir_actions_report, "used_styles", lambda css, documents, font_file: ""):
            nothing = letter.env["dunning.printing"]._render_alone(letter, report)[letter]
        self.assertEqual(grey(used).tobytes(), grey(everything).tobytes())
        self.assertNotEqual(grey(used).tobytes(), grey(nothing).tobytes())

    def test_every_font_of_the_document_layout(self):
        """Some of them are links to fonts of the system; a letter has its words in every one."""
        compiled = [("url", "=like", "/web/assets/%/web.report_assets_common%")]
        for font, _name in self.nl._fields["font"].selection:
            with self.subTest(font=font):
                self.nl.font = font
                # Odoo tells stylesheets apart by the time of their transaction, and this is still the same
                self.env["ir.attachment"].search(compiled).unlink()
                self.env.registry.clear_cache("assets")
                partner = self.debtor()
                self.invoice(partner, 100, due=5)
                letter = self.issue(partner)
                self.back_in_time()
                self.assertIn(letter.name, text_of(letter)[0])
                used = subprocess.run(["pdffonts", "-"], input=base64.b64decode(letter.pdf_file), capture_output=True)
                names = used.stdout.decode().replace("-", "").replace("_", "")
                self.assertTrue(font.replace("_", "") in names or font == "Tajawal", names)

    def codes(self, letter):
        """The code that pays the letter, and the text of the one that leads to the debtor's page."""
        found = zxingcpp.read_barcodes(picture(letter))
        [code] = (code for code in found if code.text.startswith("BCD"))
        [page] = (code.text for code in found if not code.text.startswith("BCD"))
        return code, page

    def test_code_on_paper_asks_what_the_letter_asks(self):
        partner = self.debtor("Bakkerij Jansen")
        move = self.invoice(partner, 1210.5, due=5)
        letter = self.issue(partner)
        code, page = self.codes(letter)
        lines = code.text.split("\n")
        self.assertEqual(lines[:4], ["BCD", "002", "1", "SCT"])
        self.assertEqual(lines[6:8], ["NL91ABNA0417164300", "EUR1210.5"])
        self.assertIn(move.payment_reference or move.name, lines[9] + lines[10])
        self.assertRegex(page, r"^http\S+/my/dunning/account/|^http\S+/account/", "no code of a payment")

    def test_code_and_words_on_paper_have_the_reference_of_the_letter(self):
        letter = self.issue(self.invoices([self.debtor("Bakkerij Jansen")] * 2, 100, due=5).partner_id)
        code, _page = self.codes(letter)
        self.assertEqual(code.text.split("\n")[9:11], [letter.payment_reference_key, ""])
        self.assertTrue(letter.payment_reference_key)
        self.assertIn(letter.payment_reference, re.sub(r"\s+", " ", text_of(letter)[0]))

    def test_reader_shows_the_letter_and_no_outline_beside_it(self):
        letter = self.issue(self.invoice(self.debtor(), 100, due=5).partner_id)
        root = PdfFileReader(io.BytesIO(base64.b64decode(letter.pdf_file))).trailer["/Root"]
        self.assertNotEqual(root.get("/PageMode"), "/UseOutlines")

    def test_read_back_quickly(self):
        """Our own reading finds the number; the slow way of the library is only for other PDFs."""
        letter = self.issue(self.invoice(self.debtor(), 100, due=5).partner_id)
        page = PdfFileReader(io.BytesIO(base64.b64decode(letter.pdf_file))).getPage(0)
        self.assertIn(letter.name, page_text._quickly(page))
