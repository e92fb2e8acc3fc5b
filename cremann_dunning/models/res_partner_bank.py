import logging

from odoo import models

_logger = logging.getLogger(__name__)

REMITTANCE = 140  # signs that go along with a transfer


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    def _dunning_by_bank(self, amount, currency, reference, partner):
        """How to pay into this account, for a page: ``holder``, ``account``, ``reference``, ``amount`` and ``qr``.

        False of no account.
        """
        return bool(self) and {
            "holder": self.acc_holder_name or self.partner_id.name,
            "account": self.acc_number,
            "reference": reference,
            "amount": amount,
            "currency": currency,
            "qr": self._dunning_qr(amount, reference, currency, partner),
        }

    def _dunning_qr(self, amount, reference, currency, partner):
        """The payment QR code of Odoo as a data address, where the account and the currency allow one; else False."""
        if not self or not amount or amount <= 0:
            return False
        # a line of the code each, and no more signs than it may have (EPC069-12)
        reference = " ".join((reference or "").split())[:REMITTANCE]
        try:
            drawn = self.with_context(dunning_qr=True)
            return drawn.build_qr_code_base64(amount, reference, reference, currency, partner)
        except Exception as error:  # drawing only: a server without a barcode renderer still says how to pay
            _logger.warning("No payment QR code for %s: %s", reference, error)
            return False
