from odoo import api, fields, models
from odoo.tools import SQL

from ..dunning_inside import inside
from ..dunning_money import written
from .dunning_case import NOW

EURO_DAYS = 10_000  # so much money times days overdue is a unit of the first part
AMOUNT_MOST = 100  # units of the first part; else one large debtor would stand before all that is urgent
SILENCE_MOST = 4  # letters that count
LEGAL_DAYS = 92  # a claim that may lapse within so many days
OPENED_MANY = 4  # times a letter was opened by somebody who does not pay
PARTS = ("amount", "broken", "silence", "legal")


class DunningCase(models.Model):
    """Whom to begin with: a sum of named parts, weighed by the administrator, and told in words."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    # No column is ever written, see _field_to_sql.
    priority = fields.Integer(
        readonly=True,
        prefetch=NOW,
        aggregator="max",
        help="The sum of: the amount times the days it is overdue, a broken promise, letters without an answer, a "
        "claim that may lapse soon. What each part weighs stands in the settings.",
    )
    priority_words = fields.Char(compute="_compute_priority_words", string="Priority in words")
    signals = fields.Json(compute="_compute_signals", help="What stands out about this debtor.")

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "priority" or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        known = query.__dict__.setdefault("dunning_priority", {})  # what is read is ordered by as well
        if alias not in known:
            known[alias] = self._priority_sql(alias, query)
        return known[alias]

    def _priority_sql(self, alias, query):
        def column(name):
            return self._field_to_sql(alias, name, query)

        weights = self._weights_sql(column("company_id"))
        parts = {
            "amount": SQL(
                # as floats, which are many times faster; the words reckon the same way
                "LEAST(FLOOR(COALESCE(%s, 0)::float8 * %s / %s), %s)",
                column("amount_overdue"),
                column("days_overdue"),
                EURO_DAYS,
                AMOUNT_MOST,
            ),
            "broken": SQL("(%s IS NOT DISTINCT FROM 'broken')::int", column("promise_state")),
            "silence": SQL("LEAST(COALESCE(%s, 0), %s)", column("unanswered"), SILENCE_MOST),
            "legal": SQL(
                "COALESCE(%s <= %s + %s, FALSE)::int",
                column("limitation_date"),
                self.env["res.company"]._dunning_today_of(column("company_id")),
                LEGAL_DAYS,
            ),
        }
        total = SQL(" + ").join(SQL("%s * %s", weights[part], parts[part]) for part in PARTS)
        return SQL("CASE WHEN %s > 0 THEN (%s)::int ELSE 0 END", column("amount_overdue"), total)

    @api.model
    def _weights_sql(self, company_id):
        """SQL for what each part weighs in the company of a case: ``{part: SQL}``."""
        found = {}
        for part, by_weight in self._weights_by_part().items():
            cases = [SQL("WHEN %s = ANY(%s) THEN %s", company_id, own, weight) for weight, own in by_weight.items()]
            found[part] = SQL("CASE %s ELSE 0 END", SQL(" ").join(cases)) if len(cases) > 1 else SQL("%s", *by_weight)
        return found

    @api.model
    def _weights_by_part(self):
        """What each part weighs in which companies, ``{part: {weight: company ids}}``; asked once for a screen."""
        look = inside(self.env, "dunning_fresh")
        if look is not None and look.weights is not None:
            return look.weights
        names = [f"dunning_priority_{part}" for part in PARTS]
        self.env["res.company"].flush_model(names)
        found = {part: {} for part in PARTS}
        # By SQL, of every company whose cases may be read: records would have everything read that there is of one.
        columns = SQL(", ").join(map(SQL.identifier, names))
        for company_id, *weights in self.env.execute_query(SQL("SELECT id, %s FROM res_company ORDER BY id", columns)):
            for part, weight in zip(PARTS, weights, strict=True):
                found[part].setdefault(weight or 0, []).append(company_id)
        if look is not None:
            look.weights = found
        return found

    # all that it is made of, so that a list reads it at once
    @api.depends(
        "priority", "amount_overdue", "days_overdue", "promise_state", "unanswered", "limitation_date", "company_id",
        "currency_id",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_priority_words(self):
        self.priority_words = False
        for company, cases in self.filtered("company_id").grouped("company_id").items():
            today, weights = company._dunning_today(), self._weights(company)
            words = self._parts_in_words(company.currency_id)
            for case in cases:
                parts = case._priority_parts(today, weights)
                case.priority_words = "; ".join(f"{words[part](case)}: {points}" for part, points in parts)

    @api.model
    def _weights(self, company):
        """What each part weighs: ``{part: points}``."""
        # sudo: for whoever may read the case
        return {part: company.sudo()[f"dunning_priority_{part}"] for part in PARTS}

    def _priority_parts(self, today, weights):
        """``(part, points)`` of each part that counts, as the sum has them. :param weights: see ``_weights``."""
        self.ensure_one()
        units = {
            "amount": min(int(self.amount_overdue * self.days_overdue / EURO_DAYS), AMOUNT_MOST),
            "broken": self.promise_state == "broken",
            "silence": min(self.unanswered, SILENCE_MOST),
            "legal": bool(self.limitation_date) and (self.limitation_date - today).days <= LEGAL_DAYS,
        }
        points = [(part, weights[part] * units[part]) for part in PARTS]
        return [(part, count) for part, count in points if count and self.amount_overdue > 0]

    @api.model
    def _parts_in_words(self, currency):
        """What each part says of a case: ``{part: function}``; translated once for a whole list.

        :param currency: of their company.
        """
        env = self.env
        amount, silence = env._("%(amount)s × %(days)s days"), env._("letters without an answer (%s)")
        broken, legal = env._("a promise was broken"), env._("a claim may lapse soon")
        return {
            "amount": lambda case: (
                amount % {"amount": written(env, case.amount_overdue, currency), "days": case.days_overdue}
            ),
            "silence": lambda case: silence % case.unanswered,
            "broken": lambda case: broken,
            "legal": lambda case: legal,
        }

    @api.depends("has_dispute", "promise_state", "held_until", "amount_overdue", "reply_ids.state", "letter_ids.state")
    @api.depends_context("lang")
    def _compute_signals(self):
        """``[{key, icon, text, tone}]``, what matters most first; a statement for all of them."""
        found = self._signals_found()
        for company, cases in self.grouped("company_id").items():
            today = company and company._dunning_today()
            for case in cases:
                case.signals = case._signals_of(today, *found.get(case.id, (0, 0, 0)))

    def _signals_of(self, today, replies, failed, opened):
        env = self.env
        signals = [
            (replies, "fa-reply", env._("Wrote back, and nobody has handled it"), "danger"),
            (failed, "fa-exclamation-triangle", env._("A letter could not be delivered"), "danger"),
            (self.promise_state == "broken", "fa-chain-broken", env._("A promise was broken"), "danger"),
            (self.has_dispute, "fa-balance-scale", env._("Does not agree"), "warning"),
            (
                opened >= OPENED_MANY and self.amount_overdue > 0,
                "fa-eye",
                env._("Opened letters %s times without paying", opened),
                "warning",
            ),
            (self.promise_state == "open", "fa-handshake-o", env._("Promised to pay"), "info"),
            (self.held_until and self.held_until >= today, "fa-pause-circle-o", env._("On hold"), "muted"),
        ]
        return [{"icon": icon, "text": text, "tone": tone} for is_so, icon, text, tone in signals if is_so]

    def _signals_found(self):
        """Replies to handle, failed letters and openings of letters about what is overdue, by case; one statement."""
        self.env.flush_all()
        if not self.ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.id,
                       (SELECT COUNT(*) FROM dunning_reply r WHERE r.company_id = c.company_id
                           AND r.partner_id = c.partner_id AND r.state = 'open'
                           AND r.source NOT IN ('post', 'bounce', 'call')),
                       COUNT(k.id) FILTER (WHERE k.state = 'failed'),
                       COALESCE(SUM(o.number) FILTER (WHERE k.state = 'sent' AND k.sent_on > c.oldest_due_date), 0)
                  FROM dunning_case c
                  LEFT JOIN dunning_letter k ON k.case_id = c.id AND k.state IN ('failed', 'sent')
                  LEFT JOIN LATERAL (
                       SELECT COUNT(*) AS number FROM dunning_opening x WHERE x.letter_id = k.id) o ON TRUE
                 WHERE c.id = ANY(%s)
                 GROUP BY c.id
                """,
                self.ids,
            )
        )
        return {case_id: (replies, failed, int(opened)) for case_id, replies, failed, opened in rows}
