from odoo.tools import LazyTranslate

from .kind import Kind

_lt = LazyTranslate(__name__)

INTERRUPTIONS: dict[str, Kind] = {
    "debtor.interruption": Kind(
        _lt("An interruption of the limitation of %(numbers)s was recorded: %(what)s, on %(on)s."),
        {"by": _lt("By: %(by)s."), "paper": _lt("Digest of the proof: %(paper)s.")},
    ),
    "debtor.interruption_deleted": Kind(
        _lt("The interruption of the limitation of %(numbers)s on %(on)s was deleted: %(what)s."),
        {"by": _lt("By: %(by)s."), "paper": _lt("Digest of the proof: %(paper)s.")},
    ),
}
