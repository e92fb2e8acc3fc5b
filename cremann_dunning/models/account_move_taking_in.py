from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .account_move import INSIDE
from .dunning_inside import Inside
from .dunning_money import written

SALES = ("out_invoice", "out_receipt")


class AccountMove(models.Model):
    """Journal entries that are followed up like invoices: opening balances, a point of sale on customer account."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    dunning_claim_ids = fields.One2many("dunning.claim", "move_id", string="Dunning claims", groups=INSIDE)

    # -- taking in and leaving out --------------------------------------------------------------------------------

    def action_dunning_take_in(self):
        """Ask by which number the debtors know what these journal entries ask of them, and when it is due.

        :raises UserError: one of them cannot be followed up, or they are of several companies.
        """
        self.check_access("write")
        for move in self:
            move._dunning_check_claim()
        if len(self.company_id) > 1:
            raise UserError(self.env._("Choose entries of one company at a time: each company sends its own letters."))
        return (
            self.env["dunning.take.in.wizard"]
            ._for_entries(self)
            ._get_records_action(name=self.env._("Take in as claims"), target="new")
        )

    def _dunning_take_in(self, given):
        """Follow up these journal entries like invoices.

        :param given: see ``dunning.claim._take_in``.
        """
        self.check_access("write")
        # sudo: the user may write the entries; that they are locked or posted does not matter here
        entries = self.sudo()
        fresh = entries.filtered(lambda move: not move.dunning_is_claim)
        fresh.dunning_is_claim = True
        # which Odoo sets on every journal entry
        fresh._dunning_claim_lines().with_context(dunning_told=Inside()).no_followup = False
        entries.env["dunning.claim"]._take_in(given)
        entries._dunning_redecide()

    def _dunning_leave_out(self, reason):
        """Do not follow up these journal entries any more; letters that have not gone out are stopped by it."""
        self.check_access("write")
        entries = self.sudo()  # as in _dunning_take_in
        entries.dunning_is_claim = False
        entries.env["dunning.claim"]._tell_items("hold.left_out", entries._dunning_claim_lines(), {"reason": reason})
        entries._dunning_claim_lines().with_context(dunning_told=Inside()).no_followup = True
        for company in entries.company_id:
            self.env["dunning.decision.register"].sudo()._retire_settled(company)  # sudo: decisions are the engine's
        entries._dunning_redecide()

    def _dunning_check_claim(self):
        """Refuse an entry that could not be followed up, with a message that says why."""
        self.ensure_one()
        name = self.display_name
        if self.move_type != "entry" or self.state != "posted":
            raise UserError(
                self.env._("%s is no posted journal entry. Invoices are followed up without being taken in.", name)
            )
        lines = self._dunning_claim_lines()
        if not lines:
            raise UserError(
                self.env._("%s has nothing open on a receivable account, so there is nothing to ask a debtor.", name)
            )
        if lines.filtered(lambda line: not line.partner_id):
            raise UserError(
                self.env._(
                    "%s cannot be taken in: every open receivable line needs a partner. Fill it in on the lines of the "
                    "entry first.",
                    name,
                )
            )

    # -- how they are named ---------------------------------------------------------------------------------------

    @api.depends_context("dunning_debtor", "dunning_open")
    def _compute_display_name(self):
        """Beside one debtor an entry that was taken in is named as he knows it; to choose from, with what is open."""
        result = super()._compute_display_name()
        debtor = self.env["res.partner"].browse(_id(self.env.context.get("dunning_debtor")))
        if debtor and self.env.user.has_group(INSIDE):
            for move in self._origin.filtered("dunning_is_claim"):
                move.display_name = ", ".join(move._dunning_numbers(debtor.commercial_partner_id))
        if self.env.context.get("dunning_open") and self.env.user.has_group(INSIDE):
            for move in self.filtered(lambda move: move._origin.state == "posted"):
                saved = move._origin  # of which one in a form that is not saved has the name
                same = saved == move
                name = saved._dunning_name_to_choose(debtor.commercial_partner_id) if same else saved.display_name
                move.display_name = name
        return result

    def _dunning_name_to_choose(self, debtor):
        """With the day it was due and what is open of it; what is paid has its number only."""
        self.ensure_one()
        invoice = self.move_type != "entry"  # of which nobody has to say whose it is
        debtor = self.commercial_partner_id.commercial_partner_id if invoice else debtor
        lines = self._dunning_items(debtor).filtered(lambda line: not line.reconciled)
        if not lines:
            return self.display_name
        due = min(line.date_maturity or line.date for line in lines)
        amount = written(self.env, sum(lines.mapped("amount_residual_currency")), lines.currency_id[:1])
        return f"{self.display_name} · {format_date(self.env, due)} · {amount}"

    @api.model
    def _search_display_name(self, operator, value):
        """Beside one debtor an entry is found by the number that he knows as well."""
        found = super()._search_display_name(operator, value)
        debtor = _id(self.env.context.get("dunning_debtor"))
        if not debtor or operator not in ("=", "ilike") or not self.env.user.has_group(INSIDE):
            return found
        claims = [("is_taken_in", "=", True), ("partner_id", "=", debtor), ("number", operator, value)]
        return Domain(found) | Domain("dunning_claim_ids", "any", claims)

    # -- what they ask of whom ------------------------------------------------------------------------------------

    def _dunning_followed_up(self):
        """Those of these entries that letters may ask for."""
        posted = self.filtered(lambda move: move.state == "posted")
        # sudo: whether letters ask for it, for whoever may read the entry
        return posted.filtered(lambda move: move.move_type in SALES or move.sudo().dunning_is_claim)

    def _dunning_claim_lines(self):
        """What these entries ask of debtors."""
        return self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled and line.amount_residual > 0
        )

    def _dunning_items(self, partner):
        """What these invoices and entries asked of this debtor from the start, paid or not."""
        return self._origin.line_ids.filtered(
            lambda line: (
                line.account_type == "asset_receivable"
                and line.amount_currency > 0
                and line.partner_id.commercial_partner_id == partner
            )
        )

    def _dunning_numbers(self, partner):
        """By which numbers this debtor knows these invoices and entries; those of others are not his."""
        numbers, saved = [], self._origin
        for move in self if saved == self else saved:  # read together where they are what is stored
            own = move.sudo().dunning_claim_ids  # sudo: a number, for whoever may read the entry
            own = own.filtered(lambda claim: claim.is_taken_in and claim.partner_id == partner and claim.move_line_id)
            numbers += own.mapped("number") or [move.name or "/"]
        return numbers

    def _dunning_debtors(self):
        """Whom these entries ask: the customer, or those on the lines of an entry that was taken in."""
        debtors = self.env["res.partner"]
        for move in self:  # one at a time: they are read for all that the caller goes through
            if move.move_type == "entry":
                lines = move.line_ids.filtered(
                    lambda line: line.account_type == "asset_receivable" and line.balance > 0
                )
                debtors |= lines.partner_id.commercial_partner_id
            else:
                # an invoice keeps the debtor that it was made for, also once he belongs to another one
                debtors |= move.commercial_partner_id.commercial_partner_id
        return debtors


def _id(value):
    """An id from a context; 0 of anything else."""
    return value if isinstance(value, int) and 0 < value < 2**31 else 0
