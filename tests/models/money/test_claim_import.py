"""Claims from outside: read, looked at and booked; a bad row stops no other, and nothing counts twice."""

import io
import zipfile

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...common import TODAY, day
from .import_case import HEAD, PDF, ImportCase, ubl

ROW = "Bakkerij Jansen;1234AB;;{};01-09-2026;31-10-2026;{}"


@tagged("post_install", "-at_install")
class TestBooking(ImportCase):
    def test_typed(self):
        """Booked against the account of the firm, taken in under the number and dates that the debtor knows."""
        window = self.window()
        with Form(window) as form, form.line_ids.new() as row:
            row.partner_id = self.partner
            row.number, row.invoice_date, row.date_due, row.amount = " F-1 ", "2026-09-01", "2026-10-01", 1234.56
            row.label, row.customer_ref = "Bread", "PO-1"
        self.assertEqual((window.good_count, window.bad_count), (1, 0))
        action = window.action_confirm()
        claim = self.claims("F-1")
        self.assertEqual((claim.partner_id, claim.amount_total, claim.amount_open), (self.partner, 1234.56, 1234.56))
        self.assertEqual((claim.invoice_date, claim.date_due), (day(76), day(46)))
        entry = claim.move_id
        self.assertEqual((entry.state, entry.date, entry.ref, entry.move_type), ("posted", TODAY, "F-1", "entry"))
        self.assertEqual(entry.journal_id.type, "general")
        items = {item.account_id: item for item in entry.line_ids}
        self.assertEqual(items[self.against].balance, -1234.56)
        item = (entry.line_ids - items[self.against]).ensure_one()
        self.assertEqual((item.account_type, item.balance, item.date_maturity), ("asset_receivable", 1234.56, day(46)))
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, claim)
        letter = self.send_level(partners=self.partner)
        line = letter.line_ids
        self.assertEqual((line.number, line.label, line.customer_ref, line.invoice_date, line.date_due),
                         ("F-1", "Bread", "PO-1", day(76), day(46)))  # fmt: skip
        self.assertNotIn(entry.name, letter.body)
        with self.at(20):
            self.assertEqual(self.send_level(partners=self.partner).line_ids.customer_ref, "PO-1", "said again")

    def test_encodings(self):
        rows = ("Café Zoë;1000 AA;;{};01-09-2026;31-10-2026;\"1.234,56\"",)
        for place, (encoding, separator) in enumerate(
            (("latin-1", ";"), ("utf-16", ";"), ("utf-8-sig", ","), ("cp1252", ","), ("utf-8", "\t"))
        ):
            with self.subTest(encoding=encoding):
                text = [row.format(f"N-{place}").replace(";", separator) for row in rows]
                window = self.csv(*text, head=HEAD.replace(";", separator), encoding=encoding)
                [line] = window.line_ids
                self.assertEqual((line.debtor_name, line.amount, line.date_due), ("Café Zoë", 1234.56, day(16)))
                window.action_make_debtors()
                window.action_confirm()
        self.assertEqual(len(self.claims(*(f"N-{place}" for place in range(5))).partner_id), 1, "made once, found then")

    def test_one_bad_row_of_many(self):
        rows = [ROW.format(f"F-{place}", f"{place},00") for place in range(1, 6)]
        bad = ROW.format("F-9", "-5,00")
        window = self.csv(*rows[:2], bad, *rows[2:])
        self.assertEqual([state for state, _message in self.told(window)], ["good", "good", "bad", "good", "good", "good"])
        window.action_confirm()
        self.assertEqual(len(self.claims(*(f"F-{place}" for place in range(1, 6)))), 5)
        self.assertFalse(self.claims("F-9"))
        self.assertEqual(window.line_ids.mapped("number"), ["F-9"], "it stays to be mended")
        self.assertIn("Claims taken in: 5", window.notes)
        self.assertIn("credit note", window.line_ids.message)
        window.line_ids.amount = 5
        window.action_confirm()
        self.assertEqual(self.claims("F-9").amount_open, 5)
        self.assertEqual(window.booked_count, 6)

    def test_one_that_fails_in_booking(self):
        """What cannot be known before: the others of its batch are booked, and nothing of it is left."""
        head = f"{HEAD};KvK;BTW"
        rows = [
            "Nieuw Een;1000 AA;;F-1;01-09-2026;31-10-2026;1,00;11111111;",
            "Nieuw Twee;1000 AA;;F-2;01-09-2026;31-10-2026;2,00;22222222;",
            "Nieuw Drie;1000 AA;;F-3;01-09-2026;31-10-2026;3,00;33333333;",
        ]
        window = self.csv(*rows, head=head)
        window.action_make_debtors()
        window.line_ids[1].write({"pdf": b"bm8gUERG", "pdf_name": "x.pdf"})
        window.action_confirm()
        self.assertEqual(self.claims("F-1", "F-2", "F-3").mapped("number"), ["F-1", "F-3"])
        self.assertEqual(self.told(window), [("look", "The file x.pdf is no PDF. Take it out of the row.")])
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Nieuw Twee")]), "nothing half done")
        self.assertFalse(self.env["account.move"].search([("ref", "=", "F-2")]))
        window.line_ids.write({"pdf": False, "is_accepted": True})
        window.action_confirm()
        self.assertEqual(self.claims("F-2").partner_id.company_registry, "22222222")

    def test_the_same_file_again(self):
        rows = [ROW.format("F-1", "10,00"), "Nieuw BV;2000 AA;n@x.example.com;N-1;01-09-2026;31-10-2026;5,00"]
        for turn in range(2):
            window = self.csv(*rows)
            if turn:
                self.assertEqual([state for state, _message in self.told(window)], ["bad", "bad"])
                self.assertIn("in the books already", window.line_ids[0].message)
                with self.refused("No claim is ready"):
                    window.action_confirm()
            else:
                window.action_make_debtors()
                window.action_confirm()
            counts = counts if turn else self.counts()
        self.assertEqual(counts | {"ir.attachment": 0}, self.counts() | {"ir.attachment": 0})

    def test_nothing_before_it_is_confirmed(self):
        counts = self.counts()
        window = self.csv(ROW.format("F-1", "1,00"), "Nieuw;1;;N-1;01-09-2026;31-10-2026;5,00")
        window.action_make_debtors()
        window.action_check()
        self.told(window)
        self.assertEqual(self.counts(), counts, "nor are the files kept")

    def test_two_who_confirm_at_once(self):
        """Held by an index: what the second one could not see is told by his row."""
        window, other = self.typed(), self.typed()
        line = other.line_ids
        window.action_confirm()
        entries, problems = self.env["dunning.claim.import.booking"]._book(other, line)
        self.assertFalse(entries)
        self.assertIn("by somebody else", problems[line])
        self.assertEqual(len(self.claims("F-1")), 1)
        self.assertEqual(self.env["account.move"].search_count([("ref", "=", "F-1")]), 1)

    def test_deleted_and_again(self):
        self.typed().action_confirm()
        entry = self.claims("F-1").move_id
        entry.button_draft()
        entry.with_context(force_delete=True).unlink()
        window = self.typed()
        self.assertEqual(self.told(window)[0][0], "good")
        window.action_confirm()
        self.assertEqual(self.claims("F-1").filtered("move_line_id").amount_open, 100)

    def test_on_its_own_date(self):
        self.nl.fiscalyear_lock_date = day(60)
        window = self.csv(ROW.format("F-1", "1,00"), ROW.format("F-2", "1,00").replace("01-09", "19-09"))
        window.is_each_day = True
        self.assertEqual([state for state, _message in self.told(window)], ["bad", "good"])
        self.assertIn("period that is closed", window.line_ids[0].message)
        window.action_confirm()
        self.assertEqual(self.claims("F-2").move_id.date, day(58))
        window.is_each_day = False
        window.action_confirm()
        self.assertEqual(self.claims("F-1").move_id.date, TODAY)

    def test_settings_that_cannot_be(self):
        self.be = self._company("be")
        window = self.typed()
        receivable = self.partner.with_company(self.nl).property_account_receivable_id
        archived = self.against.copy({"active": False, "code": "199999"})
        foreign = self._account(self.be, "asset_current")
        counts = self.counts()
        for account, message in (
            (self.env["account.account"], "Choose the account"),
            (archived, "archived"),
            (receivable, "debtors or creditors"),
        ):
            window.account_id = account
            self.env.invalidate_all()
            self.assertIn(message, window.problem)
            with self.refused(message):
                window.action_confirm()
        # what a user may not even read is no choice; whoever may is told
        told = self.env["dunning.claim.import.check"]._problem_of(window.sudo().new({
            "company_id": self.nl.id, "account_id": foreign.id, "journal_id": window.journal_id.id, "date": TODAY,
        }))  # fmt: skip
        self.assertIn("is not one of", told)
        window.account_id = self.against
        window.journal_id = self.env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", self.nl.id)])[:1]
        with self.refused("miscellaneous"):
            window.action_confirm()
        window.journal_id = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", self.nl.id)], limit=1
        )
        for locked, ok in ((TODAY, False), (day(1), True)):
            self.nl.fiscalyear_lock_date = locked
            self.env.invalidate_all()
            self.assertEqual(bool(window.problem), not ok)
        self.assertEqual(self.counts(), counts)

    def test_rights(self):
        for user in (self.biller, self.internal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.window(user=user)
        window = self.typed()
        with self.assertRaises(AccessError):
            self.as_user(self.manager, window).action_confirm()

    def test_who_may_make_no_contacts(self):
        self.user.group_ids = [Command.unlink(self.makers.id)]
        window = self.csv("Nieuw;1;;N-1;01-09-2026;31-10-2026;5,00", ROW.format("F-1", "1,00"))
        window.action_make_debtors()
        [first, second] = self.told(window)
        self.assertEqual((first[0], second[0]), ("bad", "good"))
        self.assertIn("no right to make contacts", first[1])
        window.action_confirm()
        self.assertEqual(self.claims("F-1", "N-1").mapped("number"), ["F-1"])


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
        self.env["res.currency.rate"].create({"currency_id": usd.id, "name": day(400), "rate": 2, "company_id": self.nl.id})
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
        self.assertEqual([line.partner_id.id for line in lines[:5]], [vat.id, kvk.id, ref.id, self.partner.id, self.partner.id])
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
        self.assertEqual((first.amount, str(first.invoice_date), str(first.date_due)), (1234, "2026-04-03", "2026-04-04"))
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
            ("“twaalf” is no amount", "“gisteren” is no day", "“12,345” can be two", "something moved", "“QQQ”", "It may be"),
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


@tagged("post_install", "-at_install")
class TestFiles(ImportCase):
    def test_refused(self):
        """Each with a sentence that says what to do; the others of the same window go on."""
        bomb = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
        outside = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + ubl().split(b"?>")[1].replace(b"PO-7", b"&e;")
        order = ubl().replace(b"xsd:Invoice-2", b"xsd:Order-2").replace(b"<Invoice ", b"<Order ").replace(b"</Invoice>", b"</Order>")
        note = ubl().replace(b"xsd:Invoice-2", b"xsd:CreditNote-2").replace(b"<Invoice ", b"<CreditNote ")
        files = {
            "bomb.xml": (bomb, "document type"),
            "outside.xml": (outside, "document type"),
            "order.xml": (order, "“Order” and no invoice"),
            "credit.xml": (note.replace(b"</Invoice>", b"</CreditNote>"), "credit note F-7"),
            "credit2.xml": (ubl(code=381), "credit note F-7"),
            "other.xml": (b"<rss><channel/></rss>", "no UBL but “rss”"),
            "broken.xml": (ubl()[:700], "damaged"),
            "bill.xml": (ubl(seller="99999999", buyer="30201234"), "vendor bill"),
            "empty.csv": (b"", "empty"),
            "photo.png": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no table"),
            "heads.csv": (b"foo;bar\n1;2", "has to name the columns"),
            "twice.csv": (b"Klant;Naam;Nummer;Bedrag\n1;2;3;4", "More than one column"),
            "only.csv": (HEAD.encode(), "no row below"),
            "quote.csv": (HEAD.encode() + b'\n"a;b', "quotes do not end"),
            "lost.pdf": (PDF, "belongs to no claim"),
            "fake.xlsx": (b"PK\x03\x04rubbish", "cannot be read"),
            "good.csv": ("\n".join([HEAD, ROW.format("F-1", "1,00")]).encode(), None),
        }
        counts = self.counts()
        window = self.window(*((name, content) for name, (content, _words) in files.items()))
        notes = dict(note.split(": ", 1) for note in window.notes.splitlines())
        for name, (_content, words) in files.items():
            with self.subTest(name=name):
                if words:
                    self.assertIn(words, notes[name])
                else:
                    self.assertNotIn(name, notes)
        self.assertEqual(window.line_ids.mapped("number"), ["F-1"])
        self.assertFalse(window.file_ids)
        self.assertEqual(self.counts(), counts)

    def test_ubl(self):
        """With its PDF, which goes along with letters as the copy of an invoice does."""
        window = self.window(("f-7.xml", ubl()))
        [line] = window.line_ids
        self.assertEqual((line.number, line.amount, line.currency_id, line.label, line.customer_ref),
                         ("F-7", 1231, self.eur, "Printed matter", "PO-7"))  # fmt: skip
        self.assertEqual((line.debtor_name, line.company_registry, line.zip, line.city, line.country_id.code),
                         ("Drukkerij Vos", "20012345", "4811 AA", "Breda", "NL"))  # fmt: skip
        window.action_make_debtors()
        self.assertEqual(line.state, "good")
        window.action_confirm()
        claim = self.claims("F-7")
        self.assertEqual(claim.document_id.raw, PDF)
        files = self.env["ir.attachment"].search([("res_model", "=", "account.move"), ("res_id", "=", claim.move_id.id)])
        self.assertEqual(sorted(files.mapped("name")), ["F-7.pdf", "f-7.xml"])
        self.assertEqual((claim.partner_id.email, claim.partner_id.is_company), ("vos@debtor.example.com", True))
        self.assertEqual(self.told(self.window(("f-7.xml", ubl())))[0][0], "bad", "the same file again")

    def test_pdf_along_with_the_letter(self):
        self.partner.company_registry = "20012345"
        self.window(("f-7.xml", ubl())).action_confirm()
        self.env["dunning.level"].search([]).attach_invoice = True
        letters = self.confirm(self.run_for(partners=self.partner))
        [message] = self.send_outbox(letters)
        names = [part.get_filename() for part in message.walk() if part.get_filename()]
        self.assertIn("F-7.pdf", names)
        [content] = [part.get_payload(decode=True) for part in message.walk() if part.get_filename() == "F-7.pdf"]
        self.assertEqual(content, PDF)

    def test_pdf_of_another_debtor_stays_home(self):
        """One entry asks two debtors: the document of one goes with letters to him only."""
        other = self.debtor("Slagerij De Wit")
        mine, theirs = self.opening((self.partner, 100, 20, "A"), (other, 200, 20, "B"))
        self.take_in(mine.move_id, self.user)
        file = self.env["ir.attachment"].create({"name": "A.pdf", "raw": PDF, "res_model": "account.move", "res_id": mine.move_id.id})
        claim = self.env["dunning.claim"].search([("move_line_id", "=", mine.id)])
        claim.document_id = file
        self.env["dunning.level"].search([]).attach_invoice = True
        self.env.flush_all()
        letters = self.confirm(self.run_for(partners=self.partner + other))
        found = self.env["dunning.mail.files"]._of(letters)
        names = {letter.partner_id: [f.name for f in found[letter.id].files if f.number] for letter in letters}
        self.assertEqual(names, {self.partner: ["A.pdf"], other: []})
        file.unlink()
        self.env.invalidate_all()
        self.assertFalse(claim.document_id)
        self.assertFalse([f for f in self.env["dunning.mail.files"]._of(letters)[letters[0].id].files if f.number])

    def test_pdf_by_name(self):
        window = self.window(
            ("a.xml", ubl("F-7", pdf=b"")), ("A.pdf", PDF + b"a"),
            ("claims.csv", "\n".join([HEAD, ROW.format("2026/0017", "1,00"), ROW.format("F-8", "2,00")]).encode()),
            ("2026-0017.pdf", PDF + b"b"), ("nobody.pdf", PDF),
        )  # fmt: skip
        kept = {line.number: line.with_context(bin_size=False).pdf_name for line in window.line_ids}
        self.assertEqual(kept, {"F-7": "A.pdf", "2026/0017": "2026-0017.pdf", "F-8": False})
        self.assertIn("nobody.pdf", window.notes)
        self.assertNotIn("A.pdf:", window.notes)

    def test_of_another_seller(self):
        [found] = self.told(self.window(("x.xml", ubl(seller="99999999"))))
        self.assertEqual(found[0], "bad", "no debtor yet")
        self.partner.company_registry = "20012345"
        window = self.window(("x.xml", ubl(seller="99999999")))
        [found] = self.told(window)
        self.assertEqual((found[0], "Made by Seller" in found[1]), ("look", True))
        window.line_ids.is_accepted = True
        window.action_confirm()
        self.assertTrue(self.claims("F-7"))

    def test_sheet(self):
        try:
            import openpyxl
        except ImportError:
            self.skipTest("no openpyxl")
        book = openpyxl.Workbook()
        for row in (HEAD.split(";"), ["Bakkerij Jansen", "1234AB", "", "F-1", day(76), day(16), 1234.5]):
            book.active.append(row)
        content = io.BytesIO()
        book.save(content)
        window = self.window(("claims.xlsx", content.getvalue()))
        self.assertFalse(window.notes)
        [line] = window.line_ids
        self.assertEqual((line.partner_id, line.amount, line.invoice_date, line.date_due, line.state),
                         (self.partner, 1234.5, day(76), day(16), "good"))  # fmt: skip

    def test_sheet_that_unpacks_to_too_much(self):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
            for place in range(3):
                packed.writestr(f"{place}.xml", b"0" * 70 * 2**20)
        window = self.window(("bomb.xlsx", content.getvalue()))
        self.assertIn("larger than 200 MB", window.notes)

    def test_no_file(self):
        with self.refused("Add a file first"):
            self.window().action_read()

    def test_files_of_others_stay(self):
        """A file that lies elsewhere is read and not taken away."""
        file = self.env["ir.attachment"].with_user(self.user).create(
            {"name": "a.csv", "raw": "\n".join([HEAD, ROW.format("F-1", "1,00")]).encode(),
             "res_model": "account.move", "res_id": self.opening((self.partner, 1, 1, None)).move_id.id}
        )  # fmt: skip
        window = self.window()
        window.file_ids = self.as_user(self.user, file)
        window.action_read()
        self.assertEqual((len(window.line_ids), bool(file.exists())), (1, True))


@tagged("post_install", "-at_install")
class TestCompanies(ImportCase):
    with_belgium = True

    def test_each_its_own(self):
        """The same claim in two companies is two claims, and each is booked and found in its own."""
        self.partner.company_id = False
        for company, user in ((self.nl, self.user), (self.be, self.be_user)):
            self.assertFalse(self.claims("F-1").filtered(lambda claim, own=company: claim.company_id == own))
            window = self.csv(ROW.format("F-1", "1,00"), user=user)
            window.account_id = self._account(company, "asset_current")
            self.assertEqual((window.company_id, window.line_ids.partner_id, window.line_ids.state), (company, self.partner, "good"))
            window.action_confirm()
        claims = self.claims("F-1")
        self.assertEqual(claims.company_id, self.nl + self.be)
        for claim in claims:
            self.assertEqual((claim.move_id.company_id, claim.move_id.journal_id.company_id), (claim.company_id,) * 2)

    def test_contacts_of_another_company(self):
        self.partner.company_id = self.nl
        window = self.csv(ROW.format("F-1", "1,00"), user=self.be_user)
        self.assertFalse(window.line_ids.partner_id or window.line_ids.choices)

    def test_another_company_of_the_user(self):
        window = self.window(user=self.group_user, company_id=self.be.id)
        self.assertEqual(window.journal_id.company_id, self.be)
        self.assertFalse(window.account_id)
        with self.assertRaises(AccessError):
            self.window(company_id=self.be.id)


@tagged("post_install", "-at_install")
class TestInSets(ImportCase):
    def test_queries(self):
        """Looking at a hundred rows asks no more than looking at ten, and booking no more by the row than Odoo needs."""
        counts = {}
        for size in (10, 100):
            rows = [f"Firma {place};1000 AA;;F-{size}-{place};01-09-2026;31-10-2026;{place + 1},00" for place in range(size)]
            with self.counted() as read:
                window = self.csv(*rows)
            window.action_make_debtors()
            with self.counted() as looked:
                self.assertEqual({line.state for line in window.line_ids}, {"good"})
            counts[size] = read[0], looked[0]
            window.action_confirm()
            self.assertEqual(window.booked_count, size)
        self.assertLessEqual(counts[100][1], counts[10][1] + 2, counts)
        self.assertLessEqual(counts[100][0], counts[10][0] + 8, counts)
