from datetime import timedelta

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools import typed
from ..dunning_money import written
from .dunning_account_acts import FormError
from .dunning_payment_plan_dividing import MAX_INSTALMENTS

# A payment that was made longer ago than that is a matter for a person, and one that is promised for later as well.
LONGEST_AGO, LONGEST_AHEAD = 400, 366


class DunningAccountActs(models.AbstractModel):
    """What a debtor says about paying: that he has, that he will, and in which parts."""

    _inherit = "dunning.account.acts"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _do_paid(self, visit, case, form, files, _who):
        """I have paid: nothing follows about these invoices for some days. A second time a person looks first."""
        moves, today = self._moves(visit, case, form), visit.company._dunning_today()
        paid_on = self._day(form, today - timedelta(days=LONGEST_AGO), today)
        about = self._about(case, moves)
        before = self.env["dunning.page.act"].search_count(
            [("case_id", "=", case.id), ("kind", "=", "paid"), ("move_ids", "in", moves.ids)], limit=1
        )
        inside = self._inside(visit)
        said = inside._(
            "Says that %(numbers)s was paid on %(date)s.", numbers=about["numbers"], date=format_date(inside, paid_on)
        )
        vals = {**about, "date": paid_on}
        if not before:
            vals["hold_until"] = visit.company.sudo()._dunning_working_days_on(visit.company.sudo().dunning_paid_days)
            self._pause(visit, moves, said, vals["hold_until"])
        reply = self._at_the_desk(
            visit,
            "paid",
            inside._("Paid, says the debtor: %s", about["numbers"]),
            "\n\n".join(filter(None, [said, self._words(form, None)])),
            moves=moves,
            files=files,
            holds=bool(before),
        )
        if before:
            answer = self.env._(
                "Thank you. We were told before that this was paid and have not found it, so a colleague looks into it "
                "and lets you know. Nothing follows until then."
            )
        else:
            until = format_date(self.env, vals["hold_until"], date_format="EEEE d MMMM y")
            answer = self.env._(
                "Thank you. Until %s you hear nothing from us about it, so that your payment can come in. If it has "
                "not by then, we ask you once more.",
                until,
            )
        return {**vals, "reply_id": reply.id, "answer": answer}

    @api.model
    def _pause(self, visit, moves, reason, until):
        self.env["dunning.hold"].create(
            [
                {
                    "partner_id": visit.partner.id,
                    "move_id": move.id,
                    "company_id": visit.company.id,
                    "reason": reason,
                    "date_until": until,
                }
                for move in moves
            ]
        )

    @api.model
    def _do_promise(self, visit, case, form, files, who):
        """I will pay on a day: a promise within the limits of the firm, and else a proposal to a person."""
        moves, today = self._moves(visit, case, form), visit.company._dunning_today()
        day = self._day(form, today, self._last_day(visit))
        currency = self._one_currency(moves)
        vals = {**self._about(case, moves), "date": day, "currency_id": currency.id}
        kind = self._kind_of(visit)
        limit = today + timedelta(days=visit.company._dunning_promise_days_of(kind))
        often = self.env["dunning.promise"].search_count([("case_id", "=", case.id), ("move_ids", "in", moves.ids)])
        about = {"case_id": case.id, "move_ids": [Command.set(moves.ids)], "date": day, "made_on": today}
        asked = self._asked(self.env["dunning.promise"].new(about))
        vals["amount"] = asked.amount
        said = {
            "amount": written(self.env, asked.amount, currency),
            "date": format_date(self.env, day, date_format="EEEE d MMMM y"),
        }
        if day > limit or often >= visit.company.sudo().dunning_promises_max:
            answer = self.env._(
                "Thank you. You propose to pay %(amount)s on %(date)s. A colleague looks at it and lets you know; "
                "nothing follows until then.",
                **said,
            )
            return self._proposed(visit, moves, "promise", vals, form, files) | {"answer": answer}
        promise = self._made(
            lambda: self.env["dunning.promise"].create(
                {**about, "user_id": case._responsible().id, "note": self._noted(visit, form)}
            )
        )
        promise._agreed_on_page(who)
        answer = self.env._("Thank you. We agreed that you pay %(amount)s on %(date)s at the latest.", **said)
        reply = self._accepted(visit, "promise", promise, moves, form, files)
        return {**vals, "promise_id": promise.id, "reply_id": reply.id, "answer": answer}

    # -- what they share ----------------------------------------------------------------------------------------------

    @api.model
    def _day(self, form, first, last):
        """The day of a form, between these two. :raises FormError: none, or another one."""
        day = typed.day(form.get("date"))
        if not day:
            raise FormError(date=self.env._("Enter a day, for example %s.", format_date(self.env, last)))
        if not first <= day <= last:
            between = {"first": format_date(self.env, first), "last": format_date(self.env, last)}
            raise FormError(date=self.env._("Choose a day from %(first)s to %(last)s.", **between))
        return day

    @api.model
    def _last_day(self, visit):
        """The last day that may be named."""
        return visit.company._dunning_today() + timedelta(days=LONGEST_AHEAD)

    @api.model
    def _asked(self, agreement):
        """The agreement that he proposes, where anything is asked that can be agreed on: his own credits and payments
        under way may cover all of it."""
        if agreement.currency_id.compare_amounts(agreement.amount, 0) <= 0:
            raise FormError(form=self.env["dunning.page.act"]._nothing_open())
        return agreement

    @api.model
    def _parts_of(self, form):
        """Into how many instalments, and how often."""
        count, interval = typed.number(form.get("count")), form.get("interval") or "month"
        if not count or not 2 <= count <= MAX_INSTALMENTS:
            raise FormError(count=self.env._("Choose between 2 and %s instalments.", MAX_INSTALMENTS))
        if interval not in dict(self.env["dunning.payment.plan"]._fields["interval"].selection):
            raise FormError(interval=self.env._("Choose how often you want to pay."))
        return count, interval

    @api.model
    def _check_divides(self, plan):
        try:
            plan._divided()
        except UserError as error:
            raise FormError(count=str(error)) from error

    @api.model
    def _kind_of(self, visit):
        partner = visit.partner.commercial_partner_id.sudo().with_company(visit.company)  # sudo: what its rules go by
        return partner.dunning_debtor_kind or "unknown"

    @api.model
    def _made(self, make):
        """What is made, or the sentence of the house why it may not be."""
        try:
            with self.env.cr.savepoint():
                return make()
        except UserError as error:
            raise FormError(form=str(error)) from error

    @api.model
    def _agreed_plan(self, case, vals):
        plan = self.env["dunning.payment.plan"].create({**vals, "user_id": case._responsible().id})
        plan.action_make_instalments()
        plan.action_agree()
        return plan

    @api.model
    def _noted(self, visit, form):
        inside = self._inside(visit)
        return "\n".join(filter(None, [inside._("By the debtor, on his page."), self._words(form, None)]))

    @api.model
    def _proposed(self, visit, moves, reason, vals, form, files):
        """A proposal that waits for a person: values of the act."""
        inside = self._inside(visit)
        proposal = inside["dunning.page.act"].new({"kind": reason, **vals}).proposal
        reply = self._at_the_desk(
            visit,
            reason,
            inside._("Proposes: %s", proposal),
            "\n\n".join(filter(None, [proposal, self._words(form, None)])),
            moves=moves,
            files=files,
            holds=True,
        )
        return {**vals, "state": "waiting", "reply_id": reply.id}

    @api.model
    def _accepted(self, visit, reason, agreement, moves, form, files):
        """An agreement within the limits comes in at the desk as well, and holds nothing: it does so itself."""
        inside = self._inside(visit)
        what = agreement.with_env(inside).display_name
        return self._at_the_desk(
            visit,
            reason,
            inside._("Agreed on the page: %s", what),
            "\n\n".join(filter(None, [what, self._words(form, None)])),
            moves=moves,
            files=files,
            holds=False,
        )
