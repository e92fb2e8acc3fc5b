import logging
from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, models
from odoo.exceptions import UserError

from ...engine.facts import ZERO
from .dunning_charge import COSTS, INTEREST
from .dunning_charge_booking import ASKED, INVOICED

_logger = logging.getLogger(__name__)


class DunningAccruing(models.AbstractModel):
    """Costs and interest in the books when letters ask them, for companies that have it so, and invoices over them.

    What is booked follows what is in force: a later letter adds, one that was taken back or waived takes back. What a
    bookkeeper reversed by hand stays as he left it.
    """

    _name = "dunning.accruing"
    _description = "Booking of Costs and Interest when Asked"

    @api.model
    def _follow(self, company):
        """Bring the books of a company to what its letters ask by now, one entry per debtor.

        :return: the entries, and per debtor why nothing could be booked.
        """
        entries, problems = self.env["account.move"], {}
        if company.dunning_charges_mode != "asked":
            return entries, problems
        for claims in self._differences(company).values():
            try:
                with self.env.cr.savepoint():
                    entries += self._adjust(claims)
            except UserError as error:
                partner = next(iter(claims))[0].partner_id
                problems[partner] = str(error)
                _logger.info("Costs and interest of debtor %s are not booked: %s", partner.id, error)
        return entries, problems

    @api.model
    def _differences(self, company):
        """Per debtor and currency what is asked and not booked, or booked and not asked any more.

        :return: ``{(partner, currency): {(claim, kind): amount}}``, amounts below zero to take back.
        """
        bookings = self.env["dunning.charge.booking"].search(
            [("company_id", "=", company.id), ("how", "in", ("received", ASKED, INVOICED))]
        )
        booked = defaultdict(lambda: ZERO)
        for booking in bookings:
            booked[booking.claim_id, booking.kind] += Decimal(str(booking.amount))
        claims = self.env["dunning.claim"].search(
            [("company_id", "=", company.id), ("charge_ids.state", "=", "asked"), ("ended_on", "=", False)]
        )
        asked, today = {}, company._dunning_today()
        for claim, one in self.env["dunning.imputation"]._of_claims(claims).items():
            asked[claim, COSTS] = max(one.costs - one.costs_waived, ZERO) if one.costs_due(today) else ZERO
            asked[claim, INTEREST] = max(one.interest - one.interest_waived, ZERO)
        found = defaultdict(dict)
        for key in {*asked, *booked}:
            claim, _kind = key
            if claim.move_line_id and (difference := asked.get(key, ZERO) - booked.get(key, ZERO)):
                found[claim.partner_id, claim.currency_id][key] = difference
        return found

    @api.model
    def _adjust(self, parts):
        """Entries over these differences; what is taken back is matched with what was booked and not paid.

        :param parts: ``{(claim, kind): amount}`` of one debtor and currency.
        """
        bookkeeping, entries = self.env["dunning.bookkeeping"], self.env["account.move"]
        item = next(iter(parts))[0].move_line_id
        today = item.company_id._dunning_today()
        for sign, ref in (
            (1, self.env._("Costs and interest asked")),
            (-1, self.env._("Costs and interest taken back")),
        ):
            own = {key: sign * amount for key, amount in parts.items() if sign * amount > 0}
            if not own:
                continue
            entry, items = bookkeeping._enter(item, own, ref, today, sign)
            if sign < 0:
                waiting = self._waiting(own)
                if waiting:
                    (waiting + items).reconcile()
            bookkeeping._keep(entry, items, {key: sign * amount for key, amount in own.items()}, ASKED)
            entries += entry
        return entries

    @api.model
    def _waiting(self, parts):
        """The open items of what was booked about these claims."""
        bookings = self.env["dunning.charge.booking"].search(
            [
                ("claim_id", "in", [claim.id for claim, _kind in parts]),
                ("move_line_id", "!=", False),
                ("amount", ">", 0),
            ]
        )
        items = bookings.move_line_id.exists()
        return items.filtered(lambda line: line.parent_state == "posted" and not line.reconciled)

    @api.model
    def _invoice(self, claims):
        """An invoice over what is left of costs and interest of these claims of one debtor; it is asked with them.

        No VAT: it is damages. It has no ladder of its own, since the claims have one.

        :return: the invoice, posted. :raises UserError: nothing is left, or an account is missing.
        """
        parts = defaultdict(lambda: ZERO)
        today = claims.company_id._dunning_today()
        for claim, one in self.env["dunning.imputation"]._of_claims(claims).items():
            if claim.booking_ids.filtered(lambda booking: booking.how in (ASKED, INVOICED)):
                raise UserError(self.env._("%s is in the books already.", claim.display_name))
            parts[claim, COSTS] += one.costs_left(today)
            parts[claim, INTEREST] += one.interest_left
        parts = {key: amount for key, amount in parts.items() if amount > 0}
        if not parts:
            raise UserError(self.env._("No costs or interest are left to invoice."))
        company, item = claims.company_id, claims[:1].move_line_id
        lines = [
            Command.create(
                {
                    "name": self.env["dunning.bookkeeping"]._lines(item, claim, kind, amount)[0]["name"],
                    "quantity": 1,
                    "price_unit": float(amount),
                    "account_id": company._dunning_charge_account(kind).id,
                    "tax_ids": [Command.clear()],
                }
            )
            for (claim, kind), amount in parts.items()
        ]
        invoice = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": item.partner_id.id,
                    "company_id": company.id,
                    "currency_id": item.currency_id.id,
                    "invoice_date": today,
                    "invoice_origin": ", ".join(claims.mapped("display_name")),
                    "invoice_line_ids": lines,
                }
            )
        )
        invoice.action_post()
        owed = invoice.line_ids.filtered(lambda line: line.account_type == "asset_receivable")[:1]
        owed.no_followup = True
        self._keep_invoice(invoice, owed, parts)
        return invoice

    @api.model
    def _keep_invoice(self, invoice, owed, parts):
        rows = [
            {
                "company_id": invoice.company_id.id, "claim_id": claim.id, "kind": kind, "how": INVOICED,
                "amount": float(amount), "date": invoice.invoice_date, "move_id": invoice.id, "move_line_id": owed.id,
            }
            for (claim, kind), amount in parts.items()
        ]  # fmt: skip
        self.env["dunning.charge.booking"].sudo().create(rows)  # sudo: evidence is the system's
