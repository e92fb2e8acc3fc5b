from datetime import timedelta

from markupsafe import Markup

from odoo import Command, api, models
from odoo.exceptions import AccessError, UserError

from ...engine import rules
from ...engine.axis import axis
from .dunning_preset_steps import PRESETS
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
        return self._draw(
            [
                {
                    "name": procedure.name,
                    "own": procedure.company_id == company,
                    "kinds": ", ".join(labels[kind] for kind in kinds),
                    "stops": self._stops(company, procedure, kinds[0]),
                }
                for procedure, kinds in for_whom.items()
            ]
        )

    @api.model
    def _draw(self, rows):
        """These procedures below each other, as HTML; nothing without any."""
        last = max((stop["right"] for row in rows for stop in row["stops"]), default=1)
        values = {"rows": rows, "at": lambda day: f"{day * 100 / (last or 1):.1f}%", "ticks": range(0, last + 1, 7)}
        return self.env["ir.qweb"]._render("cremann_dunning.dunning_axis", values) if rows else Markup()

    @api.model
    def _drawn_alone(self, company, procedure):
        """One procedure on an axis of days, for the kind of debtor that it is for, as HTML."""
        kind = "business" if procedure.debtor_kind == "any" else procedure.debtor_kind
        stops = self._stops(company, procedure, kind)
        return self._draw([{"name": "", "own": False, "kinds": "", "stops": stops}] if stops else [])

    @api.model
    def _axis(self, company, procedure, kind):
        """The steps of a procedure for one kind of debtor, see ``engine.axis``."""
        today, regimes = company._dunning_today(), self.env["dunning.regime"].with_company(company)
        levels = {level.id: level for level in procedure.level_ids}
        country = procedure.country_id or company.country_id

        def term_ends(level, on):
            if level.legal_type == rules.STATUTORY_NOTICE:
                try:
                    regime = regimes.for_debtor(country.code, kind, today)
                    term = regime.free_term(on, levels[level.id].channel)
                except RegimeError:
                    return None
                return term.claimable_from if term else None
            days = levels[level.id].payment_term_days
            return on + timedelta(days=days + 1) if days else None

        return axis(procedure._engine_procedure(company), today, term_ends)

    @api.model
    def _stops(self, company, procedure, kind):
        levels = {level.id: level for level in procedure.level_ids}
        ways = dict(self.env["dunning.level"]._fields["channel"]._description_selection(self.env))
        calls = self.env._("somebody calls")
        return [
            {
                "name": stop.level.name,
                "day": stop.day,
                "channel": calls if stop.level.legal_type == rules.CALL else ways[stop.level.channel],
                "paper": levels[stop.level.id]._has_paper_beside(),
                "automatic": stop.level.automatic or stop.level.legal_type == rules.CALL,
                "until": stop.until,
                "by_law": stop.by_law,
                "heavy": stop.level.legal_type in HEAVY,
                "right": max(stop.until or 0, stop.day),
            }
            for stop in self._axis(company, procedure, kind)
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

    # -- the presets --------------------------------------------------------------------------------------------------

    @api.model
    def _make(self, code, company, follows):
        """A procedure of a company's own, made from a preset; what is in its way is chosen by hand only from then on.

        :param code: a key of ``PRESETS``. :param follows: debtors follow it without being told to.
        :raises UserError: the procedure that it is made of was removed, or has too few steps left.
        """
        self.env["dunning.procedure"].check_access("create")
        preset, country = PRESETS[code], company.country_id
        source = self._source(preset, country.code)
        if follows:
            self._in_the_way(code, company).automatic_choice = False
        procedure = source.copy({"company_id": company.id, "sequence": source.sequence})
        procedure.write(
            {
                "name": self.env._(preset.name),
                "debtor_kind": preset.kind,
                "country_id": source.country_id.id if source.country_id else country.id,
                "check_first": preset.check_first,
                "automatic_choice": follows,
                "note": self.env._(preset.about),
            }
        )
        self._step_out(procedure, preset)
        return procedure

    @api.model
    def _source(self, preset, country_code):
        xml_id = preset.source.get(country_code or "", preset.source.get(""))
        source = xml_id and self.env.ref(xml_id, raise_if_not_found=False)
        if not source:
            raise UserError(self.env._("The procedure that this preset is made of was removed. Make one by hand."))
        return source

    @api.model
    def _step_out(self, procedure, preset):
        """Give a copy of the shipped levels the steps and days of a preset."""
        levels = procedure.level_ids.filtered("active").sorted("sequence")
        if preset.by_hand:
            levels.automatic = False
        if preset.steps is None:
            return
        if max(step.like or 0 for step in preset.steps) >= len(levels):
            raise UserError(
                self.env._("%s has fewer steps than this preset is made of. Make one by hand.", procedure.name)
            )
        commands = [Command.delete(level.id) for place, level in enumerate(levels) if place not in _used(preset)]
        for number, step in enumerate(preset.steps, start=1):
            vals = {"sequence": number * 10, "delay_days": step.day, "delay_from": "due_date"}
            if step.like is None:
                call = {"name": self.env._("Telephone call"), "legal_type": rules.CALL, "payment_term_days": 0}
                commands.append(Command.create({**vals, **call}))
                continue
            if step.term:
                vals["payment_term_days"] = step.term
            commands.append(Command.update(levels[step.like].id, vals))
        procedure.level_ids = commands

    @api.model
    def _in_the_way(self, code, company):
        """The company's own procedures that are for the same debtors as a preset would be."""
        preset = PRESETS[code]
        source = self._source(preset, company.country_id.code)
        return self.env["dunning.procedure"].search(
            [
                ("company_id", "=", company.id),
                ("automatic_choice", "=", True),
                ("is_for_returns", "=", False),
                ("debtor_kind", "=", preset.kind),
                ("country_id", "=", (source.country_id or company.country_id).id),
                ("payer", "=", "any"),
            ]
        )


def _used(preset):
    """The places of the shipped levels that a preset is made of."""
    return {step.like for step in preset.steps}
