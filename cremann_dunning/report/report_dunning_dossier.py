from odoo import api, models
from odoo.exceptions import AccessError

from ..models.dunning_inside import inside


class ReportDunningDossier(models.AbstractModel):
    """Gives the template the index that is being made: a dossier is never printed from its address."""

    _name = "report.cremann_dunning.report_dunning_dossier"
    _description = "Index of a dossier on paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        """The pages of these cases. :raises AccessError: nobody made them."""
        made = inside(self.env, "dunning_dossier_pages") or {}
        if not set(docids or ()) <= set(made):
            raise AccessError(self.env._("Make the file from the case: its index is printed with it."))
        return {"docs": self.env["dunning.case"].browse(docids), "pages": [made[id_] for id_ in docids]}
