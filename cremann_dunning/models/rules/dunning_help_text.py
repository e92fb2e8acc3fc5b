from odoo import api, fields, models

from ...tools.own_words import tidy


class DunningHelpText(models.Model):
    """Where somebody in money trouble finds help, per country: it stands in letters to debtors treated with care."""

    _name = "dunning.help.text"
    _description = "Help in Money Trouble"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "country_id, sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    country_id = fields.Many2one("res.country", required=True, help="Debtors in this country read it.")
    text = fields.Text(
        required=True,
        translate=True,
        help="Stands above the greeting at the end of a letter, as it is typed here. An empty line begins a paragraph.",
    )
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")

    @api.model
    def _of(self, letter):
        """The text for the debtor of a letter, in its language; empty where his country has none."""
        return self._for(letter.company_id, letter.partner_id, letter.lang)

    @api.model
    def _for(self, company, debtor, lang):
        """The text for a debtor of a company; empty where his country has none.

        A text of the company itself goes before one for every company.
        """
        # sudo: what stands in a letter or on a page, whoever makes it
        texts, debtor = self.sudo(), debtor.sudo()
        country = debtor.country_id or company.country_id
        about = [("country_id", "=", country.id), ("company_id", "in", (False, company.id))]
        found = texts.with_context(lang=lang).search(about).sorted(lambda text: not text.company_id)
        return tidy(found[:1].text)
