from odoo import api, models
from odoo.tools import SQL

from ...engine import chain
from .dunning_sealing import CONTENT, content

# So many links are read at a time: the memory stays the same, however long the chain.
PAGE = 10000
# So many documents are read at a time.
DOCUMENTS = 200


class DunningVerification(models.AbstractModel):
    """Follows the chain of a company from its first event and says what does not fit."""

    _name = "dunning.verification"
    _description = "Verification"

    @api.model
    def _verify(self, company, heads=None, documents=True):
        """Follow the whole chain of a company.

        :param heads: links kept outside the database, ``{seq: digest}``. :param documents: read every PDF as well.
        :return: ``chain.Walk``, ended.
        """
        walk = chain.Walk(dict(heads or {}))
        for page in self._pages(company):
            named, agreed = {}, []
            for seq, previous, digest, salt, values, *row in page:
                if row[0] is None:
                    walk.gone(seq, digest)
                    continue
                event = content(row)
                walk.follow(seq, previous, digest, event, chain.canonical(event))
                walk.personal(seq, event["personal"], salt, values)
                if documents and event["kind"] == "letter.issued" and event["letter"]:
                    named[event["letter"]] = (seq, event["facts"].get("documents") or [])
                if event["kind"] == "agreement.confirmed":
                    agreed.append((seq, event["facts"].get("receipt"), event["facts"].get("text")))
            self._read_documents(walk, named)
            self._read_agreements(walk, agreed)
        walk.end()
        return walk

    @api.model
    def _pages(self, company):
        """Seals with event and personal values, in the order of the chain, a page at a time."""
        last = 0
        while rows := self.env.execute_query(
            SQL(
                """
                SELECT s.seq, s.previous, s.digest, p.salt, p.facts, %s
                  FROM ( -- the page first, so that nobody joins the whole of it for each
                        SELECT * FROM dunning_event_seal WHERE company_id = %s AND seq > %s ORDER BY seq LIMIT %s) s
                  LEFT JOIN dunning_event e ON e.id = s.event_id AND e.company_id = s.company_id
                  LEFT JOIN dunning_event_personal p ON p.event_id = s.event_id
                 ORDER BY s.seq
                """,
                CONTENT,
                company.id,
                last,
                PAGE,
            )
        ):
            yield rows
            last = rows[-1][0]

    @api.model
    def _read_documents(self, walk, named):
        """Compare the stored PDFs with the digests of the day of issue. :param named: ``{letter: (seq, digests)}``."""
        letters = self.env["dunning.letter"].sudo().browse(named).exists()  # sudo: every document, whoever asks
        names = dict(zip(letters.ids, letters.mapped("name"), strict=True))
        for start in range(0, len(named), DOCUMENTS):
            part = list(named)[start : start + DOCUMENTS]
            contents = letters.browse(letter_id for letter_id in part if letter_id in names)._stored_contents()
            for letter_id in part:
                seq, digests = named[letter_id]
                content = contents.get(letter_id)
                found = chain.file_digest(content) if content else None
                for digest in digests:
                    walk.document(seq, f"{names.get(letter_id) or digest[:16]}.pdf", digest, found)
            self.env.invalidate_all(flush=False)  # contents stay no longer than needed

    @api.model
    def _read_agreements(self, walk, agreed):
        """Compare the texts that both sides confirmed with their digests. :param agreed: ``[(seq, id, digest)]``."""
        # sudo: every text, whoever asks
        receipts = self.env["dunning.agreement.receipt"].sudo().browse({id_ for _seq, id_, _digest in agreed}).exists()
        texts = {receipt.id: chain.file_digest(receipt.text.encode()) for receipt in receipts}
        for seq, receipt_id, digest in agreed:
            walk.document(seq, f"{receipt_id}.txt", digest, texts.get(receipt_id))
