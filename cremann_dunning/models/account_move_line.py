from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # Written by letters that were really sent, in sets; every instalment climbs its own ladder.
    dunning_level_id = fields.Many2one(
        "dunning.level", string="Dunning level", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    dunning_level_date = fields.Date(string="Level reached on", readonly=True, copy=False)
    dunning_claimable_from = fields.Date(
        string="Free term ended on",
        readonly=True,
        copy=False,
        help="First day after the free term that the last letter gave for this line.",
    )
