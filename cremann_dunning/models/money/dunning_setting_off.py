import logging
from collections import defaultdict
from decimal import ROUND_DOWN, Decimal

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..dunning_inside import Inside
from ..dunning_money import exact

_logger = logging.getLogger(__name__)

CENT = Decimal("0.01")
# Debtors whom the company owes something, and who owe it something: both due.
BOTH_DUE = """
SELECT p.commercial_partner_id
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id
  JOIN res_partner p ON p.id = l.partner_id
 WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
   AND l.date_maturity <= %(today)s
   AND (a.account_type = 'liability_payable' AND l.amount_residual_currency < 0
        OR a.account_type = 'asset_receivable' AND l.amount_residual_currency > 0)
 GROUP BY 1, l.currency_id
HAVING COUNT(DISTINCT a.account_type) = 2
"""


class DunningSettingOff(models.AbstractModel):
    """Sets off what debtors owe the company against what it owes them: one entry, matched with both."""

    _name = "dunning.setting.off"
    _description = "Setting off Claims"

    @api.model
    def _debts(self, company, partners):
        """What the company owes these debtors: open items on accounts of creditors, such as vendor bills.

        One that is being paid already is none of them.

        :return: ``account.move.line`` of posted entries, the oldest first.
        """
        items = self.env["account.move.line"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id.commercial_partner_id", "in", partners.commercial_partner_id.ids),
                ("account_id.account_type", "=", "liability_payable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", "<", 0),
            ],
            order="date_maturity, id",
        )
        return items.filtered(lambda item: "in_process" not in item.move_id.matched_payment_ids.mapped("state"))

    @api.model
    def _claims(self, company, partner):
        """What can be set off of each claim of a debtor: ``{item: (amount, whether it is asked today)}``, oldest first.

        What is disputed, being paid or covered by his own credit is no part of it, nor are costs and interest.
        """
        # sudo: which items they are; whoever books asks for his rights
        parts = self.env["dunning.asked"].sudo()._parts(company, partner.ids).get(partner.id, ())
        parts = [part for part in parts if part.principal > 0 and not part.claim.rest]
        parts.sort(key=lambda part: (part.claim.due_date is None, part.claim.due_date, part.claim.line_id))
        item = self.env["account.move.line"].browse
        return {item(part.claim.line_id): (part.principal, part.asked) for part in parts}

    @api.model
    def _check(self, partner, company):
        """:raises UserError: nothing is set off against this debtor."""
        # sudo: a fact about the debtor, whoever sets off
        if self.env["dunning.insolvency"].sudo()._of(partner, company):
            raise UserError(
                self.env._("%s is insolvent: setting off is decided with the trustee.", partner.display_name)
            )

    @api.model
    def _set_off(self, partner, claims, debts, amount, date):
        """Set off an amount: the claims and the debts in the order given, each as far as it reaches.

        :param claims: ``{item: most that can be set off of it}``. :param debts: items of what the company owes.
        :param amount: above zero, in the currency that all of them have.
        :return: the entry, posted and matched. :raises UserError: that cannot be, and what to do.
        """
        items = self.env["account.move.line"].union(*claims, debts)
        company, currency = items.company_id, items.currency_id
        if not claims or not debts or len(company) != 1 or len(currency) != 1:
            raise UserError(self.env._("Choose what he owes and what you owe him, in one company and one currency."))
        self._check(partner, company)
        if items.partner_id.commercial_partner_id != partner.commercial_partner_id:
            raise UserError(self.env._("All of it has to be between you and %s.", partner.display_name))
        items.lock_for_update(allow_referencing=True)  # nobody pays or matches the same items meanwhile
        items.invalidate_recordset(["amount_residual", "amount_residual_currency", "reconciled"])
        most = {
            item: min(exact(abs(item.amount_residual_currency), currency), claims.get(item, Decimal("Infinity")))
            for item in items
        }
        possible = min(sum(most[item] for item in claims), sum(most[item] for item in debts))
        if not 0 < amount <= possible:
            raise UserError(
                self.env._(
                    "Between zero and %s can be set off of what you chose. What is disputed or being paid is no part "
                    "of it.",
                    currency.format(float(possible)),
                )
            )
        taken = [(item, part) for side in (claims, debts) for item, part in self._share(side, most, amount)]
        return self._enter(partner, taken, date)

    @api.model
    def _share(self, items, most, amount):
        """Which part of an amount each of these items takes, in their order."""
        for item in items:
            part = min(most[item], amount)
            amount -= part
            if part > 0:
                yield item, part

    @api.model
    def _enter(self, partner, taken, date):
        """One entry over these parts of items, each line matched with its item."""
        company, currency = taken[0][0].company_id, taken[0][0].currency_id
        journal = company._dunning_charge_journal()
        entry = self.env["account.move"].with_company(company).create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "company_id": company.id,
                "date": self.env["dunning.bookkeeping"]._day(company, date, journal),
                "ref": self.env._("Set off with %s", partner.display_name),
                "line_ids": [
                    Command.create(
                        {
                            "name": self.env._("Set off: %s", item.move_id.name),
                            "account_id": item.account_id.id,
                            "partner_id": item.partner_id.id,
                            "currency_id": currency.id,
                            "amount_currency": float(-part if item.amount_residual_currency > 0 else part),
                        }
                    )
                    for item, part in taken
                ],
            }
        )  # fmt: skip
        entry._post(soft=False)
        for (item, _part), line in zip(taken, entry.line_ids.sorted("id"), strict=True):
            (item + line).with_context(dunning_matched=Inside()).reconcile()  # the set-off itself is told
        return entry

    @api.model
    def _by_itself(self, company):
        """Set off whatever is due on both sides, for a company that has it so; each debtor apart.

        :return: ``[(partner, entry)]``. Nobody is told by it: that stays with a person.
        """
        if not company.dunning_set_off_by_itself:
            return []
        today, done = company._dunning_today(), []
        self.env.flush_all()
        rows = self.env.execute_query(SQL(BOTH_DUE, company=company.id, today=today))
        for partner in self.env["res.partner"].browse({partner_id for (partner_id,) in rows}):
            try:
                with self.env.cr.savepoint():
                    done += [(partner, entry) for entry in self._of_debtor(company, partner, today)]
            except UserError as error:  # what is in the way is said where somebody does it by hand
                _logger.info("Nothing is set off with debtor %s: %s", partner.id, error)
        return done

    @api.model
    def _of_debtor(self, company, partner, today):
        """Set off what is asked of a debtor and what is due to him, per currency: the entries."""
        debts = self._debts(company, partner).filtered(
            lambda item: item.date_maturity and item.date_maturity <= today and not item.no_followup
        )
        claims = defaultdict(dict)
        for item, (most, is_asked) in self._claims(company, partner).items():
            if is_asked:
                claims[item.currency_id][item] = most
        for currency, owed in debts.grouped("currency_id").items():
            most = sum((exact(-item.amount_residual_currency, currency) for item in owed), Decimal(0))
            amount = min(sum(claims[currency].values(), Decimal(0)), most).quantize(CENT, ROUND_DOWN)
            if amount > 0:
                yield self._set_off(partner, claims[currency], owed, amount, today)
