from . import dunning_confirm_wizard, dunning_hold_wizard, dunning_rate_import_wizard
