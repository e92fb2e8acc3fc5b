from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine import decide as engine
from .. import dunning_bulk


class DunningDecision(models.Model):
    """Which decisions are in force: one about each claim, one of which its entry shows."""

    _inherit = "dunning.decision"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _held(self, line_ids):
        """What the decisions in force about these items say, as far as it takes to see whether another says the same.

        Params as JSON text: most are compared by their code alone.

        :return: by item.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH lines AS ( -- put together once: a question per decision takes a minute before tables are analyzed
                    SELECT q.move_line_id, array_agg(k.level_id) AS levels, bool_or(k.level_id IS NULL) AS listed
                      FROM dunning_claim q
                      JOIN dunning_letter_line k ON k.claim_id = q.id AND k.is_let_go IS NOT TRUE
                      JOIN dunning_letter f ON f.id = k.letter_id AND f.state IN ('draft', 'issued')
                     WHERE q.move_line_id = ANY(%(items)s)
                     GROUP BY 1
                )
                SELECT d.move_line_id, d.id, d.date, d.code, d.params::text, d.level_id, d.next_date,
                       d.amount_open::text, COALESCE(lines.listed OR d.level_id = ANY(lines.levels), FALSE) AS announced
                  FROM dunning_decision d LEFT JOIN lines USING (move_line_id)
                 WHERE d.is_current AND d.move_line_id = ANY(%(items)s)
                """,
                items=line_ids,
            )
        )
        rows = self.env.cr.dictfetchall()
        return {row["move_line_id"]: row | {"amount_open": Decimal(row["amount_open"])} for row in rows}

    @api.model
    def _insert(self, rows, held, shared, in_force):
        """New decisions by two statements, whatever their number, and two more where entries have several.

        :param held: what ``_held`` gave.
        :param shared: ids of the entries of which these are not the only claims.
        :param in_force: whether they take the place of those; not for a look at another day.
        """
        self.env.flush_all()
        if in_force and held:
            self._take_out([held[row["move_line_id"]]["id"] for row in rows if row["move_line_id"] in held])
        # Somebody else deciding on the same claim at this moment is a conflict like any other: Odoo tries again.
        # Without the clause it would be a violated index, and the user would read that.
        conflict = SQL("ON CONFLICT DO NOTHING")
        fresh = [row | {"is_current": in_force, "is_shown": row["move_id"] not in shared} for row in rows]
        made = dunning_bulk.insert(self, fresh, conflict)
        if in_force:
            self._choose_shown(shared)
        self._forget_on_invoices()
        return made

    @api.model
    def _choose_shown(self, move_ids):
        """Of several claims of an entry which answer it shows: as ``engine.per_invoice`` has it, whosever claim it is.

        What is shown is taken off first: then two who decide about debtors of one entry at the same moment write the
        same row, and Odoo tries again.
        """
        move_ids = sorted(move_ids - {None})
        if not move_ids:
            return
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_decision SET is_shown = FALSE WHERE is_current AND is_shown AND move_id = ANY(%s)",
                move_ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_decision SET is_shown = TRUE WHERE id IN (
                    SELECT DISTINCT ON (move_id) id FROM dunning_decision
                     WHERE is_current AND move_id = ANY(%s)
                     ORDER BY move_id, COALESCE((%s::jsonb ->> code)::int, (%s::jsonb ->> outcome)::int),
                              next_date NULLS LAST, move_line_id)
                """,
                move_ids,
                dunning_bulk.to_json(engine.SPEAKS),
                dunning_bulk.to_json(engine.SPEAKS_BY_OUTCOME),
            )
        )
        self.invalidate_model(["is_shown"])

    @api.model
    def _retire(self, ids):
        """These are in force no more and stay on record; what is left of their entries shows."""
        self._choose_shown({move_id for (move_id,) in self._take_out(ids)})

    @api.model
    def _take_out(self, ids):
        self.env.cr.execute(
            SQL("UPDATE dunning_decision SET is_current = FALSE WHERE id = ANY(%s) RETURNING move_id", ids)
        )
        taken_out = self.env.cr.fetchall()
        self.invalidate_model(["is_current"])
        self._forget_on_invoices()
        return taken_out

    @api.model
    def _forget_on_invoices(self):
        """What invoices show of their decisions is read anew."""
        shown = ["dunning_decision_id", "dunning_next_level_id", "dunning_next_date", "dunning_explanation"]
        self.env["account.move"].invalidate_model(shown)
