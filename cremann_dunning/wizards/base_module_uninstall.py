from odoo import api, fields, models


class BaseModuleUninstall(models.TransientModel):
    _inherit = "base.module.uninstall"

    dunning_loss = fields.Char(compute="_compute_dunning_loss", string="What is lost")

    @api.depends("module_ids")
    def _compute_dunning_loss(self):
        """What goes with the follow-up, where it is among what is uninstalled and something happened."""
        for wizard in self:
            ours = "cremann_dunning" in wizard._get_modules().mapped("name")
            # sudo: how many there are, for who may uninstall
            events = self.env["dunning.event"].sudo().search_count([]) if ours else 0
            letters = self.env["dunning.letter"].sudo().search_count([("state", "=", "sent")]) if events else 0
            wizard.dunning_loss = bool(events) and self.env._(
                "With the follow-up go the record of %(events)s events and %(letters)s letters that were sent, which "
                "prove what was asked and when. They cannot be brought back.",
                events=events,
                letters=letters,
            )

    def action_dunning_record(self):
        """The window that gives out the record. :raises AccessError: for who may not uninstall."""
        self.check_access("read")
        return self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_record_wizard_action")
