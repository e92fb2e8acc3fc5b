"""From the ledger to decisions: gather the facts, ask the engine, write what it says, and the gate that letters pass.

May import claim and rules, and what those may."""

from . import (
    dunning_arrival,
    dunning_confirmation,
    dunning_daily_job,
    dunning_decision,
    dunning_decision_in_force,
    dunning_decision_register,
    dunning_decision_words,
    dunning_engine,
    dunning_forewarning,
    dunning_freshness,
    dunning_gate,
    dunning_gather,
    dunning_ledger,
    dunning_look_ahead,
    dunning_online_payment,
    dunning_override,
    dunning_progress,
    dunning_proposal,
    dunning_recipient,
    dunning_repair,
    dunning_run,
    dunning_run_answers_mixin,
    dunning_run_context,
    dunning_run_sending_mixin,
    dunning_run_telling_mixin,
    dunning_snapshot,
    dunning_stale_rates,
    dunning_standing,
)
