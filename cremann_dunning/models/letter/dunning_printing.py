import base64
import functools
import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.image import image_process

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ...tools.page_text import shows
from ..dunning_inside import Inside
from .dunning_letter_document_mixin import digest

_logger = logging.getLogger(__name__)

REPORT = "cremann_dunning.report_dunning_letter"
# Pictures above this size, in bytes as base64, are printed smaller: with ten megabytes Odoo cannot read its own page.
BIG_PICTURE = 1_000_000


class DunningPrinting(models.AbstractModel):
    """Letters as PDF: printed in batches, read back, and kept byte for byte with their digest."""

    _name = "dunning.printing"
    _description = "Printing of dunning letters"

    @api.model
    def _store(self, letters):
        """Print all of them, in one call where the installed wkhtmltopdf can, and keep each with its digest."""
        pdfs = self._render(letters)
        for letter, content in pdfs.items():
            letter.pdf_sha256 = digest(content)
        # sudo: what a field keeps is reached through its record only
        files = self.env["ir.attachment"].sudo()
        # no draft has one yet: what stands there was put there by somebody else
        files.search(
            [("res_model", "=", letters._name), ("res_field", "=", "pdf_file"), ("res_id", "in", letters.ids)]
        ).unlink()
        # The files of all letters in one go. Each stands where the field looks for it.
        files.create(
            [
                {
                    "name": "pdf_file",
                    "res_model": letters._name,
                    "res_field": "pdf_file",
                    "res_id": letter.id,
                    "type": "binary",
                    "raw": content,
                }
                for letter, content in pdfs.items()
            ]
        )
        letters.invalidate_recordset(["pdf_file"])

    @api.model
    def _preview(self, letter):
        """The document to look at: the stored one, byte for byte, else the one that would go out, marked as such.

        :raises UserError: the stored one has gone or was changed.
        """
        if letter.pdf_sha256:
            return letter._stored_pdf()
        report = self.env["ir.actions.report"].with_company(letter.company_id)
        context = {"webp_as_jpg": True, "report_pdf_no_attachment": True}
        streams = report.with_context(**context)._render_qweb_pdf_prepare_streams(
            REPORT, {"report_type": "pdf"}, res_ids=letter.ids
        )
        return streams[letter.id]["stream"].getvalue()

    @api.model
    def _render(self, letters):
        """PDF per letter. Every file is read back: a letter never gets the pages of another."""
        pdfs = {}
        for batch in letters.grouped(lambda letter: (letter.company_id, letter.lang, letter.issuer_id)).values():
            pdfs.update(self._render_batch(batch))
        return pdfs

    @api.model
    def _render_batch(self, letters):
        """All in one call, some thirty times faster; one by one where that cannot be or did not come out right."""
        annexes = self._statement_pages(letters.filtered("has_statement_annex"))  # figures of all of them at once
        report = (
            self.env["ir.actions.report"].with_company(letters.company_id).with_context(dunning_annexes=Inside(annexes))
        )
        # unpatched Qt takes one document a call
        together = len(letters) > 1 and _wkhtml().is_patched_qt
        pdfs = self._render_streams(report, letters) if together else {}
        good = {letter: pdf for letter, pdf in pdfs.items() if shows(pdf, letter.name)}
        for letter in letters:
            if letter not in good:
                good.update(self._render_alone(letter, report))
        return good

    @api.model
    def _render_alone(self, letter, report):
        pdfs = self._render_streams(report, letter)
        if not shows(pdfs[letter], letter.name):
            raise UserError(self.env._("The PDF of letter %s does not show its number. Check the layout.", letter.name))
        return pdfs

    @api.model
    def _render_streams(self, report, letters):
        context = {"webp_as_jpg": True, "report_pdf_no_attachment": True, "dunning_issue": Inside()}
        streams = report.with_context(**context)._render_qweb_pdf_prepare_streams(
            REPORT, {"report_type": "pdf"}, res_ids=letters.ids
        )
        return {letters.browse(res_id): data["stream"].getvalue() for res_id, data in streams.items() if res_id}

    @api.model
    def _statement_pages(self, letters):
        """The debtor's whole account on the day of each letter: ``{letter id: dunning_statement.Page}``."""
        found = {}
        for day, own in letters.grouped("date").items():
            pages = self.env["dunning.statement"]._pages(own.case_id, day)
            found |= {letter.id: pages[letter.case_id] for letter in own}
        return found

    @api.model
    def _image_data_uri(self, source):
        """What layouts print pictures with, the logo above all: one that is too big comes smaller.

        :param source: base64.
        """
        if len(source) > BIG_PICTURE:
            try:
                source = _smaller(source)
            except (UserError, OSError, ValueError) as error:
                _logger.warning("A big picture is left out of the letters, it cannot be read: %s", error)
                return ""
        return self.env["ir.qweb"]._get_converted_image_data_uri(source)


@functools.lru_cache(maxsize=2)
def _smaller(source):
    """A picture as large as a logo on paper needs, as base64: for all letters of a batch at once."""
    picture = image_process(base64.b64decode(source), size=(800, 400), output_format="PNG")
    return base64.b64encode(picture)
