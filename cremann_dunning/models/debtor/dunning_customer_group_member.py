from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningCustomerGroupMember(models.Model):
    """A debtor in a customer group; in a company he is in one group at most."""

    _name = "dunning.customer.group.member"
    _description = "Debtor of a customer group"
    _inherit = ["dunning.record.mixin"]
    _order = "group_id, id"
    _rec_name = "partner_id"

    group_id = fields.Many2one("dunning.customer.group", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="group_id.company_id", store=True, precompute=True)
    in_force = fields.Boolean(related="group_id.active", store=True, precompute=True)
    # a merge of Odoo leaves one of two; whoever deletes a contact is not stopped by a group
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, index=True, ondelete="cascade", check_company=True
    )
    is_head = fields.Boolean(string="Head office", compute="_compute_is_head")

    _once = models.UniqueIndex(
        "(company_id, partner_id) WHERE in_force", "A debtor is in one customer group only. Take it out of the other."
    )

    @api.depends("group_id.head_id", "partner_id")
    def _compute_is_head(self):
        for member in self:
            head = member.group_id.head_id.commercial_partner_id
            member.is_head = bool(head) and head == member.partner_id

    @api.model_create_multi
    def create(self, vals_list):
        """A contact below a debtor stands for that debtor."""
        partners = self.env["res.partner"]
        for vals in vals_list:
            if vals.get("partner_id"):
                vals["partner_id"] = partners.browse(vals["partner_id"]).commercial_partner_id.id
        return super().create(vals_list)

    @api.constrains("partner_id", "group_id")
    def _check_once(self):
        """:raises ValidationError: one of them is in another group."""
        for company, members in self.filtered("in_force").grouped("company_id").items():
            # sudo: the name of a group of the same company
            others = self.sudo().search(
                [("company_id", "=", company.id), ("in_force", "=", True), ("partner_id", "in", members.partner_id.ids)]
            )
            for partner, found in others.grouped("partner_id").items():
                if len(found) > 1:
                    raise ValidationError(
                        self.env._(
                            "%(debtor)s is in the customer group %(group)s already, and a debtor is in one group only. "
                            "Take it out of one of them.",
                            debtor=partner.display_name,
                            group=found[0].group_id.name,
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_head(self):
        """The head office belongs to its group."""
        if heads := self.filtered(lambda member: member.is_head and member.group_id.letters_to_head):
            raise ValidationError(
                self.env._("%s is the head office to which letters go. Choose another one first.", heads[:1].display_name)
            )
