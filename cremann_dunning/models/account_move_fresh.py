from odoo import models
from odoo.tools import SQL

from . import dunning_fresh_mixin  # noqa: F401  (the mixin before the model that takes it in)


class AccountMove(models.Model):
    """What an invoice shows of its answer is asked anew; a list without it is Odoo's own and costs nothing more."""

    _name = "account.move"
    _inherit = ["account.move", "dunning.fresh.mixin"]

    _from_answers = frozenset(
        {
            "dunning_decision_id", "dunning_next_level_id", "dunning_next_date", "dunning_explanation",
            "dunning_is_due", "dunning_repair_label",
        }
    )  # fmt: skip

    def _dunning_places(self):
        """Its customer, and whom decisions about it were about: an entry names its debtors on its lines."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, array_agg(DISTINCT partner_id)
                  FROM (SELECT company_id, commercial_partner_id AS partner_id FROM account_move WHERE id = ANY(%(ids)s)
                         UNION SELECT company_id, partner_id FROM dunning_decision WHERE move_id = ANY(%(ids)s)) p
                 WHERE partner_id IS NOT NULL
                 GROUP BY company_id
                """,
                ids=self.ids,
            )
        )
        return dict(rows)
