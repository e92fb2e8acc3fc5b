from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningCase(models.Model):
    """What the company owes the debtor, beside what he owes it."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    we_owe_ids = fields.Many2many(
        "account.move.line", compute="_compute_we_owe", string="We owe him", help="Open vendor bills and the like."
    )
    amount_we_owe = fields.Monetary(
        compute="_compute_we_owe", string="We owe", help="What the company owes this debtor, such as vendor bills."
    )
    set_off_ids = fields.One2many("dunning.set.off", "case_id", string="Set off", readonly=True)

    def _compute_we_owe(self):
        """Open items on accounts of creditors; one search per company."""
        for company, cases in self.grouped("company_id").items():
            # sudo: which bills are being paid; the items themselves are shown by the rights of the reader
            found = self.env["dunning.setting.off"].sudo()._debts(company, cases.partner_id).sudo(False)
            visible = found._filtered_access("read").grouped(lambda item: item.partner_id.commercial_partner_id)
            for case in cases:
                case.we_owe_ids = visible.get(case.partner_id, ())
                case.amount_we_owe = -sum(case.we_owe_ids.mapped("amount_residual"))

    def action_set_off(self):
        """Ask what of both sides is set off.

        :raises UserError: nothing is owed to him, or nothing of what he owes can be set off.
        """
        self.ensure_one()
        self.check_access("read")
        if not self.we_owe_ids:
            raise UserError(self.env._("You owe %s nothing.", self.display_name))
        self.env["dunning.setting.off"]._check(self.partner_id, self.company_id)
        wizard = self.env["dunning.set.off.wizard"]._for_case(self)
        return wizard._get_records_action(name=self.env._("Set off"), target="new")

    @api.model
    def _settle_agreements(self, company):
        """With what is set off by itself, since that pays what was promised."""
        self.env["dunning.set.off"].with_company(company)._by_itself(company)
        return super()._settle_agreements(company)
