from odoo import api, fields, models

from ..res_company import TONES


class DunningLevel(models.Model):
    """The words of a level where the level itself is set up: of one tone in one language at a time.

    Nothing of it is kept here: the words are those of the ``mail.template``, with the rights of whoever writes them.
    What was typed in one language waits in ``text_edits`` while another one is looked at, and all is written together.
    """

    _inherit = "dunning.level"  # pylint: disable=consider-merging-classes-inherited

    text_lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        compute="_compute_text_lang",
        readonly=False,
    )
    text_tone = fields.Selection(TONES, string="Tone", compute="_compute_text_tone", readonly=False)
    text_subject = fields.Char(string="Subject", compute="_compute_text", inverse="_inverse_text", readonly=False)
    # Not sanitized here: it is where it is kept, as the words of every text are.
    text_body = fields.Html(
        string="Words", compute="_compute_text", inverse="_inverse_text", readonly=False, sanitize=False
    )
    text_shown = fields.Char(compute="_compute_text", help="Of which tone and language the words on the screen are.")
    text_edits = fields.Json(
        compute="_compute_text_edits",
        inverse="_inverse_text",
        readonly=False,
        help="Words that were typed in other languages and are not saved yet.",
    )
    text_model = fields.Char(compute="_compute_text", help="What placeholders in the words are about.")
    text_note = fields.Char(compute="_compute_text_note")
    text_shared_note = fields.Char(compute="_compute_text_note")
    text_outside = fields.Char(compute="_compute_text_note")
    may_edit_text = fields.Boolean(compute="_compute_text_note")

    @api.depends_context("lang")
    def _compute_text_lang(self):
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        self.text_lang = self.env.lang if self.env.lang in installed else installed[0]

    def _compute_text_tone(self):
        self.text_tone = "formal"

    def _compute_text_edits(self):
        self.text_edits = False

    @api.depends("template_id", "template_informal_id")
    @api.depends_context("lang")
    def _compute_text(self):
        for level in self:
            text = level._shown_text()
            level.text_subject, level.text_body = text.subject, text.body_html
            level.text_shown = level._text_key()
            level.text_model = "dunning.letter"

    @api.depends("template_id", "template_informal_id", "text_lang", "text_tone")
    @api.depends_context("lang", "uid")
    def _compute_text_note(self):
        """What whoever changes these words has to know: in whose place they stand, and who else says them."""
        names = dict(self.env["res.lang"].get_installed())
        for level in self:
            text = level._shown_text()
            level.may_edit_text = bool(text) and text.has_access("write")
            level.text_outside = text.dunning_outside if text else False
            lacks = text and level.text_lang != "en_US" and not self._has_words(text, level.text_lang)
            level.text_note = bool(lacks) and self.env._(
                "There are no words in %s yet, so letters in it say what stands here. Change it, and it is theirs.",
                names.get(level.text_lang, level.text_lang),
            )
            others = level._others_with(text)
            level.text_shared_note = bool(others) and self.env._(
                "Other levels have the same text, and a change here changes their letters as well: %s.",
                ", ".join(f"{other.procedure_id.name}, {other.name}" for other in others),
            )

    @api.onchange("text_lang", "text_tone", "template_id", "template_informal_id")
    def _onchange_text_choice(self):
        """Show the words of the chosen tone and language, and keep what was typed in the one before."""
        if not self.template_informal_id:
            self.text_tone = "formal"
        key = self._text_key()
        if key == self.text_shown:
            return
        edits = dict(self.text_edits or {})
        before = self.text_shown and self._text_of(self.text_shown)
        if before and self._differs(before, self.text_subject, self.text_body):
            edits[self.text_shown] = [self.text_subject or "", str(self.text_body or "")]
        text = self._shown_text()
        self.text_subject, self.text_body = edits.pop(key, (text.subject, text.body_html))
        self.text_edits, self.text_shown = edits or False, key

    def _inverse_text(self):
        """Write what was typed, in each language that it was typed in."""
        for level in self:
            words = {**(level.text_edits or {}), level._text_key(): [level.text_subject, level.text_body]}
            for key, (subject, body) in words.items():
                text = level._text_of(key)
                found = level._differs(text, subject, body)
                if found:
                    text.write(found)
            level.text_edits = False

    def action_preview(self):
        """Show a letter of this level, in the language and tone of the words on the screen."""
        self.ensure_one()
        context = self.env.context
        preview = self.env["dunning.level.preview"]
        return preview._open(self, context.get("dunning_text_lang"), context.get("dunning_text_tone"))

    def read_text_beside(self, lang=None, tone=None, subject=None, body=None):
        """What the words on the screen make of a letter of this level, before they are saved. Nothing is kept.

        :param subject: with ``body`` what was typed, as it is on the screen; none: what the text says now.
        :return: ``about`` (whose letter it is), ``subject`` and ``body`` as the debtor reads them, ``light`` (red,
            amber or green), ``findings`` (``text``, ``red``), ``problem`` when there is no letter.
        :raises AccessError: whoever asks may not read the level.
        """
        self.ensure_one()
        self.check_access("read")
        level = self.with_context(lang=lang if lang in dict(self.env["res.lang"].get_installed()) else self.env.lang)
        tone = tone if tone in dict(TONES) else "formal"
        typed = [str(words) for words in (subject, body) if isinstance(words, str)]
        return self.env["dunning.example"]._beside(level, tone, typed if len(typed) == 2 else None)

    # -- of which text ------------------------------------------------------------------------------------------------

    def _text_key(self):
        """Which words are on the screen: the text by its id, and the language."""
        text = self._text_for(self.text_tone)
        return f"{text._origin.id}:{self.text_lang}" if text else ""

    def _text_of(self, key):
        """The text that a key means, in its language; none when it is a text of this level no more."""
        id_, _colon, lang = key.partition(":")
        texts = (self.template_id + self.template_informal_id)._origin
        return texts.filtered(lambda text: str(text.id) == id_).with_context(lang=lang)

    def _shown_text(self):
        """The text on the screen in the language on the screen, as far as whoever looks may read it."""
        text = self._text_for(self.text_tone)._origin
        text = text if text.has_access("read") else text.browse()
        return text.with_context(lang=self.text_lang)

    @api.model
    def _differs(self, text, subject, body):
        """What of these words is not what the text says already, by its fields."""
        words = {"subject": subject or "", "body_html": str(body or "")}
        return {name: said for name, said in words.items() if text and said != str(text[name] or "")}

    @api.model
    def _has_words(self, text, lang):
        """Whether a text says something of its own in this language, in the place of its English words."""
        text.flush_recordset(["body_html"])
        return lang in (text._fields["body_html"]._get_stored_translations(text) or {})

    def _others_with(self, text):
        """The other levels that a change of this text is about."""
        if not text:
            return self.browse()
        with_it = ["|", ("template_id", "=", text.id), ("template_informal_id", "=", text.id)]
        return self.search([*with_it, ("id", "!=", self._origin.id)])
