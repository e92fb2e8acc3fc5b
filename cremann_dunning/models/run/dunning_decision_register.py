import json
from collections import Counter
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import decide as engine
from .dunning_decision import SAME

# What is said of an invoice on a draft, and what another run finds that sees the draft.
ANNOUNCED = {
    ("LETTER", "LETTER_OPEN"), ("NOTICE", "LETTER_OPEN"), ("RIDES_ALONG", "LETTER_OPEN"), ("LISTED", "NOT_YET"),
}  # fmt: skip
# So long a run tells everything that it found, and later what was new in it.
TELLS_ALL = timedelta(days=14)
# Reasons whose amounts are sums over a debtor, in the currency of the company.
IN_COMPANY_CURRENCY = ("MIN_AMOUNT", "UNMATCHED_PAYMENT")


class DunningDecisionRegister(models.AbstractModel):
    """Enters what the engine decided: a new decision where the answer changed, and the run that found it."""

    _name = "dunning.decision.register"
    _description = "Register of decisions"

    @api.model
    def _enter(self, company, day, debtors, outcomes, run=None):
        """Write a decision for every claim whose answer changed, and link all of them to the run, if any.

        Only decisions of today become the current ones of their claims; those of a run of another day are a look.
        """
        chosen = [
            (debtor, decision, outcome.question)
            for debtor, outcome in zip(debtors, outcomes, strict=True)
            for decision in outcome.decisions
        ]
        if not chosen:
            return
        held = self.env["dunning.decision"]._held([decision.claim.line_id for _debtor, decision, _question in chosen])
        prepare = self._preparer(company, day, outcomes)
        fresh, kept, about = [], [], []
        for debtor, decision, question in chosen:
            old = held.get(decision.claim.line_id)
            if old and (old["code"], decision.code) in ANNOUNCED:
                vals, same = None, self._still_announced(old, decision, day)
            else:
                vals = prepare(debtor, decision)
                same = old and self._same_answer(old, vals)
            if same:
                kept.append(old["id"])
                continue
            fresh.append(vals or prepare(debtor, decision))
            about.append((debtor, decision, question))
        for vals, inputs in zip(fresh, self.env["dunning.snapshot"]._inputs(company, about), strict=True):
            vals["inputs"] = inputs
        claims = Counter(decision.claim.move_id for _debtor, decision, _question in chosen)
        shared = {
            decision.claim.move_id
            for _debtor, decision, _question in chosen
            if decision.claim.taken_in or claims[decision.claim.move_id] > 1
        }
        made = self.env["dunning.decision"]._insert(fresh, held, shared, in_force=day == company._dunning_today())
        if run:
            self._link(run, kept + made.ids)

    @api.model
    def _still_announced(self, old, decision, day):
        """Whether the decision in force stands because the letter that it announced today is there now.

        That the run of a moment ago has drafted it is no news, and a second run over the whole ledger writes next to
        nothing.
        """
        return old["announced"] and old["date"] == day and old["amount_open"] == decision.open

    @api.model
    def _same_answer(self, old, vals):
        """Whether the decision in force says the same; what is open and amounts in the facts count, not the day."""
        return (
            old["code"] == vals["code"]
            and old["level_id"] == vals["level_id"]
            and old["next_date"] == vals["next_date"]
            and old["amount_open"] == vals["amount_open"]
            and json.loads(old["params"] or "{}") == vals["params"]
        )

    @api.model
    def _preparer(self, company, day, outcomes):
        """A function ``(debtor, decision) -> values`` of what a decision says; its inputs come later, where it is new.

        A function, so that what all decisions of a batch share is looked up once.
        """
        store = self.env["dunning.decision"]._store_param
        currencies = {name: currency.id for name, currency in self.env["dunning.decision"]._currencies().items()}
        company_id, company_currency = company.id, company.currency_id.name
        levels = self._level_ids(outcomes)

        def prepare(debtor, decision):
            claim, level = decision.claim, decision.level
            currency = company_currency if decision.code in IN_COMPANY_CURRENCY else claim.currency
            return {
                "company_id": company_id,
                "move_id": claim.move_id,
                "move_line_id": claim.line_id,
                "number": claim.number,
                "partner_id": debtor.partner_id,
                "currency_id": currencies[claim.currency],
                "date": day,
                "code": decision.code,
                "outcome": decision.outcome,
                "level_id": level.id if level else None,
                "next_date": decision.on,
                "amount_open": decision.open,
                "params": {
                    # the level a sentence names goes by its id: everybody reads its label in his own language
                    key: {"level": levels.get((claim.procedure, value), False)}
                    if key == "level"
                    else store(value, currency)
                    for key, value in decision.facts.items()
                },
                "version": engine.VERSION,
            }

        return prepare

    @api.model
    def _level_ids(self, outcomes):
        """The level behind each name that the engine may mention: ``{(procedure id, name): level id}``."""
        procedures = {}
        for outcome in outcomes:
            procedures |= outcome.question.procedures
        return {
            (procedure.id, level.name): level.id
            for procedure in procedures.values()
            for level in reversed(procedure.levels)
        }

    @api.model
    def _link(self, run, decision_ids):
        if not decision_ids:
            return
        links = SQL("SELECT %s, unnest(%s)", run.id, decision_ids)
        if run.state != "draft":  # proposed before: those that are there cost next to nothing, a conflict is dear
            known = SQL(
                "SELECT run_id, decision_id FROM dunning_decision_run_rel WHERE run_id = %s AND decision_id = ANY(%s)",
                run.id,
                decision_ids,
            )
            links = SQL("%s EXCEPT %s", links, known)
        self.env.cr.execute(
            SQL("INSERT INTO dunning_decision_run_rel (run_id, decision_id) %s ON CONFLICT DO NOTHING", links)
        )
        run.invalidate_recordset(["decision_ids"])

    @api.model
    def _forget_answers(self, run):
        """Before a run is proposed again: what it found then is told no more, unless it holds or a letter came of it.

        Of a look at another day nothing is in force, and all of it is found anew.
        """
        if run.state != "draft":
            self._let_answers_follow(run, keep=run.date == run.company_id._dunning_today())

    @api.model
    def _let_answers_follow(self, run, keep=True):
        """What a run tells follows what holds: links to answers that others took the place of lead to those.

        A decision that a letter of the run came of stays with it.

        :param keep: also the decisions in force.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH gone AS (
                    DELETE FROM dunning_decision_run_rel r
                     USING dunning_decision d
                     WHERE r.run_id = %(run)s AND d.id = r.decision_id AND NOT (d.is_current AND %(keep)s)
                       AND NOT EXISTS (SELECT 1 FROM dunning_letter_line k
                                         JOIN dunning_letter f ON f.id = k.letter_id
                                        WHERE %(same)s AND f.run_id = r.run_id
                                          AND f.state NOT IN ('draft', 'cancelled'))
                 RETURNING d.move_id, d.move_line_id AS item
                )
                INSERT INTO dunning_decision_run_rel (run_id, decision_id)
                SELECT DISTINCT %(run)s, d.id FROM gone
                  JOIN dunning_decision d ON d.move_id = gone.move_id AND d.is_current AND %(keep)s
                   AND (gone.item = d.move_line_id
                        OR NOT EXISTS (SELECT FROM account_move_line l WHERE l.id = gone.item))
                    ON CONFLICT DO NOTHING
                """,
                run=run.id,
                keep=keep,
                same=SAME,
            )
        )
        run.invalidate_recordset(["decision_ids"])

    @api.model
    def _link_debtors(self, run, partner_ids):
        """Let the decisions in force about these debtors belong to the run as well."""
        if partner_ids:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO dunning_decision_run_rel (run_id, decision_id)
                    SELECT %s, id FROM dunning_decision
                     WHERE company_id = %s AND is_current AND partner_id = ANY(%s)
                        ON CONFLICT DO NOTHING
                    """,
                    run.id,
                    run.company_id.id,
                    partner_ids,
                )
            )
            run.invalidate_recordset(["decision_ids"])

    @api.model
    def _trim_runs(self, run):
        """Let runs of a fortnight ago, and those that were cancelled, keep what was new in them.

        Else every run would keep a row for every open claim for ever.

        :param run: the one that was just proposed; a look at another day trims nothing.
        """
        today = run.company_id._dunning_today()
        if run.date != today:
            return
        old = Domain("state", "=", "cancelled") | Domain("date", "<", today - TELLS_ALL)
        domain = Domain("company_id", "=", run.company_id.id) & Domain("is_trimmed", "=", False) & old
        runs = run.sudo().search(domain & Domain("id", "!=", run.id))  # sudo: what a run found is the engine's
        if not runs:
            return
        self._forget_looks(runs.filtered(lambda run: run.proposed_on and run.date > run._proposed_day()))
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM dunning_decision_run_rel r USING dunning_decision d
                 WHERE r.run_id = ANY(%s) AND d.id = r.decision_id AND d.outcome NOT IN ('send', 'ride')
                   AND EXISTS (SELECT 1 FROM dunning_decision_run_rel e
                                WHERE e.decision_id = r.decision_id AND e.run_id < r.run_id)
                """,
                runs.ids,
            )
        )
        runs.is_trimmed = True
        runs.invalidate_recordset(["decision_ids"])

    @api.model
    def _forget_looks(self, runs):
        """Looks ahead whose day has come: what they found was in force nowhere, and no other run tells it."""
        self.env.cr.execute(
            SQL(
                """
                WITH gone AS (
                    DELETE FROM dunning_decision d USING dunning_decision_run_rel r
                     WHERE r.run_id = ANY(%(runs)s) AND d.id = r.decision_id AND NOT d.is_current
                       AND NOT EXISTS (SELECT 1 FROM dunning_decision_run_rel e
                                        WHERE e.decision_id = d.id AND NOT e.run_id = ANY(%(runs)s))
                 RETURNING d.id
                )
                DELETE FROM dunning_decision_run_rel r USING gone WHERE r.decision_id = gone.id
                """,
                runs=runs.ids,
            )
        )
        self.env["dunning.decision"].invalidate_model()

    @api.model
    def _sentence(self, decision, company):
        """The reason of a decision as a person reads it, without storing the decision."""
        model = self.env["dunning.decision"]
        in_company = decision.code in IN_COMPANY_CURRENCY
        currency = company.currency_id.name if in_company else decision.claim.currency
        currencies = model._currencies()
        params = {
            key: model._format_param(model._store_param(value, currency), currencies)
            for key, value in decision.facts.items()
        }
        return model._sentence(decision.code, params)

    @api.model
    def _let_go(self, moves):
        """These entries are about to be deleted: what was decided about them stays, and none of it is in force.

        SQL and not the ORM: whoever deletes an entry need not know of dunning.
        """
        if not moves:
            return
        self.env.cr.execute(
            SQL("UPDATE dunning_decision SET is_current = FALSE WHERE is_current AND move_id = ANY(%s)", moves.ids)
        )
        self.env["dunning.decision"].invalidate_model(["is_current"])

    @api.model
    def _forget(self, records):
        """These debtors or levels are deleted: decisions about them stay on record, and lead nowhere."""
        column = {"res.partner": "partner_id", "dunning.level": "level_id"}[records._name]
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_decision SET %(at)s = NULL WHERE %(at)s = ANY(%(ids)s)",
                at=SQL.identifier(column),
                ids=records.ids,
            )
        )
        self.env["dunning.decision"].invalidate_model([column])

    @api.model
    def _retire_settled(self, company):
        """Take the decisions off invoices that were settled since: filters must not find them any more."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_decision d
                   SET is_current = FALSE
                  FROM account_move m
                 WHERE m.id = d.move_id AND d.company_id = %s AND d.is_current
                   -- what is left beyond a principal that is paid is asked all the same, where somebody says so
                   AND NOT EXISTS (SELECT FROM dunning_claim t WHERE t.move_line_id = d.move_line_id
                                      AND t.rest_is_asked AND t.ended_on IS NULL)
                   AND (m.state <> 'posted'
                        -- Odoo calls an invoice paid while its payment is only under way
                        OR m.payment_state NOT IN ('not_paid', 'partial') AND m.amount_residual = 0
                        OR m.payment_state NOT IN ('not_paid', 'partial', 'in_payment', 'paid')
                        OR m.move_type = 'entry' AND NOT (m.dunning_is_claim AND EXISTS (
                           SELECT 1 FROM account_move_line l
                             JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
                            WHERE l.id = d.move_line_id AND l.move_id = m.id AND l.reconciled IS NOT TRUE))
                        OR EXISTS (SELECT FROM account_move_line l WHERE l.id = d.move_line_id AND l.reconciled
                                      AND l.amount_residual_currency = 0))
             RETURNING d.move_id
                """,
                company.id,
            )
        )
        self.env["dunning.decision"]._choose_shown({move_id for (move_id,) in self.env.cr.fetchall()})
        # an entry that was deleted past Odoo
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_decision SET is_current = FALSE"
                " WHERE is_current AND move_id IS NULL AND company_id = %s",
                company.id,
            )
        )
        self.env["dunning.decision"].invalidate_model(["is_current"])
        self.env["dunning.decision"]._forget_on_invoices()
