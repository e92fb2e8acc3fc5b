"""The chatter keeps conversations: what the machine has to say about a debtor is told in his story only."""

import re
from datetime import timedelta
from pathlib import Path

from odoo import Command
from odoo.tests import tagged

from odoo.addons import cremann_dunning

from ...common import TODAY
from ..money.charge_case import ChargeCase
from .test_letter import EventCase

# What people write and what goes to or comes from others. Anything else in a chatter is a remark.
CONVERSATION = {"comment", "email", "email_outgoing", "sms", "user_notification"}
# Their forms show a story. Agreements and insolvencies have none, so there Odoo goes on tracking changes.
OURS = ("dunning.case", "dunning.letter", "dunning.run", "dunning.set.off")


class Chatter:
    """With everything on that tests leave out otherwise: tracking, followers, remarks of Odoo itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.as_user(cls.user)
        cls.loud = cls.env(context={**cls.env.context, "tracking_disable": False})

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.first = self.env["mail.message"].search([], order="id desc", limit=1).id

    def assert_only_conversation(self, *kinds):
        """On nothing of ours stands more than what people wrote; nor on an invoice, besides what Odoo tracks.

        :param kinds: of events that were told instead.
        """
        self.env.flush_all()
        self.env.cr.precommit.run()
        new = self.env["mail.message"].search([("id", ">", self.first)])
        remarks = new.filtered(
            lambda message: (
                message.message_type not in CONVERSATION
                and not message.mail_activity_type_id
                and (message.model in OURS or (message.model == "account.move" and message.body))
                and not (message.model == "account.move" and message.body.endswith(" created</p>"))  # by Odoo
            )
        )
        self.assertFalse([(message.model, message.res_id, message.body) for message in remarks])
        told = set(self.env["dunning.event"].search([]).mapped("kind"))
        self.assertEqual(set(kinds) - told, set())


@tagged("post_install", "-at_install")
class TestChatter(Chatter, EventCase):
    def sent(self, name, **vals):
        letter = self.confirm(self.proposed(name=name, **vals))
        letter.with_env(self.loud).mail_id.filtered(lambda mail: mail.state == "outgoing").send()
        self.env.invalidate_all()
        return letter

    def test_letters(self):
        self.sent("Sent")
        failed = self.sent("Failed", email="bounce@gone.example.com")
        self.assertEqual(failed.state, "failed")
        failed.with_env(self.mine).action_on_paper()
        failed.with_env(self.mine).action_mark_posted()
        failed.sudo().dispatch_ids[:1]._set_returned(self.user)
        for name, opened in (("Back", False), ("Back and opened", True)):
            letter = self.sent(name)
            if opened:
                letter.with_env(self.loud).sudo()._register_opening("192.0.2.77", "Firefox")
            letter.with_env(self.loud).sudo()._message_receive_bounce(letter.email_to, letter.contact_id)
            self.assertEqual(letter.state, "sent" if opened else "failed")
        taken = self.sent("Taken back")
        wizard = self.as_user(self.manager)["dunning.withdrawal.wizard"].with_context(default_letter_ids=taken.ids)
        wizard.create({"reason": "wrong invoice"}).action_withdraw()
        self.assertEqual(taken.state, "cancelled")
        for name, comes_back in (("Left out", "after"), ("Left out for now", "next")):
            left = self.proposed(name=name).letter_ids
            wizard = self.mine["dunning.leave.out.wizard"].with_context(default_letter_ids=left.ids)
            wizard.create({"reason": "he calls back", "comes_back": comes_back}).action_leave_out()
        undone = self.proposed(name="Undone")
        self.mine["dunning.confirm.wizard"].create({"run_ids": undone.ids}).action_confirm()
        undone.action_undo()
        self.assert_only_conversation(
            "letter.sent", "letter.failed", "letter.on_paper", "letter.posted", "letter.returned", "letter.bounced",
            "letter.opened", "letter.taken_back", "letter.left_out", "letter.cancelled", "letter.run_agreed",
            "letter.run_undone",
        )  # fmt: skip

    def test_debtors(self):
        letter = self.sent("Debtor")
        case, moves = letter.case_id.with_env(self.mine), letter.line_ids.move_id.with_env(self.mine)
        about = {"case_id": case.id, "move_ids": [Command.set(moves.ids)]}
        later = TODAY + timedelta(days=2)
        self.mine["dunning.promise"].create({**about, "amount": 100, "date": later})
        plan = self.mine["dunning.payment.plan"].create(
            {**about, "amount": 60, "instalment_ids": [Command.create({"date": later, "amount": 60})]}
        )
        plan.action_agree()
        dispute = self.mine["dunning.dispute"].create({**about, "reason": "price", "outcome": "rejected"})
        dispute.action_close()
        self.mine["dunning.contact"].create({"case_id": case.id, "outcome": "paying", "note": "On Friday"})
        for vals in ({"move_id": moves.id}, {"partner_id": case.partner_id.id}):
            hold = self.mine["dunning.hold"].create({"reason": "Talks", "company_id": self.nl.id, **vals})
            hold.date_until = later
            hold.action_release()
        for mark in (True, False):
            self.as_user(self.biller, moves).no_followup = mark
        case.user_id = self.manager
        with self.at(20):
            for model in ("dunning.promise", "dunning.payment.plan"):
                self.loud[model]._settle(self.nl)
        insolvency = self.mine["dunning.insolvency"].create(
            {"partner_id": case.partner_id.id, "kind": "nl_bankruptcy", "date": TODAY, "company_id": self.nl.id}
        )
        insolvency.write({"ended_on": TODAY, "outcome": "resumed"})
        self.assert_only_conversation(
            "agreement.promised", "agreement.plan_agreed", "agreement.broken", "dispute.opened", "dispute.closed",
            "contact.called", "hold.set", "hold.changed", "hold.ended", "hold.left_alone", "hold.followed_again",
            "debtor.responsible", "debtor.insolvency", "debtor.insolvency_ended",
        )  # fmt: skip
        self.assertIn(self.manager.partner_id, case.message_partner_ids, "he follows it, and Odoo told him")

    def test_what_people_write_stays(self):
        letter = self.sent("Conversation")
        self.assertEqual(letter.sudo().message_ids.mapped("message_type"), ["email_outgoing"])
        case = letter.case_id.with_env(self.mine)
        case.message_post(body="He called back", message_type="comment")
        self.assertIn("He called back", str(case.message_ids[:1].body))
        self.assert_only_conversation()

    def test_nothing_else_remarks(self):
        """Nothing of ours writes in a chatter, besides what goes to debtors: text messages, and answers to what they
        wrote."""
        folder, found = Path(cremann_dunning.__file__).parent, {}
        for file in folder.rglob("*.py"):
            if calls := re.findall(r"\.(message_post\w*|_message_log\w*)\(", file.read_text()):
                found[file.name] = calls
        to_debtors = {"dunning_dispatch_companion_mixin.py": ["_message_log_batch"]}
        self.assertEqual(found, to_debtors | {"dunning_desk_saving_mixin.py": ["message_post"]})


@tagged("post_install", "-at_install")
class TestMoney(Chatter, ChargeCase):
    def test_not_booked(self):
        self.nl.dunning_charges_mode = "asked"
        self.nl.chart_template = "generic_coa"  # no account is set there
        move = self.invoice(self.debtor(), 1000, due=30).with_env(self.loud)
        self.send_level(partners=move.partner_id)
        for _twice in range(2):
            self.loud["dunning.delivery"]._after_sending(self.nl)
            self.loud["dunning.accruing"]._follow(self.nl)
        self.assert_only_conversation("charge.asked", "charge.not_booked")
        self.assertEqual(self.env["dunning.event"].search_count([("kind", "=", "charge.not_booked")]), 1)

    def test_invoices(self):
        moves = self.invoices([self.debtor()] * 2, 50, due=10).with_env(self.loud)
        items = moves.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        self.loud["dunning.left.over"]._write_off(items[0], "small")
        clerk = self._user("clerk", "cremann_dunning.group_dunning_user,account.group_account_invoice", self.nl)
        self.as_user(clerk, moves[1]).action_dunning_arrived()
        self.assert_only_conversation("ledger.small_rest", "hold.arrived")


@tagged("post_install", "-at_install")
class TestWhereItIsTold(EventCase):
    """What stood in a chatter once is found where somebody looks for it."""

    def story(self, record, *args):
        return self.as_user(self.user)["dunning.story"].read_story(record._name, record.id, *args)["done"]

    def test_an_invoice_without_a_claim(self):
        """Nothing was said about it yet, and still it shows what a person did with it; another one does not."""
        partner = self.debtor()
        moves = [self.invoice(partner, 100, due=due) for due in (-5, -6)]
        self.assertFalse(self.env["dunning.claim"].search([("partner_id", "=", partner.id)]))
        self.as_user(self.biller, moves[0]).no_followup = True
        self.assertEqual([len(self.story(move)) for move in moves], [1, 0])
        [line] = self.story(moves[0])
        self.assertEqual((line["model"], line["id"]), ("account.move", moves[0].id))

    def test_also_when_its_debtor_was_merged(self):
        old, new = self.debtor("Old"), self.debtor("New")
        move = self.invoice(old, 100, due=-5)
        self.as_user(self.biller, move).no_followup = True
        self.env["dunning.case"]._for_partners(old, self.nl, create=True)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((old + new).ids, new)
        self.env.invalidate_all()
        self.assertIn("not to be followed up", self.told_on(move)[-1])

    def test_a_run(self):
        run, other = self.proposed(name="One"), self.proposed(name="Two")
        self.leave_out(run.letter_ids)
        run.action_cancel()
        told = self.told_on(run)
        self.assertEqual(told[0], "The run of 11/16/2026 was cancelled.")
        self.assertEqual(
            told[1],
            "One: Letter Reminder was left out. Reason: He calls. Its invoices wait until somebody puts them back.",
        )
        self.assertEqual(told[-1], "The run of 11/16/2026 was proposed. To confirm: 1.")
        self.assertEqual(self.told_on(other), ["The run of 11/16/2026 was proposed. To confirm: 1."])

    def leave_out(self, letters):
        wizard = self.as_user(self.user)["dunning.leave.out.wizard"].with_context(default_letter_ids=letters.ids)
        wizard.create({"reason": "He calls", "comes_back": "ended"}).action_leave_out()

    def test_why_it_stands(self):
        """A mail that came back from one of two addresses, or when the same letter is in the post."""
        letter = self.confirm(self.proposed(email="ap@x.example.com, old@x.example.com"))
        self.empty_outbox(letter)
        letter.sudo()._message_receive_bounce("old@x.example.com", letter.contact_id)
        self.assertEqual(
            self.told_on(letter)[0],
            f"Letter {letter.name} came back from old@x.example.com. "
            "ap@x.example.com did get it, so the letter stands.",
        )
