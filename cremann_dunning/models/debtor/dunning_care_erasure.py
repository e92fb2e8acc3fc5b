from dateutil.relativedelta import relativedelta

from odoo import api, models


class DunningErasure(models.AbstractModel):
    """Why somebody was treated with care, what was advised about him, and words about his invoices are kept no longer
    than they are of use."""

    _inherit = "dunning.erasure"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _erase_old(self):
        """What ended a year ago goes by itself, also where the firm keeps the rest for longer."""
        result = super()._erase_old()
        # sudo: the system's to erase, whoever may read it
        ended = self.env["dunning.care"].sudo().search([("ended_on", "!=", False)])
        for company, found in ended.grouped("company_id").items():
            until = company._dunning_today() - relativedelta(years=1)
            found.filtered(lambda care, until=until: care.ended_on <= until).unlink()
        return result

    @api.model
    def _erase(self, company, debtors, asked_on=None):
        """With the rest of a debtor goes why he was treated with care, what was advised about selling to him, and what
        somebody typed about his invoices."""
        count = super()._erase(company, debtors, asked_on)
        about = [("company_id", "=", company.id), ("partner_id", "in", list(debtors))]
        self.env["dunning.care"].sudo().search(about).unlink()  # sudo: as above
        self.env["dunning.advice"].sudo().search(about).unlink()  # sudo: as above
        checks = self.env["dunning.check"].sudo().with_context(active_test=False)  # sudo: as above
        checks.search(about).note = False  # what was answered stays, without the words of whoever did
        return count
