from odoo.tools import LazyTranslate

from .kind import Kind

_lt = LazyTranslate(__name__)

DEBTOR: dict[str, Kind] = {}
