from odoo import fields, models


class DunningCase(models.Model):
    """How old what is overdue is, in the buckets that a bookkeeper knows; read from the ledger when somebody looks."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    aged_30 = fields.Monetary(string="1–30 days", compute="_compute_aged")
    aged_60 = fields.Monetary(string="31–60 days", compute="_compute_aged")
    aged_90 = fields.Monetary(string="61–90 days", compute="_compute_aged")
    aged_more = fields.Monetary(string="Over 90 days", compute="_compute_aged")

    def _compute_aged(self):
        """One statement for each company, two where what is kept is of another day."""
        self.aged_30 = self.aged_60 = self.aged_90 = self.aged_more = 0.0
        for company, cases in self.filtered("company_id").grouped("company_id").items():
            # sudo: sums of a debtor, for whoever may read his case
            aged = cases.sudo()._aged_now(company.sudo())
            for case in cases:
                found = aged.get(case.partner_id.id, (0.0,) * 4)
                case.aged_30, case.aged_60, case.aged_90, case.aged_more = found
