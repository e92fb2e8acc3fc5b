from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain

# What of a reply says who wrote and what; that something came in, when, and what came of it stays.
PERSONAL = ("email_from", "sender", "subject", "text", "preview", "contact_id", "suggested_id", "message_ref")


class DunningErasure(models.AbstractModel):
    """Erases what came in of a debtor with what the record holds about him: words, address, files."""

    _inherit = "dunning.erasure"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _erase(self, company, debtors, asked_on=None):
        number = super()._erase(company, debtors, asked_on)
        of_debtor = Domain("company_id", "=", company.id) & Domain("partner_id", "in", debtors)
        self._erase_replies(of_debtor)
        return number

    @api.model
    def _erase_old_of(self, company):
        """Also what nobody ever placed, when its time is over."""
        result = super()._erase_old_of(company)
        until = company._dunning_today() - relativedelta(years=company.dunning_keep_years)
        unplaced = Domain("company_id", "=", company.id) & Domain("partner_id", "=", False)
        self._erase_replies(unplaced & Domain("received_on", "<", until))
        return result

    @api.model
    def _erase_replies(self, domain):
        """Of what was handled; what waits is still needed."""
        # sudo: the system erases, for whom the caller has checked
        replies = self.sudo().env["dunning.reply"].search(domain & Domain("state", "=", "handled"))
        if not replies:
            return
        mails = replies.message_ids | replies._mails()
        own = replies.env["ir.attachment"].search([("res_model", "=", replies._name), ("res_id", "in", replies.ids)])
        # the system's own user: files that came in are evidence until now
        (own | mails.attachment_ids.filtered(lambda file: file.res_model == replies._name)).with_user(1).sudo().unlink()
        mails.filtered(lambda mail: mail.model == replies._name).unlink()
        replies.write(dict.fromkeys(PERSONAL, False))
