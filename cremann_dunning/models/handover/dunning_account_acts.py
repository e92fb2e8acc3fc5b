from odoo import api, models


class DunningAccountActs(models.AbstractModel):
    """About what is with a party nothing can be agreed with us: the page says with whom."""

    _inherit = "dunning.account.acts"

    @api.model
    def _with_others(self, case, moves):
        """With whom these invoices are, where one of them is with a party."""
        frozen = self.env["dunning.handover.whom"]._of_debtor(case.company_id, case.partner_id)
        lines = [line for line in frozen.values() if line.claim_id.move_id in moves]
        if not lines:
            return super()._with_others(case, moves)
        number = ", ".join(line.claim_id.number or "" for line in lines)
        [whom] = self.env["dunning.handover.whom"]._whom(lines[0], self.env.lang)
        return f"{number}: {whom.sentence}"

    @api.model
    def _page_values(self, visit):
        """The forms offer what is ours to agree about."""
        values = super()._page_values(visit)
        frozen = self.env["dunning.handover.whom"]._of_debtor(visit.company, visit.partner)
        items = values["acts"]["items"]
        values["acts"]["items"] = [item for item in items if item["id"] not in frozen]
        return values
