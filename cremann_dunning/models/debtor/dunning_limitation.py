import json
from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, format_date

from ...engine import rules
from ...law import limitation
from ...law.calendar import add_months
from ..claim.dunning_claim import WITH_TAKEN_IN
from ..event import as_fact

# Letters in which the creditor demands payment or reserves his right to it (3:317 lid 1 BW).
DEMANDS = (rules.STATUTORY_NOTICE, rules.NOTICE_OF_DEFAULT, rules.FINAL_NOTICE)

# The days on which the debtor of an item agreed to a plan over it. Of one that is no draft any more.
PLANS = """
(SELECT array_agg(a.agreed_on) FROM dunning_payment_plan a
   JOIN res_partner w ON w.id = a.partner_id
  WHERE a.company_id = l.company_id AND a.state IN ('active', 'kept', 'broken') AND a.currency_id = l.currency_id
    AND w.commercial_partner_id = p.commercial_partner_id
    AND CASE WHEN a.numbers IS NULL OR a.numbers = '' THEN
             COALESCE(t.invoice_date, m.invoice_date, m.date) <= a.agreed_on
             AND NOT EXISTS (SELECT FROM account_move_dunning_dispute_rel x JOIN dunning_dispute s
                                 ON s.id = x.dunning_dispute_id
                              WHERE x.account_move_id = m.id AND COALESCE(s.amount, 0) = 0
                                AND s.opened_on <= a.agreed_on AND COALESCE(s.closed_on, a.agreed_on) >= a.agreed_on)
             ELSE EXISTS (SELECT FROM account_move_dunning_payment_plan_rel x
                           WHERE x.dunning_payment_plan_id = a.id AND x.account_move_id = m.id) END)
"""
# Open claims of one company that were due before a day, with what interrupted their limitation.
OLD_CLAIMS = f"""
SELECT p.commercial_partner_id AS partner_id,
       COALESCE(t.date_due, l.date_maturity) AS due_date,
       (SELECT q.id FROM dunning_claim q WHERE q.move_line_id = l.id) AS claim_id,
       COALESCE(t.number, m.name) AS number,
       COALESCE(c.code, %(country)s) AS country,
       COALESCE(m.dunning_kind_set, d.dunning_debtor_kind, 'unknown') AS kind,
       (SELECT array_agg(f.sent_on) FROM dunning_claim q
          JOIN dunning_letter_line k ON k.claim_id = q.id AND k.principal_part
           AND k.is_let_go IS NOT TRUE
          JOIN dunning_letter f ON f.id = k.letter_id AND f.state = 'sent'
         WHERE q.move_line_id = l.id AND f.legal_type IN %(demands)s) AS demands,
       (SELECT array_agg(r.max_date) FROM account_partial_reconcile r
          JOIN account_move_line t ON t.id = r.credit_move_id
          JOIN account_move n ON n.id = t.move_id
         WHERE r.debit_move_id = l.id AND n.move_type = 'entry') AS payments,
       {PLANS} AS plans
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN account_move m ON m.id = l.move_id
  JOIN res_partner p ON p.id = l.partner_id
  JOIN res_partner d ON d.id = p.commercial_partner_id
  LEFT JOIN res_country c ON c.id = d.country_id
  {WITH_TAKEN_IN}
 WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
   AND l.amount_residual > 0 AND (m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim)
   AND COALESCE(t.date_due, l.date_maturity) < %(before)s
"""


class DunningLimitation(models.AbstractModel):
    """Watches claims that may lapse and warns ahead: six months, three months, one month, and when it is too late."""

    _name = "dunning.limitation"
    _description = "Dunning limitation"

    @api.model
    def _watch(self, company):
        """Bring the day before which something has to happen onto the cases of a company, and warn once per stage.

        Dates warn and never stop a step: no court applies limitation by itself (3:322 BW).
        """
        today = company._dunning_today()
        regimes = self.env["dunning.regime"].with_company(company)._regime_map(today)
        days, before, acts = {}, self._before(company), []
        for row in self._old_claims(company, today):
            regime = regimes.find(row["country"], row["kind"])
            answer = regime.limitation(row["due_date"], self._interruptions(row)) if regime else None
            if answer and (day := before.get(row["partner_id"])):
                acts += self._since(row, regime, day, answer)
            if answer and answer.warning_on(today) is not None:
                held = days.get(row["partner_id"])
                days[row["partner_id"]] = min(filter(None, (held, (answer.safe_last_day, regime.id))))
        self._store(company, days)
        self._tell_interrupted(company, acts, days, before)
        self._warn(company, today)

    @api.model
    def _before(self, company):
        """What the last look found: ``{partner id: day}``."""
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT partner_id, limitation_date FROM dunning_case"
                    " WHERE company_id = %s AND limitation_date IS NOT NULL",
                    company.id,
                )
            )
        )

    @api.model
    def _since(self, row, regime, day, answer):
        """What interrupted the limitation of a claim since the last look, which found that day: none, or one act.

        :return: list of ``(row, act, the last day from now on)``.
        """
        if not answer.safe_last_day or answer.safe_last_day <= day:
            return []
        acts = sorted(self._interruptions(row), key=lambda act: act.on)
        for count, act in enumerate(acts):
            shorter = regime.limitation(row["due_date"], acts[:count])
            if shorter and shorter.safe_last_day == day:
                return [(row, act, answer.safe_last_day)]
        return []

    @api.model
    def _tell_interrupted(self, company, acts, days, before):
        """Tell of these acts, once the day of their debtor has moved: until then another claim holds it, and they would
        be found again.

        :param acts: see ``_since``. :param days: what this look found. :param before: what the last one did.
        """
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": "debtor.limitation_interrupted",
                    "company_id": company.id,
                    "debtor": row["partner_id"],
                    "claims": row["claim_id"] and [row["claim_id"]],
                    "facts": as_fact.known(
                        numbers=row["number"],
                        on=as_fact.day(act.on),
                        demand=act.kind == limitation.DEMAND,
                        acknowledged=act.kind == limitation.ACKNOWLEDGEMENT,
                        before=as_fact.day(before[row["partner_id"]]),
                        until=as_fact.day(until),
                    ),
                }
                for row, act, until in acts
                if row["partner_id"] not in days or days[row["partner_id"]][0] > before[row["partner_id"]]
            ]
        )

    @api.model
    def _interruptions(self, row):
        """What a claim's own history did to its limitation."""
        acts = [limitation.Interruption(day, limitation.DEMAND) for day in row["demands"] or ()]
        admitted = {*(row["payments"] or ()), *(row["plans"] or ())}
        return acts + [limitation.Interruption(day, limitation.ACKNOWLEDGEMENT) for day in sorted(admitted)]

    @api.model
    def _old_claims(self, company, today):
        """Open claims that are old enough for any limitation to come near, as dicts, with what interrupted it.

        A part payment by the debtor is an acknowledgement (3:318 BW); a credit note of our own is not. So is a payment
        plan that he agreed to, kept or not: of one about everything for what was there on that day and was not disputed
        as a whole. One that was taken back counts for nothing, which is the safe reading.
        """
        months = (
            self.env["dunning.regime"]
            .sudo()
            ._read_group(  # a figure of the law, whoever asks
                [("limitation_months", ">", 0)], [], ["limitation_months:min"]
            )[0][0]
        )
        if not months:
            return []
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                OLD_CLAIMS,
                company=company.id,
                country=company.country_id.code or None,
                demands=DEMANDS,
                before=add_months(today, max(limitation.WARN_MONTHS) + 1 - months),
            )
        )
        return self.env.cr.dictfetchall()

    @api.model
    def _store(self, company, days):
        """Write the day and its regime on the cases in one statement; cases without one lose theirs."""
        rows = [{"partner_id": k, "day": day.isoformat(), "regime_id": regime} for k, (day, regime) in days.items()]
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_case c
                   SET limitation_date = fresh.day, limitation_regime_id = fresh.regime_id,
                       limitation_warned = CASE WHEN fresh.day > c.limitation_date THEN NULL
                                                ELSE c.limitation_warned END
                  FROM (SELECT k.id, r.day, r.regime_id
                          FROM dunning_case k
                          LEFT JOIN json_to_recordset(%(rows)s) AS r(partner_id int, day date, regime_id int)
                               ON r.partner_id = k.partner_id
                         WHERE k.company_id = %(company)s) fresh
                 WHERE c.id = fresh.id
                   AND (c.limitation_date, c.limitation_regime_id) IS DISTINCT FROM (fresh.day, fresh.regime_id)
                """,
                rows=json.dumps(rows),
                company=company.id,
            )
        )
        self.env["dunning.case"].invalidate_model(["limitation_date", "limitation_regime_id", "limitation_warned"])

    @api.model
    def _warn(self, company, today):
        """One activity per case and stage, for whoever is responsible."""
        cases = self.env["dunning.case"].search([("company_id", "=", company.id), ("limitation_date", "!=", False)])
        reached = defaultdict(cases.browse)
        for case in cases:
            stage = case._limitation_stage(today)
            if stage is not None and (not case.limitation_warned or stage < int(case.limitation_warned)):
                reached[stage] |= case
        for stage, group in reached.items():
            group.limitation_warned = str(stage)
            for case in group:
                self._schedule(case, stage)

    @api.model
    def _schedule(self, case, stage):
        user = case.user_id or case.company_id.dunning_responsible_id
        if not user:
            return
        env = case.with_context(lang=user.lang or self.env.lang).env
        day = format_date(env, case.limitation_date)
        summary = env._("A claim lapses: act before %s", day) if stage else env._("A claim may have lapsed on %s", day)
        if case.limitation_regime_id.limitation_rule == "be":
            note = env._(
                "In Belgium a letter of your own does not interrupt the limitation. Have the debtor acknowledge the "
                "debt in writing, or hand it to a lawyer or bailiff in time."
            )
        else:
            note = env._(
                "Send a notice of default that arrives before that day and keep the proof, or have the debtor "
                "acknowledge the debt in writing."
            )
        case.activity_schedule("mail.mail_activity_data_warning", summary=summary, note=note, user_id=user.id)
