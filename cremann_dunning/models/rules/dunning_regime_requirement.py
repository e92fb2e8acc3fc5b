from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import rules
from .dunning_level import LEGAL_TYPES


class DunningRegimeRequirement(models.Model):
    """What a regime asks of the letters of one legal type: which elements they hold and how they may go."""

    _name = "dunning.regime.requirement"
    _description = "Requirement of a Letter"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "regime_id, id"

    regime_id = fields.Many2one("dunning.regime", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="regime_id.company_id", store=True)
    legal_type = fields.Selection(LEGAL_TYPES, string="Letter", required=True)
    element_ids = fields.Many2many("dunning.element", string="Has to Hold")
    by_email = fields.Boolean(string="By E-mail", default=True)
    by_print = fields.Boolean(string="On Paper", default=True)

    _unique_type = models.UniqueIndex("(regime_id, legal_type)", "This regime already has a line for this letter.")

    @api.constrains("by_email", "by_print")
    def _check_channels(self):
        for line in self:
            if not line.by_email and not line.by_print:
                raise ValidationError(
                    self.env._("Regime %s: allow e-mail or paper for every letter.", line.regime_id.display_name)
                )

    def _gate_channels(self):
        """The channels that are allowed, as the engine names them; all of them without a requirement."""
        if not self:
            return frozenset(rules.LETTER_CHANNELS)
        return frozenset(
            channel
            for channel in rules.LETTER_CHANNELS
            if (self.by_print if channel in rules.PAPER_CHANNELS else self.by_email)
        )

    @api.depends("legal_type")
    def _compute_display_name(self):
        labels = dict(self._fields["legal_type"]._description_selection(self.env))
        for line in self:
            line.display_name = labels.get(line.legal_type, "")
