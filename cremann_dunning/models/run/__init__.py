"""From the ledger to decisions: gather the facts, ask the engine, write what it says, and the gate that letters pass.

May import rules, and what those may."""

from . import (
    dunning_arrival,
    dunning_bulk,
    dunning_decision,
    dunning_forewarning,
    dunning_gate,
    dunning_gather,
    dunning_online_payment,
    dunning_override,
    dunning_recipient,
    dunning_repair,
    dunning_run,
    dunning_run_context,
    dunning_snapshot,
    dunning_standing,
)
