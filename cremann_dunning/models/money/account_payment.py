from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def action_post(self):
        """Of a letter that is paid online the costs and the interest are booked first; Odoo gives the rest to its
        invoices."""
        result = super().action_post()
        for payment in self:
            # sudo: whoever may post the payment need not read the transactions of providers
            payment.payment_transaction_id.sudo()._dunning_book_beyond(payment)
        return result
