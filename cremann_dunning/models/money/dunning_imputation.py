from collections import defaultdict
from decimal import ROUND_DOWN, Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine.facts import ZERO, Charged, Claim
from ..dunning_money import IS_MONEY, exact
from .dunning_charge import COSTS
from .dunning_charge_booking import WAIVED

CENT = Decimal("0.01")

# What came in on items of debtors: money, not credit notes, differences of exchange or entries that take something
# back. On costs and interest themselves all counts that a bookkeeper matched with them, but what takes them back.
RECEIPTS = f"""
WITH r AS MATERIALIZED (
    SELECT id, debit_move_id, credit_move_id, debit_amount_currency FROM account_partial_reconcile
     WHERE debit_move_id = ANY(%(items)s) AND debit_amount_currency > 0
)
SELECT r.debit_move_id, c.date, r.debit_amount_currency::text
  FROM r
  JOIN account_move_line l ON l.id = r.debit_move_id AND l.parent_state = 'posted'
  JOIN account_move_line c ON c.id = r.credit_move_id
  JOIN account_move m ON m.id = c.move_id
  JOIN account_journal j ON j.id = m.journal_id
 WHERE CASE WHEN %(charges)s THEN NOT EXISTS (SELECT FROM dunning_charge_booking b WHERE b.move_line_id = c.id)
            ELSE {IS_MONEY} END
   AND m.reversed_entry_id IS DISTINCT FROM l.move_id
 ORDER BY c.date, r.id
"""
# What letters ask beyond the principal of claims, as it is in force. Of a claim that was written off nothing is asked.
IN_FORCE = """
SELECT h.claim_id, c.move_line_id, h.kind, h.amount::text, h.base::text, h.date, h.date_from
  FROM dunning_charge h
  JOIN dunning_claim c ON c.id = h.claim_id
 WHERE h.state = 'asked' AND c.move_line_id IS NOT NULL AND %(about)s
   AND NOT EXISTS (SELECT FROM dunning_write_off w
                     JOIN account_move_line k ON k.move_id = w.entry_id AND k.parent_state = 'posted'
                     JOIN account_partial_reconcile r ON r.credit_move_id = k.id AND r.debit_move_id = w.move_line_id
                    WHERE w.move_line_id = c.move_line_id)
"""
# Of what stands on one item for several the part is less what was taken back of it.
BOOKINGS = """
SELECT b.id, b.claim_id, b.kind, b.how, b.amount::text, b.move_line_id, COALESCE(t.amount, 0)::text
  FROM dunning_charge_booking b
  LEFT JOIN LATERAL (
       SELECT SUM(r.debit_amount_currency) AS amount
         FROM account_partial_reconcile r
         JOIN dunning_charge_booking k ON k.move_line_id = r.credit_move_id AND k.amount < 0
          AND k.claim_id = b.claim_id AND k.kind = b.kind
        WHERE r.debit_move_id = b.move_line_id) t ON b.amount > 0
 WHERE %(about)s AND b.is_undone IS NOT TRUE
 ORDER BY b.kind, b.id -- costs before interest
"""
# Claims of which the principal is paid and something was asked beyond it.
RESTS = """
SELECT DISTINCT c.id, c.move_line_id, c.move_id, c.number, u.name, c.date_due, c.invoice_date,
       p.commercial_partner_id, (l.balance / NULLIF(l.amount_currency, 0))::text, c.company_id
  FROM dunning_claim c
  JOIN dunning_charge h ON h.claim_id = c.id AND h.state = 'asked'
  JOIN account_move_line l ON l.id = c.move_line_id AND l.reconciled AND l.parent_state = 'posted'
  JOIN res_partner p ON p.id = l.partner_id
  JOIN res_currency u ON u.id = l.currency_id
 WHERE c.company_id = ANY(%(companies)s) AND c.ended_on IS NULL %(which)s
"""


class DunningImputation(models.AbstractModel):
    """What receipts are for (6:44 lid 1 BW): costs and interest that letters asked of a claim, and its principal.

    Reads the ledger and what letters asked, in sets; writes nothing.
    """

    _name = "dunning.imputation"
    _description = "Imputation of Receipts"

    @api.model
    def _receipts(self, item_ids, charges=False):
        """What came in on these items: ``{item id: ((day, amount), ...)}``, amounts in the currency of the item.

        :param charges: whether they are costs and interest, and no principals.
        """
        found = defaultdict(tuple)
        if item_ids:
            self.env.cr.execute(SQL(RECEIPTS, items=list(item_ids), charges=charges))
            for item_id, day, amount in self.env.cr.fetchall():
                found[item_id] += ((day, Decimal(amount)),)
        return found

    @api.model
    def _paid_by(self, item_ids):
        """The invoices that other parts of these credits paid: what is left of money goes with what it was paid for.

        :return: ``{item id: frozenset of ids of entries}``.
        """
        found = defaultdict(frozenset)
        if item_ids:
            self.env.cr.execute(
                SQL(
                    """
                    SELECT r.credit_move_id, array_agg(DISTINCT d.move_id)
                      FROM account_partial_reconcile r JOIN account_move_line d ON d.id = r.debit_move_id
                     WHERE r.credit_move_id = ANY(%s)
                     GROUP BY 1
                    """,
                    list(item_ids),
                )
            )
            found.update((item_id, frozenset(move_ids)) for item_id, move_ids in self.env.cr.fetchall())
        return found

    @api.model
    def _charged(self, about, open_amounts=None, coming=None):
        """What is asked of claims beyond their principal, as it stands.

        :param about: a condition on ``dunning_claim c``.
        :param open_amounts: what is open of items; of those that are not named nothing is.
        :param coming: what is about to be booked on items, as if it were: ``{item id: (day, amount)}``.
        :return: ``{item id: engine.facts.Charged}``, and the receipts on these items.
        """
        self.env.cr.execute(SQL(IN_FORCE, about=about))
        rows, items = defaultdict(dict), {}
        for claim_id, item_id, kind, *values in self.env.cr.fetchall():
            rows[claim_id][kind], items[claim_id] = values, item_id
        if not rows:
            return {}, {}
        booked, waived = self._bookings(rows)
        receipts = self._receipts(items.values())
        for item_id, receipt in (coming or {}).items():
            receipts[item_id] += (receipt,)
        found = {}
        for claim_id, kinds in rows.items():
            item_id = items[claim_id]
            still_open = (open_amounts or {}).get(item_id, ZERO)
            found[item_id] = self._as_charged(kinds, receipts[item_id], still_open, booked[claim_id], waived[claim_id])
        return found, receipts

    @api.model
    def _bookings(self, claim_ids):
        """What came in on costs and interest of claims, and what was waived: ``{claim: {kind: ...}}`` each."""
        rows, received = self._booking_rows(SQL("b.claim_id = ANY(%s)", list(claim_ids)))
        booked, waived = defaultdict(lambda: defaultdict(tuple)), defaultdict(lambda: defaultdict(lambda: ZERO))
        for id_, claim_id, kind, how, amount, _item_id in rows:
            if how == WAIVED:
                waived[claim_id][kind] += amount
            else:
                booked[claim_id][kind] += received.get(id_, ())
        return booked, waived

    @api.model
    def _booking_rows(self, about):
        """What became of costs and interest.

        :param about: a condition on ``dunning_charge_booking b``.
        :return: rows ``(id, claim id, kind, how, amount, item id or None)``, and what came in on each of them:
            ``{id: ((day, amount), ...)}``.
        """
        self.env.cr.execute(SQL(BOOKINGS, about=about))
        rows = [
            (*row, Decimal(amount), item_id, Decimal(taken_back))
            for *row, amount, item_id, taken_back in self.env.cr.fetchall()
        ]
        received = self._received_on([(id_, amount - back, item_id) for id_, *_row, amount, item_id, back in rows])
        return [row[:-1] for row in rows], received

    @api.model
    def _received_on(self, bookings):
        """What came in on each of these bookings; on an item that stands for several the first takes first.

        :param bookings: ``(id, amount, item id or None)`` in the order in which they are paid.
        :return: ``{id: ((day, amount), ...)}``.
        """
        receipts = self._receipts([item_id for _id, _amount, item_id in bookings if item_id], charges=True)
        left = {item_id: list(parts) for item_id, parts in receipts.items()}
        found = defaultdict(tuple)
        for id_, amount, item_id in bookings:
            own = left.get(item_id, [])
            while own and amount > 0:
                day, part = own[0]
                taken = min(part, amount)
                found[id_] += ((day, taken),)
                amount -= taken
                own[:1] = [(day, part - taken)] if part > taken else []
        return found

    @api.model
    def _as_charged(self, kinds, receipts, still_open, booked, waived):
        """``engine.facts.Charged`` of one claim.

        Over what was credited or paid before costs were due nothing is owed; where that is so, costs and interest go
        down with the principal, and what was waived of them with these.
        """
        values = {}
        for kind, (amount, base, day, first) in kinds.items():
            base, since = Decimal(base), (first or day) if kind == COSTS else day
            owed = min(base, still_open + sum((part for paid, part in receipts if paid >= since), ZERO))
            amount = Decimal(amount)
            if owed < base:
                amount = (amount * owed / base).quantize(CENT, ROUND_DOWN)
            paid = booked.get(kind, ())
            values[kind] = amount
            received = sum((part for _day, part in paid), ZERO)
            values[f"{kind}_received"] = received
            values[f"{kind}_waived"] = min(waived.get(kind, ZERO), max(amount - received, ZERO))
            if kind == COSTS:
                values |= {"costs_from": first or day, "base": base}
        came_in = sorted((day, part) for paid in booked.values() for day, part in paid)
        return Charged(receipts=tuple(came_in), **values)

    @api.model
    def _of_claims(self, claims):
        """What is asked beyond the principal of these claims: ``{claim: engine.facts.Charged}``, where something is."""
        if not claims:
            return {}
        self.env.flush_all()
        open_amounts = {
            item.id: Decimal(str(item.amount_residual_currency))
            for item in claims.move_line_id.sudo().exists()  # sudo: as the claim itself says
            if item.parent_state == "posted"
        }
        found, _receipts = self._charged(SQL("c.id = ANY(%s)", claims.ids), open_amounts)
        return {claim: found[claim.move_line_id.id] for claim in claims if claim.move_line_id.id in found}

    @api.model
    def _beyond_the_books(self, company, partner_ids):
        """What debtors owe of costs and interest besides what stands on their account in the ledger.

        :return: ``{partner id: {currency name: amount}}``, without those of which nothing is left.
        """
        claims = self.env["dunning.claim"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("charge_ids.state", "=", "asked"),
                ("ended_on", "=", False),
            ]
        )
        today, found = company._dunning_today(), defaultdict(lambda: defaultdict(lambda: ZERO))
        bookings = self.env["dunning.charge.booking"].search([("claim_id", "in", claims.ids)])
        open_of = {
            item: exact(item.amount_residual_currency, item.currency_id) for item in bookings.move_line_id.exists()
        }
        for claim, one in self._of_claims(claims).items():
            own = bookings.filtered(lambda booking, claim=claim: booking.claim_id == claim).move_line_id
            in_books = sum((open_of.get(item, ZERO) for item in own), ZERO)
            if (left := one.left(today) - in_books) > 0:
                found[claim.partner_id.id][claim.currency_id.name] += left
        return found

    @api.model
    def _rests(self, company, partners, on, asked=None):
        """Claims of these debtors of which the principal is paid and costs or interest are not.

        :param partners: ids of commercial partners; all when None.
        :param asked: only those that somebody said are asked on, or only the others.
        :return: ``{partner id: (engine.facts.Claim, ...)}``.
        """
        found = self._rests_in({company.id: on}, partners, asked)
        return {partner_id: claims for (_company_id, partner_id), claims in found.items()}

    @api.model
    def _rests_in(self, days, partners, asked=None):
        """The same of several companies, in as many statements as of one.

        :param days: ``{company id: date there}``.
        :return: ``{(company id, partner id): (engine.facts.Claim, ...)}``.
        """
        which = {None: SQL(), True: SQL("AND c.rest_is_asked"), False: SQL("AND c.rest_is_asked IS NOT TRUE")}[asked]
        if partners is not None:
            which = SQL("%s AND p.commercial_partner_id = ANY(%s)", which, list(partners))
        rows = self.env.execute_query(SQL(RESTS, companies=list(days), which=which))
        if not rows:
            return {}
        charged, _receipts = self._charged(SQL("c.id = ANY(%s)", [row[0] for row in rows]))
        found = defaultdict(tuple)
        for _id, item_id, move_id, number, currency, due, dated, partner_id, rate, company_id in rows:
            left = charged[item_id].left(days[company_id]) if item_id in charged else ZERO
            if left > 0:
                found[company_id, partner_id] += (
                    Claim(
                        line_id=item_id, move_id=move_id, number=number or "", currency=currency, residual=left,
                        residual_company=(left * Decimal(rate or 1)).quantize(CENT), due_date=due, procedure=None,
                        kind="unknown", charged=charged[item_id], rest=True, dated=dated,
                    ),
                )  # fmt: skip
        return found
