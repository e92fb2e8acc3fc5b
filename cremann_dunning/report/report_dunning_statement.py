from odoo import api, models

from ..models.dunning_inside import inside


class ReportDunningStatement(models.AbstractModel):
    """Gives the template its pages: those that were made already, or else the open items of today."""

    _name = "report.cremann_dunning.report_dunning_statement"
    _description = "Statement of account on paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        """The pages of these cases. Whoever may not open a case or the ledger gets none, see ``_pages``."""
        cases = self.env["dunning.case"].browse(docids)
        pages = inside(self.env, "dunning_statement_pages")
        if pages is None:
            pages = self.env["dunning.statement"]._pages(cases)
        return {"docs": cases, "pages": [pages[case] for case in cases], "tools": self.env["dunning.statement"]}
