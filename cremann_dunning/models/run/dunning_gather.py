from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine.facts import ZERO, Claim, Contact, Credit, Debtor, Hold, Returned, Undone
from ...engine.left_over import granted
from ...law.errors import LawError
from ..claim.dunning_history import NO_HISTORY
from ..rules.regime_map import RegimeError

CENT = Decimal("0.01")


class DunningGather(models.AbstractModel):
    """Turns the ledger of one company on one day into plain facts per debtor.

    A fixed number of statements, whatever the number of debtors. Amounts are read as text and become ``Decimal``:
    Odoo's cursor would turn them into floats.
    """

    _name = "dunning.gather"
    _description = "Dunning facts"

    @api.model
    @api.private
    def facts(self, company, as_of, partner_ids=None, without_letters=None, until=None, all_rests=False, look=True):
        """The facts of every debtor with an overdue claim, or with one that may get a notice before its due date.

        :param company: one company.
        :param as_of: the company's date; a claim due before it is overdue.
        :param partner_ids: commercial partners to limit it to; all when None.
        :param without_letters: letters to leave out of the facts, so that a letter does not stand in its own way
            when it is checked again.
        :param until: take along what falls due before this day, for a look ahead.
        :param all_rests: what is left of costs and interest of invoices that are paid is a claim also where nobody said
            that it is asked on, for whoever agrees with the debtor on all that he owes.
        :param look: ask whether a receipt changed; False for whoever did that in this transaction, which sees no other.
        :return: list of ``engine.facts.Debtor`` in the order of their oldest claim.
        """
        if partner_ids is not None and not partner_ids:
            return []
        if look:
            self.env["dunning.receipt.look"]._bring(company, against=False)
        ledger = self.env["dunning.ledger"]
        seen, listed = ledger._horizons(company, as_of, until)
        rows = ledger._items(company, seen, listed, partner_ids, all_rests)
        if not rows:
            return []
        without = tuple(without_letters.ids) if without_letters else (0,)
        partners = tuple({row["partner_id"] for row in rows})
        holds = self._holds(company, partners)
        known = self._known(company, as_of, partners, without, all_rests)
        rows = self._with_rests(rows, company, partners, as_of, all_rests)
        self._complete(rows, company, as_of, partners)
        debtors = self._by_debtor(rows, company, partners, without, holds)
        self._weigh(debtors.values(), company, as_of)
        self.env["dunning.check"]._put_on([claims for claims, _credits, _row in debtors.values()], company)
        reached, langs = self.env["dunning.reaching"]._of(company, as_of, debtors, without)
        return [
            Debtor(
                partner_id=partner_id,
                claims=tuple(claims),
                credits=tuple(own_credits),
                hold=holds.get((partner_id, None)),
                **{name: found.get(partner_id, none) for name, (found, none) in known.items()},
                **reached[partner_id],
                **self._person(row, langs.get(partner_id)),
            )
            for partner_id, (claims, own_credits, row) in debtors.items()
            if claims
        ]

    @api.model
    def _known(self, company, as_of, partners, without, all_rests=False):
        """What is known of debtors besides their items and holds, by the fields of ``engine.facts.Debtor``.

        :return: ``{field: ({partner id: value}, value of those who have none)}``.
        """
        ledger, past = self.env["dunning.ledger"], self.env["dunning.history"]
        imputation, receipts = self.env["dunning.imputation"], ledger._receipts(company, partners)
        found = {
            "unmatched": (ledger._sums(receipts), ZERO),
            "receipts": (receipts, ()),
            "last_letter_on": (past._last_letters(company, partners, without), None),
            "reply_on": (self.env["dunning.reply"]._facts(company, partners), None),
            "spoken_on": (self.env["dunning.contact"]._spoken(company, partners), None),
            "rests": ({} if all_rests else imputation._rests(company, partners, as_of, asked=False), ()),
            "cause": (self.env["dunning.cause.route"]._facts(company, partners), None),
            "care": (self.env["dunning.care"]._facts(company, partners), None),
            "insolvencies": (self.env["dunning.insolvency"]._facts(company, partners), ()),
        }
        return found | {kind: (own, ()) for kind, own in self._agreements(company, partners).items()}

    @api.model
    def _complete(self, rows, company, as_of, partners):
        """Put on each open item its amounts as ``Decimal``, what its debtor owes altogether and what is being paid."""
        totals = self._overdue_totals(rows, as_of)
        chosen = self.env["dunning.online.payment"]._chosen(company, rows)
        in_payment = self.env["dunning.ledger"]._in_payment(company, partners, rows, chosen)
        handed_over = self.env["dunning.handover.claim"]._facts(company, partners)
        refused = self.env["dunning.arrival"]._refused({row["move_id"] for row in rows if row["amount_sign"] > 0})
        for row in rows:
            row["residual"], row["residual_company"] = Decimal(row["amount"]), Decimal(row["residual_company"])
            row["overdue_total"] = totals[row["partner_id"]]
            row["handed_over"] = handed_over.get(row["line_id"])
            row["not_arrived"] = refused.get(row["move_id"], "")
            row["in_payment"], row["payment"] = in_payment.get(row["line_id"], (ZERO, ""))
            row["paying"] = chosen[row["line_id"]].total if row["line_id"] in chosen else ZERO
        self._impute(rows, company, partners)

    @api.model
    def _with_rests(self, rows, company, partners, as_of, all_rests=False):
        """The open items, with the amounts of rests; without rests of which nothing is left."""
        if not any(row["is_rest"] for row in rows):
            return rows
        found = self.env["dunning.imputation"]._rests(company, partners, as_of, asked=None if all_rests else True)
        left = {rest.line_id: rest.residual for rests in found.values() for rest in rests}
        for row in rows:
            if row["is_rest"]:
                amount = left.get(row["line_id"], ZERO)
                row["amount"] = str(amount)
                row["residual_company"] = str((amount * Decimal(row["residual_company"])).quantize(CENT))
        return [row for row in rows if not row["is_rest"] or row["line_id"] in left]

    @api.model
    def _impute(self, rows, company, partners):
        """Put on each open claim what came in on it and what letters asked beyond it; on each credit what it is for."""
        imputation = self.env["dunning.imputation"]
        owed = {row["line_id"]: row["residual"] for row in rows if row["residual"] > 0}
        about = SQL("c.company_id = %s AND c.partner_id IN %s", company.id, partners)
        charged, receipts = imputation._charged(about, owed)
        partly = [row["line_id"] for row in rows if row["is_partly"] and row["line_id"] not in receipts]
        receipts = {**receipts, **(imputation._receipts(partly) if partly else {})}
        paid = imputation._paid_by([row["line_id"] for row in rows if row["is_partly"] and row["residual"] < 0])
        for row in rows:
            item = None if row["is_rest"] else row["line_id"]
            row["charged"], row["receipts"] = charged.get(item), receipts.get(item, ())
            row["granted"] = self._granted(row)
            if row["residual"] < 0:
                credited = {row["credited"]} if row["credited"] else set()
                row["meant"] = paid.get(row["line_id"], frozenset()) | credited

    @api.model
    def _granted(self, row):
        """The cash discount that the terms grant over what is owed of an item; zero where nothing came in on it yet."""
        if not row["discount"] or not row["receipts"] or row["is_rest"]:
            return ZERO
        owed = row["residual"] + sum((amount for _day, amount in row["receipts"]), ZERO)
        return granted(Decimal(row["discount"]), Decimal(row["billed"]), owed)

    @api.model
    def _by_debtor(self, rows, company, partners, without, holds):
        """The open items by debtor: ``{partner id: (claims, credits, a row that tells of the person)}``."""
        past, debtors = self.env["dunning.history"], defaultdict(lambda: ([], [], None))
        under_way = past._letters_under_way(company, partners, without)
        history = past._of_claims(company, partners, without)
        choose = self.env["dunning.procedure"]._chooser(company)
        usable = self._usable_procedures(company)
        self._returned(company, rows, history, without)
        for row in rows:
            claims, own_credits, _row = debtors[row["partner_id"]]
            debtors[row["partner_id"]] = (claims, own_credits, row)
            if row["residual"] > 0:
                claims.append(self._claim(row, choose, usable, holds, under_way, history))
            else:
                own_credits.append(self._credit(row))
        self._carry([claims for claims, _credits, _row in debtors.values()])
        return debtors

    @api.model
    def _weigh(self, found, company, as_of):
        """Put on claims the interest that each bears, in place, where it says which of them a credit pays first.

        Only of debtors who have credits and claims under several laws: of all others the oldest claim goes first.

        :param found: ``(claims, credits, row)`` per debtor.
        """
        found = [one for one in found if one[1] and len({(claim.kind, claim.regime) for claim in one[0]}) > 1]
        countries = self.env["res.country"].browse({row["country_id"] for *_items, row in found})
        codes = {country.id: country.code for country in countries}
        regimes = self.env["dunning.regime"].with_company(company)
        in_force = regimes._regime_map(as_of) if found else None
        for claims, _credits, row in found:
            for place, claim in enumerate(claims):
                own = regimes.browse(claim.regime) or in_force.find(codes[row["country_id"]], claim.kind)
                claims[place] = replace(claim, percent=self._percent(own, company, as_of))

    @api.model
    def _percent(self, regime, company, as_of):
        """The yearly interest under a regime on a day; zero where it gives none."""
        if not regime.interest_table_id or (regime.interest_needs_clause and not regime._agreed_rate(company)):
            return ZERO
        try:
            return regime._capped_rate_table(regime._agreed_rate(company)).percent_on(as_of)
        except (RegimeError, LawError):  # the letter says what is missing
            return ZERO

    @api.model
    def _returned(self, company, rows, history, without):
        """Put on each row what came back of its item: ``came_back`` as ``(procedure id, ids)`` as long as its debtor
        was not told of it and a step for that is left, and ``undone`` where nobody said yet what happened.
        """
        claims = [row for row in rows if row["residual"] > 0 and not row["is_rest"]]
        found = self.env["dunning.return"]._facts([row["line_id"] for row in claims], without)
        procedure = found and self.env["dunning.procedure"]._for_returns(company)
        steps = set(procedure.level_ids.filtered("active").ids) if procedure else set()
        for row in rows:
            row["came_back"] = row["undone"] = None
        for row in claims if steps else ():
            untold, undone = found.get(row["line_id"], ((), None))
            row["undone"] = undone and Undone(Decimal(undone[0]), undone[1])
            if untold and steps - history.get(row["line_id"], NO_HISTORY).levels:
                row["came_back"] = procedure.id, untold

    @api.model
    def _carry(self, found):
        """Let the steps that claims took on the ladder of another procedure count on that of today, in place.

        :param found: lists of ``Claim``.
        """
        pairs = {(claim.procedure, claim.levels_done) for claims in found for claim in claims if not claim.rest}
        pairs |= {(c.returned.procedure, c.levels_done) for claims in found for c in claims if c.returned}
        carried = self.env["dunning.procedure"]._carried(pairs)
        for claims in found:
            for place, claim in enumerate(claims):
                # a rest has a ladder of its own, on which the letters about its invoice are no steps
                had = claim.levels_done
                levels = None if claim.rest else carried.get((claim.procedure, had))
                if back := claim.returned:
                    own = replace(back, levels_done=carried.get((back.procedure, had), had))
                    claims[place] = claim = replace(claim, returned=own)
                if levels is not None and levels != had:
                    claims[place] = replace(claim, levels_done=levels)

    @api.model
    def _person(self, row, langs=None):
        """What a ``Debtor`` knows of the person: name, contacts and the ways in which he can be reached.

        :param langs: of somebody outside who may get his letters, by id as text.
        """
        return {
            "name": row["partner_name"] or "",
            "has_email": not row["mail_problem"],
            "has_address": bool(row["has_address"]),
            "mail_problem": row["mail_problem"] or "",
            "contacts": tuple(Contact(*contact) for contact in row["contacts"] or ()),
            "extra": {name: row[name] for name in ("lang", "country_id", "escalation", "langs")}
            | ({"langs": {**(row["langs"] or {}), **langs}} if langs else {}),
        }

    @api.model
    def _agreements(self, company, partners):
        """Per kind of ``engine.facts.Debtor`` field, what people noted: disputes, promises and payment plans."""
        return {
            "disputes": self.env["dunning.dispute"]._facts(company, partners),
            "promises": self.env["dunning.promise"]._facts(company, partners),
            "plans": self.env["dunning.payment.plan"]._facts(company, partners),
        }

    @api.model
    def _overdue_totals(self, rows, as_of):
        """Per debtor what is overdue altogether, in company currency: it chooses between bands of amounts.

        Of a debtor with nothing overdue yet what will be.
        """
        overdue, ahead = defaultdict(lambda: ZERO), defaultdict(lambda: ZERO)
        for row in rows:
            if row["amount_sign"] > 0:
                late = row["due_date"] is None or row["due_date"] < as_of
                (overdue if late else ahead)[row["partner_id"]] += Decimal(row["residual_company"])
        return defaultdict(lambda: ZERO, {**ahead, **overdue})

    @api.model
    def _usable_procedures(self, company):
        """Procedures that an invoice or partner of this company may name: active, and shared or its own."""
        return set(self.env["dunning.procedure"].sudo().search([("company_id", "in", (False, company.id))]).ids)

    @api.model
    def _claim(self, row, choose, usable, holds, under_way, history):
        named = [id_ for id_ in (row["own_procedure"], row["partner_procedure"]) if id_ in usable]
        procedure = named[0] if named else choose(row["country_id"], row["kind"], row["overdue_total"], row["payer"])
        returned = None
        if back := row["came_back"]:
            returned, procedure = Returned(back[1], procedure), back[0]
        open_letter, failed_letter = under_way.get(row["line_id"], (None, None))
        past = history.get(row["line_id"], NO_HISTORY)
        return Claim(
            line_id=row["line_id"],
            move_id=row["move_id"],
            number=row["number"],
            currency=row["currency"],
            residual=row["residual"],
            residual_company=row["residual_company"],
            due_date=row["due_date"],
            procedure=procedure,
            kind=row["kind"],
            levels_done=past.levels,
            level_sent_on=past.sent_on,
            level_claimable_from=past.claimable_from,
            sent=row["sent"],
            no_followup=row["no_followup"],
            hold=holds.get((row["partner_id"], row["move_id"])),
            open_letter=open_letter,
            failed_letter=failed_letter,
            instalment=row["instalments"] > 1,
            regime=past.regime,
            notice=past.notice,
            default_from=past.default_from,
            term_ends=past.term_ends,
            periodic=row["periodic"],
            in_payment=row["in_payment"],
            payment=row["payment"],
            sent_on=row["sent_on"] if row["sent"] else None,
            not_arrived=row["not_arrived"],
            addressee=row["addressee"],
            dated=row["dated"],
            taken_in=row["taken_in"],
            receipts=row["receipts"],
            charged=row["charged"],
            rest=row["is_rest"],
            discount=row["granted"],
            discount_until=row["discount_date"] if row["granted"] else None,
            returned=returned,
            undone=row["undone"],
            by_hand=row["by_hand"],
            not_before=row["not_before"],
            paying=row["paying"],
            handed_over=row["handed_over"],
        )

    @api.model
    def _credit(self, row):
        amount, meant = -row["residual"], frozenset(row["meant"])
        number, currency, line_id = row["number"], row["currency"], row["line_id"]
        return Credit(number, currency, amount, row["under_way"], meant, row["is_money"], line_id)

    @api.model
    def _holds(self, company, partners):
        """Running holds by (commercial partner, invoice or None). Of several, the one that ends last counts."""
        self.env.cr.execute(
            SQL(
                """
                SELECT p.commercial_partner_id AS partner_id, h.move_id, h.date_until, h.reason
                  FROM dunning_hold h
                  JOIN res_partner p ON p.id = h.partner_id
                 WHERE h.active AND h.company_id = %s AND p.commercial_partner_id IN %s
                 ORDER BY h.date_until NULLS LAST, h.id
                """,
                company.id,
                partners,
            )
        )
        return {
            (partner_id, move_id): Hold(until, reason) for partner_id, move_id, until, reason in self.env.cr.fetchall()
        }
