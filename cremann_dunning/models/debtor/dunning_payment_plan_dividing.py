from decimal import ROUND_CEILING, Decimal

from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...law.amounts import share_cents
from ...law.calendar import add_months

MAX_INSTALMENTS = 120
WEEKS = {"week": 1, "fortnight": 2}


class DunningPaymentPlan(models.Model):
    """Dividing the amount of a plan: into so many instalments, of so much each, or up to a last day."""

    _inherit = "dunning.payment.plan"  # pylint: disable=consider-merging-classes-inherited

    division = fields.Selection(
        [("number", "Into so many"), ("amount", "Of so much each"), ("until", "Up to a last day")],
        string="Divide",
        default="number",
        required=True,
        help="Into so many: equal parts. Of so much each: the last one is what is left. Up to a last day: as many "
        "equal parts as there are days for them.",
    )
    instalment_count = fields.Integer(
        string="Number of instalments", default=3, help="For the button that divides the amount in equal parts."
    )
    instalment_amount = fields.Monetary(string="Amount of each", help="For the button; the last one is what is left.")
    interval = fields.Selection(
        [("month", "Every month"), ("fortnight", "Every two weeks"), ("week", "Every week")],
        string="How often",
        default="month",
        required=True,
    )
    first_date = fields.Date(
        string="First on",
        default=lambda self: add_months(self.env.company._dunning_today(), 1),
        help="For the button that divides the amount: the first day, then the same day of every month or week.",
    )
    last_date = fields.Date(string="Last on", help="For the button: the last instalment is not later than that.")

    @api.constrains("instalment_count")
    def _check_count(self):
        for plan in self:
            if not 1 <= plan.instalment_count <= MAX_INSTALMENTS:
                raise ValidationError(self.env._("Choose between 1 and %s instalments.", MAX_INSTALMENTS))

    def action_make_instalments(self):
        """Divide the amount into instalments, exact to the cent, in the place of what stands there."""
        for plan in self:
            parts = plan._divided()
            plan.instalment_ids = [Command.clear()] + [
                Command.create({"date": plan._day(number), "amount": amount}) for number, amount in enumerate(parts)
            ]
        return True

    def _day(self, number):
        """The day of the instalment with this number, from 0 on; of a month without that day its last."""
        if self.interval == "month":
            return add_months(self.first_date, number)
        return self.first_date + relativedelta(weeks=WEEKS[self.interval] * number)

    def _divided(self):
        """The amounts of the instalments (Decimal), which come to the amount of the plan exactly."""
        self.ensure_one()
        if not self.first_date:
            raise UserError(self.env._("Enter the day of the first instalment."))
        if self.division == "amount":
            return self._of_each()
        count = self._count_until() if self.division == "until" else self.instalment_count
        places = self.currency_id.decimal_places
        units = int(self._exact(self.amount).scaleb(places))
        parts = share_cents(units, [1] * count)  # the cents that do not divide go to the first ones
        if not all(parts):
            raise UserError(self.env._("The amount is too small for so many instalments."))
        return [Decimal(part).scaleb(-places) for part in parts]

    def _of_each(self):
        each, whole = self._exact(self.instalment_amount), self._exact(self.amount)
        if each <= 0:
            raise UserError(self.env._("Enter the amount of each instalment."))
        count = self._checked(int((whole / each).to_integral_value(ROUND_CEILING)))
        return [each] * (count - 1) + [whole - each * (count - 1)]

    def _count_until(self):
        if not self.last_date or self.last_date < self.first_date:
            raise UserError(self.env._("Enter a last day that is not before the first one."))
        for number in range(MAX_INSTALMENTS + 1):
            if self._day(number) > self.last_date:
                return number
        return self._checked(MAX_INSTALMENTS + 1)

    def _checked(self, count):
        if count > MAX_INSTALMENTS:
            raise UserError(self.env._("That makes more than %s instalments. Choose fewer.", MAX_INSTALMENTS))
        return count
