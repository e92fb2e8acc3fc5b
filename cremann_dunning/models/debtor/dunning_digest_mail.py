from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..dunning_money import IS_MONEY, written

# What debtors paid, booked on their accounts since a moment.
CAME_IN = f"""
SELECT COUNT(DISTINCT l.move_id), COALESCE(SUM(-l.balance), 0)
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN account_move m ON m.id = l.move_id
  JOIN account_journal j ON j.id = m.journal_id
 WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.balance < 0 AND l.create_date > %(since)s
   AND {IS_MONEY}
"""
# What happened, or waits for somebody: without one of these there is nothing to tell.
HAPPENED = ("sent", "paid", "replied", "waiting", "replies", "person", "failed", "error")


class DunningDigestMail(models.AbstractModel):
    """What a digest says of one company, with the rights and in the language of who gets it."""

    _name = "dunning.digest.mail"
    _description = "Text of a Digest"

    @api.model
    def _facts(self, company_id, since):
        """The figures of now, and what happened since a moment.

        :raises AccessError: its reader may not see that company.
        """
        company = self.env["res.company"].browse(company_id)
        client = self.env["dunning.client"].search([("company_id", "=", company_id)])
        client.check_access("read")
        own = [("company_id", "=", company_id)]
        sent = [("sent_at", ">", since), ("state", "=", "sent"), ("is_test", "=", False)]
        # sudo: sums of the ledger, for whoever sees all that is overdue
        [(paid, amount_paid)] = self.sudo().env.execute_query(SQL(CAME_IN, company=company.id, since=since))
        return {
            "overdue": client.amount_overdue,
            "debtors": client.debtor_count,
            "bank": client.bank_date,
            "bank_tone": client.bank_tone,
            "mode": client.mode,
            "sent": self.env["dunning.letter"].search_count([*own, *sent]),
            "paid": paid,
            "amount_paid": float(amount_paid),
            "replied": self.env["dunning.reply"].search_count([*own, ("received_at", ">", since)]),
            "waiting": client.waiting_count,
            "replies": client.reply_count,
            "late": self.env["dunning.reply"].search_count([*own, ("is_late", "=", True)]),
            "person": self.env["dunning.attention"]._rows(company, 0)[1],
            "failed": client.failed_count,
            "unknown": client.unknown_count,
            "error": client.job_error or "",
        }

    @api.model
    def _is_something(self, facts):
        """Whether anything happened or waits for somebody."""
        return any(facts[name] for name in HAPPENED)

    @api.model
    def _mail(self, company_id, day, facts, earlier):
        """Put it into the outbox. :param earlier: what was overdue a week ago; None where nobody looked then."""
        company = self.env["res.company"].browse(company_id).sudo()  # sudo: name and address of the company
        user = self.env.user.sudo()  # sudo: his own address
        day, several = format_date(self.env, day), len(user.company_ids) > 1
        body = self.env["ir.qweb"]._render(
            "cremann_dunning.digest_mail",
            {
                "company": company,
                "user": user,
                "day": day,
                "facts": facts,
                "nothing": not self._is_something(facts),
                "overdue": written(self.env, facts["overdue"], company.currency_id),
                "paid": written(self.env, facts["amount_paid"], company.currency_id),
                "earlier": earlier is not None and written(self.env, earlier, company.currency_id),
                "bank": facts["bank"] and format_date(self.env, facts["bank"]),
                # which company is open is a matter of his browser: whoever has several chooses among them
                "url": f"{company.get_base_url()}/odoo/{'dunning-clients' if several else 'dunning-today'}",
            },
        )
        # sudo: the outbox belongs to the system
        self.env["mail.mail"].sudo().create(
            {
                "subject": self.env._("%(company)s: follow-up on %(day)s", company=company.name, day=day),
                "body_html": body,
                "email_from": company.email_formatted or user.email_formatted,
                "recipient_ids": [fields.Command.link(user.partner_id.id)],
                "auto_delete": True,
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()  # sudo: as above
