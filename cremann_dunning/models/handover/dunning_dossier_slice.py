from odoo import api, models
from odoo.tools import SQL

from ...engine import chain, dossier
from ..dunning_bulk import to_json
from ..event.dunning_sealing import CONTENT, content

# What of a debtor's record belongs into his file: no reasons of care, no holds and notes of the house, no settings.
FAMILIES = ("letter", "agreement", "dispute", "contact", "answer", "charge", "ledger", "end", "handover")
OF_DEBTOR = (
    "debtor.claim_begun", "debtor.claim_ended", "debtor.claim_renamed", "debtor.claim_taken_in", "debtor.claims_came",
    "debtor.claims_left", "debtor.insolvency", "debtor.insolvency_ended", "debtor.limitation_interrupted",
    "debtor.statement_sent", "debtor.erased",
)  # fmt: skip
# Families whose personal values go along: addresses to which letters went, and what the debtor himself said.
WITH_PERSONAL = ("letter", "agreement", "dispute", "answer", "handover")


class DunningDossierSlice(models.AbstractModel):
    """The part of the chain of events that is about the claims of a dossier, in a form that is checked alone."""

    _name = "dunning.dossier.slice"
    _description = "Slice of the Record of Events"

    @api.model
    def _write(self, given, archive):
        """Put events, personal values and head into the ZIP; nothing where nothing is sealed yet.

        What is left out stays as a gap with the digest of its last event, see ``engine.dossier``.
        """
        company = given.case.company_id
        head = self.env["dunning.sealing"]._head_of(company)
        if not head:
            return
        archive.stream(chain.EVENTS, self._lines(given, company, head))
        archive.stream(chain.PERSONAL, self._personal(given, company, head))
        archive.add(chain.HEAD, f"{chain.canonical(head)}\n".encode())

    @api.model
    def _condition(self, given, families):
        """The events that are about the debtor and, where they name claims, about one of these."""
        claims = [to_json([claim_id]) for claim_id in given.claims.ids]
        kinds = SQL("split_part(e.kind, '.', 1) = ANY(%s)", list(families))
        if families is FAMILIES:
            kinds = SQL("(%s OR e.kind = ANY(%s))", kinds, list(OF_DEBTOR))
        return SQL(
            "e.debtor = %s AND %s AND (e.facts->'claims' IS NULL OR e.facts->'claims' @> ANY(%s::jsonb[]))",
            given.case.partner_id.id,
            kinds,
            claims,
        )

    @api.model
    def _lines(self, given, company, head):
        """Links and gaps, a line each, up to the head: no number is missing."""
        seq, digest = 0, chain.START
        pages = self.env["dunning.chain.export"]._pages(company, head["seq"], CONTENT, self._condition(given, FAMILIES))
        for number, previous, own, *row in pages:
            if number > seq + 1:
                yield dossier.gap_line(seq + 1, number - 1, digest, previous) + "\n"
            yield chain.link_line(number, previous, own, chain.canonical(content(row))) + "\n"
            seq, digest = number, own
        if seq < head["seq"]:
            yield dossier.gap_line(seq + 1, head["seq"], digest, head["digest"]) + "\n"

    @api.model
    def _personal(self, given, company, head):
        """What these events hold about persons, as far as the file needs it and it was not erased."""
        there = SQL("p.id IS NOT NULL AND %s", self._condition(given, WITH_PERSONAL))
        columns = SQL("p.salt, p.facts")
        for number, _previous, _digest, salt, values in self.env["dunning.chain.export"]._pages(
            company, head["seq"], columns, there
        ):
            yield f"{chain.canonical({'salt': salt, 'seq': number, 'values': values})}\n"
