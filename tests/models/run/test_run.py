"""What a run proposes: the right letter, the right sums, and for everything else the reason."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...common import TODAY, DunningCase


@tagged("post_install", "-at_install")
class TestLadder(DunningCase):
    """A claim climbs its ladder one step at a time, each counted from the step before as it was really sent."""

    without_pdf = True
    with_belgium = True

    def levels(self, move):
        letters = self.env["dunning.letter.line"].search([("move_id", "=", move.id), ("level_id", "!=", False)])
        return letters.sorted("id").letter_id.mapped("level_id.legal_type")

    def test_business_in_the_netherlands(self):
        partner = self.debtor()
        move = self.invoice(partner, 1000, due=1)
        for days, expected in ((0, 1), (7, 1), (8, 2), (15, 2), (16, 3), (60, 3)):
            with self.at(days) as today:
                self.send_level(partners=partner, date=today)
                self.assertEqual(len(self.levels(move)), expected, f"after {days} days")
        self.assertEqual(self.levels(move), ["reminder", "reminder", "notice_of_default"])
        self.assertEqual(self.code(move), "LAST_LEVEL")

    def test_notice_of_default_names_interest_and_costs_to_the_cent(self):
        """The sums of the law: 6:96 BW on the principal, 6:119a BW from the day after the due date."""
        partner = self.debtor()
        self.invoice(partner, 1210, due=1)
        for days in (0, 8):
            with self.at(days) as today:
                self.send_level(partners=partner, date=today)
        with self.at(16) as today:
            letter = self.send_level(partners=partner, date=today)
        self.assertEqual(letter.legal_type, "notice_of_default")
        self.assertEqual(letter.amount_principal, 1210)
        # 17 days at 10.40% over 1,210.00 and 15% of 1,210.00
        self.assertEqual(letter.amount_interest, 5.86)
        self.assertEqual(letter.amount_interest_day, 0.34)
        self.assertEqual(letter.amount_costs, 181.50)
        self.assertEqual(letter.amount_total, 1397.36)
        self.assertEqual(letter.line_ids.amount_interest, 5.86)

    def test_costs_are_computed_over_the_sum_of_the_principals(self):
        """One letter, one sum: 120 + 180 + 75 costs 56.25 and not three times 40 (6:96(7) BW)."""
        partner = self.debtor()
        for amount in (120, 180, 75):
            self.invoice(partner, amount, due=1)
        for days in (0, 8, 16):
            with self.at(days) as today:
                letter = self.send_level(partners=partner, date=today)
        self.assertEqual(letter.amount_principal, 375)
        self.assertEqual(letter.amount_costs, 56.25)

    def test_belgian_business_owes_forty_euro_and_simple_interest(self):
        partner = self.debtor(country_id=self.env.ref("base.be").id)
        self.invoice(partner, 1210, due=1, company=self.be)
        for days in (0, 8, 16):
            with self.at(days) as today:
                letter = self.send_level(self.be, partner, today)
        self.assertEqual(letter.legal_type, "notice_of_default")
        self.assertEqual(letter.amount_costs, 40)
        self.assertEqual(letter.amount_interest, 5.92)  # 17 days at 10.50%

    def test_dutch_consumer_pays_nothing_extra_and_hears_the_exact_costs(self):
        partner = self.debtor("Mevrouw De Wit", kind="consumer")
        move = self.invoice(partner, 300, due=1)
        for days in (0, 8, 16):
            with self.at(days) as today:
                letter = self.send_level(partners=partner, date=today)
                self.assertEqual(letter.amount_total, 300)
                self.assertEqual(letter.amount_costs, 0)
        self.assertEqual(letter.legal_type, "statutory_notice")
        self.assertEqual(letter.amount_costs_announced, 45)
        self.assertFalse(letter.deadline, "a 14-day letter prints no date")
        self.assertEqual(self.levels(move), ["reminder", "reminder", "statutory_notice"])

    def test_free_term_runs_from_the_day_it_was_really_sent(self):
        """Issued on Tuesday, sent on Thursday: fourteen days after Thursday's receipt, and no costs before."""
        partner = self.debtor("Mevrouw De Wit", kind="consumer")
        self.invoice(partner, 300, due=1)
        for days in (0, 8):
            with self.at(days) as today:
                self.send_level(partners=partner, date=today)
        with self.at(16) as today:
            letters = self.confirm(self.run_for(partners=partner, date=today))
        with self.at(18) as today:
            self.send_outbox(letters)
            self.assertEqual(letters.sent_on, today)
            self.assertEqual(letters.term_first_day, today + timedelta(days=1))
            self.assertGreaterEqual(letters.claimable_from, today + timedelta(days=15))

    def test_belgian_consumer_gets_the_free_reminder_first(self):
        partner = self.debtor("Els Maes", kind="consumer", country_id=self.env.ref("base.be").id)
        move = self.invoice(partner, 250, due=2, company=self.be)
        self.assertFalse(self.run_for(self.be, partners=partner).letter_ids)
        self.assertEqual(self.code(move), "NOT_YET")
        with self.at(1) as today:
            letter = self.send_level(self.be, partner, today)
        self.assertEqual(letter.legal_type, "statutory_notice")
        self.assertEqual((letter.amount_total, letter.amount_costs_announced), (250, 0))

    def test_belgian_clause_is_announced_within_its_cap(self):
        self.be.dunning_consumer_clause = "artikel 7"
        partner = self.debtor("Els Maes", kind="consumer", country_id=self.env.ref("base.be").id)
        self.invoice(partner, 250, due=3, company=self.be)
        letter = self.send_level(self.be, partner)
        self.assertEqual((letter.amount_total, letter.amount_costs_announced), (250, 40))

    def test_unknown_kind_is_protected_as_a_consumer(self):
        partner = self.debtor("J. Bos", kind="unknown")
        self.invoice(partner, 300, due=1)
        for days in (0, 8, 16):
            with self.at(days) as today:
                letter = self.send_level(partners=partner, date=today)
        self.assertEqual((letter.legal_type, letter.amount_costs), ("statutory_notice", 0))

    def test_costs_for_a_consumer_wait_for_the_end_of_the_free_term(self):
        """Even a level that says charge asks nothing extra unless every invoice had its own notice that ran out."""
        charge = self.env.ref("cremann_dunning.dunning_level_nl_consumer_4")
        partner = self.debtor("Mevrouw De Wit", kind="consumer")
        move = self.invoice(partner, 300, due=1)
        for days in (0, 8, 16):
            with self.at(days) as today:
                notice = self.send_level(partners=partner, date=today)
        for before in (1, 0):
            with self.at(notice.claimable_from - timedelta(days=before + 1)) as today:
                self.run_for(partners=partner, date=today)
                self.assertEqual(self.code(move), "PERIOD_RUNNING")
        with self.at(notice.claimable_from) as today:
            letter = self.send_level(partners=partner, date=today)
        self.assertEqual((letter.level_id, letter.amount_costs), (charge, 45))


@tagged("post_install", "-at_install")
class TestRun(DunningCase):
    without_pdf = True

    def test_every_overdue_invoice_has_exactly_one_decision(self):
        partner, held = self.debtor("A"), self.debtor("B")
        due = self.invoice(partner, 100, due=1)
        self.invoice(partner, 100, due=0)
        waits = self.invoice(held, 100, due=3)
        self.env["dunning.hold"].create({"partner_id": held.id, "company_id": self.nl.id, "reason": "asked for time"})
        run = self.run_for(partners=partner + held)
        self.assertEqual(run.decision_ids.move_id, due + waits)
        self.assertEqual(len(run.decision_ids), 2)
        self.assertEqual((self.code(due), self.code(waits)), ("LETTER", "HOLD"))
        self.assertIn("asked for time", self.why(waits))

    def test_proposing_again_writes_no_second_decision_and_no_second_letter(self):
        partner = self.debtor()
        move = self.invoice(partner, 100, due=1)
        run = self.run_for(partners=partner)
        first = move.dunning_decision_id
        run.action_propose()
        self.assertEqual(len(run.letter_ids), 1)
        self.assertEqual(move.dunning_decision_id, first)
        self.assertEqual(run.decision_ids, first.with_env(run.env))

    def test_second_run_sees_the_draft_of_the_first(self):
        partner = self.debtor()
        move = self.invoice(partner, 100, due=1)
        first = self.run_for(partners=partner)
        announced = move.dunning_decision_id
        second = self.run_for(partners=partner)
        self.assertFalse(second.letter_ids)
        self.assertEqual(move.dunning_decision_id, announced, "nothing has changed for the invoice")
        self.assertEqual(second.decision_ids.ids, announced.ids)
        [row] = self.open_form(second)["kept_decision_ids"]
        self.assertEqual(row["letter_id"]["id"], first.letter_ids.id)
        self.assertFalse(self.open_form(first)["kept_decision_ids"], "its own letter is no other letter")

    def test_second_run_says_so_when_something_has_changed(self):
        """The day after, or for another amount, the draft of the first run is the reason."""
        for name, change in (("later", lambda move: None), ("part paid", lambda move: self.pay(move, 40))):
            with self.subTest(name):
                partner = self.debtor(name)
                move = self.invoice(partner, 100, due=1)
                self.run_for(partners=partner)
                change(move)
                with self.at(1 if name == "later" else 0):
                    second = self.run_for(partners=partner)
                    self.assertEqual(self.code(move), "LETTER_OPEN")
                    self.assertFalse(second.letter_ids)

    def test_proposing_again_keeps_the_drafts_that_are_the_same(self):
        partners = {name: self.debtor(name) for name in ("Same", "Part paid", "Settled", "Held", "Late")}
        moves = {name: self.invoices([partner] * 2, 100, due=5) for name, partner in partners.items()}
        run = self.run_for(partners=self.env["res.partner"].union(*partners.values()))
        before = {letter.partner_id.name: letter for letter in run.letter_ids}
        self.pay(moves["Part paid"][0], 40)
        for move in moves["Settled"]:
            self.pay(move)
        self.env["dunning.hold"].create(
            {"partner_id": partners["Held"].id, "company_id": self.nl.id, "reason": "asked for time"}
        )
        self.invoice(partners["Late"], 30, due=2)
        run.action_propose()
        after = {letter.partner_id.name: letter for letter in run.letter_ids}
        self.assertEqual(set(after), {"Same", "Part paid", "Late"})
        self.assertEqual(after["Same"], before["Same"])
        self.assertEqual(after["Part paid"].amount_total, 160)
        self.assertEqual(after["Late"].amount_total, 230)
        self.assertFalse((before["Part paid"] + before["Settled"] + before["Held"] + before["Late"]).exists())
        with self.at(1):
            run.action_propose()
            self.assertNotIn(before["Same"], run.letter_ids, "its dates are those of another day")
            self.assertEqual(len(run.letter_ids), 3)

    def test_credit_note_covers_the_invoice(self):
        partner = self.debtor()
        move = self.invoice(partner, 100, due=5)
        credit = self.credit(partner, 120, due=2)
        self.assertFalse(self.run_for(partners=partner).letter_ids)
        self.assertEqual(self.code(move), "NET_CREDIT")
        self.assertIn(credit.name, self.why(move))

    def test_part_of_a_credit_is_taken_off_the_oldest(self):
        partner = self.debtor()
        old, new = self.invoice(partner, 100, due=9), self.invoice(partner, 200, due=5)
        self.unallocated(partner, 40)
        letter = self.run_for(partners=partner).letter_ids
        self.assertEqual(letter.amount_total, 260)
        by_move = {line.move_id.id: line for line in letter.line_ids}
        self.assertEqual((by_move[old.id].amount_open, by_move[old.id].amount_paid), (60, 40))
        self.assertEqual(by_move[new.id].amount_open, 200)

    def test_receipt_that_is_not_booked_holds_everything(self):
        partner = self.debtor()
        move = self.invoice(partner, 100, due=5)
        self.receipt(partner, 30)
        self.assertFalse(self.run_for(partners=partner).letter_ids)
        self.assertEqual(self.code(move), "UNMATCHED_PAYMENT")

    def test_instalments_are_overdue_one_by_one(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "30/70",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 30, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 70, "nb_days": 30}),
                ],
            }
        )
        partner = self.debtor()
        move = self.invoice(partner, 1000, due=10, term=term)
        letter = self.send_level(partners=partner)
        self.assertEqual((letter.amount_total, len(letter.line_ids)), (300, 1))
        with self.at(21) as today:
            second = self.send_level(partners=partner, date=today)
        # the first instalment goes one step further, the second starts with its own first step
        self.assertEqual(second.level_id, second.procedure_id.level_ids[1])
        self.assertEqual(second.line_ids.mapped("level_id"), second.procedure_id.level_ids[:2])
        self.assertEqual(second.amount_total, 1000)
        self.assertEqual(move.dunning_level_id, second.procedure_id.level_ids[1])

    def test_two_currencies_make_two_letters(self):
        self.usd.active = True
        partner = self.debtor()
        self.invoice(partner, 100, due=5)
        self.invoice(partner, 100, due=5, currency=self.usd)
        letters = self.run_for(partners=partner).letter_ids
        self.assertEqual(sorted(letters.mapped("currency_id.name")), ["EUR", "USD"])

    def test_invoice_of_a_later_due_date_rides_along_at_its_own_level(self):
        partner = self.debtor()
        old = self.invoice(partner, 100, due=1)
        self.send_level(partners=partner)
        with self.at(8) as today:
            new = self.invoice(partner, 50, due=today - timedelta(days=1))
            letter = self.send_level(partners=partner, date=today)
        reminder, second = letter.procedure_id.level_ids[:2]
        self.assertEqual(letter.level_id, second)
        self.assertEqual({line.move_id: line.level_id for line in letter.line_ids}, {old: second, new: reminder})
        self.assertEqual((old.dunning_level_id, new.dunning_level_id), (second, reminder))

    def test_run_of_tomorrow_shows_and_cannot_be_confirmed(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=0)
        run = self.run_for(partners=partner, date=TODAY + timedelta(days=1))
        self.assertEqual(len(run.letter_ids), 1)
        with self.assertRaisesRegex(UserError, "future"):
            run.action_confirm()

    def test_a_look_ahead_hides_nothing_from_another(self):
        """A second one, of a later day, shows what would go out then; the first one is asked anew."""
        partner = self.invoice(self.debtor("Twice"), 100, due=10).partner_id
        first = self.run_for(date=TODAY + timedelta(days=1), partners=partner)
        second = self.run_for(date=TODAY + timedelta(days=2), partners=partner)
        self.assertEqual((len(first.letter_ids), len(second.letter_ids)), (0, 1))
        first.action_propose()
        self.assertEqual((len(first.letter_ids), len(second.letter_ids)), (1, 0))

    def test_look_ahead_changes_nothing_and_stands_in_nobodys_way(self):
        partner = self.debtor()
        move = self.invoice(partner, 1000, due=1)
        for days in (0, 8):
            with self.at(days) as today:
                self.send_level(partners=partner, date=today)
        with self.at(9) as today:
            current = move.dunning_decision_id
            ahead = self.run_for(partners=partner, date=today + timedelta(days=8))
            self.assertTrue(ahead.is_ahead)
            self.assertEqual(ahead.letter_ids.legal_type, "notice_of_default")
            self.assertEqual(ahead.letter_ids.amount_interest, 5.13, "interest to the day of the run")
            self.assertEqual(move.dunning_decision_id, current)
        with self.at(16) as today:
            letter = self.send_level(partners=partner, date=today)
        self.assertEqual((letter.state, letter.legal_type), ("sent", "notice_of_default"))

    def test_draft_confirmed_on_a_later_day_is_dated_that_day(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=1)
        run = self.run_for(partners=partner)
        with self.at(3) as today:
            letter = self.confirm(run)
        self.assertEqual((letter.date, letter.deadline), (today, today + timedelta(days=7)))

    def test_cancelled_draft_frees_its_invoices(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=1)
        run = self.run_for(partners=partner)
        run.letter_ids.action_cancel()
        self.assertEqual(len(self.run_for(partners=partner).letter_ids), 1)

    def test_draft_left_out_by_the_user_is_not_sent(self):
        one, two = self.debtor("One"), self.debtor("Two")
        self.invoices([one, two], 100, due=1)
        run = self.run_for(partners=one + two)
        run.letter_ids.filtered(lambda letter: letter.partner_id == one).action_cancel()
        self.assertEqual(self.confirm(run).partner_id.ids, two.ids)

    def test_cron_leaves_levels_that_need_a_person(self):
        partner = self.debtor()
        move = self.invoice(partner, 100, due=1)
        for days in (0, 8):
            with self.at(days) as today:
                self.send_level(partners=partner, date=today)
        self.nl.dunning_automatic = True
        with self.at(16) as today:
            self.env["dunning.run"]._cron_run()
            run = self.env["dunning.run"].search([("company_id", "=", self.nl.id), ("date", "=", today)])
        self.assertTrue(run.automatic)
        self.assertFalse(run.letter_ids)
        self.assertEqual(self.code(move), "APPROVAL")

    def test_cron_finishes_a_run_that_ran_out_of_time(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=1)
        self.nl.dunning_automatic = True
        run = self.env["dunning.run"].create({"company_id": self.nl.id, "automatic": True})
        run.env["dunning.proposal"]._make(run)
        self.assertEqual(run.letter_ids.state, "draft")
        self.env["dunning.run"]._cron_run()
        self.assertEqual((run.state, run.letter_ids.state), ("done", "issued"))

    def test_cron_only_where_it_is_switched_on(self):
        self.invoice(self.debtor(), 100, due=1)
        self.env["dunning.run"]._cron_run()
        self.assertFalse(self.env["dunning.run"].search([("company_id", "=", self.nl.id)]))

    def test_case_follows_the_ledger(self):
        partner = self.debtor()
        move = self.invoice(partner, 100, due=3)
        self.run_for(partners=partner)
        case = self.env["dunning.case"].search([("partner_id", "=", partner.id)])
        self.assertEqual((case.amount_overdue, case.invoice_count, case.days_overdue), (100, 1, 3))
        self.assertEqual(case.user_id, self.user)
        self.pay(move)
        self.env["dunning.figures"]._refresh(self.nl)
        self.assertEqual((case.amount_overdue, case.invoice_count), (0, 0))
        self.assertFalse(case.next_level_id)
