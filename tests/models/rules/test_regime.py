"""The law as records: the same answers as the law functions, dated, per country and kind of debtor."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.cremann_dunning.law import costs, interest, limitation, terms
from odoo.addons.cremann_dunning.law.allocation import Claim, Costs
from odoo.addons.cremann_dunning.models.rules.regime_map import RegimeError

from ...common import RefusalMixin
from ...law.support import cases

CASES = {case["id"]: case for case in cases("nl_allocation")}
D = Decimal
DAY = timedelta(days=1)
TODAY = date(2026, 11, 21)

# Section 1.8 of the law reference: (principal, costs without VAT).
NL_COSTS = """
0.01 40.00 | 10.00 40.00 | 266.66 40.00 | 266.67 40.00 | 266.68 40.00 | 266.70 40.01 | 300.00 45.00
412.30 61.85 | 500.00 75.00 | 750.00 112.50 | 2499.99 375.00 | 2500.00 375.00 | 2500.01 375.00
3000.00 425.00 | 4800.00 605.00 | 4999.99 625.00 | 5000.00 625.00 | 5000.01 625.00 | 7500.00 750.00
9999.99 875.00 | 10000.00 875.00 | 10000.01 875.00 | 32721.25 1102.21 | 199999.99 2775.00
200000.00 2775.00 | 200000.01 2775.00 | 500000.00 4275.00 | 999999.99 6775.00 | 1000000.00 6775.00
1000000.01 6775.00 | 2000000.00 6775.00
"""

# Section 10.2: (balance, highest lump sum).
BE_CAPS = """
0.01 20.00 | 50.00 20.00 | 149.99 20.00 | 150.00 20.00 | 150.01 30.00 | 200.00 35.00 | 300.00 45.00
499.99 64.99 | 500.00 65.00 | 500.01 65.00 | 750.00 77.50 | 1000.00 90.00 | 5000.00 290.00
39199.99 1999.99 | 39200.00 2000.00 | 39200.01 2000.00 | 100000.00 2000.00
"""

# Section 3.5: (id, regime, principal, due, until, interest act/365, interest act/act).
INTEREST = [
    ("NL-T1", "nl_business", "10000.00", "2024-06-15", "2024-12-31", "668.90", "668.90"),
    ("NL-T2", "nl_business", "5000.00", "2023-03-31", "2025-09-30", "1596.47", "1594.56"),
    ("NL-T3", "nl_business", "1210.00", "2026-05-15", "2026-11-21", "65.12", "65.12"),
    ("NL-T4", "nl_business", "1000.00", "2024-12-31", "2025-01-31", "9.47", "9.47"),
    ("NL-T5", "nl_business", "25000.00", "2015-11-11", "2016-11-11", "2013.42", "2007.92"),
    ("NL-T6", "nl_business", "2000.00", "2020-02-28", "2022-03-15", "340.98", "340.98"),
    ("NL-T3", "nl_public", "1210.00", "2026-05-15", "2026-11-21", "65.12", "65.12"),
    ("NL-C1", "nl_consumer", "1000.00", "2022-10-31", "2026-11-21", "237.79", "237.57"),
    ("NL-C2", "nl_consumer", "250.00", "2025-12-01", "2026-02-01", "2.11", "2.11"),
    ("NL-C3", "nl_consumer", "3000.00", "2014-05-28", "2014-12-11", "48.58", "48.58"),
    ("BE-T1", "be_business", "5000.00", "2025-05-31", "2025-10-15", "201.16", "201.16"),
    ("BE-T2", "be_business", "1210.00", "2026-05-15", "2026-11-21", "66.14", "66.14"),
    ("BE-B2C sme", "be_consumer", "1000.00", "2026-09-01", "2026-11-21", "23.30", "23.30"),
    ("BE-B2C other", "be_consumer", "1000.00", "2026-09-15", "2026-11-21", "19.27", "19.27"),
]

# Sections 2.4 (margin from 1-7-2026) and 10.1: (regime, sent, channel, receipt, last day, claimable).
TERMS = [
    ("nl_consumer", "2026-11-02", "print", "2026-11-05", "2026-11-19", "2026-11-20"),
    ("nl_consumer", "2026-11-05", "post", "2026-11-10", "2026-11-24", "2026-11-25"),
    ("nl_consumer", "2026-11-06", "post", "2026-11-11", "2026-11-25", "2026-11-26"),
    ("nl_consumer", "2026-04-02", "post", "2026-04-07", "2026-04-21", "2026-04-22"),
    ("nl_consumer", "2026-11-02", "email", "2026-11-02", "2026-11-16", "2026-11-17"),
    ("nl_consumer", "2026-11-21", "email", "2026-11-21", "2026-12-07", "2026-12-08"),
    ("be_consumer", "2026-11-02", "print", "2026-11-04", "2026-11-18", "2026-11-19"),
    ("be_consumer", "2026-11-07", "post", "2026-11-11", "2026-11-25", "2026-11-26"),
    ("be_consumer", "2026-12-23", "post", "2026-12-28", "2027-01-11", "2027-01-12"),
    ("be_consumer", "2026-11-06", "email", "2026-11-06", "2026-11-20", "2026-11-21"),
]


def pairs(table):
    """Yield the pairs of Decimals of a table written as text."""
    for pair in table.replace("\n", "|").split("|"):
        if pair.strip():
            yield tuple(D(number) for number in pair.split())


class RegimeCase(RefusalMixin, TransactionCase):
    """Reads as a bookkeeper; records are made and changed as a manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.user = new_test_user(cls.env, "regime_user", groups="cremann_dunning.group_dunning_user")
        cls.manager = new_test_user(cls.env, "regime_manager", groups="cremann_dunning.group_dunning_manager")
        cls.Regime = cls.env["dunning.regime"].with_user(cls.user)
        cls.AsManager = cls.env["dunning.regime"].with_user(cls.manager)
        cls.nl = cls.env.ref("base.nl")
        cls.scale = cls.env.ref("cremann_dunning.dunning_cost_scale_nl_wik").with_user(cls.manager)
        cls.table = cls.env.ref("cremann_dunning.dunning_interest_table_nl_trade").with_user(cls.manager)

    def regime(self, name):
        """A shipped regime, read as the bookkeeper."""
        return self.env.ref(f"cremann_dunning.dunning_regime_{name}").with_user(self.user)

    def make(self, **values):
        """A regime made by the manager."""
        defaults = {
            "name": "Test",
            "debtor_kind": "business",
            "valid_from": "2020-01-01",
            "costs_basis": "none",
        }
        return self.AsManager.create({**defaults, **values})

    def assertRegimeError(self, code, function, *args):
        """The call fails with this code and a message that a person can act on."""
        with self.assertRaises(RegimeError) as caught:
            function(*args)
        self.assertEqual(caught.exception.code, code)
        self.assertGreater(len(caught.exception.args[0]), 30)
        return caught.exception.args[0]


@tagged("post_install", "-at_install")
class TestRegimeAnswers(RegimeCase):
    """Records and functions say the same."""

    def test_shipped_scales_equal_the_constants(self):
        self.assertEqual(self.regime("nl_consumer")._law_scale(), costs.NL_SCALE)
        self.assertEqual(self.regime("be_consumer")._law_scale(), costs.BE_CONSUMER_CAP)

    def test_dutch_costs(self):
        for name in ("nl_business", "nl_consumer", "nl_public"):
            for principal, expected in pairs(NL_COSTS):
                with self.subTest(regime=name, principal=principal):
                    self.assertEqual(self.regime(name).collection_costs(principal), expected)
                    self.assertEqual(costs.collection_costs(principal, costs.NL_SCALE), expected)

    def test_belgian_caps(self):
        for balance, expected in pairs(BE_CAPS):
            with self.subTest(balance=balance):
                self.assertEqual(self.regime("be_consumer").collection_costs(balance), expected)

    def test_fixed_compensation(self):
        for name in ("be_business", "be_public", "eu_business", "eu_public"):
            self.assertEqual(self.regime(name).collection_costs(D("5000")), D("40.00"))
            self.assertEqual(self.regime(name).collection_costs(D("0.01")), D("40.00"))

    def test_allocation_al_1(self):
        """A trade claim: costs, interest, principal, and interest over what is left."""
        claim = Claim(D("1000.00"), date(2026, 6, 30), (Costs(D("150.00"), date(2026, 9, 1)),))
        for payment in ((date(2026, 9, 30), D("500.00")), ("2026-09-30", 500.0)):
            result = self.regime("nl_business").allocate([payment], claim, "2026-11-21")
            step = result.steps[0]
            self.assertEqual((step.to_costs, step.to_interest), (D("150.00"), D("26.21")))
            self.assertEqual((step.to_principal, step.principal_left), (D("323.79"), D("676.21")))
            self.assertEqual((result.interest, result.total), (D("10.02"), D("686.23")))

    def test_allocation_al_2(self):
        """A consumer pays inside the free term: costs absorb nothing; without interest all is principal."""
        case = CASES["AL-2"]
        paid_on = case["payment_date"]
        claim = Claim(D(case["principal"]), date(2026, 8, 31), (Costs(D("150.00"), date(2026, 10, 20)),))
        regime = self.regime("nl_consumer")
        result = regime.allocate([(paid_on, D("500.00"))], claim, paid_on)
        step = result.steps[0]
        self.assertEqual(result.accrual.total, D(case["interest_until_payment"]))
        self.assertEqual(step.to_costs, D(case["applied_to_costs"]))
        self.assertEqual(step.to_interest, D(case["applied_to_interest"]))
        self.assertEqual(step.to_principal, D(case["applied_to_principal"]))
        self.assertEqual(step.principal_left, D(case["principal_after"]))
        self.assertEqual(regime.collection_costs(step.principal_left), D(case["costs_after_deadline_ex_vat"]))
        self.assertEqual((result.costs, result.costs_not_due), (0, D("150.00")))
        patient = regime.allocate([(paid_on, 500)], replace(claim, interest_from=date(2026, 10, 20)), paid_on)
        self.assertEqual(patient.principal, D("500.00"))

    def test_allocation_without_interest(self):
        regime = self.make()
        result = regime.allocate([("2026-03-01", 40.0)], Claim(100.0, date(2026, 1, 1)), "2026-11-21")
        self.assertEqual((result.interest, result.principal, result.accrual.total), (0, D("60.00"), 0))

    def test_allocation_that_makes_no_sense(self):
        claim = Claim(D("100"), date(2026, 1, 31))
        allocate = self.regime("nl_business").allocate
        self.assertRegimeError("ERROR", allocate, [("2026-02-01", 0)], claim, "2026-02-02")
        self.assertRegimeError("ERROR", allocate, [("2026-02-01", -5)], claim, "2026-02-02")
        self.assertRegimeError("ERROR", allocate, [], claim, "2026-01-30")
        self.assertRegimeError("ERROR", allocate, [], replace(claim, principal=D("-1")), "2026-02-02")
        self.assertRegimeError("NO_RATE", allocate, [], replace(claim, due_date=date(2000, 1, 1)), "2026-02-02")
        empty = self.AsManager.env["dunning.interest.table"].create({"name": "Empty", "code": "none"})
        self.assertRegimeError("NO_RATE", self.make(interest_table_id=empty.id).allocate, [], claim, "2026-02-02")

    def test_nothing_owed_costs_nothing(self):
        for name in ("nl_business", "nl_consumer", "be_business", "be_consumer", "eu_consumer"):
            for principal in (D("0"), D("-10"), 0.0, 0):
                self.assertEqual(self.regime(name).collection_costs(principal), D("0.00"))

    def test_no_costs_for_consumers_elsewhere(self):
        self.assertEqual(self.regime("eu_consumer").collection_costs(D("1000")), D("0.00"))

    def test_odoo_floats_are_whole_cents(self):
        regime = self.regime("nl_business")
        self.assertEqual(regime.collection_costs(0.1 + 0.2), D("40.00"))
        self.assertEqual(regime.collection_costs(412.3), D("61.85"))
        self.assertEqual(regime.interest(1210.0, "2026-05-15", "2026-11-21").total, D("65.12"))

    def test_interest_examples(self):
        for case, name, principal, due, until, act_365, act_act in INTEREST:
            with self.subTest(case=case, regime=name):
                regime = self.regime(name)
                self.assertEqual(regime.interest(D(principal), due, until).total, D(act_365))
                regime.with_user(self.manager).day_count = "act_act"
                self.assertEqual(regime.interest(D(principal), due, until).total, D(act_act))
                regime.with_user(self.manager).day_count = "act_365"

    def test_interest_equals_the_function(self):
        regime = self.regime("nl_business")
        rows = [(rate.valid_from, D(str(rate.percent))) for rate in regime.interest_table_id.rate_ids]
        table = interest.RateTable.from_rows(rows)
        expected = interest.interest(D("5000"), date(2023, 3, 31), date(2025, 9, 30), table)
        result = regime.interest(D("5000"), date(2023, 3, 31), date(2025, 9, 30))
        self.assertEqual(result.total, expected.total)
        self.assertEqual(result.segments, expected.segments)
        self.assertEqual(len(result.segments), 8)
        self.assertEqual(result.days, 914)

    def test_simple_interest(self):
        regime = self.regime("nl_business")
        regime.with_user(self.manager).interest_compounding = "simple"
        self.assertEqual(regime.interest(D("5000"), "2023-03-31", "2025-09-30").total, D("1458.14"))

    def test_no_interest_on_the_due_date(self):
        self.assertEqual(self.regime("nl_business").interest(D("1000"), TODAY, TODAY).total, D("0.00"))

    def test_legal_rate_table(self):
        table = self.env.ref("cremann_dunning.dunning_interest_table_be_legal")
        regime = self.make(interest_table_id=table.id)
        self.assertEqual(regime.interest(D("1000"), "2024-11-30", "2026-03-31").total, D("60.98"))

    def test_free_terms(self):
        for name, sent, channel, receipt, last_day, claimable in TERMS:
            with self.subTest(regime=name, sent=sent, channel=channel):
                term = self.regime(name).free_term(sent, channel)
                self.assertEqual(term.receipt, date.fromisoformat(receipt))
                self.assertEqual(term.first_day, date.fromisoformat(receipt) + DAY)
                self.assertEqual(term.last_day, date.fromisoformat(last_day))
                self.assertEqual(term.claimable_from, date.fromisoformat(claimable))

    def test_free_term_equals_the_function(self):
        term = self.regime("nl_consumer").free_term(date(2026, 11, 2), "post")
        self.assertEqual(term, terms.free_term("NL", date(2026, 11, 2), "post"))

    def test_free_term_with_proof(self):
        regime = self.regime("nl_consumer")
        term = regime.free_term("2026-11-02", "registered", "2026-11-04")
        self.assertEqual(term.claimable_from, date(2026, 11, 19))
        self.assertEqual(term.evidence, "proven")

    def test_free_term_of_a_letter_that_never_arrived(self):
        regime = self.regime("nl_consumer")
        self.assertRegimeError("ERROR", regime.free_term, "2026-11-02", "registered")
        self.assertRegimeError("ERROR", lambda: regime.free_term("2026-11-02", "email", bounced=True))
        self.assertRegimeError("ERROR", regime.free_term, "2026-11-02", "pigeon")

    def test_longer_free_term_from_the_record(self):
        self.regime("nl_consumer").with_user(self.manager).free_term_days = 21
        term = self.regime("nl_consumer").free_term("2026-11-02", "email")
        self.assertEqual(term.last_day, date(2026, 11, 23))

    def test_no_free_term_for_business(self):
        for name in ("nl_business", "nl_public", "be_business", "eu_business", "eu_consumer"):
            self.assertIsNone(self.regime(name).free_term(TODAY, "email"))

    def test_protection_of_consumers(self):
        dutch, belgian = self.regime("nl_consumer"), self.regime("be_consumer")
        self.assertTrue(dutch.costs_need_statutory_notice)
        self.assertFalse(dutch.costs_need_clause)
        self.assertTrue(belgian.costs_need_statutory_notice)
        self.assertTrue(belgian.costs_need_clause)
        self.assertTrue(belgian.interest_needs_statutory_notice)
        self.assertTrue(belgian.interest_needs_clause)
        self.assertFalse(self.regime("eu_consumer").interest_table_id)

    def test_every_shipped_regime_names_its_source(self):
        shipped = self.env["dunning.regime"].search([("company_id", "=", False)])
        self.assertEqual(len(shipped), 10)
        self.assertTrue(all(shipped.mapped("article")))


@tagged("post_install", "-at_install")
class TestRegimeResolution(RegimeCase):
    """Which law holds for whom, on which day."""

    def find(self, country, kind, on=TODAY):
        """The regime in force, as the bookkeeper asks for it."""
        return self.Regime.for_debtor(country, kind, on)

    def test_country_and_kind(self):
        for country in ("NL", "BE"):
            for kind in ("business", "public"):
                self.assertEqual(self.find(country, kind), self.regime(f"{country}_{kind}".lower()))
        self.assertEqual(self.find("NL", "consumer"), self.regime("nl_consumer_2024"))
        self.assertEqual(self.find("BE", "consumer"), self.regime("be_consumer"))
        for country in ("DE", "US", "", False, None):
            for kind in ("business", "consumer", "public"):
                self.assertEqual(self.find(country, kind), self.regime(f"eu_{kind}"))

    def test_unknown_debtor_is_protected_as_a_consumer(self):
        for kind in ("unknown", "", False, None):
            self.assertEqual(self.find("NL", kind), self.regime("nl_consumer_2024"))
            self.assertEqual(self.find("DE", kind), self.regime("eu_consumer"))

    def test_public_body_falls_back_on_business_but_consumer_does_not(self):
        self.regime("nl_public").with_user(self.manager).active = False
        self.assertEqual(self.find("NL", "public"), self.regime("nl_business"))
        (self.regime("nl_consumer") + self.regime("nl_consumer_2024")).with_user(self.manager).active = False
        self.assertRegimeError("NO_REGIME", self.find, "NL", "consumer")
        self.assertRegimeError("NO_REGIME", self.find, "NL", "unknown")

    def test_day_before_on_and_after(self):
        for name, country, kind in (
            ("nl_consumer", "NL", "consumer"),
            ("nl_business", "NL", "business"),
            ("be_business", "BE", "business"),
            ("be_consumer", "BE", "consumer"),
            ("eu_business", "FR", "business"),
        ):
            with self.subTest(regime=name):
                regime = self.regime(name)
                self.assertRegimeError("NO_REGIME", self.find, country, kind, regime.valid_from - DAY)
                self.assertEqual(self.find(country, kind, regime.valid_from), regime)
                self.assertEqual(self.find(country, kind, regime.valid_from + DAY), regime)

    def test_instalments_have_a_tariff_from_october_2024(self):
        old, new = self.regime("nl_consumer"), self.regime("nl_consumer_2024")
        for day, regime in ((date(2024, 9, 30), old), (date(2024, 10, 1), new), (date(2024, 10, 2), new)):
            self.assertEqual(self.find("NL", "consumer", day), regime)
        self.assertEqual((old.instalment_threshold, new.instalment_threshold), (0, 266.67))

    def test_new_law_from_its_day_on(self):
        old = self.regime("nl_consumer_2024")
        new = old.with_user(self.manager).copy({"valid_from": "2027-01-01", "name": "New law"})
        self.assertEqual(self.find("NL", "consumer", date(2026, 12, 31)), old)
        self.assertEqual(self.find("NL", "consumer", date(2027, 1, 1)), new)
        self.assertEqual(self.find("NL", "consumer", date(2027, 1, 2)), new)
        new.valid_from = "2027-01-02"
        self.assertEqual(self.find("NL", "consumer", date(2027, 1, 1)), old)
        new.unlink()
        self.assertEqual(self.find("NL", "consumer", date(2027, 1, 2)), old)

    def test_country_with_its_own_regime_is_not_another_country(self):
        germany = self.env.ref("base.de")
        own = self.make(country_id=germany.id, valid_from="2020-01-01")
        self.assertEqual(self.find("DE", "business"), own)
        self.assertEqual(self.find("de", "public"), own)
        self.assertRegimeError("NO_REGIME", self.find, "DE", "consumer")
        self.assertRegimeError("NO_REGIME", self.find, "DE", "business", date(2019, 12, 31))

    def test_own_regime_of_a_company_goes_first_and_stays_there(self):
        other = self.env["res.company"].create({"name": "Other"})
        own = self.env["dunning.regime"].create(
            {
                "name": "House rule",
                "company_id": other.id,
                "country_id": self.nl.id,
                "debtor_kind": "business",
                "valid_from": "2015-01-01",
            }
        )
        self.user.company_ids += other
        self.assertEqual(self.find("NL", "business"), self.regime("nl_business"))
        elsewhere = self.Regime.with_company(other)
        self.assertEqual(elsewhere.for_debtor("NL", "business", TODAY), own)
        before = elsewhere.for_debtor("NL", "business", date(2014, 12, 31))
        self.assertEqual(before, self.regime("nl_business"))

    def test_no_query_per_debtor(self):
        regimes = self.Regime._regime_map(TODAY)
        regimes.for_debtor("NL", "business").name  # noqa: B018 - the first read loads them all
        with self.assertQueryCount(0):
            for _turn in range(50):
                self.assertTrue(regimes.for_debtor("NL", "consumer").name)
                self.assertTrue(regimes.for_debtor("BE", "public").name)
                self.assertTrue(self.Regime.for_debtor("DE", "unknown", TODAY).id)

    def test_no_query_per_computation(self):
        regime = self.Regime.for_debtor("NL", "business", TODAY)
        regime.interest(D("100"), "2024-01-01", TODAY)
        regime.collection_costs(D("100"))
        with self.assertQueryCount(0):
            for cents in range(1, 200):
                regime.interest(D(cents), "2024-01-01", TODAY)
                regime.collection_costs(D(cents))

    def test_unknown_words(self):
        message = self.assertRegimeError("NO_REGIME", self.find, "NL", "martian")
        self.assertIn("NL", message)


@tagged("post_install", "-at_install")
class TestRegimeRefusals(RegimeCase):
    """Settings that are wrong are refused, and questions without an answer are typed errors."""

    def test_no_table(self):
        for name in ("eu_business", "eu_consumer"):
            message = self.assertRegimeError("NO_RATE", self.regime(name).interest, D("100"), "2026-01-01", TODAY)
            self.assertIn(self.regime(name).name, message)

    def test_empty_table(self):
        table = self.env["dunning.interest.table"].create({"name": "Empty", "code": "empty"})
        regime = self.make(interest_table_id=table.id)
        self.assertRegimeError("NO_RATE", regime.interest, D("100"), "2026-01-01", TODAY)

    def test_period_before_the_first_rate(self):
        regime = self.regime("nl_business")
        first = date(2009, 7, 1)
        message = self.assertRegimeError("NO_RATE", regime.interest, D("100"), first - 2 * DAY, TODAY)
        self.assertIn("2009", message)
        # Due on the day before: the first interest day is the first day of the table.
        self.assertTrue(regime.interest(D("100"), first - DAY, TODAY).total)
        self.assertTrue(regime.interest(D("100"), first, TODAY).total)

    def test_scale_without_brackets(self):
        scale = self.env["dunning.cost.scale"].create({"name": "Empty", "code": "empty"})
        regime = self.make(costs_basis="scale", cost_scale_id=scale.id)
        message = self.assertRegimeError("NO_SCALE", regime.collection_costs, D("100"))
        self.assertIn("Test", message)
        self.assertEqual(regime.collection_costs(D("0")), D("0.00"))

    def test_questions_that_make_no_sense(self):
        regime = self.regime("nl_business")
        self.assertRegimeError("ERROR", regime.interest, D("100"), TODAY, TODAY - DAY)
        self.assertRegimeError("ERROR", regime.interest, D("-100"), "2026-01-01", TODAY)
        self.assertRegimeError("ERROR", regime.interest, D("100"), None, TODAY)
        for amount in (D("1.005"), D("NaN"), float("nan"), float("inf"), D("1e20"), None, "100"):
            self.assertRegimeError("ERROR", regime.collection_costs, amount)

    def test_regime_without_scale_or_amount(self):
        with self.refused("choose the cost scale"):
            self.make(costs_basis="scale")
        with self.refused("fill in its amount"):
            self.make(costs_basis="fixed")

    def test_regime_for_unknown(self):
        with self.refused("follows the regime for consumers"):
            self.make(debtor_kind="unknown")

    def test_statutory_notice_needs_a_term(self):
        with self.refused("choose the rule for its free term"):
            self.make(costs_need_statutory_notice=True)
        for days, fine in ((13, False), (14, True), (15, True)):
            values = {"free_term_rule": "nl_14day", "free_term_days": days, "valid_from": date(2020, 1, days)}
            if fine:
                self.make(**values)
            else:
                with self.refused("at least 14 days"):
                    self.make(**values)

    @mute_logger("odoo.sql_db")
    def test_one_regime_per_country_kind_and_day(self):
        first = self.make()
        with self.assertRaises(UniqueViolation) as caught, self.cr.savepoint():
            self.make()
        message = self.env["dunning.regime"]._sql_error_to_message(caught.exception)
        self.assertIn("already a regime for this country", message)
        first.active = False
        first.flush_recordset()
        self.assertTrue(self.make())

    def test_scale_must_start_at_zero(self):
        with self.refused("must start at zero"):
            self.scale.bracket_ids[0].unlink()
            self.scale.bracket_ids = self.scale.bracket_ids

    @mute_logger("odoo.sql_db")
    def test_bracket_limits(self):
        bracket = self.scale.bracket_ids[0]
        for values in ({"percent": -1}, {"percent": 101}, {"above": -1}, {"base": -1}):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                bracket.write(values)
                bracket.flush_recordset()

    @mute_logger("odoo.sql_db")
    def test_rate_limits(self):
        rates = self.env["dunning.interest.rate"].with_user(self.manager)
        for values, error, message in (
            ({"valid_from": "2027-01-01", "percent": -0.01}, CheckViolation, "between 0 and 100"),
            ({"valid_from": "2027-01-01", "percent": 1040}, CheckViolation, "between 0 and 100"),
            (
                {"valid_from": "2026-07-01", "percent": 10.4},
                UniqueViolation,
                "already has a rate from that day",
            ),
        ):
            with self.assertRaises(error) as caught, self.cr.savepoint():
                rates.create({"table_id": self.table.id, **values})
            self.assertRegex(rates._sql_error_to_message(caught.exception), message)

    def test_gap_is_refused(self):
        rates = self.env["dunning.interest.rate"].with_user(self.manager)
        with self.refused("no rate for 01/01/2027"):
            rates.create({"table_id": self.table.id, "valid_from": "2027-07-01", "percent": 10})
        rates.create(
            [
                {"table_id": self.table.id, "valid_from": "2027-07-01", "percent": 10},
                {"table_id": self.table.id, "valid_from": "2027-01-01", "percent": 10},
            ]
        )

    def test_only_the_newest_rate_can_be_deleted(self):
        newest, older = self.table.rate_ids[0], self.table.rate_ids[1]
        self.assertEqual(newest.valid_from, date(2026, 7, 1))
        with self.refused("cannot be deleted", UserError):
            older.unlink()
        newest.unlink()
        self.assertEqual(self.table.newest_rate_date, older.valid_from)

    def test_new_rate_counts_at_once(self):
        regime = self.regime("nl_business")
        old = regime.interest(D("1000"), "2026-12-31", "2027-01-31").total
        rate = self.table.rate_ids.create({"table_id": self.table.id, "valid_from": "2027-01-01", "percent": 12})
        new = regime.interest(D("1000"), "2026-12-31", "2027-01-31").total
        self.assertEqual((old, new), (D("8.83"), D("10.19")))
        rate.percent = 6
        self.assertEqual(regime.interest(D("1000"), "2026-12-31", "2027-01-31").total, D("5.10"))

    def test_changed_bracket_counts_at_once(self):
        regime = self.regime("nl_business")
        self.assertEqual(regime.collection_costs(D("1000")), D("150.00"))
        self.scale.bracket_ids[0].percent = 20
        self.assertEqual(regime.collection_costs(D("1000")), D("200.00"))
        self.scale.maximum = 100
        self.assertEqual(regime.collection_costs(D("1000")), D("100.00"))


@tagged("post_install", "-at_install")
class TestInterestTable(RegimeCase):
    """Shipped rates and the warning that they are old."""

    def test_shipped_rates(self):
        for code, rows, first, newest, percent in (
            ("nl_trade", 36, "2009-07-01", "2026-07-01", 10.40),
            ("nl_consumer", 10, "2009-07-01", "2026-01-01", 4.00),
            ("be_trade", 35, "2010-01-01", "2026-07-01", 10.50),
            ("be_legal", 20, "2007-01-01", "2026-01-01", 4.50),
        ):
            with self.subTest(table=code):
                table = self.env.ref(f"cremann_dunning.dunning_interest_table_{code}")
                self.assertEqual(len(table.rate_ids), rows)
                self.assertEqual(table.rate_ids[-1].valid_from, date.fromisoformat(first))
                self.assertEqual(table.newest_rate_date, date.fromisoformat(newest))
                self.assertEqual(table.rate_ids[0].percent, percent)
                self.assertFalse(table._missing_days())
                self.assertTrue(all(table.rate_ids.mapped("source")))

    def test_how_well_rows_are_confirmed(self):
        def status(code, day):
            table = self.env.ref(f"cremann_dunning.dunning_interest_table_{code}")
            return table.rate_ids.filtered(lambda r: r.valid_from == date.fromisoformat(day)).verification

        self.assertEqual(status("nl_trade", "2026-07-01"), "confirmed")
        self.assertEqual(status("be_trade", "2026-07-01"), "derived")
        self.assertEqual(status("be_legal", "2026-01-01"), "single")

    def test_stale_after_seven_months(self):
        for day, stale in (("2027-01-31", False), ("2027-02-01", False), ("2027-02-02", True)):
            with freeze_time(day):
                self.table.invalidate_recordset(["is_stale"])
                self.assertEqual(self.table.is_stale, stale, day)
                found = self.env["dunning.interest.table"].search([("is_stale", "=", True)])
                self.assertEqual(self.table in found, stale, day)
                self.assertEqual(self.table._is_stale_on(date.fromisoformat(day)), stale)

    def test_yearly_table_is_stale_after_thirteen_months(self):
        table = self.env.ref("cremann_dunning.dunning_interest_table_be_legal")
        self.assertFalse(table._is_stale_on(date(2027, 2, 1)))
        self.assertTrue(table._is_stale_on(date(2027, 2, 2)))

    def test_somebody_looked_and_found_no_newer_rate(self):
        table = self.env.ref("cremann_dunning.dunning_interest_table_nl_consumer").with_user(self.manager)
        self.assertFalse(table._is_stale_on(date(2027, 2, 20)))
        self.assertTrue(table._is_stale_on(date(2027, 2, 21)))
        with freeze_time("2027-03-01"):
            table.action_mark_checked()
            self.assertFalse(table.is_stale)
        self.assertTrue(table._is_stale_on(date(2027, 10, 2)))

    def test_empty_and_contract_tables(self):
        tables = self.env["dunning.interest.table"]
        self.assertTrue(tables.create({"name": "Empty", "code": "empty"}).is_stale)
        self.assertFalse(tables.create({"name": "Agreed", "code": "agreed", "kind": "contract"}).is_stale)

    def test_copies_have_codes_of_their_own(self):
        self.assertEqual(self.table.copy().code, "nl_trade_copy")
        copy = self.scale.copy()
        self.assertEqual(copy.code, "nl_wik_copy")
        self.assertEqual(copy._law_scale(), costs.NL_SCALE)

    @mute_logger("odoo.sql_db")
    def test_code_is_unique(self):
        for model in ("dunning.interest.table", "dunning.cost.scale"):
            self.env[model].create({"name": "One", "code": "same"})
            with self.assertRaises(UniqueViolation), self.cr.savepoint():
                self.env[model].create({"name": "Two", "code": "same"})


@tagged("post_install", "-at_install")
class TestMoreAnswers(RegimeCase):
    """Instalments, reminder fees, clauses, contact hours and limitation: the records say what the functions say."""

    def test_instalments(self):
        regime, old = self.regime("nl_consumer_2024"), self.regime("nl_consumer")
        for case in cases("nl_wik_periodic_2a"):
            self.assertTrue(case)
        earlier = [(date(2026, 6, 1), 40.0)]
        for amount in ("0", "100.00", "266.67", "266.68", "1000.00"):
            for before in ((), earlier):
                expected = costs.instalment_costs(D(amount), TODAY, [(d, D(str(a))) for d, a in before], costs.NL_SCALE)
                self.assertEqual(regime.instalment_costs(D(amount), TODAY, before), expected)
        self.assertEqual(regime.instalment_costs(100.0, "2026-11-21", earlier), D("20.00"))
        self.assertEqual(old.instalment_costs(100.0, TODAY, earlier), D("40.00"), "no tariff before October 2024")
        self.assertEqual(regime.letter_costs([(250.0, True)] * 3, TODAY), D("40.00"))
        self.assertEqual(regime.letter_costs([(250.0, False)] * 3, TODAY), D("112.50"))
        self.assertEqual(regime.letter_costs([(100.0, True), (1000.0, False)], TODAY), D("165.00"))
        self.assertEqual(regime.letter_costs([], TODAY), D("0.00"))
        self.assertRegimeError("ERROR", regime.instalment_costs, D("NaN"), TODAY)

    def test_reminder_fee(self):
        regime = self.regime("be_consumer")
        due = date(2026, 10, 1)
        for count, fee in ((2, "0.00"), (3, "9.00"), (4, "9.00")):
            earlier = [date(2026, month, 1) for month in range(1, count + 1)]
            self.assertEqual(regime.reminder_costs(due, earlier, 1.5), D(fee))
        self.assertEqual(regime.reminder_costs(due, [date(2025, month, 1) for month in range(1, 6)]), D("0.00"))
        self.assertEqual(self.regime("nl_consumer_2024").reminder_costs(due, [due] * 9, 1.5), D("0.00"))
        self.assertRegimeError("ERROR", regime.reminder_costs, due, (), -1)

    def test_clause_and_its_maximum(self):
        regime = self.regime("be_consumer")
        scale = self.env["dunning.cost.scale"].create({"name": "Clause", "code": "clause"})
        bracket = self.env["dunning.cost.bracket"].create({"scale_id": scale.id, "above": 0, "percent": 9})
        self.assertEqual(regime.lump_sum(1000.0), D("90.00"))
        self.assertEqual(regime.lump_sum(1000.0, scale), D("90.00"))
        bracket.percent = 9.01
        self.assertRegimeError("CLAUSE", regime.lump_sum, 1000.0, scale)
        bracket.percent = 8.99
        self.assertEqual(regime.lump_sum(1000.0, scale), D("89.90"))

    def test_limitation(self):
        due = date(2024, 2, 29)
        for name, last in (
            ("nl_consumer_2024", date(2026, 2, 28)),
            ("nl_business", date(2029, 2, 28)),
            ("be_consumer", date(2025, 2, 28)),
            ("be_business", date(2034, 2, 28)),
        ):
            self.assertEqual(self.regime(name).limitation(due).last_day, last)
        acts = [limitation.Interruption(date(2025, 5, 1))]
        self.assertEqual(self.regime("nl_consumer_2024").limitation(due, acts).last_day, date(2027, 5, 1))
        self.assertEqual(self.regime("be_business").limitation(due, acts).last_day, date(2034, 2, 28))
        self.assertIsNone(self.regime("eu_consumer").limitation(due))
        with self.refused("choose what interrupts it"):
            self.make(limitation_months=12)

    @mute_logger("odoo.sql_db")
    def test_limits(self):
        for values in (
            {"limitation_months": 361, "limitation_rule": "nl"},
            {"limitation_months": -1, "limitation_rule": "nl"},
            {"contact_from": 20, "contact_until": 7},
            {"contact_from": 7, "contact_until": 25},
            {"instalment_first": -1},
        ):
            with self.subTest(values), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.make(**values)

    def test_elements_need_something_to_look_for(self):
        elements = self.env["dunning.element"].with_user(self.manager)
        with self.refused("choose which figure or name"):
            elements.create({"name": "X", "code": "x", "check": "value"})
        with self.refused("enter the words"):
            elements.create({"name": "X", "code": "x", "check": "phrase", "phrases": "  "})
        requirement = {"regime_id": self.regime("nl_business").id, "legal_type": "reminder"}
        with self.refused("allow e-mail or paper"):
            self.env["dunning.regime.requirement"].with_user(self.manager).create(
                requirement | {"by_email": False, "by_print": False}
            )
