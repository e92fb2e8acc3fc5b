from odoo import Command, api, models
from odoo.tools import formataddr
from odoo.tools.mail import email_normalize_all


class DunningOutbox(models.AbstractModel):
    """Puts letters that go by mail in Odoo's outbox: to whom, from whom, with which words and files."""

    _name = "dunning.outbox"
    _description = "Mails of dunning letters"

    @api.model
    def _put(self, letters):
        """One mail per letter in Odoo's outbox, with the letter and the invoices attached once each."""
        with_address = letters.browse()
        for letter in letters:
            letter.email_to = self._to(letter)
            letter.copy_to = letter._copy_address()
            if email_normalize_all(letter.email_to or ""):  # a name alone reaches nobody
                with_address |= letter
            else:
                letter._register_failure(self.env._("The contact has no usable e-mail address."), "no_address")
        with_address -= self.env["dunning.last.look"]._stop_blacklisted(with_address)
        mail_files = self.env["dunning.mail.files"]
        replies, files = self._reply_addresses(with_address), mail_files._of(with_address)
        vals_list = [
            self._prepare_vals(letter, files[letter.id]) | {"reply_to": replies[letter.id]} for letter in with_address
        ]
        vals_list = self._attach_together(vals_list)
        mail_files._note_missing(with_address, files)
        # sudo: the outbox belongs to the system; the sender has the right to send a letter, not to read all mail
        mails = self.env["mail.mail"].sudo().create(vals_list)
        for letter, mail in zip(with_address, mails, strict=True):
            letter.mail_id = mail
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()  # the outbox is emptied right away

    @api.model
    def _to(self, letter):
        """The address to which a letter is mailed now: that of its contact, or else of the debtor."""
        own = letter.is_test and letter.company_id._dunning_test_address()
        return own or self._addresses(letter) or self._address(letter.partner_id)

    @api.model
    def _addresses(self, letter):
        """The addresses of the contact and of those who get the mail together with him, each once."""
        together = self.env["dunning.recipient"]._together(letter.contact_facts)
        together = together.filtered(lambda other: other.active and other.commercial_partner_id == letter.partner_id)
        found = [self._address(contact) for contact in letter.contact_id | together]
        return ", ".join(dict.fromkeys(filter(None, found)))

    @api.model
    def _address(self, partner):
        """Name and e-mail address of a partner as a mail wants them.

        Odoo's own form leaves line ends in the name, and mail would then go to an address that stands in the name.
        """
        name = " ".join("".join(char if char.isprintable() else " " for char in partner.name or "").split())
        return ", ".join(formataddr((name, address)) for address in email_normalize_all(partner.email or ""))

    @api.model
    def _reply_addresses(self, letters):
        """Per letter id where a reply goes: where Odoo reads mail, so that it lands on the case, else to the sender."""
        found = {}
        for sender, own in letters.grouped(lambda letter: (letter._sender(), letter.company_id)).items():
            default = sender[0].email_formatted or sender[1].email_formatted
            found |= own._notify_get_reply_to(default=default)
        return found

    @api.model
    def _attach_together(self, vals_list):
        """Make the files of all mails at once; the mails then point to them.

        :param vals_list: what ``_prepare_vals`` gives, with one command per new file.
        """
        new = [[command[2] for command in vals["attachment_ids"]] for vals in vals_list]
        # sudo: as for the mails
        made = iter(self.env["ir.attachment"].sudo().create([file for files in new for file in files]).ids)
        return [
            vals | {"attachment_ids": [Command.set([next(made) for _file in files])]}
            for vals, files in zip(vals_list, new, strict=True)
        ]

    @api.model
    def _prepare_vals(self, letter, files):
        """Values of the mail of this letter.

        :param files: its ``dunning_mail_files.Files``.
        """
        sender = letter._sender()
        translated = letter.with_context(lang=letter.lang)
        values = {"letter": translated, "company": letter.company_id, "left_out": files.left_out}
        body = self.env["ir.qweb"].with_context(lang=letter.lang)._render("cremann_dunning.letter_mail", values)
        return {
            "subject": self.env._("TEST: %s", letter.subject) if letter.is_test else letter.subject,
            "body_html": body,
            "email_from": sender.email_formatted or letter.company_id.email_formatted,
            "author_id": sender.id,
            "email_to": letter.email_to,
            "email_cc": letter.copy_to,
            "model": letter._name,
            "res_id": letter.id,
            "dunning_letter_id": letter.id,
            "auto_delete": False,
            "is_notification": False,
            "attachment_ids": [Command.create(vals) for vals in self._prepare_attachments(letter, files)],
        }

    @api.model
    def _prepare_attachments(self, letter, files):
        """Values of the files that go along."""
        return [
            {
                "name": file.name,
                "raw": file.load(),
                "mimetype": file.mimetype,
                "res_model": letter._name,
                "res_id": letter.id,
            }
            for file in files.files
        ]
