from odoo import api, models
from odoo.tools.pdf import PdfReadError

PDF = "application/pdf"


class DunningEnclosures(models.AbstractModel):
    """What goes into the envelope behind a letter: copies of the invoices that it asks, where its level says so.

    The letter itself stays as it was issued, byte for byte; these are bound behind it when it is printed. Nothing of
    them keeps a letter from the post.
    """

    _name = "dunning.enclosures"
    _description = "Enclosures of letters on paper"

    @api.model
    def _of(self, letters):
        """The opened PDFs to print behind each letter, and the numbers of invoices of which there is none.

        :return: ``{letter: ([reader], [number])}``.
        """
        found = {}
        for letter, files in self._files(letters).items():
            readers, missing = [], []
            for number, own in files.items():
                opened = list(filter(None, map(self._opened, own)))
                readers += opened
                missing += [] if opened else [number]
            found[letter] = readers, missing
        return found

    @api.model
    def _files(self, letters):
        """The files of invoices by their number: ``{letter: {number: [dunning_mail_files.File]}}``."""
        mail_files, found = self.env["dunning.mail.files"], {}
        letters = letters.filtered("level_id.attach_invoice")
        files = self._made(letters)
        for letter in letters:
            found[letter] = {
                ", ".join(move._dunning_numbers(letter.partner_id)): files.get((letter.id, move.id), [])
                for move in mail_files._fitting(letter)[0]
            }
        return found

    @api.model
    def _made(self, letters):
        """As ``dunning.mail.files._invoice_files``, without those that cannot be printed."""
        mail_files = self.env["dunning.mail.files"]
        try:
            with self.env.cr.savepoint():
                return mail_files._invoice_files(letters)
        except letters._business_errors():
            if len(letters) < 2:
                return {}
        return {key: files for letter in letters for key, files in self._made(letter).items()}

    @api.model
    def _opened(self, file):
        """A file opened; None of what is no PDF, has gone or cannot be read."""
        if file.mimetype != PDF or not file.is_there():
            return None
        try:
            reader = self.env["dunning.posting"]._open_pdf(file.load())
            return reader if reader.getNumPages() else None
        except (PdfReadError, ValueError, KeyError, OSError):
            return None
