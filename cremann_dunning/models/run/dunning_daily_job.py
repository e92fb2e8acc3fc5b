import logging

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .dunning_progress import progress

_logger = logging.getLogger(__name__)


class DunningDailyJob(models.AbstractModel):
    """Follows up in every company that wants it, each once a day."""

    _name = "dunning.daily.job"
    _description = "Daily job"

    @api.model
    def _work(self):
        """Settle what people agreed, let every company have its run: propose and confirm the levels that are automatic.

        Called every hour; a company has its turn once a day, at its hour or at the first chance after it. Promises and
        payment plans are settled first, in every company: whether they hold decides what goes out.
        """
        self.env["dunning.case"]._settle_agreements()
        for (company,) in self.env["dunning.case"]._read_group([], ["company_id"]):
            self.env["dunning.payer"]._rate(company)
        companies = self.env["res.company"].search([("dunning_automatic", "=", True), ("dunning_mode", "!=", "off")])
        companies = companies.filtered(lambda company: company._dunning_now().hour >= company.dunning_send_hour)
        progress(self.env, remaining=len(companies))
        for company in companies:
            self.with_company(company).with_context(dunning_daily_job=True)._run_company(company)
            self.env["dunning.forewarning"].with_company(company)._tell(company)
            if not progress(self.env, 1):
                return
        for (company,) in self.env["dunning.case"]._read_group([], ["company_id"]):
            self.env["dunning.limitation"].with_company(company)._watch(company)
            progress(self.env)

    @api.model
    def _run_company(self, company):
        """One automatic run for one company; an error in one company leaves the others alone.

        A run that ran out of time is finished first: its drafts would otherwise keep their invoices waiting.
        """
        runs, confirmation = self.env["dunning.run"], self.env["dunning.confirmation"]
        rates = self.env["dunning.stale.rates"]
        unfinished = [("company_id", "=", company.id), ("automatic", "=", True), ("state", "=", "proposed")]
        for run in runs.search(unfinished, order="id"):
            confirmation._issue(run)
            rates._note(run)
        today = [("company_id", "=", company.id), ("automatic", "=", True), ("date", "=", company._dunning_today())]
        if runs.search_count(today, limit=1):
            return
        try:
            with self.env.cr.savepoint():
                run = runs.create({"company_id": company.id, "date": company._dunning_today(), "automatic": True})
                self.env["dunning.proposal"]._make(run)
        except (UserError, AccessError) as error:
            _logger.error("Dunning run of company %s failed: %s", company.id, error)
            return
        progress(self.env)
        confirmation._issue(run)
        rates._note(run)
