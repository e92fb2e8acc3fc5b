"""A payment plan keeps letters back as long as every instalment comes in."""

from datetime import date, timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...common import TODAY, day
from .agreement_case import AgreementCase


@tagged("post_install", "-at_install")
class TestPaymentPlan(AgreementCase):
    def plan(self, moves=None, instalments=((3, 50), (10, 30), (17, 20)), agree=True, **vals):
        """A plan about the first invoice, with instalments as days from today and amounts."""
        lines = [Command.create({"date": day(-ahead), "amount": amount}) for ahead, amount in instalments]
        plan = self.note("dunning.payment.plan", moves or self.move, instalment_ids=lines, **vals)
        if agree:
            plan.action_agree()
        return plan

    def settle(self):
        self.env["dunning.payment.plan"]._settle(self.nl)

    # -- instalments ----------------------------------------------------------------------------------------------

    def test_equal_instalments_are_exact_to_the_cent(self):
        for amount, count, amounts in (
            (100, 3, [33.34, 33.33, 33.33]),
            (100, 1, [100]),
            (0.05, 3, [0.02, 0.02, 0.01]),
            (99.99, 4, [25, 25, 25, 24.99]),
        ):
            with self.subTest(amount=amount, count=count):
                plan = self.plan(instalments=(), agree=False, amount=amount, instalment_count=count)
                plan.action_make_instalments()
                self.assertEqual(plan.instalment_ids.mapped("amount"), amounts)
                plan.action_make_instalments()
                self.assertEqual(len(plan.instalment_ids), count, "dividing again starts over")
                plan.action_agree()
                plan.action_cancel()

    def test_a_currency_without_cents(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        move = self.invoice(self.partner, 1000, currency=yen)
        plan = self.plan(move, instalments=(), agree=False)
        plan.action_make_instalments()
        self.assertEqual(plan.instalment_ids.mapped("amount"), [334, 333, 333])

    def test_the_same_day_of_every_month_or_its_last(self):
        plan = self.plan(instalments=(), agree=False, first_date=date(2026, 12, 31), instalment_count=4)
        plan.action_make_instalments()
        self.assertEqual(
            plan.instalment_ids.mapped("date"),
            [date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)],
        )

    def test_bad_input(self):
        for count in (0, 121):
            with self.refused("between 1 and 120"):
                self.plan(instalments=(), agree=False, instalment_count=count)
        small = self.plan(instalments=(), agree=False, amount=0.02)
        with self.refused("too small for so many"):
            small.action_make_instalments()
        with self.refused("Enter the day of the first"):
            self.plan(instalments=(), agree=False, first_date=False).action_make_instalments()
        with self.refused("", CheckViolation):
            self.plan(instalments=((3, 0),), agree=False)
        with self.refused("", UniqueViolation):
            self.plan(instalments=((3, 50), (3, 50)), agree=False)
        for amount in (99.99, 100.01):
            with self.refused("The instalments come to"):
                self.plan(instalments=((3, amount),))
        with self.refused("lies before the day of the agreement"):
            self.plan(instalments=((-1, 100),))
        self.plan(instalments=((0, 100),))
        with self.refused("", AccessError):
            self.note("dunning.payment.plan", self.move, user=self.biller)

    # -- letters wait ---------------------------------------------------------------------------------------------

    def test_only_an_agreed_plan_keeps_letters_back(self):
        plan = self.plan(agree=False)
        self.run_for().action_cancel()
        self.assertEqual(self.code(self.move), "LETTER")
        plan.action_agree()
        self.assertEqual((self.code(self.move), self.code(self.second)), ("PLAN", "LETTER"))
        self.assertEqual(
            self.why(self.move),
            "A payment plan runs: the next instalment of €50.00 is due on 11/19/2026. Left alone until 11/21/2026.",
        )
        self.assertEqual(plan.agreed_on, TODAY)
        plan.action_cancel()
        self.assertEqual(self.code(self.move), "LETTER")

    def test_letters_wait_until_an_instalment_is_missed(self):
        self.plan()
        for days, code in ((4, "PLAN"), (5, "PLAN"), (6, "LETTER")):
            with self.subTest(days), self.at(days):
                self.run_for().action_cancel()
                self.assertEqual(self.code(self.move), code)

    def test_payments_go_to_the_oldest_instalment(self):
        plan = self.plan()
        for paid, following, still_open in (
            (49.99, (3, 0.01), [0.01, 30, 20]),
            (0.01, (10, 30), [0, 30, 20]),
            (35, (17, 15), [0, 0, 15]),
        ):
            self.pay(self.move, paid)
            self.env.invalidate_all()
            ahead, amount = following
            self.assertEqual((plan.next_date, plan.next_amount), (day(-ahead), amount))
            self.assertEqual(plan.instalment_ids.mapped("open_amount"), still_open)
            self.run_for().action_cancel()
            self.assertEqual(self.move.dunning_next_date, day(-ahead - 3))

    def test_money_from_before_the_agreement_does_not_count(self):
        self.pay(self.move, 10)
        with self.at(1):
            plan = self.plan(instalments=((3, 90),))
            self.assertEqual((plan.amount, plan.paid_amount), (90, 0))
        earlier = self.plan(self.second, instalments=((3, 200),), agreed_on=day(1))
        self.pay(self.second, 10)
        self.env.invalidate_all()
        self.assertEqual(earlier.paid_amount, 10)

    # -- how it ends ----------------------------------------------------------------------------------------------

    def test_broken_on_the_day_after_the_grace_and_told_once(self):
        plan = self.plan()
        self.pay(self.move, 49.99)
        for days, state in ((4, "active"), (5, "active"), (6, "broken"), (7, "broken")):
            with self.subTest(days), self.at(days):
                self.env["dunning.run"]._cron_run()
                self.assertEqual(plan.state, state)
                self.assertEqual(len(self.case.activity_ids), int(state == "broken"))
        self.assertIn("€0.01 is missing", self.case.activity_ids.note)
        self.assertEqual(self.case.activity_ids.user_id, self.user)
        self.assertEqual(plan.decided_on, TODAY + timedelta(days=6))

    def test_kept_when_all_has_come_in(self):
        plan = self.plan()
        self.pay(self.move, 99.99)
        self.settle()
        self.assertEqual(plan.state, "active")
        self.pay(self.move)
        self.settle()
        self.assertEqual(plan.state, "kept")
        with self.refused("stays as it is"):
            plan.action_cancel()

    def test_kept_when_a_credit_note_leaves_nothing_to_pay(self):
        plan = self.plan()
        self.pay(self.move, 60)
        refund = self.credit(self.partner, 40)
        (refund + self.move).line_ids.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
        self.settle()
        self.assertEqual((plan.state, plan.paid_amount), ("kept", 60))

    def test_what_was_agreed_stays_until_it_is_a_draft_again(self):
        plan = self.plan()
        for change in (
            lambda: plan.write({"amount": 50}),
            lambda: plan.write({"move_ids": [Command.clear()]}),
            lambda: plan.instalment_ids[0].write({"amount": 1}),
            plan.instalment_ids[0].unlink,
            lambda: self.as_user(self.user)["dunning.payment.plan.instalment"].create(
                {"plan_id": plan.id, "date": TODAY, "amount": 5}
            ),
            plan.action_make_instalments,
        ):
            with self.refused("Put the plan back to draft to change it"):
                change()
        with self.at(1):
            plan.action_draft()
            self.assertEqual(self.code(self.move), "LETTER")
            plan.instalment_ids[0].date = day(-20)
            plan.action_agree()
            self.assertEqual((plan.agreed_on, plan.next_date), (TODAY, day(-10)))
        with self.refused("Only a draft can be agreed on"):
            plan.action_agree()

    # -- screens --------------------------------------------------------------------------------------------------

    def test_from_the_invoice_list_to_a_plan(self):
        moves = self.as_user(self.user, self.move + self.second)
        plan = self.fill_in(moves.action_dunning_plan(), instalment_count=2)
        self.assertEqual((plan.amount, plan.state, plan.first_date), (300, "draft", date(2026, 12, 16)))
        plan.action_make_instalments()
        plan.action_agree()
        self.assertRegex(
            self.told_on(self.case)[0], r"A payment plan over €300\.00 was agreed.*12/16/2026: €150\.00.*: €150\.00"
        )
        values = self.open_form(plan)
        self.assertEqual([line["open_amount"] for line in values["instalment_ids"]], [150, 150])
        case = self.as_user(self.user, self.case)
        self.assertEqual(self.open_form(case)["plan_count"], 1)
        rows = self.open_list(self.as_user(self.user), "dunning.payment.plan", case.action_open_plans()["domain"])
        self.assertEqual(rows["records"][0]["next_amount"], 150)
        self.assertEqual(self.as_user(self.user)["dunning.case"].search([("plan_ids.state", "=", "active")]), case)

    def test_settling_and_gathering_many_costs_no_more_queries_than_few(self):
        partners = self.env["res.partner"].create([{"name": f"Debtor {n}", "is_company": True} for n in range(200)])
        moves = self.invoices(partners, 100, due=10)
        cases = self.env["dunning.case"]._for_partners(partners, self.nl, create=True)
        by_partner = {case.partner_id: case.id for case in cases}
        counts = {"gather": {}, "settle": {}}
        for number in (20, 20, 200):
            plans = self.env["dunning.payment.plan"].create(
                [
                    {
                        "case_id": by_partner[move.partner_id],
                        "move_ids": [Command.set(move.ids)],
                        "agreed_on": day(9),
                        "instalment_ids": [Command.create({"date": day(3), "amount": 100})],
                    }
                    for move in moves[:number]
                ]
            )
            plans.write({"state": "active"})
            with self.counted() as count:
                facts = self.env["dunning.gather"].facts(self.nl, TODAY)
            counts["gather"][number] = count[0]
            self.assertEqual(sum(len(debtor.plans) for debtor in facts), number)
            with self.counted() as count:
                self.settle()
            counts["settle"][number] = count[0]
            self.assertEqual(set(plans.mapped("state")), {"broken"})
            plans.unlink()
        self.assertLessEqual(counts["gather"][200], counts["gather"][20] + 2, counts)
        self.assertLessEqual(counts["settle"][200], counts["settle"][20] + 20, counts)
