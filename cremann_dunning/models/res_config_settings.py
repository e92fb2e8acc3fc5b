from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_mode = fields.Selection(related="company_id.dunning_mode", readonly=False, required=True)
    dunning_test_email = fields.Char(related="company_id.dunning_test_email", readonly=False)
    dunning_forewarn = fields.Boolean(related="company_id.dunning_forewarn", readonly=False)
    dunning_tone = fields.Selection(related="company_id.dunning_tone", readonly=False)
    dunning_page = fields.Boolean(related="company_id.dunning_page", readonly=False)
    dunning_reference = fields.Selection(related="company_id.dunning_reference", readonly=False, required=True)
    dunning_handover_party = fields.Char(related="company_id.dunning_handover_party", readonly=False)
    dunning_import_account_id = fields.Many2one(related="company_id.dunning_import_account_id", readonly=False)
    dunning_import_journal_id = fields.Many2one(related="company_id.dunning_import_journal_id", readonly=False)
    dunning_slow_days = fields.Integer(related="company_id.dunning_slow_days", readonly=False)
    dunning_job_error = fields.Text(related="company_id.dunning_job_error")
    dunning_automatic = fields.Boolean(related="company_id.dunning_automatic", readonly=False)
    dunning_responsible_id = fields.Many2one(related="company_id.dunning_responsible_id", readonly=False)
    dunning_promise_grace_days = fields.Integer(related="company_id.dunning_promise_grace_days", readonly=False)
    dunning_quiet_days = fields.Integer(related="company_id.dunning_quiet_days", readonly=False)
    dunning_consumer_clause = fields.Char(related="company_id.dunning_consumer_clause", readonly=False)
    dunning_terms_version = fields.Char(related="company_id.dunning_terms_version", readonly=False)
    dunning_vat_not_deductible = fields.Boolean(related="company_id.dunning_vat_not_deductible", readonly=False)
    dunning_third_party = fields.Boolean(related="company_id.dunning_third_party", readonly=False)
    dunning_costs_vat_rate = fields.Float(related="company_id.dunning_costs_vat_rate", readonly=False)
    dunning_clause_scale_id = fields.Many2one(related="company_id.dunning_clause_scale_id", readonly=False)
    dunning_clause_interest = fields.Float(related="company_id.dunning_clause_interest", readonly=False)
    dunning_small_enterprise = fields.Boolean(related="company_id.dunning_small_enterprise", readonly=False)
    dunning_term_agreed = fields.Boolean(related="company_id.dunning_term_agreed", readonly=False)
    dunning_bad_debt_account_id = fields.Many2one(related="company_id.dunning_bad_debt_account_id", readonly=False)
    dunning_write_off_journal_id = fields.Many2one(related="company_id.dunning_write_off_journal_id", readonly=False)
    dunning_periodic = fields.Boolean(related="company_id.dunning_periodic", readonly=False)
    dunning_stale_rates = fields.Char(compute="_compute_dunning_stale_rates")

    @api.depends("company_id")
    def _compute_dunning_stale_rates(self):
        """Interest tables that may lack a newer rate: the settings say so."""
        for settings in self:
            settings.dunning_stale_rates = ", ".join(settings.company_id._dunning_stale_tables().mapped("name"))

    dunning_mail_limit_mb = fields.Integer(related="company_id.dunning_mail_limit_mb", readonly=False)
    dunning_mails_hour = fields.Integer(related="company_id.dunning_mails_hour", readonly=False)
    dunning_mails_day = fields.Integer(related="company_id.dunning_mails_day", readonly=False)
    dunning_send_hour = fields.Integer(related="company_id.dunning_send_hour", readonly=False)
    dunning_bank_max_days = fields.Integer(related="company_id.dunning_bank_max_days", readonly=False)
    dunning_start_date = fields.Date(related="company_id.dunning_start_date", readonly=False)
    dunning_backlog = fields.Selection(related="company_id.dunning_backlog", readonly=False)
    dunning_backlog_days = fields.Integer(related="company_id.dunning_backlog_days", readonly=False)
    dunning_book_charges = fields.Selection(related="company_id.dunning_book_charges", readonly=False, required=True)
    dunning_charges_mode = fields.Selection(related="company_id.dunning_charges_mode", readonly=False, required=True)
    dunning_costs_account_id = fields.Many2one(related="company_id.dunning_costs_account_id", readonly=False)
    dunning_interest_account_id = fields.Many2one(related="company_id.dunning_interest_account_id", readonly=False)
    dunning_rest_procedure_id = fields.Many2one(related="company_id.dunning_rest_procedure_id", readonly=False)
    dunning_charges_journal_id = fields.Many2one(related="company_id.dunning_charges_journal_id", readonly=False)
    dunning_discount_by_itself = fields.Boolean(related="company_id.dunning_discount_by_itself", readonly=False)
    dunning_set_off_by_itself = fields.Boolean(related="company_id.dunning_set_off_by_itself", readonly=False)
    dunning_small_rest = fields.Monetary(related="company_id.dunning_small_rest", readonly=False)
    dunning_difference_account_id = fields.Many2one(related="company_id.dunning_difference_account_id", readonly=False)
