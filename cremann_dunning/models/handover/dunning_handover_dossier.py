from odoo import fields, models


class DunningHandover(models.Model):
    """The files that were made of a hand-over."""

    _inherit = "dunning.handover"  # pylint: disable=consider-merging-classes-inherited

    file_ids = fields.One2many("dunning.handover.file", "handover_id", string="Files", readonly=True)

    def action_dossier(self):
        """Choose what goes into its file."""
        self.ensure_one()
        self.env["dunning.handover.file"]._check_right(self.case_id, self)
        return self.env["dunning.dossier.wizard"]._open(self.case_id, self)
