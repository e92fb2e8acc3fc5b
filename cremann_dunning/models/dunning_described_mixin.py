from odoo import api, models, tools

from .dunning_look import looking

# What Odoo makes a statement of each field for that is no column, to see whether it can be done with it.
ABILITIES = ("sortable", "groupable", "aggregator")


class DunningDescribedMixin(models.AbstractModel):
    """Says what may be done with its fields as Odoo does, which tries each of them whenever a screen is opened: here
    once for whoever has the same rights."""

    _name = "dunning.described.mixin"
    _description = "Describes its fields at once"

    @api.model
    @api.readonly
    def fields_get(self, allfields=None, attributes=None):
        """As in Odoo."""
        asked = [name for name in ABILITIES if name in attributes] if attributes else ()
        if not asked:
            return super(DunningDescribedMixin, looking(self)).fields_get(allfields, attributes)
        found = super().fields_get(allfields, [name for name in attributes if name not in asked])
        known = self._dunning_abilities(self.env.user._get_group_ids(), self.env.su)
        for name, description in found.items():
            able = known.get(name, {})
            description.update((key, able[key]) for key in asked if key in able and key not in description)
        return found

    @api.model
    @tools.ormcache("group_ids", "su", cache="stable")
    def _dunning_abilities(self, group_ids, su):
        """``{field: {ability: value}}``. :param group_ids: of the user. :param su: whether rights are asked."""
        env = looking(self).env
        readable = (field for field in self._fields.values() if self._has_field_access(field, "read"))
        return {field.name: field.get_description(env, ABILITIES) for field in readable}
