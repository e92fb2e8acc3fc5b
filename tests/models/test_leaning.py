"""Records that others lean on: nobody tells them otherwise afterwards, by whatever way."""

import runpy
from datetime import timedelta
from pathlib import Path

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.sql import add_index

from odoo.addons import cremann_dunning

from ..common import TODAY
from .test_access import AccessCase

LIVE = '<a href="https://evil.example.com" onclick="x()">pay here</a><img src="x"/>'


class LeaningCase(AccessCase):
    refusal = (AccessError, UserError)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = cls.debtor_with_login()
        cls.case = cls.own["dunning.case"].filtered(lambda case: case.partner_id == cls.partner)

    @property
    def users(self):
        return self.user, self.manager


@tagged("post_install", "-at_install")
class TestRuns(LeaningCase):
    def test_a_confirmed_run_is_not_told_otherwise(self):
        self.send_outbox(self.confirm(self.run_nl))
        for user in self.users:
            run = self.as_user(user, self.run_nl)
            for vals in (
                {"date": TODAY - timedelta(days=30)},
                {"partner_ids": [Command.set(self.partner.ids)]},
                {"state": "draft"},
                {"automatic": True},
                {"user_id": self.be_user.id},
                {"confirmed_on": "2020-01-01 00:00:00"},
                {"decision_ids": [Command.clear()]},
                {"letter_ids": [Command.clear()]},
                {"message_ids": [Command.clear()]},
            ):
                with self.subTest(user=user.login, vals=vals), self.refused(""):
                    run.write(vals)
            with self.subTest(user=user.login), self.refused(""):
                run.unlink()
        with self.refused("stays on record", UserError):
            self.run_nl.sudo().unlink()
        self.assertEqual((self.run_nl.state, self.run_nl.date), ("done", TODAY))

    def test_a_proposed_run_keeps_its_day(self):
        with self.refused("keeps its day and its debtors"):
            self.as_user(self.user, self.run_nl).date = TODAY - timedelta(days=1)
        fresh = self.as_user(self.manager)["dunning.run"].create({"date": TODAY})
        fresh.date = TODAY + timedelta(days=1)
        fresh.unlink()
        with self.refused(""):
            self.as_user(self.user, self.run_nl).unlink()
        self.as_user(self.user, self.run_nl).action_cancel()
        self.as_user(self.manager, self.run_nl).unlink()

    def test_a_run_with_a_numbered_letter_is_not_deleted(self):
        """Confirmed in part: what has a number stays, and so does its run."""
        letter = self.own["dunning.letter"]
        letter._issue()
        self.assertEqual((self.run_nl.state, letter.state), ("proposed", "issued"))
        with self.refused("Letters were made in this run", UserError):
            self.as_user(self.manager, self.run_nl).unlink()
        self.assertEqual(letter.run_id, self.run_nl)

    def test_nobody_but_the_job_makes_an_automatic_run(self):
        for user in self.users:
            for vals in ({"automatic": True}, {"state": "done"}, {"user_id": self.be_user.id}):
                with self.subTest(user=user.login, vals=vals), self.refused(""):
                    self.as_user(user)["dunning.run"].create(vals)
            run = self.as_user(user, default_automatic=True, default_state="done")["dunning.run"].create({})
            self.assertEqual((run.automatic, run.state, run.user_id), (False, "draft", user))
            kept = self.as_user(user)["ir.default"]
            kept.set("dunning.run", "automatic", True, user_id=True)
            self.assertFalse(self.as_user(user)["dunning.run"].create({}).automatic)
        self.assertFalse(run.copy().automatic)


@tagged("post_install", "-at_install")
class TestMarks(LeaningCase):
    def test_why_a_letter_was_taken_back_stays(self):
        """The debtor's own login may read his letters, and presses no button of theirs."""
        letter = self.confirm(self.run_nl)
        self.send_outbox(letter)
        wizard = self.as_user(self.manager, default_letter_ids=letter.ids)["dunning.withdrawal.wizard"]
        wizard.create({"reason": "Sent in error"}).action_withdraw()
        said = letter.cancel_reason
        self.assertIn("Dunning Manager", said)
        self.assertEqual(self.as_user(self.portal, letter).state, "cancelled", "he may read it")
        for name in ("action_cancel", "action_retry", "action_issue", "action_mark_posted", "action_left"):
            with self.subTest(name), self.refused(""):
                getattr(self.as_user(self.portal, letter), name)()
        for user in self.users:
            self.as_user(user, letter).action_cancel()
            self.assertEqual(letter.cancel_reason, said, "cancelled once, for the reason that was given then")

    def test_marks_by_a_call(self):
        contact, hold = self.own["dunning.contact"], self.own["dunning.hold"]
        claim = self.env["dunning.claim"].search([("move_id", "=", self.move.id)])
        self.assertTrue(claim)
        for user in self.users:
            for record, vals in (
                (contact, {"claim_ids": [Command.link(claim.id)]}),
                (contact, {"counted_on": "2020-01-01"}),
                (self.case, {"limitation_warned": "0"}),
                (self.case, {"limitation_date": "2050-01-01"}),
                (self.case, {"level_id": self.env["dunning.level"].search([], limit=1).id}),
                (self.case, {"amount_overdue": 0}),
                (self.case, {"payer": "prompt"}),
                (self.case, {"message_ids": [Command.clear()]}),
                (self.case, {"website_message_ids": [Command.clear()]}),
                (self.own["dunning.letter"], {"message_ids": [Command.clear()]}),
                (hold, {"released_by_id": self.be_user.id}),
                (self.own["dunning.dispute"], {"state": "closed"}),
                (self.own["dunning.dispute"], {"closed_by_id": self.be_user.id}),
                (self.own["dunning.promise"], {"state": "kept"}),
                (self.own["dunning.payment.plan"], {"state": "kept"}),
                (self.own["dunning.payment.plan"], {"decided_on": TODAY}),
                (self.move, {"dunning_level_id": self.env["dunning.level"].search([], limit=1).id}),
                (self.move, {"dunning_sent_on": "2020-01-01"}),
                (self.move, {"dunning_sent_how": "mail"}),
                (self.move, {"dunning_arrived_at": "2020-01-01 00:00:00"}),
                (self.move, {"dunning_is_claim": True}),
            ):
                with self.subTest(user=user.login, vals=vals), self.refused(""):
                    self.as_user(user, record).write(vals)

    def test_marks_when_something_is_made(self):
        claim = self.env["dunning.claim"].search([("move_id", "=", self.move.id)])
        about = {"case_id": self.case.id, "move_ids": [Command.set(self.move.ids)]}
        for model, vals in (
            ("dunning.contact", {**about, "outcome": "other", "claim_ids": [Command.link(claim.id)]}),
            ("dunning.promise", {**about, "date": TODAY, "state": "kept"}),
            ("dunning.payment.plan", {**about, "state": "active"}),
            ("dunning.dispute", {**about, "reason": "price", "state": "closed"}),
            ("dunning.hold", {"move_id": self.move.id, "reason": "?", "released_by_id": self.be_user.id}),
        ):
            for user in self.users:
                with self.subTest(model, user=user.login), self.refused(""):
                    self.as_user(user)[model].create(vals)
        promise = self.as_user(self.user, default_state="kept")["dunning.promise"].create({**about, "date": TODAY})
        self.assertEqual(promise.state, "open")

    def test_levels_of_a_forged_call_are_checked(self):
        """A key of the context that our own code uses switches no check off when a call brings it."""
        level = self.env["dunning.procedure"].search([("debtor_kind", "=", "consumer")], limit=1).level_ids[:1]
        with self.refused("before any statutory notice"):
            self.as_user(self.manager, level, dunning_levels_together=True).costs = "charge"

    def test_numbers(self):
        """A number that somebody keeps as a default for himself is on no letter, and no number stands twice."""
        for model, name, value in (
            ("dunning.letter", "name", "DUN/2026/00001"),
            ("dunning.letter", "state", "sent"),
            ("dunning.letter", "is_test", True),
            ("ir.sequence", "number_increment", 0),
            ("ir.sequence", "prefix", "X"),
        ):
            self.env["ir.default"].sudo().set(model, name, value, user_id=self.user.id)
        moves = self.invoices([self.debtor(f"Firm {number}") for number in range(2)], 100, due=10)
        env = self.as_user(self.user, default_name="DUN/2026/00001", default_state="sent")
        run = env["dunning.run"].create({"partner_ids": [Command.set(moves.commercial_partner_id.ids)]})
        run.action_propose()
        self.assertEqual(run.letter_ids.mapped("state"), ["draft"] * 2)
        self.assertEqual(run.letter_ids.mapped("name"), ["/"] * 2)
        run.action_confirm()
        names = run.letter_ids.mapped("name")
        self.assertEqual(len(set(names)), 2)
        twice = self.assertRaisesRegex(UniqueViolation, "number_uniq")
        with twice, self.cr.savepoint(), mute_logger("odoo.sql_db"):
            self.cr.execute("UPDATE dunning_letter SET name = %s WHERE id = %s", [names[0], run.letter_ids.ids[1]])

    def letters_with_one_number(self):
        """Two that were printed, one that was not, all with one number; as it could be before the index."""
        moves = self.invoices([self.debtor(f"Firm {number}") for number in range(3)], 100, due=10)
        letters = self.run_for(partners=moves.commercial_partner_id).letter_ids.with_env(self.env).sorted("id")
        printed, late = letters[:2], letters[2:]
        printed._issue()
        self.env.flush_all()
        self.cr.execute("DROP INDEX dunning_letter_number_uniq")
        self.cr.execute("UPDATE dunning_letter SET name = %s WHERE id = ANY(%s)", [printed[0].name, letters.ids])
        self.env.invalidate_all()
        return printed, late

    def make_index(self):
        """As an update makes it, which only warns when it cannot."""
        index = self.env.registry["dunning.letter"]._table_objects["dunning_letter_number_uniq"]
        add_index(self.cr, "dunning_letter_number_uniq", "dunning_letter", index._index_definition, unique=index.unique)

    def test_numbers_that_stood_twice_before_an_update(self):
        printed, late = self.letters_with_one_number()
        number = printed[0].name
        with self.assertRaises(UniqueViolation), self.cr.savepoint(), mute_logger("odoo.sql_db"):
            self.make_index()
        script = Path(cremann_dunning.__file__).parent / "migrations" / "19.0.1.7.0" / "pre-numbers.py"
        migrate = runpy.run_path(str(script))["migrate"]
        migrate(self.cr, None)
        with self.assertLogs(level="WARNING") as logs:
            migrate(self.cr, "19.0.1.6.0")
        self.env.invalidate_all()
        self.assertIn(f"({printed[1].id}, '{number}'), ({late.id}, '/')", logs.output[0])
        self.assertEqual(printed.mapped("name"), [number] * 2, "what was printed stays as it is")
        self.assertEqual(printed.mapped("shares_number"), [False, True])
        self.assertEqual(printed.mapped("pdf_problem"), [False] * 2)
        self.assertEqual((late.name, late.shares_number), ("/", False))
        self.make_index()
        with self.assertNoLogs(level="WARNING"):
            migrate(self.cr, "19.0.1.6.0")  # once more changes nothing
        self.env.invalidate_all()
        self.assertEqual(printed.mapped("shares_number"), [False, True])
        late._issue()
        self.assertEqual(late.state, "issued")
        self.assertNotIn(late.name, ("/", number))
        twice = self.assertRaisesRegex(UniqueViolation, "number_uniq")
        with twice, self.cr.savepoint(), mute_logger("odoo.sql_db"):
            self.cr.execute("UPDATE dunning_letter SET name = %s WHERE id = %s", [number, late.id])
        for user in self.users:
            with self.refused("", (AccessError, UserError)):
                self.as_user(user, late).shares_number = True

    def test_the_mark_of_a_draft(self):
        """A draft is printed with its mark, whatever the context of the call says."""
        letter = self.own["dunning.letter"]
        for context in ({}, {"dunning_issue": True}, {"dunning_issue": [1]}):
            report = self.as_user(self.user, **context)["ir.actions.report"]
            page, _kind = report._render_qweb_html("cremann_dunning.report_dunning_letter", letter.ids)
            self.assertIn("DRAFT, not sent", page.decode())


@tagged("post_install", "-at_install")
class TestSeen(LeaningCase):
    def test_settings_are_not_for_the_portal(self):
        company, partner = self.as_user(self.portal, self.nl), self.as_user(self.portal, self.portal.partner_id)
        self.assertTrue(company.read(["name"]))
        for record in (company, partner):
            ours = [name for name in record._fields if name.startswith("dunning_")]
            self.assertGreater(len(ours), 2)
            for name in ours:
                with self.subTest(name), self.refused("", AccessError):
                    record.read([name])
            self.assertFalse(set(ours) & set(record.fields_get()))
        self.assertTrue(self.as_user(self.internal, self.nl).read(["dunning_mode"]))

    def notes(self, records):
        activities = self.env["mail.activity"].search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        )
        return " ".join(str(activity.note) for activity in activities)

    def test_a_strangers_words_are_no_markup(self):
        """What a debtor writes, and what a mail server says, is read in a task and clicked by nobody."""
        self.env["dunning.reply"]._receive(
            self.case, {"email_from": "x@debtor.example.com", "body": f"<pre>{LIVE.replace('<', '&lt;')}</pre>"}
        )
        letter = self.own["dunning.letter"]
        letter._register_failure(LIVE)
        self.env["dunning.pause"]._tell(letter, LIVE, self.env.cr.now())
        found = self.notes(self.case) + self.notes(letter)
        self.assertEqual(found.count("pay here"), 3)
        self.assertNotIn("<a ", found)
        self.assertNotIn("<img", found)

    def test_what_a_debtor_says_is_no_markup_in_his_story(self):
        self.case.partner_id.name = LIVE
        self.env["dunning.dispute"].create(
            {"case_id": self.case.id, "move_ids": self.move.ids, "reason": "price", "description": LIVE}
        )
        self.assertIn(LIVE, self.told_on(self.case)[0], "a text, which the screen escapes")
        report = self.env["ir.actions.report"]
        html = report._render_qweb_html("cremann_dunning.report_dunning_story", self.case.ids)[0].decode()
        self.assertIn("pay here", html)
        self.assertNotIn(LIVE, html)

    def test_who_signed_stays_known(self):
        letter = self.confirm(self.run_nl)
        self.assertEqual(letter.user_id, self.user)
        with self.refused("Dunning User stands on .* Archive the user instead", UserError):
            self.user.sudo().unlink()
        self.user.sudo().active = False
        self.assertEqual(letter.user_id.name, "Dunning User")
        hold = self.own["dunning.hold"]
        self.as_user(self.manager, hold).action_release()
        with self.refused("Dunning Manager stands on", UserError):
            self.manager.sudo().unlink()
        free = self._user("left", "base.group_user", self.nl)
        free.unlink()
