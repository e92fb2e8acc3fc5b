from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError

from .account_move_sending import HAND, MAIL, NOWHERE, PEPPOL, POST
from .dunning_inside import Inside

# The sending methods of Odoo and its modules that say how an invoice left, the one that proves most first.
METHODS = (("peppol", PEPPOL), ("snailmail", POST), ("email", MAIL))


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _generate_and_send_invoices(self, moves, **options):
        """Odoo ticks each invoice when its PDF is there; what really left is noted once all of them are through."""
        return super()._generate_and_send_invoices(moves.with_context(dunning_sending=Inside()), **options)

    @api.model
    def _dunning_send_again(self, moves, partner):
        """Mail these invoices once more, as Odoo sends them. What was sent, in a sentence.

        :param partner: whose they are, for their numbers.
        :raises UserError: there is no invoice among them, or no address to send one to.
        """
        invoices = moves.filtered(lambda move: move.move_type != "entry")
        if not invoices:
            raise UserError(self.env._("Choose the invoices that are sent again."))
        unreachable = invoices.filtered(lambda move: not (move.partner_id.email or move.commercial_partner_id.email))
        if unreachable:
            raise UserError(
                self.env._(
                    "%s has no e-mail address. Enter it on the contact first, or send the invoice by hand.",
                    unreachable[0].partner_id.display_name,
                )
            )
        self._generate_and_send_invoices(invoices, sending_methods={"email"})
        return self.env._("%s was sent again.", ", ".join(invoices._dunning_numbers(partner)))

    @api.model
    def _hook_if_success(self, moves_data, from_cron=False):
        result = super()._hook_if_success(moves_data, from_cron=from_cron)
        ways = defaultdict(list)
        for move, data in moves_data.items():
            ways[self._dunning_way(move, data)].append(move.id)
        for way, ids in ways.items():
            self.env["account.move"].sudo().browse(ids)._dunning_note_sent(way)  # sudo: whoever sends
        return result

    @api.model
    def _dunning_way(self, move, data):
        """How an invoice left. A way that this debtor cannot be reached by is none, though Odoo made the PDF."""
        methods = set(data.get("sending_methods") or ())
        for method, way in METHODS:
            if method in methods and (method == "peppol" or self._is_applicable_to_move(method, move, **data)):
                return way
        # by hand, or by a method of another module, which knows what it ticks
        return NOWHERE if methods and methods <= {method for method, _way in METHODS} else HAND
