from odoo import fields, models
from odoo.tools import format_date

from ..dunning_money import written


class DunningPaymentPlan(models.Model):
    """A payment plan that both sides confirm."""

    _inherit = "dunning.payment.plan"  # pylint: disable=consider-merging-classes-inherited

    receipt_ids = fields.One2many("dunning.agreement.receipt", "plan_id", string="Confirmations")

    def _receipt_lines(self):
        env, lang = self.env, self.reader_lang
        lines = [*self._settled_lines(), env._("In instalments:")]
        for number, part in enumerate(self.instalment_ids.sorted("date"), 1):
            day = format_date(env, part.date, lang_code=lang, date_format="d MMMM y")
            lines.append(f"{number}. {day}: {written(env, part.amount, self.currency_id, lang)}")
        lines.append(self._missed_words())
        return lines

    def _settled_lines(self):
        """What else was agreed where it settles a dispute: what is credited, and that nothing of it is disputed on."""
        env, lang = self.env, self.reader_lang
        lines = []
        for dispute in env["dunning.dispute"].search([("plan_id", "=", self.id)], order="id"):
            reason = dispute._reasons()[dispute.reason]
            lines.append(
                env._("This settles what was disputed on %(day)s: %(reason)s", day=self._on(dispute), reason=reason)
            )
            if dispute.amount_credited:
                lines.append(env._("Credited: %s", written(env, dispute.amount_credited, self.currency_id, lang)))
        return lines

    def _on(self, dispute):
        return format_date(self.env, dispute.opened_on, lang_code=self.reader_lang, date_format="d MMMM y")

    def _missed_words(self):
        """What follows when an instalment does not come in, as the debtor reads it."""
        if self.on_missed == "rest_due":
            return self.env._(
                "If an instalment does not come in, also not after a reminder, the whole rest is due at once."
            )
        return self.env._("If an instalment does not come in, only that one is late and the plan goes on.")

    def action_agree(self):
        """What was agreed anew is confirmed anew."""
        result = super().action_agree()
        self._agree_anew()
        return result
