from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.account_move_sending import HAND, MAIL, PEPPOL, PORTAL, POST, SALES

HOW = [
    (MAIL, "By e-mail"),
    (POST, "By post"),
    (PEPPOL, "By Peppol"),
    (PORTAL, "By a portal"),
    (HAND, "By hand"),
]


class DunningSentWizard(models.TransientModel):
    """Asks when and how invoices went to their debtors outside Odoo, or sends them now."""

    _name = "dunning.sent.wizard"
    _description = "Invoices That Were Sent"
    _inherit = ["dunning.window.mixin"]

    move_ids = fields.Many2many("account.move", string="Invoices", readonly=True)
    day = fields.Date(
        string="Sent on", required=True, default=lambda self: self.env.company._dunning_today(),
        help="Where the days of a term count from sending, they count from this day.",
    )  # fmt: skip
    how = fields.Selection(HOW, required=True, default=MAIL)
    known_text = fields.Char(compute="_compute_texts", string="Known as sent")
    refused_text = fields.Text(compute="_compute_texts", string="Did not arrive")

    @api.model
    def _open_for(self, moves):
        """The window about those of these that are customer invoices.

        :raises UserError: none of them is.
        """
        moves = moves.filtered(lambda move: move.state == "posted" and move.move_type in SALES)
        if not moves:
            raise UserError(self.env._("Choose posted customer invoices: only those are sent to a debtor."))
        moves.check_access("write")
        window = self.create({"move_ids": [Command.set(moves.ids)], "day": moves.company_id[:1]._dunning_today()})
        return window._get_records_action(name=self.env._("Were these invoices sent?"), target="new")

    def _asked(self):
        """The invoices of which nobody knows that the debtor has them as they are now."""
        return self.move_ids.filtered("dunning_is_missing")

    @api.depends("move_ids")
    @api.depends_context("lang")
    def _compute_texts(self):
        for window in self:
            known = window.move_ids - window._asked()
            window.known_text = ", ".join(known.mapped("name"))
            window.refused_text = "\n".join(
                f"{move.name}: {move.dunning_not_arrived}" for move in window.move_ids if move.dunning_not_arrived
            )

    def action_say_sent(self):
        """Note that they were sent, on that day and in that way. Those that Odoo sent stay as they are.

        :raises UserError: all of them are known as sent, or the day cannot be.
        """
        self.ensure_one()
        self.check_access("write")
        moves = self._asked()
        if not moves:
            raise UserError(self.env._("All of these are known as sent already. There is nothing to say."))
        moves._dunning_say_sent(self.day, self.how)
        moves._dunning_redecide()
        return self._close_saying(self.env._("Noted as sent: %s invoices.", len(moves)))

    def action_send(self):
        """Send them now, in Odoo's own window. :raises UserError: they are of several companies."""
        self.ensure_one()
        self.check_access("write")
        if len(self.move_ids.company_id) > 1:
            raise UserError(self.env._("Send invoices of one company at a time: each company sends its own."))
        return self.move_ids.action_send_and_print()
