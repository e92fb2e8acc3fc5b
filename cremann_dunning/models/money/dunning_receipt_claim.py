from odoo import api, fields, models

from .. import dunning_bulk

REASONS = [
    ("letter", "Reference of a letter"),
    ("structured", "Reference"),
    ("number", "Number"),
    ("partner", "Partner of the line"),
    ("account", "Account of the debtor"),
    ("name", "Name and amount"),
    ("amount", "Amount"),
]


class DunningReceiptClaim(models.Model):
    """That a receipt which nobody booked points to one open item, why, and how much of it would go there."""

    _name = "dunning.receipt.claim"
    _description = "What a Receipt Points To"
    _inherit = ["dunning.record.mixin"]
    _order = "receipt_id, id"
    _rec_name = "move_line_id"

    receipt_id = fields.Many2one("dunning.receipt", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True)
    # no key: nothing of ours holds an item; what is gone is found by no join
    move_line_id = dunning_bulk.Unguarded("account.move.line", string="Claim", required=True, readonly=True, index=True)
    reason = fields.Selection(REASONS, string="Because of", required=True, readonly=True)
    currency_id = dunning_bulk.Unguarded("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="What of the receipt would go to this claim.")

    @api.model
    def _numbers(self, items):
        """By which number the debtor knows each of these items: ``{item: number}``."""
        # sudo: the number of a claim, for whoever may see its item
        claims = (
            self.env["dunning.claim"].sudo().search([("move_line_id", "in", items.ids), ("is_taken_in", "=", True)])
        )
        taken_in = {claim.move_line_id.id: claim.number for claim in claims}
        return {item: taken_in.get(item.id) or item.move_id.name or "" for item in items}
