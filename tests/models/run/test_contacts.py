"""How often debtors are reached, on real records: what counts as a contact, who gets the places of a day, and that
screens and the days to come say the same."""

from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo.tests import tagged

from ...common import TODAY, DunningCase


@tagged("post_install", "-at_install")
class TestContacts(DunningCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nl.write({"dunning_contacts_max": 0, "dunning_firm_max": 0})
        cls.partners = cls.env["res.partner"].union(*(cls.debtor(f"Debtor {number}") for number in range(4)))
        cls.moves = cls.env["account.move"]
        for number, partner in enumerate(cls.partners):
            cls.moves += cls.invoice(partner, 100, due=10 + number)

    def reached(self, partner=None):
        partner = partner or self.partners[0]
        found = self.env["dunning.reaching"]._since(self.nl, partner.ids, TODAY - timedelta(days=30))
        return [(way, (day - TODAY).days, planned) for way, day, planned in found.get(partner.id, ())]

    def codes(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return [move.dunning_decision_id.code for move in self.moves]

    def call(self, outcome="paying", **vals):
        case = self.env["dunning.case"]._for_partners(self.partners[0], self.nl, create=True)
        return self.as_user(self.user)["dunning.contact"].create({"case_id": case.id, "outcome": outcome, **vals})

    def test_what_counts_as_a_contact(self):
        self.assertEqual(self.reached(), [])
        run = self.run_for(partners=self.partners[0])
        self.assertEqual(self.reached(), [("mail", 0, True)], "made ready")
        letters = self.confirm(run)
        self.send_outbox(letters)
        self.assertEqual(self.reached(), [("mail", 0, False)])
        self.call()
        missed = self.call("not_reached")
        self.assertEqual(self.reached(), [("call", 0, False), ("mail", 0, False)])
        missed.outcome = "other"
        self.assertEqual(len(self.reached()), 3)
        missed.active = False
        attempts = self.env["dunning.dispatch"]
        values = {"letter_id": letters.id, "recipient": "31612345678"}
        for channel, state, count in (("sms", "queued", 0), ("sms", "withheld", 0), ("whatsapp", "accepted", 1)):
            attempts.create(values | {"channel": channel, "state": state, "ended_at": f"{TODAY} 08:00:00"})
            self.assertEqual(sum(way == "message" for way, *_rest in self.reached()), count, state)
        letters.sudo().write({"state": "cancelled", "cancel_reason": "In error"})
        self.assertIn(("mail", 0, False), self.reached(), "it reached him, taken back or not")

    def test_a_letter_about_a_promise_is_a_contact(self):
        """It is no step, and reaches the debtor all the same: once it has left."""
        partner = self.partners[0]
        case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
        promise = self.env["dunning.promise"].create({"case_id": case.id, "date": TODAY, "amount": 10})
        letter = self.env["dunning.agreement.letter"].create(
            {"kind": "promise", "case_id": case.id, "promise_id": promise.id, "currency_id": self.nl.currency_id.id}
        )
        for state, count in (("draft", 0), ("waiting", 0), ("sent", 1), ("cancelled", 0)):
            letter.write({"state": state, "sent_on": TODAY, "email_to": "jan@example.com"})
            self.env.flush_all()
            self.assertEqual(self.reached().count(("mail", 0, False)), count, state)

    def test_the_day_of_a_message_is_that_of_the_company(self):
        letters = self.send_level(partners=self.partners[0])
        for moment, day in (("2026-11-14 22:59:59", -2), ("2026-11-14 23:00:00", -1), ("2026-11-15 23:00:00", 0)):
            with self.undone(moment):
                self.env["dunning.dispatch"].create(
                    {"letter_id": letters.id, "channel": "sms", "state": "accepted", "ended_at": moment}
                )
                self.assertIn(("message", day, False), self.reached())

    def test_other_companies_count_for_themselves(self):
        self.be.dunning_contacts_max = self.nl.dunning_contacts_max = 1
        move = self.invoice(self.partners[0], 100, due=10, company=self.be)
        self.send_level(self.be, self.partners[0])
        self.run_for(partners=self.partners[0])
        self.assertEqual(self.codes()[0], "LETTER")
        self.assertTrue(move.with_company(self.be).dunning_level_id)

    def test_no_short_message_goes_beside_the_last_letter_that_fits(self):
        letters = self.send_level(partners=self.partners[:2])
        companion = self.env["dunning.companion"]
        for most, withheld in ((0, 0), (1, 2), (2, 0)):
            self.nl.dunning_contacts_max = most
            self.assertEqual(len(companion._after_enough(letters)), withheld, most)

    def test_the_day_goes_to_the_most_urgent_and_the_rest_to_tomorrow(self):
        self.nl.dunning_firm_max = 2
        run = self.run_for(partners=self.partners)
        self.assertEqual(self.codes(), ["FIRM_CAP", "FIRM_CAP", "LETTER", "LETTER"])
        self.assertEqual(run.letter_ids.partner_id, self.partners[2:])
        again = run.letter_ids
        run.action_propose()
        self.assertEqual((self.codes(), run.letter_ids), (["FIRM_CAP", "FIRM_CAP", "LETTER", "LETTER"], again))
        other = self.run_for(partners=self.partners[:2])
        self.assertFalse(other.letter_ids, "the places of today are taken")
        self.send_outbox(self.confirm(run))
        self.assertEqual(set(again.mapped("state")), {"sent"})
        self.assertFalse(self.run_for(partners=self.partners[:2]).letter_ids)
        with self.at(1) as today:
            later = self.run_for(partners=self.partners, date=today)
            self.assertEqual(later.letter_ids.partner_id, self.partners[:2])

    def test_a_limit_that_is_raised_shows_at_once(self):
        self.nl.dunning_firm_max = 2
        run = self.run_for(partners=self.partners)
        self.nl.dunning_firm_max = 3
        run.action_propose()
        self.assertEqual(self.codes(), ["FIRM_CAP", "LETTER", "LETTER", "LETTER"])

    def test_calls_take_places(self):
        self.nl.dunning_firm_max = 2
        self.nl.dunning_quiet_days = 0
        self.call()
        self.run_for(partners=self.partners[1:])
        self.assertEqual(self.codes()[1:], ["FIRM_CAP", "FIRM_CAP", "LETTER"])

    def test_whoever_looks_sees_that_the_day_is_full(self):
        self.run_for(partners=self.partners).letter_ids.sudo()._discard()
        self.nl.dunning_firm_max = 1
        self.send_level(partners=self.partners[0])
        self.env["dunning.freshness"].sudo()._bring({self.nl.id: self.partners.ids})
        self.assertEqual(self.codes()[1:], ["FIRM_CAP"] * 3)

    def test_days_to_come_keep_the_limits(self):
        self.nl.dunning_firm_max = 2
        ahead = self.env["dunning.look.ahead"]._letters(self.nl, TODAY + timedelta(days=2), self.partners.ids)
        days = {letter.debtor.partner_id: (letter.day - TODAY).days for letter in ahead}
        self.assertEqual([days[partner.id] for partner in self.partners], [1, 1, 0, 0])

    def test_quiet_days_by_kind(self):
        """A mail to a consumer has more days than one to a business; both letters may follow after one."""
        self.nl.write({"dunning_quiet_mail": 2, "dunning_quiet_mail_consumer": 4})
        self.env["dunning.procedure"].search([]).write({"minimum_interval": 1})
        consumer = self.debtor("Jan", kind="consumer")
        both = self.partners[0] + consumer
        self.moves = self.moves[0] + self.invoice(consumer, 100, due=10)
        self.send_level(partners=both)
        new = self.invoices(both, 50, due=0)
        self.back_in_time()
        for days, codes in (
            (1, ["QUIET", "QUIET"]), (2, ["LETTER", "QUIET"]), (3, ["LETTER", "QUIET"]), (4, ["LETTER", "LETTER"]),
        ):  # fmt: skip
            with self.undone(f"{days}"), self.at(days) as today:
                self.run_for(partners=both, date=today)
                self.assertEqual([move.dunning_decision_id.code for move in new], codes, days)

    def test_as_it_was_before_there_was_a_table(self):
        """What the migration leaves: only what was said has days, the same for all."""
        self.nl.write({"dunning_quiet_days": 5, "dunning_quiet_days_consumer": 5})
        house = self.nl._dunning_house()
        self.assertIn(("call", 5, 5), house.quiet)
        bad = {"dunning_quiet_mail_consumer": 61, "dunning_firm_max": -1, "dunning_contacts_days": 0}
        for name, value in bad.items():
            with self.refused("res_company_check_dunning", CheckViolation):
                self.nl[name] = value
