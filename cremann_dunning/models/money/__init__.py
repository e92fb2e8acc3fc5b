"""The money of a claim: what was asked beyond its principal, receipts and what they are for, the books, and the end of
a claim that is not paid.

May import claim, rules, and what these may."""

from . import (
    dunning_claim_import,
    dunning_claim_import_booking,
    dunning_claim_import_check,
    dunning_claim_import_debtor,
    res_company_import,
)
