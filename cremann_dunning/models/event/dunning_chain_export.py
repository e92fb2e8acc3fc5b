import inspect
import zipfile

from odoo import api, models
from odoo.tools import SQL

from ...engine import chain
from .dunning_sealing import CONTENT, content
from .dunning_verification import PAGE

README = """This is the record of events of {company}, up to event {seq}.

Check it with any Python from 3.10 on, on any machine:

    python3 verify.py {name}

It says "all fits", or which event does not. If you kept the head of an earlier day (it comes by mail every week),
add it:

    python3 verify.py {name} --head NUMBER:DIGEST

events.jsonl    one event a line; its digest is explained at the top of verify.py
personal.jsonl  what events hold about persons, as far as it was not erased
head.json       the last event
documents/      letters as PDF, where they were asked for; each is called by its SHA-256
"""


class DunningChainExport(models.AbstractModel):
    """Writes the record of a company into a file that anybody can check without Odoo."""

    _name = "dunning.chain.export"
    _description = "Export of the Record"

    @api.model
    def _write(self, company, target, name, documents=False):
        """Write what is sealed as a zip. The memory needed stays the same, however long the record.

        :param target: a file to write to. :param name: what the file will be called. :param documents: with every PDF.
        :raises ValueError: nothing is sealed yet.
        """
        # sudo: the whole record, for whom the caller has checked
        export = self.sudo()
        head = export.env["dunning.sealing"]._head_of(company)
        if not head:
            raise ValueError("Nothing to export.")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            with file.open(chain.EVENTS, "w", force_zip64=True) as out:
                for seq, previous, digest, *row in export._pages(company, head["seq"], CONTENT, SQL("TRUE")):
                    line = chain.link_line(seq, previous, digest, chain.canonical(content(row)))
                    out.write(f"{line}\n".encode())
            with file.open(chain.PERSONAL, "w", force_zip64=True) as out:
                columns, there = SQL("p.salt, p.facts"), SQL("p.id IS NOT NULL")
                for seq, _previous, _digest, salt, values in export._pages(company, head["seq"], columns, there):
                    out.write(f"{chain.canonical({'salt': salt, 'seq': seq, 'values': values})}\n".encode())
            file.writestr(chain.HEAD, f"{chain.canonical(head)}\n")
            file.writestr("verify.py", inspect.getsource(chain))
            file.writestr("README.txt", README.format(company=company.name, seq=head["seq"], name=name))
            if documents:
                export._write_documents(company, file)

    @api.model
    def _pages(self, company, until, columns, condition):
        """Links in their order, a page at a time: seq, previous, digest, and these columns."""
        last = 0
        while rows := self.env.execute_query(
            SQL(
                """
                SELECT s.seq, s.previous, s.digest, %s
                  FROM dunning_event_seal s
                  JOIN dunning_event e ON e.id = s.event_id
                  LEFT JOIN dunning_event_personal p ON p.event_id = s.event_id
                 WHERE s.company_id = %s AND s.seq > %s AND s.seq <= %s AND %s
                 ORDER BY s.seq LIMIT %s
                """,
                columns,
                company.id,
                last,
                until,
                condition,
                PAGE,
            )
        ):
            yield from rows
            last = rows[-1][0]

    @api.model
    def _write_documents(self, company, file):
        """Each issued PDF that is there, once, called by what it is."""
        written = set()
        columns, issued = SQL("e.letter"), SQL("e.kind = 'letter.issued' AND e.letter IS NOT NULL")
        ids = [row[3] for row in self._pages(company, 2**31 - 1, columns, issued)]
        for start in range(0, len(ids), 200):
            letters = self.env["dunning.letter"].browse(ids[start : start + 200]).exists()
            for pdf in letters._stored_contents().values():
                digest = chain.file_digest(pdf)
                if pdf and digest not in written:
                    written.add(digest)
                    file.writestr(chain.DOCUMENTS + digest, pdf, zipfile.ZIP_STORED)
            self.env.invalidate_all(flush=False)  # contents stay no longer than needed
