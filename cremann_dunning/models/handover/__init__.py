"""Hand-over to an agency, a bailiff or a lawyer: parties, the act, what goes along and what comes back.

May import debtor and delivery, and what those may."""

from . import (
    dunning_handover,
    dunning_handover_claim,
    dunning_issuer,
    dunning_party,
)
