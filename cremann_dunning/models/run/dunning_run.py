import json
import logging
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models, modules
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, split_every

from ...engine import decide as engine
from ...engine.reasons import REASONS
from ..rules.dunning_regime import RegimeError
from . import dunning_bulk
from .dunning_run_context import RunContext

_logger = logging.getLogger(__name__)

PROPOSE_BATCH = 1000  # debtors; each batch reads the rules anew, and holds some 20 MB
CONFIRM_BATCH = 50
# What is said of an invoice on a draft, and what another run finds that sees the draft.
ANNOUNCED = {
    ("LETTER", "LETTER_OPEN"), ("NOTICE", "LETTER_OPEN"), ("RIDES_ALONG", "LETTER_OPEN"), ("LISTED", "NOT_YET"),
}  # fmt: skip


class DunningRun(models.Model):
    """One date in one company: propose, review, confirm."""

    _name = "dunning.run"
    _description = "Dunning run"
    _inherit = ["dunning.followers.mixin", "mail.thread"]
    _order = "date desc, id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    date = fields.Date(required=True, default=lambda self: self.env.company._dunning_today())
    user_id = fields.Many2one("res.users", string="Made by", default=lambda self: self.env.user, readonly=True)
    state = fields.Selection(
        [("draft", "New"), ("proposed", "Proposed"), ("done", "Confirmed"), ("cancelled", "Cancelled")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    automatic = fields.Boolean(readonly=True, help="Made by the daily job: only levels that are marked automatic.")
    partner_ids = fields.Many2many(
        "res.partner", string="Only these debtors", help="Leave empty for every debtor with something overdue."
    )
    letter_ids = fields.One2many("dunning.letter", "run_id", string="Letters")
    decision_ids = dunning_bulk.UnguardedMany2many(
        "dunning.decision", "dunning_decision_run_rel", "run_id", "decision_id"
    )
    kept_decision_ids = fields.Many2many(
        "dunning.decision", compute="_compute_kept_decision_ids", string="Not on a letter"
    )
    letter_count = fields.Integer(compute="_compute_counts")
    draft_count = fields.Integer(compute="_compute_counts")
    sent_count = fields.Integer(compute="_compute_counts")
    failed_count = fields.Integer(compute="_compute_counts")
    to_post_count = fields.Integer(compute="_compute_counts")
    paper_count = fields.Integer(
        string="To print and post", compute="_compute_paper_count", help="Letters on paper that wait to be posted."
    )
    decision_count = fields.Integer(compute="_compute_counts")
    manager_count = fields.Integer(
        compute="_compute_manager_count", help="Drafts of levels that only a manager confirms."
    )
    unsent_count = fields.Integer(compute="_compute_counts")
    mode = fields.Selection(related="company_id.dunning_mode", string="Letters are")
    test_address = fields.Char(compute="_compute_test_address")
    is_ahead = fields.Boolean(compute="_compute_is_ahead")
    stale_rates = fields.Char(compute="_compute_stale_rates")
    bank_behind = fields.Char(compute="_compute_bank_behind")
    off_day = fields.Char(compute="_compute_off_day")
    proposed_on = fields.Datetime(readonly=True, copy=False)
    confirmed_on = fields.Datetime(readonly=True, copy=False)
    rates_noted_on = fields.Date(
        readonly=True, copy=False, help="The day the responsible was told that letters wait for an outdated rate."
    )

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_name(self):
        for run in self:
            run.name = self.env._("Run of %s", format_date(self.env, run.date)) if run.date else ""

    @api.depends("letter_ids.state", "decision_ids")
    def _compute_counts(self):
        states = {run: Counter() for run in self}
        for run, state, count in self.env["dunning.letter"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        ):
            states[run][state] = count
        for run in self:
            counts = states[run]
            run.letter_count = counts.total() - counts["cancelled"]
            run.draft_count = counts["draft"]
            run.sent_count = counts["sent"]
            run.failed_count = counts["failed"]
            run.to_post_count = counts["issued"]
            run.unsent_count = counts["issued"] + counts["failed"]
            run.decision_count = len(run.decision_ids)

    @api.depends("letter_ids.outcome", "letter_ids.has_copy_to_post")
    def _compute_paper_count(self):
        waiting = Domain("outcome", "=", "not_posted") | Domain("has_copy_to_post", "=", True)
        counts = dict(
            self.env["dunning.letter"]._read_group(Domain("run_id", "in", self.ids) & waiting, ["run_id"], ["__count"])
        )
        for run in self:
            run.paper_count = counts.get(run._origin, 0)

    def action_print_and_post(self):
        """Print the letters on paper of this run, and say when they were posted."""
        return self.letter_ids.action_print_and_post()

    @api.depends("letter_ids.state")
    def _compute_manager_count(self):
        for run in self:
            run.manager_count = len(run._waiting_for_manager())

    @api.depends("company_id")
    def _compute_test_address(self):
        for run in self:
            company = run.company_id
            run.test_address = company.dunning_mode == "test" and company._dunning_test_address()

    @api.depends("date", "company_id")
    def _compute_is_ahead(self):
        for run in self:
            run.is_ahead = bool(run.date) and run.date > run.company_id._dunning_today()

    def _compute_stale_rates(self):
        """Interest tables that have not been brought up to date: whoever confirms has to know."""
        for run in self:
            asks = run.company_id and run.state in ("draft", "proposed")
            run.stale_rates = ", ".join(run.company_id._dunning_stale_tables().mapped("name")) if asks else False

    @api.depends("state", "date", "company_id")
    def _compute_bank_behind(self):
        """The bank journal that is too far behind: whoever confirms by hand has to know."""
        for run in self:
            asks = run.company_id and run.state in ("draft", "proposed") and not run.is_ahead
            behind = asks and run.company_id._dunning_house().bank_behind(run.company_id._dunning_today())
            run.bank_behind = behind and f"{behind[0]}, {format_date(self.env, behind[1])}"

    @api.depends("state", "date", "company_id", "letter_ids")
    def _compute_off_day(self):
        """Procedures of this run that would not send by themselves today."""
        for run in self:
            asks = run.company_id and run.state == "proposed" and not run.is_ahead
            today = asks and run.company_id._dunning_today()
            procedures = run.letter_ids.procedure_id.sudo() if asks else run.env["dunning.procedure"]
            run.off_day = ", ".join(
                p.name for p in procedures if p._engine_procedure(run.company_id).sending_day(today) != today
            )

    @api.depends("decision_ids", "letter_ids")
    def _compute_kept_decision_ids(self):
        """What stands on no letter of this run; it may stand on one that another run had drafted already."""
        for run in self:
            run.kept_decision_ids = run.decision_ids.filtered(
                lambda d, own=set(run.letter_ids.ids): (
                    d.outcome not in ("send", "ride") or (d.letter_id and d.letter_id.id not in own)
                )
            )

    # -- propose --------------------------------------------------------------------------------------------------

    def action_propose(self):
        """Decide on every overdue invoice and make draft letters; nothing leaves the house.

        Proposing again starts from the facts of now. Of the run's own drafts those stay that would come out the same.
        """
        for run in self:
            if run.state not in ("draft", "proposed"):
                raise UserError(self.env._("This run was confirmed or cancelled. Make a new one."))
            run.check_access("write")
            run._check_not_before_last()
            # sudo: letters and decisions are evidence, written by the engine only; users read them
            run.sudo()._propose()
        return True

    def _check_not_before_last(self):
        """What the ledger held on a day that others have built on cannot be decided about any more.

        :raises UserError: when a later run of the company has been confirmed.
        """
        self.ensure_one()
        later = [("company_id", "=", self.company_id.id), ("state", "=", "done"), ("date", ">", self.date)]
        if last := self.search(later, order="date desc", limit=1):
            raise UserError(
                self.env._(
                    "A run of %(last)s was confirmed already, so a run of %(date)s comes too late. Choose %(last)s or "
                    "a later day.",
                    last=format_date(self.env, last.date),
                    date=format_date(self.env, self.date),
                )
            )

    def _propose(self):
        self.ensure_one()
        self._drop_previews()
        self.env["dunning.letter"]._after_sending(self.company_id)
        self.env["dunning.decision"]._retire_settled(self.company_id)
        only = self.partner_ids.commercial_partner_id.ids or None
        ledger = self.env["dunning.gather"].ledger(self.company_id, self.date, only)
        self._own_drafts([("partner_id", "not in", list(ledger))])._discard()
        standing = self.env["dunning.standing"]
        look = standing._look(self, ledger)
        unchanged, of_others = standing._unchanged(self, look)
        self._link_debtors(of_others)
        known, looked_at = {}, []
        for batch in split_every(PROPOSE_BATCH, [id_ for id_ in ledger if id_ not in unchanged], list):
            looked_at += self._propose_batch(batch, known)
        self.env["dunning.case"]._refresh(self.company_id)
        self.env["dunning.case"]._keep_calls(self.company_id)
        standing._keep(self, look, looked_at)
        self.write({"state": "proposed", "proposed_on": fields.Datetime.now()})

    def _propose_batch(self, partner_ids, known):
        """Decide on these debtors, draft their letters, write their decisions; the caches are empty afterwards.

        :param known: the rules that earlier batches have read, see ``_rules``.
        :return: partner ids of the debtors whose answers rest on their facts and the rules alone.
        """
        drafts = self._own_drafts([("partner_id", "in", partner_ids)])
        debtors = self.env["dunning.gather"].facts(self.company_id, self.date, partner_ids, without_letters=drafts)
        procedures, house = self._rules(self.company_id, debtors, known)
        outcomes = [self._decide(debtor, procedures, self.date, self.automatic, house) for debtor in debtors]
        outcomes = self._make_letters(debtors, outcomes, drafts)
        self._write_decisions(self.company_id, self.date, debtors, outcomes)
        self.env.invalidate_all()
        return [
            debtor.partner_id
            for debtor, outcome in zip(debtors, outcomes, strict=True)
            if not any(decision.outside for decision in outcome.decisions)
        ]

    def _own_drafts(self, domain):
        """Drafts of this run from an earlier proposal."""
        return self.env["dunning.letter"].search([("run_id", "=", self.id), ("state", "=", "draft"), *domain])

    def _drop_drafts(self):
        self.letter_ids.filtered(lambda letter: letter.state == "draft")._discard()

    def _drop_previews(self):
        """Throw away what runs of a later day have drafted: a look ahead never stands in the way of today."""
        today = self.company_id._dunning_today()
        if self.date <= today:
            ahead = [("company_id", "=", self.company_id.id), ("date", ">", today), ("state", "=", "proposed")]
            self.search(ahead)._drop_drafts()

    @api.model
    def _rules(self, company, debtors, known=None):
        """What the engine decides by for these debtors: the procedures by id, and what holds for the company.

        :param known: rules that were read before, by id of their procedure and ``house``; new ones are added.
        """
        known = {} if known is None else known
        ids = {claim.procedure for debtor in debtors for claim in debtor.claims if claim.procedure}
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
            overdue = [claim for claim in debtor.claims if claim.due_date is None or claim.due_date < as_of]
            question = engine.Question(as_of, automatic_only, house, procedures)
            return replace(self._failed_outcome(overdue, "ERROR", str(error)), question=question)

    @api.model
    def _failed_outcome(self, claims, code, message):
        """No letter for this debtor: every overdue claim carries what went wrong."""
        return engine.Outcome(
            tuple(
                engine.Decision(claim, code, {"message": message}, open=claim.residual, outside=True)
                for claim in claims
            ),
            (),
        )

    @api.model
    def _without_letters(self, outcome, code, message):
        """The same outcome with its letters taken back: the claims on them carry what went wrong, and no next day."""
        lines = {decision.claim.line_id for plan in outcome.letters for decision in plan.decisions}
        facts = dict.fromkeys(REASONS[code].facts, message)
        return replace(
            outcome,
            decisions=tuple(
                replace(decision, code=code, facts=facts, on=None, outside=True)
                if decision.claim.line_id in lines
                else decision
                for decision in outcome.decisions
            ),
            letters=(),
        )

    def _make_letters(self, debtors, outcomes, drafts=None):
        """Draft letters for the plans of a batch; outcomes come back with what could not be made as its reason.

        :param drafts: earlier drafts for these debtors: those that would come out the same stay, the others go.
        """
        if not any(outcome.letters for outcome in outcomes):
            if drafts:
                drafts._discard()
            return outcomes
        context = RunContext(self, outcomes)
        vals_list, makers = [], []
        for index, (debtor, outcome) in enumerate(zip(debtors, outcomes, strict=True)):
            try:
                made = [self.env["dunning.letter"]._prepare_vals(plan, debtor, context) for plan in outcome.letters]
            except RegimeError as error:
                outcomes[index] = self._without_letters(outcome, error.code, str(error))
                continue
            except Exception as error:  # values only, the database is not touched
                _logger.exception("Dunning: no letter for debtor %s", debtor.partner_id)
                outcomes[index] = self._without_letters(outcome, "ERROR", str(error))
                continue
            vals_list += made
            makers += [index] * len(made)
        if drafts:
            same = drafts._same_as(vals_list)
            (drafts - drafts.browse(same.values()))._discard()
            makers = [maker for index, maker in enumerate(makers) if index not in same]
            vals_list = [vals for index, vals in enumerate(vals_list) if index not in same]
        self._create_letters(vals_list, makers, outcomes)
        return outcomes

    def _create_letters(self, vals_list, makers, outcomes):
        """All letters of the batch at once; one by one in a savepoint each when that fails."""
        letters = self.env["dunning.letter"]
        if not vals_list:
            return
        try:
            with self.env.cr.savepoint():
                letters._insert_drafts(vals_list)
            return
        except (UniqueViolation, *letters._business_errors()) as error:
            _logger.info("Making %s letters one by one: %s", len(vals_list), error)
        for vals, index in zip(vals_list, makers, strict=True):
            try:
                with self.env.cr.savepoint():
                    letters._insert_drafts([vals])
            except UniqueViolation:
                # somebody else proposed the same letter a moment ago: theirs stands
                outcomes[index] = self._without_letters(outcomes[index], "LETTER_OPEN", self.env._("another run"))
            except letters._business_errors() as error:
                outcomes[index] = self._without_letters(outcomes[index], "ERROR", str(error))

    # -- decisions ------------------------------------------------------------------------------------------------

    def _write_decisions(self, company, day, debtors, outcomes):
        """Write a decision for every invoice whose answer changed, and link all of them to this run, if any.

        Only decisions of today become the current ones of their invoices; those of a run of another day are a look.
        """
        chosen = [
            (debtor, decision, outcome.question)
            for debtor, outcome in zip(debtors, outcomes, strict=True)
            for decision in engine.per_invoice(outcome.decisions).values()
        ]
        if not chosen:
            return
        held = self.env["dunning.decision"]._held([decision.claim.move_id for _debtor, decision, _question in chosen])
        prepare = self._decision_preparer(company, day, outcomes)
        fresh, kept, about = [], [], []
        for debtor, decision, question in chosen:
            old = held.get(decision.claim.move_id)
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
        made = self.env["dunning.decision"]._insert(fresh, held, in_force=day == company._dunning_today())
        self._link_decisions(kept + made.ids)

    @api.model
    def _still_announced(self, old, decision, day):
        """Whether the decision in force stands because the letter that it announced today is there now.

        That the run of a moment ago has drafted it is no news, and a second run over the whole ledger writes next to
        nothing.
        """
        return old["announced"] and old["date"] == day and old["amount_open"] == decision.open

    @api.model
    def _same_answer(self, old, vals):
        """Whether the decision in force says the same; amounts in the facts count, the day does not."""
        return (
            old["code"] == vals["code"]
            and old["level_id"] == vals["level_id"]
            and old["next_date"] == vals["next_date"]
            and json.loads(old["params"] or "{}") == vals["params"]
        )

    @api.model
    def _decision_preparer(self, company, day, outcomes):
        """A function ``(debtor, decision) -> values`` of what a decision says; its inputs come later, where it is new.

        A function, so that what all decisions of a batch share is looked up once.
        """
        store = self.env["dunning.decision"]._store_param
        currencies = {name: currency.id for name, currency in self.env["dunning.decision"]._currencies().items()}
        company_id, company_currency = company.id, company.currency_id.name
        levels = self._level_ids(outcomes)

        def prepare(debtor, decision):
            claim, level = decision.claim, decision.level
            in_company = decision.code in ("MIN_AMOUNT", "UNMATCHED_PAYMENT")
            currency = company_currency if in_company else claim.currency
            return {
                "company_id": company_id,
                "move_id": claim.move_id,
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

    def _link_debtors(self, partner_ids):
        """Let the decisions in force about these debtors belong to this run as well."""
        if partner_ids:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO dunning_decision_run_rel (run_id, decision_id)
                    SELECT %s, id FROM dunning_decision
                     WHERE company_id = %s AND is_current AND partner_id = ANY(%s)
                        ON CONFLICT DO NOTHING
                    """,
                    self.id,
                    self.company_id.id,
                    partner_ids,
                )
            )
            self.invalidate_recordset(["decision_ids"])

    def _link_decisions(self, decision_ids):
        if not decision_ids or not self:
            return
        links = SQL("SELECT %s, unnest(%s)", self.id, decision_ids)
        if self.state != "draft":  # proposed before: those that are there cost next to nothing, a conflict is dear
            known = SQL(
                "SELECT run_id, decision_id FROM dunning_decision_run_rel WHERE run_id = %s AND decision_id = ANY(%s)",
                self.id,
                decision_ids,
            )
            links = SQL("%s EXCEPT %s", links, known)
        self.env.cr.execute(
            SQL("INSERT INTO dunning_decision_run_rel (run_id, decision_id) %s ON CONFLICT DO NOTHING", links)
        )
        self.invalidate_recordset(["decision_ids"])

    # -- confirm --------------------------------------------------------------------------------------------------

    def action_confirm(self):
        """Check every draft once more, issue it and hand it to the outbox or the printer.

        Confirming twice sends nothing twice: a confirmed run has no drafts left. When a letter charges interest from
        an outdated table nothing goes out yet: the answer is a window that asks first.
        """
        self._check_confirm()
        # sudo: letters and decisions are evidence, written by the engine only; users read them
        runs = self.sudo()
        if not self._rates_confirmed() and any(run._waiting_for_rates() for run in runs):
            return runs._ask_for_rates()
        for run in runs:
            run._confirm()
        return True

    def _check_confirm(self):
        for run in self:
            run.check_access("write")
            if run.state == "done":
                raise UserError(self.env._("This run was confirmed already. Its letters are in the list Letters."))
            if run.state != "proposed":
                raise UserError(self.env._("Propose the run first, look at the letters, then confirm it."))
            if run.date > run.company_id._dunning_today():
                raise UserError(
                    self.env._(
                        "This run is dated %s, which is in the future. It shows what would go out then; confirm it "
                        "on that day.",
                        format_date(self.env, run.date),
                    )
                )
            run.company_id._dunning_require_on()
            waiting = len(run._waiting_for_manager())
            if waiting and waiting == run.draft_count:
                raise UserError(
                    self.env._("All letters of this run are of levels that a manager confirms. Ask one to confirm it.")
                )

    def _waiting_for_manager(self):
        """The drafts that whoever looks may not confirm, because their level asks for a manager."""
        self.ensure_one()
        if self.env.user.has_group("cremann_dunning.group_dunning_manager"):
            return self.env["dunning.letter"]
        domain = [("run_id", "=", self.id), ("state", "=", "draft"), ("level_id.approval", "=", "manager")]
        return self.env["dunning.letter"].with_context(active_test=False).search(domain)

    # -- outdated rates -------------------------------------------------------------------------------------------

    @api.model
    def _rates_confirmed(self):
        """Whether a person has said that outdated rates may be charged."""
        return bool(self.env.context.get("dunning_rates_confirmed"))

    def _waiting_for_rates(self, letters=None):
        """The drafts (of these letters, or of the run) that charge interest from an outdated table."""
        self.ensure_one()
        tables = self.company_id._dunning_stale_tables()
        if not tables:
            return self.env["dunning.letter"]
        domain = Domain("run_id", "=", self.id) & Domain("state", "=", "draft") & Domain("amount_interest", ">", 0)
        domain &= Domain("regime_id.interest_table_id", "in", tables.ids)
        if letters is not None:
            domain &= Domain("id", "in", letters.ids)
        return self.env["dunning.letter"].with_context(active_test=False).search(domain)

    def _ask_for_rates(self):
        """The window that asks whether to charge the outdated rates."""
        wizard = self.env["dunning.confirm.wizard"].with_user(self.env.user).create({"run_ids": self.ids})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Interest rates may be out of date"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _rates_sentence(self, letters):
        """Which tables these letters charge from, each with its newest rate."""
        return ", ".join(
            self.env._(
                "%(table)s (newest rate: %(date)s)",
                table=table.display_name,
                date=format_date(self.env, table.newest_rate_date),
            )
            for table in letters.regime_id.interest_table_id
        )

    def _note_rates(self):
        """Tell the responsible, once per run, which letters the daily job left waiting."""
        self.ensure_one()
        waiting = self._waiting_for_rates()
        if not waiting or self.rates_noted_on:
            return
        responsible = self.company_id.dunning_responsible_id
        run = self.with_context(lang=responsible.lang or self.env.lang)
        run.message_post(
            body=run.env._(
                "Letters that wait: %(count)s. They charge interest, and the rates may be out of date: %(tables)s. Add "
                "the newest rate or say that there is none, and the daily job sends them. Or confirm the run yourself.",
                count=len(waiting),
                tables=run._rates_sentence(waiting.with_env(run.env)),
            ),
            partner_ids=responsible.partner_id.ids,
        )
        self.rates_noted_on = self.company_id._dunning_today()

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
        return interest == self._decimal(letter.amount_interest, letter.currency_id)

    def _confirm(self):
        """Issue the drafts batch by batch, committing between them, and close the run when none is left.

        Drafts that charge interest from an outdated table stay drafts unless somebody has agreed to that.
        """
        self.ensure_one()
        while drafts := self._next_drafts():
            self._confirm_batch(drafts)
            if not self._progress(len(drafts)):
                return
        self.env["dunning.case"]._refresh(self.company_id)
        if not self.letter_ids.filtered(lambda letter: letter.state == "draft"):
            self.write({"state": "done", "confirmed_on": fields.Datetime.now()})

    def _next_drafts(self):
        """Drafts that nobody else is working on, locked for us."""
        letters = self.env["dunning.letter"]
        domain = Domain("run_id", "=", self.id) & Domain("state", "=", "draft")
        if not self._rates_confirmed() and (waiting := self._waiting_for_rates()):
            domain &= Domain("partner_id", "not in", waiting.partner_id.ids)
        if by_manager := self._waiting_for_manager():
            domain &= Domain("partner_id", "not in", by_manager.partner_id.ids)
        first = letters.search(domain, limit=CONFIRM_BATCH, order="partner_id, id")
        # all letters to one debtor together: sent apart, the first would make the second too soon
        drafts = letters.search(domain & Domain("partner_id", "in", first.partner_id.ids), order="partner_id, id")
        return drafts.try_lock_for_update(allow_referencing=True)

    @api.model
    def _may_commit(self):
        """Batches are committed one by one, except under test where one transaction holds everything."""
        return not modules.module.current_test

    @api.model
    def _progress(self, processed=0, remaining=None):
        """Commit what is done and tell the cron; the seconds that are left of its time."""
        if self._may_commit():
            return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)
        self.env.flush_all()
        return float("inf")

    def _confirm_batch(self, drafts):
        """Decide again with the facts of now; what still holds is issued, what changed is made anew or dropped.

        Invoices are written last, so that nobody waits for one while letters are printed.
        """
        outcomes = self._decide_now(self.company_id, drafts, keep_debtors=True)
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
                made, outcome = self._remake(plan, debtor, outcome)
                ready |= made
            else:
                letter._cancel(self._why_dropped(letter, outcome))
            if debtor:
                changed.append((debtor, outcome))
        if not self._rates_confirmed() and (waiting := self._waiting_for_rates(ready)):
            ready = ready.filtered(lambda letter: letter.partner_id not in waiting.partner_id)
        ready._issue()
        today = self.company_id._dunning_today()
        self._write_decisions(self.company_id, today, [pair[0] for pair in changed], [pair[1] for pair in changed])

    @api.model
    def _decide_now(self, company, letters, keep_debtors=False):
        """Fresh decisions for the debtors of these letters, with the letters left out of the facts.

        :return: per commercial partner id the outcome, or ``(debtor, outcome)``.
        """
        debtors = (
            self.env["dunning.gather"]
            .sudo()
            .facts(company, company._dunning_today(), letters.partner_id.ids, without_letters=letters)
        )
        procedures, house = self._rules(company, debtors)
        # the daily job confirms what it proposed: what held back its letters then holds them back now
        alone = bool(self.env.context.get("dunning_daily_job"))
        found = {}
        for debtor in debtors:
            outcome = self._decide(debtor, procedures, company._dunning_today(), alone, house)
            found[debtor.partner_id] = (debtor, outcome) if keep_debtors else outcome
        return found

    @api.model
    def _redecide(self, company, partners):
        """Bring the decisions of these debtors up to date after something happened to them outside a run."""
        today = company._dunning_today()
        debtors = self.env["dunning.gather"].sudo().facts(company, today, partners.ids)
        procedures, house = self._rules(company, debtors)
        outcomes = [self._decide(debtor, procedures, today, house=house) for debtor in debtors]
        self._write_decisions(company, today, debtors, outcomes)
        self.env["dunning.case"]._refresh(company, partners.ids)

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
        if letter.contact_id.id != contact or letter.channel != plan.channel:
            return False
        return self.env["dunning.recipient"]._same_together(letter.contact_facts, plan.recipient)

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
        return self.env._("Not sent: %s", self._sentence(decision, self.company_id))

    @api.model
    def _sentence(self, decision, company):
        """The reason of a decision as a person reads it, without storing the decision."""
        model = self.env["dunning.decision"]
        currency = (
            company.currency_id.name
            if decision.code in ("MIN_AMOUNT", "UNMATCHED_PAYMENT")
            else decision.claim.currency
        )
        currencies = model._currencies()
        params = {
            key: model._format_param(model._store_param(value, currency), currencies)
            for key, value in decision.facts.items()
        }
        return model._sentence(decision.code, params)

    def _remake(self, plan, debtor, outcome):
        """A new draft in the place of one whose facts changed: ``(letters, outcome)``."""
        before = self.letter_ids
        answers = self._make_letters([debtor], [replace(outcome, letters=(plan,))])
        self.invalidate_recordset(["letter_ids"])
        return self.letter_ids - before, answers[0]

    def action_cancel(self):
        """Cancel a run that was not confirmed; its drafts go, its decisions stay."""
        for run in self:
            if run.state == "done":
                raise UserError(self.env._("A confirmed run cannot be cancelled: its letters have gone out."))
            run.check_access("write")
            run.sudo()._drop_drafts()  # drafts are the engine's
            run.state = "cancelled"
        return True

    def action_undo(self):
        """Take back the letters of a run that have not left: those in the outbox, to be posted or not delivered.

        What is being sent at this very moment is left alone.
        """
        self.ensure_one()
        self.check_access("write")
        run = self.sudo()  # evidence is written by the system
        unsent = run.letter_ids.filtered(lambda letter: letter.state in ("issued", "failed"))
        free = unsent.try_lock_for_update(allow_referencing=True)
        free._cancel(self.env._("Taken back before it left, by %s", self.env.user.name))
        free._let_claims_follow()
        sent = len(run.letter_ids.filtered(lambda letter: letter.state == "sent"))
        run.message_post(
            body=self.env._(
                "%(user)s took back %(count)s letters that had not left. %(sent)s had been sent and stay as they are.",
                user=self.env.user.name,
                count=len(free),
                sent=sent + len(unsent - free),
            )
        )
        return True

    def action_open_letters(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_letter_action")
        return action | {"domain": [("run_id", "=", self.id)], "context": {}}

    def action_open_decisions(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_decision_action")
        return action | {"domain": [("run_ids", "in", self.ids)], "context": {"search_default_group_code": 1}}

    # -- daily job ------------------------------------------------------------------------------------------------

    @api.model
    def _cron_run(self):
        """Follow up in every company that wants it: propose and confirm the levels that are automatic.

        Called every hour; a company has its turn once a day, at its hour or at the first chance after it. Promises and
        payment plans are settled first, in every company: whether they hold decides what goes out.
        """
        self.env["dunning.case"]._settle_agreements()
        for (company,) in self.env["dunning.case"]._read_group([], ["company_id"]):
            self.env["dunning.case"]._rate_payers(company)
        companies = self.env["res.company"].search([("dunning_automatic", "=", True), ("dunning_mode", "!=", "off")])
        companies = companies.filtered(lambda company: company._dunning_now().hour >= company.dunning_send_hour)
        self._progress(remaining=len(companies))
        for company in companies:
            self.with_company(company).with_context(dunning_daily_job=True)._run_company(company)
            self.env["dunning.forewarning"].with_company(company)._tell(company)
            if not self._progress(1):
                return
        for (company,) in self.env["dunning.case"]._read_group([], ["company_id"]):
            self.env["dunning.limitation"].with_company(company)._watch(company)
            self._progress()

    @api.model
    def _run_company(self, company):
        """One automatic run for one company; an error in one company leaves the others alone.

        A run that ran out of time is finished first: its drafts would otherwise keep their invoices waiting.
        """
        unfinished = [("company_id", "=", company.id), ("automatic", "=", True), ("state", "=", "proposed")]
        for run in self.search(unfinished, order="id"):
            run._confirm()
            run._note_rates()
        today = [("company_id", "=", company.id), ("automatic", "=", True), ("date", "=", company._dunning_today())]
        if self.search_count(today, limit=1):
            return
        try:
            with self.env.cr.savepoint():
                run = self.create({"company_id": company.id, "date": company._dunning_today(), "automatic": True})
                run._propose()
        except (UserError, AccessError) as error:
            _logger.error("Dunning run of company %s failed: %s", company.id, error)
            return
        self._progress()
        run._confirm()
        run._note_rates()

    @api.model
    def _decimal(self, amount, currency):
        """A stored amount as the exact Decimal it stands for."""
        return Decimal(str(currency.round(amount))).quantize(Decimal(1).scaleb(-currency.decimal_places))
