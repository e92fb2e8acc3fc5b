"""The money of a claim: what was asked beyond its principal, receipts and what they are for, the books, and the end of
a claim that is not paid.

May import claim, rules, and what these may."""

from . import dunning_receipt_booking_mixin  # before what is made of it

# isort: split
from . import (
    account_move,
    account_move_charges,
    account_move_left_over,
    account_move_line,
    account_move_line_told,
    account_move_told,
    account_partial_reconcile,
    account_payment,
    dunning_accruing,
    dunning_bank,
    dunning_bookkeeping,
    dunning_charge,
    dunning_charge_booking,
    dunning_claim,
    dunning_claim_charges,
    dunning_claim_import,
    dunning_claim_import_booking,
    dunning_claim_import_check,
    dunning_claim_import_debtor,
    dunning_crediting,
    dunning_imputation,
    dunning_late_receipt,
    dunning_ledger_told,
    dunning_left_over,
    dunning_matching,
    dunning_payment_choice,
    dunning_receipt,
    dunning_receipt_claim,
    dunning_receipt_look,
    dunning_return,
    dunning_setting_off,
    dunning_taking_back,
    dunning_write_off,
    dunning_write_off_tax,
    dunning_write_off_told,
    dunning_writing_off,
    payment_transaction,
    payment_transaction_chosen,
    res_company,
    res_company_charges,
    res_company_import,
    res_company_left_over,
)
