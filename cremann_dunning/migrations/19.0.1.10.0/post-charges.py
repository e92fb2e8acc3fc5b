"""What letters on record asked beyond their claims goes on record, for claims that are still open.

Of one that is settled nobody pursued costs or interest, and nobody is asked about these now.
"""

import logging
from collections import defaultdict
from decimal import Decimal

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, split_every

from odoo.addons.cremann_dunning.engine.agreed import shared
from odoo.addons.cremann_dunning.models.dunning_inside import Inside

_logger = logging.getLogger(__name__)

WITH_COSTS = """
SELECT k.id, f.id, (f.amount_costs + f.amount_costs_announced)::text, k.amount_open::text
  FROM dunning_letter f
  JOIN dunning_letter_line k ON k.letter_id = f.id AND k.principal_part
 WHERE f.amount_costs + f.amount_costs_announced > 0
 ORDER BY k.id
"""


def migrate(cr, version):
    """Fixed numbers of statements per batch of letters."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    _share_costs(cr)
    cr.execute(
        """
        SELECT DISTINCT f.id
          FROM dunning_letter f
          JOIN dunning_letter_line k ON k.letter_id = f.id AND k.principal_part
          JOIN dunning_claim c ON c.id = k.claim_id AND c.ended_on IS NULL
          JOIN account_move_line l ON l.id = c.move_line_id AND l.reconciled IS NOT TRUE
         WHERE f.state = 'sent' AND (f.amount_costs + f.amount_costs_announced > 0 OR f.amount_interest > 0)
        """
    )
    letters = [id_ for (id_,) in cr.fetchall()]
    for batch in split_every(5000, letters, list):
        charges = env["dunning.charge"].with_context(dunning_untold=Inside())  # it happened long ago
        charges._follow(env["dunning.letter"].browse(batch))
        env.invalidate_all()
    cr.execute(
        "DELETE FROM dunning_charge h USING dunning_claim c, account_move_line l"
        " WHERE c.id = h.claim_id AND l.id = c.move_line_id AND l.reconciled"
    )
    cr.execute("SELECT COUNT(*) FROM dunning_charge")
    _logger.info("Dunning: %s letters asked costs or interest of open claims, %s charges", len(letters), *cr.fetchone())


def _share_costs(cr):
    """The costs of each letter over the claims that it demands, exact to the cent."""
    cr.execute(WITH_COSTS)
    letters = defaultdict(list)
    for line_id, letter_id, costs, amount in cr.fetchall():
        letters[letter_id, Decimal(costs)].append((line_id, Decimal(amount)))
    found = []
    for (_id, costs), lines in letters.items():
        parts = shared(costs, [amount for _line_id, amount in lines])
        found += zip([line_id for line_id, _amount in lines], map(str, parts), strict=True)
    for batch in split_every(50_000, found, list):
        ids, amounts = zip(*batch, strict=True)
        cr.execute(
            SQL(
                "UPDATE dunning_letter_line k SET amount_costs = t.amount"
                "  FROM unnest(%s::int[], %s::numeric[]) AS t (id, amount) WHERE k.id = t.id",
                list(ids),
                list(amounts),
            )
        )
