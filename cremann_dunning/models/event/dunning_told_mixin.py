from odoo import api, models

from ...engine import chain
from .dunning_values import shown

# Said of a thing: made, changed, removed.
MADE, CHANGED, REMOVED = "rules.made", "rules.changed", "rules.removed"


class DunningToldMixin(models.AbstractModel):
    """A rule or setting whose changes are events: what was made, what was changed from what to what, what went.

    What belongs to one company is told in its record; what holds for all, in that of every company that follows up.
    """

    _name = "dunning.told.mixin"
    _description = "Rule Whose Changes Are Told"

    @api.model
    def _told_fields(self):
        """Names of the fields whose changes are told: all that are stored and not computed by the system."""
        return {
            name
            for name, field in self._fields.items()
            if field.store
            and not field.readonly
            and name not in models.MAGIC_COLUMNS
            and field.type not in ("one2many", "binary")
            and not name.startswith(("message_", "activity_"))
        }

    def _is_told(self):
        """Those of these records whose changes are told."""
        return self

    @api.model_create_multi
    def create(self, vals_list):
        """Tell what was made; what the addon itself brings along when it is installed, nobody made."""
        records = super().create(vals_list)
        if self.pool.ready:
            told = records._is_told()
            told._tell_rules(MADE, {record.id: [] for record in told})
        return records

    def write(self, vals):
        """Tell what was changed, with before and after; nothing where the values stay the same."""
        # sudo: values as they are, whoever may see them
        told, names = self.sudo()._is_told(), sorted(self._told_fields() & set(vals))
        if not told or not names:
            return super().write(vals)
        before = {record.id: {name: shown(record, name) for name in names} for record in told}
        result = super().write(vals)
        told._tell_changes(before)
        return result

    def unlink(self):
        """Tell what went."""
        told = self._is_told()
        told._tell_rules(REMOVED, {record.id: [] for record in told})
        return super().unlink()

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        """A text in another language is a text too."""
        # sudo: as in write()
        told = self.sudo()._is_told() if field_name in self._told_fields() else self.browse()
        langs = [lang for lang in translations if lang]
        before = [
            {record.id: {field_name: shown(record, field_name)} for record in told.with_context(lang=lang)}
            for lang in langs
        ]
        result = super()._update_field_translations(field_name, translations, digest, source_lang)
        for lang, values in zip(langs, before, strict=True):
            told.with_context(lang=lang)._tell_changes(values, lang=lang)
        return result

    def _tell_changes(self, before, **more):
        """Tell what differs now. :param before: ``{id: {name: value as shown}}``."""
        changes = {}
        for record in self:
            now = {name: shown(record, name) for name in before[record.id]}
            differs = [
                {"field": [self._name, name], "before": was, "after": now[name]}
                for name, was in before[record.id].items()
                if chain.plain(was) != chain.plain(now[name])
            ]
            if differs:
                changes[record.id] = differs
        self.filtered(lambda record: record.id in changes)._tell_rules(CHANGED, changes, **more)

    def _told_in(self):
        """The companies in whose record this is told, ids."""
        self.ensure_one()
        if "company_id" in self._fields and self.company_id:
            return self.company_id.ids
        # sudo: what holds for all is told in all
        return self.env["res.company"].sudo().search([("dunning_mode", "!=", "off")]).ids

    def _tell_rules(self, kind, changes, **more):
        """:param changes: per record its changes, as ``_tell_changes`` has them."""
        rows = []
        told = self.filtered(lambda record: record.id in changes)
        for record in told.sudo():  # sudo: names of what the record is about
            name = {"record": [self._name, record.id], "name": record.display_name, "kind": self._description}
            facts = {"what": name, **({"changes": changes[record.id]} if changes[record.id] else {}), **more}
            rows += [{"kind": kind, "company_id": company, "facts": facts} for company in record._told_in()]
        self.env["dunning.event"]._tell(rows)
