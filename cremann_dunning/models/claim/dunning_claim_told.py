from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..event import as_fact

# What events say of claims, as it stands.
CLAIMS = """
SELECT c.id, c.company_id, c.partner_id, c.number, c.amount_total::text, u.name, c.date_due, c.end_reason, t.number
  FROM dunning_claim c
  JOIN res_currency u ON u.id = c.currency_id
  LEFT JOIN dunning_claim t ON t.id = c.into_id
 WHERE c.id = ANY(%(ids)s)
 ORDER BY c.id
"""


class DunningClaim(models.Model):
    """What becomes of claims and of items in the ledger, told as events. No act of accounting waits for it."""

    _inherit = "dunning.claim"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _tell(self, kind, claim_ids):
        """Tell that this happened to each of these claims; one statement to read, one to write."""
        if claim_ids:
            self.env["dunning.event"]._tell_beside(lambda: self._event_rows(kind, claim_ids), self.browse(claim_ids))

    @api.model
    def _event_rows(self, kind, claim_ids):
        """Events about these claims as they are now, see ``dunning.event._tell``; also to make them afterwards."""
        rows = []
        for id_, company, debtor, number, amount, currency, due, ended, into in self.env.execute_query(
            SQL(CLAIMS, ids=list(claim_ids))
        ):
            facts = as_fact.known(
                of={"record": [self._name, id_], "name": ""},
                numbers=number,
                amount=amount and {"amount": amount, "currency": currency},
                due=as_fact.day(due),
                reason=ended and {"choice": [self._name, "end_reason", ended]},
                into=into,
            )
            rows.append({"kind": kind, "company_id": company, "debtor": debtor, "claims": [id_], "facts": facts})
        return rows

    @api.model
    def _tell_items(self, kind, items, personal=None, **facts):
        """Tell something about items of the ledger, for each of their debtors; those without one are left out."""
        items = items.sudo()  # sudo: what is told is the system's to gather
        if items:
            self.env["dunning.event"]._tell_beside(lambda: self._item_rows(kind, items, personal, facts), items)

    @api.model
    def _item_rows(self, kind, items, personal, facts):
        claims, about = self._known(items.ids), defaultdict(items.browse)
        for item in items.filtered("partner_id"):
            about[item.company_id.id, item.partner_id.commercial_partner_id] |= item
        return [
            {
                "kind": kind,
                "company_id": company,
                "debtor": debtor.id,
                "claims": [claims[id_] for id_ in own.ids if id_ in claims],
                "facts": {
                    **as_fact.known(of=as_fact.entry(own.move_id) if len(own.move_id) == 1 else None, **facts),
                    "entries": sorted(own.move_id.ids),
                    "numbers": ", ".join(own.move_id._dunning_numbers(debtor)),
                },
                "personal": personal or {},
            }
            for (company, debtor), own in about.items()
        ]
