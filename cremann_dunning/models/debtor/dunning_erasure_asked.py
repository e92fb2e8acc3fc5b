from dataclasses import dataclass, field
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, LazyTranslate, format_date

from ...law import keeping, limitation
from ..dunning_apart import apart
from ..event.dunning_erasure import OPEN_ITEMS
from ..money.dunning_charge_booking import WAIVED
from .dunning_limitation import DEMANDS

_lt = LazyTranslate(__name__)

DAY = timedelta(days=1)
# Reasons of a write-off after which the debtor can still be asked to pay.
STILL_OWED = ("uncollectable", "insolvent", "other")

# What of a debtor is not over yet, beside what his account says, and what it is called.
OPEN = {
    "dunning.letter": ("draft", "issued", "failed"),
    "dunning.agreement.letter": ("draft", "waiting", "sending", "to_post", "failed"),
    "dunning.reply": ("open",),
    "dunning.dispute": ("open",),
    "dunning.promise": ("open",),
    "dunning.payment.plan": ("draft", "active"),
}
NAMES = {
    "dunning.letter": _lt("Letters that have not left"),
    "dunning.agreement.letter": _lt("Letters about agreements that have not left"),
    "dunning.reply": _lt("Replies to handle"),
    "dunning.dispute": _lt("Disputes"),
    "dunning.promise": _lt("Promises"),
    "dunning.payment.plan": _lt("Payment plans"),
}
# What stands about him in records of its own, which a manager may delete.
NOTES = ("dunning.contact", "dunning.promise", "dunning.payment.plan", "dunning.dispute", "dunning.hold")


@dataclass
class Asked:
    """What an erasure that a debtor asks for comes to: what is ``open``, what the law keeps (``kept``: sentences), the
    first day on which it may be done (``start``; None where nobody can say), what stays with its reason, and the
    ``events`` of which something is erased."""

    events: models.Model
    open: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    start: date | None = None
    stays: list[str] = field(default_factory=list)


class DunningErasure(models.AbstractModel):
    """Erases what the record holds about one debtor because he asks for it (art. 17 of the GDPR).

    What is still open, what stands in the books and what he can still be asked to pay is kept as long as it has to be,
    and never longer than the firm keeps it anyway.
    """

    _inherit = "dunning.erasure"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _asked(self, company, debtor):
        """What it comes to, without doing it, in the language of the reader. :param debtor: commercial partner.

        :return: ``Asked``.
        """
        erasure = self.sudo()  # sudo: everything about this debtor, for whom the caller has checked
        self.env.flush_all()
        ids = erasure.env["dunning.event"]._known_as(company, debtor.ids)
        asked = Asked(
            erasure._held(company, ids), erasure._open(company, debtor), stays=erasure._stays(company, debtor)
        )
        today, over = company._dunning_today(), erasure._time_over(company, ids)
        if over and over <= today:
            return asked
        kept = erasure._law_keeps(company, debtor, today)
        asked.kept = [sentence for sentence, _until in kept]
        days = [until for _sentence, until in kept]
        lifted = max(days) + DAY if days and all(days) else None
        asked.start = min(filter(None, (over, lifted)), default=None) if kept else None
        return asked

    @api.model
    def _erase_asked(self, company, debtor, asked_on):
        """Erase what sealed events hold about him, and say so in the chain; the number of events.

        In a transaction of its own, which sees what was sealed a moment ago and what happened in the meantime.

        :param asked_on: the day on which he asked. :raises UserError: it has to be kept, with what keeps it.
        """
        self.env["dunning.sealing"]._seal()
        with apart(self.env) as env:
            erasure, company, debtor = env["dunning.erasure"], company.with_env(env), debtor.with_env(env)
            if refusal := erasure._refusal(erasure._asked(company, debtor)):
                raise UserError(refusal)
            ids = env["dunning.event"].sudo()._known_as(company, debtor.ids)  # sudo: as in _asked
            return erasure.sudo()._erase(company, ids, asked_on)  # sudo: the caller has checked

    @api.model
    def _refusal(self, asked):
        """Why it may not be done yet, with what to do; False where it may."""
        parts = []
        if asked.open:
            parts += [self.env._("Something of this debtor is not over yet. Settle it first:"), *asked.open]
        if asked.kept:
            parts += [self.env._("The law has it kept:"), *asked.kept]
        if parts and asked.start:
            parts.append(self.env._("It may be erased from %s on.", format_date(self.env, asked.start)))
        if parts:
            parts.append(self.env._("Tell whoever asked within a month why it stays (art. 12 GDPR)."))
        return "\n".join(parts) or False

    # -- what there is ---------------------------------------------------------------------------------------------

    @api.model
    def _held(self, company, ids):
        """The events that hold something about a person, the newest first."""
        rows = self.env.execute_query(
            SQL(
                "SELECT e.id FROM dunning_event e JOIN dunning_event_personal p ON p.event_id = e.id"
                " WHERE e.company_id = %s AND e.debtor = ANY(%s) ORDER BY e.happened DESC, e.id DESC",
                company.id,
                ids,
            )
        )
        return self.env["dunning.event"].browse(id_ for (id_,) in rows)

    @api.model
    def _time_over(self, company, ids):
        """The first day on which the firm no longer keeps it anyway; None where it always does, or nothing happened."""
        [(last,)] = self.env.execute_query(
            SQL(
                "SELECT MAX(happened)::date FROM dunning_event WHERE company_id = %s AND debtor = ANY(%s)",
                company.id,
                ids,
            )
        )
        years = company.dunning_keep_years
        return last + relativedelta(years=years) + DAY if years and last else None

    @api.model
    def _open(self, company, debtor):
        """What of him is not over yet, a line each."""
        debtor_is = SQL("p.commercial_partner_id = %s", debtor.id)
        items = self.env.execute_query(SQL(OPEN_ITEMS, company=company.id, debtor=debtor_is))
        about = [("company_id", "=", company.id), ("partner_id", "=", debtor.id)]
        rests = self.env["dunning.claim"].search([*about, ("ended_on", "=", False)]).filtered("is_rest")
        receipts = [("company_id", "=", company.id), ("partner_ids", "in", debtor.ids)]
        insolvent = [
            ("partner_id", "=", debtor.id),
            ("company_id", "in", (company.id, False)),
            ("is_running", "=", True),
        ]
        found = [
            (self.env._("Invoices, credits or payments"), len(items)),
            (self.env._("Claims with costs or interest left (have them paid, or waive them)"), len(rests)),
            (self.env._("Receipts not booked"), self.env["dunning.receipt"].search_count(receipts)),
            (self.env._("Insolvencies"), self.env["dunning.insolvency"].search_count(insolvent)),
        ]
        of_case = [("case_id.partner_id", "=", debtor.id), ("case_id.company_id", "=", company.id)]
        for model, states in OPEN.items():
            count = self.env[model].search_count([*of_case, ("state", "in", states)])
            found.append((self.env._(NAMES[model]), count))
        return [f"– {name}: {count}" for name, count in found if count]

    # -- what is kept ----------------------------------------------------------------------------------------------

    @api.model
    def _law_keeps(self, company, debtor, today):
        """What the law has kept today: list of ``(sentence, last day or None where it is not known)``."""
        return [
            (sentence, until)
            for sentence, until in (*self._in_books(company, debtor), *self._still_owed(company, debtor, today))
            if until is None or until >= today
        ]

    @api.model
    def _in_books(self, company, debtor):
        """What was booked because of what the record says, and has to be proved as long as the books are kept."""
        about = [("company_id", "=", company.id), ("partner_id", "=", debtor.id)]
        booked = self.env["dunning.charge.booking"].search([*about, ("how", "!=", WAIVED), ("is_undone", "=", False)])
        written_off = self.env["dunning.write.off"].search([*about, ("is_in_force", "=", True)])
        set_off = self.env["dunning.set.off"].search(about).filtered("is_in_force")
        days = [record.date for records in (booked, written_off, set_off) for record in records]
        if not days:
            return []
        until = self._books_until(company, max(days))
        text = self.env._(
            "– Costs, interest, a write-off or a set-off stand in the books, the last of %(day)s. What they rest on is "
            "kept until %(until)s (%(article)s).",
            day=format_date(self.env, max(days)),
            until=format_date(self.env, until),
            article=self._article(company),
        )
        return [(text, until)]

    @api.model
    def _still_owed(self, company, debtor, today):
        """Claims that were written off, and that he can still be asked to pay."""
        owed = self.env["dunning.write.off"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "=", debtor.id),
                ("is_in_force", "=", True),
                ("reason", "in", STILL_OWED),
            ]
        )
        if not owed:
            return []
        regimes = self.env["dunning.regime"].with_company(company)._regime_map(today)
        country = debtor.country_id.code or company.country_id.code
        regime = regimes.find(country, debtor.dunning_debtor_kind)
        return [self._owed_until(record, regime) for record in owed]

    @api.model
    def _owed_until(self, record, regime):
        """The sentence and day of one write-off. :param record: ``dunning.write.off``."""
        answer = regime.limitation(record.date_due, self._acts(record)) if regime and record.date_due else None
        if not answer or not answer.safe_last_day:
            text = self.env._(
                "– %s was written off and is still owed. When it lapses is not known here.", record.number
            )
            return text, None
        text = self.env._(
            "– %(number)s was written off and is still owed: it lapses after %(day)s.",
            number=record.number,
            day=format_date(self.env, answer.safe_last_day),
        )
        return text, answer.safe_last_day

    @api.model
    def _acts(self, record):
        """What interrupted the limitation of what was written off: demands that went out, and payments."""
        lines = record.claim_id.line_ids.filtered(lambda line: line.principal_part and not line.is_let_go)
        letters = lines.letter_id.filtered(lambda letter: letter.state == "sent" and letter.legal_type in DEMANDS)
        paid = record.move_line_id.matched_credit_ids.filtered(
            lambda match: (
                match.credit_move_id.move_id.move_type == "entry" and match.credit_move_id.move_id != record.entry_id
            )
        )
        return [
            *(limitation.Interruption(letter.sent_on, limitation.DEMAND) for letter in letters),
            *(limitation.Interruption(match.max_date, limitation.PAYMENT) for match in paid),
        ]

    # -- what stays ------------------------------------------------------------------------------------------------

    @api.model
    def _stays(self, company, debtor):
        """What stays when the rest is erased, and why, a line each."""
        env, lines = self.env, []
        about = [("company_id", "=", company.id), ("partner_id", "=", debtor.id)]
        letters = env["dunning.letter"].search([*about, ("name", "!=", "/")])
        if letters:
            until = self._books_until(company, max(letters.mapped("date")))
            lines.append(
                env._(
                    "– Letters with their PDF (%(count)s), invoices, payments and entries: they belong to the books, "
                    "which are kept until %(until)s (%(article)s).",
                    count=len(letters),
                    until=format_date(env, until),
                    article=self._article(company),
                )
            )
        lines.append(
            env._("– That and when something happened, with amounts and numbers: it names nobody, and proves it.")
        )
        notes = sum(env[model].with_context(active_test=False).search_count(about) for model in NOTES)
        if notes:
            lines.append(
                env._(
                    "– Notes on contacts, promises, payment plans, disputes and holds (%s). Delete those that nothing "
                    "needs any more first: what that tells is erased along.",
                    notes,
                )
            )
        lines.append(
            env._("– The contact itself and the messages below it. Privacy Lookup in Odoo shows what else is there.")
        )
        return lines

    @api.model
    def _books_until(self, company, day):
        """Until when the books of this day are kept."""
        year_end = company.compute_fiscalyear_dates(day)["date_to"]
        return keeping.books_until(company.country_id.code or "", year_end)

    @api.model
    def _article(self, company):
        return keeping.books(company.country_id.code or "").article or self.env._("the law of your country")
