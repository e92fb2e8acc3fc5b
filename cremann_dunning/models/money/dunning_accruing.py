from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ...engine.facts import ZERO
from .dunning_charge import COSTS, INTEREST
from .dunning_charge_booking import ASKED, INVOICED, RECEIVED


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

        What stops one is said once in the case of its debtor, and tried again the next time.

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
                case = next(iter(claims))[0].case_id
                problems[case.partner_id] = str(error)
                self._tell(case, str(error))
        return entries, problems

    @api.model
    def _tell(self, case, problem):
        """Leave a line in a case about what could not be booked, unless it is the last thing that was said there."""
        body = self.env._("Costs and interest could not be booked: %s", problem)
        # sudo: a note of the system, on a case that whoever sends need not be allowed to write
        last = case.sudo().message_ids.sorted("id")[-1:]
        if html2plaintext(last.body or "").strip() != body:
            case.sudo().message_post(body=body)

    @api.model
    def _differences(self, company):
        """Per debtor and currency what is asked and not booked, or booked and not asked any more.

        :return: ``{(partner, currency): {(claim, kind): amount}}``, amounts below zero to take back.
        """
        bookings = self.env["dunning.charge.booking"].search(
            [("company_id", "=", company.id), ("how", "in", (RECEIVED, ASKED, INVOICED))]
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
        found, there = defaultdict(dict), (claims | bookings.claim_id).move_line_id.exists()
        for key in {*asked, *booked}:
            claim, _kind = key
            if claim.move_line_id in there and (difference := asked.get(key, ZERO) - booked.get(key, ZERO)):
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
        parts, bookkeeping = self._to_invoice(claims), self.env["dunning.bookkeeping"]
        company, item = claims.company_id, claims[:1].move_line_id
        lines = [
            Command.create(
                {
                    "name": bookkeeping._label(claim, kind),
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
                    "invoice_date": company._dunning_today(),
                    "invoice_payment_term_id": False,  # it is due: its parts are one item
                    "invoice_origin": ", ".join(claims.mapped("display_name")),
                    "invoice_line_ids": lines,
                }
            )
        )
        invoice.action_post()
        owed = invoice.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        owed.no_followup = True
        bookkeeping._keep(invoice, [owed] * len(parts), parts, INVOICED)
        return invoice

    @api.model
    def _to_invoice(self, claims):
        """What is left of costs and interest of these claims: ``{(claim, kind): amount}``.

        :raises UserError: that makes no invoice, and why.
        """
        if len(claims.partner_id) > 1 or len(claims.company_id) > 1 or len(claims.currency_id) > 1:
            raise UserError(self.env._("Choose claims on one debtor, in one currency."))
        parts, today = {}, claims.company_id._dunning_today()
        for claim, one in self.env["dunning.imputation"]._of_claims(claims).items():
            if claim.booking_ids.filtered(lambda booking: booking.how in (ASKED, INVOICED)):
                raise UserError(self.env._("%s is in the books already.", claim.display_name))
            parts |= {(claim, COSTS): one.costs_left(today), (claim, INTEREST): one.interest_left}
        parts = {key: amount for key, amount in parts.items() if amount > 0}
        if not parts:
            raise UserError(self.env._("No costs or interest are left to invoice."))
        return parts
