"""Evidence in order: numbers without holes, taking back one by one, notes that stay, costs and amounts of today."""

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...common import TODAY, DunningCase


class EvidenceCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.business = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")
        cls.partner = cls.debtor()
        cls.move = cls.invoice(cls.partner, 500, due=5)


@tagged("post_install", "-at_install")
class TestNumbers(EvidenceCase):
    def silent(self, partner):
        """A procedure of the debtor's own whose first text says nothing: his letter cannot be made."""
        procedure = self.business.copy({"name": "Silent"})
        text = procedure.level_ids[0].template_id.copy({"name": "Silent"})
        text.body_html = '<div><t t-if="object.amount_costs &gt; 100000">x</t></div>'
        procedure.level_ids[0].template_id = text
        partner.with_company(self.nl).dunning_procedure_id = procedure
        return text

    def numbers(self, letters):
        return sorted(int(letter.name.rsplit("/", 1)[1]) for letter in letters)

    def test_no_holes_after_a_batch_that_failed(self):
        partners = self.partner + self.debtor("Second") + self.debtor("Third")
        self.invoices(partners[1:], 100, due=5)
        text = self.silent(partners[1])
        run = self.run_for(partners=partners)
        self.confirm(run)
        letters = run.letter_ids.with_env(self.env)
        self.assertEqual(sorted(letters.mapped("state")), ["failed", "issued", "issued"])
        first = self.numbers(letters)
        self.assertEqual(first, list(range(first[0], first[0] + 3)))
        failed = letters.filtered(lambda letter: letter.state == "failed")
        number, text.body_html = failed.name, self.business.level_ids[0].template_id.body_html
        self.as_user(self.user, failed).action_retry()
        self.assertEqual((failed.state, failed.name), ("issued", number))
        other = self.debtor("Fourth")
        self.invoice(other, 100, due=5)
        self.assertEqual(self.numbers(self.confirm(self.run_for(partners=other))), [first[-1] + 1])

    def test_test_letters_take_no_number(self):
        self.nl.write({"dunning_mode": "test", "dunning_test_email": "own@example.com"})
        letter = self.confirm(self.run_for(partners=self.partner))
        self.assertRegex(letter.name, "^TEST/")
        self.nl.dunning_mode = "live"
        letter.with_env(self.env)._cancel("done")
        before = self.nl._dunning_numbers(1, TODAY)[0]
        letter = self.confirm(self.run_for(partners=self.partner))
        self.assertEqual(int(letter.name.rsplit("/", 1)[1]), int(before.rsplit("/", 1)[1]) + 1)


@tagged("post_install", "-at_install")
class TestTakingBackMany(EvidenceCase):
    def withdraw(self, letters):
        wizard = self.as_user(self.manager)["dunning.withdrawal.wizard"].create(
            {"letter_ids": [Command.set(letters.ids)], "reason": "sent by mistake"}
        )
        action = wizard.action_withdraw()
        self.env.invalidate_all()
        return action

    def test_one_that_must_stay_stops_no_other(self):
        """A letter on which another builds, one that was never sent, and one that goes."""
        other, unsent = self.debtor("Other"), self.debtor("Unsent")
        self.invoice(other, 100, due=5)
        first = self.send_level(partners=self.partner + other).with_env(self.env)
        first, alone = first.sorted(lambda letter: letter.partner_id == other)
        with self.at(8) as today:
            second = self.send_level(partners=self.partner, date=today).with_env(self.env)
            self.invoice(unsent, 100, due=5)
            waiting = self.confirm(self.run_for(partners=unsent, date=today)).with_env(self.env)
            action = self.withdraw(first + alone + waiting)
            self.assertEqual((first.state, alone.state, waiting.state), ("sent", "cancelled", "issued"))
            self.assertEqual(self.move.dunning_level_id, second.level_id)
            params = action["params"]
            self.assertEqual((params["type"], params["title"]), ("warning", "1 taken back, 2 stay"))
            self.assertIn(f"{second.display_name} was sent after {first.name}", params["message"])
            self.assertIn(f"{waiting.display_name} was not sent", params["message"])
            self.assertEqual(params["next"]["type"], "ir.actions.act_window_close")
            with self.assertRaisesRegex(UserError, "Take that one back first"):
                self.withdraw(first)
            self.assertEqual(self.withdraw(first + second)["type"], "ir.actions.act_window_close")
            self.assertEqual((first + second).mapped("state"), ["cancelled", "cancelled"])


@tagged("post_install", "-at_install")
class TestNotesOnDrafts(EvidenceCase):
    def setUp(self):
        super().setUp()
        self.case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        self.run_ = self.run_for(partners=self.partner)
        self.draft = self.run_.letter_ids
        self.note = self.draft.message_post(
            body="He rang: the goods were late", attachments=[("call.txt", b"note")], message_type="comment"
        )
        self.call = self.as_user(self.user)["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("dunning.letter"),
                "res_id": self.draft.id,
                "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                "summary": "Ask",
                "user_id": self.user.id,
            }
        )

    def assertHangsOn(self, record):
        self.env.invalidate_all()
        note = self.note.with_env(self.env)
        self.assertEqual((note.model, note.res_id), (record._name, record.id))
        self.assertEqual(note.author_id, self.user.partner_id)
        file = note.attachment_ids
        self.assertEqual((file.res_model, file.res_id, file.raw), (record._name, record.id, b"note"))
        call = self.call.with_env(self.env)
        self.assertEqual((call.res_model, call.res_id, call.user_id), (record._name, record.id, self.user))
        self.assertIn(note, self.as_user(self.user, record).message_ids.with_env(self.env))

    def test_draft_that_stays(self):
        self.run_.action_propose()
        self.assertEqual(self.run_.letter_ids, self.draft)
        self.assertHangsOn(self.draft)

    def test_draft_that_is_made_anew(self):
        self.pay(self.move, 100)
        self.run_.action_propose()
        [letter] = self.run_.letter_ids
        self.assertNotEqual(letter, self.draft)
        self.assertHangsOn(letter)

    def test_draft_that_changed_before_it_was_issued(self):
        self.pay(self.move, 100)
        letter = self.confirm(self.run_)
        self.assertNotEqual(letter, self.draft)
        self.assertHangsOn(letter)

    def test_nothing_is_due_any_more(self):
        self.pay(self.move)
        self.run_.action_propose()
        self.assertFalse(self.run_.letter_ids)
        self.assertHangsOn(self.case)

    def test_run_is_cancelled(self):
        self.run_.action_cancel()
        self.assertFalse(self.draft.exists())
        self.assertHangsOn(self.case)

    def test_two_debtors_and_two_companies_apart(self):
        other = self.debtor("Other")
        self.invoice(other, 100, due=5)
        run = self.run_for(partners=other)
        note = run.letter_ids.message_post(body="Of the other", message_type="comment")
        self.pay(self.move)
        self.run_.action_propose()
        run.action_cancel()
        case = self.env["dunning.case"]._for_partners(other, self.nl)
        self.assertHangsOn(self.case)
        self.assertEqual((note.model, note.res_id), ("dunning.case", case.id))


@tagged("post_install", "-at_install")
class TestOfToday(EvidenceCase):
    def test_scale_changed_after_the_proposal(self):
        for days in (0, 8):
            with self.at(days) as today:
                self.send_level(partners=self.partner, date=today)
        with self.at(17) as today:
            run = self.run_for(partners=self.partner, date=today)
            draft = run.letter_ids.with_env(self.env)
            self.assertEqual(draft.amount_costs, 75)
            scale = draft.regime_id.sudo().cost_scale_id
            own = scale.copy({"name": "Own", "code": "own"})
            own.bracket_ids.sorted("above")[0].percent = 10
            draft.regime_id.sudo().cost_scale_id = own
            letter = self.confirm(run).with_env(self.env)
            self.assertEqual((draft.state, letter.amount_costs), ("cancelled", 50))
            self.assertEqual(letter.costs_tiers_text, "10% of €500.00 = €50.00")

    def test_open_amount_after_a_part_payment(self):
        """What is open in a list of decisions is what is open, whatever the answer."""
        self.send_level(partners=self.partner)
        with self.at(3):
            for paid in (0, 300, 0.01):
                with self.subTest(paid=paid):
                    if paid:
                        self.pay(self.move, paid)
                    self.run_for(partners=self.partner).action_cancel()
                    self.env.invalidate_all()
                    decision = self.move.dunning_decision_id
                    self.assertEqual(decision.amount_open, self.move.amount_residual)
                    self.assertNotEqual(decision.code, "LETTER")
            decisions = self.env["dunning.decision"]
            before = decisions.search_count([("move_id", "=", self.move.id)])
            self.run_for(partners=self.partner)
            self.assertEqual(decisions.search_count([("move_id", "=", self.move.id)]), before)


@tagged("post_install", "-at_install")
class TestTiersOnLetters(EvidenceCase):
    def test_dutch_business(self):
        self.invoice(self.partner, 2612.34, due=5)
        for days in (0, 8):
            with self.at(days) as today:
                self.send_level(partners=self.partner, date=today)
        with self.at(17) as today:
            letter = self.send_level(partners=self.partner, date=today).with_env(self.env)
            found = self.env["dunning.letter"].search([("partner_id", "=", self.partner.id)], limit=1)
            self.assertTrue(letter, found.error)
        self.assertEqual(letter.amount_costs, 436.23)
        text = "15% of €2,500.00 = €375.00; 10% of €612.34 = €61.23"
        self.assertEqual(letter.costs_tiers_text, text)
        self.assertIn(text, letter.body)


@tagged("post_install", "-at_install")
class TestTrimmedRuns(EvidenceCase):
    """The table of runs and decisions grows by what changes, not by what is open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moves = cls.move + cls.invoices([cls.partner] * 3, 200, due=5)
        cls.send_level(partners=cls.partner)

    def links(self, run):
        self.env.flush_all()
        self.cr.execute("SELECT COUNT(*) FROM dunning_decision_run_rel WHERE run_id = %s", [run.id])
        return self.cr.fetchone()[0]

    def run_on(self, days, cancel=True):
        """A run of that day over everything, cancelled: nothing is due."""
        with self.at(days):
            run = self.run_for()
            self.assertEqual(run.decision_count, 4)
            if cancel:
                run.action_cancel()
        return run

    def test_what_was_new_stays(self):
        runs = [self.run_on(days) for days in (1, 2, 3)]
        self.assertEqual([self.links(run) for run in runs], [4, 0, 4])
        self.assertEqual([run.is_trimmed for run in runs], [True, True, False])
        self.pay(self.moves[0], 50)
        runs += [self.run_on(days) for days in (4, 5)]
        self.assertEqual([self.links(run) for run in runs], [4, 0, 0, 1, 4])
        self.assertEqual(runs[3].kept_decision_ids.move_id.ids, self.moves[0].ids)
        self.assertEqual(runs[3].decision_ids.amount_open, 450)
        self.assertEqual(len(runs[4].kept_decision_ids), 4)

    def test_all_for_a_fortnight(self):
        """A run of day 2 says nothing new, and tells all up to and including day 16."""
        self.run_on(1)
        run = self.run_on(2, cancel=False)
        run.with_env(self.env).state = "done"
        for days, links in ((15, 4), (16, 4), (17, 0)):
            with self.subTest(days=days), self.at(days):
                self.run_for(partners=self.debtor("Nobody")).action_cancel()
                self.assertEqual((self.links(run), run.is_trimmed), (links, not links))

    def test_look_ahead(self):
        """What a look found was in force nowhere: a fortnight after its day, or once it was cancelled, it goes."""
        with self.at(1) as today:
            own = self.run_for()
            look = self.run_for(date=fields.Date.add(today, days=20))
            decisions = look.decision_ids - own.decision_ids
            self.assertTrue(decisions)
            self.assertFalse(decisions.filtered("is_current"))
            cancelled = self.run_for(date=fields.Date.add(today, days=30))
            seen = cancelled.decision_ids - own.decision_ids
            cancelled.action_cancel()
        for days, left in ((2, True), (35, True), (36, False)):
            with self.subTest(days=days), self.at(days):
                self.run_for(partners=self.partner).action_cancel()
                self.assertEqual(bool(decisions.exists()), left)
                self.assertFalse((seen - decisions).exists())
        self.assertEqual(len(self.env["dunning.decision"].search([("is_current", "=", True)])), 4)

    def test_another_company(self):
        other = self._company("be")
        self.env.user.company_ids = [Command.link(other.id)]
        foreign = self.env["dunning.run"].create({"company_id": other.id, "state": "done"})
        self.env["dunning.decision.register"]._link(foreign, self.moves.dunning_decision_id.ids)
        self.run_on(1)
        self.run_on(2)
        self.assertEqual((self.links(foreign), foreign.is_trimmed), (4, False))
