from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ...engine.facts import ZERO, Promise
from ..dunning_loose import LooseMany2many
from ..dunning_money import written
from ..event import as_fact
from .dunning_agreement_letters import STANDING

# A payment is often booked some days after it came in: so long a broken promise can still turn out to be kept.
SECOND_LOOK_DAYS = 30


class DunningPromise(models.Model):
    """The debtor promised to pay an amount on a day. Until then, and some days of grace, he is left alone."""

    _name = "dunning.promise"
    _description = "Promise to pay"
    _inherit = ["dunning.payment.agreement.mixin"]
    _order = "date desc, id desc"
    _decisive = frozenset({"case_id", "move_ids", "state", "amount", "currency_id", "date"})
    _told = frozenset({"move_ids", "state", "amount", "currency_id", "made_on", "date", "note"})

    move_ids = LooseMany2many(help="Leave empty when the promise is about everything that is open on that day.")
    made_on = fields.Date(
        string="Promised on",
        required=True,
        default=lambda self: self.env.company._dunning_today(),
        help="Payments count from this day on.",
    )
    date = fields.Date(
        string="Will be paid on",
        required=True,
        default=lambda self: self.env["dunning.call.queue"]._working_day(self.env.company, 7),
        tracking=True,
        help="The day the debtor named. Filled in with a working day a week from today.",
    )
    until = fields.Date(
        string="Left alone until",
        compute="_compute_until",
        help="The promised day and the days of grace of the settings.",
    )
    state = fields.Selection(
        [("open", "Open"), ("kept", "Kept"), ("broken", "Broken"), ("cancelled", "Cancelled")],
        string="Status",
        default="open",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        help="Kept or broken follows from the payments, every morning.",
    )

    letter_ids = fields.One2many("dunning.agreement.letter", "promise_id", string="Letters about it")

    _date_after_made = models.Constraint(
        "CHECK(date >= made_on)", "The promised day lies before the day on which it was promised."
    )

    @api.depends("partner_id", "amount", "currency_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = bool(promise.partner_id) and self.env._(
                "%(debtor)s: %(amount)s on %(date)s",
                debtor=promise.partner_id.name or "",
                amount=written(self.env, promise.amount, promise.currency_id),
                date=format_date(self.env, promise.date) if promise.date else "…",
            )

    @api.depends("date", "company_id.dunning_promise_grace_days")
    def _compute_until(self):
        for promise in self:
            grace = (promise.company_id or self.env.company).dunning_promise_grace_days
            promise.until = promise.date and promise.date + timedelta(days=grace)

    def _kind_made(self):
        return "agreement.promised"

    def _event_facts(self, kind):
        facts, personal = super()._event_facts(kind)
        return facts | {"date": as_fact.day(self.date), "promise": True}, personal

    def _event_missing(self, ledger):
        return {"paid": as_fact.money(ledger[self.id].paid, self.currency_id)}

    def action_write(self):
        """Write to the debtor: what was promised, or that it did not come in."""
        return self._compose("promise_broken" if self.state == "broken" else "promise_confirmed")

    def _window(self):
        return self.made_on, self.until

    @api.model
    def _settle(self, company):
        """Decide from the ledger which promises of a company were kept and which were broken; in sets.

        Kept as soon as the amount has come in or nothing is left to pay in time; broken when the days of grace are
        over. The responsible hears of a broken one once.
        """
        today = company._dunning_today()
        promises = self.search(
            [
                ("company_id", "=", company.id),
                "|",
                ("state", "=", "open"),
                "&",
                ("state", "=", "broken"),
                ("decided_on", ">=", today - timedelta(days=SECOND_LOOK_DAYS)),
            ]
        )
        open_ones = promises.filtered(lambda promise: promise.state == "open")
        promises = (promises - open_ones) | open_ones._cancel_lost(today)
        ledger = promises._ledger()

        def is_kept(promise):
            found, amount = ledger[promise.id], promise._exact(promise.amount)
            in_time = today <= promise.until or found.paid + found.credited >= amount
            return found.paid >= amount or (found.settled and in_time)

        kept = promises.filtered(is_kept)
        broken = (promises - kept).filtered(lambda promise: promise.state == "open" and promise.until < today)
        kept._settle_as("kept", today)
        broken._settle_as("broken", today)
        broken._remind({promise: ledger[promise.id].paid for promise in broken})
        self.env["dunning.agreement.letters"]._ask(company)

    def _missing_amounts(self):
        """Per promise a function that says what has not come in of it (Decimal); nothing when all is settled."""
        ledger = self._ledger()

        def missing_of(found, amount):
            return lambda _day: ZERO if found.settled else max(amount - found.paid, ZERO)

        return {one: missing_of(ledger[one.id], one._exact(one.amount)) for one in self}

    def _reminder(self, env, found):
        paid = written(env, float(found), self.currency_id)
        return env._("Promise broken"), env._(
            "%(amount)s was promised for %(date)s (%(what)s) and %(paid)s came in. The invoices are followed up again.",
            amount=written(env, self.amount, self.currency_id),
            date=format_date(env, self.date),
            what=self.with_env(env)._of_invoices(),
            paid=paid,
        )

    @api.model
    def _facts(self, company, partner_ids):
        """Open promises for the engine, in one statement; and broken ones while their debtor is asked about them.

        :return: per commercial partner id a tuple of ``engine.facts.Promise``.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT a.partner_id, p.date, p.amount::text, u.name, p.made_on,
                       COALESCE(array_agg(r.%(move)s) FILTER (WHERE r.%(move)s IS NOT NULL), '{}'), k.deadline
                  FROM (%(about)s UNION %(asked)s) a
                  JOIN dunning_promise p ON p.id = a.id
                  JOIN res_currency u ON u.id = p.currency_id
                  LEFT JOIN dunning_agreement_letter k ON k.promise_id = p.id AND k.state IN %(standing)s
                  LEFT JOIN %(relation)s r ON r.%(promise)s = p.id
                 WHERE p.state = 'open' OR k.deadline >= %(today)s
                 GROUP BY p.id, u.name, a.partner_id, k.deadline
                 ORDER BY p.id
                """,
                about=self._about(company, partner_ids, "open"),
                asked=self._about(company, partner_ids, "broken"),
                standing=STANDING,
                today=company._dunning_today(),
                **self._relation("move_ids", "promise", "move"),
            )
        )
        patience, facts = company._dunning_patience("promise"), {}
        for partner_id, day, amount, currency, made_on, move_ids, answer_by in self.env.cr.fetchall():
            since = None if move_ids else made_on
            until, asked_until = patience.until(day), answer_by or patience.answer_by(day)
            promise = Promise(day, until, Decimal(amount), currency, frozenset(move_ids), since, asked_until)
            facts.setdefault(partner_id, []).append(promise)
        return {partner_id: tuple(found) for partner_id, found in facts.items()}
