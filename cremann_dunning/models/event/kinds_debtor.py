from odoo.tools import LazyTranslate

from .kind import CHANGED, Kind
from .kinds_limitation import INTERRUPTIONS

_lt = LazyTranslate(__name__)

ABOUT = {"numbers": _lt("It is about %(numbers)s."), "whole": _lt("It is about everything of this debtor.")}
NOTE = {"note": "%(note)s"}

WRITTEN = {
    "promised_on": _lt("Promised for %(promised_on)s."),
    "instalment_on": _lt("Instalment of %(instalment_on)s."),
    "deadline": _lt("To be answered by %(deadline)s."),
    "to": _lt("To: %(to)s."),
    "reason": _lt("Reason: %(reason)s"),
    "paper": _lt("Digest of the document: %(paper)s."),
    **ABOUT,
}
AGREEMENTS = {
    "agreement.promised": Kind(_lt("The debtor promised %(amount)s for %(date)s."), {**ABOUT, **NOTE}),
    "agreement.plan_agreed": Kind(
        _lt("A payment plan over %(amount)s was agreed on %(agreed_on)s."),
        {"instalments": _lt("Instalments: %(instalments)s."), **ABOUT, **NOTE},
    ),
    "agreement.plan_reopened": Kind(
        _lt("The payment plan over %(amount)s was put back to draft, to be changed."), ABOUT
    ),
    "agreement.changed": Kind(_lt("The agreement about %(amount)s was changed."), {**CHANGED, **ABOUT}),
    "agreement.kept": Kind(_lt("The agreement about %(amount)s was kept."), ABOUT),
    "agreement.broken": Kind(
        _lt("The agreement about %(amount)s was broken."),
        {
            "paid": _lt("%(paid)s came in."),
            "missing": _lt("This instalment was missing: %(missing)s."),
            **ABOUT,
        },
    ),
    "agreement.cancelled": Kind(
        _lt("The agreement about %(amount)s was ended."),
        {**ABOUT, "gone": _lt("The invoices that it was about are gone.")},
    ),
    "agreement.confirmed": Kind(
        _lt("What was agreed about %(amount)s was confirmed."),
        {
            "by_firm": _lt("By us."),
            "by_firm_limits": _lt("By us: it lies within the limits of the settings."),
            "by_debtor": _lt("By the debtor, on his page."),
            "login": _lt("With the login of %(login)s."),
            "network": _lt("From the network %(network)s."),
            "text": _lt("Digest of the text: %(text)s."),
            "replaces": _lt("It takes the place of the text %(replaces)s."),
            **ABOUT,
        },
    ),
    "agreement.letter_sent": Kind(_lt("Letter %(number)s about %(amount)s that did not come in was sent."), WRITTEN),
    "agreement.letter_failed": Kind(_lt("A letter about %(amount)s that did not come in could not be sent."), WRITTEN),
    "agreement.letter_cancelled": Kind(_lt("A letter about %(amount)s that did not come in was cancelled."), WRITTEN),
    "agreement.deleted": Kind(_lt("The agreement about %(amount)s was deleted."), {**ABOUT, **NOTE}),
}

DISPUTES = {
    "dispute.opened": Kind(
        _lt("The debtor does not agree: %(reason)s."),
        {"amount": _lt("Disputed part: %(amount)s."), **ABOUT, "description": "%(description)s"},
    ),
    "dispute.changed": Kind(_lt("The dispute (%(reason)s) was changed."), {**CHANGED, **ABOUT}),
    "dispute.closed": Kind(
        _lt("The dispute (%(reason)s) was closed."),
        {"outcome": _lt("Outcome: %(outcome)s."), "credited": _lt("Credited: %(credited)s."), **ABOUT},
    ),
    "dispute.reopened": Kind(_lt("The dispute (%(reason)s) was opened again."), ABOUT),
    "dispute.deleted": Kind(_lt("The dispute (%(reason)s) was deleted."), ABOUT),
}

SPOKEN = {
    "person": _lt("Spoken to: %(person)s."),
    "by": _lt("By: %(by)s."),
    "level": _lt("It counts as the step %(level)s."),
    **ABOUT,
    **NOTE,
}
CONTACTS = {
    "contact.called": Kind(_lt("Call: %(outcome)s."), SPOKEN),
    "contact.not_reached": Kind(_lt("%(kind)s: nobody was reached."), SPOKEN),
    "contact.other": Kind(_lt("%(kind)s: %(outcome)s."), SPOKEN),
    "contact.changed": Kind(_lt("A contact (%(kind)s: %(outcome)s) was noted differently."), CHANGED),
    "contact.archived": Kind(_lt("A contact (%(kind)s: %(outcome)s) was archived and no longer counts."), SPOKEN),
    "contact.unarchived": Kind(_lt("A contact (%(kind)s: %(outcome)s) counts again."), SPOKEN),
    "contact.deleted": Kind(_lt("A contact (%(kind)s: %(outcome)s) was deleted."), SPOKEN),
}

HELD = {
    "numbers": _lt("It is about %(numbers)s."),
    "whole": _lt("It is about everything of this debtor."),
    "until": _lt("Up to and including %(until)s."),
    "left_out": _lt("Its letter was left out."),
    "reason": _lt("Reason: %(reason)s"),
}
HOLDS = {
    "hold.set": Kind(_lt("Put on hold."), HELD),
    "hold.changed": Kind(_lt("The hold was changed."), {**CHANGED, **HELD}),
    "hold.ended": Kind(_lt("The hold was ended."), HELD),
    "hold.ran_out": Kind(_lt("The last day of the hold is over."), HELD),
    "hold.deleted": Kind(_lt("The hold was deleted."), HELD),
    "hold.left_alone": Kind(_lt("%(numbers)s was marked as not to be followed up.")),
    "hold.followed_again": Kind(_lt("%(numbers)s is followed up again.")),
    "hold.arrived": Kind(
        _lt("The debtor has %(numbers)s, a person says."),
        {
            "refusal": _lt("Before that: %(refusal)s."),
            "changed": _lt("Before that: it was changed after it was sent."),
            "unsent": _lt("Before that: Odoo knew of no sending."),
        },
    ),
    "hold.said_sent": Kind(
        _lt("%(numbers)s went to the debtor on %(date)s, a person says."), {"how": _lt("How: %(how)s.")}
    ),
    "hold.said_sent_before": Kind(_lt("%(numbers)s went to the debtor before follow-up began, a person says.")),
    "hold.checked": Kind(
        _lt("%(numbers)s was checked. %(question)s %(answer)s."),
        {"ground": _lt("Seen before that: %(ground)s."), **NOTE},
    ),
    "hold.left_out": Kind(_lt("%(numbers)s was left out of follow-up."), {"reason": _lt("Reason: %(reason)s")}),
}

INSOLVENT = {
    "court": _lt("Court: %(court)s."),
    "number": _lt("Number: %(number)s."),
    "trustee": _lt("Trustee: %(trustee)s."),
    **NOTE,
}
FILED = {"paper": _lt("Digest of the statement: %(paper)s."), "trustee": _lt("Trustee: %(trustee)s.")}
INSOLVENCIES = {
    "debtor.insolvency": Kind(_lt("The debtor is insolvent: %(kind)s since %(date)s."), INSOLVENT),
    "debtor.insolvency_changed": Kind(
        _lt("What is known of the insolvency (%(kind)s since %(date)s) was changed."), CHANGED
    ),
    "debtor.insolvency_ended": Kind(
        _lt("The insolvency (%(kind)s since %(date)s) ended on %(ended_on)s: %(outcome)s.")
    ),
    "debtor.insolvency_deleted": Kind(_lt("The insolvency (%(kind)s since %(date)s) was deleted."), INSOLVENT),
    "debtor.claim_filed": Kind(_lt("A claim of %(amount)s was filed with the trustee (%(how)s)."), FILED),
    "debtor.claim_admitted": Kind(
        _lt("Of the claim of %(amount)s that was filed, %(admitted)s was admitted."),
        {"admitted_on": _lt("On %(admitted_on)s.")},
    ),
}

WAS = {"before": _lt("Before: %(before)s.")}
HIMSELF = {
    "debtor.keys_revoked": Kind(
        _lt("Keys to the debtor's page were revoked: %(keys)s."), {"letters": _lt("Those of %(letters)s.")}
    ),
    "debtor.known": Kind(
        _lt("Somebody with the key of letter %(name)s named an invoice and the postcode on the debtor's page.")
    ),
    "debtor.known_by_code": Kind(
        _lt("Somebody with the key of letter %(name)s typed the code that was mailed to the debtor.")
    ),
    "debtor.kind": Kind(
        _lt("The debtor is now: %(after)s."),
        {
            **WAS,
            "by_hand": _lt("It was set by hand."),
            "is_company": _lt("It is a company."),
            "vat": _lt("VAT number: %(vat)s."),
            "registry": _lt("Registration number: %(registry)s."),
        },
    ),
    "debtor.kind_of_invoice": Kind(_lt("For %(numbers)s the debtor is now: %(after)s."), WAS),
    "debtor.kind_of_invoice_let_go": Kind(_lt("For %(numbers)s the debtor's own kind counts again."), WAS),
    "debtor.procedure": Kind(_lt("The procedure %(after)s was chosen for this debtor."), WAS),
    "debtor.procedure_let_go": Kind(_lt("The procedure follows from the kind of debtor again."), WAS),
    "debtor.procedure_of_invoice": Kind(_lt("The procedure %(after)s was chosen for %(numbers)s."), WAS),
    "debtor.procedure_of_invoice_let_go": Kind(_lt("%(numbers)s follows the procedure of the debtor again."), WAS),
    "debtor.by_hand": Kind(_lt("Nothing goes to this debtor by itself from now on: somebody proposes each letter.")),
    "debtor.by_hand_let_go": Kind(_lt("Letters to this debtor go as his procedure says again.")),
    "debtor.day_set": Kind(_lt("The next step towards this debtor waits until %(after)s."), WAS),
    "debtor.day_set_let_go": Kind(_lt("The next step towards this debtor comes when its turn is."), WAS),
    "debtor.by_hand_of_invoice": Kind(
        _lt("Nothing goes out about %(numbers)s by itself from now on: somebody proposes each letter.")
    ),
    "debtor.by_hand_of_invoice_let_go": Kind(_lt("Letters about %(numbers)s go as its procedure says again.")),
    "debtor.day_set_of_invoice": Kind(_lt("The next step for %(numbers)s waits until %(after)s."), WAS),
    "debtor.day_set_of_invoice_let_go": Kind(_lt("The next step for %(numbers)s comes when its turn is."), WAS),
    "debtor.responsible_of_invoice": Kind(
        _lt("Somebody of its own is responsible for %(numbers)s."), {"after": _lt("From now on: %(after)s.")}
    ),
    "debtor.responsible_of_invoice_let_go": Kind(
        _lt("Whoever is responsible for the debtor is so for %(numbers)s again.")
    ),
    "debtor.setting": Kind(
        _lt("What holds for letters to this debtor was changed."), {**CHANGED, "contact": _lt("Contact: %(contact)s.")}
    ),
    "debtor.moved": Kind(_lt("%(old)s belongs to %(new)s from now on: follow-up goes on with both as one debtor.")),
    "debtor.claims_left": Kind(_lt("%(numbers)s went to %(new)s, who owes it now, with what was said about it.")),
    "debtor.claims_came": Kind(_lt("%(numbers)s came from %(old)s, who owed it before, with what was said about it.")),
    "debtor.care": Kind(_lt("The debtor is treated with care from now on.")),
    "debtor.care_changed": Kind(_lt("The care for this debtor was looked at anew."), CHANGED),
    "debtor.care_ended": Kind(_lt("The debtor is no longer treated with care."), CHANGED),
    "debtor.care_deleted": Kind(_lt("What was noted of the care for this debtor was deleted.")),
    "debtor.advice_accepted": Kind(
        _lt("Advice on new sales was accepted: %(advice)s."), {"done": "%(done)s", "why": _lt("Remark: %(why)s")}
    ),
    "debtor.advice_declined": Kind(
        _lt("Advice on new sales was declined: %(advice)s."), {"why": _lt("Remark: %(why)s")}
    ),
    "debtor.responsible": Kind(
        _lt("Somebody else is responsible for this debtor."),
        {"before": _lt("Before: %(before)s."), "after": _lt("From now on: %(after)s.")},
    ),
    "debtor.statement_sent": Kind(_lt("A statement of account was sent."), {"to": _lt("To: %(to)s.")}),
    "debtor.limitation_interrupted": Kind(
        _lt("The limitation of %(numbers)s was interrupted on %(on)s: it lapses after %(until)s."),
        {
            "demand": _lt("A letter demanded payment."),
            "acknowledged": _lt("The debtor acknowledged the debt."),
            "before": _lt("It would have lapsed after %(before)s."),
        },
    ),
}

CLAIMS = {
    "debtor.claim_begun": Kind(_lt("A claim began: %(numbers)s, %(amount)s, due on %(due)s.")),
    "debtor.claim_taken_in": Kind(_lt("%(numbers)s was taken in as a claim: %(amount)s, due on %(due)s.")),
    "debtor.claim_renamed": Kind(
        _lt("Number or dates of %(numbers)s as a claim were changed: %(amount)s, due on %(due)s.")
    ),
    "debtor.claim_ended": Kind(
        _lt("%(numbers)s is no claim any more: %(reason)s."), {"into": _lt("It went into %(into)s.")}
    ),
    "debtor.claim_back": Kind(_lt("%(numbers)s is a claim again.")),
}

DEBTOR: dict[str, Kind] = {
    **AGREEMENTS,
    **DISPUTES,
    **CONTACTS,
    **HOLDS,
    **INSOLVENCIES,
    **HIMSELF,
    **CLAIMS,
    **INTERRUPTIONS,
}
