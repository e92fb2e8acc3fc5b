import csv
import inspect
import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import file_open

from ...engine import chain, dossier
from . import dunning_dossier_documents as documents
from .dunning_dossier_documents import file_name

SCHEMA = "cremann_dunning/static/dossier/claim-1.schema.json"
COLLECTION = "collection"


@dataclass(eq=False)
class Given:
    """What a dossier is about, and what all its parts ask: see ``dunning.dossier._given``."""

    case: models.BaseModel
    claims: models.BaseModel
    handover: models.BaseModel | None
    party: models.BaseModel | None
    purpose: str
    lang: str
    on: date
    notes: bool = False
    used: set = field(default_factory=set)

    @property
    def env(self):
        """The environment of the reader: in his language."""
        return self.case.env

    @property
    def reference(self):
        """What stands on it and names it."""
        return (self.handover and self.handover.name) or f"{self.case.id:05d}-{self.on:%Y%m%d}"

    @cached_property
    def reckoned(self):
        """``{claim: Reckoning}``."""
        return self.env["dunning.dossier.money"]._reckon(self.case, self.claims, self.handover)

    @cached_property
    def letters(self):
        """The letters that went about these claims, and answers to what the debtor said, the oldest first."""
        letters = self.claims.line_ids.letter_id | self.case.letter_ids.filtered("answer")
        letters = letters.filtered(lambda letter: letter.state == "sent" and not letter.is_test)
        return letters.sorted(lambda letter: (letter.sent_on, letter.id))

    @cached_property
    def replies(self):
        """What the debtor wrote, the oldest first; no machine, and nothing that was not his."""
        replies = self.env["dunning.reply"].search([("case_id", "=", self.case.id)], order="received_at, id")
        return replies.filtered(lambda reply: not (reply.is_automatic or reply.is_foreign or reply.source == "bounce"))

    def about(self, model):
        """The records of a model that name one of these claims, or everything of the debtor."""
        moves = self.claims.move_id
        records = self.env[model].search([("case_id", "=", self.case.id)], order="id")
        return records.filtered(lambda record: not record.numbers or record.move_ids & moves)

    def path(self, kind, name):
        """Where a document lies in the ZIP: a folder by its kind, in the language of the reader, and a free name."""
        folder = {
            documents.INVOICE: lambda: self.env._("1 Invoices"),
            documents.UBL: lambda: self.env._("1 Invoices"),
            documents.LETTER: lambda: self.env._("2 Letters"),
            documents.PROOF: lambda: self.env._("3 Proof of sending"),
            documents.REPLY: lambda: self.env._("4 From the debtor"),
            documents.AGREEMENT: lambda: self.env._("5 Agreements"),
            documents.EVIDENCE: lambda: self.env._("6 Orders, deliveries, terms"),
            documents.STATEMENT: lambda: self.env._("7 Account"),
        }[kind]()
        stem, dot, ending = file_name(name).rpartition(".")
        free, number = f"{folder}/{stem}{dot}{ending}", 1
        while free.lower() in self.used:
            number += 1
            free = f"{folder}/{stem} ({number}){dot}{ending}" if dot else f"{folder}/{ending} ({number})"
        self.used.add(free.lower())
        return free


class _Archive:
    """A ZIP that is written file by file, and keeps of each what its list says."""

    def __init__(self, target):
        self.zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.files = []

    def add(self, path, content):
        """One file of bytes. What is packed already, as a PDF is, is only stored."""
        packed = content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"PK\x03\x04"))
        self.zip.writestr(path, content, zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED)
        self.files.append({"path": path, "sha256": chain.file_digest(content), "size": len(content)})

    def stream(self, path, lines):
        """One file of text, line by line."""
        digest, size = dossier.hashlib.sha256(), 0
        with self.zip.open(path, "w", force_zip64=True) as out:
            for line in lines:
                part = line.encode()
                digest.update(part)
                size += len(part)
                out.write(part)
        self.files.append({"path": path, "sha256": digest.hexdigest(), "size": size})

    def close(self):
        """The list of all that is in it comes last."""
        listed = dossier.manifest(sorted(self.files, key=lambda entry: entry["path"]))
        self.zip.writestr(dossier.MANIFEST, listed)
        self.zip.close()


class DunningDossier(models.AbstractModel):
    """Writes claims with all that proves them into one ZIP: for an agency, a bailiff, a lawyer or a court.

    It is written document by document, so the memory that it needs stays the same however many there are.
    """

    _name = "dunning.dossier"
    _description = "Dossier of Claims"

    @api.model
    def _given(self, case, claims, handover=None, party=None, purpose=COLLECTION, notes=False):
        """What a dossier is about, with everything read by the system in the language of its reader.

        :param case: of the debtor. :param claims: ``dunning.claim`` of that case. :param handover: whose amounts hold.
        :param party: for whom; of a hand-over its party. :param purpose: as on ``dunning.handover``.
        :param notes: with what colleagues noted about contacts.
        :raises AccessError: the user may not read the case. :raises UserError: nothing is chosen, or of another debtor.
        """
        case.ensure_one()
        case.check_access("read")
        claims.check_access("read")
        if not claims or claims.case_id != case:
            raise UserError(self.env._("Choose claims of one debtor, at least one."))
        party = party or (handover.party_id if handover else None) or None
        # sudo: a file of all that is about these claims, by whom the caller has checked
        system = self.sudo().with_company(case.company_id)
        lang = self._lang(case, party)
        env = system.with_context(lang=lang, bin_size=False).env
        ordered = claims.sorted(lambda claim: (claim.date_due or date.max, claim.id))
        return Given(
            case.with_env(env),
            ordered.with_env(env),
            handover and handover.with_env(env),
            party and party.with_env(env),
            purpose,
            lang,
            (handover and handover.date) or case.company_id._dunning_today(),
            notes,
        )

    @api.model
    def _lang(self, case, party):
        """The language of whoever reads it: of the party, else of the company, else of the user."""
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        # sudo: a language
        wanted = (party and party.sudo().partner_id.lang, case.company_id.sudo().partner_id.lang, self.env.lang)
        return next((code for code in wanted if code in installed), "en_US")

    @api.model
    def _data(self, case, claims, handover=None, party=None, purpose=COLLECTION, notes=False):
        """What stands in claim.json, without documents. Parameters and errors as ``_given``."""
        given = self._given(case, claims, handover, party, purpose, notes)
        return given.env["dunning.dossier.data"]._data(given, [])

    @api.model
    def _write(self, case, claims, target, *, handover=None, party=None, purpose=COLLECTION, notes=False):
        """Write a dossier as a ZIP.

        :param target: a binary file that can be written. Other parameters and errors as ``_given``.
        :return: the documents that cannot be read or are not what they were, ``[dunning_dossier_documents.Document]``.
        """
        given = self._given(case, claims, handover, party, purpose, notes)
        env, archive = given.env, _Archive(target)
        listed = env["dunning.dossier.documents"]._list(given)
        for document in listed:
            env["dunning.dossier.documents"]._write(given, target, document, archive.add)
            env["ir.attachment"].invalidate_model(["raw", "datas", "db_datas"], flush=False)
        data = env["dunning.dossier.data"]._data(given, listed)
        archive.add(dossier.CLAIM, json.dumps(data, indent=1, ensure_ascii=False).encode())
        archive.add(dossier.CSV, self._csv(data).encode("utf-8-sig"))
        with file_open(SCHEMA, "rb") as schema:
            archive.add(dossier.SCHEMA, schema.read())
        env["dunning.dossier.slice"]._write(given, archive)
        paper = env["dunning.dossier.paper"]
        archive.add(paper._name_of(given), paper._pdf(given, data))
        for name, module in (("verify.py", dossier), ("chain.py", chain)):
            archive.add(name, inspect.getsource(module).encode())
        archive.add("README.txt", paper._readme(given).encode())
        archive.close()
        return [document for document in listed if document.problem]

    @api.model
    def _csv(self, data):
        """The claims as a table, under headings that every import of claims knows; amounts with a point."""
        debtor = data["debtor"]
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(
            ["Debtor", "Customer number", "VAT number", "Company number", "E-mail", "Street", "Postcode", "City",
             "Country", "Invoice number", "Invoice date", "Due date", "Amount", "Open amount", "Interest",
             "Collection costs", "Total", "Currency", "Description", "Customer reference"]
        )  # fmt: skip
        for claim in data["claims"]:
            amounts = claim["amounts"]
            row = [
                debtor["name"], debtor["reference"], debtor["vat"], debtor["registry"], debtor["email"],
                debtor["street"], debtor["zip"], debtor["city"], debtor["country"], claim["number"],
                claim["invoice_date"] or "", claim["due_date"] or "", claim["amount"], amounts["principal"],
                amounts["interest"], amounts["costs"], amounts["total"], claim["currency"], claim["what_for"],
                claim["order"],
            ]  # fmt: skip
            table.writerow([_harmless(cell) for cell in row])
        return out.getvalue()


def _harmless(cell):
    """A cell that no program takes for a formula, whoever typed what stands in it."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and not cell[1:2].isdigit() else cell
