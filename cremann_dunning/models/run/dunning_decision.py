import json
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import record
from ...engine.decide import VERSION, Question
from ...engine.facts import Received
from .. import dunning_bulk
from ..dunning_money import exact

# Whether line k of a letter is about the claim that decision d is about; of one that ended, about its entry.
SAME = SQL(
    "k.move_id = d.move_id AND k.is_let_go IS NOT TRUE"
    " AND COALESCE(k.claim_id = (SELECT q.id FROM dunning_claim q WHERE q.move_line_id = d.move_line_id), TRUE)"
)

# The answers of the engine that put a claim on a letter.
ON_LETTER = {"LETTER", "NOTICE", "RIDES_ALONG", "LISTED"}

OUTCOMES = [
    ("send", "Letter"),
    ("ride", "On the letter"),
    ("wait", "Waits"),
    ("skip", "Passed over"),
    ("error", "Needs attention"),
]


class DunningDecision(models.Model):
    """What was decided about one claim, an invoice or an instalment of it, why and from which facts.

    Only the engine writes it; nobody changes it.
    """

    _name = "dunning.decision"
    _description = "Dunning decision"
    _inherit = ["dunning.record.mixin", "dunning.fresh.mixin"]
    _order = "date desc, id desc"
    _rec_name = "code"

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True)  # _run_idx starts with it
    # What was decided stays on record when its entry or its debtor is deleted; the number stays by value.
    move_id = dunning_bulk.Unguarded("account.move", string="Invoice", readonly=True, index=True)
    # no key: what was decided stays on record
    move_line_id = dunning_bulk.Unguarded("account.move.line", string="Journal item", readonly=True)
    number = fields.Char(readonly=True, help="The number that the invoice had.")
    partner_id = dunning_bulk.Unguarded("res.partner", string="Debtor", readonly=True, index=True)
    currency_id = dunning_bulk.Unguarded("res.currency", required=True, readonly=True)
    run_ids = dunning_bulk.UnguardedMany2many(
        "dunning.run", "dunning_decision_run_rel", "decision_id", "run_id", string="Runs"
    )
    date = fields.Date(required=True, readonly=True, string="Decided on")
    code = fields.Char(required=True, readonly=True, string="Reason")
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    level_id = dunning_bulk.Unguarded("dunning.level", readonly=True)
    next_date = fields.Date(readonly=True, string="Next step on")
    amount_open = fields.Monetary(readonly=True, string="Open")
    params = fields.Json(readonly=True, help="The facts that the sentence mentions.")
    inputs = fields.Json(
        readonly=True,
        help="Where the facts and rules that the decision rests on are kept, and under which circumstances.",
    )
    facts_text = fields.Text(
        compute="_compute_facts_text",
        string="Facts",
        help="What was known about the debtor, and the rules of that day.",
    )
    version = fields.Char(readonly=True, help="Version of the rules that decided.")
    is_current = fields.Boolean(
        string="In force", readonly=True, help="The latest answer on its claim, as long as that one is open."
    )
    is_shown = fields.Boolean(
        string="Shown",
        readonly=True,
        help="Its entry shows it: of several instalments or items the one to do something about first.",
    )
    letter_id = fields.Many2one(
        "dunning.letter",
        string="On letter",
        compute="_compute_letter_id",
        help="The letter that came of it. It may be one that another run had drafted already.",
    )
    explanation = fields.Char(compute="_compute_explanation")
    reason_label = fields.Char(compute="_compute_reason_label", string="Kind of reason")
    repair_label = fields.Char(
        compute="_compute_repair_label",
        string="What to do",
        help="What can be done about it. Empty when it only takes time.",
    )
    create_uid = dunning_bulk.UnguardedAuthor("res.users", string="Created by", readonly=True)
    write_uid = dunning_bulk.UnguardedAuthor("res.users", string="Last Updated by", readonly=True)

    _one_per_item = models.UniqueIndex("(move_line_id) WHERE is_current", "A claim has one decision in force.")
    _one_shown = models.UniqueIndex(
        "(move_id) WHERE is_current AND is_shown", "An invoice has one decision in force that it shows."
    )
    _run_idx = models.Index("(company_id, date, code)")
    _reason_idx = models.Index("(company_id, code) WHERE is_current")  # what needs somebody, among very many

    @api.depends("code", "number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for decision in self:
            decision.display_name = f"{decision.reason_label} · {decision.number or ''}"

    @api.depends("code", "params")
    @api.depends_context("lang")
    def _compute_explanation(self):
        currencies, known = self._currencies(), {}
        for decision in self:
            params = {}
            for key, value in (decision.params or {}).items():
                mark = repr(value)  # many say the same days, levels and amounts
                if mark not in known:
                    known[mark] = decision._format_param(value, currencies)
                params[key] = known[mark]
            decision.explanation = decision._sentence(decision.code, params)

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_reason_label(self):
        labels = self._reason_labels()
        for decision in self:
            decision.reason_label = labels.get(decision.code, decision.code)

    @api.depends("code", "is_current")
    @api.depends_context("lang", "uid")
    def _compute_repair_label(self):
        for decision in self:
            decision.repair_label = self.env["dunning.repair"]._label(decision)

    def action_repair(self):
        """Open what has to be put right before a letter can go out, or may not."""
        self.ensure_one()
        action = self.env["dunning.repair"]._action(self)
        if not action:
            raise UserError(self.env._("There is nothing to put right: it only takes time, or it was decided anew."))
        return action

    def action_repair_together(self):
        """Put the same reason of many claims right in one window."""
        self.check_access("read")
        return self.env["dunning.repair"]._action_of_several(self)

    def action_open_letter(self):
        """The letter that came of it, which may be a draft of another run."""
        self.ensure_one()
        self.check_access("read")
        if not self.letter_id:
            raise UserError(self.env._("There is no letter about it."))
        return self.letter_id._get_records_action()

    def _compute_facts_text(self):
        """What was kept, spread out for a person."""
        for decision in self:
            facts, rules, question = decision._kept()
            kept = {"facts": facts, "rules": rules, "circumstances": question}
            decision.facts_text = json.dumps(kept, indent=2, ensure_ascii=False)

    def _kept(self):
        """The records behind this decision as plain values, None where there are none: facts, rules, circumstances."""
        self.ensure_one()
        inputs = self.inputs or {}
        return (*self.env["dunning.snapshot"]._read(self, inputs.get("facts"), inputs.get("rules")), {
            key: inputs[key] for key in ("line", "date", "automatic") if key in inputs
        })  # fmt: skip

    def replay(self):
        """Decide again with the facts and the rules that were kept, whatever was changed since.

        :return: dict with ``same``, the answer of today's code as ``code``, ``level``, ``date`` and ``open`` (None
            without one), ``outside`` (the reason was found outside the facts: a rate that was missing, another run)
            and ``problem``, why nothing could be decided, or False.
        """
        self.ensure_one()
        empty = {"same": False, "code": None, "level": None, "date": None, "open": None, "outside": False}
        facts, rules, question = self._kept()
        if not facts or not rules:
            return empty | {"problem": self.env._("It was made before facts and rules were kept with decisions.")}
        try:
            debtor, (procedures, house) = record.load(facts), record.load(rules)
            asked = Question(fields.Date.to_date(question["date"]), question["automatic"], house)
            answer = record.replay(debtor, {p.id: p for p in procedures}, asked, question["line"])
        except (record.RecordError, ValueError, KeyError) as error:
            return empty | {"problem": self.env._("What was kept cannot be read: %s", error)}
        if answer is None:
            return empty | {"problem": self.env._("The rules of today have no answer for this claim.")}
        found = {"code": answer.code, "level": answer.level, "date": answer.on, "open": answer.open}
        outside = bool(self.inputs.get("outside"))
        return {"same": self._is_same(answer, outside), "outside": outside, "problem": False, **found}

    def _is_same(self, answer, outside):
        """Whether an answer is the one on record. A reason from outside the facts took the place of a letter."""
        if outside:
            return answer.code in ON_LETTER
        kept = (self.code, self.inputs.get("level"), self.next_date or None)
        open_amount = exact(self.amount_open, self.currency_id)
        return kept == (answer.code, answer.level, answer.on) and open_amount == answer.open

    def action_replay(self):
        """Say whether the same facts give the same answer today."""
        self.ensure_one()
        if not self.env.user.has_group("cremann_dunning.group_dunning_manager"):
            raise AccessError(self.env._("Only a manager of dunning plays decisions back."))
        answer = self.replay()
        if answer["problem"]:
            message = answer["problem"]
        elif answer["same"] and answer["outside"]:
            message = self.env._("The facts gave a letter, then as now. What stopped it was found outside the facts.")
        elif answer["same"]:
            message = self.env._("The same facts and rules give the same answer.")
        else:
            message = self.env._(
                "Different: these facts and rules now give %(reason)s. Decided by version %(then)s of the rules, "
                "played back by version %(now)s.",
                reason=self._reason_labels().get(answer["code"], answer["code"]),
                then=self.version,
                now=VERSION,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Played back"),
                "message": message,
                "type": "success" if answer["same"] else "warning",
                "sticky": not answer["same"],
            },
        }

    def _compute_letter_id(self):
        """Of the letters that carry the invoice at the level that was decided, the last that was not cancelled."""
        self.env["dunning.letter.line"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (d.id) d.id, k.letter_id
                  FROM dunning_decision d
                  JOIN dunning_letter_line k ON k.is_cancelled IS NOT TRUE AND %s
                   AND (k.level_id = d.level_id OR k.level_id IS NULL)
                 WHERE d.id = ANY(%s) AND d.outcome IN ('send', 'ride')
                 ORDER BY d.id, k.letter_id DESC
                """,
                SAME,
                self.ids,
            )
        )
        found = dict(self.env.cr.fetchall())
        for decision in self:
            decision.letter_id = found.get(decision.id)

    @api.model
    def _currencies(self):
        """Every currency by its name; the archived ones too, since there may be claims in them."""
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search_fetch(Domain.TRUE, ["name", "rounding", "decimal_places"])
        )
        return {currency.name: currency for currency in currencies}

    @api.model
    def _store_param(self, value, currency):
        """A fact of the engine as JSON that can be read back: dates, Decimals and receipts keep their kind."""
        if isinstance(value, Received):
            told = {"date": value.on.isoformat(), "text": value.text, "claims": list(value.claims)}
            return {"receipt": told | {"shared": value.shared, "line": value.line_id}}
        if hasattr(value, "isoformat"):
            return {"date": value.isoformat()}
        if isinstance(value, Decimal):
            return {"amount": str(value), "currency": currency}
        return value
