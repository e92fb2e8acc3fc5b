from odoo import fields, models


class DunningLawTableMixin(models.AbstractModel):
    """A table of the law with rows of its own, of one company or shared by all, known by a code."""

    _name = "dunning.law.table.mixin"
    _description = "Table of the Law"
    _inherit = ["dunning.law.record.mixin"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short technical name, the same in every language.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")
    country_id = fields.Many2one("res.country")

    def copy_data(self, default=None):
        """A code is unique, so a copy gets one of its own."""
        default = dict(default or {})
        values = super().copy_data(default=default)
        for table, vals in zip(self, values, strict=True):
            vals["name"] = default.get("name") or self.env._("%(name)s (copy)", name=table.name)
            vals["code"] = default.get("code") or f"{table.code}_copy"
        return values
