from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.dunning_money import written


class DunningLeftOverWizard(models.TransientModel):
    """Shows what is left of claims that were paid in part, and writes it off."""

    _name = "dunning.left.over.wizard"
    _description = "Write Off What is Left"
    _inherit = ["dunning.window.mixin"]

    move_line_ids = fields.Many2many("account.move.line", string="Items", required=True)
    discounts = fields.Text(compute="_compute_told", string="Cash discount earned")
    rests = fields.Text(compute="_compute_told", string="Small rests")
    others = fields.Text(
        compute="_compute_told", string="Left alone", help="No discount was earned, and it is no rest below the limit."
    )

    @api.depends("move_line_ids")
    def _compute_told(self):
        for wizard in self:
            kinds = wizard._kinds()
            told = {"discount": [], "small": [], None: []}
            for item in wizard.move_line_ids:
                amount = written(self.env, item.amount_residual_currency, item.currency_id)
                told[kinds.get(item.id)].append(f"{item.move_id.name}: {amount}")
            wizard.discounts = "\n".join(told["discount"])
            wizard.rests = "\n".join(told["small"])
            wizard.others = "\n".join(told[None])

    def _kinds(self):
        """What each item is by now: ``{item id: discount or small}``; other items are not named."""
        self.ensure_one()
        found = {}
        for company, items in self.move_line_ids.grouped("company_id").items():
            found |= self.env["dunning.left.over"]._found(company, items.partner_id.commercial_partner_id.ids)
        return {item.id: found[item.id] for item in self.move_line_ids if item.id in found}

    def action_write_off(self):
        """Write off the discounts and the small rests; everything else stays as it is.

        :raises UserError: nothing of it is one, or an account is missing.
        """
        self.ensure_one()
        self.move_line_ids.check_access("read")
        self.env["account.move"].check_access("create")
        kinds = self._kinds()
        if not kinds:
            raise UserError(
                self.env._("Nothing here is a cash discount that was earned, or a rest below the limit of the firm.")
            )
        items = self.move_line_ids.filtered(lambda item: item.id in kinds)
        owed = items.mapped("amount_residual_currency")
        for item in items:
            self.env["dunning.left.over"]._write_off(item, kinds[item.id])
        items.move_id._dunning_redecide()
        lost = Counter()
        for item, amount in zip(items, owed, strict=True):
            lost[item.currency_id] += amount
        said = ", ".join(written(self.env, lost[currency], currency) for currency in lost)
        return self._close_saying(self.env._("Written off: %s.", said))
