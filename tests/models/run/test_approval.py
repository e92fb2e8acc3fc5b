"""Who lets the letters of a run go: whoever runs follow-up, only a manager, or somebody else than who proposed it."""

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import USER, DunningCase


@tagged("post_install", "-at_install")
class TestApproval(DunningCase):
    without_pdf = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._user("colleague", USER, cls.nl)
        cls.move = cls.invoice(cls.debtor(), 100, due=10)

    def assertConfirmedBy(self, run, user):
        mine = self.as_user(user, run)
        self.assertTrue(mine.may_confirm)
        window = mine.action_ask_confirm()
        mine.env[window["res_model"]].browse(window["res_id"]).action_confirm()
        self.assertEqual((run.state, run.letter_ids.mapped("state")), ("done", ["issued"]))

    def assertRefused(self, run, user, message):
        """By the button, by its window that somebody opened before, and by a call from outside."""
        mine = self.as_user(user, run)
        self.assertFalse(mine.may_confirm)
        self.assertIn(message, mine.approval_words)
        for act in (
            mine.action_ask_confirm,
            mine.action_confirm,
            mine.env["dunning.confirm.wizard"].create({"run_ids": run.ids}).action_confirm,
        ):
            with self.refused(message):
                act()
        self.assertEqual((run.state, run.letter_ids.mapped("state")), ("proposed", ["draft"]))

    def test_anybody(self):
        run = self.run_for()
        self.assertEqual(run.proposed_by_id, self.user)
        self.assertFalse(run.approval_words)
        self.assertConfirmedBy(run, self.user)

    def test_only_a_manager(self):
        self.nl.dunning_run_approval = "manager"
        run = self.run_for()
        for user in (self.user, self.colleague):
            self.assertRefused(run, user, "only a manager confirms runs. Ask one")
        mine = self.as_user(self.manager, run)
        self.assertEqual(mine.approval_words, "Dunning User proposed it and waits for your approval.")
        self.assertConfirmedBy(run, self.manager)

    def test_a_manager_confirms_what_he_proposed(self):
        self.nl.dunning_run_approval = "manager"
        self.assertConfirmedBy(self.run_for(user=self.manager), self.manager)

    def test_four_eyes(self):
        self.nl.dunning_run_approval = "other"
        run = self.run_for()
        self.assertRefused(run, self.user, "You proposed this run, and in Kaai Holland B.V. somebody else confirms it")
        self.assertConfirmedBy(run, self.colleague)

    def test_four_eyes_hold_for_a_manager(self):
        self.nl.dunning_run_approval = "other"
        self.assertRefused(self.run_for(user=self.manager), self.manager, "You proposed this run")

    def test_who_proposes_again_answers_for_it(self):
        """A run that a colleague made, of letters that one proposed: nobody lets his own go under another's name."""
        self.nl.dunning_run_approval = "other"
        run = self.run_for(user=self.colleague)
        self.as_user(self.user, run).action_propose()
        self.assertEqual((run.user_id, run.proposed_by_id), (self.colleague, self.user))
        self.assertRefused(run, self.user, "You proposed this run")
        with self.refused("written by the system only", AccessError):
            self.as_user(self.user, run).write({"proposed_by_id": self.colleague.id})
        self.assertConfirmedBy(run, self.colleague)

    def test_proposed_before_that_was_kept(self):
        self.nl.dunning_run_approval = "other"
        run = self.run_for()
        run.sudo().proposed_by_id = False
        self.assertRefused(run, self.user, "You proposed this run")

    def test_the_daily_run_goes_on(self):
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        level.write({"automatic": True, "delay_days": 3, "delay_from": "due_date"})
        self.nl.write({"dunning_automatic": True, "dunning_send_hour": 0})
        for rule in ("manager", "other"):
            with self.subTest(rule):
                self.nl.dunning_run_approval = rule
                self.invoice(self.debtor(f"For {rule}"), 100, due=10)
                with self.at(1 if rule == "manager" else 2):
                    self.env["dunning.run"]._cron_run()
                run = self.env["dunning.run"].search([("automatic", "=", True)], limit=1)
                self.assertEqual((run.state, set(run.letter_ids.mapped("state"))), ("done", {"issued"}))

    def test_the_button_and_the_setting(self):
        view = self.as_user(self.user)["dunning.run"].get_views([(False, "form")])["views"]["form"]["arch"]
        [button] = etree.fromstring(view).xpath("//button[@name='action_ask_confirm']")
        self.assertIn("not may_confirm", button.get("invisible"))
        with self.refused("", AccessError):
            self.as_user(self.manager, self.nl).write({"dunning_run_approval": "manager"})

    def test_nobody_removes_who_proposed(self):
        run = self.run_for(user=self.colleague)
        self.as_user(self.user, run).action_propose()
        run.sudo().user_id = self.manager
        with self.refused("cannot be removed"):
            self.user.unlink()
