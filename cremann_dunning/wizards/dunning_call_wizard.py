from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date, format_time

from ..models.debtor.dunning_case_mixin import OPEN_OF_DEBTOR
from ..models.debtor.dunning_cause_mixin import NOT_SPOKEN
from ..models.dunning_look import looking
from ..models.dunning_money import written

# What may come of a call, in the order of the screen; the values are those of contacts.
OUTCOMES = [
    ("promised", "Pays on …"),
    ("disputed", "Does not agree"),
    ("instalments", "In instalments"),
    ("copy", "Wants a copy"),
    ("not_reached", "No answer"),
    ("wrong_person", "Wrong contact"),
    ("refused", "Refuses"),
    ("cannot_pay", "Cannot pay"),
    ("other", "Something else"),
]
# Outcomes that a message to the debtor may confirm.
CONFIRMED = ("promised", "disputed", "instalments")


class DunningCallWizard(models.TransientModel):
    """Calls one debtor after the other: what is known of him, what came of it, what follows, and the next one.

    What is saved here is made by the models it is about; see ``dunning.call.saving.mixin``.
    """

    _name = "dunning.call.wizard"
    _description = "Calls"
    _inherit = [
        "dunning.window.mixin",
        "dunning.outcome.mixin",
        "dunning.cause.mixin",
        "dunning.call.saving.mixin",
        "dunning.described.mixin",  # many of its fields are fields of cases
    ]

    line_ids = fields.One2many("dunning.call.wizard.line", "wizard_id", string="Debtors", readonly=True)
    line_id = fields.Many2one("dunning.call.wizard.line", readonly=True)
    case_id = fields.Many2one("dunning.case", string="Debtor", readonly=True)
    shown_at = fields.Datetime(readonly=True, help="Since when this debtor is on the screen.")
    seen_ids = fields.Many2many("dunning.contact", readonly=True, help="What others noted today and was shown here.")
    last_result = fields.Char(readonly=True)
    last_failed = fields.Boolean(readonly=True)
    is_done = fields.Boolean(compute="_compute_progress")
    is_empty = fields.Boolean(compute="_compute_progress")
    progress = fields.Char(compute="_compute_progress")
    summary = fields.Char(compute="_compute_progress")

    company_id = fields.Many2one(related="case_id.company_id", related_sudo=False)
    partner_id = fields.Many2one(related="case_id.partner_id", related_sudo=False, string="Customer")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    company_currency_id = fields.Many2one(
        related="case_id.currency_id", related_sudo=False, string="Currency of the company"
    )
    amount_overdue = fields.Monetary(
        related="case_id.amount_overdue", related_sudo=False, currency_field="company_currency_id"
    )
    days_overdue = fields.Integer(related="case_id.days_overdue", related_sudo=False)
    lang = fields.Selection(related="case_id.lang", related_sudo=False)
    explanation = fields.Char(related="case_id.explanation", related_sudo=False)
    last_letter_date = fields.Date(related="case_id.last_letter_date", related_sudo=False)
    open_move_ids = fields.Many2many(related="case_id.open_move_ids", related_sudo=False)
    taken_in_ids = fields.Many2many(related="case_id.taken_in_ids", related_sudo=False)
    responsible_id = fields.Many2one("res.users", compute="_compute_debtor")
    phones = fields.Html(compute="_compute_debtor", sanitize=False, string="Telephone")
    tries = fields.Char(compute="_compute_debtor", string="Attempts")
    last_contact = fields.Char(compute="_compute_debtor")
    script = fields.Text(compute="_compute_script", string="Ask")
    notice = fields.Text(compute="_compute_notice")

    level_id = fields.Many2one("dunning.level", string="Call due", readonly=True)
    outcome = fields.Selection(OUTCOMES, string="What came of it?")
    person = fields.Char(string="Spoken to")
    note = fields.Text(string="What was said")
    move_ids = fields.Many2many("account.move", string="Invoices", domain=OPEN_OF_DEBTOR)
    plan_count = fields.Integer(string="Number of instalments", default=3)
    plan_first_date = fields.Date(string="First on")
    plan_agreed = fields.Boolean(
        string="Agreed", default=True, help="The debtor agreed on the telephone. Else a draft is made."
    )
    counts_as_step = fields.Boolean(
        string="Counts as a step", compute="_compute_counts_as_step", compute_sudo=False, store=True, readonly=False
    )
    mail_to = fields.Char(compute="_compute_mail_to")
    send_mail = fields.Boolean(
        string="Confirmation mail", compute="_compute_send_mail", compute_sudo=False, store=True, readonly=False
    )
    follows = fields.Text(string="What follows", compute="_compute_follows")

    # -- opening and going on -------------------------------------------------------------------------------------

    @api.model
    def action_start(self):
        """Call everybody whose call is due today."""
        self.check_access("create")
        return self._for_cases(self.env["dunning.call.queue"]._all())._open()

    def web_read(self, specification):
        """As in Odoo, of fresh answers: the debtor on the screen is asked about once, and not list by list."""
        look = looking(self)
        look.case_id._dunning_freshen(self.case_id._dunning_places())
        return super(DunningCallWizard, look).web_read(specification)

    @api.model
    def _for_cases(self, cases):
        """A window about these cases, the first of them before its maker."""
        cases = looking(cases)  # they are only read
        lines = [
            fields.Command.create({"sequence": number, "case_id": case.id, "was_overdue": case.amount_overdue > 0})
            for number, case in enumerate(self.env["dunning.call.queue"]._in_order(cases), 1)
        ]
        window = self.create({"line_ids": lines})
        window._next()
        return window

    def _open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Calls"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "current",
        }

    def _next(self):
        """Go on to the next debtor of whom something is open; those of whom nothing is are passed with a word."""
        self.ensure_one()
        for line in self.line_ids.filtered(lambda line: line.state == "waiting"):
            case = line.case_id
            if case.amount_overdue > 0 or (not line.was_overdue and (case.open_move_ids or case.taken_in_ids)):
                break
            line.write({"state": "ended", "result": self.env._("Nothing is open any more.")})
        else:
            line = self.env["dunning.call.wizard.line"]
        self._show(line)

    def _show(self, line):
        """Put the debtor of a line on the screen, with nothing filled in."""
        case, queue = line.case_id, self.env["dunning.call.queue"]
        company = case.company_id or self.env.company
        self.write(
            {
                "line_id": line.id,
                "case_id": case.id,
                "level_id": case._call_due()[0].id if case else False,
                "shown_at": fields.Datetime.now(),
                "seen_ids": [fields.Command.set(queue._by_others(case).ids if case else [])],
                "outcome": False,
                "cause": False,
                "person": False,
                "note": False,
                "move_ids": [fields.Command.clear()],
                "promise_date": self._promise_day(company),
                "dispute_reason": False,
                "dispute_extent": "whole",
                "dispute_amount": 0,
                "plan_count": 3,
                "plan_first_date": queue._working_day(company, 14),
                "plan_agreed": True,
            }
        )

    def action_skip(self):
        """Go on to the next debtor and note nothing."""
        self.ensure_one()
        self.check_access("write")
        self.line_id.write({"state": "skipped", "result": self.env._("Skipped.")})
        self.write({"last_result": False, "last_failed": False})
        self._next()
        return True

    def action_open_case(self):
        """The case of the debtor on the screen."""
        self.ensure_one()
        self.check_access("read")
        return self.case_id._get_records_action()

    def action_worklist(self):
        """Back to the worklist."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["dunning.case"].action_open_worklist()
        return action | {"target": "main"} if action["type"] == "ir.actions.act_window" else action

    @api.depends("line_id", "line_ids.state")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for window in self:
            going = window.line_id and window.progress
            window.display_name = f"{self.env._('Calls')}: {going}" if going else self.env._("Calls")

    # -- what is shown --------------------------------------------------------------------------------------------

    @api.depends("line_id", "line_ids.state")
    def _compute_progress(self):
        for window in self:
            lines = window.line_ids
            called = len(lines.filtered(lambda line: line.state == "called"))
            window.is_empty = not lines
            window.is_done = bool(lines) and not window.line_id
            place = lines.ids.index(window.line_id.id) + 1 if window.line_id in lines else len(lines)
            window.progress = self.env._("%(place)s of %(count)s", place=place, count=len(lines))
            window.summary = self.env._("%(called)s of %(count)s called.", called=called, count=len(lines))

    @api.depends("case_id", "move_ids")
    def _compute_currency_id(self):
        """Of the invoices that were chosen, or else of all that is open where that is one currency."""
        for window in self:
            case = window.case_id
            currencies = (window.move_ids or case.open_move_ids).currency_id
            alone = currencies if len(currencies) == 1 and not case.taken_in_ids else case.currency_id
            window.currency_id = (window.move_ids and currencies[:1]) or alone or self.env.company.currency_id

    @api.depends("case_id")
    def _compute_debtor(self):
        queue = self.env["dunning.call.queue"]
        for window in self:
            case = window.case_id
            window.responsible_id = case._responsible() if case else False
            window.phones = window._phone_links()
            tries = queue._tries(case) if case else 0
            words = self.env._("%s without an answer since somebody last spoke with him", tries)
            window.tries = words if tries else False
            last = case.contact_ids[:1]
            window.last_contact = window._of_contact(last) if last else False

    def _of_contact(self, contact):
        """A contact in one line: when, by whom and what came of it."""
        outcomes = dict(contact._fields["outcome"]._description_selection(self.env))
        day, by = format_date(self.env, contact.counted_on), contact.user_id.name
        return f"{day}, {by}: {outcomes[contact.outcome]}" + (f" ({contact.note})" if contact.note else "")

    def _phone_links(self):
        """Numbers to tap, each with its person; whatever stands in a contact is escaped."""
        rows = []
        roles = dict(self.env["res.partner"]._fields["dunning_role"]._description_selection(self.env))
        row = Markup(
            '<div><a href="tel:{0}" class="fw-bold fs-4 text-nowrap">{1}</a> '
            '<span class="o_dunning_quiet">{2}</span></div>'
        )
        for person in self.case_id._phone_contacts() if self.case_id else ():
            dial = "".join(sign for sign in person.phone if sign.isdigit() or sign == "+")
            words = ", ".join(filter(None, (person.name, roles.get(person.dunning_role))))
            rows.append(row.format(dial, person.phone, words))
        missing = Markup('<span class="text-danger">{}</span>').format(self.env._("No telephone number is known."))
        return Markup("").join(rows) or missing

    @api.depends("case_id", "level_id")
    def _compute_script(self):
        """The questions of the level whose call is due, or the usual three."""
        usual = "\n".join(
            (
                self.env._("1. Did our invoice arrive, and our letters?"),
                self.env._("2. Is anything wrong with the invoice or with what we delivered?"),
                self.env._("3. When will it be paid, and how much?"),
            )
        )
        for window in self:
            window.script = window.level_id.script or usual

    @api.depends("case_id", "seen_ids")
    def _compute_notice(self):
        """What somebody has to know before he calls: who else was at it today, and who is now."""
        queue = self.env["dunning.call.queue"]
        for window in self:
            case, lines = window.case_id, []
            if case:
                lines += [
                    self.env._("%s has this debtor on the screen as well.", user.name) for user in queue._busy(case)
                ]
                lines += [
                    self.env._(
                        "Called today at %(time)s: %(contact)s",
                        time=format_time(self.env, contact.date, tz=self.env.user.tz, time_format="short"),
                        contact=window._of_contact(contact),
                    )
                    for contact in queue._by_others(case)
                ]
                lines += [self.env._("The debtor wrote back, and nobody has handled it yet.")] * bool(
                    case.open_reply_count
                )
                lines += filter(None, [self.env["dunning.insolvency"]._why_silent(case)])
                lines += filter(None, [self.env["dunning.handover.claim"]._why_silent(case)])
            window.notice = "\n".join(lines)

    @api.depends("outcome", "level_id")
    def _compute_counts_as_step(self):
        """A call that is due is made by speaking with the debtor; where nobody was reached it is made again."""
        for window in self:
            window.counts_as_step = bool(window.level_id and window.outcome and window.outcome not in NOT_SPOKEN)

    @api.depends("case_id")
    def _compute_mail_to(self):
        for window in self:
            case = window.case_id
            silent = bool(case) and self.env["dunning.insolvency"]._why_silent(case)
            window.mail_to = case.reader_id.email if case and not silent else False

    @api.depends("outcome", "case_id", "plan_agreed")
    def _compute_send_mail(self):
        for window in self:
            confirmed = window.outcome in CONFIRMED and (window.outcome != "instalments" or window.plan_agreed)
            window.send_mail = bool(confirmed and window.mail_to)

    # -- what follows ---------------------------------------------------------------------------------------------

    @api.depends(
        "outcome", "cause", "case_id", "move_ids", "promise_date", "promise_amount", "dispute_reason", "dispute_extent",
        "dispute_amount", "plan_count", "plan_first_date", "plan_agreed", "counts_as_step", "send_mail",
    )  # fmt: skip
    def _compute_follows(self):
        for window in self:
            window.follows = window._in_words() if window.case_id and window.outcome else False

    def _in_words(self):
        """What saving does, one sentence each."""
        self.ensure_one()
        sentences = [getattr(self, f"_follows_{self.outcome}")()]
        if self.outcome not in (*NOT_SPOKEN, *CONFIRMED):  # what is agreed of the call says itself what follows
            sentences.append(self.cause_follows or self.env._("The steps go on."))
        if self.outcome not in NOT_SPOKEN and (days := self.company_id.dunning_quiet_days):
            until = self.company_id._dunning_today() + timedelta(days=days)
            sentences.append(self.env._("No letter goes out before %s.", format_date(self.env, until)))
        if self.counts_as_step and self.level_id:
            sentences.append(self.env._("The call counts as the step %s.", self.level_id.name))
        if self.send_mail and self.mail_to:
            sentences.append(self.env._("A confirmation goes to %s.", self.mail_to))
        return "\n".join(filter(None, sentences))

    def _about(self):
        """The chosen invoices in words, or that it is about everything."""
        numbers = self.move_ids._origin._dunning_numbers(self.partner_id)
        return ", ".join(numbers) or self.env._("everything of this debtor")

    def _money(self, amount):
        return written(self.env, amount or 0, self.currency_id)

    def _follows_promised(self):
        if not self.promise_date:
            return self.env._("Enter the day on which the debtor will pay.")
        promise = self.env["dunning.promise"].new({"case_id": self.case_id._origin.id, "date": self.promise_date})
        return self.env._(
            "A promise of %(amount)s is noted (%(what)s). Until %(until)s nothing is asked; when it has not come in by "
            "then, %(responsible)s hears of it and the steps go on.",
            amount=self._money(self.promise_amount),
            what=self._about(),
            until=format_date(self.env, promise.until),
            responsible=self.responsible_id.name or self.env.user.name,
        )

    def _follows_disputed(self):
        if not self.move_ids or not self.dispute_reason:
            return self.env._("Choose the invoices and why the debtor does not agree.")
        if self.dispute_extent == "part":
            return self.env._(
                "Of %(what)s %(amount)s is not chased until somebody closes the dispute. The rest is asked.",
                what=self._about(),
                amount=self._money(self.dispute_amount),
            )
        return self.env._("Nothing of %s is chased until somebody closes the dispute.", self._about())

    def _follows_instalments(self):
        if not self.plan_agreed:
            return self.env._(
                "A draft of a payment plan is made over %(amount)s, with a to-do for you. The steps go on until it is "
                "agreed.",
                amount=self._money(self.promise_amount),
            )
        return self.env._(
            "A payment plan is agreed: %(amount)s in %(count)s instalments, the first on %(date)s. As long as they "
            "come in, nothing else is asked.",
            amount=self._money(self.promise_amount),
            count=self.plan_count,
            date=format_date(self.env, self.plan_first_date) if self.plan_first_date else "…",
        )

    def _follows_copy(self):
        if not self.move_ids:
            return self.env._("Choose the invoices that are sent again.")
        return self.env._("%s goes out by mail again at once.", self._about())

    def _follows_not_reached(self):
        day = self.env["dunning.call.queue"]._working_day(self.company_id, 1)
        return self.env._(
            "Attempt %(number)s. The debtor comes back in this list on %(date)s.",
            number=self.env["dunning.call.queue"]._tries(self.case_id._origin) + 1,
            date=format_date(self.env, day),
        )

    def _follows_wrong_person(self):
        return self.env._(
            "%(responsible)s gets a to-do to find out whom to call. The debtor comes back in this list on %(date)s.",
            responsible=self.responsible_id.name or self.env.user.name,
            date=format_date(self.env, self.env["dunning.call.queue"]._working_day(self.company_id, 1)),
        )

    def _follows_refused(self):
        return self.env._("It is noted that the debtor refuses to pay.")

    def _follows_cannot_pay(self):
        return self.env._(
            "It is noted that the debtor cannot pay, and %s gets a to-do to decide what to do.",
            self.responsible_id.name or self.env.user.name,
        )

    def _follows_other(self):
        return self.env._("The call is noted.")
