from odoo import Command, models
from odoo.exceptions import UserError


class DunningCase(models.Model):
    """The way from a case to a court."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    def action_court(self):
        """Show which ways to a court there are for what the debtor owes, and what each needs.

        :raises UserError: nothing is overdue.
        """
        self.ensure_one()
        self.check_access("read")
        claims = self._claims_for_court()
        if not claims:
            raise UserError(self.env._("Nothing of this debtor is overdue."))
        # sudo: until when they can be enforced is the system's to write
        self.env["dunning.limitation"].sudo().with_company(self.company_id)._bring(self.company_id, self.partner_id)
        window = self.env["dunning.court.wizard"].create({"case_id": self.id, "claim_ids": [Command.set(claims.ids)]})
        window.route = window._best()
        return window._get_records_action(name=self.env._("To court"), target="new")

    def _claims_for_court(self):
        """The overdue claims of this debtor; one about which nothing was said yet comes into being."""
        today = self.company_id._dunning_today()
        entries = self.open_move_ids | self.taken_in_ids.move_id
        # sudo: that something is said about these claims is the system's to note
        self.env["dunning.claim"].sudo()._of_moves(entries)
        found = self.env["dunning.claim"].search([("case_id", "=", self.id), ("ended_on", "=", False)])
        return found.filtered(
            lambda claim: claim.state == "open" and claim.amount_open > 0 and claim.date_due and claim.date_due < today
        )
