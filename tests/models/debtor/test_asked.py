"""What people agree on is what a letter of that day asks, and money without a place is counted once."""

import importlib.util
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from psycopg2.extras import Json

from odoo import Command
from odoo.tests import tagged

from ...common import TODAY, day
from ..run.sending_case import pay_online
from .agreement_case import AgreementCase

BOTH = ("dunning.promise", "dunning.payment.plan")


class AskedCase(AgreementCase):
    def about(self, model, moves=None, case=None, **vals):
        """A promise or a draft plan with the amount that is filled in."""
        vals = {"date": day(-5), **vals} if model == "dunning.promise" else vals
        if case:
            about = {"case_id": case.id, "move_ids": [Command.set(moves.ids if moves else [])]}
            return self.env[model].create({**about, **vals})
        return self.note(model, moves, **vals)

    def letter_of_today(self, partner=None):
        """What a letter asks today; it is not kept."""
        run = self.run_for(partners=partner or self.partner)
        amount = sum(run.letter_ids.mapped("amount_total"))
        run.action_cancel()
        return amount

    def book_a_part(self, receipt, amount, currency=None):
        """Book a part of a bank receipt as money of the debtor; the rest stays to be placed."""
        suspense = receipt.move_id.line_ids.filtered(
            lambda line: line.account_id == receipt.journal_id.suspense_account_id
        )
        balance = suspense.currency_id._convert(amount, receipt.company_id.currency_id, receipt.company_id, TODAY)
        account = receipt.partner_id.with_company(receipt.company_id).property_account_receivable_id
        rest = {
            "name": suspense.name,
            "account_id": suspense.account_id.id,
            "partner_id": receipt.partner_id.id,
            "currency_id": suspense.currency_id.id,
            "amount_currency": suspense.amount_currency + amount,
            "balance": suspense.balance + balance,
        }
        receipt.with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.delete(suspense.id),
                    *([Command.create(rest)] if rest["amount_currency"] else []),
                    Command.create(
                        {
                            "name": "Booked",
                            "account_id": account.id,
                            "partner_id": receipt.partner_id.id,
                            "currency_id": suspense.currency_id.id,
                            "amount_currency": -amount,
                            "balance": -balance,
                        }
                    ),
                ]
            }
        )
        return receipt.move_id.line_ids.filtered(lambda line: line.account_id == account)


@tagged("post_install", "-at_install")
class TestAsked(AskedCase):
    """One debtor with 100 and 200 open, both ten days late."""

    def test_nothing_is_taken_off_where_there_is_nothing(self):
        for model in BOTH:
            self.assertEqual(self.about(model).amount, 300)
            self.assertEqual(self.about(model, self.second).amount, 200)
            self.assertFalse(self.about(model).asked_text)

    def test_own_credits_disputes_and_payments_under_way_are_taken_off(self):
        self.credit(self.partner, 30)
        self.unallocated(self.partner, 20)
        self.note("dunning.dispute", self.second, reason="price", amount=15)
        pay_online(self.env, self.second, 25, "pending")
        asked = self.letter_of_today()
        self.assertEqual(asked, 210)
        for model in BOTH:
            with self.subTest(model):
                found = self.about(model)
                self.assertEqual((found.amount, found.coming_amount), (asked, 25))
                self.assertIn("under way and not in it €25.00", found.asked_text)
                # the credits go to the oldest, as on the letter
                parts = [self.about(model, move).amount for move in (self.move, self.second)]
                self.assertEqual(parts, [50, 160])

    def test_a_receipt_that_is_not_booked_is_taken_off(self):
        self.receipt(self.partner, 120)
        self.assertEqual(self.letter_of_today(), 0, "the letter waits for the bank")
        for model in BOTH:
            self.assertEqual(self.about(model).amount, 180)

    def test_a_credit_note_that_is_used_in_part_counts_for_the_rest(self):
        refund = self.credit(self.partner, 50)
        other = self.invoice(self.partner, 20, due=10)
        (refund + other).line_ids.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
        self.assertEqual(other.amount_residual, 0)
        self.assertEqual((self.letter_of_today(), self.about("dunning.promise").amount), (250 + 20, 270))

    def test_in_another_currency(self):
        self.usd.active = True
        dollars = self.invoice(self.partner, 500, due=10, currency=self.usd)
        self.credit(self.partner, 80, currency=self.usd)
        for model in BOTH:
            named = self.about(model, dollars)
            self.assertEqual((named.currency_id, named.amount), (self.usd, 420))
            self.assertEqual(self.about(model, currency_id=self.usd.id).amount, 420)
            self.assertEqual(self.about(model).amount, 300)

    def test_what_is_left_alone_is_not_in_everything(self):
        held = self.as_user(self.user)["dunning.hold"].create({"move_id": self.move.id, "reason": "We look into it"})
        self.invoice(self.partner, 70, due=-5)
        self.assertEqual(self.about("dunning.promise").amount, 200)
        self.assertEqual(self.about("dunning.promise", self.move).amount, 100, "whoever names it wants it")
        held.action_release()
        self.assertEqual(self.about("dunning.promise").amount, 300)

    def test_what_is_not_due_yet_when_nothing_else_is_open(self):
        partner = self.debtor("Later")
        later = self.invoice(partner, 70, due=-5)
        case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
        for moves in (later, None):
            self.assertEqual(self.about("dunning.payment.plan", moves, case).amount, 70)

    def test_the_form_follows_what_is_chosen(self):
        self.credit(self.partner, 60)
        for chosen, amount in ((self.move, 40), (self.second, 200), (self.move + self.second, 240)):
            action = self.as_user(self.user, chosen).action_dunning_plan()
            plan = self.fill_in(action)
            self.assertEqual(plan.amount, amount)
            plan.with_env(self.env).unlink()

    def test_an_amount_that_somebody_agreed_on_stays(self):
        promise = self.about("dunning.promise", amount=150)
        plan = self.about("dunning.payment.plan", amount=290)
        self.pay(self.move, 10)
        self.env.invalidate_all()
        self.assertEqual((promise.amount, plan.amount), (150, 290))

    def test_two_companies_do_not_see_each_other(self):
        self.env.user.company_ids = [Command.link(self._company("be").id)]
        be = self._company("be").with_context(allowed_company_ids=[self.nl.id, self._company("be").id])
        partner = self.debtor("Both")
        here, there = self.invoice(partner, 100, due=10), self.invoice(partner, 900, due=10, company=be)
        self.credit(partner, 40, company=be)
        cases = [self.env["dunning.case"]._for_partners(partner, company, create=True) for company in (self.nl, be)]
        amounts = [self.about("dunning.promise", case=case).amount for case in cases]
        self.assertEqual(amounts, [100, 860])
        self.assertEqual(self.about("dunning.promise", here, cases[0]).amount, 100)
        self.assertEqual(self.about("dunning.promise", there, cases[1]).amount, 860)

    def test_many_cost_no_more_queries_than_few(self):
        partners = self.env["res.partner"].create([{"name": f"Debtor {n}", "is_company": True} for n in range(60)])
        self.invoices(partners, 100, due=10)
        cases = self.env["dunning.case"]._for_partners(partners, self.nl, create=True)
        counts = {}
        for number in (10, 10, 60):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["dunning.asked"]._parts(self.nl, cases[:number].partner_id.ids)
            counts[number] = self.cr.sql_log_count - before
        self.assertEqual(counts[60], counts[10])


@tagged("post_install", "-at_install")
class TestInterestAndCosts(AskedCase):
    """A letter with interest and costs went out, and another is to follow."""

    def last_letter(self, *days):
        for ahead in days:
            with self.at(ahead) as today:
                letter = self.send_level(partners=self.partner, date=today)
        return letter

    def test_the_letter_of_today_and_its_parts(self):
        self.credit(self.partner, 60)
        self.last_letter(0, 10)
        with self.at(20):
            run = self.run_for(partners=self.partner)
            letter = run.letter_ids
            self.assertTrue(letter.amount_interest and letter.amount_costs, "a letter with all of it")
            for model in BOTH:
                found = self.about(model, date=date(2026, 12, 20)) if model == BOTH[0] else self.about(model)
                self.assertEqual(
                    (found.amount, found.asked_principal, found.asked_interest, found.asked_costs),
                    (letter.amount_total, letter.amount_principal, letter.amount_interest, letter.amount_costs),
                )
                self.assertIn("interest", found.asked_text)

    def test_a_letter_in_the_outbox_asks_the_same(self):
        self.last_letter(0, 10)
        with self.at(20):
            letter = self.confirm(self.run_for(partners=self.partner))
            self.assertEqual(letter.state, "issued")
            self.assertEqual(self.about("dunning.payment.plan").amount, letter.amount_total)

    def test_where_no_letter_goes_today_the_last_one_counts_with_interest_to_today(self):
        letter = self.last_letter(0, 10, 20)
        self.assertTrue(letter.amount_interest and letter.amount_costs)
        with self.at(23):
            plan = self.about("dunning.payment.plan")
            self.assertEqual(self.letter_of_today(), 0)
            self.assertEqual((plan.asked_principal, plan.asked_costs), (letter.amount_principal, letter.amount_costs))
            self.assertGreater(plan.asked_interest, letter.amount_interest)
            self.assertAlmostEqual(
                plan.asked_interest, letter.amount_interest + 3 * letter.amount_interest_day, delta=0.02
            )
            total = plan.asked_principal + plan.asked_interest + plan.asked_costs
            self.assertAlmostEqual(plan.amount, total, places=2)

    def test_the_costs_of_a_letter_are_divided_over_its_invoices(self):
        letter = self.last_letter(0, 10, 20)
        with self.at(20):
            parts = [self.about("dunning.payment.plan", move) for move in (self.move, self.second)]
            self.assertAlmostEqual(sum(part.asked_costs for part in parts), letter.amount_costs, places=2)
            self.assertAlmostEqual(sum(part.amount for part in parts), letter.amount_total, places=2)
            self.assertLess(parts[0].asked_costs, parts[1].asked_costs)

    def test_announced_costs_are_not_asked(self):
        partner = self.debtor("Piet", kind="consumer")
        self.invoice(partner, 100, due=5)
        case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
        for days in (0, 8, 17):
            with self.at(days) as today:
                letter = self.send_level(partners=partner, date=today)
        self.assertTrue(letter.amount_costs_announced)
        with self.at(18):
            self.assertEqual(self.about("dunning.payment.plan", case=case).amount, 100)

    def test_the_mail_names_what_is_in_it_and_where_to_pay(self):
        self.last_letter(0, 10)
        self.partner.lang = "nl_NL"
        with self.at(20):
            plan = self.about("dunning.payment.plan", self.second, instalment_count=2, first_date=date(2026, 12, 20))
            plan.action_make_instalments()
            plan.action_agree()
            html = str(plan.payment_html).replace("\N{NO-BREAK SPACE}", " ")
        for words in (
            "NL91ABNA0417164300",
            self.second.payment_reference or self.second.name,
            "Kaai Holland B.V.",
            "Rente",
            "Kosten",
            "€ 200,00",
        ):
            self.assertIn(words, html.replace("NL91 ABNA 0417 1643 00", "NL91ABNA0417164300"))


@tagged("post_install", "-at_install")
class TestMails(AskedCase):
    def test_every_mail_about_an_agreement_names_account_and_reference(self):
        promise = self.about("dunning.promise", self.second)
        everything = self.about("dunning.promise")
        plan = self.about("dunning.payment.plan", self.move)
        plan.action_make_instalments()
        plan.action_agree()
        for record, name in (
            (promise, "promise_confirmed"),
            (everything, "promise_confirmed"),
            (promise, "promise_broken"),
            (plan, "plan_agreed"),
        ):
            for suffix in ("", "_informal"):
                template = self.env.ref(f"cremann_dunning.mail_template_{name}{suffix}")
                for lang in ("en_US", "nl_NL", "fr_FR"):
                    with self.subTest(name=name, suffix=suffix, lang=lang):
                        self.partner.lang = lang
                        self.env.invalidate_all()
                        body = template._render_field("body_html", record.ids, compute_lang=True)[record.id]
                        self.assertIn("0417", body)
                        self.assertIn(self.second.name if record == promise else self.move.name, body)
        self.assertNotIn("Interest", plan.with_context(lang="en_US").payment_html, "nothing but invoices is in it")

    def migration(self, version, name):
        """A script of an update."""
        path = Path(__file__).parents[3] / f"cremann_dunning/migrations/{version}/{name}.py"
        spec = importlib.util.spec_from_file_location(name.replace("-", "_"), path)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        return migration

    def test_texts_of_before_get_the_block_and_those_that_have_it_stay(self):
        migration = self.migration("19.0.1.7.0", "post-amounts")
        confirming = self.migration("19.0.1.13.0", "post-texts-confirm")
        names = [f"mail_template_{name}{way}" for name in migration.WORDS for way in ("", "_informal")]
        ids = tuple(self.env.ref(f"cremann_dunning.{name}").id for name in names)

        def bodies():
            self.cr.execute("SELECT id, body_html FROM mail_template WHERE id IN %s", [ids])
            return dict(self.cr.fetchall())

        place = re.compile(r'    <t t-out="object.confirm_html"/?>(</t>)?\n')
        shipped = {
            id_: {lang: place.sub("", body) for lang, body in by_lang.items()} for id_, by_lang in bodies().items()
        }
        block = re.compile(r'    <p>[^<]*</p>\n    <t t-out="object.payment_html"/?>(</t>)?\n')
        for id_, by_lang in shipped.items():
            old = {lang: block.sub("", body) for lang, body in by_lang.items()}
            self.assertNotEqual(old, by_lang)
            self.cr.execute("UPDATE mail_template SET body_html = %s WHERE id = %s", [Json(old), id_])
        migration.migrate(self.cr, None)
        self.assertNotEqual(bodies(), shipped, "a new database has nothing of before")
        for _twice in range(2):
            migration.migrate(self.cr, "19.0.1.6.0")
            self.assertEqual(bodies(), shipped)
        for _twice in range(2):
            confirming.migrate(self.cr, "19.0.1.12.0")
        for id_, by_lang in bodies().items():
            name = self.env["mail.template"].browse(id_).get_external_id()[id_].rpartition(".")[2]
            for lang, body in by_lang.items():
                self.assertEqual(body.count("object.confirm_html"), int(name in confirming.PLACES), (name, lang))

    def test_the_mail_with_a_statement_gets_the_place_of_the_page_once(self):
        confirming = self.migration("19.0.1.13.0", "post-texts-confirm")
        for way in ("", "_informal"):
            template = self.env.ref(f"cremann_dunning.mail_template_statement{way}")
            before = template.body_html
            self.assertEqual(before.count("object.page_html"), 1)
            template.body_html = re.sub(r"<t t-out=\"object.page_html\".*?(/>|</t>)", "", before)
            self.env.flush_all()
            for _twice in range(2):
                confirming.migrate(self.cr, "19.0.1.12.0")
                self.env.invalidate_all()
                self.assertEqual(template.body_html.count("object.page_html"), 1)

    def test_the_account_is_that_of_the_invoices(self):
        own = self.env["res.partner.bank"].create(
            {"acc_number": "NL20INGB0001234567", "partner_id": self.nl.partner_id.id, "allow_out_payment": True}
        )
        self.second.partner_bank_id = own
        found = [self.about("dunning.promise", moves).bank_account_id for moves in (self.second, self.move, None)]
        self.assertEqual(found[0], own)
        self.assertNotEqual(found[1], own)

    def test_the_number_of_instalments_is_that_of_the_instalments(self):
        lines = [Command.create({"date": day(-ahead), "amount": 50}) for ahead in (3, 10)]
        plan = self.about("dunning.payment.plan", self.move, instalment_ids=lines)
        self.assertEqual(plan.instalment_count, 3)
        plan.action_agree()
        self.assertEqual(plan.instalment_count, 2)


@tagged("post_install", "-at_install")
class TestCountedOnce(AskedCase):
    def test_what_was_under_way_is_no_payment_of_the_plan(self):
        pay_online(self.env, self.second, 50, "pending")
        plan = self.about("dunning.payment.plan", self.second)
        self.assertEqual((plan.amount, plan.coming_amount), (150, 50))
        plan.write({"first_date": day(-3), "instalment_count": 3})
        plan.action_make_instalments()
        plan.action_agree()
        for paid, following in ((50, 50), (20, 30), (30, 50)):
            self.pay(self.second, paid)
            self.env.invalidate_all()
            self.assertEqual(plan.next_amount, following)

    def test_a_receipt_of_today_is_no_payment_of_the_plan(self):
        receipt = self.receipt(self.partner, 50)
        plan = self.about("dunning.payment.plan", self.move)
        self.assertEqual((plan.amount, plan.coming_amount), (50, 50))
        (self.book_a_part(receipt, 50) + self.move.line_ids.filtered("date_maturity")[:1]).filtered(
            lambda line: line.account_type == "asset_receivable"
        ).reconcile()
        self.env.invalidate_all()
        self.assertEqual((self.move.amount_residual, plan.paid_amount), (50, 0))

    def test_of_a_receipt_only_what_is_not_booked_is_open(self):
        receipt = self.receipt(self.partner, 150)
        ledger, partners = self.env["dunning.ledger"], tuple(self.partner.ids)
        self.assertEqual(ledger._unmatched(self.nl, partners), {self.partner.id: Decimal("150.00")})
        booked = self.book_a_part(receipt, 100)
        self.env.flush_all()
        self.assertEqual(ledger._unmatched(self.nl, partners), {self.partner.id: Decimal("50.00")})
        self.assertEqual(booked.amount_residual, -100)
        self.run_for().action_cancel()
        self.assertIn("50.00", self.why(self.second))
        self.assertNotIn("150.00", self.why(self.second))
        # the booked part is the debtor's own money, and both are counted once
        self.assertEqual(self.about("dunning.promise").amount, 150)
        self.book_a_part(receipt, 50)
        self.env.flush_all()
        self.assertFalse(ledger._unmatched(self.nl, partners))

    def test_a_receipt_in_another_currency_is_told_in_that_of_the_company(self):
        self.usd.active = True
        self.env["res.currency.rate"].create(
            {"name": TODAY, "currency_id": self.usd.id, "rate": 2.0, "company_id": self.nl.id}
        )
        journal = self.env["account.journal"].create(
            {"name": "Dollars", "type": "bank", "code": "USDB", "company_id": self.nl.id, "currency_id": self.usd.id}
        )
        receipt = self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "date": TODAY, "partner_id": self.partner.id, "amount": 150, "payment_ref": "?"}
        )
        ledger, partners = self.env["dunning.ledger"], tuple(self.partner.ids)
        self.env.flush_all()
        self.assertEqual(ledger._unmatched(self.nl, partners), {self.partner.id: Decimal("75.00")})
        self.book_a_part(receipt, 100)
        self.env.flush_all()
        self.assertEqual(ledger._unmatched(self.nl, partners), {self.partner.id: Decimal("25.00")})

    def test_a_receipt_that_is_a_draft_or_whole_is_not_open(self):
        receipt = self.receipt(self.partner, 150)
        receipt.move_id.button_draft()
        self.env.flush_all()
        self.assertFalse(self.env["dunning.ledger"]._unmatched(self.nl, tuple(self.partner.ids)))

    def test_the_statement_names_the_same_rest(self):
        self.book_a_part(self.receipt(self.partner, 150), 100)
        self.env.flush_all()
        page = self.env["dunning.statement"]._pages(self.case)[self.case]
        self.assertEqual(page.not_booked, Decimal("50.00"))


@tagged("post_install", "-at_install")
class TestEverything(AskedCase):
    """An agreement about everything is about what was there on its day."""

    def agree(self, model):
        if model == "dunning.promise":
            return self.about(model)
        plan = self.about(model, first_date=day(-5), instalment_count=2)
        plan.action_make_instalments()
        plan.action_agree()
        return plan

    def test_invoices_of_a_later_day_are_followed_up(self):
        for model, code in zip(BOTH, ("PROMISE", "PLAN"), strict=True):
            with self.subTest(model):
                record = self.agree(model)
                later = self.invoice(self.partner, 40, due=-1, invoice_date=day(-1), sent=False)
                same = self.invoice(self.partner, 40, due=0, invoice_date=day(0), sent=False)
                (later + same).is_move_sent = True
                (later + same).dunning_sent_on = day(20)
                with self.at(4):
                    self.run_for(partners=self.partner).action_cancel()
                    codes = [self.code(move) for move in (self.move, same, later)]
                    self.assertEqual(codes, [code, code, "LETTER"])
                self.back_in_time()
                record.action_cancel()
                (later + same).button_draft()

    def test_they_do_not_keep_it_from_being_kept_nor_count_for_it(self):
        promise = self.agree("dunning.promise")
        later = self.invoice(self.partner, 40, due=1, invoice_date=day(-1))
        with self.at(2):
            self.pay(later, 30)
            self.env.invalidate_all()
            self.assertEqual(promise.paid_amount, 0)
            self.pay(self.move)
            self.pay(self.second)
            self.env["dunning.promise"]._settle(self.nl)
        self.assertEqual(promise.state, "kept")

    def test_its_mail_names_what_it_is_about(self):
        promise = self.agree("dunning.promise")
        later = self.invoice(self.partner, 40, due=1, invoice_date=day(-1))
        self.env.invalidate_all()
        self.assertEqual(promise.payment_reference, f"{self.move.name}, {self.second.name}")
        self.assertNotIn(later.name, promise.payment_html)
