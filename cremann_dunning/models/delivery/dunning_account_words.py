"""What follows on an open item, as its debtor reads it: plain, without a threat, and nothing of how the firm works."""

from odoo.tools import LazyTranslate
from odoo.tools.misc import get_lang

from ...tools import spelling
from .. import dunning_counted as counted
from ..dunning_money import written

_lt = LazyTranslate(__name__)

# What was agreed about; what is dealt with in an insolvency; what need not be paid. Nothing of it is to be paid now.
AGREED = frozenset({"PLAN", "INSTALMENT_ASKED", "PROMISE", "PROMISE_ASKED"})
NOT_OURS = frozenset({"INSOLVENT", "DISCHARGED", "ESTATE"})
NOT_WORTH = frozenset({"DISCOUNT", "SMALL_REST"})
# Where the ladder ends, and a person decides.
AT_THE_END = frozenset({"LAST_LEVEL", "STOP_COUNT", "STOP_AGE"})

_PAY = _lt("Please pay this now. As long as it is open, we get in touch with you again.")
_PAY_BEFORE = _lt("Please pay this now. If it is still open then, we get in touch with you again on %(on)s or later.")
_LOOKED_AT = _lt("We look at this invoice first. Nothing follows.")
_WAITS = _lt("Nothing follows on this for now.")
_COVERED = _lt("Money or a credit of yours covers this. You need not pay it.")
_INSOLVENT = _lt("Nothing of this has to be paid to us now: it is dealt with in the insolvency.")
_PLAN = _lt("This is in your payment plan. The next instalment is %(amount)s, on %(date)s at the latest.")
_PROMISE = _lt("We agreed that you pay %(amount)s on %(date)s at the latest.")

_WORDS = {
    **dict.fromkeys(("PLAN", "INSTALMENT_ASKED"), _PLAN),
    **dict.fromkeys(("PROMISE", "PROMISE_ASKED"), _PROMISE),
    **dict.fromkeys(("INSOLVENT", "DISCHARGED", "ESTATE"), _INSOLVENT),
    **dict.fromkeys(("NET_CREDIT", "REST_COVERED"), _COVERED),
    **dict.fromkeys(("DISCOUNT", "SMALL_REST"), _lt("You need not pay this small rest.")),
    **dict.fromkeys(
        ("HOLD", "HOLD_UNTIL", "CAUSE_WAIT", "CAUSE_PERSON", "NOTHING_LEFT", "PAYMENT_UNDONE", "CARE_PERSON"), _WAITS
    ),
    **dict.fromkeys(("NOT_SENT", "NOT_ARRIVED", "CHECK_WRONG", "CHECK_FIRST"), _LOOKED_AT),
    "PERIOD_RUNNING": _lt("Our last letter gives you time to pay. Nothing follows before that has passed."),
    "DISPUTED": _lt("You told us that this is not right. Nothing follows until you have our answer."),
    "REPLIED": _lt("You wrote to us. Nothing follows until we have dealt with it."),
    "IN_PAYMENT": _lt("Your payment is under way. You need not pay this again."),
    "UNMATCHED_PAYMENT": _lt("We received money from you that is still to be booked. Nothing follows before that."),
    **dict.fromkeys(AT_THE_END, _lt("Please call us, so that we find a way together.")),
}


def follows(env, code, facts):
    """What follows, in the language of ``env``.

    :param code: of a decision. :param facts: ``amount`` and ``date`` of what was agreed, ``on`` (from which day on
        somebody writes again), as texts; empty where there is none.
    """
    words = env._(_WORDS.get(code) or (_PAY_BEFORE if facts.get("on") else _PAY))
    return words % facts


def about_item(env, row):
    """Under the number of an item: its date, when it is to be paid, and how late it is."""
    parts = []
    if row.dated:
        parts.append(env._("Invoice of %s", day(env, row.dated)))
    if row.due:
        parts.append(env._("to be paid by %s", day(env, row.due)))
    if row.days:
        parts.append(env._("%s overdue", counted.days(env, row.days)))
    if row.total != row.open and not row.item.reconciled:
        parts.append(env._("of %s altogether", written(env, row.total, row.currency)))
    return " · ".join(parts)


def promised(env, promise):
    """A promise to pay, as its debtor reads it."""
    told = {"amount": written(env, promise.amount, promise.currency_id), "date": day(env, promise.date)}
    said = env._("We agreed that you pay %(amount)s on %(date)s at the latest.", **told)
    return " ".join(filter(None, (said, _about(env, promise))))


def planned(env, plan):
    """What a payment plan comes to."""
    said = env._("You pay %s in instalments.", written(env, plan.amount, plan.currency_id))
    return " ".join(filter(None, (said, _about(env, plan))))


def disputed(env, dispute):
    """What he said is not right."""
    told = {"date": day(env, dispute.opened_on), "numbers": dispute.numbers or "…"}
    return env._(
        "On %(date)s you told us that %(numbers)s is not right. We look into it, and nothing follows on it until you "
        "have our answer.",
        **told,
    )


def day(env, value, form="d MMMM y"):
    """A day in words; empty where there is none."""
    return spelling.day(value, env.lang or get_lang(env).code, form) if value else ""


def _about(env, agreement):
    """What an agreement is about, where that is not everything."""
    return agreement.numbers and env._("It is about %s.", agreement.numbers)
