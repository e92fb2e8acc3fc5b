from odoo import models

from ..event import as_fact

TURNED = {"draft": "ledger.to_draft", "cancel": "ledger.cancelled"}
CHOSEN = {"dunning_kind_set": "debtor.kind_of_invoice", "dunning_procedure_id": "debtor.procedure_of_invoice"}


class AccountMove(models.Model):
    """Claims whose entry is reset or cancelled, and what a person chooses for an invoice, are told."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        """Nothing more than in Odoo where neither is written."""
        turned = self.browse()
        if kind := TURNED.get(vals.get("state")):
            turned = self.filtered(lambda move: move.state != vals["state"])
        names = CHOSEN.keys() & vals.keys()
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
                    rows += [
                        {
                            "kind": CHOSEN[name] if now else f"{CHOSEN[name]}_let_go",
                            "company_id": move.company_id.id,
                            "debtor": debtor.id,
                            "facts": as_fact.known(
                                of=as_fact.entry(move), entries=move.ids, numbers=move.name, before=was, after=now
                            ),
                        }
                        for debtor in move._dunning_debtors()
                    ]
        return rows
