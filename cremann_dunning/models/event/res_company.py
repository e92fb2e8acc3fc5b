from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize

from .dunning_told_mixin import CHANGED

INSIDE = "base.group_user"


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "dunning.told.mixin"]  # pylint: disable=consider-merging-classes-inherited

    dunning_head_email = fields.Char(
        string="Where the head of the record is kept",
        help="An address outside this database, such as that of the accountant. The head of the record of events goes "
        "there once a week: whoever has it can prove later that nothing before it was changed.",
        groups=INSIDE,
    )
    dunning_head_sent_on = fields.Date(string="Head last sent on", readonly=True, copy=False, groups=INSIDE)
    dunning_keep_years = fields.Integer(
        string="Years to keep personal values",
        default=2,
        help="So many years after the last claim on a debtor has ended, what the record holds about persons is erased: "
        "names, addresses, what they wrote. The events stay, and still prove each other; letters and entries stay as "
        "long as the books have to. Zero: never by itself.",
        groups=INSIDE,
    )

    _dunning_keep_years_positive = models.Constraint(
        "CHECK (dunning_keep_years >= 0)", "The years to keep personal values cannot be negative."
    )

    @api.model
    def _told_fields(self):
        """Our settings, not what the jobs note."""
        return {
            name
            for name, field in self._fields.items()
            if name.startswith("dunning_") and field.store and not field.readonly and field.type != "one2many"
        }

    def _told_in(self):
        return {company: company.ids for company in self}

    def _tell_rules(self, kind, changes, **more):
        """Settings only: that there is a company is no event of follow-up."""
        return super()._tell_rules(kind, changes if kind == CHANGED else {}, **more)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_debtors_were_told_of(self):
        # sudo: that there is one, whoever deletes a company
        told = self.env["dunning.event"].sudo()
        if found := told.search([("company_id", "in", self.ids), ("debtor", ">", 0)], limit=1):
            raise UserError(
                self.env._(
                    "%s has a record of events about its debtors, which nobody could read any more. Archive the "
                    "company instead.",
                    found.company_id.name,
                )
            )

    @api.constrains("dunning_head_email")
    def _check_dunning_head_email(self):
        for company in self:
            if company.dunning_head_email and not email_normalize(company.dunning_head_email):
                raise ValidationError(
                    self.env._(
                        "“%s” is no e-mail address. Give one, such as records@example.com.", company.dunning_head_email
                    )
                )
