from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from .dunning_cause_route import CAUSES


class DunningCase(models.Model):
    """Why the debtor does not pay, as he said it last."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    cause = fields.Selection(
        CAUSES[:-1], string="Why he does not pay", compute="_compute_cause", search="_search_cause", compute_sudo=False
    )
    cause_words = fields.Char(string="What he said of it", compute="_compute_cause", compute_sudo=False)

    @api.depends("contact_ids.cause", "contact_ids.active", "contact_ids.counted_on")
    @api.depends_context("lang")
    def _compute_cause(self):
        self.cause = self.cause_words = False
        contacts = self.env["dunning.contact"]
        for company, cases in self.filtered("company_id").grouped("company_id").items():
            # sudo: what was said last, for whoever may read the case
            said = self.env["dunning.cause.route"].sudo()._said(company, cases.partner_id.ids)
            found = contacts.sudo().browse(contact_id for contact_id, *_rest in said.values())
            labels, kinds = (
                dict(contacts._fields[name]._description_selection(self.env)) for name in ("cause", "kind")
            )
            for case in cases:
                if case.partner_id.id not in said:
                    continue
                contact_id, case.cause, day, *_rest = said[case.partner_id.id]
                contact = found.browse(contact_id)
                case.cause_words = self.env._(
                    "%(cause)s (%(date)s, %(kind)s, %(by)s)",
                    cause=labels[case.cause],
                    date=format_date(self.env, day),
                    kind=kinds[contact.kind],
                    by=contact.user_id.name,
                )

    @api.model
    def _search_cause(self, operator, value):
        if operator != "in":
            return NotImplemented
        cases = self.search(Domain("contact_ids.cause", "in", [cause for cause in value if cause]))
        found = cases.filtered(lambda case: case.cause in value)
        domain = Domain("id", "in", found.ids)
        if False in value:
            said = self.search(Domain("contact_ids.cause", "not in", (False, "unknown")))
            domain |= Domain("id", "not in", said.filtered("cause").ids)
        return domain
