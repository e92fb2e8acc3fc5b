from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from ...engine import gate, rules
from ...engine.agreed import shared
from ...engine.facts import ZERO
from ...law.allocation import Claim, Costs
from ...law.costs import with_vat
from ...law.terms import clause_interest_from
from .exchange import Exchange
from .regime_law import exact

CENT = Decimal("0.01")
DAY = timedelta(days=1)

# Letters that are no formal demand: of a business only the compensation that is due by itself may be asked.
GENTLE = frozenset({rules.PRE_DUE, rules.REMINDER, rules.CALL})


class Charges:
    """What the law and the company's settings let one letter charge on a day; asked when it is made and at the gate.

    :param regime: the ``dunning.regime`` of the letter. :param company: the creditor. :param on: day of the letter.
    :param legal_type: of its level. :param kind: of the debtor. :param currency: ``res.currency`` of the letter.
    :param claims: ``engine.gate.ClaimOnLetter`` of everything on the letter.
    :param earlier: ``(day, amount)`` of the costs that earlier notices to this debtor announced.
    :param frames: a dict that the letters of one company and moment share: what ``law`` has read of records already.
    :param beside: ``claim_beside`` of the debtor's other claims that had a statutory notice, in the same currency.
    """

    def __init__(self, regime, company, on, legal_type, kind, currency, claims, earlier=(), frames=None, beside=()):
        self.regime, self.company, self.on = regime, company, on
        self.legal_type, self.kind, self.currency = legal_type, kind, currency
        # what is left of a claim whose principal is paid bears no interest and no costs
        self.demanded = [claim for claim in claims if claim.demanded and not claim.rest]
        self.rests = [claim for claim in claims if claim.demanded and claim.rest]
        self.earlier = list(earlier)
        self.beside = [claim for claim in beside if not claim.periodic]
        self._frames = {} if frames is None else frames
        self._exchange = Exchange(company, on, currency, regime.currency_id, self._frames)
        self._interest = None

    @property
    def principal(self):
        """The sum that the letter demands, before interest and costs of its own."""
        return sum((claim.open for claim in (*self.demanded, *self.rests)), ZERO)

    @property
    def costs_off(self):
        """What was received or waived on the costs that earlier letters asked for these claims, VAT included."""
        return sum((claim.costs_off(self.on) for claim in self.demanded), ZERO)

    @property
    def is_protected(self):
        """Whether nothing may be asked of this debtor that a statutory notice did not announce."""
        return self.regime.costs_need_statutory_notice or self.kind in rules.PROTECTED_KINDS

    @property
    def may_ask(self):
        """Whether something may be asked now: of a protected debtor only after the notice of every single claim.

        6:96(6) BW and XIX.2 WER.
        """
        if not self.is_protected:
            return True
        ends = [claim.notice and claim.notice.claimable_from for claim in self.demanded]
        return self.legal_type != rules.STATUTORY_NOTICE and bool(ends) and all(end and end <= self.on for end in ends)

    def costs(self, announced):
        """Costs over the sum of the principals, without VAT: to be announced, or to be asked now.

        The law counts in its own currency; a claim in another one is taken at the rate of the day. What a protected
        debtor is asked is never more than his notices announced (6:96(6) BW).

        :raises RegimeError: as ``dunning.regime.collection_costs`` and ``lump_sum``; ``NO_RATE``, no rate of exchange.
        """
        if not (announced or self.may_ask):
            return ZERO
        highest = self.highest_costs(announced)
        if announced or not self.is_protected:
            return highest
        return min(highest, gate.announced_costs((claim.notice for claim in self.demanded), with_vat=False))

    def asked_before(self):
        """What earlier letters asked for these claims and is still owed: costs, and the interest up to those letters.

        Of a protected debtor only while it may be asked of all that the letter demands, and never by a friendly letter.

        :return: ``(costs with VAT, interest by line id)``.
        """
        if not any(claim.charged for claim in self.demanded):
            return ZERO, {}
        if not self.may_ask or (self.is_protected and self.legal_type in GENTLE):
            return ZERO, {}
        charged = [(claim, claim.charged) for claim in self.demanded if claim.charged]
        costs = sum((one.costs_left(self.on) for _claim, one in charged), ZERO)
        if self.regime.costs_need_clause and not self.company.dunning_consumer_clause:
            costs = ZERO  # what rested on terms that are gone
        if not self._clause_gives_interest():
            return costs, {}
        return costs, {claim.line_id: one.interest_left for claim, one in charged if one.interest_left}

    def cost_parts(self, costs):
        """Costs that the letter asks on top of what was paid of them, VAT included, divided over its claims.

        :return: per line id ``(what it asks, what was received or waived before)``, adding up to the cent.
        """
        if not costs:
            return {claim.line_id: (ZERO, claim.costs_off(self.on)) for claim in self.demanded if claim.charged}
        off = [claim.costs_off(self.on) for claim in self.demanded]
        whole = shared(costs + sum(off, ZERO), [claim.costs_base(self.on) for claim in self.demanded])
        asked = shared(costs, [max(part - before, ZERO) for part, before in zip(whole, off, strict=True)])
        return {claim.line_id: (part, before) for claim, part, before in zip(self.demanded, asked, off, strict=True)}

    def highest_costs(self, announced):
        """What the scale, the clause or the tariff for instalments gives, whether or not it may be asked yet."""
        regime = self.regime
        if regime.costs_basis == "none":
            return ZERO
        if regime.costs_need_clause and not self.company.dunning_consumer_clause:
            return ZERO
        return self._exchange.from_law(self._highest_by_law(announced))

    def _highest_by_law(self, announced):
        """As ``highest_costs``, in the currency of the law."""
        regime, to_law = self.regime, self._exchange.to_law
        owed = [to_law(claim.costs_base(self.on)) for claim in self.demanded]
        if regime.costs_need_clause:
            return regime.lump_sums(owed, self.company.dunning_clause_scale_id)
        if self.legal_type in GENTLE and not self.is_protected:
            return min(regime.collection_costs(sum(owed, ZERO)), exact(regime.fixed_compensation))
        if not announced:
            return regime.collection_costs(sum(owed, ZERO))
        pairs = list(zip(owed, (claim.periodic for claim in self.demanded), strict=True))
        costs = self._letter_costs(pairs)
        return min(costs, self._rest_of_one_base(pairs)) if self.beside else costs

    def _letter_costs(self, pairs):
        """What a notice of these announces; ``pairs`` in the currency of the law, as what earlier ones announced."""
        to_law = self._exchange.to_law
        return self.regime.letter_costs(pairs, self.on, [(day, to_law(amount)) for day, amount in self.earlier])

    def _rest_of_one_base(self, pairs):
        """What is left to announce when all that the debtor was reminded of counts as one claim (6:96 lid 7 BW).

        :param pairs: ``(amount, whether it is an instalment)``; instalments have a tariff of their own.
        """
        to_law = self._exchange.to_law
        before = to_law(gate.announced_costs((claim.notice for claim in self.beside), with_vat=False))
        ours = [amount for amount, periodic in pairs if not periodic]
        base = sum((to_law(claim.open) for claim in self.beside), sum(ours, ZERO))
        rest = max(self.regime.collection_costs(base) - before, ZERO) if ours else ZERO
        instalments = [pair for pair in pairs if pair[1]]
        return rest + (self._letter_costs(instalments) if instalments else ZERO)

    def interest_first_day(self, claim):
        """The first day over which interest may be reckoned on a claim; None when that has not come about."""
        start = self.regime.interest_start
        if start == "notice":
            if not claim.notice:
                return None
            return clause_interest_from(claim.notice, self.company.dunning_small_enterprise)
        if start == "default" and not self.company.dunning_term_agreed:
            return claim.default_from
        return claim.due_date and claim.due_date + DAY

    def interest_of(self, claim):
        """The interest on one claim up to and including the day of the letter; None when none may be asked.

        :raises RegimeError: as ``dunning.regime.interest``.
        """
        regime = self.regime
        if not regime.interest_table_id or not self.may_ask or not self._clause_gives_interest():
            return None
        first = self.interest_first_day(claim)
        if not first or first > self.on:
            return None
        if claim.receipts or claim.charged:
            return self._interest_with_receipts(claim, first)
        whole_cents = claim.open.quantize(CENT, ROUND_DOWN)  # some currencies count in thousandths
        return regime.interest(whole_cents, first - DAY, self.on, self._agreed_rate())

    def _interest_with_receipts(self, claim, first):
        """As ``interest_of``, on a claim of which a part is paid: what came in paid costs that were due, then interest,
        then principal (6:44 lid 1 BW), so interest on what was paid late is still owed."""
        came_in = [(day, amount.quantize(CENT, ROUND_DOWN)) for day, amount in claim.receipts if day >= first]
        charged, costs = claim.charged, ()
        principal = claim.open.quantize(CENT, ROUND_DOWN) + sum((amount for _day, amount in came_in), ZERO)
        if charged:
            came_in += [(day, amount) for day, amount in charged.receipts if day >= first]
            asked = charged.costs - charged.costs_waived
            costs = (Costs(asked, charged.costs_from),) if asked > 0 and charged.costs_from else ()
        # whoever protects his debtor takes no interest out of what is paid inside the free term
        patient = claim.notice.claimable_from if self.is_protected and claim.notice else None
        debt = Claim(principal, first - DAY, costs, patient)
        return self.regime.allocate(came_in, debt, self.on, self._agreed_rate()).accrual

    def interest(self):
        """Interest to date and per day over all claims, each claim rounded by itself.

        Reckoned once: the letter that is made and the gate that checks it ask the same question.

        :return: the sum, the sum per day, and by line id of each claim with interest its part and its first day.
        """
        if self._interest is None:
            self._interest = self._reckon_interest()
        return self._interest

    def _reckon_interest(self):
        found = [(claim, self.interest_of(claim)) for claim in self.demanded]
        stored = self._exchange.as_stored
        parts = {
            c.line_id: (stored(_interest_left(c, result.total)), self.interest_first_day(c))
            for c, result in found
            if result
        }
        per_day = sum((result.per_day for _claim, result in found if result), ZERO).quantize(CENT, ROUND_HALF_UP)
        return sum((total for total, _day in parts.values()), ZERO), stored(per_day), parts

    def _clause_gives_interest(self):
        return not self.regime.interest_needs_clause or bool(self._agreed_rate())

    def _agreed_rate(self):
        return self.regime._agreed_rate(self.company)

    def vat_rate(self, announced, declared):
        """The rate of VAT on the costs: zero unless all conditions of art. 2(3) BIK hold.

        A protected debtor is never asked a rate that the notice of one of the invoices did not announce.

        :param declared: whether the text of the letter holds the declaration.
        """
        if not declared or not self.adds_vat():
            return ZERO
        rates = [Decimal(str(self.company.dunning_costs_vat_rate))]
        if not announced and self.is_protected:
            rates += [claim.notice.vat_rate if claim.notice else ZERO for claim in self.demanded]
        return min(rates)

    def adds_vat(self):
        """Art. 2(3) BIK, the first two conditions, which only the Dutch scale knows."""
        company = self.company
        dutch = self.regime.country_id.code == "NL" and self.regime.costs_basis == "scale"
        return dutch and company.dunning_third_party and company.dunning_vat_not_deductible

    def with_vat(self, costs, rate):
        """Costs with the VAT on them at a rate of ``vat_rate``; :class:`..law.costs.CostsWithVat`."""
        applies = bool(rate) and self.adds_vat()
        return with_vat(costs, rate, applies, applies, applies)

    def law(self, letter, vat_rate=ZERO, elements=()):
        """What the gate measures a letter against.

        :param letter: ``engine.gate.Letter``, the same one.
        :param vat_rate: percentage of VAT that the letter adds to the costs.
        :param elements: ``engine.gate.Element`` of the rendered text; empty before it is rendered.
        :raises RegimeError: the records cannot say what is allowed.
        """
        key = self.regime.id, self.legal_type
        if key not in self._frames:
            self._frames[key] = self._frame()
        highest = ZERO
        if letter.costs or letter.announced:
            highest = self.with_vat(self.highest_costs(bool(letter.announced)), vat_rate).included
        if letter.costs:  # what was asked lawfully is still owed; what was paid of it is not
            highest = max(highest - self.costs_off, self.asked_before()[0])
        return replace(
            self._frames[key],
            highest_costs=highest,
            highest_interest=self.interest()[0] if letter.interest else ZERO,
            elements=tuple(elements),
        )

    def _frame(self):
        """What the records say of every letter of this type under this regime."""
        regime, company = self.regime, self.company
        requirement = regime.requirement_ids.filtered(lambda line: line.legal_type == self.legal_type)[:1]
        return gate.Law(
            name=regime.name,
            article=regime.article or "",
            free_term=regime.free_term_rule != "none",
            costs_need_notice=regime.costs_need_statutory_notice,
            costs_need_clause=regime.costs_need_clause,
            interest_needs_clause=regime.interest_needs_clause,
            notice_needs_default=regime.notice_needs_default,
            has_clause=bool(company.dunning_consumer_clause),
            has_interest_clause=self._clause_gives_interest(),
            term_agreed=company.dunning_term_agreed,
            channels=requirement._gate_channels(),
            hours=regime._contact_hours(),
            country=regime.country_id.code or company.country_id.code or "NL",
        )


def _interest_left(claim, accrued):
    """Of the interest that a claim bore until today what was neither received nor waived."""
    charged = claim.charged
    return max(accrued - charged.interest_received - charged.interest_waived, ZERO) if charged else accrued


def claim_beside(line_id, amount, notice, periodic):
    """Another claim of the debtor that had a statutory notice, as far as ``Charges`` asks about it."""
    return gate.ClaimOnLetter(line_id, "", None, None, open=amount, notice=notice, periodic=periodic)
