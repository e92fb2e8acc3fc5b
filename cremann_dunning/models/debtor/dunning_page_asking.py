import logging
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError

from ..account_move_sending import INVOICES

_logger = logging.getLogger(__name__)

# Whoever could not be asked on the day after his pause, since a receipt was not booked or a reply waits, is asked
# within so many days after it.
ASKED_WITHIN = 7


class DunningPageAsking(models.AbstractModel):
    """Asks a debtor once more who said that he had paid, when the pause is over and the bank does not show it. Once,
    and openly: no money is asked for, and nothing waits for his answer."""

    _name = "dunning.page.asking"
    _description = "Asking once more about payments"

    @api.model
    def _ask_again(self, company):
        """Ask those of a company whose pause is over; where letters go by themselves, at their hour."""
        if not self.env["dunning.daily.job"]._is_due(company) or company._dunning_mode() != "live":
            return
        today = company._dunning_today()
        acts = self.env["dunning.page.act"].search(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "paid"),
                ("hold_until", "<", today),
                ("hold_until", ">=", today - timedelta(days=ASKED_WITHIN)),
                ("asked_on", "=", False),
            ]
        )
        for act in acts:  # few, and each is a letter
            self._ask_about(act, today)

    @api.model
    def _ask_about(self, act, today):
        """One letter; one that cannot be written keeps nobody else waiting."""
        moves = act.move_ids.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type in INVOICES
                and move.commercial_partner_id.commercial_partner_id == act.partner_id
                and move.currency_id.compare_amounts(move.amount_residual, 0) > 0
            )
        )
        if not moves:
            return
        try:
            with self.env.cr.savepoint():
                self.env["dunning.asking"]._ask(moves, "", 0, said_paid_on=act.date)
                act.asked_on = today
        except UserError as error:
            _logger.info("Dunning: the debtor of act %s is not asked today: %s", act.id, error)
