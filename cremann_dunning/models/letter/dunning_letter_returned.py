from markupsafe import Markup

from odoo import fields, models


class DunningLetter(models.Model):
    """What a letter says of payments that came back."""

    _inherit = "dunning.letter"  # pylint: disable=consider-merging-classes-inherited

    returned_html = fields.Html(
        compute="_compute_returned_html",
        sanitize=False,
        help="Which payments came back, on which day, and why where the bank gave a reason.",
    )

    def _compute_returned_html(self):
        told = self._returned()
        for letter in self:
            letter.returned_html = Markup("<br/>").join(
                letter.with_context(lang=letter.lang)._returned_words(line.number or "", payment)
                for line in letter.line_ids
                for payment in told.get(line.id, ())
            )

    def _returned(self):
        """The payments that came back of which the lines of these letters tell: ``{line id: dunning.return}``."""
        ids = {line.id: [int(id_) for id_ in line.returned.split()] for line in self.line_ids if line.returned}
        if not ids:
            return {}
        # sudo: what the lines of a letter tell of, for whoever may read the letter
        known = self.env["dunning.return"].sudo().browse({id_ for own in ids.values() for id_ in own}).exists()
        known.mapped("state")  # read for all letters at once
        known = known.sorted(lambda payment: (payment.came_back_on or payment.date, payment.id))
        return {line_id: known.filtered(lambda payment, own=own: payment.id in own) for line_id, own in ids.items()}

    def _returned_words(self, number, payment):
        """One payment that came back, as a sentence of the letter."""
        self.ensure_one()
        words = {
            "amount": self._money(payment.amount),
            "number": number,
            "day": self._day(payment.came_back_on or payment.date),
            "reason": payment.with_context(lang=self.lang).reason_words,
        }
        if words["reason"]:
            return self.env._("%(amount)s for %(number)s came back on %(day)s: %(reason)s.", **words)
        return self.env._("%(amount)s for %(number)s came back on %(day)s.", **words)
