from odoo import fields, models


class DunningCase(models.Model):
    """What is kept of each debtor so that the sums over all of them are read from their cases: the ledger itself and the
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
