from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from .. import dunning_bulk


class DunningDecision(models.Model):
    """Which decisions are in force: one about each invoice, and one about each item of an entry that was taken in."""

    _inherit = "dunning.decision"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _held(self, move_ids):
        """What the decisions in force about these entries say, as far as it takes to see whether another says the same.

        Params as JSON text: most are compared by their code alone.

        :return: by what they are about, see ``engine.decide.told_of``.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH lines AS ( -- put together once: a question per decision takes a minute before tables are analyzed
                    SELECT k.move_id, CASE WHEN m.move_type = 'entry' THEN q.move_line_id END AS item,
                           array_agg(k.level_id) AS levels, bool_or(k.level_id IS NULL) AS listed
                      FROM dunning_letter_line k
                      JOIN dunning_letter f ON f.id = k.letter_id AND f.state IN ('draft', 'issued')
                      JOIN account_move m ON m.id = k.move_id
                      LEFT JOIN dunning_claim q ON q.id = k.claim_id AND k.is_let_go IS NOT TRUE
                     WHERE k.move_id = ANY(%(moves)s)
                     GROUP BY 1, 2
                )
                SELECT d.move_id, d.id, d.date, d.code, d.params::text, d.level_id, d.next_date, d.amount_open::text,
                       COALESCE(lines.listed OR d.level_id = ANY(lines.levels), FALSE) AS announced,
                       d.move_line_id, d.is_taken_in
                  FROM dunning_decision d
                  LEFT JOIN lines ON lines.move_id = d.move_id
                   AND lines.item IS NOT DISTINCT FROM CASE WHEN d.is_taken_in THEN d.move_line_id END
                 WHERE d.is_current AND d.move_id = ANY(%(moves)s)
                """,
                moves=move_ids,
            )
        )
        return {
            (row["move_id"], row["move_line_id"]) if row["is_taken_in"] else row["move_id"]: row
            | {"amount_open": Decimal(row["amount_open"])}
            for row in self.env.cr.dictfetchall()
        }

    @api.model
    def _insert(self, rows, held, in_force):
        """New decisions by two statements, whatever their number.

        :param held: what ``_held`` gave.
        :param in_force: whether they take the place of those; not for a look at another day.
        """
        self.env.flush_all()
        if in_force and held:
            places = [(row["move_id"], row["move_line_id"]) if row["is_taken_in"] else row["move_id"] for row in rows]
            self._retire([held[place]["id"] for place in places if place in held])
        # Somebody else deciding on the same invoice at this moment is a conflict like any other: Odoo tries again.
        # Without the clause it would be a violated index, and the user would read that.
        conflict = SQL("ON CONFLICT DO NOTHING")
        fresh = [row | {"is_current": in_force, "is_shown": not row["is_taken_in"]} for row in rows]
        made = dunning_bulk.insert(self, fresh, conflict)
        if in_force:
            self._choose_shown({row["move_id"] for row in rows if row["is_taken_in"]})
        self._forget_on_invoices()
        return made

    @api.model
    def _choose_shown(self, move_ids):
        """Of several items of an entry that was taken in, which answer its entry shows: as ``engine.per_invoice`` has
        it, whosever item it is.

        What is shown is taken off first: then two who decide about debtors of one entry at the same moment write the
        same row, and Odoo tries again.
        """
        if not move_ids:
            return
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_decision SET is_shown = FALSE WHERE is_current AND is_shown AND move_id = ANY(%s)",
                sorted(move_ids),
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_decision SET is_shown = TRUE WHERE id IN (
                    SELECT DISTINCT ON (move_id) id FROM dunning_decision
                     WHERE is_current AND is_taken_in AND move_id = ANY(%s)
                     ORDER BY move_id, CASE WHEN code IN ('LETTER', 'NOTICE') THEN 0 WHEN code = 'RIDES_ALONG' THEN 1
                                            WHEN code = 'LETTER_FAILED' OR outcome = 'error' THEN 2
                                            WHEN code IN ('LISTED', 'CALL_DUE') THEN 3
                                            WHEN outcome = 'wait' THEN 4 ELSE 5 END,
                              next_date NULLS LAST, move_line_id)
                """,
                sorted(move_ids),
            )
        )
        self.invalidate_model(["is_shown"])

    @api.model
    def _retire(self, ids):
        """Other decisions take the place of these, which stay on record."""
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_decision SET is_current = FALSE WHERE id = ANY(%s)"
                " RETURNING CASE WHEN is_taken_in THEN move_id END",
                ids,
            )
        )
        self.invalidate_model(["is_current"])
        self._choose_shown({move_id for (move_id,) in self.env.cr.fetchall()} - {None})
        self._forget_on_invoices()

    @api.model
    def _forget_on_invoices(self):
        """What invoices show of their decisions is read anew."""
        shown = ["dunning_decision_id", "dunning_next_level_id", "dunning_next_date", "dunning_explanation"]
        self.env["account.move"].invalidate_model(shown)
