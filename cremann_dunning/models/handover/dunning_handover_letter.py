from dataclasses import replace

from odoo import Command, api, models
from odoo.exceptions import UserError

from ...engine import rules
from ...engine.decide import decide
from ...engine.outcome import Decision, LetterPlan, Outcome
from ...engine.recipient import choose
from ..dunning_money import exact
from ..letter.dunning_last_look import Why
from ..letter.dunning_letter_answer_mixin import OVER
from ..rules.regime_map import RegimeError
from ..run.dunning_progress import progress
from ..run.dunning_run_context import RunContext
from .dunning_handover import WITH_PARTY

# So many letters a job makes before it lets others have their turn.
BATCH = 50


class DunningHandoverLetter(models.AbstractModel):
    """The letter that follows from a hand-over, once: that of the level whose turn it is, or else one that is no step.

    Both have the same text. It says who has the file and how to reach him, asks nothing and announces nothing.
    """

    _name = "dunning.handover.letter"
    _description = "Letters about hand-overs"

    @api.model
    def _draft(self, handovers):
        """Draft the letters of these hand-overs that want one; why one cannot be made its owner is told."""
        # sudo: letters are evidence, written by the system; whoever handed over had the right to it
        for handover in handovers.sudo().filtered(lambda one: one.letter_wanted and one.state == WITH_PARTY):
            handover.letter_wanted = False
            try:
                with self.env.cr.savepoint():
                    handover.letter_id = self._make(handover)
            except (UserError, RegimeError) as error:
                handover.activity_schedule(
                    "mail.mail_activity_data_warning",
                    summary=self.env._("The letter to the debtor could not be made: %s", str(error)),
                    user_id=(handover.owner_id or handover.user_id).id or self.env.uid,
                )

    @api.model
    def _cron_draft(self):
        """Draft what many hand-overs at once left to be drafted."""
        waiting = self.env["dunning.handover"].search([("letter_wanted", "=", True)], limit=BATCH + 1)
        for company, own in waiting[:BATCH].grouped("company_id").items():
            this = self.with_company(company).with_context(lang=company._dunning_lang())
            this._draft(own.with_env(this.env))
        left = len(waiting) > BATCH
        progress(self.env, len(waiting[:BATCH]), remaining=int(left))

    @api.model
    def _drop(self, handovers):
        """Letters about hand-overs that were recalled do not leave any more."""
        letters = handovers.letter_id.filtered(lambda letter: letter.state in ("draft", "issued", "failed"))
        letters._cancel(self.env._("The hand-over was recalled before the letter left."), cause="changed")

    @api.model
    def _make(self, handover):
        """The draft of one letter. :raises UserError, RegimeError: why there can be none."""
        company, partner = handover.company_id, handover.partner_id.commercial_partner_id
        debtors, question = self.env["dunning.asked"]._facts_now(company, partner.ids, ())
        debtor = next((one for one in debtors if one.partner_id == partner.id), None)
        rows = {row.claim_id.move_line_id.id: row for row in handover.line_ids}
        claims = [claim for claim in debtor.claims if claim.line_id in rows] if debtor else []
        if len(claims) < len(rows):
            raise UserError(self.env._("What was handed over is not open any more."))
        due = self._due(debtor, question)
        decisions = tuple(self._decision(claim, rows[claim.line_id], due) for claim in claims)
        steps = {(decision.claim.procedure, decision.level) for decision in decisions}
        if len(steps) == 1 and decisions[0].level:
            return self._of_level(handover, debtor, decisions, question)
        return self._without_level(handover, debtor, decisions)

    @api.model
    def _due(self, debtor, question):
        """The levels of a hand-over that are due of these claims, as if they were with nobody: by line id."""
        free = replace(debtor, claims=tuple(replace(claim, handed_over=None) for claim in debtor.claims))
        outcome = decide(free, question.procedures, question.as_of, house=question.house)
        return {
            decision.claim.line_id: decision.level
            for decision in outcome.decisions
            if decision.code == "HANDOVER_DUE" and decision.level.has_text
        }

    @api.model
    def _decision(self, claim, row, due):
        """What the letter asks for one claim; its level is that of the hand-over where that is due."""
        level = due.get(claim.line_id)
        return Decision(claim, "LETTER", {}, level, open=exact(row.principal, row.currency_id))

    @api.model
    def _of_level(self, handover, debtor, decisions, question):
        first = decisions[0]
        recipient = choose(debtor, first.level, question.house, [decision.claim for decision in decisions])
        if recipient is None:
            raise UserError(self.env._("Nobody at %s can be reached.", handover.partner_id.display_name))
        procedure = question.procedures[first.claim.procedure]
        plan = LetterPlan(
            debtor.partner_id, first.claim.currency, procedure, first.level, recipient.channel, decisions, recipient
        )
        return self.env["dunning.draft"]._make_by_hand(handover.company_id, plan, debtor)

    @api.model
    def _without_level(self, handover, debtor, decisions):
        """A letter that moves no claim: its lines reach no level."""
        answering, company = self.env["dunning.answering"], handover.company_id
        case = handover.case_id
        head = answering._head_to(case, handover.currency_id, case.reader_lang, case._tone())
        run = self.env["dunning.run"].new({"company_id": company.id, "user_id": self.env.uid})
        run.date = company._dunning_today()
        any_level = self.env["dunning.level"].browse()
        plan = LetterPlan(debtor.partner_id, decisions[0].claim.currency, None, any_level, head["channel"], decisions)
        context = RunContext(run, [Outcome(decisions, (plan,))], by_hand=True)
        rows = {row.claim_id.move_line_id.id: row for row in handover.line_ids}
        lines = []
        for decision in decisions:
            row = rows[decision.claim.line_id]
            interest, costs = (exact(row[name], row.currency_id) for name in ("interest", "costs"))
            lines.append(
                context.line_vals(
                    replace(decision, code="LISTED"),  # it reaches no level
                    True,
                    {decision.claim.line_id: (interest, False)},
                    {decision.claim.line_id: (costs, 0)},
                )
            )
        sums = {name: sum(handover.line_ids.mapped(name)) for name in ("principal", "interest", "costs", "total")}
        vals = head | {
            "legal_type": rules.HANDOVER,
            "answer": OVER,
            "answer_numbers": ", ".join(dict.fromkeys(handover.line_ids.mapped("number"))),
            "line_ids": [Command.create(line) for line in lines],
            **{f"amount_{name}": amount for name, amount in sums.items()},
        }
        return self.env["dunning.letter"].create(self.env["dunning.draft"]._with_claims(vals))

    @api.model
    def _overtaken(self, letters):
        """Why those of these letters about hand-overs should not leave: ``{letter: Why}``."""
        found, look = {}, self.env["dunning.last.look"]
        letters.handover_ids.line_ids.claim_id.invalidate_recordset(["amount_open"])  # as of this moment
        for letter in letters:
            handover = letter.handover_ids[:1]
            rows = handover.line_ids.filtered("is_frozen")
            changed = any(
                exact(row.claim_id.amount_open, row.currency_id) < exact(row.principal, row.currency_id) for row in rows
            )
            if handover.state != WITH_PARTY or letter.line_ids.claim_id - rows.claim_id:
                found[letter] = Why("changed", self.env._("Not sent: what it tells of is with the party no longer."))
            elif changed:
                reason = self.env._("Not sent: something of it was paid or credited after the hand-over.")
                found[letter] = Why("changed", reason)
            else:
                for cause, lost in (
                    ("other_debtor", look._lost_debtor),
                    ("contact_gone", look._lost_contact),
                    ("address_changed", look._lost_address),
                ):
                    if reason := lost(letter):
                        found[letter] = Why(cause, reason)
                        break
        return found
