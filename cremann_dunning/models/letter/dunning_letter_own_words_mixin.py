from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, format_datetime

from ...tools import own_words
from ..event import as_fact

_lt = LazyTranslate(__name__)

# What a person may say in one letter, and the names of the places that another wording takes.
PERSONAL = "personal_words"
PLACES = {"own_subject": "subject", "own_opening": "opening", "own_closing": "closing"}
OWN = (PERSONAL, *PLACES)
NAMES = {
    PERSONAL: _lt("Personal paragraph"),
    "own_subject": _lt("Subject"),
    "own_opening": _lt("Opening"),
    "own_closing": _lt("Closing"),
}


class DunningLetterOwnWordsMixin(models.AbstractModel):
    """What a person says in one letter: a paragraph of his own, and other words in the place of those of its text.

    They are put into the rendered text, escaped, so that every check and every copy reads them as the letter's own.
    """

    _name = "dunning.letter.own.words.mixin"
    _description = "A person's words in a letter"

    personal_words = fields.Text(string="Personal paragraph", readonly=True, copy=False)
    own_subject = fields.Char(string="Subject in other words", readonly=True, copy=False)
    own_opening = fields.Text(string="Opening in other words", readonly=True, copy=False)
    own_closing = fields.Text(string="Closing in other words", readonly=True, copy=False)
    words_instead = fields.Json(
        string="What stood there", readonly=True, copy=False, help="The words of the text that gave way, by place."
    )
    words_by_id = fields.Many2one("res.users", string="Worded by", readonly=True, copy=False, ondelete="set null")
    words_at = fields.Datetime(string="Worded on", readonly=True, copy=False)
    own_words_html = fields.Html(string="Words of its own", compute="_compute_own_words_html", sanitize=False)

    @api.depends(*OWN, "words_instead", "words_by_id", "words_at")
    @api.depends_context("lang")
    def _compute_own_words_html(self):
        qweb = self.env["ir.qweb"]
        for letter in self:
            rows = letter._own_words_rows()
            who = letter.words_by_id.sudo().name  # sudo: a colleague's name
            at = letter.words_at and format_datetime(self.env, letter.words_at, dt_format="short")
            values = {"rows": rows, "who": who, "at": at}
            letter.own_words_html = qweb._render("cremann_dunning.letter_own_words", values) if rows else False

    def _own_words_rows(self):
        """What was changed: ``(name, what stood there, what stands there now)``."""
        instead = self.words_instead or {}
        return [
            (self.env._(NAMES[name]), instead.get(PLACES.get(name)) or "", self[name]) for name in OWN if self[name]
        ]

    def _own_words(self, help_text=""):
        """What is put into the words of this letter, as ``tools.own_words.Words``."""
        self.ensure_one()
        return own_words.Words(self.personal_words or "", self.own_opening or "", self.own_closing or "", help_text)

    def _with_care(self):
        """Those of these letters whose debtor is treated with care."""
        cared_for = self.env["dunning.care"]._pairs(self.company_id, self.partner_id)
        return self.filtered(
            lambda letter: (letter.company_id.id, letter.partner_id.commercial_partner_id.id) in cared_for
        )

    def _help_texts(self):
        """Where the readers of those of these letters find help who are treated with care: ``{letter: text}``."""
        return {letter: self.env["dunning.help.text"]._of(letter) for letter in self._with_care()}

    def _typed(self):
        """All that a person typed for this letter: it is judged as the words of the text are."""
        self.ensure_one()
        return " ".join(self[name] for name in OWN if self[name])

    def _rendered(self, text):
        """The words of a text for these letters, with what a person says in each of them.

        :param text: ``mail.template``, as the system. :return: ``{letter id: (subject, body)}``.
        :raises UserError: the text has no place any more for what somebody typed.
        """
        subjects = text._render_field("subject", self.ids, compute_lang=True)
        bodies = text._render_field("body_html", self.ids, compute_lang=True)
        texts = self._help_texts()
        return {
            letter.id: letter._with_own_words(subjects[letter.id], bodies[letter.id], texts.get(letter, ""))
            for letter in self
        }

    def _with_own_words(self, subject, body, help_text):
        words = self._own_words(help_text)
        if not words or not body:
            return self.own_subject or subject, body
        standing = own_words.standing(body)
        for name in ("own_opening", "own_closing"):
            if self[name] and PLACES[name] not in standing:
                raise UserError(
                    self.env._(
                        "it has no %s to be changed any more. Take your words out of the letter, or use the personal "
                        "paragraph",
                        self.env._(NAMES[name]).lower(),
                    )
                )
        return self.own_subject or subject, own_words.placed(body, words)

    def _standing_words(self):
        """The words of the text itself in the places that may be changed: by place, those that it has."""
        self.ensure_one()
        text = self._letter_text().sudo()  # sudo: as in _compute_shown
        subject = text._render_field("subject", self.ids, compute_lang=True)[self.id]
        body = text._render_field("body_html", self.ids, compute_lang=True)[self.id]
        return {"subject": subject or "", **own_words.standing(body)}

    # -- changing them --------------------------------------------------------------------------------------------

    def _reword(self, vals):
        """Put a person's words into this draft, once they were checked, and tell who changed what.

        :param vals: of ``OWN``, what was typed; what says the same as the text changes nothing.
        :raises UserError: they may not stand in this letter, with what to change.
        """
        self.ensure_one()
        if self.state != "draft" or self.run_id:
            raise UserError(
                self.env._("Words are changed in a letter that somebody wrote by hand, while it is a draft.")
            )
        letter = self._by_system()
        standing, was = letter._standing_words(), {name: letter[name] or "" for name in OWN}
        clean = {name: own_words.tidy(vals[name]) for name in OWN if name in vals}
        if clean.get("own_subject"):
            clean["own_subject"] = own_words.one_line(clean["own_subject"])
        for name, place in PLACES.items():
            if clean.get(name) and clean[name] == standing.get(place):
                clean[name] = ""
        if all(was[name] == value for name, value in clean.items()):
            return
        letter._check_places(clean, standing)
        instead = {place: standing[place] for name, place in PLACES.items() if clean.get(name, was[name])}
        mark = {"words_by_id": self.env.uid, "words_at": fields.Datetime.now(), "words_instead": instead or False}
        before = letter._texts_for_check()
        letter.write({**clean, **mark})
        letter.invalidate_recordset(["shown_subject", "shown_body", "paper_body"], flush=False)
        self.env["dunning.own.words"]._refuse(letter, before)
        letter._tell_reworded(was, standing)

    def _check_places(self, clean, standing):
        """:raises UserError: the level leaves its words as they are, or its text has no such place."""
        changed = {name for name in PLACES if clean.get(name)}
        if changed and not self.level_id.words_may_change:
            raise UserError(
                self.env._(
                    "The words of %(level)s stay as they are. Use the personal paragraph, or let a manager allow other "
                    "words on the level.",
                    level=self.level_id.name,
                )
            )
        for name in sorted(changed):
            if PLACES[name] not in standing:
                raise UserError(
                    self.env._(
                        "The text of this letter has no %s that can be changed. Use the personal paragraph.",
                        self.env._(NAMES[name]).lower(),
                    )
                )

    def _texts_for_check(self):
        """Subject and words of this draft as they stand, to compare with them afterwards."""
        return self.shown_subject, self.shown_body

    def _tell_reworded(self, was, standing):
        """Who changed what, from what to what; what was typed may name a person."""
        texts = [
            {
                "field": [self._name, name],
                "before": was[name] or standing.get(PLACES.get(name)) or None,
                "after": self[name] or standing.get(PLACES.get(name)) or None,
            }
            for name in OWN
            if was[name] != (self[name] or "")
        ]
        fields_ = [{"field": row["field"]} for row in texts]
        row = self._telling()._row("letter.reworded", self, {"fields": fields_}, as_fact.known(texts=texts))
        self._telling()._tell([row])

    def action_write_again(self):
        """Write a letter that did not leave once more, with the words that somebody gave it."""
        self.ensure_one()
        self.check_access("read")
        words = {f"default_{name}": self[name] for name in OWN if self[name]}
        action = self.case_id.action_write_letter()
        return action | {"context": {**action["context"], "default_level_id": self.level_id.id, **words}}

    def action_words(self):
        """Open the window in which the words of this draft are changed."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change the words"),
            "res_model": "dunning.words.wizard",
            "res_id": self.env["dunning.words.wizard"].create({"letter_id": self.id}).id,
            "view_mode": "form",
            "target": "new",
        }
