from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.facts import Dispute
from ..dunning_money import written
from ..event import as_fact

EXTENTS = [("whole", "The whole invoices"), ("part", "A part of them")]


class DunningDispute(models.Model):
    """The debtor says that invoices, or a part of them, are not owed. That is not chased until somebody closes it."""

    _name = "dunning.dispute"
    _description = "Dispute"
    _inherit = [
        "dunning.case.mixin",
        "dunning.message.mixin",
        "dunning.followers.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "state desc, deadline, id"
    _decisive = frozenset({"case_id", "move_ids", "state", "amount", "reason", "opened_on"})
    _family = "dispute"
    _told = frozenset(
        {"move_ids", "state", "amount", "reason", "description", "opened_on", "deadline", "outcome", "user_id"}
    )

    extent = fields.Selection(
        EXTENTS,
        string="What is disputed",
        compute="_compute_extent",
        inverse="_inverse_extent",
        help="Of a part only the rest is asked.",
    )
    amount = fields.Monetary(
        string="Disputed part",
        tracking=True,
        help="How much of the invoices is disputed. The rest is asked; the part is taken off the oldest invoice first.",
    )
    reason = fields.Selection(
        [
            ("price", "price"),
            ("quantity", "quantity"),
            ("quality", "quality"),
            ("hours", "hours or work"),
            ("not_delivered", "not delivered"),
            ("not_ordered", "not ordered"),
            ("already_paid", "already paid"),
            ("not_received", "invoice not received"),
            ("wrong_addressee", "wrong addressee"),
            ("no_order_number", "order number missing"),
            ("other", "another reason"),
        ],
        required=True,
        tracking=True,
        help="Why the debtor does not agree. Shown wherever somebody asks why no letter went out.",
    )
    description = fields.Text(help="What the debtor says, in his own words.")
    opened_on = fields.Date(string="Opened on", required=True, default=lambda self: self.env.company._dunning_today())
    user_id = fields.Many2one(
        "res.users", string="Handled by", default=lambda self: self.env.user, tracking=True, help="Who finds it out."
    )
    deadline = fields.Date(
        string="Answer before",
        compute="_compute_deadline",
        store=True,
        readonly=False,
        precompute=True,
        help="The last day on which the debtor should have an answer, by its reason. After it the dispute shows in "
        "red, and whoever handles it is told; later a manager.",
    )
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        string="Status",
        default="open",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    outcome = fields.Selection(
        [
            ("accepted", "Right: credit note to come"),
            ("partly", "Partly right"),
            ("rejected", "Not right"),
            ("settled", "Settled by agreement"),
        ],
        copy=False,
        tracking=True,
        help="What came of it. As long as the dispute is open nothing is chased, also when the outcome is known: book "
        "the credit note first, then close.",
    )
    closed_on = fields.Date(string="Closed on", readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", string="Closed by", readonly=True, copy=False, ondelete="restrict")
    days_open = fields.Integer(compute="_compute_days_open", string="Days open")
    is_late = fields.Boolean(
        string="Answer too late",
        compute="_compute_is_late",
        search="_search_is_late",
        help="By the date of its company.",
    )

    _amount_not_negative = models.Constraint("CHECK(amount >= 0)", "The disputed part cannot be negative.")

    @api.depends("reason", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        reasons = self._reasons()
        for dispute in self:
            reason = reasons.get(dispute.reason, "")
            dispute.display_name = bool(dispute.partner_id) and self.env._(
                "%(debtor)s: %(reason)s", debtor=dispute.partner_id.name or "", reason=reason
            )

    @api.depends("amount")
    def _compute_extent(self):
        for dispute in self:
            dispute.extent = "part" if dispute.amount else "whole"

    def _inverse_extent(self):
        """:raises ValidationError: a part is disputed, and nobody says how much."""
        for dispute in self:
            if dispute.extent == "whole" and dispute.amount:
                dispute.amount = 0
            if dispute.extent == "part" and not dispute.amount:
                raise ValidationError(
                    self.env._("Enter how much of the invoices is disputed, or choose that all of it is.")
                )

    @api.depends("opened_on", "closed_on")
    def _compute_days_open(self):
        for dispute in self:
            company = dispute.company_id or self.env.company
            until = dispute.closed_on or company._dunning_today()
            dispute.days_open = (until - dispute.opened_on).days if dispute.opened_on else 0

    @api.depends("state", "deadline", "company_id")
    def _compute_is_late(self):
        for dispute in self:
            today = (dispute.company_id or self.env.company)._dunning_today()
            dispute.is_late = bool(dispute.state == "open" and dispute.deadline and dispute.deadline < today)

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = self.env["res.company"]._dunning_by_day(lambda today: Domain("deadline", "<", today))
        late &= Domain("state", "=", "open")
        return Domain.OR(late if wanted else ~late for wanted in value)

    @api.constrains("move_ids", "amount")
    def _check_what(self):
        for dispute in self:
            if not dispute._named():
                raise ValidationError(self.env._("Choose the invoices that the debtor disputes."))
            total = sum(dispute.move_ids._dunning_items(dispute.partner_id).mapped("amount_currency"))
            if dispute.move_ids and dispute.currency_id.compare_amounts(dispute.amount, total) > 0:
                raise ValidationError(
                    self.env._(
                        "The disputed part is more than the invoices come to. Enter a smaller amount, or none when "
                        "they are disputed as a whole."
                    )
                )

    def _check_open(self):
        """What is disputed is open, and not disputed already: checked when somebody notes or changes it. Payments and
        credit notes that come later make the part smaller by themselves.

        :raises ValidationError: the part is more than is open, or another dispute is about the same.
        """
        for dispute in self.filtered(lambda dispute: dispute.state == "open"):
            others = self.search(
                Domain("move_ids", "in", dispute.move_ids.ids)
                & Domain("state", "=", "open")
                & Domain("id", "!=", dispute.id)
                & Domain("partner_id", "=", dispute.partner_id.id)
            )
            if others and not (dispute.amount and all(others.mapped("amount"))):
                twice = others.move_ids & dispute.move_ids
                raise ValidationError(
                    self.env._(
                        "%s is disputed already. Change that dispute, or close it first.",
                        ", ".join(twice._dunning_numbers(dispute.partner_id)),
                    )
                )
            items = dispute.move_ids._dunning_items(dispute.partner_id)
            free = sum(items.mapped("amount_residual_currency")) - sum(others.mapped("amount"))
            if dispute.currency_id.compare_amounts(dispute.amount, free) > 0:
                raise ValidationError(
                    self.env._(
                        "Only %s of it is open and not disputed yet. Enter that or less.",
                        written(self.env, max(free, 0), dispute.currency_id),
                    )
                )

    def _noted(self):
        """Beside what any agreement does: nothing is disputed twice, and no more than is open."""
        self._check_open()
        return super()._noted()

    def write(self, vals):
        """As for a new one."""
        result = super().write(vals)
        if {"amount", "move_ids"} & vals.keys():
            self._check_open()
        return result

    # -- as events ------------------------------------------------------------------------------------------------

    def _kind_made(self):
        return "dispute.opened"

    def _kind_changed(self, before):
        if "state" not in before:
            return "dispute.changed"
        return "dispute.closed" if self.state == "closed" else "dispute.reopened"

    def _event_facts(self, kind):
        facts = as_fact.known(
            reason=as_fact.choice(self, "reason"),
            amount=as_fact.money(self.amount, self.currency_id) if self.amount else None,
            outcome=as_fact.choice(self, "outcome"),
            credited=as_fact.money(self.amount_credited, self.currency_id) if self.amount_credited else None,
            **self._event_about(),
        )
        return facts, as_fact.known(description=self.description)

    @api.model
    def _reasons(self):
        """The reasons in the reader's language."""
        return dict(self._fields["reason"]._description_selection(self.env))

    def _has_amount(self):
        return bool(self.amount)

    def action_write(self):
        """Write to the debtor: that it is looked into, or what came of it."""
        return self._compose("dispute_received" if self.state == "open" else "dispute_closed")

    def action_close(self):
        """Close the disputes: from now on their invoices are followed up again."""
        if any(not dispute.outcome for dispute in self):
            raise UserError(self.env._("Choose the outcome first: was the debtor right, partly, or not?"))
        for company, disputes in self.filtered(lambda dispute: dispute.state == "open").grouped("company_id").items():
            today = company._dunning_today()
            disputes._by_system().write({"state": "closed", "closed_on": today, "closed_by_id": self.env.uid})
        return True

    def action_reopen(self):
        """Open them again: their invoices are left alone."""
        self._by_system().write({"state": "open", "outcome": False, "closed_on": False, "closed_by_id": False})
        self._check_open()  # another one may be about it by now
        return True

    @api.model
    def _facts(self, company, partner_ids):
        """Open disputes for the engine, in one statement.

        :return: per commercial partner id a tuple of ``engine.facts.Dispute``.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT a.partner_id, d.reason, d.opened_on, d.amount::text, array_agg(r.%(move)s)
                  FROM (%(about)s) a
                  JOIN dunning_dispute d ON d.id = a.id
                  JOIN %(relation)s r ON r.%(dispute)s = d.id
                 GROUP BY d.id, a.partner_id
                 ORDER BY d.opened_on, d.id
                """,
                about=self._about(company, partner_ids, "open"),
                **self._relation("move_ids", "dispute", "move"),
            )
        )
        facts = {}
        for partner_id, reason, since, amount, move_ids in self.env.cr.fetchall():
            part = Decimal(amount or 0) or None
            facts.setdefault(partner_id, []).append(Dispute(reason, since, frozenset(move_ids), part))
        return {partner_id: tuple(found) for partner_id, found in facts.items()}
