from collections import defaultdict

from odoo import models

from ..event import as_fact


class DunningRunTellingMixin(models.AbstractModel):
    """A run tells what is done with it, by whom and with how many letters."""

    _name = "dunning.run.telling.mixin"
    _description = "Events of a Run"

    def _tell(self, kind, **facts):
        """Tell what was done with these runs, the numbers of their letters counted in one query."""
        self.env["dunning.event"]._tell(self._event_rows(kind, **facts))

    def _event_rows(self, kind, **facts):
        """What was done with these runs, as events. :param facts: what else is to be told of them."""
        counts = {run.id: {} for run in self}
        # sudo: all of them are counted, whoever acts
        letters = self.env["dunning.letter"].sudo().with_context(active_test=False)
        for run, state, count in letters._read_group([("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]):
            counts[run.id][state] = count
        return [
            {
                "kind": kind,
                "company_id": run.company_id.id,
                "facts": {
                    "run": {"record": ["dunning.run", run.id], "name": str(run.date)},
                    "day": {"date": str(run.date)},
                    **({"automatic": True} if run.automatic else {}),
                    **counts[run.id],
                    **facts,
                },
            }
            for run in self
        ]

    def _tell_agreed(self):
        """Tell to what a person agrees who confirms this run: letters, amounts, ways, and rates that may be old."""
        self.ensure_one()
        found, rates = self._to_confirm(), self.env["dunning.stale.rates"]
        totals = defaultdict(float)
        for _channel, currency, _count, amount in found:
            totals[currency] += amount
        ways = [
            {"of": {"choice": ["dunning.letter", "channel", channel]}, "count": count}
            for channel, _currency, count, _amount in found
        ]
        self._tell(
            "letter.run_agreed",
            letters=sum(way["count"] for way in ways),
            total=[as_fact.money(amount, currency) for currency, amount in totals.items()],
            ways=ways,
            **as_fact.known(rates=rates._as_facts(rates._waiting(self)) or None),
        )
