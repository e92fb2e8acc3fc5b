from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Whether any entry has something open on an account of debtors at all, whoever may read it.
UNASKED = """
SELECT FROM account_move_line l JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN account_move m ON m.id = l.move_id AND m.move_type = 'entry' AND m.dunning_is_claim IS NOT TRUE
 WHERE l.partner_id IN (SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%(partners)s))
   AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE AND l.amount_residual > 0
 LIMIT 1
"""


class DunningCase(models.Model):
    """What a debtor owes outside invoices: entries that were taken in, and what is open and nobody asks for."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    taken_in_ids = fields.Many2many("dunning.claim", compute="_compute_taken_in_ids", string="Entries taken in")
    unasked_line_ids = fields.Many2many(
        "account.move.line", compute="_compute_unasked", string="Open, but not followed up"
    )
    amount_unasked = fields.Monetary(
        compute="_compute_unasked",
        string="Not followed up",
        help="What is open on journal entries that no letter asks for, such as an opening balance or a sale on "
        "customer account. Taking them in makes claims of them.",
    )

    receipt_count = fields.Integer(compute="_compute_receipt_count", string="Receipts not booked")

    def _compute_receipt_count(self):
        """What came in and is not booked, as far as it points to claims of these debtors; one search for all cases."""
        # sudo: how many there are, for whoever may read the case
        receipts = (
            self.env["dunning.receipt"]
            .sudo()
            .search([("company_id", "in", self.company_id.ids), ("partner_ids", "in", self.partner_id.ids)])
        )
        counts = Counter((receipt.company_id, partner) for receipt in receipts for partner in receipt.partner_ids)
        for case in self:
            case.receipt_count = counts[case.company_id, case.partner_id]

    def action_open_receipts(self):
        """The receipts that point to claims of this debtor and are not booked."""
        self.ensure_one()
        domain = [("company_id", "=", self.company_id.id), ("partner_ids", "in", self.partner_id.ids)]
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_receipt_action")
        return action | {"domain": domain, "context": {}}

    @api.depends("claim_ids.is_taken_in", "claim_ids.move_line_id")
    def _compute_taken_in_ids(self):
        """The items of entries that were taken in, as far as they are open."""
        claims = self.env["dunning.claim"].search(
            [
                ("case_id", "in", self.ids),
                ("is_taken_in", "=", True),
                ("ended_on", "=", False),
                ("move_id.dunning_is_claim", "=", True),
            ],
            order="date_due, id",
        )
        opened = claims.filtered(lambda claim: claim.state == "open").grouped("case_id")
        for case in self:
            case.taken_in_ids = opened.get(case._origin)

    def _compute_unasked(self):
        """Amounts on receivable accounts of journal entries that were not taken in; one search for all cases, which
        most debtors do not need."""
        self.unasked_line_ids, self.amount_unasked = False, 0
        self.env.flush_all()
        if not self.env.execute_query(SQL(UNASKED, partners=self.partner_id._origin.ids)):
            return
        lines = self.env["account.move.line"].search(
            [
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual", ">", 0),
                ("move_id.move_type", "=", "entry"),
                ("move_id.dunning_is_claim", "=", False),
            ],
            order="date, id",
        )
        own = lines.grouped(lambda line: (line.partner_id.commercial_partner_id, line.company_id))
        for case in self:
            case.unasked_line_ids = own.get((case.partner_id, case.company_id))
            case.amount_unasked = sum(case.unasked_line_ids.mapped("amount_residual"))

    def action_open_invoices(self):
        """With entries that were taken in and rests that are asked, which the invoice list does not know: what was
        decided about each claim."""
        self.check_access("read")
        asked = [("case_id", "in", self.ids), ("rest_is_asked", "=", True), ("ended_on", "=", False)]
        if not self.taken_in_ids and not self.env["dunning.claim"].search_count(asked, limit=1):
            return super().action_open_invoices()
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_decision_action")
        current = [
            ("partner_id", "in", self.partner_id.ids),
            ("company_id", "in", self.company_id.ids),
            ("is_current", "=", True),
        ]
        return action | {"name": self.env._("Overdue"), "domain": current, "context": {}}

    def action_take_in(self):
        """Ask how the debtors know what is open on their journal entries, then follow these up."""
        self.check_access("read")
        moves = self.unasked_line_ids.move_id
        if not moves:
            raise UserError(self.env._("Nothing is open that is not followed up."))
        return moves.action_dunning_take_in()
