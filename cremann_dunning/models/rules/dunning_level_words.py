from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import rules

# Letters without legal force: a person may word them otherwise without anything being lost.
FREE_TYPES = (rules.PRE_DUE, rules.REMINDER)


class DunningLevel(models.Model):
    """Whether one letter of this level may have other words than its text."""

    _inherit = "dunning.level"  # pylint: disable=consider-merging-classes-inherited

    words_may_change = fields.Boolean(
        string="Other words in one letter",
        compute="_compute_words_may_change",
        store=True,
        readonly=False,
        precompute=True,
        help="Whoever writes one letter of this level may give it another subject, opening or closing. What the law "
        "wants in it is checked all the same. A statutory consumer notice keeps its words; a personal paragraph it may "
        "have.",
    )

    @api.depends("legal_type")
    def _compute_words_may_change(self):
        for level in self:
            level.words_may_change = level.legal_type in FREE_TYPES

    @api.constrains("legal_type", "words_may_change")
    def _check_words_may_change(self):
        if wrong := self.filtered(lambda level: level.words_may_change and level.legal_type == rules.STATUTORY_NOTICE):
            raise ValidationError(
                self.env._(
                    "%s is a statutory notice: its words stay as they are. Switch off Other words in one letter.",
                    wrong[0].name,
                )
            )
