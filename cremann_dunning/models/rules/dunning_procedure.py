from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine import rules
from ...engine.ladder import carry_over
from .. import dunning_counted as counted
from ..dunning_inside import Inside

# Where a debtor of this kind looks when no procedure names the kind itself.
KIND_FALLBACK = {"public": "business", "unknown": "consumer"}

# In the order of date.weekday().
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class DunningProcedure(models.Model):
    _name = "dunning.procedure"
    _description = "Dunning procedure"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Leave empty for every company. A company's own procedure goes before a shared one."
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    country_id = fields.Many2one(
        "res.country", help="Country of the debtor. Leave empty for all countries without a procedure of their own."
    )
    debtor_kind = fields.Selection(
        [("business", "Businesses"), ("consumer", "Consumers"), ("public", "Public bodies"), ("any", "Everybody")],
        string="For",
        required=True,
        default="any",
        help="Debtors of an unknown kind follow the consumers' procedure, public bodies that of businesses unless "
        "they have one of their own.",
    )
    automatic_choice = fields.Boolean(
        string="Chosen by itself",
        default=True,
        help="Off: only debtors and invoices that name this procedure follow it.",
    )
    is_for_returns = fields.Boolean(
        string="For payments that came back",
        help="An invoice of which a payment came back first gets a letter of this procedure, the next one each time it "
        "happens, and then goes on where it was on its own. Nobody else follows it.",
    )
    payer = fields.Selection(
        [
            ("any", "Any debtor"),
            ("prompt", "Debtors who usually pay on time"),
            ("slow", "Debtors who usually pay late"),
        ],
        string="Payment behaviour",
        default="any",
        required=True,
        help="How late a debtor pays on average, from at least three invoices that he paid in the last year. A debtor "
        "changes procedure only while no step was taken.",
    )
    level_ids = fields.One2many("dunning.level", "procedure_id", string="Levels", copy=True)
    minimum_interval = fields.Integer(
        string="Days between letters",
        default=6,
        help="A debtor gets no second letter within so many days, whatever invoice it is about.",
    )
    minimum_amount = fields.Monetary(
        default=5.0, help="No letter when everything that is due for one comes to less than this."
    )
    axis_html = fields.Html(
        string="On an axis of days", compute="_compute_axis_html", sanitize=False, compute_sudo=False
    )
    require_sent = fields.Boolean(
        string="Only invoices that were sent",
        default=True,
        help="An invoice that the debtor never got is not chased: it is passed over with the reason.",
    )
    days_after_sending = fields.Integer(
        string="Days after sending",
        default=5,
        help="No step within so many days after the invoice went out, whatever its due date: post takes days, a mail "
        "server tries for up to five before it says that a mail did not arrive, and the debtor must have had time to "
        "look. 0: at once.",
    )
    check_first = fields.Selection(
        [
            (rules.SEEN, "What Odoo sees"),
            (rules.ASKED, "What Odoo sees, and somebody answers the rest"),
            (rules.EVERY, "Somebody looks at every invoice"),
        ],
        string="Check before the first letter",
        default=rules.SEEN,
        help="Before the first letter about an invoice: is the amount right, was the term clear, could it be paid, was "
        "it received? What Odoo sees is not in order stops the letter. What it cannot know, somebody answers where "
        "that is chosen. Empty: nothing is checked.",
    )
    amount_from = fields.Monetary(
        string="From",
        help="Only debtors who are overdue with at least this much altogether, in the company's currency. A debtor who "
        "comes to another procedure starts there at its first step.",
    )
    amount_to = fields.Monetary(string="Below", help="Only debtors who are overdue with less than this. 0: no limit.")
    correction_days = fields.Integer(
        help="A payment on the last day may take so many days to show up in the bank. Every step waits for them.",
    )
    send_monday = fields.Boolean(string="Monday", default=True)
    send_tuesday = fields.Boolean(string="Tuesday", default=True)
    send_wednesday = fields.Boolean(string="Wednesday", default=True)
    send_thursday = fields.Boolean(string="Thursday", default=True)
    send_friday = fields.Boolean(string="Friday", default=True)
    send_saturday = fields.Boolean(string="Saturday")
    send_sunday = fields.Boolean(string="Sunday")
    skip_holidays = fields.Boolean(
        string="Not on holidays",
        default=True,
        help="Public holidays of the country of the company. The daily run keeps letters back until the next sending "
        "day; whoever confirms a run by hand may send on any day.",
    )
    stop_count = fields.Integer(
        string="Most letters", help="No more letters about an invoice after so many. 0: no limit but the levels."
    )
    stop_age = fields.Integer(
        string="Highest age", help="No more letters about an invoice so many days after its due date. 0: no limit."
    )
    note = fields.Html(string="Notes")

    _interval_not_negative = models.Constraint(
        "CHECK(minimum_interval >= 0)", "The number of days between letters cannot be negative. Enter 0 or more."
    )
    _amount_not_negative = models.Constraint(
        "CHECK(minimum_amount >= 0)", "The minimum amount cannot be negative. Enter 0 or more."
    )
    _days_not_negative = models.Constraint(
        "CHECK(correction_days >= 0 AND stop_count >= 0 AND stop_age >= 0 AND days_after_sending >= 0)",
        "Correction days, days after sending, most letters and highest age cannot be negative. Enter 0 or more.",
    )
    _band_in_order = models.Constraint(
        "CHECK(amount_from >= 0 AND (amount_to = 0 OR amount_to > amount_from))",
        "The band of amounts is empty: Below must be more than From, or 0 for no limit.",
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for procedure in self:
            procedure.currency_id = (procedure.company_id or self.env.company).currency_id

    @api.depends(
        "level_ids.delay_days", "level_ids.delay_from", "level_ids.sequence", "level_ids.active",
        "level_ids.legal_type", "level_ids.payment_term_days", "level_ids.channel", "level_ids.automatic",
        "level_ids.name", "debtor_kind", "correction_days", "country_id",
    )  # fmt: skip
    @api.depends_context("lang", "company")
    def _compute_axis_html(self):
        """Its steps as they are saved: what is being typed is drawn once it is."""
        for procedure in self:
            saved = procedure._origin
            company = saved.company_id or self.env.company
            procedure.axis_html = self.env["dunning.preset"]._drawn_alone(company, saved) if saved.level_ids else False

    def action_look_over(self):
        """All that is wrong with it, at once."""
        self.ensure_one()
        self.check_access("read")
        return self.env["dunning.soundness.wizard"]._open_for(self)

    @api.constrains(*(f"send_{day}" for day in WEEKDAYS))
    def _check_sending_days(self):
        for procedure in self:
            if not procedure._weekdays():
                raise ValidationError(
                    self.env._("%s: choose at least one day on which letters go out.", procedure.name)
                )

    @api.constrains(
        "company_id", "country_id", "debtor_kind", "payer", "automatic_choice", "active", "amount_from", "amount_to"
    )
    def _check_one_fits(self):
        """Two procedures that fit the same debtor equally well would make the choice an accident."""
        for procedure in self.filtered(lambda p: p.active and p.automatic_choice):
            twins = self.search(
                [
                    ("id", "!=", procedure.id),
                    ("automatic_choice", "=", True),
                    ("company_id", "=", procedure.company_id.id),
                    ("country_id", "=", procedure.country_id.id),
                    ("debtor_kind", "=", procedure.debtor_kind),
                    ("payer", "=", procedure.payer),
                ],
            )
            twin = twins.filtered(lambda other, procedure=procedure: procedure._overlaps(other))[:1]
            if twin:
                raise ValidationError(
                    self.env._(
                        "%(name)s and %(twin)s would both fit the same debtors: same company, country and kind, and "
                        "amounts that overlap. Change one of them, or switch off Chosen by itself.",
                        name=procedure.name,
                        twin=twin.name,
                    )
                )

    @api.constrains("level_ids")
    def _check_level_order(self):
        """A level that counts from the due date must not come before the level above it."""
        for procedure in self:
            levels = procedure.level_ids.filtered("active").sorted(lambda level: (level.sequence, level.id))
            procedure._check_notice_first(levels)
            if len(set(levels.mapped("sequence"))) < len(levels):
                raise ValidationError(
                    self.env._(
                        "%(name)s: two levels have the same place in the order. Drag them into the order in which "
                        "they go out.",
                        name=procedure.name,
                    )
                )
            latest = None
            for level in levels.filtered(lambda level: level.legal_type != rules.PRE_DUE):
                if level.delay_from == "due_date" and latest and level.delay_days <= latest.delay_days:
                    raise ValidationError(
                        self.env._(
                            "%(level)s would go out %(days)s after the due date, before or together with "
                            "%(previous)s (%(previous_days)s). Give it a later day or count it from the step "
                            "before.",
                            level=level.name,
                            days=counted.days(self.env, level.delay_days),
                            previous=latest.name,
                            previous_days=counted.days(self.env, latest.delay_days),
                        )
                    )
                if level.delay_from == "due_date" or not latest:
                    latest = level

    def _check_notice_first(self, levels):
        """A notice before the due date can only be the first step."""
        late = levels[1:].filtered(lambda level: level.legal_type == rules.PRE_DUE)[:1]
        if late:
            raise ValidationError(
                self.env._(
                    "%(level)s is a notice before the due date, so nothing can come before it. Drag it to the top or "
                    "choose another type.",
                    level=late.name,
                )
            )

    @api.constrains("level_ids", "debtor_kind")
    def _check_consumer_costs(self):
        self.level_ids.with_context(dunning_levels_together=False)._check_consumer_costs()

    def write(self, vals):
        """Levels that change in one go are checked when all are written: dragging passes through wrong orders."""
        procedures = self.with_context(dunning_levels_together=Inside()) if "level_ids" in vals else self
        return super(DunningProcedure, procedures).write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_used(self):
        used = self.env["dunning.letter"].sudo().search([("procedure_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "Letters were made with the procedure %(name)s, so it cannot be removed. Archive it instead.",
                    name=used.procedure_id.name,
                )
            )

    def unlink(self):
        """Its levels go first, each asked whether it may: their rows have no key to whom they were used by."""
        self._unlink_unless_used()  # which says more than a level would
        self.with_context(active_test=False).level_ids.with_context(dunning_levels_together=Inside()).unlink()
        return super().unlink()

    def copy_data(self, default=None):
        """A copy is never chosen by itself: it would fit the same debtors as the original."""
        vals_list = super().copy_data(default)
        for procedure, vals in zip(self, vals_list, strict=True):
            vals["automatic_choice"] = False
            vals["name"] = self.env._("%s (copy)", procedure.name)
        return vals_list

    def _is_for_consumers(self):
        """Whether this procedure may reach somebody whom the law protects as a consumer."""
        self.ensure_one()
        return self.debtor_kind in ("consumer", "any")

    def _weekdays(self):
        """The days on which letters go out by themselves; Monday is 0."""
        self.ensure_one()
        return frozenset(number for number, name in enumerate(WEEKDAYS) if self[f"send_{name}"])

    def _overlaps(self, other):
        """Whether some total of a debtor falls into the bands of both."""
        below = [band.amount_to or float("inf") for band in (self, other)]
        return self.amount_from < below[1] and other.amount_from < below[0]

    def _engine_procedure(self, company=None):
        """This record as the plain value that the engine decides on, for letters of a company."""
        self.ensure_one()
        company = company or self.company_id or self.env.company
        return rules.Procedure(
            id=self.id,
            name=self.name,
            levels=tuple(
                level._engine_level()
                for level in self.with_context(active_test=True).level_ids.sorted(lambda level: level.sequence)
                if level.active
            ),
            minimum_interval=self.minimum_interval,
            minimum_amount=Decimal(str(self.minimum_amount)),
            require_sent=self.require_sent,
            correction_days=self.correction_days,
            weekdays=self._weekdays(),
            holidays_of=(company.country_id.code or "") if self.skip_holidays else "",
            stop_count=self.stop_count,
            stop_age=self.stop_age,
            days_after_sending=self.days_after_sending,
            check_first=self.check_first or "",
        )

    @api.model
    def _for_returns(self, company):
        """The procedure for payments that came back: the company's own before the shared one; empty where none is."""
        # sudo: rules are read for whoever asks
        return self.sudo().search(
            [("is_for_returns", "=", True), ("company_id", "in", (False, company.id))],
            order="company_id, sequence, id",
            limit=1,
        )

    @api.model
    def _carried(self, pairs):
        """The levels that claims had, as they count on the ladder of their procedure of today, see ``engine.ladder``.

        Levels that the procedure itself had and has no more count for nothing, as before. A ladder for payments that
        came back is apart: its steps count on no other, and no others on it.

        :param pairs: set of ``(procedure id or None, frozenset of level ids)``.
        :return: ``{pair: frozenset of level ids}``, of those with a procedure and with levels.
        """
        pairs = {pair for pair in pairs if all(pair)}
        # sudo: rules are read for whoever asks; in the same way as the engine's, so that nothing is read twice
        procedures = self.sudo().browse({id_ for id_, _done in pairs}).with_context(active_test=True)
        own = {it.id: it.level_ids.sorted("sequence").filtered("active") for it in procedures}
        ladders = {id_: [(level.id, level.legal_type) for level in levels] for id_, levels in own.items()}
        done = self.env["dunning.level"].sudo().browse({id_ for _id, levels in pairs for id_ in levels})  # as above
        levels = {level.id: level for level in done}
        apart = {level.id for level in done if level.procedure_id.is_for_returns}
        for_returns = {it.id for it in procedures if it.is_for_returns}
        found = {}
        for id_, full in pairs:
            if id_ in for_returns:
                found[id_, full] = full & {level_id for level_id, _kind in ladders[id_]}
                continue
            had = full - apart
            steps = {level_id for level_id, _kind in ladders[id_]}
            gone = {it for it in had - steps if levels[it].procedure_id.id == id_}
            carried = carry_over(ladders[id_], {it: levels[it].legal_type for it in had - gone}) if had - steps else had
            found[id_, full] = carried | gone
        return found

    @api.model
    def _chooser(self, company):
        """Return a function ``(country_id, kind, total, payer) -> procedure id or None``, resolved in memory.

        The order is the company's own before shared, the debtor's country before every country, the kind itself
        before its fallback before everybody, those for his way of paying before those for any; of each only the one
        whose band holds the total that the debtor is overdue with, in company currency. Kept as a function so that a
        run asks the database once.
        """
        procedures = self.search(
            [
                ("automatic_choice", "=", True),
                ("is_for_returns", "=", False),
                ("company_id", "in", (False, company.id)),
            ]
        )
        by_key = defaultdict(list)
        for p in procedures:
            below = Decimal(str(p.amount_to)) if p.amount_to else Decimal("Infinity")
            by_key[p.company_id.id, p.country_id.id, p.debtor_kind, p.payer].append(
                (Decimal(str(p.amount_from)), below, p.id)
            )
        chosen = {}

        def choose(country_id, kind, total=Decimal(0), payer=None):
            key = (country_id, kind, payer)
            if key not in chosen:
                kinds = [kind] + ([KIND_FALLBACK[kind]] if kind in KIND_FALLBACK else []) + ["any"]
                chosen[key] = [
                    band
                    for company_id in (company.id, False)
                    for country in ((country_id, False) if country_id else (False,))
                    for candidate in kinds
                    for behaviour in ((payer, "any") if payer else ("any",))
                    for band in by_key.get((company_id, country, candidate, behaviour), ())
                ]
            return next((id_ for least, below, id_ in chosen[key] if least <= total < below), None)

        return choose
