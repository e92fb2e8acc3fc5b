from odoo import api, models


class DunningLawRecordMixin(models.AbstractModel):
    """A record of the law: what was read of such records is kept in memory, until one of them changes."""

    _name = "dunning.law.record.mixin"
    _description = "Record of the Law"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        """Drop what is kept in memory of the law: it is out of date now."""
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        """Drop what is kept in memory of the law: it is out of date now."""
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        """Drop what is kept in memory of the law: it is out of date now."""
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
