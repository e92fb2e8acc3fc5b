"""Where a debtor stands, whom to begin with, and how he is found."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.debtor.dunning_case_phase import PHASES

from ...common import TODAY, DunningCase


class WorklistCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor("Bakker")
        cls.move = cls.invoice(cls.partner, 1000, due=20)
        cls.cases = cls.as_user(cls.user, cls.env["dunning.case"])
        cls.case = cls.case_of(cls.partner)

    @classmethod
    def case_of(cls, partner):
        return cls.cases._for_partners(partner, cls.nl, create=True)

    def phase(self, case=None):
        """As the screen reads it, and as it is filtered."""
        case = case or self.case
        self.env.flush_all()
        case.invalidate_recordset()
        self.assertEqual(self.cases.search([("phase", "=", case.phase), ("id", "=", case.id)]), case)
        self.assertFalse(self.cases.search([("phase", "!=", case.phase), ("id", "=", case.id)]))
        return case.phase

    def send(self):
        letters = self.confirm(self.run_for(partners=self.partner))
        self.send_outbox(letters)
        self.assertEqual(letters.state, "sent")

    def said(self, model, **vals):
        return self.env[model].create({"case_id": self.case.id, **vals})


@tagged("post_install", "-at_install")
class TestPhase(WorklistCase):
    def test_by_what_was_sent(self):
        self.assertEqual(self.phase(), "new")
        with self.at(-30):
            self.assertEqual(self.phase(), "not_due")
        self.send()
        self.assertEqual(self.phase(), "reminder")
        with self.at(8):
            self.send()
            self.assertEqual(self.phase(), "reminder_again")
        self.pay(self.move)
        self.assertEqual(self.phase(), "settled")

    def test_by_what_was_agreed(self):
        promise = self.said("dunning.promise", amount=1000, date=TODAY + timedelta(days=5))
        self.assertEqual(self.phase(), "promise")
        dispute = self.said("dunning.dispute", move_ids=self.move.ids, reason="price")
        self.assertEqual(self.phase(), "dispute", "a dispute says more than a promise")
        hold = self.env["dunning.hold"].create(
            {"partner_id": self.partner.id, "company_id": self.nl.id, "reason": "x", "date_until": TODAY}
        )
        self.assertEqual(self.phase(), "hold", "its last day")
        with self.at(1):
            self.assertEqual(self.phase(), "dispute", "the day after")
        hold.date_until = TODAY - timedelta(days=1)
        self.assertEqual(self.phase(), "dispute")
        dispute.outcome = "rejected"
        dispute.action_close()
        self.assertEqual(self.phase(), "promise")
        promise.action_cancel()
        self.assertEqual(self.phase(), "new")

    def test_each_debtor_is_in_one_phase_and_the_board_shows_the_steps(self):
        other = self.case_of(self.debtor("Other"))
        self.invoice(other.partner_id, 70, due=3)
        groups = self.cases.with_context(read_group_expand=True).web_read_group(
            [("id", "in", (self.case + other).ids)], ["phase"], ["__count", "amount_overdue:sum"]
        )["groups"]
        shown = {group["phase"]: group["amount_overdue:sum"] for group in groups}
        self.assertEqual(shown["new"], 1070)
        self.assertEqual(sum(group["__count"] for group in groups), 2)
        order = [key for key, _label in PHASES if key in shown]
        self.assertEqual([group["phase"] for group in groups], order)
        self.assertTrue({"reminder", "notice", "final", "hold"} <= shown.keys())


@tagged("post_install", "-at_install")
class TestBoard(WorklistCase):
    def drag(self, phase):
        self.case.web_save({"phase": phase}, {"phase": {}})
        self.env.invalidate_all()

    def test_a_step_is_taken_by_its_letter_only(self):
        self.run_for(partners=self.partner)  # what is next is known
        first = self.case.next_level_id
        with self.refused(first.name, UserError):
            self.drag("reminder")
        with self.refused(f"{first.name}.*, .*no step is skipped", UserError):
            self.drag("notice")
        with self.refused("no such step", UserError):
            self.drag("final")
        for phase in ("promise", "plan", "dispute", "insolvent"):
            with self.refused("with its own button", UserError):
                self.drag(phase)
        for phase in ("settled", "not_due"):
            with self.refused("follows from what was sent", UserError):
                self.drag(phase)
        self.assertEqual(self.phase(), "new")
        self.drag("new")

    def test_hold_and_back(self):
        self.drag("hold")
        self.assertEqual(self.phase(), "hold")
        hold = self.case.hold_id
        self.assertEqual((hold.date_until, hold.create_uid), (TODAY + timedelta(days=30), self.user))
        with self.refused("follows from|first", UserError):
            self.drag("notice")
        self.assertTrue(hold.is_running, "refused as a whole")
        self.drag("new")
        self.assertFalse(hold.is_running)
        self.assertEqual(self.phase(), "new")

    def test_who_may_not_work_on_cases(self):
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.as_user(self.biller, self.case).write({"phase": "hold"})
        self.assertFalse(self.case.hold_id)


@tagged("post_install", "-at_install")
class TestPriority(WorklistCase):
    with_belgium = True

    def points(self):
        self.env.flush_all()
        self.case.invalidate_recordset()
        total = sum(
            points for _part, points in self.case._priority_parts(self.nl._dunning_today(), self.case._weights(self.nl))
        )
        self.assertEqual(self.case.priority, total, "words and order say the same")
        return total

    def test_the_parts(self):
        self.assertEqual(self.points(), 2, "1,000 × 20 days")
        self.nl.dunning_priority_amount = 10
        self.assertEqual(self.points(), 20)
        self.case.sudo().limitation_date = TODAY + timedelta(days=93)
        self.assertEqual(self.points(), 20)
        self.case.sudo().limitation_date = TODAY + timedelta(days=92)
        self.assertEqual(self.points(), 45)
        self.case.sudo().limitation_date = TODAY - timedelta(days=1)
        self.assertEqual(self.points(), 45)
        self.said("dunning.promise", amount=1000, date=TODAY, made_on=TODAY)._by_system().write({"state": "broken"})
        self.assertEqual(self.points(), 75)
        self.assertIn("a promise was broken: 30", self.case.priority_words)
        self.pay(self.move)
        self.assertEqual(self.cases.search([("id", "=", self.case.id), ("priority", ">", 0)]), self.cases)

    def test_letters_without_an_answer(self):
        self.send()
        self.assertEqual((self.case.unanswered, self.points()), (1, 7))
        with self.at(3):
            self.said("dunning.contact", outcome="not_reached")
            self.assertEqual(self.case.unanswered, 1, "nobody answered")
            self.said("dunning.contact", outcome="other")
            self.env.flush_all()
            self.case.invalidate_recordset()
            self.assertEqual(self.case.unanswered, 0)

    def test_an_amount_counts_a_hundred_times_at_most(self):
        large = self.case_of(self.debtor("Large"))
        self.invoice(large.partner_id, 1_000_000, due=30)
        self.env.flush_all()
        self.assertEqual(large.priority, 100)
        self.assertEqual(
            self.cases.search([("id", "in", (large + self.case).ids)], order="priority desc, id")[0], large
        )

    def test_the_weights_of_each_company(self):
        self.be.dunning_priority_amount = 7
        there = self.env["dunning.case"]._for_partners(self.partner, self.be, create=True)
        self.invoice(self.partner, 1000, due=20, company=self.be)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((there.priority, self.case.with_env(self.env).priority), (14, 2))

    def test_signals(self):
        self.said("dunning.dispute", move_ids=self.move.ids, reason="price")
        self.env["dunning.reply"].create(
            {"case_id": self.case.id, "subject": "?", "received_on": TODAY, "email_from": "x@example.com"}
        )
        self.env.flush_all()
        self.case.invalidate_recordset()
        self.assertEqual([signal["icon"] for signal in self.case.signals], ["fa-reply", "fa-balance-scale"])


@tagged("post_install", "-at_install")
class TestSearch(WorklistCase):
    def found(self, text):
        return self.cases.search([("what", "ilike", text)]) & self.both

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.case_of(cls.debtor("Other"))
        cls.invoice(cls.other.partner_id, 50, due=4, ref="PO-7781")
        cls.both = cls.case + cls.other
        cls.person = cls.env["res.partner"].create(
            {"name": "Ms Visser", "parent_id": cls.partner.id, "email": "visser@bakker.example.com"}
        )

    def test_by_number_reference_and_contact(self):
        self.assertEqual(self.found(self.move.name), self.case)
        self.assertEqual(self.found("po-778"), self.other)
        self.assertEqual(self.found("visser"), self.case)
        letters = self.confirm(self.run_for(partners=self.other.partner_id))
        self.assertEqual(self.found(letters.name), self.other)
        self.assertFalse(self.found("no such thing"))


@tagged("post_install", "-at_install")
class TestCaseForm(WorklistCase):
    with_belgium = True

    def test_how_old_what_is_overdue_is(self):
        """Each bucket at its boundaries."""
        partner = self.debtor("Old")
        for days in (0, 1, 30, 31, 60, 61, 90, 91):
            self.invoice(partner, 100 + days, due=days)
        case = self.case_of(partner)
        self.env.flush_all()
        aged = (case.aged_30, case.aged_60, case.aged_90, case.aged_more)
        self.assertEqual(aged, (231, 291, 351, 191))
        self.assertEqual(sum(aged), case.amount_overdue)
        self.assertEqual(case.amount_not_due, 100)

    def test_the_steps(self):
        self.send()
        [ladder] = self.case.ladder
        states = [step["state"] for step in ladder["steps"]]
        self.assertEqual(states, ["done", "next", "later"])
        self.assertTrue(ladder["steps"][0]["day"] and ladder["steps"][1]["day"])
        self.pay(self.move)
        self.case.invalidate_recordset()
        self.assertEqual([step["state"] for step in self.case.ladder[0]["steps"]][1:], ["later", "later"])

    def test_how_he_pays(self):
        self.assertFalse(self.case.behaviour)
        self.invoices([self.partner] * 2, 100, due=40)
        late = self.invoice(self.partner, 300, due=10)
        self.pay(late)
        self.pay(self.invoice(self.partner, 100, due=30))
        self.said("dunning.promise", amount=1, date=TODAY, made_on=TODAY)._by_system().write({"state": "broken"})
        self.case.invalidate_recordset()
        found = self.case.behaviour
        self.assertEqual((found["average"], found["promises"], found["kept"]), (15, 1, 0), "weighed by the amount")
        self.assertEqual([month["days"] for month in found["months"]][-1], 15)
        self.assertEqual(len(found["months"]), 12)

    def test_statements_do_not_grow_with_cases(self):
        """An export of many reads steps and behaviour as the form of one does."""
        partners = self.env["res.partner"].union(*(self.debtor(f"Debtor {n}") for n in range(6)))
        for move in self.invoices(partners, 100, due=30):
            self.pay(move)
        self.invoices(partners, 100, due=20)
        self.run_for(partners=partners)
        cases = self.cases._for_partners(partners, self.nl)

        def statements(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            read = some.read(["ladder", "behaviour", "aged_30"])
            self.assertTrue(all(row["ladder"] and row["behaviour"] and row["aged_30"] for row in read))
            return self.cr.sql_log_count - before

        statements(cases)
        self.assertEqual(statements(cases[:1]), statements(cases))

    def test_put_right_from_the_invoice(self):
        self.partner.write({"email": False, "street": False})
        self.run_for(partners=self.partner)
        move = self.as_user(self.user, self.move)
        self.assertEqual(move.dunning_repair_label, move.dunning_decision_id.repair_label)
        self.assertTrue(move.action_dunning_repair())
        with self.assertRaises(AccessError):
            self.as_user(self.biller, self.move).action_dunning_repair()

    def test_overdue_on_the_contact(self):
        person = self.env["res.partner"].create({"name": "Ms Visser", "parent_id": self.partner.id})
        contacts = self.as_user(self.user, self.partner + person + self.debtor("Owes nothing"))
        self.assertEqual(contacts.mapped("dunning_overdue"), [1000, 1000, 0])
        self.pay(self.move, 400)
        self.env.invalidate_all()
        self.assertEqual(contacts[0].dunning_overdue, 600)
        there = self.as_user(self.be_user, self.partner).with_company(self.be)
        self.assertFalse(there.dunning_overdue, "of another company")
