"""The money of a claim: what was asked beyond its principal, receipts and what they are for, the books, and the end of
a claim that is not paid.

May import claim, rules, and what these may."""

from . import dunning_receipt_booking_mixin  # before what is made of it

# isort: split
from . import dunning_bank, dunning_receipt, dunning_receipt_claim, dunning_receipt_look
