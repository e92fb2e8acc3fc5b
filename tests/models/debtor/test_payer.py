"""How late debtors usually pay, and the procedure that follows from it."""

from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ...common import TODAY, DunningCase


@tagged("post_install", "-at_install")
class TestPayer(DunningCase):
    without_pdf = True
    with_belgium = True

    def setUp(self):
        super().setUp()
        self.partner = self.debtor()

    def paid(self, days_late, count=3, company=None, due=100):
        """Invoices that were paid so many days after they were due."""
        company = company or self.nl
        for _number in range(count):
            move = self.invoice(self.partner, 100, due=due, company=company)
            line = self.unallocated(self.partner, 100, company, on=TODAY - timedelta(days=due - days_late))
            (line + move.line_ids.filtered(lambda x: x.account_type == "asset_receivable")).reconcile()

    def rated(self, company=None):
        company = company or self.nl
        case = self.env["dunning.case"]._for_partners(self.partner, company, create=True)
        company.dunning_rated_on = False
        self.env["dunning.payer"]._rate(company)
        return case

    def test_boundary(self):
        for days, payer in ((13, "prompt"), (14, "prompt"), (15, "slow")):
            with self.subTest(days=days):
                self.partner = self.debtor(f"Debtor {days}")
                self.paid(days)
                case = self.rated()
                self.assertEqual((case.payer, case.days_late), (payer, days))

    def test_early_counts_as_on_time(self):
        self.paid(-10, count=2)
        self.paid(30, count=1)
        self.assertEqual(self.rated().days_late, 10)

    def test_two_invoices_say_nothing(self):
        self.paid(40, count=2)
        self.assertFalse(self.rated().payer)
        self.paid(40, count=1)
        self.assertEqual(self.rated().payer, "slow")

    def test_what_is_older_than_a_year_says_nothing(self):
        self.paid(40, due=366)
        self.assertFalse(self.rated().payer)
        self.paid(40, due=365)
        self.assertEqual(self.rated().payer, "slow")

    def test_other_company_knows_nothing_of_it(self):
        self.paid(40)
        self.assertFalse(self.rated(self.be).payer)

    def test_procedure_of_late_payers(self):
        usual = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        strict = usual.copy({"name": "Strict", "payer": "slow"})
        strict.automatic_choice = True
        self.paid(40)
        self.invoice(self.partner, 500, due=5)
        other = self.debtor("Holland Elektra")
        self.invoice(other, 500, due=5)
        self.rated()
        letters = self.run_for(partners=self.partner + other).letter_ids
        found = {letter.partner_id: letter.procedure_id for letter in letters}
        self.assertEqual(found, {self.partner: strict, other: usual})

    def test_rating_stays_while_a_step_was_taken(self):
        self.paid(0)
        self.invoice(self.partner, 500, due=5)
        self.assertEqual(self.rated().payer, "prompt")
        self.send_level(partners=self.partner)
        self.paid(90, count=9)
        self.assertEqual(self.rated().payer, "prompt")

    def test_two_procedures_for_the_same_payers(self):
        usual = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        usual.copy({"name": "Strict", "payer": "slow"}).automatic_choice = True
        with self.assertRaisesRegex(ValidationError, "would both fit"):
            usual.copy({"name": "Stricter", "payer": "slow"}).automatic_choice = True

    def test_daily_job_rates_once_a_day(self):
        self.paid(40)
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        self.nl.dunning_rated_on = False
        self.env["dunning.run"]._cron_run()
        self.assertEqual((case.payer, self.nl.dunning_rated_on), ("slow", TODAY))
