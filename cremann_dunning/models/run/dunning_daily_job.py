import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..dunning_inside import Inside
from .dunning_progress import may_commit, progress

_logger = logging.getLogger(__name__)

TROUBLE = "mail.mail_activity_data_warning"


class DunningDailyJob(models.AbstractModel):
    """Follows up in every company that wants it, each once a day.

    Every company has its turn, each part of it in transactions of its own: what goes wrong in one is undone and told to
    whoever is responsible there, once, and all the others go on. The cron itself does not fail by it, since Odoo would
    switch it off in the end, for all companies.
    """

    _name = "dunning.daily.job"
    _description = "Daily job"

    @api.model
    def _work(self):
        """Give every company its turn. Called every hour, and by Odoo at once again while letters are left.

        Odoo is told how much that is: the letters of the company whose turn it is, and the companies behind it.
        """
        companies = self._whose_turn()
        behind = len(companies)
        progress(self.env, remaining=behind)
        for company in companies:
            behind -= 1
            job = self.sudo().with_company(company).with_context(lang=company._dunning_lang())
            job = job.with_context(dunning_daily_job=Inside(), dunning_job_behind=Inside(behind))
            if not job._turn(company):
                return
            if not progress(self.env, 1, remaining=behind):
                return

    @api.model
    def _whose_turn(self):
        """Every company that had no whole turn yet in this round of calls, who waits longest first.

        However many companies there are, and however little time: none is passed over for ever. Odoo's day of the last
        whole call stays the same for all calls of a round, so it names the round.
        """
        # sudo: whoever the cron runs as, it works for every company
        companies = self.sudo().env["res.company"].search(Domain.TRUE, order="dunning_job_at ASC NULLS FIRST, id")
        if "cron_end_time" not in self.env.context:
            return companies
        return companies.filtered(lambda company: company.dunning_job_round != self._round())

    @api.model
    def _round(self):
        return str(self.env.context.get("lastcall"))

    @api.model
    def _turn(self, company):
        """Everything for one company, in this order: what people agreed decides what goes out.

        :return: False when its time was over before all its letters were issued.
        """
        errors, finished = [], True
        for part in (self._move, self._settle, self._run_company, self._tell, self._watch):
            error, answer = self._apart(company, part)
            errors += [error] if error else []
            finished = finished and answer is not False
        errors += self._not_set_up(company)
        self._note_errors(company, errors)
        company.dunning_job_at = fields.Datetime.now()
        if finished:
            company.dunning_job_round = self._round()
        return finished

    @api.model
    def _apart(self, company, part):
        """Do one part of a turn: ``(what went wrong or an empty text, what the part answers)``.

        What the part has committed stays. Where two transactions met, the next call tries again, and nobody is told.
        """
        try:
            if not may_commit():
                with self.env.cr.savepoint():
                    return "", part(company)
            answer = part(company)
            progress(self.env)
            return "", answer
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            self._roll_back()
            _logger.info("Dunning job of company %s: %s", company.id, error)
            return "", None
        except Exception as error:  # whatever it is, the other companies go on
            self._roll_back()
            _logger.exception("Dunning job of company %s failed", company.id)
            return str(error) or type(error).__name__, None

    @api.model
    def _roll_back(self):
        if may_commit():  # under test the savepoint has done it
            self.env.cr.rollback()
        self.env.invalidate_all(flush=False)

    # -- the parts of a turn --------------------------------------------------------------------------------------

    @api.model
    def _move(self, company):
        """Debtors that became one, or one of their own, by what did not tell us."""
        self.env["dunning.moving"]._follow(company)

    @api.model
    def _settle(self, company):
        """Which promises and plans were kept, who said that he had paid and has not, and how late debtors pay: all of
        it decides what goes out."""
        self.env["dunning.case"]._settle_agreements(company)
        self.env["dunning.page.asking"]._ask_again(company)
        self.env["dunning.hold"]._tell_over(company)
        self.env["dunning.dispute"]._tell_late(company)
        self.env["dunning.reply"]._tell_late(company)
        self.env["dunning.payer"]._rate(company)

    @api.model
    def _run_company(self, company):
        """The automatic run of the day, at the company's hour or at the first chance after it: propose and confirm.

        A run that ran out of time is finished first: its drafts would otherwise keep their invoices waiting.

        :return: False when time was over before all was issued.
        """
        if not self._is_due(company):
            return None
        runs = self.env["dunning.run"].sudo()  # the system's own, whoever the job runs as
        unfinished = [("company_id", "=", company.id), ("automatic", "=", True), ("state", "=", "proposed")]
        for run in runs.search(unfinished, order="id"):
            if not self._confirm(run):
                return False
        today = [("company_id", "=", company.id), ("automatic", "=", True), ("date", "=", company._dunning_today())]
        if runs.search_count(today, limit=1):
            return None
        run = runs.create({"company_id": company.id, "date": company._dunning_today(), "automatic": True})
        self.env["dunning.proposal"]._make(run)
        progress(self.env)
        return self._confirm(run)

    @api.model
    def _is_due(self, company):
        """Whether letters go out here by themselves, and the hour for it has come."""
        works = company.dunning_automatic and company._dunning_mode() != "off" and company.dunning_set_up_on
        return works and company._dunning_now().hour >= company.dunning_send_hour

    @api.model
    def _not_set_up(self, company):
        """Why nothing goes by itself where that was asked for, and nobody went through the first run."""
        waits = company.dunning_automatic and company.dunning_mode != "off"
        return [company._dunning_why_not_set_up()] if waits and not company.dunning_set_up_on else []

    @api.model
    def _confirm(self, run):
        in_time = self.env["dunning.confirmation"]._issue(run)
        self.env["dunning.stale.rates"]._note(run)
        return in_time

    @api.model
    def _tell(self, company):
        """What people have to know: letters of tomorrow, and runs that somebody began and left."""
        if self._is_due(company):
            self.env["dunning.forewarning"]._tell(company)
            self.env["dunning.run"]._remind_of_drafts(company)

    @api.model
    def _watch(self, company):
        """Which claims come near their limitation, where there are any, what came in after one was written off, and
        what to advise about new sales."""
        self.env["dunning.late.receipt"]._watch(company)
        if self.env["dunning.case"].search_count([("company_id", "=", company.id)], limit=1):
            self.env["dunning.limitation"]._watch(company)
            self.env["dunning.prevention"]._nightly(company)

    # -- what went wrong ------------------------------------------------------------------------------------------

    @api.model
    def _note_errors(self, company, errors):
        """Keep what went wrong with the company and tell the responsible, once; both go when all went well again."""
        text = "\n".join(errors)
        try:
            if text != (company.dunning_job_error or ""):
                with self.env.cr.savepoint():
                    self._tell_of_errors(company, text)
        except Exception:  # nor does telling stop anybody
            self._roll_back()
            _logger.exception("Dunning job of company %s: its error was not told", company.id)

    @api.model
    def _tell_of_errors(self, company, text):
        keeper, partner = company.dunning_responsible_id, company.partner_id
        company.dunning_job_error = text or False
        partner.activity_unlink([TROUBLE])
        if not text or not keeper:
            return
        env = self.with_context(lang=keeper.lang, tz=keeper.tz).env
        advice = env._(
            "The daily job could not do its work for %s. Mend the cause; it tries again every hour, and this task goes "
            "away once it succeeds.",
            company.name,
        )
        partner.activity_schedule(
            TROUBLE,
            summary=env._("Follow-up stands still"),
            note=Markup("<p>%s</p><p>%s</p>") % (advice, text),
            user_id=keeper.id,
        )
