from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..engine.facts import ZERO
from ..models.dunning_money import exact, written
from ..models.money.dunning_bookkeeping import Booked
from ..models.money.dunning_charge import COSTS

USER = "cremann_dunning.group_dunning_user"


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
    book_beyond = fields.Boolean(
        string="Book costs and interest",
        default=True,
        help="What is left beyond the invoices pays costs and interest that letters asked, and is booked as such at "
        "once. Left off, it stays on the account of the debtor until somebody books it from his case.",
    )
    amount_beyond = fields.Monetary(compute="_compute_amount_left", string="Costs and interest")
    beyond_text = fields.Char(compute="_compute_amount_left", string="What for")
    amount_left = fields.Monetary(compute="_compute_amount_left", string="Left as credit of the debtor")
    is_shared = fields.Boolean(string="Of one of several", readonly=True)
    why = fields.Char(string="Found by", readonly=True)
    may_book = fields.Boolean(compute="_compute_may_book")
    other_ids = fields.Many2many(
        "dunning.receipt",
        compute="_compute_other_ids",
        compute_sudo=False,
        string="Others that wait",
        help="What else came in and points to this debtor.",
    )

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

    @api.depends("amount", "line_ids.amount", "partner_id", "book_beyond")
    @api.depends_context("lang")
    def _compute_amount_left(self):
        """What is left beyond the claims: first costs and interest that letters asked, then credit of the debtor."""
        for window in self:
            parts = window._beyond()
            window.amount_beyond = float(sum(parts.values()))
            window.beyond_text = window._beyond_text(parts)
            left = window.amount - sum(window.line_ids.mapped("amount"))
            window.amount_left = left - (window.amount_beyond if window.book_beyond else 0)

    def _beyond(self):
        """What the receipt would pay of costs and interest, booked as it stands here: by claim and kind."""
        self.ensure_one()
        currency, whose = self.currency_id, self._whose()
        if not whose or not currency:
            return {}
        parts = {row.move_line_id.id: exact(row.amount, currency) for row in self.line_ids if row.amount}
        left = exact(self.amount, currency) - sum(parts.values(), ZERO)
        if left <= 0:
            return {}
        rests = self.env["dunning.receipt"]._rests_of(self.statement_line_id)
        receipt = Booked(self.date, currency.name, parts, left, frozenset(rests.ids))
        # sudo: what letters asked of the debtor and what came in, for whoever may look at the receipt
        return self.env["dunning.bookkeeping"].sudo()._would_receive(self.company_id, whose, receipt)

    def _whose(self):
        """Whose the part beyond the claims is, as it will be booked."""
        items = self.line_ids.filtered("amount").move_line_id
        debtors = (self.partner_id or self.statement_line_id.partner_id or items.partner_id).commercial_partner_id
        return debtors._origin if len(debtors) == 1 else debtors.browse()

    def _beyond_text(self, parts):
        """Which costs and interest that are, claim by claim; False where there are none."""
        if not parts:
            return False
        env = self.env
        costs, interest = env._("%(amount)s costs of %(number)s"), env._("%(amount)s interest of %(number)s")
        told = [
            (costs if kind == COSTS else interest)
            % {"number": claim.number, "amount": written(env, float(amount), self.currency_id)}
            for (claim, kind), amount in parts.items()
        ]
        return env._(
            "What is left beyond the invoices pays costs and interest that letters asked, and is booked as costs and "
            "interest unless you leave that off: %s.",
            format_list(env, told),
        )

    @api.depends("statement_line_id")
    @api.depends_context("uid")
    def _compute_may_book(self):
        for window in self:
            window.may_book = self.env["dunning.receipt"]._may_book(window.statement_line_id)

    @api.depends("statement_line_id", "partner_id")
    def _compute_other_ids(self):
        for window in self:
            debtor = window.partner_id.commercial_partner_id._origin
            about = [("company_id", "=", window.company_id.id), ("partner_ids", "in", debtor.ids)]
            others = [("certainty", "!=", False), ("statement_line_id", "!=", window.statement_line_id.id)]
            window.other_ids = self.env["dunning.receipt"].search(about + others) if debtor else False

    def action_book(self):
        """Book it as it stands here, and say what came of it. :raises UserError: it cannot be, and why."""
        self.ensure_one()
        self.check_access("write")
        parts = [(row.move_line_id, row.amount) for row in self.line_ids if row.amount]
        amount, left = self.amount, self.amount_left
        self.env["dunning.receipt"]._book_whole(
            self.statement_line_id, parts, self.partner_id.commercial_partner_id, self.book_beyond
        )
        said = [self.env._("Booked: %s.", written(self.env, amount, self.currency_id))]
        if self.currency_id.compare_amounts(left, 0) > 0:
            said.append(self.env._("Left as credit: %s.", written(self.env, left, self.currency_id)))
        if self.other_ids:
            said.append(self.env._("More of this debtor waits to be booked: %s.", len(self.other_ids)))
        return self._close_saying(" ".join(said))

    def action_ask(self):
        """Make a to-do for somebody who may book it: on the case for who works with dunning, else on the entry.

        :raises UserError: nobody in this company may.
        """
        self.ensure_one()
        self.check_access("write")
        company = self.company_id
        people = self.env["dunning.receipt"]._bookkeepers(company)
        if not people:
            raise UserError(self.env._("Nobody of %s may book receipts. Ask an administrator.", company.name))
        inside = people.filtered(lambda user: user.has_group(USER))
        case = self.env["dunning.case"]._for_partners(self.partner_id.commercial_partner_id, company)
        record = case if inside and len(case) == 1 else self.statement_line_id.move_id
        user = (inside or people)[:1].sudo(False)
        amount = written(self.env, self.amount, self.currency_id)
        summary = self.env._("Book the receipt of %(amount)s: %(text)s", amount=amount, text=self.text or "")
        if summary not in record.activity_ids.mapped("summary"):
            record.activity_schedule("mail.mail_activity_data_todo", summary=summary, user_id=user.id)
        return self._close_saying(self.env._("%s has a to-do to book it.", user.name))
