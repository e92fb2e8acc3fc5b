from odoo import fields, models
from odoo.tools import format_date


class DunningPromise(models.Model):
    """A promise that both sides confirm."""

    _inherit = "dunning.promise"  # pylint: disable=consider-merging-classes-inherited

    receipt_ids = fields.One2many("dunning.agreement.receipt", "promise_id", string="Confirmations")

    def _receipt_lines(self):
        day = format_date(self.env, self.date, lang_code=self.reader_lang, date_format="EEEE d MMMM y")
        return [self.env._("To be paid on or before: %s", day)]

    def write(self, vals):
        """Another amount, day or invoice is another agreement."""
        result = super().write(vals)
        if {"amount", "currency_id", "date", "made_on", "move_ids"} & vals.keys():
            self._agree_anew()
        return result
