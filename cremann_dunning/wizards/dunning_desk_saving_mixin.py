from odoo import Command, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.addresses import addresses
from ..models.dunning_money import written


class DunningDeskSavingMixin(models.AbstractModel):
    """What the window of the desk does once somebody saves it: what was done, in words."""

    _name = "dunning.desk.saving.mixin"
    _description = "Saving what is done about what came in"

    def _about(self):
        return {"case_id": self.case_id.id, "move_ids": [Command.set(self.move_ids.ids)]}

    def _do_dispute(self):
        if not self.move_ids or not self.dispute_reason:
            raise UserError(self.env._("Choose the invoices and why the debtor does not agree."))
        vals = {"reason": self.dispute_reason, "description": self.note, "extent": self.dispute_extent or "whole"}
        if self.dispute_extent == "part":
            vals["amount"] = self.dispute_amount
        dispute = self.env["dunning.dispute"].create(self._about() | vals)
        return self.env._(
            "Disputes %(what)s: %(reason)s.", what=dispute.about, reason=dispute._reasons()[dispute.reason]
        )

    def _check_open(self):
        if not self.promise_amount:
            raise UserError(self.env._("Nothing is open that the debtor could pay."))

    def _do_promise(self):
        if not self.promise_date:
            raise UserError(self.env._("Enter the day on which the debtor will pay."))
        self._check_open()
        vals = {"date": self.promise_date, "note": self.note}
        vals |= {"amount": self.promise_amount, "currency_id": self.currency_id.id}
        promise = self.env["dunning.promise"].create(self._about() | vals)
        return self.env._(
            "Pays %(amount)s on %(date)s.",
            amount=written(self.env, promise.amount, promise.currency_id),
            date=format_date(self.env, promise.date),
        )

    def _do_plan(self):
        self._check_open()
        plans = self.env["dunning.payment.plan"]
        if plans.search_count([("case_id", "=", self.case_id.id), ("state", "=", "active")], limit=1):
            raise UserError(
                self.env._("A payment plan of this debtor runs already. Change that one, on his case under Agreements.")
            )
        plan = plans.create(
            self._about()
            | {
                "currency_id": self.currency_id.id,
                "amount": self.promise_amount,
                "instalment_count": self.plan_count,
                "first_date": self.plan_first_date,
                "note": self.note,
            }
        )
        plan.action_make_instalments()
        if not self.plan_agreed:
            self.handle = False  # a draft holds nothing back, and he waits for an answer
            return self.env._("A draft of a payment plan waits.")
        plan.action_agree()
        return self.env._("Pays in %s instalments.", self.plan_count)

    def _do_copy(self):
        return self.reply_id._send_copies(self.move_ids)

    def _do_hold(self):
        if not (self.hold_reason or "").strip():
            raise UserError(self.env._("Say why nothing goes out: whoever looks later has to know."))
        if self.date_until and self.date_until < self.company_id._dunning_today():
            raise UserError(self.env._("The last day of the hold is in the past. Choose today or later."))
        hold = self.env["dunning.hold"].create(
            {
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "reason": self.hold_reason,
                "date_until": self.date_until,
            }
        )
        until = hold.date_until and format_date(self.env, hold.date_until)
        return self.env._("On hold up to and including %s.", until) if until else self.env._("On hold.")

    def _do_contact(self):
        """A contact beside those that are there: nothing of these is written over."""
        partners = self.env["res.partner"]
        if not partners.has_access("create"):
            raise UserError(self.env._("You may not make contacts. Ask somebody who may."))
        if self.email and not addresses(self.email):
            raise UserError(self.env._("%s is no e-mail address.", self.email))
        if not any((self.email, self.phone, self.street)):
            raise UserError(self.env._("Enter an e-mail address, a telephone number or a street."))
        names = ("email", "phone", "street", "zip", "city")
        debtor = self.partner_id.commercial_partner_id
        contact = partners.create(
            {
                **{name: self[name] for name in names if self[name]},
                "name": self.name or self.email or debtor.name,
                "parent_id": debtor.id,
                "type": "other",
                "lang": debtor.lang,
                "company_id": debtor.company_id.id,
                **({"dunning_role": "reminder"} if self.gets_letters else {}),
            }
        )
        # sudo: decisions are written by the engine only
        self.env["dunning.engine"].sudo()._redecide(self.company_id, debtor)
        return self.env._("New contact: %s.", contact.name)

    def _do_place(self):
        if not self.debtor_id:
            raise UserError(self.env._("Choose the debtor."))
        self.reply_id._place(self.debtor_id)

    # -- the answer ---------------------------------------------------------------------------------------------------

    def _do_answer(self):
        """Mail it, in the thread in which he wrote; where the company tests to an address of its own.

        :raises UserError: nothing leaves from the company, the debtor is insolvent, or nobody can be reached.
        """
        company, (reader, address) = self.company_id, self._to_whom()
        company._dunning_require_on()
        if self.case_id and (silence := self.env["dunning.insolvency"]._why_silent(self.case_id)):
            raise UserError(silence)
        if not (self.subject or "").strip() or not (self.body or "").strip():
            raise UserError(self.env._("There is nothing to send yet. Choose a text, or write one."))
        if not reader and not address:
            raise UserError(self.env._("No e-mail address is known of whoever wrote."))
        whom = {"partner_ids": reader.ids, "outgoing_email_to": address}
        subject = self.subject
        if company._dunning_mode() == "test":
            whom = {"partner_ids": [], "outgoing_email_to": company._dunning_test_address()}
            subject = self.env._("[Test] %s", subject)
        thread, parent = self._thread()
        by_issuer, foot = self.reply_id.letter_id._answers_as()
        thread.message_post(
            body=self.env["dunning.answer.text"]._as_html(self.body) + foot,
            subject=subject,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            parent_id=parent.id,
            attachments=self._copies() if self.with_copy else None,
            email_layout_xmlid="mail.mail_notification_light",
            **whom,
            **by_issuer,
        )
        return self.env._("Answered: %s", self.subject)

    def _thread(self):
        """Where the answer stands: with the letter or invoice he answered, on his case, or with what came in."""
        reply, mail = self.reply_id, self.reply_id._mails()[:1]
        if mail.model in ("dunning.letter", "dunning.case", "dunning.reply"):
            record = self.env[mail.model].browse(mail.res_id).exists()
            if record and (mail.model != "dunning.letter" or record.sent_on):
                return record, mail
        return (reply.case_id or reply), mail.browse()

    def _copies(self):
        """The documents of the invoices, as they were sent.

        :raises UserError: one has no document.
        """
        invoices = self.move_ids.filtered(lambda move: move.move_type != "entry")
        found = []
        for move in invoices:
            file = move.invoice_pdf_report_id or move.message_main_attachment_id
            if not file or file.mimetype != "application/pdf":
                raise UserError(self.env._("%s has no document yet. Print or send it first.", move.name))
            found.append((file.name, file.raw))
        return found
