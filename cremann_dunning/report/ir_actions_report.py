from odoo import models

from ..models.dunning_letter_pdf_mixin import REPORT


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """Letters have no script, so nothing has to be waited for: Odoo's pause would be paid for each of them."""
        command = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("dunning_issue") and "--javascript-delay" in command:
            command[command.index("--javascript-delay") + 1] = "0"
        return command

    def retrieve_attachment(self, record):
        """Print an issued letter from the PDF that was stored: byte for byte what went out, never made again."""
        if self.report_name != REPORT or not record.pdf_file:
            return super().retrieve_attachment(record)
        # sudo: the file of a field is not searchable for users; reading the letter itself was allowed already
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [("res_model", "=", record._name), ("res_id", "=", record.id), ("res_field", "=", "pdf_file")], limit=1
            )
        )
