from odoo.tools import LazyTranslate

from .kind import Kind

_lt = LazyTranslate(__name__)

_NAMED = {"party": _lt("To: %(party)s."), "numbers": _lt("It is about %(numbers)s.")}
_REASON = {"reason": _lt("Reason: %(reason)s")}

HANDOVERS = {
    "handover.made": Kind(
        _lt("%(name)s: claims of %(total)s were handed over (%(purpose)s)."),
        {**_NAMED, "accepted": _lt("Somebody answered for: %(accepted)s."), **_REASON},
    ),
    "handover.recalled": Kind(
        _lt("%(name)s was recalled from the party."),
        {**_NAMED, "ends": _lt("Nobody follows it up from now on."), **_REASON},
    ),
    "handover.released": Kind(_lt("%(numbers)s is with the party of %(name)s no longer: %(how)s.")),
    "handover.closed": Kind(_lt("%(name)s is closed: nothing of it is with the party any more."), _NAMED),
}
