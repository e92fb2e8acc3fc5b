"""The presets: rows of steps for kinds of customers, made of the texts and levels that ship."""

from dataclasses import dataclass

from odoo.tools import LazyTranslate

from ...engine.rules import EVERY, SEEN

_lt = LazyTranslate(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``like`` is the place (from 0) of a shipped level that it is a copy of, None for a telephone call.

    ``day`` counts from the due date; None: as the shipped one. ``term``: days to pay, None: as the shipped one.
    """

    like: int | None
    day: int | None = None
    term: int | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """``name`` and ``about`` for whoever chooses; ``source`` the shipped procedures that it is made of, by the country
    of the company (empty: any); ``steps``: None for all as they ship. ``for_itself``: debtors follow it without being
    told to. ``by_hand``: nothing of it goes by itself."""

    name: str
    about: str
    source: dict
    kind: str
    steps: tuple[Step, ...] | None = None
    check_first: str = SEEN
    for_itself: bool = True
    by_hand: bool = False


BUSINESS = {
    "NL": "cremann_dunning.dunning_procedure_nl_business",
    "BE": "cremann_dunning.dunning_procedure_be_business",
    "": "cremann_dunning.dunning_procedure_eu",
}
PRESETS = {
    "friendly": Preset(
        _lt("Small businesses, friendly"),
        _lt("A reminder after three days, a call after ten, a second reminder after fourteen, the notice after 21."),
        BUSINESS,
        "business",
        (Step(0, 3, 6), Step(None, 10), Step(1, 14, 6), Step(2, 21)),
    ),
    "strict": Preset(
        _lt("Strict"),
        _lt("On the day after the due date, a week later, and the notice after fifteen days."),
        BUSINESS,
        "business",
        (Step(0, 1, 6), Step(1, 8, 6), Step(2, 15)),
    ),
    "consumer_nl": Preset(
        _lt("Dutch consumers"),
        _lt("Two reminders, the 14-day letter of the law, a last letter with the costs that it announced."),
        {"": "cremann_dunning.dunning_procedure_nl_consumer"},
        "consumer",
    ),
    "consumer_be": Preset(
        _lt("Belgian consumers"),
        _lt("The free first reminder with its fourteen days, a second one, a last letter with the compensation."),
        {"": "cremann_dunning.dunning_procedure_be_consumer"},
        "consumer",
    ),
    "public": Preset(
        _lt("Public bodies and large customers"),
        _lt("Somebody looks at every invoice first, and the steps leave time for its way through an office."),
        BUSINESS,
        "public",
        (Step(0, 7, 13), Step(None, 21), Step(1, 28, 14), Step(2, 49)),
        check_first=EVERY,
    ),
    "vip": Preset(
        _lt("Customers whom nobody writes to by himself"),
        _lt("The steps of businesses, each of them by hand. Choose it on the customers that it is for."),
        BUSINESS,
        "business",
        for_itself=False,
        by_hand=True,
    ),
}
