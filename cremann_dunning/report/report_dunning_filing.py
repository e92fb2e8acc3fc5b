from odoo import api, models

from ..models.dunning_inside import inside


class ReportDunningFiling(models.AbstractModel):
    """Gives the template its pages: that which was made already, or else what is claimed at this moment."""

    _name = "report.cremann_dunning.report_dunning_filing"
    _description = "Statement of claim on paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        """The pages of these filings. Whoever may not open one or the ledger gets none, see ``_page``."""
        filings = self.env["dunning.insolvency.filing"].browse(docids)
        paper = self.env["dunning.filing.paper"]
        made = inside(self.env, "dunning_filing_pages") or {}
        pages = [made[filing] if filing in made else paper._page(filing) for filing in filings]
        return {"docs": filings, "pages": pages, "tools": paper}
