import json
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate, format_date

from ...engine import record
from ...engine.decide import VERSION, Question
from ...engine.facts import Received
from .. import dunning_bulk
from .. import dunning_counted as counted
from ..dunning_money import exact, written

_lt = LazyTranslate(__name__)

# Whether line k of a letter is about the claim that decision d is about; of one that ended, about its entry.
SAME = SQL(
    "k.move_id = d.move_id AND k.is_let_go IS NOT TRUE"
    " AND COALESCE(k.claim_id = (SELECT q.id FROM dunning_claim q WHERE q.move_line_id = d.move_line_id), TRUE)"
)

# So many claims that a receipt points to are named.
NAMED = 3

# The answers of the engine that put a claim on a letter.
ON_LETTER = {"LETTER", "NOTICE", "RIDES_ALONG", "LISTED"}

# One sentence per code of engine/reasons.py, with the facts of the case in it. A test holds the two lists equal.
SENTENCES = {
    "LETTER": _lt("%(level)s is due: %(days)s past the due date of %(due_date)s."),
    "NOTICE": _lt("%(level)s: %(days)s to go until the due date of %(due_date)s."),
    "RIDES_ALONG": _lt("Goes along with the letter %(level)s; its own level moves one step."),
    "LISTED": _lt("Shown on the letter %(level)s for completeness. Its own next step is on %(date)s."),
    "NOT_YET": _lt("Not before %(date)s: then %(level)s is due."),
    "PERIOD_RUNNING": _lt("Not before %(date)s: the term that the last letter gives is still running."),
    "SENT_RECENTLY": _lt("Not before %(date)s: the invoice went out on %(sent)s, less than %(days)s ago."),
    "TOO_SOON": _lt(
        "Not before %(date)s: the last letter to this debtor went out on %(last)s and there are at least "
        "%(days)s between letters."
    ),
    "SPOKEN_RECENTLY": _lt(
        "Not before %(date)s: somebody spoke with the debtor on %(spoken)s, and %(days)s are left for what was said."
    ),
    "OTHER_LETTER": _lt("Waits: another letter in %(currency)s goes to this debtor first."),
    "LETTER_OPEN": _lt("Already on the letter %(letter)s, which has not gone out yet."),
    "APPROVAL": _lt("%(level)s is due and waits for somebody to confirm it."),
    "CALL_DUE": _lt("%(level)s: call the debtor and log the contact. %(days)s past the due date of %(due_date)s."),
    "NOT_A_SENDING_DAY": _lt("%(level)s is due and waits for %(date)s, the next day on which letters go out."),
    "BANK_BEHIND": _lt(
        "The bank is not up to date: %(journal)s is booked up to %(date)s, and it may be %(days)s behind. Import "
        "the statements, or confirm the letter by hand."
    ),
    "INSOLVENT": _lt(
        "%(kind)s since %(since)s: what was invoiced before that day is not asked of the debtor. File the claim with "
        "the trustee."
    ),
    "DISCHARGED": _lt(
        "%(kind)s, %(ended)s: %(outcome)s. What was invoiced before it is not asked any more. Write it off."
    ),
    "ESTATE": _lt(
        "Arose after the bankruptcy of %(since)s: a debt of the estate, and nothing goes to the debtor. Write to the "
        "trustee by hand."
    ),
    "HOLD": _lt("On hold without an end date: %(reason)s"),
    "HOLD_UNTIL": _lt("On hold up to and including %(until)s: %(reason)s"),
    "REPLIED": _lt("The debtor replied on %(date)s, and nobody has handled it yet. It goes on when somebody has."),
    "DISPUTED": _lt("Disputed since %(since)s: %(reason)s. It goes on when somebody closes the dispute."),
    "PLAN": _lt(
        "A payment plan runs: the next instalment of %(amount)s is due on %(date)s. Left alone until %(until)s."
    ),
    "PROMISE": _lt("The debtor promised to pay %(amount)s on %(date)s. Left alone until %(until)s."),
    "NO_FOLLOWUP": _lt("Marked in Odoo as not to be followed up."),
    "DISCOUNT": _lt(
        "What is left is the cash discount of %(amount)s, earned by paying up to and including %(until)s. Write it off."
    ),
    "NOT_SENT": _lt(
        "The invoice was never sent as it is now, as far as Odoo knows. Send it first, then it can be chased."
    ),
    "NOT_ARRIVED": _lt(
        "The invoice did not arrive. %(message)s. Send it again, or say on the invoice that it arrived another way."
    ),
    "NET_CREDIT": _lt("Covered by %(amount)s of the debtor's own credit (%(credit)s). Reconcile it with the invoice."),
    "UNMATCHED_PAYMENT": _lt("%(amount)s came in from this debtor and is not booked yet%(receipt)s. Book it first."),
    "IN_PAYMENT": _lt("A payment of %(amount)s is under way (%(payment)s). The bank has to show it first."),
    "NOTHING_LEFT": _lt(
        "Nothing is left to ask: %(disputed)s is disputed, %(paying)s is being paid, %(credit)s is the debtor's own "
        "credit."
    ),
    "SMALL_REST": _lt("The rest of %(amount)s is too small to ask for. Write it off."),
    "MIN_AMOUNT": _lt("%(amount)s is due, less than the minimum of %(minimum)s."),
    "NO_DUE_DATE": _lt("The invoice has no due date. Set one, then it can be followed up."),
    "NO_ADDRESS": _lt(
        "There is no usable address for this letter. Complete the e-mail address or the postal address of the contact."
    ),
    "LETTER_FAILED": _lt("The letter %(letter)s could not be delivered. Mend the cause and retry it, or cancel it."),
    "LAST_LEVEL": _lt("At the end of its procedure, after %(level)s. A person decides what comes next."),
    "REFUSED": _lt("The rules stop this letter. %(message)s"),
    "STOP_COUNT": _lt("No more letters: %(letters)s went out, and the procedure ends after %(maximum)s."),
    "STOP_AGE": _lt("No more letters: %(days)s past the due date, and the procedure ends after %(maximum)s."),
    "BACKLOG": _lt("Left out: due on %(due_date)s, too long before follow-up began on %(start)s."),
    "NO_PROCEDURE": _lt("No procedure fits this debtor. Make one for this country and kind, or choose one by hand."),
    "NO_LEVEL": _lt("The procedure %(procedure)s has no levels. Add a level or choose another procedure."),
    "NO_TEXT": _lt("The level %(level)s has no text. Choose a text on the level."),
    "NO_REGIME": _lt("%(message)s"),
    "NO_RATE": _lt("%(message)s"),
    "NO_SCALE": _lt("%(message)s"),
    "CLAUSE": _lt("%(message)s"),
    "ERROR": _lt("Something went wrong with this debtor: %(message)s"),
}

# Facts that are kept as the code of a choice: the model and field whose choice it is.
KEPT_AS_CODES = {
    "DISPUTED": (("dunning.dispute", "reason"),),
    "INSOLVENT": (("dunning.insolvency", "kind"),),
    "DISCHARGED": (("dunning.insolvency", "kind"), ("dunning.insolvency", "outcome")),
}

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
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True, index=True, ondelete="set null")
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

    @api.depends("code", "number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for decision in self:
            decision.display_name = f"{decision.reason_label} · {decision.number or ''}"

    @api.depends("code", "params")
    @api.depends_context("lang")
    def _compute_explanation(self):
        currencies = self._currencies()
        for decision in self:
            params = {key: decision._format_param(value, currencies) for key, value in (decision.params or {}).items()}
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

    def _format_param(self, value, currencies):
        """A stored fact as the reader writes it: a date, an amount of money, a level by its label, or as it is."""
        if isinstance(value, dict) and "level" in value:
            return self.env["dunning.level"]._label(value["level"])
        if isinstance(value, dict) and "receipt" in value:
            return self._receipt_words(value["receipt"])
        if isinstance(value, dict) and "date" in value:
            return format_date(self.env, value["date"])
        if isinstance(value, dict) and "amount" in value:
            return written(self.env, float(value["amount"]), currencies[value["currency"]])
        return self.env["dunning.level"]._letter_label(value)

    def _receipt_words(self, receipt):
        """Which line of the bank it is, and what it points to; nothing where that was not kept."""
        env = self.env
        if not receipt:
            return ""
        words = {"date": format_date(env, receipt["date"]), "text": receipt["text"] or "/"}
        if not (claims := receipt["claims"]):
            return env._(": “%(text)s” of %(date)s", **words)
        words["claims"] = ", ".join(claims[:NAMED]) + (" …" if len(claims) > NAMED else "")
        if receipt["shared"]:
            return env._(": “%(text)s” of %(date)s points to %(claims)s, or to claims of another debtor", **words)
        return env._(": “%(text)s” of %(date)s points to %(claims)s", **words)

    @api.model
    def _sentence(self, code, params):
        """The reason in the reader's language; a code of a later version shows itself rather than nothing."""
        if code not in SENTENCES:
            return code
        sentence = self.env._(SENTENCES[code])
        for model, name in KEPT_AS_CODES.get(code, ()):  # read in one's own language
            if name in params:
                labels = dict(self.env[model]._fields[name]._description_selection(self.env))
                params = params | {name: labels.get(params[name], params[name])}
        if "days" in params:
            params = params | {"days": counted.days(self.env, params["days"])}
        return sentence % _Lenient(params)

    @api.model
    def _reason_labels(self):
        """Short names of the reasons, for tables and counts."""
        env = self.env
        return {
            "LETTER": env._("Letter"),
            "NOTICE": env._("Notice before the due date"),
            "RIDES_ALONG": env._("Goes along"),
            "LISTED": env._("Listed on the letter"),
            "NOT_YET": env._("Not its turn yet"),
            "PERIOD_RUNNING": env._("Term still running"),
            "SENT_RECENTLY": env._("Invoice sent recently"),
            "TOO_SOON": env._("Letter too recent"),
            "SPOKEN_RECENTLY": env._("Contact too recent"),
            "OTHER_LETTER": env._("Other letter first"),
            "LETTER_OPEN": env._("Letter under way"),
            "APPROVAL": env._("Waits for approval"),
            "CALL_DUE": env._("Call due"),
            "NOT_A_SENDING_DAY": env._("No sending day"),
            "BANK_BEHIND": env._("Bank not up to date"),
            "INSOLVENT": env._("Debtor insolvent"),
            "DISCHARGED": env._("After an insolvency"),
            "ESTATE": env._("Debt of the estate"),
            "HOLD": env._("On hold"),
            "HOLD_UNTIL": env._("On hold until a date"),
            "REPLIED": env._("Reply to handle"),
            "DISPUTED": env._("Disputed"),
            "PLAN": env._("Payment plan"),
            "PROMISE": env._("Promised to pay"),
            "NO_FOLLOWUP": env._("Not to be followed up"),
            "DISCOUNT": env._("Cash discount earned"),
            "NOT_SENT": env._("Invoice not sent"),
            "NOT_ARRIVED": env._("Invoice not arrived"),
            "NET_CREDIT": env._("Covered by credit"),
            "UNMATCHED_PAYMENT": env._("Receipt not booked"),
            "IN_PAYMENT": env._("Payment under way"),
            "NOTHING_LEFT": env._("Nothing left to ask"),
            "SMALL_REST": env._("Small rest"),
            "MIN_AMOUNT": env._("Below the minimum"),
            "NO_DUE_DATE": env._("No due date"),
            "NO_ADDRESS": env._("No address"),
            "LETTER_FAILED": env._("Letter not delivered"),
            "LAST_LEVEL": env._("End of the procedure"),
            "REFUSED": env._("Stopped by the rules"),
            "STOP_COUNT": env._("Enough letters"),
            "STOP_AGE": env._("Too old"),
            "BACKLOG": env._("Left out at the start"),
            "NO_PROCEDURE": env._("No procedure"),
            "NO_LEVEL": env._("Procedure without levels"),
            "NO_TEXT": env._("Level without text"),
            "NO_REGIME": env._("No rules for this debtor"),
            "NO_RATE": env._("Interest rate missing"),
            "NO_SCALE": env._("Cost scale missing"),
            "CLAUSE": env._("Clause above the maximum"),
            "ERROR": env._("Error"),
        }

    @api.model
    def _currencies(self):
        """Every currency by its name; the archived ones too, since there may be claims in them."""
        currencies = self.env["res.currency"].with_context(active_test=False).search(Domain.TRUE)
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


class _Lenient(dict):
    """A sentence never fails on a fact that an older decision did not keep."""

    def __missing__(self, key):
        return "…"
