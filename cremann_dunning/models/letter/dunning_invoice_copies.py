import base64
import logging
import time

from odoo import api, models

from ...engine import rules

_logger = logging.getLogger(__name__)

# So many invoices are printed in one call of wkhtmltopdf.
TOGETHER = 20
# So many seconds are printed before what is done is committed: half of what Odoo gives a request. No call is begun that
# would not fit in it, going by the one before.
BUDGET = 60


class DunningInvoiceCopies(models.AbstractModel):
    """Prints invoices of which Odoo keeps no file, as every one is after a migration, before their letters are issued.

    They are kept with the letter and not as the file of the invoice, as Odoo's own Send would: that file says that it
    is what the customer got, and Send makes no other, nor an e-invoice, once it is there. What is printed now is
    neither what the customer got from the former system, nor ready to be sent over Peppol.
    """

    _name = "dunning.invoice.copies"
    _description = "Copies of Invoices for Letters"

    @api.model
    def _ready(self, letters):
        """Print what these drafts lack, within the budget: those that have all of it; others wait for the next batch.

        An invoice that cannot be printed keeps nobody waiting: issuing its letter says what is wrong.
        """
        lines = self._lines(letters)
        if not lines:
            return letters
        tried, found, began, last = self.env["account.move"], {}, time.monotonic(), 0.0
        for moves in self._parts(lines.move_id):
            now = time.monotonic()
            if tried and now - began + last > BUDGET:
                break
            found |= self._print(moves)
            tried |= moves
            last = time.monotonic() - now
        self._keep(lines, found)
        waiting = lines.filtered(lambda line: line.move_id not in tried).letter_id
        if not found:  # waiting brings nothing on
            return letters
        if waiting:
            _logger.info("Dunning: %s letters wait until their invoices are printed", len(waiting))
        return letters - waiting

    @api.model
    def _lines(self, letters):
        """The line of each invoice that goes along with one of these letters and is still to be printed."""
        mail_files = self.env["dunning.mail.files"]
        by_mail_or_post = {"email", *rules.PAPER_CHANNELS}
        letters = letters.filtered(lambda letter: letter.channel in by_mail_or_post or letter.is_test)
        found = self.env["dunning.letter.line"]
        mail_files._read_along(letters)
        for letter in letters:
            moves = mail_files._fitting(letter)[0].sudo()  # sudo: whether a file is stored
            moves = moves.filtered(
                lambda move: move.is_invoice(include_receipts=True) and not move.invoice_pdf_report_id.file_size
            )
            own = letter.line_ids.filtered("principal_part")
            for move in moves:
                line = own.filtered(lambda line, move=move: line.move_id == move)[:1]
                if not line._invoice_copy():
                    found |= line
        return found

    @api.model
    def _parts(self, moves):
        """These invoices in parts that one call can print: of one company and with one layout."""
        moves = moves.sudo()  # sudo: as printing does, for whoever issues letters
        moves.partner_id.mapped("invoice_template_pdf_report_id")  # read for all at once
        for group in moves.grouped(lambda move: (move.company_id, move._dunning_layout())).values():
            for start in range(0, len(group), TOGETHER):
                yield group[start : start + TOGETHER]

    @api.model
    def _print(self, moves):
        """``{invoice: bytes}``, together where the installed wkhtmltopdf can, without those that cannot be printed."""
        found = moves._dunning_invoice_pdfs()
        for move in moves:
            if move in found:
                continue
            try:
                with self.env.cr.savepoint():
                    found[move] = base64.b64decode(move._dunning_invoice_pdf() or b"")
            except self.env["dunning.letter"]._business_errors() as error:
                _logger.warning("Dunning: %s cannot be printed: %s", move.name, error)
        return {move: content for move, content in found.items() if content}

    @api.model
    def _keep(self, lines, pdfs):
        """Store these with the lines of their letters."""
        wanted = lines.filtered(lambda line: line.move_id in pdfs)
        files = self.env["ir.attachment"].sudo()  # sudo: files of invoices that go to their own debtor
        made = files.create(
            [
                {
                    "name": f"{line.move_id.name}.pdf",
                    "raw": pdfs[line.move_id],
                    "mimetype": "application/pdf",
                    "res_model": line._name,
                    "res_id": line.id,
                }
                for line in wanted
            ]
        )
        for line, file in zip(wanted, made, strict=True):
            line.invoice_copy_id = file
        self.env.flush_all()
