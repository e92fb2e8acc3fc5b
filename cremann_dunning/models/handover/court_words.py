"""What a checklist for a court says, by its code and how it stands (``engine.court``)."""

from odoo.tools import LazyTranslate

from ...engine import court

_lt = LazyTranslate(__name__)

ROUTES = {
    court.SUMMONS: _lt("Summons in the Netherlands"),
    court.UNDISPUTED_BE: _lt("Undisputed debts between businesses, Belgium"),
    court.EUROPEAN_ORDER: _lt("European order for payment"),
}
VERDICTS = {
    court.READY: _lt("Can be had."),
    court.ASK: _lt("Can be had, once somebody has looked at what is marked."),
    court.LATER: _lt("Not yet: a term has to run out first."),
    court.INCOMPLETE: _lt("Not yet: something has to be done first."),
    court.NO: _lt("Not for these claims."),
}
POINTS = {
    "nl_defendant": {
        court.MET: _lt("The debtor lives or is established in the Netherlands; his court decides."),
        court.NEVER: _lt("The debtor lives or is established elsewhere. What a summons there needs was not seen."),
    },
    "due": {
        court.MET: _lt("All of it has fallen due."),
        court.WAIT: _lt("Not due before %(day)s: %(numbers)s."),
    },
    "demanded": {
        court.MET: _lt("It was demanded in writing, and the term of the last letter has run out."),
        court.WAIT: _lt("The term of the last letter still runs; not before %(day)s: %(numbers)s."),
        court.MISSING: _lt("No demand went out yet: %(numbers)s. Send a notice of default first."),
    },
    "notice": {
        court.MET: _lt("The 14-day letter has run out and its arrival is proven: collection costs can be claimed."),
        court.LOOK: _lt(
            "The 14-day letter has run out, but nothing proves that it arrived. If he denies that, the collection "
            "costs are lost."
        ),
        court.WAIT: _lt("The 14-day letter runs: collection costs can be claimed from %(day)s."),
        court.MISSING: _lt(
            "No valid 14-day letter went for all of these claims: leave out the costs, or send it first."
        ),
    },
    "defences": {
        court.MET: _lt(
            "No dispute is on record. The writ names what the debtor said against the claim, and the proof."
        ),
        court.LOOK: _lt("Disputed: %(numbers)s. The writ has to name his defences and their grounds, and the proof."),
    },
    "canton_consumer": {
        court.MET: _lt(
            "A consumer's purchase goes to the cantonal judge whatever its amount; of other contracts only up to the "
            "limit below. The court of the consumer's home is competent."
        ),
        court.LOOK: _lt(
            "Is this debtor a consumer? A consumer's purchase goes to the cantonal judge whatever its amount."
        ),
    },
    "canton": {
        court.MET: _lt(
            "The cantonal judge decides: up to %(amount)s, interest until the summons and all claims together "
            "included. Nobody needs a lawyer there."
        ),
    },
    "lawyer": {
        court.LOOK: _lt("Above %(amount)s: the cantonal judge does not decide, and a lawyer has to act."),
    },
    "currencies": {
        court.LOOK: _lt(
            "Several currencies, or another than the euro: somebody has to work out the limit of the judge."
        ),
    },
    "bailiff": {
        court.LOOK: _lt(
            "A bailiff serves the writ, at least a week before the day of the hearing. Look up name, address and "
            "register extract of that day."
        ),
    },
    "be_debtor": {
        court.MET: _lt("The debtor is established in Belgium."),
        court.NEVER: _lt("The debtor is not established in Belgium."),
    },
    "business": {
        court.MET: _lt("The debt comes from the activity of a business."),
        court.NEVER: _lt("Only for debts between businesses; not for consumers and public authorities."),
    },
    "registered": {
        court.MET: _lt("Both are registered in the Crossroads Bank for Enterprises."),
        court.LOOK: _lt(
            "Creditor and debtor both have to be registered in the Crossroads Bank for Enterprises: look up and fill "
            "in both numbers."
        ),
    },
    "undisputed": {
        court.MET: _lt("Nothing of it is disputed."),
        court.NEVER: _lt("Disputed: %(numbers)s. Leave these out: what is disputed needs a judge."),
    },
    "ten_percent": {
        court.MET: _lt("Interest and penalty clauses stay within a tenth of the principal: %(amount)s."),
        court.LOOK: _lt(
            "Interest and penalty clauses together only up to a tenth of the principal: %(amount)s. What goes beyond "
            "cannot be collected this way."
        ),
    },
    "be_lawyer": {
        court.LOOK: _lt(
            "A lawyer of the creditor asks a bailiff to serve the demand. The debtor then has a month to pay, to ask "
            "for terms or to dispute it; eight days later at the earliest the bailiff records that he did not."
        ),
    },
    "cross_border": {
        court.MET: _lt("The parties live in two different member states of the European Union, Denmark apart."),
        court.NEVER: _lt("Only between two different member states of the European Union; Denmark takes no part."),
    },
    "no_authority": {
        court.LOOK: _lt("A public body: not for what it does or owes in the exercise of public authority."),
    },
    "his_court": {
        court.LOOK: _lt("A consumer: only a court of the country in which he lives can give the order."),
    },
    "which_court": {
        court.LOOK: _lt("Which court is competent: the debtor's, that of the place of performance, or a chosen one."),
    },
    "uncontested": {
        court.MET: _lt(
            "Nothing of it is disputed. If he opposes within 30 days of service, ordinary proceedings follow."
        ),
        court.LOOK: _lt(
            "Disputed: %(numbers)s. Once he opposes, within 30 days of service and without a reason, ordinary "
            "proceedings follow."
        ),
    },
    "form_a": {
        court.LOOK: _lt(
            "Form A, with parties and court, amount, interest with rate and period, ground, a description of the "
            "evidence, why that court, and why it crosses a border."
        ),
    },
    "insolvent": {
        court.NEVER: _lt("The debtor is insolvent: file the claim with the trustee."),
    },
    "agreement": {
        court.MISSING: _lt("A promise or payment plan runs: %(numbers)s. Wait for it, or end it first."),
    },
    "replies": {
        court.MISSING: _lt("The debtor wrote and nobody has answered. Handle that first."),
    },
    "care": {
        court.LOOK: _lt("The debtor is treated with care: look for another way first."),
    },
    "lapsed": {
        court.LOOK: _lt("May have lapsed: %(numbers)s. No court applies that by itself, but the debtor may plead it."),
    },
    "limitation_unknown": {
        court.LOOK: _lt("Until when it can be enforced is not known here: %(numbers)s."),
    },
}
PAPERS = {
    court.INVOICE: _lt("The invoices"),
    court.ORDER: _lt("Order or contract"),
    court.TERMS: _lt("The terms, with proof that he accepted them"),
    court.DEMAND: _lt("The demands that went out"),
    court.NOTICE: _lt("The 14-day letter or first reminder, with proof of arrival"),
    court.STATEMENT: _lt("Statement with interest and costs, by rate and period"),
    court.DEFENCE: _lt("What the debtor said against the claim, and your answer"),
    court.EVIDENCE: _lt("A description of the evidence: proof of delivery, mails, acknowledgements"),
    court.REGISTER: _lt("Extract of the register about the debtor, not older than a few days"),
}
