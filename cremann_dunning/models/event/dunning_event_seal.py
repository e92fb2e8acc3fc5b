from odoo import fields, models

from .. import dunning_bulk
from .dunning_event_guard import guard


class DunningEventSeal(models.Model):
    """The place of an event in the chain of its company: its number, the digest of the one before, and its own."""

    _name = "dunning.event.seal"
    _description = "Seal of an Event"
    _inherit = ["dunning.written.once.mixin", "dunning.record.mixin"]
    _order = "company_id, seq"
    _rec_name = "seq"
    _log_access = False

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True)
    seq = fields.Integer(required=True, readonly=True, aggregator=None, string="Number")
    event_id = dunning_bulk.Unguarded("dunning.event", required=True, readonly=True)
    previous = fields.Char(required=True, readonly=True, string="Digest of the One Before")
    digest = fields.Char(required=True, readonly=True)
    sealed = fields.Datetime(readonly=True, string="Sealed On")
    place = fields.Char(readonly=True, help="Which database of which server it was, to tell a restored copy by.")

    _seq_uniq = models.UniqueIndex("(company_id, seq)", "Each number of a chain is given once.")
    _event_uniq = models.UniqueIndex("(event_id)", "Each event has one place in the chain.")

    def init(self):
        """The moment of sealing is the database's, and PostgreSQL lets nobody change a seal."""
        self.env.cr.execute(
            "ALTER TABLE dunning_event_seal ALTER COLUMN sealed SET DEFAULT (clock_timestamp() AT TIME ZONE 'UTC')"
        )
        guard(self.env.cr, self._table)
