import secrets

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import chain
from .. import dunning_bulk
from .dunning_event_guard import MAY_ERASE, guard


class DunningEventPersonal(models.Model):
    """What an event holds about a person: names, addresses, what he wrote.

    Apart from the event, so that it can be erased when its time is over. The event keeps a digest with a random salt
    that goes along, so that nobody can find out afterwards what stood here.
    """

    _name = "dunning.event.personal"
    _description = "Personal Values of an Event"
    _inherit = ["dunning.written.once.mixin", "dunning.record.mixin"]
    _log_access = False
    _rec_name = "event_id"

    event_id = dunning_bulk.Unguarded("dunning.event", required=True, readonly=True)
    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True)
    salt = fields.Char(required=True, readonly=True)
    facts = fields.Json(required=True, readonly=True, string="Values")

    _event_uniq = models.UniqueIndex("(event_id)", "Each event has its personal values once.")

    def init(self):
        """PostgreSQL itself lets nobody change them, and only the erasure remove them."""
        guard(self.env.cr, self._table, erasable=True)

    @api.model
    def _salted(self, values):
        """What is to be kept of these values, None where there are none: ``{facts, salt, digest}``."""
        values = chain.plain({name: value for name, value in (values or {}).items() if value})
        if not values:
            return None
        salt = secrets.token_hex(16)
        return {"facts": values, "salt": salt, "digest": chain.personal_digest(salt, values)}

    @api.model
    def _keep(self, ids, events, kept):
        """Keep them beside their events. :param events: their values. :param kept: per event what ``_salted`` gave."""
        rows = [
            {
                "event_id": event_id,
                "company_id": event["company_id"],
                "salt": values["salt"],
                "facts": values["facts"],
            }
            for event_id, event, values in zip(ids, events, kept, strict=True)
            if values
        ]
        dunning_bulk.insert(self, rows)

    @api.model
    def _of(self, events):
        """``{id of the event: values}`` of those that whoever reads may read."""
        found = self.search_fetch([("event_id", "in", events.ids)], ["event_id", "facts"])
        return {kept.event_id.id: kept.facts for kept in found}

    @api.model
    def _erase(self, event_ids):
        """Take the values of these events away for good. The caller writes the event that says so."""
        self.env.cr.execute(SQL("SELECT set_config(%s, 'on', true)", MAY_ERASE))
        self.env.cr.execute(SQL("DELETE FROM dunning_event_personal WHERE event_id = ANY(%s)", list(event_ids)))
        self.env.cr.execute(SQL("SELECT set_config(%s, 'off', true)", MAY_ERASE))
        self.env.invalidate_all(flush=False)
