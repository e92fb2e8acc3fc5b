from odoo import api, models
from odoo.tools import LazyTranslate

from ...engine import handover as engine
from ...engine.rules import PROTECTED_KINDS

_lt = LazyTranslate(__name__)

PARTS = {
    "notice": _lt("Letter with a term to pay"),
    "proof": _lt("Proof that it was received"),
    "invoice": _lt("Invoice as a document"),
    "terms": _lt("Accepted general terms, with their version"),
    "order": _lt("Order or reference of the customer"),
    "delivery": _lt("Proof of delivery, attached to the invoice"),
    "address": _lt("Full postal address"),
    "kind": _lt("Kind of debtor"),
    "registration": _lt("Company registration or VAT number"),
}
# Letters that give a business a term to pay; a protected debtor has to have a statutory one.
WITH_TERM = ("reminder", "notice_of_default", "final_notice")
PROVEN = ("delivered", "read")


class DunningHandoverScore(models.AbstractModel):
    """What the file of a hand-over should hold, and what of it is missing; where that can be added."""

    _name = "dunning.handover.score"
    _description = "Completeness of a file"

    @api.model
    def _of(self, claims):
        """How complete the file about these claims on one debtor is: ``(0–100, [missing engine.handover.Piece])``."""
        # sudo: whether something is there, whoever hands over
        claims = claims.sudo()
        return engine.score(self._pieces(claims, self._letters(claims), self._files(claims)))

    @api.model
    def _of_many(self, claims_by_case):
        """How complete each of these files is: ``{case: 0–100}``; a fixed number of statements."""
        # sudo: as above
        claims = self.env["dunning.claim"].sudo().union(*claims_by_case.values())
        letters, files = self._letters(claims), self._files(claims)
        return {case: engine.score(self._pieces(own.sudo(), letters, files))[0] for case, own in claims_by_case.items()}

    @api.model
    def _pieces(self, claims, letters, files):
        """Every piece there should be of the file of one debtor. :param letters, files: see there."""
        company, partner = claims.company_id, claims.partner_id.commercial_partner_id
        person = partner.with_company(company)
        kind = person.dunning_debtor_kind or "unknown"
        pieces = [
            engine.Piece("terms", bool(company.dunning_terms_version)),
            engine.Piece("address", all((partner.street, partner.zip, partner.city))),
            engine.Piece("kind", kind != "unknown"),
        ]
        if kind not in PROTECTED_KINDS:
            pieces.append(engine.Piece("registration", bool(partner.company_registry or partner.vat)))
        types = ("statutory_notice",) if kind in PROTECTED_KINDS else WITH_TERM
        for claim in claims:
            own = [letter for letter in letters.get(claim, ()) if letter.legal_type in types]
            documents, proofs = files.get(claim.move_id.id, (0, 0))
            there = {
                "notice": bool(own),
                "proof": any(letter.receipt_grade in PROVEN for letter in own),
                "invoice": bool(documents or claim.document_id),
                "order": bool(claim.customer_ref or claim.move_id.invoice_origin),
                "delivery": bool(proofs),
            }
            pieces += [engine.Piece(part, found, claim.id) for part, found in there.items()]
        return pieces

    @api.model
    def _letters(self, claims):
        """The sent letters about each claim that asked for it: ``{claim: letters}``."""
        lines = claims.line_ids.filtered(lambda line: line.state == "sent" and line.principal_part)
        return {claim: own.letter_id for claim, own in lines.grouped("claim_id").items()}

    @api.model
    def _files(self, claims):
        """Per entry how many documents it has itself, and how many files people attached: ``{id: (n, n)}``."""
        moves = claims.move_id
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "account.move"),
                ("res_id", "in", moves.ids),
                ("res_field", "in", (False, "invoice_pdf_report_file", "ubl_cii_xml_file")),
            ]
        )
        found = {}
        for attachment in attachments:
            documents, proofs = found.get(attachment.res_id, (0, 0))
            by_odoo = bool(attachment.res_field)
            found[attachment.res_id] = (documents + by_odoo, proofs + (not by_odoo))
        return found

    @api.model
    def _label(self, part):
        return self.env._(PARTS[part])

    @api.model
    def _place(self, piece, claims):
        """The record on which a missing piece is added."""
        claim = claims.browse(piece.line_id)
        if piece.part == "terms":
            return claims.company_id
        if piece.part in ("address", "kind", "registration"):
            return claims.partner_id.commercial_partner_id
        if piece.part in ("notice", "proof"):
            # sudo: which letter it is; the form asks for the right of its reader
            sent = claim.sudo().line_ids.filtered(lambda line: line.state == "sent").letter_id.sorted("sent_on")[-1:]
            return sent.with_env(self.env) if piece.part == "proof" and sent else claim.case_id
        return claim.move_id
