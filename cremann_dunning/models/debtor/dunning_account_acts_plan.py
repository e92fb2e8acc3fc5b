from odoo import Command, api, models
from odoo.tools import format_date

from ..dunning_money import written
from .dunning_account_acts import FormError


class LookFirst(FormError):
    """Nothing is done yet: the debtor sees what he asks for, and then asks for it. ``look``: see ``_plan_look``."""

    def __init__(self, look):
        super().__init__()
        self.look = look


class DunningAccountActs(models.AbstractModel):
    """In instalments: the debtor sees what he would pay and when, and proposes exactly that."""

    _inherit = "dunning.account.acts"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _do_plan(self, visit, case, form, files, who):
        """In instalments: a plan within the limits for his kind of debtor, and else a proposal to a person.

        :raises LookFirst: he has not seen the instalments as they are at this moment.
        """
        moves = self._moves(visit, case, form)
        about = self._plan_asked_for(visit, case, moves, form)
        plan = self._asked(self.env["dunning.payment.plan"].new({**about, "agreed_on": visit.company._dunning_today()}))
        self._check_divides(plan)
        look = self._plan_look(visit, plan)
        if form.get("again") or form.get("seen") != look["seen"]:
            raise LookFirst(look | {"changed": bool(form.get("seen")) and not form.get("again")})
        vals = {
            **self._about(case, moves),
            "date": about["first_date"],
            "currency_id": plan.currency_id.id,
            "amount": plan.amount,
            "instalment_count": about["instalment_count"],
            "interval": about["interval"],
        }
        said = {"amount": look["amount"], "count": about["instalment_count"]}
        if not look["at_once"]:
            answer = self.env._(
                "Thank you. You propose to pay %(amount)s in %(count)s instalments. A colleague looks at it and lets "
                "you know; nothing follows until then.",
                **said,
            )
            return self._proposed(visit, moves, "plan", vals, form, files) | {"answer": answer}
        made = self._made(lambda: self._agreed_plan(case, {**about, "note": self._noted(visit, form)}))
        made._agreed_on_page(who)
        answer = self.env._(
            "Thank you. We agreed that you pay %(amount)s in %(count)s instalments. You find them below.",
            **said,
        )
        reply = self._accepted(visit, "plan", made, moves, form, files)
        return {**vals, "plan_id": made.id, "reply_id": reply.id, "answer": answer}

    @api.model
    def _plan_asked_for(self, visit, case, moves, form):
        """Values of the plan that a form asks for. :raises FormError: there is none like it."""
        first = self._day(form, visit.company._dunning_today(), self._last_day(visit))
        count, interval = self._parts_of(form)
        self._one_currency(moves)
        return {
            "case_id": case.id,
            "move_ids": [Command.set(moves.ids)],
            "division": "number",
            "instalment_count": count,
            "interval": interval,
            "first_date": first,
        }

    @api.model
    def _plan_look(self, visit, plan):
        """What the debtor would agree to, in his language, and by what it is known that he has seen it.

        ``at_once``: it lies within what the firm lets him choose. ``seen`` is of all that he sees, so that what has
        changed since is shown once more.
        """
        days, today = [plan._day(number) for number in range(plan.instalment_count)], visit.company._dunning_today()
        parts = plan._divided()
        limit = self.env["dunning.plan.limit"]._of(visit.company, self._kind_of(visit))
        at_once = limit._allows(plan.currency_id, plan.amount, days, today)

        def money(amount):
            return written(self.env, float(amount), plan.currency_id)

        look = {
            "instalments": [
                (number, format_date(self.env, day, date_format="EEEE d MMMM y"), money(amount))
                for number, (day, amount) in enumerate(zip(days, parts, strict=True), 1)
            ],
            "amount": money(plan.amount),
            "principal": money(plan.asked_principal),
            "interest": plan.asked_interest and money(plan.asked_interest),
            "costs": plan.asked_costs and money(plan.asked_costs),
            "coming": plan.coming_amount and money(plan.coming_amount),
            "missed": plan._missed_words(),
            "at_once": at_once,
        }
        shown = (
            sorted(plan.move_ids._origin.ids),
            [(str(day), str(part)) for day, part in zip(days, parts, strict=True)],
        )
        seen = (*shown, plan.asked_interest, plan.asked_costs, plan.coming_amount, at_once)
        return look | {"seen": self._sign(visit, "plan", seen)}
