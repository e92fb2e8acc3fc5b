from odoo import fields, models


class DunningHandoverClaim(models.Model):
    """One claim of a hand-over: what was asked for it on that day, and what has become of it."""

    _name = "dunning.handover.claim"
    _description = "Claim handed over"
    _inherit = ["dunning.record.mixin"]
    _order = "handover_id, date_due, id"
    _rec_name = "number"

    handover_id = fields.Many2one("dunning.handover", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    claim_id = fields.Many2one("dunning.claim", required=True, readonly=True, index=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    number = fields.Char(related="claim_id.number")
    date_due = fields.Date(string="Due date", readonly=True)
    principal = fields.Monetary(readonly=True, help="What was open of the invoice when it was handed over.")
    interest = fields.Monetary(readonly=True)
    costs = fields.Monetary(string="Collection costs", readonly=True)
    total = fields.Monetary(readonly=True)
    is_frozen = fields.Boolean(
        string="With the party",
        readonly=True,
        help="Handed over and not taken back: no letter, call or page of ours asks for it.",
    )
    released_on = fields.Date(string="Not with the party since", readonly=True)
    release_reason = fields.Selection(
        [("recalled", "Recalled"), ("settled", "Paid or credited"), ("closed", "Closed by the party")],
        readonly=True,
    )

    _once = models.UniqueIndex(
        "(claim_id) WHERE is_frozen", "This claim is with a party already. Recall it first, then hand it over again."
    )
