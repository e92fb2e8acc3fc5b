from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.facts import ZERO
from ..dunning_money import IS_MONEY
from .dunning_charge import COSTS, INTEREST
from .dunning_charge_booking import ASKED, INVOICED, RECEIVED, WAIVED

# The claims of which something may have to be booked or taken back: more or less is in the books than is asked, or the
# principal is gone or may have gone down. What stands as it should is not looked at again.
CANDIDATES = f"""
WITH sums AS (
    SELECT claim_id, kind, amount AS asked, 0 AS booked, base, COALESCE(CASE kind WHEN 'costs' THEN date_from END, date)
           AS since
      FROM dunning_charge WHERE company_id = %(company)s AND state = 'asked'
     UNION ALL
    SELECT claim_id, kind, CASE WHEN how = 'waived' THEN -amount ELSE 0 END,
           CASE WHEN how = 'waived' THEN 0 ELSE amount END, NULL, NULL
      FROM dunning_charge_booking WHERE company_id = %(company)s AND is_undone IS NOT TRUE
), claims AS (
    SELECT claim_id, SUM(booked) > SUM(asked) AS too_much, SUM(booked) < SUM(asked) AS too_little,
           SUM(booked) > 0 AS is_booked, MAX(base) AS base, MIN(since) AS since
      FROM sums GROUP BY claim_id, kind
)
SELECT DISTINCT c.id
  FROM claims s
  JOIN dunning_claim c ON c.id = s.claim_id
  LEFT JOIN account_move_line l ON l.id = c.move_line_id
 WHERE s.too_much AND s.is_booked OR s.too_little AND %(adds)s AND c.ended_on IS NULL
    OR s.is_booked AND (c.ended_on IS NOT NULL OR l.parent_state = 'cancel' OR l.amount_currency < s.base OR EXISTS (
       SELECT FROM account_partial_reconcile r
         JOIN account_move_line k ON k.id = r.credit_move_id
         JOIN account_move m ON m.id = k.move_id
         JOIN account_journal j ON j.id = m.journal_id
        WHERE r.debit_move_id = l.id AND (k.date < s.since OR NOT {IS_MONEY})))
"""
# Per booking what a bookkeeper took back of it himself: its entry is reversed, not posted any more, or gone.
BY_HAND = """
SELECT b.id, CASE WHEN l.parent_state = 'posted' THEN COALESCE(SUM(r.debit_amount_currency), 0)
                  ELSE ABS(b.amount) END::text
  FROM dunning_charge_booking b
  LEFT JOIN account_move_line l ON l.id = b.move_line_id
  LEFT JOIN LATERAL (
       SELECT p.debit_amount_currency
         FROM account_partial_reconcile p
         JOIN account_move_line d ON d.id = p.debit_move_id
         JOIN account_move_line k ON k.id = p.credit_move_id
         JOIN account_move o ON o.id = CASE WHEN d.id = l.id THEN k.move_id ELSE d.move_id END
        WHERE (d.id = l.id OR k.id = l.id) AND o.reversed_entry_id = l.move_id) r ON TRUE
 WHERE b.claim_id = ANY(%(claims)s) AND b.how <> 'waived'
 GROUP BY b.id, l.id
"""


class DunningAccruing(models.AbstractModel):
    """Costs and interest in the books when letters ask them, for companies that have it so, and invoices over them.

    What is booked follows what is in force: a later letter adds, one that was taken back or waived takes back, and so
    does a credit note. What a bookkeeper reversed by hand stays as he left it. A company that books what is received
    has nothing added here, but what is not owed any more is taken back there too.
    """

    _name = "dunning.accruing"
    _description = "Booking of Costs and Interest when Asked"

    @api.model
    def _follow(self, company):
        """Bring the books of a company to what its letters ask by now, per debtor one entry that adds and one that
        takes back.

        What stops one stands on the case of its debtor until it is gone, and is tried again the next time.

        :return: the entries, and per debtor why nothing could be booked.
        """
        # in one language, whoever sends: what is said of it is compared with what was said before
        this = self.with_context(lang=company._dunning_lang())
        company = company.with_env(this.env)
        entries, problems, stuck = this.env["account.move"], {}, {}
        for claims in this._differences(company).values():
            try:
                with self.env.cr.savepoint():
                    entries += this._adjust(company, claims)
            except UserError as error:
                about = this.env["dunning.claim"].union(*(claim for claim, _kind in claims))
                case, problem = about[0].case_id, str(error)
                problems[case.partner_id] = problem
                stuck[case] = problem, about | stuck.get(case, (problem, about))[1]
        this._tell(company, stuck)
        return entries, problems

    @api.model
    def _tell(self, company, stuck):
        """Let cases show what could not be booked, as long as that is so; it is told when it is another than before.

        :param stuck: per case why, and the claims that it is about.
        """
        # sudo: the system says it, on cases that whoever sends need not be allowed to write
        cases, rows = self.env["dunning.case"].sudo().with_context(active_test=False), []
        shown = cases.search([("company_id", "=", company.id), ("charges_problem", "!=", False)])
        (shown - cases.union(*stuck)).charges_problem = False
        for case, (problem, claims) in stuck.items():
            if case.sudo().charges_problem != problem:  # as above
                case.sudo().charges_problem = problem  # as above
                rows.append(
                    {
                        "kind": "charge.not_booked",
                        "company_id": company.id,
                        "debtor": case.partner_id.id,
                        "claims": claims.ids,
                        "facts": {"numbers": ", ".join(dict.fromkeys(claim.number or "" for claim in claims))},
                        "personal": {"reason": problem},
                    }
                )
        self.env["dunning.event"]._tell(rows)

    @api.model
    def _differences(self, company):
        """Per debtor and currency what is asked and not booked, or booked and not asked any more.

        :return: ``{(partner, currency): {(claim, kind): amount}}``, amounts below zero to take back.
        """
        self.env.flush_all()
        adds = company.dunning_charges_mode == "asked"
        self.env.cr.execute(SQL(CANDIDATES, company=company.id, adds=adds))
        claims = self.env["dunning.claim"].browse(id_ for (id_,) in self.env.cr.fetchall())
        if not claims:
            return {}
        there, covered = self._booked(claims)
        asked, items, found = self._asked(claims, company), claims.move_line_id.exists(), defaultdict(dict)
        for key in {*asked, *there}:
            claim, _kind = key
            if not claim.ended_on and (claim.move_line_id not in items or claim.move_line_id.parent_state == "draft"):
                continue  # somebody is at work on its entry, or nobody knows where it went
            wanted = asked.get(key, ZERO)
            if wanted < there.get(key, ZERO):
                found[claim.partner_id, claim.currency_id][key] = wanted - there[key]
            elif adds and wanted > covered.get(key, ZERO):
                found[claim.partner_id, claim.currency_id][key] = wanted - covered.get(key, ZERO)
        return found

    @api.model
    def _asked(self, claims, company):
        """What should be in the books of these claims: ``{(claim, kind): amount}``, nothing where nothing is asked.

        With a claim that is written off goes what was asked beyond it, and what was received of that stays income.
        """
        asked, today = {}, company._dunning_today()
        for claim, one in self.env["dunning.imputation"]._of_claims(claims).items():
            asked[claim, COSTS] = max(one.costs - one.costs_waived, ZERO) if one.costs_due(today) else ZERO
            asked[claim, INTEREST] = max(one.interest - one.interest_waived, ZERO)
        written_off = claims.filtered("is_written_off")
        received, _waived = self.env["dunning.imputation"]._bookings(written_off.ids)
        for claim in written_off:
            for kind, parts in received[claim.id].items():
                asked[claim, kind] = sum((amount for _day, amount in parts), ZERO)
        return asked

    @api.model
    def _booked(self, claims):
        """What is in the books of these claims.

        :return: twice ``{(claim, kind): amount}``: what is there, and that with what a bookkeeper took back himself
            and nobody booked anew.
        """
        self.env.cr.execute(SQL(BY_HAND, claims=claims.ids))
        by_hand = {id_: Decimal(amount) for id_, amount in self.env.cr.fetchall()}
        bookings = self.env["dunning.charge.booking"].search([("claim_id", "in", claims.ids), ("how", "!=", WAIVED)])
        there, undone, anew = (defaultdict(lambda: ZERO) for _sum in range(3))
        gone = {}
        for booking in bookings.sorted("id"):
            key, amount = (booking.claim_id, booking.kind), Decimal(str(booking.amount))
            # of one item that stands for several costs went first
            own = min(gone.setdefault(booking.move_line_id.id or -booking.id, by_hand[booking.id]), abs(amount))
            gone[booking.move_line_id.id or -booking.id] -= own
            own = own if amount > 0 else -own
            there[key] += amount - own
            undone[key] += own
            anew[key] += amount - own if booking.how == RECEIVED else ZERO
        covered = {key: there[key] + max(undone[key] - anew[key], ZERO) for key in there}
        return there, covered

    @api.model
    def _adjust(self, company, parts):
        """Entries over these differences.

        :param parts: ``{(claim, kind): amount}`` of one debtor and currency.
        """
        bookkeeping, entries = self.env["dunning.bookkeeping"], self.env["account.move"]
        more = {key: amount for key, amount in parts.items() if amount > 0}
        less = {key: -amount for key, amount in parts.items() if amount < 0}
        if more:
            item = next(iter(more))[0].move_line_id
            ref = self.env._("Costs and interest asked")
            entry, items = bookkeeping._enter(item, more, ref, company._dunning_today())
            bookkeeping._keep(entry, items, more, ASKED)
            entries += entry
        if less:
            entries += self.env["dunning.taking.back"]._take_back(company, less)
        return entries

    @api.model
    def _invoice(self, claims):
        """An invoice over what is left of costs and interest of these claims of one debtor; it is asked with them.

        No VAT: it is damages. It has no ladder of its own, since the claims have one.

        :return: the invoice, posted. :raises UserError: nothing is left, or an account is missing.
        """
        parts, bookkeeping = self._to_invoice(claims), self.env["dunning.bookkeeping"]
        company, item = claims.company_id, claims[:1].move_line_id
        lines = [
            Command.create(
                {
                    "name": bookkeeping._label(claim, kind),
                    "quantity": 1,
                    "price_unit": float(amount),
                    "account_id": company._dunning_charge_account(kind).id,
                    "tax_ids": [Command.clear()],
                }
            )
            for (claim, kind), amount in parts.items()
        ]
        invoice = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": item.partner_id.id,
                    "company_id": company.id,
                    "currency_id": item.currency_id.id,
                    "invoice_date": company._dunning_today(),
                    "invoice_payment_term_id": False,  # it is due: its parts are one item
                    "invoice_origin": ", ".join(claims.mapped("display_name")),
                    "invoice_line_ids": lines,
                }
            )
        )
        invoice.action_post()
        owed = invoice.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        owed.no_followup = True
        bookkeeping._keep(invoice, [owed] * len(parts), parts, INVOICED)
        return invoice

    @api.model
    def _to_invoice(self, claims):
        """What is left of costs and interest of these claims: ``{(claim, kind): amount}``.

        :raises UserError: that makes no invoice, and why.
        """
        if len(claims.partner_id) > 1 or len(claims.company_id) > 1 or len(claims.currency_id) > 1:
            raise UserError(self.env._("Choose claims on one debtor, in one currency."))
        parts, today = {}, claims.company_id._dunning_today()
        for claim, one in self.env["dunning.imputation"]._of_claims(claims).items():
            if claim.booking_ids.filtered(lambda booking: booking.how in (ASKED, INVOICED)):
                raise UserError(self.env._("%s is in the books already.", claim.display_name))
            parts |= {(claim, COSTS): one.costs_left(today), (claim, INTEREST): one.interest_left}
        parts = {key: amount for key, amount in parts.items() if amount > 0}
        if not parts:
            raise UserError(self.env._("No costs or interest are left to invoice."))
        return parts
