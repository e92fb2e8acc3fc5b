from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import chain
from .. import dunning_bulk
from ..dunning_apart import apart
from . import as_fact

# So many events are sealed in one statement.
BATCH = 5000
# So far the clock of a server is set right now and then.
STEP = timedelta(minutes=1)

# What an event says, in the form in which it goes into its digest: `e` is the event.
CONTENT = SQL(
    """e.id, e.company_id, e.kind, e.happened::text, e.recorded::text, e.debtor, e.letter, e.author, e.job, e.facts,
       e.personal_digest, e.reconstructed"""
)


def content(row):
    """An event as it is sealed and exported. :param row: what ``CONTENT`` reads."""
    id_, company, kind, happened, recorded, debtor, letter, author, job, facts, personal, reconstructed = row
    return {
        "author": author,
        "company": company,
        "debtor": debtor,
        "facts": facts,
        "happened": happened,
        "id": id_,
        "job": job,
        "kind": kind,
        "letter": letter,
        "personal": personal,
        "reconstructed": reconstructed,
        "recorded": recorded,
    }


class DunningSealing(models.AbstractModel):
    """Gives events their place in the chain of their company, in the order in which they were written down.

    Whoever acts only writes his event; two runs never wait for each other. One sealer at a time seals what was
    committed, a moment later.
    """

    _name = "dunning.sealing"
    _description = "Sealing"

    @api.model
    def _seal(self):
        """Seal everything that was committed; the number of events sealed. Waits while somebody else seals."""
        with apart(self.env) as env:
            # the first statement of its transaction: PostgreSQL takes its picture of the data after the wait
            env.cr.execute("LOCK TABLE dunning_event_seal IN SHARE ROW EXCLUSIVE MODE")
            sealing = env["dunning.sealing"]
            heads, place, count = sealing._heads(), sealing._place(), 0
            sealing._tell_of_move(heads, place)
            sealing._tell_of_clock(heads)
            last = 0
            while rows := sealing._unsealed(last):
                sealing._seal_rows(rows, heads, place)
                count += len(rows)
                last = rows[-1][0]
            return count

    @api.model
    def _heads(self):
        """Per company, also one that is gone, the last link: ``{company_id: (seq, digest, place, sealed)}``."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE c AS ( -- from one company to the next, past all the seals of each
                    SELECT MIN(company_id) AS id FROM dunning_event_seal
                     UNION ALL
                    SELECT (SELECT MIN(s.company_id) FROM dunning_event_seal s WHERE s.company_id > c.id)
                      FROM c WHERE c.id IS NOT NULL
                )
                SELECT c.id, s.seq, s.digest, s.place, s.sealed
                  FROM c
                  JOIN LATERAL (SELECT seq, digest, place, sealed FROM dunning_event_seal s
                                 WHERE s.company_id = c.id ORDER BY seq DESC LIMIT 1) s ON TRUE
                """
            )
        )
        return {company_id: tuple(row) for company_id, *row in rows}

    @api.model
    def _place(self):
        """Which database of which server this is, and in which of its lives: another one after a backup was restored,
        the server was put back to an earlier moment, or the database was copied.
        """
        asked = SQL(
            "SELECT oid, has_function_privilege('pg_control_system()', 'EXECUTE')"
            " AND has_function_privilege('pg_control_checkpoint()', 'EXECUTE')"
            " FROM pg_database WHERE datname = current_database()"
        )
        [(oid, may_ask)] = self.env.execute_query(asked)
        if not may_ask:  # some hosts keep the number of their server to themselves
            return f"/{oid}"
        [(server, life)] = self.env.execute_query(
            SQL("SELECT system_identifier, timeline_id FROM pg_control_system(), pg_control_checkpoint()")
        )
        return f"{server}/{oid}/{life}"

    @api.model
    def _tell_of_move(self, heads, place):
        """The chain itself says after which event it goes on in another database.

        What waited for its seal in a backup, and what happened there before the first sealing, may stand between.
        """
        self.env["dunning.event"]._tell(
            [
                {"kind": "chain.moved", "company_id": company_id, "facts": {"seq": seq, "from": was, "to": place}}
                for company_id, (seq, _digest, was, _sealed) in heads.items()
                if was != place
            ]
        )

    @api.model
    def _tell_of_clock(self, heads):
        """The chain itself says where the clock of the server stands before the last seal: who seals waits for whoever
        sealed before, so that this is never by chance.
        """
        [(now,)] = self.env.execute_query(SQL("SELECT clock_timestamp() AT TIME ZONE 'UTC'"))
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": "chain.clock",
                    "company_id": company_id,
                    "facts": {"seq": seq, "before": as_fact.moment(sealed), "after": as_fact.moment(now)},
                }
                for company_id, (seq, _digest, _place, sealed) in heads.items()
                if sealed - now > STEP
            ]
        )

    @api.model
    def _unsealed(self, last):
        """The next events that have no seal, as ``CONTENT`` reads them."""
        return self.env.execute_query(
            SQL(
                """
                SELECT %s FROM dunning_event e
                 WHERE e.id > %s AND NOT EXISTS (SELECT FROM dunning_event_seal s WHERE s.event_id = e.id)
                 ORDER BY e.id LIMIT %s
                """,
                CONTENT,
                last,
                BATCH,
            )
        )

    @api.model
    def _seal_rows(self, rows, heads, place):
        """Seal these. :param heads: per company its last link, brought forward."""
        seals = []
        for row in rows:
            event_id, company_id = row[:2]
            seq, previous, *_rest = heads.get(company_id, (0, chain.START))
            seq += 1
            digest = chain.link_digest(previous, seq, chain.canonical(content(row)))
            heads[company_id] = (seq, digest)
            seals.append(
                {
                    "company_id": company_id,
                    "seq": seq,
                    "event_id": event_id,
                    "previous": previous,
                    "digest": digest,
                    "place": place,
                }
            )
        dunning_bulk.insert(self.env["dunning.event.seal"], seals)

    @api.model
    def _unsealed_count(self, company):
        """How many events of this company wait to be sealed."""
        [(count,)] = self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FROM dunning_event e WHERE e.company_id = %s"
                " AND NOT EXISTS (SELECT FROM dunning_event_seal s WHERE s.event_id = e.id)",
                company.id,
            )
        )
        return count

    @api.model
    def _head_now(self, company):
        """As ``_head_of``, with what was sealed since this transaction began."""
        with apart(self.env) as env:
            return env["dunning.sealing"].sudo()._head_of(company.with_env(env))  # sudo: a number and a digest

    @api.model
    def _head_of(self, company):
        """The last link of a company as it is kept outside, None for no event: ``{company, digest, seq, sealed}``."""
        seal = self.env["dunning.event.seal"].search([("company_id", "=", company.id)], order="seq desc", limit=1)
        if not seal:
            return None
        return {
            "company": company.name,
            "digest": seal.digest,
            "seq": seal.seq,
            "sealed": fields.Datetime.to_string(seal.sealed),
        }
