from odoo import api, models

from . import as_fact

# Said of a thing: made, changed, removed.
MADE, CHANGED, REMOVED = "rules.made", "rules.changed", "rules.removed"
# Facts and personal values of what did not change.
NOTHING = {}, {}


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
            told._tell_rules(MADE, dict.fromkeys(told.ids, NOTHING))
        return records

    def write(self, vals):
        """Tell what was changed, with before and after; nothing where the values stay the same."""
        # sudo: values as they are, whoever may see them
        told, names = self.sudo()._is_told(), sorted(self._told_fields() & set(vals))
        if not told or not names:
            return super().write(vals)
        before = {record.id: as_fact.values(record, names) for record in told}
        result = super().write(vals)
        told._tell_changes(before)
        return result

    def unlink(self):
        """Tell what went."""
        told = self._is_told()
        told._tell_rules(REMOVED, dict.fromkeys(told.ids, NOTHING))
        return super().unlink()

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        """A text in another language is a text too."""
        # sudo: as in write()
        told = self.sudo()._is_told() if field_name in self._told_fields() else self.browse()
        langs = [lang for lang in translations if lang]
        before = [
            {record.id: as_fact.values(record, [field_name]) for record in told.with_context(lang=lang)}
            for lang in langs
        ]
        result = super()._update_field_translations(field_name, translations, digest, source_lang)
        for lang, values in zip(langs, before, strict=True):
            told.with_context(lang=lang)._tell_changes(values, lang=lang)
        return result

    def _tell_changes(self, before, **more):
        """Tell what differs now. :param before: ``{id: facts by field}``."""
        changes = {}
        for record in self:
            was = before[record.id]
            # texts of letters and names of rules are about nobody
            found = as_fact.changes(record, was, as_fact.values(record, was), free_text=())
            if any(found):
                changes[record.id] = found
        self._tell_rules(CHANGED, changes, **more)

    def _told_in(self):
        """The companies in whose record these are told: ``{record: ids}``."""
        own = {record: record.company_id.ids for record in self} if "company_id" in self._fields else {}
        shared = self.filtered(lambda record: not own.get(record))
        # sudo: what holds for all is told in all
        companies = self.env["res.company"].sudo()
        everywhere = companies.search([("dunning_mode", "!=", "off")]).ids if shared else []
        return own | dict.fromkeys(shared, everywhere)

    def _tell_rules(self, kind, changes, **more):
        """:param changes: per id facts and personal values of what changed, see ``as_fact.changes``."""
        rows = []
        told = self.filtered(lambda record: record.id in changes).sudo()  # sudo: what the record is called
        for record, companies in told._told_in().items():
            facts, personal = changes[record.id]
            about = {"what": as_fact.named(record) | {"kind": self._description}, **facts, **more}
            rows += [
                {"kind": kind, "company_id": company, "facts": about, "personal": personal} for company in companies
            ]
        self.env["dunning.event"]._tell(rows)
