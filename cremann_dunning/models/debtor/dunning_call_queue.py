from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .dunning_cause_mixin import NOT_SPOKEN

# How long somebody who has a debtor before him in call mode is taken to be still there.
BUSY = timedelta(minutes=30)


class DunningCallQueue(models.AbstractModel):
    """Whom to call: whose call is due and in which order, how often it was tried, and who else is at it."""

    _name = "dunning.call.queue"
    _description = "Debtors to call"

    @api.model
    def _all(self):
        """The cases of the reader's companies that are to be called today, in order.

        A call is due by the procedure, or somebody said that he would call again today. One that nobody answered comes
        back on its day and not before.
        """
        calls, cases = self.env["dunning.call"], self.env["dunning.case"]
        due = {case_id for company in self.env.companies for case_id in calls._due(company, None)}
        again = self.env["mail.activity"].search(
            [("res_model", "=", cases._name), ("activity_type_id", "=", self._again_type().id)]
        )
        wanted = due | set(again.mapped("res_id"))
        found = cases.search([("id", "in", sorted(wanted)), ("company_id", "in", self.env.companies.ids)])
        return self._in_order(found.filtered(lambda case: self._is_today(case, case.id in due)))

    @api.model
    def _is_today(self, case, is_due):
        """Whether a case is to be called today, by its activities to call."""
        types = self._again_type() | self.env["dunning.call"]._activity_type()
        days = case.activity_ids.filtered(lambda activity: activity.activity_type_id in types).mapped("date_deadline")
        today = case.company_id._dunning_today()
        return min(days) <= today if days else is_due

    @api.model
    def _in_order(self, cases):
        """The reader's own debtors first, the largest amount first."""
        mine = self.env.uid
        usual = {company: company.dunning_responsible_id.id for company in cases.company_id}
        return cases.sorted(
            lambda case: ((case.user_id.id or usual.get(case.company_id)) != mine, -case.amount_overdue, case.id)
        )

    @api.model
    def _again_type(self):
        """The type of an activity to call again where no call of a procedure is due."""
        found = self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False)
        return found or self.env["mail.activity.type"]

    @api.model
    def _working_day(self, company, days):
        """So many days from today where the company is, and from there the first working day."""
        return company._dunning_working_day(company._dunning_today() + timedelta(days=days))

    @api.model
    def _tries(self, case):
        """How often nobody was reached since the last time that somebody spoke with the debtor."""
        contacts, own = self.env["dunning.contact"], Domain("case_id", "=", case.id)
        spoken = contacts.search(own & Domain("outcome", "not in", NOT_SPOKEN), limit=1)
        since = Domain("date", ">", spoken.date) if spoken else Domain.TRUE
        return contacts.search_count(own & Domain("outcome", "=", "not_reached") & since)

    @api.model
    def _by_others(self, case):
        """The contacts with a debtor that others noted today."""
        today = case.company_id._dunning_today()
        domain = [("case_id", "=", case.id), ("user_id", "!=", self.env.uid), ("counted_on", "=", today)]
        return self.env["dunning.contact"].search(domain)

    @api.model
    def _busy(self, case):
        """Who else has this debtor before him in call mode."""
        # sudo: who it is and nothing else, of windows that are their makers' own
        windows = self.env["dunning.call.wizard"].sudo()
        since = fields.Datetime.now() - BUSY
        domain = [("case_id", "=", case.id), ("create_uid", "!=", self.env.uid), ("shown_at", ">", since)]
        return windows.search(domain).create_uid.with_env(self.env)

    @api.model
    def _spoken_with(self, case):
        """What was to be called again by today is done."""
        today, again = case.company_id._dunning_today(), self._again_type()
        case.activity_ids.filtered(
            lambda activity: activity.activity_type_id == again and activity.date_deadline <= today
        ).action_feedback()

    @api.model
    def _call_again(self, case, note):
        """Let a debtor come back in the list on the next working day.

        :return: that day.
        """
        day = self._working_day(case.company_id, 1)
        ours = self.env["dunning.call"]._activity_type()
        # sudo: the activity of the call may be somebody else's, who has it when the debtor is called again
        open_ones = case.sudo().activity_ids
        due = open_ones.filtered(lambda activity: activity.activity_type_id == ours)
        again = due or open_ones.filtered(lambda activity: activity.activity_type_id == self._again_type())
        if again:
            again.date_deadline = day
        else:
            user = case._responsible() or self.env.user
            case.activity_schedule("mail.mail_activity_data_call", day, note=note, user_id=user.id)
        self.env["dunning.desk"]._call_again(case, day)
        return day
