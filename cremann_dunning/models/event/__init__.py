"""What happened, in the order in which it was written down, so that nobody can change it unseen.

May import what lies in models/ itself. Every room above tells its events here, by the name of the model."""

from . import dunning_written_once_mixin  # before what is made of it

# isort: split
from . import (
    dunning_chain_check,
    dunning_chain_export,
    dunning_chain_head,
    dunning_erasure,
    dunning_event,
    dunning_event_beside,
    dunning_event_moved,
    dunning_event_personal,
    dunning_event_seal,
    dunning_sealing,
    dunning_told_mixin,
    dunning_verification,
    res_company,
)
