from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine.following import Now, Told, follow

# What letters that count or may still leave, and contacts that counted, said about entries: a row per claim and saying.
SAID = """
SELECT 'letter' AS kind, k.id, k.move_id, d.commercial_partner_id AS partner_id, k.move_line_id AS key,
       k.date_due AS due, k.amount_total::text AS amount, u.name AS currency, k.instalments, k.alike,
       k.level_id AS level, f.state = 'sent' AS reached, COALESCE(f.sent_on, f.date) AS day
  FROM dunning_letter_line k
  JOIN dunning_letter f ON f.id = k.letter_id AND f.state IN ('draft', 'issued', 'failed', 'sent')
  JOIN res_partner d ON d.id = f.partner_id
  JOIN res_currency u ON u.id = f.currency_id
 WHERE k.move_id = ANY(%(moves)s)
UNION ALL
SELECT 'contact', c.id, t.move, d.commercial_partner_id, t.line, t.due, t.amount::text, t.currency, t.instalments,
       t.alike, c.level_id, TRUE, c.counted_on
  FROM dunning_contact c
  JOIN res_partner d ON d.id = c.partner_id
 CROSS JOIN LATERAL jsonb_to_recordset(c.told)
         AS t (move int, line int, due date, amount numeric, currency text, instalments int, alike int)
 WHERE c.id IN (SELECT %(contact)s FROM %(relation)s WHERE %(move)s = ANY(%(moves)s)) AND c.counts_as_step
   AND t.move = ANY(%(moves)s)
"""
# The claims of entries as they stand in the ledger, and their place among those of the entry on the same debtor.
CLAIMS = """
SELECT l.id AS line, l.move_id AS move, p.commercial_partner_id AS partner, l.date_maturity AS due,
       l.amount_currency::text AS amount, u.name AS currency,
       COUNT(*) OVER (PARTITION BY l.move_id, p.commercial_partner_id)::int AS instalments,
       COUNT(*) OVER (PARTITION BY l.move_id, p.commercial_partner_id, l.date_maturity, l.amount_currency)::int AS alike
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN res_partner p ON p.id = l.partner_id
  JOIN res_currency u ON u.id = l.currency_id
 WHERE l.move_id = ANY(%(moves)s) AND l.amount_currency > 0
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A row of ``SAID``."""

    kind: str
    id: int
    move_id: int
    partner_id: int
    key: int | None
    due: date | None
    amount: str
    currency: str
    instalments: int
    alike: int
    level: int | None
    reached: bool
    day: date | None

    @property
    def order(self):
        """Later sayings come later; of one day that of a letter."""
        return self.reached, self.day or date.min, self.kind, self.id


class DunningFollowing(models.AbstractModel):
    """Follows claims whose entry was reset, changed and posted again, to the items that they are now.

    What was said about a claim stays as it was said; only its link to the item moves, or goes empty.
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
        contacts = self.env["dunning.contact"]._relation("move_ids", "contact", "move")
        self.env["dunning.letter"].flush_model(["state"])
        self.env.cr.execute(SQL(SAID, moves=moves.ids, **contacts))
        rows = [Said(*row) for row in self.env.cr.fetchall()]
        if not rows:
            return
        said, now = defaultdict(list), defaultdict(list)
        for row in rows:
            said[row.move_id, row.partner_id].append(row)
        for claim in self._claims(moves.ids):
            item = Now(claim["line"], claim["due"], Decimal(claim["amount"]), claim["currency"])
            now[claim["move"], claim["partner"]].append(item)
        moved = {}
        for place, own in said.items():
            moved |= self._places(own, now[place])
        self._move({row: line_id for row, line_id in moved.items() if row.key != line_id})

    @api.model
    def _claims(self, move_ids):
        """The claims of these entries, see ``CLAIMS``."""
        self.env["account.move.line"].flush_model(
            ["account_id", "amount_currency", "currency_id", "date_maturity", "move_id", "partner_id"]
        )
        self.env.cr.execute(SQL(CLAIMS, moves=list(move_ids)))
        return self.env.cr.dictfetchall()

    @api.model
    def _told(self, line_ids):
        """What a contact keeps of the claims that it moved, by value: see the second half of ``SAID``."""
        lines = self.env["account.move.line"].sudo().browse(line_ids)  # sudo: which entries they are of
        kept = ("move", "line", "amount", "currency", "instalments", "alike")
        return [
            {name: claim[name] for name in kept} | {"due": claim["due"] and claim["due"].isoformat()}
            for claim in self._claims(lines.move_id.ids)
            if claim["line"] in line_ids
        ]

    @api.model
    def _places(self, rows, now):
        """The item of each of these rows about one entry and debtor, None for what is let go: ``{row: item id}``.

        One item never has a level twice: of two rows the later one keeps it.
        """
        groups = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.order):
            groups[row.key or (row.due, row.amount, row.currency)].append(row)
        told = {}
        for own in groups.values():
            last, levels = own[-1], frozenset(row.level for row in own if row.reached and row.level)
            told[
                Told(
                    last.key, last.due, Decimal(last.amount), last.currency, levels, last.instalments, last.alike,
                    last.order,
                )
            ] = own  # fmt: skip
        places, taken = dict.fromkeys(rows), set()
        kept = [
            (row, found.line_id)
            for found in follow(list(told), now)
            for row in told[found.told]
            if found.levels is None or not row.level or (row.reached and row.level in found.levels)
        ]
        for row, line_id in sorted(kept, key=lambda kept: kept[0].order, reverse=True):
            if row.level and row.kind == "letter":
                if (line_id, row.level) in taken:
                    continue
                taken.add((line_id, row.level))
            places[row] = line_id
        return places

    @api.model
    def _move(self, moved):
        """Let these rows lead to other items, or to none.

        :param moved: ``{row: item id or None}``.
        """
        letters = {row.id: line_id for row, line_id in moved.items() if row.kind == "letter"}
        if letters:
            # first to none: two claims may have changed places, and no item may have a level twice even for a moment
            for ids, line_ids in ((list(letters), [None] * len(letters)), (list(letters), list(letters.values()))):
                self.env.cr.execute(
                    SQL(
                        "UPDATE dunning_letter_line k SET move_line_id = t.line_id"
                        "  FROM unnest(%s::int[], %s::int[]) AS t (id, line_id) WHERE k.id = t.id",
                        ids,
                        line_ids,
                    )
                )
            self.env["dunning.letter.line"].invalidate_model(["move_line_id"])
        contacts = defaultdict(dict)
        for row, line_id in moved.items():
            if row.kind == "contact":
                contacts[row.id][row.key] = line_id
        if contacts:
            self.env["dunning.contact"]._follow(contacts)
