"""Invoices that were sent, refused or paid online, as the modules that do so leave their records."""

from datetime import timedelta


def refuse_mail(env, move, status="bounce", reason="mailbox unavailable"):
    """A mail with the invoice that went out and, unless `status` says otherwise, came back.

    Its records as Odoo's own sending and its mail gateway leave them; the invoice knows the mail as its sending.
    """
    message = move.dunning_sent_message_id
    if not message:
        message = move.message_post(body="Your invoice", message_type="comment", partner_ids=move.partner_id.ids)
        message.date -= timedelta(days=1)  # nobody says on the same second that it arrived
        env.flush_all()
        env.cr.execute("UPDATE account_move SET dunning_sent_message_id = %s WHERE id = %s", [message.id, move.id])
        move.invalidate_recordset(["dunning_sent_message_id"])
    values = {"notification_status": status, "failure_reason": reason if status != "sent" else False}
    known = message.sudo().notification_ids.filtered(lambda n: n.res_partner_id == move.partner_id)
    if known:
        known.write(values)
    else:
        env["mail.notification"].create(
            {
                "mail_message_id": message.id,
                "res_partner_id": move.partner_id.id,
                "notification_type": "email",
                "mail_email_address": move.partner_id.email,
                **values,
            }
        )
    env.flush_all()
    return message


def provider_of(env, company, code="demo"):
    """A payment provider with manual capture. Its code is written below Odoo: no module of a provider is installed."""
    journal = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
    provider = env["payment.provider"].create(
        {"name": "Provider", "company_id": company.id, "state": "test", "journal_id": journal.id}
    )
    env.flush_all()
    env.cr.execute("UPDATE payment_provider SET code = %s WHERE id = %s", [code, provider.id])
    return provider


def pay_online(env, moves, amount, state, code="demo", **values):
    """A transaction of the debtor for these invoices in one of the states of Odoo."""
    company = moves.company_id
    provider = values.pop("provider", None) or provider_of(env, company, code)
    method = env["payment.method"].with_context(active_test=False).search([], limit=1)
    transaction = env["payment.transaction"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": method.id,
            "reference": values.pop("reference", f"TX-{provider.id}"),
            "amount": amount,
            "currency_id": (moves[:1].currency_id or company.currency_id).id,
            "partner_id": moves[:1].partner_id.id,
            "operation": "online_redirect",
            "invoice_ids": [(6, 0, moves.ids)],
            **values,
        }
    )
    env.flush_all()
    # below Odoo: it asks the provider's module whether it can capture later
    env.cr.execute("UPDATE payment_transaction SET state = %s WHERE id = %s", [state, transaction.id])
    env.invalidate_all()
    return transaction
