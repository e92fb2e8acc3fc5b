from odoo import api, fields, models
from odoo.tools import SQL

from .dunning_handover import STATES
from .dunning_party import KINDS

# One row per hand-over. What was received is what the party said, and what is open is what the ledger says by now.
QUERY = """
SELECT h.id, h.id AS handover_id, h.company_id, h.party_id, y.kind, h.partner_id, h.date, h.state, c.currency_id,
       c.claims AS claim_count, c.total AS amount_handed_over, COALESCE(s.received, 0) AS amount_received,
       COALESCE(s.kept, 0) AS amount_kept, COALESCE(s.received, 0) - COALESCE(s.kept, 0) AS amount_net,
       CASE WHEN c.total > 0 THEN LEAST(100.0 * COALESCE(s.received, 0) / c.total, 100.0) ELSE 0 END AS success,
       COALESCE(h.closed_on, h.recalled_on, %(today)s) - h.date AS days,
       s.paid_on - h.date AS days_to_money
  FROM dunning_handover h
  JOIN dunning_party y ON y.id = h.party_id
  JOIN LATERAL (SELECT MIN(l.currency_id) AS currency_id, COUNT(*) AS claims, SUM(l.total) AS total
                  FROM dunning_handover_claim l WHERE l.handover_id = h.id) c ON c.claims > 0
  LEFT JOIN LATERAL (SELECT SUM(t.amount_received) AS received, SUM(t.amount_fees + t.amount_costs) AS kept,
                            MIN(t.date) FILTER (WHERE t.amount_received > 0) AS paid_on
                       FROM dunning_handover_status t WHERE t.handover_id = h.id) s ON TRUE
 WHERE h.state <> 'draft'
"""


class DunningPartyOverview(models.Model):
    """What became of what was handed over, per party: one row a hand-over, read from the records each time."""

    _name = "dunning.party.overview"
    _description = "Results of Parties"
    _inherit = ["dunning.record.mixin"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "handover_id"

    handover_id = fields.Many2one("dunning.handover", string="Hand-over", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    party_id = fields.Many2one("dunning.party", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    partner_id = fields.Many2one("res.partner", string="Debtor", readonly=True)
    date = fields.Date(string="Handed over on", readonly=True)
    state = fields.Selection(STATES, readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    claim_count = fields.Integer(string="Claims", readonly=True)
    amount_handed_over = fields.Monetary(string="Handed over", readonly=True, help="Principal, interest and costs.")
    amount_received = fields.Monetary(string="Received", readonly=True, help="By the party, as it said.")
    amount_kept = fields.Monetary(string="Fees and costs", readonly=True, help="Of the party, as it said.")
    amount_net = fields.Monetary(string="Left for us", readonly=True)
    success = fields.Float(
        string="Success (%)",
        readonly=True,
        aggregator="avg",
        help="What was received of what was handed over; of several together by their amounts.",
    )
    days = fields.Integer(string="Days with the party", readonly=True, aggregator="avg")
    days_to_money = fields.Integer(
        string="Days to the first money",
        readonly=True,
        aggregator="avg",
        help="Empty, and no part of an average, where no money came in.",
    )

    @property
    def _table_query(self):
        return SQL(QUERY, today=self.env.company._dunning_today())

    def action_open(self):
        """The hand-over of a row."""
        self.ensure_one()
        self.check_access("read")
        return self.handover_id._get_records_action()

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """The success of several is that of their sums: of one large and one small the average would say little."""
        if aggregate_spec != "success:avg":
            return super()._read_group_select(aggregate_spec, query)
        received = self._field_to_sql(self._table, "amount_received", query)
        total = self._field_to_sql(self._table, "amount_handed_over", query)
        return SQL("LEAST(100.0 * SUM(%s) / NULLIF(SUM(%s), 0), 100.0)", received, total)
