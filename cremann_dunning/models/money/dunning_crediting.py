from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, models
from odoo.exceptions import UserError

from ...law.amounts import share_cents
from ..dunning_money import exact


class DunningCrediting(models.AbstractModel):
    """Credits invoices, wholly or in part, by Odoo's own reversal: posted, and matched with what they credit.

    A part has the taxes of its invoice, each rate as far as it has a share in it, and comes to the amount to the cent.
    """

    _name = "dunning.crediting"
    _description = "Crediting of invoices"

    @api.model
    def _check_may(self, moves):
        """:raises UserError: whoever asks may not credit, or these are no invoices that can be credited."""
        if not self.env["account.move"].has_access("create"):
            raise UserError(
                self.env._(
                    "Booking a credit note takes the right to invoicing (Odoo's Invoicing, under Accounting), and you "
                    "do not have it. Have somebody book it who has; then answer without a credit note."
                )
            )
        if entries := moves.filtered(lambda move: move.move_type == "entry"):
            raise UserError(
                self.env._(
                    "%s was taken in as a journal entry, so there is no invoice here to credit. Book the credit note "
                    "by hand and match it; then answer without one.",
                    entries[0].name,
                )
            )

    @api.model
    def _credit(self, amounts, reason, day):
        """Credit these invoices.

        :param amounts: ``{invoice: Decimal above zero, in its currency}``. :param reason: in the debtor's language.
        :return: the credit notes, posted and matched. :raises UserError: one of them cannot be.
        """
        moves = self.env["account.move"].union(*amounts)
        self._check_may(moves)
        notes = self.env["account.move"]
        for move, amount in amounts.items():
            items = self._open_items(move)
            before = self._open(items)
            note = self._draft(move, amount, reason, day)
            note.action_post()
            if rest := self._open_items(note):  # Odoo matches by itself what credits all of an invoice
                (items.filtered(lambda item: not item.reconciled) + rest).reconcile()
            if before - self._open(items) != amount or self._open_items(note):
                raise UserError(
                    self.env._("%s could not be credited as asked. Nothing was booked; do it by hand.", move.name)
                )
            notes += note
        return notes

    @api.model
    def _open_items(self, move):
        """What is open of an invoice or a credit note, as its items."""
        return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable" and not line.reconciled)

    @api.model
    def _open(self, items):
        items.invalidate_recordset(["amount_residual_currency", "reconciled"])
        return sum((exact(item.amount_residual_currency, item.currency_id) for item in items), Decimal(0))

    @api.model
    def _draft(self, move, amount, reason, day):
        """The credit note as a draft, by Odoo's own window."""
        window = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=move.ids)
        window = window.create({"reason": reason, "date": day, "journal_id": move.journal_id.id})
        window.refund_moves()
        note = window.new_move_ids
        note.auto_post = "no"
        if exact(note.amount_total, note.currency_id) != amount:
            self._reduce(note, move, amount)
        return note

    @api.model
    def _reduce(self, note, move, amount):
        """Let a credit note come to this amount: a line per account and set of taxes, each with its share."""
        lines = note.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        groups = defaultdict(lines.browse)
        for line in lines:
            groups[line.account_id, line.tax_ids] += line
        # what was taken off by a line of its own has no share: the rest bears it
        groups = {key: own for key, own in groups.items() if sum(own.mapped("price_total")) > 0}
        places, currency = note.currency_id.decimal_places, note.currency_id
        weights = [int(exact(sum(own.mapped("price_total")), currency).scaleb(places)) for own in groups.values()]
        parts = share_cents(int(amount.scaleb(places)), weights)
        label = self.with_context(lang=move.partner_id.lang or self.env.lang).env._("Part of invoice %s", move.name)
        commands = [Command.delete(line.id) for line in note.invoice_line_ids]
        for (account, taxes), part in zip(groups, parts, strict=True):
            if part:
                gross = float(Decimal(part).scaleb(-places))
                first = groups[account, taxes][0]
                commands.append(Command.create(self._line(first, account, taxes, label, self._net(note, taxes, gross))))
        note.write({"invoice_line_ids": commands})
        self._to_the_cent(note, amount)

    @api.model
    def _line(self, first, account, taxes, label, price):
        """Values of the line of a share; what its books say beside the account is that of the first line."""
        return {
            "name": label,
            "account_id": account.id,
            "tax_ids": [Command.set(taxes.ids)],
            "analytic_distribution": first.analytic_distribution,
            "quantity": 1,
            "price_unit": price,
        }

    @api.model
    def _net(self, note, taxes, gross):
        """The price of a line that comes to this amount with its taxes."""
        if not taxes or all(taxes.flatten_taxes_hierarchy().mapped("price_include")):
            return gross
        taxes = taxes.with_context(force_price_include=True)
        found = taxes.compute_all(gross, note.currency_id, partner=note.partner_id, is_refund=True)
        return found["total_excluded"]

    @api.model
    def _to_the_cent(self, note, amount):
        """Book a cent that rounding left on the largest tax. :raises UserError: it is more than rounding."""
        cent = Decimal(1).scaleb(-note.currency_id.decimal_places)
        missing = amount - exact(note.amount_total, note.currency_id)
        if not missing:
            return
        taxes = note.line_ids.filtered(lambda line: line.display_type == "tax" and line.amount_currency)
        if not taxes or abs(missing) > cent * (len(taxes) + 1):
            raise UserError(
                self.env._(
                    "No credit note of exactly %(amount)s can be made with the taxes of %(invoice)s. Book it by hand; "
                    "then answer without a credit note.",
                    amount=note.currency_id.format(float(amount)),
                    invoice=note.reversed_entry_id.name,
                )
            )
        largest = max(taxes, key=lambda line: abs(line.amount_currency))
        to = exact(largest.amount_currency, note.currency_id) + missing
        note.write({"line_ids": [Command.update(largest.id, {"amount_currency": float(to)})]})
        if exact(note.amount_total, note.currency_id) != amount:
            raise UserError(self.env._("The credit note could not be made to the cent. Book it by hand."))
