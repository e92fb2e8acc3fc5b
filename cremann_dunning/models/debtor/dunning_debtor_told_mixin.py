from odoo import models

from ..event import as_fact


class DunningDebtorToldMixin(models.AbstractModel):
    """Tells what becomes of a record about a debtor: made, changed, ended, deleted (``dunning.event``).

    Whoever makes one calls ``_tell_made`` once its claims are there; changes and deletions are told from here.
    """

    _name = "dunning.debtor.told.mixin"
    _description = "Told as Events"

    _family = ""
    # Fields whose change is told.
    _told = frozenset()

    def _kind_made(self):
        """The kind of event that this record coming into being is; None for none."""
        raise NotImplementedError  # each model says it

    def _kind_changed(self, before):
        """The kind of event that a change is; None for none. :param before: facts by field, as ``as_fact.values``."""
        return f"{self._family}.changed"

    def _kind_deleted(self):
        """The kind of event that deleting this record is; None for none."""
        return f"{self._family}.deleted"

    def _event_facts(self, kind):
        """What an event of this kind says about this record: facts, and what could name a person."""
        raise NotImplementedError  # each model says it

    def _event_places(self):
        """Where these records are told: ``{record: [(company id, id of the debtor), ...]}``."""
        return {record: [(record.company_id.id, record.partner_id.commercial_partner_id.id)] for record in self}

    def _event_claims(self):
        """The claims that these records are about: ``{record: ids}``."""
        return {}

    def _event_rows(self, kinds, changes=None):
        """Events about these records as they are now, see ``dunning.event._tell``; also to make them afterwards.

        :param kinds: ``{record: kind}``; what has None is left out. :param changes: what to say beside, ``{record:
            (facts, personal)}``.
        """
        told = self.filtered(kinds.get)
        claims, places, rows = told._event_claims(), told._event_places(), []
        for record in told:
            facts, personal = record._event_facts(kinds[record])
            more, texts = (changes or {}).get(record, ({}, {}))
            row = {
                "kind": kinds[record],
                "claims": claims.get(record),
                "facts": {"of": as_fact.record(record)} | facts | more,
                "personal": personal | texts,
                **record._event_extra(kinds[record]),
            }
            rows += [row | {"company_id": company, "debtor": debtor} for company, debtor in places[record]]
        return rows

    def _event_extra(self, kind):
        """Further values of a row: ``happened``, ``letter``."""
        return {}

    def _tell_made(self):
        """Tell that these records came into being."""
        records = self.sudo()  # sudo: what is told is the system's to gather
        self.env["dunning.event"]._tell(records._event_rows({record: record._kind_made() for record in records}))

    def write(self, vals):
        """What changed is told with what it was before."""
        names = self._told & vals.keys()
        if not names:
            return super().write(vals)
        records = self.sudo()  # sudo: as above
        before = {record: as_fact.values(record, names) for record in records}
        result = super().write(vals)
        records._tell_changes(before)
        return result

    def _tell_changes(self, before):
        """:param before: ``{record: facts by field}``, as they were."""
        kinds, changes = {}, {}
        for record in self:
            found = as_fact.changes(record, before[record], as_fact.values(record, before[record]))
            if any(found):
                kinds[record], changes[record] = record._kind_changed(before[record]), found
        self.env["dunning.event"]._tell(self._event_rows(kinds, changes))

    def unlink(self):
        """That it is gone is told with what it was."""
        records = self.sudo()  # sudo: as above
        rows = records._event_rows({record: record._kind_deleted() for record in records})
        result = super().unlink()
        self.env["dunning.event"]._tell(rows)
        return result
