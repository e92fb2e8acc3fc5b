"""What a letter did not ask for moved by none.

A letter of legal force used to move claims that only rode along on it: they passed a reminder that they never had, and
their debtors never came in default. Those lines keep what they showed; the step that they had not is due again.
"""


def migrate(cr, version):
    """Take back the steps of claims that rode along undemanded, on lines and invoices."""
    if not version:
        return
    cr.execute(
        """
        UPDATE dunning_letter_line k SET level_id = NULL
          FROM dunning_letter f
         WHERE f.id = k.letter_id AND k.level_id IS NOT NULL AND k.principal_part IS NOT TRUE
           AND f.state IN ('issued', 'sent', 'failed')
        RETURNING k.move_id
        """
    )
    moves = sorted({move_id for (move_id,) in cr.fetchall()})
    if not moves:
        return
    # the furthest step of what was really sent, or none
    cr.execute(
        """
        UPDATE account_move m
           SET dunning_level_id = (
               SELECT k.level_id
                 FROM dunning_letter_line k
                 JOIN dunning_letter f ON f.id = k.letter_id
                 JOIN dunning_level v ON v.id = k.level_id
                WHERE k.move_id = m.id AND f.state = 'sent'
                ORDER BY f.sent_at DESC NULLS LAST, f.id DESC
                LIMIT 1)
         WHERE m.id = ANY(%s)
        """,
        [moves],
    )
