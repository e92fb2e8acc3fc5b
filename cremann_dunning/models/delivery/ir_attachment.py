import os

from odoo import api, models
from odoo.exceptions import UserError

# What makes a file another file, or another's.
FIXED = {"raw", "datas", "db_datas", "store_fname", "res_model", "res_id", "res_field", "name", "type", "url", "public"}


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _dunning_is_there(self):
        """Whether the content of this attachment can be read: its file may have gone from the disk."""
        self.ensure_one()
        if self.type != "binary":
            return False
        return not self.store_fname or os.path.isfile(self._full_path(self.store_fname))

    def write(self, vals):
        """Proof of posting and of delivery stays as it was stored."""
        if set(vals) & FIXED:
            self._dunning_keep_proof(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_dunning_proof(self):
        self._dunning_keep_proof({})

    def _dunning_keep_proof(self, vals):
        # sudo: only looks whose file it is; rights on the file itself are checked by Odoo
        proof = self.sudo().filtered(lambda file: file.res_model == "dunning.dispatch" and not file.res_field)
        same = set(vals) == {"raw", "mimetype"}  # how Odoo moves its files to another store
        if not proof or (same and all(file.raw == vals["raw"] for file in proof)):
            return
        raise UserError(self.env._("Proof of a dunning letter cannot be changed or deleted. Add another file instead."))
