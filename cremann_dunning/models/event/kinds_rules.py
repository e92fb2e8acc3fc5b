from odoo.tools import LazyTranslate

from .kind import Kind

_lt = LazyTranslate(__name__)

RULES: dict[str, Kind] = {
    "rules.made": Kind(_lt("Made: %(what)s.")),
    "rules.changed": Kind(_lt("Changed: %(what)s."), {"changes": _lt("%(changes)s.")}),
    "rules.removed": Kind(_lt("Removed: %(what)s.")),
}
