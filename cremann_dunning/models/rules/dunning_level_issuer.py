from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import rules

# Steps that may be written in the name of somebody who collects for others: they ask, after the creditor himself did.
ON_MANDATE = (rules.REMINDER, rules.STATUTORY_NOTICE, rules.NOTICE_OF_DEFAULT, rules.FINAL_NOTICE)


class DunningLevel(models.Model):
    _inherit = "dunning.level"

    issuer_id = fields.Many2one(
        "dunning.issuer",
        string="In the name of",
        company_dependent=True,
        check_company=True,
        help="Letters of this level go in the name of this agency, bailiff or lawyer, on its mandate, with its "
        "letterhead, sender and signature. Each company chooses its own. Leave empty to write in your own name.",
    )

    @api.constrains("issuer_id", "legal_type")
    def _check_issuer(self):
        """Nobody collects before the due date, and who hands a file over says so himself."""
        for level in self.filtered("issuer_id"):
            if level.legal_type not in ON_MANDATE:
                raise ValidationError(
                    self.env._(
                        "%(level)s is a step that the creditor takes in its own name. Take %(issuer)s off this level.",
                        level=level.name,
                        issuer=level.issuer_id.name,
                    )
                )

    def _issuer_for(self, company):
        """In whose name this company writes at this level: a ``dunning.issuer``, or none for its own."""
        self.ensure_one()
        # sudo: a setting of the letter, for whoever may make it; an archived one stops the letter at the gate
        found = self.with_company(company).sudo().issuer_id
        return found.filtered(lambda issuer: issuer.company_id == company)
