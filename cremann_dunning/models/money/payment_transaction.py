import logging
from contextlib import contextmanager
from decimal import Decimal

import psycopg2

from odoo import fields, models

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """An online payment of a letter knows how much of it is for costs and interest."""

    _inherit = "payment.transaction"

    dunning_letter_id = fields.Many2one(
        "dunning.letter",
        string="Letter",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The letter that the debtor paid from its page.",
    )
    dunning_beyond = fields.Monetary(
        string="Costs and interest",
        readonly=True,
        copy=False,
        help="How much of the amount is for costs and interest that the letter asks beside its invoices.",
    )

    def _post_process(self):
        """What payments pay of costs and interest is booked at once where it leaves no doubt, see
        ``dunning.bookkeeping``."""
        result = super()._post_process()
        for transaction in self.filtered(lambda t: t.state == "done" and t.payment_id.move_id):
            partner = transaction.partner_id.commercial_partner_id
            with transaction._dunning_apart() as bookkeeping:
                bookkeeping._book_certain(transaction.company_id, partner.ids)
        return result

    def _dunning_book_beyond(self, payment):
        """Book the part of this payment that is for costs and interest, as long as that is what is left of them.

        Before Odoo matches the payment with invoices: of one that is in dispute for a part, it would take all.

        :param payment: the ``account.payment`` of it, posted.
        """
        letter, company = self.dunning_letter_id, self.company_id
        item = payment.move_id.line_ids.filtered(lambda line: line.account_id == payment.destination_account_id)
        if not letter or self.dunning_beyond <= 0 or len(item) != 1 or company.dunning_book_charges != "certain":
            return
        with self._dunning_apart() as bookkeeping:
            parts = letter._beyond_parts(letter._demanded_lines())
            if sum(parts.values()) == Decimal(str(self.dunning_beyond)):
                bookkeeping._book(item.with_env(bookkeeping.env), parts)

    @contextmanager
    def _dunning_apart(self):
        """For what follows from a payment: whatever goes wrong in it, the payment itself stays.

        Gives ``dunning.bookkeeping`` in the language of the company's books, not in the debtor's.
        """
        self.ensure_one()
        # sudo: a debtor pays, and the books are the system's
        bookkeeping = self.env["dunning.bookkeeping"].sudo().with_company(self.company_id)
        bookkeeping = bookkeeping.with_context(lang=self.company_id._dunning_lang())
        try:
            with self.env.cr.savepoint():
                yield bookkeeping
        except psycopg2.OperationalError:  # another transaction came in between: Odoo does all of it again
            raise
        except Exception:  # it is offered on the case, and booked there
            _logger.warning("Costs and interest paid by %s are not booked", self.reference, exc_info=True)
