from odoo import fields, models

from ...engine.agreed import Patience
from ..res_company import INSIDE


class ResCompany(models.Model):
    """What each part of the priority of a debtor weighs, how long a hold lasts, and what follows when an agreement was
    missed."""

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

    dunning_promise_asks = fields.Boolean(
        string="Ask about a broken promise",
        default=True,
        help="A debtor who did not pay on the day that he promised is asked about it in a short letter, before the "
        "steps go on; once for each promise.",
        groups=INSIDE,
    )
    dunning_instalment_reminds = fields.Boolean(
        string="Remind of a missed instalment",
        default=True,
        help="A debtor who misses an instalment is reminded of it in a letter of its own, before the plan ends.",
        groups=INSIDE,
    )
    dunning_answer_days = fields.Integer(
        string="Days that such a letter gives",
        default=5,
        required=True,
        help="So many days a debtor has to answer or pay, once he was asked about a promise or reminded of an "
        "instalment. Nothing else follows before.",
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
    _check_dunning_answer_days = models.Constraint(
        "CHECK(dunning_answer_days BETWEEN 1 AND 60)", "Choose between 1 and 60 days to answer."
    )
    _check_dunning_priority = models.Constraint(
        "CHECK(dunning_priority_amount BETWEEN 0 AND 1000 AND dunning_priority_broken BETWEEN 0 AND 1000"
        " AND dunning_priority_silence BETWEEN 0 AND 1000 AND dunning_priority_legal BETWEEN 0 AND 1000)",
        "What a part of the priority weighs lies between 0 and 1,000 points. 0: it does not count.",
    )

    def _dunning_patience(self, kind):
        """How long the firm waits once a promised day or an instalment passed. :param kind: of the letter about it.

        A firm that is off or testing writes to nobody by itself, so nothing waits for its letter either.
        """
        self.ensure_one()
        company = self.sudo()  # sudo: settings, for whoever asks what follows from them
        writes = {"promise": company.dunning_promise_asks, "instalment": company.dunning_instalment_reminds}[kind]
        writes = writes and company.dunning_set_up_on and company._dunning_mode() == "live"
        return Patience(company.dunning_promise_grace_days, company.dunning_answer_days if writes else None)
