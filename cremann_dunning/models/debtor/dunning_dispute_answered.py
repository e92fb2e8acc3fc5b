from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models

from ..dunning_money import exact


class Disputed(NamedTuple):
    """What there is to say about at a moment: disputed still, open of the invoices (without what another
    dispute is about), and credited since it was noted."""

    amount: Decimal
    open: Decimal
    credited: Decimal


class DunningDispute(models.Model):
    """How much of a dispute is left to answer, and what was answered."""

    _inherit = "dunning.dispute"  # pylint: disable=consider-merging-classes-inherited

    credited_before = fields.Monetary(
        readonly=True, copy=False, help="Credit notes on these invoices from before the dispute was noted."
    )
    amount_credited = fields.Monetary(
        string="Credited", readonly=True, copy=False, help="What the answer says that is credited of it."
    )
    plan_id = fields.Many2one(
        "dunning.payment.plan", string="Paid in instalments", readonly=True, copy=False, ondelete="set null"
    )
    letter_ids = fields.One2many("dunning.letter", "dispute_id", string="Answers", readonly=True)
    answer_count = fields.Integer(compute="_compute_answer_count")

    @api.depends("letter_ids")
    def _compute_answer_count(self):
        for dispute in self:
            dispute.answer_count = len(dispute.letter_ids)

    def _noted(self):
        """Beside what a dispute does: credit notes of before are no answer to it."""
        result = super()._noted()
        self._note_credited()
        return result

    def write(self, vals):
        """As for a new one, where it becomes one about something else."""
        result = super().write(vals)
        if {"amount", "move_ids"} & vals.keys():
            self.filtered(lambda dispute: dispute.state == "open")._note_credited()
        return result

    def _note_credited(self):
        for dispute in self.sudo():  # sudo: what stands in the books is the system's to note
            dispute.credited_before = float(dispute._credited())

    def _items(self):
        """What the named invoices asked of this debtor, the oldest first: it is what a part is taken off."""
        self.ensure_one()
        items = self.move_ids._dunning_items(self.partner_id)
        return items.sorted(lambda item: (item.date_maturity or fields.Date.to_date("9999-12-31"), item.id))

    def _credited(self):
        """What credit notes took off the named invoices by now."""
        parts = self._items().matched_credit_ids
        parts = parts.filtered(lambda part: part.credit_move_id.move_id.move_type == "out_refund")
        return sum((exact(part.debit_amount_currency, self.currency_id) for part in parts), Decimal(0))

    def _left(self):
        """What there is to answer now, as ``Disputed``.

        What another dispute is about is no part of it; a credit note that was booked meanwhile made a part smaller.
        """
        self.ensure_one()
        items, currency = self._items(), self.currency_id
        items.invalidate_recordset(["amount_residual_currency", "matched_credit_ids"])
        total = sum((exact(item.amount_residual_currency, currency) for item in items), Decimal(0))
        others = self.search(
            [
                ("move_ids", "in", self.move_ids.ids),
                ("state", "=", "open"),
                ("id", "!=", self.id),
                ("partner_id", "=", self.partner_id.id),
            ]
        )
        free = max(total - sum((exact(other.amount, currency) for other in others), Decimal(0)), Decimal(0))
        credited = max(self._credited() - exact(self.credited_before, currency), Decimal(0))
        amount = free
        if self.amount:
            amount = min(max(exact(self.amount, currency) - credited, Decimal(0)), free)
        return Disputed(amount, free, credited)

    def action_answer(self):
        """Answer the debtor: what is credited, what is left, and by when; or that the invoice stands."""
        self.ensure_one()
        self.check_access("write")
        return self.env["dunning.answer.wizard"]._open(self)

    def action_open_answers(self):
        """The letters in which it was answered."""
        self.ensure_one()
        self.check_access("read")
        return self.letter_ids._get_records_action(name=self.env._("Answers"))
