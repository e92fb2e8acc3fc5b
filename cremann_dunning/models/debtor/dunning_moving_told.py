from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL


class DunningMoving(models.AbstractModel):
    """Tells by events where a debtor went, so that his story is found by the number that he has today."""

    _inherit = "dunning.moving"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _known_as(self, partners, into):
        """In which companies something is known of contacts that become one with another.

        :return: list of ``(company id, id of the contact, id of the debtor)``, as ``_tell_moved`` takes it.
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT company_id, partner_id FROM dunning_case WHERE partner_id = ANY(%(ids)s)"
                " UNION SELECT company_id, debtor FROM dunning_event WHERE debtor = ANY(%(ids)s) ORDER BY 1, 2",
                ids=(partners - into).ids,
            )
        )
        return [(company_id, partner_id, into.commercial_partner_id.id) for company_id, partner_id in rows]

    @api.model
    def _tell_moved(self, moved):
        """These contacts are part of those debtors from now on. :param moved: see ``_known_as``."""
        names = self._names({id_ for _company, *ids in moved for id_ in ids})
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": "debtor.moved",
                    "company_id": company_id,
                    "debtor": debtor_id,
                    "facts": {"from": partner_id, "into": debtor_id},
                    "personal": {"old": names.get(partner_id), "new": names.get(debtor_id)},
                }
                for company_id, partner_id, debtor_id in moved
            ]
        )

    @api.model
    def _tell_gone(self, rows):
        """Claims left one debtor for another: told to both. :param rows: list of ``dunning_moving.Elsewhere``."""
        about = defaultdict(list)
        for row in rows:
            about[row.company_id, row.partner_id, row.debtor_id].append(row)
        names = self._names({id_ for _company, *ids in about for id_ in ids})
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": kind,
                    "company_id": company_id,
                    "debtor": debtor_id,
                    "claims": [row.claim_id for row in own],
                    "facts": {
                        "from": old,
                        "into": new,
                        "numbers": ", ".join(dict.fromkeys(row.number or "" for row in own)),
                    },
                    "personal": {"old": names.get(old), "new": names.get(new)},
                }
                for (company_id, old, new), own in about.items()
                for kind, debtor_id in (("debtor.claims_left", old), ("debtor.claims_came", new))
            ]
        )

    @api.model
    def _names(self, ids):
        """What these contacts are called: ``{id: name}``, without those that are gone."""
        partners = self.env["res.partner"].browse(ids).exists()
        return dict(zip(partners.ids, partners.mapped("name"), strict=True))
