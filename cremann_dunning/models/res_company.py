import pytz

from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_automatic = fields.Boolean(
        string="Follow up every day",
        help="Every morning a run is made by itself. It sends the levels that are marked automatic; the others wait.",
    )
    dunning_responsible_id = fields.Many2one(
        "res.users",
        string="Responsible for dunning",
        help="Signs the letters, gets the replies and is told when a letter could not be delivered.",
    )
    dunning_consumer_clause = fields.Char(
        string="Damages clause",
        help="The article of your general terms that agrees a compensation with consumers, for example 'article 8'. "
        "Without one a Belgian consumer never pays more than the invoice, and the letter says nothing about it.",
    )

    @api.model
    def _dunning_fallback_tz(self):
        """Time zone for a company that names none: that of the two countries this addon is made for."""
        return "Europe/Amsterdam"

    def _dunning_today(self):
        """The date it is now where the company is, which may differ from the server's."""
        self.ensure_one()
        zone = pytz.timezone(self.partner_id.tz or self._dunning_fallback_tz())
        return pytz.utc.localize(fields.Datetime.now()).astimezone(zone).date()

    def _dunning_sequence(self):
        """The company's own series of letter numbers, made at first use."""
        self.ensure_one()
        # sudo: whoever may issue a letter needs the next number, not the right to configure sequences
        sequences = self.env["ir.sequence"].sudo()
        sequence = sequences.search([("code", "=", "dunning.letter"), ("company_id", "=", self.id)], limit=1)
        return sequence or sequences.create(
            {
                "name": self.env._("Dunning letters of %s", self.name),
                "code": "dunning.letter",
                "company_id": self.id,
                "prefix": "DUN/%(year)s/",
                "padding": 5,
            }
        )

    def _dunning_bank_account(self):
        """The account that letters ask to pay into when the invoice names none."""
        self.ensure_one()
        return self.partner_id.bank_ids.filtered(lambda bank: not bank.company_id or bank.company_id == self)[:1]
