from odoo import Command, api, fields, models


class DunningSoundnessWizard(models.TransientModel):
    """All that is wrong with one procedure at once, each with its article and with the level to put right."""

    _name = "dunning.soundness.wizard"
    _description = "What Is Wrong with One Procedure"
    _inherit = ["dunning.window.mixin"]

    procedure_id = fields.Many2one("dunning.procedure", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    line_ids = fields.One2many("dunning.soundness.wizard.line", "wizard_id", readonly=True)
    is_sound = fields.Boolean(readonly=True)

    @api.model
    def _open_for(self, procedure):
        """The window about one procedure, for the debtors of the company that it belongs to, or of the user's."""
        company = procedure.company_id or self.env.company
        rows = self.env["dunning.soundness"]._look(procedure, company)
        lines = [
            Command.create(
                {
                    "sequence": place,
                    "level_id": row["level"].id,
                    "gravity": row["gravity"],
                    "sentence": row["sentence"],
                    "article": row["article"],
                }
            )
            for place, row in enumerate(rows)
        ]
        window = self.create(
            {"procedure_id": procedure.id, "company_id": company.id, "line_ids": lines, "is_sound": not rows}
        )
        return window._get_records_action(name=self.env._("What is wrong with %s?", procedure.name), target="new")
