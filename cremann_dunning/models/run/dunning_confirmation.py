import logging
from dataclasses import replace

from odoo import api, fields, models
from odoo.fields import Domain

from ..dunning_inside import inside
from .dunning_progress import progress
from .dunning_run_context import RunContext

_logger = logging.getLogger(__name__)

CONFIRM_BATCH = 50
# What a draft says of the day it was made: brought up to date when it is issued, and no reason to make it anew.
OF_THE_DAY = ("date", "deadline", "run_id", "days_overdue")


class DunningConfirmation(models.AbstractModel):
    """Issues the drafts of a run, each after it was decided once more from the facts of now."""

    _name = "dunning.confirmation"
    _description = "Confirmation of a run"

    @api.model
    def _issue(self, run):
        """Issue the drafts batch by batch, committing between them, and close the run when none is left.

        Drafts that charge interest from an outdated table stay drafts unless somebody has agreed to that.

        :return: False when the time of the cron was over before all was done.
        """
        run.ensure_one()
        behind = inside(self.env, "dunning_job_behind", 0) + 1  # companies, this one among them
        checked = 0
        while drafts := self._next_drafts(run):
            self._confirm_batch(run, drafts)
            checked += len(drafts)
            left = self.env["dunning.letter"].search_count(self._waiting_drafts(run))
            if not progress(self.env, len(drafts), remaining=left + behind) and left:
                run._tell("letter.run_confirmed", checked=checked)
                return False
        self.env["dunning.figures"]._refresh(run.company_id)
        if not run.letter_ids.filtered(lambda letter: letter.state == "draft"):
            self.env["dunning.decision.register"]._retire_settled(run.company_id)
            self.env["dunning.decision.register"]._let_answers_follow(run)
            run.write({"state": "done", "confirmed_on": fields.Datetime.now()})
        run._tell("letter.run_confirmed", checked=checked)
        return True

    @api.model
    def _waiting_drafts(self, run):
        """The domain of the drafts that may be issued now."""
        rates = self.env["dunning.stale.rates"]
        domain = Domain("run_id", "=", run.id) & Domain("state", "=", "draft")
        if not rates._agreed() and (waiting := rates._waiting(run)):
            domain &= Domain("partner_id", "not in", waiting.partner_id.ids)
        if by_manager := run._waiting_for_manager():
            domain &= Domain("partner_id", "not in", by_manager.partner_id.ids)
        return domain

    @api.model
    def _next_drafts(self, run):
        """Drafts that nobody else is working on, locked for us."""
        letters, domain = self.env["dunning.letter"], self._waiting_drafts(run)
        first = letters.search(domain, limit=CONFIRM_BATCH, order="partner_id, id")
        # all letters to one debtor together: sent apart, the first would make the second too soon
        drafts = letters.search(domain & Domain("partner_id", "in", first.partner_id.ids), order="partner_id, id")
        return drafts.try_lock_for_update(allow_referencing=True)

    @api.model
    def _confirm_batch(self, run, drafts):
        """Decide again with the facts of now; what still holds is issued, what changed is made anew or dropped.

        Invoices are written last, so that nobody waits for one while letters are printed.
        """
        self.env["dunning.freshness"]._begin(run.company_id)
        outcomes = self.env["dunning.engine"]._decide_now(run.company_id, drafts, keep_debtors=True)
        ready = self._unchanged(run, drafts, outcomes)
        for letter in ready:
            letter._bring_up_to_today()
        changed = []
        plans = {
            letter: self._same_plan(letter, outcomes.get(letter.partner_id.id, (None, None))[1])
            for letter in drafts - ready
        }
        again = drafts.filtered(plans.get)
        notes = self.env["dunning.draft.notes"]._take(again) if again else {}
        for letter, plan in plans.items():
            debtor, outcome = outcomes.get(letter.partner_id.id, (None, None))
            if plan:
                letter._cancel(self.env._("Made anew: the facts changed after the proposal."), cause="anew")
                made, outcome = self._remake(run, plan, debtor, outcome)
                ready |= made
            else:
                letter._cancel(self._why_dropped(letter, outcome), cause="changed")
            if debtor:
                changed.append((debtor, outcome))
        self.env["dunning.draft.notes"]._bring(run, notes)
        rates = self.env["dunning.stale.rates"]
        if not rates._agreed() and (waiting := rates._waiting(run, ready)):
            ready = ready.filtered(lambda letter: letter.partner_id not in waiting.partner_id)
        self.env["dunning.invoice.copies"]._ready(ready)._issue()
        debtors, answers = [debtor for debtor, _outcome in changed], [outcome for _debtor, outcome in changed]
        today, register = run.company_id._dunning_today(), self.env["dunning.decision.register"]
        register._enter(run.company_id, today, debtors, answers, run)

    @api.model
    def _unchanged(self, run, drafts, outcomes):
        """Those of these drafts that would come out the same now: every line, sum and rule, who gets it and how.

        :param outcomes: ``(debtor, outcome)`` of this moment per commercial partner id.
        """
        plans = [
            (letter, self._same_plan(letter, outcomes.get(letter.partner_id.id, (None, None))[1])) for letter in drafts
        ]
        plans = [(letter, plan) for letter, plan in plans if plan]
        if not plans:
            return drafts.browse()
        context = RunContext(run, [outcomes[letter.partner_id.id][1] for letter, _plan in plans], past_gate=True)
        letters, vals_list = [], []
        for letter, plan in plans:
            try:
                vals = self.env["dunning.draft"]._prepare_vals(plan, outcomes[letter.partner_id.id][0], context)
            except Exception:  # made anew, which says what is wrong on its decision
                _logger.info("Draft %s cannot be made again as it is", letter.id)
                continue
            letters.append(letter.id)
            vals_list.append(vals)
        same = self.env["dunning.draft"]._same_as(drafts, vals_list, apart=OF_THE_DAY)
        return drafts.browse(id_ for index, id_ in enumerate(letters) if same.get(index) == id_)

    @api.model
    def _same_plan(self, letter, outcome):
        """The fresh plan for the same debtor, currency and level, if there still is one."""
        plans = outcome.letters if outcome else ()
        return next(
            (p for p in plans if p.currency == letter.currency_id.name and p.level.id == letter.level_id.id), None
        )

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
