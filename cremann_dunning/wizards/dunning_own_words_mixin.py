from odoo import fields, models

from ..models.letter.dunning_letter_own_words_mixin import OWN


class DunningOwnWordsMixin(models.AbstractModel):
    """The fields in which a person words one letter."""

    _name = "dunning.own.words.mixin"
    _description = "Words for one letter"

    lang_words = fields.Char(compute="_compute_lang_words", string="Language of the letter")
    words_may_change = fields.Boolean(compute="_compute_words_may_change")
    personal_words = fields.Text(
        string="Personal paragraph",
        help="Comes right after the greeting. It is checked as the rest of the letter is: no threat and no costs in a "
        "letter that has none, no amount that it does not ask.",
    )
    own_subject = fields.Char(string="Subject", help="Leave empty to use the words of the text.")
    own_opening = fields.Text(string="Opening", help="What stands before the invoices. Leave empty to use the text.")
    own_closing = fields.Text(
        string="Closing", help="The last paragraph before the greeting at the end. Leave empty to use the text."
    )

    def _compute_lang_words(self):
        raise NotImplementedError  # each window knows its letter

    def _compute_words_may_change(self):
        raise NotImplementedError  # each window knows its level

    def _language_words(self, lang):
        """In which language a person is to write, in words; False where it is not known yet."""
        if not lang:
            return False
        # sudo: the name of a language
        name = self.env["res.lang"].sudo()._lang_get(lang).name or lang
        return self.env._("Write in %s: the letter is in that language.", name.split(" / ")[-1])

    def _typed_words(self):
        """What was typed, as ``dunning.letter._reword`` takes it; other words only where the level leaves them."""
        names = OWN if self.words_may_change else OWN[:1]
        return {name: self[name] or "" for name in names}
