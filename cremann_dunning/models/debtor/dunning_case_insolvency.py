from odoo import api, fields, models
from odoo.fields import Domain


class DunningCase(models.Model):
    """What of a debtor is no longer asked: his insolvency, and the end of claims that are not paid."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    insolvency_id = fields.Many2one("dunning.insolvency", compute="_compute_insolvency", search="_search_insolvency_id")
    insolvency_text = fields.Char(compute="_compute_insolvency", string="What it means")

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_insolvency(self):
        """The last one that keeps letters back, in the company of the case."""
        found = self.env["dunning.insolvency"]._of(self.partner_id, self.company_id)
        by_debtor = found.grouped(lambda insolvency: insolvency.partner_id.commercial_partner_id)
        for case in self:
            own = by_debtor.get(case.partner_id.commercial_partner_id, found.browse())
            last = own.filtered(lambda one, case=case: one.company_id in (one.company_id.browse(), case.company_id))[:1]
            case.insolvency_id = last
            case.insolvency_text = last._sentence() if last else False

    @api.model
    def _search_insolvency_id(self, operator, value):
        """That there is one, or none, in the company of the case; by its id."""
        if operator not in ("=", "!=") or not (value is False or isinstance(value, int)):
            return NotImplemented
        domain = Domain("stops", "=", True) & (Domain("id", "=", value) if value else Domain.TRUE)
        found = self.env["dunning.insolvency"].search(domain)
        insolvent = Domain.OR(
            Domain("partner_id", "in", own.partner_id.commercial_partner_id.ids)
            & (Domain("company_id", "=", company.id) if company else Domain.TRUE)
            for company, own in found.grouped("company_id").items()
        )
        return insolvent if (operator == "=") == bool(value) else ~insolvent

    def action_insolvency(self):
        """The insolvency of this debtor; the form of a new one where none is known."""
        self.ensure_one()
        self.check_access("read")
        if self.insolvency_id:
            return self.insolvency_id._get_records_action()
        self.env["dunning.insolvency"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New insolvency"),
            "res_model": "dunning.insolvency",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "current",
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "default_kind": "be_bankruptcy" if self.country_id.code == "BE" else "nl_bankruptcy",
            },
        }

    def action_write_off(self):
        """Ask why what is overdue of these debtors is written off."""
        self.check_access("read")
        moves = self.open_move_ids.filtered(
            lambda move: move.move_type != "out_refund" and move.invoice_date_due < move.company_id._dunning_today()
        )
        items = moves._dunning_claim_lines()
        taken_in = self.taken_in_ids.filtered(lambda claim: claim.date_due < claim.company_id._dunning_today())
        return self.env["account.move"]._dunning_ask_write_off(items | taken_in.move_line_id)
