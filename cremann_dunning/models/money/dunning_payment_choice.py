import hashlib
import json
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import references
from ...engine.paying import Part
from .. import dunning_bulk
from .dunning_charge import COSTS, INTEREST

KEPT_DAYS = 400  # so long after it was made a payment with its reference is recognised


class DunningPaymentChoice(models.Model):
    """What a debtor chose to pay on his page: which items, how much of each, and the reference of exactly that.

    It is written once. The same choice made again is the same record, so that a page that is opened twice makes one.
    """

    _name = "dunning.payment.choice"
    _description = "What a Debtor Chose to Pay"
    _inherit = ["dunning.record.mixin"]
    _order = "id desc"
    _rec_name = "payment_reference"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = dunning_bulk.Unguarded("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    parts = fields.Json(readonly=True, help="Per journal item its principal, costs and interest, as exact text.")
    payment_reference = fields.Char(readonly=True)
    payment_reference_key = fields.Char(
        string="Key of the reference", readonly=True, help="Empty where the reference is that of its one invoice."
    )
    digest = fields.Char(required=True, readonly=True, help="Tells this choice from every other.")
    started_at = fields.Datetime(readonly=True, help="When a payment of this debtor was last started.")

    _once = models.UniqueIndex("(company_id, partner_id, digest)", "This choice was made already.")

    @api.model
    def _made(self, company, partner, currency, parts, numbers):
        """The choice of these parts, made now or before.

        :param parts: ``engine.paying.Part`` of items of this debtor in this currency. :param numbers: as he knows them,
            by item.
        """
        # sudo: made by visitors without a login, as the system's
        this = self.sudo()
        rows = [
            {"item": part.item, **{name: str(getattr(part, name)) for name in ("principal", "costs", "interest")}}
            for part in sorted(parts)
        ]
        place = {"company_id": company.id, "partner_id": partner.id}
        # what was paid once and is chosen again is another choice
        before = len(this.search([(name, "=", value) for name, value in place.items()])._used())
        digest = hashlib.sha256(json.dumps([currency.name, rows, before]).encode()).hexdigest()
        found = this.search([(name, "=", value) for name, value in place.items()] + [("digest", "=", digest)])
        if not found:
            amount = sum((part.total for part in parts), Decimal(0))
            values = {"currency_id": currency.id, "amount": float(amount), "parts": rows, "digest": digest}
            found = this.create({**place, **values})
            found.write(found._reference_vals(numbers))
        return found

    def _reference_vals(self, numbers):
        """One invoice is paid with its own reference, several with one of this choice."""
        moves = self._items().move_id
        if len({(item.move_id, numbers.get(item.id)) for item in self._items()}) < 2:
            _bank, printed = moves._dunning_pay_to(self.company_id, list(numbers.values()))
            return {"payment_reference": printed, "payment_reference_key": False}
        kind = self.company_id._dunning_reference_kind(self._bank(), self.currency_id)
        printed = references.of_choice(kind, self.id)
        return {"payment_reference": printed, "payment_reference_key": references.normalised(printed)}

    def _used(self):
        """The payments of these choices that succeeded or may yet: no draft, and no transfer that was only meant."""
        return self.env["payment.transaction"].search(
            [
                ("dunning_choice_id", "in", self.ids),
                ("state", "in", ("pending", "authorized", "done")),
                "|",
                ("state", "=", "done"),
                ("provider_id.code", "not in", ("none", "custom")),
            ]
        )

    def _parts(self):
        """What it pays, as ``engine.paying.Part``."""
        self.ensure_one()
        return tuple(
            Part(row["item"], *(Decimal(row[name]) for name in ("costs", "interest", "principal")))
            for row in self.parts or ()
        )

    def _items(self):
        """The journal items that it pays, as far as they are there."""
        self.ensure_one()
        return self.env["account.move.line"].browse([row["item"] for row in self.parts or ()]).exists()

    def _bank(self):
        """The account to pay into: that of its invoices, or of the company."""
        return self._items().move_id._dunning_pay_to(self.company_id)[0]

    # -- paid by bank -----------------------------------------------------------------------------------------------

    @api.model
    def _by_text(self, company, text, currency, amount):
        """What somebody chose and paid with exactly this amount and its own reference; empty where that is none."""
        keys = references.found_in(text) | references.numbers_in(text)
        about = [("company_id", "=", company.id), ("currency_id", "=", currency.id)]
        found = self.search([*about, ("payment_reference_key", "in", list(keys))]) if keys else self
        found = found.filtered(lambda choice: not currency.compare_amounts(choice.amount, amount))
        return found if len(found) == 1 else self.browse()

    def _principals(self):
        """The open items that it pays and how much of each: ``[(item, amount)]``."""
        items = {item.id: item for item in self._items() if not item.reconciled and item.parent_state == "posted"}
        return [
            (items[part.item], min(float(part.principal), items[part.item].amount_residual_currency))
            for part in self._parts()
            if part.principal and part.item in items
        ]

    @api.model
    def _book_charges(self, line, parts):
        """Book what a payment pays of costs and interest, as far as that is still owed; where the company has such
        money booked by itself.

        :param line: of the receipt, on the account of the debtor. :param parts: ``engine.paying.Part``.
        :raises UserError: an account or a journal is missing.
        """
        company = line.company_id
        if company.dunning_book_charges != "certain" or not line:
            return
        claims = self.env["dunning.claim"].search([("move_line_id", "in", [part.item for part in parts])])
        today, left = company._dunning_today(), {}
        for claim, charged in self.env["dunning.imputation"]._of_claims(claims).items():
            left[claim.move_line_id.id, COSTS] = charged.costs_left(today)
            left[claim.move_line_id.id, INTEREST] = charged.interest_left
        wanted = {
            (part.item, kind): own
            for part in parts
            for kind, amount in ((COSTS, part.costs), (INTEREST, part.interest))
            if (own := min(amount, left.get((part.item, kind), Decimal(0)))) > 0
        }
        if wanted:
            self.env["dunning.bookkeeping"]._book(line, wanted)

    # -- starting ---------------------------------------------------------------------------------------------------

    def _turn(self):
        """Whoever starts a payment of this debtor takes his turn: of two at one moment the second begins anew, and
        sees what the first did."""
        self.ensure_one()
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_payment_choice SET started_at = %s WHERE company_id = %s AND partner_id = %s",
                fields.Datetime.now(),
                self.company_id.id,
                self.partner_id.id,
            )
        )
        self.invalidate_model(["started_at"])

    @api.autovacuum
    def _gc_old(self):
        """What was chosen long ago and never paid here goes."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        old = self.search([("create_date", "<", limit)])
        paid = self.env["payment.transaction"].search([("dunning_choice_id", "in", old.ids)]).dunning_choice_id
        (old - paid).unlink()
