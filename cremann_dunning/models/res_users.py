from odoo import api, models
from odoo.exceptions import UserError

# What keeps the name of whoever did it, for as long as it stands.
SIGNED = [
    ("dunning.letter", "user_id"),
    ("dunning.dispatch", "user_id"),
    ("dunning.run", "user_id"),
    ("dunning.run", "proposed_by_id"),
    ("dunning.hold", "released_by_id"),
    ("dunning.dispute", "closed_by_id"),
    ("dunning.reply", "handled_by_id"),
    ("dunning.override", "user_id"),
    ("dunning.contact", "user_id"),
    ("dunning.write.off", "user_id"),
    ("dunning.insolvency.filing", "user_id"),
]


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_signed(self):
        """Who signed a letter, sent it, or decided about it stays known."""
        for model, name in SIGNED:
            # sudo: whoever removes users need not see letters
            records = self.env[model].sudo().with_context(active_test=False)
            if found := records.search([(name, "in", self.ids)], limit=1):
                raise UserError(
                    self.env._(
                        "%(user)s stands on %(record)s as who signed or did it, so this user cannot be removed. "
                        "Archive the user instead.",
                        user=found[name].name,
                        record=found.display_name,
                    )
                )
