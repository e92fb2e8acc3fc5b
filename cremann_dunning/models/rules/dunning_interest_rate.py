from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang


class DunningInterestRate(models.Model):
    """A rate from a day on. It lasts until the next row: rates neither overlap nor leave a gap."""

    _name = "dunning.interest.rate"
    _description = "Interest Rate"
    _inherit = ["dunning.law.record.mixin"]
    _order = "table_id, valid_from desc"

    table_id = fields.Many2one("dunning.interest.table", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="table_id.company_id", store=True, index=True)
    valid_from = fields.Date(required=True, help="First day of this rate. It lasts until the next row of the table.")
    percent = fields.Float(string="Percent per Year", digits=(9, 2), required=True, help="10.40 means 10.40% per year.")
    source = fields.Char(help="Where the rate was read.")
    verification = fields.Selection(
        [
            ("confirmed", "Two or more sources"),
            ("single", "One source"),
            ("derived", "Derived from the formula in the law"),
            ("unchecked", "Not checked yet"),
        ],
        required=True,
        default="unchecked",
        help="How well this rate is confirmed.",
    )
    verification_note = fields.Char(string="Confirmed By")

    _unique_valid_from = models.Constraint(
        "UNIQUE(table_id, valid_from)",
        "This table already has a rate from that day. Change that row instead of adding a second one.",
    )
    _check_percent = models.Constraint(
        "CHECK(percent >= 0 AND percent <= 100)",
        "An interest rate lies between 0 and 100 percent per year.",
    )

    @api.depends("percent", "valid_from")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for rate in self:
            rate.display_name = self.env._(
                "%(percent)s%% from %(date)s",
                percent=formatLang(self.env, rate.percent),
                date=format_date(self.env, rate.valid_from),
            )

    @api.constrains("valid_from", "table_id")
    def _check_gaps(self):
        """A row added by itself (import, another screen) must leave no gap either."""
        self.table_id._check_gaps()

    @api.ondelete(at_uninstall=False)
    def _unlink_newest_only(self):
        """Deleting a row in the middle would silently stretch the one before over its period."""
        for rate in self:
            later = rate.table_id.rate_ids - self
            if any(other.valid_from > rate.valid_from for other in later):
                raise UserError(
                    self.env._(
                        "%(rate)s cannot be deleted: the rate before it would then hold for its period and "
                        "change interest of the past. Correct the percentage or the day instead.",
                        rate=rate.display_name,
                    )
                )
