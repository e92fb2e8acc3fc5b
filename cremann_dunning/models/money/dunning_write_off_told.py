from odoo import api, models

from ..event import as_fact

# What a person notes about the VAT of a write-off, and about its proof.
NOTED = {"vat_date", "vat_asked_on", "proof"}


class DunningWriteOff(models.Model):
    """Write-offs as events: made, undone, what is noted about their VAT, and money that came in afterwards."""

    _inherit = "dunning.write.off"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        """Each is told, and a small rest as what it is."""
        records = super().create(vals_list)
        for kind, own in records.grouped(
            lambda record: "ledger.small_rest" if record.reason == "small" else "end.written_off"
        ).items():
            own._tell(kind)
        return records

    def write(self, vals):
        """What is noted differently is told, and that money came in."""
        names, received = NOTED & vals.keys(), self.browse()
        if vals.get("received_on"):
            received = self.filtered(lambda record: not record.received_on)
        records = self.sudo()  # sudo: what is told is the system's to gather
        before = {record: as_fact.values(record, names) for record in records} if names else {}
        result = super().write(vals)
        received._tell("end.money_after")
        rows = []
        for record, was in before.items():
            facts, texts = as_fact.changes(record, was, as_fact.values(record, names))
            if facts or texts:
                [row] = record._event_rows("end.vat")
                rows.append(row | {"facts": row["facts"] | facts, "personal": texts})
        self.env["dunning.event"]._tell(rows)
        return result

    def _tell(self, kind):
        """Tell that this happened to these write-offs."""
        self.env["dunning.event"]._tell(self.sudo()._event_rows(kind))  # sudo: as above

    def _event_rows(self, kind):
        """Events about these write-offs as they are now; also to make them afterwards."""
        return [
            {
                "kind": kind,
                "company_id": record.company_id.id,
                "debtor": record.partner_id.commercial_partner_id.id,
                "claims": record.claim_id.ids,
                "facts": as_fact.known(
                    of=as_fact.record(record),
                    entries=record.move_id.ids or None,
                    numbers=record.number,
                    amount=as_fact.money(record.amount, record.currency_id),
                    reason=as_fact.choice(record, "reason"),
                    on=as_fact.day(record.date),
                    entry=as_fact.entry(record.entry_id),
                    vat=as_fact.money(record.amount_vat, record.company_currency_id) if record.amount_vat else None,
                    vat_from=as_fact.day(record.vat_date),
                ),
                "personal": as_fact.known(proof=record.proof),
            }
            for record in self
        ]
