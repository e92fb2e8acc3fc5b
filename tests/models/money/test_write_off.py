"""Writing a claim off: one entry, matched with the item; a record of it; and what undoes it."""

from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...common import TODAY, DunningCase


class WriteOffCase(DunningCase):
    without_pdf = True
    with_belgium = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()

    def taxed(self, *lines, company=None, due=30, currency=None):
        """A posted invoice with a line for each ``(net, percent of VAT)``, None for no tax."""
        company = company or self.nl
        move = self.invoice(self.partner, 1, due=due, company=company, currency=currency, post=False, sent=False)
        move.invoice_line_ids = [Command.clear()] + [
            Command.create(
                {
                    "name": f"Work {percent}",
                    "price_unit": net,
                    "account_id": self._account(company, "income").id,
                    "tax_ids": [Command.set(self.tax(company, percent).ids if percent else [])],
                }
            )
            for net, percent in lines
        ]
        move._post(soft=False)
        move.is_move_sent, move.dunning_sent_on = True, move.invoice_date
        return move

    def tax(self, company, percent):
        domain = [("company_id", "=", company.id), ("type_tax_use", "=", "sale"), ("amount", "=", percent)]
        domain += [("amount_type", "=", "percent"), ("price_include_override", "!=", "tax_included")]
        return self.env["account.tax"].search(domain, limit=1)

    def window(self, moves, user=None, **values):
        """The window about these invoices, filled in by a user."""
        user = user or (self.user if moves.company_id == self.nl else self.be_user)
        action = self.as_user(user, moves).action_dunning_write_off()
        window = self.as_user(user)[action["res_model"]].browse(action["res_id"])
        form = Form(window)
        for name, value in values.items():
            form[name] = value
        return form.save()

    def write_off(self, moves, user=None, **values):
        """Write these off; the records, as the system sees them."""
        self.window(moves, user, **values).action_write_off()
        return self.of(moves)

    def of(self, moves):
        return self.env["dunning.write.off"].search([("move_id", "in", moves.ids)])

    def item(self, move):
        return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")


@tagged("post_install", "-at_install")
class TestWriteOff(WriteOffCase):
    def test_netherlands(self):
        """The whole amount goes to 4550 and the item is matched; VAT stays where it is, with the day it comes back."""
        move = self.taxed((1000, 21), due=date(2026, 10, 1))
        record = self.write_off(move, reason="uncollectable", proof="Letter of the bailiff")
        entry = record.entry_id
        self.assertEqual((entry.state, entry.date, entry.journal_id.type), ("posted", TODAY, "general"))
        lines = {line.account_id.code[:4]: (line.debit, line.credit) for line in entry.line_ids}
        self.assertEqual(lines, {"4550": (1210, 0), self.item(move).account_id.code[:4]: (0, 1210)})
        self.assertFalse(entry.line_ids.tax_line_id | entry.line_ids.tax_ids)
        self.assertTrue(self.item(move).reconciled)
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual((record.amount_gross, record.amount_net, record.amount_vat), (1210, 1000, 210))
        self.assertEqual((record.vat_date, record.vat_basis, record.vat_until), (date(2027, 10, 1), "year", False))
        self.assertIn("10/01/2027", record.with_context(lang="en_US").vat_note)
        self.assertEqual(
            (record.user_id, record.reason, record.proof), (self.user, "uncollectable", "Letter of the bailiff")
        )
        self.assertTrue(record.is_in_force)
        [tax] = record.tax_ids
        self.assertEqual((tax.rate, tax.base, tax.vat), (21, 1000, 210))

    def test_belgium_by_proof_and_by_judgment(self):
        """642 in the Belgian chart. Without proof no day is known; of a bankrupt debtor it is that of the judgment."""
        first, second, third = (self.taxed((100, 21), company=self.be) for _number in range(3))
        record = self.write_off(first)
        self.assertEqual(record.account_id.with_company(self.be).code[:3], "642")
        self.assertEqual((record.vat_date, record.vat_basis), (False, "proof"))
        self.assertIn("art. 77", record.vat_note)
        record = self.write_off(second, certain_on=date(2026, 11, 10))
        self.assertEqual((record.vat_date, record.vat_until), (date(2026, 11, 10), date(2029, 12, 31)))
        self.env["dunning.insolvency"].create(
            {"partner_id": self.partner.id, "company_id": self.be.id, "kind": "be_bankruptcy", "date": "2026-11-02"}
        )
        record = self.write_off(third, reason="insolvent")
        self.assertEqual((record.vat_date, record.vat_basis), (date(2026, 11, 2), "judgment"))

    def test_two_rates_and_a_part_that_was_paid(self):
        """What was paid paid base and VAT of every rate alike: of 339.00 the half is left."""
        move = self.taxed((100, 21), (200, 9), due=30)
        self.pay(move, 169.50)
        record = self.write_off(move)
        self.assertEqual((record.amount_gross, record.amount_vat, record.amount_net), (169.5, 19.5, 150))
        found = {tax.rate: (tax.base, tax.vat) for tax in record.tax_ids}
        self.assertEqual(found, {21: (50, 10.5), 9: (100, 9)})
        self.assertIn("21%", record.vat_text)
        rows = self.env["dunning.write.off.tax"].read_group(
            [("write_off_id", "=", record.id)], ["base:sum", "vat:sum"], ["name"]
        )
        self.assertEqual(sum(row["vat"] for row in rows), 19.5)

    def test_another_currency(self):
        """Taken off at what it stands in the ledger, so that no difference of exchange is left."""
        self.env["res.currency.rate"].create(
            [
                {"currency_id": self.usd.id, "company_id": self.nl.id, "name": day, "rate": rate}
                for day, rate in (("2026-01-01", 2.0), (TODAY, 4.0))
            ]
        )
        move = self.taxed((100, 21), currency=self.usd, due=30)
        record = self.write_off(move)
        self.assertEqual((record.currency_id, record.amount), (self.usd, 121))
        self.assertEqual((record.amount_gross, record.amount_vat), (60.5, 10.5))
        self.assertTrue(self.item(move).reconciled)
        self.assertFalse(self.item(move).matched_credit_ids.exchange_move_id)

    def test_an_entry_that_was_taken_in(self):
        """By the number and due date that the debtor knows; nothing is known of its VAT."""
        [line] = self.opening((self.partner, 75, 40, "F-12"))
        self.take_in(line.move_id)
        record = self.write_off(line.move_id, reason="small")
        self.assertEqual((record.number, record.date_due, record.amount_vat), ("F-12", TODAY - timedelta(days=40), 0))
        self.assertIn("No VAT", record.vat_note)
        claim = self.env["dunning.claim"].search([("move_line_id", "=", line.id)])
        self.assertEqual(record.claim_id, claim)
        self.assertTrue(claim.is_written_off)
        self.assertIn("Too small", claim.with_context(lang="en_US").write_off_text)

    def test_from_claim_and_case(self):
        move = self.taxed((100, 21))
        self.send_level(partners=self.partner)
        case = self.as_user(self.user)["dunning.case"].search([("partner_id", "=", self.partner.id)])
        claims = case.claim_ids
        self.assertTrue(claims)
        for action in (case.action_write_off(), claims.action_write_off()):
            window = self.as_user(self.user)[action["res_model"]].browse(action["res_id"])
            self.assertEqual(window.item_ids.move_id.ids, move.ids)
        window.action_write_off()
        for record in (case, move):
            self.assertTrue([text for text in self.told_on(record) if f"{move.name} was written off" in text])
        self.assertIn("Uncollectable", claims.with_context(lang="en_US").write_off_text)
        self.assertTrue(self.env["dunning.claim"].search([("write_off_ids.is_in_force", "=", True)]))

    def test_a_letter_under_way_stops(self):
        move = self.taxed((100, 21))
        letter = self.confirm(self.run_for(partners=self.partner)).with_env(self.env)
        self.write_off(move)
        self.assertFalse(self.send_outbox(letter))
        self.assertEqual(letter.state, "cancelled")

    def test_the_day_of_the_vat_is_by_the_date_of_the_company(self):
        """A year after the due date: the day before, on it, and after it was asked back."""
        record = self.write_off(self.taxed((100, 21), due=date(2025, 11, 17)))
        domain = [("is_vat_due", "=", True), ("id", "=", record.id)]
        self.assertFalse(record.is_vat_due or self.env["dunning.write.off"].search(domain))
        with self.at(1):
            self.assertTrue(record.is_vat_due)
            self.assertEqual(self.env["dunning.write.off"].search(domain), record)
            self.as_user(self.user, record).vat_asked_on = TODAY
            self.assertFalse(record.is_vat_due or self.env["dunning.write.off"].search(domain))


@tagged("post_install", "-at_install")
class TestRefusals(WriteOffCase):
    def test_what_cannot_be_written_off(self):
        draft = self.invoice(self.partner, 50, post=False, sent=False)
        paid = self.invoice(self.partner, 50)
        self.pay(paid)
        note = self.credit(self.partner, 20)
        for move, words in (
            (draft, "is not booked"),
            (paid, "is paid, credited or written off"),
            (note, "credit note"),
        ):
            with self.subTest(words), self.refused(words):
                self.as_user(self.user, move).action_dunning_write_off()

    def test_several_at_once_each_by_itself(self):
        """What cannot go is said with its reason, and the others are written off."""
        good, gone, draft = (self.invoice(self.partner, amount) for amount in (50, 60, 70))
        draft.button_draft()
        window = self.window(good + gone + draft)
        self.assertIn("is not booked", window.problems)
        self.pay(gone)
        action = window.action_write_off()
        self.assertEqual(action["res_id"], window.id)
        self.assertEqual((window.done, window.state), (1, "done"))
        self.assertIn(gone.name, window.problems)
        self.assertIn("Nothing is open", window.problems)
        self.assertEqual((len(self.of(good)), len(self.of(gone + draft))), (1, 0))

    def test_not_twice(self):
        move = self.invoice(self.partner, 50)
        first, second = self.window(move), self.window(move)
        first.action_write_off()
        with self.refused("Nothing is open"):
            second.action_write_off()
        self.assertEqual(len(self.of(move)), 1)

    def test_a_locked_day(self):
        """The day before, on and after the lock; nothing is moved to another day silently."""
        self.nl.fiscalyear_lock_date = TODAY - timedelta(days=2)
        move = self.invoice(self.partner, 50)
        for days in (3, 2):
            window = self.window(move, date=TODAY - timedelta(days=days))
            with self.subTest(days), self.refused("period that is locked"):
                window.action_write_off()
            self.assertFalse(self.of(move))
        self.assertEqual(self.write_off(move, date=TODAY - timedelta(days=1)).entry_id.date, TODAY - timedelta(days=1))

    def test_no_account_and_one_of_another_company(self):
        move = self.invoice(self.partner, 50)
        window = self.window(move)
        window.account_id = False
        with self.refused("no account for bad debts"):
            window.action_write_off()
        with self.refused(""):
            window.account_id = self.be._dunning_bad_debt_account()
        given = self.env["dunning.write.off.wizard"].browse(window.id)
        self.assertEqual(given.journal_id.company_id, self.nl)
        receivable = self.item(move).account_id
        with self.refused("debtors or creditors"):
            window.account_id = receivable
            window.action_write_off()
        self.assertFalse(self.of(move))

    def test_companies_apart(self):
        ours, theirs = self.invoice(self.partner, 50), self.invoice(self.partner, 50, company=self.be)
        with self.refused("one company at a time"):
            self.as_user(self.group_user, ours + theirs).action_dunning_write_off()
        record = self.write_off(theirs)
        self.assertEqual((record.company_id, record.entry_id.company_id), (self.be, self.be))
        self.assertFalse(self.as_user(self.user)["dunning.write.off"].search([]))
        with self.refused("", AccessError):
            self.as_user(self.user, theirs).action_dunning_write_off()

    def test_who_may(self):
        """A user of dunning; who may only bill, and an employee, not. The record is the system's but for what people
        know better: proof, and the day of the VAT."""
        move = self.invoice(self.partner, 50)
        for user in (self.biller, self.internal):
            with self.subTest(user.login), self.refused("", (AccessError, UserError)):
                self.as_user(user, move).action_dunning_write_off()
        record = self.as_user(self.user, self.write_off(move))
        record.write({"proof": "In the case", "vat_date": TODAY})
        for values in ({"amount_gross": 1}, {"reason": "other"}, {"date": TODAY}, {"entry_id": move.id}):
            with self.subTest(values), self.refused("", AccessError):
                record.write(values) if values != {"date": TODAY} else record.write({"date": "2020-01-01"})
        with self.refused("", AccessError):
            record.unlink()

    def test_the_account_of_the_settings(self):
        self.nl.dunning_bad_debt_account_id = self.env["account.account"].search(
            [("code", "=like", "4560%"), ("company_ids", "in", self.nl.ids)]
        )
        record = self.write_off(self.invoice(self.partner, 50))
        self.assertEqual(record.account_id.code[:4], "4560")


@tagged("post_install", "-at_install")
class TestUndone(WriteOffCase):
    def setUp(self):
        super().setUp()
        self.move = self.invoice(self.partner, 100, due=20)
        self.record = self.write_off(self.move)
        self.assertFalse(self.code(self.move))

    def by_wizard(self):
        entry = self.record.entry_id
        self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=entry.ids).create(
            {"journal_id": entry.journal_id.id, "date": TODAY}
        ).reverse_moves()

    def by_draft_and_deletion(self):
        entry = self.record.entry_id
        entry.button_draft()
        entry.with_context(force_delete=True).unlink()

    def test_whatever_undoes_it(self):
        """By our button, by Odoo's, by drafting and deleting the entry, by undoing the match: it is asked again."""
        for name, undo in (
            ("button", lambda: self.as_user(self.user, self.record).action_undo()),
            ("reversed", self.by_wizard),
            ("deleted", self.by_draft_and_deletion),
            ("unmatched", lambda: self.item(self.move).remove_move_reconcile()),
        ):
            with self.subTest(name):
                savepoint = self.cr.savepoint()
                undo()
                self.env.invalidate_all()
                self.assertFalse(self.record.is_in_force)
                self.assertFalse(self.record.search([("id", "=", self.record.id), ("is_in_force", "=", True)]))
                self.assertTrue(self.record.search([("id", "=", self.record.id), ("is_in_force", "=", False)]))
                self.assertEqual(self.move.amount_residual, 100)
                self.assertIn("not in force any more", self.record.claim_id.with_context(lang="en_US").write_off_text)
                self.run_for(partners=self.partner)
                self.assertEqual(self.code(self.move), "LETTER")
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_once_more_after_that(self):
        self.as_user(self.user, self.record).action_undo()
        with self.refused("nothing to undo"):
            self.as_user(self.user, self.record).action_undo()
        again = self.write_off(self.move) - self.record
        self.assertTrue(again.is_in_force)
        self.assertFalse(self.record.is_in_force)
        self.assertTrue(self.record.claim_id.is_written_off, "the last one counts")

    def test_undoing_in_a_locked_period(self):
        self.nl.fiscalyear_lock_date = TODAY
        with self.refused("locked"):
            self.as_user(self.user, self.record).action_undo()
        self.assertTrue(self.record.is_in_force)

    def watch(self):
        self.env["dunning.late.receipt"].sudo()._watch(self.nl)
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl)
        return case.activity_ids.filtered(lambda activity: "write-off" in activity.summary)

    def test_a_receipt_that_comes_later(self):
        """Money of the day before is no receipt on it; of the day itself it is, told once, to the responsible."""
        self.unallocated(self.partner, 10, on=TODAY - timedelta(days=1))
        self.assertFalse(self.watch())
        self.receipt(self.partner, 100)
        [task] = self.watch()
        self.assertEqual(task.user_id, self.user)
        self.assertIn("VAT", task.note)
        self.assertIn(self.record.number, task.note)
        self.assertEqual(self.record.received_on, TODAY)
        self.assertEqual(self.watch(), task, "once")

    def test_a_receipt_in_the_ledger(self):
        self.unallocated(self.partner, 100, on=TODAY)
        self.env["dunning.daily.job"].sudo()._watch(self.nl)
        self.assertEqual(self.record.received_on, TODAY)
