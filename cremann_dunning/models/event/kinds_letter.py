from odoo.tools import LazyTranslate

from .kind import Kind

_lt = LazyTranslate(__name__)

LETTER: dict[str, Kind] = {}
