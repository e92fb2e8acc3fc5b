from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .models import dunning_triggers

# Tables of ours that Odoo's own clearing away would stumble over, each before what it points to.
TABLES = (
    "handover_file", "handover_status", "handover_claim", "handover", "party", "limitation_claim", "interruption",
    "agreement_letter", "contact", "dispute", "promise", "payment_plan_instalment", "payment_plan", "receipt_claim",
    "receipt", "receipt_look", "override", "dispatch", "opening", "reply", "letter_line", "letter",
    "issuer_registration", "issuer", "claim", "decision_run_rel", "case", "decision", "hold", "run", "regime",
)  # fmt: skip


def post_init_hook(env):
    """What is open already when the addon comes has its cases as soon as somebody looks."""
    env.cr.execute("INSERT INTO dunning_touch (partner_id) VALUES (NULL)")


def uninstall_hook(env):
    """Take the records away in an order that lets every reference go first.

    Odoo removes the shipped procedures and rates one by one and would stumble over what still points to them. The
    invoices themselves lose nothing but their dunning columns.
    """
    env.cr.execute(
        """
        UPDATE account_move
           SET dunning_level_id = NULL, dunning_procedure_id = NULL
         WHERE COALESCE(dunning_level_id, dunning_procedure_id) IS NOT NULL
        """
    )
    env.cr.execute("UPDATE mail_mail SET dunning_letter_id = NULL WHERE dunning_letter_id IS NOT NULL")
    # done ones as well: they point to the activity type that goes
    activities = env["mail.activity"].with_context(active_test=False)
    activities.search([("res_model", "=", "dunning.case")]).unlink()
    # proof of posting and delivery is locked, except now
    proof = env["ir.attachment"].with_context(**{MODULE_UNINSTALL_FLAG: True})
    proof.search([("res_model", "=", "dunning.dispatch"), ("res_field", "=", False)]).unlink()
    for table in TABLES:
        env.cr.execute(f"DELETE FROM dunning_{table}")  # names from above, nothing of a user's
    dunning_triggers.remove(env.cr)
    env["ir.sequence"].search([("code", "=", "dunning.letter")]).unlink()
    env.invalidate_all(flush=False)
