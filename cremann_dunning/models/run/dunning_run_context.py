from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from ...engine import gate, rules
from ...engine.facts import ZERO
from ...engine.others import even
from ..claim.dunning_claim import WITH_TAKEN_IN
from ..rules.dunning_charges import Charges, claim_beside
from ..rules.regime_map import RegimeError

CENT = Decimal("0.01")


class RunContext:
    """What all letters of a batch share: records by id and rules by kind, read once.

    Lives as long as one batch, so that a thousand letters cost no more queries than one. ``by_hand``: a person writes
    the letter, and what a manager may override waits on the draft instead of stopping it. ``past_gate``: the letters
    are there already, and the gate is asked about them when they are issued.
    """

    def __init__(self, run, outcomes, by_hand=False, past_gate=False):
        self.run = run
        self.by_hand = by_hand
        self.past_gate = past_gate
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
        self._labels, self._references, self._totals = self._invoice_facts(plans)
        self._partners = {d.claim.line_id: plan.partner_id for plan in plans for d in plan.decisions if d.claim.rest}
        with_instalments = {p.partner_id for p in plans if any(d.claim.periodic for d in p.decisions)}
        self._earlier = self.env["dunning.letter"]._earlier_costs(self.company, with_instalments, self.date)
        self._declaring = {}
        partners = self.env["res.partner"].browse({plan.partner_id for plan in plans}).with_company(self.company)
        # sudo: a setting of the letter, for whoever may make it
        self._tones = {partner.id: partner.dunning_tone for partner in partners.sudo()}
        self._house = self.company._dunning_house()
        self._issuers = {level.id: level._issuer_for(self.company) for level in self.levels.values()}
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

    def regime(self, country_id, kind):
        """The rules in force for a debtor today. :raises RegimeError: ``NO_REGIME``, there are none."""
        return self._regimes.for_debtor(self.countries.get(country_id), kind)

    def lang(self, debtor, recipient=None):
        """The language of whom the invoices name, of the debtor, of the company, or English: the first installed."""
        own = debtor.extra["lang"]
        if recipient and recipient.contact.role in ("addressee", "invoice", "head"):
            theirs = (debtor.extra.get("langs") or {}).get(str(recipient.contact.id))
            own = theirs if theirs in self._languages else own
        return own if own in self._languages else self._default_lang

    def tone(self, debtor):
        """How the letter addresses the debtor: as set on the contact, else as the company does."""
        return self._tones.get(debtor.partner_id) or self.company.dunning_tone

    def signer_of(self, level):
        """Who signs a letter of this level: whom it names, if he works for the company, else the responsible."""
        return self._signers[level.id] or self.signer

    def issuer_of(self, level):
        """In whose name a letter of this level is, on mandate; none for the company's own."""
        return self._issuers[level.id]

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

    def deadline(self, level, regime, kind):
        """The date a letter of this level prints, on mandate with the days that the law wants (XIX.9 WER)."""
        found = self._deadline(level)
        if not self.issuer_of(level):
            return found
        return self.env["dunning.letter"]._issuer_deadline(regime, kind, self.date, found)

    def _deadline(self, level):
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

    def line_vals(self, decision, demanded, interest, costs):
        """Values of one line of the letter. Claims that are only listed reach no level.

        :param interest: per line id its amount and first day. :param costs: what ``Charges.cost_parts`` gives.
        """
        claim = decision.claim
        charged = claim.charged
        invoice_date, total, named, instalment, instalments, alike = self._totals[claim.line_id]
        amount_interest, interest_from = interest.get(claim.line_id, (ZERO, False))
        amount_costs, costs_off = costs.get(claim.line_id, (ZERO, ZERO))
        label = self._labels[claim.line_id]
        if claim.rest:
            total, label = claim.residual, self._rest_label(claim, self._partners[claim.line_id])
        return {
            "move_id": claim.move_id,
            "move_line_id": claim.line_id,
            "item_partner_id": named,
            "number": claim.number,
            "instalment": instalment,
            "instalments": instalments,
            "alike": alike,
            "level_id": decision.level.id if decision.code != "LISTED" else False,
            "principal_part": demanded,
            "label": label,
            "customer_ref": self._references.get(claim.line_id),
            "invoice_date": claim.dated or invoice_date,  # of what was taken in: as somebody said then
            "date_due": claim.due_date,
            "days_overdue": max((self.date - claim.due_date).days, 0),
            "amount_total": total,
            "amount_paid": total - decision.open - decision.disputed,
            "amount_disputed": decision.disputed,
            "amount_open": decision.open,
            "amount_interest": amount_interest,
            "interest_from": interest_from,
            "amount_costs": amount_costs,
            "costs_off": costs_off,
            "interest_off": charged.interest_received + charged.interest_waived if charged else ZERO,
            "is_rest": claim.rest,
            "returned": self._told_of(decision),
        }

    def _told_of(self, decision):
        """The payments that came back of which this line tells, as ``dunning.letter.line`` keeps them."""
        back = decision.claim.returned if decision.code != "LISTED" else None
        return " ".join(map(str, back.payments)) if back else False

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
            in_term_until=claim.ends if decision.code != "LISTED" else None,
            default_from=claim.default_from,
            receipts=claim.receipts,
            charged=claim.charged,
            rest=claim.rest,
            handed_over=bool(claim.handed_over),
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
        earlier, legal_type = self._earlier.get(debtor.partner_id, ()), level.legal_type
        asked = {claim.line_id for claim in claims if claim.demanded}
        beside = [
            claim_beside(claim.line_id, claim.residual, claim.notice, claim.periodic)
            for claim in debtor.claims
            if claim.notice and claim.currency == currency and claim.line_id not in asked
        ]
        currency = self.currencies[currency]
        return Charges(
            regime, self.company, self.date, legal_type, kind, currency, claims, earlier, self._frames, beside
        )

    def amounts(self, charges, level, lang, tone):
        """Principal, interest and costs of the letter, each only as far as the rules allow today.

        Costs and interest are computed on the sum of the principals (6:96(7) BW). Costs, announced or asked, include
        the VAT on them. What was paid of them since an earlier letter asked them is not asked again.

        :return: the values of the letter, and per receivable line its interest and the first day of it.
        """
        principal = charges.principal
        interest, per_day, parts = charges.interest() if level.charge_interest else (ZERO, ZERO, {})
        announced = level.costs == "announce"
        costs = charges.costs(announced) if level.costs != "none" else ZERO
        rate = charges.vat_rate(announced, self._declares_vat(level._text_for(tone), lang)) if costs else ZERO
        found = charges.with_vat(costs, rate)
        asked, vat = (found.included, found.vat) if announced else self._not_asked_yet(charges, level, found)
        if level.legal_type in rules.DEMANDING and not level.charge_interest:
            parts = {line_id: (amount, False) for line_id, amount in charges.asked_before()[1].items()}
            interest = sum((amount for amount, _day in parts.values()), ZERO)
        values = {
            "amount_principal": principal,
            "amount_interest": interest,
            "amount_interest_day": per_day,
            "amount_costs": ZERO if announced else asked,
            "amount_costs_announced": asked if announced else ZERO,
            "amount_costs_vat": vat,
            "costs_vat_rate": rate if vat else 0,
            "amount_total": principal + interest + (ZERO if announced else asked),
        }
        return values, parts

    def _not_asked_yet(self, charges, level, found):
        """The costs that a letter asks, with the VAT in them: what the rules allow without what was paid of it.

        A step without costs of its own asks those that an earlier letter asked, and that are still owed.
        """
        if found.included:
            asked = max(found.included - charges.costs_off, ZERO)
        else:
            asked = charges.asked_before()[0] if level.legal_type in rules.DEMANDING else ZERO
        if not found.vat:
            return asked, ZERO
        return asked, (asked * found.vat / found.included).quantize(CENT, ROUND_HALF_UP)

    def check(self, charges, vals, claims, debtor, procedure):
        """Ask the gate about a letter that is about to be made.

        :raises RegimeError: ``REFUSED``, with the reason and the article.
        """
        if self.past_gate:
            return
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
            issuer=self._engine_issuer(vals["level_id"]),
        )
        refusals = gate.check(letter, charges.law(letter, Decimal(str(vals["costs_vat_rate"]))))
        refusals = [refusal for refusal in refusals if refusal.final or not self.by_hand]
        if refusals:
            alone = all(refusal.lines for refusal in refusals)
            lines = frozenset().union(*(refusal.lines for refusal in refusals)) if alone else frozenset()
            sentence = self.env["dunning.gate"]._sentence(refusals[0], vals["currency_id"])
            raise RegimeError("REFUSED", sentence, lines)

    def _engine_issuer(self, level_id):
        issuer = self._issuers[level_id]
        return issuer._engine_issuer() if issuer else None

    def _declares_vat(self, template, lang):
        """Whether a text declares the VAT in this language; asked once per text and language."""
        key = template.id, lang
        if key not in self._declaring:
            self._declaring[key] = self.env["dunning.letter"]._declares_vat(template, lang)
        return self._declaring[key]

    def _invoice_facts(self, plans):
        """Per receivable line what it was for, its customer's order, and its date, original amount, the contact that it
        names and its place among the claims of its entry on its debtor (which, of how many, how many just like it);
        one query."""
        claims = {d.claim.line_id: plan.partner_id for plan in plans for d in plan.decisions}
        if not claims:
            return {}, {}, {}
        self.env.cr.execute(
            f"""
            WITH claims AS (
                SELECT DISTINCT ON (l.id) l.id, COALESCE(m.invoice_date, m.date) AS day, l.amount_currency,
                       m.move_type, COALESCE(t.number, m.name) AS number, p.name AS product, m.invoice_origin,
                       CASE WHEN t.id IS NULL THEN m.ref ELSE COALESCE(t.customer_ref, NULLIF(m.ref, t.number)) END
                       AS ref, l.name,
                       l.move_id, l.account_id, l.partner_id, l.date_maturity,
                       m.move_type = 'entry' AND EXISTS (
                           SELECT 1 FROM account_move_line o
                            WHERE o.move_id = m.id AND o.account_id = l.account_id AND o.id <> l.id) AS is_shared
                  FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                  {WITH_TAKEN_IN}
                  LEFT JOIN account_move_line p ON p.move_id = m.id AND p.display_type = 'product' AND p.id != l.id
                 WHERE l.id IN %s
                 ORDER BY l.id, btrim(COALESCE(p.name, ''), E' \t\r\n') = '', ABS(p.balance) DESC, p.id
            )
            SELECT c.id, c.day, c.amount_currency::text, c.partner_id, n.instalment, n.instalments, n.alike,
                   c.move_type, c.number, c.product, c.invoice_origin, c.ref, c.name, c.is_shared
              FROM claims c CROSS JOIN LATERAL (
                   SELECT COUNT(*) AS instalments,
                          COUNT(*) FILTER (WHERE (COALESCE(s.date_maturity, 'infinity'), s.id)
                                              <= (COALESCE(c.date_maturity, 'infinity'), c.id)) AS instalment,
                          COUNT(*) FILTER (WHERE s.date_maturity IS NOT DISTINCT FROM c.date_maturity
                                             AND s.amount_currency = c.amount_currency) AS alike
                     FROM account_move_line s
                    WHERE s.move_id = c.move_id AND s.account_id = c.account_id AND s.partner_id = c.partner_id
                      AND s.amount_currency > 0) n
            """,
            (tuple(claims),),
        )
        labels, references, totals = {}, {}, {}
        rows = self.env.cr.fetchall()
        for line_id, day, amount, *place, kind, number, product, origin, reference, own, is_shared in rows:
            if is_shared:  # an entry with other items beside it: its words are about all of them
                product = origin = reference = None
            totals[line_id] = day, Decimal(amount), *place
            references[line_id] = next(filter(None, map(_first_line, (reference, origin))), None)
            # on an entry the line itself says what it is, and the line against it is somebody else's
            ways = (own, product, origin, reference) if kind == "entry" else (product, origin, reference, own)
            labels[line_id] = next(filter(None, map(_first_line, ways)), None) or self._kind_and_number(
                kind, number, claims[line_id]
            )
        return labels, references, totals

    def _rest_label(self, claim, partner_id):
        """What stands for what is left of a claim whose invoice is paid."""
        return self._speaking(partner_id)._("Costs and interest left of %s", claim.number)

    def _speaking(self, partner_id):
        """The environment in the language of a debtor, if it is installed."""
        lang = self.env["res.partner"].browse(partner_id).lang
        return self.env(context={**self.env.context, "lang": lang if lang in self._languages else self._default_lang})

    def _kind_and_number(self, kind, number, partner_id):
        """What stands for a claim about which nothing is written: its kind of document and its number; of an entry that
        was taken in its number, since the debtor knows of no entry."""
        if kind == "entry":
            return number
        env = self._speaking(partner_id)
        return f"{dict(env['account.move']._fields['move_type']._description_selection(env))[kind]} {number}"


def _first_line(text):
    """The first line of a text in which something can be seen; empty when there is none."""
    return next((line.strip() for line in text.splitlines() if even(line)), "") if text else ""
