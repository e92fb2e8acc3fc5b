from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools import spelling
from .. import dunning_bulk

# What the table of a letter shows of texts that others wrote, in signs: some three lines.
LABEL, ORDER = 140, 60


class DunningLetterLine(models.Model):
    """One claim on a letter, frozen with it. A line with a level moves the claim to that level once sent."""

    _name = "dunning.letter.line"
    _description = "Dunning letter line"
    _inherit = ["dunning.record.mixin"]
    _order = "letter_id, principal_part desc, date_due, id"

    letter_id = fields.Many2one("dunning.letter", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = dunning_bulk.Unguarded(related="letter_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="letter_id.currency_id")
    state = fields.Selection(related="letter_id.state")
    # Kept for the index below. The whole state would be written once more for each letter that leaves.
    is_cancelled = fields.Boolean(compute="_compute_is_cancelled", store=True, precompute=True)
    # Nothing here holds an entry: what the letter said about it stays by value, whatever becomes of it. The link to an
    # entry goes empty with it, and which item it is about is the claim's to say.
    move_id = dunning_bulk.Unguarded("account.move", string="Entry", index=True, readonly=True)
    # a claim that letters are about refuses to go, see there
    claim_id = dunning_bulk.Unguarded("dunning.claim", required=True, index=True, readonly=True)
    is_let_go = fields.Boolean(
        string="Does not count any more",
        readonly=True,
        help="The claim went into another one that never had this level, or has it from another letter.",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal item",
        compute="_compute_move_line_id",
        search="_search_move_line_id",
        help="The item that its claim is now, as far as the line counts for it.",
    )
    number = fields.Char(string="Invoice", readonly=True, help="The number of the invoice, as the letter names it.")
    level_id = dunning_bulk.Unguarded(  # a level that letters stand on refuses to go, see there
        "dunning.level",
        string="Moves to",
        readonly=True,
        help="The level that this claim reaches when the letter is sent. Empty: only shown for completeness.",
    )
    principal_part = fields.Boolean(
        string="Demanded", readonly=True, help="Part of what the letter demands; the others are listed apart."
    )
    label = fields.Char(string="What for", readonly=True)
    customer_ref = fields.Char(
        string="Order", readonly=True, help="The customer's own number for it, or else the order that was invoiced."
    )
    invoice_date = fields.Date(readonly=True)
    date_due = fields.Date(string="Due date", readonly=True)
    days_overdue = fields.Integer(string="Days", readonly=True)
    amount_total = fields.Monetary(string="Amount", readonly=True)
    amount_paid = fields.Monetary(
        string="Paid or credited",
        readonly=True,
        help="Payments on it, and the debtor's own credits set off against it.",
    )
    amount_disputed = fields.Monetary(
        string="Disputed", readonly=True, help="Part of the invoice that is in dispute and not asked."
    )
    amount_open = fields.Monetary(string="Open", readonly=True)
    amount_interest = fields.Monetary(string="Interest", readonly=True)
    invoice_copy_id = fields.Many2one(
        "ir.attachment",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The invoice, printed for this letter since Odoo kept no file of it.",
    )
    amount_costs = fields.Monetary(
        string="Costs", readonly=True, help="Its part of the costs that the letter asks or announces, VAT included."
    )
    costs_off = fields.Monetary(
        string="Costs paid before", readonly=True, help="What was received or waived on the costs of earlier letters."
    )
    interest_off = fields.Monetary(
        string="Interest paid before",
        readonly=True,
        help="What was received or waived on the interest of earlier letters.",
    )
    is_rest = fields.Boolean(
        string="Rest",
        readonly=True,
        help="The invoice is paid; what is asked is what is left of costs and interest that were asked for it.",
    )
    returned = fields.Char(
        string="Payments that came back",
        readonly=True,
        help="Which payments that came back the letter tells of: once it is sent, no other letter does.",
    )
    interest_from = fields.Date(readonly=True, help="First day over which interest is reckoned.")
    create_uid = dunning_bulk.UnguardedAuthor("res.users", string="Created by", readonly=True)
    write_uid = dunning_bulk.UnguardedAuthor("res.users", string="Last Updated by", readonly=True)

    _one_live_letter = models.UniqueIndex(
        "(claim_id, level_id) WHERE is_cancelled IS NOT TRUE AND is_let_go IS NOT TRUE AND level_id IS NOT NULL",
        "There is already a letter of this level for one of these invoices.",
    )

    @api.depends("letter_id.state")
    def _compute_is_cancelled(self):
        for line in self:
            line.is_cancelled = line.letter_id.state == "cancelled"

    @api.depends("claim_id.move_line_id", "is_let_go")
    def _compute_move_line_id(self):
        for line in self:
            line.move_line_id = line.claim_id.move_line_id if not line.is_let_go else False

    @api.model
    def _search_move_line_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        return Domain("is_let_go", "!=", True) & Domain("claim_id.move_line_id", operator, value)

    @api.depends("number")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.number or ""

    @api.model_create_multi
    def create(self, vals_list):
        """Nothing is added to an issued letter."""
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        """What stands in an issued letter stays as it was sent."""
        if set(vals) - {"is_cancelled"}:
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        self._check_draft()

    def _shown_label(self):
        """What the invoice was for, as the table shows it; empty where the number beside it says the same. The whole of
        it stands on the invoice."""
        self.ensure_one()
        return spelling.shortened(self.label, LABEL) if self.label != self.number else ""

    def _shown_order(self):
        """The customer's order as the table shows it; empty where the label says the same."""
        self.ensure_one()
        return spelling.shortened(self.customer_ref, ORDER) if self.customer_ref != self.label else ""

    def _invoice_copy(self):
        """The invoice as it was printed for this letter, unless it was changed since."""
        copy = self.invoice_copy_id.sudo()  # sudo: a file that goes to its own debtor
        return copy.filtered(
            lambda file: file.file_size and self.move_id and file.create_date >= self.move_id.write_date
        )

    def _document(self):
        """The document that came with what was taken in from outside, as the debtor had it; of an invoice none."""
        claim = self.claim_id.sudo()  # sudo: a file that goes to its own debtor
        return (
            claim.document_id if claim.is_taken_in and self.move_id.move_type == "entry" else claim.document_id.browse()
        )

    def _page_invoice(self):
        """The invoice that the debtor may have as a file; an entry has none, nor what is no longer booked."""
        self.ensure_one()
        move = self.move_id
        return move if move.state == "posted" and move.is_invoice(include_receipts=True) else move.browse()

    def _check_draft(self):
        if any(line.letter_id.state != "draft" for line in self):
            raise UserError(self.env._("A letter that was issued cannot be changed. Cancel it and propose a new one."))
