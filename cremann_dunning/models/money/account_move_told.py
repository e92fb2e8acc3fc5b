from odoo import models

from ..event import as_fact

TURNED = {"draft": "ledger.to_draft", "cancel": "ledger.cancelled"}
CHOSEN = {
    "dunning_kind_set": "debtor.kind_of_invoice",
    "dunning_procedure_id": "debtor.procedure_of_invoice",
    "dunning_by_hand": "debtor.by_hand_of_invoice",
    "dunning_next_day": "debtor.day_set_of_invoice",
}
RESPONSIBLE = "dunning_user_id"


class AccountMove(models.Model):
    """Claims whose entry is reset or cancelled, and what a person chooses for an invoice, are told."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        """Nothing more than in Odoo where neither is written."""
        turned = self.browse()
        if kind := TURNED.get(vals.get("state")):
            turned = self.filtered(lambda move: move.state != vals["state"])
        names = {*CHOSEN, RESPONSIBLE} & vals.keys()
        moves = self.sudo()  # sudo: what is told is the system's to gather
        before = {move: as_fact.values(move, names) for move in moves} if names else {}
        result = super().write(vals)
        if turned:
            self.env["dunning.ledger.told"]._tell_moves(kind, turned)
        if names:
            self.env["dunning.event"]._tell_beside(lambda: moves._dunning_chosen_rows(before), moves)
        return result

    def _dunning_chosen_rows(self, before):
        """The events that something was chosen for these invoices. :param before: ``{move: facts by field}``."""
        rows = []
        for move in self:
            for name, was in before[move].items():
                if (now := as_fact.value(move, name)) != was:
                    rows += move._dunning_rows_of(name, bool(now), {"before": was, "after": now})
        return rows

    def _dunning_rows_of(self, name, is_chosen, values):
        """The event of one choice, for each debtor of the entry. The name of a colleague is kept apart."""
        kind = CHOSEN.get(name, "debtor.responsible_of_invoice")
        of_person = name == RESPONSIBLE
        told = {"personal": as_fact.known(after=self[name].name)} if of_person else {}
        facts = {"into": self[name].id or None} if of_person else values
        return [
            {
                "kind": kind if is_chosen else f"{kind}_let_go",
                "company_id": self.company_id.id,
                "debtor": debtor.id,
                "facts": as_fact.known(of=as_fact.entry(self), entries=self.ids, numbers=self.name, **facts),
                **told,
            }
            for debtor in self._dunning_debtors()
        ]
