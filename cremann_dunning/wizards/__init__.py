from . import (
    dunning_confirm_wizard,
    dunning_hold_wizard,
    dunning_letter_wizard,
    dunning_override_wizard,
    dunning_rate_import_wizard,
)
