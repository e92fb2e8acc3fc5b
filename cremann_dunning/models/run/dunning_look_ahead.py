from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from odoo import api, models

from ...engine import rules
from ...engine.facts import Notice
from ...engine.outcome import Decision, LetterPlan, Outcome
from ...engine.simulate import Made, simulate
from ..rules.regime_map import RegimeError
from .dunning_run_context import RunContext


class LookAheadContext(RunContext):
    """What all letters of a simulation share. It opens no cases and is taken from day to day."""

    def __init__(self, run, debtors, levels):
        # one plan for every level and one with every claim: the facts for all letters that there can be, read at once
        claims = tuple(Decision(claim, "LETTER", {}) for debtor in debtors for claim in debtor.claims)
        plans = [LetterPlan(0, "", None, level, "", ()) for level in levels]
        super().__init__(run, [Outcome((), (*plans, LetterPlan(0, "", None, levels[0], "", claims)))])
        self._terms = {}
        self._notices = 0

    def _cases(self, plans):
        return defaultdict(self.env["dunning.case"].browse)

    def made(self, vals):
        """What a letter with these values does to its claims once it goes out today, see ``engine.simulate.Made``."""
        lines = [command[2] for command in vals["line_ids"]]
        made = Made(vals, demanded=frozenset(line["move_line_id"] for line in lines if line["principal_part"]))
        if vals["legal_type"] == rules.STATUTORY_NOTICE:
            return replace(made, notice=self._notice(vals), regime=vals["regime_id"])
        if not vals["deadline"]:
            return made
        regime, channel = self.env["dunning.regime"].browse(vals["regime_id"]), self._law_channel(vals)
        country = regime.country_id.code or self.company.country_id.code
        letters = self.env["dunning.letter"]
        day = letters._default_from(country, self.date, vals["deadline"], self.date, channel)
        ends = max(filter(None, (day, vals["deadline"] + timedelta(days=1))))
        return replace(made, default_from=day or None, term_ends=ends)

    def _notice(self, vals):
        """The statutory notice that these values make; None when it gives no term."""
        ends = self._claimable_from(vals)
        if not ends:
            return None
        self._notices += 1
        figures = (vals[name] for name in ("amount_costs_announced", "amount_costs_vat", "costs_vat_rate"))
        # no letter has a negative id
        return Notice(-self._notices, self.date, ends, *(Decimal(str(figure)) for figure in figures))

    @staticmethod
    def _law_channel(vals):
        """All paper takes the time of the post: a look ahead knows no day on which a letter was handed over."""
        return "post" if vals["channel"] in rules.PAPER_CHANNELS else "email"

    def _claimable_from(self, vals):
        """First day after the free term of a statutory notice that goes out today; None when it gives none."""
        key = vals["regime_id"], vals["channel"], self.date
        if key not in self._terms:
            regime = self.env["dunning.regime"].browse(vals["regime_id"])
            try:
                term = regime.free_term(self.date, self._law_channel(vals))
            except RegimeError:
                term = None
            self._terms[key] = term and term.claimable_from
        return self._terms[key]


class DunningLookAhead(models.AbstractModel):
    """The letters of the days to come, by the same engine. Nothing of it is written anywhere."""

    _name = "dunning.look.ahead"
    _description = "Look ahead"

    @api.model
    def _letters(self, company, end, partner_ids=None, changed=None, look=True):
        """The letters as the engine sends them, each with the values of the draft it would be.

        Drafts that lie ready are left out of the facts: they are among the letters to come.

        :param end: last day. :param partner_ids: commercial partners to limit it to. :param changed: a function of a
            debtor, for one who is looked at as if something were otherwise. :param look: see ``dunning.gather.facts``.
        :return: iterator of ``engine.simulate.Sent``; its content is as for ``dunning.letter.create``.
        """
        start = company._dunning_today()
        drafts = [("company_id", "=", company.id), ("state", "=", "draft")]
        if partner_ids is not None:
            drafts.append(("partner_id", "in", partner_ids))
        without = self.env["dunning.letter"].search(drafts)
        debtors = self.env["dunning.gather"].facts(company, start, partner_ids, without, until=end, look=look)
        if changed:
            debtors = [changed(debtor) for debtor in debtors]
        procedures, house = self.env["dunning.engine"]._rules(company, debtors)
        levels = [level for procedure in procedures.values() for level in procedure.levels]
        if not levels:
            return iter(())
        run = self.env["dunning.run"].new({"company_id": company.id, "date": start, "user_id": self.env.uid})
        context = LookAheadContext(run, debtors, levels)

        def make(debtor, plan, day):
            if context.date != day:
                context.move_to(day)
            try:
                vals = self.env["dunning.draft"]._prepare_vals(plan, debtor, context)
            except RegimeError:
                return None
            return context.made(vals)

        used = self.env["dunning.reaching"]._used(company, start, without.ids) if house.firm_max else 0
        return simulate(debtors, procedures, start, end, house, make, used)
