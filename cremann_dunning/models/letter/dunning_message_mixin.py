from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningMessageMixin(models.AbstractModel):
    """Short letters about a record (thank you, what was agreed, our answer): written by a person, never by themselves.

    Needs ``partner_id`` and ``company_id``. A button opens Odoo's composer with the shipped text filled in, in the
    debtor's language and tone, to the contact that gets the reminders.
    """

    _name = "dunning.message.mixin"
    _description = "Short letters to a debtor"

    reader_id = fields.Many2one("res.partner", compute="_compute_reader", compute_sudo=True)
    reader_lang = fields.Char(compute="_compute_reader", compute_sudo=True)

    @api.depends("partner_id")
    def _compute_reader(self):
        """Whom a short letter goes to and in which language: as the letters do, see dunning.gather and run context."""
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        readers = self._readers()
        for record in self:
            debtor = record.partner_id
            record.reader_id = readers[record]
            wanted = (debtor.lang, record.company_id.partner_id.lang, "en_US")
            record.reader_lang = next((code for code in wanted if code in installed), "en_US")

    def _readers(self):
        """Per record who gets the letters of its debtor, or the debtor itself when nobody can be reached."""
        readers = {}
        for company, records in self.grouped("company_id").items():
            contacts = self.env["dunning.recipient"]._contacts(company, records.partner_id.commercial_partner_id)
            for record in records:
                debtor = record.partner_id.commercial_partner_id
                readers[record] = contacts.get(debtor.id, debtor)
        return readers

    def _tone(self):
        """How the debtor is addressed."""
        self.ensure_one()
        # sudo: a setting of the letter, for whoever may write one
        partner = self.partner_id.commercial_partner_id.sudo().with_company(self.company_id)
        return partner.dunning_tone or self.company_id.dunning_tone

    def _compose(self, name):
        """Open the composer with a shipped text; nothing leaves before somebody has read it and presses send.

        :param name: of the text, without ``mail_template_`` and without its tone.
        :raises UserError: the debtor is insolvent, or it was handed over, so nothing is written to him.
        """
        self.ensure_one()
        if silence := self.env["dunning.insolvency"]._why_silent(self):
            raise UserError(silence)
        if silence := self.env["dunning.handover.claim"]._why_silent(self):
            raise UserError(silence)
        suffix = "_informal" if self._tone() == "informal" else ""
        known = self.env["ir.model.data"]._xmlid_to_res_id
        formal = known(f"cremann_dunning.mail_template_{name}", raise_if_not_found=False)
        text = known(f"cremann_dunning.mail_template_{name}{suffix}", raise_if_not_found=False) or formal
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to the debtor"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": text,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
            },
        }
