from odoo import api, models

from ...engine.automatic import is_automatic
from ..dunning_inside import Inside


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Whoever takes in an answer to a letter knows whether a machine gave it: its head is gone after this."""
        automatic = is_automatic(message.items(), message_dict.get("subject") or "")
        threads = self.with_context(dunning_automatic_reply=Inside()) if automatic else self
        return super(MailThread, threads)._message_route_process(message, message_dict, routes)
