from odoo import fields, models


class DunningCase(models.Model):
    """The files that were made of a debtor's claims."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    file_ids = fields.One2many("dunning.handover.file", "case_id", string="Files", readonly=True)

    def action_dossier(self):
        """Choose what goes into a file."""
        self.ensure_one()
        self.env["dunning.handover.file"]._check_right(self)
        return self.env["dunning.dossier.wizard"]._open(self)
