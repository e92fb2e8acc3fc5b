"""Costs over one base and per debt, and in every currency, from the proposal to the mail."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ...common import DunningCase


@tagged("post_install", "-at_install")
class TestOneBase(DunningCase):
    """6:96 lid 7 BW: all that a consumer was reminded of counts as one claim."""

    without_pdf = True

    def setUp(self):
        super().setUp()
        self.nl.dunning_term_agreed = True
        self.procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_consumer")
        gentle = self.procedure.level_ids.filtered(lambda level: level.legal_type == "reminder")
        gentle.active = False  # straight to the 14-day letter, since the due date was agreed
        self.partner = self.debtor("Mevrouw De Wit", kind="consumer")

    def notices(self, *days):
        found = []
        for number in days:
            with self.at(number):
                letter = self.send_level(partners=self.partner)
                found.append((letter.legal_type, letter.state, letter.amount_costs_announced))
        return found

    def test_two_procedures(self):
        other = self.procedure.copy({"name": "Other"})
        self.invoice(self.partner, 150, due=20)
        self.invoice(self.partner, 150, due=15, dunning_procedure_id=other.id)
        expected = [("statutory_notice", "sent", 40), ("statutory_notice", "sent", 5)]
        self.assertEqual(self.notices(0, 7), expected)

    def test_a_later_letter_of_the_same_procedure(self):
        """The minimum of 40 is that of 266.67; only what 15 percent gives above it is added."""
        for amount, added in ((116.69, 0), (116.70, 0.01), (116.71, 0.01), (150, 5)):
            with self.subTest(amount):
                self.back_in_time()
                self.partner = self.debtor(f"Consumer {amount}", kind="consumer")
                self.invoice(self.partner, 150, due=20)
                self.invoice(self.partner, amount, due=2)
                expected = [("statutory_notice", "sent", 40), ("statutory_notice", "sent", added)]
                self.assertEqual(self.notices(0, 7), expected)

    def test_whatever_the_amounts(self):
        """However claims come one after another, together their notices announce what one notice of all would."""
        regime = self.env.ref("cremann_dunning.dunning_regime_nl_consumer")
        cents = st.integers(500, 400_000).map(lambda number: Decimal(number).scaleb(-2))

        @settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.lists(cents, min_size=2, max_size=3))
        def announced(amounts):
            with self.cr.savepoint() as savepoint:
                self.partner = self.debtor("Mevrouw De Wit", kind="consumer")
                for number, amount in enumerate(amounts):
                    self.invoice(self.partner, float(amount), due=9 - 7 * number)  # each comes up a week later
                found = self.notices(*(7 * number for number in range(len(amounts))))
                self.assertEqual([row[:2] for row in found], [("statutory_notice", "sent")] * len(amounts))
                together = sum((Decimal(str(row[2])) for row in found), Decimal(0))
                self.assertEqual(together, regime.collection_costs(sum(amounts)), amounts)
                savepoint.rollback()
            self.env.invalidate_all()

        announced()

    def test_what_was_paid_is_no_base_any_more(self):
        first = self.invoice(self.partner, 150, due=20)
        self.invoice(self.partner, 150, due=2)
        self.assertEqual(self.notices(0), [("statutory_notice", "sent", 40)])
        self.pay(first)
        self.assertEqual(self.notices(7), [("statutory_notice", "sent", 40)])


@tagged("post_install", "-at_install")
class TestPerDebt(DunningCase):
    """XIX.4 WER: the maximum counts per balance due, and a cent above it frees the consumer of the clause."""

    without_pdf = True
    with_belgium = True

    def setUp(self):
        super().setUp()
        self.be.dunning_consumer_clause = "article 8"

    def test_announced_and_asked(self):
        """20 up to 150.00 each; above that 30 and a part, of which the scale over the sum is the least."""
        for amount, costs in ((149.99, 40), (150, 40), (150.01, 45)):
            with self.subTest(amount):
                self.back_in_time()
                partner = self.debtor(f"Els {amount}", kind="consumer", country_id=self.env.ref("base.be").id)
                for _number in range(2):
                    self.invoice(partner, amount, due=3, company=self.be)
                first = self.send_level(self.be, partner).with_env(self.env)
                self.assertEqual((first.state, first.amount_costs_announced), ("sent", costs))
                with self.at(first.claimable_from):
                    second = self.send_level(self.be, partner).with_env(self.env)
                with self.at(max(second.default_from, second.sent_on + timedelta(days=10))):
                    last = self.send_level(self.be, partner)
                self.assertEqual((last.state, last.legal_type, last.amount_costs), ("sent", "final_notice", costs))


@tagged("post_install", "-at_install")
class TestCurrencies(DunningCase):
    """The law counts in euro: what a claim in another currency costs is taken at the rate of the day."""

    without_pdf = True

    def setUp(self):
        super().setUp()
        self.usd.active = True
        self.jpy = self.env.ref("base.JPY")
        self.jpy.active = True
        self.env["res.currency.rate"].search([]).unlink()
        business = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        business.level_ids[:2].active = False
        self.partner = self.debtor()

    def rate(self, currency, per_euro):
        vals = {"currency_id": currency.id, "name": "2020-01-01", "rate": per_euro, "company_id": self.nl.id}
        self.env["res.currency.rate"].create(vals)

    def test_costs_on_a_claim_in_dollars(self):
        """2,000 dollars are 1,000 euro, of which 15 percent, 150 euro or 300 dollars."""
        self.rate(self.usd, 2)
        self.invoice(self.partner, 2000, due=20, currency=self.usd)
        letter = self.send_level(partners=self.partner)
        self.assertEqual((letter.state, letter.legal_type), ("sent", "notice_of_default"))
        self.assertEqual((letter.amount_costs, letter.currency_id), (300, self.usd))

    def test_no_rate(self):
        move = self.invoice(self.partner, 2000, due=20, currency=self.usd)
        euro = self.invoice(self.debtor("Other"), 1000, due=20)
        self.assertEqual(self.run_for().letter_ids.line_ids.move_id, euro)
        self.assertEqual(self.code(move), "NO_RATE")
        self.assertIn("There is no rate of exchange for USD on", self.why(move))

    def test_no_rate_stops_the_letter_in_that_currency_only(self):
        dollars = self.invoice(self.partner, 2000, due=20, currency=self.usd)
        euro = self.invoice(self.partner, 1000, due=20)
        run = self.run_for(partners=self.partner)
        letter = run.letter_ids
        self.assertEqual((letter.line_ids.move_id, letter.amount_costs), (euro, 150))
        self.assertEqual(self.code(dollars), "NO_RATE")
        self.assertEqual(self.confirm(run).mapped("state"), ["issued"])

    def test_costs_and_interest_in_yen(self):
        """121,000 yen are 756.25 euro: 113.44 of costs, in whole yen down; 20 days at 10.40% are 689.53 yen."""
        self.rate(self.jpy, 160)
        self.invoice(self.partner, 121000, due=20, currency=self.jpy)
        letter = self.send_level(partners=self.partner)
        self.assertEqual((letter.state, letter.error), ("sent", False))
        self.assertEqual((letter.amount_costs, letter.amount_interest), (18150, 690))
        self.assertEqual(letter.amount_total, 121000 + 18150 + 690)

    def test_a_scale_in_dollars_is_refused(self):
        regime = self.env.ref("cremann_dunning.dunning_regime_nl_business")
        scale = regime.cost_scale_id.copy({"code": "dollars", "currency_id": self.usd.id})
        with self.refused("currency of the regime"):
            regime.cost_scale_id = scale
        regime.cost_scale_id.currency_id = self.usd  # changed behind its back
        move = self.invoice(self.partner, 1000, due=20)
        self.assertFalse(self.run_for(partners=self.partner).letter_ids)
        self.assertEqual(self.code(move), "NO_SCALE")
        self.assertIn("is in USD", self.why(move))
