from decimal import Decimal

from odoo import Command, api, fields, models

from ...engine.paying import Part
from ..dunning_money import exact


class PaymentTransaction(models.Model):
    """A payment that a debtor started on his page: which items it pays, and how much of each is principal, costs and
    interest. That is booked exactly; what cannot be any more, because somebody paid it meanwhile, is his credit."""

    _inherit = "payment.transaction"  # pylint: disable=consider-merging-classes-inherited

    dunning_choice_id = fields.Many2one(
        "dunning.payment.choice",
        string="Chosen on the debtor's page",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    dunning_parts = fields.Json(string="What it pays", readonly=True, copy=False)
    dunning_started_at = fields.Datetime(
        string="Started on the debtor's page",
        readonly=True,
        copy=False,
        help="As long as it is a draft it holds letters about what it pays for half an hour from then; empty once the "
        "debtor said that he did not pay, or that time is over.",
    )

    def _dunning_let_go(self):
        """Payments that were started and are not paid hold nothing any more. One that succeeds all the same is booked
        as any other."""
        started = self.filtered(lambda transaction: transaction.state == "draft" and transaction.dunning_started_at)
        started.dunning_started_at = False

    @api.model
    def _dunning_let_go_late(self, limit):
        """Let go of what was started before this moment: the answers about its debtors are asked anew."""
        self.search([("state", "=", "draft"), ("dunning_started_at", "<=", limit)])._dunning_let_go()

    # -- booking it -----------------------------------------------------------------------------------------------

    def _create_payment(self, **extra_create_values):
        """Odoo matches a payment with its invoices as it likes; this one says itself what it pays."""
        moves, parts = self._dunning_moves(), self._dunning_to_book()
        if not parts:
            return super()._create_payment(**extra_create_values)
        accounts = self._dunning_items(parts).account_id
        values = {"invoice_ids": [Command.set(moves.filtered(lambda move: move.is_invoice()).ids)]}
        if len(accounts) == 1:
            values["destination_account_id"] = accounts.id
        own, source = self.invoice_ids, self.source_transaction_id
        kept = source.invoice_ids
        (self + source).invoice_ids = False
        try:
            payment = super()._create_payment(**values, **extra_create_values)
        finally:
            self.invoice_ids = own
            source.invoice_ids = kept
        return payment

    def _dunning_to_book(self):
        """What this payment pays, as ``engine.paying.Part``; of one that captures a part, what its source pays."""
        self.ensure_one()
        source = self.source_transaction_id
        rows = self.dunning_parts
        if not rows and source and self.operation == source.operation:
            rows = source.dunning_parts
        return tuple(
            Part(row["item"], *(Decimal(row[name]) for name in ("costs", "interest", "principal")))
            for row in rows or ()
        )

    def _dunning_items(self, parts):
        """The items of these parts, as far as they still are posted receivables of the company."""
        items = self.env["account.move.line"].browse([part.item for part in parts]).exists()
        return items.filtered(
            lambda item: (
                item.parent_state == "posted"
                and item.account_type == "asset_receivable"
                and item.company_id == self.company_id
                # an invoice that went to another debtor since is not what he paid
                and item.partner_id.commercial_partner_id == self.partner_id.commercial_partner_id
            )
        )

    def _dunning_moves(self):
        return self._dunning_items(self._dunning_to_book()).move_id

    def _dunning_book_chosen(self, payment):
        """Book and match what the debtor chose: costs and interest first, as he was told, then each principal.

        What is not owed any more stays on his account as his credit.

        :param payment: the ``account.payment`` of it, posted.
        """
        if not self:
            return
        parts = self._dunning_to_book()
        line = payment.move_id.line_ids.filtered(lambda line: line.account_id == payment.destination_account_id)
        if not parts or len(line) != 1:
            return
        with self._dunning_apart() as bookkeeping:
            items = self._dunning_items(parts).with_env(bookkeeping.env)
            line = line.with_env(bookkeeping.env)
            with self._dunning_apart() as apart:  # what cannot be booked keeps no principal from being matched
                apart.env["dunning.payment.choice"]._book_charges(line, parts)
            self._dunning_match(line, items, {part.item: part.principal for part in parts})

    @api.model
    def _dunning_match(self, line, items, principals):
        """Match a receipt with items, each for its part and no more.

        Odoo matches whole items: of what stays open in part the match is written as Odoo would write it.

        :param line: of the receipt on the account of the debtor. :param principals: amounts by item id.
        """
        whole = items.browse()
        items = items.filtered(lambda item: item.account_id == line.account_id and not item.reconciled)
        left = {item: exact(item.amount_residual_currency, item.currency_id) for item in items}
        whole = items.filtered(lambda item: principals[item.id] >= left[item] > 0)
        for item in whole:
            if not line.reconciled:
                (item + line).reconcile()
        for item in items - whole:
            if principals[item.id] > 0 and not line.reconciled:
                self._dunning_match_part(line, item, principals[item.id])

    @api.model
    def _dunning_match_part(self, line, item, part):
        """Match one item with so much of a receipt."""
        currency, left = item.currency_id, -line.amount_residual_currency
        is_foreign = currency != line.currency_id or currency != item.company_currency_id
        # all that is left goes there, or the rate of the day comes in: Odoo's to reckon
        if is_foreign or currency.compare_amounts(left, float(part)) == 0:
            (item + line).reconcile()
            return
        amount = min(float(part), left)
        match = line.env["account.partial.reconcile"].create(
            {
                "debit_move_id": item.id,
                "credit_move_id": line.id,
                "amount": amount,
                "debit_amount_currency": amount,
                "credit_amount_currency": amount,
            }
        )
        if item.company_id.tax_exigibility:
            match._create_tax_cash_basis_moves()
