from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_book_charges = fields.Selection(related="company_id.dunning_book_charges", readonly=False, required=True)
    dunning_charges_mode = fields.Selection(related="company_id.dunning_charges_mode", readonly=False, required=True)
    dunning_costs_account_id = fields.Many2one(related="company_id.dunning_costs_account_id", readonly=False)
    dunning_interest_account_id = fields.Many2one(related="company_id.dunning_interest_account_id", readonly=False)
    dunning_rest_procedure_id = fields.Many2one(related="company_id.dunning_rest_procedure_id", readonly=False)
    dunning_discount_by_itself = fields.Boolean(related="company_id.dunning_discount_by_itself", readonly=False)
    dunning_set_off_by_itself = fields.Boolean(related="company_id.dunning_set_off_by_itself", readonly=False)
    dunning_small_rest = fields.Monetary(related="company_id.dunning_small_rest", readonly=False)
    dunning_difference_account_id = fields.Many2one(related="company_id.dunning_difference_account_id", readonly=False)
    dunning_charges_journal_id = fields.Many2one(related="company_id.dunning_charges_journal_id", readonly=False)
