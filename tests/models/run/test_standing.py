"""Proposing again: what did not change is passed over, and nothing that did is overlooked."""

import re
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.sql_db import Cursor
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.run import dunning_standing

from ...common import TODAY, DunningCase
from .sending_case import pay_online, provider_of, refuse_mail
from .standing_case import StandingMixin

# What a proposal reads besides the settings: the ledger, of which the digest is made, and what the state is made of.
LEDGER = {"account_move", "account_move_line", "account_partial_reconcile"}  # which writes both its items
ADDRESSES = {"dunning_dispatch"}  # from which letters came back: read as such, see _settings
STATE = {
    "dunning_case", "dunning_claim", "dunning_decision", "dunning_letter", "dunning_letter_line", "res_partner",
    "dunning_snapshot", "dunning_standing", "dunning_decision_run_rel", "dunning_run", "dunning_run_res_partner_rel",
    "dunning_check", "res_partner_bank",  # of the latter those that are archived
    "dunning_charge",  # changes along with its letter
    "dunning_write_off",  # whose entry a credit is: it is matched before the record is made
    "dunning_payment_choice",  # what receipts may point to, as a letter
    "dunning_receipt_look",  # by which receipts and their claims are brought up to date, which make a debtor busy
    "dunning_freshness", "dunning_touch",  # kept for screens
    "dunning_customer_group",  # whose debtors are busy
    "dunning_payment_plan_instalment",  # of plans, which make a debtor busy
}  # fmt: skip
# Read in a proposal, and no part of any answer: who the user is and what he may, the screens, the clock.
ELSEWHERE = {
    "res_groups", "res_groups_users_rel", "res_groups_implied_rel", "ir_model_access", "ir_rule", "ir_model",
    "ir_model_fields", "ir_model_data", "ir_config_parameter", "ir_default", "ir_module_module", "mail_message",
    "mail_activity", "mail_activity_type", "mail_followers", "mail_tracking_value", "res_company_users_rel",
    "ir_sequence", "ir_attachment", "dunning_limitation", "dunning_override",
    "dunning_handover", "bus_bus",
    "mail_message_subtype", "product_pricelist", "account_payment_method_line", "account_payment_term",
    "account_fiscal_position", "res_groups_privilege", "ir_cron", "ir_cron_trigger", "ir_act_window",
}  # fmt: skip
FROM = re.compile(r"(?:FROM|JOIN)\s+\"?([a-z][a-z0-9_]+)\"?", re.IGNORECASE)


@tagged("post_install", "-at_install")
class TestStanding(StandingMixin, DunningCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"]
        cls.provider = provider_of(cls.env, cls.nl)
        for index in range(4):
            partner = cls.debtor(f"Debtor {index}", kind="consumer" if index == 3 else "business")
            cls.invoice(partner, 100 + index, due=10)
            cls.invoice(partner, 200 + index, due=3)
            cls.partners |= partner
        cls.moves = cls.env["account.move"].search(
            [("partner_id", "in", cls.partners.ids), ("company_id", "=", cls.nl.id)], order="id"
        )

    def test_the_same_run_again_looks_at_nobody(self):
        run = self.run_for(partners=self.partners)
        before, letters = run.sudo().decision_ids, run.letter_ids
        with self.looked_at() as found:
            run.action_propose()
        self.assertEqual(found, [])
        self.assertEqual((run.sudo().decision_ids, run.letter_ids), (before, letters))
        self.assertSameWhenLookedAtAnew(run)

    def test_another_run_looks_at_nobody_and_has_every_decision(self):
        first = self.run_for(partners=self.partners)
        with self.looked_at() as found:
            second = self.run_for(partners=self.partners)
        self.assertEqual(found, [])
        self.assertEqual(second.sudo().decision_ids, first.sudo().decision_ids)
        self.assertEqual(len(second.sudo().decision_ids), len(self.moves))
        self.assertFalse(second.letter_ids)
        self.assertSameWhenLookedAtAnew(second)

    def test_the_next_day_everybody_is_looked_at(self):
        self.run_for(partners=self.partners)
        with self.at(1) as today, self.looked_at() as found:
            self.run_for(partners=self.partners, date=today)
        self.assertEqual(set(found), set(self.partners.ids))

    def test_a_run_of_another_day_keeps_nothing_and_believes_nothing(self):
        self.run_for(partners=self.partners)
        kept = self.env["dunning.standing"].sudo().search([]).mapped("rests_on")
        with self.looked_at() as found:
            self.run_for(partners=self.partners, date=TODAY + timedelta(days=3))
        self.assertEqual(set(found), set(self.partners.ids))
        self.assertEqual(self.env["dunning.standing"].sudo().search([]).mapped("rests_on"), kept)

    def test_the_daily_job_does_not_take_over_what_a_person_proposed(self):
        self.run_for(partners=self.partners)
        job = self.env["dunning.run"].create({"company_id": self.nl.id, "automatic": True})
        with self.looked_at() as found:
            job.action_propose()
        self.assertTrue(set(self.partners.ids) <= set(found))

    def test_instalments_and_two_ladders_are_looked_at_by_another_run(self):
        """There an open letter changes more than the claims that stand on it."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 60}),
                ],
            }
        )
        partner = self.debtor("In parts")
        self.invoice(partner, 300, due=TODAY - timedelta(days=10), term=term)
        self.run_for(partners=partner)
        with self.looked_at() as found:
            second = self.run_for(partners=partner)
        self.assertEqual(found, partner.ids)
        self.assertSameWhenLookedAtAnew(second)

    def test_companies_keep_apart(self):
        partner = self.debtor("In both")
        self.invoice(partner, 100, due=10)
        self.invoice(partner, 100, due=10, company=self.be)
        self.run_for(partners=partner)
        with self.looked_at() as found:
            self.run_for(company=self.be, partners=partner)
        self.assertEqual(found, partner.ids)
        manager = self.as_user(self.be_user)["dunning.standing"].sudo(False)
        self.assertFalse(manager.env.user.has_group("cremann_dunning.group_dunning_manager"))

    # -- changes --------------------------------------------------------------------------------------------------

    def changes(self):
        """What may happen between two proposals: a name, and who has to be looked at again."""
        one, move = self.partners[0], self.moves[0]
        everybody = set(self.partners.ids)
        level = self.env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids[:1]
        rate = self.env["dunning.interest.rate"].search([], limit=1)
        return {
            "payment": (lambda: self.pay(move, 40), {one.id}),
            "paid": (lambda: self.pay(self.moves[2]), {self.partners[1].id}),
            "credit note": (lambda: self.credit(one, 30), {one.id}),
            "receipt": (lambda: self.receipt(one, 10), {one.id}),
            "receipt without partner": (lambda: self.receipt(None, 10, text=move.name), {one.id}),
            "no follow-up": (lambda: move.line_ids.write({"no_followup": True}), {one.id}),
            "due date": (lambda: move.write({"invoice_date_due": TODAY + timedelta(days=9)}), {one.id}),
            "new invoice": (lambda: self.invoice(one, 55, due=8), {one.id}),
            "e-mail address": (lambda: one.write({"email": False}), {one.id}),
            "contact": (lambda: self._invoice_contact(one), {one.id}),
            "kind": (lambda: one.write({"dunning_debtor_kind": "consumer"}), {one.id}),
            "tone": (lambda: one.with_company(self.nl).write({"dunning_tone": "informal"}), {one.id}),
            "procedure": (lambda: self._own_procedure(one), everybody),
            "hold": (lambda: self._hold(one), {one.id}),
            "insolvency": (lambda: self._insolvent(one), {one.id}),
            "care": (lambda: self._care(one), {one.id}),
            "handed over": (lambda: self._hand_over(move), {one.id}),
            "dispute": (lambda: self._agree("dunning.dispute", one, reason="price"), {one.id}),
            "draft taken away": (lambda: self._drop_draft(one), {one.id}),
            "level": (lambda: level.write({"delay_days": 200}), everybody),
            "rate": (lambda: rate.write({"percent": rate.percent}), everybody),
            "company": (lambda: self.nl.write({"dunning_tone": "informal"}), everybody),
            "same address bounced": (lambda: self._bounce(one.email), everybody),
            "online payment": (lambda: self._pay_online(move), {one.id}),
            "mail of the invoice came back": (lambda: self._refuse(move), {one.id}),
            "sent anew": (lambda: move._dunning_note_sent("mail"), {one.id}),
            "blacklist": (lambda: self.env["mail.blacklist"]._add(one.email_normalized), everybody),
        }

    def _pay_online(self, move):
        pay_online(self.env, move, 40, "pending", provider=self.provider)

    def _refuse(self, move):
        """The mail with the invoice was noted when it left; only what became of it changes."""
        refuse_mail(self.env, move)

    def _bounce(self, address):
        """The letter to another debtor with this address comes back."""
        other = self.debtor("Same mailbox", email=address)
        self.invoice(other, 70, due=5)
        letter = self.send_level(partners=other).sudo()
        self.assertEqual(letter.state, "sent")
        letter._message_receive_bounce(address, other)

    def _invoice_contact(self, partner):
        self.env["res.partner"].create(
            {"parent_id": partner.id, "type": "invoice", "name": "Books", "email": "books@example.com"}
        )

    def _own_procedure(self, partner):
        procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_business").copy({"name": "Own"})
        partner.with_company(self.nl).dunning_procedure_id = procedure

    def _hold(self, partner):
        vals = {"partner_id": partner.id, "company_id": self.nl.id, "reason": "Asked", "date_until": TODAY}
        self.as_user(self.user)["dunning.hold"].create(vals)

    def _insolvent(self, partner):
        vals = {"partner_id": partner.id, "company_id": self.nl.id, "kind": "nl_bankruptcy", "date": TODAY}
        self.as_user(self.user)["dunning.insolvency"].create(vals)

    def _hand_over(self, move):
        claim = self.env["dunning.claim"].browse(list(self.env["dunning.claim"]._of_moves(move).values()))
        contact = self.env["res.partner"].create({"name": "Advocaat"})
        party = self.env["dunning.party"].create({"partner_id": contact.id, "kind": "lawyer", "company_id": self.nl.id})
        self.env["dunning.handover"].sudo()._hand_over(claim.case_id, claim, party, reason="Nothing helped")

    def _care(self, partner):
        vals = {"partner_id": partner.id, "company_id": self.nl.id, "reason": "money"}
        self.env["dunning.care"].create(vals)

    def _agree(self, model, partner, **vals):
        case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
        moves = self.moves.filtered(lambda move: move.partner_id == partner)[:1]
        self.as_user(self.user)[model].create({"case_id": case.id, "move_ids": [Command.set(moves.ids)], **vals})

    def _drop_draft(self, partner):
        drafts = self.env["dunning.letter"].search([("partner_id", "=", partner.id), ("state", "=", "draft")])
        self.as_user(self.user, drafts).action_cancel()

    def test_every_change_is_seen(self):
        """By the run that drafted the letters and by another one; who has nothing to do with it is passed over."""
        for name in self.changes():
            for same in (True, False):
                with self.subTest(name, same=same), self.rolled_back():
                    run = self.run_for(partners=self.partners)
                    change, touched = self.changes()[name]
                    change()
                    with self.looked_at() as found:
                        run.action_propose() if same else None
                        again = run if same else self.run_for(partners=self.partners)
                    self.assertLessEqual(touched, set(found), "somebody was overlooked")
                    self.assertLessEqual(set(found), touched, "somebody was looked at for nothing")
                    self.assertSameWhenLookedAtAnew(again)

    @contextmanager
    def rolled_back(self):
        savepoint = self.cr.savepoint()
        try:
            yield
        finally:
            self.env.flush_all()
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.invalidate_all()
            self.registry.clear_all_caches()

    def test_everything_that_a_proposal_reads_is_watched(self):
        """Whoever lets the engine look at one more table has to say here what it is."""
        read, execute = set(), Cursor.execute

        def note(cursor, query, params=None, log_exceptions=True):
            text = getattr(query, "code", query)
            named = set(re.findall(r"(?:WITH|\),)\s+([a-z_]+) AS", text))
            read.update(set(FROM.findall(text)) - named)
            return execute(cursor, query, params, log_exceptions)

        run = self.env["dunning.run"].new({"company_id": self.nl.id})
        busy = set(FROM.findall(self.env["dunning.standing"]._busy(run).code))
        self.env.invalidate_all()
        self.registry.clear_all_caches()
        with patch.object(Cursor, "execute", note):
            self.run_for(partners=self.partners)
        known = set(dunning_standing.SETTINGS) | busy | LEDGER | ADDRESSES | STATE | ELSEWHERE
        tables = {name for name in read if self._is_table(name)}
        relations = {name for name in tables - known if self._is_relation_of(name, known)}
        self.assertEqual(tables - known - relations, set())
        self.assertLessEqual({"dunning_hold", "account_payment", "dunning_interest_rate"}, tables, "nothing was noted")

    def _is_table(self, name):
        self.cr.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tablename = %s", [name])
        return bool(self.cr.fetchone())

    def _is_relation_of(self, name, known):
        """Links of watched records: who changes them writes the record as well."""
        self.cr.execute(
            """
            SELECT confrelid::regclass::text FROM pg_constraint
             WHERE conrelid = %s::regclass AND contype = 'f'
               AND NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = %s AND column_name = 'id')
            """,
            [name, name],
        )
        ends = {row[0].strip('"') for row in self.cr.fetchall()}
        return bool(ends & known)
