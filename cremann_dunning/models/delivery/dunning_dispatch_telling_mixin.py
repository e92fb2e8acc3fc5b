from odoo import api, models

from ..event import as_fact
from ..letter.dunning_letter_paper_mixin import BY_POST
from ..rules.dunning_level_channel import COMPANION_CHANNELS

SHORT = {channel for channel, _label in COMPANION_CHANNELS}
# What may be told of an attempt when it is written.
TOLD = {"state", "delivered_on", "proof_digests", "tracking_number"}


class DunningDispatchTellingMixin(models.AbstractModel):
    """Attempts tell what no state of their letter says: what became of what goes along, that the mail server asked to
    come back, tracking and proof. That a letter left or failed is told by the letter."""

    _name = "dunning.dispatch.telling.mixin"
    _description = "Events of a Dispatch"

    @api.model_create_multi
    def create(self, vals_list):
        """Told in one statement for all of them."""
        attempts = super().create(vals_list)
        attempts._tell_changes()
        return attempts

    def write(self, vals):
        """What changed by it is told."""
        names = TOLD & set(vals)
        before = {attempt.id: {name: attempt[name] for name in names} for attempt in self} if names else {}
        result = super().write(vals)
        if before:
            self._tell_changes(before)
        return result

    def _tell_changes(self, before=None):
        """:param before: per id what was written, as it was; None for what was made a moment ago, without tracking,
        which the posting tells."""
        rows, made = [], dict.fromkeys(("state", "delivered_on", "proof_digests"), False)
        for attempt in self:
            was = made if before is None else before[attempt.id]
            changed = {name for name in was if attempt[name] and attempt[name] != was[name]}
            if "state" in changed and (attempt.state == "deferred" or attempt._goes_along()):
                rows.append(attempt._event_row())
            if "tracking_number" in changed:
                rows.append(attempt._event_row("letter.tracked"))
            if "proof_digests" in changed:
                rows.append(attempt._proof_row(was["proof_digests"]))
            if "delivered_on" in changed:
                rows.append(attempt._event_row("letter.delivered"))
        if rows:
            self.env["dunning.letter.telling"]._tell(rows)

    def _goes_along(self):
        """Whether it goes along with a letter and is not the letter itself."""
        self.ensure_one()
        return self.channel in SHORT or (self.channel in BY_POST and self._is_copy())

    def _event_row(self, kind=None):
        """The attempt as an event.

        :param kind: else what it says by its state: that the letter was put off, or what became of what goes along.
        """
        self.ensure_one()
        telling = self.env["dunning.letter.telling"]
        kind = kind or ("letter.deferred" if self.state == "deferred" else "letter.companion")
        facts = {
            "channel": as_fact.choice(self, "channel"),
            "state": as_fact.choice(self, "state"),
            "tracking": self.tracking_number or None,
            "carrier": as_fact.named(self.carrier_id),
            "day": as_fact.day(self.delivered_on),
            "not_before": str(self.due_at) if self.due_at else None,
        }
        said = {"to": self.recipient, "text": self.text, "answer": self.answer}
        return telling._row(kind, self.letter_id, facts, said)

    def _proof_row(self, before=None):
        """The files that prove something of this attempt, as an event. :param before: digests told of already."""
        self.ensure_one()
        lines = (self.proof_digests or "").splitlines()[len((before or "").splitlines()) :]
        digests, names = zip(*(line.split("  ", 1) for line in lines), strict=True)
        facts = {"digests": list(digests)}
        return self.env["dunning.letter.telling"]._row("letter.proof", self.letter_id, facts, {"files": list(names)})
