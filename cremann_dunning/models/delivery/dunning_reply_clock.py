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
        now = fields.Datetime.now()
        late = self.search(
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "open")
            & Domain("due_at", "<", now)
            & (Domain("late_told_on", "=", False) | Domain("manager_told_on", "=", False)),
            order="due_at, id",
        )
        if not late:
            return
        terms = self.env["dunning.desk.term"]._in_force(company)
        longer = late.filtered(lambda reply: reply._manager_hears(terms, now))
        self.env["dunning.clock"]._tell(company, late, longer, ALARM)

    def _manager_hears(self, terms, now):
        term = terms.get(self.reason)
        return self.due_at + timedelta(days=term.manager_days if term else DEFAULT_MANAGER_DAYS) < now

    def _clock_owner(self, manager):
        return self.user_id or manager

    def _clock_note(self):
        """That it is late, in the language of the record."""
        return self.env._(
            "%(debtor)s was to have an answer by %(date)s (%(reason)s). It is with %(who)s.",
            debtor=self.partner_id.name or self.env._("A message that nobody could place"),
            date=format_date(self.env, fields.Datetime.context_timestamp(self, self.due_at).date()),
            reason=dict(self._fields["reason"]._description_selection(self.env))[self.reason],
            who=self.user_id.name or self.env._("nobody"),
        )
