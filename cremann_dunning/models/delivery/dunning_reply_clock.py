from datetime import datetime, time, timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from .dunning_desk_term import DEFAULT_DAYS, DEFAULT_MANAGER_DAYS
from .dunning_reply import ALARM


class DunningReply(models.Model):
    """Whose it is, by when it is answered, and who hears that it was not."""

    _inherit = "dunning.reply"  # pylint: disable=consider-merging-classes-inherited

    is_late = fields.Boolean(string="Late", compute="_compute_is_late", search="_search_is_late")
    late_told_on = fields.Date(string="Told that it is late", readonly=True, copy=False)
    manager_told_on = fields.Date(string="Manager told on", readonly=True, copy=False)

    @api.depends("reason", "received_on", "company_id")
    def _compute_due_at(self):
        terms = {company: self.env["dunning.desk.term"]._in_force(company) for company in self.company_id}
        for reply in self:
            company, day = reply.company_id, reply.received_on
            if not company or not day:
                reply.due_at = False
                continue
            term = terms[company].get(reply.reason)
            for _day in range(term.days if term else DEFAULT_DAYS):
                day = company._dunning_working_day(day + timedelta(days=1))
            ends = datetime.combine(day, time(23, 59, 59), company._dunning_zone())
            reply.due_at = ends.astimezone(timezone.utc).replace(tzinfo=None)

    @api.depends("state", "due_at")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for reply in self:
            reply.is_late = bool(reply.state == "open" and reply.due_at and reply.due_at < now)

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("state", "=", "open") & Domain("due_at", "<", fields.Datetime.now())
        return Domain.OR(late if wanted else ~late for wanted in value)

    def _give_owners(self):
        """Whoever gets what is about this, works on the debtor or is responsible, where nobody has it yet; in sets."""
        for company, replies in self.filtered(lambda reply: not reply.user_id).grouped("company_id").items():
            terms = self.env["dunning.desk.term"]._in_force(company)
            for reply in replies:
                term = terms.get(reply.reason)
                wanted = [term.user_id] if term else []
                wanted += [reply.case_id.user_id, company.sudo().dunning_responsible_id]  # sudo: who it is
                owner = next((user for user in wanted if user and self._works_here(user, company)), False)
                reply.sudo().user_id = owner and owner.id  # sudo: the system gives it to him

    @api.model
    def _works_here(self, user, company):
        user = user.sudo()  # sudo: whether a colleague works here
        return user.active and company in user.company_ids

    def write(self, vals):
        """About something else or of another day: a clock that begins anew."""
        result = super().write(vals)
        if "reason" in vals:
            told = self.filtered(lambda reply: reply.late_told_on or reply.manager_told_on)
            # sudo: the system's to note
            super(DunningReply, told.sudo()).write({"late_told_on": False, "manager_told_on": False})
            told.activity_unlink([ALARM])
        return result

    @api.model
    def _tell_late(self, company):
        """Tell once of what should have been answered: whoever has it, and later a manager; in sets."""
        now, today = fields.Datetime.now(), company._dunning_today()
        late = self.search(
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "open")
            & Domain("due_at", "<", now)
            & (Domain("late_told_on", "=", False) | Domain("manager_told_on", "=", False)),
            order="due_at, id",
        )
        if not late:
            return
        first = late.filtered(lambda reply: not reply.late_told_on)
        terms = self.env["dunning.desk.term"]._in_force(company)
        longer = late.filtered(lambda reply: not reply.manager_told_on and reply._manager_hears(terms, now))
        manager = self.env["dunning.dispute"]._manager(company)
        alarms = [(reply, reply.user_id or manager) for reply in first]
        # who was told already as the one who has it is not told twice
        alarms += [(reply, manager) for reply in longer if (reply.user_id or manager) != manager]
        self._alarm([(reply, user) for reply, user in alarms if user], today)
        first.sudo().write({"late_told_on": today})  # sudo: the system's to note
        longer.sudo().write({"manager_told_on": today})  # sudo: as above

    def _manager_hears(self, terms, now):
        term = terms.get(self.reason)
        return self.due_at + timedelta(days=term.manager_days if term else DEFAULT_MANAGER_DAYS) < now

    @api.model
    def _alarm(self, alarms, today):
        """One activity for each. :param alarms: ``[(reply, user)]``."""
        kind, model_id = self.env.ref(ALARM), self.env["ir.model"]._get_id(self._name)
        vals_list = []
        for reply, user in alarms:
            told = reply.with_context(lang=user.lang or self.env.lang)
            reasons = dict(told._fields["reason"]._description_selection(told.env))
            vals_list.append(
                {
                    "res_model_id": model_id,
                    "res_id": reply.id,
                    "activity_type_id": kind.id,
                    "user_id": user.id,
                    "automated": True,
                    "date_deadline": today,
                    "summary": told.env._("The debtor waits for an answer"),
                    "note": told.env._(
                        "%(debtor)s was to have an answer by %(date)s (%(reason)s). It is with %(who)s.",
                        debtor=reply.partner_id.name or told.env._("A message that nobody could place"),
                        date=format_date(told.env, fields.Datetime.context_timestamp(told, reply.due_at).date()),
                        reason=reasons[reply.reason],
                        who=reply.user_id.name or told.env._("nobody"),
                    ),
                }
            )
        # sudo: the system gives work to whoever has it
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(vals_list)
