from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ...engine.rules import HANDOVER
from ..event import as_fact

# Which matches are with items that are claims.
MATCHED = """
SELECT r.id, c.id, c.company_id, c.partner_id, c.number
  FROM account_partial_reconcile r JOIN dunning_claim c ON c.move_line_id = r.debit_move_id
 WHERE %(which)s
 ORDER BY r.id
"""
OF_MOVES = "SELECT id FROM dunning_claim WHERE move_id = ANY(%s) AND ended_on IS NULL ORDER BY id"
OF_ITEMS = "SELECT move_line_id, id, company_id, partner_id, number FROM dunning_claim WHERE move_line_id = ANY(%s)"


class DunningLedgerTold(models.AbstractModel):
    """Tells by events what the ledger does with claims. One statement where there are none, and it refuses nothing."""

    _name = "dunning.ledger.told"
    _description = "Ledger Told as Events"

    # -- matches --------------------------------------------------------------------------------------------------

    @api.model
    def _tell_partials(self, partials, gone=False):
        """Tell that these matches were made, or are about to be taken away."""
        if not partials:
            return
        self.env.cr.execute(SQL(MATCHED, which=SQL("r.id = ANY(%s)", partials.ids)))
        if claims := self.env.cr.fetchall():
            partials = partials.sudo()  # sudo: what is told is the system's to gather
            self.env["dunning.event"]._tell_beside(lambda: self._partial_rows(partials, claims, gone), partials)

    @api.model
    def _partial_rows(self, partials, claims, gone=False):
        """Events about matches with claims; also to make them afterwards. :param claims: rows of ``MATCHED``."""
        rows = []
        for partial_id, claim_id, company_id, debtor_id, number in claims:
            partial = partials.browse(partial_id).with_prefetch(partials._prefetch_ids)
            item, other = partial.debit_move_id, partial.credit_move_id
            if item.currency_id.is_zero(partial.debit_amount_currency):
                continue  # a difference of exchange
            facts = as_fact.known(
                numbers=number,
                amount=as_fact.money(partial.debit_amount_currency, item.currency_id),
                entry=as_fact.entry(other.move_id),
                on=as_fact.day(other.date),
                match=partial_id,
            )
            kind = "ledger.unmatched" if gone else self._kind_of(item.move_id, other.move_id)
            rows.append(
                {"kind": kind, "company_id": company_id, "debtor": debtor_id, "claims": [claim_id], "facts": facts}
            )
        return rows

    @api.model
    def _kind_of(self, claimed, entry):
        """What an entry that is matched with a claim is."""
        if entry.reversed_entry_id and entry.reversed_entry_id == claimed:
            return "ledger.reversed"
        if entry.move_type == "out_refund":
            return "ledger.credited"
        is_money = (
            entry.origin_payment_id
            or entry.statement_line_id
            or entry.journal_id.type in ("bank", "cash", "credit")
            or entry.dunning_by_party
        )
        return "ledger.paid" if is_money else "ledger.matched"

    # -- entries and items ----------------------------------------------------------------------------------------

    @api.model
    def _tell_moves(self, kind, moves):
        """Tell something about the claims of these entries."""
        self.env.cr.execute(SQL(OF_MOVES, moves.ids))
        self.env["dunning.claim"]._tell(kind, [id_ for (id_,) in self.env.cr.fetchall()])

    @api.model
    def _tell_due(self, before, day):
        """Tell that claims have another due date. :param before: ``{item: day}``, as it was."""
        claims = self._claims([item.id for item in before])
        was = {item.id: as_fact.day(due or None) for item, due in before.items()}
        self.env["dunning.event"]._tell_beside(
            lambda: [
                {
                    "kind": "ledger.due_changed",
                    "company_id": company_id,
                    "debtor": debtor_id,
                    "claims": [claim_id],
                    "facts": {"numbers": number, "before": was[item_id], "after": as_fact.day(day)},
                }
                for item_id, (claim_id, company_id, debtor_id, number) in claims.items()
            ],
            self.env["account.move.line"].browse(claims),
        )

    @api.model
    def _claims(self, item_ids):
        """The claims of these items: ``{item id: (claim id, company id, debtor id, number)}``."""
        if not item_ids:
            return {}
        self.env.cr.execute(SQL(OF_ITEMS, list(item_ids)))
        return {item_id: tuple(row) for item_id, *row in self.env.cr.fetchall()}

    # -- ends -----------------------------------------------------------------------------------------------------

    @api.model
    def _tell_taken_off(self, kind, item, amount, entry):
        """Tell that what was left of an item was taken off the ledger. :param amount: in the currency of the item."""
        claims = self._claims(item.ids)
        claim_id, company_id, debtor_id, number = claims.get(
            item.id, (None, item.company_id.id, item.partner_id.commercial_partner_id.id, item.move_id.name)
        )
        facts = {
            "entries": item.move_id.ids,
            "numbers": number,
            "amount": as_fact.money(amount, item.currency_id),
            "entry": as_fact.entry(entry),
        }
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": kind,
                    "company_id": company_id,
                    "debtor": debtor_id,
                    "claims": claim_id and [claim_id],
                    "facts": facts,
                }
            ]
        )

    @api.model
    def _tell_handed_over(self, letters):
        """Tell of those among these letters, which were just sent, that hand claims over. They are never refused."""
        over = letters.filtered(
            lambda letter: letter.legal_type == HANDOVER and letter.state == "sent"
        ).sudo()  # as above
        if over:
            self.env["dunning.event"]._tell_beside(lambda: self._handed_over_rows(over), over)

    @api.model
    def _handed_over_rows(self, letters):
        """Events that these letters handed claims over; also to make them afterwards."""
        return [
            {
                "kind": "end.handed_over",
                "company_id": letter.company_id.id,
                "debtor": letter.partner_id.commercial_partner_id.id,
                "letter": letter.id,
                "claims": letter.line_ids.claim_id.ids,
                "facts": {
                    "name": letter.name,
                    "numbers": ", ".join(dict.fromkeys(line.number or "" for line in letter.line_ids)),
                },
                "personal": as_fact.known(party=letter._party_text()),
            }
            for letter in letters
        ]

    # -- costs and interest ---------------------------------------------------------------------------------------

    @api.model
    def _sums(self, parts):
        """Sums of parts of costs and interest as facts. :param parts: ``[(kind, Decimal, currency name)]``."""
        sums = defaultdict(int)
        for kind, amount, currency in parts:
            sums[kind, currency] += amount
        return {kind: {"amount": str(amount), "currency": currency} for (kind, currency), amount in sums.items()}
