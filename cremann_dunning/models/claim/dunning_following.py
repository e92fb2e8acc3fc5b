from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.following import Now, Told, follow
from .dunning_claim import ITEMS, LET_GO, MERGED, READDRESSED

# The claims of entries, also those that ended, with the levels that letters and contacts gave them.
SPOKEN_OF = """
SELECT c.id, c.move_id, d.commercial_partner_id AS partner_id, c.move_line_id AS key, c.date_due AS due,
       c.amount_total::text AS amount, u.name AS currency, c.instalments, c.alike, c.end_reason, s.levels, s.last
  FROM dunning_claim c
  JOIN res_partner d ON d.id = c.partner_id
  JOIN res_currency u ON u.id = c.currency_id
 CROSS JOIN LATERAL (
       SELECT array_agg(DISTINCT t.level_id) FILTER (WHERE t.reached AND t.level_id IS NOT NULL) AS levels,
              MAX(ARRAY[t.reached::int, COALESCE(t.day - DATE '2000-01-01', 0), t.kind, t.id]) AS last
         FROM (SELECT k.level_id, f.state = 'sent' AS reached, COALESCE(f.sent_on, f.date) AS day, 2 AS kind, k.id
                 FROM dunning_letter_line k
                 JOIN dunning_letter f ON f.id = k.letter_id AND f.state IN ('draft', 'issued', 'failed', 'sent')
                WHERE k.claim_id = c.id
               UNION ALL
               SELECT m.level_id, TRUE, m.counted_on, 1, m.id
                 FROM dunning_contact m JOIN %(relation)s r ON r.%(contact)s = m.id
                WHERE r.%(claim)s = c.id AND m.counts_as_step) t) s
 WHERE c.move_id = ANY(%(moves)s)
"""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A row of ``SPOKEN_OF``."""

    id: int
    move_id: int
    partner_id: int
    key: int | None
    due: date | None
    amount: str
    currency: str
    instalments: int
    alike: int
    end_reason: str | None
    levels: list | None
    last: list | None

    def told(self):
        """As the engine takes it; ``last`` orders claims by when something was last said about them."""
        return Told(
            self.key, self.due, Decimal(self.amount), self.currency, frozenset(self.levels or ()), self.instalments,
            self.alike, (tuple(self.last or ()), self.id),
        )  # fmt: skip


class DunningFollowing(models.AbstractModel):
    """Follows claims whose entry was reset, changed and posted again, to the items that they are now, or lets them end.

    What was said about a claim stays as it was said. The rule is ``engine.following``, its cases are in docs/claims.md.
    """

    _name = "dunning.following"
    _description = "Following of claims"

    @api.model
    def _follow(self, moves):
        """After these entries were posted. One statement where nobody ever wrote about them, a fixed number otherwise.

        SQL and not the ORM: whoever posts an entry need not know of dunning, and nothing that was said changes.
        """
        if not moves:
            return
        self.env["dunning.letter"].flush_model(["state"])
        relation = self._relation()
        self.env.cr.execute(SQL(SPOKEN_OF, moves=moves.ids, **relation))
        rows = [Spoken(*row) for row in self.env.cr.fetchall()]
        if not rows:
            return
        told, now = defaultdict(list), defaultdict(list)
        for row in rows:
            told[row.move_id, row.partner_id].append(row)
        for item in self._items(moves.ids):
            own = Now(item["move_line_id"], item["date_due"], Decimal(item["amount_total"]), item["currency"])
            now[item["move_id"], item["partner_id"]].append(own)
        asked = {move_id for move_id, _partner_id in now}
        places, ends, kept = {}, {}, {}
        for (move_id, partner_id), own in told.items():
            there = now[move_id, partner_id]
            found, into, levels = self._places(own, there)
            places |= found
            kept |= levels
            gone = READDRESSED if not there and move_id in asked else LET_GO
            ends |= {
                row.id: (into.get(row.id), MERGED if row.id in into else gone) for row in own if row.id not in found
            }
        self._write(rows, places, ends, kept)
        self.env["dunning.claim"]._tell("ledger.posted_again", [row.id for row in rows if row.id in places])

    @api.model
    def _relation(self):
        field = self.env["dunning.claim"]._fields["contact_ids"]
        return {
            "relation": SQL.identifier(field.relation),
            "claim": SQL.identifier(field.column1),
            "contact": SQL.identifier(field.column2),
        }

    @api.model
    def _items(self, move_ids):
        """The items of these entries as they stand in the ledger, see ``dunning_claim.ITEMS``."""
        self.env["account.move.line"].flush_model(
            ["account_id", "amount_currency", "currency_id", "date_maturity", "move_id", "partner_id"]
        )
        items = SQL(ITEMS, moves=list(move_ids))
        self.env.cr.execute(
            SQL(
                "SELECT i.move_line_id, i.move_id, i.partner_id, i.date_due, i.amount_total::text, u.name AS currency"
                "  FROM (%s) i JOIN res_currency u ON u.id = i.currency_id",
                items,
            )
        )
        return self.env.cr.dictfetchall()

    @api.model
    def _places(self, rows, now):
        """Where the claims of one entry on one debtor are now.

        :param rows: list of ``Spoken``. :param now: list of ``Now``.
        :return: ``({claim id: item id}, {claim id: id of the claim that it went into}, {claim id: levels that are
            kept})``. Of two claims that are one now, the one of which something was said last goes on.
        """
        by_told = {row.told(): row for row in rows}
        found = follow(list(by_told), now)
        holders, into, levels = {}, {}, {}
        for one in sorted(found, key=lambda one: one.told.last):
            row = by_told[one.told]
            if one.line_id in holders:
                into[holders[one.line_id]] = row.id
            holders[one.line_id] = row.id
            if one.levels is not None:
                levels[row.id] = one.levels
        merged = next((row_id for row_id in levels if len(now) == 1), None)
        if merged:  # all of them are this one now, with the levels that each of them had
            into |= {row.id: merged for row in rows if row.id != merged}
        return {claim_id: line_id for line_id, claim_id in holders.items()}, into, levels

    @api.model
    def _write(self, rows, places, ends, kept):
        """Let these claims lead to other items, or end.

        :param rows: list of ``Spoken``. :param places: ``{claim id: item id}``.
        :param ends: ``{claim id: (claim that it went into or None, reason)}``. :param kept: ``{claim id: levels}``.
        """
        known = {row.id: row for row in rows}
        moved = {id_: line_id for id_, line_id in places.items() if known[id_].key != line_id or known[id_].end_reason}
        ended = {id_: end for id_, end in ends.items() if known[id_].end_reason in (None, LET_GO) and known[id_].key}
        if moved or ended:
            # first to none: two claims may have changed places, and no item may have two even for a moment
            self.env.cr.execute(
                SQL("UPDATE dunning_claim SET move_line_id = NULL WHERE id = ANY(%s)", [*moved, *ended])
            )
        if ended:
            self._end(ended)
        if moved:
            self.env.cr.execute(
                SQL(
                    "UPDATE dunning_claim c SET move_line_id = l.id, item_partner_id = l.partner_id, ended_on = NULL,"
                    "       end_reason = NULL, into_id = NULL"
                    "  FROM unnest(%s::int[], %s::int[]) AS t (id, line_id)"
                    "  JOIN account_move_line l ON l.id = t.line_id WHERE c.id = t.id",
                    list(moved),
                    list(moved.values()),
                )
            )
            back = [id_ for id_ in moved if known[id_].end_reason]
            self.env["dunning.claim"]._tell("debtor.claim_back", back)
        touched = {*moved, *ended, *kept}
        if touched:
            self._keep_levels(places, ends, kept, touched)
            self.env["dunning.claim"].invalidate_model()
            self.env["dunning.letter.line"].invalidate_model(["claim_id", "is_let_go", "move_line_id"])
            moves = self.env["account.move"].browse({known[id_].move_id for id_ in touched})
            self.env["dunning.contact"].sudo()._show_levels(moves)  # sudo: what invoices show is the system's
            wrong = [id_ for id_, (_into, reason) in ended.items() if reason == READDRESSED]
            # sudo: whoever corrects an invoice need not be able to read what was said about it
            self.env["dunning.rectification"].sudo()._propose(self.env["dunning.claim"].sudo().browse(wrong))

    @api.model
    def _end(self, ended):
        """:param ended: ``{claim id: (claim that it went into or None, reason)}``."""
        into, reasons = zip(*ended.values(), strict=True)
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_claim c SET ended_on = %s, end_reason = t.reason, into_id = t.into_id
                  FROM unnest(%s::int[], %s::int[], %s::text[]) AS t (id, into_id, reason) WHERE c.id = t.id
                """,
                fields.Date.context_today(self),
                list(ended),
                list(into),
                list(reasons),
            )
        )
        self.env["dunning.claim"]._tell("debtor.claim_ended", list(ended))

    @api.model
    def _keep_levels(self, places, ends, kept, touched):
        """What was said about claims counts for those that they are now: what went into another one goes along, and no
        level counts that one of several claims would not have, or twice for one claim.

        :param touched: ids of the claims that moved or ended.
        """
        into = {id_: target for id_, (target, _reason) in ends.items() if target and target in places}
        if into:
            self._bring(into, kept)
        levels = [(id_, level_id) for id_, own in kept.items() for level_id in own]
        self.env.cr.execute(
            SQL(
                """
                WITH counts AS (
                    SELECT k.id, k.claim_id = ANY(%(limited)s) AND k.level_id IS NOT NULL
                           AND (f.state <> 'sent' OR (k.claim_id, k.level_id) NOT IN (
                                SELECT * FROM unnest(%(claims)s::int[], %(levels)s::int[])))
                           OR k.level_id IS NOT NULL AND ROW_NUMBER() OVER (
                              PARTITION BY k.claim_id, k.level_id
                              ORDER BY f.state = 'sent' DESC, COALESCE(f.sent_on, f.date) DESC, k.id DESC) > 1 AS no
                      FROM dunning_letter_line k
                      JOIN dunning_letter f ON f.id = k.letter_id AND f.state <> 'cancelled'
                     WHERE k.claim_id = ANY(%(touched)s)
                )
                UPDATE dunning_letter_line k SET is_let_go = c.no FROM counts c
                 WHERE c.id = k.id AND k.is_let_go IS DISTINCT FROM c.no
                """,
                limited=list(kept),
                claims=[id_ for id_, _level_id in levels],
                levels=[level_id for _id, level_id in levels],
                touched=sorted({*touched, *into.values()}),
            )
        )
        self._limit_contacts(kept, levels)

    @api.model
    def _bring(self, into, kept):
        """Letters and contacts about claims that went into others are about those now; where levels are limited they
        stay behind.

        :param into: ``{claim id: claim id}``.
        """
        into = {id_: target for id_, target in into.items() if target not in kept}
        if not into:
            return
        pairs = {"ids": list(into), "targets": list(into.values())}
        # first out of the way: a claim has no level twice even for a moment
        self.env.cr.execute(
            SQL("UPDATE dunning_letter_line SET is_let_go = TRUE WHERE claim_id = ANY(%s)", pairs["ids"])
        )
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_letter_line k SET claim_id = t.target"
                "  FROM unnest(%(ids)s::int[], %(targets)s::int[]) AS t (id, target) WHERE k.claim_id = t.id",
                **pairs,
            )
        )
        self.env.cr.execute(
            SQL(
                "INSERT INTO %(relation)s (%(claim)s, %(contact)s) SELECT t.target, r.%(contact)s"
                "  FROM %(relation)s r JOIN unnest(%(ids)s::int[], %(targets)s::int[]) AS t (id, target)"
                "    ON t.id = r.%(claim)s ON CONFLICT DO NOTHING",
                **pairs,
                **self._relation(),
            )
        )
        self.env["dunning.charge.booking"]._bring(into)
        self.env["dunning.charge"]._choose_in_force([*into, *into.values()])

    @api.model
    def _limit_contacts(self, kept, levels):
        """Contacts whose level one of several claims would not have move none of them any more."""
        if kept:
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %(relation)s r USING dunning_contact m WHERE m.id = r.%(contact)s"
                    "   AND r.%(claim)s = ANY(%(claims)s) AND (r.%(claim)s, m.level_id) NOT IN ("
                    "       SELECT * FROM unnest(%(own)s::int[], %(levels)s::int[]))",
                    claims=list(kept),
                    own=[id_ for id_, _level_id in levels],
                    levels=[level_id for _id, level_id in levels],
                    **self._relation(),
                )
            )
