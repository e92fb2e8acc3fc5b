import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_amount, format_date

from ...law.calendar import add_months
from ...law.limitation import WARN_MONTHS

_logger = logging.getLogger(__name__)

# One row per debtor out of the ledger, the current decisions and the levels reached, put into its case.
REFRESH = """
WITH figures AS (
    SELECT p.commercial_partner_id AS partner_id,
           SUM(l.amount_residual) FILTER (WHERE l.amount_residual > 0) AS overdue,
           COUNT(DISTINCT l.move_id) FILTER (WHERE l.amount_residual > 0) AS invoices,
           MIN(l.date_maturity) FILTER (WHERE l.amount_residual > 0) AS oldest,
           -COALESCE(SUM(l.amount_residual) FILTER (WHERE l.amount_residual < 0), 0) AS credit
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN res_partner p ON p.id = l.partner_id
      JOIN account_move m ON m.id = l.move_id
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND (l.amount_residual < 0
            OR (m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim)
               AND (l.date_maturity IS NULL OR l.date_maturity < %(today)s)) %(only)s
     GROUP BY p.commercial_partner_id
), steps AS (
    SELECT DISTINCT ON (p.commercial_partner_id)
           p.commercial_partner_id AS partner_id, d.id AS decision_id, d.level_id, d.next_date
      FROM account_move m
      JOIN dunning_decision d ON d.move_id = m.id AND d.is_current
      JOIN res_partner p ON p.id = d.partner_id
     WHERE m.company_id = %(company)s AND m.state = 'posted'
       AND m.payment_state IN ('not_paid', 'partial') %(only)s
     ORDER BY p.commercial_partner_id,
              CASE d.outcome WHEN 'send' THEN 0 WHEN 'ride' THEN 1 WHEN 'error' THEN 2
                             WHEN 'wait' THEN 3 ELSE 4 END,
              d.next_date NULLS LAST, m.invoice_date_due, m.id
), levels AS (
    SELECT DISTINCT ON (m.commercial_partner_id)
           m.commercial_partner_id AS partner_id, m.dunning_level_id AS level_id
      FROM account_move m
      JOIN dunning_level v ON v.id = m.dunning_level_id
      JOIN res_partner p ON p.id = m.commercial_partner_id
     WHERE m.company_id = %(company)s AND m.state = 'posted'
       AND m.payment_state IN ('not_paid', 'partial') %(only)s
     ORDER BY m.commercial_partner_id, v.sequence DESC, m.id
), fresh AS (
    SELECT f.*, s.decision_id, s.level_id AS next_level_id, s.next_date, v.level_id
      FROM figures f
      LEFT JOIN steps s USING (partner_id)
      LEFT JOIN levels v USING (partner_id)
), written AS (
INSERT INTO dunning_case AS c (
    partner_id, company_id, user_id, active, debtor_kind, country_id, amount_overdue, amount_credit,
    oldest_due_date, days_overdue, invoice_count, level_id, next_level_id, next_date, decision_id,
    refreshed_on, create_uid, write_uid, create_date, write_date)
SELECT f.partner_id, %(company)s, %(user)s, TRUE, p.dunning_debtor_kind, p.country_id,
       COALESCE(f.overdue, 0), f.credit, f.oldest, GREATEST(%(today)s - f.oldest, 0), f.invoices,
       f.level_id, f.next_level_id, f.next_date, f.decision_id,
       %(now)s, %(uid)s, %(uid)s, %(now)s, %(now)s
  FROM fresh f JOIN res_partner p ON p.id = f.partner_id
 WHERE COALESCE(f.overdue, 0) > 0
    OR EXISTS (SELECT 1 FROM dunning_case k
                WHERE k.partner_id = f.partner_id AND k.company_id = %(company)s)
    ON CONFLICT (partner_id, company_id) DO UPDATE
   SET amount_overdue = EXCLUDED.amount_overdue, amount_credit = EXCLUDED.amount_credit,
       oldest_due_date = EXCLUDED.oldest_due_date, days_overdue = EXCLUDED.days_overdue,
       invoice_count = EXCLUDED.invoice_count, level_id = EXCLUDED.level_id,
       next_level_id = EXCLUDED.next_level_id, next_date = EXCLUDED.next_date,
       decision_id = EXCLUDED.decision_id, refreshed_on = EXCLUDED.refreshed_on
 WHERE (c.amount_overdue, c.amount_credit, c.oldest_due_date, c.days_overdue, c.invoice_count, c.level_id,
        c.next_level_id, c.next_date, c.decision_id)
       IS DISTINCT FROM
       (EXCLUDED.amount_overdue, EXCLUDED.amount_credit, EXCLUDED.oldest_due_date, EXCLUDED.days_overdue,
        EXCLUDED.invoice_count, EXCLUDED.level_id, EXCLUDED.next_level_id, EXCLUDED.next_date, EXCLUDED.decision_id)
RETURNING c.id, c.partner_id
)
SELECT id FROM written
UNION ALL
SELECT k.id FROM fresh f JOIN dunning_case k ON k.partner_id = f.partner_id AND k.company_id = %(company)s
 WHERE NOT EXISTS (SELECT 1 FROM written w WHERE w.partner_id = f.partner_id)
"""

RATE_PAYERS = """
WITH paid AS (
    SELECT p.commercial_partner_id AS partner_id, GREATEST(MAX(r.max_date) - l.date_maturity, 0) AS late
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN account_move m ON m.id = l.move_id AND m.move_type IN ('out_invoice', 'out_receipt')
      JOIN res_partner p ON p.id = l.partner_id
      JOIN account_partial_reconcile r ON r.debit_move_id = l.id
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled AND l.date_maturity >= %(since)s
     GROUP BY l.id, p.commercial_partner_id
), rated AS (
    SELECT partner_id, ROUND(AVG(late))::int AS days FROM paid GROUP BY partner_id HAVING COUNT(*) >= 3
), fresh AS (
    SELECT k.id, t.days, CASE WHEN t.days > %(slow)s THEN 'slow' WHEN t.days IS NOT NULL THEN 'prompt' END AS payer
      FROM dunning_case k LEFT JOIN rated t ON t.partner_id = k.partner_id
     WHERE k.company_id = %(company)s AND k.level_id IS NULL
)
UPDATE dunning_case k SET payer = f.payer, days_late = f.days
  FROM fresh f
 WHERE k.id = f.id AND (k.payer, k.days_late) IS DISTINCT FROM (f.payer, f.days)
"""


class DunningCase(models.Model):
    _name = "dunning.case"
    _description = "Dunning case"
    _inherit = ["dunning.message.mixin", "dunning.followers.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "amount_overdue desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Debtor", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", string="Responsible", tracking=True)
    active = fields.Boolean(default=True)

    debtor_kind = fields.Selection(related="partner_id.dunning_debtor_kind", store=True)
    kind_evidence = fields.Char(related="partner_id.dunning_kind_evidence", related_sudo=True)
    country_id = fields.Many2one(related="partner_id.country_id", store=True)
    email = fields.Char(related="partner_id.email")
    phone = fields.Char(related="partner_id.phone")
    lang = fields.Selection(related="partner_id.lang")

    # Figures and next step are refreshed in one statement for all cases, see _refresh.
    amount_overdue = fields.Monetary(readonly=True, string="Overdue")
    amount_credit = fields.Monetary(readonly=True, string="Open credits")
    oldest_due_date = fields.Date(readonly=True)
    days_overdue = fields.Integer(readonly=True, string="Days", aggregator="max")
    invoice_count = fields.Integer(readonly=True, string="Overdue invoices")
    level_id = fields.Many2one("dunning.level", readonly=True, ondelete="set null")
    next_level_id = fields.Many2one("dunning.level", readonly=True, string="Next step", ondelete="set null")
    next_date = fields.Date(readonly=True, string="Next step on")
    decision_id = fields.Many2one("dunning.decision", readonly=True, ondelete="set null")
    explanation = fields.Char(string="Why", compute="_compute_explanation")
    recipient = fields.Char(
        string="Reminders go to",
        compute="_compute_recipient",
        help="First the reminder contact, then the invoice address, then the debtor itself: the first of them who can "
        "be reached by a channel of the next step.",
    )
    refreshed_on = fields.Datetime(readonly=True, help="When its figures or its next step last changed.")
    payer = fields.Selection(
        [("prompt", "Usually on time"), ("slow", "Usually late")],
        string="Pays",
        readonly=True,
        help="From at least three invoices that were paid in the last year; empty where there are fewer.",
    )
    days_late = fields.Integer(
        readonly=True, aggregator=None, help="How many days after the due date the debtor pays on average."
    )
    limitation_date = fields.Date(
        string="Lapses after",
        readonly=True,
        help="Before this day something has to happen or the oldest claim may lapse. Shown from half a year ahead.",
    )
    limitation_regime_id = fields.Many2one("dunning.regime", readonly=True, ondelete="set null")
    limitation_warned = fields.Char(readonly=True, help="Months left at the last warning; 0 when it was too late.")

    letter_ids = fields.One2many("dunning.letter", "case_id", string="Letters")
    letter_count = fields.Integer(compute="_compute_counts")
    failed_count = fields.Integer(compute="_compute_counts", search="_search_failed_count", string="Failed letters")
    last_letter_date = fields.Date(compute="_compute_counts", string="Last letter")
    hold_id = fields.Many2one("dunning.hold", compute="_compute_hold_id", search="_search_hold_id", string="On hold")
    dispute_ids = fields.One2many("dunning.dispute", "case_id", string="Disputes")
    promise_ids = fields.One2many("dunning.promise", "case_id", string="Promises")
    plan_ids = fields.One2many("dunning.payment.plan", "case_id", string="Payment plans")
    contact_ids = fields.One2many("dunning.contact", "case_id", string="Contact moments")
    reply_ids = fields.One2many("dunning.reply", "case_id", string="Replies")
    open_reply_count = fields.Integer(compute="_compute_record_counts", string="Replies to handle")
    open_dispute_count = fields.Integer(compute="_compute_record_counts", string="Open disputes")
    promise_count = fields.Integer(compute="_compute_record_counts", string="Promises made")
    plan_count = fields.Integer(compute="_compute_record_counts", string="Plans made")
    contact_count = fields.Integer(compute="_compute_record_counts", string="Contacts")
    open_move_ids = fields.Many2many("account.move", compute="_compute_open_move_ids", string="Open items")

    _partner_company_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)", "This debtor already has a case in this company."
    )
    _worklist_idx = models.Index("(company_id, amount_overdue)")

    @api.depends("decision_id")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for case in self:
            case.explanation = case.decision_id.explanation

    @api.depends("partner_id", "next_level_id")
    @api.depends_context("lang")
    def _compute_recipient(self):
        """Asked on the form of a case; not stored, since contacts change without anybody telling the case."""
        for company, cases in self.grouped("company_id").items():
            levels = {case.partner_id.id: case.next_level_id for case in cases}
            # sudo: where letters go, for whoever may work on the case
            texts = self.env["dunning.recipient"].sudo()._to_whom(company, cases.partner_id, levels)
            for case in cases:
                case.recipient = texts.get(case.partner_id.id)

    def _limitation_stage(self, today):
        """How many months are left at most before the claim may lapse: 6, 3, 1 or 0 (too late); None when more."""
        self.ensure_one()
        if not self.limitation_date:
            return None
        if today > self.limitation_date:
            return 0
        reached = [months for months in WARN_MONTHS if today >= add_months(self.limitation_date, -months)]
        return min(reached, default=None)

    @api.depends("letter_ids.state")
    def _compute_counts(self):
        rows = self.env["dunning.letter"]._read_group(
            [("case_id", "in", self.ids), ("state", "!=", "cancelled")],
            ["case_id", "state"],
            ["__count", "sent_on:max"],
        )
        self.letter_count = self.failed_count = 0
        self.last_letter_date = False
        for case, state, count, last in rows:
            case.letter_count += count
            if state == "failed":
                case.failed_count = count
            if state == "sent":
                case.last_letter_date = last

    @api.depends("reply_ids.state", "dispute_ids.state", "promise_ids", "plan_ids", "contact_ids")
    def _compute_record_counts(self):
        for name, model, domain in (
            ("open_reply_count", "dunning.reply", [("state", "=", "open")]),
            ("open_dispute_count", "dunning.dispute", [("state", "=", "open")]),
            ("promise_count", "dunning.promise", []),
            ("plan_count", "dunning.payment.plan", []),
            ("contact_count", "dunning.contact", []),
        ):
            rows = self.env[model]._read_group([("case_id", "in", self.ids), *domain], ["case_id"], ["__count"])
            counts = dict(rows)
            for case in self:
                case[name] = counts.get(case._origin, 0)

    def _search_failed_count(self, operator, value):
        if operator not in (">", "!=") or value:
            return NotImplemented
        return [("letter_ids.state", "=", "failed")]

    def _compute_hold_id(self):
        holds = self.env["dunning.hold"]._running(self.partner_id).filtered(lambda hold: not hold.move_id)
        for case in self:
            case.hold_id = holds.filtered(
                lambda hold, case=case: (
                    hold.company_id == case.company_id
                    and hold.partner_id.commercial_partner_id == case.partner_id
                    and (not hold.date_until or hold.date_until >= case.company_id._dunning_today())
                )
            )[:1]

    def _search_hold_id(self, operator, value):
        if operator != "!=" or value:
            return NotImplemented
        holds = self.env["dunning.hold"].search(
            [("move_id", "=", False), "|", ("date_until", "=", False), ("date_until", ">=", fields.Date.today())]
        )
        return [("partner_id", "in", holds.partner_id.commercial_partner_id.ids)]

    def _compute_open_move_ids(self):
        moves = self.env["account.move"].search(
            [
                ("commercial_partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ],
            order="invoice_date_due, id",
        )
        for case in self:
            case.open_move_ids = moves.filtered(
                lambda move, case=case: (
                    move.commercial_partner_id == case.partner_id and move.company_id == case.company_id
                )
            )

    @api.model
    def _for_partners(self, partners, company, create=False):
        """The cases of these commercial partners in a company; with ``create`` every one of them has one afterwards."""
        # sudo: a case is opened by the work itself (a letter, a hold), not by a person with the right to add one
        cases = self.sudo().with_context(active_test=False)
        if create and partners:
            cases._open_missing(partners, company)
        found = cases.search([("partner_id", "in", partners.ids), ("company_id", "in", company.ids)], order="id")
        return found.with_env(self.env)

    @api.model
    def _open_missing(self, partners, company):
        """A case for each of these partners that has none, in one statement; one that somebody else opens stands."""
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
                    ON CONFLICT (partner_id, company_id) DO NOTHING
                """,
                company=company.id,
                user=company.dunning_responsible_id.id or None,
                uid=self.env.uid,
                now=self.env.cr.now(),
                partners=partners.ids,
            )
        )
        if self.env.cr.rowcount:
            self.invalidate_model()
            partners.invalidate_recordset(["dunning_case_ids"])

    @api.model
    def _refresh(self, company, partner_ids=None):
        """Bring figures, level and next step of all cases of a company up to date in one statement.

        Opens a case for every debtor with something overdue. One statement instead of stored computes: paying an
        invoice must not have to lock the debtor's case.

        :param partner_ids: commercial partners to limit it to; all when None.
        """
        self.env.flush_all()
        today, now = company._dunning_today(), fields.Datetime.now()
        only = SQL("AND p.commercial_partner_id IN %s", tuple(partner_ids)) if partner_ids else SQL()
        self.env.cr.execute(
            SQL(
                REFRESH,
                company=company.id,
                today=today,
                user=company.dunning_responsible_id.id or None,
                now=now,
                uid=self.env.uid,
                only=only,
            )
        )
        self._settle(company, [case_id for (case_id,) in self.env.cr.fetchall()], partner_ids)
        self.invalidate_model()

    @api.model
    def _rate_payers(self, company):
        """Bring up to date how late the debtors of a company pay on average, once a day, in one statement.

        An invoice counts by the day of its last payment, and one that was paid before it was due as paid on time. Who
        has been sent something keeps the rating, and with it the procedure, until all of that is settled.
        """
        today = company._dunning_today()
        if company.dunning_rated_on == today:
            return
        company.dunning_rated_on = today
        self.env.flush_all()
        self.env.cr.execute(
            SQL(RATE_PAYERS, company=company.id, since=today - timedelta(days=365), slow=company.dunning_slow_days)
        )
        self.invalidate_model(["payer", "days_late"])

    @api.model
    def _settle(self, company, alive_ids, partner_ids=None):
        """Empty the cases of debtors with nothing open any more; they keep their history."""
        only = SQL("AND partner_id IN %s", tuple(partner_ids)) if partner_ids else SQL()
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_case
                   SET amount_overdue = 0, amount_credit = 0, oldest_due_date = NULL, days_overdue = 0,
                       invoice_count = 0, level_id = NULL, next_level_id = NULL, next_date = NULL, decision_id = NULL
                 WHERE company_id = %(company)s AND NOT (id = ANY(%(alive)s))
                   AND (amount_overdue <> 0 OR amount_credit <> 0 OR decision_id IS NOT NULL) %(only)s
                """,
                company=company.id,
                alive=alive_ids,
                only=only,
            )
        )

    # -- calls and agreements -------------------------------------------------------------------------------------

    def _responsible(self):
        """Who works on this case: its own responsible, or else the company's."""
        self.ensure_one()
        return self.user_id or self.company_id.dunning_responsible_id

    @api.model
    def _settle_agreements(self):
        """Decide in every company which promises and payment plans were kept or broken.

        An error in one company leaves the others alone, and the day's run goes on.
        """
        for company in self.env["res.company"].search(Domain.TRUE):
            try:
                with self.env.cr.savepoint():
                    self.env["dunning.promise"].with_company(company)._settle(company)
                    self.env["dunning.payment.plan"].with_company(company)._settle(company)
            except (UserError, AccessError) as error:
                _logger.error("Promises and payment plans of company %s were not settled: %s", company.id, error)

    @api.model
    def _keep_calls(self, company, partner_ids=None):
        """One activity for each case whose next step is a call: made, brought up to date, or taken away; in sets.

        :param partner_ids: commercial partners to limit it to; all when None.
        """
        call_type = self._call_type()
        due = self._calls_due(company, partner_ids)
        held = self._call_activities(company, call_type, partner_ids)
        # sudo: the run gives work to whoever is responsible
        activities = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        fresh, stale, today = [], activities.browse(), company._dunning_today()
        # sudo: the run's own answers; read for all calls at once
        decisions = self.env["dunning.decision"].sudo().browse(id_ for ids in due.values() for id_ in ids)
        # sudo: Odoo names the case on its activity, one by one; the names are in the cache then
        self.browse(due).sudo().partner_id.mapped("name")
        for case in self.browse(sorted(due.keys() | held.keys())):
            ours = activities.browse(held.get(case.id, ()))
            stale |= ours[1:] if case.id in due else ours
            if case.id not in due:
                continue
            user = case._responsible() or self.env.user
            note = case._call_note(decisions.browse(due[case.id]).with_prefetch(decisions._prefetch_ids), user)
            if not ours:
                fresh.append(
                    {
                        "res_model_id": self.env["ir.model"]._get_id(self._name),
                        "res_id": case.id,
                        "activity_type_id": call_type.id,
                        "user_id": user.id,
                        "date_deadline": today,
                        "summary": call_type.with_context(lang=user.lang).summary,
                        "note": note,
                    }
                )
            elif ours[0].note != note:
                ours[0].note = note
        stale.unlink()
        activities.create(fresh)

    @api.model
    def _call_type(self):
        """Our own type of activity, or Odoo's call where somebody removed it."""
        ours = self.env.ref("cremann_dunning.mail_activity_type_call", raise_if_not_found=False)
        return ours or self.env.ref("mail.mail_activity_data_call")

    @api.model
    def _calls_due(self, company, partner_ids):
        """Ids of the decisions that ask for a call today, by case id, the oldest invoice first; one statement."""
        self.env.flush_all()
        only = SQL("AND d.partner_id IN %s", tuple(partner_ids)) if partner_ids else SQL()
        self.env.cr.execute(
            SQL(
                """
                SELECT c.id, array_agg(d.id ORDER BY m.invoice_date_due, m.id)
                  FROM dunning_decision d
                  JOIN account_move m ON m.id = d.move_id
                  JOIN dunning_case c ON c.partner_id = d.partner_id AND c.company_id = d.company_id
                 WHERE d.company_id = %s AND d.is_current AND d.code = 'CALL_DUE' AND m.state = 'posted'
                   AND m.payment_state IN ('not_paid', 'partial') %s
                 GROUP BY c.id
                """,
                company.id,
                only,
            )
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _call_activities(self, company, call_type, partner_ids):
        """Ids of the open activities to call, by case id; one statement."""
        only = SQL("AND c.partner_id IN %s", tuple(partner_ids)) if partner_ids else SQL()
        self.env.cr.execute(
            SQL(
                """
                SELECT c.id, array_agg(a.id ORDER BY a.id)
                  FROM mail_activity a JOIN dunning_case c ON c.id = a.res_id
                 WHERE a.res_model = 'dunning.case' AND a.activity_type_id = %s AND a.active AND c.company_id = %s %s
                 GROUP BY c.id
                """,
                call_type.id,
                company.id,
                only,
            )
        )
        return dict(self.env.cr.fetchall())

    def _call_note(self, decisions, user):
        """What the call is about, in the language of whoever makes it."""
        env = self.with_context(lang=user.lang or self.env.lang).env
        row = Markup("<li>%s</li>")
        rows = [
            row
            % env._(
                "%(invoice)s, due on %(date)s: %(amount)s",
                invoice=decision.move_id.name,
                date=format_date(env, decision.move_id.invoice_date_due),
                amount=format_amount(env, decision.amount_open, decision.currency_id),
            )
            for decision in decisions
        ]
        return Markup("<p>%s</p><ul>%s</ul>") % (env._("Call about:"), Markup("").join(rows))

    def _action_new(self, model, name, **defaults):
        """The form of a new record about this debtor, in a window."""
        self.ensure_one()
        self.env[model].check_access("create")
        self.check_access("read")
        context = {f"default_{key}": value for key, value in defaults.items()} | {"default_case_id": self.id}
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

    def action_new_dispute(self):
        """Note that the debtor does not agree."""
        return self._action_new("dunning.dispute", self.env._("New dispute"))

    def action_new_promise(self):
        """Note that the debtor promised to pay."""
        return self._action_new("dunning.promise", self.env._("New promise"))

    def action_new_plan(self):
        """Let the debtor pay in instalments; a plan is worked on in a page of its own."""
        return self._action_new("dunning.payment.plan", self.env._("New payment plan")) | {"target": "current"}

    def action_log_call(self):
        """Note a call; when one is due, it counts as that step unless somebody says otherwise."""
        self.ensure_one()
        due = self._calls_due(self.company_id, self.partner_id.ids).get(self.id, ())
        # sudo: level and invoices of the answers that are shown on the case
        decisions = self.env["dunning.decision"].sudo().browse(due)
        level = decisions.level_id[:1]
        moves = decisions.filtered(lambda decision: decision.level_id == level).move_id
        step = {"counts_as_step": True, "level_id": level.id, "move_ids": moves.ids} if level else {}
        return self._action_new("dunning.contact", self.env._("Log a contact"), **step)

    def _action_records(self, xml_id):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        context = {"default_case_id": self.id} if len(self) == 1 else {}
        return action | {"domain": [("case_id", "in", self.ids)], "context": context}

    def message_update(self, msg_dict, update_vals=None):
        """A mail of the debtor stops what was to follow until somebody has handled it."""
        for case in self:
            self.env["dunning.reply"]._receive(case, msg_dict)
        return super().message_update(msg_dict, update_vals)

    def action_open_replies(self):
        """What these debtors wrote back."""
        return self._action_records("cremann_dunning.dunning_reply_action")

    def action_open_disputes(self):
        """The disputes of these debtors."""
        return self._action_records("cremann_dunning.dunning_dispute_action")

    def action_open_promises(self):
        """The promises of these debtors."""
        return self._action_records("cremann_dunning.dunning_promise_action")

    def action_open_plans(self):
        """The payment plans of these debtors."""
        return self._action_records("cremann_dunning.dunning_payment_plan_action")

    def action_open_contacts(self):
        """The contact moments with these debtors."""
        return self._action_records("cremann_dunning.dunning_contact_action")

    @api.model
    def action_open_worklist(self):
        """Refresh the figures of the chosen companies and open the worklist; say so when rates are out of date."""
        for company in self.env.companies:
            self._refresh(company)
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_case_action")
        tables = self.env["dunning.interest.table"].union(*(c._dunning_stale_tables() for c in self.env.companies))
        if not tables:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Interest rates may be out of date"),
                "message": self.env._(
                    "The newest rate is older than it should be: %s. Look up whether the law has set a newer one, "
                    "under Configuration, Interest tables.",
                    ", ".join(tables.mapped("name")),
                ),
                "next": action,
            },
        }

    def action_write_letter(self):
        """Write one letter by hand, of a level that a person chooses."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write a letter"),
            "res_model": "dunning.letter.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def action_statement(self):
        """Ask what a statement of account of these debtors shows, and in which form it comes."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement of account"),
            "res_model": "dunning.statement.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_ids": self.ids},
        }

    def action_propose(self):
        """Propose the next letter for these debtors, and show it for review."""
        if len(self.company_id) != 1:
            raise UserError(self.env._("Choose debtors of one company at a time: each company sends its own letters."))
        run = self.env["dunning.run"].create(
            {"company_id": self.company_id.id, "partner_ids": [fields.Command.set(self.partner_id.ids)]}
        )
        run.action_propose()
        return run._get_records_action()

    def action_hold(self):
        """Ask for reason and end date, then hold everything of this debtor."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hold"),
            "res_model": "dunning.hold.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_ids": self.ids},
        }

    def action_release(self):
        """End every hold on these debtors, not those on single invoices."""
        holds = self.env["dunning.hold"].search(
            [
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("move_id", "=", False),
            ]
        )
        return holds.action_release()

    def action_open_letters(self):
        """All letters to these debtors."""
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_letter_action")
        return action | {"domain": [("case_id", "in", self.ids)], "context": {}}

    def action_open_invoices(self):
        """The overdue invoices of these debtors, in the invoice list."""
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        domain = [
            ("commercial_partner_id", "in", self.partner_id.ids),
            ("company_id", "in", self.company_id.ids),
            ("payment_state", "in", ("not_paid", "partial")),
            ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "out_receipt")),
        ]
        return action | {"domain": domain, "context": {"default_move_type": "out_invoice"}}
