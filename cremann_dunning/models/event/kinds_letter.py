from odoo.tools import LazyTranslate

from .kind import Kind
from .kinds_issuer import ON_MANDATE

_lt = LazyTranslate(__name__)

_BANK = {
    "booked_until": _lt("The bank was booked up to and including %(booked_until)s."),
    "unbooked": _lt("Receipts not booked then: %(unbooked)s."),
}
_REASON = {"reason": _lt("Reason: %(reason)s")}
_ABOUT_REPLY = {"source": _lt("It came by: %(source)s."), "reason": _lt("It is about: %(reason)s.")}

_MADE = {
    "letter.drafted": Kind(_lt("A letter “%(level)s” over %(total)s was written by hand.")),
    "letter.edited": Kind(_lt("The draft of letter %(name)s was changed: %(fields)s.")),
    "letter.reworded": Kind(
        _lt("The words of letter %(name)s were changed: %(fields)s."), tails={"texts": "%(texts)s."}
    ),
    "letter.discarded": Kind(_lt("The draft of letter %(name)s, written by hand, was thrown away.")),
    "letter.issued": Kind(
        _lt("Letter %(name)s (%(level)s) over %(total)s was made final."),
        tails={
            "interest": _lt("Interest in it: %(interest)s."),
            "costs": _lt("Costs in it: %(costs)s."),
            "announced": _lt("It announces costs of %(announced)s."),
            "test": _lt("It is a test."),
            **ON_MANDATE,
        },
    ),
    "letter.stopped": Kind(_lt("The rules stopped letter %(name)s."), tails=_REASON),
    "letter.cancelled": Kind(_lt("Letter %(name)s was cancelled before it left."), tails={"cause": _lt("%(cause)s.")}),
    "letter.left_out": Kind(
        _lt("Letter %(name)s was left out."),
        tails={
            **_REASON,
            "until": _lt("Its invoices wait up to and including %(until)s."),
            "unlimited": _lt("Its invoices wait until somebody puts them back."),
            "at_once": _lt("Its invoices have their turn in the next run."),
        },
    ),
    "letter.readdressed": Kind(
        _lt("Letter %(name)s was taken back: what it asked is owed by somebody else now."),
        tails={"new": _lt("It is proposed anew to %(new)s.")},
    ),
}

_LEFT = {
    "letter.sent": Kind(
        _lt("Letter %(name)s went to %(to)s by e-mail."),
        tails={
            "copy_to": _lt("A copy went to %(copy_to)s."),
            "refused": _lt("It was not taken for %(refused)s."),
            "answers": _lt("The mail server said: %(answers)s."),
            "found": _lt("Its sending had been cut off; a person found that it did leave."),
            **_BANK,
        },
    ),
    "letter.posted": Kind(
        _lt("Letter %(name)s went to %(to)s by post (%(channel)s)."),
        tails={
            "carrier": _lt("Carrier: %(carrier)s."),
            "tracking": _lt("Tracking number: %(tracking)s."),
            **_BANK,
        },
    ),
    "letter.tested": Kind(_lt("Test letter %(name)s went to %(to)s and to nobody else.")),
    "letter.deferred": Kind(
        _lt("The mail server put letter %(name)s off."), tails={"answer": _lt("It said: %(answer)s")}
    ),
    "letter.failed": Kind(_lt("Letter %(name)s did not get through: %(failure)s."), tails=_REASON),
    "letter.again": Kind(_lt("Letter %(name)s is tried again.")),
    "letter.on_paper": Kind(_lt("Letter %(name)s goes on paper instead.")),
    "letter.no_service": Kind(
        _lt("Letter %(name)s is to be printed and posted by hand: Odoo's Snail Mail is not installed."),
        tails={"copy": _lt("That is the copy on paper.")},
    ),
    "letter.files_gone": Kind(
        _lt("The file of %(numbers)s had gone from the filestore, so letter %(name)s goes without it.")
    ),
    "letter.companion": Kind(
        _lt("Along with letter %(name)s: %(channel)s, %(state)s."), tails={"answer": _lt("%(answer)s")}
    ),
}

_AFTER = {
    "letter.bounced": Kind(
        _lt("Letter %(name)s came back from %(from)s."),
        tails={
            "copy": _lt("That was the copy; the letter itself did not come back."),
            "left": _lt("%(left)s did get it, so the letter stands."),
            "stands": "%(stands)s.",
            "undone": _lt("It does not count as sent any more."),
        },
    ),
    "letter.bounced_elsewhere": Kind(
        _lt("A report says that a mail to %(from)s came back. Letter %(name)s never went there.")
    ),
    "letter.returned": Kind(_lt("The post brought letter %(name)s back, so it does not count as sent any more.")),
    "letter.opened": Kind(_lt("The debtor opened the page of letter %(name)s.")),
    "letter.delivered": Kind(
        _lt("Letter %(name)s was delivered on %(day)s, as the carrier reports."),
        tails={"tracking": _lt("Tracking number: %(tracking)s.")},
    ),
    "letter.proof": Kind(
        _lt("Proof from the post was kept for letter %(name)s."), tails={"files": _lt("Files: %(files)s.")}
    ),
    "letter.tracked": Kind(
        _lt("Tracking number of letter %(name)s: %(tracking)s."), tails={"carrier": _lt("Carrier: %(carrier)s.")}
    ),
    "letter.term": Kind(
        _lt("The term of letter %(name)s got longer: the next step can follow from %(start)s."),
        tails={
            "received": _lt("It was received on %(received)s."),
            "posted": _lt("It was posted on paper as well, on %(posted)s."),
        },
    ),
    "letter.taken_back": Kind(_lt("Letter %(name)s was taken back."), tails=_REASON),
    "hold.override": Kind(
        _lt("A manager let letter %(name)s go all the same, past rule %(code)s."),
        tails={"article": _lt("The rule rests on %(article)s."), **_REASON},
    ),
    "answer.received": Kind(
        _lt("A reply came in: %(subject)s."),
        tails={**_ABOUT_REPLY, "automatic": _lt("A machine gave it.")},
    ),
    "answer.placed": Kind(_lt("The reply was placed with the debtor: %(subject)s."), tails=_ABOUT_REPLY),
    "answer.handled": Kind(
        _lt("The reply was handled: %(subject)s."),
        tails={**_ABOUT_REPLY, "foreign": _lt("It was nothing about what is owed.")},
    ),
}

_COUNTS = {
    "draft": _lt("To confirm: %(draft)s."),
    "issued": _lt("On their way or to post: %(issued)s."),
    "sent": _lt("Sent: %(sent)s."),
    "failed": _lt("Not delivered: %(failed)s."),
    "cancelled": _lt("Left out or dropped: %(cancelled)s."),
}
_RUNS = {
    "letter.run_proposed": Kind(_lt("The run of %(day)s was proposed."), tails=_COUNTS),
    "letter.run_confirmed": Kind(
        _lt("The run of %(day)s was confirmed."),
        tails={"checked": _lt("Letters checked once more: %(checked)s."), **_COUNTS},
    ),
    "letter.run_agreed": Kind(
        _lt("Sending the run of %(day)s was agreed to. Letters: %(letters)s, to pay: %(total)s."),
        tails={
            "ways": "%(ways)s.",
            "rates": _lt("Agreed to although they may be out of date: %(rates)s."),
        },
    ),
    "letter.run_waits": Kind(
        _lt("Letters of the run of %(day)s wait: %(letters)s. The interest rates may be out of date."),
        tails={"rates": _lt("Newest rates: %(rates)s.")},
    ),
    "letter.run_undone": Kind(
        _lt("Letters of the run of %(day)s that had not left were taken back: %(letters)s."),
        tails={"stayed": _lt("Sent before that, and left as they are: %(stayed)s.")},
    ),
    "letter.run_cancelled": Kind(_lt("The run of %(day)s was cancelled.")),
    "letter.run_taken_over": Kind(
        _lt("The run of %(day)s took letters over from other runs: %(letters)s."),
        tails={"days": _lt("Those were of %(days)s."), "makers": _lt("Made by %(makers)s.")},
    ),
    "letter.run_given": Kind(
        _lt("Letters of the run of %(day)s belong to the run of %(into)s from now on: %(letters)s.")
    ),
}

LETTER: dict[str, Kind] = {**_MADE, **_LEFT, **_AFTER, **_RUNS}
