from odoo import fields, models

from ..res_company import INSIDE


class ResCompany(models.Model):
    """What a debtor may do on his page by himself; what is beyond it waits for a person."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_paid_days = fields.Integer(
        string="Pause when a debtor says that he has paid",
        default=5,
        required=True,
        help="So many working days nothing follows about these invoices. When the bank does not show the payment by "
        "then, the debtor is asked once more.",
        groups=INSIDE,
    )
    dunning_promise_days = fields.Integer(
        string="Promise within days, businesses",
        default=14,
        required=True,
        help="A business or public body may promise on its page to pay within so many days. A later day waits for a "
        "person. 0: every promise does.",
        groups=INSIDE,
    )
    dunning_promise_days_consumer = fields.Integer(
        string="Promise within days, consumers",
        default=14,
        required=True,
        help="The same for consumers, and whoever is of an unknown kind.",
        groups=INSIDE,
    )
    dunning_promises_max = fields.Integer(
        string="Promises before a person decides",
        default=2,
        required=True,
        help="After so many promises about the same invoice, by whatever way, the next one waits for a person.",
        groups=INSIDE,
    )

    _check_dunning_paid_days = models.Constraint(
        "CHECK(dunning_paid_days BETWEEN 1 AND 30)", "Choose between 1 and 30 working days for such a pause."
    )
    _check_dunning_promise_days = models.Constraint(
        "CHECK(dunning_promise_days BETWEEN 0 AND 365 AND dunning_promise_days_consumer BETWEEN 0 AND 365)",
        "Choose between 0 and 365 days for a promise.",
    )
    _check_dunning_promises_max = models.Constraint(
        "CHECK(dunning_promises_max BETWEEN 0 AND 100)", "Choose between 0 and 100 promises."
    )

    def _dunning_promise_days_of(self, kind):
        """Within how many days a debtor of this kind may promise to pay."""
        company = self.sudo()  # sudo: settings, for the system that asks on behalf of a debtor
        return company.dunning_promise_days if kind in ("business", "public") else company.dunning_promise_days_consumer

    def _dunning_working_days_on(self, count):
        """The last of so many working days after today."""
        day = self._dunning_today()
        for _day in range(count):
            day = self._dunning_working_day(fields.Date.add(day, days=1))
        return day
