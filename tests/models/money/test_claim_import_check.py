"""Claims from outside are looked at before they are booked: a state and a sentence for each."""

from odoo import Command
from odoo.tests import Form, tagged

from ...common import day
from .import_case import ROW, ImportCase


@tagged("post_install", "-at_install")
class TestCheck(ImportCase):
    def verdict(self, **vals):
        return self.told(self.typed(**vals))[0]

    def test_what_is_said(self):
        usd = self.env.ref("base.USD")
        self.env["res.currency.rate"].search([("currency_id", "=", usd.id)]).unlink()
        off = self.env.ref("base.JPY")
        off.active = False
        usd.active = True
        for vals, state, message in (
            ({}, "good", ""),
            ({"number": "  "}, "bad", "Fill in the number"),
            ({"amount": 0}, "bad", "Nothing is owed"),
            ({"amount": -1}, "bad", "negative amount"),
            ({"invoice_date": False}, "bad", "date of the invoice"),
            ({"date_due": False}, "bad", "when it was due"),
            ({"invoice_date": day(0), "date_due": day(0)}, "good", ""),
            ({"invoice_date": day(-1), "date_due": day(-1)}, "bad", "still to come"),
            ({"date_due": day(-900)}, "good", ""),
            ({"date_due": "2036-12-31"}, "good", ""),
            ({"date_due": "2037-01-01"}, "bad", "ten years"),
            ({"invoice_date": "1969-12-31"}, "bad", "before 1970"),
            ({"invoice_date": "1970-01-01"}, "good", ""),
            ({"date_due": "2026-08-31"}, "bad", "before its date"),
            ({"partner_id": self.nl.partner_id.id}, "bad", "company itself"),
            ({"partner_id": False}, "bad", "No contact fits"),
            ({"partner_id": False, "debtor_name": "X"}, "bad", "no such contact"),
            ({"partner_id": False, "debtor_name": "X", "is_new_debtor": True}, "good", "The contact X is made"),
            ({"currency_id": False}, "bad", "Choose the currency"),
            ({"currency_id": False, "currency_text": "QQQ"}, "bad", "“QQQ” is not known"),
            ({"currency_id": off.id}, "bad", "not active"),
            ({"currency_id": usd.id}, "bad", "no rate"),
            ({"remark": "Look."}, "look", "Look."),
        ):
            with self.subTest(**vals):
                found = self.verdict(**vals)
                self.assertEqual(found[0], state, found)
                self.assertIn(message, found[1] or "")
        self.env["res.currency.rate"].create(
            {"currency_id": usd.id, "name": day(400), "rate": 2, "company_id": self.nl.id}
        )
        window = self.typed(currency_id=usd.id)
        self.assertEqual(self.told(window)[0][0], "good")
        window.action_confirm()
        claim = self.claims("F-1")
        self.assertEqual((claim.currency_id, claim.amount_open, claim.move_id.amount_total_signed), (usd, 100, 50))

    def test_doubles(self):
        invoice = self.invoice(self.partner, 100, due=10)
        other = self.debtor("Slagerij De Wit")
        opening = self.opening((self.partner, 70, 20, "O-1"))
        alone = self.opening((self.partner, 80, 20, None), ref="O-2")
        for vals, state, message in (
            ({"number": invoice.name}, "bad", "in the books already"),
            ({"number": invoice.name.lower()}, "bad", "in the books already"),
            ({"number": invoice.name, "amount": 99.99}, "look", "another amount"),
            ({"number": invoice.name, "partner_id": other.id}, "look", "Another debtor"),
            ({"number": "O-1", "amount": 70}, "bad", "Take that entry in"),
            ({"number": "O-2", "amount": 80}, "bad", "Take that entry in"),
            ({"number": "O-3", "amount": 80}, "good", ""),
        ):
            with self.subTest(**vals):
                found = self.verdict(**vals)
                self.assertEqual(found[0], state, found)
                self.assertIn(message, found[1] or "")
        self.take_in(opening.move_id, self.user, {opening: {"number": "Z-1"}})
        self.assertEqual(self.verdict(number="Z-1", amount=70)[0], "bad")
        self.pay(invoice)
        self.assertEqual(self.verdict(number=invoice.name)[0], "bad", "paid is counted as well")
        alone.move_id.button_draft()
        alone.move_id.button_cancel()
        self.assertEqual(self.verdict(number="O-2", amount=80)[0], "good")

    def test_doubles_in_the_file(self):
        window = self.csv(
            ROW.format("F-1", "1,00"), ROW.format("f-1", "1,00"), ROW.format("F-1", "2,00"), ROW.format("F-2", "1,00")
        )
        found = self.told(window)
        self.assertEqual([state for state, _message in found], ["good", "bad", "look", "good"])
        self.assertIn("Row 1 of this list says the same", found[1][1])
        self.assertIn("Row 1 of this list has the same number", found[2][1])
        window.action_confirm()
        self.assertEqual(self.claims("F-1", "f-1").mapped("amount_total"), [1])
        window.line_ids[1].is_accepted = True
        window.action_confirm()
        self.assertEqual(sorted(self.claims("F-1").mapped("amount_total")), [1, 2], "looked at, and meant")

    def test_who_it_is(self):
        vat = self.debtor("Een BV", vat="NL123456782B90")
        kvk = self.debtor("Twee BV", company_registry="12345678")
        ref = self.debtor("Drie BV", ref="K-3")
        self.debtor("Vier BV", zip="1000 AA")
        twin = self.debtor("Vier BV", zip="1000 AA")
        head = "Naam;Postcode;E-mail;Klantnummer;KvK;BTW-nummer;Nummer;Datum;Vervaldatum;Bedrag"
        end = "01-09-2026;31-10-2026;1,00"
        window = self.csv(
            f"Heet anders;;;;;nl 1234.56.782.b90;A;{end}",
            f"Heet anders;;;;12 34 56 78;;B;{end}",
            f"Heet anders;;;k-3;;;C;{end}",
            f"Heet anders;;{self.partner.email.upper()};;;;D;{end}",
            f"BAKKERIJ  jansen;1234ab;;;;;E;{end}",
            f"Vier BV;1000AA;;;;;F;{end}",
            f"Bakkerij Jansen;;;;;;G;{end}",
            f"Een BV;1234AB;;;;NL999999999B01;H;{end}",
            f"Niemand;;;;;;I;{end}",
            f"Vier BV;1000AA;{twin.email};;;NL123456782B90;J;{end}",
            head=head,
        )
        lines = window.line_ids
        self.assertEqual(
            [line.partner_id.id for line in lines[:5]], [vat.id, kvk.id, ref.id, self.partner.id, self.partner.id]
        )
        self.assertFalse(any(line.partner_id for line in lines[5:9]))
        self.assertIn("Vier BV", lines[5].choices)
        self.assertIn("Bakkerij Jansen", lines[6].choices, "a name alone is asked")
        self.assertFalse(lines[7].choices and lines[7].partner_id, "another VAT number is another firm")
        self.assertEqual(lines[9].partner_id, vat, "the surest number decides")
        self.assertIn("It may be", lines[5].message)
        lines[5].partner_id = twin
        self.assertEqual(self.told(window)[5][0], "good")

    def test_amounts_and_days_that_are_asked(self):
        row = "Bakkerij Jansen;1234AB;;{};03/04/2026;04/04/2026;{}"
        window = self.csv(row.format("F-1", "1.234"), row.format("F-2", "12"))
        found = self.told(window)
        self.assertIn("two amounts", found[0][1])
        self.assertIn("two days", found[1][1])
        self.assertTrue(window.ask_mark and window.ask_order)
        with Form(window) as form:
            form.decimal_mark, form.day_order = ",", "dmy"
        self.assertEqual([state for state, _message in self.told(window)], ["good", "good"])
        first = window.line_ids[0]
        self.assertEqual(
            (first.amount, str(first.invoice_date), str(first.date_due)), (1234, "2026-04-03", "2026-04-04")
        )
        window = self.csv(row.format("F-3", "1.234"), row.format("F-4", "2,50").replace("04/04", "13/04"))
        self.assertEqual((window.line_ids[0].amount, str(window.line_ids[0].invoice_date)), (1234, "2026-04-03"))
        self.assertEqual({state for state, _message in self.told(window)}, {"good"})

    def test_rows_that_cannot_be_read(self):
        window = self.csv(
            "Bakkerij Jansen;1234AB;;F-1;01-09-2026;31-10-2026;twaalf",
            "Bakkerij Jansen;1234AB;;F-2;gisteren;31-10-2026;1,00",
            "Bakkerij Jansen;1234AB;;F-3;01-09-2026;31-10-2026;12,345",
            "Bakkerij Jansen;1234AB;;F-4;01-09-2026;31-10-2026;€ 1,00;en meer",
            "Bakkerij Jansen;1234AB;;F-5;01-09-2026;31-10-2026;QQQ 1,00",
            "Bakkerij Jansen",
        )
        found = self.told(window)
        for (state, message), expected, words in zip(
            found,
            ("bad", "bad", "bad", "look", "bad", "bad"),
            (
                "“twaalf” is no amount",
                "“gisteren” is no day",
                "“12,345” can be two",
                "something moved",
                "“QQQ”",
                "It may be",
            ),
            strict=True,
        ):
            self.assertEqual(state, expected, message)
            self.assertIn(words, message)
        window.decimal_mark = ","
        self.assertIn("more decimals", self.told(window)[2][1])

    def test_due_by_the_term(self):
        term = self.env["account.payment.term"].create(
            {"name": "14 days", "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 14})]}
        )
        row = "Bakkerij Jansen;1234AB;;F-1;2026-09-01;;1,00"
        self.assertIn("when it was due", self.told(self.csv(row))[0][1])
        self.partner.with_company(self.nl).property_payment_term_id = term
        window = self.csv(row)
        self.assertEqual((window.line_ids.date_due, window.line_ids.state), (day(62), "look"))
