from odoo import api, fields, models

from ..models.letter.dunning_letter_own_words_mixin import OWN, PLACES


class DunningWordsWizard(models.TransientModel):
    """Changes the words of one draft, beside those of its text."""

    _name = "dunning.words.wizard"
    _description = "Change the Words of a Letter"
    _inherit = ["dunning.own.words.mixin", "dunning.window.mixin"]

    letter_id = fields.Many2one("dunning.letter", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="letter_id.company_id", related_sudo=False)
    lacks_opening = fields.Boolean(compute="_compute_standing")
    lacks_closing = fields.Boolean(compute="_compute_standing")

    @api.model_create_multi
    def create(self, vals_list):
        """Begin with the words as they stand, so that a person changes what is there."""
        wizards = super().create(vals_list)
        for wizard, vals in zip(wizards, vals_list, strict=True):
            letter = wizard.letter_id
            letter.check_access("read")
            standing = letter._standing_words()
            begin = {name: letter[name] or standing.get(PLACES.get(name)) or False for name in OWN}
            wizard.write({name: said for name, said in begin.items() if name not in vals})
        return wizards

    @api.depends("letter_id")
    def _compute_standing(self):
        for wizard in self:
            wizard.letter_id.check_access("read")
            standing = wizard.letter_id._standing_words()
            wizard.lacks_opening = "opening" not in standing
            wizard.lacks_closing = "closing" not in standing

    @api.depends("letter_id")
    @api.depends_context("lang")
    def _compute_lang_words(self):
        for wizard in self:
            wizard.lang_words = wizard._language_words(wizard.letter_id.lang)

    @api.depends("letter_id")
    def _compute_words_may_change(self):
        for wizard in self:
            wizard.words_may_change = wizard.letter_id.level_id.words_may_change

    def action_save(self):
        """Put the words into the draft; refused with what to change where they may not stand in it."""
        self.ensure_one()
        self.letter_id.check_access("write")
        self.letter_id._reword(self._typed_words())
        return {"type": "ir.actions.act_window_close"}

    def action_save_preview(self):
        """As ``action_save``, and show the letter as it goes."""
        self.action_save()
        return self.letter_id.action_preview()
