"""Hand-over to an agency, a bailiff or a lawyer: parties, the act, what goes along and what comes back.

May import debtor and delivery, and what those may."""

from . import (
    dunning_case,
    dunning_case_court,
    dunning_case_dossier,
    dunning_court,
    dunning_dossier,
    dunning_dossier_data,
    dunning_dossier_documents,
    dunning_dossier_import,
    dunning_dossier_money,
    dunning_dossier_paper,
    dunning_dossier_slice,
    dunning_handing_over,
    dunning_handover,
    dunning_handover_claim,
    dunning_handover_dossier,
    dunning_handover_file,
    dunning_handover_letter,
    dunning_handover_look,
    dunning_handover_score,
    dunning_issuer,
    dunning_letter,
    dunning_party,
    dunning_party_check,
)

# isort: split
from . import (
    account_partial_reconcile,
    dunning_account_acts,
    dunning_account_items,
    dunning_account_page,
    dunning_account_paying,
    dunning_handover_said,
    dunning_handover_status,
    dunning_handover_status_booking,
    dunning_handover_status_reading,
    dunning_handover_status_taking,
    dunning_handover_telling,
    dunning_handover_whom,
    dunning_letter_whom,
    dunning_party_overview,
    dunning_party_results,
    dunning_reply,
)
