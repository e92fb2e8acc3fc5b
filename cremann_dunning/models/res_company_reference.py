from odoo import fields, models

from ..engine import references
from .res_company import INSIDE


class ResCompany(models.Model):
    """Which reference letters over several invoices ask the debtor to name."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_reference = fields.Selection(
        [
            (references.AUTOMATIC, "Automatic"),
            (references.STRUCTURED, "Structured communication (+++ +++)"),
            (references.CREDITOR, "Creditor reference (RF)"),
            (references.NUMBER, "Number of the letter"),
        ],
        string="Reference of letters",
        default=references.AUTOMATIC,
        required=True,
        help="A letter over several invoices carries a reference of its own, by which its payment is recognised. "
        "Automatic: the Belgian structured communication when the company or its account is Belgian, else an RF "
        "creditor reference on an account within SEPA, else the number of the letter; in another currency than euro "
        "always that number. A letter over one invoice keeps the reference of the invoice.",
        groups=INSIDE,
    )

    def _dunning_reference_kind(self, bank, currency):
        """The kind of reference, see ``engine.references``, of letters that ask to pay into this account.

        :param bank: ``res.partner.bank``, empty where there is none: then the country of the company decides.
        """
        self.ensure_one()
        account = bank.sanitized_acc_number if bank.acc_type == "iban" else ""
        country = account[:2] if bank else self.country_code
        return references.chosen(
            # sudo: what every letter of the company shows
            self.sudo().dunning_reference,
            euro=currency.name == "EUR",
            belgian="BE" in (self.country_code, country),
            sepa=country in self.env.ref("base.sepa_zone").country_ids.mapped("code"),
        )
