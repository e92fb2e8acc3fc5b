"""Letters in other currencies: printed, mailed and read back with the figures that were asked."""

import re

from odoo.tests import tagged

from .test_pdf import PdfCase, text_of

# Code, amount of the invoice, and the amount as a Dutch, an English and a French letter write it.
SHOWN = (
    ("CHF", 1210.55, "CHF 1.210,55", "CHF1,210.55", "1 210,55 CHF"),
    ("SEK", 1210.5, "SEK 1.210,50", "SEK1,210.50", "1 210,50 SEK"),
    ("JPY", 1210, "JP¥ 1.210", "¥1,210", "1 210 JPY"),
    ("KWD", 1210.125, "KWD 1.210,125", "KWD1,210.125", "1 210,125 KWD"),
    ("TRY", 1210.05, "TRY 1.210,05", "TRY1,210.05", "1 210,05 TRY"),
    ("RSD", 1210.4, "RSD 1.210,40", "RSD1,210.40", "1 210,40 RSD"),  # CLDR has no decimals for it, the ledger has
)


@tagged("post_install", "-at_install")
class TestCurrencies(PdfCase):
    def currency(self, code):
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        currency.active = True
        currency.rate_ids.unlink()
        vals = {"currency_id": currency.id, "name": "2020-01-01", "rate": 1.0, "company_id": self.nl.id}
        self.env["res.currency.rate"].create(vals)
        return currency

    def test_by_mail_and_on_paper(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        partners, wanted = self.env["res.partner"], {}
        for code, amount, *shown in SHOWN:
            currency = self.currency(code)
            for lang, text in zip(("nl_NL", "en_US", "fr_FR"), shown, strict=True):
                partner = self.debtor(f"Debtor {code} {lang}", lang=lang)
                self.invoice(partner, amount, due=5, currency=currency)
                partners, wanted[partner] = partners | partner, text
        letters = self.issue(*partners)
        self.assertEqual(letters.partner_id, partners)
        for letter in letters:
            with self.subTest(letter.partner_id.name):
                text = wanted[letter.partner_id]
                self.assertEqual(letter.amount_total, letter.line_ids.move_id.amount_residual)
                self.assertEqual(re.sub(r"\s", " ", letter._money(letter.amount_total)), text)
                self.assertIn(text, re.sub(r"\s+", " ", text_of(letter)[0]))
        messages = self.send_outbox(letters)
        self.env.invalidate_all()
        self.assertEqual(len(messages), len(letters))
        self.assertEqual(set(letters.mapped("state")), {"sent"})
        bodies = [re.sub(r"\s+", " ", message.get_body(("html",)).get_content()) for message in messages]
        bodies = [body.replace("&nbsp;", " ").replace("&#8239;", " ").replace("&#165;", "¥") for body in bodies]
        for text in wanted.values():
            self.assertTrue(any(text in body for body in bodies), text)


@tagged("post_install", "-at_install")
class TestLabels(PdfCase):
    """What a claim was for is never empty."""

    def labels(self, *moves):
        run = self.run_for(partners=self.env["account.move"].union(*moves).partner_id)
        return {line.move_id: line.label for line in run.letter_ids.line_ids}

    def test_what_stands_for_a_product_without_words(self):
        names = ("\u200b", " \n ", "-", "\nSecond line")
        moves = [self.invoice(self.debtor(f"Debtor {n}"), 100, due=5, label=name) for n, name in enumerate(names)]
        moves.append(self.invoice(self.debtor("Order"), 100, due=5, label="\u200b", invoice_origin="S00042"))
        moves.append(self.invoice(self.debtor("Ref"), 100, due=5, label="\u200b", ref="PO 7"))
        found = self.labels(*moves)
        self.assertEqual(
            [found[move] for move in moves],
            [moves[0].name, moves[1].name, "-", "Second line", "S00042", "PO 7"],
        )

    def test_an_entry_has_the_words_of_its_own_line(self):
        partner, other = self.debtor("Own"), self.debtor("None", lang="nl_NL")
        for debtor, name in ((partner, "Opening balance 2025"), (other, False)):
            line = self.unallocated(debtor, -100, on="2026-10-01")
            line.write({"name": name, "date_maturity": "2026-11-01"})
            self.take_in(line.move_id)
        run = self.run_for(partners=partner + other)
        self.assertEqual(
            set(run.letter_ids.partner_id.ids), {partner.id, other.id}, run.decision_ids.mapped("explanation")
        )
        labels = {line.letter_id.partner_id: line.label for line in run.letter_ids.line_ids}
        number = run.letter_ids.line_ids.filtered(lambda line: line.letter_id.partner_id == other).move_id.name
        self.assertEqual(labels[partner], "Opening balance 2025")
        self.assertEqual(labels[other], number, "the debtor knows of no entry")
