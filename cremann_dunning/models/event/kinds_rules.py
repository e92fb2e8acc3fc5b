from odoo.tools import LazyTranslate

from .kind import CHANGED, Kind

_lt = LazyTranslate(__name__)

RULES: dict[str, Kind] = {
    "rules.made": Kind(_lt("Made: %(what)s.")),
    "rules.changed": Kind(_lt("Changed: %(what)s."), CHANGED),
    "rules.set_up": Kind(
        _lt("Follow-up was set up."),
        {"mode": _lt("Letters: %(mode)s."), "backlog": _lt("Old invoices: %(backlog)s.")},
    ),
    "rules.removed": Kind(_lt("Removed: %(what)s.")),
}
