from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import party_status as engine
from ..models.dunning_money import exact, written
from ..models.handover.dunning_handover_status import FORM, STATUSES


class DunningStatusWizard(models.TransientModel):
    """What a party says of one hand-over, as somebody enters it who heard or read it."""

    _name = "dunning.status.wizard"
    _description = "What a Party Says"
    _inherit = ["dunning.window.mixin"]

    handover_id = fields.Many2one("dunning.handover", required=True, readonly=True)
    party_id = fields.Many2one(related="handover_id.party_id", related_sudo=False)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", compute_sudo=False)
    date = fields.Date(
        string="On", required=True, default=lambda self: self.env.company._dunning_today(), help="Of what it says."
    )
    status = fields.Selection(STATUSES, required=True, default="in_progress")
    amount_received = fields.Monetary(string="Received from the debtor")
    amount_fees = fields.Monetary(string="Fees")
    amount_costs = fields.Monetary(string="Costs", help="What the party paid for us, such as court fees.")
    line_id = fields.Many2one(
        "dunning.handover.claim",
        string="For",
        domain="[('handover_id', '=', handover_id)]",
        help="Empty: the oldest invoice is paid first.",
    )
    reference = fields.Char(string="Reference of the party")
    note = fields.Text(string="Notes")
    look = fields.Text(string="What will be done", compute="_compute_look", compute_sudo=False)
    twin = fields.Char(compute="_compute_look", compute_sudo=False)

    @api.depends("handover_id")
    def _compute_currency_id(self):
        for wizard in self:
            handover = wizard.handover_id
            wizard.currency_id = handover.line_ids.currency_id[:1] or handover.company_id.currency_id

    @api.depends("handover_id", "date", "status", "amount_received", "amount_fees", "amount_costs")
    @api.depends_context("lang")
    def _compute_look(self):
        for wizard in self:
            wizard.look, wizard.twin = wizard._look(), wizard._twin()

    def _look(self):
        """What confirming will book, in words."""
        currency, party = self.currency_id, self.party_id
        said = []
        if self.amount_received:
            amount = written(self.env, self.amount_received, currency)
            said.append(self.env._("%s is booked as paid by the debtor, and is to come from the party.", amount))
        kept = self.amount_fees + self.amount_costs
        if kept and party.fee_by == "bill":
            said.append(self.env._("Fees and costs are noted. They are booked with the bill of the party."))
        elif kept:
            amount = written(self.env, kept, currency)
            said.append(self.env._("%s was kept by the party and is booked as a cost.", amount))
        return "\n".join(said) or False

    def _twin(self):
        """That the same was taken in before, where it was."""
        if not self.handover_id or not self.date:
            return False
        domain = [("handover_id", "=", self.handover_id.id), ("status", "=", self.status), ("date", "=", self.date)]
        for before in self.env["dunning.handover.status"].search(domain):
            if not self.currency_id.compare_amounts(before.amount_received, self.amount_received):
                return self.env._(
                    "The same was taken in already, on %s. Go on only if it happened twice.",
                    format_date(self.env, before.create_date),
                )
        return False

    def action_confirm(self):
        """Take it in. :raises UserError: it cannot be, and why."""
        self.ensure_one()
        self.check_access("write")
        self.lock_for_update()
        row = self._row()
        if problems := self.env["dunning.handover.status.reading"]._problems_of(self.handover_id, row):
            raise UserError(" ".join(problems))
        self.env["dunning.handover.status"]._take(self.handover_id, [row], FORM)
        return {"type": "ir.actions.act_window_close"}

    def _row(self):
        """What was entered, as a row that this window can give once."""
        amounts = {name: exact(self[f"amount_{name}"], self.currency_id) for name in engine.AMOUNTS}
        claim = self.line_id.claim_id.number or ""
        return engine.Row(
            place=1,
            id=f"window {self.id} {self.create_date.isoformat()}",
            handover=self.handover_id.name or "",
            date=self.date,
            status=self.status,
            claims=((claim, amounts["received"]),) if claim and amounts["received"] else (),
            reference=" ".join((self.reference or "").split())[: engine.LONGEST["reference"]],
            note=(self.note or "").strip()[: engine.LONGEST["note"]],
            **amounts,
        )
