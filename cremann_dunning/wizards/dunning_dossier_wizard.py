from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningDossierWizard(models.TransientModel):
    """What goes into the file of a debtor's claims, and for whom it is."""

    _name = "dunning.dossier.wizard"
    _description = "File of Claims to Make"
    _inherit = ["dunning.window.mixin"]

    case_id = fields.Many2one("dunning.case", required=True, readonly=True)
    company_id = fields.Many2one(related="case_id.company_id", related_sudo=False)
    handover_id = fields.Many2one("dunning.handover", readonly=True)
    claim_ids = fields.Many2many(
        "dunning.claim", string="Claims", domain="[('case_id', '=', case_id)]", help="Those that the file is about."
    )
    party_id = fields.Many2one(
        "dunning.party", string="For", help="Its particulars stand in the file. Empty: for yourself, or for a court."
    )
    purpose = fields.Selection(
        lambda self: self.env["dunning.handover"]._fields["purpose"]._description_selection(self.env),
        required=True,
        default="collection",
    )
    with_notes = fields.Boolean(
        string="Notes of colleagues", help="What colleagues noted about calls. Leave it out unless the reader needs it."
    )

    @api.model
    def _open(self, case, handover=None):
        """The window for a case, or for a hand-over with all its claims."""
        claims = handover.line_ids.claim_id if handover else case.claim_ids.filtered(lambda c: c.state == "open")
        window = self.create(
            {
                "case_id": case.id,
                "handover_id": handover.id if handover else False,
                "claim_ids": [fields.Command.set(claims.ids)],
                "party_id": handover.party_id.id if handover else False,
                "purpose": handover.purpose if handover else "collection",
            }
        )
        return window._get_records_action(name=self.env._("File of claims"), target="new")

    def action_make(self):
        """Make it and open it, to be downloaded or mailed.

        :raises UserError: nothing is chosen, or what is no part of the hand-over.
        """
        self.ensure_one()
        self.check_access("write")
        claims = self.claim_ids
        if not claims:
            raise UserError(self.env._("Choose at least one claim. Nothing was said about this debtor's others yet."))
        if self.handover_id and claims - self.handover_id.line_ids.claim_id:
            raise UserError(self.env._("A file of a hand-over is about the claims that were handed over."))
        party = self.handover_id.party_id or self.party_id
        file = self.env["dunning.handover.file"]._make(
            self.case_id, claims, handover=self.handover_id or None, party=party or None, purpose=self.purpose,
            notes=self.with_notes,
        )  # fmt: skip
        return file._get_records_action(name=file.name, target="current")
