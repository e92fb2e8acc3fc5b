from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..dunning_inside import Inside, inside
from .dunning_text import DYNAMIC_FIELDS

EDITOR = "mail.group_mail_template_editor"
MANAGER = "cremann_dunning.group_dunning_manager"
# What goes along with a mail or leads elsewhere than to words: for an editor only.
FOR_EDITORS = {
    "report_template_ids", "email_layout_xmlid", "template_fs", "ref_ir_act_window", "mail_server_id",
    "dunning_let_pass",
}  # fmt: skip

# What an event tells of a changed text.
TOLD = {
    "name", "subject", "body_html", "email_from", "email_to", "email_cc", "reply_to", "lang", "report_template_ids",
    "attachment_ids", "active",
}  # fmt: skip


class MailTemplate(models.Model):
    _name = "mail.template"
    _inherit = ["mail.template", "dunning.told.mixin"]

    dunning_let_pass = fields.Text(
        readonly=True,
        copy=False,
        groups=EDITOR,
        help="Digests of what an editor wrote that is more than texts of letters may say by themselves.",
    )
    dunning_outside = fields.Char(
        compute="_compute_dunning_outside",
        string="Not allowed in letters",
        help="What an administrator has to look at before a letter can be made with this text.",
    )

    @api.model
    def _told_fields(self):
        return TOLD & set(self._fields)

    def _is_told(self):
        """What letters say, and nobody else's texts."""
        texts = self.env["dunning.text"]
        return self.filtered(lambda template: texts._is_ours(template.model))

    @api.depends("model_id", *DYNAMIC_FIELDS)
    @api.depends_context("lang")
    def _compute_dunning_outside(self):
        texts = self.env["dunning.text"]
        for template in self:
            template.dunning_outside = texts._is_ours(template.model) and template._dunning_first_outside()

    @api.constrains("model_id")
    def _check_dunning_level(self):
        """A text that a level uses stays a text of letters."""
        others = self.filtered(lambda template: template.model != "dunning.letter")
        # sudo: levels of every company
        levels = self.env["dunning.level"].sudo().with_context(active_test=False)
        used = ["|", ("template_id", "in", others.ids), ("template_informal_id", "in", others.ids)]
        if others and (level := levels.search(used, limit=1)):
            raise ValidationError(
                self.env._("The level %s uses this text, so it stays a text of letters.", level.display_name)
            )

    @api.model_create_multi
    def create(self, vals_list):
        """What an editor or an update writes is theirs; others hold to the list."""
        texts = self.env["dunning.text"]
        # sudo: the names of models
        kinds = self.env["ir.model"].sudo().browse(vals.get("model_id") for vals in vals_list)
        ours = [vals for vals, kind in zip(vals_list, kinds, strict=True) if texts._is_ours(kind.exists().model)]
        self._dunning_for_editors(ours)
        return super(MailTemplate, self.with_context(dunning_written=Inside(DYNAMIC_FIELDS))).create(vals_list)

    def write(self, vals):
        """What an editor or an update writes is theirs; others hold to the list."""
        if any(self.env["dunning.text"]._is_ours(template.model) for template in self.sudo()):
            self._dunning_for_editors([vals])
        written = tuple(DYNAMIC_FIELDS if "model_id" in vals else set(vals) & set(DYNAMIC_FIELDS))
        return super(MailTemplate, self.with_context(dunning_written=Inside(written))).write(vals)

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        written = Inside((field_name,) if field_name in DYNAMIC_FIELDS else ())
        return super(MailTemplate, self.with_context(dunning_written=written))._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    def _check_access_right_dynamic_template(self):
        """Texts of letters have a list of their own for dunning managers; Odoo's holds for everybody else.

        Odoo asks this after every way of writing a text, before it is rendered for the first time.
        """
        # sudo: only looks what they are about
        ours = self.filtered(lambda template: self.env["dunning.text"]._is_ours(template.sudo().model))
        if ours and self.env.user.has_group(MANAGER) and not self._dunning_is_editor():
            others = self - ours
            result = super(MailTemplate, others)._check_access_right_dynamic_template()
        else:
            result = super()._check_access_right_dynamic_template()
        for template in ours.sudo():  # sudo: what was let pass is nobody's to read or write
            if self._dunning_is_editor():
                template._dunning_let_pass(inside(self.env, "dunning_written", ()))
            elif expression := template._dunning_first_outside():
                raise AccessError(self.env["dunning.text"]._refusal(expression))
        return result

    @api.model
    def _dunning_is_editor(self):
        return self.env.su or self.env.user.has_group(EDITOR)

    @api.model
    def _dunning_for_editors(self, vals_list):
        """:raises AccessError: somebody who is no editor sets what is for editors only, on a text of letters."""
        found = FOR_EDITORS & {name for vals in vals_list for name in vals if vals[name]}
        if ("dunning_let_pass" in found and not self.env.su) or (found and not self._dunning_is_editor()):
            raise AccessError(
                self.env._(
                    "%s of a text of letters is for whoever has the right Mail Template Editor, which an administrator "
                    "gives.",
                    self._fields[min(found)]._description_string(self.env),
                )
            )

    def _dunning_sources(self, names=DYNAMIC_FIELDS):
        """What this text says, in every language it has: pairs of source and engine."""
        self.ensure_one()
        texts = self.env["dunning.text"]
        self.flush_recordset(names)
        for name in names:
            field = self._fields[name]
            stored = (field._get_stored_translations(self) or {}) if field.translate else {"": self[name]}
            for source in stored.values():
                if source:
                    yield str(source), texts._engine(name)

    def _dunning_first_outside(self):
        """The first expression that is on no list and that nobody let pass, None when there is none."""
        texts = self.env["dunning.text"]
        passed = self.sudo().dunning_let_pass or ""  # sudo: for whoever looks at the text
        if not self._origin:
            return None
        for source, engine in self._origin._dunning_sources():
            expression = texts._outside(source, self.model, engine)
            if expression and texts._digest(source) not in passed:
                return expression
        return None

    def _dunning_let_pass(self, written):
        """Keep the digests of what an editor wrote now, and of what was let pass before and still stands."""
        self.ensure_one()
        texts = self.env["dunning.text"]
        before, now = set((self.dunning_let_pass or "").split()), set(self._dunning_sources(tuple(written)))
        kept = {
            texts._digest(source)
            for source, engine in self._dunning_sources()
            if texts._outside(source, self.model, engine)
            and ((source, engine) in now or texts._digest(source) in before)
        }
        if kept != before:
            self.dunning_let_pass = " ".join(sorted(kept)) or False

    def reset_template(self):
        """A dunning manager brings back the words that we shipped; they are the system's to write."""
        shipped = self.filtered(lambda template: (template.sudo().template_fs or "").startswith("cremann_dunning/"))
        if shipped and self.env.user.has_group(MANAGER) and not self._dunning_is_editor():
            names = shipped.sudo().get_external_id()  # sudo: where a text comes from
            shipped = shipped.filtered(lambda template: names[template.id].startswith("cremann_dunning."))
            shipped.check_access("write")
            super(MailTemplate, shipped.sudo()).reset_template()  # sudo: after the check above, and only our own words
            return super(MailTemplate, self - shipped).reset_template()
        return super().reset_template()

    def action_open_mail_preview(self):
        """The text of a level is looked at as a letter of that level; Odoo would fill it in with any letter at all."""
        self.ensure_one()
        self.check_access("read")
        levels = self.env["dunning.level"]
        if self.model == "dunning.letter":
            levels = levels.search(["|", ("template_id", "=", self.id), ("template_informal_id", "=", self.id)])
        if not levels:
            return super().action_open_mail_preview()
        tone = "informal" if levels[0].template_informal_id == self else "formal"
        return self.env["dunning.level.preview"]._open(levels[0], tone=tone)

    def action_dunning_let_pass(self):
        """An editor has looked at these texts: letters may be made with them as they stand."""
        if not self.env.user.has_group(EDITOR):
            raise AccessError(self.env._("Only whoever has the right Mail Template Editor lets such a text pass."))
        self.check_access("write")
        for template in self.sudo():  # sudo: as above
            template._dunning_let_pass(DYNAMIC_FIELDS)
        return True
