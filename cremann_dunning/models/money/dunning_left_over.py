import logging
from datetime import date
from decimal import Decimal

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.left_over import earned_discount, is_small_rest
from ...law.calendar import add_months
from ..dunning_inside import Inside
from .dunning_writing_off import Given

_logger = logging.getLogger(__name__)

DISCOUNT = "discount"
SMALL = "small"
# Discounts are looked for in what falls due within so many months.
AHEAD_MONTHS = 24
# Whose invoices with a cash discount are paid in part.
WITH_DISCOUNT = """
SELECT DISTINCT p.commercial_partner_id
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN res_partner p ON p.id = l.partner_id
 WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
   AND l.discount_date IS NOT NULL AND l.amount_residual_currency > 0
   AND l.amount_residual_currency <> l.amount_currency
"""


class DunningLeftOver(models.AbstractModel):
    """What is left of claims that were paid in part and is asked no more: earned cash discounts and small rests.

    Writes them off, each in one entry that is matched with its item.
    """

    _name = "dunning.left.over"
    _description = "What is Left of Claims"

    @api.model
    def _found(self, company, partner_ids):
        """What is left of the claims of these debtors and need not be paid: ``{item id: kind}``.

        :param partner_ids: commercial partners.
        """
        today = company._dunning_today()
        # sudo: the facts decide, whatever the user may read of them
        facts = self.env["dunning.gather"].sudo()
        debtors = facts.facts(company, today, list(partner_ids), until=add_months(today, AHEAD_MONTHS))
        limit = company._dunning_house().small_rest
        found = {}
        for claim in (claim for debtor in debtors for claim in debtor.claims):
            if earned_discount(claim):
                found[claim.line_id] = DISCOUNT
            elif claim.is_overdue(today) and is_small_rest(claim, limit, today):
                found[claim.line_id] = SMALL
        return found

    @api.model
    def _write_off_by_itself(self, company):
        """Write off the cash discounts that were earned, for a company that has it so; each by itself.

        :return: the entries.
        """
        entries = self.env["account.move"]
        if not company.dunning_discount_by_itself:
            return entries
        self.env.flush_all()
        partner_ids = [id_ for (id_,) in self.env.execute_query(SQL(WITH_DISCOUNT, company=company.id))]
        found = self._found(company, partner_ids) if partner_ids else {}
        for item in self.env["account.move.line"].browse(id_ for id_, kind in found.items() if kind == DISCOUNT):
            try:
                with self.env.cr.savepoint():
                    entries += self._write_off(item, DISCOUNT)
            except UserError as error:  # what is missing is said where somebody does it by hand
                _logger.info("The discount of %s was not written off: %s", item.move_id.name, error)
        return entries

    @api.model
    def _write_off(self, item, kind):
        """Write off what is left of one item, in one posted entry that is matched with it.

        :param item: the open ``account.move.line`` of the claim. :param kind: ``discount`` or ``small``.
        :return: the entry. :raises UserError: an account or journal is missing, or the item changed meanwhile.
        """
        item.lock_for_update(allow_referencing=True)  # nobody pays or writes off the same item meanwhile
        item.invalidate_recordset(["amount_residual", "amount_residual_currency", "reconciled"])
        company, name = item.company_id, item.move_id.name
        if item.reconciled or item.parent_state != "posted" or item.amount_residual_currency <= 0:
            raise UserError(self.env._("Nothing is open on %s any more: it was paid, credited or written off.", name))
        if kind == SMALL:
            given = Given(
                company._dunning_today(),
                "small",
                company._dunning_difference_account(),
                company._dunning_write_off_journal(),
            )
            return self.env["dunning.writing.off"]._write_off(item, given).entry_id
        ref = self.env._("Cash discount: %s", name)
        day = self._last_receipt(item) or company._dunning_today()
        amount = item.amount_residual_currency
        entry = self._enter(item, self._discount_lines(item), ref, day)
        # sudo: what is told is the system's to gather
        self.env["dunning.ledger.told"]._tell_taken_off("ledger.discount", item.sudo(), amount, entry.sudo())
        return entry

    @api.model
    def _last_receipt(self, item) -> date | None:
        """The day of the last money on an item that came in time for the discount."""
        days = [day for day, _amount in self.env["dunning.imputation"]._receipts(item.ids)[item.id]]
        return max((day for day in days if day <= item.discount_date), default=None)

    @api.model
    def _enter(self, item, values, ref, day):
        """One posted entry of these lines against the item, matched with it."""
        company, journal = item.company_id, item.company_id._dunning_charge_journal()
        against = {
            "name": ref,
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "currency_id": item.currency_id.id,
            "amount_currency": -item.amount_residual_currency,
            "balance": -item.amount_residual,
        }
        entry = self.env["account.move"].with_company(company).with_context(skip_invoice_sync=True)
        entry = entry.create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "company_id": company.id,
                "date": self.env["dunning.bookkeeping"]._day(company, day, journal),
                "ref": ref,
                "line_ids": [Command.create(line) for line in (against, *values)],
            }
        ).with_context(skip_invoice_sync=False)  # fmt: skip
        entry._post(soft=False)
        items = item + entry.line_ids.filtered(lambda line: line.account_id == item.account_id)
        items.with_context(dunning_matched=Inside()).reconcile()  # the discount itself is told
        return entry

    # -- a cash discount ------------------------------------------------------------------------------------------

    @api.model
    def _discount_lines(self, item):
        """The lines that Odoo books for a cash discount, over what is left: costs, and VAT where the terms say so.

        :raises UserError: the company has no account for cash discounts.
        """
        company, invoice = item.company_id, item.move_id
        if not company.account_journal_early_pay_discount_loss_account_id:
            raise UserError(
                self.env._(
                    "%s has no account for cash discounts. Choose one under Invoicing, Configuration, Settings, "
                    "Default Accounts.",
                    company.name,
                )
            )
        full = item.amount_currency - item.discount_amount_currency
        share = Decimal(str(item.amount_residual_currency)) / Decimal(str(item.currency_id.round(full)))
        values = self._as_by_odoo(item, invoice, float(share))
        rests = {"amount_currency": item.amount_residual_currency, "balance": item.amount_residual}
        for name, wanted in rests.items():
            currency = item.currency_id if name == "amount_currency" else item.company_currency_id
            difference = currency.round(wanted - sum(line[name] for line in values))
            biggest = max(values, key=lambda line: abs(line["amount_currency"]))
            biggest[name] = currency.round(biggest[name] + difference)
        return values

    @api.model
    def _as_by_odoo(self, item, invoice, share):
        """What Odoo would have booked with the payment, a share of it.

        It takes what is open for what the discount is about. Once the payment is booked that is the discount alone, so
        it is shown the whole invoice; in the cache only, nothing is written.
        """
        field = item._fields["amount_residual_currency"]
        opened = item.amount_residual_currency
        self.env.flush_all()
        field._update_cache(item, share * invoice.amount_total)
        try:
            parts = invoice._get_invoice_counterpart_amls_for_early_payment_discount_per_payment_term_line()
        finally:
            field._update_cache(item, opened)
        return [
            {"partner_id": item.partner_id.id, "currency_id": item.currency_id.id, **key, **line}
            for name in ("term_lines", "base_lines", "tax_lines")
            for key, line in parts[name][item].items()
        ]
