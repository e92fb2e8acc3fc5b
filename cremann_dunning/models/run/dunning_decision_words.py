from odoo import api, models
from odoo.tools import LazyTranslate, format_date

from .. import dunning_counted as counted
from ..dunning_money import written

_lt = LazyTranslate(__name__)

# So many claims that a receipt points to are named.
NAMED = 3

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
    "QUIET": _lt("Not before %(date)s: %(way)s went out on %(last)s, and nothing follows for %(days)s."),
    "CAP": _lt(
        "Not before %(date)s: %(number)s of at most %(maximum)s contacts in %(days)s were made with this debtor."
    ),
    "GROUP_CAP": _lt(
        "Not before %(date)s: %(number)s of at most %(maximum)s contacts in %(days)s were made with the debtors of "
        "%(group)s."
    ),
    "FIRM_CAP": _lt(
        "Waits for %(date)s: we make at most %(maximum)s contacts in a day, and what is more urgent has taken them."
    ),
    "OTHER_LETTER": _lt("Waits: another letter in %(currency)s goes to this debtor first."),
    "LETTER_OPEN": _lt("Already on the letter %(letter)s, which has not gone out yet."),
    "APPROVAL": _lt("%(level)s is due and waits for somebody to confirm it."),
    "BY_HAND": _lt("%(level)s is due. About this nothing goes by itself: somebody proposes it."),
    "CARE_WAIT": _lt(
        "Not before %(date)s: %(level)s. This debtor is treated with care, so every step comes %(days)s later."
    ),
    "CARE_PERSON": _lt(
        "%(level)s is due. This debtor is treated with care: somebody speaks with him first, and nothing that "
        "threatens goes unless a person writes it."
    ),
    "DAY_SET": _lt("%(level)s on %(date)s: somebody set that day."),
    "CALL_DUE": _lt("%(level)s: call the debtor and log the contact. %(days)s past the due date of %(due_date)s."),
    "HANDOVER_DUE": _lt(
        "%(level)s: ready for hand-over, %(days)s past the due date of %(due_date)s. A person decides, nothing goes by "
        "itself."
    ),
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
    "HANDED_OVER": _lt(
        "With %(party)s since %(since)s: nothing of ours asks for it. It goes on here when somebody recalls it."
    ),
    "HOLD": _lt("On hold without an end date: %(reason)s"),
    "HOLD_UNTIL": _lt("On hold up to and including %(until)s: %(reason)s"),
    "REPLIED": _lt("The debtor replied on %(date)s, and nobody has handled it yet. It goes on when somebody has."),
    "DISPUTED": _lt("Disputed since %(since)s: %(reason)s. It goes on when somebody closes the dispute."),
    "PLAN": _lt(
        "A payment plan runs: the next instalment of %(amount)s is due on %(date)s. Left alone until %(until)s."
    ),
    "PROMISE": _lt("The debtor promised to pay %(amount)s on %(date)s. Left alone until %(until)s."),
    "INSTALMENT_ASKED": _lt(
        "The instalment of %(amount)s of %(date)s has not come in, and the debtor is reminded of it. Left alone until "
        "%(until)s."
    ),
    "PROMISE_ASKED": _lt(
        "The debtor promised to pay %(amount)s on %(date)s, which has not come in. He is asked about it first. Left "
        "alone until %(until)s."
    ),
    "CAUSE_WAIT": _lt(
        "On %(since)s the debtor said why he does not pay: %(cause)s. After that nothing follows up to and including "
        "%(until)s."
    ),
    "CAUSE_PERSON": _lt(
        "On %(since)s the debtor said why he does not pay: %(cause)s. Somebody decides what follows; after %(until)s "
        "it goes on by itself."
    ),
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
    "CHECK_WRONG": _lt("Check the invoice first: %(ground)s. Put it right, or answer that it is in order."),
    "CHECK_FIRST": _lt("%(level)s is due, and is the first about this invoice. Check it first: %(ground)s."),
    "NET_CREDIT": _lt("Covered by %(amount)s of the debtor's own credit (%(credit)s). Reconcile it with the invoice."),
    "REST_COVERED": _lt(
        "What is left of costs and interest is covered by %(amount)s that came in (%(credit)s). Choose Book it, and "
        "that is booked as costs and interest."
    ),
    "UNMATCHED_PAYMENT": _lt("%(amount)s came in from this debtor and is not booked yet%(receipt)s. Book it first."),
    "PAYMENT_UNDONE": _lt(
        "A payment of %(amount)s was undone on %(date)s. Say whether the bank took it back or it was only corrected."
    ),
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
    "CHECK_WRONG": (("dunning.check", "ground"),),
    "CHECK_FIRST": (("dunning.check", "ground"),),
    "CAUSE_WAIT": (("dunning.contact", "cause"),),
    "CAUSE_PERSON": (("dunning.contact", "cause"),),
}

# Short names of the reasons, for tables and counts. A test holds this list equal to the others.
LABELS = {
    "LETTER": _lt("Letter"),
    "NOTICE": _lt("Notice before the due date"),
    "RIDES_ALONG": _lt("Goes along"),
    "LISTED": _lt("Listed on the letter"),
    "NOT_YET": _lt("Not its turn yet"),
    "PERIOD_RUNNING": _lt("Term still running"),
    "SENT_RECENTLY": _lt("Invoice sent recently"),
    "TOO_SOON": _lt("Letter too recent"),
    "SPOKEN_RECENTLY": _lt("Contact too recent"),
    "QUIET": _lt("Days of quiet"),
    "CAP": _lt("Enough contacts"),
    "GROUP_CAP": _lt("Enough contacts with the group"),
    "FIRM_CAP": _lt("Day is full"),
    "OTHER_LETTER": _lt("Other letter first"),
    "LETTER_OPEN": _lt("Letter under way"),
    "APPROVAL": _lt("Waits for approval"),
    "BY_HAND": _lt("By hand only"),
    "CARE_WAIT": _lt("Slower, with care"),
    "CARE_PERSON": _lt("With care: a person first"),
    "DAY_SET": _lt("Day set by somebody"),
    "CALL_DUE": _lt("Call due"),
    "HANDOVER_DUE": _lt("Ready for hand-over"),
    "NOT_A_SENDING_DAY": _lt("No sending day"),
    "BANK_BEHIND": _lt("Bank not up to date"),
    "INSOLVENT": _lt("Debtor insolvent"),
    "DISCHARGED": _lt("After an insolvency"),
    "ESTATE": _lt("Debt of the estate"),
    "HANDED_OVER": _lt("Handed over"),
    "HOLD": _lt("On hold"),
    "HOLD_UNTIL": _lt("On hold until a date"),
    "REPLIED": _lt("Reply to handle"),
    "DISPUTED": _lt("Disputed"),
    "PLAN": _lt("Payment plan"),
    "PROMISE": _lt("Promised to pay"),
    "INSTALMENT_ASKED": _lt("Reminded of an instalment"),
    "PROMISE_ASKED": _lt("Asked about a promise"),
    "CAUSE_WAIT": _lt("Waits after what he said"),
    "CAUSE_PERSON": _lt("Said why he does not pay"),
    "NO_FOLLOWUP": _lt("Not to be followed up"),
    "DISCOUNT": _lt("Cash discount earned"),
    "NOT_SENT": _lt("Invoice not sent"),
    "NOT_ARRIVED": _lt("Invoice not arrived"),
    "CHECK_WRONG": _lt("Invoice in doubt"),
    "CHECK_FIRST": _lt("Invoice to check"),
    "NET_CREDIT": _lt("Covered by credit"),
    "REST_COVERED": _lt("Rest came in"),
    "UNMATCHED_PAYMENT": _lt("Receipt not booked"),
    "PAYMENT_UNDONE": _lt("Payment undone"),
    "IN_PAYMENT": _lt("Payment under way"),
    "NOTHING_LEFT": _lt("Nothing left to ask"),
    "SMALL_REST": _lt("Small rest"),
    "MIN_AMOUNT": _lt("Below the minimum"),
    "NO_DUE_DATE": _lt("No due date"),
    "NO_ADDRESS": _lt("No address"),
    "LETTER_FAILED": _lt("Letter not delivered"),
    "LAST_LEVEL": _lt("End of the procedure"),
    "REFUSED": _lt("Stopped by the rules"),
    "STOP_COUNT": _lt("Enough letters"),
    "STOP_AGE": _lt("Too old"),
    "BACKLOG": _lt("Left out at the start"),
    "NO_PROCEDURE": _lt("No procedure"),
    "NO_LEVEL": _lt("Procedure without levels"),
    "NO_TEXT": _lt("Level without text"),
    "NO_REGIME": _lt("No rules for this debtor"),
    "NO_RATE": _lt("Interest rate missing"),
    "NO_SCALE": _lt("Cost scale missing"),
    "CLAUSE": _lt("Clause above the maximum"),
    "ERROR": _lt("Error"),
}


class DunningDecision(models.Model):
    """What a decision says to its reader, in his language: the sentence with its facts, the short name."""

    _inherit = "dunning.decision"  # pylint: disable=consider-merging-classes-inherited

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
        if "way" in params:
            params = params | {"way": self._ways().get(params["way"], params["way"])}
        if "days" in params:
            params = params | {"days": counted.days(self.env, params["days"])}
        return sentence % _Lenient(params)

    @api.model
    def _ways(self):
        """What reached the debtor, in the middle of a sentence."""
        env = self.env
        return {"letter": env._("a letter on paper"), "mail": env._("a mail"), "message": env._("a short message")}

    @api.model
    def _reason_labels(self):
        """Short names of the reasons, for tables and counts."""
        return {code: self.env._(label) for code, label in LABELS.items()}


class _Lenient(dict):
    """A sentence never fails on a fact that an older decision did not keep."""

    def __missing__(self, key):
        return "…"
