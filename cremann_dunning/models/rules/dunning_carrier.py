from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningCarrier(models.Model):
    """Who carries registered letters, and where a debtor or a judge can follow one. Data: addresses change."""

    _name = "dunning.carrier"
    _description = "Carrier of Registered Letters"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    country_id = fields.Many2one("res.country", help="Companies in this country use it unless they choose another.")
    tracking_url = fields.Char(
        string="Tracking page",
        help="Web address of the page that follows a letter. {number} becomes the tracking number, {postcode} and "
        "{country} those of the address it went to.",
    )

    @api.constrains("tracking_url")
    def _check_tracking_url(self):
        for carrier in self.filtered("tracking_url"):
            try:
                filled = carrier._tracking_link("3STEST", "1234AB", "NL")
            except (KeyError, IndexError, ValueError) as error:
                raise ValidationError(
                    self.env._(
                        "The tracking page may hold {number}, {postcode} and {country}, and no other words in braces."
                    )
                ) from error
            if not filled.startswith("https://"):
                raise ValidationError(self.env._("The tracking page starts with https://."))

    def _tracking_link(self, number, postcode, country):
        """The page of one letter, every part escaped; False without a pattern or a number."""
        if not self.tracking_url or not number:
            return False
        return self.tracking_url.format(
            number=quote(number, safe=""),
            postcode=quote((postcode or "").replace(" ", ""), safe=""),
            country=quote(country or "", safe=""),
        )

    @api.model
    def _for_company(self, company):
        """The carrier of the company's own country, else the first one."""
        own = self.search([("country_id", "=", company.country_id.id)], limit=1)
        return own or self.search([], limit=1)
