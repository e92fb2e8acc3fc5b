from itertools import repeat

from odoo import api, models
from odoo.tools import SQL

# What is counted on the buttons of a case; all of it belongs to the case, and is read by whoever may read that.
COUNTED = {
    "open_reply_count": ("dunning_reply", SQL("t.state = 'open' AND t.holds")),
    "open_dispute_count": ("dunning_dispute", SQL("t.state = 'open'")),
    "promise_count": ("dunning_promise", SQL("TRUE")),
    "plan_count": ("dunning_payment_plan", SQL("TRUE")),
    "contact_count": ("dunning_contact", SQL("t.active")),
}
# What Odoo makes the name of a contact of.
NAMED = ("name", "parent_id", "is_company", "type", "company_name", "commercial_company_name")
# What is empty of whoever has no row of these.
OF_THEM = {"claim_ids": ("taken_in_ids", "beyond_ids")}


class DunningCase(models.Model):
    """How much of what there is about a debtor, in one statement: of most there is nothing of almost everything."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    @api.depends("reply_ids.state", "reply_ids.holds", "dispute_ids.state", "promise_ids", "plan_ids", "contact_ids")
    def _compute_record_counts(self):
        self.env.flush_all()
        counts = SQL(", ").join(
            SQL("(SELECT COUNT(*) FROM %s t WHERE t.case_id = c.id AND %s)", SQL.identifier(table), condition)
            for table, condition in COUNTED.values()
        )
        rows = self.env.execute_query(
            SQL("SELECT c.id, %s FROM dunning_case c WHERE c.id = ANY(%s)", counts, self._origin.ids)
        )
        found = {case_id: numbers for case_id, *numbers in rows}
        for case in self:
            case.update(dict(zip(COUNTED, found.get(case._origin.id, repeat(0)), strict=False)))

    def _dunning_before_reading(self, specification):
        """Names without the rest of their contacts; and of which lists there is nothing at all, which are not searched
        one by one."""
        super()._dunning_before_reading(specification)
        if len(self) > 1 and "partner_id" in specification:  # a list shows no more of its debtors than their names
            self.partner_id.sudo().fetch(NAMED)  # sudo: as web_read does, which shows names of whatever it may read
        lists = [name for name in specification if self._is_own_list(self._fields.get(name))]
        if not lists or not all(self._ids):
            return
        self.env.flush_all()
        there_is = SQL(", ").join(
            SQL(
                "EXISTS (SELECT FROM %s t WHERE %s = ANY(%s))",
                SQL.identifier(self.env[self._fields[name].comodel_name]._table),
                SQL.identifier("t", self._fields[name].inverse_name),
                self.ids,
            )
            for name in lists
        )
        [known] = self.env.execute_query(SQL("SELECT %s", there_is))
        for name, is_any in zip(lists, known, strict=True):
            for empty in () if is_any else (name, *OF_THEM.get(name, ())):
                self._fields[empty]._insert_cache(self, repeat(()))

    @api.model
    def _is_own_list(self, field):
        """Whether a field lists rows of one of our tables that name their case."""
        if field is None or field.type != "one2many" or not field.comodel_name.startswith("dunning."):
            return False
        inverse = self.env[field.comodel_name]._fields[field.inverse_name]
        return bool(inverse.store and inverse.type == "many2one")
