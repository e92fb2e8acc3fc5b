from odoo import api, models

from ...tools import expressions
from ..dunning_inside import Inside, inside
from ..dunning_money import written


class MailRenderMixin(models.AbstractModel):
    _inherit = "mail.render.mixin"

    @api.model
    def _render_eval_context(self):
        """Amounts in our texts are written as on letters."""
        context = super()._render_eval_context()
        if inside(self.env, "dunning_words"):
            context["format_amount"] = lambda amount, currency, lang_code=False: written(
                self.env, amount, currency, lang_code
            )
        return context

    @api.model
    def _render_template(self, template_src, model, res_ids, engine="inline_template", add_context=None, options=None):
        """A text about our records is looked at before it runs, whoever renders it and with whatever rights."""
        texts, rendering = self.env["dunning.text"], self
        if template_src and engine in (expressions.QWEB, expressions.INLINE) and texts._is_ours(model):
            from_template = self if self._name == "mail.template" else self.env["mail.template"]
            if "template_id" in self._fields and self._fields["template_id"].comodel_name == "mail.template":
                from_template = self.template_id
            texts._require(from_template, template_src, model, engine)
            rendering = self.with_context(dunning_words=Inside())
        return super(MailRenderMixin, rendering)._render_template(
            template_src, model, res_ids, engine=engine, add_context=add_context, options=options
        )
