from odoo import fields, models


class AccountMoveLine(models.Model):
    """Another due date of a claim is told."""

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        """In an entry that is booked; what is changed in a draft is told when it is posted again."""
        if "date_maturity" not in vals:
            return super().write(vals)
        day = fields.Date.to_date(vals["date_maturity"] or None)
        before = {
            line: line.date_maturity
            for line in self
            if line.parent_state == "posted"
            and line.account_type == "asset_receivable"
            and line.date_maturity != (day or False)
        }
        result = super().write(vals)
        if before:
            self.env["dunning.ledger.told"]._tell_due(before, day)
        return result
