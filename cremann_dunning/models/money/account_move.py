from odoo import api, fields, models
from odoo.exceptions import UserError

from ..account_move import INSIDE
from ..dunning_money import written


class AccountMove(models.Model):
    """Invoices and entries that are not paid come to an end, and what is owed beyond them."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    dunning_by_party = fields.Boolean(
        string="Received by a party",
        readonly=True,
        copy=False,
        help="What the debtor paid to an agency, a bailiff or a lawyer for us: it is money as if it came in here.",
        groups=INSIDE,
    )
    dunning_beyond_text = fields.Char(
        compute="_compute_dunning_beyond_text", string="Costs and interest", groups=INSIDE
    )

    @api.depends("payment_state")
    @api.depends_context("lang")
    def _compute_dunning_beyond_text(self):
        """What is left of costs and interest that letters asked for an invoice; Odoo calls it paid without them."""
        about = [("move_id", "in", self.ids), ("charge_ids.state", "=", "asked"), ("ended_on", "=", False)]
        claims = self.env["dunning.claim"].search(about).filtered("beyond_left").grouped("move_id")
        self.dunning_beyond_text = False
        for move in self.filtered(claims.get):
            own = claims[move]
            currency = own.currency_id[:1]
            left = written(self.env, sum(own.mapped("beyond_left")), currency)
            if all(claim.is_rest for claim in own):
                move.dunning_beyond_text = self.env._(
                    "The invoice itself is paid, and what letters asked beyond it is not: %s of costs and interest is "
                    "left.",
                    left,
                )
            else:
                move.dunning_beyond_text = self.env._(
                    "Letters asked costs and interest beyond it: %(left)s of these is left, so %(owed)s is owed.",
                    left=left,
                    owed=written(self.env, sum(own.mapped("amount_owed")), currency),
                )

    def action_dunning_write_off(self):
        """Ask why what is open of these invoices, or of entries that were taken in, is written off.

        :raises UserError: nothing of them is open, or they are of several companies.
        """
        self.check_access("write")
        claims = self._dunning_followed_up()
        return self._dunning_ask_write_off(claims._dunning_claim_lines(), self - claims._dunning_claim_lines().move_id)

    def _dunning_ask_write_off(self, items, without=None):
        """The window about these items. :param without: entries of which nothing can be written off; it says why."""
        without = without or self.browse()
        if not items:
            problems = without._dunning_why_not_written_off() if without else self.env._("Nothing is open of these.")
            raise UserError(problems or self.env._("Nothing is open of these."))
        if len(items.company_id) > 1:
            raise UserError(self.env._("Choose claims of one company at a time: each has its own books."))
        self.env["account.move"].check_access("create")
        window = self.env["dunning.write.off.wizard"].create(
            {
                "item_ids": [(6, 0, items.ids)],
                "company_id": items.company_id.id,
                "problems": without._dunning_why_not_written_off(),
            }
        )
        return window._get_records_action(name=self.env._("Write off"), target="new")

    def _dunning_why_not_written_off(self):
        """Why nothing of these can be written off, a line for each."""
        lines = []
        for move in self:
            if move.state != "posted":
                lines.append(self.env._("%s is not booked: book it first, or delete it.", move.display_name))
            elif move.move_type == "out_refund":
                lines.append(self.env._("%s is a credit note and no claim.", move.display_name))
            elif move not in move._dunning_followed_up():
                lines.append(self.env._("%s is no invoice to a customer and no claim.", move.display_name))
            else:
                lines.append(self.env._("%s is paid, credited or written off already.", move.display_name))
        return "\n".join(lines)
