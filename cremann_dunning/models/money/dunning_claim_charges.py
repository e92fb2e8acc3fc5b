from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.facts import Charged
from ..dunning_money import written

REST = "rest"


class DunningClaim(models.Model):
    """What is asked of a claim beyond its principal, what became of it, and what the ledger and the law say of it."""

    _inherit = "dunning.claim"  # pylint: disable=consider-merging-classes-inherited

    state = fields.Selection(selection_add=[("open",), (REST, "Rest open"), ("settled",)])
    charge_ids = fields.One2many("dunning.charge", "claim_id", string="Costs and interest asked", readonly=True)
    booking_ids = fields.One2many("dunning.charge.booking", "claim_id", string="Received and waived", readonly=True)
    costs_left = fields.Monetary(
        compute="_compute_beyond", string="Costs", help="Asked, due and not received or waived."
    )
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

    @api.depends("move_line_id", "ended_on", "charge_ids.state", "booking_ids.is_undone")
    def _compute_now(self):
        """With what the law says: a claim is not settled while costs or interest of it are open (6:50 lid 2 BW)."""
        result = super()._compute_now()
        paid = self.filtered(lambda claim: claim.state == "settled")
        # sudo: what letters asked and what came in, for whoever may read the claims
        for claim, one in self.env["dunning.imputation"].sudo()._of_claims(paid).items():
            if one.left(claim.company_id._dunning_today()) > 0:
                claim.with_env(self.env).state = REST
        return result

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
            claim.is_rest = claim.state == REST
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

    def action_ask_on(self):
        """What is left of costs and interest of these claims is asked on, by the ladder for such rests."""
        self.check_access("read")
        rests = self.filtered(lambda claim: claim.is_rest and not claim.rest_is_asked)
        if not rests:
            raise UserError(self.env._("The invoice itself has to be paid first: until then letters ask all of it."))
        for company in rests.company_id:
            if not company._dunning_rest_procedure():
                raise UserError(
                    self.env._("%s has no procedure for rests. Choose one under Settings, Follow-up.", company.name)
                )
        rests.sudo().rest_is_asked = True  # sudo: claims are the system's; whoever may read them works on them
        self._tell("charge.rest_asked", rests.ids)
        rests._let_follow()
        return True

    def action_stop_asking(self):
        """The rest of these claims waits for a decision again."""
        self.check_access("read")
        asked = self.filtered("rest_is_asked")
        asked.sudo().rest_is_asked = False  # sudo: as above
        self._tell("charge.rest_left", asked.ids)
        self._let_follow()
        return True

    def _let_follow(self):
        """Decide again about the debtors of these claims."""
        self.env.flush_all()
        for company, claims in self.grouped("company_id").items():
            self.env["dunning.engine"].sudo()._redecide(company, claims.partner_id)  # sudo: decisions are the system's

    def action_invoice_rest(self):
        """Make an invoice over what is left of costs and interest of these claims, and open it."""
        self.check_access("read")
        self.env["account.move"].check_access("create")
        invoice = self.env["dunning.accruing"]._invoice(self)
        self._let_follow()
        return {"type": "ir.actions.act_window", "res_model": "account.move", "res_id": invoice.id, "view_mode": "form"}

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
        claims = self.search(
            [("case_id", "in", cases.ids), ("charge_ids.state", "=", "asked"), ("ended_on", "=", False)]
        )
        return claims.filtered("beyond_left").grouped("case_id")
