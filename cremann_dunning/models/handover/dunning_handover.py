from odoo import fields, models

DRAFT, WITH_PARTY, RECALLED, CLOSED = "draft", "with_party", "recalled", "closed"
STATES = [
    (DRAFT, "Being prepared"),
    (WITH_PARTY, "Handed over"),
    (RECALLED, "Recalled"),
    (CLOSED, "Closed"),
]
COLLECTION, SUMMONS, UNDISPUTED_BE, EUROPEAN_ORDER = "collection", "summons", "undisputed_be", "european_order"
PURPOSES = [
    (COLLECTION, "Collection out of court"),
    (SUMMONS, "Summons"),
    (UNDISPUTED_BE, "Undisputed debts between businesses, Belgium"),
    (EUROPEAN_ORDER, "European order for payment"),
]


class DunningHandover(models.Model):
    """Claims on one debtor that a person handed over to a party. As long as it is with the party, nothing of ours asks
    for them."""

    _name = "dunning.handover"
    _description = "Hand-over"
    _inherit = ["dunning.record.mixin", "dunning.followers.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"

    name = fields.Char(string="Number", readonly=True, copy=False)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    case_id = fields.Many2one("dunning.case", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, readonly=True, index=True, ondelete="restrict"
    )
    party_id = fields.Many2one("dunning.party", index=True, ondelete="restrict", check_company=True, readonly=True)
    purpose = fields.Selection(PURPOSES, required=True, default=COLLECTION, readonly=True)
    state = fields.Selection(STATES, required=True, default=DRAFT, readonly=True, index=True, tracking=True)
    date = fields.Date(string="Handed over on", readonly=True)
    reason = fields.Char(readonly=True, help="Why it was handed over, in the words of whoever did it.")
    user_id = fields.Many2one("res.users", string="Handed over by", readonly=True, ondelete="restrict")
    owner_id = fields.Many2one("res.users", ondelete="restrict", help="Who hears what the party says.")
    party_reference = fields.Char(string="Reference of the party", help="Its file number. It goes onto our letter.")
    line_ids = fields.One2many("dunning.handover.claim", "handover_id", string="Claims", readonly=True)
    letter_id = fields.Many2one(
        "dunning.letter", string="Letter to the debtor", readonly=True, index="btree_not_null", ondelete="set null"
    )
    recalled_on = fields.Date(readonly=True)
    recall_reason = fields.Char(readonly=True)
    closed_on = fields.Date(readonly=True)
