from odoo import api, fields, models

from ..engine import matching as engine
from .dunning_match_wizard import WHY


class DunningMatchWizardLine(models.TransientModel):
    """One credit in the window, and the claim that it goes to."""

    _name = "dunning.match.wizard.line"
    _description = "Credit and What It Pays"
    _inherit = ["dunning.window.mixin"]

    wizard_id = fields.Many2one("dunning.match.wizard", required=True, ondelete="cascade")
    is_chosen = fields.Boolean(string="Match", default=True)
    credit_id = fields.Many2one("account.move.line", string="Credit item", required=True, readonly=True)
    credit_name = fields.Char(related="credit_id.move_id.name", related_sudo=False, string="Credit")
    partner_id = fields.Many2one(related="credit_id.partner_id", related_sudo=False, string="Debtor")
    currency_id = fields.Many2one(related="credit_id.currency_id", related_sudo=False)
    date = fields.Date(related="credit_id.date", related_sudo=False, string="Of")
    credit_open = fields.Monetary(compute="_compute_open", string="Credit open")
    allowed_ids = fields.Many2many("account.move.line", compute="_compute_allowed_ids", compute_sudo=False)
    claim_id = fields.Many2one("account.move.line", string="Invoice", domain="[('id', 'in', allowed_ids)]")
    date_due = fields.Date(related="claim_id.date_maturity", related_sudo=False, string="Due date")
    claim_open = fields.Monetary(compute="_compute_open", string="Invoice open")
    why = fields.Selection(WHY, string="Because", readonly=True, default=engine.CHOSEN)
    amount = fields.Monetary(compute="_compute_amount", string="To match")

    @api.depends("credit_id", "claim_id")
    def _compute_open(self):
        for row in self:
            row.credit_open = -row.credit_id.amount_residual_currency
            row.claim_open = row.claim_id.amount_residual_currency

    @api.depends("credit_id", "wizard_id.claim_ids")
    def _compute_allowed_ids(self):
        """The open items of the same debtor on the same account and in the same currency."""
        matching = self.env["dunning.matching"]
        for wizard, rows in self.grouped("wizard_id").items():
            claims = matching._plain(wizard.claim_ids._origin)
            for row in rows:
                one = matching._plain(row.credit_id._origin)
                row.allowed_ids = [claim.id for claim in claims if one and one[0].fits(claim)]

    @api.depends("wizard_id.line_ids.claim_id", "wizard_id.line_ids.is_chosen", "wizard_id.book_beyond")
    def _compute_amount(self):
        """All that both sides have left, row by row, as the ledger will do it."""
        matching = self.env["dunning.matching"]
        for wizard, own in self.grouped("wizard_id").items():
            rows = wizard.line_ids | own
            items = (rows.credit_id | rows.claim_id)._origin
            chosen = rows.filtered(lambda row: row.is_chosen and row.claim_id)
            pairs = [(row.credit_id._origin.id, row.claim_id._origin.id) for row in chosen]
            found = dict(zip(chosen, engine.amounts(matching._plain(items, wizard._meant()), pairs), strict=True))
            for row in own:
                row.amount = float(found.get(row, 0))

    @api.onchange("claim_id")
    def _onchange_claim_id(self):
        self.why = engine.CHOSEN
