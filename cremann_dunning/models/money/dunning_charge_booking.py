from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import dunning_bulk
from ..dunning_money import exact
from ..event import as_fact
from .dunning_charge import COSTS, INTEREST

RECEIVED, ASKED, INVOICED, WAIVED = "received", "asked", "invoiced", "waived"
# As which event each of them is told.
KINDS = {
    RECEIVED: "charge.received",
    ASKED: "charge.booked",
    INVOICED: "charge.invoiced",
    WAIVED: "charge.waived",
    "taken_back": "charge.booked_back",
}


class DunningChargeBooking(models.Model):
    """What became of costs or interest of a claim: a part that is in the books, or one that was waived.

    What is in the books stands on an item of the debtor's account (``move_line_id``); how much of that is received is
    read from the ledger each time, so whatever a bookkeeper undoes counts no more.
    """

    _name = "dunning.charge.booking"
    _description = "Booking of Costs and Interest"
    _inherit = ["dunning.record.mixin"]
    _order = "date desc, id desc"

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True, index=True)  # as its claim has
    claim_id = fields.Many2one("dunning.claim", required=True, readonly=True, index=True, ondelete="restrict")
    case_id = fields.Many2one(related="claim_id.case_id")
    partner_id = fields.Many2one(related="claim_id.partner_id")
    currency_id = fields.Many2one(related="claim_id.currency_id")
    kind = fields.Selection([(COSTS, "Costs"), (INTEREST, "Interest")], required=True, readonly=True)
    how = fields.Selection(
        [
            (RECEIVED, "Booked when received"),
            (ASKED, "Booked when asked"),
            (INVOICED, "Invoiced"),
            (WAIVED, "Waived"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    amount = fields.Monetary(required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True, index=True, ondelete="set null")
    # no key: no record of ours holds an item
    move_line_id = dunning_bulk.Unguarded("account.move.line", string="Journal item", readonly=True, index=True)
    reason = fields.Char(readonly=True)
    is_undone = fields.Boolean(string="Undone", readonly=True)
    amount_received = fields.Monetary(
        compute="_compute_amount_received", string="Received", help="What of it payments paid, as the ledger has it."
    )

    @api.depends("move_line_id", "how")
    def _compute_amount_received(self):
        # beside those of the same item, of which costs are paid first
        self.env.flush_all()
        _rows, received = self.env["dunning.imputation"]._booking_rows(
            SQL("b.id = ANY(%s) OR b.move_line_id = ANY(%s)", self.ids, self.move_line_id.ids)
        )
        for booking in self:
            booking.amount_received = float(sum(amount for _day, amount in received.get(booking.id, ())))

    # -- as events ------------------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """What was booked, invoiced or waived is told, once for each entry or debtor."""
        bookings = super().create(vals_list)
        self.env["dunning.event"]._tell(bookings.sudo()._event_rows(KINDS))  # sudo: what is told is the system's
        return bookings

    def write(self, vals):
        """A waiver that is taken back is told."""
        undone = self.filtered(lambda booking: vals.get("is_undone") and not booking.is_undone)
        result = super().write(vals)
        self.env["dunning.event"]._tell(undone.sudo()._event_rows({WAIVED: "charge.unwaived"}))  # sudo: as above
        return result

    def _event_rows(self, kinds):
        """Events about these bookings, one for each entry and debtor; also to make them afterwards.

        :param kinds: the kind of event by what a booking is; with ``taken_back`` of what is below zero.
        """
        rows = []
        for (debtor, how, entry, is_back, reason, currency), own in self.grouped(
            lambda one: (
                one.claim_id.partner_id.id, one.how, one.move_id, one.amount < 0, one.reason, one.currency_id
            )
        ).items():  # fmt: skip
            parts = [(one.kind, abs(exact(one.amount, currency)), currency.name) for one in own]
            rows.append(
                {
                    "kind": kinds["taken_back"] if is_back else kinds[how],
                    "company_id": own.company_id[:1].id,
                    "debtor": debtor,
                    "claims": own.claim_id.ids,
                    "facts": as_fact.known(
                        **self.env["dunning.ledger.told"]._sums(parts),
                        numbers=", ".join(dict.fromkeys(claim.number or "" for claim in own.claim_id)),
                        entry=as_fact.entry(entry),
                    ),
                    "personal": as_fact.known(reason=reason),
                }
            )
        return rows

    # -- waiving --------------------------------------------------------------------------------------------------

    @api.model
    def _waive(self, claims, reason):
        """Waive what is left of costs and interest of these claims; who did that and why stays on record.

        :return: the bookings. :raises UserError: nothing is left of any.
        """
        rows = []
        for claim, charged in self.env["dunning.imputation"]._of_claims(claims).items():
            day = claim.company_id._dunning_today()
            for kind, left in (
                (COSTS, charged.costs - charged.costs_received - charged.costs_waived),
                (INTEREST, charged.interest_left),
            ):
                if left > 0:
                    rows.append(
                        {
                            "company_id": claim.company_id.id,
                            "claim_id": claim.id,
                            "kind": kind,
                            "how": WAIVED,
                            "amount": float(left),
                            "date": day,
                            "reason": reason,
                        }
                    )
        if not rows:
            raise UserError(self.env._("No costs or interest are left to waive."))
        made = self.sudo().create(rows)  # sudo: evidence is the system's; the caller checked the rights
        claims._let_follow()
        return made

    @api.model
    def _bring(self, into):
        """What became of claims that went into others belongs to those. :param into: ``{claim id: claim id}``."""
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_charge_booking b SET claim_id = t.target"
                "  FROM unnest(%s::int[], %s::int[]) AS t (id, target) WHERE b.claim_id = t.id",
                list(into),
                list(into.values()),
            )
        )
        self.invalidate_model(["claim_id"])

    def action_undo(self):
        """A waiver is taken back: what was waived is owed again."""
        waived = self._by_system().filtered(lambda booking: booking.how == WAIVED and not booking.is_undone)
        waived.is_undone = True
        waived.claim_id._let_follow()
        return True
