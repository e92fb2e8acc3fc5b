import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.res_company import TONES

# What the letter is made anew for.
CHOICES = {"level_id", "company_id", "lang", "tone"}
LIGHTS = [("red", "Stopped"), ("amber", "Look at it"), ("green", "Good")]


class DunningLevelPreview(models.TransientModel):
    """A letter of one level as it goes out, whoever is on it today: in each of its languages and tones."""

    _name = "dunning.level.preview"
    _description = "Preview of a Level"
    _inherit = ["dunning.window.mixin"]

    level_id = fields.Many2one("dunning.level", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    lang = fields.Selection(lambda self: self.env["res.lang"].get_installed(), string="Language")
    tone = fields.Selection(TONES)
    has_two_tones = fields.Boolean(compute="_compute_has_two_tones")
    about = fields.Char(readonly=True, help="Whose letter it is.")
    # kept in the row: it goes with the preview, and no letter of it is kept
    pdf = fields.Binary(string="Document", attachment=False, readonly=True)
    stamp = fields.Char(readonly=True, help="Tells the screen when there is another document to show.")
    problem = fields.Char(readonly=True)
    shown_subject = fields.Char(readonly=True)
    shown_body = fields.Html(readonly=True, sanitize=False)
    light = fields.Selection(LIGHTS, readonly=True)
    checks_html = fields.Html(readonly=True, sanitize=False)

    @api.depends("level_id")
    def _compute_has_two_tones(self):
        for preview in self:
            preview.has_two_tones = bool(preview.level_id.template_informal_id)

    def _compute_display_name(self):
        for preview in self:
            preview.display_name = preview.level_id.display_name

    @api.model_create_multi
    def create(self, vals_list):
        """Make the letter of each right away."""
        previews = super().create(vals_list)
        for preview in previews:
            preview._look()
        return previews

    def write(self, vals):
        """Another language or tone is another letter."""
        result = super().write(vals)
        if CHOICES & set(vals) and "stamp" not in vals:  # with a stamp it is what _look found
            for preview in self:
                preview._look()
        return result

    def _look(self):
        """Make a letter of the level, keep what it looks like, and let it go."""
        self.ensure_one()
        self.level_id.check_access("read")
        level, company = self.level_id.with_company(self.company_id), self.company_id
        level.procedure_id.check_access("read")
        try:
            with self.env["dunning.example"]._letter(level, company, self.lang, self.tone) as (letter, made_up):
                found = self._seen(letter, made_up)
        except UserError as error:
            problem = self.env["dunning.delivery"]._plain_reason(str(error))
            found = dict.fromkeys(("pdf", "stamp", "shown_subject", "shown_body", "light", "checks_html"), False)
            found |= {"problem": problem, "about": False}
        self.write(found)

    def _seen(self, letter, made_up):
        """What this window keeps of a letter, as values of its fields."""
        content, problem = None, False
        try:
            content = self.env["dunning.printing"]._preview(letter)
        except letter._business_errors() as error:  # the words are shown all the same
            problem = self.env["dunning.delivery"]._plain_reason(str(error))
        checks = self.env["dunning.letter.light"]._content(letter)
        return {
            "lang": letter.lang,
            "tone": letter.tone,
            "about": self.env["dunning.example"]._about(letter, made_up),
            "pdf": content and base64.b64encode(content),
            "stamp": content and hashlib.sha256(content).hexdigest()[:16],
            "problem": problem,
            "shown_subject": letter.shown_subject,
            "shown_body": letter.shown_body,
            "light": checks["light"],
            "checks_html": self.env["ir.qweb"]._render("cremann_dunning.letter_light", checks),
        }

    @api.model
    def _open(self, level, lang=False, tone=False):
        """The action that shows a letter of this level."""
        preview = self.create({"level_id": level.id, "lang": lang, "tone": tone})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview of %s", level.name),
            "res_model": self._name,
            "res_id": preview.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }
