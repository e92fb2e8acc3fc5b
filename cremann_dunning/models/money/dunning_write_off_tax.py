from odoo import fields, models


class DunningWriteOffTax(models.Model):
    """The VAT of one rate in a claim that was written off, in proportion to what was not paid."""

    _name = "dunning.write.off.tax"
    _description = "VAT in a Write-Off"
    _inherit = ["dunning.record.mixin"]
    _order = "date desc, rate desc, id"
    _rec_name = "name"

    write_off_id = fields.Many2one("dunning.write.off", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="write_off_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="write_off_id.partner_id", string="Debtor")
    date = fields.Date(related="write_off_id.date", store=True, precompute=True, string="Written off on")
    vat_date = fields.Date(related="write_off_id.vat_date", store=True, string="VAT back from")
    currency_id = fields.Many2one(related="write_off_id.company_currency_id")
    name = fields.Char(string="Tax", readonly=True)
    rate = fields.Float(readonly=True, digits=(6, 2), aggregator=None)
    base = fields.Monetary(readonly=True, string="Net")
    vat = fields.Monetary(readonly=True, string="VAT")
