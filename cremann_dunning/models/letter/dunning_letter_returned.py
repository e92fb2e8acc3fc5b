from odoo import fields, models


class DunningLetter(models.Model):
    """What a letter says of payments that came back."""

    _inherit = "dunning.letter"  # pylint: disable=consider-merging-classes-inherited

    returned_on_text = fields.Char(
        compute="_compute_returned", help="The day on which the last payment of these invoices came back, in words."
    )
    returned_reason = fields.Char(
        compute="_compute_returned", help="What the bank said about it, where it said anything."
    )

    def _compute_returned(self):
        # sudo: what came back of the claims of a letter, for whoever may read the letter
        found = self.env["dunning.return"].sudo()._facts(self.line_ids.claim_id.move_line_id.ids)
        for letter in self:
            items = letter.line_ids.filtered("principal_part").claim_id.move_line_id.ids
            back = sorted(row for item_id in items for row in found.get(item_id, ()))
            letter.returned_on_text = back and letter._day(back[-1][0])
            letter.returned_reason = back and back[-1][1]
