from odoo import api, fields, models

from ...engine.addresses import addresses


class DunningLetterRecipientMixin(models.AbstractModel):
    """Who gets a letter and why, who gets a copy of it, and who signs it."""

    _name = "dunning.letter.recipient.mixin"
    _description = "Recipient of a Dunning Letter"

    contact_name = fields.Char(
        string="Name on the letter",
        readonly=True,
        copy=False,
        help="Who it was for when it was issued, also when that contact was deleted since.",
    )
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

    address_printed = fields.Text(readonly=True, copy=False, help="The address on the envelope, as it was printed.")

    @api.depends("contact_facts", "contact_id", "partner_id", "level_id", "channel")
    @api.depends_context("lang")
    def _compute_contact_reason(self):
        words = self.env["dunning.recipient"]
        for letter in self:
            role = "debtor" if letter.contact_id == letter.partner_id else "invoice"
            by_mail = "email" in (letter.level_id.channel, *letter.level_id.channel_ids.mapped("channel"))
            letter.contact_reason = letter.contact_id and words._reason(letter.contact_facts, role, by_mail)

    def _is_to_head(self):
        """Whether it goes to the head office of the customer group, as long as that gets letters."""
        self.ensure_one()
        groups = self.env["dunning.customer.group"]
        return groups._is_head_of(self.contact_id, self.partner_id, self.company_id)

    def _is_to_another(self):
        """Whether somebody else than the debtor gets it, so that it has to say whose debts it is about."""
        self.ensure_one()
        contact = self.contact_id
        return bool(contact) and contact.commercial_partner_id != self.partner_id.commercial_partner_id

    def _whom(self):
        """Who gets it, by the name that he has now or had at last."""
        self.ensure_one()
        return self.contact_id.display_name or self.contact_name or self.partner_id.display_name

    def _copy_address(self):
        """The address that gets a copy of the mail, False for none.

        Asked at the moment of issue: a contact that went to another firm since gets none, nor does anybody when the
        letter is a test or the copy would go to the addressee. A user of ours is no third party.
        """
        self.ensure_one()
        person = self.copy_partner_id
        copies = addresses(person.email) if person.active else ()
        if not copies or self.is_test or set(copies) <= set(addresses(self.email_to)):
            return False
        # sudo: whether somebody is a colleague, whoever sends
        inside = person.sudo().user_ids.filtered(lambda user: not user.share)
        if not inside and person.commercial_partner_id != self.partner_id:
            return False
        return person.email_formatted

    def _is_about_copy(self, email):
        """Whether a mail that came back from this address is the copy and not the letter."""
        self.ensure_one()
        return email in addresses(self.copy_to) and email not in addresses(self.email_to)

    def _sender(self):
        """Who signs, or the company where nobody with an address does."""
        self.ensure_one()
        return self.user_id.partner_id if self.user_id.email else self.company_id.partner_id

    def _test_notice(self):
        """What a test letter says of itself, in the language of its debtor."""
        self.ensure_one()
        contact = self.contact_id
        return self.env._(
            "TEST. This letter went to %(own)s only. Once letters are live it goes to %(debtor)s, %(how)s.",
            own=self.company_id._dunning_test_address(),
            debtor=contact.display_name,
            how=self.env._("on paper")
            if self.is_on_paper
            else contact.email_formatted or self.partner_id.email_formatted or "?",
        )

    def _address_lines(self):
        """Name and address as they stand in the window of the envelope now, whoever asks: a country has many names."""
        self.ensure_one()
        letter = self.with_context(lang=self.lang)
        contact, place = letter.contact_id, letter._place_on_paper()
        return "\n".join(
            filter(None, [contact.name or letter.partner_id.name, place._display_address(without_company=True).strip()])
        )
