from odoo import api, models

from .dunning_reply import PREVIEW


class DunningDesk(models.AbstractModel):
    """The desk: takes in what comes from or about a debtor, by whatever way, as one list."""

    _name = "dunning.desk"
    _description = "What comes in"

    @api.model
    def _take_in(
        self, company, partner, *, source, reason, subject, text, letter=None, moves=None, files=(), contact=None,
        holds=True,
    ):  # fmt: skip
        """Note what came in, give it an owner and a clock, and tell him.

        :param partner: the debtor or one of his contacts; empty where nobody knows whose it is.
        :param text: plain text as it was written; nothing of it is ever markup.
        :param files: ``[(name, bytes)]``, checked already.
        :param holds: whether the ladder waits until somebody has handled it.
        :return: the ``dunning.reply``.
        """
        # sudo: what came in is written by the system, whoever wrote to us
        desk = self.sudo()
        debtor = (partner or desk.env["res.partner"]).commercial_partner_id.sudo()
        case = desk.env["dunning.case"]._for_partners(debtor, company.sudo(), create=True) if debtor else False
        text = (text or "").strip()
        reply = desk.env["dunning.reply"].create(
            {
                "case_id": case and case.id,
                "company_id": company.id,
                "contact_id": contact and contact.id,
                "letter_id": letter and letter.id,
                "move_ids": moves and moves.ids,
                "source": source,
                "reason": reason,
                "holds": holds,
                "email_from": contact and contact.email_formatted,
                "subject": subject,
                "text": text,
                "preview": text[:PREVIEW] + ("…" if len(text) > PREVIEW else ""),
                "received_on": company._dunning_today(),
            }
        )
        self._attach(reply, files)
        reply._tell()
        if holds and debtor:
            desk.env["dunning.engine"]._redecide(company.sudo(), debtor)
        return reply.with_env(self.env)

    @api.model
    def _attach(self, reply, files):
        """Keep these files with it; nobody changes them."""
        reply.env["ir.attachment"].create(
            [{"name": name, "raw": content, "res_model": reply._name, "res_id": reply.id} for name, content in files]
        )
