"""When letters go out, which debtors they are for, and when they stop: settings of procedure and company on a real
ledger."""

from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ...common import TODAY, DunningCase

SATURDAY = TODAY + timedelta(days=5)


class TimingCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.business = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")
        cls.partner = cls.debtor()

    def daily(self, when=TODAY):
        """The daily job on some day; its run."""
        self.nl.dunning_automatic = True
        with self.at(when):
            self.env["dunning.run"]._cron_run()
        return self.env["dunning.run"].search(
            [("company_id", "=", self.nl.id), ("date", "=", when), ("automatic", "=", True)]
        )

    def notice(self, **values):
        """A notice three days before the due date as the first level of the Dutch businesses."""
        return self.env["dunning.level"].create(
            {
                "procedure_id": self.business.id,
                "name": "Soon due",
                "sequence": 1,
                "legal_type": "pre_due",
                "delay_days": 3,
                "automatic": True,
                "template_id": self.env.ref("cremann_dunning.mail_template_pre_due").id,
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestSendingDays(TimingCase):
    def test_the_daily_job_waits_for_a_sending_day(self):
        move = self.invoice(self.partner, 100, due=SATURDAY - timedelta(days=1))
        self.assertFalse(self.daily(SATURDAY).letter_ids)
        self.assertEqual(self.code(move), "NOT_A_SENDING_DAY")
        self.assertIn("11/23/2026", self.why(move))
        self.assertFalse(self.daily(SATURDAY + timedelta(days=1)).letter_ids)
        self.assertEqual(self.daily(SATURDAY + timedelta(days=2)).letter_ids.state, "issued")

    def test_a_person_may_send_on_any_day_and_is_told(self):
        self.invoice(self.partner, 100, due=SATURDAY - timedelta(days=1))
        with self.at(SATURDAY) as today:
            run = self.run_for(partners=self.partner, date=today)
            self.assertEqual(run.off_day, self.business.name)
            self.assertEqual(self.open_form(run)["off_day"], self.business.name)
            self.assertEqual(self.confirm(run).state, "issued")
        self.business.send_saturday = True
        with self.at(SATURDAY):
            self.assertFalse(self.run_for().off_day)

    def test_holidays_are_those_of_the_company(self):
        """5 January 2027 is a Tuesday, 1 January a Friday and a holiday."""
        with self.at(date(2027, 1, 1)):
            self.assertEqual(self.business._engine_procedure(self.nl).sending_day(date(2027, 1, 1)), date(2027, 1, 4))
        self.business.skip_holidays = False
        self.assertEqual(self.business._engine_procedure(self.nl).sending_day(date(2027, 1, 1)), date(2027, 1, 1))

    def test_a_procedure_without_sending_days_is_refused(self):
        days = ("monday", "tuesday", "wednesday", "thursday", "friday")
        with self.assertRaisesRegex(ValidationError, "at least one day"):
            self.business.write({f"send_{day}": False for day in days})

    def test_a_draft_of_the_daily_job_waits_as_well(self):
        """A run that ran out of time on Friday goes on on Monday, not on Saturday."""
        self.invoice(self.partner, 100, due=SATURDAY - timedelta(days=2))
        with self.at(SATURDAY - timedelta(days=1)):
            run = self.env["dunning.run"].create({"company_id": self.nl.id, "automatic": True})
            run.env["dunning.proposal"]._make(run)
            self.assertEqual(run.letter_ids.state, "draft")
        self.daily(SATURDAY)
        self.assertEqual(run.letter_ids.state, "cancelled")
        self.assertIn("11/23/2026", run.letter_ids.cancel_reason)
        self.assertEqual(self.daily(SATURDAY + timedelta(days=2)).letter_ids.state, "issued")

    def test_the_hour_of_the_daily_run(self):
        """It is ten o'clock where the company is."""
        self.invoice(self.partner, 100, due=1)
        for hour, runs in ((11, 0), (10, 1), (9, 1)):
            with self.subTest(hour):
                self.nl.dunning_send_hour = hour
                self.assertEqual(len(self.daily()), runs, "once a day, from its hour on")
        with self.assertRaises(Exception), self.cr.savepoint():  # noqa: B017  (whichever error a constraint gives)
            self.nl.dunning_send_hour = 24
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestBank(TimingCase):
    def behind(self, days):
        return self.receipt(self.debtor("Somebody else"), 10).write({"date": TODAY - timedelta(days=days)})

    def test_letters_that_go_by_themselves_wait_for_the_bank(self):
        move = self.invoice(self.partner, 100, due=1)
        self.behind(4)
        self.nl.dunning_bank_max_days = 3
        self.assertFalse(self.daily().letter_ids)
        self.assertEqual(self.code(move), "BANK_BEHIND")
        journal = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.nl.id)], limit=1)
        self.assertIn(f"{journal.name} is booked up to 11/12/2026", self.why(move))

    def test_a_bank_on_the_last_allowed_day_is_fresh(self):
        self.invoice(self.partner, 100, due=1)
        self.behind(3)
        self.nl.dunning_bank_max_days = 3
        self.assertEqual(self.daily().letter_ids.state, "issued")

    def test_a_person_sees_it_and_may_go_on(self):
        self.invoice(self.partner, 100, due=1)
        self.behind(4)
        self.nl.dunning_bank_max_days = 3
        run = self.run_for()
        self.assertIn("11/12/2026", self.open_form(run)["bank_behind"])
        self.assertEqual(self.confirm(run).state, "issued")
        self.assertFalse(run.bank_behind, "a confirmed run asks nothing any more")
        self.nl.dunning_bank_max_days = 0
        self.assertFalse(self.run_for().bank_behind)

    def test_a_company_without_bank_has_no_gate(self):
        self.invoice(self.partner, 100, due=1)
        self.nl.dunning_bank_max_days = 1
        self.assertFalse(self.nl._dunning_bank_dates())
        self.assertEqual(self.daily().letter_ids.state, "issued")

    def test_an_archived_journal_and_another_company_do_not_count(self):
        self.behind(40)
        journal = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.nl.id)], limit=1)
        self.assertEqual(self.nl._dunning_bank_dates(), ((journal.name, TODAY - timedelta(days=40)),))
        self.assertFalse(self._company("be")._dunning_bank_dates())
        journal.active = False
        self.assertFalse(self.nl._dunning_bank_dates())


@tagged("post_install", "-at_install")
class TestLimits(TimingCase):
    def test_correction_days(self):
        self.business.correction_days = 2
        moves = [self.invoice(self.debtor(f"Debtor {days}"), 100, due=days) for days in (2, 3, 4)]
        self.run_for()
        self.assertEqual([self.code(move) for move in moves], ["NOT_YET", "LETTER", "LETTER"])

    def test_highest_age_and_most_letters(self):
        self.business.write({"stop_age": 30, "stop_count": 1})
        moves = [self.invoice(self.debtor(f"Debtor {days}"), 100, due=days) for days in (29, 30, 31)]
        self.send_level()
        self.assertEqual([self.code(move) for move in moves], ["STOP_COUNT", "STOP_COUNT", "STOP_AGE"])
        self.assertIn("1 went out", self.why(moves[0]))
        self.assertIn("31 days", self.why(moves[2]))

    def test_bands_of_amounts_choose_the_procedure(self):
        self.business.amount_to = 1000
        large = self.business.copy()
        large.write({"automatic_choice": True, "amount_from": 1000, "amount_to": 0, "name": "Large"})
        chosen = {}
        for amount in (999.99, 1000, 1000.01):
            partner = self.debtor(f"Debtor {amount}")
            self.invoice(partner, amount - 100, due=1)
            self.invoice(partner, 100, due=2)
            self.invoice(partner, 5000, due=-30)
            chosen[amount] = self.run_for(partners=partner).letter_ids.procedure_id
        self.assertEqual(chosen, {999.99: self.business, 1000: large, 1000.01: large})

    def test_bands_that_overlap_or_are_empty_are_refused(self):
        self.business.amount_to = 1000
        large = self.business.copy()
        for least, below in ((0, 1), (999.99, 0), (500, 700), (0, 0)):
            with self.subTest((least, below)), self.refused("overlap"):
                large.write({"automatic_choice": True, "amount_from": least, "amount_to": below})
        large.write({"automatic_choice": True, "amount_from": 1000, "amount_to": 2000})
        with self.assertRaises(Exception), self.cr.savepoint():  # noqa: B017
            large.amount_to = 1000
            self.env.flush_all()

    def test_a_debtor_between_two_bands_has_no_procedure(self):
        self.business.amount_to = 50
        move = self.invoice(self.partner, 100, due=1)
        self.run_for()
        self.assertEqual(move.dunning_decision_id.level_id.procedure_id.debtor_kind, "any", "the one for everybody")
        self.env.ref("cremann_dunning.dunning_procedure_eu").active = False
        self.run_for()
        self.assertEqual(self.code(move), "NO_PROCEDURE")


@tagged("post_install", "-at_install")
class TestBacklog(TimingCase):
    def levels(self, rule, *dues, start=0, **values):
        """The reason and level of an invoice per due date, with dunning switched on some days ago."""
        self.nl.write({"dunning_start_date": TODAY - timedelta(days=start), "dunning_backlog": rule, **values})
        moves = [self.invoice(self.debtor(f"Debtor {due}"), 100, due=due) for due in dues]
        self.run_for()
        return [(self.code(move), move.dunning_decision_id.level_id.sequence) for move in moves]

    def test_gently(self):
        self.assertEqual(self.levels("gentle", 5, 400), [("LETTER", 10), ("LETTER", 10)])

    def test_at_the_level_of_their_age(self):
        """Levels 1, 8 and 16 days after the due date; the third is a notice of default, and nothing goes past it."""
        expected = [("LETTER", 10), ("LETTER", 20), ("LETTER", 20), ("LETTER", 30), ("LETTER", 30)]
        self.assertEqual(self.levels("match", 7, 8, 15, 16, 400), expected)

    def test_a_consumer_starts_with_a_term_to_pay(self):
        """Unless the due date was agreed nobody is in default yet, and the 14-day letter would come too early."""
        partner = self.debtor("Mevrouw De Wit", kind="consumer")
        self.nl.write({"dunning_start_date": TODAY, "dunning_backlog": "match"})
        self.invoice(partner, 100, due=400)
        letter = self.run_for(partners=partner).letter_ids
        self.assertEqual((letter.legal_type, letter.level_id.sequence), ("reminder", 20))

    def test_a_consumer_starts_at_the_statutory_notice_at_most(self):
        partner = self.debtor("Mevrouw De Wit", kind="consumer")
        self.nl.write({"dunning_start_date": TODAY, "dunning_backlog": "match", "dunning_term_agreed": True})
        self.invoice(partner, 100, due=400)
        letter = self.run_for(partners=partner).letter_ids
        self.assertEqual((letter.legal_type, letter.amount_costs), ("statutory_notice", 0))

    def test_left_out_when_too_old(self):
        days = {"dunning_backlog_days": 30, "start": 10}
        found = self.levels("leave_out", 39, 40, 41, **days)
        self.assertEqual(found, [("LETTER", 10), ("LETTER", 10), ("BACKLOG", False)])

    def test_settings(self):
        env = self.env(user=self.env.ref("base.user_admin").id)
        env.user.write({"company_ids": [Command.link(self.nl.id)], "company_id": self.nl.id})
        with Form(env["res.config.settings"].with_company(self.nl)) as form:
            form.dunning_start_date = TODAY
            form.dunning_backlog = "leave_out"
            form.dunning_backlog_days = 45
            form.dunning_bank_max_days = 5
        form.record.execute()
        self.assertEqual((self.nl.dunning_backlog, self.nl.dunning_backlog_days), ("leave_out", 45))
        self.assertEqual(self.nl._dunning_house().backlog.days, 45)


@tagged("post_install", "-at_install")
class TestNotice(TimingCase):
    def test_a_notice_before_the_due_date(self):
        self.notice()
        moves = [self.invoice(self.debtor(f"Debtor {days}"), 100, due=-days) for days in (4, 3, 2)]
        run = self.run_for()
        self.assertEqual([self.code(move) for move in moves], [False, "NOTICE", "NOTICE"])
        self.assertIn("3 days to go", self.why(moves[1]))
        letters = self.confirm(run)
        self.assertEqual(set(letters.mapped("legal_type")), {"pre_due"})
        letter = letters[0]
        self.assertEqual((letter.amount_total, letter.amount_costs, letter.deadline), (100, 0, False))
        self.assertIn("due soon", letter.body)
        self.assertEqual(letter.line_ids.days_overdue, 0)

    def test_afterwards_the_ladder_starts_at_the_due_date(self):
        self.notice()
        move = self.invoice(self.partner, 100, due=-3)
        self.assertEqual(self.send_level().legal_type, "pre_due")
        self.assertEqual(self.code(move), "NOT_YET")
        self.assertEqual(move.dunning_next_date, TODAY + timedelta(days=4))
        for days, sent in ((3, False), (4, False), (6, "reminder")):  # six days between letters
            with self.at(days) as today:
                self.assertEqual(self.send_level(date=today).legal_type, sent)
        with self.at(15) as today:  # Sunday the 22nd and seven days is a Sunday again: until Monday the 30th
            letter = self.send_level(date=today)
        self.assertEqual(letter.level_id.sequence, 20)
        self.assertNotIn("November 16, 2026", letter.previous_text, "a notice was no reminder")
        self.assertIn("22 November 2026", letter.previous_text)

    def test_a_notice_that_did_not_leave_in_time_is_stopped(self):
        self.notice()
        self.invoice(self.partner, 100, due=-1)
        letters = self.confirm(self.run_for())
        with self.at(2):
            self.assertFalse(self.send_outbox(letters))
        self.assertEqual(letters.state, "cancelled")
        self.assertIn("past its due date", letters.cancel_reason)

    def test_no_notice_for_what_is_paid_or_held(self):
        self.notice()
        paid, held = self.invoice(self.partner, 100, due=-2), self.invoice(self.debtor("Held"), 100, due=-2)
        self.pay(paid)
        held.line_ids.no_followup = True
        self.assertFalse(self.run_for().letter_ids)
        self.assertEqual(self.code(held), "NO_FOLLOWUP")

    def test_it_is_the_first_step_and_free(self):
        for values, message in (
            ({"sequence": 15}, "nothing can come before it"),
            ({"costs": "announce"}, "no costs and no interest"),
            ({"charge_interest": True}, "no costs and no interest"),
        ):
            with self.subTest(values), self.refused(message):
                self.notice(**values)

    def test_what_is_not_due_yet_is_listed_where_the_level_says_so(self):
        self.business.level_ids[0].list_not_due = True
        self.invoice(self.partner, 100, due=2)
        ahead = self.invoice(self.partner, 250, due=-30)
        letter = self.confirm(self.run_for())
        self.assertEqual((letter.amount_total, letter.amount_listed), (100, 250))
        line = letter.line_ids.filtered(lambda line: line.move_id == ahead)
        self.assertFalse(line.level_id or line.principal_part)
        self.assertIn("Not due yet", letter.body)
        self.assertIn(ahead.name, letter.body)
        self.assertEqual(self.code(ahead), "LISTED")

    def test_in_dutch(self):
        self.notice()
        partner = self.debtor("Bakker Bart", lang="nl_NL")
        self.invoice(partner, 100, due=-2)
        letter = self.confirm(self.run_for(partners=partner))
        self.assertIn("Beste", letter.body)
        self.assertIn("vervalt binnenkort", letter.body)


@tagged("post_install", "-at_install")
class TestInPayment(TimingCase):
    """Payments without an entry of their own exist where an accounting app says that there is a state In payment."""

    def under_way(self, amount, *moves, partner=None, **values):
        """A payment like a direct debit that was sent to the bank: in process, without an entry of its own."""
        model = self.registry["account.move"]
        with patch.object(model, "_get_invoice_in_payment_state", lambda _moves: "in_payment"):
            payment = self.env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": (partner or self.partner).id,
                    "amount": amount,
                    "company_id": self.nl.id,
                    "outstanding_account_id": False,
                    "invoice_ids": [Command.set([move.id for move in moves])],
                    **values,
                }
            )
            payment.action_post()
        self.assertFalse(payment.move_id)
        self.assertEqual(payment.state, "in_process")
        return payment

    def test_a_booked_payment_that_the_bank_has_not_shown(self):
        """Without an accounting app every payment has an entry; as long as it is not matched it is a credit."""
        for amount, code in ((99, "LETTER"), (100, "IN_PAYMENT"), (101, "IN_PAYMENT")):
            partner = self.debtor(f"Debtor {amount}")
            move = self.invoice(partner, 100, due=10)
            vals = {"payment_type": "inbound", "partner_type": "customer", "partner_id": partner.id, "amount": amount}
            payment = self.env["account.payment"].create(vals)
            payment.action_post()
            self.assertTrue(payment.move_id)
            self.business.minimum_amount = 0
            run = self.run_for(partners=partner)
            self.assertEqual(self.code(move), code)
            if code == "IN_PAYMENT":
                self.assertIn(payment.name, self.why(move))
            else:
                self.assertEqual(run.letter_ids.amount_total, 1)

    def test_an_invoice_that_is_being_debited_is_left_alone(self):
        for amount, code in ((99.99, "LETTER"), (100, "IN_PAYMENT"), (100.01, "IN_PAYMENT")):
            partner = self.debtor(f"Debtor {amount}")
            move = self.invoice(partner, 100, due=10)
            payment = self.under_way(amount, move, partner=partner)
            self.nl.env["dunning.procedure"].search([]).minimum_amount = 0
            run = self.run_for(partners=partner)
            self.assertEqual(run.decision_ids.code, code)
            if code == "IN_PAYMENT":
                self.assertIn(payment.name, run.decision_ids.explanation)
                self.assertFalse(run.letter_ids)
                again = self.run_for(partners=partner)
                self.assertEqual(again.decision_ids, run.decision_ids, "nothing changed, nothing new on record")
            else:
                self.assertEqual(run.letter_ids.amount_total, 0.01)

    def test_a_payment_that_was_refused_counts_no_more(self):
        move = self.invoice(self.partner, 100, due=10)
        payment = self.under_way(100, move)
        self.assertFalse(self.run_for().letter_ids)
        payment.action_cancel()
        self.assertEqual(self.run_for().letter_ids.amount_total, 100)

    def test_one_payment_for_several_invoices_pays_the_oldest_first(self):
        old, young = self.invoice(self.partner, 100, due=20), self.invoice(self.partner, 100, due=10)
        self.under_way(150, young, old)
        letter = self.run_for().letter_ids
        self.assertEqual(letter.line_ids.move_id, young)
        self.assertEqual(letter.amount_total, 50)
        self.assertEqual(self.code(old), "IN_PAYMENT")

    def test_a_payment_for_no_invoice_in_particular_counts_for_the_debtor(self):
        move, other = self.invoice(self.partner, 100, due=20), self.invoice(self.debtor("Other"), 100, due=20)
        self.under_way(100)
        self.run_for()
        self.assertEqual((self.code(move), self.code(other)), ("IN_PAYMENT", "LETTER"))

    def test_in_another_currency(self):
        self.env["res.currency.rate"].create(
            {"currency_id": self.usd.id, "name": "2020-01-01", "rate": 2, "company_id": self.nl.id}
        )
        move = self.invoice(self.partner, 200, due=20, currency=self.usd)
        self.under_way(60, move, currency_id=self.eur.id)
        letter = self.run_for().letter_ids
        self.assertEqual(letter.amount_total, 80)


@tagged("post_install", "-at_install")
class TestEntries(TimingCase):
    def entry(self, amount=100, due=10, post=True, partner=None, with_partner=True):
        partner = partner or self.partner
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", self.nl.id)], limit=1
        )
        receivable = partner.with_company(self.nl).property_account_receivable_id
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": TODAY,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": with_partner and partner.id,
                            "name": "Opening balance",
                            "balance": amount,
                            "date_maturity": due is not None and TODAY - timedelta(days=due),
                        }
                    ),
                    Command.create({"account_id": self._account(self.nl, "income").id, "balance": -amount}),
                ],
            }
        )
        if post:
            move._post(soft=False)
        return move

    def leave_out(self, move):
        env = self.as_user(self.user)
        action = move.with_env(env).action_dunning_leave_out()
        window = env[action["res_model"]].with_context(**action["context"]).create({"reason": "booked elsewhere"})
        window.action_leave_out()

    def test_an_entry_counts_only_when_it_was_taken_in(self):
        move = self.entry()
        self.assertFalse(self.run_for().letter_ids)
        self.take_in(move, self.user)
        letter = self.send_level()
        self.assertEqual((letter.line_ids.move_id, letter.amount_total), (move, 100))
        self.assertEqual(letter.line_ids.invoice_date, letter.line_ids.date_due, "booked later than it was due")
        self.assertEqual(move.dunning_level_id, letter.level_id)
        case = self.env["dunning.case"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual((case.amount_overdue, case.decision_id.move_id), (100, move))
        self.leave_out(move)
        with self.at(30):
            self.assertFalse(self.run_for().decision_ids)
        self.assertFalse(move.dunning_decision_id)

    def test_leaving_out_stops_a_letter_that_has_not_gone_out(self):
        move = self.entry()
        self.take_in(move)
        letters = self.confirm(self.run_for())
        self.leave_out(move)
        self.assertFalse(self.send_outbox(letters))
        self.assertEqual(letters.state, "cancelled")

    def test_a_settled_entry_is_forgotten(self):
        move = self.entry()
        self.take_in(move)
        self.run_for()
        self.assertEqual(self.code(move), "LETTER")
        claim = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        (self.unallocated(self.partner, 100) + claim).reconcile()
        self.assertFalse(self.run_for().letter_ids)
        self.assertFalse(move.dunning_decision_id)

    def test_due_from_the_day_after(self):
        for due, code in ((0, False), (1, "LETTER"), (2, "LETTER")):
            move = self.entry(due=due, partner=self.debtor(f"Debtor {due}"))
            self.take_in(move)
            self.run_for()
            self.assertEqual(self.code(move), code)

    def test_what_cannot_be_taken_in(self):
        for move, message in (
            (self.invoice(self.partner, 100), "Invoices are followed up without"),
            (self.entry(post=False), "no posted journal entry"),
            (self.entry(amount=-100), "nothing open"),
            (self.entry(with_partner=False), "needs a partner"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self.as_user(self.user, move).action_dunning_take_in()

    def test_who_may(self):
        move = self.entry()
        for action in ("action_dunning_take_in", "action_dunning_leave_out"):
            with self.assertRaises(AccessError):
                getattr(self.as_user(self.internal, move), action)()
        self.assertTrue(self.open_form(self.as_user(self.user, move), "account.view_move_form"))
