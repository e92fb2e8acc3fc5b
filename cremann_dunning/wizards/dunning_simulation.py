from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

FURTHEST = 366
AMOUNTS = ("amount_principal", "amount_interest", "amount_costs", "amount_costs_announced")


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
        """The letters of a variant, see ``dunning.look.ahead``. :param variant: ``now``, or ``compare`` with the other
        procedure.
        """
        self.ensure_one()
        partners = self.partner_ids.commercial_partner_id.ids or None
        changed = self._switched if variant == "compare" else None
        return self.env["dunning.look.ahead"]._letters(self.company_id, self.date_to, partners, changed)

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
        found, debtors = defaultdict(lambda: defaultdict(Decimal)), defaultdict(set)
        for sent in self._letters(variant):
            key = sent.day, sent.plan.level.id, sent.plan.procedure.id
            line = found[key]
            debtors[key].add(sent.plan.partner_id)
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
                "partner_ids": [Command.set(sorted(debtors[day, level_id, procedure_id]))],
                **line,
            }
            for (day, level_id, procedure_id), line in sorted(found.items())
        ]


def _rate(decisions):
    """Company currency per unit of the letter's."""
    residual = sum(decision.claim.residual for decision in decisions)
    return sum(decision.claim.residual_company for decision in decisions) / residual if residual else Decimal(0)
