from decimal import ROUND_HALF_UP, Decimal

from ..engine import rules
from ..law.costs import with_vat

CENT = Decimal("0.01")
# Of the kinds on one letter the best protected decides which rules hold for it.
PROTECTION = {"unknown": 0, "consumer": 0, "public": 1, "business": 2}


class RunContext:
    """What all letters of a batch share: records by id and rules by kind, read once.

    Lives as long as one batch, so that a thousand letters cost no more queries than one.
    """

    def __init__(self, run, outcomes):
        self.run = run
        self.env = run.env
        self.company = run.company_id
        # a run of a past day sends letters of today, a look ahead shows what they would say on that day
        self.date = max(run.date, self.company._dunning_today())
        self.signer = self.company.dunning_responsible_id or run.user_id
        plans = [plan for outcome in outcomes for plan in outcome.letters]
        self.levels = {level.id: level for level in self.env["dunning.level"].browse({p.level.id for p in plans})}
        self.currencies = self.env["dunning.decision"]._currencies()
        partners = self.env["res.partner"].browse({plan.partner_id for plan in plans})
        self.cases = {
            case.partner_id.id: case
            for case in self.env["dunning.case"]._for_partners(partners, self.company, create=True)
        }
        self.countries = {country.id: country.code for country in self.env["res.country"].search([])}
        self._regimes = self.env["dunning.regime"].with_company(self.company)._regime_map(self.date)
        self._languages = {code for code, _name in self.env["res.lang"].get_installed()}
        self._labels, self._totals = self._invoice_facts(plans)
        self._announced_vat_rates = self._vat_facts(plans)
        self._declaring = {}
        self._deadlines = {}

    def protection(self, kind):
        """Sort key: the best protected kind first."""
        return PROTECTION[kind]

    def regime(self, country_id, kind):
        """The rules in force for a debtor today. :raises RegimeError: ``NO_REGIME``, there are none."""
        return self._regimes.for_debtor(self.countries.get(country_id), kind)

    def lang(self, debtor):
        """The debtor's language when it is installed, else the company's, else English."""
        wanted = (debtor.extra["lang"], self.company.partner_id.lang, "en_US")
        return next(code for code in wanted if code in self._languages or code == "en_US")

    def deadline(self, level):
        """The date a letter prints. A statutory notice prints none: its term runs from receipt (HR 2016:2704)."""
        if level.legal_type == rules.STATUTORY_NOTICE or not level.payment_term_days:
            return False
        if level.payment_term_days not in self._deadlines:
            self._deadlines[level.payment_term_days] = self.env["dunning.letter"]._deadline(
                self.company.country_id.code or "NL", self.date, level.payment_term_days
            )
        return self._deadlines[level.payment_term_days]

    def line_vals(self, decision, level, demanded):
        """Values of one line of the letter. Claims that are only listed reach no level."""
        claim = decision.claim
        invoice_date, total = self._totals[claim.line_id]
        return {
            "move_id": claim.move_id,
            "move_line_id": claim.line_id,
            "level_id": decision.level.id if decision.code != "LISTED" else False,
            "principal_part": demanded,
            "label": self._labels.get(claim.move_id),
            "invoice_date": invoice_date,
            "date_due": claim.due_date,
            "days_overdue": (self.date - claim.due_date).days,
            "amount_total": total,
            "amount_paid": total - decision.open,
            "amount_open": decision.open,
        }

    def amounts(self, level, regime, kind, currency, lines, decisions, lang):
        """Principal, interest and costs of the letter, each only as far as the rules allow today.

        Adds the interest to the lines. Costs and interest are computed on the sum of the principals
        (6:96(7) BW). In another currency than the euro no costs are asked: the scales are in euro.
        Costs, announced or asked, include the VAT on them.
        """
        principal = sum((line["amount_open"] for line in lines), Decimal("0.00"))
        allowed = self._may_charge(regime, kind, lines, decisions)
        interest = per_day = Decimal("0.00")
        if level.charge_interest and allowed and regime.interest_table_id and not regime.interest_needs_clause:
            interest, per_day = self._interest(regime, lines)
        costs = announced = vat = rate = Decimal("0.00")
        if level.costs != "none" and currency == "EUR" and self._clause_allows(regime):
            rate, found = self._with_vat(level, regime, kind, regime.collection_costs(principal), lines, lang)
            if level.costs == "announce":
                announced, vat = found.included, found.vat
            elif allowed:
                costs, vat = found.included, found.vat
        return {
            "amount_principal": principal,
            "amount_interest": interest,
            "amount_interest_day": per_day,
            "amount_costs": costs,
            "amount_costs_announced": announced,
            "amount_costs_vat": vat,
            "costs_vat_rate": rate if vat else 0,
            "amount_total": principal + interest + costs,
        }

    def _may_charge(self, regime, kind, lines, decisions):
        """No interest and no costs for a protected debtor before the free term of a statutory notice has run out.

        6:96(6) BW and XIX.2 WER. Every single invoice that the letter demands must have had its own notice.
        """
        if not self._is_protected(regime, kind):
            return True
        demanded = {line["move_line_id"] for line in lines}
        ends = [d.claim.level_claimable_from for d in decisions if d.claim.line_id in demanded]
        return bool(ends) and all(end and end <= self.date for end in ends)

    def _is_protected(self, regime, kind):
        """Whether nothing may be asked of this debtor that a statutory notice did not announce."""
        return regime.costs_need_statutory_notice or kind in rules.PROTECTED_KINDS

    def _adds_vat(self):
        """Art. 2(3) BIK, the first two conditions: a third party charges VAT, and the company cannot deduct it."""
        return self.company.dunning_third_party and self.company.dunning_vat_not_deductible

    def _with_vat(self, level, regime, kind, costs, lines, lang):
        """The rate, and the costs with the VAT on them, which only the Dutch scale knows (art. 2(3) BIK).

        The third condition is the declaration in the letter: a text without it gets no VAT. And what a protected
        debtor is asked is never more than what the statutory notice of each invoice announced (6:96(6) BW).
        """
        company = self.company
        applies = regime.country_id.code == "NL" and regime.costs_basis == "scale" and self._adds_vat()
        rates = [company.dunning_costs_vat_rate]
        if applies and level.costs == "charge" and self._is_protected(regime, kind):
            rates += [self._announced_vat_rates.get(line["move_line_id"], 0.0) for line in lines]
        declared = bool(applies) and self._declares_vat(level.template_id, lang)
        rate = Decimal(str(min(rates)))
        return rate, with_vat(costs, rate, company.dunning_third_party, company.dunning_vat_not_deductible, declared)

    def _declares_vat(self, template, lang):
        """Whether a text declares the VAT in this language; asked once per text and language."""
        key = template.id, lang
        if key not in self._declaring:
            self._declaring[key] = self.env["dunning.letter"]._declares_vat(template, lang)
        return self._declaring[key]

    def _clause_allows(self, regime):
        """In Belgium a consumer owes a compensation only when the terms agree one (XIX.4, 2° WER)."""
        return not regime.costs_need_clause or bool(self.company.dunning_consumer_clause)

    def _interest(self, regime, lines):
        """Interest to date and per day over these lines; every line keeps its own part."""
        total = per_day = Decimal("0.00")
        for line in lines:
            result = regime.interest(line["amount_open"], line["date_due"], self.date)
            line["amount_interest"] = result.total
            total += result.total
            per_day += result.per_day
        return total, per_day.quantize(CENT, ROUND_HALF_UP)

    def _invoice_facts(self, plans):
        """What each invoice was for, and per receivable line the invoice date and original amount; two queries."""
        claims = [decision.claim for plan in plans for decision in plan.decisions]
        if not claims:
            return {}, {}
        self.env.cr.execute(
            """
            SELECT l.id, m.invoice_date, l.amount_currency::text
              FROM account_move_line l JOIN account_move m ON m.id = l.move_id WHERE l.id IN %s
            """,
            (tuple(claim.line_id for claim in claims),),
        )
        totals = {line_id: (day, Decimal(amount)) for line_id, day, amount in self.env.cr.fetchall()}
        self.env.cr.execute(
            """
            SELECT DISTINCT ON (l.move_id) l.move_id,
                   COALESCE(NULLIF(split_part(l.name, E'\n', 1), ''), NULLIF(m.invoice_origin, ''), m.ref)
              FROM account_move_line l JOIN account_move m ON m.id = l.move_id
             WHERE l.move_id IN %s AND l.display_type = 'product'
             ORDER BY l.move_id, ABS(l.balance) DESC, l.id
            """,
            (tuple({claim.move_id for claim in claims}),),
        )
        return dict(self.env.cr.fetchall()), totals

    def _vat_facts(self, plans):
        """Per receivable line the rate of VAT its statutory notice announced; read only where VAT is added at all."""
        if not self._adds_vat():
            return {}
        line_ids = [decision.claim.line_id for plan in plans for decision in plan.decisions]
        lines = self.env["dunning.letter.line"].search(
            [
                ("move_line_id", "in", line_ids),
                ("principal_part", "=", True),
                ("state", "=", "sent"),
                ("letter_id.legal_type", "=", rules.STATUTORY_NOTICE),
                ("letter_id.amount_costs_vat", ">", 0),
            ]
        )
        return {line.move_line_id.id: line.letter_id.costs_vat_rate for line in lines}
