from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.reasons import FOR_SOMEBODY
from .. import dunning_bulk
from ..claim.dunning_claim import WITH_TAKEN_IN
from ..dunning_inside import inside
from .dunning_cause_mixin import NOT_SPOKEN

# What is open of each debtor in the ledger.
ITEMS = f"""
WITH rests AS ( -- what is left of costs and interest, and asked: the ledger knows nothing of it
    SELECT * FROM unnest(%(rest_partners)s::int[], %(rest_items)s::int[], %(rest_moves)s::int[], %(rests)s::numeric[],
                         %(rest_days)s::date[], %(rest_companies)s::int[])
                      AS r (partner_id, item_id, move_id, amount, due_date, company_id)
), items AS (
    SELECT p.commercial_partner_id AS partner_id, l.amount_residual AS amount,
           CASE WHEN m.move_type = 'entry' THEN -l.id ELSE l.move_id END AS counts_as,
           COALESCE(t.date_due, l.date_maturity) AS due_date, l.company_id
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN res_partner p ON p.id = l.partner_id
      JOIN account_move m ON m.id = l.move_id
      {WITH_TAKEN_IN}
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND (l.amount_residual < 0 OR m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim) %(only)s
     UNION ALL
    SELECT partner_id, amount, move_id, due_date, company_id FROM rests
)
"""
# One row per debtor out of the ledger, the current decisions and the levels reached.
FRESH = f"""
{ITEMS}, figures AS (
    SELECT partner_id,
           COALESCE(SUM(amount) FILTER (WHERE amount > 0 AND (due_date < %(today)s) IS NOT FALSE), 0) AS amount_overdue,
           COALESCE(SUM(amount) FILTER (WHERE amount > 0 AND due_date >= %(today)s), 0) AS amount_not_due,
           -COALESCE(SUM(amount) FILTER (WHERE amount < 0), 0) AS amount_credit,
           COUNT(DISTINCT counts_as) FILTER (WHERE amount > 0 AND (due_date < %(today)s) IS NOT FALSE)
           AS invoice_count,
           MIN(due_date) FILTER (WHERE amount > 0 AND due_date < %(today)s) AS oldest_due_date,
           MIN(due_date) FILTER (WHERE amount > 0 AND due_date >= %(today)s) AS next_due_date,
           COALESCE(SUM(amount) FILTER (WHERE amount > 0 AND %(today)s - due_date BETWEEN 1 AND 30), 0) AS kept_30,
           COALESCE(SUM(amount) FILTER (WHERE amount > 0 AND %(today)s - due_date BETWEEN 31 AND 60), 0) AS kept_60,
           COALESCE(SUM(amount) FILTER (WHERE amount > 0 AND %(today)s - due_date BETWEEN 61 AND 90), 0) AS kept_90,
           COALESCE(SUM(amount) FILTER (WHERE amount > 0 AND (%(today)s - due_date > 90 OR due_date IS NULL)), 0)
           AS kept_more,
           MIN(due_date + CASE WHEN due_date >= %(today)s THEN 0
                               WHEN %(today)s - due_date <= 90 THEN (%(today)s - due_date + 29) / 30 * 30 END)
           FILTER (WHERE amount > 0) AS kept_until -- the last day on which none of it is older by a bucket
      FROM items
     GROUP BY partner_id
), decided AS (
    SELECT p.commercial_partner_id AS partner_id, d.id, d.level_id, d.next_date, m.invoice_date_due AS due_date,
           d.move_id, d.move_line_id, d.code, d.code = ANY(%(person)s) AS waits_for_somebody,
           COALESCE((%(places)s::jsonb ->> d.outcome)::int, %(other)s) AS place
      FROM account_move m
      JOIN dunning_decision d ON d.move_id = m.id AND d.is_current
      JOIN res_partner p ON p.id = d.partner_id
      LEFT JOIN account_move_line i ON i.id = d.move_line_id AND m.move_type = 'entry'
     WHERE m.company_id = %(company)s AND m.state = 'posted'
       AND (CASE WHEN m.move_type = 'entry' THEN m.dunning_is_claim AND i.reconciled IS FALSE
                 ELSE m.payment_state IN ('not_paid', 'partial') END
            %(or_rests)s) AND p.commercial_partner_id <> ALL(%(answered)s) %(only)s
     UNION ALL
    SELECT a.partner_id, NULL, a.level_id, a.next_date, a.due_date, a.move_id, a.move_line_id, a.code,
           a.code = ANY(%(person)s), a.place
      FROM jsonb_to_recordset(%(answers)s::jsonb)
        AS a (partner_id int, level_id int, next_date date, due_date date, move_id int, move_line_id int, code text,
              place int)
), steps AS (
    SELECT DISTINCT ON (partner_id) partner_id, level_id, next_date
      FROM decided ORDER BY partner_id, place, next_date NULLS LAST, due_date, move_id, move_line_id
), shown AS ( -- what waits for somebody is not hidden by what goes by itself
    SELECT DISTINCT ON (partner_id) partner_id, id AS decision_id, code AS reason
      FROM decided
     ORDER BY partner_id, waits_for_somebody DESC, place, next_date NULLS LAST, due_date, move_id, move_line_id
), coming AS ( -- what a run finds of invoices that are open, and from which day
    SELECT d.partner_id, MIN(d.next_date) FILTER (WHERE d.waits_for_somebody) AS person_on,
           MIN(d.next_date) FILTER (WHERE NOT d.waits_for_somebody AND v.legal_type = 'call') AS call_on,
           MIN(d.next_date) FILTER (WHERE NOT d.waits_for_somebody AND v.legal_type IS DISTINCT FROM 'call')
           AS letter_on
      FROM decided d LEFT JOIN dunning_level v ON v.id = d.level_id
     WHERE d.next_date IS NOT NULL AND d.move_line_id <> ALL(%(rest_items)s::int[])
     GROUP BY d.partner_id
), reached AS (
    SELECT m.commercial_partner_id AS partner_id, m.dunning_level_id AS level_id
      FROM account_move m
     WHERE m.company_id = %(company)s AND m.state = 'posted' AND m.move_type <> 'entry'
       AND m.payment_state IN ('not_paid', 'partial') AND m.dunning_level_id IS NOT NULL
     UNION ALL
    SELECT t.partner_id, s.level_id
      FROM dunning_claim t
      JOIN account_move m ON m.id = t.move_id AND m.dunning_is_claim
      JOIN account_move_line i ON i.id = t.move_line_id AND i.reconciled IS FALSE AND i.parent_state = 'posted'
     CROSS JOIN LATERAL (%(spoken)s) s
     WHERE t.company_id = %(company)s AND t.is_taken_in
     UNION ALL
    SELECT r.partner_id, s.level_id -- by its own ladder, on which the letters about the invoice are no steps
      FROM rests r
      JOIN dunning_claim t ON t.move_line_id = r.item_id
     CROSS JOIN LATERAL (%(spoken)s) s
      JOIN dunning_level w ON w.id = s.level_id AND w.procedure_id = %(rest_procedure)s
), levels AS (
    SELECT DISTINCT ON (p.commercial_partner_id) p.commercial_partner_id AS partner_id, r.level_id
      FROM reached r
      JOIN dunning_level v ON v.id = r.level_id
      JOIN res_partner p ON p.id = r.partner_id
     WHERE TRUE %(only)s
     ORDER BY p.commercial_partner_id, v.sequence DESC, r.level_id
), said AS ( -- what holds of what was said, and when he last let hear of himself
    SELECT p.commercial_partner_id AS partner_id,
           BOOL_OR(x.kind = 'dispute' AND x.state = 'open') AS has_dispute,
           BOOL_OR(x.kind = 'plan' AND x.state = 'active') AS has_plan,
           (ARRAY_AGG(x.state ORDER BY x.day DESC, x.id DESC) FILTER (WHERE x.kind = 'promise'))[1] AS promise_state,
           MAX(x.day) FILTER (WHERE x.kind = 'hold') AS held_until,
           MAX(x.day) FILTER (WHERE x.kind <> 'hold') AS heard_on
      FROM (SELECT 'dispute' AS kind, id, partner_id, company_id, state, opened_on AS day FROM dunning_dispute
             UNION ALL
            SELECT 'plan', id, partner_id, company_id, state, agreed_on FROM dunning_payment_plan
             WHERE state <> 'cancelled'
             UNION ALL
            SELECT 'promise', id, partner_id, company_id, state, made_on FROM dunning_promise
             WHERE state <> 'cancelled'
             UNION ALL
            SELECT 'contact', id, partner_id, company_id, NULL, counted_on FROM dunning_contact
             WHERE active AND outcome <> ALL(%(not_spoken)s)
             UNION ALL
            SELECT 'reply', id, partner_id, company_id, NULL, received_on FROM dunning_reply
             WHERE is_automatic IS NOT TRUE AND is_foreign IS NOT TRUE
               AND source NOT IN ('post', 'bounce', 'call') -- what came back is no word of his
             UNION ALL
            SELECT 'hold', id, partner_id, company_id, NULL, COALESCE(date_until, %(never)s) FROM dunning_hold
             WHERE active AND move_id IS NULL) x
      JOIN res_partner p ON p.id = x.partner_id
     WHERE x.company_id = %(company)s %(only)s
     GROUP BY 1
), written_to AS ( -- since the oldest of what is overdue, and since he let hear of himself
    SELECT p.commercial_partner_id AS partner_id, COUNT(*) AS unanswered
      FROM dunning_letter k
      JOIN res_partner p ON p.id = k.partner_id
      JOIN figures f ON f.partner_id = p.commercial_partner_id AND k.sent_on > f.oldest_due_date
      LEFT JOIN said a ON a.partner_id = f.partner_id
     WHERE k.company_id = %(company)s AND k.state = 'sent' AND k.is_test IS NOT TRUE
       AND k.legal_type <> 'answer' -- with which it was our turn
       AND (a.heard_on IS NULL OR k.sent_on > a.heard_on) %(only)s
     GROUP BY 1
), fresh AS (
    SELECT f.*, w.decision_id, w.reason, s.level_id AS next_level_id, s.next_date, v.level_id,
           COALESCE(a.has_dispute, FALSE) AS has_dispute, COALESCE(a.has_plan, FALSE) AS has_plan, a.promise_state,
           a.held_until, COALESCE(k.unanswered, 0) AS unanswered, g.person_on, g.call_on, g.letter_on
      FROM figures f
      LEFT JOIN steps s USING (partner_id)
      LEFT JOIN shown w USING (partner_id)
      LEFT JOIN coming g USING (partner_id)
      LEFT JOIN levels v USING (partner_id)
      LEFT JOIN said a USING (partner_id)
      LEFT JOIN written_to k USING (partner_id)
)
"""
# What of it stands in a case: columns and what they are where nothing is open any more.
FIGURES = {
    "amount_overdue": "0", "amount_not_due": "0", "amount_credit": "0", "invoice_count": "0", "oldest_due_date": "NULL",
    "next_due_date": "NULL", "decision_id": "NULL", "reason": "NULL", "next_level_id": "NULL", "next_date": "NULL",
    "level_id": "NULL", "has_dispute": "FALSE", "has_plan": "FALSE", "promise_state": "NULL", "held_until": "NULL",
    "unanswered": "0",
}  # fmt: skip
# What is kept beside it for sums over all cases, see dunning_case_sums.
SUMS = {
    "kept_30": "0", "kept_60": "0", "kept_90": "0", "kept_more": "0", "kept_until": "NULL", "person_on": "NULL",
    "call_on": "NULL", "letter_on": "NULL",
}  # fmt: skip
KEPT = FIGURES | SUMS
NAMES = ", ".join(KEPT)
WRITE = f"""
, written AS (
INSERT INTO dunning_case AS c (
    partner_id, company_id, user_id, active, debtor_kind, country_id, {NAMES},
    refreshed_on, create_uid, write_uid, create_date, write_date)
SELECT f.partner_id, %(company)s, %(user)s, TRUE, p.dunning_debtor_kind, p.country_id,
       {", ".join(f"f.{name}" for name in KEPT)},
       %(now)s, %(uid)s, %(uid)s, %(now)s, %(now)s
  FROM fresh f JOIN res_partner p ON p.id = f.partner_id
 WHERE f.amount_overdue > 0 OR f.amount_not_due > 0
    OR EXISTS (SELECT 1 FROM dunning_case k
                WHERE k.partner_id = f.partner_id AND k.company_id = %(company)s)
    ON CONFLICT (partner_id, company_id) DO UPDATE
   SET ({NAMES}) = ROW ({", ".join(f"EXCLUDED.{name}" for name in KEPT)}),
       refreshed_on = CASE WHEN ({", ".join(f"c.{name}" for name in FIGURES)})
                                IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in FIGURES)})
                           THEN EXCLUDED.refreshed_on ELSE c.refreshed_on END,
       active = c.active OR EXCLUDED.amount_overdue > c.amount_overdue -- one that was put away comes back with more
 WHERE ({", ".join(f"c.{name}" for name in KEPT)})
       IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in KEPT)})
RETURNING c.id
)
SELECT id FROM written
UNION -- looking for each among those that were written would take them all each time
SELECT k.id FROM fresh f JOIN dunning_case k ON k.partner_id = f.partner_id AND k.company_id = %(company)s
"""
# How long what is open is overdue, in the buckets of an aged receivable.
AGED = f"""
{ITEMS}
SELECT partner_id, SUM(amount) FILTER (WHERE days BETWEEN 1 AND 30), SUM(amount) FILTER (WHERE days BETWEEN 31 AND 60),
       SUM(amount) FILTER (WHERE days BETWEEN 61 AND 90), SUM(amount) FILTER (WHERE days > 90 OR days IS NULL)
  FROM (SELECT partner_id, amount, %(today)s - due_date AS days FROM items WHERE amount > 0) aged
 GROUP BY partner_id
"""
PLACES, OTHER = {"send": 0, "ride": 1, "error": 2, "wait": 3}, 4  # which answer of a debtor comes first
# Whose cases are brought up to date, by company; NULL for everybody.
TOUCHED = """
SELECT company_id, array_agg(DISTINCT partner_id) FROM (
    SELECT COALESCE(t.company_id, o.id) AS company_id, p.commercial_partner_id AS partner_id
      FROM dunning_touch t LEFT JOIN res_partner p ON p.id = t.partner_id
      LEFT JOIN res_company o ON t.company_id IS NULL AND (t.partner_id IS NULL OR EXISTS (
           SELECT FROM dunning_case k WHERE k.company_id = o.id AND k.partner_id = p.commercial_partner_id))
     WHERE COALESCE(t.company_id, o.id) IS NOT NULL AND (t.partner_id IS NULL OR p.id IS NOT NULL)
     UNION
    SELECT c.company_id, c.partner_id FROM dunning_case c WHERE c.next_due_date < %(today)s
     UNION
    SELECT c.company_id, c.partner_id FROM dunning_case c WHERE c.kept_until < %(today)s) w
 GROUP BY 1
"""


class DunningFigures(models.AbstractModel):
    """What the ledger and the decisions say of a debtor, put into his case: one statement for all cases of a company.

    Instead of stored computes: paying an invoice must not have to lock the debtor's case.
    """

    _name = "dunning.figures"
    _description = "Figures of cases"

    @api.model
    def _refresh(self, company, partner_ids=None):
        """Bring figures, level and next step of all cases of a company up to date in one statement.

        Opens a case for every debtor with something open.

        :param partner_ids: commercial partners to limit it to; all when None.
        """
        self.env.flush_all()
        facts = {
            "user": company.dunning_responsible_id.id or None,
            "now": fields.Datetime.now(),
            "uid": self.env.uid,
            **self._facts(company, partner_ids),
        }
        self.env.cr.execute(SQL(FRESH + WRITE, **facts))
        self._settle(company, [case_id for (case_id,) in self.env.cr.fetchall()], partner_ids)
        self.env["dunning.case"].invalidate_model()

    @api.model
    def _facts(self, company, partner_ids, answers=None):
        """What the statement ``FRESH`` asks for.

        :param answers: of whom not what is in force counts, but this: ``{partner id: [values of decisions]}``.
        """
        today = company._dunning_today()
        return {
            "company": company.id,
            "today": today,
            "only": SQL("AND p.commercial_partner_id IN %s", tuple(partner_ids)) if partner_ids else SQL(),
            "spoken": self.env["dunning.claim"]._levels_of("t"),
            "person": list(FOR_SOMEBODY),
            "not_spoken": list(NOT_SPOKEN),
            "never": date.max,
            "places": dunning_bulk.to_json(PLACES),
            "other": OTHER,
            "answered": list(answers or ()),
            "answers": dunning_bulk.to_json([_as_row(vals) for own in (answers or {}).values() for vals in own]),
            **self._rests(company, today, partner_ids),
        }

    @api.model
    def _aged(self, company, partner_ids=None):
        """How much of what is open is 1 to 30, 31 to 60, 61 to 90 and more than 90 days overdue; without a due date it
        counts as the oldest. As of now.

        :return: ``{partner id: (amount, amount, amount, amount)}``.
        """
        self.env.flush_all()
        rows = self.env.execute_query(SQL(AGED, **self._facts(company, partner_ids)))
        return {partner_id: tuple(amount or 0.0 for amount in amounts) for partner_id, *amounts in rows}

    @api.model
    def _put_away(self, answers=True):
        """Bring the cases up to date with what was touched, and open those that are missing.

        :param answers: see first whether what was decided about these debtors is of now; False for whoever just did.
        :return: how many touches there were.
        """
        if not self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(hashtext('dunning_figures'))"))[0][0]:
            return 0  # somebody else does it
        if look := inside(self.env, "dunning_fresh"):
            look.changed = None
        touches = [id_ for (id_,) in self.env.execute_query(SQL("SELECT id FROM dunning_touch"))]
        today = self.env["res.company"]._dunning_today_of(SQL("c.company_id"))
        freshness, left = self.env["dunning.freshness"], []
        for company_id, partner_ids in self.env.execute_query(SQL(TOUCHED, today=today)):
            company = self.env["res.company"].browse(company_id)
            partner_ids = None if None in partner_ids else partner_ids
            if not freshness._is_free(company):  # who decides about it now may not have seen all of this
                left.append(company_id)
                continue
            if company.dunning_mode == "off":
                freshness._suspect(company, partner_ids)
            elif answers:
                freshness._bring({company_id: partner_ids}, figures=False)
            self._refresh(company, partner_ids)
        self.env.cr.execute(
            SQL(
                "DELETE FROM dunning_touch WHERE id = ANY(%s) AND COALESCE(NOT company_id = ANY(%s), %s)",
                touches,
                left,
                not left,
            )
        )
        return len(touches)

    @api.model
    def _cron_put_away(self):
        """Every minute: whoever opens a list finds it done, and only reads."""
        companies = self.env["res.company"].search(Domain.TRUE)
        self.env["dunning.online.payment"]._let_go_late()
        self.env["dunning.freshness"]._bring(dict.fromkeys(companies.ids), figures=False)
        self._put_away(answers=False)

    @api.model
    def _rests(self, company, today, partner_ids):
        """What is left of costs and interest of invoices that are paid, and asked on, as parts of the statement."""
        rests = self._rest_rows({company.id: today}, partner_ids or None)
        return {
            **rests,
            "rest_procedure": company._dunning_rest_procedure().id or None,
            # where there are none nothing is looked for in them, row by row
            "or_rests": SQL("OR d.move_line_id IN (SELECT item_id FROM rests)") if rests["rest_items"] else SQL(),
        }

    @api.model
    def _rest_rows(self, days, partner_ids):
        """What ``ITEMS`` takes in of rests. :param days: ``{company id: date there}``."""
        found = self.env["dunning.imputation"]._rests_in(days, partner_ids, asked=True)
        rests = [(*place, rest) for place, own in found.items() for rest in own]
        return {
            "rest_companies": [company_id for company_id, _partner_id, _rest in rests],
            "rest_partners": [partner_id for _company_id, partner_id, _rest in rests],
            "rest_items": [rest.line_id for _company_id, _partner_id, rest in rests],
            "rest_moves": [rest.move_id for _company_id, _partner_id, rest in rests],
            "rests": [rest.residual_company for _company_id, _partner_id, rest in rests],
            "rest_days": [rest.due_date for _company_id, _partner_id, rest in rests],
        }

    @api.model
    def _settle(self, company, alive_ids, partner_ids=None):
        """Empty the cases of debtors with nothing open any more; they keep their history."""
        only = SQL("AND partner_id IN %s", tuple(partner_ids)) if partner_ids else SQL()
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_case
                   SET (%(names)s) = ROW (%(nothing)s)
                 WHERE company_id = %(company)s AND NOT (id = ANY(%(alive)s))
                   AND (%(names)s) IS DISTINCT FROM (%(nothing)s) %(only)s
                """,
                names=SQL(NAMES),
                nothing=SQL(", ".join(KEPT.values())),
                company=company.id,
                alive=alive_ids,
                only=only,
            )
        )

    @api.model
    def _open_missing(self, partners, company, wait=True):
        """A case for each of these partners that has none, in one statement; one that somebody else opens stands.

        :param wait: for whoever opens one at this moment. Otherwise it is left to him.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_case (
                    partner_id, company_id, user_id, active, debtor_kind, country_id,
                    create_uid, write_uid, create_date, write_date)
                SELECT p.id, %(company)s, %(user)s, TRUE, p.dunning_debtor_kind, p.country_id,
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM res_partner p
                 WHERE p.id = ANY(%(partners)s)
                   AND NOT EXISTS (SELECT 1 FROM dunning_case c
                                    WHERE c.partner_id = p.id AND c.company_id = %(company)s)
                   AND (%(wait)s OR pg_try_advisory_xact_lock(hashtext('dunning_case ' || %(company)s), p.id))
                    ON CONFLICT (partner_id, company_id) DO NOTHING
                """,
                wait=wait,
                company=company.id,
                user=company.dunning_responsible_id.id or None,
                uid=self.env.uid,
                now=self.env.cr.now(),
                partners=partners.ids,
            )
        )
        if self.env.cr.rowcount:
            self.env["dunning.case"].invalidate_model()
            partners.invalidate_recordset(["dunning_case_ids"])


def _as_row(vals):
    """One answer as the statement takes it in."""
    names = ("partner_id", "level_id", "next_date", "due_date", "move_id", "move_line_id", "code")
    return {name: vals[name] for name in names} | {"place": PLACES.get(vals["outcome"], OTHER)}
