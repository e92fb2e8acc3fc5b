"""The look ahead over a real ledger: its first day is the run that follows, and it changes nothing."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import TODAY, DunningCase

SAME = (
    "partner_id", "contact_id", "lang", "debtor_kind", "procedure_id", "level_id", "legal_type", "regime_id", "channel",
    "currency_id", "date", "deadline",
)  # fmt: skip
SUMS = (
    "amount_principal", "amount_interest", "amount_interest_day", "amount_costs", "amount_costs_announced",
    "amount_costs_vat", "amount_total", "amount_listed",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestSimulation(DunningCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.business = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")

    def simulation(self, days=90, user=None, **values):
        env = self.as_user(user or self.user)
        return env["dunning.simulation"].create(
            {"company_id": self.nl.id, "date_to": TODAY + timedelta(days=days), **values}
        )

    def varied(self):
        """Businesses and consumers on every step of their ladders, two currencies, credits, what falls due later."""
        partners = [
            self.debtor(f"Debtor {n}", kind=kind) for n, kind in enumerate(["business", "consumer", "unknown"] * 3)
        ]
        for number, partner in enumerate(partners):
            for due in (number + 1, 16 + number, 45, -20 - number):
                self.invoice(partner, 210 + 10 * number, due=due)
        self.invoice(partners[0], 500, due=60, currency=self.usd)
        self.credit(partners[2], 300)
        partners[3].email = False
        for days in (-40, -30, -20, -9):
            with self.at(days) as today:
                self.send_level(partners=partners[0] + partners[1] + partners[4], date=today)
        return self.env["res.partner"].union(*partners)

    def comparable(self, vals):
        """What a letter is, out of its values or the record."""
        found = {name: vals[name] for name in SAME}
        found |= {name: round(float(vals[name]), 2) for name in SUMS}
        return found

    def test_the_first_day_is_the_run_that_follows(self):
        self.varied()
        simulation = self.simulation().sudo()
        first = [sent for sent in simulation._letters("now") if sent.day == TODAY]
        letters = self.run_for().sudo().letter_ids
        self.assertGreater(len(letters), 5)
        self.assertGreater(len(letters.level_id), 2)
        planned = sorted((self.comparable(sent.content) for sent in first), key=str)
        real = []
        for letter in letters:
            values = {name: letter[name].id if name.endswith("_id") else letter[name] for name in (*SAME, *SUMS)}
            real.append(self.comparable(values))
        self.assertEqual(planned, sorted(real, key=str))
        lines = {(vals["move_line_id"], vals["level_id"], float(vals["amount_open"])) for sent in first
                 for _command, _id, vals in sent.content["line_ids"]}  # fmt: skip
        self.assertEqual(
            lines, {(line.move_line_id.id, line.level_id.id, line.amount_open) for line in letters.line_ids}
        )

    def test_the_days_after_it_are_what_happens_when_nobody_pays(self):
        """Twenty days gone through with runs, letters and mails give the letters that were foreseen."""
        partner, consumer = self.debtor(), self.debtor("Mevrouw De Wit", kind="consumer")
        for due in (1, 5, -3):
            self.invoice(partner, 300, due=due)
            self.invoice(consumer, 150, due=due)
        self.env["dunning.procedure"].search([]).write(
            {"send_saturday": True, "send_sunday": True, "skip_holidays": False}
        )
        self.env["dunning.regime"].search([]).contact_until = 0  # the outbox would put a mail of Sunday off to Monday
        simulation = self.simulation(40).sudo()
        foreseen = [
            (sent.day, sent.content["partner_id"], sent.content["level_id"], float(sent.content["amount_total"]))
            for sent in simulation._letters("now")
        ]
        seen = []
        for days in range(41):
            with self.at(days) as today:
                letters = self.send_level(partners=partner + consumer, date=today)
            seen += [(x.sent_on, x.partner_id.id, x.level_id.id, x.amount_total) for x in letters]
        self.assertGreater(len(seen), 6)
        self.assertEqual(sorted(foreseen), sorted(seen))

    def test_it_writes_nothing_but_its_own_lines(self):
        self.varied()
        models = (
            "dunning.letter",
            "dunning.letter.line",
            "dunning.decision",
            "dunning.case",
            "dunning.run",
            "mail.mail",
        )
        before = {model: self.env[model].search([]) for model in models}
        moves = self.env["account.move"].search([("company_id", "=", self.nl.id)])
        held = moves.read(["dunning_decision_id", "dunning_next_date", "dunning_level_id", "write_date"])
        simulation = self.simulation()
        action = simulation.action_simulate()
        self.assertEqual((action["res_model"], action["res_id"]), ("dunning.simulation", simulation.id))
        self.assertEqual({model: self.env[model].search([]) for model in models}, before)
        moves.invalidate_recordset()
        self.assertEqual(
            moves.read(["dunning_decision_id", "dunning_next_date", "dunning_level_id", "write_date"]), held
        )

    def test_letters_per_level_with_the_sums_of_the_law(self):
        """As in the tests of a run: 1,210 for a business one day late, costs of 181.50 with the third letter."""
        self.invoice(self.debtor(), 1210, due=1)
        simulation = self.simulation()
        simulation.action_simulate()
        found = [(line.date - TODAY, line.letters, line.amount_costs) for line in simulation.line_ids]
        day = timedelta(days=1)
        self.assertEqual(found, [(0 * day, 1, 0), (8 * day, 1, 0), (16 * day, 1, 181.50)])
        self.assertEqual(simulation.line_ids[-1].amount_interest, 5.86)  # 17 days
        self.assertEqual(simulation.letter_count, 3)

    def test_a_letter_after_the_last_day_is_not_there(self):
        self.invoice(self.debtor(), 100, due=1)
        for days, letters in ((7, 1), (8, 2), (9, 2)):
            simulation = self.simulation(days)
            simulation.action_simulate()
            self.assertEqual(simulation.letter_count, letters)

    def test_two_procedures_side_by_side(self):
        other = self.business.copy({"name": "Slow"})
        other.level_ids[0].delay_days = 30
        self.invoice(self.debtor(), 100, due=1)
        self.invoice(self.debtor("Mevrouw De Wit", kind="consumer"), 100, due=1)
        simulation = self.simulation(compare_procedure_id=other.id, procedure_id=self.business.id)
        simulation.action_simulate()
        switched = simulation.line_ids.filtered(lambda line: line.procedure_id in (self.business, other))
        first = {variant: min(lines.mapped("date")) for variant, lines in switched.grouped("variant").items()}
        self.assertEqual(first, {"now": TODAY, "compare": TODAY + timedelta(days=29)})
        consumer = self.env.ref("cremann_dunning.dunning_procedure_nl_consumer")
        lines = simulation.line_ids.filtered(lambda line: line.procedure_id == consumer)
        self.assertEqual(set(lines.mapped("variant")), {"now", "compare"}, "others stay where they are")
        self.assertEqual(self.open_form(simulation)["compare_count"], simulation.compare_count)
        action = simulation.action_open_lines()
        self.assertEqual(self.open_list(self.as_user(self.user), "dunning.simulation.line", action["domain"])["length"],
                         len(simulation.line_ids))  # fmt: skip

    def test_drafts_that_lie_ready_are_among_the_letters_to_come(self):
        self.invoice(self.debtor(), 100, due=1)
        self.run_for()
        simulation = self.simulation()
        simulation.action_simulate()
        self.assertEqual(simulation.letter_count, 3)

    def test_nothing_to_come(self):
        simulation = self.simulation()
        simulation.action_simulate()
        self.assertFalse(simulation.line_ids)
        self.assertTrue(self.open_form(simulation)["is_done"])

    def test_a_day_in_the_past_or_too_far_is_refused(self):
        for days in (-1, 367):
            with self.subTest(days), self.refused("a year ahead"):
                self.simulation(days)
        for days in (0, 366):
            self.simulation(days)

    def test_who_may_look_where(self):
        with self.assertRaises(AccessError):
            self.simulation(user=self.biller)
        with self.assertRaises(AccessError):
            self.simulation(company_id=self.be.id)
        theirs = self.env["dunning.procedure"].create({"name": "Theirs", "company_id": self.be.id})
        with self.assertRaises(AccessError):
            self.simulation(compare_procedure_id=theirs.id).action_simulate()
        with self.assertRaises(UserError):
            self.simulation(user=self.group_user, compare_procedure_id=theirs.id).action_simulate()
        self.invoice(self.debtor(), 100, due=1)
        simulation = self.simulation()
        simulation.action_simulate()
        self.assertTrue(simulation.line_ids.read(["letters"]), "who made it")
        for user in (self.group_user, self.manager, self.be_user):
            for records in (simulation, simulation.line_ids):
                with self.assertRaises(AccessError):
                    self.as_user(user, records).read()
