from datetime import timedelta
from decimal import Decimal

from ...engine import gate, rules
from ...engine.facts import ZERO
from ..rules.dunning_charges import Charges
from ..rules.dunning_regime import RegimeError

# Of the kinds on one letter the best protected decides which rules hold for it.
PROTECTION = {"unknown": 0, "consumer": 0, "public": 1, "business": 2}


class RunContext:
    """What all letters of a batch share: records by id and rules by kind, read once.

    Lives as long as one batch, so that a thousand letters cost no more queries than one. ``by_hand``: a person writes
    the letter, and what a manager may override waits on the draft instead of stopping it.
    """

    def __init__(self, run, outcomes, by_hand=False):
        self.run = run
        self.by_hand = by_hand
        self.env = run.env
        self.company = run.company_id
        self.signer = self.company.dunning_responsible_id or run.user_id
        plans = [plan for outcome in outcomes for plan in outcome.letters]
        self.levels = {level.id: level for level in self.env["dunning.level"].browse({p.level.id for p in plans})}
        self.currencies = self.env["dunning.decision"]._currencies()
        self.cases = self._cases(plans)
        self.countries = {country.id: country.code for country in self.env["res.country"].search([])}
        # a run of a past day sends letters of today, a look ahead shows what they would say on that day
        self.move_to(max(run.date, self.company._dunning_today()))
        self._languages = {code for code, _name in self.env["res.lang"].get_installed()} | {"en_US"}
        theirs = self.company.partner_id.lang
        self._default_lang = theirs if theirs in self._languages else "en_US"
        self._labels, self._totals = self._invoice_facts(plans)
        with_instalments = {p.partner_id for p in plans if any(d.claim.periodic for d in p.decisions)}
        self._earlier = self.env["dunning.letter"]._earlier_costs(self.company, with_instalments, self.date)
        self._declaring = {}
        partners = self.env["res.partner"].browse({plan.partner_id for plan in plans}).with_company(self.company)
        # sudo: a setting of the letter, for whoever may make it
        self._tones = {partner.id: partner.dunning_tone for partner in partners.sudo()}
        self._house = self.company._dunning_house()
        self._signers = {level.id: self._usable(level.sudo().signer_id) for level in self.levels.values()}
        self._colleagues = self._copied_colleagues(partners)
        self._frames = {}

    def _cases(self, plans):
        """The cases of these debtors by partner id; every one of them has one afterwards."""
        partners = self.env["res.partner"].browse({plan.partner_id for plan in plans})
        cases = self.env["dunning.case"]._for_partners(partners, self.company, create=True)
        return {case.partner_id.id: case for case in cases}

    def move_to(self, day):
        """Take the rules of a day: letters made from now on are dated that day."""
        self.date = day
        self._deadlines = {}
        self._regimes = self.env["dunning.regime"].with_company(self.company)._regime_map(day)

    def protection(self, kind):
        """Sort key: the best protected kind first."""
        return PROTECTION[kind]

    def regime(self, country_id, kind):
        """The rules in force for a debtor today. :raises RegimeError: ``NO_REGIME``, there are none."""
        return self._regimes.for_debtor(self.countries.get(country_id), kind)

    def lang(self, debtor, recipient=None):
        """The language of whom the invoices name, of the debtor, of the company, or English: the first installed."""
        own = debtor.extra["lang"]
        if recipient and recipient.contact.role in ("addressee", "invoice"):
            theirs = (debtor.extra.get("langs") or {}).get(str(recipient.contact.id))
            own = theirs if theirs in self._languages else own
        return own if own in self._languages else self._default_lang

    def tone(self, debtor):
        """How the letter addresses the debtor: as set on the contact, else as the company does."""
        return self._tones.get(debtor.partner_id) or self.company.dunning_tone

    def signer_of(self, level):
        """Who signs a letter of this level: whom it names, if he works for the company, else the responsible."""
        return self._signers[level.id] or self.signer

    def copy_for(self, level, debtor):
        """Id of the partner who gets a copy of a letter of this level, None for nobody."""
        if level.copy_to == "escalation":
            return debtor.extra.get("escalation")
        return self._colleagues.get((level.copy_to, debtor.partner_id))

    def _usable(self, user):
        """This user if he is at work for the company, else nobody: a shared level may name anybody."""
        # sudo (user comes with it): whether a colleague works here, whoever makes the letter
        return user.filtered(lambda u: u.active and not u.share and self.company in u.company_ids).with_env(self.env)

    def _copied_colleagues(self, partners):
        """Per way of copying and debtor the partner of the colleague who gets copies; read only where a level asks."""
        wanted, found = {level.copy_to for level in self.levels.values()}, {}
        for partner in partners.sudo():  # sudo: as in _usable
            users = {"salesperson": lambda partner=partner: partner.user_id}
            users["responsible"] = lambda partner=partner: self._responsible_for(partner)
            for way in wanted & set(users):
                if user := self._usable(users[way]()):
                    found[way, partner.id] = user.sudo().partner_id.id  # sudo: as above
        return found

    def _responsible_for(self, partner):
        case = self.cases.get(partner.id)
        return (case and case.sudo().user_id) or self.company.sudo().dunning_responsible_id  # sudo: as in _usable

    def deadline(self, level):
        """The date a letter prints. A statutory notice prints none: its term runs from receipt (HR 2016:2704).

        Nor does a notice before the due date: every invoice on it has its own. Nor one of a hand-over: it asks nothing.
        """
        if level.legal_type in (rules.STATUTORY_NOTICE, rules.PRE_DUE, rules.HANDOVER) or not level.payment_term_days:
            return False
        if level.payment_term_days not in self._deadlines:
            self._deadlines[level.payment_term_days] = self.env["dunning.letter"]._deadline(
                self.company.country_id.code or "NL", self.date, level.payment_term_days
            )
        return self._deadlines[level.payment_term_days]

    def line_vals(self, decision, demanded, interest):
        """Values of one line of the letter. Claims that are only listed reach no level."""
        claim = decision.claim
        invoice_date, total = self._totals[claim.line_id]
        amount_interest, interest_from = interest.get(claim.line_id, (ZERO, False))
        return {
            "move_id": claim.move_id,
            "move_line_id": claim.line_id,
            "level_id": decision.level.id if decision.code != "LISTED" else False,
            "principal_part": demanded,
            "label": self._labels.get(claim.move_id, (None, None))[0],
            "customer_ref": self._labels.get(claim.move_id, (None, None))[1],
            "invoice_date": invoice_date,
            "date_due": claim.due_date,
            "days_overdue": max((self.date - claim.due_date).days, 0),
            "amount_total": total,
            "amount_paid": total - decision.open - decision.disputed,
            "amount_disputed": decision.disputed,
            "amount_open": decision.open,
            "amount_interest": amount_interest,
            "interest_from": interest_from,
        }

    def on_letter(self, decision, procedure, demanded):
        """A claim as the gate sees it on a letter of this procedure."""
        claim = decision.claim
        place = reached = None
        if decision.code != "LISTED":
            place, reached = gate.place_on_ladder(
                procedure, decision.level.id, claim.due_date, claim.levels_done, self.date, self._house
            )
        return gate.ClaimOnLetter(
            line_id=claim.line_id,
            number=claim.number,
            due_date=claim.due_date,
            place=place,
            reached=reached,
            demanded=demanded,
            open=decision.open,
            periodic=claim.periodic,
            notice=claim.notice,
            in_term_until=claim.level_claimable_from if decision.code != "LISTED" else None,
            default_from=claim.default_from,
        )

    def rules(self, debtor, kind, decisions):
        """The regime of a letter: a claim keeps that of its first statutory notice, the others follow today's law.

        When they do not agree, the one under which the debtor owes the least costs holds for the letter.

        :raises RegimeError: ``NO_REGIME``, there are no rules for a claim.
        """
        kept = {decision.claim.regime for decision in decisions}
        if kept == {None}:
            return self.regime(debtor.extra["country_id"], kind).with_env(self.env)
        found = self.env["dunning.regime"].browse(sorted(id_ for id_ in kept if id_))
        if None in kept:
            found |= self.regime(debtor.extra["country_id"], kind)
        if len(found) == 1:
            return found
        principal = sum((decision.open for decision in decisions), Decimal("0.00"))
        return min(found, key=lambda regime: (regime.collection_costs(principal), -regime.valid_from.toordinal()))

    def charges(self, debtor, regime, level, kind, currency, claims):
        """What may be charged on a letter over these claims."""
        earlier = self._earlier.get(debtor.partner_id, ())
        return Charges(regime, self.company, self.date, level.legal_type, kind, currency, claims, earlier, self._frames)

    def amounts(self, charges, level, lang, tone):
        """Principal, interest and costs of the letter, each only as far as the rules allow today.

        Costs and interest are computed on the sum of the principals (6:96(7) BW). Costs, announced or asked, include
        the VAT on them.

        :return: the values of the letter, and per receivable line its interest and the first day of it.
        """
        principal = charges.principal
        interest, per_day, parts = charges.interest() if level.charge_interest else (ZERO, ZERO, {})
        announced = level.costs == "announce"
        costs = charges.costs(announced) if level.costs != "none" else ZERO
        rate = charges.vat_rate(announced, self._declares_vat(level._text_for(tone), lang)) if costs else ZERO
        found = charges.with_vat(costs, rate)
        values = {
            "amount_principal": principal,
            "amount_interest": interest,
            "amount_interest_day": per_day,
            "amount_costs": ZERO if announced else found.included,
            "amount_costs_announced": found.included if announced else ZERO,
            "amount_costs_vat": found.vat,
            "costs_vat_rate": rate if found.vat else 0,
            "amount_total": principal + interest + (ZERO if announced else found.included),
        }
        return values, parts

    def check(self, charges, vals, claims, debtor, procedure):
        """Ask the gate about a letter that is about to be made.

        :raises RegimeError: ``REFUSED``, with the reason and the article.
        """
        wait = debtor.last_letter_on and debtor.last_letter_on + timedelta(days=max(procedure.minimum_interval, 1))
        letter = gate.Letter(
            legal_type=vals["legal_type"],
            kind=vals["debtor_kind"],
            channel=vals["channel"],
            on=self.date,
            claims=tuple(claims),
            interest=vals["amount_interest"],
            costs=vals["amount_costs"],
            announced=vals["amount_costs_announced"],
            wait_until=wait,
        )
        refusals = gate.check(letter, charges.law(letter, Decimal(str(vals["costs_vat_rate"]))))
        refusals = [refusal for refusal in refusals if refusal.final or not self.by_hand]
        if refusals:
            raise RegimeError("REFUSED", self.env["dunning.gate"]._sentence(refusals[0], vals["currency_id"]))

    def _declares_vat(self, template, lang):
        """Whether a text declares the VAT in this language; asked once per text and language."""
        key = template.id, lang
        if key not in self._declaring:
            self._declaring[key] = self.env["dunning.letter"]._declares_vat(template, lang)
        return self._declaring[key]

    def _invoice_facts(self, plans):
        """What each invoice was for with its customer's order, and per line its date and amount; two queries."""
        claims = [decision.claim for plan in plans for decision in plan.decisions]
        if not claims:
            return {}, {}
        self.env.cr.execute(
            """
            SELECT l.id, COALESCE(m.invoice_date, m.date), l.amount_currency::text
              FROM account_move_line l JOIN account_move m ON m.id = l.move_id WHERE l.id IN %s
            """,
            (tuple(claim.line_id for claim in claims),),
        )
        totals = {line_id: (day, Decimal(amount)) for line_id, day, amount in self.env.cr.fetchall()}
        self.env.cr.execute(
            """
            SELECT DISTINCT ON (l.move_id) l.move_id,
                   COALESCE(NULLIF(split_part(l.name, E'\n', 1), ''), NULLIF(m.invoice_origin, ''), m.ref),
                   COALESCE(NULLIF(TRIM(m.ref), ''), NULLIF(TRIM(m.invoice_origin), ''))
              FROM account_move_line l JOIN account_move m ON m.id = l.move_id
             WHERE l.move_id IN %s AND l.display_type = 'product'
             ORDER BY l.move_id, ABS(l.balance) DESC, l.id
            """,
            (tuple({claim.move_id for claim in claims}),),
        )
        return {move_id: (label, ref) for move_id, label, ref in self.env.cr.fetchall()}, totals
