"""What the HTML of a paper gets for wkhtmltopdf, without printing it."""

import unittest

import lxml.html

from odoo.addons.cremann_dunning.tools.on_paper import on_paper
from odoo.addons.cremann_dunning.tools.used_styles import with_bold

PIECE = "<!---->"
NOWRAP = 'style="white-space:nowrap;"'


def printed(body, **how):
    return lxml.html.document_fromstring(on_paper(f"<html><body>{body}</body></html>", **how))


def inside(element):
    return (element.text or "") + "".join(lxml.html.tostring(part, encoding="unicode") for part in element)


def table(rows, total=True, words="Onderhoud"):
    last = '<tr><td colspan="2">Totaal</td><td>€ 9,00</td></tr>' if total else ""
    row = f"<tr><td {NOWRAP}>F/%d</td><td>{words}</td><td {NOWRAP}>€ 1,00</td></tr>"
    head = "<thead><tr><th>Factuur</th><th>Waarvoor</th><th>Open</th></tr></thead>"
    return f"<table>{head}<tbody>{''.join(row % number for number in range(rows))}{last}</tbody></table>"


class TestWordsApart(unittest.TestCase):
    def of(self, html):
        return inside(printed(f"<p>{html}</p>").find(".//p"))

    def test_words_beside_marked_ones_are_pieces_of_their_own(self):
        p = PIECE
        self.assertEqual(self.of("u om <b>€ 1 nu</b> te gaan"), f"u {p}om <b>€ {p}1 {p}nu</b> {p}te {p}gaan")
        self.assertEqual(self.of("een <a href='x'>twee <i>drie vier</i></a> vijf").count(p), 2)

    def test_what_does_not_break_is_one_piece(self):
        self.assertEqual(self.of("om <b>€\xa01.200,00</b>"), "om <b>€\xa01.200,00</b>")

    def test_text_without_marks_stays(self):
        self.assertEqual(self.of("gewoon een zin"), "gewoon een zin")

    def test_text_reads_the_same(self):
        for html in ("<b>a b</b>c d", " a <b> b </b> c<br/> d e", "<b></b>a b", "a<!-- x y -->b <b>c</b>"):
            before = lxml.html.fragment_fromstring(html, create_parent="p").text_content()
            self.assertEqual(printed(f"<p>{html}</p>").find(".//p").text_content(), before)


class TestTogether(unittest.TestCase):
    def test_signature_keeps_its_closing_and_the_paragraph_before(self):
        root = printed('<div><p>1 </p><p>2 </p><p>3 </p>\n<p class="o_dunning_signature">4 </p><p>5</p></div>')
        [block] = root.xpath("//div[contains(@style, 'page-break-inside:avoid')]")
        self.assertEqual(block.text_content().split(), ["2", "3", "4"])
        self.assertEqual(root.text_content().split(), ["1", "2", "3", "4", "5"])

    def test_signature_behind_a_table_stays_by_itself(self):
        root = printed('<div><p>1</p><table></table><p class="o_dunning_signature">4</p></div>')
        [block] = root.xpath("//div[contains(@style, 'page-break-inside:avoid')]")
        self.assertEqual(block.text_content(), "4")

    def test_last_two_rows_and_total_in_one_row(self):
        for rows, total, kept in ((4, True, "F/2 F/3 Totaal"), (5, False, "F/3 F/4"), (60, True, "F/58 F/59 Totaal")):
            root = printed(table(rows, total))
            [inner] = root.xpath("//table//table")
            self.assertEqual(" ".join(row[0].text for row in inner.iter("tr")), kept)
            self.assertIn("page-break-inside:avoid", inner.getparent().getparent().get("style"))
            self.assertEqual(len(root.xpath("//tr")), rows + total + 2)
            outer, own = (part.find("colgroup") for part in (inner.xpath("ancestor::table")[0], inner))
            self.assertEqual(*(lxml.html.tostring(group) for group in (outer, own)))

    def test_short_tables_stay(self):
        for rows, total in ((1, False), (3, True), (4, False)):
            self.assertFalse(printed(table(rows, total)).xpath("//table//table | //colgroup"))

    def test_behind_the_table_where_rows_are_cut(self):
        root = printed(table(6) + "tail", cuts_rows=True)
        [block] = root.xpath("//div[@style='page-break-inside:avoid;']")
        self.assertFalse(root.xpath("//table//table"))
        self.assertEqual([row[0].text for row in block.iter("tr")], ["F/4", "F/5", "Totaal"])
        self.assertEqual(block.tail, "tail")

    def test_table_without_room_for_words_stays(self):
        self.assertFalse(printed(table(6).replace("F/1<", f"F/{'1' * 120}<")).xpath("//colgroup"))


class TestBoldFonts(unittest.TestCase):
    FACE = "@font-face{font-family:'X';font-weight: 400;font-style:normal;src:url(file:///f/X-Regular.ttf);}"

    def test_bold_one_beside_the_ordinary_one(self):
        bold = self.FACE.replace("font-weight: 400", "font-weight:700").replace("Regular", "Bold")
        self.assertEqual(
            with_bold(f"{self.FACE}p{{a:b}}", {"file:///f/X-Bold.ttf"}.__contains__), f"{self.FACE}{bold}p{{a:b}}"
        )

    def test_only_where_there_is_one(self):
        for face in (self.FACE, self.FACE.replace("400", "300"), self.FACE.replace("-Regular", "-Reg")):
            self.assertEqual(with_bold(face, lambda address: "Bold" in address and "400" not in self.FACE), face)
