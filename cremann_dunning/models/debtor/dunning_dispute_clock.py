from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from .dunning_dispute_term import DEFAULT_DAYS, DEFAULT_MANAGER_DAYS

ALARM = "cremann_dunning.mail_activity_type_dispute_late"


class DunningDispute(models.Model):
    """The clock of a dispute: by when it is answered, and who hears that it was not."""

    _inherit = "dunning.dispute"  # pylint: disable=consider-merging-classes-inherited

    late_told_on = fields.Date(
        string="Told that it is late", readonly=True, copy=False, help="Whoever handles it was told on this day, once."
    )
    manager_told_on = fields.Date(string="Manager told on", readonly=True, copy=False)

    @api.depends("reason", "opened_on", "company_id")
    def _compute_deadline(self):
        for company, disputes in self.grouped(lambda dispute: dispute.company_id or self.env.company).items():
            table = self.env["dunning.dispute.term"]._in_force(company)
            for dispute in disputes:
                days, _more = table.get(dispute.reason, (DEFAULT_DAYS, DEFAULT_MANAGER_DAYS))
                dispute.deadline = (dispute.opened_on or company._dunning_today()) + timedelta(days=days)

    def write(self, vals):
        """Another day to answer, or a dispute that was opened again, is a clock that begins anew."""
        result = super().write(vals)
        if {"deadline", "state"} & vals.keys():
            told = self.filtered(lambda dispute: dispute.late_told_on or dispute.manager_told_on)
            # sudo: the system's to note
            super(DunningDispute, told.sudo()).write({"late_told_on": False, "manager_told_on": False})
            told.activity_unlink([ALARM])
        return result

    @api.model
    def _tell_late(self, company):
        """Tell once of disputes whose day to answer is over: whoever handles each, and later a manager; in sets."""
        today = company._dunning_today()
        late = self.search(
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "open")
            & Domain("deadline", "<", today)
            & (Domain("late_told_on", "=", False) | Domain("manager_told_on", "=", False)),
            order="deadline, id",
        )
        if not late:
            return
        table = self.env["dunning.dispute.term"]._in_force(company)
        standard = (DEFAULT_DAYS, DEFAULT_MANAGER_DAYS)
        longer = late.filtered(
            lambda dispute: dispute.deadline + timedelta(days=table.get(dispute.reason, standard)[1]) < today
        )
        self.env["dunning.clock"]._tell(company, late, longer, ALARM)

    def _handler(self):
        """Who hears of it: whoever handles it, or who works on the debtor when he is gone or has no right here."""
        self.ensure_one()
        # sudo: whether a colleague works here
        for user in (self.user_id | self.case_id.user_id | self.company_id.sudo().dunning_responsible_id).sudo():
            if user.active and self.company_id in user.company_ids:
                return user.with_env(self.env)
        return self.env["dunning.clock"]._manager(self.company_id)

    def _clock_owner(self, _manager):
        return self._handler()

    def _clock_note(self):
        """That it is late, in the language of the record."""
        return self.env._(
            "%(debtor)s was to have an answer by %(date)s about %(what)s (%(reason)s). It is handled by %(who)s.",
            debtor=self.partner_id.name or "",
            date=format_date(self.env, self.deadline),
            what=self._of_invoices(),
            reason=self._reasons()[self.reason],
            who=self.user_id.name or self.env._("nobody"),
        )
