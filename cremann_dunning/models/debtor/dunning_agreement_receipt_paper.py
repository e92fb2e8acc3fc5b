from odoo import api, fields, models
from odoo.tools import format_datetime

from odoo.addons.base.models.ir_actions_report import _wkhtml

REPORT = "cremann_dunning.report_agreement_receipt"


class DunningAgreementReceipt(models.Model):
    """What was agreed, on paper: the words that were confirmed, by whom and when, and their digest. The words are what
    counts; a paper of them is made whenever somebody asks."""

    _inherit = "dunning.agreement.receipt"  # pylint: disable=consider-merging-classes-inherited

    def _pdf(self):
        """The paper as bytes, in the language in which it was agreed."""
        self.ensure_one()
        self.check_access("read")
        report = self.env["ir.actions.report"].with_company(self.company_id)
        report = report.with_context(webp_as_jpg=True, report_pdf_no_attachment=True, lang=self.lang)
        streams = report._render_qweb_pdf_prepare_streams(REPORT, {"report_type": "pdf"}, res_ids=self.ids)
        return streams[self.id]["stream"].getvalue()

    @api.model
    def _needs_letterhead(self):
        """Whether the page has to bring its own: an unpatched wkhtmltopdf prints no running header."""
        return not _wkhtml().is_patched_qt

    def _moment(self, name):
        """A moment of it where the company is, as its paper has it. :param name: of the field."""
        self.ensure_one()
        zone = str(self.company_id._dunning_zone())
        moment = fields.Datetime.to_datetime(self[name])
        return format_datetime(self.env, moment, tz=zone, dt_format="d MMMM y, HH:mm:ss", lang_code=self.lang)
