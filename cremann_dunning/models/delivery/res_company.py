import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..res_company import INSIDE


class ResCompany(models.Model):
    """The address of the desk: what is mailed to it waits there to be answered."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_alias_id = fields.Many2one("mail.alias", readonly=True, copy=False, ondelete="set null", groups=INSIDE)
    dunning_alias_name = fields.Char(
        string="Address of the desk",
        compute="_compute_dunning_alias_name",
        inverse="_inverse_dunning_alias_name",
        groups=INSIDE,
        help="What is mailed to this address waits under To answer, also where it answers nothing of ours. Empty: only "
        "answers to letters and invoices come in.",
    )

    @api.depends("dunning_alias_id.alias_name")
    def _compute_dunning_alias_name(self):
        for company in self:
            company.dunning_alias_name = company.sudo().dunning_alias_id.alias_name  # sudo: a setting of its own

    def _inverse_dunning_alias_name(self):
        """Make, rename or empty the alias of the desk.

        :raises ValidationError: it was to be something else.
        """
        # sudo: aliases are the administrator's, and whoever may change the company may say what its own is called
        aliases, model = self.env["mail.alias"].sudo(), self.env["ir.model"]._get_id("dunning.reply")
        for company in self:
            name, own = (company.dunning_alias_name or "").strip(), company.sudo().dunning_alias_id
            if name and not aliases._sanitize_alias_name(name):
                raise ValidationError(self.env._("%s is no name of an address.", name))
            if own:
                own.alias_name = name or False
            elif name:
                company.sudo().dunning_alias_id = aliases.create(
                    {
                        "alias_name": name,
                        "alias_domain_id": company.alias_domain_id.id,
                        "alias_model_id": model,
                        "alias_contact": "everyone",
                        "alias_defaults": repr({"company_id": company.id}),
                    }
                )

    def write(self, vals):
        """The address of the desk goes along to another domain."""
        result = super().write(vals)
        if "alias_domain_id" in vals:
            for company in self.sudo().filtered("dunning_alias_id"):  # sudo: as above
                company.dunning_alias_id.alias_domain_id = company.alias_domain_id
        return result

    @api.constrains("dunning_alias_id")
    def _check_dunning_alias(self):
        for company in self.sudo():  # sudo: as above
            alias = company.dunning_alias_id
            own = not alias or ast.literal_eval(alias.alias_defaults or "{}").get("company_id") == company.id
            if alias and (alias.alias_model_id.model != "dunning.reply" or not own):
                raise ValidationError(self.env._("This is not the address of the desk of %s.", company.name))
