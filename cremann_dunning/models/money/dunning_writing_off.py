from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ...law.bad_debt import VatBack, lost_parts, vat_back
from ..dunning_inside import Inside
from ..dunning_money import exact


@dataclass(frozen=True, eq=False)
class Given:
    """What a person says of a write-off. ``certain_on``: the day on which the loss became certain, where he knows."""

    date: date
    reason: str
    account: models.BaseModel
    journal: models.BaseModel
    proof: str = ""
    certain_on: date | None = None


@dataclass(frozen=True, eq=False)
class Item:
    """A receivable item as it is before it is written off: what is open in its own currency and in that of the company
    (``gross``), its VAT per rate in the latter, and when that comes back."""

    line: models.BaseModel
    due: date | None
    amount: float
    gross: float
    taxes: list
    vat: VatBack


class DunningWritingOff(models.AbstractModel):
    """Writes claims off: one entry each, matched with the item, and a record of it."""

    _name = "dunning.writing.off"
    _description = "Writing Claims Off"

    @api.model
    def _write_off(self, line, given):
        """Write off what is open of one receivable item; nothing is left behind when that is refused.

        :return: ``dunning.write.off``. :raises UserError: it cannot be written off, with what to do.
        """
        self._check_given(line, given)
        line.lock_for_update(allow_referencing=True)  # nobody writes off or pays the same item meanwhile
        line.invalidate_recordset(["amount_residual", "amount_residual_currency", "reconciled"])
        self._check_item(line)
        item = self._item(line, given)
        entry = self._book(item, given)
        record = self.env["dunning.write.off"]._record(item, entry, given)
        line.move_id._dunning_redecide()
        return record

    # -- what may not be ------------------------------------------------------------------------------------------

    @api.model
    def _check_given(self, line, given):
        company = line.company_id
        for found, missing in (
            (given.account, self.env._("%s has no account for bad debts. Choose one here or in the settings.",
                                       company.display_name)),
            (given.journal, self.env._("%s has no journal for miscellaneous operations. Make one, or choose one in the "
                                       "settings.", company.display_name)),
        ):  # fmt: skip
            if not found:
                raise UserError(missing)
        if not (given.account.company_ids & company.parent_ids) or given.journal.company_id not in company.parent_ids:
            raise UserError(
                self.env._(
                    "Account %(account)s or journal %(journal)s is of another company than %(claim)s. Choose those of "
                    "%(company)s.",
                    account=given.account.display_name,
                    journal=given.journal.display_name,
                    claim=line.move_id.name,
                    company=company.display_name,
                )
            )
        if given.account.account_type in ("asset_receivable", "liability_payable"):
            raise UserError(
                self.env._("%s is an account of debtors or creditors. Choose one of costs.", given.account.display_name)
            )
        self._check_open(company, given.journal, given.date)

    @api.model
    def _check_open(self, company, journal, day):
        """:raises UserError: nothing can be booked on that day any more; Odoo would move the entry to another one."""
        if locks := company._get_violated_lock_dates(day, False, journal):
            raise UserError(
                self.env._(
                    "%(day)s lies in a period that is locked: %(locks)s. Choose a later day.",
                    day=format_date(self.env, day),
                    locks=self.env["res.company"]._format_lock_dates(locks),
                )
            )

    @api.model
    def _check_item(self, line):
        name = line.move_id.display_name
        if line.parent_state != "posted":
            raise UserError(self.env._("%s is not booked. Book it first, or delete it instead.", name))
        if line.account_type != "asset_receivable":
            raise UserError(self.env._("%s asks no debtor for anything, so there is nothing to write off.", name))
        if line.reconciled or line.currency_id.is_zero(line.amount_residual_currency):
            raise UserError(self.env._("Nothing is open on %s any more: it was paid, credited or written off.", name))
        if line.amount_residual_currency < 0:
            raise UserError(self.env._("%s is a credit of the debtor and no claim. Match or refund it.", name))

    # -- what it is -----------------------------------------------------------------------------------------------

    @api.model
    def _item(self, line, given):
        """The item as it is now. What the debtor knows it by is said by its claim, where it was taken in."""
        company, move = line.company_id, line.move_id
        # sudo: dates of the claim, for whoever may write off
        claim = move.sudo().dunning_claim_ids.filtered(lambda one: one.is_taken_in and one.move_line_id == line)
        due = claim.date_due or line.date_maturity or None
        dated = claim.invoice_date or move.invoice_date or line.date
        debtor = line.partner_id.commercial_partner_id
        bankrupt_on = self.env["dunning.insolvency"].sudo()._bankrupt_on(debtor, company, dated)  # sudo: as above
        country = company.account_fiscal_country_id.code or company.country_code or ""
        return Item(
            line=line,
            due=due,
            amount=line.amount_residual_currency,
            gross=line.amount_residual,
            taxes=self._taxes(line),
            vat=vat_back(country, due, given.certain_on or None, bankrupt_on),
        )

    @api.model
    def _taxes(self, line):
        """The VAT per rate in what is open of an item, as values of ``dunning.write.off.tax``.

        VAT that is owed only when it is received was never paid, so none of it comes back.
        """
        move, currency = line.move_id, line.company_id.currency_id
        if move.move_type == "entry":
            return []
        found = defaultdict(lambda: [0.0, 0.0])
        for tax_line in move.line_ids.filtered("tax_line_id"):
            tax = tax_line.tax_line_id
            if tax.tax_exigibility != "on_payment":
                found[tax][0] += abs(tax_line.tax_base_amount)
                found[tax][1] -= tax_line.balance
        rows = [
            (tax, exact(base, currency), exact(vat, currency))
            for tax, (base, vat) in found.items()
            if not currency.is_zero(vat)
        ]
        total, lost = exact(abs(move.amount_total_signed), currency), exact(line.amount_residual, currency)
        parts = lost_parts(lost, total, [(base, vat) for _tax, base, vat in rows])
        return [
            {"name": tax.name, "rate": tax.amount, "base": float(base), "vat": float(vat)}
            for (tax, _base, _vat), (base, vat) in zip(rows, parts, strict=True)
        ]

    # -- the entry ------------------------------------------------------------------------------------------------

    @api.model
    def _book(self, item, given):
        """The entry that takes the item off the ledger, posted and matched with it."""
        line, number = item.line, item.line.move_id.name
        common = {"partner_id": line.partner_id.id, "currency_id": line.currency_id.id}
        entry = self.env["account.move"].with_company(line.company_id).create(
            {
                "move_type": "entry",
                "journal_id": given.journal.id,
                "company_id": line.company_id.id,
                "date": given.date,
                "ref": self.env._("Written off: %s", number),
                "line_ids": [
                    Command.create(
                        {
                            **common,
                            "account_id": account.id,
                            "name": self.env._("Written off: %s", number),
                            "amount_currency": sign * item.amount,
                            "balance": sign * item.gross,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for account, sign in ((line.account_id, -1), (given.account, 1))
                ],
            }
        )  # fmt: skip
        entry._post(soft=False)
        credit = entry.line_ids.filtered(lambda one: one.account_id == line.account_id)
        (line + credit).with_context(dunning_matched=Inside()).reconcile()  # the write-off itself is told
        return entry
