from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


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
        partners, groups = self.env["res.partner"], self.env["dunning.customer.group"]
        wanted = defaultdict(partners.browse)
        for vals in vals_list:
            if debtor := partners.browse(vals.get("partner_id") or ()).commercial_partner_id:
                vals["partner_id"] = debtor.id
                wanted[groups.browse(vals.get("group_id") or ())] |= debtor
        for group, debtors in wanted.items():
            self._refuse_taken(group.filtered("active").company_id, debtors)
        return super().create(vals_list)

    @api.model
    def _refuse_taken(self, company, debtors):
        """:raises ValidationError: one of these debtors is in a group of the company already."""
        # sudo: the name of a group of the same company
        taken = [("company_id", "in", company.ids), ("in_force", "=", True), ("partner_id", "in", debtors.ids)]
        if found := self.sudo().search(taken, limit=1):
            raise ValidationError(
                self.env._(
                    "%(debtor)s is in the customer group %(group)s already, and a debtor is in one group only. Take it "
                    "out of that one first.",
                    debtor=found.partner_id.display_name,
                    group=found.group_id.name,
                )
            )

    @api.model
    def _merge(self, sources, kept):
        """Two debtors that become one are in the group of the one that stays, or else in the older of their groups.

        By SQL: a head office that is merged stays one, as the debtor that it becomes.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM dunning_customer_group_member m
                 USING (SELECT DISTINCT ON (company_id) id, company_id FROM dunning_customer_group_member
                         WHERE in_force AND partner_id = ANY(%(all)s)
                         ORDER BY company_id, partner_id <> %(kept)s, group_id, id) stays
                 WHERE m.partner_id = ANY(%(all)s) AND m.in_force AND m.company_id = stays.company_id
                   AND m.id <> stays.id
                """,
                all=(sources | kept).ids,
                kept=kept.id,
            )
        )
        self.env["dunning.customer.group"].invalidate_model(["member_ids"])
        self.invalidate_model()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_head(self):
        """The head office belongs to its group."""
        if heads := self.filtered(lambda member: member.is_head and member.group_id.letters_to_head):
            raise ValidationError(
                self.env._("%s is the head office to which letters go. Choose another first.", heads[:1].display_name)
            )
