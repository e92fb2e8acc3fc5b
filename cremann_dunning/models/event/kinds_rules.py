from odoo.tools import LazyTranslate

from .kind import CHANGED, Kind

_lt = LazyTranslate(__name__)

RULES: dict[str, Kind] = {
    "rules.made": Kind(_lt("Made: %(what)s.")),
    "rules.changed": Kind(_lt("Changed: %(what)s."), CHANGED),
    "rules.removed": Kind(_lt("Removed: %(what)s.")),
}
