"""Who ran already need not be asked: companies with a run or a letter count as set up, the others go through the first
run. Their settings stay as they are, and hold once somebody has been through it."""


def migrate(cr, version):
    """One statement, nothing on a new database, and nothing twice."""
    if version:
        cr.execute(
            """
            UPDATE res_company c
               SET dunning_set_up_on = NOW() AT TIME ZONE 'UTC'
             WHERE c.dunning_set_up_on IS NULL
               AND (EXISTS (SELECT FROM dunning_run r WHERE r.company_id = c.id)
                    OR EXISTS (SELECT FROM dunning_letter l WHERE l.company_id = c.id))
            """
        )
