"""What cases keep for the landing page says what the ledger says, on whatever day somebody looks."""

from odoo.tests import tagged

from .test_worklist import WorklistCase


@tagged("post_install", "-at_install")
class TestCaseSums(WorklistCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.young = cls.debtor("Young")
        cls.moves = [cls.invoice(cls.young, 100 + due, due=due) for due in (-1, 0, 1, 30, 31, 60, 61, 90, 91)]
        cls.proposed = cls.run_for()
        cls.put_away()

    @classmethod
    def put_away(cls):
        """As the job of every minute does."""
        cls.env.flush_all()
        cls.env["dunning.figures"].with_company(cls.nl)._put_away(answers=False)
        cls.env.invalidate_all()

    def page(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.as_user(self.user)["dunning.today"].read_today()

    def check(self):
        """The page has what the ledger has, line by line; its age in the four columns."""
        page, today = self.page(), self.nl._dunning_today()
        items = self.env["account.move.line"].search(
            [("company_id", "=", self.nl.id), ("account_type", "=", "asset_receivable"), ("reconciled", "=", False)]
        )
        late = [((today - item.date_maturity).days, item.amount_residual) for item in items]
        wanted = [
            sum(amount for days, amount in late if first <= days <= last)
            for first, last in ((1, 30), (31, 60), (61, 90), (91, 10_000))
        ]
        shown = [float(row["amount"].replace("€", "").replace(",", "")) for row in page["aged"]]
        self.assertEqual(shown, wanted, today)
        return page

    def test_age_of_what_is_open(self):
        self.assertEqual(self.cases.search([("partner_id", "=", self.young.id)]).kept_until, self.nl._dunning_today())
        for days in (0, 1, 2, 29, 30, 31, 60):
            with self.at(days):
                self.check()
        with self.at(1):
            self.put_away()
            self.check()

    def test_changes_of_a_second_ago(self):
        self.pay(self.moves[3])
        self.check()
        self.invoice(self.debtor("Without a case"), 77, due=40)
        self.check()
        self.put_away()
        self.check()
        self.cases.search([("partner_id", "=", self.young.id)]).sudo().active = False
        page = self.check()
        self.assertEqual(sum(phase["number"] for phase in page["phases"]), 2, "put away: owed, and in no phase")
        self.env["dunning.touch"].sudo().create({})
        self.check()

    def test_what_tomorrow_brings(self):
        self.send_outbox(self.confirm(self.proposed))
        self.put_away()
        for case in self.cases.search([("letter_on", "!=", False)]):
            for before, more in ((2, 0), (1, 1)):
                with self.at((case.letter_on - self.nl._dunning_today()).days - before):
                    others = self.cases.search_count(
                        [("letter_on", "!=", False), ("letter_on", "<", case.letter_on), ("id", "!=", case.id)]
                    )
                    self.assertGreaterEqual(self.page()["tomorrow"]["letters"], others + more)
        decided = self.env["dunning.decision"].search([("is_current", "=", True), ("company_id", "=", self.nl.id)])
        kept = {case.partner_id: case for case in self.cases.search([])}
        for partner, own in decided.grouped("partner_id").items():
            ours = own.filtered(lambda one: one.code not in ("NO_ADDRESS",) and one.level_id.legal_type != "call")
            self.assertEqual(kept[partner].letter_on or None, min(filter(None, ours.mapped("next_date")), default=None))
