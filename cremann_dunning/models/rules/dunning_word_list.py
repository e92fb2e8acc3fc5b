from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import rules, wording


class DunningWordList(models.Model):
    """Words that do not belong in letters of some legal types, in one language; an administrator extends them."""

    _name = "dunning.word.list"
    _description = "List of Words"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "sequence, language, id"

    name = fields.Char(required=True, translate=True, help="What is the matter with these words, in a few words.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")
    language = fields.Char(
        required=True,
        size=2,
        help="The first two letters of the language of the letters, such as nl, fr or en. One list holds one language.",
    )
    words = fields.Text(
        required=True,
        help="One word or wording a line. A star at the end stands for every word that starts so: bailiff* finds "
        "bailiffs. Capitals do not count.",
    )
    allowed = fields.Text(
        string="But Not In",
        help="One wording a line that is fine although such a word is in it, as in: without costs.",
    )
    place = fields.Selection(
        [
            (wording.IN_SUBJECT, "The subject"),
            (wording.IN_TEXT, "The subject and the words"),
            (wording.EVERYWHERE, "Everything, tables as well"),
        ],
        string="Looked for In",
        required=True,
        default=wording.IN_TEXT,
    )
    severity = fields.Selection(
        [("red", "Stops the letter"), ("amber", "Is only shown")],
        string="What It Does",
        required=True,
        default="amber",
    )
    only_free = fields.Boolean(
        string="Only Without Costs", help="Looked for only in letters that ask no costs and announce none."
    )
    article = fields.Char(string="Source of Law", help="The article it rests on, if there is one.")
    for_pre_due = fields.Boolean(string="Notice before the due date")
    for_reminder = fields.Boolean(string="Reminder")
    for_statutory_notice = fields.Boolean(string="Statutory consumer notice")
    for_notice_of_default = fields.Boolean(string="Notice of default (aanmaning)")
    for_final_notice = fields.Boolean(string="Final notice")
    for_handover = fields.Boolean(string="Hand-over")

    @api.constrains("words")
    def _check_words(self):
        for words in self:
            if not _lines(words.words):
                raise ValidationError(self.env._("List %s: enter at least one word.", words.name))

    @api.constrains("language")
    def _check_language(self):
        for words in self:
            if len(words.language or "") != 2 or not words.language.isalpha() or not words.language.islower():
                raise ValidationError(
                    self.env._(
                        "List %s: enter the language as two small letters, such as nl, fr or en.",
                        words.name,
                    )
                )

    @api.constrains(*(f"for_{legal_type}" for legal_type in sorted({*rules.LEGAL_FORCE, *wording.FRIENDLY})))
    def _check_legal_types(self):
        for words in self:
            if not words._legal_types():
                raise ValidationError(self.env._("List %s: tick at least one kind of letter.", words.name))

    def _legal_types(self):
        """The legal types that this list is for, as the engine names them."""
        self.ensure_one()
        known = rules.LEGAL_FORCE | wording.FRIENDLY
        return frozenset(legal_type for legal_type in known if self[f"for_{legal_type}"])

    @api.model
    def _for_company(self, company):
        """All lists that hold for letters of a company, as values of the engine; one query."""
        return tuple(
            wording.WordList(
                name=words.name,
                language=words.language,
                words=_lines(words.words),
                legal_types=words._legal_types(),
                red=words.severity == "red",
                article=words.article or "",
                place=words.place,
                only_free=words.only_free,
                allowed=_lines(words.allowed),
            )
            for words in self.search([("company_id", "in", (False, company.id))])
        )


def _lines(text):
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip(" *"))
