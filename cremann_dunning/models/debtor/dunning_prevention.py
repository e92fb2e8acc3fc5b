from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine import prevention
from ...engine.rules import LEGAL_FORCE, PRE_DUE

# How debtors behaved in the year before, one row for each of whom there is anything to say: one statement.
BEHAVIOUR = """
WITH late AS (
    SELECT partner_id, days_late FROM dunning_case WHERE company_id = %(company)s AND days_late IS NOT NULL
), broken AS (
    SELECT partner_id, COUNT(*) AS number FROM (
        SELECT partner_id FROM dunning_promise
         WHERE company_id = %(company)s AND state = 'broken' AND date >= %(since)s
         UNION ALL
        SELECT partner_id FROM dunning_payment_plan
         WHERE company_id = %(company)s AND state = 'broken' AND agreed_on >= %(since)s) b GROUP BY 1
), disputed AS (
    SELECT partner_id, COUNT(*) AS number FROM dunning_dispute
     WHERE company_id = %(company)s AND state = 'closed' AND outcome = 'rejected' AND opened_on >= %(since)s GROUP BY 1
), letters AS (
    SELECT p.commercial_partner_id AS partner_id, COUNT(*) AS number,
           COUNT(*) FILTER (WHERE l.legal_type = ANY(%(force)s)) AS notices
      FROM dunning_letter l JOIN res_partner p ON p.id = l.partner_id
     WHERE l.company_id = %(company)s AND l.state = 'sent' AND l.is_test IS NOT TRUE AND l.legal_type <> %(pre_due)s
       AND l.level_id IS NOT NULL -- answers and questions are no steps
       AND l.sent_on >= %(since)s GROUP BY 1
), insolvent AS (
    SELECT p.commercial_partner_id AS partner_id, BOOL_OR(i.is_running) AS running
      FROM dunning_insolvency i JOIN res_partner p ON p.id = i.partner_id
     WHERE i.company_id = %(company)s OR i.company_id IS NULL GROUP BY 1
), owed AS (
    SELECT p.commercial_partner_id AS partner_id, %(today)s - MIN(l.date_maturity) AS oldest
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN account_move m ON m.id = l.move_id AND m.move_type IN ('out_invoice', 'out_receipt')
      JOIN res_partner p ON p.id = l.partner_id
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND l.amount_residual > 0 AND l.date_maturity < %(today)s
       AND NOT EXISTS (SELECT FROM dunning_dispute d JOIN %(relation)s r ON r.%(own)s = d.id
                        WHERE r.%(move)s = m.id AND d.state = 'open')
     GROUP BY 1
), known AS (
    SELECT partner_id FROM late UNION SELECT partner_id FROM broken UNION SELECT partner_id FROM disputed
     UNION SELECT partner_id FROM letters UNION SELECT partner_id FROM insolvent UNION SELECT partner_id FROM owed
), billed AS (
    SELECT m.commercial_partner_id AS partner_id, SUM(m.amount_total_signed)::text AS amount
      FROM account_move m JOIN known ON known.partner_id = m.commercial_partner_id
     WHERE m.company_id = %(company)s AND m.state = 'posted' AND m.move_type IN ('out_invoice', 'out_refund')
       AND m.invoice_date >= %(since)s GROUP BY 1
)
SELECT k.partner_id, late.days_late, COALESCE(broken.number, 0), COALESCE(disputed.number, 0),
       COALESCE(letters.notices, 0), COALESCE(letters.number, 0), COALESCE(owed.oldest, 0),
       COALESCE(insolvent.running, FALSE), insolvent.partner_id IS NOT NULL, COALESCE(billed.amount, '0')
  FROM known k
  LEFT JOIN late USING (partner_id) LEFT JOIN broken USING (partner_id) LEFT JOIN disputed USING (partner_id)
  LEFT JOIN letters USING (partner_id) LEFT JOIN insolvent USING (partner_id) LEFT JOIN owed USING (partner_id)
  LEFT JOIN billed USING (partner_id)
 WHERE k.partner_id IS NOT NULL %(only)s
"""


class DunningPrevention(models.AbstractModel):
    """What to advise about new sales, from how debtors paid: asked in sets, once a day and when somebody looks."""

    _name = "dunning.prevention"
    _description = "Prevention"

    @api.model
    def _nightly(self, company):
        """Bring the advice of a company up to date, once a day."""
        today = company._dunning_today()
        if company.dunning_advised_on != today:
            company.dunning_advised_on = today
            self._bring(company)

    @api.model
    def _bring(self, company, partners=None):
        """Bring the advice about these debtors up to date; about all of the company when None.

        What a person decided stays; what nothing speaks for any more lapses.
        """
        behaviour = self._behaviour(company, partners)
        found = {
            (partner_id, advice.kind): advice
            for partner_id, own in behaviour.items()
            for advice in prevention.advise(own)
        }
        self.env["dunning.advice"].sudo()._keep(company, found, partners)  # sudo: the system's to write

    @api.model
    def _behaviour(self, company, partners=None):
        """How debtors behaved in the year before: ``{partner id: engine.prevention.Behaviour}``."""
        self.env.flush_all()
        today = company._dunning_today()
        only = SQL() if partners is None else SQL("AND k.partner_id = ANY(%s)", partners.ids)
        about = {"company": company.id, "today": today, "since": today - timedelta(days=365), "only": only}
        kinds = {"force": list(LEGAL_FORCE), "pre_due": PRE_DUE}
        named = self.env["dunning.dispute"]._relation("move_ids", "own", "move")
        rows = self.env.execute_query(SQL(BEHAVIOUR, **about, **kinds, **named))
        debtors = self.env["res.partner"].browse(row[0] for row in rows)
        terms, with_care = self._terms(company, debtors), self.env["dunning.care"]._pairs(company, debtors)
        return {
            id_: prevention.Behaviour(
                days_late, broken, disputes, notices, letters, oldest, insolvent, known and not insolvent,
                max(Decimal(billed), Decimal(0)), terms.get(id_), (company.id, id_) in with_care,
            )
            for id_, days_late, broken, disputes, notices, letters, oldest, insolvent, known, billed in rows
        }  # fmt: skip

    @api.model
    def _terms(self, company, debtors):
        """How many days these debtors have to pay by the terms on their contact; those of whom it is known."""
        # sudo: the terms of a contact, whoever looks
        terms = {debtor.id: debtor.property_payment_term_id for debtor in debtors.with_company(company).sudo()}
        days = {term: max(term.line_ids.mapped("nb_days"), default=0) for term in set(terms.values()) if term}
        return {id_: days[term] for id_, term in terms.items() if term}

    @api.model
    def _shorter_term(self, company):
        """The terms that are advised: the longest that gives no more than a short time, and all at once."""
        # sudo: the terms of the company, whoever looks
        terms = self.env["account.payment.term"].sudo().search([("company_id", "in", (False, company.id))])
        simple = terms.filtered(
            lambda term: (
                len(term.line_ids) == 1
                and term.line_ids.value == "percent"
                and term.line_ids.delay_type == "days_after"
                and term.line_ids.nb_days <= prevention.SHORT_TERM
            )
        )
        return simple.sorted(lambda term: (-term.line_ids.nb_days, term.id))[:1]
