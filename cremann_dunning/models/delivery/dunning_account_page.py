from odoo import api, models


class DunningAccountPage(models.AbstractModel):
    """What the debtor's page says: where he stands, as far as this visitor may see it."""

    _name = "dunning.account.page"
    _description = "Debtor's page"

    @api.model
    def _values(self, visit):
        """All that the page is made of.

        :param visit: see ``visit.Visit``.
        """
        company, letter = visit.company, visit.letter
        person = letter.user_id or company.dunning_responsible_id
        return {
            "visit": visit,
            "company": company,
            "partner": visit.partner,
            "letter": letter,
            "items": visit.items(),
            "person": person,
            "phone": person.phone or company.phone,
            "email": person.email or company.email,
            **self.env["dunning.account.paying"]._page_values(visit),
            **self.env["dunning.account.acts"]._page_values(visit),
        }
