"""VAT on Dutch collection costs (art. 2(3) BIK): only under all three conditions, and only as announced."""

import re

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import DunningCase

DECLARED = "We declare that the collection costs of"


class VatCase(DunningCase):
    without_pdf = True

    def settings(self, company=None, not_deductible=True, third_party=True):
        """The two statements of the company."""
        vals = {"dunning_vat_not_deductible": not_deductible, "dunning_third_party": third_party}
        (company or self.nl).write(vals)

    def last_of_ladder(self, *amounts, kind="consumer", company=None, **vals):
        """The letter of the third step to a debtor with these invoices."""
        partner = self.debtor("Mrs White" if kind == "consumer" else "White Bakery", kind=kind, **vals)
        for amount in amounts:
            self.invoice(partner, amount, due=1, company=company)
        for days in (0, 8, 16):
            with self.at(days) as today:
                letter = self.send_level(company, partner, today)
        return letter.with_env(self.env)

    def body(self, letter):
        return letter.body.replace("\xa0", " ")


@tagged("post_install", "-at_install")
class TestConditions(VatCase):
    def assert_without(self, letter):
        self.assertEqual((letter.amount_costs_announced, letter.amount_costs_vat), (45, 0))
        self.assertIn("€45.00", letter.body)
        self.assertNotIn("VAT that we are charged", letter.body)
        self.assertFalse(letter.vat_html.strip())

    def test_off_by_default(self):
        self.assertFalse(self.nl.dunning_vat_not_deductible or self.nl.dunning_third_party)
        self.assertEqual(self.nl.dunning_costs_vat_rate, 21)
        self.assert_without(self.last_of_ladder(300))

    def test_vat_that_can_be_deducted(self):
        self.settings(not_deductible=False)
        self.assert_without(self.last_of_ladder(300))

    def test_own_collection(self):
        self.settings(third_party=False)
        self.assert_without(self.last_of_ladder(300))

    def test_text_without_the_declaration(self):
        """A text of one's own, in this debtor's language, that does not declare it: no VAT."""
        self.settings()
        text = self.env.ref("cremann_dunning.mail_template_nl_14_days")
        text.body_html = re.sub(r'<t t-out="object\.vat_html"\s*(?:/>|></t>)', "", text.body_html)
        self.assert_without(self.last_of_ladder(300))

    def test_rate_of_zero(self):
        self.settings()
        self.nl.dunning_costs_vat_rate = 0
        self.assert_without(self.last_of_ladder(300))

    @mute_logger("odoo.sql_db")
    def test_impossible_rate(self):
        for rate in (-1, 101):
            with self.subTest(rate=rate), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.nl.dunning_costs_vat_rate = rate
                self.env.flush_all()


@tagged("post_install", "-at_install")
class TestAmounts(VatCase):
    with_belgium = True

    def setUp(self):
        super().setUp()
        self.settings()

    def test_fourteen_day_letter_announces_and_declares(self):
        letter = self.last_of_ladder(300)
        self.assertEqual(letter.legal_type, "statutory_notice")
        self.assertEqual((letter.amount_costs_announced, letter.amount_costs_vat), (54.45, 9.45))
        self.assertEqual((letter.amount_costs, letter.amount_total), (0, 300))
        body = self.body(letter)
        self.assertRegex(body, r"you also owe us collection costs of <strong>€54\.45</strong>")
        self.assertIn(
            "We engage a service provider for the collection and cannot set off the VAT that we are charged for it. "
            f"{DECLARED} €45.00 are for that reason increased with 21% VAT (€9.45), together €54.45.",
            body,
        )

    def test_minimum(self):
        letter = self.last_of_ladder(100)
        self.assertEqual((letter.amount_costs_announced, letter.amount_costs_vat), (48.40, 8.40))

    def test_maximum(self):
        letter = self.last_of_ladder(1000000)
        self.assertEqual((letter.amount_costs_announced, letter.amount_costs_vat), (8197.75, 1422.75))

    def test_sum_of_the_principals(self):
        letter = self.last_of_ladder(120, 180, 75)
        self.assertEqual((letter.amount_costs_announced, letter.amount_costs_vat), (68.06, 11.81))

    def test_another_rate(self):
        self.nl.dunning_costs_vat_rate = 19.5
        letter = self.last_of_ladder(1000)
        self.assertEqual((letter.amount_costs_announced, letter.amount_costs_vat), (179.25, 29.25))
        self.assertIn("increased with 19.5% VAT", letter.body)

    def test_notice_of_default_to_a_business(self):
        letter = self.last_of_ladder(1210, kind="business")
        self.assertEqual(letter.legal_type, "notice_of_default")
        # 181.50 and 21% on it, half a cent up
        self.assertEqual((letter.amount_costs, letter.amount_costs_vat), (219.62, 38.12))
        self.assertEqual(letter.amount_total, 1435.48)  # with 5.86 of interest, 17 days
        body = self.body(letter)
        self.assertRegex(body, r"of which VAT\s+€38\.12")
        self.assertIn(f"{DECLARED} €181.50", body)

    def test_debtor_in_belgium(self):
        belgium = self.env.ref("base.be").id
        letter = self.last_of_ladder(1210, kind="business", country_id=belgium)
        self.assertEqual((letter.amount_costs, letter.amount_costs_vat), (40, 0))
        self.assertNotIn("VAT that we are charged", letter.body)

    def test_belgian_company(self):
        self.settings(self.be)
        self.be.dunning_consumer_clause = "article 7"
        partner = self.debtor("Els Maes", kind="consumer", country_id=self.env.ref("base.be").id)
        self.invoice(partner, 250, due=3, company=self.be)
        letter = self.send_level(self.be, partner).with_env(self.env)
        self.assertEqual((letter.amount_costs_announced, letter.amount_costs_vat), (40, 0))

    def test_text_that_lost_the_declaration_after_the_proposal(self):
        """The letter is not issued: its costs would hold VAT that nothing declares."""
        partner = self.debtor("White Bakery")
        self.invoice(partner, 1210, due=1)
        for days in (0, 8):
            with self.at(days) as today:
                self.send_level(partners=partner, date=today)
        with self.at(16) as today:
            run = self.run_for(partners=partner, date=today)
            letter = run.letter_ids.with_env(self.env)
            self.env.ref("cremann_dunning.mail_template_notice_of_default").body_html = "<p>Pay.</p>"
            with self.assertRaises(UserError) as caught:
                letter._freeze_text()
        self.assertIn("does not declare it", str(caught.exception))


@tagged("post_install", "-at_install")
class TestAsAnnounced(VatCase):
    """A consumer is never asked more than the 14-day letter of each invoice announced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("cremann_dunning.dunning_level_nl_consumer_4").charge_interest = False

    def final_notice(self, announced, rate=21):
        self.settings(third_party=announced)
        notice = self.last_of_ladder(300)
        self.assertEqual(notice.amount_costs_vat, 9.45 if announced else 0)
        self.settings()
        self.nl.dunning_costs_vat_rate = rate
        with self.at(notice.claimable_from) as today:
            letter = self.send_level(partners=notice.partner_id, date=today).with_env(self.env)
        self.assertEqual(letter.legal_type, "final_notice")
        return letter

    def test_announced(self):
        letter = self.final_notice(announced=True)
        self.assertEqual((letter.amount_costs, letter.amount_costs_vat), (54.45, 9.45))
        self.assertIn(DECLARED, letter.body)

    def test_rate_that_rose_after_the_notice(self):
        letter = self.final_notice(announced=True, rate=25)
        self.assertEqual((letter.amount_costs, letter.amount_costs_vat), (54.45, 9.45))
        self.assertIn("increased with 21% VAT", letter.body)

    def test_settings_that_came_after_the_notice(self):
        letter = self.final_notice(announced=False)
        self.assertEqual((letter.amount_costs, letter.amount_costs_vat), (45, 0))
        self.assertNotIn(DECLARED, letter.body)


@tagged("post_install", "-at_install")
class TestSettings(VatCase):
    def test_manager_sets_them(self):
        env = self.as_user(self.manager)
        form = (
            env["res.config.settings"]
            .sudo()
            .create(
                {
                    "dunning_vat_not_deductible": True,
                    "dunning_third_party": True,
                    "dunning_costs_vat_rate": 22,
                    "dunning_terms_version": "March 2026",
                }
            )
        )
        form.execute()
        company = self.nl
        self.assertTrue(company.dunning_vat_not_deductible and company.dunning_third_party)
        self.assertEqual((company.dunning_costs_vat_rate, company.dunning_terms_version), (22, "March 2026"))

    def test_letter_keeps_the_version_of_the_terms(self):
        self.nl.dunning_terms_version = "March 2026"
        partner = self.debtor()
        self.invoice(partner, due=1)
        run = self.run_for(partners=partner)
        self.assertFalse(run.letter_ids.terms_version)
        letter = self.confirm(run).with_env(self.env)
        self.nl.dunning_terms_version = "April 2027"
        self.assertEqual(letter.terms_version, "March 2026")
        self.assertEqual(self.open_form(self.as_user(self.user, letter))["terms_version"], "March 2026")
        with self.assertRaises(UserError):
            letter.with_user(self.user).write({"terms_version": "April 2027"})
