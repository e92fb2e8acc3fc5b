from .dunning_inside import Inside, inside


class Look:
    """One question of a screen: nobody writes while it is answered, so what all its statements need is asked once.

    Whoever brings something up to date before it is answered says so: ``changed`` becomes None again.
    """

    def __init__(self):
        self.changed = None  # cases that are read from the ledger, see dunning_case_now
        self.days = None  # companies by the date where they are
        self.weights = None  # what the parts of a priority weigh, see dunning.case._weights_by_part
        self.levels = None  # levels by the phase that they lead to
        self.answers = {}  # what is answered now of whom it was old, and not written, see dunning.glance


def looking(records):
    """These records while one question of a screen about them is answered, see ``Look``."""
    return records if inside(records.env, "dunning_fresh") else records.with_context(dunning_fresh=Inside(Look()))
