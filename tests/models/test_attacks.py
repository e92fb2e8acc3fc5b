"""What was tried on evidence and on rights, one by one, over HTTP and by everybody who can try it.

Files and mails are in ``letter/test_document.py`` and ``letter/test_given_out.py``, windows in ``test_windows.py``,
texts in ``rules/test_text_rights.py``, what leaves the mail server in ``tests/faults/test_issued_files.py``.
"""

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_over_http import LOUD, OverHttpCase

LEFT_OUT = ("action_leave_out", "action_put_back")


@tagged("post_install", "-at_install")
class TestAttacks(OverHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.everybody = [cls.portal, *(user for user in cls.roles if user.login != "a_portal_user"), cls.group_user]
        cls.outside = [cls.portal, cls.internal, cls.biller, cls.be_user, cls.be_manager]

    def assertRefused(self, users, attempts, before=None):
        """Nobody of these gets through with any of these calls, and all stands as it stood."""
        self.assertTrue(users)
        before = before or self.state()
        for user in users:
            self.come_in(user)
            for model, method, *args in attempts:
                with self.subTest(user=user.login, model=model, method=method, args=args), mute_logger(*LOUD):
                    result, error = self.call(model, method, *args)
                    self.assertTrue(error, result)
        self.assertEqual(self.state(), before)

    def writes(self, record, *values):
        return [(record._name, method, record.ids, vals, *more) for vals in values for method, more in self.both]

    both = (("write", ()), ("web_save", ({},)))

    def test_a_confirmed_run(self):
        run = self.run_nl
        self.assertEqual(run.state, "done")
        values = (
            {"date": "2020-01-01"},
            {"state": "draft"},
            {"automatic": True},
            {"user_id": self.be_user.id},
            {"partner_ids": [Command.clear()]},
            {"letter_ids": [Command.clear()]},
            {"decision_ids": [Command.clear()]},
        )
        attempts = [*self.writes(run, *values), (run._name, "unlink", run.ids)]
        self.assertRefused(self.everybody, attempts)
        self.assertRefused(self.everybody, [(run._name, "create", [{"automatic": True}])])

    def test_why_a_letter_was_taken_back(self):
        letter = self.taken_back
        buttons = ("action_cancel", "action_retry", "action_issue", "action_mark_posted", "action_left", *LEFT_OUT)
        self.assertRefused(self.outside, [(letter._name, name, letter.ids) for name in buttons])
        self.assertRefused(self.everybody, self.writes(letter, {"cancel_reason": "x"}, {"state": "draft"}))
        for user in (self.user, self.manager):
            self.come_in(user)
            self.call(letter._name, "action_cancel", letter.ids)
        self.assertEqual(letter.cancel_reason, "In error")

    def test_marks_and_messages(self):
        claim = self.env["dunning.claim"].search([("move_id", "=", self.move.id)])
        self.assertTrue(claim)
        contact = self.own["dunning.contact"]
        attempts = [
            *self.writes(contact, {"claim_ids": [Command.link(claim.id)]}, {"counted_on": "2020-01-01"}),
            *self.writes(self.case, {"limitation_warned": "0"}, {"limitation_date": "2050-01-01"}, {"payer": "prompt"}),
            *self.writes(self.case, {"message_ids": [Command.clear()]}),
            *self.writes(self.sent, {"message_ids": [Command.clear()]}, {"user_id": False}, {"name": "X"}),
            *self.writes(self.move, {"dunning_sent_on": "2020-01-01"}, {"dunning_is_claim": True}),
        ]
        self.assertRefused(self.everybody, attempts)

    def test_nothing_moves_to_another_company(self):
        """Also by those who may work in both."""
        records = (self.case, self.own["dunning.dispute"], self.own["dunning.hold"], self.sent, self.taking)
        attempts = [attempt for one in records for attempt in self.writes(one, {"company_id": self.be.id})]
        attempts += self.writes(self.case, {"partner_id": self.be_partner.id})
        self.assertRefused(self.everybody, attempts)

    def test_left_out_and_taken_over(self):
        letters = self.left_out + self.draft
        hold = self.env["dunning.hold"].search([("letter_id", "=", self.left_out.id)])
        self.assertTrue(hold)
        window = {"letter_ids": [Command.set(self.draft.ids)], "reason": "mine", "comes_back": "next"}
        attempts = [
            *((letters._name, name, letters.ids) for name in LEFT_OUT),
            *((self.taking._name, name, self.taking.ids) for name in ("action_take_over", "action_propose")),
            (hold._name, "action_release", hold.ids),
            ("dunning.leave.out.wizard", "create", [window]),
            ("dunning.leave.out.wizard", "create", [{**window, "letter_ids": [[4, self.draft.id]]}]),
        ]
        self.assertRefused(self.outside, attempts)
        services = [
            (model, name, [])
            for model in ("dunning.asked", "dunning.draft.notes", "dunning.draft", "dunning.letter")
            for name in ("_parts", "_take", "_bring", "_hang", "_leave_out", "_tell_left_out", "_number", "_issue")
        ]
        self.assertRefused([self.portal, self.be_manager, self.manager, self.admin], services)
        # a window of one's own, about nothing, is turned to what is others'
        self.come_in(self.be_manager)
        own, _error = self.call("dunning.leave.out.wizard", "create", {"reason": "mine"})
        self.assertTrue(own)
        turned = ("dunning.leave.out.wizard", "write", [own], {"letter_ids": [[6, 0, self.draft.ids]]})
        moves = ("dunning.leave.out.wizard", "write", [own], {"move_ids": [[6, 0, self.move.ids]]})
        self.assertRefused([self.be_manager], [turned, moves, ("dunning.leave.out.wizard", "action_leave_out", [own])])

    def test_one_who_reads_only_leaves_nothing_out(self):
        """Somebody in accounting who may look, and works with no letter."""
        reader = self._user("reader", "account.group_account_readonly", self.nl)
        attempts = [
            *((self.draft._name, name, self.draft.ids) for name in LEFT_OUT),
            (self.taking._name, "action_take_over", self.taking.ids),
            ("dunning.leave.out.wizard", "create", [{"letter_ids": [[6, 0, self.draft.ids]], "reason": "x"}]),
            (self.move._name, "action_dunning_leave_out", self.move.ids),
        ]
        self.assertRefused([reader], attempts)

    def test_numbers_and_personal_defaults(self):
        """What somebody keeps as a default for himself, or sends along, is on no letter."""
        self.come_in(self.user)
        for model, name, value in (
            ("dunning.letter", "name", self.sent.name),
            ("dunning.letter", "state", "sent"),
            ("ir.sequence", "number_increment", 0),
            ("ir.sequence", "number_next", 1),
            ("dunning.run", "automatic", True),
        ):
            self.call("ir.default", "set", model, name, value, True)
        context = {"default_name": self.sent.name, "default_state": "sent", "allowed_company_ids": self.nl.ids}
        partners = self.debtor("One") + self.debtor("Two")
        self.invoices(partners, 100, due=10)
        vals = {"partner_ids": [Command.set(partners.ids)]}
        run, error = self.call("dunning.run", "create", vals, context=context)
        self.assertFalse(error, self.said)
        for name in ("action_propose", "action_confirm"):
            self.assertFalse(self.call("dunning.run", name, [run], context=context)[1], self.said)
        made = self.env["dunning.run"].browse(run)
        self.assertFalse(made.automatic)
        names = made.letter_ids.mapped("name")
        self.assertEqual((len(names), len({*names, self.sent.name, "/"})), (2, 4))
        self.assertNotIn("sent", made.letter_ids.mapped("state"))

    def test_the_mark_of_a_draft(self):
        """Whatever context goes along with the address of a report, or with a call."""
        self.come_in(self.user)
        for context in ("{}", '{"dunning_issue": true}', '{"dunning_issue": [1]}'):
            with mute_logger(*LOUD):
                page = self.url_open(
                    f"/report/html/cremann_dunning.report_dunning_letter/{self.draft.id}?context={context}"
                )
            self.assertIn("DRAFT, not sent", page.text)
        for user in self.outside:
            self.come_in(user)
            with mute_logger(*LOUD):
                page = self.url_open(f"/report/html/cremann_dunning.report_dunning_letter/{self.draft.id}")
            self.assertNotIn(self.other_move.name, page.text, user.login)

    def test_settings_are_not_for_the_portal(self):
        ours = [name for name in self.nl._fields if name.startswith("dunning_")]
        self.assertGreater(len(ours), 10)
        attempts = [("res.company", "read", self.nl.ids, [name]) for name in ours]
        attempts += [("res.company", "search_read", [], ["id"], 0, 1, name) for name in ours]  # by their order
        attempts += [("res.company", "formatted_read_group", [], [name]) for name in ours]
        self.assertRefused([self.portal], attempts)

    def test_who_signed_is_not_deleted(self):
        self.assertTrue(self.sent.user_id)
        self.assertRefused(self.everybody, [("res.users", "unlink", self.sent.user_id.ids)])

    def test_words_of_a_stranger(self):
        """A debtor writes through his page, and a task shows what he wrote as text."""
        live = '<a href="https://evil.example.com">pay here</a>'
        case = self.draft.case_id.with_env(self.env)
        self.env["dunning.reply"]._receive(
            case, {"email_from": "x@debtor.example.com", "body": f"<pre>{live.replace('<', '&lt;')}</pre>"}
        )
        self.come_in(self.user)
        about = [["res_model", "=", "dunning.case"], ["res_id", "=", case.id]]
        rows, _error = self.call("mail.activity", "search_read", about, ["note"])
        self.assertIn("pay here", str(rows))
        self.assertNotIn("<a ", str(rows))

    def test_nobody_becomes_administrator_by_a_text(self):
        text = (
            self.sent.level_id.template_id or self.env["mail.template"].search([("model", "=", "dunning.letter")])[:1]
        )
        system = self.env.ref("base.group_system").id
        body = f"{{{{ object.env.user.sudo().write({{'group_ids': [(4, {system})]}}) }}}}"
        for user in (self.manager, self.user, self.be_manager, self.internal, self.portal):
            self.come_in(user)
            for vals in (
                {"subject": body},
                {"body_html": f"<t t-out=\"object.env.user.sudo().write({{'group_ids': [(4, {system})]}})\"/>"},
                {"email_to": body},
            ):
                with self.subTest(user=user.login, vals=vals), mute_logger(*LOUD):
                    self.assertTrue(self.call("mail.template", "write", text.ids, vals)[1])
            self.assertFalse(user.has_group("base.group_system"))
