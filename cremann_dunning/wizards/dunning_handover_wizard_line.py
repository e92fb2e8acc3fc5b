from odoo import fields, models


class DunningHandoverWizardLine(models.TransientModel):
    """Something that the file of a hand-over lacks, and where it is added."""

    _name = "dunning.handover.wizard.line"
    _description = "Missing in a File"
    _inherit = ["dunning.window.mixin"]

    window_id = fields.Many2one("dunning.handover.wizard", required=True, ondelete="cascade")
    part = fields.Char(string="Missing", readonly=True)
    number = fields.Char(string="About", readonly=True)
    place_model = fields.Char(readonly=True)
    place_id = fields.Integer(readonly=True)

    def action_add(self):
        """Open where it is added."""
        self.ensure_one()
        self.check_access("read")
        if self.place_model == "res.company":
            return self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_settings_action")
        if self.place_model not in ("account.move", "res.partner", "dunning.letter", "dunning.case"):
            return False
        record = self.env[self.place_model].browse(self.place_id).exists()
        record.check_access("read")
        return record._get_records_action() if record else False
