"""The document: its lines, words and PDF, who gets it, its page and proof, and what a person does with it.

May import run, claim and rules, and what those may."""

from . import (
    dunning_asked,
    dunning_companion,
    dunning_draft,
    dunning_draft_notes,
    dunning_invoice_copies,
    dunning_last_look,
    dunning_letter,
    dunning_letter_chatter_mixin,
    dunning_letter_document_mixin,
    dunning_letter_left_out_mixin,
    dunning_letter_light,
    dunning_letter_line,
    dunning_letter_outcome_mixin,
    dunning_letter_page_mixin,
    dunning_letter_paper_mixin,
    dunning_letter_receipt_mixin,
    dunning_letter_recipient_mixin,
    dunning_letter_refusal_mixin,
    dunning_letter_term_mixin,
    dunning_letter_text_mixin,
    dunning_mail_files,
    dunning_message_mixin,
    dunning_paper_copy,
    dunning_posting,
    dunning_printing,
    dunning_readdressing,
    dunning_snailmail,
    dunning_withdrawal,
)
