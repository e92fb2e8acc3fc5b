"""The money of a claim: what was asked beyond its principal, receipts and what they are for, the books, and the end of
a claim that is not paid.

May import claim, rules, and what these may."""

from . import (
    dunning_accruing,
    dunning_bookkeeping,
    dunning_charge,
    dunning_charge_booking,
    dunning_claim_charges,
    dunning_imputation,
    res_company_charges,
    res_config_settings,
    account_move,
    dunning_claim,
    dunning_late_receipt,
    dunning_write_off,
    dunning_write_off_tax,
    dunning_writing_off,
    res_company,
    dunning_claim_import,
    dunning_claim_import_booking,
    dunning_claim_import_check,
    dunning_claim_import_debtor,
    res_company_import,
)
