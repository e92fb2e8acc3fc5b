import logging
from dataclasses import replace

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.tools import split_every

from ...engine import decide as engine
from ...engine.reasons import REASONS
from ..rules.regime_map import RegimeError
from .dunning_run_context import RunContext

_logger = logging.getLogger(__name__)

PROPOSE_BATCH = 1000  # debtors; each batch reads the rules anew, and holds some 20 MB


class DunningProposal(models.AbstractModel):
    """Decides on the debtors of a run, batch by batch, and drafts their letters; nothing leaves the house."""

    _name = "dunning.proposal"
    _description = "Proposal of a run"

    @api.model
    def _make(self, run):
        """Look at every debtor of the run whose facts changed since a run last looked."""
        run.ensure_one()
        freshness = self.env["dunning.freshness"]
        freshness._begin(run.company_id)
        self._drop_previews(run)
        self.env["dunning.moving"]._follow(run.company_id)
        self.env["dunning.receipt.look"]._bring(run.company_id)
        self.env["dunning.delivery"]._after_sending(run.company_id)
        # sudo: as the company has it done by itself, whoever proposes
        self.env["dunning.accruing"].sudo()._follow(run.company_id)
        self.env["dunning.bookkeeping"].sudo()._book_certain(run.company_id)
        self.env["dunning.left.over"].sudo()._write_off_by_itself(run.company_id)
        self.env["dunning.decision.register"]._retire_settled(run.company_id)
        self.env["dunning.decision.register"]._forget_answers(run)
        only = run.partner_ids.commercial_partner_id.ids or None
        ledger = self.env["dunning.ledger"]._digests(run.company_id, run.date, only)
        self._own_drafts(run, [("partner_id", "not in", list(ledger))])._discard()
        standing = self.env["dunning.standing"]
        look = standing._look(run, ledger)
        unchanged, of_others = standing._unchanged(run, look)
        self.env["dunning.decision.register"]._link_debtors(run, of_others)
        known, looked_at = {}, []
        # from here on it writes about the debtors of the run only, whose answers and cases it brings up to date itself
        self.env["dunning.touch"]._be_quiet(run.date == run.company_id._dunning_today())
        wanted = [id_ for id_ in ledger if id_ not in unchanged]
        given = self.env["dunning.firm.day"]._given(run, list(split_every(PROPOSE_BATCH, wanted, list)), known)
        for batch in split_every(PROPOSE_BATCH, wanted, list):
            looked_at += self._propose_batch(run, batch, known, given)
        freshness._after_proposal(run, ledger)
        self.env["dunning.figures"]._refresh(run.company_id)
        self.env["dunning.call"]._keep(run.company_id)
        self.env["dunning.touch"]._be_quiet(False)
        standing._keep(run, look, looked_at)
        self.env["dunning.decision.register"]._trim_runs(run)
        run.write({"state": "proposed", "proposed_on": fields.Datetime.now(), "proposed_by_id": self.env.uid})
        run._tell("letter.run_proposed")

    @api.model
    def _propose_batch(self, run, partner_ids, known, given=None):
        """Decide on these debtors, draft their letters, write their decisions; the caches are empty afterwards.

        :param known: the rules that earlier batches have read, see ``dunning.engine``. :param given: see there.
        :return: partner ids of the debtors whose answers rest on their facts and the rules alone.
        """
        drafts = self._own_drafts(run, [("partner_id", "in", partner_ids)])
        gather = self.env["dunning.gather"]
        debtors = gather.facts(run.company_id, run.date, partner_ids, without_letters=drafts, look=False)
        engine = self.env["dunning.engine"]
        procedures, house = engine._rules(run.company_id, debtors, known)
        debtors, outcomes = engine._decide_all(debtors, procedures, run.date, run.automatic, house, given)
        outcomes = self._make_letters(run, debtors, outcomes, drafts)
        if run.date == run.company_id._dunning_today():
            self.env["dunning.freshness"]._retire_unanswered(run.company_id, partner_ids, outcomes)
        self.env["dunning.decision.register"]._enter(run.company_id, run.date, debtors, outcomes, run)
        self.env.invalidate_all()
        return [
            debtor.partner_id
            for debtor, outcome in zip(debtors, outcomes, strict=True)
            # who waits for a place is looked at each time: one may have become free
            if debtor.places is None and not any(decision.outside for decision in outcome.decisions)
        ]

    @api.model
    def _own_drafts(self, run, domain):
        """Drafts of the run from an earlier proposal."""
        return self.env["dunning.letter"].search([("run_id", "=", run.id), ("state", "=", "draft"), *domain])

    @api.model
    def _drop_drafts(self, runs):
        """What these runs have drafted goes; what was decided stays."""
        runs.letter_ids.filtered(lambda letter: letter.state == "draft")._discard()

    @api.model
    def _drop_previews(self, run):
        """Throw away what other looks ahead have drafted: none stands in the way of today, or of another look."""
        ahead = [("date", ">", run.company_id._dunning_today()), ("state", "=", "proposed"), ("id", "!=", run.id)]
        self._drop_drafts(run.search([("company_id", "=", run.company_id.id), *ahead]))

    @api.model
    def _make_letters(self, run, debtors, outcomes, drafts=None):
        """Draft letters for the plans of a batch; outcomes come back with what could not be made as its reason.

        :param drafts: earlier drafts for these debtors: those that would come out the same stay, the others go.
        """
        notes = {}
        if not any(outcome.letters for outcome in outcomes):
            if drafts:
                drafts._discard()
            return outcomes
        values = self._values(run, debtors, outcomes)
        vals_list = [vals for made in values.values() for vals in made]
        makers = [index for index, made in values.items() for _vals in made]
        if drafts:
            same = self.env["dunning.draft"]._same_as(drafts, vals_list)
            notes = (drafts - drafts.browse(same.values()))._discard()
            makers = [maker for index, maker in enumerate(makers) if index not in same]
            vals_list = [vals for index, vals in enumerate(vals_list) if index not in same]
        self._create_letters(vals_list, makers, outcomes)
        self.env["dunning.draft.notes"]._bring(run, notes)
        return outcomes

    @api.model
    def _values(self, run, debtors, outcomes):
        """Values of the letters of a batch, by place of their debtor; ``outcomes`` get why one cannot be made.

        A claim that the rules stop takes only itself off: its debtor is decided on again without it, and what is left
        has its turn in the next round.
        """
        values, turn = {}, [index for index, outcome in enumerate(outcomes) if outcome.letters]
        while turn:
            context, again = RunContext(run, [outcomes[index] for index in turn]), []
            for index in turn:
                debtor, outcome = debtors[index], outcomes[index]
                prepare, made = self.env["dunning.draft"]._prepare_vals, []
                try:
                    for plan in outcome.letters:
                        made.append(prepare(plan, debtor, context))  # noqa: PERF401  (how far it came counts)
                    values[index] = made
                except RegimeError as error:
                    outcomes[index] = self._refused(debtor, outcome, outcome.letters[len(made)], error)
                    again += [index] if outcomes[index].letters else []
                except Exception as error:  # values only, the database is not touched
                    _logger.exception("Dunning: no letter for debtor %s", debtor.partner_id)
                    outcomes[index] = self._without_letters(outcome, "ERROR", str(error))
            turn = again
        return dict(sorted(values.items()))

    @api.model
    def _refused(self, debtor, outcome, plan, error):
        """The outcome without the claims that the rules stop, or without the letter where it is not about single ones.

        :param plan: the letter that cannot be made; one in another currency goes all the same.
        :param error: ``RegimeError``; its ``lines`` are those claims.
        """
        gone = error.lines | {d.claim.line_id for d in outcome.decisions if d.code == "REFUSED"}
        rest = tuple(claim for claim in debtor.claims if claim.line_id not in gone)
        if not error.lines or not rest:
            return self._without_letters(outcome, error.code, str(error), plan)
        asked, currencies = outcome.question, {plan.currency for plan in outcome.letters}
        fresh = engine.decide(
            replace(debtor, claims=rest), asked.procedures, asked.as_of, asked.automatic_only, asked.house
        )
        answers = {decision.claim.line_id: decision for decision in fresh.decisions}

        def answer(before):
            if before.claim.line_id in error.lines:
                return replace(before, code=error.code, facts={"message": str(error)}, on=None, outside=True)
            if before.claim.currency not in currencies:
                return before
            now = answers.get(before.claim.line_id, before)
            return now if now == before else replace(now, outside=True)

        letters = tuple(plan for plan in fresh.letters if plan.currency in currencies)
        return replace(outcome, decisions=tuple(map(answer, outcome.decisions)), letters=letters)

    @api.model
    def _create_letters(self, vals_list, makers, outcomes):
        """All letters of the batch at once; one by one in a savepoint each when that fails."""
        letters = self.env["dunning.letter"]
        if not vals_list:
            return
        try:
            with self.env.cr.savepoint():
                self.env["dunning.draft"]._insert(vals_list)
            return
        except (UniqueViolation, *letters._business_errors()) as error:
            _logger.info("Making %s letters one by one: %s", len(vals_list), error)
        for vals, index in zip(vals_list, makers, strict=True):
            try:
                with self.env.cr.savepoint():
                    self.env["dunning.draft"]._insert([vals])
            except UniqueViolation:
                # somebody else proposed the same letter a moment ago: theirs stands
                outcomes[index] = self._without_letters(outcomes[index], "LETTER_OPEN", self.env._("another run"))
            except letters._business_errors() as error:
                outcomes[index] = self._without_letters(outcomes[index], "ERROR", str(error))

    @api.model
    def _without_letters(self, outcome, code, message, plan=None):
        """The same outcome with this letter taken back, or all: the claims on it carry what went wrong, no next day."""
        gone = (plan,) if plan else outcome.letters
        lines = {decision.claim.line_id for letter in gone for decision in letter.decisions}
        facts = dict.fromkeys(REASONS[code].facts, message)
        return replace(
            outcome,
            decisions=tuple(
                replace(decision, code=code, facts=facts, on=None, outside=True)
                if decision.claim.line_id in lines
                else decision
                for decision in outcome.decisions
            ),
            letters=tuple(letter for letter in outcome.letters if letter not in gone),
        )
