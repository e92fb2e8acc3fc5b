from markupsafe import escape

from odoo import Command, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..models.debtor.dunning_cause_mixin import NOT_SPOKEN
from ..models.dunning_money import written


class DunningCallSavingMixin(models.AbstractModel):
    """What the window of calls does once somebody saves what came of one: all in one transaction, and then the next."""

    _name = "dunning.call.saving.mixin"
    _description = "Saving what came of a call"

    def action_save(self):
        """Note the call, do what follows from it, and show the next debtor.

        :raises UserError: something that follows cannot be done; then nothing is noted.
        """
        self.ensure_one()
        self.check_access("write")
        if not self.case_id or not self.line_id:
            raise UserError(self.env._("Everybody was called."))
        if not self.outcome:
            raise UserError(self.env._("Choose what came of the call first."))
        self.case_id.check_access("write")
        others = self.env["dunning.call.queue"]._by_others(self.case_id)
        if others - self.seen_ids:  # shown now, and saved when somebody presses the button again
            self.write(
                {"seen_ids": [Command.set(others.ids)], "last_result": self._came_between(), "last_failed": True}
            )
            return True
        this = self.with_company(self.company_id)
        contact = this._note_contact()
        if self.outcome not in NOT_SPOKEN:
            self.env["dunning.call.queue"]._spoken_with(self.case_id)
        result = " ".join(filter(None, (getattr(this, f"_do_{self.outcome}")(contact), this._confirm(contact))))
        self.line_id.write({"state": "called", "result": result})
        self.write({"last_result": f"{self.partner_id.display_name}: {result}", "last_failed": False})
        self._next()
        return True

    def _came_between(self):
        return self.env._("Somebody else noted a contact with this debtor just now. Read it, then save again.")

    def _note_contact(self):
        """The contact moment; as the step that is due where it counts.

        :raises UserError: it was to count, and no call is due any more.
        """
        level, moves = self.case_id._call_due() if self.counts_as_step else (self.level_id.browse(), self.move_ids)
        if self.counts_as_step and not level:
            raise UserError(
                self.env._("No call is due for this debtor any more. Switch off that it counts as a step, or skip him.")
            )
        return self.env["dunning.contact"].create(
            {
                "case_id": self.case_id.id,
                "kind": "call",
                "outcome": self.outcome,
                "cause": self.cause,
                "person": self.person,
                "note": self.note,
                "move_ids": [Command.set(moves.ids)],
                "counts_as_step": bool(level),
                "level_id": level.id,
            }
        )

    # -- what follows from each outcome: what was done, in words ------------------------------------------------------

    def _do_promised(self, contact):
        if not self.promise_date:
            raise UserError(self.env._("Enter the day on which the debtor will pay."))
        self._check_open()
        given = {"promise_date": self.promise_date, "promise_amount": self.promise_amount}
        contact._agree(given | {"currency_id": self.currency_id.id}, self.move_ids)
        promise = contact.promise_id
        return self.env._(
            "Pays %(amount)s on %(date)s.",
            amount=written(self.env, promise.amount, promise.currency_id),
            date=format_date(self.env, promise.date),
        )

    def _do_disputed(self, contact):
        if not self.move_ids or not self.dispute_reason:
            raise UserError(self.env._("Choose the invoices and why the debtor does not agree."))
        names = ("dispute_reason", "dispute_extent", "dispute_amount")
        contact._agree({name: self[name] for name in names}, self.move_ids)
        dispute = contact.dispute_id
        return self.env._(
            "Disputes %(what)s: %(reason)s.", what=dispute.about, reason=dispute._reasons()[dispute.reason]
        )

    def _check_open(self):
        """:raises UserError: the debtor paid while he was called."""
        if not self.promise_amount:
            raise UserError(
                self.env._(
                    "Nothing is open any more that the debtor could pay. Choose what else came of the call, or skip "
                    "him."
                )
            )

    def _do_instalments(self, contact):
        self._check_open()
        plans = self.env["dunning.payment.plan"]
        own = [("case_id", "=", self.case_id.id)]
        if plans.search_count([*own, ("state", "=", "active")], limit=1):
            raise UserError(
                self.env._("A payment plan of this debtor runs already. Change that one, on his case under Agreements.")
            )
        vals = {
            "move_ids": [Command.set(self.move_ids.ids)],
            "currency_id": self.currency_id.id,
            "amount": self.promise_amount,
            "instalment_count": self.plan_count,
            "first_date": self.plan_first_date,
            "note": self.note,
        }
        plan = plans.search([*own, ("state", "=", "draft")], limit=1)
        if plan:  # the draft of last time is the one that is agreed now
            plan.write(vals)
        else:
            plan = plans.create({"case_id": self.case_id.id, **vals})
        contact._by_system().plan_id = plan
        plan.action_make_instalments()
        if self.plan_agreed:
            plan.action_agree()
            return self.env._("Pays in %s instalments.", self.plan_count)
        plan.activity_schedule(
            "mail.mail_activity_data_todo",
            self.env["dunning.call.queue"]._working_day(self.company_id, 1),
            summary=self.env._("Agree on the payment plan"),
            user_id=self.env.uid,
        )
        return self.env._("A draft of a payment plan waits.")

    def _do_copy(self, contact):
        return self.env["account.move.send"]._dunning_send_again(self.move_ids, self.partner_id)

    def _do_not_reached(self, contact):
        tries = self.env["dunning.call.queue"]._tries(self.case_id)
        day = self._again()
        return self.env._("No answer, attempt %(number)s; again on %(date)s.", number=tries, date=day)

    def _do_wrong_person(self, contact):
        self._to_do(self.env._("Find out whom to call"))
        return self.env._("Wrong contact; again on %s.", self._again())

    def _do_refused(self, contact):
        return self.env._("Refuses to pay.")

    def _do_cannot_pay(self, contact):
        self._to_do(self.env._("Cannot pay: decide what to do"))
        return self.env._("Cannot pay.")

    def _do_other(self, contact):
        return self.env._("Noted.")

    def _again(self):
        """The debtor comes back in the list. :return: when, in words."""
        day = self.env["dunning.call.queue"]._call_again(self.case_id, escape(self.note or ""))
        return format_date(self.env, day)

    def _to_do(self, summary):
        """A to-do for the responsible, with what was said."""
        self.case_id.activity_schedule(
            "mail.mail_activity_data_todo",
            self.company_id._dunning_today(),
            summary=summary,
            note=escape(self.note or ""),
            user_id=(self.responsible_id or self.env.user).id,
        )

    def _confirm(self, contact):
        """Write to the debtor what was agreed, with the text of its own button. :return: that it was, in words."""
        record = contact.promise_id or contact.dispute_id or contact.plan_id
        if not self.send_mail or not self.mail_to or not record or record.state == "draft":
            return False
        action = record.action_write()
        composer = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        composer._action_send_mail()
        return self.env._("Confirmed to %s.", self.mail_to)
