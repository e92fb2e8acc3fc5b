from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..dunning_loose import LooseMany2many
from ..dunning_money import written

KINDS = [
    ("paid", "I have paid"),
    ("promise", "I will pay on a day"),
    ("plan", "In instalments"),
    ("dispute", "This is wrong"),
    ("person", "Not me, new address, other contact"),
    ("question", "A question"),
    ("copy", "Send me the invoice"),
]
STATES = [("done", "Done"), ("waiting", "Waits for a person"), ("accepted", "Accepted"), ("declined", "Declined")]
# What a person accepts with one click.
PROPOSALS = ("promise", "plan")


class DunningPageAct(models.Model):
    """What a debtor did on his page, and what he was told. A form that is sent twice finds what it did the first time.

    What lies beyond the limits of the firm waits here as a proposal until a person accepts or declines it.
    """

    _name = "dunning.page.act"
    _description = "Act of a debtor on his page"
    _inherit = ["dunning.record.mixin"]
    _order = "id desc"
    _rec_name = "kind"

    case_id = fields.Many2one(
        "dunning.case", string="Debtor", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True, index=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    state = fields.Selection(STATES, string="Status", required=True, readonly=True, default="done")
    token = fields.Char(required=True, readonly=True, groups="base.group_no_one")
    done_at = fields.Datetime(string="When", required=True, readonly=True, default=fields.Datetime.now)
    done_on = fields.Date(required=True, readonly=True, help="The day where the company is.")
    letter_id = fields.Many2one("dunning.letter", string="From the page of", readonly=True, ondelete="set null")
    move_ids = LooseMany2many(
        "account.move", "dunning_page_act_move_rel", "act_id", "move_id", string="Invoices", readonly=True
    )
    numbers = fields.Char(string="About", readonly=True)
    answer = fields.Text(string="What he was told", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    date = fields.Date(
        readonly=True, help="The day on which he says that he paid, will pay, or pays the first instalment."
    )
    instalment_count = fields.Integer(string="Instalments", readonly=True)
    interval = fields.Selection(
        lambda self: self.env["dunning.payment.plan"]._fields["interval"]._description_selection(self.env),
        string="How often",
        readonly=True,
    )
    proposal = fields.Char(compute="_compute_proposal", string="What he proposes")
    reply_id = fields.Many2one(
        "dunning.reply", string="At the desk", readonly=True, ondelete="set null", index="btree_not_null"
    )
    hold_until = fields.Date(string="Paused until", readonly=True)
    asked_on = fields.Date(readonly=True, help="When he was asked once more, because nothing had come in.")
    promise_id = fields.Many2one("dunning.promise", readonly=True, ondelete="set null", index="btree_not_null")
    plan_id = fields.Many2one("dunning.payment.plan", readonly=True, ondelete="set null", index="btree_not_null")
    dispute_id = fields.Many2one("dunning.dispute", readonly=True, ondelete="set null", index="btree_not_null")

    _once = models.UniqueIndex("(token)", "This was sent already.")

    @api.depends("kind", "amount", "date", "instalment_count", "interval", "numbers")
    @api.depends_context("lang")
    def _compute_proposal(self):
        intervals = dict(self._fields["interval"]._description_selection(self.env))
        for act in self:
            known = {
                "amount": written(self.env, act.amount, act.currency_id) if act.currency_id else "",
                "date": format_date(self.env, act.date) if act.date else "",
                "count": act.instalment_count,
                "interval": (intervals.get(act.interval) or "").lower(),
                "numbers": act.numbers,
            }
            act.proposal = {
                "promise": self.env._("%(amount)s on %(date)s (%(numbers)s)", **known),
                "plan": self.env._(
                    "%(amount)s in %(count)s instalments, %(interval)s, from %(date)s (%(numbers)s)", **known
                ),
            }.get(act.kind, False)

    # -- what a person decides ----------------------------------------------------------------------------------------

    def action_accept(self):
        """Accept what the debtor proposed: the promise or the plan is made as he asked for, of what is asked today, and
        he is written to."""
        self.ensure_one()
        self.case_id.check_access("write")
        if self.kind not in PROPOSALS or self.state != "waiting":
            raise UserError(self.env._("Only a proposal that waits can be accepted."))
        still = self._still_open()
        agreement = self._make_plan(still) if self.kind == "plan" else self._make_promise(still)
        self._decided("accepted")
        self.env["dunning.agreement.receipt"]._make(agreement)._confirm_by_firm()
        return agreement.action_write()

    def action_decline(self):
        """Say no: the invoices are followed up again once the message of the debtor is handled."""
        self.ensure_one()
        self.case_id.check_access("write")
        if self.kind not in PROPOSALS or self.state != "waiting":
            raise UserError(self.env._("Only a proposal that waits can be declined."))
        self._decided("declined")
        return True

    def _decided(self, state):
        # sudo: what a debtor did is the system's to write; the right to the case was checked
        self.sudo().state = state
        reply = self.sudo().reply_id
        if state == "accepted" and reply.state == "open":
            reply.with_user(self.env.user).action_handled()

    def _still_open(self):
        """The invoices of the proposal of which something is open. :raises UserError: of none of them."""
        moves = self.move_ids.filtered(lambda move: move.state == "posted")
        still = moves._dunning_items(self.partner_id).filtered(lambda item: item.amount_residual_currency > 0).move_id
        if not still:
            raise UserError(self._nothing_open())
        return still

    @api.model
    def _nothing_open(self):
        return self.env._("Nothing of it is open any more, so there is nothing to agree on.")

    def _note(self):
        return self.env._("Proposed by the debtor on his page on %s.", format_date(self.env, self.done_on))

    def _make_promise(self, moves):
        """The promise that he asked for. :raises UserError: it may not be."""
        today = self.company_id._dunning_today()
        if self.date < today:
            raise UserError(self.env._("The day that he named is over. Agree on another one with him."))
        promise = self.env["dunning.promise"].create(
            {
                "case_id": self.case_id.id,
                "move_ids": [Command.set(moves.ids)],
                "made_on": today,
                "date": self.date,
                "note": self._note(),
            }
        )
        self.sudo().promise_id = promise  # sudo: as in _decided
        return promise

    def _make_plan(self, moves):
        """The plan that he asked for, over what is asked today. :raises UserError: it may not be."""
        if self.date < self.company_id._dunning_today():
            raise UserError(self.env._("The day that he named is over. Agree on another one with him."))
        plan = self.env["dunning.payment.plan"].create(
            {
                "case_id": self.case_id.id,
                "move_ids": [Command.set(moves.ids)],
                "division": "number",
                "instalment_count": self.instalment_count,
                "interval": self.interval,
                "first_date": self.date,
                "note": self._note(),
            }
        )
        plan.action_make_instalments()
        plan.action_agree()
        self.sudo().plan_id = plan  # sudo: as in _decided
        return plan
