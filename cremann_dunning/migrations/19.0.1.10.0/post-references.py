"""Letters from before they kept their payment reference: what they printed, as far as their invoices still say so.

Their words and PDF are frozen and stay. Nothing of theirs is a reference of its own, so nothing gets a key.
"""

import logging

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """One invoice: its own reference. Several, or journal entries: the first three numbers."""
    if not version:
        return
    cr.execute(
        """
        WITH numbered AS (
            SELECT l.letter_id, l.number, MIN(l.date_due) AS due, MIN(l.id) AS id
              FROM dunning_letter_line l WHERE l.principal_part GROUP BY l.letter_id, l.number
        ), named AS (
            SELECT letter_id, COUNT(*) AS count, (ARRAY_AGG(COALESCE(number, '') ORDER BY due, id))[1:3] AS numbers
              FROM numbered GROUP BY letter_id
        ), single AS (
            SELECT l.letter_id, MIN(l.move_id) AS move_id
              FROM dunning_letter_line l WHERE l.principal_part
             GROUP BY l.letter_id HAVING COUNT(DISTINCT l.move_id) = 1 AND COUNT(*) = COUNT(l.move_id)
        )
        UPDATE dunning_letter f
           SET payment_reference = COALESCE(
                   CASE WHEN m.move_type <> 'entry' THEN COALESCE(NULLIF(m.payment_reference, ''), m.name) END,
                   ARRAY_TO_STRING(n.numbers, ', ') || CASE WHEN n.count > 3 THEN ' …' ELSE '' END)
          FROM named n
          LEFT JOIN single s ON s.letter_id = n.letter_id
          LEFT JOIN account_move m ON m.id = s.move_id
         WHERE f.id = n.letter_id AND f.payment_reference IS NULL
           AND (f.pdf_sha256 IS NOT NULL OR f.state IN ('issued', 'sent'))
        """
    )
    _logger.info("Letters: %s keep the payment reference that they printed", cr.rowcount)
