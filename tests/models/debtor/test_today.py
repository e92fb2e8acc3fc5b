"""The landing page: lights, phases, what needs a person, what happens by itself; and it only reads."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...common import TODAY
from .test_worklist import WorklistCase


@tagged("post_install", "-at_install")
class TestToday(WorklistCase):
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nowhere = cls.debtor("Nowhere", email=False, street=False, zip=False, city=False)
        cls.invoice(cls.nowhere, 400, due=9)
        cls.late = cls.debtor("Later")
        cls.invoice(cls.late, 250, due=-5)
        cls.proposed = cls.run_for()
        cls.env.flush_all()

    def page(self, user=None, company=False):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.as_user(user or self.user)["dunning.today"].read_today(company)

    def light(self, key, **options):
        return {light["key"]: light for light in self.page(**options)["lights"]}[key]

    def opened(self, key):
        action = self.as_user(self.user)["dunning.today"].action_open(key, self.nl.id)
        return self.as_user(self.user)[action["res_model"]].search(action["domain"])

    def test_phases_add_up_and_open_their_lists(self):
        page = self.page()
        self.assertEqual({phase["key"]: phase["number"] for phase in page["phases"]}, {"not_due": 1, "new": 2})
        self.assertEqual([phase["amount"] for phase in page["phases"]], ["€250.00", "€1,400.00"])
        self.assertEqual(page["total"], "€1,400.00")
        for phase in page["phases"]:
            self.assertEqual(len(self.opened(phase["key"])), phase["number"])
        self.assertEqual(page["day"], "Monday 16 November 2026")

    def test_what_needs_somebody_has_a_reason_and_a_button(self):
        [row] = self.page()["attention"]
        self.assertEqual((row["debtor"], row["amount"], row["user"]), ("Nowhere", "€400.00", self.user.name))
        decision = self.env[row["model"]].browse(row["id"])
        self.assertEqual((row["words"], row["button"]), (decision.explanation, decision.repair_label))
        self.assertEqual(self.opened("attention"), decision.with_user(self.user))
        self.assertTrue(getattr(self.as_user(self.user, decision), row["method"])())
        self.pay(decision.move_id)
        self.assertFalse(self.page()["attention"], "paid a second ago")

    def test_broken_promise_and_dispute_that_is_late(self):
        promise = self.said("dunning.promise", amount=1000, date=TODAY, made_on=TODAY)
        promise._by_system().write({"state": "broken"})
        dispute = self.said("dunning.dispute", move_ids=self.move.ids, reason="price", amount=600, deadline=TODAY)
        rows = [(row["model"], row["amount"]) for row in self.page()["attention"]]
        self.assertEqual(rows, [("dunning.case", "€1,000.00"), ("dunning.decision", "€400.00")])
        dispute.deadline = TODAY - timedelta(days=1)
        rows = [row["model"] for row in self.page()["attention"]]
        self.assertEqual(rows, ["dunning.case", "dunning.dispute", "dunning.decision"], "the most money first")

    def test_lights(self):
        tones = {light["key"]: light["tone"] for light in self.page()["lights"]}
        self.assertEqual(tones["mode"], "good")
        self.nl.dunning_mode = "test"
        self.assertEqual((self.light("mode")["tone"], self.light("mode")["button"]), ("warning", False))
        self.assertTrue(self.light("mode", user=self.manager)["button"], "who may change it")
        self.nl.dunning_mode = "off"
        self.assertEqual(self.light("mode")["tone"], "danger")
        self.assertEqual(self.light("receipts")["tone"], "good")
        self.receipt(self.partner, 75)
        self.opened("receipts")
        self.env["dunning.receipt.look"]._bring(self.nl)
        self.assertEqual((self.light("receipts")["tone"], self.light("receipts")["detail"]), ("warning", "€75.00"))
        self.assertEqual(self.light("replies")["tone"], "good")
        self.env["dunning.reply"].create(
            {"case_id": self.case.id, "subject": "?", "received_on": TODAY, "email_from": "x@example.com"}
        )
        self.assertEqual(self.light("replies")["tone"], "warning")
        self.assertEqual(len(self.opened("replies")), 1)

    def test_what_happens_by_itself(self):
        page = self.page()
        self.assertEqual([(run["id"], run["drafts"], run["sent"]) for run in page["runs"]], [(self.proposed.id, 1, 0)])
        self.send_outbox(self.confirm(self.proposed))
        page = self.page()
        self.assertEqual([(run["drafts"], run["sent"]) for run in page["runs"]], [(0, 1)])
        self.assertFalse(page["tomorrow"]["hour"])
        self.nl.dunning_automatic = True
        days = (self.case.next_date - TODAY).days
        for before, letters in ((2, 0), (1, 1)):
            with self.at(days - before):
                tomorrow = self.page()["tomorrow"]
            self.assertEqual((tomorrow["letters"], tomorrow["hour"]), (letters, f"{self.nl.dunning_send_hour:02d}:00"))
        self.assertFalse(page["unasked"])
        self.invoice(self.debtor("New"), 80, due=1)
        self.assertEqual(self.page()["unasked"], {"number": 1, "amount": "€80.00"})
        self.assertEqual(self.opened("unasked").partner_id.name, "New")

    def test_company_of_a_country_without_a_known_calendar(self):
        self.nl.country_id = self.env.ref("base.aq")
        self.assertEqual(self.light("bank")["tone"], "warning")
        self.receipt(self.partner, 75)
        self.assertIn(self.light("bank")["tone"], ("good", "warning"))
        friday = TODAY + timedelta(days=4)
        days = [self.nl._dunning_working_day(friday + timedelta(days=number)) for number in range(4)]
        self.assertEqual(days, [friday, *[friday + timedelta(days=3)] * 3])

    def test_everything_that_needs_attention(self):
        partners = self.env["res.partner"].union(
            *(self.debtor(f"Nowhere {n}", email=False, street=False, zip=False, city=False) for n in range(12))
        )
        self.invoices(partners, 40, due=9)
        self.run_for(partners=partners)
        page = self.page()
        self.assertEqual((len(page["attention"]), page["more"]), (12, 1))
        self.assertIn("1 more", page["more_words"])
        page = self.as_user(self.user)["dunning.today"].read_today(False, True)
        self.assertEqual((len(page["attention"]), page["more"]), (13, 0))

    def test_run_tells_apart_what_somebody_has_to_do(self):
        run = self.as_user(self.user, self.proposed)
        self.assertEqual(run.act_decision_ids.partner_id, self.nowhere)
        self.assertLessEqual(run.act_decision_ids, run.kept_decision_ids)

    def test_look_ahead_leads_to_its_debtors(self):
        simulation = self.as_user(self.user)["dunning.simulation"].create({"company_id": self.nl.id})
        simulation.action_simulate()
        action = simulation.line_ids[0].action_open_debtors()
        cases = self.as_user(self.user)["dunning.case"].search(action["domain"])
        self.assertEqual(cases.partner_id, simulation.line_ids[0].partner_ids)
        self.assertEqual(len(cases), simulation.line_ids[0].letters)

    def test_it_only_reads(self):
        self.page()
        self.env.flush_all()
        counted = "SELECT pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid), relname"
        counted += " FROM pg_class c WHERE relkind = 'r' AND relname LIKE 'dunning%' ORDER BY relname"
        self.cr.execute(counted)
        before = self.cr.fetchall()
        self.page()
        self.cr.execute(counted)
        self.assertEqual(self.cr.fetchall(), before)

    def test_whose_it_is(self):
        with self.assertRaises(AccessError):
            self.page(user=self.internal)
        with self.refused("not among those", AccessError):
            self.page(user=self.user, company=self.be.id)
        self.assertFalse(self.page(user=self.be_user)["attention"])
        page = self.page(user=self.group_user, company=self.nl.id)
        self.assertEqual((page["company"], len(page["companies"]), len(page["attention"])), (self.nl.id, 2, 1))
        with self.refused("no such list", AccessError):
            self.opened("anything")

    def test_statements_do_not_grow(self):
        """Neither with debtors nor with what needs attention."""
        self.page()
        with self.assertQueryCount(120):
            few = self.count_statements()
        for number in range(6):
            partner = self.debtor(f"Nowhere {number}", email=False, street=False, zip=False, city=False)
            self.invoice(partner, 40, due=9)
        self.run_for()
        self.page()
        self.assertLessEqual(self.count_statements(), few + 2)

    def count_statements(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.as_user(self.user)["dunning.today"].read_today()
        return self.cr.sql_log_count - before
