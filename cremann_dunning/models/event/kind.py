from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of event. :param sentence: lazily translated, with its facts. :param tails: per fact a further sentence,
    said only where that fact is there; a plain text where nothing in it is to be translated."""

    sentence: Any
    tails: dict[str, Any] = field(default_factory=dict)


# What was changed, in facts and in what could name a person: no more than the values themselves, so a plain text.
CHANGED = {"changes": "%(changes)s.", "texts": "%(texts)s."}
