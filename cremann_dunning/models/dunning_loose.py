from odoo import fields
from odoo.tools import SQL


class LooseMany2many(fields.Many2many):
    """What a record of ours names in Odoo's ledger, without holding on to it: no act of accounting waits for us.

    Only our own side has a foreign key. When what is named is deleted, its link stays behind and leads nowhere: whoever
    reads the records does not see it, and whoever counts links in SQL still sees that something was named.
    """

    def update_db_foreign_keys(self, model):
        """The key of our own side only, see above."""
        model.pool.add_foreign_key(
            self.relation, self.column1, model._table, "id", "cascade", model, self._module, force=False
        )

    def forget_lost(self, records):
        """Take away links of these records that lead nowhere any more, when somebody names others instead."""
        records.env.flush_all()
        records.env.cr.execute(
            SQL(
                "DELETE FROM %(relation)s r WHERE r.%(own)s = ANY(%(ids)s)"
                " AND NOT EXISTS (SELECT FROM %(table)s t WHERE t.id = r.%(other)s)",
                relation=SQL.identifier(self.relation),
                own=SQL.identifier(self.column1),
                other=SQL.identifier(self.column2),
                table=SQL.identifier(records.env[self.comodel_name]._table),
                ids=records.ids,
            )
        )
