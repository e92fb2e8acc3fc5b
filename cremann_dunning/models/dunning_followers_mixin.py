from odoo import models


class DunningFollowersMixin(models.AbstractModel):
    """Records that only colleagues follow.

    Letters reach the debtor by their own mail. Whoever outside the house follows a letter, case or run, by accident or
    by a setting of Odoo, would get the notes of colleagues and the answers of others by mail.
    """

    _name = "dunning.followers.mixin"
    _description = "Followed by Colleagues Only"

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        # sudo: whether somebody is a colleague, whoever subscribes
        partners = self.env["res.partner"].sudo().browse(partner_ids or ())
        inside = partners.filtered(lambda partner: not partner.partner_share).ids
        if not inside:
            return True
        return super()._message_subscribe(inside, subtype_ids, customer_ids=customer_ids)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Nobody outside is told because he follows; whom a person writes to by name is."""
        msg_vals = msg_vals or {}
        named = set(msg_vals["partner_ids"] if "partner_ids" in msg_vals else message.sudo().partner_ids.ids)
        found = super()._notify_get_recipients(message, msg_vals, **kwargs)
        return [
            data
            for data in found
            if not data["id"] or data["id"] in named or not (data["is_follower"] and data["share"])
        ]
