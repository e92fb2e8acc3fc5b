"""What tests of events share: those that were told since a moment, with what they say."""

from contextlib import contextmanager


class ToldMixin:
    def last_event(self):
        self.env.cr.execute("SELECT COALESCE(MAX(id), 0) FROM dunning_event")
        return self.env.cr.fetchone()[0]

    @contextmanager
    def telling(self, *kinds, family=""):
        """The events that the block tells, in their order: exactly of these kinds.

        :param family: only of this one, where others tell beside it.
        """
        last, found = self.last_event(), []
        yield found
        self.env.flush_all()
        told = self.env["dunning.event"].search([("id", ">", last), ("kind", "=like", f"{family}%")], order="id")
        self.assertEqual(told.mapped("kind"), list(kinds))
        found += told

    def personal(self, event):
        return self.env["dunning.event.personal"]._of(event).get(event.id, {})

    def money(self, amount):
        return {"amount": amount, "currency": "EUR"}

    def claims_of(self, *moves):
        return [
            self.env["dunning.claim"].search([("move_id", "=", move.id), ("ended_on", "=", False)]).id for move in moves
        ]
