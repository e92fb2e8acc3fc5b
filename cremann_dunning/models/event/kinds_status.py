from odoo.tools import LazyTranslate

from .kind import Kind

_lt = LazyTranslate(__name__)

STATUSES: dict[str, Kind] = {
    "handover.said": Kind(
        _lt("The party said of hand-over %(name)s: %(status)s."),
        {
            "on": _lt("On %(on)s."),
            "received": _lt("Received: %(received)s."),
            "fees": _lt("Fees: %(fees)s."),
            "costs": _lt("Costs: %(costs)s."),
            "entry": _lt("Booked in %(entry)s."),
            "party": _lt("By: %(party)s."),
            "note": "%(note)s",
        },
    ),
    "handover.party_told": Kind(
        _lt("The party of hand-over %(name)s was told by mail."),
        {
            "paid": _lt("A payment came in here: %(paid)s."),
            "credited": _lt("Something was credited or matched: %(credited)s."),
            "undone": _lt("What was paid or credited is open again: %(undone)s."),
            "replied": _lt("The debtor wrote: %(replied)s."),
            "numbers": _lt("It is about %(numbers)s."),
            "party": _lt("To: %(party)s."),
        },
    ),
    "handover.party_not_told": Kind(
        _lt("The party of hand-over %(name)s could not be told by mail."),
        {
            "off": _lt("Follow-up was switched off."),
            "no_address": _lt("It has no e-mail address."),
            "party": _lt("To: %(party)s."),
        },
    ),
}
