import os

from odoo import models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _dunning_is_there(self):
        """Whether the content of this attachment can be read: its file may have gone from the disk."""
        self.ensure_one()
        if self.type != "binary":
            return False
        return not self.store_fname or os.path.isfile(self._full_path(self.store_fname))
