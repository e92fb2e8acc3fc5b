from odoo import api, models
from odoo.tools import format_datetime


class ReportDunningStory(models.AbstractModel):
    _name = "report.cremann_dunning.report_dunning_story"
    _description = "Story of a debtor on paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        """What is planned and what was done, per case. Whoever may not read one gets none."""
        cases = self.env["dunning.case"].browse(docids)
        story = self.env["dunning.story"]
        env = self.env
        return {
            "docs": cases,
            "stories": {case.id: story._printed(case) for case in cases},
            "moment": lambda text: format_datetime(env, text, dt_format="short"),
        }
