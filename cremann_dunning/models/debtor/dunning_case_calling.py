from odoo import models

PHONE_ROLES = ("reminder", "escalation")


class DunningCase(models.Model):
    """Debtors on the telephone: whose number, what is due, and call mode."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    def action_call(self):
        """Call these debtors one after the other: own ones first, then by amount."""
        self.check_access("read")
        return self.env["dunning.call.wizard"]._for_cases(self)._open()

    def _call_due(self):
        """Level and invoices of the call that is due for this debtor; none where no call is."""
        self.ensure_one()
        due = self.env["dunning.call"]._due(self.company_id, self.partner_id.ids).get(self.id, ())
        # sudo: level and invoices of the answers that are shown on the case
        decisions = self.env["dunning.decision"].sudo().browse(due)
        level = decisions.level_id[:1]
        moves = decisions.filtered(lambda decision: decision.level_id == level).move_id
        return level.with_env(self.env), moves.with_env(self.env)

    def _sole_open_move(self):
        """The invoice or entry that is open, where it is the only one; else none."""
        case = self._origin
        invoices = case.open_move_ids.filtered(lambda move: move.move_type != "out_refund")
        moves = invoices | case.taken_in_ids.move_id
        return moves if len(moves) == 1 else moves.browse()

    def _phone_contacts(self):
        """Who may be called about this debtor: contacts with a role, then himself; all that have a number."""
        self.ensure_one()
        debtor = self.partner_id
        people = debtor.child_ids.filtered(lambda person: person.dunning_role in PHONE_ROLES)
        people = people.sorted(lambda person: (PHONE_ROLES.index(person.dunning_role), person.id))
        return (people | debtor).filtered("phone")
