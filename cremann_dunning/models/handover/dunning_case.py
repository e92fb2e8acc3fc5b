from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class DunningCase(models.Model):
    """What of a debtor is with a party, and the button that hands it over."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    handover_ids = fields.One2many("dunning.handover", "case_id", string="Hand-overs")
    handover_id = fields.Many2one(
        "dunning.handover", string="With a party", compute="_compute_handover", search="_search_handover_id"
    )
    handover_count = fields.Integer(compute="_compute_handover", string="Hand-overs made")

    @api.depends("handover_ids.state")
    def _compute_handover(self):
        for case in self:
            case.handover_count = len(case.handover_ids)
            case.handover_id = case.handover_ids.filtered(lambda one: one.state == "with_party")[:1]

    @api.model
    def _search_handover_id(self, operator, value):
        """That something is with a party, or nothing; by the hand-over."""
        if operator not in ("=", "!=") or not (value is False or isinstance(value, int)):
            return NotImplemented
        domain = Domain("state", "=", "with_party") & (Domain("id", "=", value) if value else Domain.TRUE)
        found = Domain("id", "in", self.env["dunning.handover"]._search(domain).subselect("case_id"))
        return found if (operator == "=") == bool(value) else ~found

    def action_dunning_hand_over(self):
        """Ask to whom claims of these debtors go, show what stands in the way, and hand them over."""
        self.check_access("read")
        if len(self.company_id) > 1:
            raise UserError(self.env._("Choose debtors of one company at a time: each hands over its own claims."))
        claims = self._claims_to_hand_over()
        if not claims:
            raise UserError(self.env._("Nothing of these debtors is overdue that is not with a party already."))
        window = self.env["dunning.handover.wizard"].create(
            {"company_id": self.company_id.id, "claim_ids": [Command.set(claims.ids)]}
        )
        return window._get_records_action(name=self.env._("Hand over"), target="new")

    def _claims_to_hand_over(self):
        """The overdue claims of these debtors that are with no party; one about which nothing was said yet comes into
        being."""
        found = self.env["dunning.claim"]
        for company, cases in self.grouped("company_id").items():
            today = company._dunning_today()
            moves = cases.open_move_ids.filtered(
                lambda move, today=today: (
                    move.move_type != "out_refund" and move.invoice_date_due and move.invoice_date_due < today
                )
            )
            # sudo: claims are the system's, whoever says something about them
            self.env["dunning.claim"].sudo()._of_moves(moves)
            about = [("case_id", "in", cases.ids), ("ended_on", "=", False), ("date_due", "<", today)]
            claims = self.env["dunning.claim"].search(about).filtered(lambda claim: claim.state == "open")
            # sudo: which are with a party, whoever looks
            found |= claims - self.env["dunning.handover.claim"].sudo().search(
                [("claim_id", "in", claims.ids), ("is_frozen", "=", True)]
            ).claim_id.with_env(self.env)
        return found

    def action_open_handovers(self):
        """The hand-overs of these debtors."""
        return self._action_records("cremann_dunning.dunning_handover_action")
