from odoo import fields, models

from ..res_company import INSIDE


class ResCompany(models.Model):
    """What each part of the priority of a debtor weighs."""

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

    _check_dunning_priority = models.Constraint(
        "CHECK(dunning_priority_amount BETWEEN 0 AND 1000 AND dunning_priority_broken BETWEEN 0 AND 1000"
        " AND dunning_priority_silence BETWEEN 0 AND 1000 AND dunning_priority_legal BETWEEN 0 AND 1000)",
        "What a part of the priority weighs lies between 0 and 1,000 points. 0: it does not count.",
    )
