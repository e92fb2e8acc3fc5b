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
        told = {line: [int(id_) for id_ in line.returned.split()] for line in self.line_ids if line.returned}
        # sudo: what the lines of a letter tell of, for whoever may read the letter
        known = self.env["dunning.return"].sudo().browse({id_ for ids in told.values() for id_ in ids}).exists()
        known.mapped("reason")  # read for all letters at once
        for letter in self:
            letter = letter.with_context(lang=letter.lang)
            words = [
                letter._returned_words(line.number or "", record.with_context(lang=letter.lang))
                for line in letter.line_ids & self.env["dunning.letter.line"].union(*told)
                for record in known & known.browse(told[line])
            ]
            letter.returned_html = Markup("<br/>").join(words)

    def _returned_words(self, number, record):
        """One payment that came back, as a sentence of the letter."""
        self.ensure_one()
        words = {
            "amount": self._money(record.amount),
            "number": number,
            "day": self._day(record.came_back_on or record.date),
            "reason": record.reason_words,
        }
        if words["reason"]:
            return self.env._("%(amount)s for %(number)s came back on %(day)s: %(reason)s.", **words)
        return self.env._("%(amount)s for %(number)s came back on %(day)s.", **words)
