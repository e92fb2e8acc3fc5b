from collections import defaultdict
from decimal import Decimal

from odoo import Command, models
from odoo.exceptions import ValidationError
from odoo.tools import str2bool

from ...engine.facts import ZERO
from ..money.dunning_charge import COSTS, INTEREST


class DunningLetterPaymentMixin(models.AbstractModel):
    """A letter is paid as a whole through Odoo's own payment pages: what it asks now, to the cent."""

    _name = "dunning.letter.payment.mixin"
    _description = "Online payment of a dunning letter"

    # -- costs and interest ---------------------------------------------------------------------------------------

    def _page_beyond(self):
        """What is left of the costs and the interest that the letter asks: neither received nor waived.

        What came in for them and is not booked yet counts as received. A letter that has not arrived asks all of it.
        """
        asked = self.amount_interest + self.amount_costs
        if not asked or self.state != "sent" or self.follow_up_pending:
            return asked
        # a rest, whose invoice is paid, is what the letter asks as principal
        lines = self._demanded_lines().filtered(lambda line: not line.is_rest)
        left = sum(self._beyond_parts(lines, self._beyond_received()).values())
        return self.currency_id.round(min(float(left), asked))

    def _beyond_received(self):
        """What came in on costs and interest of this debtor and is not booked yet: ``{(item id, kind): amount}``."""
        partner, came_in = self.partner_id.commercial_partner_id, defaultdict(lambda: ZERO)
        for _item_id, parts, _certain in self.env["dunning.bookkeeping"]._received(self.company_id, partner.ids):
            for key, amount in parts.items():
                came_in[key] += amount
        return came_in

    def _beyond_parts(self, lines, came_in=None):
        """What is left of the costs and interest that these lines of the letter ask; what a later letter added is no
        part of it.

        :param came_in: what of them was received and is not booked yet, by the same keys.
        :return: ``{(item id, "costs" or "interest"): Decimal above zero}``.
        """
        today, parts = self.company_id._dunning_today(), {}
        for claim, one in self.env["dunning.imputation"]._of_claims(lines.claim_id).items():
            line = lines.filtered(lambda line, claim=claim: line.claim_id == claim)
            for kind, left in ((COSTS, one.costs_left(today)), (INTEREST, one.interest_left)):
                key = claim.move_line_id.id, kind
                left -= (came_in or {}).get(key, ZERO)
                if not line.is_rest:
                    settled = one.costs_received + one.costs_waived
                    if kind == INTEREST:
                        settled = one.interest_received + one.interest_waived
                    left = min(left, self._asked_of(line, kind) - settled - (came_in or {}).get(key, ZERO))
                if left > 0:
                    parts[key] = left
        return parts

    def _asked_of(self, line, kind):
        """What a line of the letter asks altogether as costs or interest, with what was received on them before it.

        Costs that are only announced are no part of what the letter asks.
        """
        if kind == INTEREST:
            return Decimal(str(self.currency_id.round(line.amount_interest + line.interest_off)))
        return Decimal(str(self.currency_id.round(line.amount_costs + line.costs_off))) if self.amount_costs else ZERO

    # -- paying it ------------------------------------------------------------------------------------------------

    def _payable(self, rows):
        """The invoices that a payment of this letter is for; none where one of them is a journal entry, as Odoo's
        payments know invoices only.

        :param rows: see ``_page_values``, of what the letter demands.
        """
        with_rest = {item_id for item_id, _kind in self._beyond_parts(self._demanded_lines())}
        unknown = self.state != "sent" or self.follow_up_pending  # nothing of it is on record yet
        meant = [row for row in rows if row["open"] or unknown or row["line"].move_line_id.id in with_rest]
        moves = self.env["account.move"]
        if all(row["invoice"] for row in meant):
            for row in meant:
                moves |= row["invoice"]
        return moves

    def _online_options(self, amount):
        """The providers and the payment methods of Odoo with which the debtor can pay this amount online."""
        self.ensure_one()
        # sudo: which ways of paying there are, for whoever has the key
        this, company = self.sudo(), self.company_id
        providers, methods = this.env["payment.provider"], this.env["payment.method"]
        if not str2bool(this.env["ir.config_parameter"].get_param("account_payment.enable_portal_payment") or "0"):
            return providers, methods
        providers = providers._get_compatible_providers(
            company.id, this.partner_id.id, amount, currency_id=this.currency_id.id
        )
        methods = methods._get_compatible_payment_methods(
            providers.ids, this.partner_id.id, currency_id=this.currency_id.id
        )
        return providers, methods

    def _can_pay_online(self, amount):
        """Whether Odoo offers a way to pay online."""
        return bool(self.currency_id.compare_amounts(amount, 0) > 0 and self._online_options(amount)[1])

    def _online_reference(self):
        """The reference of the letter as payment providers take it: nothing that an address on the web would change."""
        return (self.payment_reference or self.name).strip("+ ")

    def _check_online(self, values, amount, provider_id):
        """Whether this may be paid now.

        :param values: ``_page_values`` of this moment. :param amount: what stood on the page that the debtor has open.
        :raises ValidationError: nothing is to be paid, or something else.
        """
        self.ensure_one()
        if not values["online"] or self.is_test:
            raise ValidationError(self.env._("Nothing on this letter has to be paid this way now. Look at it again."))
        if not isinstance(amount, int | float) or self.currency_id.compare_amounts(amount, values["amount_now"]):
            raise ValidationError(
                self.env._(
                    "What has to be paid has changed meanwhile: it is %s now. Nothing was paid. The page shows the new "
                    "amount when you close this message.",
                    self._money(values["amount_now"]),
                )
            )
        if provider_id not in self._online_options(values["amount_now"])[0].ids:
            raise ValidationError(self.env._("This way of paying is not offered here."))

    def _online_vals(self, values):
        """What a transaction that pays this letter knows of it.

        How much of it is costs and interest, so that this part is booked as such; an instalment goes to the invoices.
        """
        self.ensure_one()
        instalment = values["agreed"] and values["agreed"]["in_instalments"]
        rests = sum(row["open"] for row in values["demanded"] if row["line"].is_rest)
        return {
            "invoice_ids": [Command.set(values["payable"].ids)],
            "dunning_letter_id": self.id,
            "dunning_beyond": 0.0 if instalment else self.currency_id.round(values["beyond"] + rests),
        }
