from odoo import api, models


class MailTemplatePreview(models.TransientModel):
    _inherit = "mail.template.preview"

    @api.depends("mail_template_id")
    def _compute_resource_ref(self):
        """A text of letters is filled in with a letter that says it, or with none: never with another one."""
        ours = self.filtered(lambda preview: preview.mail_template_id.sudo().model == "dunning.letter")  # sudo: as Odoo
        for preview in ours:
            text = preview.mail_template_id.id
            formal = ["&", ("level_id.template_id", "=", text), *self._dunning_without_informal()]
            informal = ["&", ("level_id.template_informal_id", "=", text), ("tone", "=", "informal")]
            letter = self.env["dunning.letter"].search(["|", *informal, *formal], limit=1)
            preview.resource_ref = f"dunning.letter,{letter.id}" if letter else False
        return super(MailTemplatePreview, self - ours)._compute_resource_ref()

    @api.model
    def _dunning_without_informal(self):
        return ["|", ("tone", "=", "formal"), ("level_id.template_informal_id", "=", False)]
