from odoo import models

from ..event import as_fact

# What shows of a contact that he trades, and what a person sets about him.
EVIDENCE = {"is_company", "vat", "company_registry"}
SETTINGS = ("dunning_tone", "dunning_role", "dunning_allow_sms")
TOLD = {"dunning_kind_set", "dunning_procedure_id", *SETTINGS} | EVIDENCE


class ResPartner(models.Model):
    """What changes about a debtor is told: his kind, his procedure, and how letters address him."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        """Who changed what of it, and on what the kind rests, are told."""
        names = TOLD & vals.keys()
        if not names:
            return super().write(vals)
        debtors = self.sudo()  # sudo: what is told is the system's to gather
        asked = ["dunning_debtor_kind", *(name for name in ("dunning_procedure_id", *SETTINGS) if name in names)]
        before = {partner: as_fact.values(partner, asked) for partner in debtors}
        result = super().write(vals)
        changed = debtors.filtered(lambda partner: as_fact.values(partner, asked) != before[partner])
        if changed:
            by_hand = bool(names - EVIDENCE)
            self.env["dunning.event"]._tell_beside(lambda: changed._dunning_event_rows(before, by_hand), changed)
        return result

    def _dunning_event_rows(self, before, by_hand):
        """The events that these contacts were changed. :param before: ``{contact: facts by field}``, as they were."""
        places, rows = self._dunning_event_places(by_hand), []
        for partner in self:
            was = before[partner]
            debtor = partner.commercial_partner_id
            here = {"company_id": self.env.company.id, "debtor": debtor.id}
            after = as_fact.values(partner, was)
            if was["dunning_debtor_kind"] != after["dunning_debtor_kind"] and partner == debtor:
                rows += [place | partner._row_kind(was["dunning_debtor_kind"]) for place in places[debtor]]
            procedure = "dunning_procedure_id"
            if was.get(procedure) != after.get(procedure):
                kind = "debtor.procedure" if after[procedure] else "debtor.procedure_let_go"
                rows.append(
                    here | {"kind": kind, "facts": as_fact.known(before=was[procedure], after=after[procedure])}
                )
            facts, texts = as_fact.changes(
                partner, *({name: side[name] for name in SETTINGS if name in side} for side in (was, after))
            )
            if facts:
                contact = as_fact.known(contact=partner.name if partner != debtor else None)
                rows += [place | {"kind": "debtor.setting", "facts": facts, "personal": texts | contact}
                         for place in places[debtor]]  # fmt: skip
        return rows

    def _dunning_event_places(self, by_hand):
        """Where changes of these contacts are told: in every company that follows their debtor up, and in the one where
        a person sets something about him.

        :return: per debtor rows with ``company_id`` and ``debtor``.
        """
        debtors = self.commercial_partner_id
        cases = (
            self.env["dunning.case"]
            .with_context(active_test=False)
            .search([("partner_id", "in", debtors.ids)], order="id")
        )
        companies = {debtor: {self.env.company.id} if by_hand else set() for debtor in debtors}
        for case in cases:
            companies[case.partner_id].add(case.company_id.id)
        return {
            debtor: [{"company_id": company, "debtor": debtor.id} for company in sorted(found)]
            for debtor, found in companies.items()
        }

    def _row_kind(self, before):
        """The event that a debtor is of another kind, with what shows it. :param before: the kind that it was."""
        facts = as_fact.known(
            before=before,
            after=as_fact.choice(self, "dunning_debtor_kind"),
            by_hand=bool(self.dunning_kind_set),
            is_company=self.is_company,
        )
        personal = as_fact.known(vat=self._dunning_number(self.vat), registry=self.company_registry)
        return {"kind": "debtor.kind", "facts": facts, "personal": personal}
