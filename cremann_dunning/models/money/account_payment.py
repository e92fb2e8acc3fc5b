from odoo import models

from .dunning_return import COUNTS


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def action_post(self):
        """Of a letter that is paid online the costs and the interest are booked first; Odoo gives the rest to its
        invoices."""
        result = super().action_post()
        for payment in self:
            # sudo: whoever may post the payment need not read the transactions of providers
            transaction = payment.payment_transaction_id.sudo()
            transaction._dunning_book_beyond(payment)
            transaction._dunning_book_chosen(payment)
        return result

    def write(self, vals):
        """A payment without an entry that the bank rejected takes nothing off the ledger, so nothing but its state says
        so. One that is cancelled or a draft again never paid anything, and nobody is asked."""
        gone = self.browse()
        if vals.get("state") == "rejected":
            gone = self.sudo().filtered(  # sudo: which payments these are, whoever changes them
                lambda it: it.state in COUNTS and it.payment_type == "inbound" and not it.move_id
            )
        result = super().write(vals)
        self.env["dunning.return"]._keep_payments(gone)
        return result
