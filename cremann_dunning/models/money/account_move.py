from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Invoices and entries that are not paid come to an end."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

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
