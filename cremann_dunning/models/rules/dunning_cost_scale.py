from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...law import scales


class DunningCostScale(models.Model):
    """Which collection costs belong to which principal, as data: a new decree is a new scale, no code."""

    _name = "dunning.cost.scale"
    _description = "Cost Scale"
    _inherit = ["dunning.law.table.mixin"]
    _order = "name, id"

    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.ref("base.EUR"))
    article = fields.Char(help="The article of law that the amounts rest on.")
    bracket_ids = fields.One2many("dunning.cost.bracket", "scale_id", string="Brackets", copy=True)
    minimum = fields.Monetary(help="Lowest amount once anything is owed; zero for none.")
    maximum = fields.Monetary(help="Highest amount; zero for none.")
    rounding = fields.Selection(
        [("half_up", "To the nearest cent"), ("down", "Down to the cent")],
        required=True,
        default="half_up",
        help="Down for a legal cap that may not be exceeded by a fraction of a cent.",
    )

    _unique_code = models.UniqueIndex("(code, COALESCE(company_id, 0))", "A cost scale with this code already exists.")
    _check_amounts = models.Constraint(
        "CHECK(minimum >= 0 AND maximum >= 0 AND (maximum = 0 OR maximum >= minimum))",
        "The minimum and the maximum of a cost scale cannot be negative, nor the minimum above the maximum.",
    )

    @api.constrains("bracket_ids")
    def _check_brackets(self):
        """Refuse a scale that has no answer for small amounts. An empty one may be saved, not used."""
        for scale in self:
            brackets = scale.bracket_ids
            if brackets and min(brackets.mapped("above")) > 0:
                raise ValidationError(
                    self.env._(
                        "Cost scale %(name)s: the lowest bracket must start at zero, otherwise small "
                        "claims have no costs.",
                        name=scale.display_name,
                    )
                )

    @ormcache("self.id")
    def _law_scale(self):
        """This scale as the value that the law functions work with.

        Kept in memory until a scale or bracket changes, because a run asks for it once per letter. Read as
        superuser so that the kept answer does not depend on who asked first.

        :raises law.errors.LawError: no brackets, or figures that contradict each other.
        """
        self.ensure_one()
        scale = self.sudo()
        brackets = scale.bracket_ids.sorted("above")
        uppers = [Decimal(str(bracket.above)) for bracket in brackets[1:]] + [None]
        return scales.CostScale(
            brackets=tuple(
                scales.Bracket(
                    upper=upper,
                    percent=Decimal(str(bracket.percent)),
                    base=Decimal(str(bracket.base)) if bracket.has_base else None,
                )
                for bracket, upper in zip(brackets, uppers, strict=False)
            ),
            minimum=Decimal(str(scale.minimum)) if scale.minimum else None,
            maximum=Decimal(str(scale.maximum)) if scale.maximum else None,
            rounding=scale.rounding,
        )
