from odoo import api, fields, models
from odoo.tools import email_normalize


class DunningLetterRecipientMixin(models.AbstractModel):
    """Who gets a letter and why, who gets a copy of it, and where on paper it goes."""

    _name = "dunning.letter.recipient.mixin"
    _description = "Recipient of a Dunning Letter"

    contact_facts = fields.Char(readonly=True, copy=False)
    contact_reason = fields.Char(
        string="Why this contact",
        compute="_compute_contact_reason",
        help="The reminder contact comes first, then the contact whom all the invoices name, then the invoice address, "
        "then the debtor itself: the first of them who can be reached by one of the ways of the level.",
    )
    copy_partner_id = fields.Many2one(
        "res.partner", string="Copy for", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    copy_to = fields.Char(
        string="Copy sent to", readonly=True, copy=False, help="The address in the Cc of the mail, seen by the debtor."
    )

    @api.depends("contact_facts", "contact_id", "partner_id", "level_id", "channel")
    @api.depends_context("lang")
    def _compute_contact_reason(self):
        words = self.env["dunning.recipient"]
        for letter in self:
            role = "debtor" if letter.contact_id == letter.partner_id else "invoice"
            by_mail = "email" in (letter.level_id.channel, *letter.level_id.channel_ids.mapped("channel"))
            letter.contact_reason = letter.contact_id and words._reason(letter.contact_facts, role, by_mail)

    def _copy_address(self):
        """The address that gets a copy of the mail, False for none.

        Asked at the moment of issue: a contact that went to another firm since gets none, nor does anybody when the
        letter is a test or the copy would go to the addressee. A user of ours is no third party.
        """
        self.ensure_one()
        person = self.copy_partner_id
        address = person.active and person.email_normalized
        if not address or self.is_test or address == email_normalize(self.email_to or ""):
            return False
        # sudo: whether somebody is a colleague, whoever sends
        inside = person.sudo().user_ids.filtered(lambda user: not user.share)
        if not inside and person.commercial_partner_id != self.partner_id:
            return False
        return person.email_formatted

    def _addresses(self):
        """The addresses of the contact and of those who get the mail together with him, each once."""
        self.ensure_one()
        together = self.env["dunning.recipient"]._together(self.contact_facts)
        together = together.filtered(lambda other: other.active and other.commercial_partner_id == self.partner_id)
        found = [self._address(contact) for contact in self.contact_id | together]
        return ", ".join(dict.fromkeys(filter(None, found)))

    def _lost_contact(self):
        """Why a letter that waits to be mailed may not go to its contact any more, False when it may.

        An address from which a letter came back is no such reason: whoever retries the letter knows of it.
        """
        self.ensure_one()
        if self.channel != "email" or self.is_test:
            return False
        contact = self.contact_id.sudo()  # sudo: what Odoo knows of an address, whoever sends
        gone = contact != self.partner_id and not contact.active  # the debtor owes as before, archived or not
        if gone or contact.commercial_partner_id != self.partner_id.commercial_partner_id:
            return self.env._("Not sent: %s is no contact of this debtor any more.", contact.display_name)
        return False

    def _is_about_copy(self, email):
        """Whether a mail that came back is the copy and not the letter."""
        self.ensure_one()
        copy, sent = (email_normalize(address or "") for address in (self.copy_to, self.email_to))
        return bool(copy) and email_normalize(email or "") == copy != sent

    def _place_on_paper(self):
        """Whose street stands on the envelope: the contact's own, else the debtor's."""
        self.ensure_one()
        contact = self.contact_id
        has_own = (contact.street or "").strip() and (contact.city or "").strip()
        return contact if has_own else self.partner_id
