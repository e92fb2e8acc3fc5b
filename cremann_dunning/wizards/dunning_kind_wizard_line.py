from odoo import fields, models

from .dunning_kind_wizard import KINDS


class DunningKindWizardLine(models.TransientModel):
    """One debtor in the window, what shows his kind, and what a person says he is."""

    _name = "dunning.kind.wizard.line"
    _description = "Kind of One Debtor"
    _inherit = ["dunning.window.mixin"]

    wizard_id = fields.Many2one("dunning.kind.wizard", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Debtor", required=True, readonly=True)
    city = fields.Char(related="partner_id.city", related_sudo=False)
    country_id = fields.Many2one(related="partner_id.country_id", related_sudo=False)
    now = fields.Selection(related="partner_id.dunning_debtor_kind", related_sudo=False, string="Is now")
    evidence = fields.Char(readonly=True)
    kind = fields.Selection(KINDS, string="Set to")
