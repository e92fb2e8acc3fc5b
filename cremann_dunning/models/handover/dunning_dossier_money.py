from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine import rules
from ...engine.facts import ZERO
from ...engine.gate import ClaimOnLetter
from ..dunning_money import exact
from ..rules.dunning_charges import Charges
from ..rules.regime_map import RegimeError

DAY = timedelta(days=1)

# What came in or was credited on items, with the day on which it counts.
RECEIVED = """
SELECT r.debit_move_id, r.max_date, r.debit_amount_currency::text, m.move_type IN ('out_refund', 'out_invoice')
  FROM account_partial_reconcile r
  JOIN account_move_line l ON l.id = r.credit_move_id
  JOIN account_move m ON m.id = l.move_id
 WHERE r.debit_move_id = ANY(%s) AND r.debit_amount_currency > 0
 ORDER BY r.max_date, r.id
"""


@dataclass
class Reckoning:
    """What is asked for one claim on a day, and how it comes about. Amounts are ``Decimal`` in the claim's currency.

    :ivar law: the ``dunning.regime`` that holds, maybe empty. :ivar rate_ground: table of rates and its article.
    :ivar segments: ``law.interest.Segment``, which with ``interest_off`` (received or waived) make ``interest``; empty
        where the rules of today give another sum than was asked.
    :ivar costs_base: over which the costs are. :ivar tiers: ``law.scales.Tier`` where a scale explains them.
    :ivar received: ``[(day, amount, whether it is a credit)]``.
    """

    on: date
    principal: Decimal
    interest: Decimal = ZERO
    costs: Decimal = ZERO
    costs_vat: Decimal = ZERO
    disputed: Decimal = ZERO
    law: models.BaseModel | None = None
    rate_ground: str = ""
    segments: tuple = ()
    interest_off: Decimal = ZERO
    interest_from: date | None = None
    costs_base: Decimal = ZERO
    tiers: tuple = ()
    notice: object = None
    received: list = field(default_factory=list)

    @property
    def total(self):
        """All of it."""
        return self.principal + self.interest + self.costs


class DunningDossierMoney(models.AbstractModel):
    """The money of a dossier: per claim principal, interest and costs to the cent, with periods, rates and ground.

    What art. 3.1 of the Dutch decree on the quality of collection (Besluit kwaliteit incassodienstverlening) and art.
    XIX.7 WER ask of whoever collects for somebody else.
    """

    _name = "dunning.dossier.money"
    _description = "Specification of Claims in a Dossier"

    @api.model
    def _reckon(self, case, claims, handover=None):
        """What is asked for these claims: of a hand-over as on its day, else as of today.

        :return: ``{claim: Reckoning}``; a claim that ended, or of which nothing is open, has a principal of zero.
        """
        # sudo: the facts decide, whatever the user may read of them; the caller has checked the right to the case
        this = self.sudo().with_company(case.company_id)
        claims = claims.sudo()
        on = handover.date if handover and handover.date else case.company_id._dunning_today()
        found = this._asked(case, claims, handover, on)
        this._explain(case, claims, found, on)
        received = this._received(claims)
        for claim, reckoning in found.items():
            reckoning.received = received[claim.move_line_id.id]
            charges = claim.charge_ids.filtered(lambda charge: charge.kind == "costs" and charge.state == "asked")
            if charges and reckoning.costs:
                reckoning.costs_vat = min(exact(sum(charges.mapped("amount_vat")), claim.currency_id), reckoning.costs)
        return found

    @api.model
    def _asked(self, case, claims, handover, on):
        """The amounts, without how they come about."""
        parts = self.env["dunning.asked"]._parts(case.company_id, case.partner_id.ids).get(case.partner_id.id, ())
        parts = {part.claim.line_id: part for part in parts}
        rows = {row.claim_id: row for row in handover.sudo().line_ids} if handover else {}  # sudo: as above
        found = {}
        for claim in claims:
            part, row, currency = parts.get(claim.move_line_id.id), rows.get(claim), claim.currency_id
            disputed = part.disputed if part else ZERO
            if row:
                amounts = [exact(row[name], currency) for name in ("principal", "interest", "costs")]
            elif part:
                amounts = [part.principal + disputed, part.interest, part.costs]
            else:
                amounts = [exact(claim.amount_open, currency), exact(claim.interest_left, currency),
                           exact(claim.costs_left, currency)]  # fmt: skip
            # the engine counts in as many digits as its calculations need; people pay cents
            amounts = [exact(float(amount), currency) for amount in amounts]
            found[claim] = Reckoning(on, *amounts, disputed=exact(float(disputed), currency))
        return found

    @api.model
    def _explain(self, case, claims, found, on):
        """Put under each sum its periods, rates and ground."""
        company, debtor = case.company_id, case.partner_id
        facts = self.env["dunning.gather"].facts(company, company._dunning_today(), debtor.ids)
        known = {claim.line_id: claim for one in facts for claim in one.claims}
        regimes = self.env["dunning.regime"]._regime_map(on)
        country = debtor.country_id or company.country_id
        for claim in claims:
            reckoning, fact = found[claim], known.get(claim.move_line_id.id)
            kind = fact.kind if fact else case.debtor_kind or "unknown"
            reckoning.law = self.env["dunning.regime"].browse(fact.regime if fact else None) or regimes.find(
                country.code, kind
            )
            if not reckoning.law:
                continue
            reckoning.notice = fact.notice if fact else None
            self._explain_costs(reckoning, claims, found)
            if reckoning.interest:
                self._explain_interest(company, claim, fact, kind, reckoning)

    @api.model
    def _explain_costs(self, reckoning, claims, found):
        """Costs are reckoned over all that one letter asks, and divided over its claims."""
        ours = [one for claim, one in found.items() if one.costs and one.law in (reckoning.law, None)]
        if not reckoning.costs or reckoning not in ours:
            return
        reckoning.costs_base = sum((one.principal for one in ours), ZERO)
        asked = sum((one.costs - one.costs_vat for one in ours), ZERO)
        try:
            tiers = reckoning.law.cost_tiers(reckoning.costs_base, asked)
        except RegimeError:
            return
        reckoning.tiers = tiers[0] if tiers else ()

    @api.model
    def _explain_interest(self, company, claim, fact, kind, reckoning):
        """The periods of the interest, as far as they make the sum that is asked."""
        law, table = reckoning.law, reckoning.law.interest_table_id
        reckoning.rate_ground = ", ".join(filter(None, (table.display_name, table.article)))
        item = ClaimOnLetter(
            claim.move_line_id.id, claim.number, claim.date_due, None, open=reckoning.principal,
            periodic=bool(fact and fact.periodic), notice=fact.notice if fact else None,
            default_from=fact.default_from if fact else None,
            receipts=tuple(one for one in fact.receipts if one[0] <= reckoning.on) if fact else (),
            charged=fact.charged if fact else None,
        )  # fmt: skip
        charges = Charges(
            law, company, reckoning.on, rules.NOTICE_OF_DEFAULT, kind, claim.currency_id, [item],
        )  # fmt: skip
        for attempt in (item, ClaimOnLetter(item.line_id, item.number, item.due_date, None, open=item.open,
                                            notice=item.notice, default_from=item.default_from)):  # fmt: skip
            try:
                result = charges.interest_of(attempt)
                first = charges.interest_first_day(attempt)
            except RegimeError:
                return
            charged = attempt.charged
            off = charged.interest_received + charged.interest_waived if charged else ZERO
            if result and max(result.total - off, ZERO) == reckoning.interest:
                reckoning.segments, reckoning.interest_off, reckoning.interest_from = result.segments, off, first
                return

    @api.model
    def _received(self, claims):
        """What came in on each item: ``{item id: [(day, amount, whether it is a credit)]}``."""
        found = defaultdict(list)
        self.env.flush_all()
        if items := claims.move_line_id.ids:
            for item_id, day, amount, is_credit in self.env.execute_query(SQL(RECEIVED, items)):
                found[item_id].append((day, Decimal(amount), is_credit))
        return found
