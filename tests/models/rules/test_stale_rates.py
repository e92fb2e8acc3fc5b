"""Interest from a table that may lack a newer rate: a person is asked first, the daily job waits."""

from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import DunningCase

# Seven months after the newest row of the shipped table, 1 July 2026.
FRESH, LAST, STALE = date(2027, 1, 31), date(2027, 2, 1), date(2027, 2, 2)


@tagged("post_install", "-at_install")
class TestStaleRates(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.table = cls.env.ref("cremann_dunning.dunning_interest_table_nl_trade")

    def due_for_interest(self, day):
        """An invoice whose third letter, with interest, is due on this day."""
        move = self.invoice(self.partner, 1210, due=day - timedelta(days=21))
        for days in (20, 11):
            with self.at(day - timedelta(days=days)) as today:
                self.send_level(partners=self.partner, date=today)
        return move

    def wizard(self, action):
        self.assertEqual(action["res_model"], "dunning.confirm.wizard")
        return self.as_user(self.user)[action["res_model"]].browse(action["res_id"])

    def test_a_run_asks_from_the_day_after_seven_months(self):
        for day in (FRESH, LAST, STALE):
            with self.subTest(day), self.cr.savepoint() as savepoint:
                self.due_for_interest(day)
                with self.at(day):
                    run = self.run_for(partners=self.partner)
                    self.assertEqual(run.letter_ids.legal_type, "notice_of_default")
                    answer = run.action_confirm()
                    if day < STALE:
                        self.assertIs(answer, True)
                        self.assertEqual((run.state, run.letter_ids.state), ("done", "issued"))
                    else:
                        self.wizard(answer)
                        self.assertEqual((run.state, run.letter_ids.state), ("proposed", "draft"))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_the_question_names_table_and_day_and_the_answer_stays_on_the_run(self):
        self.due_for_interest(STALE)
        with self.at(STALE):
            run = self.run_for(partners=self.partner)
            wizard = self.wizard(run.action_confirm())
            self.assertEqual(wizard.letter_count, 1)
            self.assertEqual(wizard.rates, f"{self.table.name} (newest rate: 07/01/2026)")
            wizard.action_confirm()
            self.assertEqual((run.state, run.letter_ids.state), ("done", "issued"))
            [told] = [text for text in self.told_on(run) if "was agreed to" in text]
            self.assertIn(f"Agreed to although they may be out of date: {self.table.name}: 07/01/2026", told)
            with self.assertRaisesRegex(UserError, "confirmed already"):
                wizard.action_confirm()

    def test_letters_without_interest_go_out_unasked(self):
        self.invoice(self.partner, 100, due=STALE - timedelta(days=1))
        with self.at(STALE):
            self.assertIs(self.run_for(partners=self.partner).action_confirm(), True)

    def test_somebody_looked_and_found_no_newer_rate(self):
        self.due_for_interest(STALE)
        with self.at(STALE):
            run = self.run_for(partners=self.partner)
            self.as_user(self.manager, self.table).action_mark_checked()
            self.assertIs(run.action_confirm(), True)

    def test_a_rate_added_after_the_proposal_is_the_one_charged(self):
        self.due_for_interest(STALE)
        with self.at(STALE):
            run = self.run_for(partners=self.partner)
            old = run.letter_ids
            self.as_user(self.manager, self.table).rate_ids.create(
                {"table_id": self.table.id, "valid_from": date(2027, 1, 1), "percent": 5.2}
            )
            self.assertIs(run.action_confirm(), True)
            new = run.letter_ids - old
            self.assertEqual((old.state, new.state), ("cancelled", "issued"))
            self.assertEqual((old.amount_interest, new.amount_interest), (7.24, 3.62))  # 21 days

    def cron(self, day):
        with self.at(day):
            self.env["dunning.run"]._cron_run()
        return self.env["dunning.run"].search([("company_id", "=", self.nl.id), ("date", "=", day)])

    def automatic(self):
        self.nl.dunning_automatic = True
        self.env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids.automatic = True

    def test_cron_charges_a_fresh_rate(self):
        self.due_for_interest(LAST)
        self.automatic()
        run = self.cron(LAST)
        self.assertEqual((run.state, run.letter_ids.state), ("done", "issued"))
        self.assertFalse(run.rates_noted_on)

    def test_cron_waits_and_tells_the_responsible_once(self):
        self.due_for_interest(STALE)
        self.automatic()
        self.invoice(self.debtor("Other"), 100, due=STALE - timedelta(days=1))
        run = self.cron(STALE)
        letter = run.letter_ids.filtered(lambda letter: letter.partner_id == self.partner)
        self.assertEqual((run.state, letter.state), ("proposed", "draft"))
        self.assertEqual((run.letter_ids - letter).state, "issued")
        notes = self.env["mail.message"].search([("model", "=", run._name), ("res_id", "=", run.id)])
        self.assertRegex(notes.body, r"Letters that wait: 1\..*07/01/2026")
        self.assertEqual((notes.partner_ids, notes.message_type), (self.user.partner_id, "user_notification"))
        self.assertRegex(self.told_on(run)[0], r"Letters of the run of .* wait: 1\..*07/01/2026")
        self.cron(STALE + timedelta(days=1))
        self.assertEqual(letter.state, "draft")
        self.assertEqual(notes.search([("model", "=", run._name), ("res_id", "=", run.id)]), notes)
        self.assertEqual(self.env["dunning.event"].search_count([("kind", "=", "letter.run_waits")]), 1)
        # somebody looks; the next daily job sends them, with the interest of that day
        with self.at(STALE + timedelta(days=2)):
            self.as_user(self.manager, self.table).action_mark_checked()
        self.cron(STALE + timedelta(days=2))
        sent = run.letter_ids.filtered(lambda made: made.partner_id == self.partner and made.state == "issued")
        self.assertEqual((run.state, letter.state), ("done", "cancelled"))
        self.assertEqual((sent.date, sent.amount_interest), (STALE + timedelta(days=2), 7.93))

    def test_who_may_answer(self):
        self.due_for_interest(STALE)
        with self.at(STALE):
            action = self.run_for(partners=self.partner).action_confirm()
            for user in (self.biller, self.internal):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    self.as_user(user, self.wizard(action)).action_confirm()
