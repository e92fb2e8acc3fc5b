from odoo import api, models


class AccountMove(models.Model):
    """A debtor who answers the mail of an invoice has answered us."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    @api.private  # the gateway of mail calls it, nobody from outside
    def message_update(self, msg_dict, update_vals=None):
        """What he says is to be handled, where the company follows up; his invoices wait until then."""
        for move in self.filtered(lambda move: move.is_sale_document(include_receipts=True)):
            debtor, company = move.commercial_partner_id, move.company_id
            if move.state == "posted" and company.sudo().dunning_set_up_on:  # sudo: a setting
                self.env["dunning.desk"]._receive(company, debtor.commercial_partner_id, msg_dict, moves=move)
        return super().message_update(msg_dict, update_vals)

    def _message_receive_bounce(self, email, partner):
        """The mail of an invoice came back: who never got it is no bad payer."""
        result = super()._message_receive_bounce(email, partner)
        for move in self.filtered(lambda move: move.is_sale_document(include_receipts=True) and move.state == "posted"):
            self.env["dunning.desk"]._mail_came_back(move.company_id, move.commercial_partner_id, email, moves=move)
        return result
