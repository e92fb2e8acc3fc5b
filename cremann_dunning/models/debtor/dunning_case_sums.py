from odoo import fields, models
from odoo.fields import Domain

KEPT_AGED = ("kept_30", "kept_60", "kept_90", "kept_more")


class DunningCase(models.Model):
    """What is kept of each debtor so that sums over all of them are read from their cases: the ledger itself and the
    decisions in force would be read whole each time.

    Nobody sees these fields. Of debtors who were touched since they are read as they are now, see ``dunning_case_now``.
    """

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    # By age, as the fields of that name have it; true up to and including a day, see kept_until.
    kept_30 = fields.Monetary(readonly=True, prefetch=False, string="1–30 days, kept")
    kept_60 = fields.Monetary(readonly=True, prefetch=False, string="31–60 days, kept")
    kept_90 = fields.Monetary(readonly=True, prefetch=False, string="61–90 days, kept")
    kept_more = fields.Monetary(readonly=True, prefetch=False, string="Over 90 days, kept")
    kept_until = fields.Date(readonly=True, prefetch=False, string="Kept by age until")
    # From which day a run finds something of this debtor, by what it is.
    person_on = fields.Date(readonly=True, prefetch=False, string="Needs somebody from")
    call_on = fields.Date(readonly=True, prefetch=False, string="Call due from")
    letter_on = fields.Date(readonly=True, prefetch=False, string="Letter due from")

    _kept_until_idx = models.Index("(kept_until) WHERE kept_until IS NOT NULL")

    def _aged_now(self, company):
        """As ``dunning.figures._aged``, of the debtors of these cases of one company."""
        self.env.flush_all()
        cases = self.with_context(active_test=False)
        query = cases._search(Domain("id", "in", self._origin.ids))
        names = ("partner_id", "kept_until", *KEPT_AGED)
        found, today = {}, company._dunning_today()
        for partner_id, until, *amounts in self.env.execute_query(
            query.select(*(cases._field_to_sql(query.table, name, query) for name in names))
        ):
            found[partner_id] = None if until and until < today else tuple(amount or 0.0 for amount in amounts)
        older = [partner_id for partner_id, amounts in found.items() if amounts is None]
        aged = self.env["dunning.figures"]._aged(company, older) if older else {}
        return {partner_id: amounts or aged.get(partner_id, (0.0,) * 4) for partner_id, amounts in found.items()}
