from markupsafe import Markup, escape

from odoo import api, fields, models


class DunningReply(models.Model):
    """What stands on the screen beside what came in: the whole mail with its files, and where its debtor stands."""

    _inherit = "dunning.reply"  # pylint: disable=consider-merging-classes-inherited

    body = fields.Html(compute="_compute_body", string="The whole mail", sanitize_style=True)
    file_ids = fields.Many2many("ir.attachment", compute="_compute_body", string="Attached")
    currency_id = fields.Many2one(related="case_id.currency_id", related_sudo=False)
    amount_overdue = fields.Monetary(related="case_id.amount_overdue", related_sudo=False)
    days_overdue = fields.Integer(related="case_id.days_overdue", related_sudo=False)
    phase = fields.Selection(related="case_id.phase", related_sudo=False)
    explanation = fields.Char(related="case_id.explanation", related_sudo=False)
    open_move_ids = fields.Many2many(related="case_id.open_move_ids", related_sudo=False)
    taken_in_ids = fields.Many2many(related="case_id.taken_in_ids", related_sudo=False)
    letter_ids = fields.One2many(related="case_id.letter_ids", related_sudo=False)
    about = fields.Char(compute="_compute_about", string="Names", help="The invoices that it names.")

    def _mails(self):
        """The mails that these are: ``mail.message``, each in the thread in which it came."""
        refs = [ref for ref in self.mapped("message_ref") if ref]
        # sudo: a mail is shown with what it is about, to whoever may read that
        return (
            self.env["mail.message"].sudo().search([("message_id", "in", refs)]) if refs else self.env["mail.message"]
        )

    @api.depends("message_ref", "text", "attachment_ids")
    def _compute_body(self):
        mails = {}
        for mail in self._mails():
            mails.setdefault(mail.message_id, mail)
        for reply in self:
            mail = mails.get(reply.message_ref, self.env["mail.message"].sudo())  # sudo: as above
            plain = Markup('<div style="white-space: pre-wrap">%s</div>') % escape(reply.text or reply.preview or "")
            reply.body = mail.body or plain
            reply.file_ids = (reply.sudo().attachment_ids | mail.attachment_ids).sudo(False)

    @api.depends("move_ids")
    def _compute_about(self):
        for reply in self:
            # sudo: their numbers, for whoever may read what names them
            reply.about = ", ".join(reply.sudo().move_ids._dunning_numbers(reply.partner_id))

    @api.depends("subject", "preview", "reason")
    @api.depends_context("lang")
    def _compute_display_name(self):
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        for reply in self:
            reply.display_name = reply.subject or reasons.get(reply.reason, "")

    def _about_moves(self):
        """The invoices that it is about and that are open: those it names, or those of the letter that it answers
        where there is one, or the only one."""
        self.ensure_one()
        debtor = self.partner_id
        if not debtor:
            return self.env["account.move"]
        # sudo: which invoices the letter asked for; what is done with them is checked where it is done
        of_letter = self.sudo().letter_id.line_ids.claim_id.move_id.with_env(self.env)
        for moves in (self.move_ids, of_letter, self.case_id._sole_open_move()):
            is_open = moves.filtered(lambda move: move.state == "posted" and move._dunning_items(debtor))
            open_ = is_open.filtered(lambda move: any(item.amount_residual > 0 for item in move._dunning_items(debtor)))
            if open_:
                return open_
        return self.env["account.move"]
