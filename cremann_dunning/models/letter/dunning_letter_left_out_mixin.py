from odoo import api, fields, models
from odoo.exceptions import UserError

# A letter that has not gone out.
WAITING = ("draft", "issued", "failed")


class DunningLetterLeftOutMixin(models.AbstractModel):
    """A letter that somebody did not want to go: why, for how long its invoices wait, and how it comes back."""

    _name = "dunning.letter.left.out.mixin"
    _description = "Dunning letter left out"

    is_left_out = fields.Boolean(
        string="Left out", compute="_compute_is_left_out", help="Its invoices are kept back, and can be put back."
    )

    @api.depends("state")
    def _compute_is_left_out(self):
        held = self.env["dunning.hold"].search([("letter_id", "in", self.ids), ("is_running", "=", True)]).letter_id
        for letter in self:
            letter.is_left_out = letter._origin in held

    def action_leave_out(self):
        """Ask why these letters, which have not gone out, are left out, and when their invoices come back."""
        self.check_access("write")
        letters = self.filtered(lambda letter: letter.state in WAITING)
        if not letters:
            raise UserError(self.env._("Only letters that have not gone out can be left out."))
        if len(letters.company_id) > 1:
            raise UserError(self.env._("Choose letters of one company at a time."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Leave out"),
            "res_model": "dunning.leave.out.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_letter_ids": letters.ids},
        }

    def _leave_out(self, reason, held):
        """Cancel these letters with their reason; their invoices wait, or have their turn in the next run.

        :param reason: what the person wrote.
        :param held: None when the invoices come back at once, else the values of the hold on each: ``date_until``.
        """
        # evidence is written by the system, also that an invoice waits because of it
        letters = self._by_system().filtered(lambda letter: letter.state in WAITING)
        if held is not None:
            letters.env["dunning.hold"].create(
                [
                    {
                        "move_id": move.id,
                        "partner_id": letter.partner_id.id,
                        "company_id": letter.company_id.id,
                        "letter_id": letter.id,
                        "reason": reason,
                        **held,
                    }
                    for letter in letters
                    for move in letter.line_ids.filtered(lambda line: line.level_id or line.principal_part).move_id
                ]
            )
        until = held and held["date_until"]
        letters._cancel(
            self.env._("Left out by %(user)s: %(why)s", user=self.env.user.name, why=reason),
            kind="letter.left_out",
            facts={
                "held": held is not None,
                "at_once": held is None or None,
                "until": (until and {"date": str(until)}) or None,
                "unlimited": (held is not None and not until) or None,
            },
            personal={"reason": reason},
        )
        letters._let_claims_follow()

    def action_put_back(self):
        """Let the invoices of letters that were left out have their turn again, in their run where that still waits."""
        holds = self.env["dunning.hold"].search([("letter_id", "in", self.ids), ("is_running", "=", True)])
        self.check_access("write")
        if not holds:
            raise UserError(self.env._("This letter is not left out any more; its invoices are followed up again."))
        runs = self.run_id.filtered(lambda run: run.state == "proposed")
        holds.action_release()
        runs.action_propose()
        return True
