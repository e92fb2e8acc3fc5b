from odoo import fields, models
from odoo.tools import format_date

from ..account_move import INSIDE


class AccountMove(models.Model):
    """Which letter was the last one about an invoice."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    dunning_last_letter = fields.Char(
        string="Last letter", compute="_compute_dunning_last_letter", groups=INSIDE, help="Its step and day of sending."
    )

    def _compute_dunning_last_letter(self):
        domain = [("move_id", "in", self.ids), ("state", "=", "sent"), ("is_let_go", "!=", True)]
        lines = self.env["dunning.letter.line"].search(domain)
        oldest_first = lines.sorted(lambda line: (line.letter_id.sent_on, line.letter_id.id))
        last = {line.move_id.id: line.letter_id for line in oldest_first}
        for move in self:
            letter = last.get(move.id)
            move.dunning_last_letter = letter and f"{letter.level_id.name}, {format_date(self.env, letter.sent_on)}"
