from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .account_move import INSIDE


class AccountMove(models.Model):
    """What keeps letters about an invoice back by the will of a person: holds, and entries left out of follow-up."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    dunning_hold_id = fields.Many2one(
        "dunning.hold",
        string="On hold",
        compute="_compute_dunning_hold_id",
        search="_search_dunning_hold_id",
        groups=INSIDE,
    )
    dunning_hold_text = fields.Char(string="Why it is on hold", compute="_compute_dunning_hold_id", groups=INSIDE)
    dunning_is_due = fields.Boolean(
        string="Dunning step due",
        compute="_compute_dunning_is_due",
        search="_search_dunning_is_due",
        help="By the date of its company.",
        groups=INSIDE,
    )

    @api.depends("line_ids.no_followup")
    @api.depends_context("lang")
    def _compute_dunning_hold_id(self):
        holds = self.env["dunning.hold"].sudo()  # shown, not changed
        # of today: an entry keeps the debtor that it was made for, also once he belongs to another one
        partners = self.commercial_partner_id.commercial_partner_id
        found = holds._running(partners, self.company_id)
        by_move = holds.search([("move_id", "in", self.ids), ("is_running", "=", True)]).grouped("move_id")
        by_place = found.filtered(lambda hold: not hold.move_id).grouped(lambda hold: hold._place())
        for move in self:
            place = (move.company_id, move.commercial_partner_id.commercial_partner_id)
            own = by_move.get(move._origin, holds.browse()) + by_place.get(place, holds.browse())
            move.dunning_hold_id = own[:1]
            move.dunning_hold_text = own[:1]._begun(own[:1].display_name) if own else move._dunning_marked()

    def _dunning_marked(self):
        """The sentence about an invoice that is marked in Odoo as not to be followed up, False of any other."""
        marked = self.is_sale_document(include_receipts=True) and self.no_followup
        return marked and self.env["dunning.decision"]._sentence("NO_FOLLOWUP", {})

    @api.model
    def _search_dunning_hold_id(self, operator, value):
        """By a hold that runs in the company of the invoice, on the date it is there; by its id, or that there is one.

        One on the debtor covers all that is open.
        """
        if operator not in ("=", "!=") or not (value is False or isinstance(value, int)):
            return NotImplemented
        self._dunning_check_inside()
        domain = Domain("is_running", "=", True) & (Domain("id", "=", value) if value else Domain.TRUE)
        holds = self.env["dunning.hold"].sudo().search(domain)  # whose they are is in the domain
        whole = holds.filtered(lambda hold: not hold.move_id)
        held = Domain("id", "in", holds.move_id.ids) | Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("commercial_partner_id.commercial_partner_id", "in", there.partner_id.commercial_partner_id.ids)
            for company, there in whole.grouped("company_id").items()
        )
        return held if (operator == "=") == bool(value) else ~held

    def _compute_dunning_is_due(self):
        for move in self:
            today = move.company_id and move.company_id._dunning_today()
            is_open = move.state == "posted" and move.payment_state in ("not_paid", "partial")
            move.dunning_is_due = bool(today and is_open and move.dunning_next_date and move.dunning_next_date <= today)

    @api.model
    def _search_dunning_is_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        self._dunning_check_inside()
        due = self.env["res.company"]._dunning_by_day(lambda today: Domain("dunning_next_date", "<=", today))
        due &= Domain("state", "=", "posted") & Domain("payment_state", "in", ("not_paid", "partial"))
        return Domain.OR(due if wanted else ~due for wanted in value)

    @api.model
    def _dunning_check_inside(self):
        # Odoo asks as the system in a search, also for a user who may not see the field
        if not self.env.user._is_superuser() and not self.env.user.has_group(INSIDE):
            raise AccessError(self.env._("Only who works with dunning may search for its decisions."))

    # -- holds ----------------------------------------------------------------------------------------------------

    def action_dunning_hold(self):
        """Ask for reason and end date, then hold these invoices."""
        self.env["dunning.hold"].check_access("create")
        moves = self._dunning_check_selection()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hold"),
            "res_model": "dunning.hold.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_ids": moves.ids},
        }

    def action_dunning_release(self):
        """End the holds on these invoices themselves; a hold on the whole debtor is ended on the case."""
        holds = self.env["dunning.hold"].search([("move_id", "in", self.ids)])
        if not holds:
            raise UserError(
                self.env._("None of these invoices is on hold by itself. A hold on a debtor is ended on its case.")
            )
        return holds.action_release()

    # -- leaving out ----------------------------------------------------------------------------------------------

    def action_dunning_leave_out(self):
        """Ask why and until when these invoices, or entries that were taken in, are left out of follow-up.

        :raises UserError: nothing among them is followed up, or they are of several companies.
        """
        self.check_access("write")
        moves = self._dunning_followed_up()
        if not moves:
            raise UserError(self.env._("Choose posted invoices, or journal entries that were taken in as claims."))
        if len(moves.company_id) > 1:
            raise UserError(self.env._("Choose invoices of one company at a time: each company sends its own letters."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Leave out of follow-up"),
            "res_model": "dunning.leave.out.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_ids": moves.ids},
        }

    def action_dunning_follow_up(self):
        """Follow up again what was marked in Odoo as not to be followed up."""
        self.check_access("write")
        moves = self._dunning_check_selection()
        # sudo: as in action_dunning_take_in
        moves.sudo().line_ids.filtered(lambda line: line.account_type == "asset_receivable").no_followup = False

    def _dunning_redecide(self):
        """What is shown about the debtors of these entries follows."""
        for company, moves in self.grouped("company_id").items():
            self.env["dunning.case.mixin"]._redecide_debtors(company, moves._dunning_debtors())
