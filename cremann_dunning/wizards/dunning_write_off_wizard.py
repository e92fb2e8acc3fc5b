from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError

from ..models.dunning_money import written
from ..models.money.dunning_write_off import REASONS
from ..models.money.dunning_writing_off import Given


class DunningWriteOffWizard(models.TransientModel):
    """Asks why claims are written off, writes each off by itself, and tells in the end what did not go."""

    _name = "dunning.write.off.wizard"
    _description = "Write Off"
    _inherit = ["dunning.window.mixin"]

    item_ids = fields.Many2many("account.move.line", string="Claims")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    date = fields.Date(
        string="Booked on",
        required=True,
        compute="_compute_from_company",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    reason = fields.Selection(REASONS, required=True, default="uncollectable")
    proof = fields.Text(help="On what the loss rests, and where the proof is kept.")
    certain_on = fields.Date(
        string="Loss certain since",
        help="The day on which it became certain that nothing will be paid. Netherlands: VAT comes back from that day "
        "on, or a year after the due date, whichever is first. Belgium: VAT comes back only then, with the proof; of a "
        "bankrupt debtor from the judgment on.",
    )
    account_id = fields.Many2one(
        "account.account",
        compute="_compute_from_company",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable'))]",
    )
    journal_id = fields.Many2one(
        "account.journal",
        compute="_compute_from_company",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain="[('type', '=', 'general')]",
    )
    total = fields.Char(compute="_compute_total", compute_sudo=False)
    problems = fields.Text(string="Not written off", readonly=True)
    done = fields.Integer(readonly=True)
    state = fields.Selection([("asks", "Asks"), ("done", "Done")], default="asks", readonly=True)

    @api.depends("company_id")
    def _compute_from_company(self):
        for wizard in self:
            company = wizard.company_id or self.env.company
            wizard.date = company._dunning_today()
            wizard.account_id = company._dunning_bad_debt_account()
            wizard.journal_id = company._dunning_write_off_journal()

    @api.depends("item_ids")
    def _compute_total(self):
        for wizard in self:
            gross = sum(wizard.item_ids.mapped("amount_residual"))
            wizard.total = written(self.env, gross, wizard.company_id.currency_id) if wizard.company_id else False

    def action_write_off(self):
        """Write off each claim by itself; of several the others go on when one is refused."""
        self.ensure_one()
        if not self.item_ids:
            raise UserError(self.env._("Choose at least one claim."))
        given = Given(
            self.date, self.reason, self.account_id, self.journal_id, self.proof or "", self.certain_on or None
        )
        if len(self.item_ids) == 1:
            self.env["dunning.writing.off"]._write_off(self.item_ids, given)
            return {"type": "ir.actions.act_window_close"}
        done, problems = 0, list(filter(None, [self.problems]))
        for item in self.item_ids:
            try:
                with self.env.cr.savepoint():
                    self.env["dunning.writing.off"]._write_off(item, given)
                done += 1
            except (UserError, AccessError, LockError) as error:
                problems.append(f"{item.move_id.name}: {error}")
        self.write({"done": done, "problems": "\n".join(problems), "state": "done"})
        if not problems:
            return {"type": "ir.actions.act_window_close"}
        return self._get_records_action(name=self.env._("Written off"), target="new")
