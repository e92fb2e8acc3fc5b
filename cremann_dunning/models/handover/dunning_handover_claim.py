from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.facts import HandedOver
from .. import dunning_bulk

FACTS = """
SELECT c.move_line_id, h.party_name, h.date
  FROM dunning_handover_claim k
  JOIN dunning_claim c ON c.id = k.claim_id
  JOIN dunning_handover h ON h.id = k.handover_id
  JOIN res_partner p ON p.id = c.partner_id
 WHERE k.is_frozen AND k.company_id = %s AND p.commercial_partner_id IN %s AND c.move_line_id IS NOT NULL
"""


class DunningHandoverClaim(models.Model):
    """One claim of a hand-over: what was asked for it on that day, and what has become of it."""

    _name = "dunning.handover.claim"
    _description = "Claim handed over"
    _inherit = ["dunning.record.mixin"]
    _order = "handover_id, date_due, id"
    _rec_name = "number"

    handover_id = fields.Many2one("dunning.handover", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    claim_id = fields.Many2one("dunning.claim", required=True, readonly=True, index=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    number = fields.Char(related="claim_id.number")
    date_due = fields.Date(string="Due date", readonly=True)
    principal = fields.Monetary(readonly=True, help="What was open of the invoice when it was handed over.")
    interest = fields.Monetary(readonly=True)
    costs = fields.Monetary(string="Collection costs", readonly=True)
    total = fields.Monetary(readonly=True)
    amount_open = fields.Monetary(related="claim_id.amount_open", string="Open now")
    is_frozen = fields.Boolean(
        string="With the party",
        readonly=True,
        help="Handed over and not taken back: no letter, call or page of ours asks for it.",
    )
    released_on = fields.Date(string="Not with the party since", readonly=True)
    release_reason = fields.Selection(
        [("recalled", "Recalled"), ("settled", "Paid or credited"), ("closed", "Closed by the party")],
        readonly=True,
    )
    create_uid = dunning_bulk.UnguardedAuthor("res.users", string="Created by", readonly=True)
    write_uid = dunning_bulk.UnguardedAuthor("res.users", string="Last Updated by", readonly=True)

    _once = models.UniqueIndex(
        "(claim_id) WHERE is_frozen", "This claim is with a party already. Recall it first, then hand it over again."
    )
    _frozen_idx = models.Index("(company_id) WHERE is_frozen")

    @api.model
    def _facts(self, company, partners):
        """Which items a party asks for now: ``{item id: engine.facts.HandedOver}``; one statement."""
        self.flush_model(["is_frozen", "claim_id", "handover_id", "company_id"])
        self.env["dunning.handover"].flush_model(["party_name", "date"])
        rows = self.env.execute_query(SQL(FACTS, company.id, tuple(partners)))
        return {line_id: HandedOver(party or "", since) for line_id, party, since in rows}

    @api.model
    def _frozen(self, moves, partner=None):
        """The rows of claims of these entries that are with a party now.

        :param partner: only of this debtor, of an entry with items of several.
        """
        # sudo: that a claim is with a party stops whoever would ask for it
        about = [("claim_id.move_id", "in", moves.ids), ("is_frozen", "=", True)]
        if partner:
            about.append(("claim_id.partner_id", "=", partner.commercial_partner_id.id))
        return self.sudo().search(about)

    @api.model
    def _why_silent(self, record):
        """Why nothing is asked of the debtor about what a record names, in words; False when something may be.

        A dispute is answered also when its claim is with a party. What names no invoices is about all of the debtor.

        :param record: a letter, promise, plan or set-off; its ``move_ids`` or lines say what it is about.
        """
        if record._name == "dunning.dispute":
            return False
        if "line_ids" in record._fields and record._name == "dunning.letter":
            moves = record.line_ids.move_id
        else:
            moves = record.move_ids if "move_ids" in record._fields else self.env["account.move"]
        case = record if record._name == "dunning.case" else record.case_id
        moves = moves or case.open_move_ids
        frozen = self._frozen(moves, record.partner_id)
        if not frozen:
            return False
        return self.env._(
            "%(numbers)s is with %(party)s: nothing of ours asks for it. Recall it first.",
            numbers=", ".join(dict.fromkeys(filter(None, frozen.mapped("number")))),
            party=frozen[:1].handover_id.party_name,
        )
