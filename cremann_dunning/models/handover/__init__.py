"""Hand-over to an agency, a bailiff or a lawyer: parties, the act, what goes along and what comes back.

May import debtor and delivery, and what those may."""

from . import (
    dunning_case_court,
    dunning_court,
    dunning_case,
    dunning_case_dossier,
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
    dunning_letter,
    dunning_party,
    dunning_party_check,
)
