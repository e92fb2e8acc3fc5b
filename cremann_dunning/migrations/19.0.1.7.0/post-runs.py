"""Runs of more than a fortnight ago keep what was new in them.

Every run kept a row for every open claim, millions in a year. The next run would clear that away as well, in the time
of the daily job; here it takes as long as it takes.
"""


def migrate(cr, version):
    """Leave each answer with the run that first gave it, and with those that made a letter of it."""
    if not version:
        return
    cr.execute(
        """
        WITH old AS (
            UPDATE dunning_run SET is_trimmed = TRUE
             WHERE is_trimmed IS NOT TRUE AND (state = 'cancelled' OR date < CURRENT_DATE - 14) RETURNING id
        )
        DELETE FROM dunning_decision_run_rel r USING old, dunning_decision d
         WHERE r.run_id = old.id AND d.id = r.decision_id AND d.outcome NOT IN ('send', 'ride')
           AND EXISTS (SELECT 1 FROM dunning_decision_run_rel e
                        WHERE e.decision_id = r.decision_id AND e.run_id < r.run_id)
        """
    )
