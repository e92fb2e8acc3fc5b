from odoo import api, models
from odoo.exceptions import AccessError


class DunningReply(models.Model):
    """A reply as the thread of its mail: one to the desk begins it, an answer to our answer is handled anew."""

    _inherit = "dunning.reply"  # pylint: disable=consider-merging-classes-inherited

    @api.private  # the gateway of mail calls it, nobody from outside
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A mail to the address of the desk of a company.

        :raises AccessError: the address does not say of which.
        """
        company = self.env["res.company"].browse((custom_values or {}).get("company_id")).exists()
        if not company:
            raise AccessError(self.env._("The address of a desk names its company."))
        return self.env["dunning.desk"]._receive_new(company, msg_dict)

    @api.private  # as above
    def message_update(self, msg_dict, update_vals=None):
        """What follows on it is to be handled as well."""
        for reply in self:
            self.env["dunning.desk"]._receive(
                reply.company_id, reply.partner_id, msg_dict, letter=reply.letter_id, moves=reply.move_ids
            )
        return super().message_update(msg_dict, update_vals)

    def _message_receive_bounce(self, email, partner):
        """An answer of ours came back."""
        result = super()._message_receive_bounce(email, partner)
        for reply in self:
            self.env["dunning.desk"]._mail_came_back(reply.company_id, reply.partner_id, email, moves=reply.move_ids)
        return result

    def _once_more(self, msg_dict):
        """The same came again: it stays one thing to answer, with the mail that is looked at last."""
        self.ensure_one()
        self.sudo().times += 1  # sudo: the system counts
        return self

    def _mail_get_partner_fields(self, introspect_fields=False):
        """Whom a message about it is to is chosen by who answers."""
        return []
