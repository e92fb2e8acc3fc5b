r"""What in a field for an e-mail address is an address, and what becomes of a letter that went to several of them.

The database asks the same question of thousands of contacts at once, so the patterns are such that Python and
PostgreSQL read them alike: only sets of characters, with ``\uXXXX`` for what either of them or a query would take for
its own.
"""

import re
from collections.abc import Iterable

# Signs that nobody sees stand in no address: blanks of any width, marks of reading direction, soft hyphens, the mark of
# byte order.
_UNSEEN = r"\u007f-\u00a0\u00ad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufe00-\ufe0f\ufeff"
# The part before the @: what RFC 5322 calls an atom, and letters of any language (RFC 6531), as Odoo sends them.
_LOCAL = rf"[^\u0001-\u0020\u0022\u0028\u0029\u002c\u003a-\u003c\u003e\u0040\u005b-\u005d{_UNSEEN}]+"
# A label of the domain: letters of any language, digits and dashes.
_LABEL = rf"[^\u0001-\u002c\u002e\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e{_UNSEEN}]+"
ADDRESS = rf"^{_LOCAL}@{_LABEL}(\.{_LABEL})*$"
# What is taken out before the rest is taken apart, and what stands for it: names in quotes, and names before <...>.
QUOTED = (r"\u0022[^\u0022]*\u0022", " ")
NAMED = (r"[^,;<>]*<([^<>]*)>", r" , \1 , ")
# Between two addresses: only blanks that can be seen, so that an address with another sign at its edge is none.
BETWEEN = r"[\u0009-\u000d\u0020,;<>()\u005b\u005d]+"

# Only these letters are made small: what becomes of others differs between databases.
CAPITALS, SMALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"

_IS_ADDRESS = re.compile(ADDRESS)
_SMALL = str.maketrans(CAPITALS, SMALL)


def addresses(text: str | None) -> tuple[str, ...]:
    """The addresses in a text, in small letters and each once, in their order; what is none is left out."""
    text = re.sub(*QUOTED, text or "")
    text = re.sub(*NAMED, text)
    found = [part.translate(_SMALL) for part in re.split(BETWEEN, text) if _IS_ADDRESS.match(part)]
    return tuple(dict.fromkeys(found))


def joined(found: Iterable[str]) -> str | None:
    """Addresses as one text, as a dispatch keeps them; an address holds no blank."""
    return " ".join(dict.fromkeys(found)) or None


def stands(taken: Iterable[str], bounced: Iterable[str]) -> bool:
    """Whether a mail has reached somebody: its server took it for one at least, and not all of these came back."""
    return bool(set(taken) - set(bounced))
