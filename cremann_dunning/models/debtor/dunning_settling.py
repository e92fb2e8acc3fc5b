from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..dunning_money import exact, written


class Given(NamedTuple):
    """What somebody settles: the outcome, what is credited now, why in words, the last day to pay what is left; of a
    plan its number of instalments and first day; and what was disputed when he saw it."""

    outcome: str
    credit: Decimal
    words: str
    pay_by: date | None
    instalments: int
    first_date: date | None
    seen: Decimal


# What the letter says by outcome, see dunning_letter_answer_mixin.
ANSWER = {"accepted": "credited", "partly": "credited", "rejected": "declined", "settled": "plan"}


class DunningSettling(models.AbstractModel):
    """Settles a dispute in one act: the credit note, the plan over what is left, the end of the dispute and the letter
    that says so. All of it is one transaction: what cannot be done undoes the rest."""

    _name = "dunning.settling"
    _description = "Settling of disputes"

    @api.model
    def _settle(self, dispute, given):
        """Carry out what was agreed, or decline.

        :param given: ``Given``. :return: the letter, issued. :raises UserError: why not; nothing of it is done then.
        """
        dispute.ensure_one()
        dispute.check_access("write")
        dispute.company_id._dunning_require_on()
        if silence := self.env["dunning.insolvency"]._why_silent(dispute):
            raise UserError(silence)
        left = self._lock(dispute, given.seen)
        self._check(dispute, given, left)
        notes = self._credit(dispute, given.credit)
        credited = left.credited + given.credit
        self._close(dispute, given.outcome, credited)
        rest = left.open - given.credit
        plan = self._plan(dispute, given, rest)
        if given.pay_by and not plan and rest:
            self._wait(dispute, given.pay_by)
        return self.env["dunning.answering"]._make(
            dispute,
            {
                "answer": ANSWER[given.outcome],
                "answer_words": given.words.strip(),
                "answer_credit_notes": ", ".join(notes.mapped("name")),
                "amount_credited": float(credited),
                "amount_principal": float(rest),
                "amount_total": float(rest),
                "deadline": given.pay_by if rest and not plan else False,
                "plan_id": plan.id,
            },
        )

    # -- may it be ------------------------------------------------------------------------------------------------

    @api.model
    def _lock(self, dispute, seen):
        """Nobody closes, pays or credits it meanwhile. :return: ``Disputed`` of this moment."""
        dispute.lock_for_update(allow_referencing=True)
        dispute.invalidate_recordset()
        if dispute.state != "open":
            raise UserError(
                self.env._(
                    "%(who)s closed this dispute meanwhile, so nothing was done. Look at what was answered, and reopen "
                    "it when that is not right.",
                    who=dispute.closed_by_id.name or self.env._("Somebody"),
                )
            )
        dispute._items().lock_for_update(allow_referencing=True)
        left = dispute._left()
        if left.amount != seen:
            raise UserError(
                self.env._(
                    "It was paid, credited or changed meanwhile: %(now)s of it is in dispute, and it was %(then)s when "
                    "you opened this window. Nothing was done; open it again.",
                    now=written(self.env, left.amount, dispute.currency_id),
                    then=written(self.env, seen, dispute.currency_id),
                )
            )
        return left

    @api.model
    def _check(self, dispute, given, left):
        """:raises UserError: what is given cannot be, and what to do."""
        if not dispute.move_ids:
            raise UserError(self.env._("The invoices of this dispute are gone. Close it without a letter."))
        if len(dispute.move_ids.company_id) != 1 or len(dispute._currencies()) != 1:
            raise UserError(
                self.env._("Its invoices are in several currencies or companies. Make a dispute of each, then answer.")
            )
        if not given.words.strip():
            raise UserError(self.env._("Say why, in a sentence that the debtor reads."))
        if exact(float(given.credit), dispute.currency_id) != given.credit or given.credit < 0:
            raise UserError(self.env._("What is credited is an amount above zero, in whole cents."))
        getattr(self, f"_check_{given.outcome}")(dispute, given, left)

    @api.model
    def _check_accepted(self, dispute, given, left):
        if given.credit != left.amount:
            raise UserError(
                self.env._(
                    "The debtor is right, so all that is disputed is credited: %s. Choose that he is partly right to "
                    "credit less.",
                    written(self.env, left.amount, dispute.currency_id),
                )
            )
        if not given.credit and not left.credited:
            raise UserError(
                self.env._("Nothing of it is open and nothing was credited: it was paid. Close the dispute instead.")
            )

    @api.model
    def _check_partly(self, dispute, given, left):
        if not 0 < given.credit < left.amount and not (left.credited and not given.credit and left.amount):
            raise UserError(
                self.env._(
                    "Credit more than nothing and less than what is disputed: %s.",
                    written(self.env, left.amount, dispute.currency_id),
                )
            )
        self._check_day(dispute, given, left)

    @api.model
    def _check_rejected(self, dispute, given, left):
        if given.credit:
            raise UserError(self.env._("Who is not right gets no credit note. Choose another outcome to credit."))
        if not left.open:
            raise UserError(
                self.env._("Nothing of it is open any more, so nothing is asked. Close the dispute instead.")
            )
        self._check_day(dispute, given, left)

    @api.model
    def _check_settled(self, dispute, given, left):
        if given.credit >= left.open or given.credit > left.amount:
            raise UserError(
                self.env._(
                    "Credit at most what is disputed (%s), and leave something to pay in instalments.",
                    written(self.env, left.amount, dispute.currency_id),
                )
            )
        if not given.instalments or not given.first_date:
            raise UserError(self.env._("Enter in how many instalments the rest is paid, and the day of the first."))

    @api.model
    def _check_day(self, dispute, given, left):
        today = dispute.company_id._dunning_today()
        if left.open > given.credit and (not given.pay_by or given.pay_by <= today):
            raise UserError(self.env._("Enter the last day to pay what is left, after today."))

    # -- doing it -------------------------------------------------------------------------------------------------

    @api.model
    def _credit(self, dispute, amount):
        """Credit this much of the invoices, the oldest first. :return: the credit notes."""
        if not amount:
            return self.env["account.move"]
        amounts = defaultdict(Decimal)
        for item in dispute._items():
            part = min(exact(item.amount_residual_currency, item.currency_id), amount)
            if part > 0:
                amounts[item.move_id] += part
                amount -= part
        told = dispute.with_context(lang=dispute.reader_lang)
        reason = told._reasons()[dispute.reason]
        return self.env["dunning.crediting"]._credit(amounts, reason, dispute.company_id._dunning_today())

    @api.model
    def _close(self, dispute, outcome, credited):
        dispute.outcome = outcome
        dispute._by_system().amount_credited = float(credited)
        dispute.action_close()

    @api.model
    def _plan(self, dispute, given, rest):
        """The plan over what is left; none where nobody asked for it."""
        plans = self.env["dunning.payment.plan"]
        if given.outcome != "settled":
            return plans
        moves = dispute._items().filtered("amount_residual_currency").move_id
        plan = plans.create(
            {
                "case_id": dispute.case_id.id,
                "move_ids": [Command.set(moves.ids)],
                "currency_id": dispute.currency_id.id,
                "amount": float(rest),
                "instalment_count": given.instalments,
                "first_date": given.first_date,
                "note": given.words,
            }
        )
        plan.action_make_instalments()
        plan.action_agree()
        dispute._by_system().plan_id = plan
        # whoever settles has agreed; the debtor confirms the same words on his page
        self.env["dunning.agreement.receipt"]._make(plan)._confirm_by_firm()
        return plan

    @api.model
    def _wait(self, dispute, day):
        """What the letter asks by a day is not asked again before: then the steps go on where they were."""
        moves = dispute._items().filtered(lambda item: item.amount_residual_currency > 0).move_id
        reason = self.env._("Our answer asks to pay by %s", format_date(self.env, day))
        self.env["dunning.hold"].create(
            [
                {
                    "partner_id": dispute.partner_id.id,
                    "move_id": move.id,
                    "company_id": dispute.company_id.id,
                    "reason": reason,
                    "date_until": day,
                }
                for move in moves
            ]
        )
