from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class DunningReceiptWizard(models.TransientModel):
    """Books one receipt: whose it is and which claims it pays, as far as that was found, and what is left as credit."""

    _name = "dunning.receipt.wizard"
    _description = "Book a Receipt"
    _inherit = ["dunning.window.mixin"]

    statement_line_id = fields.Many2one("account.bank.statement.line", string="Receipt", required=True, readonly=True)
    company_id = fields.Many2one(related="statement_line_id.company_id", related_sudo=False)
    date = fields.Date(related="statement_line_id.date", related_sudo=False)
    text = fields.Char(related="statement_line_id.payment_ref", related_sudo=False, string="Description")
    payer = fields.Char(related="statement_line_id.partner_name", related_sudo=False, string="From")
    account_number = fields.Char(related="statement_line_id.account_number", related_sudo=False, string="Account")
    journal_id = fields.Many2one(related="statement_line_id.journal_id", related_sudo=False, string="Bank")
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Not booked", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Debtor")
    line_ids = fields.One2many("dunning.receipt.wizard.line", "wizard_id", string="Claims")
    amount_left = fields.Monetary(compute="_compute_amount_left", string="Left as credit of the debtor")
    is_shared = fields.Boolean(string="Of one of several", readonly=True)
    why = fields.Char(string="Found by", readonly=True)
    may_book = fields.Boolean(compute="_compute_may_book")

    @api.model
    def _open_for(self, line):
        """The window about one line of the bank, with what it points to filled in.

        :raises UserError: it is booked already, or gone.
        """
        line = line.exists()
        if not line or line.is_reconciled:
            raise UserError(self.env._("This receipt is booked already."))
        self.env["dunning.receipt.look"].sudo()._bring(line.company_id)  # sudo: looks are kept by the system
        receipt = self.env["dunning.receipt"].search([("statement_line_id", "=", line.id)], limit=1)
        if not receipt:
            raise UserError(self.env._("This line of the bank is no receipt that waits to be booked."))
        debtors = receipt.partner_ids
        window = self.create(
            {
                "statement_line_id": line.id,
                "currency_id": receipt.currency_id.id,
                "amount": receipt.amount,
                "is_shared": receipt.is_shared,
                "why": receipt.why,
                "partner_id": (
                    line.partner_id.commercial_partner_id or debtors if len(debtors) < 2 else debtors[:0]
                ).id,
            }
        )
        parts = [] if receipt.is_shared and not window.partner_id else receipt._parts()
        window.line_ids = window._rows(dict(parts), extra=receipt.sudo().claim_ids.move_line_id.exists().ids)
        return window._get_records_action(name=self.env._("Book a receipt"), target="new")

    def _rows(self, parts=None, extra=()):
        """Commands for a row per open item of the debtor, and per item that the receipt points to.

        :param parts: ``{item: amount}``; without it the amount goes to the oldest first.
        """
        items = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", ">", 0),
                ("currency_id", "=", self.currency_id.id),
                "|",
                ("id", "in", list(extra)),
                ("partner_id.commercial_partner_id", "=", self.partner_id.commercial_partner_id.id or 0),
            ],
            order="date_maturity, id",
        )
        known = {item.id: amount for item, amount in (parts or {}).items()}
        numbers = self.env["dunning.receipt.claim"]._numbers(items)
        left, rows = self.amount, [Command.clear()]
        for item in items.sorted(lambda item: (item.id not in known, item.date_maturity or item.date, item.id)):
            amount = known.get(item.id, 0) if parts is not None else min(left, item.amount_residual_currency)
            left -= amount
            rows.append(Command.create({"move_line_id": item.id, "number": numbers[item], "amount": max(amount, 0)}))
        return rows

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Another debtor: his claims, the oldest first."""
        if self.line_ids.move_line_id.partner_id.commercial_partner_id != self.partner_id.commercial_partner_id:
            self.line_ids = self._rows()

    @api.depends("amount", "line_ids.amount")
    def _compute_amount_left(self):
        for window in self:
            window.amount_left = window.amount - sum(window.line_ids.mapped("amount"))

    @api.depends("statement_line_id")
    @api.depends_context("uid")
    def _compute_may_book(self):
        for window in self:
            window.may_book = self.env["dunning.receipt"]._may_book(window.statement_line_id)

    def action_book(self):
        """Book it as it stands here. :raises UserError: it cannot be, and why."""
        self.ensure_one()
        self.check_access("write")
        parts = [(row.move_line_id, row.amount) for row in self.line_ids if row.amount]
        self.env["dunning.receipt"]._book(self.statement_line_id, parts, self.partner_id.commercial_partner_id)
        return {"type": "ir.actions.act_window_close"}
