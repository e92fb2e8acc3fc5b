from decimal import ROUND_HALF_UP, Decimal

from ..engine import rules

CENT = Decimal("0.01")
# Of the kinds on one letter the best protected decides which rules hold for it.
PROTECTION = {"unknown": 0, "consumer": 0, "public": 1, "business": 2}


class RunContext:
    """What all letters of a batch share: records by id and rules by kind, read once.

    Lives as long as one batch, so that a thousand letters cost no more queries than one.
    """

    def __init__(self, run, outcomes, debtors):
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
        return self.env["dunning.letter"]._deadline(
            self.company.country_id.code or "NL", self.date, level.payment_term_days
        )

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

    def amounts(self, level, regime, kind, currency, lines, decisions):
        """Principal, interest and costs of the letter, each only as far as the rules allow today.

        Adds the interest to the lines. Costs and interest are computed on the sum of the principals
        (6:96(7) BW). In another currency than the euro no costs are asked: the scales are in euro.
        """
        principal = sum((line["amount_open"] for line in lines), Decimal("0.00"))
        allowed = self._may_charge(regime, kind, lines, decisions)
        interest = per_day = Decimal("0.00")
        if level.charge_interest and allowed and regime.interest_table_id and not regime.interest_needs_clause:
            interest, per_day = self._interest(regime, lines)
        costs = announced = Decimal("0.00")
        if level.costs != "none" and currency == "EUR" and self._clause_allows(regime):
            amount = regime.collection_costs(principal)
            if level.costs == "announce":
                announced = amount
            elif allowed:
                costs = amount
        return {
            "amount_principal": principal,
            "amount_interest": interest,
            "amount_interest_day": per_day,
            "amount_costs": costs,
            "amount_costs_announced": announced,
            "amount_total": principal + interest + costs,
        }

    def _may_charge(self, regime, kind, lines, decisions):
        """No interest and no costs for a protected debtor before the free term of a statutory notice has run out.

        6:96(6) BW and XIX.2 WER. Every single invoice that the letter demands must have had its own notice.
        """
        if not regime.costs_need_statutory_notice and kind not in rules.PROTECTED_KINDS:
            return True
        demanded = {line["move_line_id"] for line in lines}
        ends = [d.claim.level_claimable_from for d in decisions if d.claim.line_id in demanded]
        return bool(ends) and all(end and end <= self.date for end in ends)

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
