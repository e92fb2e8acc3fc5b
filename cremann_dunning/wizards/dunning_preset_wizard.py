from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.rules.dunning_preset_steps import PRESETS


class DunningPresetWizard(models.TransientModel):
    """Makes a procedure of a company's own from one of the presets, and shows its steps on an axis before that."""

    _name = "dunning.preset.wizard"
    _description = "Procedure from a Preset"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain="[('id', 'in', allowed_company_ids)]",
    )
    preset = fields.Selection("_preset_choices", required=True, default="friendly")
    about = fields.Char(compute="_compute_shown")
    steps_html = fields.Html(compute="_compute_shown", sanitize=False, string="Steps")
    follows = fields.Boolean(
        string="Customers follow it at once",
        compute="_compute_follows",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Off: only customers and invoices that name it follow it.",
    )
    replaces = fields.Char(compute="_compute_replaces", string="Chosen by hand only from then on")

    @api.model
    def _preset_choices(self):
        return [(code, self.env._(preset.name)) for code, preset in PRESETS.items()]

    @api.depends("preset")
    def _compute_follows(self):
        for window in self:
            window.follows = bool(window.preset) and PRESETS[window.preset].for_itself

    @api.depends("preset", "company_id")
    @api.depends_context("lang")
    def _compute_shown(self):
        """Its steps, drawn from the procedure itself, which is made for that and undone."""
        for window in self:
            about, steps = False, Markup()
            if window.preset and window.company_id:
                about, steps = self._drawn(window.preset, window.company_id)
            window.about, window.steps_html = about, steps

    def _drawn(self, code, company):
        """What a preset says of itself, and its steps as HTML; what it needs, and nothing, where it cannot be made."""
        presets = self.env["dunning.preset"]
        savepoint = self.env.cr.savepoint()
        try:
            return self.env._(PRESETS[code].about), presets._drawn_alone(company, presets._make(code, company, False))
        except UserError as error:
            return str(error), Markup()
        finally:
            savepoint.close(rollback=True)

    @api.depends("preset", "company_id", "follows")
    def _compute_replaces(self):
        presets = self.env["dunning.preset"]
        for window in self:
            own = presets._in_the_way(window.preset, window.company_id) if window.follows and window.preset else None
            window.replaces = ", ".join(own.mapped("name")) if own else False

    def action_make(self):
        """Make the procedure, and open it."""
        self.ensure_one()
        self.check_access("write")
        procedure = self.env["dunning.preset"]._make(self.preset, self.company_id, self.follows)
        return {
            "type": "ir.actions.act_window",
            "res_model": procedure._name,
            "res_id": procedure.id,
            "views": [(False, "form")],
            "name": procedure.name,
        }
