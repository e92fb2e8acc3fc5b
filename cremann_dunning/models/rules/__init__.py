"""What is asked, when, and under which law: procedures and levels, regimes with their dated tables, words, carriers.

May import models/ itself, engine and law."""

# What the others inherit from comes first.
from . import dunning_law_record_mixin  # isort: skip
from . import dunning_law_table_mixin  # isort: skip
from . import (
    dunning_carrier,
    dunning_charges,
    dunning_cost_bracket,
    dunning_cost_scale,
    dunning_element,
    dunning_element_issuer,
    dunning_help_text,
    dunning_interest_rate,
    dunning_interest_table,
    dunning_issuer,
    dunning_issuer_registration,
    dunning_level,
    dunning_level_channel,
    dunning_level_issuer,
    dunning_level_text,
    dunning_level_words,
    dunning_preset,
    dunning_procedure,
    dunning_regime,
    dunning_regime_requirement,
    dunning_text,
    dunning_word_list,
    dunning_wording,
    mail_render_mixin,
    mail_template,
    mail_template_preview,
)
