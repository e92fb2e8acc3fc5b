import base64
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools.osutil import clean_filename
from odoo.tools.pdf import PdfFileReader, PdfReadError

from ...engine import chain

_logger = logging.getLogger(__name__)

PDF, TEXT = "application/pdf", "text/plain"
INVOICE, UBL, LETTER, PROOF, REPLY, AGREEMENT, EVIDENCE, STATEMENT = (
    "invoice", "ubl", "letter", "proof", "reply", "agreement", "evidence", "statement",
)  # fmt: skip
LONGEST_NAME = 90
# So many invoices are printed in one call, where Odoo keeps no file of them.
TOGETHER = 20
# What is said of a document that is not in the file as it should be.
GONE, DIFFERS, BROKEN, FAILED = "gone", "differs", "broken", "failed"


@dataclass(eq=False)
class Document:
    """One document of a dossier.

    :ivar load: gives its bytes, when it is its turn. :ivar wanted: the SHA-256 that it was kept under, where it was.
    :ivar path: in the ZIP, empty where it is not in it. :ivar problem: why not, or what is wrong with it.
    """

    kind: str
    title: str
    name: str
    load: Callable
    mimetype: str = PDF
    date: object = None
    claims: list = field(default_factory=list)
    wanted: str = ""
    about: str = ""
    path: str = ""
    sha256: str = ""
    size: int = 0
    problem: str = ""

    def as_json(self):
        """As it stands in claim.json."""
        return {
            "kind": self.kind,
            "title": self.title,
            "about": self.about,
            "date": self.date.isoformat() if self.date else None,
            "claims": self.claims,
            "path": self.path,
            "sha256": self.sha256,
            "size": self.size,
            "problem": self.problem,
        }


class DunningDossierDocuments(models.AbstractModel):
    """The documents of a dossier: which there are, and each written into the ZIP when it is its turn.

    One that cannot be read stops nobody: it is left out and named in the index with the reason.
    """

    _name = "dunning.dossier.documents"
    _description = "Documents of a Dossier"

    @api.model
    def _list(self, given):
        """All documents of these claims, without their contents."""
        return [
            *self._invoices(given),
            *self._evidence(given),
            *self._letters(given),
            *self._agreements(given),
            *self._replies(given),
            self._statement(given),
        ]

    # -- what there is ---------------------------------------------------------------------------------------------

    @api.model
    def _invoices(self, given):
        """Invoices as PDF and e-invoice; what was taken in has what it came with."""
        found, seen = [], set()
        printed = _Printed([claim.move_id for claim in given.claims if self._is_printed(claim)])
        electronic = "ubl_cii_xml_id" in self.env["account.move"]._fields  # only where that module is installed
        for claim in given.claims:
            move, key = claim.move_id, str(claim.id)
            common = {"date": claim.invoice_date, "claims": [key], "about": claim.number or ""}
            if claim.document_id:
                found.append(self._stored(INVOICE, claim.number, claim.document_id, **common))
            elif not move or move in seen:
                continue
            elif move.invoice_pdf_report_id:
                found.append(self._stored(INVOICE, claim.number, move.invoice_pdf_report_id, **common))
            elif move.is_invoice(include_receipts=True):
                load = printed.loader(move)
                found.append(Document(INVOICE, claim.number or "", f"{claim.number}.pdf", load, **common))
            if move not in seen and electronic and move.ubl_cii_xml_id:
                found.append(self._stored(UBL, move.ubl_cii_xml_id.name, move.ubl_cii_xml_id, **common))
            seen.add(move)
        return found

    @api.model
    def _is_printed(self, claim):
        move = claim.move_id
        invoice = move and move.is_invoice(include_receipts=True)
        return invoice and not claim.document_id and not move.invoice_pdf_report_id

    @api.model
    def _evidence(self, given):
        """What somebody put with the invoices: orders, proof of delivery, accepted terms, e-invoices that came in."""
        moves = given.claims.move_id
        known = given.claims.document_id | moves.invoice_pdf_report_id
        if "ubl_cii_xml_id" in moves._fields:
            known |= moves.ubl_cii_xml_id
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "account.move"), ("res_id", "in", moves.ids), ("res_field", "=", False),
             ("type", "=", "binary")], order="res_id, id",
        )  # fmt: skip
        by_move = given.claims.grouped("move_id")
        found = []
        for file in files - known:
            claims = by_move[moves.browse(file.res_id)]
            is_ubl = file.name.lower().endswith(".xml")
            found.append(
                self._stored(
                    UBL if is_ubl else EVIDENCE, file.name, file, date=file.create_date.date(),
                    claims=[str(claim.id) for claim in claims], about=claims[:1].number or "",
                )
            )  # fmt: skip
        return found

    @api.model
    def _letters(self, given):
        """Letters as they were issued, and what proves that they arrived."""
        found = []
        for letter in given.letters:
            claims = [str(claim.id) for claim in letter.line_ids.claim_id & given.claims]
            common = {"claims": claims, "about": letter.name}
            title = " ".join(filter(None, (letter.name, letter.level_id.name)))
            found.append(
                Document(LETTER, title, f"{letter.name}.pdf", _stored_letter(letter), date=letter.sent_on,
                         wanted=letter.pdf_sha256 or "", **common)
            )  # fmt: skip
            for attempt in letter.dispatch_ids:
                digests = dict(
                    reversed(line.split("  ", 1)) for line in (attempt.proof_digests or "").splitlines() if "  " in line
                )
                for file in attempt.posting_proof_ids | attempt.delivery_proof_ids:
                    one = self._stored(PROOF, file.name, file, date=attempt.delivered_on or letter.sent_on, **common)
                    one.wanted = digests.get(file.name, "")
                    found.append(one)
        return found

    @api.model
    def _agreements(self, given):
        """What both sides confirmed, word for word."""
        found = []
        for agreement in (*given.about("dunning.promise"), *given.about("dunning.payment.plan")):
            found += self._letters_about(agreement)
            found += [
                Document(
                    AGREEMENT,
                    receipt.display_name,
                    f"{agreement.display_name}.txt",
                    lambda receipt=receipt: receipt.text.encode(),
                    TEXT,
                    date=receipt.made_at.date(),
                    wanted=receipt.sha256,
                    about=agreement.numbers or "",
                )
                for receipt in agreement.receipt_ids.filtered(lambda receipt: not receipt.replaced_by_ids)
            ]
        return found

    @api.model
    def _letters_about(self, agreement):
        """What was written when it was missed."""
        link = self.env["dunning.agreement.letters"]._link(agreement)
        letters = self.env["dunning.agreement.letter"].search([(link, "=", agreement.id), ("state", "=", "sent")])
        return [
            Document(
                LETTER,
                letter.display_name,
                f"{letter.name}.pdf",
                lambda letter=letter: base64.b64decode(letter.pdf_file or b""),
                date=letter.sent_on,
                wanted=letter.pdf_sha256 or "",
                about=agreement.numbers or "",
            )
            for letter in letters.filtered("pdf_sha256")
        ]

    @api.model
    def _replies(self, given):
        """What the debtor wrote, and what he sent along."""
        found = []
        for reply in given.replies:
            date = reply.received_on
            title = reply.subject or reply.preview or ""
            if reply.text:
                found.append(Document(REPLY, title[:80], f"{date} {title[:60]}.txt", _written(reply), TEXT, date=date))
            found += [self._stored(REPLY, file.name, file, date=date) for file in reply.attachment_ids]
        return found

    @api.model
    def _statement(self, given):
        """The account of the debtor, as of the day of the dossier."""
        service, case = self.env["dunning.statement"], given.case

        def load():
            return service._files(case, "pdf", given.on)[case][1]

        name = given.env._("Statement of account")
        return Document(STATEMENT, name, f"{name}.pdf", load, date=given.on)

    @api.model
    def _stored(self, kind, title, file, **more):
        """A file that Odoo keeps. Odoo's own checksum tells whether it is still what was put away."""

        def load():
            return (file.with_context(bin_size=False).raw or b"") if file._dunning_is_there() else b""

        return Document(kind, title or "", file.name or "", load, file.mimetype or "", **more)

    # -- writing ---------------------------------------------------------------------------------------------------

    @api.model
    def _write(self, given, target, document, add):
        """Put one document into the ZIP, or say on it why not. Its content is kept no longer than that.

        :param add: writes a path and bytes into the ZIP.
        """
        try:
            with self.env.cr.savepoint(flush=False):
                content = document.load() or b""
        except Exception as error:
            _logger.warning("A document of a dossier cannot be read: %s", error)
            document.problem = FAILED
            return
        digest = chain.file_digest(content)
        if not content:
            document.problem = GONE
        elif document.wanted and document.wanted != digest:
            document.problem = DIFFERS
        if document.problem:
            return
        if document.mimetype == PDF and not _opens(content):
            document.problem = BROKEN  # it goes along as it is: somebody may mend it
        document.path = given.path(document.kind, document.name)
        document.sha256, document.size = digest, len(content)
        add(document.path, content)


class _Printed:
    """Invoices of which Odoo keeps no file, printed a few at a time, when the first of them has its turn."""

    def __init__(self, moves):
        self.moves, self.made = list(dict.fromkeys(moves)), {}

    def loader(self, move):
        return lambda: self._of(move)

    def _of(self, move):
        if move not in self.made:
            self.made.clear()
            start = self.moves.index(move)
            ours = move.browse(one.id for one in self.moves[start : start + TOGETHER])
            alike = ours.filtered(
                lambda one: one._dunning_layout() == move._dunning_layout() and one.company_id == move.company_id
            )
            self.made.update(alike._dunning_invoice_pdfs())
        return self.made.pop(move, None) or _alone(move)


def _alone(move):
    return base64.b64decode(move._dunning_invoice_pdf() or b"")


def _stored_letter(letter):
    return lambda: letter._stored_contents().get(letter.id, b"")


def _written(reply):
    """A reply as a text: who wrote, when, what."""

    def load():
        head = (reply.email_from or reply.contact_id.name or "", str(reply.received_at), reply.subject or "")
        return "\n".join((*filter(None, head), "", reply.text or "")).encode()

    return load


def _opens(content):
    """Whether a PDF can be opened and has a page."""
    try:
        return PdfFileReader(io.BytesIO(content), strict=False).getNumPages() > 0
    except (PdfReadError, ValueError, KeyError, OSError, TypeError, IndexError, AttributeError, RecursionError):
        return False


def file_name(name, longest=LONGEST_NAME):
    """A name that every system takes, not too long, with its ending."""
    plain = " ".join(clean_filename(name.replace("/", "-"), " ").split()).lstrip(".") or "document"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 5:
        return plain[:longest].strip(". ")
    return f"{stem[: longest - len(ending) - 1].strip('. ') or 'document'}.{ending}"
