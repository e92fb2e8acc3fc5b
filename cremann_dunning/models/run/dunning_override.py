from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningOverride(models.Model):
    """That a manager sent a letter although the rules held something against it: who, when, what and why.

    Written once. Nobody changes or removes it, and a letter that has one stays on record.
    """

    _name = "dunning.override"
    _description = "Dunning Override"
    _inherit = ["dunning.record.mixin"]
    _order = "id desc"
    _rec_name = "code"

    letter_id = fields.Many2one("dunning.letter", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="letter_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="letter_id.partner_id", store=True, precompute=True, string="Debtor")
    code = fields.Char(required=True, readonly=True, string="Rule")
    article = fields.Char(readonly=True, string="Source of Law")
    sentence = fields.Char(required=True, readonly=True, string="What the Rules Said")
    reason = fields.Text(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Manager", required=True, readonly=True, default=lambda self: self.env.user
    )
    create_date = fields.Datetime(string="Written On", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Each is told of, with the words of the manager apart."""
        overrides = super().create(vals_list)
        self.env["dunning.event"]._tell([override._event_row() for override in overrides])
        return overrides

    def _event_row(self):
        """The override as an event."""
        self.ensure_one()
        letter = self.letter_id
        number = letter.name if letter.name != "/" else letter.level_id.name
        return {
            "kind": "hold.override",
            "company_id": self.company_id.id,
            "debtor": self.partner_id.id,
            "letter": letter.id,
            "claims": letter.line_ids.claim_id.ids,
            "author": self.user_id.id,
            "facts": {"name": number or "", "code": self.code, "article": self.article or None},
            "personal": {"reason": self.reason},
        }

    def write(self, vals):  # pylint: disable=method-required-super
        """An override stays as it was written."""
        raise UserError(self.env._("An override stays on record as it was written."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An override stays on record as it was written."))
