import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError


def digest(content):
    """SHA-256 of these bytes, as it is kept on letters and attempts."""
    return hashlib.sha256(content or b"").hexdigest()


class Document(fields.Binary):
    """A stored document that gives nothing but what was issued, whoever reads it and by whatever way."""

    def read(self, records):
        """As any field, without what has gone, was changed or was put there; ``pdf_problem`` says so."""
        if records.env.context.get("bin_size"):  # only how big it is
            super().read(records)
            return
        contents, found = records._stored_contents(), {}
        for letter in records:
            content = contents.get(letter.id, b"")
            # sudo: only compares
            found[letter.id] = content and not letter.sudo()._problem_of(content) and base64.b64encode(content)
        self._insert_cache(records, [found[id_] or False for id_ in records._ids])


class DunningLetterDocumentMixin(models.AbstractModel):
    """The stored document of a letter, compared with the digest of the day of issue whenever it is used or shown."""

    _name = "dunning.letter.document.mixin"
    _description = "Stored document of a dunning letter"

    mail_digests = fields.Text(
        string="SHA-256 of the mail",
        readonly=True,
        copy=False,
        help="One line per part of its mail, the words first and then each file: digest and name.",
    )
    shares_number = fields.Boolean(
        string="Number stands twice",
        readonly=True,
        copy=False,
        help="An earlier letter was printed with the same number, before numbers were kept apart. Both stay as "
        "printed.",
    )
    files_gone = fields.Char(
        string="Left without the file of",
        readonly=True,
        copy=False,
        help="Numbers of the invoices whose file had gone from the filestore when the letter was made.",
    )
    pdf_problem = fields.Char(
        string="Document",
        compute="_compute_pdf_problem",
        help="What is wrong with the stored document, compared with its digest.",
    )

    @api.depends("pdf_sha256")
    def _compute_pdf_problem(self):
        contents = self._stored_contents()
        for letter in self:
            content = contents.get(letter._origin.id, b"")
            letter.pdf_problem = letter.pdf_sha256 and letter._problem_of(content)

    def _stored_contents(self):
        """The content of the stored documents: ``{letter id: bytes}``; of several in one place the one that was issued.

        Whether the content is what was issued is for ``_problem_of`` to say.
        """
        # sudo: what a field keeps is reached through its record only; whoever asks may read the letter
        files = self.env["ir.attachment"].sudo()
        files = files.search(
            [("res_model", "=", self._name), ("res_field", "=", "pdf_file"), ("res_id", "in", self._origin.ids)],
            order="id",
        )
        issued, found = {letter.id: letter.pdf_sha256 for letter in self._origin}, {}
        for file in files:
            content = file.with_context(bin_size=False).raw or b""
            if file.res_id not in found or digest(content) == issued[file.res_id]:
                found[file.res_id] = content
        return found

    def _problem_of(self, content):
        """What is wrong with this content as the document of the letter, False for nothing."""
        self.ensure_one()
        if not content:
            return self.env._(
                "The stored document of letter %s has gone or is empty. Put its file back from a backup, or cancel the "
                "letter and propose it anew.",
                self.name,
            )
        if digest(content) != self.pdf_sha256:
            return self.env._(
                "The stored document of letter %s is not the one that was issued: its SHA-256 differs. Put its file "
                "back from a backup, or cancel the letter and propose it anew.",
                self.name,
            )
        return False

    def _stored_pdf(self):
        """The stored document, byte for byte what was issued. :raises UserError: it has gone or was changed."""
        self.ensure_one()
        content = self._stored_contents().get(self.id, b"")
        if problem := self._problem_of(content):
            raise UserError(problem)
        return content

    def _stored_pdf_as_field(self):
        """As ``_stored_pdf``, as fields hold it."""
        return base64.b64encode(self._stored_pdf())

    def _mail_differs(self, words, files):
        """Whether a mail says or carries something else than was issued.

        :param words: digest of its words. :param files: digests of its files, in any order.
        """
        self.ensure_one()
        if self.pdf_sha256 not in files:
            return True
        kept = [line.split(" ", 1)[0] for line in (self.mail_digests or "").splitlines()]
        # a mail from before its digests were kept answers for the letter alone
        return bool(kept) and (kept[0] != words or sorted(kept[1:]) != sorted(files))
