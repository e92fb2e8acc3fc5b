from odoo import api, fields, models

from ...engine.facts import Charged
from ..dunning_money import written


class DunningClaim(models.Model):
    """What is asked of a claim beyond its principal, what became of it, and what the ledger and the law say of it."""

    _inherit = "dunning.claim"  # pylint: disable=consider-merging-classes-inherited

    charge_ids = fields.One2many("dunning.charge", "claim_id", string="Costs and interest asked", readonly=True)
    booking_ids = fields.One2many("dunning.charge.booking", "claim_id", string="Received and waived", readonly=True)
    costs_left = fields.Monetary(compute="_compute_beyond", string="Costs", help="Asked, due and not received or waived.")
    interest_left = fields.Monetary(
        compute="_compute_beyond", string="Interest", help="Asked by letters and not received or waived."
    )
    beyond_left = fields.Monetary(compute="_compute_beyond", string="Costs and interest left")
    amount_owed = fields.Monetary(
        compute="_compute_beyond", string="Owed", help="What the ledger holds open, with costs and interest left."
    )
    is_rest = fields.Boolean(
        compute="_compute_beyond", string="Rest", help="The invoice is paid, and costs or interest are not."
    )
    imputation = fields.Char(
        compute="_compute_beyond",
        string="By law",
        help="What came in pays costs that are due first, then interest, and only then the invoice (art. 6:44 BW).",
    )

    @api.depends("charge_ids.state", "booking_ids.is_undone", "move_line_id")
    @api.depends_context("lang")
    def _compute_beyond(self):
        # sudo: what letters asked and what came in, for whoever may read the claim
        charged = self.env["dunning.imputation"].sudo()._of_claims(self.filtered("move_line_id"))
        for claim in self:
            one = charged.get(claim, Charged())
            today = claim.company_id._dunning_today() if claim.company_id else fields.Date.today()
            claim.costs_left, claim.interest_left = float(one.costs_left(today)), float(one.interest_left)
            claim.beyond_left = claim.costs_left + claim.interest_left
            claim.amount_owed = claim.amount_open + claim.beyond_left
            claim.is_rest = bool(claim.beyond_left) and claim.state == "settled"
            claim.imputation = claim._imputation_text(one)

    def _imputation_text(self, charged):
        """Why the ledger and the law part, as a sentence; False where they do not."""
        self.ensure_one()
        if not self.beyond_left or self.amount_open >= self.amount_total:
            return False
        paid = charged.costs_received + charged.interest_received
        if paid:
            return self.env._(
                "%(paid)s of what came in is booked as costs and interest; %(left)s of those is left.",
                paid=written(self.env, float(paid), self.currency_id),
                left=written(self.env, self.beyond_left, self.currency_id),
            )
        return self.env._(
            "The books hold %(open)s of the invoice open. By law what came in paid costs and interest first, so "
            "%(owed)s is still owed.",
            open=written(self.env, self.amount_open, self.currency_id),
            owed=written(self.env, self.amount_owed, self.currency_id),
        )

    def action_waive(self):
        """Ask why what is left of costs and interest of these claims is waived."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Waive costs and interest"),
            "res_model": "dunning.waive.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_claim_ids": self.ids},
        }

    @api.model
    def _with_something_left(self, cases):
        """Per case its claims of which costs or interest that letters asked are left."""
        claims = self.search([("case_id", "in", cases.ids), ("charge_ids.state", "=", "asked"), ("ended_on", "=", False)])
        return claims.filtered("beyond_left").grouped("case_id")


