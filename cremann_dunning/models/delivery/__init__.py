"""How a letter leaves the house and what comes back: attempts, the outbox, openings, replies.

May import letter, and what that may."""

from . import dunning_desk, dunning_reply  # before what is added to them

# isort: split
from . import (
    account_move,
    dunning_account_items,
    dunning_account_known,
    dunning_account_page,
    dunning_account_paying,
    dunning_answer_text,
    dunning_delivery,
    dunning_desk_finding,
    dunning_desk_term,
    dunning_dispatch,
    dunning_dispatch_companion_mixin,
    dunning_dispatch_proof_mixin,
    dunning_dispatch_telling_mixin,
    dunning_erasure,
    dunning_kept_cache,
    dunning_opening,
    dunning_outbox,
    dunning_page_key,
    dunning_pause,
    dunning_reply_clock,
    dunning_reply_mail,
    dunning_smtp_session,
    dunning_throttle,
    ir_attachment,
    ir_mail_server,
    mail_mail,
    mail_message,
    mail_notification,
    mail_thread,
    res_company,
)
