from . import dunning_window_mixin  # before the windows that are made of it

# isort: split
from . import (
    base_partner_merge_automatic_wizard,
    dunning_confirm_wizard,
    dunning_hold_wizard,
    dunning_leave_out_wizard,
    dunning_letter_preview,
    dunning_letter_wizard,
    dunning_mode_wizard,
    dunning_override_wizard,
    dunning_posting_wizard,
    dunning_posting_wizard_line,
    dunning_proof_wizard,
    dunning_rate_import_wizard,
    dunning_receipt_wizard,
    dunning_receipt_wizard_line,
    dunning_simulation,
    dunning_simulation_line,
    dunning_statement_wizard,
    dunning_take_in_wizard,
    dunning_take_in_wizard_line,
    dunning_whatsapp_wizard,
    dunning_withdrawal_wizard,
)
