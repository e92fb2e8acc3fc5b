"""Disputes of before know what had been credited when they were noted, so that it counts as no answer to them."""


def migrate(cr, version):
    """Only of open ones: of the others nothing is asked any more."""
    if version:
        cr.execute(
            """
            UPDATE dunning_dispute d SET credited_before = c.amount
              FROM (SELECT o.id, SUM(p.debit_amount_currency) AS amount
                      FROM dunning_dispute o
                      JOIN account_move_dunning_dispute_rel r ON r.dunning_dispute_id = o.id
                      JOIN account_move_line l ON l.move_id = r.account_move_id
                      JOIN account_partial_reconcile p ON p.debit_move_id = l.id
                      JOIN account_move_line k ON k.id = p.credit_move_id AND k.date < o.opened_on
                      JOIN account_move n ON n.id = k.move_id AND n.move_type = 'out_refund'
                     WHERE o.state = 'open'
                     GROUP BY o.id) c
             WHERE c.id = d.id
            """
        )
