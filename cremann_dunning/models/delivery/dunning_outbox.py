from odoo import Command, api, models
from odoo.tools import SQL, formataddr

from ...engine.addresses import addresses
from ..letter.dunning_letter_document_mixin import digest
from ..run.dunning_recipient import BOUNCED


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
            if addresses(letter.email_to):  # a name alone reaches nobody
                with_address |= letter
            else:
                letter._register_failure(self.env._("The contact has no usable e-mail address."), "no_address")
        with_address -= self.env["dunning.last.look"]._stop_blacklisted(with_address)
        with_address -= self._stop_without_document(with_address)
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
            letter.write({"mail_id": mail.id, "mail_digests": self._digests(mail, files[letter.id])})
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()  # the outbox is emptied right away

    @api.model
    def _stop_without_document(self, letters):
        """Put aside letters whose stored document has gone or was changed since; returns them."""
        stopped = letters.filtered("pdf_problem")
        for letter in stopped:
            letter._register_failure(letter.pdf_problem, "error")
        return stopped

    @api.model
    def _digests(self, mail, files):
        """What the mail says and carries, as ``mail_digests`` of its letter keeps it."""
        parts = [(mail._dunning_words(), "*"), *((digest(file.load()), file.name) for file in files.files)]
        return "\n".join(f"{measured}  {name}" for measured, name in parts)

    @api.model
    def _to(self, letter):
        """The addresses to which a letter is mailed now: those of its contacts, or else of the debtor.

        Of several only those that it did not reach yet, that nobody blocked and that are not known to be dead. Where
        none is left of them it goes to all: whoever tries it again knows of it.
        """
        if letter.is_test and (own := letter.company_id._dunning_test_address()):
            return own
        found = self._all_addresses(letter)
        useful = set(found)
        if len(found) > 1:
            useful -= set(letter.dispatch_ids._addresses_left())
            useful -= self._unreachable(letter.company_id, useful)
        return ", ".join(found[address] for address in found if address in useful) or ", ".join(found.values())

    @api.model
    def _all_addresses(self, letter):
        """The addresses of the contact and of who gets the mail with him, or the debtor's own: ``{address: text}``."""
        together = self.env["dunning.recipient"]._together(letter.contact_facts)
        together = together.filtered(lambda other: other.active and other.commercial_partner_id == letter.partner_id)
        found = {}
        for contact in letter.contact_id | together:
            found |= {address: text for address, text in self._formatted(contact).items() if address not in found}
        return found or self._formatted(letter.partner_id)

    @api.model
    def _unreachable(self, company, found):
        """Those of these addresses that are blocked, or from which the last letter of the company came back."""
        # sudo: the list is the administrator's; what is asked is only whether an address stands on it
        blacklist = self.env["mail.blacklist"].sudo().search([("email", "in", list(found))])
        self.env.flush_all()
        dead = self.env.execute_query(SQL(BOUNCED, company=company.id))
        return set(blacklist.mapped("email")) | {email for (email,) in dead}

    @api.model
    def _formatted(self, partner):
        """The addresses of a partner with the name as a mail wants them, what is none left out: ``{address: text}``.

        Odoo's own form leaves line ends in the name, and mail would then go to an address that stands in the name; so
        could one between quotes in it.
        """
        name = " ".join("".join(char if char.isprintable() else " " for char in partner.name or "").split())
        name = name.replace('"', "'").replace("\\", "/")
        return {address: formataddr((name, address)) for address in addresses(partner.email)}

    @api.model
    def _reply_addresses(self, letters):
        """Per letter id where a reply goes: where Odoo reads mail, so that it lands on the case, else to the sender."""
        found = {}
        for sender, own in letters.grouped(lambda letter: (letter._sender(), letter.company_id)).items():
            default = sender[0].email_formatted or sender[1].email_formatted
            theirs = own._notify_get_reply_to(default=default)
            found |= {letter.id: letter._reply_address(theirs[letter.id]) for letter in own}
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
        values = {
            "letter": translated,
            "company": letter.company_id,
            "left_out": files.left_out,
            "too_many": files.too_many,
        }
        body = self.env["ir.qweb"].with_context(lang=letter.lang)._render("cremann_dunning.letter_mail", values)
        return {
            "subject": self.env._("TEST: %s", letter.subject) if letter.is_test else letter.subject,
            "body_html": body,
            "email_from": letter._mail_from(),
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
