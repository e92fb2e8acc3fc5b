"""Fill in what the shipped regimes learned with this version: they are never overwritten by an update."""

from odoo import SUPERUSER_ID, api

CONSUMER_NL = {
    "interest_start": "default",
    "notice_needs_default": True,
    "contact_from": 7,
    "contact_until": 20,
    "contact_rest_days": True,
    "limitation_months": 24,
    "limitation_rule": "nl",
    "limitation_article": "art. 7:28 BW",
}
BUSINESS_NL = {"limitation_months": 60, "limitation_rule": "nl", "limitation_article": "art. 3:307 BW"}
BUSINESS_BE = {"limitation_months": 120, "limitation_rule": "be", "limitation_article": "art. 2262bis oud BW"}
CONSUMER_BE = {
    "interest_start": "notice",
    "free_reminders": 3,
    "reminder_fee": 7.5,
    "contact_from": 8,
    "contact_until": 22,
    "contact_rest_days": True,
    "limitation_months": 12,
    "limitation_rule": "be",
    "limitation_article": "art. 2272 oud BW",
}
LEARNED = {
    "nl_consumer": CONSUMER_NL,
    "nl_business": BUSINESS_NL,
    "nl_public": BUSINESS_NL,
    "be_consumer": CONSUMER_BE,
    "be_business": BUSINESS_BE,
    "be_public": BUSINESS_BE,
}


def migrate(cr, version):
    """Write the new fields on regimes that are still there."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, vals in LEARNED.items():
        regime = env.ref(f"cremann_dunning.dunning_regime_{name}", raise_if_not_found=False)
        if regime:
            regime.write(vals)
