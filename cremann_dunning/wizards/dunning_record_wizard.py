from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class DunningRecordWizard(models.TransientModel):
    """Gives out the record of events of a company: as a file that checks itself, or its head alone."""

    _name = "dunning.record.wizard"
    _description = "Record of Events as a File"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    with_documents = fields.Boolean(help="Every letter as PDF as well. Without them the file stays small.")
    events = fields.Integer(compute="_compute_head", aggregator=None)
    unsealed = fields.Integer(
        compute="_compute_head", aggregator=None, string="Not sealed yet", help="They are, before the file is written."
    )
    head = fields.Char(compute="_compute_head", help="Number and digest of the last event that is sealed.")
    kept = fields.Char(
        string="A head that you kept",
        help="As the weekly mail gave it, number and digest. The check says whether that event is still the same.",
    )
    to = fields.Char(related="company_id.dunning_head_email", string="The head goes weekly to", related_sudo=False)

    @api.depends("company_id")
    def _compute_head(self):
        for wizard in self:
            # sudo: a number and a digest of his company
            head = wizard.env["dunning.sealing"].sudo()._head_of(wizard.company_id)
            wizard.events = head["seq"] if head else 0
            # sudo: a number
            wizard.unsealed = wizard.env["dunning.sealing"].sudo()._unsealed_count(wizard.company_id)
            wizard.head = f"{head['seq']}:{head['digest']}" if head else False

    def _check_right(self):
        """:raises AccessError: a record is given out by a manager of its company."""
        self.ensure_one()
        manager = self.env.user.has_group("cremann_dunning.group_dunning_manager") or self.env.user._is_system()
        if not manager or self.company_id not in self.env.user.company_ids:
            raise AccessError(self.env._("Only a dunning manager gives out the record of events."))

    def action_export(self):
        """Seal what waits and download the record; the record says that it was given out."""
        self._check_right()
        self.env["dunning.sealing"]._seal()
        head = self.env["dunning.sealing"]._head_now(self.company_id)
        if not head:
            raise UserError(self.env._("Nothing happened yet that could be given out."))
        self.env["dunning.event"]._tell(
            [{"kind": "chain.exported", "company_id": self.company_id.id, "facts": {"seq": head["seq"]}}]
        )
        return {"type": "ir.actions.act_url", "url": f"/dunning/record/{self.id}", "target": "self"}

    def action_send_head(self):
        """Send the head at once to where it goes every week."""
        self._check_right()
        if not self.to:
            raise UserError(self.env._("Fill in under Settings where the head of the record is kept, then send it."))
        if not self.env["dunning.chain.head"]._send(self.company_id):
            raise UserError(self.env._("Nothing happened yet that could be given out."))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("The head is on its way to %s.", self.to)},
        }

    def action_check(self):
        """Follow the record, against the head that was kept where one is given."""
        self._check_right()
        check = self.env["dunning.chain.check"]._follow(self.company_id, self._kept_head())
        return check._show()

    def _kept_head(self):
        """``{seq: digest}`` as it was typed. :raises UserError: it is none."""
        if not self.kept:
            return None
        seq, _colon, digest = self.kept.strip().partition(":")
        if not seq.isdigit() or len(digest) != 64:
            raise UserError(
                self.env._(
                    "A head is a number, a colon and 64 letters and digits, as in the mail. Copy the whole line."
                )
            )
        return {int(seq): digest.lower()}
