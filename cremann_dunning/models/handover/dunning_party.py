from odoo import fields, models

AGENCY, BAILIFF, LAWYER = "agency", "bailiff", "lawyer"
KINDS = [(AGENCY, "Collection agency"), (BAILIFF, "Bailiff"), (LAWYER, "Lawyer")]


class DunningParty(models.Model):
    """Somebody to whom claims are handed over, with what the law wants to know of him before that is done."""

    _name = "dunning.party"
    _description = "Agency, Bailiff or Lawyer"
    _inherit = ["dunning.record.mixin", "mail.thread"]
    _order = "sequence, id"
    _rec_name = "partner_id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company, help="Leave empty for every company."
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    kind = fields.Selection(KINDS, required=True, default=AGENCY, tracking=True)
    registration = fields.Char(
        string="Registration number",
        tracking=True,
        help="In the Dutch register of collection services (Justis), or with the Belgian FPS Economy. Bailiffs and "
        "lawyers need none.",
    )
    registered_from = fields.Date(tracking=True)
    registered_until = fields.Date(tracking=True, help="A Dutch registration lasts one year.")
    checked_on = fields.Date(
        string="Looked up on", tracking=True, help="When somebody last saw it in the public register."
    )
    fee_model = fields.Selection(
        [
            ("none", "No fee"),
            ("no_cure", "No cure, no pay"),
            ("percent", "Percentage of what comes in"),
            ("fixed", "Fixed amount per file"),
            ("hours", "By the hour"),
        ],
        string="Fee",
        default="none",
        required=True,
    )
    fee_percent = fields.Float(string="Percentage", digits=(5, 2))
    fee_amount = fields.Monetary(string="Amount per file")
    fee_note = fields.Char(string="What was agreed")
    fee_by = fields.Selection(
        [("withheld", "Kept from what it pays to us"), ("bill", "By a bill")],
        string="How its fee is paid",
        default="withheld",
        required=True,
        help="What it keeps is booked with the money that it received. What it sends a bill for is noted, and booked "
        "with that bill.",
    )
    fee_account_id = fields.Many2one(
        "account.account",
        string="Account for its fee",
        company_dependent=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable', 'off_balance'))]",
        help="Where what it kept for itself is booked as a cost, in this company.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    file_format = fields.Selection(
        [("zip", "ZIP with everything"), ("csv", "CSV only")], string="Wanted file", default="zip", required=True
    )
    email = fields.Char(string="Address for files", help="Empty for the e-mail address of the contact.")
    note = fields.Text(string="Notes")
    handover_ids = fields.One2many("dunning.handover", "party_id", string="Hand-overs")

    def _compute_currency_id(self):
        for party in self:
            party.currency_id = (party.company_id or self.env.company).currency_id
