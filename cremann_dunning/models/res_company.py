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
    dunning_terms_version = fields.Char(
        string="Version of the general terms",
        help="For example 'March 2026'. Every letter keeps the version that held when it was issued.",
    )
    dunning_vat_not_deductible = fields.Boolean(
        string="We cannot deduct VAT",
        help="Your firm is exempt from VAT, as in healthcare, education or private letting.",
    )
    dunning_third_party = fields.Boolean(
        string="A third party that charges VAT collects for us",
        help="You engage an agency, a bailiff or a lawyer for the collection, and they invoice you with VAT.",
    )
    dunning_costs_vat_rate = fields.Float(
        string="General VAT rate", digits=(5, 2), default=21.0, help="The rate in percent, 21 in the Netherlands."
    )

    _check_dunning_costs_vat_rate = models.Constraint(
        "CHECK(dunning_costs_vat_rate BETWEEN 0 AND 100)", "The VAT rate on collection costs lies between 0 and 100%."
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

    def _dunning_numbers(self, count, day):
        """The next numbers of the series, drawn in one statement; a series without gaps hands them out one by one."""
        sequence = self._dunning_sequence()
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequence.next_by_id(sequence_date=day) for _number in range(count)]
        # the name that Odoo gives to the series of the database behind a standard sequence
        self.env.cr.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [f"ir_sequence_{sequence.id:03d}", count])
        return [sequence.get_next_char(number) for (number,) in self.env.cr.fetchall()]

    def _dunning_bank_account(self):
        """The account that letters ask to pay into when the invoice names none."""
        self.ensure_one()
        return self.partner_id.bank_ids.filtered(lambda bank: not bank.company_id or bank.company_id == self)[:1]
