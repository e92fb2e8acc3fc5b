from odoo import Command, api, models

from ...engine.outcome import Outcome
from ...engine.rules import protection
from .. import dunning_bulk
from ..claim.dunning_claim import SAID
from ..run.dunning_run_context import RunContext

# What the values of a line say of the place of its claim; the claim keeps it.
OF_CLAIM = {"move_line_id", "item_partner_id", "instalment", "instalments", "alike"}


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
        costs = charges.cost_parts(amounts["amount_costs"] or amounts["amount_costs_announced"])
        lines = [context.line_vals(decision, demanded, interest, costs) for decision, demanded in asked]
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
            "deadline": context.deadline(level, regime, kind),
            "issuer_id": context.issuer_of(level).id,
        }

    @api.model
    def _insert(self, vals_list):
        """Drafts and their lines in two statements, whatever their number; nothing is in the caches afterwards.

        :param vals_list: what ``_prepare_vals`` gives.
        """
        self.env.flush_all()
        claims = self.env["dunning.claim"]._open([row for vals in vals_list for row in self._said(vals)])
        heads = [{name: value for name, value in vals.items() if name != "line_ids"} for vals in vals_list]
        letters = dunning_bulk.insert(
            self.env["dunning.letter"], [head | {"state": "draft", "outcome": False} for head in heads]
        )
        dunning_bulk.insert(
            self.env["dunning.letter.line"],
            [
                self._own(line)
                | {
                    "letter_id": letter_id,
                    "claim_id": claims[line["move_line_id"]],
                    "is_cancelled": False,
                    "is_let_go": False,
                    "company_id": vals["company_id"],
                    "currency_id": vals["currency_id"],
                }
                for letter_id, vals in zip(letters._ids, vals_list, strict=True)
                for _command, _id, line in vals["line_ids"]
            ],
        )
        self.env.invalidate_all(flush=False)
        return letters

    @api.model
    def _own(self, line):
        """What of the values of a line it keeps itself; which item that is, and its place there, its claim knows."""
        own = dict(line)
        for name in OF_CLAIM:
            del own[name]
        return own

    @api.model
    def _said(self, vals):
        """What a draft says about its claims, as ``dunning.claim._open`` takes it."""
        places = {name: vals[name] for name in ("company_id", "case_id", "partner_id", "currency_id")}
        names = ("move_id", "move_line_id", "item_partner_id", *SAID)
        return [places | {name: line[name] for name in names} for _command, _id, line in vals["line_ids"]]

    @api.model
    def _with_claims(self, vals):
        """Values of one draft as ``create`` takes them; claims about which nothing was said before come into being."""
        claims = self.env["dunning.claim"]._open(self._said(vals))
        lines = [
            self._own(line) | {"claim_id": claims[line["move_line_id"]]} for _command, _id, line in vals["line_ids"]
        ]
        return vals | {"line_ids": [Command.create(line) for line in lines]}

    @api.model
    def _make_by_hand(self, company, plan, debtor):
        """One draft in no run, as a person wants it: what a manager may override waits on it instead of stopping it.

        :param plan: ``engine.outcome.LetterPlan``. :param debtor: its ``engine.facts.Debtor``.
        :raises RegimeError: as ``_prepare_vals``.
        """
        # sudo: letters are evidence, written by the engine only; users read them
        run = self.env["dunning.run"].sudo().new({"company_id": company.id, "user_id": self.env.uid})
        run.date = company._dunning_today()
        context = RunContext(run, [Outcome(plan.decisions, (plan,))], by_hand=True)
        drafts = self.sudo()  # sudo: as above
        letter = drafts.env["dunning.letter"].create(drafts._with_claims(drafts._prepare_vals(plan, debtor, context)))
        return letter.with_env(self.env)

    @api.model
    def _lang_by_hand(self, company, plan, debtor):
        """In which language a letter by hand for this plan is, see ``_make_by_hand``."""
        # sudo: as there
        run = self.env["dunning.run"].sudo().new({"company_id": company.id, "user_id": self.env.uid})
        run.date = company._dunning_today()
        return RunContext(run, [Outcome(plan.decisions, (plan,))], by_hand=True).lang(debtor, plan.recipient)

    @api.model
    def _same_as(self, drafts, vals_list, apart=()):
        """Which of these drafts say exactly what new ones would: ``{index in vals_list: draft id}``.

        :param vals_list: what ``_prepare_vals`` gives. :param apart: names of fields that may differ.
        """
        if not vals_list:
            return {}
        lines = self.env["dunning.letter.line"]
        bodies_wanted = self._bodies(vals_list)
        names = [name for name in vals_list[0] if name not in ("line_ids", *apart)]
        of_line = {name for body in bodies_wanted for line in body for name in line}
        of_line = sorted(of_line - set(apart))
        heads = dunning_bulk.read(drafts, names, "id", drafts.ids)
        bodies = dunning_bulk.read(lines, of_line, "letter_id", drafts.ids)
        known = {(*heads[id_][0], *bodies.get(id_, ())): id_ for id_ in heads}
        read_head, read_line = dunning_bulk.reader(drafts, names), dunning_bulk.reader(lines, of_line)
        found = {}
        for index, (vals, body) in enumerate(zip(vals_list, bodies_wanted, strict=True)):
            if id_ := known.get((*read_head(vals), *map(read_line, body))):
                found[index] = id_
        return found

    @api.model
    def _bodies(self, vals_list):
        """Per letter its lines as they would be written: with the claim that there is about each item, None without."""
        items = {line["move_line_id"] for vals in vals_list for _command, _id, line in vals["line_ids"]}
        known = self.env["dunning.claim"]._known(items)
        return [
            [
                self._own(line) | {"claim_id": known.get(line["move_line_id"])}
                for _command, _id, line in vals["line_ids"]
            ]
            for vals in vals_list
        ]
