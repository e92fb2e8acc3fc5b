from datetime import timedelta

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import AccessError

from ...engine import rules
from ...engine.axis import axis
from .regime_map import RegimeError

KINDS = ("business", "consumer", "public")
# The steps that a debtor must have had: what says that paper proves more than a mail.
HEAVY = (rules.STATUTORY_NOTICE, rules.NOTICE_OF_DEFAULT, rules.FINAL_NOTICE)


class DunningPreset(models.AbstractModel):
    """Which procedures hold for the debtors of a company, the shipped ones beside its own, and how they look."""

    _name = "dunning.preset"
    _description = "Procedures That Ship"

    @api.model
    def _in_force(self, company):
        """``{kind: (the procedure that holds, the shared one that would without the company's own)}``, where one is."""
        procedures, country = self.env["dunning.procedure"], company.country_id.id
        chosen, shared = procedures._chooser(company), procedures._chooser(company.browse())
        found = {}
        for kind in KINDS:
            if id_ := chosen(country, kind):
                found[kind] = procedures.browse(id_), procedures.browse(shared(country, kind))
        return found

    @api.model
    def _own(self, company):
        """The company's own procedures that go before a shared one."""
        own = [mine for mine, shared in self._in_force(company).values() if shared and mine.company_id == company]
        return self.env["dunning.procedure"].union(*own)

    @api.model
    def _put_before_own(self, company):
        """Let the shared procedures hold: the company's own stay as they are, and are chosen by hand only."""
        self._own(company).automatic_choice = False

    @api.model
    def _drawn(self, company):
        """The procedures in force on an axis of days, as HTML."""
        labels = dict(self.env["res.partner"]._fields["dunning_kind_set"]._description_selection(self.env))
        for_whom = {}
        for kind, (procedure, _shared) in self._in_force(company).items():
            for_whom.setdefault(procedure, []).append(kind)
        rows = [
            {
                "name": procedure.name,
                "own": procedure.company_id == company,
                "kinds": ", ".join(labels[kind] for kind in kinds),
                "stops": self._stops(company, procedure, kinds[0]),
            }
            for procedure, kinds in for_whom.items()
        ]
        last = max((stop["right"] for row in rows for stop in row["stops"]), default=1)
        values = {"rows": rows, "at": lambda day: f"{day * 100 / (last or 1):.1f}%", "ticks": range(0, last + 1, 7)}
        return self.env["ir.qweb"]._render("cremann_dunning.dunning_axis", values) if rows else Markup()

    @api.model
    def _stops(self, company, procedure, kind):
        today, regimes = company._dunning_today(), self.env["dunning.regime"].with_company(company)
        levels = {level.id: level for level in procedure.level_ids}

        def term_ends(level, on):
            if level.legal_type == rules.STATUTORY_NOTICE:
                try:
                    regime = regimes.for_debtor(company.country_id.code, kind, today)
                    term = regime.free_term(on, levels[level.id].channel)
                except RegimeError:
                    return None
                return term.claimable_from if term else None
            days = levels[level.id].payment_term_days
            return on + timedelta(days=days + 1) if days else None

        ways = dict(self.env["dunning.level"]._fields["channel"]._description_selection(self.env))
        return [
            {
                "name": stop.level.name,
                "day": stop.day,
                "channel": ways[stop.level.channel],
                "paper": levels[stop.level.id]._has_paper_beside(),
                "automatic": stop.level.automatic,
                "until": stop.until,
                "by_law": stop.by_law,
                "heavy": stop.level.legal_type in HEAVY,
                "right": max(stop.until or 0, stop.day),
            }
            for stop in axis(procedure._engine_procedure(company), today, term_ends)
        ]

    # -- the heavy steps ----------------------------------------------------------------------------------------------

    @api.model
    def _heavy(self, company):
        """The heavy steps of the procedures in force that go by mail."""
        procedures = self.env["dunning.procedure"].union(*(mine for mine, _other in self._in_force(company).values()))
        return procedures.level_ids.filtered(
            lambda level: level.active and level.legal_type in HEAVY and level.channel == "email"
        )

    @api.model
    def _add_paper(self, company):
        """Let the heavy steps go on paper beside the mail, as the rights of the user allow; the levels changed."""
        levels = self._heavy(company).filtered(lambda level: not level._has_paper_beside())
        if levels.company_id - company:
            raise AccessError(self.env._("These steps belong to another company."))
        spare = levels.channel_ids.filtered(lambda line: line.channel == "print")
        spare.use = "also"
        self.env["dunning.level.channel"].create(
            [{"level_id": level.id, "channel": "print", "use": "also"} for level in levels - spare.level_id]
        )
        return levels
