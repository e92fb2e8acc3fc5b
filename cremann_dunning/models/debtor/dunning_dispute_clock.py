from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from .dunning_dispute_term import DEFAULT_DAYS, DEFAULT_MANAGER_DAYS

MANAGER = "cremann_dunning.group_dunning_manager"
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
        first = late.filtered(lambda dispute: not dispute.late_told_on)
        longer = late.filtered(
            lambda dispute: (
                not dispute.manager_told_on
                and dispute.deadline + timedelta(days=table.get(dispute.reason, standard)[1]) < today
            )
        )
        manager = self._manager(company) if longer else None
        alarms = [(dispute, dispute._handler()) for dispute in first]
        # who was told already as the one who handles it is not told twice
        alarms += [(dispute, manager) for dispute in longer if dispute._handler() != manager]
        self._alarm([(dispute, user) for dispute, user in alarms if user], today)
        first.sudo().write({"late_told_on": today})  # sudo: the system's to note
        longer.sudo().write({"manager_told_on": today})  # sudo: as above

    def _handler(self):
        """Who hears of it: whoever handles it, or who works on the debtor when he is gone or has no right here."""
        self.ensure_one()
        # sudo: whether a colleague works here
        for user in (self.user_id | self.case_id.user_id | self.company_id.sudo().dunning_responsible_id).sudo():
            if user.active and self.company_id in user.company_ids:
                return user.with_env(self.env)
        return self._manager(self.company_id)

    @api.model
    def _manager(self, company):
        """The responsible of a company where he is a manager, else the first manager who works there."""
        # sudo: who is a manager, whoever the job runs as
        group = self.env.ref(MANAGER).sudo()
        managers = group.all_user_ids.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )
        managers = managers.filtered(lambda user: user.id != self.env.ref("base.user_root").id).sorted("id")
        responsible = company.sudo().dunning_responsible_id
        return (responsible & managers) or managers[:1]

    @api.model
    def _alarm(self, alarms, today):
        """One activity for each. :param alarms: ``[(dispute, user)]``."""
        kind, model_id = self.env.ref(ALARM), self.env["ir.model"]._get_id(self._name)
        vals_list = []
        for dispute, user in alarms:
            told = dispute.with_context(lang=user.lang or self.env.lang)
            vals_list.append(
                {
                    "res_model_id": model_id,
                    "res_id": dispute.id,
                    "activity_type_id": kind.id,
                    "user_id": user.id,
                    "automated": True,
                    "date_deadline": today,
                    "summary": told.env._("The debtor waits for an answer"),
                    "note": told.env._(
                        "%(debtor)s was to have an answer by %(date)s about %(what)s (%(reason)s). It is handled by "
                        "%(who)s.",
                        debtor=dispute.partner_id.name or "",
                        date=format_date(told.env, dispute.deadline),
                        what=told._of_invoices(),
                        reason=told._reasons()[dispute.reason],
                        who=dispute.user_id.name or told.env._("nobody"),
                    ),
                }
            )
        # sudo: the system gives work to whoever handles it
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(vals_list)
