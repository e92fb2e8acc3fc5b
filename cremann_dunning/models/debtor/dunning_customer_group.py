from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from ...engine import pacing
from ...engine.facts import Group
from ..dunning_counted import days
from ..rules.members import MEMBERS

# What the cases of its debtors come to.
SUMMED = ("amount_overdue", "amount_not_due", "amount_credit", "invoice_count", "letter_count", "contact_count")


class OfGroup(NamedTuple):
    """What is known of the group of a debtor: the facts of the engine, and the id of the head office that gets letters,
    0 for none."""

    group: Group
    head_id: int


class DunningCustomerGroup(models.Model):
    """Debtors that belong together though each owes for itself: branches that are companies of their own, a holding.

    What Odoo keeps below one company is one debtor already. A group has its contacts together, and its head office may
    get the letters of all of them. Every company keeps groups of its own: no company counts what another did.
    """

    _name = "dunning.customer.group"
    _description = "Customer group"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "name, id"

    name = fields.Char(required=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    active = fields.Boolean(default=True, help="An archived group holds nothing back and gets no letters.")
    # contacts stay Odoo's to delete: without a head office the letters go to the debtors
    head_id = fields.Many2one(
        "res.partner",
        string="Head office",
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
        help="Whom the letters of all debtors of the group go to, if that is ticked. It belongs to the group itself.",
    )
    letters_to_head = fields.Boolean(
        string="Letters go to head office",
        help="Reminders to every debtor of the group are addressed to head office; each still names its debtor and his "
        "invoices. What has to reach the debtor himself before the law goes to him: notices with a term, notices of "
        "default, final notices. So does a letter to a consumer.",
    )
    contacts_max = fields.Integer(
        string="Most contacts",
        help="At most so many letters, mails, calls and short messages to all debtors of the group together in the "
        "days beside it. 0: there is no limit for the group.",
    )
    contacts_days = fields.Integer(string="In days", default=7)
    member_ids = fields.One2many("dunning.customer.group.member", "group_id", string="Debtors")

    _contacts_in_bounds = models.Constraint(
        "CHECK(contacts_max >= 0 AND contacts_days BETWEEN 1 AND 365)",
        "The most contacts cannot be negative, 0 is no limit; they count over 1 to 365 days.",
    )

    @api.model
    def _told_fields(self):
        """What the group does; who belongs to it stands in the group."""
        return {"active", "letters_to_head", "contacts_max", "contacts_days"}

    @api.model_create_multi
    def create(self, vals_list):
        """The head office belongs to its group."""
        groups = super().create(vals_list)
        groups._add_heads()
        return groups

    def write(self, vals):
        """As in ``create``. What comes back from the archive must be in no other group by now."""
        if vals.get("active"):
            for company, groups in self.filtered(lambda group: not group.active).grouped("company_id").items():
                groups.member_ids._refuse_taken(company, groups._debtors())
        result = super().write(vals)
        if vals.get("head_id"):
            self._add_heads()
        return result

    def _add_heads(self):
        self.env["dunning.customer.group.member"].create(
            [
                {"group_id": group.id, "partner_id": head.id}
                for group in self
                if (head := group.head_id.commercial_partner_id) and head not in group.member_ids.partner_id
            ]
        )

    @api.constrains("letters_to_head", "head_id")
    def _check_head(self):
        if any(group.letters_to_head and not group.head_id for group in self):
            raise ValidationError(
                self.env._("Choose the head office to which letters go, or let them go to the debtors.")
            )

    # -- for the engine -----------------------------------------------------------------------------------------------

    @api.model
    def _facts(self, company, partner_ids):
        """The groups of these debtors, and who is in them.

        :return: ``{commercial partner id: OfGroup}``, and ``{group id: commercial partner ids}``; two statements.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                f"""
                WITH members AS MATERIALIZED (SELECT * FROM ({MEMBERS}) m WHERE m.company_id = %s)
                SELECT m.group_id, m.partner_id FROM members m
                 WHERE m.group_id IN (SELECT group_id FROM members WHERE partner_id = ANY(%s))
                """,
                company.id,
                list(partner_ids),
            )
        )
        members = defaultdict(set)
        for group_id, partner_id in rows:
            members[group_id].add(partner_id)
        found, asked = {}, set(partner_ids)
        for group in self.sudo().browse(members):  # sudo: what steers letters, whoever asks about a debtor
            facts = Group(group.id, group.name, group.contacts_max, group.contacts_days if group.contacts_max else 0)
            row = OfGroup(facts, group.head_id.id if group.letters_to_head else 0)
            found |= dict.fromkeys(members[group.id] & asked, row)
        return found, members

    @api.model
    def _capped_days(self, company):
        """Over how many days the limits of the groups of a company count."""
        # sudo: as in _facts
        groups = self.sudo().search([("company_id", "=", company.id), ("contacts_max", ">", 0)])
        return groups.mapped("contacts_days")

    @api.model
    def _is_head_of(self, head, partner, company):
        """Whether letters to a debtor may go to this head office."""
        groups, _mates = self._facts(company, partner.commercial_partner_id.ids)
        return any(row.head_id == head.id for row in groups.values())

    # -- for people ---------------------------------------------------------------------------------------------------

    head_problem = fields.Char(compute="_compute_head_problem", string="Letters do not go to head office")
    contacts_words = fields.Char(compute="_compute_contacts_words", string="Contacts of late")
    case_ids = fields.Many2many("dunning.case", compute="_compute_case_ids", string="Cases")
    amount_overdue = fields.Monetary(string="Overdue", compute="_compute_figures")
    amount_not_due = fields.Monetary(string="Not yet due", compute="_compute_figures")
    amount_credit = fields.Monetary(string="Open credits", compute="_compute_figures")
    days_overdue = fields.Integer(string="Days", compute="_compute_figures")
    invoice_count = fields.Integer(string="Overdue invoices", compute="_compute_figures")
    letter_count = fields.Integer(string="Letters", compute="_compute_figures")
    contact_count = fields.Integer(string="Contact moments", compute="_compute_figures")
    member_count = fields.Integer(string="Number of debtors", compute="_compute_figures")

    @api.depends("letters_to_head", "head_id.active", "head_id.email", "head_id.street", "head_id.city")
    def _compute_head_problem(self):
        """Why letters go to the debtors all the same."""
        for company, groups in self.grouped("company_id").items():
            heads = self.env["dunning.reaching"].sudo()._heads(company, groups.head_id.ids)  # sudo: as in _facts
            for group in groups:
                head, name = heads.get(group.head_id.id, (None,))[0], group.head_id.display_name
                group.head_problem = False
                if not group.letters_to_head or not group.head_id:
                    continue
                if head is None:
                    group.head_problem = self.env._("%s is archived, so letters go to the debtors.", name)
                elif head.mail_problem and not head.has_address:
                    group.head_problem = self.env._(
                        "%s has no usable e-mail address and no postal address, so letters go to the debtors.", name
                    )

    @api.depends("contacts_max", "contacts_days", "member_ids")
    @api.depends_context("lang")
    def _compute_contacts_words(self):
        """How many there were, and the day on which the next one fits; one statement a company."""
        for company, groups in self.grouped("company_id").items():
            capped = groups._origin.filtered("contacts_max")
            since = company._dunning_today() - timedelta(days=max(capped.mapped("contacts_days"), default=0))
            # sudo: a number
            reached = (
                self.env["dunning.reaching"].sudo()._since(company, capped._debtors().ids, since) if capped else {}
            )
            for group in groups:
                saved = group._origin
                group.contacts_words = saved in capped and saved._words_of_contacts(reached)

    def _words_of_contacts(self, reached):
        """:param reached: see ``dunning.reaching._since``."""
        today, partners = self.company_id._dunning_today(), self._debtors().ids
        since = today - timedelta(days=self.contacts_days)
        rows = [row for partner_id in partners for row in reached.get(partner_id, ())]
        made = [day for _way, day, is_planned in rows if day > since and not is_planned]
        free = pacing.full_until(made, self.contacts_max, self.contacts_days, today)
        words = {"number": len(made), "most": self.contacts_max, "days": days(self.env, self.contacts_days)}
        if not free:
            return self.env._("%(number)s of at most %(most)s in %(days)s.", **words)
        words["day"] = format_date(self.env, free)
        return self.env._("%(number)s of at most %(most)s in %(days)s. The next one fits on %(day)s.", **words)

    def _debtors(self):
        return self.member_ids.partner_id.commercial_partner_id

    @api.depends("member_ids.partner_id")
    def _compute_case_ids(self):
        for company, groups in self.grouped("company_id").items():
            domain = [("company_id", "=", company.id), ("partner_id", "in", groups._debtors().ids)]
            cases = self.env["dunning.case"].search(domain, order="amount_overdue desc, id").grouped("partner_id")
            for group in groups:
                group.case_ids = self.env["dunning.case"].union(
                    *(cases[debtor] for debtor in group._debtors() if debtor in cases)
                )

    @api.depends("case_ids")
    def _compute_figures(self):
        for group in self:
            cases = group.case_ids
            group.member_count = len(group._debtors())
            for name in SUMMED:
                group[name] = sum(cases.mapped(name))
            group.days_overdue = max(cases.mapped("days_overdue"), default=0)

    def action_open_cases(self):
        """The cases of the debtors of these groups, as on the worklist."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_case_action")
        return action | {"domain": [("id", "in", self.case_ids.ids)], "context": {}}

    def action_open_invoices(self):
        """What is overdue of the debtors of these groups."""
        self.check_access("read")
        return self.case_ids.action_open_invoices()

    def action_open_letters(self):
        """All letters to the debtors of these groups."""
        self.check_access("read")
        return self.case_ids.action_open_letters()

    def action_open_contacts(self):
        """The contact moments with the debtors of these groups."""
        self.check_access("read")
        return self.case_ids.action_open_contacts()
