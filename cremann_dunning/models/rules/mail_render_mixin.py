from odoo import api, models

from ...tools import expressions


class MailRenderMixin(models.AbstractModel):
    _inherit = "mail.render.mixin"

    @api.model
    def _render_template(self, template_src, model, res_ids, engine="inline_template", add_context=None, options=None):
        """A text about our records is looked at before it runs, whoever renders it and with whatever rights."""
        texts = self.env["dunning.text"]
        if template_src and engine in (expressions.QWEB, expressions.INLINE) and texts._is_ours(model):
            from_template = self if self._name == "mail.template" else self.env["mail.template"]
            if "template_id" in self._fields and self._fields["template_id"].comodel_name == "mail.template":
                from_template = self.template_id
            texts._require(from_template, template_src, model, engine)
        return super()._render_template(
            template_src, model, res_ids, engine=engine, add_context=add_context, options=options
        )
