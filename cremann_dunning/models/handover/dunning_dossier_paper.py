import io
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.pdf import PdfFileReader

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ...tools import spelling
from ..dunning_inside import Inside
from .dunning_dossier_documents import BROKEN, DIFFERS, FAILED, GONE, file_name

REPORT = "cremann_dunning.report_dunning_dossier"


@dataclass(frozen=True, eq=False)
class Page:
    """The index of a dossier with all that its paper needs. ``data`` is what stands in claim.json."""

    given: object
    data: dict
    needs_letterhead: bool
    known: dict = field(default_factory=dict)  # labels of choices, by model and field

    @property
    def env(self):
        """In the language of the reader."""
        return self.given.env

    def money(self, text, code):
        """An amount of claim.json as the reader writes it; nothing for nothing."""
        if text in (None, ""):
            return ""
        return spelling.money(Decimal(text), code, self._currencies[code].decimal_places, self.given.lang)

    def day(self, text, form="d MMM y"):
        """A day or moment of claim.json as the reader writes it."""
        if not text:
            return ""
        return format_date(self.env, date.fromisoformat(text[:10]), date_format=form, lang_code=self.given.lang)

    def label(self, model, name, code):
        """What a choice is called. :param model: :param name: the field that holds it."""
        return self._labels(model, name).get(code, code or "")

    def _labels(self, model, name):
        if (model, name) not in self.known:
            self.known[model, name] = dict(self.env[model].fields_get([name])[name]["selection"])
        return self.known[model, name]

    @cached_property
    def _currencies(self):
        return self.env["dunning.decision"]._currencies()

    def rate(self, text):
        """A percentage as the reader writes it."""
        sign = "," if self.given.lang[:2] in ("nl", "fr", "de") else "."
        return f"{text.replace('.', sign)}%"

    def problem(self, code):
        """What is wrong with a document, and what it means for the reader."""
        return {
            GONE: lambda: self.env._("Not included: the stored file is empty or has gone."),
            DIFFERS: lambda: self.env._(
                "Not included: the stored file is not the one that was issued (its SHA-256 differs)."
            ),
            FAILED: lambda: self.env._("Not included: it could not be read or printed."),
            BROKEN: lambda: self.env._("Included as it is, but it does not open as a PDF."),
        }[code]()

    def kind(self, code):
        """What kind of document it is."""
        return {
            "invoice": lambda: self.env._("Invoice"),
            "ubl": lambda: self.env._("E-invoice"),
            "letter": lambda: self.env._("Letter"),
            "proof": lambda: self.env._("Proof"),
            "reply": lambda: self.env._("From the debtor"),
            "agreement": lambda: self.env._("Agreement"),
            "evidence": lambda: self.env._("Evidence"),
            "statement": lambda: self.env._("Account"),
        }[code]()

    def claims_in(self, code):
        """The claims in one currency."""
        return [claim for claim in self.data["claims"] if claim["currency"] == code]

    @property
    def wrong(self):
        """The documents that are not as they should be."""
        return [one for one in self.data["documents"] if one["problem"]]

    def documents_of(self, key):
        """The documents about one claim; of None those that are about none in particular."""
        return [one for one in self.data["documents"] if (key in one["claims"] if key else not one["claims"])]

    def letters_of(self, key):
        """The letters about one claim."""
        return [letter for letter in self.data["letters"] if key in letter["claims"]]

    def arrived(self, letter):
        """How a letter went and what is known of its arrival, one line for each attempt that counts."""
        said = []
        for attempt in letter["sendings"]:
            words = [self.label("dunning.dispatch", "channel", attempt["channel"]), attempt["to"]]
            state = self.label("dunning.dispatch", "state", attempt["state"])
            words.append(state if not attempt["delivered_on"] else f"{state} {self.day(attempt['delivered_on'])}")
            words.append(attempt["tracking"])
            said.append(" · ".join(filter(None, words)))
        return said

    @cached_property
    def done(self):
        """What was already done, in the order of its days: ``[(day, what, more)]``."""
        found = []
        for letter in self.data["letters"]:
            more = [self.money(letter["total"], letter["currency"]), *self.arrived(letter)]
            if letter["term_ends"]:
                more.append(self.env._("Term until %s", self.day(letter["term_ends"])))
            found.append((letter["sent_on"] or "", f"{letter['step']} {letter['number']}".strip(), more))
        for contact in self.data["contacts"]:
            what = self.label("dunning.contact", "kind", contact["kind"])
            found.append(
                (contact["date"], what, [self.label("dunning.contact", "outcome", contact["outcome"]), contact["note"]])
            )
        for reply in self.data["replies"]:
            what = self.env._("The debtor wrote (%s)", self.label("dunning.reply", "source", reply["source"]))
            found.append((reply["received_at"], what, [reply["subject"], _shorter(reply["text"])]))
        found += self._agreed()
        return sorted(((day[:10], what, [m for m in more if m]) for day, what, more in found), key=lambda row: row[0])

    def _agreed(self):
        """Agreements and disputes among what was done."""
        found = []
        for one in self.data["agreements"]:
            promise = one["kind"] == "promise"
            what = self.env._("The debtor promised to pay") if promise else self.env._("A payment plan was agreed")
            model = "dunning.promise" if promise else "dunning.payment.plan"
            more = [self.money(one["amount"], one["currency"]), self.label(model, "state", one["state"]), one["about"]]
            found.append((one["agreed_on"] or "", what, more))
        for one in self.data["disputes"]:
            reason = self.label("dunning.dispute", "reason", one["reason"])
            more = [reason, one["about"], _shorter(one["text"])]
            found.append((one["opened_on"] or "", self.env._("The debtor did not agree"), more))
            if one["closed_on"]:
                outcome = self.label("dunning.dispute", "outcome", one["outcome"])
                found.append((one["closed_on"], self.env._("That dispute was closed"), [outcome]))
        return found


class DunningDossierPaper(models.AbstractModel):
    """The index of a dossier on paper: who, how much, since when and why, what was done, and a page per claim."""

    _name = "dunning.dossier.paper"
    _description = "Index of a Dossier"

    @api.model
    def _pdf(self, given, data):
        """The index as PDF, read back. :raises UserError: it does not show what it is."""
        page = Page(given, data, not _wkhtml().is_patched_qt)
        context = {"webp_as_jpg": True, "report_pdf_no_attachment": True}
        context["dunning_dossier_pages"] = Inside({given.case.id: page})
        # sudo: the report prints the page above, for whom the caller has checked
        report = self.env["ir.actions.report"].sudo().with_company(given.case.company_id).with_context(**context)
        streams = report._render_qweb_pdf_prepare_streams(REPORT, {"report_type": "pdf"}, res_ids=given.case.ids)
        content = streams[given.case.id]["stream"].getvalue()
        words = "".join(PdfFileReader(io.BytesIO(content)).getPage(0).extractText().split())
        if "".join(given.reference.split()) not in words:
            raise UserError(self.env._("The index of the dossier does not show its reference. Check the layout."))
        return content

    @api.model
    def _name_of(self, given):
        """Name of the index; it stands before all others."""
        name = given.env._("0 Index %(reference)s %(debtor)s", reference=given.reference,
                           debtor=(given.case.partner_id.name or "")[:50])  # fmt: skip
        return file_name(f"{name}.pdf")

    @api.model
    def _readme(self, given):
        """What is in the ZIP and how anybody checks it, in the language of the reader."""
        env = given.env
        return env._(
            """Dossier %(reference)s of %(creditor)s about %(debtor)s.

%(index)s: begin here.
claim.json: the same as values, after claim-1.schema.json.
claims.csv: the claims as a table.
events.jsonl: what happened, as it was recorded and sealed.
manifest.json: every file with its SHA-256.

Check it with any Python from 3.10 on, with verify.py and chain.py from this ZIP in one folder:

    python3 verify.py DOSSIER.zip

Add --sha256 with the digest from the mail to check the file as a whole, and --head NUMBER:DIGEST with a head of the
record that was kept elsewhere.

What the record proves here: each event that stands in it in full says what it said when it was sealed, and none was
put in between or taken away; events about others are left out, and of these only where they stood. That nothing left
out was exchanged shows from the whole record, which %(creditor)s keeps.
""",
            reference=given.reference,
            creditor=given.case.company_id.name,
            debtor=given.case.partner_id.name or "",
            index=self._name_of(given),
        )


def _shorter(text):
    """What somebody wrote, as far as it fits into a table; all of it is in the ZIP."""
    return spelling.shortened(" ".join((text or "").split()), 220)
