from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo import api, models

from ...engine.facts import ZERO
from ...engine.rules import HANDOVER
from ..dunning_money import exact, written
from ..letter.dunning_asked import WAITING
from .dunning_account_words import AGREED, AT_THE_END, NOT_OURS, NOT_WORTH, follows
from .dunning_account_words import day as day_in_words

# What of a claim its letter says may be read with the key alone; what later letters asked may not.
COSTS, INTEREST = "costs", "interest"


@dataclass(frozen=True)
class Row:
    """One item on the page. Amounts are ``Decimal`` in the currency of the item: ``open`` in the ledger, ``asked`` of
    that after credits, disputes and payments under way, ``coming`` and ``disputed`` what was taken off for these,
    ``costs`` and ``interest`` what letters asked beyond it. ``now``: it is to be paid now."""

    item: models.BaseModel
    number: str
    order: str
    dated: date | None
    due: date | None
    late: bool
    days: int
    total: Decimal
    open: Decimal
    asked: Decimal
    coming: Decimal
    disputed: Decimal
    costs: Decimal
    interest: Decimal
    code: str
    now: bool
    handed_over: bool
    next: str
    document: models.BaseModel

    @property
    def currency(self):
        """That of the item."""
        return self.item.currency_id

    @property
    def left(self):
        """All that is to be paid for it at the moment."""
        return self.asked + self.costs + self.interest if self.now else ZERO


class DunningAccountItems(models.AbstractModel):
    """The open items of a debtor as his page tells of them, from the engine's answer of this moment."""

    _name = "dunning.account.items"
    _description = "Items on the debtor's page"

    @api.model
    def _rows(self, visit, facts):
        """What the visitor may see of what is open: ``([Row], [Row of an invoice that is paid but for its costs])``.

        :param facts: see ``_facts``.
        """
        company, today = visit.company, visit.company._dunning_today()
        debtor, question, parts, decisions = self._answers(company, facts)
        claims = {claim.line_id: claim for claim in debtor.claims} if debtor else {}
        beyond = self._beyond(visit, claims, today)
        rows = []
        for item in self._read_along(visit.items()):
            claim, part, decision = (found.get(item.id) for found in (claims, parts, decisions))
            rows.append(self._row(item, claim, part, decision, beyond, question, visit))
        shown = self._rests_shown(visit, claims)
        rests = [
            self._row(item, claims[item.id], parts.get(item.id), decisions.get(item.id), {}, question, visit)
            for item in self._read_along(shown)
        ]
        return rows, rests

    @api.model
    def _facts(self, visit):
        """What is known of the debtor today, as if no letter waited: a draft is nobody's business outside. Gathered
        once for all that a page says."""
        return self.env["dunning.asked"]._facts_now(visit.company, visit.partner.ids, WAITING, all_rests=True)

    @api.model
    def _answers(self, company, facts):
        """What the engine says about the debtor.

        :return: ``(debtor or None, question, {line id: engine.agreed.Part}, {line id: decision})``.
        """
        asked = self.env["dunning.asked"]
        debtors, question = facts
        if not debtors:
            return None, question, {}, {}
        [debtor] = debtors
        booked = asked._with_receipts(debtor, company, debtor.unmatched)
        parts = asked._principals(debtor, booked, question)
        outcome = self.env["dunning.engine"]._decide(debtor, question.procedures, question.as_of, house=question.house)
        return debtor, question, parts, {decision.claim.line_id: decision for decision in outcome.decisions}

    @api.model
    def _beyond(self, visit, claims, today):
        """Costs and interest by ``(line id, kind)``: what letters asked and is left; with a letter's key alone no more
        than that letter asked."""
        left = {}
        for line_id, claim in claims.items():
            if claim.charged and not claim.rest:
                left[line_id, COSTS] = claim.charged.costs_left(today)
                left[line_id, INTEREST] = claim.charged.interest_left
        if visit.known:
            return left
        lines = visit.letter._demanded_lines() if visit.letter else visit.letter.line_ids
        said = visit.letter._beyond_parts(lines) if left and lines else {}
        return {key: min(amount, said.get(key, ZERO)) for key, amount in left.items()}

    @api.model
    def _rests_shown(self, visit, claims):
        """The paid items of which costs or interest are left, as far as he may see them."""
        ids = {line_id for line_id, claim in claims.items() if claim.rest}
        if not visit.known:
            ids &= set(visit.letter.line_ids.filtered("is_rest").move_line_id.ids) if visit.letter else set()
        return self.env["account.move.line"].browse(sorted(ids))

    @api.model
    def _read_along(self, items):
        """The items, with all that their rows name read at once."""
        items.move_id.mapped("ref")
        items.currency_id.mapped("name")
        return items

    @api.model
    def _row(self, item, claim, part, decision, beyond, question, visit):
        """One item. What the engine does not know of is open, and nothing follows."""
        today, move = question.as_of, item.move_id
        due = claim.due_date if claim else item.date_maturity
        is_open = claim.residual if claim else exact(item.amount_residual_currency, item.currency_id)
        asked = part.principal if part else is_open
        late = claim.is_overdue(today) if claim else bool(due and due < today)
        handed = self._is_handed_over(claim, question)
        code = decision.code if decision and late else ""
        is_rest = bool(claim and claim.rest)
        now = late and code not in AGREED | NOT_OURS | NOT_WORTH and not handed
        return Row(
            item=item,
            number=claim.number if claim and claim.number else move.name or "",
            order=(move.ref or "") if move.is_invoice(include_receipts=True) else "",
            dated=claim.dated if claim else move.invoice_date or move.date,
            due=due,
            late=late,
            days=(today - due).days if late and due else 0,
            total=exact(item.amount_currency, item.currency_id),
            open=is_open,
            asked=asked,
            coming=part.coming if part else ZERO,
            disputed=part.disputed if part else ZERO,
            costs=ZERO if is_rest else beyond.get((item.id, COSTS), ZERO),
            interest=ZERO if is_rest else beyond.get((item.id, INTEREST), ZERO),
            code=code,
            now=now,
            handed_over=handed,
            next=self._next(visit, claim, decision, late, handed),
            document=move if move.is_invoice(include_receipts=True) else move.browse(),
        )

    @api.model
    def _is_handed_over(self, claim, question):
        """Whether a letter told the debtor that somebody else asks for it now."""
        procedure = question.procedures.get(claim.procedure) if claim else None
        steps = procedure.levels if procedure else ()
        return any(level.legal_type == HANDOVER and level.id in claim.levels_done for level in steps)

    @api.model
    def _next(self, visit, claim, decision, late, handed):
        """What follows, in plain words; nothing for what is not due."""
        env = visit.env
        if handed:
            party = visit.company.dunning_handover_party
            if party:
                return env._("This was handed over to %s. Please get in touch with them.", party)
            return env._("This was handed over for collection. Please get in touch with us.")
        if not decision or not late:
            return ""
        code = decision.code
        if code in AT_THE_END and claim.ends and claim.ends > visit.company._dunning_today():
            code = "PERIOD_RUNNING"  # the last letter of the ladder gives its term as any other does
        day = decision.on if decision.on and not self._has_free_term(claim, decision) else None
        facts = {
            "amount": self._written(env, decision.facts.get("amount")),
            "date": self._day(env, decision.facts.get("date")),
            "on": self._day(env, day),
        }
        return follows(env, code, facts)

    @api.model
    def _has_free_term(self, claim, decision):
        """Whether a term runs of which the debtor reads no date: it begins when the letter reaches him."""
        return decision.code == "PERIOD_RUNNING" or bool(claim.notice)

    @api.model
    def _written(self, env, fact):
        """An amount among the facts of a decision as the visitor writes it."""
        if not isinstance(fact, dict):
            return ""
        currency = env["res.currency"].search([("name", "=", fact["currency"])], limit=1)
        return written(env, float(fact["amount"]), currency)

    @api.model
    def _day(self, env, day):
        day = day.get("date") if isinstance(day, dict) else day
        return day_in_words(env, day)

    # -- sums -----------------------------------------------------------------------------------------------------

    @api.model
    def _sums(self, rows, rests):
        """What the rows come to, per currency: ``{currency: {"now", "principal", "costs", "interest", "later",
        "agreed", "disputed", "coming"}}``."""
        found = {}
        names = ("now", "principal", "costs", "interest", "later", "agreed", "disputed", "coming")
        for row in [*rows, *rests]:
            sums = found.setdefault(row.currency, dict.fromkeys(names, ZERO))
            sums["disputed"] += row.disputed
            sums["coming"] += row.coming
            if row.item.reconciled:  # a rest: what is asked of it is costs and interest
                sums["costs"] += row.asked if row.now else ZERO
                sums["now"] += row.asked if row.now else ZERO
                continue
            if not row.late:
                sums["later"] += row.asked
            elif row.code in AGREED:
                sums["agreed"] += row.asked + row.costs + row.interest
            if row.now:
                sums["principal"] += row.asked
                sums["costs"] += row.costs
                sums["interest"] += row.interest
                sums["now"] += row.left
        return found
