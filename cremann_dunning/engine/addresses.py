r"""What in a field for an e-mail address is an address, and what becomes of a letter that went to several of them.

The database asks the same question of thousands of contacts at once, so the patterns are such that both read them
alike: only sets of characters, with ``\uXXXX`` for what either of them or a query would take for its own.
"""

import re
from collections.abc import Iterable

# The part before the @: what RFC 5322 calls an atom. Odoo's sending takes ASCII only there.
_LOCAL = r"[A-Za-z0-9.!#$\u0025&\u0027*+/=?^_\u0060\u007b|\u007d~-]+"
# A label of the domain: letters of any language, digits and dashes. Signs that nobody sees are none: blanks of any
# width, marks of reading direction, soft hyphens, the mark of byte order.
_LABEL = (
    r"[^\u0001-\u002c\u002e\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a0\u00ad\u034f\u061c\u1680\u180e\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u3000\ufe00-\ufe0f\ufeff]+"
)
ADDRESS = rf"^{_LOCAL}@{_LABEL}(\.{_LABEL})*$"
# What is taken out before the rest is taken apart, and what stands for it: names in quotes, and names before <...>.
QUOTED = (r"\u0022[^\u0022]*\u0022", " ")
NAMED = (r"[^,;<>]*<([^<>]*)>", r" , \1 , ")
# Between two addresses: only blanks that can be seen, so that an address with another sign at its edge is none.
BETWEEN = r"[\u0009-\u000d\u0020,;<>()\u005b\u005d]+"

_IS_ADDRESS = re.compile(ADDRESS)


def addresses(text: str | None) -> tuple[str, ...]:
    """The addresses in a text, in small letters and each once, in their order; what is none is left out."""
    text = re.sub(*QUOTED, text or "")
    text = re.sub(*NAMED, text)
    found = [part.lower() for part in re.split(BETWEEN, text) if _IS_ADDRESS.match(part)]
    return tuple(dict.fromkeys(found))


def joined(found: Iterable[str]) -> str | None:
    """Addresses as one text, as a dispatch keeps them; an address holds no blank."""
    return " ".join(dict.fromkeys(found)) or None


def stands(taken: Iterable[str], bounced: Iterable[str]) -> bool:
    """Whether a mail has reached somebody: its server took it for one at least, and not all of these came back."""
    return bool(set(taken) - set(bounced))
