import base64

from odoo import api, models


class DunningWindowMixin(models.AbstractModel):
    """What every window of ours is: its maker's alone, about nothing that he may not read, and no store of files.

    That nobody else opens it is a rule on each model, in ``security/dunning_window_rules.xml``. What a window shows of
    a record it reads as its user: related fields, and fields that are worked out and stored, say so themselves.
    """

    _name = "dunning.window.mixin"
    _description = "Window of dunning"

    @api.model
    def default_get(self, fields):
        """Nothing that the user may not read, or its name would stand in the window."""
        found = super().default_get(fields)
        for name, value in found.items():
            if value and self._fields[name].type in ("many2one", "many2many"):
                self.env[self._fields[name].comodel_name].browse(_ids(value)).check_access("read")
        return found

    @api.model_create_multi
    def create(self, vals_list):
        """A window about what its maker may read."""
        windows = super().create(vals_list)
        windows._check_about(self._fields)
        return windows

    def write(self, vals):
        """As ``create``."""
        result = super().write(vals)
        self._check_about(vals)
        return result

    def _check_about(self, names):
        """Refuse a window about records that its user may not read. :param names: of the fields to look at."""
        for name in names:
            field = self._fields[name]
            if field.relational and field.store and name not in models.LOG_ACCESS_COLUMNS:
                self.mapped(name).check_access("read")

    def _take_file(self, name, keep=False):
        """The content of a file in this window, which is cleared: it is taken once, by who made it.

        :param keep: only look.
        """
        self.ensure_one()
        self.check_access("write")
        content = base64.b64decode(self.with_context(bin_size=False)[name] or b"")
        if not keep:
            self[name] = False
        return content

    def _close_saying(self, message, **params):
        """Close the window and say what came of it. :param params: of Odoo's notification, ``type`` is success."""
        close = {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": close, **params},
        }


def _ids(value):
    """The ids in a default, whichever way it is written: an id, a list of them, or commands."""
    if isinstance(value, int):
        return [value]
    found = []
    for item in value:
        found += [item] if isinstance(item, int) else item[2] if item[0] == 6 else [item[1]] if item[1] else []
    return found
