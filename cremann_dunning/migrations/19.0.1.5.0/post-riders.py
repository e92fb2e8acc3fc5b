"""What a letter did not ask for moved by none.

A letter of legal force used to move claims that only rode along on it: they passed a reminder that they never had, and
their debtors never came in default. Those lines keep what they showed; the step that they had not is due again.
"""

from odoo import SUPERUSER_ID, api


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
    if moves := {move_id for (move_id,) in cr.fetchall() if move_id}:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["dunning.contact"]._show_levels(env["account.move"].browse(moves))  # what is left, also by word of mouth
