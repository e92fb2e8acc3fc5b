"""Things that go away or change between the proposal, the issue and the sending of a letter, and what a company lacks.

Each ends in a decision with a reason or a readable error on that letter alone; the other debtors go on.
"""

import socket
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.cremann_dunning.models.delivery.dunning_delivery import REACH_AGAIN_AFTER

from ..common import TODAY
from .test_bad_input import BadInputCase

# When something changes: after the proposal, or after the letter was issued and waits in the outbox.
MOMENTS = ("proposed", "issued")


class HalfwayCase(BadInputCase):
    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.move = self.invoice(self.partner)
        self.good = self.invoice(self.debtor("Good"), 80)

    def halfway(self, moment, change):
        """Propose, confirm and send, with a change in between; the letters of the run about our debtor's invoice."""
        run = self.run_for()
        if moment == "proposed":
            change()
        run.action_confirm()
        if moment == "issued":
            change()
        letters = run.letter_ids.with_env(self.env)
        self.send_outbox(letters)
        self.assertEqual(run.state, "done")
        good = letters.filtered(lambda letter: self.good in letter.line_ids.move_id)
        self.assertEqual(good.mapped("state"), ["sent"])
        return letters - good

    @contextmanager
    def books(self, moment):
        """The same books for each moment: what happens in the block is taken back."""
        savepoint = self.cr.savepoint()
        try:
            with self.subTest(moment):
                yield
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def assertStopped(self, letters, message):
        self.assertEqual(set(letters.mapped("state")), {"cancelled"})
        for letter in letters:
            self.assertRegex(letter.cancel_reason, message)
            self.assertReadable(letter.cancel_reason)
        self.assertFalse(self.move.dunning_level_id)


@tagged("post_install", "-at_install")
class TestDebtorHalfway(HalfwayCase):
    def test_archived(self):
        """A contact in the archive owes as before: the letter goes out, once."""
        for moment in MOMENTS:
            with self.books(moment):
                letters = self.halfway(moment, lambda: self.partner.write({"active": False}))
                self.assertEqual(letters.mapped("state"), ["sent"])
                with self.at(8) as today:
                    self.assertEqual(self.send_level(date=today).line_ids.move_id, self.move + self.good)

    def test_held(self):
        def hold():
            self.as_user(self.user)["dunning.hold"].create(
                {"partner_id": self.partner.id, "reason": "Called", "company_id": self.nl.id}
            )

        for moment in MOMENTS:
            with self.books(moment):
                letters = self.halfway(moment, hold)
                self.assertStopped(letters, "Not sent: On hold up to and including 12/16/2026: Called")
                self.run_for()
                self.assertDecision(self.move, "HOLD_UNTIL", "Called")

    def test_not_to_be_followed_up(self):
        def block():
            self.move.line_ids.no_followup = True

        for moment in MOMENTS:
            with self.books(moment):
                letters = self.halfway(moment, block)
                self.assertStopped(letters, "Not sent: Marked in Odoo as not to be followed up")
                self.run_for()
                self.assertDecision(self.move, "NO_FOLLOWUP", "not to be followed up")

    def test_merged_into_a_debtor_without_a_letter(self):
        for moment in MOMENTS:
            with self.books(moment):
                stays = self.debtor("Bakkerij Jansen B.V.", email=self.partner.email)
                letters = self.halfway(moment, lambda stays=stays: self.merge(stays, self.partner))
                self.assertEqual((letters.mapped("state"), letters.partner_id), (["sent"], stays))
                self.assertEqual(self.move.dunning_level_id, self.levels[0])

    def test_merged_into_a_debtor_with_another_address(self):
        """A draft goes to the address that stays; a mail that waits does not go to the one that went, the next does."""
        for moment in MOMENTS:
            with self.books(moment):
                stays = self.debtor("Bakkerij Jansen B.V.", email="kept@debtor.example.com")
                letters = self.halfway(moment, lambda stays=stays: self.merge(stays, self.partner))
                self.assertEqual(letters.partner_id, stays)
                if moment == "issued":
                    self.assertStopped(letters, "the e-mail address of Bakkerij Jansen B.V. was changed")
                    letters = self.send_level(partners=stays)
                self.assertEqual(letters.mapped("state"), ["sent"])
                self.assertIn("kept@debtor.example.com", letters.email_to)
                self.assertEqual(self.move.dunning_level_id, self.levels[0])

    def test_merged_into_a_debtor_with_a_letter_of_his_own(self):
        """Two drafts become one letter about both invoices."""
        stays = self.debtor("Bakkerij Jansen B.V.")
        other = self.invoice(stays, 250)
        letters = self.halfway("proposed", lambda: self.merge(stays, self.partner))
        sent = letters.filtered(lambda letter: letter.state == "sent")
        self.assertEqual((len(sent), sent.amount_total, sent.partner_id), (1, 350, stays))
        self.assertEqual(sent.line_ids.move_id, self.move + other)
        for letter in letters - sent:
            self.assertEqual(letter.state, "cancelled")
            self.assertReadable(letter.cancel_reason)
        self.run_for()
        for move in self.move + other:
            self.assertDecision(move, "PERIOD_RUNNING", "Not before 11/24/2026: the term that the last letter gives")

    def merge(self, stays, goes):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((stays + goes).ids, stays)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestRulesHalfway(HalfwayCase):
    def test_level_archived_before_confirm(self):
        """The draft goes; the debtor goes on with the level after it."""
        self.good_goes_too = self.invoice(self.debtor("Better"), 90)
        run = self.run_for()
        self.levels[0].active = False
        run.action_confirm()
        self.assertEqual(set(run.letter_ids.mapped("state")), {"cancelled"})
        for letter in run.letter_ids:
            self.assertReadable(letter.cancel_reason)
        self.assertEqual(self.send_level().level_id, self.levels[1])

    def test_level_archived_with_a_letter_in_the_outbox(self):
        """What was issued under the rules of that moment goes out, and counts."""
        letters = self.confirm(self.run_for())
        self.levels[0].active = False
        self.send_outbox(letters)
        self.assertEqual(letters.mapped("state"), ["sent", "sent"])
        with self.at(8) as today:
            self.assertEqual(self.send_level(date=today).level_id, self.levels[1])

    def test_level_archived_after_its_letter_was_sent(self):
        """Of two levels done the second goes: the third is next, not the second again."""
        partner = self.debtor("Older")
        move = self.invoice(partner, due=40)
        self.stand_on(move, self.levels[1])
        self.levels[1].active = False
        run = self.run_for()
        letter = run.letter_ids.filtered(lambda letter: letter.partner_id == partner)
        self.assertEqual(letter.level_id, self.levels[2])
        self.assertOthersGo(run, self.good)

    def test_level_in_use_cannot_be_removed(self):
        for step in ("draft", "issued", "sent"):
            if step == "draft":
                letters = self.run_for().letter_ids
            elif step == "issued":
                letters.run_id.action_confirm()
            else:
                self.send_outbox(letters)
            self.assertEqual(set(letters.mapped("state")), {step})
            message = "Letters stand on the level Reminder, so it cannot be removed. Archive it"
            with self.assertRaisesRegex(UserError, message), self.cr.savepoint():
                self.levels[0].unlink()
            with self.assertRaisesRegex(UserError, "so it cannot be removed. Archive it"), self.cr.savepoint():
                self.levels.procedure_id.unlink()

    def test_procedure_archived(self):
        """Drafts go, what was issued does not leave by rules that hold no more, and the debtor starts gently on the
        procedure that fits now."""
        procedure, other = self.levels.procedure_id, self.env.ref("cremann_dunning.dunning_procedure_eu")
        run = self.run_for()
        procedure.active = False
        run.action_confirm()
        self.assertEqual(set(run.letter_ids.mapped("state")), {"cancelled"})
        for letter in run.letter_ids:
            self.assertReadable(letter.cancel_reason)
        procedure.active = True
        letters = self.confirm(self.run_for())
        procedure.active = False
        self.send_outbox(letters)
        self.assertEqual(letters.mapped("state"), ["cancelled", "cancelled"])
        for letter in letters:
            self.assertRegex(letter.cancel_reason, "the kind of debtor or the procedure was changed")
            self.assertReadable(letter.cancel_reason)
        with self.at(8) as today:
            again = self.send_level(date=today)
            self.assertEqual((again.level_id, again.mapped("state")), (other.level_ids[0], ["sent", "sent"]))


@tagged("post_install", "-at_install")
class TestCompanyLacks(HalfwayCase):
    def test_bank_journal(self):
        """Nor an account to pay into: no letter asks for money that nobody can pay. Once there is one they go, and no
        gate about the bank stands in their way."""
        self.env["dunning.procedure"].search([]).check_first = False  # which would ask about the invoices first
        self.nl.partner_id.bank_ids.unlink()
        journals = self.env["account.journal"].search(
            [("company_id", "=", self.nl.id), ("type", "in", ("bank", "cash"))]
        )
        journals.unlink()
        self.nl.write({"dunning_bank_max_days": 1, "dunning_automatic": True, "dunning_send_hour": 0})
        self.env["dunning.run"]._cron_run()
        letters = self.env["dunning.letter"].search([("company_id", "=", self.nl.id)])
        self.assertEqual(letters.mapped("state"), ["failed", "failed"])
        for letter in letters:
            self.assertRegex(letter.error, "account")
            self.assertReadable(letter.error)
        self.assertFalse(letters.bank_account_id)
        account = {"acc_number": "NL02ABNA0123456789", "partner_id": self.nl.partner_id.id, "allow_out_payment": True}
        account = self.env["res.partner.bank"].create(account)
        self.env.invalidate_all()  # as any next click
        letters.action_retry()
        self.assertEqual(letters.mapped("state"), ["issued", "issued"], letters.mapped("error"))
        self.assertEqual(letters.bank_account_id, account)
        self.send_outbox(letters)
        self.assertEqual(letters.mapped("state"), ["sent", "sent"])
        self.assertFalse(letters.run_id.bank_behind)

    @mute_logger("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")
    def test_mail_server(self):
        """Nothing listens where Odoo sends its mail: it is tried again twice, then every letter says so and asks for a
        person; no level moves, and a retry sends all."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.env["ir.mail_server"].search([]).active = False
        letters = self.confirm(self.run_for()).with_env(self.env)
        self.assertEqual(letters.mapped("state"), ["issued", "issued"])
        nowhere = {"smtp_server": "127.0.0.1", "smtp_port": port}
        for minutes in (*REACH_AGAIN_AFTER, None):
            with patch.dict(config.options, nowhere), patch.object(IrMail_Server, "_disable_send", lambda self: False):
                letters.mail_id.send()
            if minutes:
                self.assertEqual(letters.mapped("state"), ["issued", "issued"])
                self.assertFalse(letters.activity_ids)
                again = fields.Datetime.to_datetime(f"{TODAY} 09:00:00") + timedelta(minutes=minutes)
                for letter in letters:
                    self.assertIn("cannot be reached", letter.waiting_text)
                    self.assertEqual(letter.mail_id.scheduled_date, again)
        self.assertEqual(letters.mapped("state"), ["failed", "failed"])
        self.assertEqual(letters[0].dispatch_ids.sorted("id").mapped("state"), ["deferred", "deferred", "refused"])
        for letter in letters:
            self.assertReadable(letter.error)
            self.assertIn("The mail server cannot be reached: 111 Connection refused.", letter.error)
            self.assertIn("Attempts: 3.", letter.error)
            self.assertTrue(letter.activity_ids)
        self.assertFalse((self.move + self.good).dunning_level_id)
        self.run_for()
        self.assertDecision(self.move, "LETTER_FAILED", "The letter DUN.* could not be delivered")
        letters.action_retry()
        self.assertEqual(len(self.send_outbox(letters)), 2)
        self.assertEqual(letters.mapped("state"), ["sent", "sent"])

    def test_rate_of_a_currency(self):
        """The ledger knows what a claim is worth. Costs are reckoned in euro: without a rate their letter waits."""
        rates = self.env["res.currency.rate"]
        rate = {"currency_id": self.usd.id, "name": "2020-01-01", "rate": 2, "company_id": self.nl.id}
        rates.create(rate)
        partner = self.debtor("Smith")
        dollars = self.invoice(partner, 200, due=40, currency=self.usd)
        self.env.flush_all()
        self.cr.execute("DELETE FROM res_currency_rate WHERE currency_id = %s", [self.usd.id])
        self.env.invalidate_all()
        self.assertFalse(rates.search([("currency_id", "=", self.usd.id)]))
        self.stand_on(dollars, self.levels[1])
        run = self.run_for(date=TODAY)
        self.assertDecision(dollars, "NO_RATE", "no rate of exchange for USD on 11/16/2026")
        self.assertOthersGo(run, self.good)
        rates.create(rate)
        run = self.run_for(partners=partner)
        letter = run.letter_ids
        self.assertEqual((letter.level_id, letter.currency_id), (self.levels[2], self.usd))
        # 15% of 100 euro is less than the least that may be asked: 40 euro, at two dollars each
        self.assertEqual((letter.amount_principal, letter.amount_costs), (200, 80))
        run.action_confirm()
        self.assertEqual(letter.state, "issued")
