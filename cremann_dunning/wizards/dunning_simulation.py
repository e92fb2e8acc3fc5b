from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..engine import rules
from ..engine.facts import Notice
from ..engine.outcome import Decision, LetterPlan, Outcome
from ..engine.simulate import Made, simulate
from ..models.rules.regime_map import RegimeError
from ..models.run.dunning_run_context import RunContext

FURTHEST = 366
AMOUNTS = ("amount_principal", "amount_interest", "amount_costs", "amount_costs_announced")


class LookAheadContext(RunContext):
    """What all letters of a simulation share. It opens no cases and is taken from day to day."""

    def __init__(self, run, debtors, levels):
        # one plan for every level and one with every claim: the facts for all letters that there can be, read at once
        claims = tuple(Decision(claim, "LETTER", {}) for debtor in debtors for claim in debtor.claims)
        plans = [LetterPlan(0, "", None, level, "", ()) for level in levels]
        super().__init__(run, [Outcome((), (*plans, LetterPlan(0, "", None, levels[0], "", claims)))])
        self._terms = {}
        self._notices = 0

    def _cases(self, plans):
        return defaultdict(self.env["dunning.case"].browse)

    def made(self, vals):
        """What a letter with these values does to its claims once it goes out today, see ``engine.simulate.Made``."""
        lines = [command[2] for command in vals["line_ids"]]
        made = Made(vals, demanded=frozenset(line["move_line_id"] for line in lines if line["principal_part"]))
        if vals["legal_type"] == rules.STATUTORY_NOTICE:
            return replace(made, notice=self._notice(vals), regime=vals["regime_id"])
        if not vals["deadline"]:
            return made
        regime, channel = self.env["dunning.regime"].browse(vals["regime_id"]), self._law_channel(vals)
        country = regime.country_id.code or self.company.country_id.code
        letters = self.env["dunning.letter"]
        day = letters._default_from(country, self.date, vals["deadline"], self.date, channel)
        ends = max(filter(None, (day, vals["deadline"] + timedelta(days=1))))
        return replace(made, default_from=day or None, term_ends=ends)

    def _notice(self, vals):
        """The statutory notice that these values make; None when it gives no term."""
        ends = self._claimable_from(vals)
        if not ends:
            return None
        self._notices += 1
        figures = (vals[name] for name in ("amount_costs_announced", "amount_costs_vat", "costs_vat_rate"))
        # no letter has a negative id
        return Notice(-self._notices, self.date, ends, *(Decimal(str(figure)) for figure in figures))

    @staticmethod
    def _law_channel(vals):
        """All paper takes the time of the post: a look ahead knows no day on which a letter was handed over."""
        return "post" if vals["channel"] in rules.PAPER_CHANNELS else "email"

    def _claimable_from(self, vals):
        """First day after the free term of a statutory notice that goes out today; None when it gives none."""
        key = vals["regime_id"], vals["channel"], self.date
        if key not in self._terms:
            regime = self.env["dunning.regime"].browse(vals["regime_id"])
            try:
                term = regime.free_term(self.date, self._law_channel(vals))
            except RegimeError:
                term = None
            self._terms[key] = term and term.claimable_from
        return self._terms[key]


class DunningSimulation(models.TransientModel):
    """A look ahead: the letters of the days to come over the real ledger. Nothing of it is written anywhere else."""

    _name = "dunning.simulation"
    _description = "Dunning look ahead"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    date_from = fields.Date(compute="_compute_date_from", string="From")
    date_to = fields.Date(
        string="Up to and including",
        required=True,
        default=lambda self: self.env.company._dunning_today() + timedelta(days=90),
        help="At most a year ahead.",
    )
    partner_ids = fields.Many2many(
        "res.partner", string="Only these debtors", help="Leave empty for every debtor with something open."
    )
    procedure_id = fields.Many2one(
        "dunning.procedure", string="Debtors of", help="Only with a comparison. Leave empty for all debtors."
    )
    compare_procedure_id = fields.Many2one(
        "dunning.procedure",
        string="Compare with",
        help="Shows beside it what would go out if these debtors followed this procedure instead.",
    )
    line_ids = fields.One2many("dunning.simulation.line", "simulation_id", readonly=True)
    letter_count = fields.Integer(compute="_compute_counts", string="Letters")
    compare_count = fields.Integer(compute="_compute_counts", string="Letters in comparison")
    is_done = fields.Boolean(readonly=True)

    @api.depends("date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for simulation in self:
            day = simulation.date_to and format_date(self.env, simulation.date_to)
            simulation.display_name = self.env._("Look ahead to %s", day) if day else self.env._("Look ahead")

    @api.depends("company_id")
    def _compute_date_from(self):
        for simulation in self:
            simulation.date_from = (simulation.company_id or self.env.company)._dunning_today()

    @api.depends("line_ids")
    def _compute_counts(self):
        for simulation in self:
            now = simulation.line_ids.filtered(lambda line: line.variant == "now")
            simulation.letter_count = sum(now.mapped("letters"))
            simulation.compare_count = sum((simulation.line_ids - now).mapped("letters"))

    @api.constrains("date_to", "company_id")
    def _check_date_to(self):
        for simulation in self:
            start = simulation.date_from
            if not start <= simulation.date_to <= start + timedelta(days=FURTHEST):
                raise ValidationError(
                    self.env._("Choose a day from today on, at most a year ahead: %s is not.", simulation.date_to)
                )

    def action_simulate(self):
        """Work it out and show it."""
        self.ensure_one()
        self._check_rights()
        # sudo: the facts are gathered as by a run, whose user sees them as well; lines are written by the system
        simulation = self.sudo()
        simulation.line_ids.unlink()
        vals_list = simulation._line_vals("now")
        if self.compare_procedure_id:
            vals_list += simulation._line_vals("compare")
        simulation.env["dunning.simulation.line"].create(vals_list)
        simulation.is_done = True
        return self._get_records_action(name=self.env._("Look ahead"))

    def _check_rights(self):
        self.check_access("write")
        # read as the user: a procedure of another company is none of his
        (self.procedure_id + self.compare_procedure_id).check_access("read")
        other = (self.procedure_id + self.compare_procedure_id).company_id - self.company_id
        if other:
            raise UserError(self.env._("Choose procedures that %s may use.", self.company_id.name))

    def action_open_lines(self):
        """The letters per week and level as graph and table."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_simulation_line_action")
        return action | {"domain": [("simulation_id", "=", self.id)]}

    # -- working it out -------------------------------------------------------------------------------------------

    def _letters(self, variant):
        """The letters of a variant as the engine sends them, each with the values of the draft it would be.

        Drafts that lie ready are left out of the facts: they are among the letters to come.

        :param variant: ``now``, or ``compare`` with the other procedure.
        :return: iterator of ``engine.simulate.Sent``; its content is as for ``dunning.letter.create``.
        """
        self.ensure_one()
        company, start, end = self.company_id, self.date_from, self.date_to
        drafts = self.env["dunning.letter"].search([("company_id", "=", company.id), ("state", "=", "draft")])
        debtors = self.env["dunning.gather"].facts(
            company, start, self.partner_ids.commercial_partner_id.ids or None, drafts, until=end
        )
        if variant == "compare":
            debtors = [self._switched(debtor) for debtor in debtors]
        procedures, house = self.env["dunning.engine"]._rules(company, debtors)
        levels = [level for procedure in procedures.values() for level in procedure.levels]
        if not levels:
            return iter(())
        run = self.env["dunning.run"].new({"company_id": company.id, "date": start, "user_id": self.env.uid})
        context = LookAheadContext(run, debtors, levels)

        def make(debtor, plan, day):
            if context.date != day:
                context.move_to(day)
            try:
                vals = self.env["dunning.draft"]._prepare_vals(plan, debtor, context)
            except RegimeError:
                return None
            return context.made(vals)

        return simulate(debtors, procedures, start, end, house, make)

    def _switched(self, debtor):
        """A debtor as if his claims followed the other procedure; those of a third one stay where they are."""
        known, other = self.procedure_id.id, self.compare_procedure_id.id
        return replace(
            debtor,
            claims=tuple(
                replace(claim, procedure=other) if claim.procedure and known in (False, claim.procedure) else claim
                for claim in debtor.claims
            ),
        )

    def _line_vals(self, variant):
        """One line per day and level, amounts in the currency of the company at the rates the ledger holds."""
        found = defaultdict(lambda: defaultdict(Decimal))
        for sent in self._letters(variant):
            line = found[sent.day, sent.plan.level.id, sent.plan.procedure.id]
            line["letters"] += 1
            line["invoices"] += len({d.claim.move_id for d in sent.plan.decisions if d.code != "LISTED"})
            rate = _rate(sent.plan.decisions)
            for name in AMOUNTS:
                line[name] += Decimal(sent.content[name]) * rate
        return [
            {
                "simulation_id": self.id,
                "variant": variant,
                "date": day,
                "level_id": level_id,
                "procedure_id": procedure_id,
                **line,
            }
            for (day, level_id, procedure_id), line in sorted(found.items())
        ]


def _rate(decisions):
    """Company currency per unit of the letter's."""
    residual = sum(decision.claim.residual for decision in decisions)
    return sum(decision.claim.residual_company for decision in decisions) / residual if residual else Decimal(0)
