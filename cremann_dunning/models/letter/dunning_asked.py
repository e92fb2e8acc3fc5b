from collections import defaultdict
from dataclasses import replace

from odoo import api, models

from ...engine import decide as engine
from ...engine.agreed import Part
from ...engine.facts import ZERO, Credit
from ...engine.outcome import LetterPlan, Outcome, Question
from ...engine.rules import PRE_DUE, protection
from ...law.calendar import add_months
from ..rules.regime_map import RegimeError
from ..run.dunning_run_context import RunContext

# Claims that fall due within so many months may be agreed on as well.
AHEAD_MONTHS = 120


class DunningAsked(models.AbstractModel):
    """What is asked of debtors on a day, claim by claim: what people agree on with them is that, to the cent.

    Principal, own credits, disputes and payments under way are the engine's answer. Interest and costs are those of the
    letter that would go out today, or, where none would, of the last one that went, reckoned to today. What is left of
    costs and interest of an invoice that is paid is asked as well, whether or not somebody said that letters go on.
    """

    _name = "dunning.asked"
    _description = "What is asked of a debtor"

    @api.model
    def _parts(self, company, partner_ids):
        """What is asked of these debtors today where the company is; in sets, whatever their number.

        A letter that was made and has not gone out is no obstacle: it is what would go out. Nor are a reply to handle
        and a receipt that is not booked, which is taken off like any other money of the debtor.

        :param partner_ids: commercial partners. :return: ``{partner id: [engine.agreed.Part, ...]}``.
        """
        # sudo: the facts decide, whatever the user may read of them
        this = self.sudo().with_company(company)
        debtors, question = this._open_now(company, partner_ids)
        found = {now.partner_id: parts for now, parts in debtors}
        plans = [plan for now, _parts in debtors for plan in self._letters_of(now, question)]
        plans += this._last_letters(company, [now for now, _parts in debtors], plans, found, question.procedures)
        this._add_charges(company, plans, found)
        return {partner_id: list(parts.values()) for partner_id, parts in found.items()}

    @api.model
    def _open_now(self, company, partner_ids):
        """What is open of these debtors today and asked of them, without the interest and costs of a letter.

        :return: ``[(engine.facts.Debtor as if his receipts were booked, {line id: Part})]``, and the question.
        """
        # sudo: the facts decide, whatever the user may read of them
        this, today = self.sudo().with_company(company), company._dunning_today()
        debtors, question = this._facts_now(company, partner_ids, ("draft", "issued", "failed"), all_rests=True)
        just_in = this.env["dunning.ledger"]._unmatched(company, tuple(partner_ids), today) if debtors else {}
        found = []
        for debtor in debtors:
            fresh = just_in.get(debtor.partner_id, ZERO)
            before = self._with_receipts(debtor, company, debtor.unmatched - fresh)
            now = self._with_receipts(before, company, fresh)
            found.append((now, self._principals(before, now, question)))
        return found, question

    @api.model
    def _facts_now(self, company, partner_ids, states, also=None, all_rests=False):
        """What is known of debtors today, with all that falls due later, as if letters that wait were not there.

        :param states: of the letters that do not count. :param also: more of them. :param all_rests: as for
            ``dunning.gather.facts``. :return: ``([engine.facts.Debtor], engine.outcome.Question)``.
        """
        # sudo: the facts decide, whatever the user may read of them
        this, today = self.sudo().with_company(company), company._dunning_today()
        waiting = this.env["dunning.letter"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id.commercial_partner_id", "in", list(partner_ids)),
                ("state", "in", states),
            ]
        )
        debtors = this.env["dunning.gather"].facts(
            company,
            today,
            list(partner_ids),
            without_letters=waiting | also if also else waiting,
            until=add_months(today, AHEAD_MONTHS),
            all_rests=all_rests,
        )
        procedures, house = this.env["dunning.engine"]._rules(company, debtors)
        return debtors, Question(today, house=house, procedures=procedures)

    @api.model
    def _with_receipts(self, debtor, company, amount):
        """The debtor as if a receipt were booked, and nothing waited for it or for an answer to him."""
        booked = (Credit("", company.currency_id.name, amount),) if amount > 0 else ()
        return replace(debtor, credits=debtor.credits + booked, unmatched=ZERO, receipts=(), reply_on=None)

    @api.model
    def _letters_of(self, debtor, question):
        """The letters that would go out today, and those that only a promise or a plan holds back: another agreement
        about the same claims comes in its place."""
        outcome = engine.decide(debtor, question.procedures, question.as_of, house=question.house)
        letters = outcome.letters + self._handovers_of(debtor, outcome, question)
        if debtor.promises or debtor.plans:
            free = replace(debtor, promises=(), plans=())
            taken = {decision.claim.line_id for plan in letters for decision in plan.decisions}
            for plan in engine.decide(free, question.procedures, question.as_of, house=question.house).letters:
                rest = tuple(decision for decision in plan.decisions if decision.claim.line_id not in taken)
                letters += (replace(plan, decisions=rest),) if rest else ()
        return [(debtor, plan) for plan in letters]

    @api.model
    def _handovers_of(self, debtor, outcome, question):
        """The letters that would follow if what is ready for hand-over were handed over today."""
        groups = defaultdict(list)
        for decision in outcome.decisions:
            if decision.code == "HANDOVER_DUE":
                groups[decision.claim.currency, decision.claim.procedure].append(replace(decision, code="LETTER"))
        return tuple(
            LetterPlan(
                debtor.partner_id,
                currency,
                question.procedures[procedure],
                own[0].level,
                own[0].level.channel,
                tuple(own),
            )
            for (currency, procedure), own in groups.items()
        )

    @api.model
    def _received(self, company, debtor, question):
        """How much of each claim a receipt that names the debtor and is not booked yet covers: by line id."""
        if not debtor or not debtor.unmatched or not question:
            return {}
        then, now = (
            engine.asked_of(one, question.procedures, question)
            for one in (debtor, self._with_receipts(debtor, company, debtor.unmatched))
        )
        return {line_id: max(amount - now[line_id], ZERO) for line_id, amount in then.items()}

    @api.model
    def _principals(self, before, now, question):
        """The parts of a debtor by line id, without interest and costs.

        :param before: the debtor without what came in today, which is booked later than the agreement is made.
        """
        then, asked = (engine.asked_of(debtor, question.procedures, question) for debtor in (before, now))
        disputed, _covered = engine.taken_off(now, question.procedures, question)
        alone = engine.left_alone(replace(now, promises=()), question.procedures, question)
        return {
            claim.line_id: Part(
                claim,
                asked[claim.line_id],
                coming=min(claim.in_payment, claim.residual) + max(then[claim.line_id] - asked[claim.line_id], ZERO),
                disputed=disputed.get(claim.line_id, (ZERO, None))[0],
                late=claim.is_overdue(question.as_of),
                asked=claim.is_overdue(question.as_of) and claim.line_id not in alone,
            )
            for claim in now.claims
        }

    @api.model
    def _last_letters(self, company, debtors, plans, found, procedures):
        """What the last letter about each claim would ask today, for claims that no letter of today asks for.

        :return: ``[(debtor, engine.outcome.LetterPlan), ...]``.
        """
        today = company._dunning_today()
        taken = {d.claim.line_id for _debtor, plan in plans for d in plan.decisions if plan.demands(d, today)}
        parts = {line_id: part for own in found.values() for line_id, part in own.items() if line_id not in taken}
        lines = self.env["dunning.letter.line"].search(
            [
                ("company_id", "=", company.id),
                ("move_line_id", "in", [line_id for line_id, part in parts.items() if part.principal]),
                ("principal_part", "=", True),
                ("state", "=", "sent"),
                ("letter_id.legal_type", "!=", PRE_DUE),
                ("letter_id.level_id", "!=", False),
            ]
        )
        oldest_first = lines.sorted(lambda line: (line.letter_id.sent_on, line.letter_id.id))
        last = {line.move_line_id.id: line.letter_id for line in oldest_first}
        # whoever owes a claim today, who need not be who got the letter
        owes = {claim.line_id: debtor for debtor in debtors for claim in debtor.claims}
        by_letter = defaultdict(list)
        for line_id, letter in last.items():
            by_letter[owes[line_id], letter].append(parts[line_id])
        return [
            (debtor, plan)
            for (debtor, letter), own in by_letter.items()
            if (plan := self._again(letter, debtor, own, procedures))
        ]

    @api.model
    def _again(self, letter, debtor, parts, procedures):
        """A letter that went as if it went again about these claims; None where its step is gone."""
        procedure = procedures.get(letter.procedure_id.id) or letter.procedure_id._engine_procedure(letter.company_id)
        level = next((level for level in procedure.levels if level.id == letter.level_id.id), None)
        if not level:
            return None
        decisions = tuple(engine.Decision(p.claim, "LETTER", {}, level, open=p.principal) for p in parts)
        return LetterPlan(debtor.partner_id, letter.currency_id.name, procedure, level, letter.channel, decisions)

    @api.model
    def _add_charges(self, company, plans, found):
        """Put interest and costs of these letters on their claims; one that the rules cannot reckon asks for none."""
        if not plans:
            return
        run = self.env["dunning.run"].new({"company_id": company.id, "user_id": self.env.uid})
        run.date = company._dunning_today()
        context = RunContext(run, [Outcome((), (plan,)) for _debtor, plan in plans])
        for debtor, plan in plans:
            parts = found[debtor.partner_id]
            demanded = [
                replace(decision, open=parts[decision.claim.line_id].principal)
                for decision in plan.decisions
                if plan.demands(decision, context.date) and parts[decision.claim.line_id].principal
            ]
            if not demanded:
                continue
            try:
                costs, interest = self._charges(context, debtor, plan, demanded)
            except RegimeError:
                continue
            for decision in demanded:
                line_id = decision.claim.line_id
                own = interest.get(line_id, (ZERO, None))[0]
                parts[line_id] = replace(parts[line_id], interest=own, costs=costs.get(line_id, (ZERO, ZERO))[0])

    @api.model
    def _charges(self, context, debtor, plan, demanded):
        """Costs and interest of a letter by claim, see ``Charges.cost_parts`` and ``RunContext.amounts``.

        :raises RegimeError: the rules do not say.
        """
        kind = min((decision.claim.kind for decision in demanded), key=protection)
        regime, level = context.rules(debtor, kind, demanded), context.levels[plan.level.id]
        # where a claim stands on its ladder plays no part in what is asked for it
        claims = [context.on_letter(replace(d, code="LISTED"), plan.procedure, True) for d in demanded]
        charges = context.charges(debtor, regime, level, kind, plan.currency, claims)
        amounts, interest = context.amounts(charges, level, context.lang(debtor, plan.recipient), context.tone(debtor))
        return charges.cost_parts(amounts["amount_costs"]), interest
