from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import dunning_bulk
from .dunning_charge import COSTS, INTEREST

RECEIVED, ASKED, INVOICED, WAIVED = "received", "asked", "invoiced", "waived"


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
