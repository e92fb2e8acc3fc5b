from odoo import api, models
from odoo.tools import SQL


class DunningEvent(models.Model):
    """Which debtors are one, as far as events tell: contacts are merged, put below another one, and split off."""

    _inherit = "dunning.event"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _known_as(self, company, debtor):
        """The numbers that a debtor has had: contacts that became his, and theirs. :param debtor: id."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE known AS (
                    SELECT %(debtor)s AS id
                     UNION
                    SELECT (e.facts ->> 'from')::int
                      FROM dunning_event e JOIN known ON e.facts ->> 'into' = known.id::text
                     WHERE e.kind = 'debtor.moved' AND e.company_id = %(company)s
                )
                SELECT id FROM known
                """,
                debtor=debtor,
                company=company.id,
            )
        )
        return [id_ for (id_,) in rows]
