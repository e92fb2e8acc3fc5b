from odoo import Command, api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..dunning_money import written

BOOKKEEPER = "account.group_account_manager"
LINES = "account.group_account_basic"  # Odoo's own right on lines of the bank, which Community shows nowhere


class DunningReceiptBookingMixin(models.AbstractModel):
    """Books a receipt where Community has no window for it: on the items that it pays, the rest as the debtor's credit.

    What stands on the account for what is not placed yet gives way to receivable items, which are matched with the
    claims. Everything is looked at before anything is written, and all of it is one step: nothing is half done.
    """

    _name = "dunning.receipt.booking.mixin"
    _description = "Booking of Receipts"

    @api.model
    def _book(self, line, parts, partner=None):
        """Book what is not booked yet of a line of the bank.

        :param line: ``account.bank.statement.line``, one record.
        :param parts: ``[(account.move.line, amount)]``, the open receivable items and what goes to each, in the
            currency of the line.
        :param partner: whose the rest is, where neither the line nor the items say so.
        :return: the items that were made, in the order of the parts, the rest last.
        :raises AccessError: who may not book; :raises UserError: it cannot be booked like this, and why.
        """
        line.ensure_one()
        line = self._by_bookkeeper(line)
        suspense = self._check_line(line)
        self._check_parts(line, suspense, parts)
        debtors = self.env["res.partner"].union(*(item.partner_id.commercial_partner_id for item, _amount in parts))
        whose = partner or line.partner_id.commercial_partner_id or (debtors if len(debtors) == 1 else debtors.browse())
        made = self._replace(line, suspense, self._counterparts(line, suspense, parts, whose), debtors or whose)
        for (item, _amount), counterpart in zip(parts, made, strict=False):
            (item.sudo(line.env.su) + counterpart).reconcile()
        return made

    @api.model
    def _book_whole(self, line, parts, partner=None, beyond=True):
        """As ``_book``; what is left beyond the items is booked at once as costs and interest, as far as letters asked
        them (6:44 lid 1 BW), and only the rest stays as the debtor's credit.

        :param beyond: without it, all of it stays as his credit.
        :raises UserError: also where an account for costs or interest is missing; then nothing is booked.
        """
        meant = frozenset(self.env["dunning.receipt"]._rests_of(line).ids)
        made = self._book(line, parts, partner)
        if beyond:
            for credit in made[len(parts) :]:
                self.env["dunning.bookkeeping"]._book_beyond(credit.sudo(self.env.su), meant)
        return made

    @api.model
    def _may_book(self, line):
        """Whether the user may book this line of the bank."""
        return line.has_access("write") or (line.has_access("read") and self.env.user.has_group(BOOKKEEPER))

    @api.model
    def _bookkeepers(self, company):
        """Who may book receipts in a company."""
        people = self.env["res.users"].sudo()  # sudo: who has a right, to ask him
        for group in (BOOKKEEPER, LINES):
            people |= people.env.ref(group).all_user_ids
        return people.filtered(lambda user: user.active and not user.share and company in user.company_ids)

    @api.model
    def _by_bookkeeper(self, line):
        """The line as whoever may book writes it. :raises AccessError: somebody who may not."""
        line.check_access("read")
        if line.has_access("write"):
            return line
        if not self._may_book(line):
            raise AccessError(
                self.env._("Whoever has rights on lines of the bank books receipts. Ask a bookkeeper to book it.")
            )
        # sudo: with Community alone no group that can be chosen may write lines of the bank, and Odoo's administrator
        # of invoicing is who sets up the books; the companies of the user were asked above
        return line.sudo()

    # -- what may be booked ---------------------------------------------------------------------------------------

    @api.model
    def _check_line(self, line):
        """The item for what is not placed yet of this line. :raises UserError: there is nothing to book."""
        _liquidity, suspense, _others = line._seek_for_lines()
        if line.state != "posted":
            raise UserError(self.env._("%s is not posted. Post it first.", self._named(line)))
        if line.amount <= 0:
            raise UserError(self.env._("%s is no receipt: money went out.", self._named(line)))
        if line.is_reconciled or not suspense:
            raise UserError(self.env._("%s is booked already.", self._named(line)))
        if line.move_id.reversal_move_ids.filtered(lambda move: move.state == "posted"):
            raise UserError(self.env._("%s was reversed. There is nothing left to book.", self._named(line)))
        if suspense.matched_debit_ids or suspense.matched_credit_ids:
            raise UserError(
                self.env._("%s is matched in part on its suspense account. Book it there.", self._named(line))
            )
        if locks := line.company_id._get_violated_lock_dates(line.date, False, line.journal_id):
            raise UserError(
                self.env._(
                    "%(line)s lies in a period that is locked: %(locks)s. Lift the lock first, or match it by an "
                    "entry of today.",
                    line=self._named(line),
                    locks=line.company_id._format_lock_dates(locks),
                )
            )
        return suspense

    @api.model
    def _check_parts(self, line, suspense, parts):
        """:raises UserError: the receipt cannot go to these items, or not so much of it."""
        currency = suspense.currency_id
        for item, amount in parts:
            item.check_access("read")
            self._check_item(line, item, currency)
            if currency.compare_amounts(amount, 0) <= 0:
                raise UserError(self.env._("What goes to %s has to be more than nothing.", item.move_id.name))
        for item in self.env["account.move.line"].union(*(item for item, _amount in parts)):
            asked = sum(amount for other, amount in parts if other == item)
            if currency.compare_amounts(asked, item.amount_residual_currency) > 0:
                raise UserError(
                    self.env._(
                        "%(number)s has %(open)s open, and %(amount)s would go there.",
                        number=item.move_id.name,
                        open=written(self.env, item.amount_residual_currency, currency),
                        amount=written(self.env, asked, currency),
                    )
                )
        total = sum(amount for _item, amount in parts)
        if currency.compare_amounts(total, -suspense.amount_currency) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s would be booked of %(rest)s that came in. Lower what goes to the claims.",
                    amount=written(self.env, total, currency),
                    rest=written(self.env, -suspense.amount_currency, currency),
                )
            )

    @api.model
    def _check_item(self, line, item, currency):
        """:raises UserError: this is no open claim that the receipt can pay."""
        number = item.move_id.name
        if item.company_id != line.company_id:
            raise UserError(self.env._("%s is a claim of another company.", number))
        if item.account_type != "asset_receivable" or item.parent_state != "posted":
            raise UserError(self.env._("%s is no claim on a debtor.", number))
        if item.reconciled or item.amount_residual_currency <= 0:
            raise UserError(self.env._("Nothing is open of %s any more.", number))
        if item.currency_id != currency:
            raise UserError(
                self.env._(
                    "%(number)s is in %(other)s and the receipt in %(currency)s. Book the receipt as credit of the "
                    "debtor, and match the two in Accounting.",
                    number=number,
                    other=item.currency_id.name,
                    currency=currency.name,
                )
            )

    @api.model
    def _named(self, line):
        """A line of the bank in words."""
        return self.env._(
            "The line %(text)s of %(date)s", text=line.payment_ref or "/", date=format_date(self.env, line.date)
        )

    # -- booking it -----------------------------------------------------------------------------------------------

    @api.model
    def _counterparts(self, line, suspense, parts, whose):
        """Values of the items that take the place of the one for what is not placed; they add up to it to the cent.

        :raises UserError: a rest is left and nobody says whose it is.
        """
        currency, company_currency = suspense.currency_id, line.company_id.currency_id
        rest, rest_balance = -suspense.amount_currency, -suspense.balance
        rows = [(item.partner_id, item.account_id, amount) for item, amount in parts]
        left = currency.round(rest - sum(amount for _item, amount in parts))
        if left:
            if not whose:
                raise UserError(self.env._("Choose the debtor who paid: the rest of the receipt becomes his credit."))
            own = [item.account_id for item, _amount in parts if item.partner_id.commercial_partner_id == whose]
            receivable = whose.with_company(line.company_id).property_account_receivable_id
            rows.append((whose, own[0] if own else receivable, left))
        balances = [company_currency.round(rest_balance * amount / rest) for _partner, _account, amount in rows]
        balances[-1] = company_currency.round(rest_balance - sum(balances[:-1]))
        return [
            {
                "name": line.payment_ref,
                "partner_id": partner.id,
                "account_id": account.id,
                "currency_id": currency.id,
                "amount_currency": -amount,
                "balance": -balance,
            }
            for (partner, account, amount), balance in zip(rows, balances, strict=True)
        ]

    @api.model
    def _replace(self, line, suspense, values, debtors):
        """Put these items in the place of the one for what is not placed yet; the new ones, in their order.

        :param debtors: who paid; the line of the bank names the one, and nobody where there are several.
        """
        before = line.move_id.line_ids
        liquidity, _suspense, _others = line._seek_for_lines()
        commands = [Command.delete(suspense.id), *(Command.create(row) for row in values)]
        if len(debtors) == 1 and not line.partner_id:
            commands.append(Command.update(liquidity.id, {"partner_id": debtors.id}))
        line.with_context(force_delete=True, skip_readonly_check=True).write({"line_ids": commands})
        if "reconcile_data" in line._fields:  # what another window for the bank had in mind for this line
            line.reconcile_data = False
        return (line.move_id.line_ids - before).sorted("id")
