"""The document: its lines, words and PDF, who gets it, its page and proof, and what a person does with it.

May import run and rules, and what those may."""

from . import (
    dunning_letter,
    dunning_letter_companion_mixin,
    dunning_letter_delivery_mixin,
    dunning_letter_files_mixin,
    dunning_letter_light,
    dunning_letter_line,
    dunning_letter_outcome_mixin,
    dunning_letter_page_mixin,
    dunning_letter_paper_copy_mixin,
    dunning_letter_pdf_mixin,
    dunning_letter_posting_mixin,
    dunning_letter_receipt_mixin,
    dunning_letter_recipient_mixin,
    dunning_letter_text_mixin,
    dunning_message_mixin,
)
