from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..claim.dunning_claim import READDRESSED


class DunningLetterChatterMixin(models.AbstractModel):
    """What is written about a letter: the debtor's reply, a mail that came back, short letters by hand."""

    _name = "dunning.letter.chatter.mixin"
    _description = "Chatter of a dunning letter"

    not_yours_label = fields.Char(
        compute="_compute_not_yours_label",
        help="What the letter asked for and is another one's, for a rectification; in the language of the letter.",
    )

    @api.depends("line_ids.claim_id.end_reason")
    def _compute_not_yours_label(self):
        for letter in self:
            env = letter.with_context(lang=letter.lang).env
            lines = letter.line_ids.filtered(lambda line: line.claim_id.end_reason == READDRESSED)
            numbers = format_list(env, lines.mapped(lambda line: line.number or ""), lang_code=letter.lang)
            label = env._("invoice %s", numbers) if len(lines) == 1 else numbers
            letter.not_yours_label = label if lines else False

    @api.private  # the gateway of mail calls it, nobody from outside
    def message_update(self, msg_dict, update_vals=None):
        """A reply of the debtor stops what was to follow until somebody has handled it."""
        for letter in self:
            self.env["dunning.reply"]._receive(letter.case_id, msg_dict, letter)
        return super().message_update(msg_dict, update_vals)

    def _message_receive_bounce(self, email, partner):
        """The letter came back: it was not delivered, whatever the mail server said first. Its level goes back."""
        result = super()._message_receive_bounce(email, partner)
        for letter in self:
            told = letter._told_to_keepers()
            told.env["dunning.delivery"]._came_back(told, email)
        return result

    def _readers(self):
        """A message about a letter goes to whoever got the letter."""
        return {letter: letter.contact_id for letter in self}

    def _tone(self):
        self.ensure_one()
        return self.tone

    def action_thank(self):
        """Write a word of thanks: everything on the letter was paid.

        :raises UserError: costs or interest are left, which thanks would give away (6:50 lid 2 BW).
        """
        self.ensure_one()
        if left := self._page_beyond():
            raise UserError(
                self.env._(
                    "Of the costs and interest on this letter %s is left, and thanks would say that all is paid. Waive "
                    "it on the case first, or go on asking it.",
                    self._money(left),
                )
            )
        return self._compose_about_sent("thank_you")

    def action_rectify(self):
        """Write that the letter was not right: the debtor had paid before, or an invoice on it is another one's."""
        return self._compose_about_sent("not_yours" if self.not_yours_label else "rectification")

    def _compose_about_sent(self, name):
        self.ensure_one()
        self.check_access("write")
        if self.state != "sent":
            raise UserError(self.env._("The debtor did not get this letter, so there is nothing to write about it."))
        return self._compose(name)
