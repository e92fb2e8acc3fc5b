from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# How many days a letter that was left out waits, unless somebody says otherwise.
DAYS = 7
ENDS = [("after", "after a date"), ("ended", "when somebody puts it back")]


class DunningLeaveOutWizard(models.TransientModel):
    """Asks why letters or invoices are left out, and when they come back; both stay on record."""

    _name = "dunning.leave.out.wizard"
    _description = "Leave Out"
    _inherit = ["dunning.window.mixin"]

    letter_ids = fields.Many2many("dunning.letter", string="Letters")
    move_ids = fields.Many2many("account.move", string="Invoices")
    letter_names = fields.Text(compute="_compute_names", string="Left out")
    has_invoices = fields.Boolean(compute="_compute_names")
    has_entries = fields.Boolean(compute="_compute_names")
    reason = fields.Char(help="Shown wherever somebody asks why no letter went out.")
    comes_back = fields.Selection(
        [*ENDS, ("next", "in the next run")], string="Comes back", default="after", required=True
    )
    invoices_come_back = fields.Selection(ENDS, string="Come back", default="after", required=True)
    date_until = fields.Date(
        string="Up to and including",
        compute="_compute_date_until",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("letter_ids", "move_ids")
    def _compute_names(self):
        for wizard in self:
            wizard.letter_names = "\n".join(wizard.letter_ids.mapped("display_name"))
            entries = wizard.move_ids.filtered(lambda move: move.move_type == "entry")
            wizard.has_entries = bool(entries)
            wizard.has_invoices = bool(wizard.move_ids - entries)

    @api.depends("letter_ids", "move_ids")
    def _compute_date_until(self):
        """Some days from now; from its own day where a letter of a look ahead is left out, or it would come by then."""
        for wizard in self:
            first = max([wizard._today(), *filter(None, wizard.letter_ids.mapped("date"))])
            wizard.date_until = first + timedelta(days=DAYS)

    def _today(self):
        """The date where the company of these letters or invoices is."""
        company = self.letter_ids.company_id[:1] or self.move_ids.company_id[:1] or self.env.company
        return company._dunning_today()

    def action_leave_out(self):
        """Leave them out, with the reason and the end that were given."""
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write down why, for example: we agreed on the phone that he pays on Friday."))
        if not self.letter_ids and not self.move_ids:
            raise UserError(self.env._("There is nothing to leave out. Choose letters or invoices first."))
        if self.letter_ids:
            self.letter_ids.action_leave_out()  # it refuses what has gone out meanwhile
            self.letter_ids._leave_out(reason, None if self.comes_back == "next" else self._held(self.comes_back))
        if self.move_ids:
            self._leave_out_moves(reason, self._held(self.invoices_come_back))
        return {"type": "ir.actions.act_window_close"}

    def _held(self, comes_back):
        """Until when they wait, as values of a hold. :raises UserError: that day is in the past, or missing."""
        if comes_back != "after":
            return {"date_until": False}
        if not self.date_until or self.date_until < self._today():
            raise UserError(self.env._("Choose today or a later day up to which it is left out."))
        return {"date_until": self.date_until}

    def _leave_out_moves(self, reason, held):
        """Invoices wait like any other on hold; entries that were taken in are claims no longer."""
        self.move_ids.check_access("write")
        followed = self.move_ids._dunning_followed_up()
        entries = followed.filtered(lambda move: move.move_type == "entry")
        self.env["dunning.hold"].create(
            [
                {
                    "move_id": move.id,
                    "partner_id": move._dunning_debtors().id,
                    "company_id": move.company_id.id,
                    "reason": reason,
                    **held,
                }
                for move in followed - entries
            ]
        )
        entries._dunning_leave_out(reason)
