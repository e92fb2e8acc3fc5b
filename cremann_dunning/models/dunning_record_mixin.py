from odoo import api, models
from odoo.exceptions import AccessError, UserError

from . import dunning_described_mixin  # noqa: F401  (the mixin before the one that takes it in)

# What a record of ours may belong to: where it stands is settled when it is made.
PLACES = {"company_id", "partner_id", "move_id", "move_line_id", "claim_id", "letter_id", "run_id"}

# How the fields begin that notes and activities of Odoo bring along.
CHATTER = ("message", "activity", "my", "website")
# What was said about a record is added to by saying something, and never written as a list.
MESSAGES = {"message_ids", "website_message_ids", "message_main_attachment_id"}


class DunningRecordMixin(models.AbstractModel):
    """What holds for every stored record of ours, by whatever way somebody writes it.

    It stays where it was made: a case, a hold or a level never moves to another company, debtor or parent. And a field
    that no screen lets anybody write is the system's: its value is not taken from a call, a default in the context or
    a default that somebody kept for himself.
    """

    _name = "dunning.record.mixin"
    _description = "Record of Follow-up"
    _inherit = ["dunning.described.mixin"]
    _check_company_auto = True

    @api.model
    def _placing_fields(self):
        """Names of the stored fields that say to what a record belongs."""
        return {
            name
            for name, field in self._fields.items()
            if field.type == "many2one"
            and field.store
            and (name in PLACES or (field.required and field.comodel_name.startswith("dunning.")))
        }

    @api.model
    def _system_fields(self):
        """Names of the stored fields that no person writes; what is computed among them, a call could overwrite."""
        return {
            name
            for name, field in self._fields.items()
            if field.readonly
            and field.store
            and name not in models.MAGIC_COLUMNS
            and name.partition("_")[0] not in CHATTER
        } | (MESSAGES & set(self._fields))

    @api.model
    def default_get(self, fields):
        """What the system writes begins as the model says, whatever a context or a kept default would fill in."""
        ours = self._system_fields() & set(fields)
        values = super().default_get([name for name in fields if name not in ours])
        for name in ours:
            field = self._fields[name]
            if field.default:
                value = field.convert_to_cache(field.default(self), self, validate=False)
                values[name] = field.convert_to_write(field.convert_to_record(value, self), self)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        """:raises AccessError: somebody gives a value to what the system writes."""
        if not self.env.su:
            names = self._system_fields() - self._placing_fields()
            begin = None
            for vals in vals_list:
                given = {name for name in names & set(vals) if vals[name]}
                if given:
                    begin = begin or self.default_get(sorted(names))
                    self._refuse({name for name in given if vals[name] != begin.get(name)})
        return super().create(vals_list)

    def write(self, vals):
        """:raises UserError: somebody moves a record; :raises AccessError: or writes what the system writes."""
        if not self.env.su:
            self._check_place(vals)
            self._refuse(self._changed(vals, (self._system_fields() - self._placing_fields()) & set(vals)))
        return super().write(vals)

    def _by_system(self):
        """These records as the system writes them, for a button that has its rights checked here.

        :raises AccessError: whoever asks may not write them.
        """
        self.check_access("write")
        return self.sudo()

    def _check_place(self, vals):
        """:raises UserError: these values would move a record to another company, debtor or parent."""
        moved = self._changed(vals, self._placing_fields() & set(vals))
        if moved:
            field = self._fields[min(moved)]._description_string(self.env)
            raise UserError(
                self.env._(
                    "%(field)s of %(record)s stays as it was made: what belongs to one company, debtor or parent never "
                    "moves to another. Make a new record there instead.",
                    field=field,
                    record=self[:1].display_name,
                )
            )

    def _changed(self, vals, names):
        """Those of these fields that the values would change; the same value once more changes nothing."""
        found = set()
        for name in names:
            field = self._fields[name]
            if field.type in ("one2many", "many2many"):
                found.add(name)
                continue
            value = field.convert_to_cache(vals[name], self, validate=False)
            if any(field.convert_to_cache(record[name], record, validate=False) != value for record in self):
                found.add(name)
        return found

    def _refuse(self, names):
        if names:
            raise AccessError(
                self.env._(
                    "%(field)s of a record of the kind %(model)s is written by the system only. Use the buttons.",
                    field=self._fields[min(names)]._description_string(self.env),
                    model=self._description,
                )
            )
