"""A plan over sixty instalments that thousands of receipts paid, as the nightly job settles it."""

from datetime import timedelta
from decimal import Decimal

import seed

from odoo import Command, fields

INSTALMENTS = 60
CENT = Decimal("0.01")


def paid_plan(env, company, receipts):
    """An active plan over one invoice, of which so many receipts of a cent came in; the last five years of it."""
    today = fields.Date.context_today(company)
    su = env(su=True, context={**env.context, "tracking_disable": True, "allowed_company_ids": company.ids})
    invoice = seed.make_invoice(su, company)
    invoice.button_draft()
    agreed_on = fields.Date.add(today, months=-INSTALMENTS - 1)
    invoice.invoice_line_ids.write({"price_unit": float(receipts * 2 * CENT), "tax_ids": [Command.clear()]})
    invoice.action_post()
    case = su["dunning.case"]._for_partners(invoice.partner_id, company, create=True)
    each = (Decimal(receipts) * 2 * CENT / INSTALMENTS).quantize(CENT)
    amounts = [each] * (INSTALMENTS - 1)
    amounts.append(receipts * 2 * CENT - sum(amounts))
    plan = su["dunning.payment.plan"].create(
        {
            "case_id": case.id,
            "move_ids": [Command.set(invoice.ids)],
            "amount": float(receipts * 2 * CENT),
            "agreed_on": agreed_on,
            "instalment_ids": [
                Command.create(
                    {
                        "date": fields.Date.add(today + timedelta(days=5), months=number - INSTALMENTS // 2),
                        "amount": amount,
                    }
                )
                for number, amount in enumerate(amounts)
            ],
        }
    )
    plan.write({"state": "active"})
    _receipts(su, company, invoice, receipts, today)
    return plan


def _receipts(env, company, invoice, count, today):
    """One receipt that was booked on the invoice, and copies of it."""
    [claim] = invoice.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
    journal = env["account.journal"].search([("company_id", "=", company.id), ("type", "=", "bank")], limit=1)
    register = env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids)
    register.create({"journal_id": journal.id, "amount": 0.01, "payment_date": today})._create_payments()
    env.flush_all()
    [partial] = claim.matched_credit_ids
    paid = partial.credit_move_id
    cr = env.cr
    cr.execute("SET LOCAL session_replication_role = replica")
    moves = seed.copy_rows(cr, "account_move", paid.move_id.id, count, {"name": "'PLAN/' || n", "sequence_number": "n"})
    lines = seed.copy_rows(cr, "account_move_line", paid.id, count, {"move_id": f"{moves} + n"})
    seed.copy_rows(cr, "account_partial_reconcile", partial.id, count, {"credit_move_id": f"{lines} + n"})
    cr.execute(
        "UPDATE account_move_line SET amount_residual = amount_residual - %(paid)s,"
        " amount_residual_currency = amount_residual_currency - %(paid)s WHERE id = %(id)s",
        {"paid": count * CENT, "id": claim.id},
    )
    cr.commit()
    env.invalidate_all()


def settle(env, company, clock, receipts):
    """Measure what the nightly job asks about it, beside as much about a plan that nobody paid."""
    bare = env["dunning.payment.plan"].sudo()
    with clock.step("settled, no plan", 1):
        bare._settle(company)
    plan = paid_plan(env, company, receipts)
    with clock.step("settled", receipts):
        bare._settle(company)
    with clock.step("facts", receipts):
        bare._facts(company, plan.partner_id.ids)
    with clock.step("form opened", receipts):
        plan.with_env(env).read(["paid_amount", "next_date", "next_amount"])
        plan.instalment_ids.with_env(env).read(["open_amount"])
    with clock.step("agreements of the daily job", receipts):
        env["dunning.case"].sudo()._settle_agreements(company)
    return plan
