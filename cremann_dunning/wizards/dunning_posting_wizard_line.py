from odoo import fields, models

from ..models.rules.dunning_level_channel import LETTER_CHANNELS


class DunningPostingWizardLine(models.TransientModel):
    """One letter that waits to be posted."""

    _name = "dunning.posting.wizard.line"
    _description = "Letter to Post"
    _inherit = ["dunning.window.mixin"]
    _order = "sequence, id"

    wizard_id = fields.Many2one("dunning.posting.wizard", required=True, ondelete="cascade")
    sequence = fields.Integer(string="No.", readonly=True)
    letter_id = fields.Many2one("dunning.letter", required=True, readonly=True, ondelete="cascade")
    name = fields.Char(related="letter_id.name", related_sudo=False, string="Number")
    level_id = fields.Many2one(related="letter_id.level_id", related_sudo=False, string="Step")
    partner_id = fields.Many2one(related="letter_id.contact_id", related_sudo=False, string="To")
    place = fields.Char(compute="_compute_place")
    channel = fields.Selection(LETTER_CHANNELS, compute="_compute_place")
    is_copy = fields.Boolean(
        related="letter_id.has_copy_to_post",
        related_sudo=False,
        help="It went by mail already; on paper it goes as well.",
    )
    to_post = fields.Boolean(string="Posted", default=True, help="Untick a letter that you kept back.")
    tracking_number = fields.Char(help="From the label of a registered letter. You can add it later as well.")
    reason = fields.Char(readonly=True, help="Why it should not be posted, as it was when this list was opened.")
    error = fields.Char(compute="_compute_place", string="Note")

    def _compute_place(self):
        for line in self:
            letter = line.letter_id
            line.place = letter._place_in_words()
            line.channel = letter._paper_channel()
            line.error = line.reason or letter.error or letter._copies_to_post()[:1].answer
