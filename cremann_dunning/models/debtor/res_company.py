from odoo import fields, models

from ..res_company import INSIDE


class ResCompany(models.Model):
    """What each part of the priority of a debtor weighs, and how long a hold lasts."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_priority_amount = fields.Integer(
        string="Amount and days",
        default=1,
        help="Points for each 10,000 of amount times days overdue, 100 times at most: 5,000 that is 40 days overdue "
        "counts 20 times.",
        groups=INSIDE,
    )
    dunning_priority_broken = fields.Integer(
        string="Broken promise", default=30, help="Points where the last promise was broken.", groups=INSIDE
    )
    dunning_priority_silence = fields.Integer(
        string="Letter without an answer", default=5, help="Points for each of them, four at most.", groups=INSIDE
    )
    dunning_priority_legal = fields.Integer(
        string="Claim that may lapse",
        default=25,
        help="Points where a claim may lapse within three months unless something happens.",
        groups=INSIDE,
    )

    dunning_hold_days = fields.Integer(
        string="Days that a hold lasts",
        default=30,
        required=True,
        help="So many days a hold lasts for which nobody chose a last day. Only a manager holds without an end.",
        groups=INSIDE,
    )

    _check_dunning_hold_days = models.Constraint(
        "CHECK(dunning_hold_days BETWEEN 1 AND 365)", "Choose between 1 and 365 days for a hold."
    )
    _check_dunning_priority = models.Constraint(
        "CHECK(dunning_priority_amount BETWEEN 0 AND 1000 AND dunning_priority_broken BETWEEN 0 AND 1000"
        " AND dunning_priority_silence BETWEEN 0 AND 1000 AND dunning_priority_legal BETWEEN 0 AND 1000)",
        "What a part of the priority weighs lies between 0 and 1,000 points. 0: it does not count.",
    )
