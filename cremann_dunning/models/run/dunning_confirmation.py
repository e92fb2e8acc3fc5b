from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..dunning_money import exact
from ..rules.regime_map import RegimeError
from .dunning_progress import progress

CONFIRM_BATCH = 50


class DunningConfirmation(models.AbstractModel):
    """Issues the drafts of a run, each after it was decided once more from the facts of now."""

    _name = "dunning.confirmation"
    _description = "Confirmation of a run"

    @api.model
    def _issue(self, run):
        """Issue the drafts batch by batch, committing between them, and close the run when none is left.

        Drafts that charge interest from an outdated table stay drafts unless somebody has agreed to that.
        """
        run.ensure_one()
        while drafts := self._next_drafts(run):
            self._confirm_batch(run, drafts)
            if not progress(self.env, len(drafts)):
                return
        self.env["dunning.figures"]._refresh(run.company_id)
        if not run.letter_ids.filtered(lambda letter: letter.state == "draft"):
            run.write({"state": "done", "confirmed_on": fields.Datetime.now()})

    @api.model
    def _next_drafts(self, run):
        """Drafts that nobody else is working on, locked for us."""
        letters, rates = self.env["dunning.letter"], self.env["dunning.stale.rates"]
        domain = Domain("run_id", "=", run.id) & Domain("state", "=", "draft")
        if not rates._agreed() and (waiting := rates._waiting(run)):
            domain &= Domain("partner_id", "not in", waiting.partner_id.ids)
        if by_manager := run._waiting_for_manager():
            domain &= Domain("partner_id", "not in", by_manager.partner_id.ids)
        first = letters.search(domain, limit=CONFIRM_BATCH, order="partner_id, id")
        # all letters to one debtor together: sent apart, the first would make the second too soon
        drafts = letters.search(domain & Domain("partner_id", "in", first.partner_id.ids), order="partner_id, id")
        return drafts.try_lock_for_update(allow_referencing=True)

    @api.model
    def _confirm_batch(self, run, drafts):
        """Decide again with the facts of now; what still holds is issued, what changed is made anew or dropped.

        Invoices are written last, so that nobody waits for one while letters are printed.
        """
        outcomes = self.env["dunning.engine"]._decide_now(run.company_id, drafts, keep_debtors=True)
        ready = self.env["dunning.letter"]
        changed = []
        for letter in drafts:
            debtor, outcome = outcomes.get(letter.partner_id.id, (None, None))
            plan = self._same_plan(letter, outcome)
            asked = {d.claim.line_id: d.open for d in plan.decisions if d.code != "LISTED"} if plan else None
            if plan and letter._asked() == asked and self._interest_holds(letter) and self._same_way(letter, plan):
                letter._bring_up_to_today()
                ready |= letter
                continue
            if plan:
                letter._cancel(self.env._("Made anew: the facts changed after the proposal."))
                made, outcome = self._remake(run, plan, debtor, outcome)
                ready |= made
            else:
                letter._cancel(self._why_dropped(letter, outcome))
            if debtor:
                changed.append((debtor, outcome))
        rates = self.env["dunning.stale.rates"]
        if not rates._agreed() and (waiting := rates._waiting(run, ready)):
            ready = ready.filtered(lambda letter: letter.partner_id not in waiting.partner_id)
        self.env["dunning.invoice.copies"]._ready(ready)._issue()
        debtors, answers = [debtor for debtor, _outcome in changed], [outcome for _debtor, outcome in changed]
        today, register = run.company_id._dunning_today(), self.env["dunning.decision.register"]
        register._enter(run.company_id, today, debtors, answers, run)

    @api.model
    def _interest_holds(self, letter):
        """Whether the interest on a draft is what the rates say today; both may have changed since the proposal."""
        if not letter.amount_interest:
            return True
        today, regime = letter.company_id._dunning_today(), letter.regime_id
        agreed = regime._agreed_rate(letter.company_id)
        try:
            interest = sum(
                regime.interest(line.amount_open, line.interest_from - timedelta(days=1), today, agreed).total
                for line in letter.line_ids
                if line.interest_from
            )
        except RegimeError:
            return False  # made anew, which puts the error on its decision
        return interest == exact(letter.amount_interest, letter.currency_id)

    @api.model
    def _same_plan(self, letter, outcome):
        """The fresh plan for the same debtor, currency and level, if there still is one."""
        plans = outcome.letters if outcome else ()
        return next(
            (p for p in plans if p.currency == letter.currency_id.name and p.level.id == letter.level_id.id), None
        )

    @api.model
    def _same_way(self, letter, plan):
        """Whether the letter goes to the contact and by the way that would be chosen now."""
        contact = plan.recipient.contact.id if plan.recipient else plan.partner_id
        return letter.contact_id.id == contact and letter.channel == plan.channel

    @api.model
    def _why_dropped(self, letter, outcome):
        decision = next(
            (
                d
                for d in (outcome.decisions if outcome else ())
                if d.claim.line_id in letter.line_ids.move_line_id.ids and d.code != "LETTER"
            ),
            None,
        )
        if decision is None:
            return self.env._("Not sent: nothing on it is due any more.")
        return self.env._("Not sent: %s", self.env["dunning.decision.register"]._sentence(decision, letter.company_id))

    @api.model
    def _remake(self, run, plan, debtor, outcome):
        """A new draft in the place of one whose facts changed: ``(letters, outcome)``."""
        before = run.letter_ids
        answers = self.env["dunning.proposal"]._make_letters(run, [debtor], [replace(outcome, letters=(plan,))])
        run.invalidate_recordset(["letter_ids"])
        return run.letter_ids - before, answers[0]
