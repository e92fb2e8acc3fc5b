"""Both sides confirm what was agreed: its frozen text, who confirmed it when, and the chain that proves it."""

import hashlib

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import TODAY, day
from ..event.told_case import ToldMixin
from .agreement_case import AgreementCase

WHO = {"address": "198.51.100.23", "login": False}


@tagged("post_install", "-at_install")
class TestReceipt(ToldMixin, AgreementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dunning.claim"]._of_moves(cls.move + cls.second)

    def promise(self, **vals):
        return self.note("dunning.promise", self.move, date=day(-3), **vals)

    def plan(self):
        plan = self.note(
            "dunning.payment.plan",
            self.move,
            instalment_count=2,
            first_date=day(-10),
            division="number",
            interval="month",
        )
        plan.action_make_instalments()
        plan.action_agree()
        return plan

    def asked(self, agreement):
        """Ask the debtor to confirm what was agreed by telephone; the confirmation."""
        agreement.action_ask_confirmation()
        return agreement._last_receipt().with_env(self.env)

    def test_text_of_a_promise_in_each_language(self):
        for lang, words in (
            ("en_US", "on or before: Thursday 19 November"),
            ("nl_NL", "donderdag 19 november 2026"),
            ("fr_FR", "jeudi 19 novembre 2026"),
        ):
            with self.undone(lang):
                self.partner.lang = lang
                receipt = self.asked(self.promise())
                self.assertEqual(receipt.lang, lang)
                self.assertIn(words, receipt.text)
                for value in (self.nl.name, self.partner.name, self.move.name, "100", "NL91 ABNA 0417 1643 00"):
                    self.assertIn(value, receipt.text)
                self.assertEqual(receipt.sha256, hashlib.sha256(receipt.text.encode()).hexdigest())

    def test_text_of_a_plan(self):
        text = self.asked(self.plan()).text
        self.assertIn("1. 26 November 2026: €50.00\n2. 26 December 2026: €50.00\n", text)
        self.assertIn("the whole rest is due at once", text)

    def test_both_sides_and_their_events(self):
        with self.telling(
            "agreement.promised", "agreement.confirmed", "agreement.confirmed", family="agreement"
        ) as told:
            promise = self.promise()
            receipt = self.asked(promise)
            self.assertEqual((receipt.state, receipt.firm_by_id, promise.receipt_state), ("firm", self.user, "firm"))
            receipt._confirm_by_debtor(WHO)
            receipt._confirm_by_debtor(WHO)  # once more
        _made, firm, debtor = told
        self.assertEqual((receipt.state, receipt.network), ("both", "198.51.100.0/24"))
        for event in (firm, debtor):
            self.assertEqual((event.facts["text"], event.facts["receipt"]), (receipt.sha256, receipt.id))
            self.assertEqual(event.claim_ids.ids, self.claims_of(self.move))
        self.assertEqual(self.personal(debtor), {"network": "198.51.100.0/24"})
        sentence = debtor.with_context(lang="en_US").sentence
        self.assertIn("By the debtor, on his page.", sentence)
        self.assertIn(receipt.sha256[:20], sentence)

    def test_chain_proves_the_text(self):
        receipt = self.asked(self.promise())
        receipt._confirm_by_debtor(WHO)
        self.env["dunning.sealing"]._seal()
        verify = self.env["dunning.verification"]._verify
        self.assertFalse(verify(self.nl).findings)
        for statement, code in (
            ("UPDATE dunning_agreement_receipt SET text = text || '!' WHERE id = %s", "document"),
            ("DELETE FROM dunning_agreement_receipt WHERE id = %s", "document_missing"),
        ):
            with self.undone(code):
                self.env.flush_all()
                self.cr.execute(statement, [receipt.id])
                self.env.invalidate_all(flush=False)
                self.assertEqual([finding.code for finding in verify(self.nl).findings], [code] * 2)

    def test_a_change_is_a_new_text_that_names_the_old(self):
        promise = self.promise()
        first = self.asked(promise)
        first._confirm_by_debtor(WHO)
        promise.write({"note": "nothing of it"})
        self.assertEqual(len(promise.receipt_ids), 1)
        promise.write({"date": day(-4)})
        second = promise._last_receipt().with_env(self.env)
        self.assertEqual((second.replaces_id, second.state, first.state), (first, "firm", "replaced"))
        self.assertEqual(promise.receipt_state, "firm")
        promise.action_cancel()
        with self.refused("changed in the meantime"):
            second._confirm_by_debtor(WHO)

    def test_plan_agreed_anew(self):
        plan = self.plan()
        first = self.asked(plan)
        plan.action_draft()
        plan.instalment_count = 1
        plan.action_make_instalments()
        self.assertEqual(plan.receipt_ids.with_env(self.env), first)
        plan.action_agree()
        self.assertEqual((len(plan.receipt_ids), first.state), (2, "replaced"))

    def test_without_a_confirmation_nothing_is_written_down(self):
        promise, plan = self.promise(), self.plan()
        promise.date = day(-4)
        self.assertFalse(promise.receipt_ids or plan.receipt_ids)
        self.assertEqual(promise.receipt_state, "none")

    def test_stays_as_it_is(self):
        promise = self.promise()
        receipt = self.asked(promise)
        for values in ({"text": "x"}, {"sha256": "x"}, {"firm_at": False}, {"promise_id": False}, {"replaces_id": 1}):
            with self.refused("stays as it was written"):
                receipt.write(values)
        with self.refused("stays on record"):
            receipt.unlink()
        with self.refused("was confirmed, so it stays"):
            promise.with_env(self.env).unlink()
        for user in (self.user, self.manager):
            with self.refused("", AccessError):
                self.as_user(user, receipt).write({"debtor_at": "2026-11-16 09:00:00"})
            with self.refused("", AccessError):
                self.as_user(user)["dunning.agreement.receipt"].create({"text": "x"})

    def test_only_what_holds_is_confirmed(self):
        promise = self.promise()
        promise.action_cancel()
        with self.refused("Only what was agreed"):
            promise.action_ask_confirmation()
        draft = self.note("dunning.payment.plan", self.second)
        with self.refused("Only what was agreed"):
            draft.action_ask_confirmation()
        with self.refused("", AccessError):
            self.as_user(self.biller, self.promise()).action_ask_confirmation()

    def test_the_day_itself_may_be_over(self):
        """Kept or broken: there is nothing to confirm any more."""
        promise = self.promise()
        receipt = self.asked(promise)
        self.pay(self.move)
        self.env["dunning.promise"]._settle(self.nl)
        self.assertFalse(receipt._is_confirmable())
        with self.refused("changed in the meantime", UserError):
            receipt._confirm_by_debtor(WHO)

    def test_what_is_about_everything(self):
        promise = self.note("dunning.promise", date=TODAY, move_ids=[Command.clear()])
        self.assertIn("everything that is open", self.asked(promise).text)
