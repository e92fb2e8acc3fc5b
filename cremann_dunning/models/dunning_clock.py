from odoo import api, models

MANAGER = "cremann_dunning.group_dunning_manager"


class DunningClock(models.AbstractModel):
    """Tells that an answer is late: whoever has it, and later a manager, each once.

    What has such a clock keeps ``late_told_on`` and ``manager_told_on``, and says by ``_clock_owner`` who has it and by
    ``_clock_note`` what is late.
    """

    _name = "dunning.clock"
    _description = "Clock of what debtors wait for"

    @api.model
    def _tell(self, company, late, longer, alarm):
        """Make an activity for each that is late, in sets, and note that it was told.

        :param late: records of one model whose day to answer is over. :param longer: those of them of which a manager
            hears. :param alarm: external id of the type of activity.
        """
        first = late.filtered(lambda record: not record.late_told_on)
        longer = longer.filtered(lambda record: not record.manager_told_on)
        manager, today = self._manager(company), company._dunning_today()
        alarms = [(record, record._clock_owner(manager)) for record in first]
        # who was told already as the one who has it is not told twice
        alarms += [(record, manager) for record in longer if record._clock_owner(manager) != manager]
        kind, model_id, vals_list = self.env.ref(alarm), self.env["ir.model"]._get_id(late._name), []
        for record, user in alarms:
            if not user:
                continue
            told = record.with_context(lang=user.lang or self.env.lang)
            vals_list.append(
                {
                    "res_model_id": model_id,
                    "res_id": record.id,
                    "activity_type_id": kind.id,
                    "user_id": user.id,
                    "automated": True,
                    "date_deadline": today,
                    "summary": told.env._("The debtor waits for an answer"),
                    "note": told._clock_note(),
                }
            )
        # sudo: the system gives work to whoever has it
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(vals_list)
        first.sudo().write({"late_told_on": today})  # sudo: the system's to note
        longer.sudo().write({"manager_told_on": today})  # sudo: as above

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
