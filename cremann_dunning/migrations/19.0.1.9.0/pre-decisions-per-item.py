"""Decisions are about a claim, and an invoice shows the one that speaks for it.

In sets, before the index on the item is made. Which item an answer of before was about is kept with what it rests on;
one about an item that is gone is in force no more, and the next run decides about every claim.
"""


def migrate(cr, version):
    """Column and flag of decisions, and of claims whether they were taken in."""
    if not version:
        return
    cr.execute(
        """
        ALTER TABLE dunning_decision ADD COLUMN IF NOT EXISTS move_line_id integer,
              ADD COLUMN IF NOT EXISTS is_shown boolean;
        ALTER TABLE dunning_claim ADD COLUMN IF NOT EXISTS is_taken_in boolean;
        DROP INDEX IF EXISTS dunning_decision_one_in_force
        """
    )
    cr.execute(
        """
        UPDATE dunning_decision d SET move_line_id = (d.inputs ->> 'line')::int, is_shown = TRUE
         WHERE d.inputs ? 'line' AND (d.is_current OR d.date > CURRENT_DATE - 30)
        """
    )
    cr.execute(
        """
        UPDATE dunning_decision d SET is_current = FALSE
         WHERE d.is_current AND NOT EXISTS (
               SELECT 1 FROM account_move_line l WHERE l.id = d.move_line_id AND l.move_id = d.move_id)
        """
    )
    # one item twice cannot be; where it is all the same, the last answer stands
    cr.execute(
        """
        UPDATE dunning_decision d SET is_current = FALSE
         WHERE d.is_current AND EXISTS (
               SELECT 1 FROM dunning_decision e
                WHERE e.is_current AND e.move_line_id = d.move_line_id AND e.id > d.id)
        """
    )
