import base64
import hashlib
import re
from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools.osutil import clean_filename

# Who can do something with an electronic invoice.
HAS_BOOKS = {"business", "public"}
# What a name of a file may be long: mail programs and disks cut at 255 bytes.
LONGEST_NAME = 100
# So many files go along with a mail; mail programs and whoever reads them have enough of it then.
MOST_FILES = 20
# Room for the headers and the note about what was left out, in bytes.
MARGIN = 8192


@dataclass(slots=True, eq=False)
class File:
    """A file that may go along with a letter. ``size`` in bytes is known before ``content`` is loaded."""

    name: str
    size: int
    mimetype: str
    content: bytes = b""
    stored: models.BaseModel | None = None
    number: str = ""  # of the invoice it belongs to

    def load(self):
        """The content. A stored file is opened only now, when it is known to go along."""
        return self.content if self.stored is None else self.stored.raw or b""

    def is_there(self):
        """Whether there is something to send: a stored file may have gone from the disk."""
        return bool(self.content) if self.stored is None else self.stored._dunning_is_there()

    def digest(self):
        """What two files with the same content share: Odoo's checksum."""
        if self.stored is not None and self.stored.checksum:
            return self.stored.checksum
        return hashlib.sha1(self.content, usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Files:
    """What goes along with one letter; ``left_out`` (too big), ``missing`` and ``too_many`` are numbers of invoices."""

    files: list
    left_out: list
    missing: list
    too_many: list = field(default_factory=list)


class DunningMailFiles(models.AbstractModel):
    """What goes along with the mail of a letter: its PDF, a statement, the invoices as PDF and as e-invoice.

    Each once, within what a mail may weigh. Nothing of it but the letter itself keeps a letter from leaving: the files
    of the biggest invoices stay behind when the mail would be too heavy, and so does a file that has gone.
    """

    _name = "dunning.mail.files"
    _description = "Files that go along with dunning letters"

    @api.model
    def _of(self, letters):
        """Per letter id its ``Files``, read for all letters at once."""
        statements, limit = self._statement_files(letters), self._mail_limits(letters.company_id)
        invoices, contents = self._invoice_files(letters), letters._stored_contents()
        found = {}
        for letter in letters:
            content = contents.get(letter.id, b"")
            files = [File(letter.pdf_name, len(content), "application/pdf", content)]
            files += statements.get(letter.id, [])
            moves, rest = self._fitting(letter)
            files += [file for move in moves for file in invoices.get((letter.id, move.id), [])]
            found[letter.id] = self._choose(letter, files, limit[letter.company_id])
            found[letter.id].too_many = rest._dunning_numbers(letter.partner_id)
        return found

    @api.model
    def _invoices_along(self, letter):
        """The invoices that go along: those that the letter asks money for, where the level says so."""
        if not letter.level_id.attach_invoice:
            return self.env["account.move"]
        lines = letter.line_ids.filtered("principal_part")
        # an entry has no document of its own, but what was taken in may have come with one
        return lines.filtered(lambda line: line.move_id.is_invoice(include_receipts=True) or line._document()).move_id

    @api.model
    def _documents(self, letter, move):
        """What came with the claims of an entry on this letter: ``[(line, attachment)]``."""
        lines = letter.line_ids.filtered(lambda line: line.move_id == move and line.principal_part)
        return [(line, line._document()) for line in lines if line._document()]

    @api.model
    def _fitting(self, letter):
        """The invoices that go along, in the order of the letter, and those that would be too many files for a mail."""
        moves, room = self._invoices_along(letter), MOST_FILES - 1 - bool(letter.level_id.attach_statement)
        with_xml = self._takes_electronic(letter) and "ubl_cii_xml_id" in moves._fields
        for place, move in enumerate(moves):
            # sudo: whether a file is stored
            room -= 2 if with_xml and move.sudo().ubl_cii_xml_id else max(len(self._documents(letter, move)), 1)
            if room < 0:
                return moves[:place], moves[place:]
        return moves, moves.browse()

    @api.model
    def _read_along(self, letters):
        """Read what is asked of the invoices that go along, for all letters at once."""
        # sudo: the stored files of invoices that go to their own debtor
        moves = letters.filtered("level_id.attach_invoice").line_ids.move_id.sudo()
        moves.mapped("move_type")
        moves.partner_id.mapped("invoice_template_pdf_report_id")
        moves.invoice_pdf_report_id.mapped("file_size")
        if "ubl_cii_xml_id" in moves._fields:
            moves.ubl_cii_xml_id.mapped("file_size")
        letters.line_ids.invoice_copy_id.sudo().mapped("file_size")  # sudo: as above
        letters.line_ids.claim_id.sudo().document_id.mapped("file_size")  # sudo: as above

    @api.model
    def _invoice_files(self, letters):
        """Per letter id and invoice id its files. Those that are stored are not opened yet."""
        found, fresh = {}, {}
        known = self.env["ir.model.data"]._xmlid_to_res_id  # from its cache, where env.ref() asks the database
        layout = self.env["ir.actions.report"].browse(known("account.account_invoices"))
        self._read_along(letters)
        electronic = "ubl_cii_xml_id" in self.env["account.move"]._fields  # only where that module is installed
        for letter in letters:
            copies = {line.move_id: copy for line in letter.line_ids if (copy := line._invoice_copy())}
            for move in self._fitting(letter)[0]:
                if came := self._documents(letter, move):
                    files = [self._stored_file(file.name, file, line.number) for line, file in came]
                    found[letter.id, move.id] = files
                    continue
                report = move.partner_id.invoice_template_pdf_report_id or layout
                name = move.with_context(lang=letter.lang)._get_invoice_report_filename(report=report)
                pdf = move.sudo().invoice_pdf_report_id
                pdf = pdf if pdf.file_size else copies.get(move, pdf.browse())
                if not pdf and move not in fresh:
                    fresh[move] = self._made_file(name, move)
                files = [self._stored_file(name, pdf, move.name) if pdf else fresh[move]]
                xml = move.sudo().ubl_cii_xml_id if electronic and self._takes_electronic(letter) else pdf.browse()
                if xml:
                    files.append(self._stored_file(xml.name, xml, move.name))
                found[letter.id, move.id] = files
        return found

    @api.model
    def _takes_electronic(self, letter):
        return letter.level_id.attach_ubl and letter.debtor_kind in HAS_BOOKS

    @api.model
    def _stored_file(self, name, attachment, number):
        return File(self._safe_name(name), attachment.file_size, attachment.mimetype, stored=attachment, number=number)

    @api.model
    def _made_file(self, name, move):
        """The PDF of an invoice of which Odoo keeps none, printed now.

        :raises UserError: when it cannot be printed.
        """
        content = base64.b64decode(move._dunning_invoice_pdf() or b"")
        return File(self._safe_name(name), len(content), "application/pdf", content, number=move.name)

    @api.model
    def _statement_files(self, letters):
        """Per letter id the statement that goes along as a file; a letter on paper has it as an annex."""
        found = {}
        wanted = letters.filtered(lambda letter: letter.level_id.attach_statement and not letter.has_statement_annex)
        for own in wanted.grouped("date").values():
            model = self.env["dunning.statement"]
            pages = model._pages(own.case_id, own[0].date)
            pdfs = model._pdfs(pages)
            for letter in own:
                content = pdfs[letter.case_id]
                name = model._file_name(pages[letter.case_id], "pdf")
                found[letter.id] = [File(name, len(content), "application/pdf", content)]
        return found

    @api.model
    def _mail_limits(self, companies):
        """Per company what a mail may weigh in bytes: its own setting, and no more than the mail servers take.

        Odoo turns every file of a heavier mail into a link, the letter itself as well.
        """
        # sudo: a number of the outgoing mail servers, for whoever sends letters
        servers = self.env["ir.mail_server"].sudo()
        most = min((server._get_max_email_size() for server in servers.search([])), default=None)
        most = servers._get_max_email_size() if most is None else most
        return {company: min(company.dunning_mail_limit_mb, most) * 2**20 for company in companies}

    @api.model
    def _choose(self, letter, files, limit):
        """What goes along of these files: each content once, and the files of the biggest invoices left out."""
        gone = [file for file in files if file.number and not file.is_there()]
        files = list({file.digest(): file for file in reversed(files) if file not in gone}.values())[::-1]
        mails, body, left_out = self.env["mail.mail"], letter.body or "", []
        while mails._estimate_email_size({}, body, [MARGIN, *(file.size for file in files)]) > limit:
            extra = [file for file in files[1:] if file.number] or files[1:]
            if not extra:
                break  # the letter itself goes whatever it weighs
            biggest = max(extra, key=lambda file: file.size)
            files.remove(biggest)
            left_out.append(biggest.number or biggest.name)
        return Files(files, list(dict.fromkeys(left_out)), list(dict.fromkeys(file.number for file in gone)))

    @api.model
    def _safe_name(self, name):
        """A name without path, control characters or what turns its reading direction, and not too long."""
        stem, dot, extension = (name or "").rpartition(".")
        if not dot:
            stem, extension = extension, "pdf"
        stem = re.sub(r"\.{2,}", "", clean_filename(" ".join(stem.split()), "-"))[:LONGEST_NAME].strip(" .-_")
        stem = stem or "invoice"
        return f"{stem}.{clean_filename(extension, '')[:8]}"

    @api.model
    def _note_missing(self, letters, found):
        """Show on the letters which files had gone, and tell it; they leave without them.

        :param found: what ``_of`` gives.
        """
        telling, rows = letters._telling(), []
        for letter in letters:
            numbers = ", ".join(found[letter.id].missing)
            if (letter.files_gone or "") != numbers:  # of one that is tried again they may be back
                letter.files_gone = numbers
            if numbers:
                rows.append(telling._row("letter.files_gone", letter, {"numbers": numbers}))
        telling._tell(rows)
