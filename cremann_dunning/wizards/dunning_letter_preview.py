import base64
import hashlib

from odoo import api, fields, models

LIGHTS = [("red", "Stopped"), ("amber", "Look at it"), ("green", "Good")]


class DunningLetterPreview(models.TransientModel):
    """A letter as it goes out, beside what the checks say of it; steps through the letters of its run."""

    _name = "dunning.letter.preview"
    _description = "Preview of a Letter"
    _inherit = ["dunning.window.mixin"]

    letter_id = fields.Many2one("dunning.letter", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="letter_id.company_id", related_sudo=False)
    state = fields.Selection(related="letter_id.state", related_sudo=False)
    run_id = fields.Many2one(related="letter_id.run_id", related_sudo=False)
    shown_subject = fields.Char(related="letter_id.shown_subject", related_sudo=False)
    shown_body = fields.Html(related="letter_id.shown_body", related_sudo=False, sanitize=False)
    # kept in the row: it goes with the preview, and no draft is ever stored as a file
    pdf = fields.Binary(string="Document", attachment=False, readonly=True)
    pdf_problem = fields.Char(readonly=True)
    stamp = fields.Char(readonly=True, help="Tells the screen when there is another document to show.")
    is_stored = fields.Boolean(readonly=True, help="This is the very document that was stored when it was issued.")
    light = fields.Selection(LIGHTS, compute="_compute_light")
    checks_html = fields.Html(compute="_compute_light", sanitize=False)
    may_override = fields.Boolean(compute="_compute_light")
    own_words_html = fields.Html(related="letter_id.own_words_html", related_sudo=False, sanitize=False)
    place = fields.Char(compute="_compute_place")
    previous_id = fields.Many2one("dunning.letter", compute="_compute_place")
    next_id = fields.Many2one("dunning.letter", compute="_compute_place")

    @api.model_create_multi
    def create(self, vals_list):
        """Print the document of each right away."""
        previews = super().create(vals_list)
        for preview in previews:
            preview.letter_id.check_access("read")
            preview._print()
        return previews

    def _compute_display_name(self):
        for preview in self:
            preview.display_name = preview.letter_id.display_name

    @api.depends("letter_id")
    @api.depends_context("lang", "uid")
    def _compute_light(self):
        manager = self.env.user.has_group("cremann_dunning.group_dunning_manager")
        for preview in self:
            preview.letter_id.check_access("read")
            content = self.env["dunning.letter.light"]._content(preview.letter_id)
            preview.light = content["light"]
            preview.checks_html = self.env["ir.qweb"]._render("cremann_dunning.letter_light", content)
            stopped = content["light"] == "red" and not content["problem"] and not content["final"]
            preview.may_override = manager and stopped and preview.state in ("draft", "failed")

    @api.depends("letter_id")
    def _compute_place(self):
        for preview in self:
            letters = preview.run_id.letter_ids if preview.run_id else preview.letter_id
            ids = letters.ids
            at = ids.index(preview.letter_id.id) if preview.letter_id.id in ids else 0
            preview.previous_id = ids[at - 1] if at else False
            preview.next_id = ids[at + 1] if at + 1 < len(ids) else False
            preview.place = self.env._("%(number)s of %(all)s", number=at + 1, all=len(ids))

    def _print(self):
        """The stored document of an issued letter, else the one that would go out, marked as a preview."""
        self.ensure_one()
        letter, problem, content = self.letter_id, False, None
        try:
            content = self.env["dunning.printing"]._preview(letter)
        except letter._business_errors() as error:  # the words are shown all the same
            problem = self.env["dunning.delivery"]._plain_reason(str(error))
        self.write(
            {
                "pdf": content and base64.b64encode(content),
                "pdf_problem": problem,
                "stamp": content and hashlib.sha256(content).hexdigest()[:16],
                "is_stored": bool(content and letter.pdf_sha256),
            }
        )

    @api.model
    def _open(self, letter):
        """The action that shows the preview of one letter."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview"),
            "res_model": self._name,
            "res_id": self.create({"letter_id": letter.id}).id,
            "view_mode": "form",
            "target": "current",
        }

    def _show(self, letter):
        """Show another letter in the same place."""
        self.ensure_one()
        if letter:
            letter.check_access("read")
            self.letter_id = letter
            self._print()
        return True

    def action_previous(self):
        """The letter before this one in the run."""
        return self._show(self.previous_id)

    def action_next(self):
        """The letter after this one in the run."""
        return self._show(self.next_id)

    def action_refresh(self):
        """Print and check again, after a text was mended."""
        return self._show(self.letter_id)

    def action_override(self):
        """Ask a manager why this letter goes all the same."""
        self.ensure_one()
        return self.letter_id.action_override()

    def action_open_letter(self):
        """The letter itself."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.letter",
            "res_id": self.letter_id.id,
            "view_mode": "form",
        }
