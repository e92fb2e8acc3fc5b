from odoo import Command, api, models

from ...engine.rules import protection
from ..run import dunning_bulk


class DunningDraft(models.AbstractModel):
    """Makes drafts of letters from what the engine plans: their values, and many of them at once."""

    _name = "dunning.draft"
    _description = "Drafts of dunning letters"

    @api.model
    def _prepare_vals(self, plan, debtor, context):
        """Values of a draft for one plan of the engine.

        :param plan: ``engine.outcome.LetterPlan``.
        :param debtor: its ``engine.facts.Debtor``.
        :param context: a ``RunContext`` with what the whole batch shares (dates, records, rules).
        :raises RegimeError: when a rate or scale that the letter needs is missing.
        """
        level = context.levels[plan.level.id]
        kind = min((decision.claim.kind for decision in plan.decisions), key=protection)
        asked = [(decision, plan.demands(decision, context.date)) for decision in plan.decisions]
        regime = context.rules(debtor, kind, [decision for decision, demanded in asked if demanded])
        on_it = [(decision, demanded) for decision, demanded in asked if demanded or decision.code != "LISTED"]
        claims = [context.on_letter(decision, plan.procedure, demanded) for decision, demanded in on_it]
        charges = context.charges(debtor, regime, level, kind, plan.currency, claims)
        amounts, interest = context.amounts(charges, level, context.lang(debtor, plan.recipient), context.tone(debtor))
        lines = [context.line_vals(decision, demanded, interest) for decision, demanded in asked]
        vals = self._prepare_head(plan, debtor, context, kind, regime)
        vals |= {
            "amount_listed": sum(line["amount_open"] for line in lines if not line["principal_part"]),
            "line_ids": [Command.create(line) for line in lines],
            **amounts,
        }
        context.check(charges, vals, claims, debtor, plan.procedure)
        return vals

    @api.model
    def _prepare_head(self, plan, debtor, context, kind, regime):
        """Who writes to whom, about what and under which rules."""
        level = context.levels[plan.level.id]
        return {
            "company_id": context.company.id,
            "currency_id": context.currencies[plan.currency].id,
            "run_id": context.run._origin.id,
            "case_id": context.cases[debtor.partner_id].id,
            "partner_id": debtor.partner_id,
            "contact_id": plan.recipient.contact.id if plan.recipient else debtor.partner_id,
            "contact_facts": self.env["dunning.recipient"]._facts(plan.recipient),
            "copy_partner_id": context.copy_for(level, debtor),
            "user_id": context.signer_of(level).id,
            "lang": context.lang(debtor, plan.recipient),
            "tone": context.tone(debtor),
            "debtor_kind": kind,
            "procedure_id": plan.procedure.id,
            "level_id": level.id,
            "legal_type": level.legal_type,
            "regime_id": regime.id,
            "channel": plan.channel,
            "date": context.date,
            "deadline": context.deadline(level),
        }

    @api.model
    def _insert(self, vals_list):
        """Drafts and their lines in two statements, whatever their number; nothing is in the caches afterwards.

        :param vals_list: what ``_prepare_vals`` gives.
        """
        self.env.flush_all()
        heads = [{name: value for name, value in vals.items() if name != "line_ids"} for vals in vals_list]
        letters = dunning_bulk.insert(
            self.env["dunning.letter"], [head | {"state": "draft", "outcome": False} for head in heads]
        )
        dunning_bulk.insert(
            self.env["dunning.letter.line"],
            [
                line
                | {"letter_id": letter_id, "is_cancelled": False}
                | {name: vals[name] for name in ("company_id", "currency_id")}
                for letter_id, vals in zip(letters._ids, vals_list, strict=True)
                for _command, _id, line in vals["line_ids"]
            ],
        )
        self.env.invalidate_all(flush=False)
        return letters

    @api.model
    def _same_as(self, drafts, vals_list, apart=()):
        """Which of these drafts say exactly what new ones would: ``{index in vals_list: draft id}``.

        :param vals_list: what ``_prepare_vals`` gives. :param apart: names of fields that may differ.
        """
        if not vals_list:
            return {}
        lines = self.env["dunning.letter.line"]
        names = [name for name in vals_list[0] if name not in ("line_ids", *apart)]
        of_line = {name for vals in vals_list for _command, _id, line in vals["line_ids"] for name in line}
        of_line = sorted(of_line - set(apart))
        heads = dunning_bulk.read(drafts, names, "id", drafts.ids)
        bodies = dunning_bulk.read(lines, of_line, "letter_id", drafts.ids)
        known = {(*heads[id_][0], *bodies.get(id_, ())): id_ for id_ in heads}
        read_head, read_line = dunning_bulk.reader(drafts, names), dunning_bulk.reader(lines, of_line)
        found = {}
        for index, vals in enumerate(vals_list):
            body = [read_line(line) for _command, _id, line in vals["line_ids"]]
            if id_ := known.get((*read_head(vals), *body)):
                found[index] = id_
        return found
