from dataclasses import dataclass
from typing import Any

from odoo import api, models
from odoo.tools import LazyTranslate, format_date, format_list

from ...engine import handover as engine
from ...engine.agreed import Part
from ...engine.facts import ZERO
from ..dunning_money import written
from ..rules.regime_map import RegimeError

_lt = LazyTranslate(__name__)

# One sentence for each code of engine/handover.py. A test holds the two lists equal.
SENTENCES = {
    "PARTY_REFUSED": _lt("%(sentence)s"),
    "PARTY_OLD": _lt(
        "When its registration was last looked up: %(date)s. Look it up again: it may have ended, and then it may not "
        "collect."
    ),
    "PARTY_FINE": _lt("It is registered; looked up on %(date)s."),
    "WITH_PARTY": _lt("%(numbers)s is with a party already. Recall it first."),
    "NOT_OVERDUE": _lt("%(numbers)s is not overdue."),
    "NOTHING_OPEN": _lt(
        "Nothing is asked of %(numbers)s any more: it was paid or credited, or a payment is under way."
    ),
    "INSOLVENT": _lt("The debtor is insolvent: %(numbers)s is filed with the trustee, and nobody else may collect it."),
    "AGREED": _lt("About %(numbers)s a promise or payment plan runs. End it first, when it was not kept."),
    "TERM_RUNNING": _lt("The free term that the statutory letter gives for %(numbers)s runs until %(date)s."),
    "TERM_GIVEN": _lt("The last letter about %(numbers)s gives the debtor time until %(date)s."),
    "NO_NOTICE": _lt(
        "No statutory letter with its free term went for %(numbers)s: without it the debtor owes no costs, and the "
        "party has to send it first."
    ),
    "NOTICE_FINE": _lt("The statutory letter went and its term ran out. Proof of receipt: %(proof)s."),
    "NOT_IN_DEFAULT": _lt("For %(numbers)s the debtor was given no term to pay that has run out."),
    "DEFAULT_FINE": _lt("The debtor is in default."),
    "DISPUTED": _lt("The debtor disputes %(numbers)s."),
    "REPLIED": _lt("The debtor replied on %(date)s, and nobody has handled it."),
    "CARE": _lt("This debtor is treated with care: speak with him first."),
    "HELD": _lt("%(numbers)s is on hold, or waits for what a person decides."),
    "RECEIPT": _lt("Money of the debtor came in that is not booked, or a payment was undone. Book it first."),
    "LETTER_UNDER_WAY": _lt("A letter about %(numbers)s is under way. It does not leave any more."),
    "LAPSED": _lt("A claim may have lapsed on %(date)s."),
    "LAPSES": _lt("A claim may lapse after %(date)s: %(days)s days. Tell the party."),
    "LAPSES_LATER": _lt("No claim lapses within half a year."),
    "COSTS": _lt("Interest of %(interest)s and costs of %(costs)s are what the rules allow today."),
    "NO_FEE": _lt("The party may ask this consumer nothing beyond what is owed to you."),
}
PROOFS = {
    "none": _lt("nothing proven"), "sent": _lt("sent"), "delivered": _lt("delivered"), "read": _lt("read"),
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What a look at the claims of one debtor came to: its ``claims``, ``parts`` per item id, and the ``answers``."""

    claims: Any
    parts: dict
    answers: tuple[engine.Answer, ...]


class DunningHandoverLook(models.AbstractModel):
    """Asks ``engine.handover`` about claims of many debtors: what it has to know, in a fixed number of statements."""

    _name = "dunning.handover.look"
    _description = "Look at claims before they are handed over"

    @api.model
    def _looks(self, claims, party):
        """What stands in the way of handing these claims of one company over today: ``{case: Look}``.

        :param party: None to ask without one.
        """
        company = claims.company_id
        partners = claims.partner_id.commercial_partner_id
        # sudo: the facts decide, whatever the user may read of them
        this = self.sudo().with_company(company)
        debtors, outcomes = this.env["dunning.engine"]._answers_now(company, partners.ids)
        debtors = {debtor.partner_id: debtor for debtor in debtors}
        decisions = {d.claim.line_id: d for outcome in outcomes for d in outcome.decisions}
        asked = this.env["dunning.asked"]._parts(company, partners.ids)
        parts = {part.claim.line_id: part for own in asked.values() for part in own}
        # sudo: as above
        frozen = this.env["dunning.handover.claim"].search([("claim_id", "in", claims.ids), ("is_frozen", "=", True)])
        held = {row.claim_id.id: row.handover_id.party_name or "" for row in frozen}
        proofs = this._proofs(parts.values())
        found, regimes = {}, this.env["dunning.regime"]._regime_map(company._dunning_today())
        for case, own in claims.sudo().grouped("case_id").items():
            debtor = debtors.get(case.partner_id.commercial_partner_id.id)
            handed = tuple(this._handed(claim, debtor, decisions, parts, held, proofs) for claim in own)
            file = this._file(case, debtor, handed, party, regimes)
            here = {claim.move_line_id.id: parts.get(claim.move_line_id.id) for claim in own}
            found[case] = Look(own, here, engine.check(file))
        return found

    @api.model
    def _proofs(self, parts):
        """How well the receipt of statutory letters is proven: ``{letter id: grade}``."""
        ids = {part.claim.notice.letter_id for part in parts if part.claim.notice}
        letters = self.env["dunning.letter"].browse(sorted(ids)).exists()
        return {letter.id: letter.receipt_grade for letter in letters}

    @api.model
    def _handed(self, claim, debtor, decisions, parts, held, proofs):
        """One claim as the engine reads it. What the ledger knows nothing of any more has nothing open."""
        line_id, today = claim.move_line_id.id, claim.company_id._dunning_today()
        part: Part | None = parts.get(line_id)
        decision = decisions.get(line_id)
        if part is None:
            overdue = not claim.date_due or claim.date_due < today
            return engine.Handed(line_id, claim.number or "", frozenset(), ZERO, overdue, party=held.get(claim.id, ""))
        facts = part.claim
        known = next((one for one in debtor.claims if one.line_id == line_id), facts) if debtor else facts
        code = decision.code if decision else ""
        codes = engine.obstacles(debtor, known, code, today) if debtor else frozenset()
        return engine.Handed(
            line_id, claim.number or "", codes, part.principal or part.disputed, facts.is_overdue(today),
            part.interest, part.costs, facts.notice, facts.default_from, facts.ends,
            proofs.get(facts.notice.letter_id, "none") if facts.notice else "none", held.get(claim.id, ""),
        )  # fmt: skip

    @api.model
    def _file(self, case, debtor, handed, party, regimes):
        company, person = case.company_id, case.partner_id.commercial_partner_id
        today = company._dunning_today()
        country = (person.country_id or company.country_id).code or ""
        kind = person.with_company(company).dunning_debtor_kind or "unknown"
        try:
            regime = regimes.for_debtor(country, kind)
        except RegimeError:
            regime = self.env["dunning.regime"]
        return engine.File(
            on=today,
            country=country,
            kind=kind,
            claims=handed,
            needs_notice=regime.costs_need_statutory_notice,
            term_agreed=company.dunning_term_agreed,
            care=bool(debtor and debtor.care and debtor.care.covers(today)),
            replied_on=debtor.reply_on if debtor else None,
            lapses_on=case.limitation_date or None,
            refusal=party._refusal(case, today) if party else None,
            registered=bool(party) and party._needs_registration(case),
            looked_up=(party and party.checked_on) or None,
        )

    @api.model
    def _sentence(self, answer, currency=None):
        """An answer in the reader's language, with the article that it rests on."""
        facts = {name: self._word(name, value, currency) for name, value in answer.facts.items()}
        sentence = self.env._(SENTENCES[answer.code])
        sentence %= facts
        return f"{sentence} ({answer.article})" if answer.article else sentence

    @api.model
    def _word(self, name, value, currency):
        env = self.env
        if name == "numbers":
            return format_list(env, list(value))
        if name == "proof":
            return env._(PROOFS.get(value, PROOFS["none"]))
        if name == "date":
            return format_date(env, value) if value else env._("never")
        if name in ("costs", "interest"):
            return written(env, float(value), currency or env.company.currency_id)
        return value
