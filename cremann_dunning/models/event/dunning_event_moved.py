from odoo import api, models
from odoo.tools import SQL


class DunningEvent(models.Model):
    """Which debtors are one, as far as events tell: contacts are merged, put below another one, and split off."""

    _inherit = "dunning.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _known_as(self, company, debtors):
        """The numbers that debtors have had: contacts that became theirs, and theirs. :param debtors: ids."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE known AS (
                    SELECT unnest(%(debtors)s::int[]) AS id
                     UNION
                    SELECT (e.facts ->> 'from')::int
                      FROM dunning_event e JOIN known ON e.facts ->> 'into' = known.id::text
                     WHERE e.kind = 'debtor.moved' AND e.company_id = %(company)s
                )
                SELECT id FROM known
                """,
                debtors=list(debtors),
                company=company.id,
            )
        )
        return [id_ for (id_,) in rows]
