from odoo import api, models
from odoo.exceptions import UserError


class DunningReply(models.Model):
    """What somebody does about it, from the list or the form: in one click, or in one small window."""

    _inherit = "dunning.reply"  # pylint: disable=consider-merging-classes-inherited

    def _act(self, act):
        self.ensure_one()
        self.check_access("write")
        if not self.case_id:
            raise UserError(self.env._("Say first whose it is."))
        return self.env["dunning.desk.wizard"]._open_for(self, act)

    def action_dispute(self):
        """He does not agree: note it, with the invoices that he names."""
        return self._act("dispute")

    def action_promise(self):
        """He will pay on a day."""
        return self._act("promise")

    def action_plan(self):
        """He pays in instalments."""
        return self._act("plan")

    def action_hold(self):
        """Leave him alone up to a day."""
        return self._act("hold")

    def action_contact(self):
        """He names somebody else or another address: a new contact, beside what is there."""
        return self._act("contact")

    def action_answer(self):
        """Answer him with one of the texts, in his language."""
        self.ensure_one()
        self.check_access("write")
        return self.env["dunning.desk.wizard"]._open_for(self, "answer")

    def action_copy(self):
        """Send him the invoices that it is about once more; where they are not known, ask which."""
        self.ensure_one()
        self.check_access("write")
        moves = self._about_moves() if self.case_id else False
        return self._say(self._send_copies(moves)) if moves else self._act("copy")

    def _send_copies(self, moves):
        """Send them, and say so on what is answered by it: as a sentence.

        :raises UserError: there is nothing to send, or no address to send it to.
        """
        sent = self.env["account.move.send"]._dunning_send_again(moves, self.partner_id)
        self._done(sent)
        return sent

    def action_call(self):
        """Call him: what is said on the telephone is noted where all calls are."""
        self.check_access("read")
        if not self.case_id:
            raise UserError(self.env._("Say first whose it is."))
        return self.case_id.action_call()

    def action_not_ours(self):
        """Spam, or nothing about what somebody owes: it goes out of the list and holds nothing back."""
        self.check_access("write")
        self._handle(ours=False)
        return True

    def action_mine(self):
        """Take these over."""
        self.check_access("write")
        self.write({"user_id": self.env.uid})
        return True

    def action_place(self):
        """Say whose it is: the debtor who was found where there is one, else it is asked."""
        self.ensure_one()
        self.check_access("write")
        if self.suggested_id:
            self._place(self.suggested_id)
            return True
        return self.env["dunning.desk.wizard"]._open_for(self, "place")

    def action_place_other(self):
        """Say that it is another debtor's than the one who was found."""
        self.ensure_one()
        self.check_access("write")
        return self.env["dunning.desk.wizard"]._open_for(self, "place")

    def _place(self, partner):
        """It is this debtor's: his ladder waits until it is handled.

        :raises UserError: it was placed already, or he is of another company.
        """
        self.ensure_one()
        self.check_access("write")
        if self.partner_id:
            raise UserError(self.env._("It was placed with %s already.", self.partner_id.name))
        debtor, company = partner.commercial_partner_id, self.company_id
        debtor.check_access("read")
        if (debtor.company_id and debtor.company_id != company) or debtor == company.partner_id:
            raise UserError(self.env._("%s is no debtor of this company.", debtor.name))
        case = self.env["dunning.case"]._for_partners(debtor, company, create=True)
        # sudo: the system places it, for who may write it
        reply = self.sudo()
        named = reply.env["dunning.desk"]._named(company, f"{reply.subject or ''}\n{reply.text or ''}")
        about = named.moves.filtered(lambda move: debtor in move._dunning_debtors())
        reply.write({"case_id": case.id, "move_ids": about.ids, "suggested_id": False, "holds": True})
        reply.activity_unlink(["mail.mail_activity_data_todo"])
        reply.env["dunning.event"]._tell([reply._event_row("answer.placed")])
        if reply.state == "open":
            reply._tell()
            reply.env["dunning.engine"]._redecide(company, debtor)

    def _done(self, result):
        """It was dealt with. :param result: what was done, as it stands in the list."""
        self.sudo().result = result  # sudo: the system's to note
        self._handle()

    @api.model
    def _say(self, message):
        close = {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": close},
        }
