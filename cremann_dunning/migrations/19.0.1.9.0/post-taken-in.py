"""What was taken in before is a claim, item by item, with the number and dates of its entry."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Claims for the open items of entries that were taken in; a fixed number of statements."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    moves = env["account.move"].search([("dunning_is_claim", "=", True), ("state", "=", "posted")])
    if moves:
        env["dunning.claim"]._take_in_more(moves)
