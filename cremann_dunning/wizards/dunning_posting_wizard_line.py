from odoo import fields, models


class DunningPostingWizardLine(models.TransientModel):
    """One letter that waits to be posted."""

    _name = "dunning.posting.wizard.line"
    _description = "Letter to Post"
    _order = "sequence, id"

    wizard_id = fields.Many2one("dunning.posting.wizard", required=True, ondelete="cascade")
    sequence = fields.Integer(string="No.", readonly=True)
    letter_id = fields.Many2one("dunning.letter", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(related="letter_id.contact_id", string="To")
    place = fields.Char(compute="_compute_place")
    channel = fields.Selection(related="letter_id.channel")
    to_post = fields.Boolean(string="Posted", default=True, help="Untick a letter that you kept back.")
    tracking_number = fields.Char(help="From the label of a registered letter. You can add it later as well.")
    error = fields.Char(related="letter_id.error")

    def _compute_place(self):
        for line in self:
            line.place = line.letter_id._place_in_words()
