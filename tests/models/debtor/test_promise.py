"""A promise keeps letters back until its day and the days of grace; the ledger tells whether it was kept."""

from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...common import TODAY, day
from .agreement_case import AgreementCase


class PromiseCase(AgreementCase):
    def promise(self, moves=None, ahead=3, made=0, **vals):
        """A promise for so many days from today, made so many days ago."""
        dates = {"date": day(-ahead), "made_on": day(made)}
        return self.note("dunning.promise", moves, **dates | vals)

    def settle(self, company=None):
        self.env["dunning.promise"]._settle(company or self.nl)

    def calls_for_help(self):
        return self.case.activity_ids.filtered(lambda activity: activity.summary == "Promise broken")


@tagged("post_install", "-at_install")
class TestPromise(PromiseCase):
    def test_invoice_waits_until_the_days_of_grace_are_over(self):
        promise = self.promise(self.move, ahead=3)
        self.assertEqual((self.code(self.move), self.code(self.second)), ("PROMISE", "LETTER"))
        self.assertEqual(
            self.why(self.move),
            "The debtor promised to pay €100.00 on 11/19/2026. Left alone until 11/21/2026.",
        )
        self.assertEqual(self.move.dunning_next_date, TODAY + timedelta(days=6))
        self.assertEqual(promise.until, TODAY + timedelta(days=5))
        for days, code in ((4, "PROMISE"), (5, "PROMISE"), (6, "LETTER")):
            with self.subTest(days), self.at(days):
                self.run_for().action_cancel()
                self.assertEqual(self.code(self.move), code)

    def test_days_of_grace_are_the_companys(self):
        for grace, code in ((0, "LETTER"), (1, "PROMISE"), (2, "PROMISE")):
            with self.subTest(grace):
                self.nl.dunning_promise_grace_days = grace
                promise = self.promise(self.move, ahead=-1, made=5)
                self.assertEqual(self.code(self.move), code)
                promise.action_cancel()
                self.assertEqual(self.code(self.move), "LETTER")
        with self.refused("", CheckViolation):
            self.nl.dunning_promise_grace_days = -1

    def test_about_everything_in_its_currency(self):
        dollars = self.invoice(self.partner, 50, due=10, currency=self.usd)
        self.assertEqual(self.promise(amount=10).currency_id, self.eur)
        codes = [self.code(move) for move in (self.move, self.second, dollars)]
        self.assertEqual(codes, ["PROMISE", "PROMISE", "LETTER"])

    def test_neither_kept_nor_broken_when_its_invoices_are_gone(self):
        """Deleted or cancelled: cancelled, and said so. Back in draft to be corrected: it goes on waiting."""
        first, second, third = (self.promise(move) for move in (self.move, self.second, self.move + self.second))
        number = self.move.name
        (self.move + self.second).button_draft()
        self.move.with_context(force_delete=True).unlink()
        self.env.invalidate_all()
        self.settle()
        self.assertEqual([promise.state for promise in (first, second, third)], ["cancelled", "open", "open"])
        [told] = [text for text in self.told_on(self.case) if "The invoices that it was about are gone" in text]
        self.assertIn(number, told)
        self.second.button_cancel()
        self.settle()
        self.assertEqual([promise.state for promise in (first, second, third)], ["cancelled"] * 3)
        self.assertFalse(self.calls_for_help())

    def test_made_while_a_letter_is_in_the_outbox(self):
        letter = self.confirm(self.run_for())
        self.promise()
        self.assertEqual(self.send_outbox(letter), [])
        self.assertEqual(letter.state, "cancelled")
        self.assertIn("promised to pay", letter.cancel_reason)

    def test_kept_by_the_cent(self):
        self.pay(self.second, 49.99)
        for amount, state in ((49.98, "kept"), (49.99, "kept"), (50, "open")):
            with self.subTest(amount):
                promise = self.promise(self.second, amount=amount)
                self.assertEqual(promise.paid_amount, 49.99)
                self.settle()
                self.assertEqual(promise.state, state)

    def test_money_counts_from_the_promise_to_the_end_of_grace(self):
        self.pay(self.move)
        self.pay(self.second, 150)  # both dated today
        for made, ahead, state in (
            (-1, 3, "open"),  # promised a day after the payment
            (0, 3, "kept"),
            (1, 3, "kept"),
            (9, -3, "broken"),  # the days of grace ended yesterday
            (9, -2, "kept"),
            (9, -1, "kept"),
        ):
            with self.subTest(made=made, ahead=ahead):
                promise = self.promise(self.second, made=made, ahead=ahead, amount=150)
                self.settle()
                self.assertEqual(promise.state, state)
                self.assertEqual(promise.decided_on, TODAY if state != "open" else False)

    def test_broken_on_the_day_after_the_grace_and_told_once(self):
        promise = self.promise(self.move, ahead=3)
        self.pay(self.move, 10)
        for days, state in ((4, "open"), (5, "open"), (6, "broken")):
            with self.subTest(days), self.at(days):
                self.env["dunning.run"]._cron_run()
                self.assertEqual(promise.state, state)
                self.assertEqual(len(self.calls_for_help()), int(state == "broken"))
        with self.at(7):
            self.env["dunning.run"]._cron_run()
            activity = self.calls_for_help()
            self.assertEqual(len(activity), 1)
            self.assertEqual(activity.user_id, self.user)
            self.assertIn("€10.00 came in", activity.note)
            self.assertIn(self.move.name, activity.note)
            self.assertEqual(self.code(self.move), "LETTER")

    def test_the_responsible_reads_it_in_his_own_language(self):
        self.user.lang = "nl_NL"
        self.promise(self.move, ahead=-3, made=9)
        self.settle()
        self.assertEqual(self.case.activity_ids.summary, "Belofte niet nagekomen")

    def test_a_payment_that_is_booked_late_still_counts(self):
        promise, other = (self.promise(move, ahead=-3, made=9) for move in (self.move, self.second))
        self.settle()
        self.assertEqual((promise + other).mapped("state"), ["broken", "broken"])
        line = self.unallocated(self.partner, 100)
        line.move_id.button_draft()
        line.move_id.date = day(3)
        line.move_id.action_post()
        claim = self.move.line_ids.filtered(lambda item: item.account_type == "asset_receivable")
        (line + claim).reconcile()
        self.settle()
        self.assertEqual((promise + other).mapped("state"), ["kept", "broken"])
        self.assertEqual(len(self.calls_for_help()), 2, "nobody hears of the other one again")

    def test_credit_notes_are_no_payments_but_leave_nothing_to_pay(self):
        promise = self.promise(self.move)
        refund = self.credit(self.partner, 60)
        (refund + self.move).line_ids.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
        self.settle()
        self.assertEqual((promise.paid_amount, promise.state), (0, "open"))
        self.pay(self.move)
        self.settle()
        self.env.invalidate_all()
        self.assertEqual((promise.paid_amount, promise.state), (40, "kept"))

    def test_paying_all_of_it_too_late_is_not_keeping_it(self):
        promise = self.promise(self.move, made=9, ahead=-3)
        self.pay(self.move)
        for _turn in range(2):
            self.settle()
            self.assertEqual(promise.state, "broken")

    def test_money_on_account_counts_for_a_promise_about_everything(self):
        everything, named = self.promise(amount=120), self.promise(self.move, amount=100)
        self.unallocated(self.partner, 20)
        self.pay(self.second, 99.99)
        self.settle()
        self.env.invalidate_all()
        self.assertEqual((everything.paid_amount, everything.state), (119.99, "open"))
        self.assertEqual((named.paid_amount, named.state), (0, "open"))
        self.unallocated(self.partner, 0.01)
        self.settle()
        self.assertEqual(everything.state, "kept")

    def test_money_for_another_currency_does_not_count(self):
        dollars = self.invoice(self.partner, 50, due=10, currency=self.usd)
        promise = self.promise(amount=10)
        self.pay(dollars)
        self.settle()
        self.assertEqual((promise.paid_amount, promise.state), (0, "open"))

    def test_cancelled_and_kept_ones_stay(self):
        kept, cancelled = self.promise(self.move), self.promise(self.second)
        cancelled.action_cancel()
        self.pay(self.move)
        self.settle()
        self.assertEqual((kept.state, cancelled.state), ("kept", "cancelled"))
        for promise in (kept, cancelled):
            with self.refused("stays as it is"):
                promise.action_cancel()
        with self.at(30):
            self.settle()
            self.assertEqual((kept.state, cancelled.state), ("kept", "cancelled"))

    def test_bad_input(self):
        with self.refused("", CheckViolation):
            self.promise(self.move, amount=0)
        with self.refused("", CheckViolation):
            self.promise(self.move, ahead=-2, made=1)
        self.promise(self.move, ahead=-1, made=1)
        with self.refused("Make one for each currency"):
            self.promise(self.move + self.invoice(self.partner, 10, currency=self.usd))
        with self.refused("is not an invoice to"):
            self.promise(self.invoice(self.debtor("Other"), 10))
        with self.refused("", AccessError):
            self.note("dunning.promise", self.move, user=self.biller, date=TODAY)

    def test_buttons_fill_in_what_is_open(self):
        self.pay(self.move, 30)
        moves = self.as_user(self.user, self.move + self.second)
        promise = self.fill_in(moves.action_dunning_promise(), date=TODAY)
        self.assertEqual((promise.amount, promise.move_ids), (270, self.move + self.second))
        self.env["dunning.figures"]._refresh(self.nl)
        everything = self.fill_in(self.as_user(self.user, self.case).action_new_promise(), date=TODAY)
        self.assertEqual((everything.amount, everything.move_ids.ids), (270, []))
        self.assertIn("everything of this debtor", self.told_on(self.case)[0])
        values = self.open_form(self.as_user(self.user, self.case))
        self.assertEqual((values["promise_count"], len(values["promise_ids"])), (2, 2))
        self.open_form(promise)
        rows = self.open_list(self.as_user(self.user), "dunning.promise", [])
        self.assertEqual(rows["length"], 2)

    def test_what_is_decided_keeps_the_promise_among_its_inputs(self):
        self.promise(self.move)
        decision = self.move.dunning_decision_id
        self.env["dunning.promise"].search([]).action_cancel()
        self.assertEqual((decision.code, decision.replay()["same"]), ("PROMISE", True))


@tagged("post_install", "-at_install")
class TestManyPromises(PromiseCase):
    with_belgium = True

    def test_every_company_is_settled_also_those_without_a_daily_run(self):
        be_move = self.invoice(self.partner, 300, due=10, company=self.be)
        be_case = self.env["dunning.case"]._for_partners(self.partner, self.be, create=True)
        dates = {"date": day(3), "made_on": day(9)}
        theirs = self.as_user(self.be_user)["dunning.promise"].create(
            {"case_id": be_case.id, "move_ids": [Command.set(be_move.ids)], **dates}
        )
        ours = self.promise(self.move, made=9, ahead=-3)
        self.pay(be_move)
        self.settle(self.be)
        self.assertEqual((ours.state, theirs.state), ("open", "broken"))
        self.assertFalse((self.nl + self.be).filtered("dunning_automatic"))
        self.env["dunning.run"]._cron_run()
        self.assertEqual(ours.state, "broken")
        self.assertEqual(be_case.activity_ids.user_id, self.be_user)

    def test_settling_many_costs_no_more_queries_than_few(self):
        partners = self.env["res.partner"].create([{"name": f"Debtor {n}", "is_company": True} for n in range(200)])
        moves = self.invoices(partners, 100, due=10)
        cases = self.env["dunning.case"]._for_partners(partners, self.nl, create=True)
        by_partner = {case.partner_id: case.id for case in cases}
        dates = {"date": day(3), "made_on": day(9)}
        about = [{"case_id": by_partner[move.partner_id], "move_ids": [Command.set(move.ids)]} for move in moves]
        counts = {}
        for number in (20, 20, 200):
            promises = self.env["dunning.promise"].create([vals | dates for vals in about[:number]])
            with self.counted() as count:
                self.settle()
            self.assertEqual(set(promises.mapped("state")), {"broken"})
            promises.unlink()
            counts[number] = count[0]
        # Odoo inserts and updates a hundred records a statement
        self.assertLessEqual(counts[200], counts[20] + 20, counts)
