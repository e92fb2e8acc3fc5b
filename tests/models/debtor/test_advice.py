"""Advice on new sales: from what happened, in sets, decided by a manager, and what Odoo can do done at once."""

from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import TODAY, DunningCase
from ..event.told_case import ToldMixin


@tagged("post_install", "-at_install")
class TestAdvice(ToldMixin, DunningCase):
    without_pdf = True
    with_belgium = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.move = cls.invoice(cls.partner, 1200, due=70)
        cls.case = cls.env["dunning.case"]._for_partners(cls.partner, cls.nl, create=True)

    def broken(self, count=2, company=None, date=TODAY - timedelta(days=30)):
        case = (
            self.case if company is None else self.env["dunning.case"]._for_partners(self.partner, company, create=True)
        )
        for _each in range(count):
            promise = self.env["dunning.promise"].create(
                {"case_id": case.id, "amount": 10, "made_on": TODAY - timedelta(days=400), "date": date}
            )
            promise.sudo().state = "broken"

    def look(self, user=None, partner=None):
        """As somebody who chooses it on the contact."""
        partner = self.as_user(user or self.manager, partner or self.partner)
        action = partner.action_dunning_advice()
        return partner.env["dunning.advice"].search(action["domain"])

    def of(self, kind, **options):
        return self.look(**options).filtered(lambda advice: advice.kind == kind and advice.state == "open")

    def test_from_what_happened(self):
        self.assertEqual(self.look().mapped("kind"), ["credit_limit"])
        self.broken()
        advice = self.look()
        self.assertEqual(set(advice.mapped("kind")), {"deposit", "credit_limit", "stop"})
        stop = advice.filtered(lambda one: one.kind == "stop")
        self.assertEqual(
            stop.with_context(lang="en_US").reasons_text,
            "The oldest open invoice is 70 days late; promises or payment plans broken in a year: 2",
        )
        self.assertEqual(len(self.look()), len(advice), "asked again it is advised once")
        self.pay(self.move)
        self.assertEqual({one.kind for one in self.look() if one.state == "open"}, {"deposit", "credit_limit"})
        self.assertEqual({one.kind for one in self.look() if one.state == "lapsed"}, {"stop"})

    def test_oldest_before_on_after(self):
        for days, advised in ((59, False), (60, True), (61, True)):
            with self.subTest(days):
                partner = self.debtor(f"Late {days}")
                self.invoice(partner, 100, due=days)
                self.assertEqual(bool(self.look(partner=partner)), advised)

    def test_a_year(self):
        for days, advised in ((366, False), (365, True), (364, True)):
            with self.undone(str(days)):
                self.pay(self.move)
                self.broken(date=TODAY - timedelta(days=days))
                self.assertEqual(bool(self.look()), advised)

    def test_disputed_is_not_late(self):
        dispute = self.env["dunning.dispute"].create(
            {"case_id": self.case.id, "move_ids": self.move.ids, "reason": "price"}
        )
        self.assertFalse(self.look())
        dispute.write({"state": "closed", "outcome": "rejected", "closed_on": TODAY})
        self.assertTrue(self.look())

    def test_insolvent(self):
        vals = {"partner_id": self.partner.id, "company_id": self.nl.id, "kind": "nl_bankruptcy", "date": TODAY}
        insolvency = self.env["dunning.insolvency"].create(vals)
        self.assertEqual(self.look().mapped("kind"), ["stop"])
        insolvency.write({"ended_on": TODAY, "outcome": "resumed"})
        self.assertIn("deposit", self.look().filtered(lambda one: one.state == "open").mapped("kind"))

    def test_each_company_its_own(self):
        self.broken(company=self.be)
        self.assertEqual(self.look().mapped("kind"), ["credit_limit"])
        theirs = self.look(user=self.be_manager)
        self.assertEqual(set(theirs.mapped("kind")), {"deposit", "credit_limit"})
        with self.assertRaises(AccessError):
            self.as_user(self.manager, theirs).read(["kind"])

    def test_accept_what_odoo_can_do(self):
        term = self.env["account.payment.term"].create(
            {"name": "10 days", "line_ids": [(0, 0, {"value": "percent", "value_amount": 100, "nb_days": 10})]}
        )
        self.case.sudo().write({"days_late": 20})
        advice = self.of("term")
        advice.term_id = term.with_env(advice.env)
        with self.assertRaisesRegex(AccessError, "Contact"), self.cr.savepoint():
            advice.action_accept()  # the contact is changed with the rights of whoever decides
        self.manager.group_ids = [Command.link(self.env.ref("base.group_partner_manager").id)]
        with self.telling("debtor.advice_accepted", family="debtor.advice") as events:
            advice.action_accept()
        self.assertEqual(self.partner.with_company(self.nl).property_payment_term_id, term)
        self.assertFalse(self.partner.with_company(self.be).property_payment_term_id)
        self.assertIn("10 days", advice.done)
        self.assertEqual(
            (advice.state, advice.decided_by_id.id, advice.decided_on), ("accepted", self.manager.id, TODAY)
        )
        self.assertEqual(events[0].author_id, self.manager)
        self.assertIn("A shorter term", events[0].with_context(lang="en_US").sentence)

        limit = self.of("credit_limit")
        self.assertEqual(limit.amount, 100)
        limit.amount = 250
        limit.action_accept()
        self.assertEqual(self.partner.with_company(self.nl).credit_limit, 250)
        self.assertIn("Odoo warns", limit.with_context(lang="en_US").done)
        with self.refused("decided already"):
            limit.action_accept()
        with self.refused("decided already"):
            limit.amount = 10

    def test_kept_for_whoever_sells(self):
        self.broken()
        for kind in ("deposit", "stop"):
            advice = self.of(kind)
            advice.action_accept()
            self.assertEqual(advice.state, "accepted")
            self.assertTrue(advice.done)

    def test_declined_needs_a_reason_and_rests(self):
        advice = self.of("credit_limit")
        with self.refused("why not"):
            advice.action_decline()
        advice.why = "They pay once the harvest is in"
        with self.telling("debtor.advice_declined", family="debtor.advice") as told:
            advice.action_decline()
        self.assertEqual(self.personal(told[0]), {"why": "They pay once the harvest is in"})
        self.assertNotIn("harvest", str(told[0].facts))
        for days, again in ((179, False), (180, True), (181, True)):
            with self.undone(str(days)), self.at(days):
                self.assertEqual(bool(self.of("credit_limit")), again)

    def test_term_and_limit_are_needed(self):
        self.case.sudo().write({"days_late": 20})
        for kind, field, said in (
            ("term", "term_id", "Choose the term"),
            ("credit_limit", "amount", "Enter the credit"),
        ):
            advice = self.of(kind)
            advice[field] = False
            with self.subTest(kind), self.refused(said):
                advice.action_accept()
        with self.refused("amount_not_negative", IntegrityError):
            self.of("credit_limit").amount = -1

    def test_whose_right_it_is(self):
        advice = self.of("credit_limit")
        seen = self.as_user(self.user, advice)
        self.assertTrue(seen.reasons_text)
        for act in (seen.action_accept, seen.action_decline):
            with self.assertRaises(AccessError):
                act()
        with self.assertRaises(AccessError):
            self.as_user(self.biller, self.partner).action_dunning_advice()
        with self.assertRaises(AccessError):
            advice.state = "accepted"
        with self.assertRaises(AccessError):
            advice.reasons = []

    def test_with_care(self):
        self.broken()
        self.env["dunning.care"].create({"partner_id": self.partner.id, "company_id": self.nl.id, "reason": "money"})
        self.assertFalse(self.look())

    def test_nightly_once_and_in_sets(self):
        job = self.env["dunning.prevention"]
        with self.counted() as few:
            job._bring(self.nl)
        for number in range(12):
            self.invoice(self.debtor(f"Late {number}"), 100, due=80)
        with self.counted() as many:
            job._bring(self.nl)
        self.assertLessEqual(many[0], few[0] + 6, "it grows with no debtor")
        self.assertEqual(self.env["dunning.advice"].search_count([("company_id", "=", self.nl.id)]), 13)
        job._nightly(self.nl)
        self.invoice(self.debtor("Later"), 100, due=80)
        job._nightly(self.nl)
        self.assertEqual(self.env["dunning.advice"].search_count([("company_id", "=", self.nl.id)]), 13)
        with self.at(1):
            job._nightly(self.nl)
            self.assertEqual(self.env["dunning.advice"].search_count([("company_id", "=", self.nl.id)]), 14)

    def test_erased(self):
        self.look()
        self.env["dunning.erasure"]._erase(self.nl, self.partner.ids)
        self.assertFalse(self.env["dunning.advice"].search([("partner_id", "=", self.partner.id)]))
