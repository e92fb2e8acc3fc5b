"""A term that a letter gave is kept on every way to the next letter, and one that asked nothing gave none."""

from datetime import date, timedelta

from odoo.tests import tagged

from ...common import TODAY, DunningCase

SECOND = date(2026, 12, 18)  # a Friday: seven days later is Christmas, and then a weekend
PRINTED = date(2026, 12, 28)


class TermCase(DunningCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.businesses = {
            company: cls.env.ref(f"cremann_dunning.dunning_procedure_{code}_business")
            for code, company in (("nl", cls.nl), ("be", cls.be))
        }

    def reminded(self, company, **vals):
        """An invoice of a business with its second reminder of 18 December, and that letter."""
        partner = self.debtor(f"Debtor {company.name}", country_id=company.country_id.id, **vals)
        with self.at(date(2026, 12, 1)):
            move = self.invoice(partner, 1000, due=date(2026, 11, 30), company=company)
        for day in (date(2026, 12, 1), SECOND):
            with self.at(day):
                letter = self.send_level(company, partner, day)
        self.assertEqual((letter.state, letter.level_id), ("sent", self.businesses[company].level_ids[1]))
        return move, letter.with_env(self.env)

    def around(self, day):
        """The day before this one, itself and the next one, each in a run of its own that leaves nothing behind."""
        for number in (-1, 0, 1):
            with self.subTest(number), self.at(day + timedelta(days=number)) as today:
                savepoint = self.cr.savepoint()
                yield today
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)


@tagged("post_install", "-at_install")
class TestKeptTerms(TermCase):
    def test_christmas_moves_the_day_and_the_next_letter_with_it(self):
        for company in (self.nl, self.be):
            move, letter = self.reminded(company)
            self.assertEqual(letter.deadline, PRINTED)
            for today in self.around(PRINTED + timedelta(days=1)):
                run = self.run_for(company, partners=move.partner_id)
                ripe = today > PRINTED
                self.assertEqual(run.letter_ids.legal_type, "notice_of_default" if ripe else False)
                self.assertEqual(self.code(move), "LETTER" if ripe else "PERIOD_RUNNING")
                self.assertEqual(move.dunning_next_date, today if ripe else PRINTED + timedelta(days=1))

    def test_a_letter_by_hand_is_held_by_the_gate(self):
        move, _letter = self.reminded(self.nl)
        case = self.env["dunning.case"]._for_partners(move.partner_id, self.nl, create=True)
        level = self.businesses[self.nl].level_ids[2]
        for today in self.around(PRINTED + timedelta(days=1)):
            wizard = self.as_user(self.user)["dunning.letter.wizard"].create({"case_id": case.id, "level_id": level.id})
            letter = self.env["dunning.letter"].browse(wizard.action_write()["res_id"])
            self.as_user(self.user, letter).action_issue()
            ripe = today > PRINTED
            self.assertEqual((letter.state, letter.refusal_codes), ("issued", False) if ripe else ("failed", "IN_TERM"))

    def test_a_term_that_grew_after_the_proposal(self):
        """The reminder turns out to have arrived later: a draft of the next step is not issued."""
        move, letter = self.reminded(self.nl)
        with self.at(PRINTED + timedelta(days=1)):
            run = self.run_for(partners=move.partner_id)
            draft = run.letter_ids
            letter.default_from = PRINTED + timedelta(days=3)
            self.assertFalse(self.confirm(run))
            self.assertEqual((draft.state, self.code(move)), ("cancelled", "PERIOD_RUNNING"))

    def test_the_daily_job_waits_for_the_day_after(self):
        """A reminder of Monday with seven days says until Monday the 23rd."""
        partner = self.debtor()
        self.invoice(partner, 1000, due=1)
        self.nl.dunning_automatic = True
        for days, expected in ((0, 1), (6, 1), (7, 1), (8, 2), (9, 2)):
            with self.subTest(days), self.at(days):
                self.env["dunning.run"]._cron_run()
                letters = self.env["dunning.letter"].search([("partner_id", "=", partner.id)], order="id")
                self.send_outbox(letters)
                self.assertEqual(letters.mapped("state"), ["sent"] * expected)
        self.assertEqual(letters[0].deadline, TODAY + timedelta(days=7))

    def test_on_paper_the_days_of_the_post_come_on_top(self):
        """Three delivery days after Monday the 16th, and seven days from Friday on: until Thursday the 26th."""
        partner = self.debtor(email=False)
        move = self.invoice(partner, 1000, due=1)
        first = self.send_level(partners=partner)
        self.assertEqual((first.deadline, first.default_from), (TODAY + timedelta(days=7), date(2026, 11, 27)))
        for today in self.around(first.default_from):
            self.run_for(partners=partner)
            self.assertEqual(self.code(move), "PERIOD_RUNNING" if today < first.default_from else "LETTER")

    def test_a_statutory_term_and_a_printed_day_the_later_one_counts(self):
        """A consumer: the term of the 14-day letter, whatever the delay of the step after it."""
        partner = self.debtor("Mevrouw De Wit", kind="consumer")
        move = self.invoice(partner, 300, due=1)
        for days in (0, 8, 16):
            with self.at(days):
                notice = self.send_level(partners=partner).with_env(self.env)
        for today in self.around(notice.claimable_from):
            self.run_for(partners=partner)
            self.assertEqual(self.code(move), "PERIOD_RUNNING" if today < notice.claimable_from else "LETTER")

    def test_a_letter_that_only_lists_a_claim_moves_it_nowhere_and_gives_it_no_term(self):
        """A notice of default over the old invoice shows the new one; its reminder follows after the interval."""
        partner = self.debtor()
        old = self.invoice(partner, 1000, due=1)
        for days in (0, 8):
            with self.at(days):
                self.send_level(partners=partner)
        with self.at(16) as today:
            new = self.invoice(partner, 50, due=today - timedelta(days=1))
            letter = self.send_level(partners=partner).with_env(self.env)
            on_it = {line.move_id: (line.principal_part, bool(line.level_id)) for line in letter.line_ids}
            self.assertEqual(on_it, {old: (True, True), new: (False, False)})
            self.assertEqual((letter.amount_total - letter.amount_interest, letter.amount_listed), (1150, 50))
            self.assertFalse(new.dunning_level_id)
        for today in self.around(TODAY + timedelta(days=22)):
            run = self.run_for(partners=partner)
            free = today >= TODAY + timedelta(days=22)
            self.assertLessEqual(today, letter.deadline)
            self.assertEqual(self.code(new), "LETTER" if free else "TOO_SOON")
            lines = {line.move_id: line.principal_part for line in run.letter_ids.line_ids}
            self.assertTrue(lines.get(new, not free))
            self.assertFalse(lines.get(old), "two letters would give two days")

    def test_a_level_tells_what_its_days_do_to_the_next_step(self):
        first = self.businesses[self.nl].level_ids[0]
        for days, told in ((5, False), (6, False), (7, True)):
            first.payment_term_days = days
            self.assertEqual(bool(first.term_note), told, days)
