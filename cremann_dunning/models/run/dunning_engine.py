import logging
from dataclasses import replace
from functools import partial

from odoo import api, models

from ...engine import decide as engine
from ...engine import turns
from ..dunning_inside import inside

_logger = logging.getLogger(__name__)


class DunningEngine(models.AbstractModel):
    """Asks the engine about debtors of one company: by which rules, and what it answers from the facts of now."""

    _name = "dunning.engine"
    _description = "Questions to the engine"

    @api.model
    def _rules(self, company, debtors, known=None):
        """What the engine decides by for these debtors: the procedures by id, and what holds for the company.

        :param known: rules that were read before, by id of their procedure and ``house``; new ones are added.
        """
        known = {} if known is None else known
        claims = [claim for debtor in debtors for claim in debtor.claims]
        ids = {claim.procedure for claim in claims if claim.procedure}
        ids |= {claim.returned.procedure for claim in claims if claim.returned and claim.returned.procedure}
        for procedure in self.env["dunning.procedure"].sudo().browse(ids - set(known)):
            known[procedure.id] = procedure._engine_procedure(company)
        if "house" not in known:
            known["house"] = company._dunning_house()
        return {id_: known[id_] for id_ in ids}, known["house"]

    @api.model
    def _decide(self, debtor, procedures, as_of, automatic_only=False, house=engine.ANY_HOUSE):
        """The engine's answer; what goes wrong with one debtor stands on its decisions and the others go on."""
        try:
            return engine.decide(debtor, procedures, as_of, automatic_only, house)
        except Exception as error:  # pure code without a database: nothing that has to be rolled back
            _logger.exception("Dunning: no decision for debtor %s", debtor.partner_id)
            decisions = tuple(
                engine.Decision(claim, "ERROR", {"message": str(error)}, open=claim.residual, outside=True)
                for claim in debtor.claims
                if claim.is_overdue(as_of)
            )
            return engine.Outcome(decisions, (), engine.Question(as_of, automatic_only, house, procedures))

    @api.model
    def _decide_all(self, debtors, procedures, as_of, automatic_only, house, given=None, room=None):
        """The answers about several debtors, where limits hold for some of them together, see ``engine.turns``.

        :param given: per partner id how many letters the company still sends him today; None where it has no limit,
            and without an entry none. :param room: how many letters it still sends all of them.
        :return: ``([debtor], [outcome])``, the debtors with the facts that hold.
        """
        ask = partial(self._decide, procedures=procedures, as_of=as_of, automatic_only=automatic_only, house=house)
        debtors, outcomes = turns.allot(debtors, [ask(debtor) for debtor in debtors], ask, room)
        for place, outcome in enumerate(outcomes if given is not None else ()):
            places = given.get(debtors[place].partner_id, 0)
            if len(outcome.letters) > places:
                debtors[place] = replace(debtors[place], places=places)
                outcomes[place] = ask(debtors[place])
        return debtors, outcomes

    @api.model
    def _decide_now(self, company, letters, keep_debtors=False, all_rests=False):
        """Fresh decisions for the debtors of these letters, with the letters left out of the facts.

        What has its place among the contacts of a day keeps it: the limit of the company is looked at where letters
        are proposed, and a person who confirms sees how busy the house is.

        :param all_rests: as for ``dunning.gather.facts``.
        :return: per commercial partner id the outcome, or ``(debtor, outcome)``.
        """
        gather, today = self.env["dunning.gather"].sudo(), company._dunning_today()
        debtors = gather.facts(company, today, letters.partner_id.ids, without_letters=letters, all_rests=all_rests)
        procedures, house = self._rules(company, debtors)
        # the daily job confirms what it proposed: what held back its letters then holds them back now
        alone = bool(inside(self.env, "dunning_daily_job"))
        debtors, outcomes = self._decide_all(debtors, procedures, today, alone, house)
        return {
            debtor.partner_id: (debtor, outcome) if keep_debtors else outcome
            for debtor, outcome in zip(debtors, outcomes, strict=True)
        }

    @api.model
    def _answers_now(self, company, partner_ids, look=False):
        """The facts of these debtors and the engine's answers, as they would be in force; nothing is written of them.

        :param look: as for ``dunning.gather.facts``. :return: ``([debtor], [outcome])``.
        """
        today = company._dunning_today()
        debtors = self.env["dunning.gather"].sudo().facts(company, today, partner_ids, look=look)
        procedures, house = self._rules(company, debtors)
        given = {} if self.env["dunning.reaching"]._room(company, today) == 0 else None
        debtors, outcomes = self._decide_all(debtors, procedures, today, False, house, given)
        # sudo: what was stopped before, whoever asks
        return debtors, self.env["dunning.freshness"].sudo()._still_refused(company, debtors, outcomes)

    @api.model
    def _redecide(self, company, partners):
        """Bring the decisions of these debtors up to date after something happened to them outside a run."""
        today = company._dunning_today()
        debtors, outcomes = self._answers_now(company, partners.ids, look=True)
        freshness = self.env["dunning.freshness"].sudo()  # what the answers rest on is the engine's to keep
        freshness._retire_unanswered(company, partners.ids, outcomes)
        self.env["dunning.decision.register"]._enter(company, today, debtors, outcomes)
        self.env["dunning.figures"]._refresh(company, partners.ids)
        freshness._keep(company, partners.ids)
