import json
from datetime import date

from odoo import api, models
from odoo.tools import SQL, format_date

from ...engine import rules
from ...law import calendar, limitation
from ..event import as_fact
from ..letter.dunning_letter_receipt_mixin import FAILED_ATTEMPTS
from . import limitation_sql as sql
from .dunning_limitation_claim import LATER, UNKNOWN

# Letters in which the creditor demands payment or reserves his right to it (3:317 lid 1 BW).
DEMANDS = (rules.STATUTORY_NOTICE, rules.NOTICE_OF_DEFAULT, rules.FINAL_NOTICE)


class DunningLimitation(models.AbstractModel):
    """Watches claims that may lapse and warns ahead: six months, three months, one month, and when it is too late."""

    _name = "dunning.limitation"
    _description = "Dunning limitation"

    @api.model
    def _watch(self, company):
        """Bring the days of all claims of a company up to date, and warn once per stage and debtor.

        Dates warn and never stop a step: no court applies limitation by itself (3:322 BW).
        """
        self._bring(company)
        self._warn(company, company._dunning_today())

    @api.model
    def _bring(self, company, partners=None):
        """Work out until when each open claim can be enforced, and keep it on rows of their own and on the cases.

        :param partners: only these debtors; None for all of the company.
        """
        today = company._dunning_today()
        regimes = self.env["dunning.regime"].with_company(company)._regime_map(today)
        before, known = self._before(company), {}
        days, acts, kept = {}, [], []
        for row in self._open_claims(company, today, partners):
            regime = regimes.find(row["country"], row["kind"])
            found = self._interruptions(row, regime) if regime else []
            answer = self._answer(regime, row, found, known)
            kept.append(self._row(row, regime, answer, found, today))
            if answer and (day := before.get(row["partner_id"])):
                acts += self._since(row, regime, day, answer, found)
            if answer and answer.warning_on(today) is not None:
                held = days.get(row["partner_id"])
                days[row["partner_id"]] = min(filter(None, (held, (answer.safe_last_day, regime.id))))
        self._keep(company, kept, partners)
        self._store(company, days, partners)
        self._tell_interrupted(company, acts, days, before)

    @api.model
    def _answer(self, regime, row, found, known):
        """The law's answer for a claim; None where no period is known. Claims that are alike are asked about once.

        :param found: pairs of act and what it was, see ``_interruptions``. :param known: answers so far.
        """
        if not regime:
            return None
        acts = tuple(act for act, _what in found)
        key = (regime.id, row["date_due"], acts)
        if key not in known:
            known[key] = regime.limitation(row["date_due"], acts)
        return known[key]

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

    # -- what interrupted it --------------------------------------------------------------------------------------

    @api.model
    def _interruptions(self, row, regime):
        """What a claim's own history did to its limitation: pairs of ``law.limitation.Interruption`` and what it was.

        A part payment by the debtor is an acknowledgement (3:318 BW); a credit note of our own is not. So is a payment
        plan that he agreed to, kept or not: of one about everything for what was there on that day and was not disputed
        as a whole. One that was taken back counts for nothing, which is the safe reading.
        """
        land = (regime.limitation_rule or "nl")[:2].upper()
        found = [
            (limitation.Interruption(_day(letter["on"]), limitation.DEMAND, _arrival(letter, land)), letter)
            for letter in row["letters"] or ()
        ]
        found += [
            (limitation.Interruption(_day(paid["on"]), limitation.PAYMENT), paid) for paid in row["payments"] or ()
        ]
        found += [
            (limitation.Interruption(_day(plan["on"]), limitation.ACKNOWLEDGEMENT), plan) for plan in row["plans"] or ()
        ]
        found += [
            (limitation.Interruption(_day(noted["on"]), noted["kind"]), noted | {"by_hand": True})
            for noted in row["recorded"] or ()
        ]
        return sorted(found, key=lambda pair: (pair[0].on, pair[0].kind, pair[1]["id"]))

    @api.model
    def _since(self, row, regime, day, answer, found):
        """What interrupted the limitation of a claim since the last look, which found that day: none, or one act.

        :return: list of ``(row, act, the last day from now on)``.
        """
        if answer.safe_last_day <= day:
            return []
        acts = [act for act, _what in found]
        for count, act in enumerate(acts):
            shorter = regime.limitation(row["date_due"], acts[:count])
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
                        acknowledged=act.kind in (limitation.ACKNOWLEDGEMENT, limitation.PAYMENT),
                        before=as_fact.day(before[row["partner_id"]]),
                        until=as_fact.day(until),
                    ),
                }
                for row, act, until in acts
                if row["partner_id"] not in days or days[row["partner_id"]][0] > before[row["partner_id"]]
            ]
        )

    # -- what is kept ---------------------------------------------------------------------------------------------

    @api.model
    def _open_claims(self, company, today, partners):
        """Open claims that were due before today, as dicts, with what may have interrupted their limitation."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                sql.OPEN_CLAIMS,
                company=company.id,
                country=company.country_id.code or None,
                demands=DEMANDS,
                failed=tuple(FAILED_ATTEMPTS),
                today=today,
                whose=self._whose(SQL("p.commercial_partner_id"), partners),
            )
        )
        return self.env.cr.dictfetchall()

    @api.model
    def _whose(self, column, partners):
        """A condition of SQL: that a column names one of these debtors; everybody for None."""
        return SQL("TRUE") if partners is None else SQL("%s = ANY(%s)", column, partners.ids)

    @api.model
    def _row(self, row, regime, answer, found, today):
        """What is kept of one claim: a row of ``dunning.limitation.claim`` for ``limitation_sql.KEEP``."""
        kept = {name: row[name] for name in sql.COLUMNS if name in row}
        kept |= {"date_due": row["date_due"].isoformat(), "amount_open": str(row["amount_open"])}
        kept |= {"debtor_kind": row["kind"], "stage": UNKNOWN}
        if not answer:
            return kept
        stage = answer.warning_on(today)
        last = answer.effective[-1] if answer.effective else None
        return kept | {
            "regime_id": regime.id,
            "first_last_day": answer.original_last_day.isoformat(),
            "last_day": answer.last_day.isoformat(),
            "safe_day": answer.safe_last_day.isoformat(),
            "stage": LATER if stage is None else str(stage),
            "interrupted_on": last.on.isoformat() if last else None,
            "interrupted_by": last.kind if last else None,
            "ways": ",".join(answer.ways),
            "acts": _said(found, answer, row["date_due"]),
        }

    @api.model
    def _keep(self, company, rows, partners):
        """Write what is known of each claim, in one statement; what is not open any more loses its row."""
        self.env.cr.execute(
            SQL(
                sql.KEEP,
                rows=json.dumps(rows),
                company=company.id,
                currency=company.currency_id.id,
                whose=self._whose(SQL("x.partner_id"), partners),
            )
        )
        self.env["dunning.limitation.claim"].invalidate_model()

    @api.model
    def _store(self, company, days, partners=None):
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
                         WHERE k.company_id = %(company)s AND %(whose)s) fresh
                 WHERE c.id = fresh.id
                   AND (c.limitation_date, c.limitation_regime_id) IS DISTINCT FROM (fresh.day, fresh.regime_id)
                """,
                rows=json.dumps(rows),
                company=company.id,
                whose=self._whose(SQL("k.partner_id"), partners),
            )
        )
        self.env["dunning.case"].invalidate_model(["limitation_date", "limitation_regime_id", "limitation_warned"])

    # -- whom it tells --------------------------------------------------------------------------------------------

    @api.model
    def _warn(self, company, today):
        """One activity per case and stage, for whoever is responsible."""
        cases = self.env["dunning.case"].search([("company_id", "=", company.id), ("limitation_date", "!=", False)])
        reached = {}
        for case in cases:
            stage = case._limitation_stage(today)
            if stage is not None and (not case.limitation_warned or stage < int(case.limitation_warned)):
                reached[stage] = reached.get(stage, cases.browse()) | case
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
        if (case.limitation_regime_id.limitation_rule or "").startswith("be"):
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


def _day(value):
    return date.fromisoformat(value[:10])


def _arrival(letter, land):
    """The last day on which a letter can have reached the debtor. By registered post and where nothing is proven that
    is never: it is handed over in person, or not at all."""
    sent = _day(letter["on"])
    if letter["proven"]:
        return max(_day(letter["proven"]), sent)
    if letter["way"] == "email":
        return sent
    if letter["way"] == "registered":
        return limitation.NEVER
    return calendar.add_delivery_days(land, sent, calendar.delivery_days_on(sent, None))


def _said(found, answer, date_due):
    """The acts as they are kept, in their order: day, kind, what it was, and whether it worked or why not."""
    rows, left = [], list(answer.effective)  # of two alike on one day perhaps one worked
    for act, what in found:
        row = {"on": act.on.isoformat(), "kind": act.kind, "works": act in left, "id": what["id"]}
        row |= {name: what[name] for name in ("name", "by_hand") if what.get(name)}
        if row["works"]:
            left.remove(act)
        else:
            row["why"] = limitation.why_not(act, answer, date_due)
        rows.append(row)
    return rows
