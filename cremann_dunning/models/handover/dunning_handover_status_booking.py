from odoo import Command, api, models
from odoo.exceptions import UserError

from ...engine.facts import ZERO
from ..dunning_inside import Inside
from ..dunning_money import exact


class DunningHandoverStatusBooking(models.AbstractModel):
    """Books what a party received and kept: one entry, in which it owes us what it received less what it kept, and the
    debtor has paid. What he paid beyond his invoices is booked as costs and interest, as it is of any receipt."""

    _name = "dunning.handover.status.booking"
    _description = "Booking of what Parties Received"

    @api.model
    def _book(self, status, row):
        """Book one status with the rights of the user.

        :param row: ``engine.party_status.Row`` with which invoices it is for.
        :return: the entry, posted; empty where no money moved. :raises UserError: it cannot be booked, and why.
        """
        currency = status.currency_id
        received = exact(status.amount_received, currency)
        kept = self._kept(status)
        if not received and not kept:
            return self.env["account.move"]
        parts, rest = self._parts(status, row, received)
        entry = self._enter(status, parts, rest, kept)
        items = entry.line_ids.sorted("id")
        for (item, _amount), line in zip(parts, items, strict=False):
            (item + line).with_context(dunning_by_party=Inside()).reconcile()
        if rest:
            meant = frozenset(item.move_id.id for item, _amount in parts) | self._named_moves(status, row)
            self.env["dunning.bookkeeping"]._book_beyond(items[len(parts)], meant)
        return entry

    @api.model
    def _kept(self, status):
        """What the party keeps of it, Decimal. Of what it sends a bill for nothing is booked before that comes."""
        if status.party_id.fee_by == "bill":
            return ZERO
        return exact(status.amount_fees, status.currency_id) + exact(status.amount_costs, status.currency_id)

    # -- whose money it is ----------------------------------------------------------------------------------------

    @api.model
    def _parts(self, status, row, received):
        """What goes to which open item, and what is left: ``([(item, Decimal)], Decimal)``.

        The party says for which invoices it is; of what it does not say the oldest is paid first.
        """
        lines = status.handover_id.line_ids.filtered(lambda line: line.currency_id == status.currency_id)
        open_of = {
            item: exact(item.amount_residual_currency, item.currency_id) for item in self._open_items(lines.claim_id)
        }
        by_number = {_plain(line.claim_id.number): line.claim_id.move_line_id for line in lines}
        wanted = [(by_number.get(_plain(number)), amount) for number, amount in row.claims]
        if not row.claims:
            ordered = sorted(open_of, key=lambda item: (item.date_maturity or item.date, item.id))
            wanted = [(item, received) for item in ordered]
        parts, left = [], received
        for item, amount in wanted:
            part = min(open_of.get(item, ZERO), amount, left)
            if part > 0:
                parts.append((item, part))
                open_of[item] -= part
                left -= part
        return parts, left

    @api.model
    def _open_items(self, claims):
        """The open items of these claims, locked: nobody pays the same meanwhile."""
        items = claims.move_line_id.exists()
        items.lock_for_update(allow_referencing=True)
        items.invalidate_recordset(["amount_residual", "amount_residual_currency", "reconciled"])
        return items.filtered(
            lambda item: item.parent_state == "posted" and not item.reconciled and item.amount_residual_currency > 0
        )

    @api.model
    def _named_moves(self, status, row):
        named = {_plain(number) for number, _amount in row.claims}
        lines = status.handover_id.line_ids.filtered(lambda line: _plain(line.claim_id.number) in named)
        return frozenset(lines.claim_id.move_id.ids)

    # -- the entry ------------------------------------------------------------------------------------------------

    @api.model
    def _enter(self, status, parts, rest, kept):
        """The entry, posted; its items on the debtor's account first, in the order of the parts, then the rest."""
        company, handover = status.company_id, status.handover_id
        journal = company._dunning_charge_journal()
        values = self._lines(status, parts, rest, kept)
        entry = self.env["account.move"].with_company(company).create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "company_id": company.id,
                "currency_id": status.currency_id.id,
                "date": self.env["dunning.bookkeeping"]._day(company, status.date, journal),
                "ref": self.env._(
                    "%(party)s, %(handover)s", party=status.party_id.partner_id.name, handover=handover.name
                ),
                "line_ids": [Command.create(vals) for vals in values],
            }
        )  # fmt: skip
        entry.sudo().dunning_by_party = True  # sudo: the system says so, whoever may book it
        entry._post(soft=False)
        return entry

    @api.model
    def _lines(self, status, parts, rest, kept):
        debtor = status.handover_id.partner_id.commercial_partner_id
        label = self.env._("Received by %s", status.party_id.partner_id.name)
        rows = [self._line(status, item.account_id, item.partner_id, -part, label) for item, part in parts]
        if rest:
            account = parts[0][0].account_id if parts else self._account(status, debtor, "receivable")
            rows.append(self._line(status, account, debtor, -rest, label))
        for name, what in (("fees", self.env._("Fee")), ("costs", self.env._("Costs paid"))):
            amount = exact(status[f"amount_{name}"], status.currency_id)
            if kept and amount:
                rows.append(self._line(status, self._fee_account(status), status.party_id.partner_id, amount, what))
        if owes := sum((part for _item, part in parts), rest) - kept:
            contact = status.party_id.partner_id.commercial_partner_id
            account = self._account(status, contact, "receivable" if owes > 0 else "payable")
            rows.append(self._line(status, account, contact, owes, label))
        return rows

    @api.model
    def _line(self, status, account, partner, amount, label):
        return {
            "name": f"{label} {status.reference}" if status.reference else label,
            "account_id": account.id,
            "partner_id": partner.id,
            "currency_id": status.currency_id.id,
            "amount_currency": float(amount),
            "tax_ids": [Command.clear()],
        }

    @api.model
    def _account(self, status, partner, kind):
        # sudo: which account a contact has, for whoever may book
        account = partner.sudo().with_company(status.company_id)[f"property_account_{kind}_id"]
        if not account:
            raise UserError(self.env._("%s has no account in the books. Fill it in on the contact.", partner.name))
        return account.with_env(self.env)

    @api.model
    def _fee_account(self, status):
        """:raises UserError: none is set where something was kept."""
        party = status.party_id.with_company(status.company_id)
        if not party.fee_account_id:
            raise UserError(
                self.env._(
                    "%(party)s kept a fee or costs, and no account is set for these in %(company)s. Choose one on the "
                    "party, or say there that it sends a bill.",
                    party=party.partner_id.name,
                    company=status.company_id.name,
                )
            )
        return party.fee_account_id


def _plain(number):
    return "".join((number or "").split()).upper()
