from odoo import fields, models

from ..res_company import INSIDE


class ResCompany(models.Model):
    """Who lets the letters of a run go."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_run_approval = fields.Selection(
        [
            ("anybody", "Whoever runs follow-up"),
            ("manager", "Only a manager"),
            ("other", "Somebody else than who proposed it"),
        ],
        string="Who confirms runs",
        default="anybody",
        required=True,
        help="Holds for runs that a person confirms. What the daily run sends by itself is not held up, and a letter "
        "that somebody writes by hand is no run.",
        groups=INSIDE,
    )
