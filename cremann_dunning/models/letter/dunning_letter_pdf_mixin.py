import base64
import functools
import hashlib
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.image import image_process

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ...tools.page_text import shows
from .dunning_letter_paper_copy_mixin import BY_POST

_logger = logging.getLogger(__name__)

REPORT = "cremann_dunning.report_dunning_letter"
# Pictures above this size, in bytes as base64, are printed smaller: with ten megabytes Odoo cannot read its own page.
BIG_PICTURE = 1_000_000


class DunningLetterPdfMixin(models.AbstractModel):
    """The letter as PDF: printed in batches, read back, and kept byte for byte with its digest."""

    _name = "dunning.letter.pdf.mixin"
    _description = "PDF of a dunning letter"

    needs_letterhead = fields.Boolean(compute="_compute_needs_letterhead")
    has_statement_annex = fields.Boolean(compute="_compute_has_statement_annex")

    def _compute_needs_letterhead(self):
        """Unpatched Qt prints no running header, so the letter brings its own letterhead there."""
        for letter in self:
            letter.needs_letterhead = not _wkhtml().is_patched_qt

    @api.depends("level_id.attach_statement", "level_id.channel_ids.use", "channel")
    def _compute_has_statement_annex(self):
        """By mail the statement is a file of its own; a letter that goes on paper, alone or too, has it behind it."""
        for letter in self:
            on_paper = letter.channel != "email" or set(letter.level_id._companions()) & set(BY_POST)
            letter.has_statement_annex = letter.level_id.attach_statement and bool(on_paper)

    def _statement_pages(self):
        """The debtor's whole account on the day of each letter: ``{letter id: dunning_statement.Page}``."""
        found = {}
        for day, letters in self.grouped("date").items():
            pages = self.env["dunning.statement"]._pages(letters.case_id, day)
            found |= {letter.id: pages[letter.case_id] for letter in letters}
        return found

    def _statement_annex(self):
        """The statement to print after this letter, or nothing; of a preview it is made now."""
        self.ensure_one()
        if not self.has_statement_annex:
            return None
        made = self.env.context.get("dunning_annexes") or self._statement_pages()
        return made.get(self.id)

    def _store_pdfs(self):
        """Print all of them, in one call where the installed wkhtmltopdf can, and keep each with its digest."""
        pdfs = self._render_pdfs()
        for letter, content in pdfs.items():
            letter.pdf_sha256 = hashlib.sha256(content).hexdigest()
        # The files of all letters in one go. Each stands where the field looks for it; no draft has one yet.
        # sudo: what a field keeps is reached through its record only
        self.env["ir.attachment"].sudo().create(
            [
                {
                    "name": "pdf_file",
                    "res_model": self._name,
                    "res_field": "pdf_file",
                    "res_id": letter.id,
                    "type": "binary",
                    "raw": content,
                }
                for letter, content in pdfs.items()
            ]
        )
        self.invalidate_recordset(["pdf_file"])

    def _preview_pdf(self):
        """The document to look at: the stored one, byte for byte, else the one that would go out, marked as such."""
        self.ensure_one()
        if self.pdf_file:
            return base64.b64decode(self.pdf_file)
        report = self.env["ir.actions.report"].with_company(self.company_id)
        context = {"webp_as_jpg": True, "report_pdf_no_attachment": True}
        streams = report.with_context(**context)._render_qweb_pdf_prepare_streams(
            REPORT, {"report_type": "pdf"}, res_ids=self.ids
        )
        return streams[self.id]["stream"].getvalue()

    def action_preview(self):
        """Show the document beside the checks, the amounts and the term."""
        self.ensure_one()
        return self.env["dunning.letter.preview"]._open(self)

    def _render_pdfs(self):
        """PDF per letter. Every file is read back: a letter never gets the pages of another."""
        pdfs = {}
        for letters in self.grouped(lambda letter: (letter.company_id, letter.lang)).values():
            pdfs.update(letters._render_pdf_batch())
        return pdfs

    def _render_pdf_batch(self):
        """All in one call, some thirty times faster; one by one where that cannot be or did not come out right."""
        annexes = self.filtered("has_statement_annex")._statement_pages()  # figures of all of them at once
        report = self.env["ir.actions.report"].with_company(self.company_id).with_context(dunning_annexes=annexes)
        # unpatched Qt takes one document a call
        together = len(self) > 1 and _wkhtml().is_patched_qt
        pdfs = self._render_streams(report, self.ids) if together else {}
        good = {letter: pdf for letter, pdf in pdfs.items() if shows(pdf, letter.name)}
        for letter in self:
            if letter not in good:
                good.update(letter._render_alone(report))
        return good

    def _render_alone(self, report):
        pdfs = self._render_streams(report, self.ids)
        if not shows(pdfs[self], self.name):
            raise UserError(self.env._("The PDF of letter %s does not show its number. Check the layout.", self.name))
        return pdfs

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

    def _render_streams(self, report, ids):
        context = {"webp_as_jpg": True, "report_pdf_no_attachment": True, "dunning_issue": True}
        streams = report.with_context(**context)._render_qweb_pdf_prepare_streams(
            REPORT, {"report_type": "pdf"}, res_ids=ids
        )
        return {self.browse(res_id): data["stream"].getvalue() for res_id, data in streams.items() if res_id}


@functools.lru_cache(maxsize=2)
def _smaller(source):
    """A picture as large as a logo on paper needs, as base64: for all letters of a batch at once."""
    picture = image_process(base64.b64decode(source), size=(800, 400), output_format="PNG")
    return base64.b64encode(picture)
