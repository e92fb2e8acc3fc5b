from odoo import fields, models
from odoo.tools import format_date

from ..dunning_money import written


class DunningPaymentPlan(models.Model):
    """A payment plan that both sides confirm."""

    _inherit = "dunning.payment.plan"  # pylint: disable=consider-merging-classes-inherited

    receipt_ids = fields.One2many("dunning.agreement.receipt", "plan_id", string="Confirmations")

    def _receipt_lines(self):
        env, lang = self.env, self.reader_lang
        lines = [env._("In instalments:")]
        for number, part in enumerate(self.instalment_ids.sorted("date"), 1):
            day = format_date(env, part.date, lang_code=lang, date_format="d MMMM y")
            lines.append(f"{number}. {day}: {written(env, part.amount, self.currency_id, lang)}")
        lines.append(
            env._("If an instalment does not come in, also not after a reminder, the whole rest is due at once.")
            if self.on_missed == "rest_due"
            else env._("If an instalment does not come in, only that one is late and the plan goes on.")
        )
        return lines

    def action_agree(self):
        """What was agreed anew is confirmed anew."""
        result = super().action_agree()
        self._agree_anew()
        return result
