"""Claims that may lapse: the day on the case, a warning per stage, and what interrupts it in each country."""

from datetime import date, timedelta

from odoo import Command
from odoo.tests import tagged

from ...common import TODAY, DunningCase

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestLimitation(DunningCase):
    without_pdf = True
    with_belgium = True

    def watch(self, partner, on=None, company=None):
        """What the daily job does on a day; the case of the debtor."""
        company = company or self.nl
        with self.at(on or TODAY):
            self.env["dunning.figures"]._refresh(company)
            self.env["dunning.limitation"].with_company(company)._watch(company)
        return self.env["dunning.case"]._for_partners(partner, company)

    def consumer(self, due, country="nl", **vals):
        partner = self.debtor("Mrs White", kind="consumer", country_id=self.env.ref(f"base.{country}").id, **vals)
        return partner, self.invoice(partner, 100, due=due, company=self.be if country == "be" else self.nl)

    def test_stages_before_on_and_after(self):
        """Two years after 20-11-2024 (art. 7:28 BW); the safe last day is 19-11-2026."""
        partner, _move = self.consumer(date(2024, 11, 20))
        last = date(2026, 11, 19)
        expected = [
            (date(2026, 5, 18), False, False),
            (date(2026, 5, 19), last, "6"),
            (date(2026, 5, 20), last, "6"),
            (date(2026, 8, 18), last, "6"),
            (date(2026, 8, 19), last, "3"),
            (date(2026, 10, 18), last, "3"),
            (date(2026, 10, 19), last, "1"),
            (last, last, "1"),
            (last + DAY, last, "0"),
        ]
        for day, limit, stage in expected:
            with self.subTest(day):
                case = self.watch(partner, day)
                self.assertEqual((case.limitation_date, case.limitation_warned), (limit, stage))
        self.assertEqual(len(case.activity_ids), 4, "one activity per stage, not one per day")
        self.assertEqual(case.activity_ids.user_id, self.user)
        self.assertIn("may have lapsed", " ".join(case.activity_ids.mapped("summary")))

    def test_business_has_five_years(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=date(2024, 11, 20))
        self.assertFalse(self.watch(partner).limitation_date)

    def test_dutch_letter_starts_a_new_period(self):
        partner, move = self.consumer(date(2024, 12, 20))
        self.assertEqual(self.watch(partner).limitation_date, date(2026, 12, 19))
        for days in (0, 8, 17):
            with self.at(days) as today:
                self.send_level(partners=partner, date=today)
        self.assertFalse(self.watch(partner, TODAY + timedelta(days=18)).limitation_date)
        self.assertTrue(move.dunning_level_id)

    def test_belgian_letter_does_not(self):
        partner, _move = self.consumer(date(2025, 12, 20), "be")
        self.assertEqual(self.watch(partner, company=self.be).limitation_date, date(2026, 12, 19))
        self.send_level(self.be, partner)
        case = self.watch(partner, TODAY + DAY, self.be)
        self.assertEqual(case.limitation_date, date(2026, 12, 19))
        self.assertIn("does not interrupt", case.activity_ids[:1].note)

    def test_part_payment_is_an_acknowledgement(self):
        partner, move = self.consumer(date(2024, 12, 20))
        self.assertTrue(self.watch(partner).limitation_date)
        self.pay(move, 10)
        self.assertFalse(self.watch(partner).limitation_date)

    def plan(self, move, company=None, moves=None, **vals):
        """A plan that the debtor agreed to today, over his invoice or over everything."""
        company = company or self.nl
        case = self.env["dunning.case"]._for_partners(move.partner_id, company, create=True)
        lines = [Command.create({"date": TODAY + timedelta(days=300), "amount": 100})]
        about = {"case_id": case.id, "move_ids": [Command.set((move if moves is None else moves).ids)]}
        plans = self.env["dunning.payment.plan"].with_company(company)
        return plans.create({"amount": 100, "instalment_ids": lines, **about, **vals})

    def test_a_plan_that_was_agreed_is_an_acknowledgement(self):
        """A consumer's two years in the Netherlands and one in Belgium begin again on the day of the agreement."""
        for country, company, due, until in (
            ("nl", self.nl, date(2024, 12, 20), date(2028, 11, 15)),
            ("be", self.be, date(2025, 12, 20), date(2027, 11, 15)),
        ):
            for whole in (False, True):
                with self.undone(f"{country} {whole}"):
                    partner, move = self.consumer(due, country)
                    plan = self.plan(move, company, move.browse() if whole else move)
                    self.assertTrue(self.watch(partner, company=company).limitation_date, "a draft is no agreement")
                    plan.action_agree()
                    self.assertFalse(self.watch(partner, company=company).limitation_date)
                    self.assertEqual(self.watch(partner, until - DAY, company).limitation_date, until)
                    plan.sudo().state = "broken"
                    self.assertEqual(self.watch(partner, until - DAY, company).limitation_date, until)
                    plan.action_cancel()
                    self.assertLess(self.watch(partner, company=company).limitation_date, until)

    def test_what_a_plan_says_nothing_about(self):
        """Too late, of another invoice, of a day before the invoice, disputed as a whole: it interrupts nothing."""
        with self.undone("too late"):
            partner, move = self.consumer(date(2024, 11, 15))
            self.plan(move).action_agree()
            self.assertEqual(self.watch(partner).limitation_date, date(2026, 11, 14))
        with self.undone("on the last day"):
            partner, move = self.consumer(date(2024, 11, 16))
            self.plan(move).action_agree()
            self.assertFalse(self.watch(partner).limitation_date)
        partner, move = self.consumer(date(2024, 12, 20))
        with self.undone("another invoice"):
            self.plan(self.invoice(partner, 100)).action_agree()
            self.assertTrue(self.watch(partner).limitation_date)
        for name, amount, found in (("disputed", 0, True), ("disputed in part", 40, False)):
            with self.undone(name):
                case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
                about = {"case_id": case.id, "move_ids": [Command.set(move.ids)], "reason": "price", "amount": amount}
                self.env["dunning.dispute"].create(about)
                self.plan(move, moves=move.browse()).action_agree()
                self.assertEqual(bool(self.watch(partner).limitation_date), found)

    def test_paid_claim_is_not_watched(self):
        partner, move = self.consumer(date(2024, 12, 20))
        self.assertTrue(self.watch(partner).limitation_date)
        self.pay(move)
        self.assertFalse(self.watch(partner).limitation_date)

    def test_daily_job_watches(self):
        partner, _move = self.consumer(date(2024, 12, 20))
        self.env["dunning.figures"]._refresh(self.nl)
        self.env["dunning.run"]._cron_run()
        case = self.env["dunning.case"]._for_partners(partner, self.nl)
        self.assertEqual(case.limitation_date, date(2026, 12, 19))
        shown = self.open_form(self.as_user(self.user, case))
        self.assertEqual(shown["limitation_date"], date(2026, 12, 19))

    def test_queries_do_not_grow_with_the_claims(self):
        partners = [self.consumer(date(2024, 12, 20))[0] for _number in range(3)]
        self.watch(partners[0])
        counts = []
        for number in (2, 20):
            for _claim in range(number):
                self.invoice(partners[0], 10, due=date(2024, 12, 20))
            self.env.flush_all()
            start = self.cr.sql_log_count
            self.env["dunning.limitation"].with_company(self.nl)._watch(self.nl)
            counts.append(self.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestStaleEverywhere(DunningCase):
    """An outdated table is shouted about where people look: the menu, the run and the settings."""

    def stale(self):
        table = self.env.ref("cremann_dunning.dunning_interest_table_nl_trade")
        table.rate_ids.filtered(lambda rate: rate.valid_from >= date(2026, 1, 1)).sorted("valid_from")[::-1].unlink()
        table.invalidate_recordset()
        return table

    def test_menu_and_settings(self):
        cases = self.as_user(self.user)["dunning.case"]
        self.assertEqual(cases.action_open_worklist()["res_model"], "dunning.case")
        table = self.stale()
        action = cases.action_open_worklist()
        self.assertEqual((action["tag"], action["params"]["sticky"]), ("display_notification", True))
        self.assertIn(table.name, action["params"]["message"])
        self.assertEqual(action["params"]["next"]["res_model"], "dunning.case")
        settings = self.env["res.config.settings"].create({"company_id": self.nl.id})
        self.assertIn(table.name, settings.dunning_stale_rates)
