from odoo import models

from ...engine import chain
from ..event import as_fact

# What the file of a statement is marked with, so that its leaving can be told.
STATEMENT = "dunning.statement"
# What a person sets about the next step, and the kinds of event that it is told by.
STEERED = {"by_hand": "debtor.by_hand", "next_day": "debtor.day_set"}


class DunningCase(models.Model):
    """What of a case is told as events: who is responsible for it, and the statements that went to the debtor."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        """Another responsible, and what a person set about the next step, are told."""
        names = {"user_id", *STEERED} & vals.keys()
        if not names:
            return super().write(vals)
        before = {case: {name: case[name] for name in names} for case in self}
        result = super().write(vals)
        rows = []
        for case in self:
            changed = [name for name in names if case[name] != before[case][name]]
            rows += [case._row_of(name, before[case][name]) for name in sorted(changed)]
        self.env["dunning.event"]._tell(rows)
        return result

    def _row_of(self, name, before):
        if name == "user_id":
            return self._row_responsible(before)
        facts = {}
        if name == "next_day":
            facts = as_fact.known(before=as_fact.day(before), after=as_fact.value(self, name))
        return {
            "kind": STEERED[name] if self[name] else f"{STEERED[name]}_let_go",
            "company_id": self.company_id.id,
            "debtor": self.partner_id.commercial_partner_id.id,
            "facts": facts,
        }

    def _track_get_fields(self):
        """Odoo's own tracking lets the responsible follow and tells him; it leaves no second remark about it."""
        return super()._track_get_fields() - {"user_id"}

    def _row_responsible(self, before):
        """The event that somebody else is responsible. :param before: ``res.users``."""
        return {
            "kind": "debtor.responsible",
            "company_id": self.company_id.id,
            "debtor": self.partner_id.commercial_partner_id.id,
            "facts": {"from": before.id or None, "into": self.user_id.id or None},
            "personal": {
                "before": before.sudo().name,  # sudo: a name, whoever is allowed to see users
                "after": self.user_id.sudo().name,  # sudo: as above
            },
        }

    def action_erase(self):
        """Show a manager what is erased when this debtor asks for it, and what stays."""
        self.ensure_one()
        self.check_access("read")
        self.env["dunning.erasure.wizard"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase personal data"),
            "res_model": "dunning.erasure.wizard",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_id": self.partner_id.id, "default_company_id": self.company_id.id},
        }

    def _message_post_after_hook(self, message, msg_vals):
        """A statement that somebody mails from the case is told."""
        result = super()._message_post_after_hook(message, msg_vals)
        # sudo: what was attached, whoever posts it
        statements = message.sudo().attachment_ids.filtered(lambda file: file.description == STATEMENT)
        self.env["dunning.event"]._tell([self._row_statement(message, file) for file in statements])
        return result

    def _row_statement(self, message, file):
        """The event that a statement went out. :param file: ``ir.attachment``."""
        return {
            "kind": "debtor.statement_sent",
            "company_id": self.company_id.id,
            "debtor": self.partner_id.commercial_partner_id.id,
            "facts": {"paper": chain.file_digest(file.raw or b"")},
            "personal": {"name": file.name, "to": ", ".join(message.sudo().partner_ids.mapped("email_formatted"))},
        }
