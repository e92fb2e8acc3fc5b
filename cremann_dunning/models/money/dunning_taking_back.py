from collections import defaultdict
from decimal import Decimal

from odoo import api, models

from ...engine.facts import ZERO
from .dunning_charge_booking import ASKED


class DunningTakingBack(models.AbstractModel):
    """Costs and interest that are in the books and not owed any more: they are taken back, and what was paid of them
    lies on the account of the debtor again."""

    _name = "dunning.taking.back"
    _description = "Taking back of Costs and Interest"

    @api.model
    def _take_back(self, company, parts):
        """One entry per receivable account over these parts, matched with what was booked about them.

        :param parts: ``{(claim, kind): amount}`` of one debtor and currency, amounts above zero.
        :return: the entries, posted.
        """
        entries = self.env["account.move"]
        booked = self._items(parts)
        by_account = defaultdict(dict)
        for key, amount in parts.items():
            by_account[booked[key][:1].account_id][key] = amount
        for account, own in by_account.items():
            if account:
                items = {
                    key: booked[key].filtered(lambda item, account=account: item.account_id == account) for key in own
                }
                entries += self._enter(company, own, items)
        return entries

    @api.model
    def _items(self, parts):
        """What was booked about these, the last first: ``{(claim, kind): items of the debtor's account}``."""
        bookings = self.env["dunning.charge.booking"].search(
            [
                ("claim_id", "in", [claim.id for claim, _kind in parts]),
                ("move_line_id", "!=", False),
                ("amount", ">", 0),
            ],
            order="id desc",
        )
        there = bookings.move_line_id.exists().filtered(lambda item: item.parent_state == "posted")
        found = dict.fromkeys(parts, self.env["account.move.line"])
        for booking in bookings.filtered(lambda booking: booking.move_line_id in there):
            if (key := (booking.claim_id, booking.kind)) in found:
                found[key] |= booking.move_line_id
        return found

    @api.model
    def _enter(self, company, parts, items):
        """:param items: ``{(claim, kind): items}``, all on one account."""
        bookkeeping = self.env["dunning.bookkeeping"]
        freed = self._free(parts, items)
        ref, today = self.env._("Costs and interest taken back"), company._dunning_today()
        entry, backs = bookkeeping._enter(next(iter(items.values()))[:1], parts, ref, today, -1)
        for key, back in zip(parts, backs, strict=True):
            for item in items[key]:
                if not item.reconciled and not back.reconciled:
                    (item + back).reconcile()
        for item, receipts in freed:  # what stays of it is paid by what paid it
            left = (item + receipts).filtered(lambda line: not line.reconciled)
            if item in left and len(left) > 1:
                left.reconcile()
        bookkeeping._keep(entry, backs, {key: -amount for key, amount in parts.items()}, ASKED)
        return entry

    @api.model
    def _free(self, parts, items):
        """Take receipts off these items, the last booked first, until as much of each is open as is taken back.

        :return: list of ``(item, receipts that were matched with it)``.
        """
        freed, reserved = [], defaultdict(lambda: ZERO)
        for key, amount in parts.items():
            open_there = sum((_open(item) - reserved[item] for item in items[key]), ZERO)
            for item in items[key]:
                if open_there >= amount:
                    break
                before = _open(item)
                partials = item.matched_credit_ids.filtered(lambda partial, item=item: self._is_receipt(partial, item))
                if partials:
                    freed.append((item, partials.credit_move_id))
                    partials.unlink()
                    open_there += _open(item) - before
            for item in items[key]:
                taken = min(_open(item) - reserved[item], amount)
                reserved[item], amount = reserved[item] + taken, amount - taken
        return freed

    @api.model
    def _is_receipt(self, partial, item):
        """Whether this is neither what took it back before nor what a bookkeeper reversed it with."""
        other = partial.credit_move_id
        taken_back = self.env["dunning.charge.booking"].search_count([("move_line_id", "=", other.id)], limit=1)
        return not taken_back and other.move_id.reversed_entry_id != item.move_id


def _open(item):
    """What is open of an item, above zero where the debtor owes it."""
    return Decimal(str(item.currency_id.round(item.amount_residual_currency)))
