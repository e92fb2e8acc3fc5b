from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import MissingError
from odoo.fields import Domain
from odoo.tools import LazyTranslate, format_amount, format_date

_lt = LazyTranslate(__name__)

# One sentence per code of engine/reasons.py, with the facts of the case in it. A test holds the two lists equal.
SENTENCES = {
    "LETTER": _lt("%(level)s is due: %(days)s days past the due date of %(due_date)s."),
    "NOTICE": _lt("%(level)s: %(days)s days to go until the due date of %(due_date)s."),
    "RIDES_ALONG": _lt("Goes along with the letter %(level)s; its own level moves one step."),
    "LISTED": _lt("Shown on the letter %(level)s for completeness. Its own next step is on %(date)s."),
    "NOT_YET": _lt("Not before %(date)s: then %(level)s is due."),
    "PERIOD_RUNNING": _lt("Not before %(date)s: the term that the last letter gives is still running."),
    "TOO_SOON": _lt(
        "Not before %(date)s: the last letter to this debtor went out on %(last)s and there are at least "
        "%(days)s days between letters."
    ),
    "OTHER_LETTER": _lt("Waits: another letter in %(currency)s goes to this debtor first."),
    "LETTER_OPEN": _lt("Already on the letter %(letter)s, which has not gone out yet."),
    "APPROVAL": _lt("%(level)s is due and waits for somebody to confirm it."),
    "NOT_A_SENDING_DAY": _lt("%(level)s is due and waits for %(date)s, the next day on which letters go out."),
    "BANK_BEHIND": _lt(
        "The bank is not up to date: %(journal)s is booked up to %(date)s, and it may be %(days)s days behind. Import "
        "the statements, or confirm the letter by hand."
    ),
    "HOLD": _lt("On hold without an end date: %(reason)s"),
    "HOLD_UNTIL": _lt("On hold up to and including %(until)s: %(reason)s"),
    "NO_FOLLOWUP": _lt("Marked in Odoo as not to be followed up."),
    "NOT_SENT": _lt("The invoice was never sent, as far as Odoo knows. Send it first, then it can be chased."),
    "NET_CREDIT": _lt("Covered by %(amount)s of the debtor's own credit (%(credit)s). Reconcile it with the invoice."),
    "UNMATCHED_PAYMENT": _lt("%(amount)s came in from this debtor and is not booked yet. Reconcile the bank first."),
    "IN_PAYMENT": _lt("A payment of %(amount)s is under way (%(payment)s). The bank has to show it first."),
    "MIN_AMOUNT": _lt("%(amount)s is due, less than the minimum of %(minimum)s."),
    "NO_DUE_DATE": _lt("The invoice has no due date. Set one, then it can be followed up."),
    "NO_ADDRESS": _lt(
        "There is no usable address for this letter. Complete the e-mail address or the postal address of the contact."
    ),
    "LETTER_FAILED": _lt("The letter %(letter)s could not be delivered. Mend the cause and retry it, or cancel it."),
    "LAST_LEVEL": _lt("At the end of its procedure, after %(level)s. A person decides what comes next."),
    "STOP_COUNT": _lt("No more letters: %(letters)s went out, and the procedure ends after %(maximum)s."),
    "STOP_AGE": _lt("No more letters: %(days)s days past the due date, and the procedure ends after %(maximum)s."),
    "BACKLOG": _lt("Left out: due on %(due_date)s, too long before follow-up began on %(start)s."),
    "NO_PROCEDURE": _lt("No procedure fits this debtor. Make one for this country and kind, or choose one by hand."),
    "NO_LEVEL": _lt("The procedure %(procedure)s has no levels. Add a level or choose another procedure."),
    "NO_TEXT": _lt("The level %(level)s has no text. Choose a text on the level."),
    "NO_REGIME": _lt("%(message)s"),
    "NO_RATE": _lt("%(message)s"),
    "NO_SCALE": _lt("%(message)s"),
    "ERROR": _lt("Something went wrong with this debtor: %(message)s"),
}

OUTCOMES = [
    ("send", "Letter"),
    ("ride", "On the letter"),
    ("wait", "Waits"),
    ("skip", "Passed over"),
    ("error", "Needs attention"),
]


class DunningDecision(models.Model):
    """For one invoice: what was decided, why and from which facts. Only the engine writes it; nobody changes it."""

    _name = "dunning.decision"
    _description = "Dunning decision"
    _order = "date desc, id desc"
    _rec_name = "code"

    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Debtor", required=True, index=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    run_ids = fields.Many2many("dunning.run", "dunning_decision_run_rel", "decision_id", "run_id", string="Runs")
    date = fields.Date(required=True, readonly=True, string="Decided on")
    code = fields.Char(required=True, readonly=True, string="Reason", index=True)
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    level_id = fields.Many2one("dunning.level", readonly=True, ondelete="set null")
    next_date = fields.Date(readonly=True, string="Next step on")
    amount_open = fields.Monetary(readonly=True, string="Open")
    params = fields.Json(readonly=True, help="The facts that the sentence mentions.")
    inputs = fields.Json(readonly=True, help="The facts that the decision rests on.")
    version = fields.Char(readonly=True, help="Version of the rules that decided.")
    explanation = fields.Char(compute="_compute_explanation")
    reason_label = fields.Char(compute="_compute_reason_label", string="Kind of reason")

    _run_idx = models.Index("(company_id, date, code)")

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

    def _format_param(self, value, currencies):
        """A stored fact as the reader writes it: a date, an amount of money, a level by its label, or as it is."""
        if isinstance(value, dict) and "level" in value:
            try:
                # sudo: the label only, also when the procedure has moved to another company since
                return self.env["dunning.level"].sudo().browse(value["level"]).name or "…"
            except MissingError:
                return "…"
        if isinstance(value, dict) and "date" in value:
            return format_date(self.env, value["date"])
        if isinstance(value, dict) and "amount" in value:
            return format_amount(self.env, float(value["amount"]), currencies[value["currency"]])
        return value

    @api.model
    def _sentence(self, code, params):
        """The reason in the reader's language; a code of a later version shows itself rather than nothing."""
        if code not in SENTENCES:
            return code
        sentence = self.env._(SENTENCES[code])
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
            "TOO_SOON": env._("Letter too recent"),
            "OTHER_LETTER": env._("Other letter first"),
            "LETTER_OPEN": env._("Letter under way"),
            "APPROVAL": env._("Waits for approval"),
            "NOT_A_SENDING_DAY": env._("No sending day"),
            "BANK_BEHIND": env._("Bank not up to date"),
            "HOLD": env._("On hold"),
            "HOLD_UNTIL": env._("On hold until a date"),
            "NO_FOLLOWUP": env._("Not to be followed up"),
            "NOT_SENT": env._("Invoice not sent"),
            "NET_CREDIT": env._("Covered by credit"),
            "UNMATCHED_PAYMENT": env._("Receipt not booked"),
            "IN_PAYMENT": env._("Payment under way"),
            "MIN_AMOUNT": env._("Below the minimum"),
            "NO_DUE_DATE": env._("No due date"),
            "NO_ADDRESS": env._("No address"),
            "LETTER_FAILED": env._("Letter not delivered"),
            "LAST_LEVEL": env._("End of the procedure"),
            "STOP_COUNT": env._("Enough letters"),
            "STOP_AGE": env._("Too old"),
            "BACKLOG": env._("Left out at the start"),
            "NO_PROCEDURE": env._("No procedure"),
            "NO_LEVEL": env._("Procedure without levels"),
            "NO_TEXT": env._("Level without text"),
            "NO_REGIME": env._("No rules for this debtor"),
            "NO_RATE": env._("Interest rate missing"),
            "NO_SCALE": env._("Cost scale missing"),
            "ERROR": env._("Error"),
        }

    @api.model
    def _currencies(self):
        """Every currency by its name; the archived ones too, since there may be claims in them."""
        currencies = self.env["res.currency"].with_context(active_test=False).search(Domain.TRUE)
        return {currency.name: currency for currency in currencies}

    @api.model
    def _store_param(self, value, currency):
        """A fact of the engine as JSON that can be read back: dates and Decimals keep their kind."""
        if hasattr(value, "isoformat"):
            return {"date": value.isoformat()}
        if isinstance(value, Decimal):
            return {"amount": str(value), "currency": currency}
        return value


class _Lenient(dict):
    """A sentence never fails on a fact that an older decision did not keep."""

    def __missing__(self, key):
        return "…"
