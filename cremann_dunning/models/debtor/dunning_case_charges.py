from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningCase(models.Model):
    """What a debtor owes beyond his invoices, and what came in for it."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    beyond_ids = fields.Many2many(
        "dunning.claim", compute="_compute_beyond_ids", string="Costs and interest", help="Asked by letters, and left."
    )
    amount_to_book = fields.Monetary(
        compute="_compute_amount_to_book",
        string="Received and not booked",
        help="What came in for costs and interest, and stands on the account of the debtor still.",
    )
    charges_problem = fields.Char(
        string="Why nothing was booked",
        readonly=True,
        copy=False,
        help="Why costs and interest that letters asked could not be booked. It is tried again with every sending.",
    )

    _charges_problem_idx = models.Index("(company_id) WHERE charges_problem IS NOT NULL")

    @api.depends("claim_ids.charge_ids.state", "claim_ids.booking_ids.is_undone")
    def _compute_beyond_ids(self):
        found = self.env["dunning.claim"]._with_something_left(self)
        for case in self:
            case.beyond_ids = found.get(case._origin)

    def _compute_amount_to_book(self):
        for company, cases in self.grouped("company_id").items():
            by_debtor = {}
            # sudo: sums of the account of the debtor, for whoever may open his case
            for item, parts in self.sudo()._to_book(company, cases.partner_id):
                rate = abs(item.balance / item.amount_currency) if item.amount_currency else 1
                partner = item.partner_id.commercial_partner_id
                by_debtor[partner] = by_debtor.get(partner, 0) + float(sum(parts.values())) * rate
            for case in cases:
                case.amount_to_book = by_debtor.get(case.partner_id.sudo(), 0)

    @api.model
    def _to_book(self, company, partners):
        """What receipts of these debtors pay of costs and interest: ``[(item, {(claim item id, kind): amount})]``."""
        found = self.env["dunning.bookkeeping"]._received(company, partners.ids)
        return [(self.env["account.move.line"].browse(item_id), parts) for item_id, parts, _certain in found]

    def action_book_charges(self):
        """Book what came in for costs and interest as income, against the receipts."""
        self.ensure_one()
        self.check_access("write")
        self.env["account.move"].check_access("create")
        waiting = self._to_book(self.company_id, self.partner_id)
        if not waiting:
            raise UserError(
                self.env._("Nothing is on the account of %s that pays costs or interest.", self.display_name)
            )
        entries = self.env["account.move"]
        for item, parts in waiting:
            entries += self.env["dunning.bookkeeping"]._book(item, parts)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Costs and interest received"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", entries.ids)],
        }
