from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from .. import dunning_bulk
from ..dunning_inside import inside

COSTS, INTEREST = "costs", "interest"

# What these letters asked beyond the principal of each claim, as far as it is not on record yet. What was paid of it
# before belongs to it: a charge is what was asked altogether, whatever of it was paid on the way.
ASKED = """
INSERT INTO dunning_charge (
    company_id, letter_id, letter_line_id, claim_id, currency_id, kind, amount, amount_vat, base, date, date_from,
    date_until, is_announced, state, create_uid, write_uid, create_date, write_date)
SELECT f.company_id, f.id, k.id, k.claim_id, f.currency_id, v.kind, v.amount, v.vat, k.amount_open, f.sent_on,
       v.date_from, v.date_until, v.is_announced, 'replaced', %(uid)s, %(uid)s, %(now)s, %(now)s
  FROM dunning_letter f
  JOIN dunning_letter_line k ON k.letter_id = f.id AND k.principal_part AND k.is_rest IS NOT TRUE
 CROSS JOIN LATERAL (VALUES
       ('costs', COALESCE(k.amount_costs, 0) + COALESCE(k.costs_off, 0),
        COALESCE(ROUND(k.amount_costs * f.amount_costs_vat
                       / NULLIF(f.amount_costs + f.amount_costs_announced, 0), 2), 0),
        CASE WHEN f.amount_costs_announced > 0 THEN f.claimable_from ELSE f.sent_on END, NULL::date,
        f.amount_costs_announced > 0),
       ('interest', COALESCE(k.amount_interest, 0) + COALESCE(k.interest_off, 0), 0, k.interest_from, f.date, FALSE)
       ) v (kind, amount, vat, date_from, date_until, is_announced)
 WHERE f.id = ANY(%(letters)s) AND f.state = 'sent' AND v.amount > 0
    ON CONFLICT (letter_line_id, kind) DO NOTHING
RETURNING id
"""
# A later letter replaces what an earlier one asked for a claim; one that was taken back asks nothing any more. Those
# that were in force go first, so that at no moment two are.
STATES = """
WITH places AS (
    SELECT h.id, k.claim_id, h.state AS was,
           CASE WHEN f.state <> 'sent' OR k.is_let_go IS TRUE THEN 'taken_back'
                WHEN ROW_NUMBER() OVER (PARTITION BY k.claim_id, h.kind, f.state <> 'sent' OR k.is_let_go IS TRUE
                                        ORDER BY f.sent_at DESC, f.id DESC) = 1 THEN 'asked'
                ELSE 'replaced' END AS state
      FROM dunning_charge h
      JOIN dunning_letter_line k ON k.id = h.letter_line_id
      JOIN dunning_letter f ON f.id = k.letter_id
     WHERE k.claim_id = ANY(%(claims)s)
)
UPDATE dunning_charge h SET state = p.state, claim_id = p.claim_id
  FROM places p
 WHERE p.id = h.id AND (h.state <> p.state OR h.claim_id <> p.claim_id) AND (p.state = 'asked') = %(asked)s
RETURNING h.id, p.was, h.state
"""
# What events say of charges, by the letter that asked them.
OF_LETTERS = """
SELECT h.id, h.company_id, h.letter_id, f.name, h.claim_id, c.partner_id, u.name, h.kind, h.amount::text
  FROM dunning_charge h
  JOIN dunning_letter f ON f.id = h.letter_id
  JOIN dunning_claim c ON c.id = h.claim_id
  JOIN res_currency u ON u.id = h.currency_id
 WHERE h.id = ANY(%(ids)s)
 ORDER BY h.letter_id, h.id
"""
TURNED = {"asked": "charge.asked", "replaced": "charge.replaced", "taken_back": "charge.taken_back"}


class DunningCharge(models.Model):
    """What a sent letter asked of a claim beyond its principal: costs, or interest.

    The letter is the proof, this follows it (``_follow``). What a later letter asks takes its place, since that counts
    what the earlier one asked. What is received on it, waived or booked stands in ``dunning.charge.booking``.
    """

    _name = "dunning.charge"
    _description = "Costs and Interest"
    _inherit = ["dunning.record.mixin"]
    _order = "date desc, id desc"

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True, index=True)  # as its letter has
    # what was sent stays: letters, their lines and the claims on them refuse to go
    claim_id = dunning_bulk.Unguarded("dunning.claim", required=True, readonly=True, index=True)
    letter_id = dunning_bulk.Unguarded("dunning.letter", string="Asked by", required=True, readonly=True, index=True)
    letter_line_id = dunning_bulk.Unguarded("dunning.letter.line", required=True, readonly=True)
    case_id = fields.Many2one(related="claim_id.case_id")
    partner_id = fields.Many2one(related="claim_id.partner_id")
    currency_id = dunning_bulk.Unguarded("res.currency", required=True, readonly=True)
    kind = fields.Selection([(COSTS, "Costs"), (INTEREST, "Interest")], required=True, readonly=True)
    amount = fields.Monetary(string="Asked", readonly=True, help="What was asked altogether, VAT included.")
    amount_vat = fields.Monetary(string="VAT in it", readonly=True)
    base = fields.Monetary(string="Over", readonly=True, help="The principal that was open then.")
    date = fields.Date(string="Asked on", readonly=True)
    date_from = fields.Date(
        string="From", readonly=True, help="Of costs the first day to claim them, of interest its first day."
    )
    date_until = fields.Date(string="Until", readonly=True, help="Of interest its last day.")
    is_announced = fields.Boolean(
        string="Announced", readonly=True, help="Owed only if it was not paid before the term of the letter had run."
    )
    state = fields.Selection(
        [("asked", "Asked"), ("replaced", "Asked anew later"), ("taken_back", "Taken back")],
        string="Status",
        required=True,
        readonly=True,
    )
    create_uid = dunning_bulk.UnguardedAuthor("res.users", string="Created by", readonly=True)
    write_uid = dunning_bulk.UnguardedAuthor("res.users", string="Last Updated by", readonly=True)

    _one_in_force = models.UniqueIndex(
        "(claim_id, kind) WHERE state = 'asked'", "Of a claim one letter at a time asks costs and interest."
    )
    _one_per_line = models.UniqueIndex("(letter_line_id, kind)", "What a letter asked is on record already.")

    @api.depends("kind", "claim_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for charge in self:
            charge.display_name = f"{kinds.get(charge.kind, '')} {charge.claim_id.display_name or ''}".strip()

    @api.model
    def _follow(self, letters):
        """Put on record what these letters asked, and what is in force of the claims on them; a few statements.

        :param letters: ``dunning.letter`` that were sent, taken back or came back.
        """
        self.env["dunning.ledger.told"]._tell_handed_over(letters)
        claims = letters.line_ids.filtered("principal_part").claim_id
        if not claims:
            return
        self.env.flush_all()
        given = {"letters": letters.ids, "uid": self.env.uid, "now": self.env.cr.now()}
        self.env.cr.execute(SQL(ASKED, **given))
        fresh = {id_ for (id_,) in self.env.cr.fetchall()}
        self._choose_in_force(claims.ids, fresh)

    @api.model
    def _choose_in_force(self, claim_ids, fresh=frozenset()):
        """Of what letters asked for these claims, which is in force: the last that was sent and stands.

        :param fresh: ids of charges that came on record just now.
        """
        self.env.flush_all()
        turned = {}
        for asked in (False, True):
            self.env.cr.execute(SQL(STATES, claims=list(claim_ids), asked=asked))
            turned |= {id_: state for id_, was, state in self.env.cr.fetchall() if was != state}
        self.invalidate_model()
        if turned and not inside(self.env, "dunning_untold"):
            self.env["dunning.event"]._tell_beside(lambda: self._event_rows(turned, fresh), self.browse(turned))

    @api.model
    def _event_rows(self, turned, fresh=frozenset()):
        """Events about what letters ask, one for each letter; also to make them afterwards.

        :param turned: ``{id: state}``. :param fresh: ids of those that were never asked before.
        """
        parts, rows = defaultdict(list), []
        for id_, *about, claim_id, debtor_id, currency, kind, amount in self.env.execute_query(
            SQL(OF_LETTERS, ids=list(turned))
        ):
            again = turned[id_] == "asked" and id_ not in fresh
            parts[(*about, debtor_id, turned[id_], again)].append((claim_id, kind, Decimal(amount), currency))
        for (company_id, letter_id, name, debtor_id, state, again), own in parts.items():
            sums = self.env["dunning.ledger.told"]._sums([row[1:] for row in own])
            each = [
                {"claim": claim_id, "kind": kind, "amount": str(amount), "currency": currency}
                for claim_id, kind, amount, currency in own
            ]
            rows.append(
                {
                    "kind": TURNED[state],
                    "company_id": company_id,
                    "debtor": debtor_id,
                    "letter": letter_id,
                    "claims": [claim_id for claim_id, *_row in own],
                    "facts": {"name": name, **sums, **({"again": True} if again else {}), "parts": each},
                }
            )
        return rows
