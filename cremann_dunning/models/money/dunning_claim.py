from odoo import api, fields, models


class DunningClaim(models.Model):
    """How a claim ended that was not paid."""

    _inherit = "dunning.claim"  # pylint: disable=consider-merging-classes-inherited

    write_off_ids = fields.One2many("dunning.write.off", "claim_id", string="Write-offs", readonly=True)
    is_written_off = fields.Boolean(string="Written off", compute="_compute_written_off")
    write_off_text = fields.Char(string="How it ended", compute="_compute_written_off")

    @api.depends("write_off_ids")
    @api.depends_context("lang")
    def _compute_written_off(self):
        for claim in self:
            last = claim.write_off_ids[:1]  # the newest comes first
            claim.is_written_off = last.is_in_force
            claim.write_off_text = last._sentence() if last else False

    def action_write_off(self):
        """Ask why what is open of these claims is written off."""
        self.check_access("read")
        items = self.env["account.move.line"].browse(self.mapped("move_line_id").ids).exists()
        return self.env["account.move"]._dunning_ask_write_off(items)
