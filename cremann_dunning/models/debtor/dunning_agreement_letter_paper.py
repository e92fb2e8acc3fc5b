import base64
from datetime import timezone

from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ...law import calendar
from ..letter.dunning_letter_document_mixin import digest
from ..letter.dunning_letter_text_mixin import with_qr

REPORT = "cremann_dunning.report_agreement_letter"


class DunningAgreementLetter(models.Model):
    """How a letter about an agreement leaves: its document, its mail, and what becomes of that."""

    _inherit = "dunning.agreement.letter"  # pylint: disable=consider-merging-classes-inherited

    qr_image = fields.Char(compute="_compute_paper_body")
    paper_body = fields.Html(compute="_compute_paper_body", sanitize=False)

    def _compute_paper_body(self):
        """The words as on paper: with the code that pays what is missing under the reference of the agreement."""
        for letter in self:
            agreement = letter._agreement()
            account = agreement.bank_account_id.sudo()  # sudo: what every letter prints
            letter.qr_image = account and account._dunning_qr(
                letter.amount, agreement.payment_reference, letter.currency_id, letter.partner_id
            )
            letter.paper_body = with_qr(letter, letter.body or Markup())

    def _store_document(self):
        """Print it and keep it with its digest."""
        report = self.env["ir.actions.report"].with_company(self.company_id)
        report = report.with_context(webp_as_jpg=True, report_pdf_no_attachment=True, lang=self.lang)
        content = report._render_qweb_pdf(REPORT, res_ids=self.ids)[0]
        self.write({"pdf_file": base64.b64encode(content), "pdf_sha256": digest(content)})

    @api.model
    def _needs_letterhead(self):
        """Whether the page has to bring its own: an unpatched wkhtmltopdf prints no running header."""
        return not _wkhtml().is_patched_qt

    def _hand_over(self):
        """Put its mail in the outbox; without an address it waits for whoever posts it."""
        self.ensure_one()
        if not self.email_to:
            self.state = "to_post"
            return
        # sudo: the outbox belongs to the system
        mail = self.env["mail.mail"].sudo().create(self._prepare_mail())
        measured = digest(f"{mail.subject or ''}\n{mail.body_html or ''}".encode())
        digests = [f"{measured}  *", f"{self.pdf_sha256}  {self.pdf_name}"]
        self.write({"mail_id": mail.id, "state": "waiting", "mail_digests": "\n".join(digests)})
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _prepare_mail(self):
        """Values of its mail. It is the case's, so that a reply lands there and stops what follows."""
        case, sender = self.case_id, self._sender()
        reply = case._notify_get_reply_to(default=sender.email_formatted or self.company_id.email_formatted)
        return {
            "subject": self.subject,
            "body_html": self.body,
            "email_from": sender.email_formatted or self.company_id.email_formatted,
            "author_id": sender.id,
            "email_to": self.email_to,
            "reply_to": reply[case.id],
            "model": case._name,
            "res_id": case.id,
            "auto_delete": False,
            "is_notification": False,
            "scheduled_date": self._contact_moment(),
            "attachment_ids": [
                (0, 0, {
                    "name": self.pdf_name, "raw": self._stored_pdf(), "mimetype": "application/pdf",
                    "res_model": self._name, "res_id": self.id,
                }),
            ],
        }  # fmt: skip

    def _sender(self):
        """Who signs, or the company where nobody with an address does."""
        return self.user_id.partner_id if self.user_id.email else self.company_id.partner_id

    @api.model
    def _country(self, company):
        code = company.country_id.code
        return code if code in calendar.CONTACT_HOURS else "NL"

    def _contact_moment(self):
        """The first moment, as the database keeps it, at which the debtor may be written to; False for now."""
        country = self._country(self.company_id)
        now = self.company_id._dunning_now()
        moment = calendar.next_contact(country, now, calendar.CONTACT_HOURS[country])
        return moment != now and moment.astimezone(timezone.utc).replace(tzinfo=None)

    # -- in the outbox --------------------------------------------------------------------------------------------

    def _about_to_leave(self, commit):
        """A last look before these letters leave by their mails, each at most once.

        :param commit: whether it is put on record first that they are under way, so that what is cut off never leaves
            twice. :return: those that may go.
        """
        cut_off = self.filtered(lambda letter: letter.state == "sending")
        if cut_off:
            cut_off.mail_id.filtered(lambda mail: mail.state == "outgoing").cancel()
            cut_off._register_failure(self.env._("The sending was cut off. Find out whether it left."))
        waiting = self.filtered(lambda letter: letter.state == "waiting")
        live = waiting.filtered(lambda letter: letter.company_id._dunning_mode() == "live")
        (waiting - live)._end(self.env._("Not sent: letters are not live any more."))
        asked = {letter: letter.amount for letter in live}
        ready = live._still_right()
        changed = ready.filtered(lambda letter: letter.currency_id.compare_amounts(letter.amount, asked[letter]))
        changed.mail_id.cancel()
        changed._issue()  # with what is missing now; it leaves a little later
        ready -= changed
        for letter in ready.filtered("pdf_problem"):
            letter.mail_id.cancel()
            letter._register_failure(letter.pdf_problem)
        ready = ready.filtered(lambda letter: letter.state == "waiting")
        if commit and ready:
            ready.state = "sending"
            self.env.cr.commit()  # pylint: disable=invalid-commit
        return ready
