from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...engine import decide as engine
from ...engine.facts import Promise

# Whoever could not be asked on the day on which a promise turned out broken, since a receipt was not booked or the bank
# was behind, is asked within so many days after it.
ASKED_WITHIN = 7
STANDING = ("draft", "waiting", "to_post", "sending", "sent")


class DunningAgreementLetters(models.AbstractModel):
    """Which letters about agreements are due, and making them: once per promise, once per missed instalment."""

    _name = "dunning.agreement.letters"
    _description = "Letters about agreements that are due"

    @api.model
    def _standing(self, agreements):
        """Letters about these agreements that stand, so that something waits for them: ``{agreement: letters}``."""
        name = self._link(agreements)
        # sudo: facts, for whoever asks about the agreement
        letters = self.env["dunning.agreement.letter"].sudo()
        letters = letters.search([(name, "in", agreements.ids), ("state", "in", STANDING)])
        return defaultdict(letters.browse, {one: own.sudo() for one, own in letters.grouped(name).items()})

    @api.model
    def _link(self, agreements):
        return {"dunning.promise": "promise_id", "dunning.payment.plan": "plan_id"}[agreements._name]

    @api.model
    def _follow_agreements(self):
        """Letters go along with what they are about to the case of another debtor, see ``dunning.moving``."""
        self.env.flush_all()
        for table, column in (("dunning_promise", "promise_id"), ("dunning_payment_plan", "plan_id")):
            self.env.cr.execute(
                SQL(
                    "UPDATE dunning_agreement_letter k SET case_id = a.case_id, partner_id = a.partner_id"
                    "  FROM %s a WHERE a.id = k.%s AND k.case_id <> a.case_id",
                    SQL.identifier(table),
                    SQL.identifier(column),
                )
            )

    # -- what is due ----------------------------------------------------------------------------------------------

    @api.model
    def _ask(self, company):
        """Ask debtors why a promise was not kept, before the steps go on: those that broke in the last days."""
        patience, today = company._dunning_patience("promise"), company._dunning_today()
        if patience.answer is None:
            return
        promises = self.env["dunning.promise"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "broken"),
                ("decided_on", ">", today - timedelta(days=ASKED_WITHIN)),
                ("letter_ids", "=", False),
            ]
        )
        promises = promises.filtered(lambda promise: patience.writes_on(promise.date) <= today)
        ledger = promises._ledger()
        missing = {promise: promise._exact(promise.amount) - ledger[promise.id].paid for promise in promises}
        self._make(
            company,
            {
                promise: {"kind": "promise", "promise_id": promise.id, "amount": float(amount)}
                for promise, amount in missing.items()
                if amount > 0
            },
        )

    @api.model
    def _remind(self, company, missed):
        """Remind of instalments that did not come in, each once; of several of a plan together.

        :param missed: ``{plan: [(date, open Decimal), ...]}``.
        """
        plans = self.env["dunning.payment.plan"].browse().union(*missed)
        # sudo: whether there is one, whatever became of it
        letters = self.env["dunning.agreement.letter"].sudo().search([("plan_id", "in", plans.ids)])
        had = {(letter.plan_id, letter.instalment_on) for letter in letters if letter.since == letter.plan_id.agreed_on}
        self._make(
            company,
            {
                plan: {
                    "kind": "instalment",
                    "plan_id": plan.id,
                    "instalment_on": parts[-1][0],
                    "since": plan.agreed_on,
                    "amount": float(sum(amount for _day, amount in parts)),
                }
                for plan, parts in missed.items()
                if (plan, parts[-1][0]) not in had
            },
        )

    @api.model
    def _writable(self, company, agreements):
        """Those of these agreements about which their debtor may be written to today; see ``may_write_about``."""
        owners = agreements.partner_id.commercial_partner_id
        if not owners:
            return agreements
        debtors, question = self.env["dunning.asked"]._facts_now(company, owners.ids, ("draft", "issued"))
        known = {debtor.partner_id: debtor for debtor in debtors}
        return agreements.filtered(
            lambda one: (
                (debtor := known.get(one.partner_id.commercial_partner_id.id))
                and engine.may_write_about(debtor, self._fact(one), question)
            )
        )

    @api.model
    def _fact(self, agreement):
        named, day = frozenset(agreement._named()), agreement.company_id._dunning_today()
        since = None if named else agreement._window()[0]
        return Promise(day, day, agreement._exact(agreement.amount), agreement.currency_id.name, named, since)

    # -- making them ----------------------------------------------------------------------------------------------

    @api.model
    def _make(self, company, vals_by_agreement):
        """Make these letters; they leave at once where follow-up works by itself, else when somebody sends them.

        Nothing is made while the bank is behind: the money may be there. What stands in the way today need not
        tomorrow.
        """
        if not vals_by_agreement or self._bank_behind(company):
            return
        agreements = next(iter(vals_by_agreement)).browse().union(*vals_by_agreement)
        agreements = self._writable(company, agreements)
        # sudo: letters are written by the system
        letters = self.env["dunning.agreement.letter"].sudo()
        letters = letters.create([letters._prepare(one, vals_by_agreement[one]) for one in agreements])
        by_itself = letters.filtered(lambda letter: company.dunning_automatic and not letter.case_id.by_hand)
        by_itself._leave()
        (letters - by_itself)._ask_to_send()
        agreements._redecide()

    @api.model
    def _bank_behind(self, company):
        house = company._dunning_house()
        return house.bank_behind(company._dunning_today())
