from odoo import fields, models


class DunningIssuer(models.Model):
    _inherit = "dunning.issuer"

    party_id = fields.Many2one(
        "dunning.party",
        string="Also takes files over",
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
        help="The same agency, bailiff or lawyer among those to whom claims are handed over.",
    )
