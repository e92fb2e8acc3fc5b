import json
from datetime import date

from odoo import api, models

from ...engine.reasons import FOR_SOMEBODY
from ..dunning_inside import inside
from ..run.dunning_decision_register import ANNOUNCED
from ..run.dunning_freshness import AT_ONCE
from .dunning_figures import OTHER, PLACES


class DunningGlance(models.AbstractModel):
    """What is answered now of debtors whose answers are old, for whoever looks at a list of cases; it is not written.

    The job of every minute writes it, and whoever opens one of these cases. Of more debtors than anybody would wait
    for nothing is said until the job has asked: what holds no longer is not shown as if it did.
    """

    _name = "dunning.glance"
    _description = "Answers of now for a list"

    @api.model
    def _over(self, places):
        """Keep with the question of a screen what is answered now of whom it is old.

        :param places: as for ``dunning.freshness._bring``.
        """
        look, freshness = inside(self.env, "dunning_fresh"), self.env["dunning.freshness"]
        job_comes = freshness._job_comes()
        for company in self.env["res.company"].browse(places).filtered(lambda company: company.dunning_mode != "off"):
            if not job_comes:
                self.env["dunning.receipt.look"]._bring(company)
            stale = freshness._stale(company, places[company.id])
            if len(stale) <= AT_ONCE:
                look.answers[company.id] = self._answers(company, stale)
            elif job_comes:
                look.answers[company.id] = dict.fromkeys(stale, ())
            else:  # nobody else will ask
                freshness._bring({company.id: places[company.id]}, figures=False)
        if not job_comes:
            freshness._bring_figures(answers=True)

    @api.model
    def _answers(self, company, partner_ids):
        """The values of decisions that would be in force now: ``{partner id: [vals]}``, nothing of whom none is."""
        found = {partner_id: [] for partner_id in partner_ids}
        if not partner_ids:
            return found
        try:
            with self.env.cr.savepoint():
                debtors, outcomes = self.env["dunning.engine"]._answers_now(company, partner_ids)
                for vals in self._values(company, debtors, outcomes):
                    found[vals["partner_id"]].append(vals)
        except self.env["dunning.letter"]._business_errors():
            return found  # what is wrong is said where somebody opens the case
        return found

    @api.model
    def _values(self, company, debtors, outcomes):
        """As they would be entered, see ``dunning.decision.register``."""
        register, today = self.env["dunning.decision.register"], company._dunning_today()
        prepare = register._preparer(company, today, outcomes)
        chosen = [
            (debtor, decision)
            for debtor, outcome in zip(debtors, outcomes, strict=True)
            for decision in outcome.decisions
        ]
        held = self.env["dunning.decision"]._held([decision.claim.line_id for _debtor, decision in chosen])
        for debtor, decision in chosen:
            vals, old = prepare(debtor, decision), held.get(decision.claim.line_id)
            if old and (old["code"], decision.code) in ANNOUNCED and register._still_announced(old, decision, today):
                kept = {name: old[name] for name in ("code", "level_id", "next_date")}
                vals |= kept | {"params": json.loads(old["params"] or "{}"), "outcome": "send"}
            yield vals | {"due_date": decision.claim.due_date}

    @api.model
    def _sentences(self, cases):
        """Of these cases what is said of those whose answers stand nowhere yet: ``{case: text}``."""
        look, found = inside(self.env, "dunning_fresh"), {}
        for case in cases if look and look.answers else ():
            own = look.answers.get(case.company_id.id, {}).get(case.partner_id.id)
            if own is not None:
                found[case] = self._sentence(min(own, key=_place, default=None))
        return found

    @api.model
    def _sentence(self, vals):
        said = vals and {name: vals[name] for name in ("code", "params", "number")}
        return self.env["dunning.decision"].new(said).explanation if said else False


def _place(vals):
    """As ``dunning.figures`` has it: what waits for somebody is not hidden by what goes by itself."""
    return (
        vals["code"] not in FOR_SOMEBODY,
        PLACES.get(vals["outcome"], OTHER),
        vals["next_date"] or date.max,
        vals["due_date"] or date.max,
        vals["move_id"],
        vals["move_line_id"],
    )
