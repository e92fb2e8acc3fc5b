"""The debtor and what he says: cases, holds, disputes, promises, plans, contacts; his statement and limitation.

May import letter and run, and what those may."""

from . import dunning_debtor_told_mixin  # before what is made of it

# isort: split
from . import dunning_case_mixin

# isort: split
from . import dunning_cause_mixin, dunning_outcome_mixin

# isort: split
from . import (
    account_move,
    dunning_advice,
    dunning_attention,
    dunning_call,
    dunning_call_queue,
    dunning_care,
    dunning_care_erasure,
    dunning_case,
    dunning_case_aged,
    dunning_case_calling,
    dunning_case_care,
    dunning_case_cause,
    dunning_case_charges,
    dunning_case_insolvency,
    dunning_case_ladder,
    dunning_case_now,
    dunning_case_open_items,
    dunning_case_phase,
    dunning_case_priority,
    dunning_case_repairs,
    dunning_case_set_off,
    dunning_case_steering,
    dunning_case_told,
    dunning_cause_route,
    dunning_client,
    dunning_contact,
    dunning_contact_agreed,
    dunning_digest,
    dunning_digest_mail,
    dunning_dispute,
    dunning_erasure_asked,
    dunning_figures,
    dunning_figures_now,
    dunning_figures_overview,
    dunning_filing_paper,
    dunning_glance,
    dunning_hold,
    dunning_insolvency,
    dunning_insolvency_filing,
    dunning_limitation,
    dunning_moving,
    dunning_moving_told,
    dunning_payer,
    dunning_payment_agreement_mixin,
    dunning_payment_plan,
    dunning_payment_plan_instalment,
    dunning_prevention,
    dunning_promise,
    dunning_reconstruction,
    dunning_set_off,
    dunning_statement,
    dunning_story,
    dunning_story_ahead,
    dunning_today,
    dunning_touch,
    res_company,
    res_partner,
    res_partner_advice,
    res_partner_told,
)
