from odoo import fields, models


class DunningCase(models.Model):
    """What a person sets about the next step towards a debtor: by hand only, and not before a day."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    by_hand = fields.Boolean(
        string="By hand only",
        help="Nothing goes to this debtor by itself: what is due waits until somebody proposes it.",
    )
    next_day = fields.Date(
        string="Next step not before",
        help="The next step waits until this day, whatever it is. A day that lies before it changes nothing: no step "
        "comes sooner than its procedure has it.",
    )

    def write(self, vals):
        """What follows from it shows at once."""
        result = super().write(vals)
        if {"by_hand", "next_day"} & vals.keys():
            for company, cases in self.grouped("company_id").items():
                self.env["dunning.case.mixin"]._redecide_debtors(company, cases.partner_id)
        return result
