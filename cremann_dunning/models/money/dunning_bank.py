from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

FRESH_DAYS = 3  # working days that a bank may be behind before anybody is told
# A bank without a line for so long is not in use any more.
IN_USE = timedelta(days=365)
BOOKED = """
WITH asked AS (
    SELECT * FROM unnest(%(companies)s::int[], %(days)s::date[]) AS a (company_id, today)
), receipts AS ( -- that nobody booked
    SELECT s.journal_id, MIN(m.date) AS oldest
      FROM asked
      JOIN account_bank_statement_line s ON s.company_id = asked.company_id
      JOIN account_move m ON m.id = s.move_id AND m.state = 'posted'
     WHERE s.is_reconciled IS NOT TRUE AND s.amount > 0
       AND NOT EXISTS (SELECT FROM account_move x WHERE x.reversed_entry_id = m.id AND x.state = 'posted')
     GROUP BY 1
)
SELECT j.company_id, j.id, MAX(m.date), MAX(m.date) FILTER (WHERE r.oldest IS NULL OR m.date < r.oldest)
  FROM asked
  JOIN account_journal j ON j.company_id = asked.company_id AND j.type = 'bank' AND j.active
  JOIN account_move m ON m.journal_id = j.id AND m.state = 'posted' AND m.date >= asked.today - %(in_use)s
                     AND m.date <= asked.today
  JOIN account_bank_statement_line s ON s.move_id = m.id
  LEFT JOIN receipts r ON r.journal_id = j.id
 GROUP BY j.company_id, j.id
"""
# How many receipts nobody booked, per company.
UNBOOKED = """
SELECT s.company_id, COUNT(*)
  FROM account_bank_statement_line s
  JOIN account_move m ON m.id = s.move_id AND m.state = 'posted'
 WHERE s.company_id = ANY(%(companies)s) AND s.is_reconciled IS NOT TRUE AND s.amount > 0
   AND NOT EXISTS (SELECT FROM account_move x WHERE x.reversed_entry_id = m.id AND x.state = 'posted')
 GROUP BY 1
"""


class DunningBank(models.AbstractModel):
    """How far the banks of a company are booked, as far as they are in use."""

    _name = "dunning.bank"
    _description = "Banks in Use"

    @api.model
    def _in_use(self):
        """How long after its last line a bank counts as in use."""
        return IN_USE

    @api.model
    def _booked_until(self, companies):
        """Up to which day everything that came in is booked, on every bank in use: ``{company: date}``.

        A bank is in use when it had a line within a year, or when letters ask to pay into it. Each is booked up to its
        last line before the first receipt that nobody booked. Nothing is said of a company where no such day can be
        named for one of them: a letter never says a day that is too late.
        """
        companies = companies.sudo()  # sudo: one date, on a letter that anyone may print
        days = {company: company._dunning_today() for company in companies}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(BOOKED, companies=companies.ids, days=list(days.values()), in_use=IN_USE.days)
        )
        found, paid_into = {}, self._paid_into(companies).grouped("company_id")
        for company in companies:
            banks = {journal_id: booked for company_id, journal_id, _last, booked in rows if company_id == company.id}
            banks |= dict.fromkeys(set(paid_into[company].ids if company in paid_into else ()) - set(banks))
            if banks and all(banks.values()):
                found[company.sudo(False)] = min(banks.values())
        return found

    @api.model
    def _state(self, companies):
        """What was known of the receipts of these companies: ``{company id: {"booked_until", "unbooked"}}``.

        ``booked_until`` is the day of ``_booked_until``, None where none can be named; ``unbooked`` the number of
        receipts on bank statements that nobody booked.
        """
        booked = {company.id: day for company, day in self._booked_until(companies).items()}
        rows = self.env.execute_query(SQL(UNBOOKED, companies=companies.ids)) if companies else []
        unbooked = dict(rows)
        return {id_: {"booked_until": booked.get(id_), "unbooked": unbooked.get(id_, 0)} for id_ in companies.ids}

    @api.model
    def _tone(self, company, booked):
        """Whether that is up to date: good, warning, or danger where letters that go by themselves wait for it.

        :param booked: as ``_booked_until`` gives it; empty where no day can be named.
        """
        company = company.sudo()  # sudo: a setting and the place, for whoever sees that day
        today = company._dunning_today()
        if not booked:
            return "warning"
        if company.dunning_bank_max_days and (today - booked).days > company.dunning_bank_max_days:
            return "danger"
        fresh_until = booked
        for _day in range(FRESH_DAYS):
            fresh_until = company._dunning_working_day(fresh_until + timedelta(days=1))
        return "warning" if fresh_until < today else "good"

    @api.model
    def _paid_into(self, companies):
        """The bank journals of the accounts that letters of these companies ask to pay into, each of its company."""
        accounts = {company._dunning_bank_account().id: company for company in companies}
        # of all accounts at once; an account is of one company, since it is of its partner
        journals = self.env["res.partner.bank"].sudo().browse(filter(None, accounts)).journal_id
        return journals.filtered(
            lambda journal: journal.active and journal.company_id == accounts[journal.bank_account_id.id]
        )
