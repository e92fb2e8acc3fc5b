"""What the ledger and the firm are in Odoo, extended; what all records of ours share.

Imports the engine. Its rooms, each a package, may import only those above them in this list."""

from . import (
    account_journal,
    account_move,
    account_move_fresh,
    account_move_line,
    account_move_pausing,
    account_move_send,
    account_move_sending,
    account_move_taking_in,
    dunning_clock,
    dunning_followers_mixin,
    dunning_fresh_mixin,
    dunning_record_mixin,
    res_company,
    res_company_day,
    res_company_reference,
    res_company_set_up,
    res_config_settings,
    res_partner,
    res_partner_bank,
    res_users,
)

from . import event  # isort: skip
from . import rules  # isort: skip
from . import claim  # isort: skip
from . import money  # isort: skip
from . import run  # isort: skip
from . import letter  # isort: skip
from . import delivery  # isort: skip
from . import debtor  # isort: skip
from . import handover  # isort: skip
