from odoo import api, models

from ...engine import turns


class DunningFirmDay(models.AbstractModel):
    """Who gets the places of a day, where a company makes only so many contacts in one."""

    _name = "dunning.firm.day"
    _description = "Contacts of a day"

    @api.model
    def _given(self, run, batches, known):
        """How many letters of the run each debtor gets, the most urgent first; None where the company has no limit.

        All debtors are decided on once before, since the most urgent may be in the last batch.

        :param batches: lists of commercial partner ids. :param known: the rules that were read, see ``dunning.engine``.
        :return: ``{partner id: number}``.
        """
        if not run.company_id.dunning_firm_max:
            return None
        asked = []
        for partner_ids in batches:
            drafts = self.env["dunning.proposal"]._own_drafts(run, [("partner_id", "in", partner_ids)])
            asked += self._asked(run, partner_ids, drafts, known)
        wanted = [partner_id for partner_ids in batches for partner_id in partner_ids]
        drafts = self.env["dunning.proposal"]._own_drafts(run, [("partner_id", "in", wanted)])
        return turns.give(asked, self.env["dunning.reaching"]._room(run.company_id, run.date, drafts.ids))

    @api.model
    def _asked(self, run, partner_ids, drafts, known):
        gather, engine = self.env["dunning.gather"], self.env["dunning.engine"]
        debtors = gather.facts(run.company_id, run.date, partner_ids, without_letters=drafts, look=False)
        procedures, house = engine._rules(run.company_id, debtors, known)
        debtors, outcomes = engine._decide_all(debtors, procedures, run.date, run.automatic, house)
        return [
            (turns.urgency(outcome), debtor.partner_id, len(outcome.letters))
            for debtor, outcome in zip(debtors, outcomes, strict=True)
            if outcome.letters
        ]
