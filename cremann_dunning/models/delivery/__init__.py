"""How a letter leaves the house and what comes back: attempts, the outbox, openings, replies.

May import letter, and what that may."""

from . import (
    dunning_delivery,
    dunning_desk,
    dunning_dispatch,
    dunning_dispatch_companion_mixin,
    dunning_dispatch_proof_mixin,
    dunning_dispatch_telling_mixin,
    dunning_kept_cache,
    dunning_opening,
    dunning_outbox,
    dunning_pause,
    dunning_reply,
    dunning_smtp_session,
    ir_attachment,
    ir_mail_server,
    mail_mail,
    mail_message,
    mail_notification,
    mail_thread,
)
