"""Calls: a level that a person carries out, the activity it makes, and contacts that count as a step."""

from datetime import datetime, timedelta

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...common import TODAY, day
from .agreement_case import AgreementCase


class ContactCase(AgreementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        text = cls.env.ref("cremann_dunning.mail_template_reminder").id
        steps = (("Reminder", "reminder", 1), ("Call", "call", 7), ("Last reminder", "reminder", 7))
        cls.procedure = cls.as_user(cls.manager)["dunning.procedure"].create(
            {
                "name": "With a call",
                "company_id": cls.nl.id,
                "minimum_interval": 1,
                "level_ids": [
                    Command.create(
                        {
                            "name": name,
                            "legal_type": legal_type,
                            "delay_days": days,
                            "sequence": number,
                            "template_id": text if legal_type != "call" else False,
                        }
                    )
                    for number, (name, legal_type, days) in enumerate(steps, 1)
                ],
            }
        )
        cls.first, cls.call, cls.last = cls.procedure.level_ids.with_env(cls.env)
        cls.kind = cls.env.ref("cremann_dunning.mail_activity_type_call")

    def contact(self, moves=None, user=None, **vals):
        return self.note("dunning.contact", moves, user, **{"outcome": "not_reached"} | vals)

    def step(self, moves=None, level=None, **vals):
        return self.contact(moves or self.move, counts_as_step=True, level_id=(level or self.call).id, **vals)

    def decide(self):
        self.run_for().action_cancel()

    def to_call(self, case=None):
        """The open activities to call."""
        return (case or self.case).activity_ids.filtered(lambda activity: activity.activity_type_id == self.kind)


@tagged("post_install", "-at_install")
class TestCallLevel(ContactCase):
    """A level of the type telephone call."""

    def test_no_shipped_procedure_calls(self):
        shipped = self.env["dunning.level"].search([("procedure_id", "!=", self.procedure.id)])
        self.assertNotIn("call", shipped.mapped("legal_type"))

    def test_a_call_is_due_like_a_letter(self):
        self.send_level()
        for days, code in ((7, "PERIOD_RUNNING"), (8, "CALL_DUE"), (9, "CALL_DUE")):
            with self.subTest(days), self.at(days):
                run = self.run_for()
                self.assertEqual((self.code(self.move), run.letter_count), (code, 0))
                self.assertEqual(len(self.to_call()), int(code == "CALL_DUE"))
                run.action_cancel()
        self.assertEqual(
            self.why(self.move), "Call: call the debtor and log the contact. 19 days past the due date of 11/06/2026."
        )
        self.assertEqual(
            (self.move.dunning_next_level_id, self.move.dunning_next_date), (self.call, TODAY + timedelta(9))
        )
        with self.at(9):
            found = self.as_user(self.user)["dunning.case"].search([("decision_id.code", "=", "CALL_DUE")])
            self.assertEqual(found, self.case)

    def test_one_activity_with_the_invoices_for_the_responsible(self):
        self.user.lang = "nl_NL"
        self.send_level()
        with self.at(8):
            self.env["dunning.run"]._cron_run()
            self.assertFalse(self.to_call(), "no daily run in this company")
            self.nl.dunning_automatic = True
            self.env["dunning.run"]._cron_run()
            activity = self.to_call()
            self.assertEqual((len(activity), activity.user_id), (1, self.user))
            self.assertEqual(activity.date_deadline, TODAY + timedelta(8))
            for move in (self.move, self.second):
                self.assertIn(move.name, activity.note)
            self.assertIn("06-11-2026", activity.note)
            self.assertIn("€&nbsp;100,00", activity.note)
            before = activity.note
            self.decide()
            self.assertEqual((self.to_call(), activity.note), (activity, before))
            self.pay(self.second)
            self.decide()
            self.assertEqual(self.to_call(), activity)
            self.assertNotIn(self.second.name, activity.note)
            self.pay(self.move)
            self.decide()
            self.assertFalse(self.to_call())

    def test_responsible_of_the_case_goes_before_that_of_the_company(self):
        self.case.user_id = self.manager
        self.send_level()
        with self.at(8):
            self.decide()
            self.assertEqual(self.to_call().user_id, self.manager)

    def test_a_look_ahead_gives_no_work(self):
        self.send_level()
        run = self.run_for(date=TODAY + timedelta(8))
        self.assertEqual(set(run.decision_ids.mapped("code")), {"CALL_DUE"})
        self.assertFalse(self.to_call())

    def test_a_hold_takes_the_activity_away(self):
        self.send_level()
        with self.at(8):
            self.decide()
            self.env["dunning.hold"].create({"partner_id": self.partner.id, "company_id": self.nl.id, "reason": "?"})
            self.decide()
            self.assertFalse(self.to_call())

    def test_a_promise_takes_the_activity_away_at_once(self):
        self.send_level()
        with self.at(8):
            self.decide()
            self.note("dunning.promise", date=TODAY + timedelta(10), amount=300)
            self.assertFalse(self.to_call())

    def test_level_with_contacts_stays(self):
        self.send_level()
        with self.at(8):
            self.step()
        with self.refused("A contact counted for the level Call"):
            self.call.unlink()

    def test_many_calls_cost_no_more_queries_than_few(self):
        partners = self.env["res.partner"].create([{"name": f"Debtor {n}", "is_company": True} for n in range(200)])
        partners.country_id = self.env.ref("base.nl")
        self.invoices(partners, 100, due=10)
        self.procedure.level_ids[0].active = False
        counts = {}
        for number in (20, 20, 200):
            self.env["mail.activity"].search([("activity_type_id", "=", self.kind.id)]).unlink()
            self.env["dunning.decision"].search([]).unlink()
            run = self.as_user(self.user)["dunning.run"].create(
                {"company_id": self.nl.id, "partner_ids": [Command.set(partners[:number].ids)]}
            )
            with self.counted() as count:
                run.action_propose()
            counts[number] = count[0]
            self.assertEqual(self.env["mail.activity"].search_count([("activity_type_id", "=", self.kind.id)]), number)
        # Odoo inserts and updates a hundred records a statement
        self.assertLessEqual(counts[200], counts[20] + 15, counts)


@tagged("post_install", "-at_install")
class TestContact(ContactCase):
    def test_log_the_call_that_is_due(self):
        self.send_level()
        with self.at(8):
            self.decide()
            action = self.as_user(self.user, self.case).action_log_call()
            contact = self.fill_in(action, outcome="paying", person="Ms Jansen", note="<b>tomorrow</b>")
            self.assertTrue(contact.counts_as_step)
            self.assertEqual((contact.level_id, contact.move_ids), (self.call, self.move + self.second))
            self.assertFalse(self.to_call())
            self.assertEqual((self.move + self.second).dunning_level_id, self.call)
            self.assertEqual((self.code(self.move), self.move.dunning_next_level_id), ("NOT_YET", self.last))
            self.assertEqual(self.move.dunning_next_date, TODAY + timedelta(15))
            self.assertTrue([text for text in self.told_on(self.case) if "<b>tomorrow</b>" in text])
        for days, code in ((14, "NOT_YET"), (15, "LETTER"), (16, "LETTER")):
            with self.subTest(days), self.at(days):
                self.decide()
                self.assertEqual(self.code(self.move), code)

    def test_a_call_that_does_not_count_changes_nothing(self):
        self.send_level()
        with self.at(8):
            self.decide()
            contact = self.contact(self.move, level_id=self.call.id)
            self.assertFalse(contact.level_id)
            self.assertEqual((self.code(self.move), len(self.to_call())), ("CALL_DUE", 1))
            contact.note = "voice mail"

    def test_a_call_about_one_invoice_leaves_the_other(self):
        self.send_level()
        with self.at(8):
            self.decide()
            self.step(self.move)
            self.assertEqual((self.code(self.move), self.code(self.second)), ("NOT_YET", "CALL_DUE"))
            self.assertNotIn(self.move.name, self.to_call().note)
            self.assertIn(self.second.name, self.to_call().note)

    def test_a_contact_in_the_place_of_a_reminder(self):
        self.nl.dunning_quiet_days = 0
        self.decide()
        contact = self.step(level=self.first, kind="visit", outcome="promised")
        self.assertEqual((self.move.dunning_level_id, self.code(self.move)), (self.first, "LISTED"))
        self.assertEqual(contact.counted_on, TODAY)
        run = self.run_for()
        self.assertEqual(run.letter_ids.line_ids.filtered("level_id").move_id, self.second)

    def test_a_contact_leaves_days_of_quiet(self):
        self.decide()
        self.assertEqual(self.code(self.second), "LETTER")
        for outcome, code in (
            ("not_reached", "LETTER"),
            ("wrong_person", "LETTER"),
            ("promised", "SPOKEN_RECENTLY"),
            ("other", "SPOKEN_RECENTLY"),
        ):
            with self.subTest(outcome):
                contact = self.contact(self.move, outcome=outcome)
                self.assertEqual([self.code(move) for move in (self.move, self.second)], [code] * 2, "told at once")
                contact.active = False
                self.assertEqual(self.code(self.second), "LETTER")
        contact = self.contact(self.move, outcome="paying", kind="mail")
        self.assertEqual(
            self.why(self.second),
            "Not before 11/19/2026: somebody spoke with the debtor on 11/16/2026, and 3 days are left for what was "
            "said.",
        )
        for days, code in ((2, "SPOKEN_RECENTLY"), (3, "LETTER"), (4, "LETTER")):
            with self.subTest(days), self.at(days):
                run = self.run_for()
                self.assertEqual((self.code(self.second), run.letter_count), (code, int(code == "LETTER")))
                run.action_cancel()
        contact.outcome = "not_reached"
        self.assertEqual(self.code(self.second), "LETTER")

    def test_the_days_of_quiet_are_the_companys(self):
        self.contact(self.move, outcome="paying", date=datetime(2026, 11, 15, 12, 0))
        for days, code in ((0, "LETTER"), (1, "LETTER"), (2, "SPOKEN_RECENTLY")):
            self.nl.dunning_quiet_days = days
            self.decide()
            self.assertEqual(self.code(self.second), code)
        for days in (-1, 61):
            with self.refused("", CheckViolation):
                self.nl.dunning_quiet_days = days

    def test_the_day_of_a_contact_is_that_of_the_company(self):
        self.nl.dunning_quiet_days = 1
        # half past eleven at night in Amsterdam the day before, and half past midnight of today
        for moment, code in (((2026, 11, 15, 22, 30), "LETTER"), ((2026, 11, 15, 23, 30), "SPOKEN_RECENTLY")):
            contact = self.contact(self.move, outcome="paying", date=datetime(*moment))
            self.assertEqual(self.code(self.second), code)
            contact.active = False

    def test_a_contact_of_one_company_holds_back_nothing_of_another(self):
        be = self._company("be")
        self.env.user.company_ids = [Command.link(be.id)]
        self.contact(self.move, outcome="paying")
        self.env.flush_all()
        contacts, partners = self.env["dunning.contact"], tuple(self.partner.ids)
        self.assertEqual(contacts._spoken(self.nl, partners), {self.partner.id: TODAY})
        self.assertEqual(contacts._spoken(be, partners), {})

    def test_nobody_is_called_again_in_the_days_of_quiet(self):
        self.send_level()
        with self.at(8):
            self.decide()
            self.assertEqual(len(self.to_call()), 1)
            self.contact(self.move, outcome="paying")
            self.assertEqual((self.code(self.move), len(self.to_call())), ("SPOKEN_RECENTLY", 0))
        with self.at(11):
            self.decide()
            self.assertEqual((self.code(self.move), len(self.to_call())), ("CALL_DUE", 1))

    def test_noted_later_it_counts_from_its_own_day(self):
        self.step(level=self.first, date=datetime(2026, 11, 12, 22, 59))
        self.assertEqual(self.move.dunning_next_date, TODAY - timedelta(4) + timedelta(7))
        other = self.step(self.second, level=self.first, date=datetime(2026, 11, 12, 23, 1))
        self.assertEqual(other.counted_on, TODAY - timedelta(3), "midnight is that of Amsterdam")

    def test_the_step_follows_its_claim(self):
        """The invoice is split: the part on the old due date has had its step, the other one starts."""
        contact, due = self.step(level=self.first), self.move.invoice_date_due
        own = self.as_user(self.biller, self.move)
        days = (due - self.move.invoice_date).days
        halves = [Command.create({"value": "percent", "value_amount": 50, "nb_days": days + more}) for more in (0, 5)]
        own.button_draft()
        own.invoice_payment_term_id = self.env["account.payment.term"].create({"name": "Halves", "line_ids": halves})
        own.action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        items = self.move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        self.assertEqual(len(items), 2)
        first = items.filtered(lambda line: line.date_maturity == due)
        self.assertEqual(contact.claim_ids.move_line_id, first)
        steps = self.env["dunning.contact"]._steps(self.nl, tuple(self.partner.ids))
        self.assertEqual({line_id: levels for line_id, (levels, _day) in steps.items()}, {first.id: self.first.ids})

    def test_the_step_ends_with_its_invoice(self):
        contact, number = self.step(level=self.first), self.move.name
        own = self.as_user(self.biller, self.move).with_context(force_delete=True)
        own.button_draft()
        own.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((contact.numbers, contact._of_invoices()), (number, number))
        self.open_form(self.as_user(self.user, contact))
        contact.active = False
        contact.active = True
        self.assertFalse(contact.claim_ids.move_line_id)

    def test_no_step_is_skipped_or_taken_twice(self):
        for level in (self.call, self.last):
            with self.refused(f"The next step for {self.move.name} is Reminder and not {level.name}"):
                self.step(level=level)
        self.step(level=self.first)
        with self.refused("is Call and not Reminder"):
            self.step(level=self.first)

    def test_what_the_law_wants_in_writing_is_no_call(self):
        for legal_type in ("statutory_notice", "notice_of_default", "final_notice"):
            self.last.legal_type = legal_type
            with self.subTest(legal_type), self.refused("cannot be done by word of mouth"):
                self.step(level=self.last)

    def test_bad_input(self):
        with self.refused("needs its level and the invoices"):
            self.contact(counts_as_step=True, level_id=self.first.id)
        with self.refused("needs its level and the invoices"):
            self.contact(self.move, counts_as_step=True)
        with self.refused("still to come"):
            self.contact(date=datetime(2026, 11, 16, 9, 1))
        ahead = self.invoice(self.partner, 10, due=-5)
        with self.refused("is not overdue"):
            self.step(ahead, self.first)
        letter = self.confirm(self.run_for())
        with self.refused(f"The letter {letter.name} about {self.move.name} has not gone out yet"):
            self.step(level=self.first)
        self.send_outbox(letter)
        with self.at(8), self.refused("went out later than this contact"):
            self.step(date=datetime(2026, 11, 15, 9, 0))
        with self.refused("", AccessError):
            self.contact(user=self.biller)

    def test_a_contact_that_counted_is_not_told_differently(self):
        contact = self.step(level=self.first)
        for vals in ({"counts_as_step": False}, {"level_id": self.call.id}, {"date": day(3)}, {"move_ids": False}):
            with self.refused("Archive it and note it again"):
                contact.write(vals)
        contact.note = "said it twice"
        contact.action_archive()
        self.assertEqual((self.code(self.move), self.move.dunning_level_id.id), ("LETTER", False))
        contact.action_unarchive()
        self.assertEqual((self.code(self.move), self.move.dunning_level_id), ("LISTED", self.first))
        contact.action_archive()
        again = self.step(level=self.first)
        with self.refused("is Call and not Reminder"):
            contact.action_unarchive()
        self.as_user(self.manager, again).unlink()
        self.assertFalse(self.move.dunning_level_id)

    def test_one_that_turns_out_to_count(self):
        contact = self.contact(self.move)
        contact.write({"counts_as_step": True, "level_id": self.first.id})
        self.assertEqual((self.code(self.move), self.move.dunning_level_id), ("LISTED", self.first))
        other = self.contact(self.second)
        with self.refused("is Reminder and not Call"):
            other.write({"counts_as_step": True, "level_id": self.call.id})

    def test_only_the_instalments_on_that_step_move(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Twice",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (0, 20)
                ],
            }
        )
        move = self.invoice(self.partner, 100, due=10, term=term)
        self.step(move, self.first)
        with self.at(12):
            facts = self.env["dunning.gather"].facts(self.nl, TODAY + timedelta(12))[0]
            done = [sorted(claim.levels_done) for claim in facts.claims if claim.move_id == move.id]
            self.assertEqual(done, [self.first.ids, []])

    def test_the_letter_after_a_call_and_the_level_shown(self):
        self.send_level()
        with self.at(8):
            self.step(self.move + self.second)
        with self.at(15):
            letter = self.send_level()
            self.assertEqual(letter.level_id, self.last)
            self.assertEqual(self.move.dunning_level_id, self.last)

    def test_from_the_invoice_list(self):
        self.decide()
        action = self.as_user(self.user, self.move + self.second).action_dunning_contact()
        model = self.as_user(self.user)["dunning.contact"].with_context(**action["context"])
        with Form(model) as form:
            form.outcome = "other"
            form.counts_as_step = True
            self.assertEqual(form.level_id, self.first)
        self.assertEqual(form.record.move_ids, self.move + self.second)
        self.open_form(form.record)
        case = self.as_user(self.user, self.case)
        values = self.open_form(case)
        self.assertEqual((values["contact_count"], len(values["contact_ids"])), (1, 1))
        rows = self.open_list(self.as_user(self.user), "dunning.contact", case.action_open_contacts()["domain"])
        self.assertEqual(rows["length"], 1)
        with self.assertRaises(UserError):
            self.as_user(self.user, self.credit(self.partner, 5)).action_dunning_contact()
