from . import (
    base_partner_merge_automatic_wizard,
    dunning_confirm_wizard,
    dunning_hold_wizard,
    dunning_letter_preview,
    dunning_letter_wizard,
    dunning_mode_wizard,
    dunning_override_wizard,
    dunning_rate_import_wizard,
    dunning_simulation,
    dunning_simulation_line,
    dunning_statement_wizard,
    dunning_withdrawal_wizard,
)
