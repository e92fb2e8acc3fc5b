from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningProofWizard(models.TransientModel):
    """Notes what the post gives back about one letter: number, proof, the day of delivery, or the letter itself."""

    _name = "dunning.proof.wizard"
    _description = "Tracking and Proof of a Letter"
    _inherit = ["dunning.window.mixin"]

    dispatch_id = fields.Many2one("dunning.dispatch", required=True, readonly=True)
    was_delivered = fields.Boolean(compute="_compute_was_delivered")
    carrier_id = fields.Many2one(
        "dunning.carrier",
        compute="_compute_from_dispatch",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    tracking_number = fields.Char(
        compute="_compute_from_dispatch",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="From the label. It can be mended until the letter was delivered.",
    )
    tracking_url = fields.Char(related="dispatch_id.tracking_url", related_sudo=False)
    delivered_on = fields.Date(
        compute="_compute_from_dispatch",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="The day that the carrier gives. The term of a registered letter counts from it.",
    )
    posting_proof_ids = fields.Many2many(
        "ir.attachment", "dunning_proof_wizard_posting_rel", string="Proof of Posting", help="The receipt of the post."
    )
    delivery_proof_ids = fields.Many2many(
        "ir.attachment",
        "dunning_proof_wizard_delivery_rel",
        string="Proof of Delivery",
        help="The signature, or the page of the carrier as PDF.",
    )

    @api.depends("dispatch_id")
    def _compute_was_delivered(self):
        for wizard in self:
            wizard.was_delivered = bool(wizard.dispatch_id.delivered_on)

    @api.depends("dispatch_id")
    def _compute_from_dispatch(self):
        for wizard in self:
            attempt = wizard.dispatch_id
            wizard.carrier_id = attempt.carrier_id or self.env["dunning.carrier"]._for_company(attempt.company_id)
            wizard.tracking_number = attempt.tracking_number
            wizard.delivered_on = attempt.delivered_on

    def _attempt(self):
        """The dispatch, as the system writes it, after the rights of the user on it were checked."""
        self.ensure_one()
        self.dispatch_id.check_access("read")
        self.dispatch_id._check_by_post()
        return self.dispatch_id.sudo()  # sudo: evidence is written by the system

    def action_save(self):
        """Keep what was filled in. Files stay as they are from now on."""
        attempt = self._attempt()
        files = self.posting_proof_ids + self.delivery_proof_ids
        files.check_access("read")
        if self.tracking_number or attempt.tracking_number:
            attempt._set_tracking(self.tracking_number, self.carrier_id)
        # sudo: only what this user may read himself, see above
        attempt._add_proof("posting_proof_ids", self.posting_proof_ids.sudo())
        attempt._add_proof("delivery_proof_ids", self.delivery_proof_ids.sudo())
        if self.delivered_on:
            attempt._set_delivered(self.delivered_on)
        elif attempt.delivered_on:
            raise UserError(self.env._("The day of delivery stays on record. Enter another day to mend it."))
        # sudo: uploads of this window, which are kept as proof now
        files.sudo().filtered(lambda file: file.res_model == self._name).unlink()
        return {"type": "ir.actions.act_window_close"}

    def action_returned(self):
        """The letter came back: its level and its term go back."""
        attempt = self._attempt()
        attempt._set_returned(self.env.user)
        return {"type": "ir.actions.act_window_close"}
