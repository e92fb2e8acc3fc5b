"""The daily job in a good, a bad and a good company: whatever goes wrong in one stops nobody else, and is told once."""

from datetime import datetime, time, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_cron import CompletionStatus
from odoo.addons.cremann_dunning.models.run import dunning_confirmation, dunning_progress

from ..common import MANAGER, TODAY, DunningCase

JOB = "odoo.addons.cremann_dunning.models.run.dunning_daily_job"
CONFIRM, ZONES = "dunning.confirmation", "odoo.addons.cremann_dunning.models.res_company"


class JobCase(DunningCase):
    with_belgium = True
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.nl + cls.be).write({"dunning_automatic": True, "dunning_send_hour": 0})
        cls.cron = cls.env.ref("cremann_dunning.dunning_cron_run")
        cls.nl_move = cls.invoice(cls.debtor("Dutch"), 100, due=3)
        belgian = cls.debtor("Belgian", country_id=cls.env.ref("base.be").id)
        cls.be_move = cls.invoice(belgian, 100, due=3, company=cls.be)

    def job(self):
        with mute_logger(JOB, ZONES):
            self.env["dunning.run"]._cron_run()

    def tasks(self, company):
        return company.partner_id.activity_ids

    def state(self, move):
        return move.line_ids.dunning_letter_line_ids.letter_id.mapped("state")

    def letters(self, company):
        return self.env["dunning.letter"].search([("company_id", "in", company.ids)])


@tagged("post_install", "-at_install")
class TestOneBadCompany(JobCase):
    """The first company has the trouble."""

    def assertOthersGoOn(self, text):
        self.job()
        self.assertEqual(self.letters(self.be).mapped("state"), ["issued"])
        self.assertIn(text, self.nl.dunning_job_error)
        task = self.tasks(self.nl)
        self.assertEqual((len(task), task.user_id), (1, self.user))
        self.assertIn(text, task.note)
        self.assertFalse(self.be.dunning_job_error)
        self.assertFalse(self.tasks(self.be))
        self.job()
        self.assertEqual(self.tasks(self.nl), task, "told once")

    def failing(self, model, method, error=None):
        """That method fails in the Dutch company."""
        real, nl = getattr(self.registry[model], method), self.nl

        def fail(records, *args, **options):
            run = next((a for a in args if getattr(a, "_name", "") in ("dunning.run", "res.company")), None)
            company = run.company_id if run and run._name == "dunning.run" else run
            if company == nl:
                raise error or ValueError("Nobody <b>foresaw</b> this")
            return real(records, *args, **options)

        return patch.object(self.registry[model], method, fail)

    def test_every_part(self):
        for model, method in (
            ("dunning.promise", "_settle"),
            ("dunning.payment.plan", "_settle"),
            ("dunning.payer", "_rate"),
            ("dunning.proposal", "_make"),
            (CONFIRM, "_issue"),
            ("dunning.stale.rates", "_note"),
            ("dunning.forewarning", "_tell"),
            ("dunning.run", "_remind_of_drafts"),
            ("dunning.limitation", "_watch"),
        ):
            with self.subTest(model=model, method=method), self.cr.savepoint() as savepoint:
                with self.failing(model, method):
                    self.assertOthersGoOn("foresaw")
                self.assertIn("Nobody &lt;b&gt;foresaw&lt;/b&gt; this", self.tasks(self.nl).note)
                undone = method in ("_make", "_issue", "_note")  # as a whole under test, where nothing is committed
                self.assertEqual(self.letters(self.nl).mapped("state"), [] if undone else ["issued"])
                self.job()  # the cause is mended
                self.assertEqual(self.letters(self.nl).mapped("state"), ["issued"])
                self.assertFalse(self.nl.dunning_job_error)
                self.assertFalse(self.tasks(self.nl))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_two_transactions_that_meet_are_no_error(self):
        with self.failing("dunning.proposal", "_make", SerializationFailure("could not serialize")):
            self.job()
        self.assertFalse(self.nl.dunning_job_error)
        self.assertEqual(self.letters(self.be).mapped("state"), ["issued"])
        self.job()
        self.assertEqual(self.letters(self.nl).mapped("state"), ["issued"])

    def test_a_test_without_an_address(self):
        self.user.email = False
        self.nl.write({"email": False, "dunning_mode": "test", "dunning_test_email": False})
        self.job()
        self.assertEqual(self.letters(self.be).mapped("state"), ["issued"])
        self.assertTrue(self.nl.dunning_job_error or "failed" in self.letters(self.nl).mapped("state"))

    def test_an_unknown_time_zone(self):
        self.cr.execute("UPDATE res_partner SET tz = 'Mars/Olympus' WHERE id = %s", [self.nl.partner_id.id])
        self.nl.partner_id.invalidate_recordset(["tz"])
        self.job()
        self.assertEqual(self.letters(self.be).mapped("state"), ["issued"])
        self.assertEqual(self.letters(self.nl).mapped("state"), ["issued"])
        self.assertEqual(self.nl._dunning_today(), TODAY)

    def test_nobody_is_responsible(self):
        self.nl.dunning_responsible_id = False
        with self.failing("dunning.proposal", "_make"):
            self.job()
        self.assertIn("foresaw", self.nl.dunning_job_error)
        self.assertFalse(self.tasks(self.nl))
        self.assertEqual(self.letters(self.be).mapped("state"), ["issued"])


@tagged("post_install", "-at_install")
class TestThroughOdoo(JobCase):
    """The cron of Odoo itself, which counts failures and how much is left."""

    last = None

    def through_odoo(self):
        """One go of the cron as Odoo's scheduler makes it, with the day of the last one as Odoo keeps it: how it ended.

        That day is when the call began, so before any company had its turn in it.
        """
        [job] = self.cron.read(["id", "cron_name", "ir_actions_server_id", "user_id", "lastcall"])
        job |= {"user_id": self.cron.user_id.id, "ir_actions_server_id": self.cron.ir_actions_server_id.id}
        job |= {"timed_out_counter": 0, "active": True, "lastcall": self.last}
        self.env.flush_all()
        with patch.object(dunning_progress, "may_commit", lambda: True), mute_logger(JOB):
            # no time at all: after every batch and every company Odoo has to call again
            zero = patch("odoo.addons.base.models.ir_cron.MIN_TIME_PER_JOB", 0)
            with patch(f"{JOB}.may_commit", lambda: True), zero, self.enter_registry_test_mode():
                status = self.registry["ir.cron"]._run_job(job)
        self.env.invalidate_all()
        return status

    def test_a_week_of_hours_with_a_bad_company(self):
        real = self.registry["dunning.proposal"]._make

        def make(proposal, run):
            if run.company_id == self.nl:
                raise UserError("This company has no luck.")
            return real(proposal, run)

        began = datetime.combine(TODAY, time(hour=9))
        with patch.object(self.registry["dunning.proposal"], "_make", make):
            for hour in range(7 * 24):
                moment = began + timedelta(hours=hour)
                with freeze_time(moment):
                    self.env.invalidate_all()
                    self.assertEqual(self.through_odoo(), CompletionStatus.FULLY_DONE)
                    self.assertEqual((self.nl + self.be).mapped("dunning_job_at"), [moment] * 2, "every hour")
                    if hour % 24 == 0:
                        self.send_outbox()
                self.last = moment - timedelta(seconds=5)
        self.assertEqual(len(self.tasks(self.nl)), 1)
        self.assertFalse(self.letters(self.nl))
        self.assertEqual(self.letters(self.be).mapped("state"), ["sent"])
        self.assertEqual(self.env["dunning.run"].search_count([("company_id", "=", self.be.id)]), 8)

    def test_whoever_the_cron_runs_as(self):
        manager = new_test_user(self.env, "night", groups=MANAGER, company_id=self.be.id, company_ids=[self.be.id])
        self.cron.user_id = manager
        self.assertEqual(self.through_odoo(), CompletionStatus.FULLY_DONE)
        for company in (self.nl, self.be):
            self.assertFalse(company.dunning_job_error)
            self.assertEqual(self.letters(company).mapped("state"), ["issued"])

    def test_what_is_left_is_done_at_once(self):
        """Time is over after every batch: Odoo calls again until all letters of both companies are issued."""
        partners = [self.debtor(f"Debtor {number}") for number in range(6)]
        self.invoices(partners, 100, due=3)
        told = []
        real = self.registry["ir.cron"]._commit_progress  # which says that no time is left

        def commit(cron, processed=0, **options):
            answer = real(cron, processed, **options)
            told.append(options.get("remaining"))
            return answer

        with (
            patch.object(dunning_confirmation, "CONFIRM_BATCH", 2),
            patch.object(self.registry["ir.cron"], "_commit_progress", commit),
        ):
            self.assertEqual(self.through_odoo(), CompletionStatus.FULLY_DONE)
        self.assertEqual(set(self.letters(self.nl + self.be).mapped("state")), {"issued"})
        self.assertEqual(len(self.letters(self.nl)), 7)
        # letters and companies: the Belgian one waits behind the first batch, and has its turn before the second
        self.assertTrue({5 + 2, 3 + 1, 1 + 1} <= set(told), told)


@tagged("post_install", "-at_install")
class TestForgotten(JobCase):
    """A run that somebody proposed and left holds its invoices back: he is told once."""

    def test_told_once_and_done_with_the_run(self):
        run = self.run_for(partners=self.nl_move.partner_id)
        self.job()
        self.assertFalse(run.with_env(self.env).activity_ids, "of today")
        with self.at(1):
            self.job()
            task = run.with_env(self.env).activity_ids
            self.assertEqual((len(task), task.user_id), (1, self.user))
            self.job()
        with self.at(2):
            task.action_done()
            self.job()
            self.assertFalse(run.with_env(self.env).activity_ids, "once")
            self.assertEqual(self.code(self.nl_move), "LETTER_OPEN")

    def test_cancelled(self):
        for end in ("action_cancel", "action_confirm"):
            with self.subTest(end), self.cr.savepoint() as savepoint:
                run = self.run_for(partners=self.nl_move.partner_id)
                with self.at(1):
                    self.job()
                    self.assertTrue(run.with_env(self.env).activity_ids)
                    getattr(self.as_user(self.manager, run), end)()
                    self.assertFalse(run.with_env(self.env).activity_ids)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_who_made_it_is_gone(self):
        self.env["dunning.run"].flush_model()
        run = self.run_for(partners=self.nl_move.partner_id)
        self.nl.dunning_responsible_id = self.manager
        self.user.active = False
        with self.at(1):
            self.job()
            self.assertEqual(run.with_env(self.env).activity_ids.user_id, self.manager)


@tagged("post_install", "-at_install")
class TestTakenOut(JobCase):
    """What people delete or put away leaves nothing that waits for ever."""

    def issued(self):
        letter = self.confirm(self.run_for(partners=self.nl_move.partner_id)).with_env(self.env)
        self.assertEqual((letter.state, letter.mail_id.state), ("issued", "outgoing"))
        return letter

    def test_a_mail_that_somebody_takes_out(self):
        for how in ("cancel", "unlink"):
            with self.subTest(how), self.cr.savepoint() as savepoint:
                letter = self.issued()
                getattr(letter.mail_id, how)()
                self.assertEqual(letter.state, "failed")
                self.assertIn("out of the outbox", letter.error)
                self.assertEqual(letter.activity_ids.user_id, self.user)
                self.as_user(self.user, letter).action_retry()
                self.assertEqual((letter.state, letter.mail_id.state), ("issued", "outgoing"))
                self.send_outbox(letter)
                self.assertEqual(letter.state, "sent")
                savepoint.rollback()
            self.env.invalidate_all()

    def test_a_mail_that_has_left_may_go(self):
        letter = self.issued()
        self.send_outbox(letter)
        letter.mail_id.unlink()
        self.assertEqual((letter.state, letter.error), ("sent", False))

    def test_taking_a_letter_back_is_no_failure(self):
        letter = self.issued()
        mail = letter.mail_id
        self.as_user(self.user, letter).action_cancel()
        self.assertEqual((letter.state, mail.state), ("cancelled", "cancel"))
        self.assertFalse(letter.activity_ids)

    def test_a_run_that_somebody_deletes(self):
        run = self.run_for(partners=self.nl_move.partner_id)
        letter = run.letter_ids.with_env(self.env)
        self.as_user(self.manager, run).unlink()
        self.assertFalse(letter.exists())
        self.job()
        self.assertEqual(self.letters(self.nl).mapped("state"), ["issued"])

    def test_a_case_that_somebody_put_away(self):
        """It comes back when more is overdue than then, not before."""
        partner = self.nl_move.partner_id
        self.job()
        case = self.env["dunning.case"]._for_partners(partner, self.nl)
        case.active = False
        with self.at(1):
            self.job()
            self.assertFalse(case.active)
        self.invoice(partner, 0.01, due=-1)
        with self.at(1):
            self.env["dunning.figures"]._refresh(self.nl)
            self.assertFalse(case.active, "due today")
        with self.at(2):
            self.job()
            self.assertTrue(case.active)
