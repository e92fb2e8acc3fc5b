from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.facts import ZERO, Claim, Credit
from ...engine.set_off import takings
from ..claim.dunning_claim import WITH_TAKEN_IN
from ..dunning_money import IS_MONEY
from .dunning_charge import COSTS, INTEREST
from .dunning_charge_booking import RECEIVED

# All that is open on the account of debtors of whom letters asked something beyond the principal.
OPEN_ITEMS = f"""
SELECT l.id, l.move_id, p.commercial_partner_id, u.name, l.amount_residual_currency::text,
       COALESCE(t.date_due, l.date_maturity), m.name, l.amount_residual_currency <> l.amount_currency,
       {IS_MONEY},
       m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN account_move m ON m.id = l.move_id
  JOIN account_journal j ON j.id = m.journal_id
  JOIN res_currency u ON u.id = l.currency_id
  JOIN res_partner p ON p.id = l.partner_id
  {WITH_TAKEN_IN}
 WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
   AND l.amount_residual_currency <> 0 AND p.commercial_partner_id IN (
       SELECT c.partner_id FROM dunning_charge h JOIN dunning_claim c ON c.id = h.claim_id
        WHERE h.company_id = %(company)s AND h.state = 'asked' AND c.ended_on IS NULL)
   %(only)s
 ORDER BY l.id
"""


class Booked(NamedTuple):
    """A receipt as it would be booked: what goes to which items, and what is left of it for the debtor's account."""

    on: date
    currency: str
    parts: dict[int, Decimal]
    left: Decimal
    meant: frozenset[int] = frozenset()  # entries of which it says that it pays the rest


class DunningBookkeeping(models.AbstractModel):
    """Costs and interest in the books: what receipts pay of them is booked as income, against those receipts."""

    _name = "dunning.bookkeeping"
    _description = "Bookkeeping of Costs and Interest"

    @api.model
    def _received(self, company, partner_ids=None, meant=None):
        """What receipts that stand on the account of debtors pay of the costs and interest asked of them.

        :param partner_ids: commercial partners to limit it to.
        :param meant: of which entries receipts say that they pay the rest: ``{item id: frozenset of ids}``.
        :return: list of ``(credit item id, {(claim item id, kind): amount}, whether that leaves no doubt)``.
        """
        today = company._dunning_today()
        found = []
        for claims, own_credits in self._accounts(company, partner_ids, today).values():
            own_credits = [
                replace(credit, moves=credit.moves | (meant or {}).get(credit.line_id, frozenset()))
                for credit in own_credits
            ]
            for credit, own in self._shares(claims, own_credits, today).items():
                exact = sum(own.values(), ZERO) == credit.amount and self._is_whole(own, credit, today)
                found.append((credit.line_id, {(c.line_id, kind): part for (c, kind), part in own.items()}, exact))
        return found

    @api.model
    def _waiting(self, company, partner_ids):
        """What came in for costs and interest of these debtors and is not booked, by the entry of the claim:
        ``[(entry id, day, amount), ...]``."""
        found = self._received(company, partner_ids)
        rows = [
            (claim_item, item_id, amount)
            for item_id, parts, _certain in found
            for (claim_item, _kind), amount in parts.items()
        ]
        ids = {id_ for row in rows for id_ in row[:2]}
        items = {item.id: item for item in self.env["account.move.line"].browse(ids)}  # read together, not one by one
        return [(items[claim_item].move_id.id, items[item_id].date, amount) for claim_item, item_id, amount in rows]

    @api.model
    def _shares(self, claims, own_credits, today):
        """What each credit of a debtor pays of costs and interest: ``{credit: {(claim, kind): amount}}``."""
        parts = defaultdict(lambda: defaultdict(lambda: ZERO))
        left = {claim.line_id: claim.charged.costs_left(today) for claim in claims if claim.charged}
        for claim, credit, amount in takings(claims, own_credits, {}, (), today)[1]:
            to_costs = min(left[claim.line_id], amount)
            left[claim.line_id] -= to_costs
            for kind, part in ((COSTS, to_costs), (INTEREST, amount - to_costs)):
                if part > 0:
                    parts[credit][claim, kind] += part
        return parts

    @api.model
    def _would_receive(self, company, partner, receipt):
        """What the part of a receipt beyond its invoices would pay of costs and interest, once it is booked.

        :param partner: the commercial partner whose credit that part would be.
        :param receipt: ``Booked``.
        :return: ``{(engine.facts.Claim, kind): amount}``.
        """
        today = company._dunning_today()
        claims, own_credits = self._accounts(company, partner.ids, today, receipt).get(partner.id, ((), ()))
        shares = self._shares(claims, own_credits, today)
        return next((parts for credit, parts in shares.items() if not credit.line_id), {})

    @api.model
    def _book_beyond(self, item, meant=frozenset()):
        """Book what a receipt that was just put on the account of a debtor pays of costs and interest.

        :param item: its item on that account. :param meant: ids of entries of which it pays the rest first.
        :return: the entries. :raises UserError: as ``_book``.
        """
        # sudo: what letters asked and what came in, for whoever may book the receipt
        debtor = item.partner_id.commercial_partner_id
        waiting = self.sudo()._received(item.company_id, debtor.ids, {item.id: meant})
        for item_id, parts, _certain in waiting:
            if item_id == item.id:
                return self._book(item, parts)
        return self.env["account.move"]

    @api.model
    def _is_whole(self, parts, credit, today):
        """Whether a receipt pays all that letters asked for the invoices of which it paid the principal."""
        paid = defaultdict(lambda: ZERO)
        for (claim, _kind), part in parts.items():
            paid[claim] += part
        return all(
            claim.move_id in credit.moves and amount == claim.charged.left(today) for claim, amount in paid.items()
        )

    @api.model
    def _accounts(self, company, partner_ids, today, receipt=None):
        """Per debtor of whom something beyond the principal is asked: his claims with that, and his own credits.

        :param receipt: ``Booked``, one that is not booked yet, as if it were; of the only debtor that is asked for.
        """
        only, about = SQL(), SQL("c.company_id = %s", company.id)
        if partner_ids is not None:
            only = SQL("AND p.commercial_partner_id = ANY(%s)", list(partner_ids))
            about = SQL("%s AND c.partner_id = ANY(%s)", about, list(partner_ids))
        if not self.env["dunning.charge"].search_count(
            [("company_id", "=", company.id), ("state", "=", "asked")], limit=1
        ):
            return {}
        self.env.flush_all()
        self.env.cr.execute(SQL(OPEN_ITEMS, company=company.id, only=only))
        rows = self.env.cr.fetchall()
        imputation = self.env["dunning.imputation"]
        coming = receipt.parts if receipt else {}
        owed = {row[0]: Decimal(row[4]) - coming.get(row[0], ZERO) for row in rows if Decimal(row[4]) > 0}
        charged, _receipts = imputation._charged(
            about, owed, {item_id: (receipt.on, amount) for item_id, amount in coming.items()}
        )
        meant = imputation._paid_by([row[0] for row in rows if row[7] and Decimal(row[4]) < 0])
        found = defaultdict(lambda: ([], []))
        for line_id, move_id, partner_id, currency, amount, due, number, _partly, is_money, is_claim in rows:
            residual = owed.get(line_id, Decimal(amount))
            if residual >= 0 and is_claim:
                claim = Claim(line_id, move_id, number, currency, residual, residual, due, None, "unknown")
                found[partner_id][0].append(replace(claim, charged=charged.get(line_id)))
            elif residual < 0:
                credit = Credit(number, currency, -residual, False, meant.get(line_id, frozenset()), is_money, line_id)
                found[partner_id][1].append(credit)
        if receipt:
            moves = receipt.meant.union(row[1] for row in rows if row[0] in coming)
            found[partner_ids[0]][1].append(Credit("", receipt.currency, receipt.left, False, moves, True))
        if found:
            for partner_id, rests in imputation._rests(company, list(found), today).items():
                found[partner_id][0].extend(rests)
        return {partner_id: account for partner_id, account in found.items() if account[1]}

    @api.model
    def _book_certain(self, company, partner_ids=None):
        """Book what receipts pay of costs and interest where amount and invoice leave no doubt; each by itself.

        :param partner_ids: commercial partners to limit it to. :return: the entries.
        """
        entries = self.env["account.move"]
        if company.dunning_book_charges != "certain":
            return entries
        for item_id, parts, is_certain in self._received(company, partner_ids):
            if is_certain:
                try:
                    with self.env.cr.savepoint():
                        entries += self._book(self.env["account.move.line"].browse(item_id), parts)
                except UserError:
                    # what is missing is said where somebody books it; the money is no credit for other claims meanwhile
                    continue
        return entries

    @api.model
    def _book(self, item, parts):
        """Book a part of a receipt as costs and interest: one entry, reconciled with that receipt.

        :param item: the ``account.move.line`` of the receipt on the account of the debtor.
        :param parts: ``{(claim item id, kind): amount}``, amounts above zero in the currency of the receipt.
        :return: the entry, posted. :raises UserError: an account or journal is missing, or more than there is.
        """
        claims = self.env["dunning.claim"].search([("move_line_id", "in", [item_id for item_id, _kind in parts])])
        claims = {claim.move_line_id.id: claim for claim in claims}
        self._check(item, parts, claims)
        entries, parts = self._match(item, parts, claims)
        if not parts:
            return entries
        ref = self.env._("Costs and interest received: %s", item.move_id.name)
        entry, owed = self._enter(item, {(claims[id_], kind): amount for (id_, kind), amount in parts.items()}, ref)
        (owed + item).reconcile()
        self._keep(entry, owed, {(claims[id_], kind): amount for (id_, kind), amount in parts.items()}, RECEIVED)
        return entries + entry

    @api.model
    def _match(self, item, parts, claims):
        """Reconcile a receipt with what was booked or invoiced before of these costs and interest.

        :return: the entries of that, and the parts that are not in the books yet.
        """
        bookings = self.env["dunning.charge.booking"].search(
            [
                ("claim_id", "in", [claim.id for claim in claims.values()]),
                ("move_line_id", "!=", False),
                ("amount", ">", 0),
            ]
        )
        wanted = {(claims[item_id].id, kind) for item_id, kind in parts}
        bookings = bookings.filtered(lambda booking: (booking.claim_id.id, booking.kind) in wanted)
        waiting = bookings.move_line_id.exists().filtered(
            lambda line: line.parent_state == "posted" and not line.reconciled and line.account_id == item.account_id
        )
        if not waiting:
            return self.env["account.move"], parts
        before = {line.id: line.amount_residual_currency for line in waiting}
        order = {(claims[item_id].id, kind): place for place, (item_id, kind) in enumerate(parts)}
        for booking in bookings.sorted(lambda booking: (order[booking.claim_id.id, booking.kind], booking.id)):
            line = booking.move_line_id & waiting  # in the order in which the law has them paid
            if line and not line.reconciled and not item.reconciled:
                (line + item).reconcile()
        gone = {
            line.id: Decimal(str(item.currency_id.round(before[line.id] - line.amount_residual_currency)))
            for line in waiting
        }
        left = dict(parts)
        for booking in bookings.sorted("kind"):
            key, line_id = (booking.claim_id.move_line_id.id, booking.kind), booking.move_line_id.id
            taken = min(gone.get(line_id, ZERO), left[key])
            gone[line_id], left[key] = gone.get(line_id, ZERO) - taken, left[key] - taken
        return waiting.move_id, {key: amount for key, amount in left.items() if amount > 0}

    @api.model
    def _enter(self, item, parts, ref, day=None, sign=1):
        """One posted entry over these parts of claims on the account of a debtor.

        :param item: an item of the debtor, whose account, contact and currency are taken.
        :param parts: ``{(claim, kind): amount}``. :param sign: -1 for an entry that takes back.
        :return: the entry, and its items on the account of the debtor in the order of the parts.
        """
        company = item.company_id
        journal = company._dunning_charge_journal()
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "company_id": company.id,
                "date": self._day(company, day or item.date, journal),
                "ref": ref,
                "line_ids": [
                    Command.create(vals)
                    for (claim, kind), amount in parts.items()
                    for vals in self._lines(item, claim, kind, sign * amount)
                ],
            }
        )
        entry.action_post()
        return entry, entry.line_ids.filtered(lambda line: line.account_id == item.account_id).sorted("id")

    @api.model
    def _check(self, item, parts, claims):
        """:raises UserError: this cannot be booked, and what to do."""
        if item.parent_state != "posted" or item.reconciled:
            raise UserError(self.env._("%s is not open any more. Look at the case again.", item.move_id.display_name))
        if sum(parts.values()) > -Decimal(str(item.amount_residual_currency)):
            raise UserError(self.env._("More than is left of %s cannot be booked.", item.move_id.display_name))
        for claim_item, _kind in parts:
            claim = claims.get(claim_item)
            if not claim:
                raise UserError(self.env._("One of these claims is gone. Look at the case again."))
            if claim.currency_id != item.currency_id:
                raise UserError(
                    self.env._(
                        "%(claim)s is in %(currency)s and the payment in %(other)s. Book that payment by hand.",
                        claim=claim.display_name,
                        currency=claim.currency_id.name,
                        other=item.currency_id.name,
                    )
                )

    @api.model
    def _day(self, company, day, journal):
        """That day, or the first one after what is locked."""
        locked = company._get_violated_lock_dates(day, False, journal)
        return locked[-1][0] + timedelta(days=1) if locked else day

    @api.model
    def _lines(self, item, claim, kind, amount):
        """Two lines of an entry: what the debtor owes, and the income."""
        common = {
            "name": self._label(claim, kind),
            "partner_id": item.partner_id.id,
            "currency_id": item.currency_id.id,
        }
        account = item.company_id._dunning_charge_account(kind)
        return [
            {**common, "account_id": item.account_id.id, "amount_currency": float(amount)},
            {**common, "account_id": account.id, "amount_currency": -float(amount), "tax_ids": [Command.clear()]},
        ]

    @api.model
    def _label(self, claim, kind):
        """What a line about costs or interest of a claim is called."""
        what = {COSTS: self.env._("Collection costs"), INTEREST: self.env._("Interest")}[kind]
        return f"{what} {claim.display_name}"

    @api.model
    def _keep(self, entry, items, parts, how):
        """Which item of an entry stands for which part, on record. :param parts: ``{(claim, kind): amount}``."""
        rows = [
            {
                "company_id": entry.company_id.id,
                "claim_id": claim.id,
                "kind": kind,
                "how": how,
                "amount": float(amount),
                "date": entry.date,
                "move_id": entry.id,
                "move_line_id": item.id,
            }
            for ((claim, kind), amount), item in zip(parts.items(), items, strict=True)
        ]
        self.env["dunning.charge.booking"].sudo().create(rows)  # sudo: evidence is the system's
