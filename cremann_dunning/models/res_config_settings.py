from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_automatic = fields.Boolean(related="company_id.dunning_automatic", readonly=False)
    dunning_responsible_id = fields.Many2one(related="company_id.dunning_responsible_id", readonly=False)
    dunning_consumer_clause = fields.Char(related="company_id.dunning_consumer_clause", readonly=False)
