from odoo import fields, models


class DunningCase(models.Model):
    """Until when what the debtor owes can be enforced, and what interrupted that."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    limitation_claim_ids = fields.One2many(
        "dunning.limitation.claim", "case_id", string="Limitation", readonly=True, help="By claim, the nearest first."
    )
    interruption_ids = fields.One2many("dunning.interruption", "case_id", string="Interruptions recorded by hand")

    def action_new_interruption(self):
        """Record what interrupted the limitation of his claims."""
        return self._action_new_interruption(self._sole_open_move())

    def _action_new_interruption(self, moves):
        """The form of a new record, filled in with these invoices."""
        about = {"move_ids": moves.ids} if moves else {}
        return self._action_new("dunning.interruption", self.env._("Interruption of limitation"), **about)
