"""What one debtor owes on one receivable, from the moment something is said about it: its life and its history.

May import rules, and what that may."""

from . import (
    dunning_check,
    dunning_claim,
    dunning_claim_told,
    dunning_following,
    dunning_history,
    dunning_rectification,
)
