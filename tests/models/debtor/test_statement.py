"""Statements of account on a real ledger: figures against account.move.line, rights, files and their cost."""

import base64
import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import openpyxl

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from ...common import TODAY, DunningCase

HOSTILE = "=1+1|cmd"


class StatementCase(DunningCase):
    with_belgium = True

    def case(self, partner, company=None):
        return self.env["dunning.case"]._for_partners(partner, company or self.nl, create=True)

    def figures(self, partner, as_of=TODAY, since=None, company=None):
        company = company or self.nl
        return self.env["dunning.statement"]._figures(company, partner.ids, as_of, since)[partner.id]

    def part(self, partner, *args, **options):
        [part] = self.figures(partner, *args, **options).parts
        return part

    def ledger(self, partner, as_of=TODAY, company=None):
        """What Odoo's ledger says the debtor owes, per currency."""
        rows = self.env["account.move.line"]._read_group(
            [
                ("partner_id", "child_of", partner.id),
                ("company_id", "=", (company or self.nl).id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("date", "<=", as_of),
            ],
            ["currency_id"],
            ["amount_currency:sum", "amount_residual_currency:sum"],
        )
        return {currency.name: (round(total, 2), round(still, 2)) for currency, total, still in rows if total or still}

    def wizard(self, cases, user=None, **vals):
        env = self.as_user(user or self.user)
        context = {"default_case_ids": cases.ids}
        return env["dunning.statement.wizard"].with_context(**context).create(vals)

    def content(self, wizard):
        wizard.action_download()
        return base64.b64decode(wizard.file)

    def sheets(self, wizard):
        return openpyxl.load_workbook(io.BytesIO(self.content(wizard)))


@tagged("post_install", "-at_install")
class TestFigures(StatementCase):
    def test_open_items_equal_the_ledger(self):
        partner = self.debtor()
        first = self.invoice(partner, 1210, due=40)
        self.invoice(partner, 363.55, due=1)
        self.invoice(partner, 99.99, due=-5)
        self.pay(first, 210.01)
        self.credit(partner, 50)
        self.unallocated(partner, 25.25)
        paid = self.invoice(partner, 77, due=3)
        self.pay(paid)
        part = self.part(partner)
        self.assertEqual(float(part.total), self.ledger(partner)["EUR"][0])
        self.assertEqual(float(part.total), self.ledger(partner)["EUR"][1])
        self.assertNotIn(paid.name, [item.entry.number for item in part.items])
        self.assertEqual(part.ages["31_60"], Decimal("999.99"))
        self.assertEqual(part.ages["1_30"], Decimal("363.55"))
        self.assertEqual(part.ages["not_due"], Decimal("99.99"))
        self.assertEqual(part.unallocated, Decimal("75.25"))
        [row] = [item for item in part.items if item.entry.number == first.name]
        self.assertEqual((row.debit, row.credit, row.days), (Decimal("1210.00"), Decimal("210.01"), 40))
        self.assertEqual(row.entry.label, "Consultancy")
        self.assertEqual(part.items[-1].balance, part.total)

    def test_period_runs_from_opening_to_total(self):
        partner = self.debtor()
        old = self.invoice(partner, 1000, due=60)
        self.invoice(partner, 200, due=5)
        self.pay(old, 400)
        part = self.part(partner, since=TODAY - timedelta(days=30))
        self.assertEqual(part.opening, Decimal("1000.00"))
        self.assertEqual([item.balance for item in part.items], [Decimal("1200.00"), Decimal("800.00")])
        self.assertEqual(float(part.total), self.ledger(partner)["EUR"][0])

    def test_as_of_an_earlier_day(self):
        """A payment of today is not there yesterday, nor what it settled."""
        partner = self.debtor()
        move = self.invoice(partner, 500, due=20)
        self.pay(move)
        self.assertFalse(self.figures(partner).parts)
        yesterday = TODAY - timedelta(days=1)
        part = self.part(partner, yesterday)
        self.assertEqual(part.total, Decimal("500.00"))
        self.assertEqual(float(part.total), self.ledger(partner, yesterday)["EUR"][0])
        before = move.invoice_date - timedelta(days=1)
        self.assertFalse(self.figures(partner, before).parts)

    def test_currencies_stand_apart(self):
        partner = self.debtor()
        self.invoice(partner, 500, due=20)
        self.invoice(partner, 800, due=20, currency=self.usd)
        parts = {part.currency: part for part in self.figures(partner).parts}
        ledger = self.ledger(partner)
        self.assertEqual(
            {name: float(part.total) for name, part in parts.items()}, {n: s for n, (_t, s) in ledger.items()}
        )

    def test_paid_in_another_currency(self):
        """Dollars that were paid in euros: nothing is open, and the movements of both currencies end at nothing."""
        self.env["res.currency.rate"].create(
            {"currency_id": self.usd.id, "name": "2020-01-01", "rate": 2, "company_id": self.nl.id}
        )
        partner = self.debtor()
        move = self.invoice(partner, 200, due=20, currency=self.usd)
        claim = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        receipt = self.unallocated(partner, 100)
        (claim + receipt).reconcile()
        self.assertTrue(claim.reconciled)
        self.assertFalse(self.figures(partner).parts)
        parts = self.figures(partner, since=TODAY - timedelta(days=90)).parts
        self.assertEqual([part.currency for part in parts], ["EUR", "USD"])
        for part in parts:
            self.assertEqual((part.total, part.items[-1].balance), (0, 0))

    def test_paid_by_somebody_else(self):
        partner, payer = self.debtor("Jansen"), self.debtor("Pietersen")
        move = self.invoice(partner, 100, due=20)
        claim = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        (claim + self.unallocated(payer, 100)).reconcile()
        for debtor in (partner, payer):
            self.assertFalse(self.figures(debtor).parts)
            part = self.part(debtor, since=TODAY - timedelta(days=90))
            self.assertEqual((part.total, part.items[-1].balance), (0, 0))

    def test_contacts_of_a_debtor_are_on_his_account(self):
        partner = self.debtor()
        contact = self.env["res.partner"].create({"name": "Desk", "parent_id": partner.id, "type": "other"})
        self.invoice(contact, 40, due=2)
        self.assertEqual(self.part(partner).total, Decimal("40.00"))

    def test_drafts_and_other_companies_are_not_there(self):
        partner = self.debtor()
        self.invoice(partner, 40, due=2, post=False, sent=False)
        self.invoice(partner, 60, due=2, company=self.be)
        self.assertFalse(self.figures(partner).parts)
        self.assertEqual(self.part(partner, company=self.be).total, Decimal("60.00"))

    def test_receipt_that_is_not_booked_is_told_of_and_not_counted(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=2)
        self.receipt(partner, 30)
        case = self.case(partner)
        page = self.env["dunning.statement"]._pages(case)[case]
        self.assertEqual((page.not_booked, page.statement.parts[0].total), (Decimal("30.00"), Decimal("100.00")))
        page = self.env["dunning.statement"]._pages(case, TODAY - timedelta(days=1))[case]
        self.assertEqual(page.not_booked, 0, "today's bank is no part of the past")

    def test_many_debtors_cost_as_many_queries_as_few(self):
        counts = []
        for count in (3, 40):
            partners = self.env["res.partner"].union(*(self.debtor(f"D {count} {n}") for n in range(count)))
            self.invoices(partners, 100, due=5)
            cases = self.case(partners)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            pages = self.env["dunning.statement"]._pages(cases, since=TODAY - timedelta(days=90))
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual({page.statement.parts[0].total for page in pages.values()}, {Decimal("100.00")})
        self.assertLessEqual(counts[1], counts[0] + 1, counts)


@tagged("post_install", "-at_install")
class TestWizard(StatementCase):
    def test_spreadsheet_has_numbers_dates_and_no_formula(self):
        partner = self.debtor(HOSTILE)
        self.invoice(partner, 1210.5, due=10, label=HOSTILE)
        self.invoice(partner, 300, due=10, currency=self.usd, label="https://example.com")
        book = self.sheets(self.wizard(self.case(partner), kind="xlsx"))
        self.assertEqual(book.sheetnames, ["EUR", "USD"])
        sheet = book["EUR"]
        rows = list(sheet.iter_rows(values_only=True))
        [row] = [row for row in rows if row[2] == HOSTILE]
        self.assertEqual(row[3].date(), TODAY - timedelta(days=10))
        self.assertEqual(row[4:], (10, 1210.5, 0, 1210.5, 1210.5))
        self.assertIn(("Total due", 1210.5), [(row[2], row[8]) for row in rows])
        kinds = {cell.data_type for line in sheet.iter_rows() for cell in line}
        self.assertNotIn("f", kinds)
        self.assertFalse(book["USD"]._hyperlinks)

    def test_empty_account_says_so(self):
        case = self.case(self.debtor())
        book = self.sheets(self.wizard(case, kind="xlsx"))
        self.assertIn("Nothing is open.", [cell.value for line in book.active.iter_rows() for cell in line])

    def test_several_debtors_in_one_archive(self):
        partners = self.debtor("Jansen") + self.debtor("Jansen", email="b@example.com")
        self.invoices(partners, 100, due=5)
        wizard = self.wizard(self.case(partners), kind="xlsx")
        names = zipfile.ZipFile(io.BytesIO(self.content(wizard))).namelist()
        self.assertTrue(wizard.file_name.endswith(".zip"))
        self.assertEqual(
            names,
            ["Statement of account Jansen 2026-11-16.xlsx", "Statement of account Jansen 2026-11-16 (2).xlsx"],
        )

    def test_name_of_the_file_is_safe(self):
        case = self.case(self.debtor("../../etc/\x07pass\nwd: <b>", email="x@example.com"))
        wizard = self.wizard(case, kind="xlsx")
        self.content(wizard)
        self.assertEqual(wizard.file_name, "Statement of account .. .. etc pass wd b 2026-11-16.xlsx")

    def test_defaults_of_the_form(self):
        case = self.case(self.debtor())
        env = self.as_user(self.user, default_case_ids=case.ids)
        form = Form(env["dunning.statement.wizard"].with_context(default_case_ids=case.ids))
        self.assertEqual(form.as_of, TODAY)
        form.shows = "period"
        self.assertEqual(form.since, date(2026, 1, 1))
        self.assertTrue(form.save().id)

    def test_wrong_dates_and_no_debtor(self):
        case = self.case(self.debtor())
        for vals, words in (
            ({"as_of": TODAY + timedelta(days=1)}, "lies ahead"),
            ({"shows": "period", "since": TODAY + timedelta(days=1)}, "ends before it begins"),
            ({"case_ids": [Command.clear()]}, "Choose one or more"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self.wizard(case, kind="xlsx", **vals).action_download()

    def test_mail_opens_the_composer_with_the_file(self):
        partner = self.debtor("Jansen")
        self.invoice(partner, 100, due=5)
        wizard = self.wizard(self.case(partner), kind="xlsx")
        before = self.env["mail.mail"].search_count([])
        action = wizard.action_mail()
        self.assertEqual(self.env["mail.mail"].search_count([]), before, "nothing leaves by itself")
        composer = Form(self.as_user(self.user)["mail.compose.message"].with_context(**action["context"])).save()
        self.assertEqual(composer.attachment_ids.mapped("name"), ["Statement of account Jansen 2026-11-16.xlsx"])
        self.assertEqual(composer.partner_ids, partner)
        self.assertIn("statement of your account", composer.subject)
        composer.action_send_mail()
        message = self.case(partner).message_ids[:1]
        self.assertEqual(message.attachment_ids.mapped("name"), ["Statement of account Jansen 2026-11-16.xlsx"])
        self.assertEqual(message.notified_partner_ids, partner)

    def test_mail_says_where_he_sees_his_account(self):
        """Who has no letter yet gets a key of his own; where the company has no pages there is none."""
        keys = self.env["dunning.page.key"].search
        for lang, words in (("en_US", "see my account"), ("nl_NL", "mijn overzicht"), ("fr_FR", "voir mon compte")):
            partner = self.debtor(f"Jansen {lang}", lang=lang)
            self.invoice(partner, 100, due=5)
            for _turn in range(2):  # the key is made once
                body = self.mailed(partner)
            [key] = keys([("partner_id", "=", partner.id)])
            self.assertFalse(key.letter_id)
            self.assertEqual(body.count(f"/my/dunning/account/{key.id}?access_token={key.access_token}"), 1)
            self.assertIn(words, body)
        key.action_revoke()
        self.assertNotIn(key.access_token, self.mailed(partner))
        self.nl.dunning_page = False
        self.assertNotIn("/my/dunning/account", self.mailed(partner))
        other = self.debtor("De Wit")
        self.invoice(other, 100, due=5)
        self.nl.dunning_page = True
        letter = self.send_level(partners=other)
        self.assertIn(f"account/{keys([('letter_id', '=', letter.id)]).id}?", self.mailed(other))

    def mailed(self, partner):
        """The words of the mail as the composer opens with them."""
        self.env.invalidate_all()
        action = self.wizard(self.case(partner), kind="xlsx").action_mail()
        return Form(self.as_user(self.user)["mail.compose.message"].with_context(**action["context"])).save().body

    def test_mail_to_several_is_refused(self):
        partners = self.debtor("A") + self.debtor("B")
        with self.assertRaisesRegex(UserError, "Choose one debtor"):
            self.wizard(self.case(partners), kind="xlsx").action_mail()


@tagged("post_install", "-at_install")
class TestRights(StatementCase, HttpCase):
    freeze_time = None

    def test_other_company(self):
        case = self.case(self.debtor(), self.be)
        with self.assertRaises(AccessError):
            self.as_user(self.user)["dunning.statement"]._pages(case.with_env(self.as_user(self.user)))
        with self.assertRaises(AccessError):
            self.wizard(case, kind="xlsx").action_download()

    def test_one_user_of_two_companies_gets_both_apart(self):
        partner = self.debtor()
        self.invoice(partner, 10)
        self.invoice(partner, 20, company=self.be)
        cases = self.case(partner) + self.case(partner, self.be)
        env = self.as_user(self.group_user)
        pages = env["dunning.statement"]._pages(cases.with_env(env))
        found = {page.case.company_id.id: page.statement.parts[0].total for page in pages.values()}
        self.assertEqual(found, {self.nl.id: Decimal("10.00"), self.be.id: Decimal("20.00")})

    def test_who_may_not(self):
        portal = new_test_user(self.env, "statement_portal", groups="base.group_portal")
        case = self.case(self.debtor())
        for user in (self.biller, self.internal, portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                env = self.as_user(user)
                env["dunning.statement"]._pages(case.with_env(env))
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.as_user(user)["dunning.statement.wizard"].create({"case_ids": [Command.set(case.ids)]})

    def test_report_page_is_closed_to_the_portal(self):
        new_test_user(self.env, "statement_portal", groups="base.group_portal", password="statement_portal")
        partner = self.debtor("Jansen Geheim")
        self.invoice(partner, 100)
        case = self.case(partner)
        self.authenticate("statement_portal", "statement_portal")
        answer = self.url_open(f"/report/html/cremann_dunning.report_dunning_statement/{case.id}")
        self.assertNotIn("Jansen Geheim", answer.text)
        self.assertNotEqual(answer.status_code, 200)
