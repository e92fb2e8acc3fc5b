from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.dunning_money import exact


class DunningSetOffWizard(models.TransientModel):
    """Asks what a debtor owes and what he is owed is set off: which items, how much, on which day."""

    _name = "dunning.set.off.wizard"
    _description = "Set off"
    _inherit = ["dunning.window.mixin"]

    case_id = fields.Many2one("dunning.case", string="Debtor", required=True, readonly=True)
    company_id = fields.Many2one(related="case_id.company_id", related_sudo=False)
    allowed_claim_ids = fields.Many2many("account.move.line", compute="_compute_allowed", compute_sudo=False)
    allowed_debt_ids = fields.Many2many("account.move.line", compute="_compute_allowed", compute_sudo=False)
    claim_item_ids = fields.Many2many(
        "account.move.line",
        "dunning_set_off_wizard_claim_rel",
        string="He owes",
        domain="[('id', 'in', allowed_claim_ids)]",
    )
    debt_item_ids = fields.Many2many(
        "account.move.line",
        "dunning_set_off_wizard_debt_rel",
        string="We owe him",
        domain="[('id', 'in', allowed_debt_ids)]",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", compute_sudo=False)
    amount = fields.Monetary(
        help="Of what he owes only what is not disputed, being paid or covered by his own credit. The oldest goes "
        "first.",
    )
    date = fields.Date(required=True, default=lambda self: self.env.company._dunning_today())

    @api.depends("case_id")
    def _compute_allowed(self):
        for wizard in self:
            items = wizard._most()
            wizard.allowed_claim_ids = [item.id for item in items]
            wizard.allowed_debt_ids = wizard.case_id.we_owe_ids

    @api.depends("claim_item_ids")
    def _compute_currency_id(self):
        for wizard in self:
            wizard.currency_id = wizard.claim_item_ids.currency_id[:1] or wizard.company_id.currency_id

    @api.onchange("claim_item_ids", "debt_item_ids")
    def _onchange_items(self):
        self.amount = self._possible(self._most())

    def _possible(self, most):
        """How much of what was chosen can be set off. :param most: see ``_most``."""
        owed = sum(most.get(item._origin, 0) for item in self.claim_item_ids)
        return min(float(owed), -sum(self.debt_item_ids.mapped("amount_residual_currency")))

    @api.model
    def _for_case(self, case):
        """A window about a case, filled in with what is late and all that he is owed.

        In a currency in which both owe, that of the company before others.
        """
        wizard = self.create({"case_id": case.id, "date": case.company_id._dunning_today()})
        most, debts = wizard._most(), case.we_owe_ids
        claims = self.env["account.move.line"].union(*most)
        shared = claims.currency_id & debts.currency_id
        currency = shared & case.company_id.currency_id or shared[:1]
        claims = claims.filtered(lambda item: item.currency_id == currency)
        late = claims.filtered(lambda item: item.date_maturity and item.date_maturity <= wizard.date)
        wizard.claim_item_ids = late or claims
        wizard.debt_item_ids = debts.filtered(lambda item: item.currency_id == currency)
        wizard.amount = wizard._possible(most)
        return wizard

    def _most(self):
        """What can be set off of each claim: ``{item: amount}``, the oldest first."""
        if not self.case_id:
            return {}
        found = self.env["dunning.setting.off"]._claims(self.company_id, self.case_id.partner_id)
        return {item: amount for item, (amount, _asked) in found.items()}

    def action_set_off(self):
        """Book it, and show what was set off with the letter to write about it.

        :raises UserError: more than there is, or items that do not belong together.
        """
        self.ensure_one()
        self.case_id.check_access("write")
        self.env["account.move"].check_access("create")
        most = {item: amount for item, amount in self._most().items() if item in self.claim_item_ids}
        if len(most) < len(self.claim_item_ids):
            raise UserError(
                self.env._("Nothing of one of these invoices can be set off any more. Open the window again.")
            )
        record = self.env["dunning.set.off"]._make(
            self.case_id, most, self.debt_item_ids, exact(self.amount, self.currency_id), self.date
        )
        self.claim_item_ids.move_id._dunning_redecide()
        return record._get_records_action()
