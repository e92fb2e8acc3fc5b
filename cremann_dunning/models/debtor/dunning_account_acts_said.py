import base64

from odoo import SUPERUSER_ID, Command, api, models

from ...tools import typed
from .dunning_account_acts import FormError

# What the debtor says about himself, and as what it comes in at the desk.
PERSON = {"not_me": "wrong_person", "address": "address", "contact": "address"}


class DunningAccountActs(models.AbstractModel):
    """What a debtor says that is not about paying: that something is wrong, who he is, a question, a copy please."""

    _inherit = "dunning.account.acts"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _do_dispute(self, visit, case, form, files, _who):
        """This is wrong: a dispute about the whole or a part of one invoice."""
        moves = self._moves(visit, case, form, "item")
        reasons = self.env["dunning.dispute"]._reasons()
        reason = form.get("reason")
        if reason not in reasons:
            raise FormError(reason=self.env._("Choose what is wrong."))
        words = self._words(form, self.env._("Tell us in a few words what is wrong.") if reason == "other" else None)
        part = self._part_of(moves, form)
        about = self._about(case, moves)
        dispute = self._made(
            lambda: self.env["dunning.dispute"].create(
                {
                    "case_id": case.id,
                    "move_ids": [Command.set(moves.ids)],
                    "reason": reason,
                    "description": words,
                    "amount": float(part or 0),
                    "opened_on": visit.company._dunning_today(),
                    "user_id": case._responsible().id,
                }
            )
        )
        inside = self._inside(visit)
        what = dispute.with_env(inside).display_name
        reply = self._at_the_desk(
            visit,
            "dispute",
            inside._("Does not agree with %s", about["numbers"]),
            "\n\n".join(filter(None, [what, words])),
            moves=moves,
            files=files,
            holds=False,  # the dispute does, for exactly what is disputed
        )
        answer = self.env._(
            "Thank you. We look into %s and let you know. What you dispute is not followed up until then.",
            about["numbers"],
        )
        vals = {**about, "amount": dispute.amount, "currency_id": dispute.currency_id.id}
        return {**vals, "dispute_id": dispute.id, "reply_id": reply.id, "answer": answer}

    @api.model
    def _part_of(self, moves, form):
        """How much of the invoice is disputed; None for all of it."""
        extent = form.get("extent") or "whole"
        if extent not in ("whole", "part"):
            raise FormError(extent=self.env._("Choose whether all of it or a part is wrong."))
        if extent == "whole":
            return None
        part = typed.amount(form.get("amount"), moves.currency_id.decimal_places)
        if not part or not 0 < part < 10**12:
            raise FormError(amount=self.env._("Enter the amount that is wrong, for example 12.50."))
        return part

    @api.model
    def _do_person(self, visit, _case, form, files, _who):
        """Not me, a new address, another contact: to a person, and never over what is known."""
        what = form.get("what")
        if what not in PERSON:
            raise FormError(what=self.env._("Choose what you want to tell us."))
        words = self._words(form, self.env._("Tell us what we should know."))
        inside = self._inside(visit)
        subject = {
            "not_me": inside._("Says that he is not the one to ask"),
            "address": inside._("Gives a new address"),
            "contact": inside._("Names another contact"),
        }[what]
        reply = self._at_the_desk(visit, PERSON[what], subject, words, files=files, holds=True)
        answer = self.env._("Thank you. A colleague reads this and changes what we know of you where that is right.")
        return {"reply_id": reply.id, "answer": answer}

    @api.model
    def _do_question(self, visit, _case, form, files, _who):
        """A question: nothing follows until somebody has answered it."""
        words = self._words(form, self.env._("Write your question here."))
        inside = self._inside(visit)
        reply = self._at_the_desk(
            visit, "question", inside._("A question, from the page"), words, files=files, holds=True
        )
        answer = self.env._("Thank you for your question. A colleague answers it; nothing follows until then.")
        return {"reply_id": reply.id, "answer": answer}

    @api.model
    def _do_copy(self, visit, case, form, _files, _who):
        """Send me the invoice: at once, to the address that is known, and never to one that somebody typed."""
        try:
            moves = self._items(visit, [form.get("item")] if form.get("item") else []).move_id
        except FormError as error:
            raise FormError(item=error.by_field["items"]) from error
        about = self._about(case, moves)
        today = visit.company._dunning_today()
        had = [("case_id", "=", case.id), ("kind", "=", "copy"), ("done_on", "=", today), ("move_ids", "in", moves.ids)]
        if self.env["dunning.page.act"].search_count(had, limit=1):
            raise FormError(item=self.env._("You have asked for %s today already.", about["numbers"]))
        sent, inside = self._send_copy(visit, moves), self._inside(visit)
        reply = self._at_the_desk(
            visit,
            "copy",
            inside._("Wants a copy of %s", about["numbers"]),
            inside._("It was sent by itself, to the address that is known.")
            if sent
            else inside._("It could not be sent by itself. Please send it."),
            moves=moves,
            holds=False,
        )
        if sent:
            reply.with_user(SUPERUSER_ID).action_handled()  # the system has done all there is to do
            answer = self.env._("We have sent %s to the e-mail address that we have of you.", about["numbers"])
        else:
            answer = self.env._("Thank you. A colleague sends you %s.", about["numbers"])
        return {**about, "reply_id": reply.id, "answer": answer}

    @api.model
    def _send_copy(self, visit, moves):
        """Put a copy of the invoice in the outbox, to who gets the letters of this debtor. Whether it could be."""
        company = visit.company.sudo()
        contact = self.env["dunning.recipient"]._contacts(company, visit.partner).get(visit.partner.id)
        live = company.dunning_set_up_on and company._dunning_mode() == "live"
        if not (live and contact and contact.email_normalized and moves.is_invoice(include_receipts=True)):
            return False
        content = base64.b64decode(moves._dunning_invoice_pdf() or b"")
        if not content:
            return False
        number = moves.name
        body = self.env["ir.qweb"]._render(
            "cremann_dunning.page_copy_mail", {"company": company, "contact": contact, "number": number}
        )
        self.env["mail.mail"].create(
            {
                "subject": self.env._("%(company)s: copy of %(number)s", company=company.name, number=number),
                "body_html": body,
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "reply_to": company.email_formatted,
                "recipient_ids": [Command.link(contact.id)],
                "attachment_ids": [
                    Command.create(
                        {
                            "name": f"{number.replace('/', '-')}.pdf",
                            "raw": content,
                            "mimetype": "application/pdf",
                            "res_model": "mail.message",  # goes with the mail
                        }
                    )
                ],
                "auto_delete": True,
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return True
