from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...engine import rules
from ...engine.reasons import FOR_SOMEBODY
from ..dunning_inside import inside
from .dunning_case import NOW

# The order in which a debtor goes through them. Where he stands is one of them, whatever else is true of him.
PHASES = [
    ("not_due", "Not yet due"),
    ("new", "Nothing sent yet"),
    ("reminder", "First reminder"),
    ("reminder_again", "Next reminder"),
    ("call", "Called"),
    ("notice", "Notice"),
    ("final", "Final notice"),
    ("promise", "Promised"),
    ("plan", "Payment plan"),
    ("dispute", "In dispute"),
    ("hold", "On hold"),
    ("end", "To be decided"),
    ("handed_over", "Handed over"),
    ("insolvent", "Insolvent"),
    ("settled", "Paid"),
]
LADDER = ("new", "reminder", "reminder_again", "call", "notice", "final", "end", "handed_over")
# What of them is empty most of the time, or is no step, needs no column of its own.
QUIET = {"not_due", "settled", "insolvent", "handed_over", "call"}
OF_TYPE = {
    rules.CALL: "call",
    rules.STATUTORY_NOTICE: "notice",
    rules.NOTICE_OF_DEFAULT: "notice",
    rules.FINAL_NOTICE: "final",
    rules.HANDOVER: "handed_over",
}
INSOLVENT = ("INSOLVENT", "DISCHARGED", "ESTATE")
AT_END = ("HANDOVER_DUE", "LAST_LEVEL", "STOP_COUNT", "STOP_AGE", "BACKLOG")


class DunningCase(models.Model):
    """Where a debtor stands, as one word, and what that word follows from."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    reason = fields.Selection("_selection_reason", readonly=True, prefetch=NOW, help="Of what is decided about it.")
    has_dispute = fields.Boolean(string="In dispute", readonly=True, prefetch=NOW)
    has_plan = fields.Boolean(string="On a payment plan", readonly=True, prefetch=NOW)
    promise_state = fields.Selection(
        [("open", "Promised"), ("kept", "Kept"), ("broken", "Broken")],
        string="Last promise",
        readonly=True,
        prefetch=NOW,
    )
    held_until = fields.Date(
        string="On hold until", readonly=True, prefetch=NOW, help="The last day of the hold on the whole debtor."
    )
    unanswered = fields.Integer(
        string="Unanswered letters",
        readonly=True,
        prefetch=NOW,
        aggregator=None,
        help="Letters about what is overdue, since the debtor last wrote, called, promised or disputed.",
    )
    # Of these two no column is ever written: they are made of the others when somebody looks, see _field_to_sql.
    phase = fields.Selection(
        PHASES,
        prefetch=NOW,
        copy=False,
        group_expand="_expand_phases",
        help="Follows from letters that were sent and from what was agreed. A hold is what a person moves by hand.",
    )
    amount_phase = fields.Monetary(
        string="Amount", readonly=True, prefetch=NOW, help="What is overdue; where nothing is, what is not yet due."
    )
    needs_somebody = fields.Boolean(
        string="Needs somebody", compute="_compute_needs_somebody", search="_search_needs_somebody"
    )
    what = fields.Char(
        string="Number, reference or contact",
        store=False,
        search="_search_what",
        help="An invoice by its number, the reference of a payment or a letter, a person or an address.",
    )

    @api.model
    def _selection_reason(self):
        return list(self.env["dunning.decision"]._reason_labels().items())

    def _field_to_sql(self, alias, field_expr, query=None):
        if query is not None and field_expr == "amount_phase":
            overdue, not_due = (self._field_to_sql(alias, f"amount_{name}", query) for name in ("overdue", "not_due"))
            return SQL("CASE WHEN %s > 0 THEN %s ELSE COALESCE(%s, 0) END", overdue, overdue, not_due)
        if field_expr != "phase" or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        return self._phase_sql(lambda name: self._field_to_sql(alias, name, query))

    @api.model
    def _phase_sql(self, column):
        """SQL for the phase. :param column: a function that gives the SQL of another field of the same case."""
        by_level = SQL(" ").join(
            SQL("WHEN %s = ANY(%s) THEN %s", column("level_id"), ids, phase)
            for phase, ids in self._levels_by_phase().items()
        )
        return SQL(
            """
            CASE WHEN %(overdue)s IS NOT TRUE AND %(not_due)s IS NOT TRUE THEN 'settled'
                 WHEN %(reason)s = ANY(%(insolvent)s) THEN 'insolvent'
                 WHEN %(reason)s = 'HANDED_OVER' THEN 'handed_over'
                 WHEN %(held)s >= %(today)s THEN 'hold'
                 WHEN %(overdue)s IS NOT TRUE THEN 'not_due'
                 WHEN %(dispute)s THEN 'dispute'
                 WHEN %(plan)s THEN 'plan'
                 WHEN %(promise)s = 'open' THEN 'promise'
                 WHEN %(reason)s = ANY(%(at_end)s) THEN 'end'
                 %(by_level)s
                 ELSE 'new' END
            """,
            overdue=SQL("%s > 0", column("amount_overdue")),
            not_due=SQL("%s > 0", column("amount_not_due")),
            reason=column("reason"),
            insolvent=list(INSOLVENT),
            held=column("held_until"),
            today=self.env["res.company"]._dunning_today_of(column("company_id")),
            dispute=column("has_dispute"),
            plan=column("has_plan"),
            promise=column("promise_state"),
            at_end=list(AT_END),
            by_level=by_level,
        )

    @api.model
    def _levels_by_phase(self):
        """Ids of all levels by the phase that a debtor is in who had that letter or call; asked once for a screen."""
        look = inside(self.env, "dunning_fresh")
        if look is not None and look.levels is not None:
            return look.levels
        # sudo: what a level is, for whoever may read a case that stands on it
        levels = self.env["dunning.level"].sudo().with_context(active_test=False)
        levels = levels.search_fetch(Domain.TRUE, ["procedure_id", "sequence", "legal_type"])
        found = {}
        for procedure_levels in levels.grouped("procedure_id").values():
            reminders = 0
            for level in procedure_levels.sorted(lambda level: (level.sequence, level.id)):
                phase = OF_TYPE.get(level.legal_type)
                if not phase and level.legal_type == rules.REMINDER:
                    phase, reminders = ("reminder_again" if reminders else "reminder"), reminders + 1
                if phase:  # a notice before the due date says nothing of what is overdue
                    found.setdefault(phase, []).append(level.id)
        if look is not None:
            look.levels = found
        return found

    @api.model
    def _expand_phases(self, phases, _domain):
        """Every step has its column on the board, empty or not; in the order in which a debtor goes through them."""
        return [phase for phase, _label in PHASES if phase in phases or phase not in QUIET]

    @api.depends("reason")
    def _compute_needs_somebody(self):
        for case in self:
            case.needs_somebody = case.reason in FOR_SOMEBODY

    @api.model
    def _search_needs_somebody(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = Domain("reason", "in", FOR_SOMEBODY)
        return Domain.OR(found if wanted else ~found for wanted in value)

    @api.model
    def _search_what(self, operator, value):
        """The debtors of whom an invoice, a letter, a reference or a contact reads like this."""
        if operator not in ("ilike", "=ilike", "like", "=", "in") or not isinstance(value, str | set | list | tuple):
            return NotImplemented
        values = [value] if isinstance(value, str) else [text for text in value if isinstance(text, str)]
        companies = Domain("company_id", "in", self.env.companies.ids)

        def reads(*names):
            return Domain.OR(
                Domain(name, operator if operator != "in" else "=", text) for name in names for text in values
            )

        # sudo: only whose they are; a case is shown to whoever may read it
        moves, letters = self.env["account.move"].sudo(), self.env["dunning.letter"].sudo()
        people = self.env["res.partner"].sudo().with_context(active_test=False)
        of_moves = moves._search(
            companies & Domain("move_type", "!=", "in_invoice") & reads("name", "ref", "payment_reference")
        ).subselect("commercial_partner_id")
        of_letters = letters._search(companies & reads("name", "payment_reference")).subselect("partner_id")
        found = people._search(
            reads("name", "email", "phone", "ref", "vat")
            | Domain("id", "in", of_moves)
            | Domain("id", "in", of_letters)
        )
        return Domain("partner_id", "in", found.subselect("commercial_partner_id"))

    # -- moved by hand, on the board ---------------------------------------------------------------------------------

    def write(self, vals):
        """A phase follows from what happened: what a person can move by hand is a hold; all else is refused, and told
        what is missing."""
        if "phase" not in vals:
            return super().write(vals)
        self.check_access("write")
        for case in self:
            case._move_to(vals["phase"])
        rest = {name: value for name, value in vals.items() if name != "phase"}
        return super().write(rest) if rest else True

    def _move_to(self, phase):
        """:raises UserError: this is not for a person to say; it tells what has to happen first."""
        self.ensure_one()
        was = self.phase
        if phase == was:
            return
        if phase == "hold":
            place = {"partner_id": self.partner_id.id, "company_id": self.company_id.id}
            holds = self.env["dunning.hold"]
            holds.create(
                place | {"reason": self.env._("Put on hold on the board"), "date_until": holds._last_day(place)}
            )
            return
        if was == "hold":
            self.action_release()
            self.env["dunning.figures"].sudo()._refresh(self.company_id, self.partner_id.ids)  # sudo: the system's sums
            self.invalidate_recordset()
        if self.phase != phase:
            raise UserError(self._why_not(phase))

    def _why_not(self, phase):
        """What has to happen before this debtor is in that phase."""
        labels = dict(self._fields["phase"]._description_selection(self.env))
        missing = self._missing_for(phase)
        words = {"debtor": self.partner_id.display_name, "phase": labels.get(phase, phase)}
        if missing:
            return self.env._(
                "%(debtor)s cannot be moved to %(phase)s by hand: %(missing)s has to be sent first, and no step is "
                "skipped. Propose the letter on the case.",
                missing=", ".join(missing),
                **words,
            )
        if phase in ("promise", "plan", "dispute", "insolvent"):
            return self.env._(
                "%(debtor)s is not moved to %(phase)s by hand: note it with its own button on the case, so that it is "
                "known what was agreed.",
                **words,
            )
        if phase in LADDER and self.next_level_id:
            return self.env._("%(debtor)s cannot be moved to %(phase)s: his procedure has no such step.", **words)
        return self.env._(
            "%(debtor)s is not moved to %(phase)s by hand: where a debtor stands follows from what was sent, agreed "
            "and paid.",
            **words,
        )

    def _missing_for(self, phase):
        """The names of the levels that still have to be done before a debtor is in a phase of the ladder."""
        if phase not in LADDER or not self.next_level_id:
            return []
        ids, missing = self._levels_by_phase().get(phase, ()), []
        # sudo: names of the steps to come, for whoever works on the case
        ahead = self.next_level_id.sudo().procedure_id.level_ids.sorted(lambda level: (level.sequence, level.id))
        for level in ahead.filtered(lambda level: level.sequence >= self.next_level_id.sudo().sequence):
            first = level == self.next_level_id and self.next_date
            day = f" ({format_date(self.env, self.next_date)})" if first else ""
            missing.append(f"{level.name}{day}")
            if level.id in ids:
                return missing
        return []
