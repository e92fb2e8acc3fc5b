from odoo import SUPERUSER_ID, api, models


class DunningFollowersMixin(models.AbstractModel):
    """Records that only colleagues follow, and in whose language it is told what the system does to them. Their chatter
    is for what people write: that one was made is an event, and no remark in it.

    Letters reach the debtor by their own mail. Whoever outside the house follows a letter, case or run, by accident or
    by a setting of Odoo, would get the notes of colleagues and the answers of others by mail.
    """

    _name = "dunning.followers.mixin"
    _description = "Followed by Colleagues Only"

    @api.model_create_multi
    def create(self, vals_list):
        """Without Odoo's own remark that something was made."""
        silent = self.with_context(mail_create_nolog=True)
        return super(DunningFollowersMixin, silent).create(vals_list).with_env(self.env)

    def _keeper_lang(self):
        """The language of who reads about these records, where nobody of the house has written it himself."""
        return self.company_id[:1]._dunning_lang() if self.company_id else self.env.lang

    def _told_to_keepers(self):
        """These records in the language of their readers. Jobs have none, and a debtor on his page has his own."""
        if self.env.uid != SUPERUSER_ID and self.env.user._is_internal() and self.env.context.get("lang"):
            return self
        return self.with_context(lang=self.sudo()._keeper_lang())  # sudo: the language only

    def _message_track(self, fields_iter, initial_values_dict):
        """Odoo keeps the words of a change, not its codes, so they are written in the language of who reads them."""
        return super(DunningFollowersMixin, self._told_to_keepers())._message_track(fields_iter, initial_values_dict)

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
