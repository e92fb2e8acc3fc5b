from odoo import api, models
from odoo.tools import SQL

from ...tools.spelling import as_text

# An invoice that Peppol refused, at whatever moment: the state of the module itself, and the last thing it logged.
PEPPOL = """
SELECT m.id, x.body, m.peppol_move_state
  FROM account_move m
  LEFT JOIN LATERAL (
       SELECT body FROM mail_message
        WHERE model = 'account.move' AND res_id = m.id AND message_type = 'notification' AND body <> ''
        ORDER BY id DESC LIMIT 1) x ON TRUE
 WHERE m.id = ANY(%(moves)s) AND m.peppol_move_state = 'error' AND m.dunning_arrived_at IS NULL
"""
# The last letter by snail mail about an invoice. One in error never left; nor did one that waits or was called back,
# which matters where nothing else went.
SNAILMAIL = """
SELECT m.id, l.info_msg, COALESCE(l.error_code, l.state)
  FROM (SELECT DISTINCT ON (res_id) res_id, state, info_msg, error_code, create_date
          FROM snailmail_letter
         WHERE model = 'account.move' AND res_id = ANY(%(moves)s)
         ORDER BY res_id, id DESC) l
  JOIN account_move m ON m.id = l.res_id
 WHERE (l.state = 'error' OR l.state IN ('pending', 'canceled') AND m.dunning_sent_how = 'post')
   AND (m.dunning_arrived_at IS NULL OR l.create_date >= m.dunning_arrived_at)
"""
# The mail with the invoice came back, or no mail server took it, for everybody at the debtor who should have it.
MAIL = """
SELECT m.id, MAX(n.failure_reason), MAX(n.failure_type)
  FROM account_move m
  JOIN mail_message x ON x.id = m.dunning_sent_message_id
  JOIN mail_notification n ON n.mail_message_id = x.id AND n.notification_type = 'email'
  JOIN res_partner p ON p.id = n.res_partner_id AND p.commercial_partner_id = m.commercial_partner_id
 WHERE m.id = ANY(%(moves)s) AND (m.dunning_arrived_at IS NULL OR x.date >= m.dunning_arrived_at)
 GROUP BY m.id
HAVING bool_and(n.notification_status IN ('bounce', 'exception'))
"""
LONGEST = 200


class DunningArrival(models.AbstractModel):
    """Whether invoices arrived, as the modules that sent them know it by now.

    Peppol and snail mail are no part of what this addon needs: their columns are read where they are.
    """

    _name = "dunning.arrival"
    _description = "Whether Invoices Arrived"

    @api.model
    def _sources(self):
        """``(name in every language, query)`` of whoever may say that an invoice did not arrive; the first one counts.

        Each query gives id, words (may be HTML) and a code.
        """
        found = []
        if "peppol_move_state" in self.env["account.move"]._fields:
            found.append(("Peppol", PEPPOL))
        if "snailmail.letter" in self.env:
            found.append(("Snailmail", SNAILMAIL))
        return [*found, ("E-mail", MAIL)]

    @api.model
    def _refused(self, move_ids):
        """Per invoice that did not arrive who says so and why.

        :param move_ids: ids of invoices. :return: ``{move id: text}``.
        """
        refused = {}
        if not move_ids:
            return refused
        for name, query in reversed(self._sources()):
            self.env.cr.execute(SQL(query, moves=list(move_ids)))
            for move_id, words, code in self.env.cr.fetchall():
                text = " ".join(as_text(words).split()) or code or ""
                refused[move_id] = f"{name}: {text[:LONGEST].rstrip(' .')}"
        return refused

    @api.model
    def _busy(self, company):
        """The partners whose invoices somebody refused, as SQL: what is said about these changes beside the ledger."""
        found = SQL(
            """
            SELECT m.partner_id FROM account_move m
              JOIN mail_notification n ON n.mail_message_id = m.dunning_sent_message_id
             WHERE m.company_id = %s AND m.dunning_sent_message_id IS NOT NULL
               AND n.notification_status IN ('bounce', 'exception')
            """,
            company.id,
        )
        if "snailmail.letter" not in self.env:
            return found
        letters = SQL(
            """
            SELECT m.partner_id FROM account_move m
              JOIN snailmail_letter l ON l.model = 'account.move' AND l.res_id = m.id
             WHERE m.company_id = %s AND l.state <> 'sent'
            """,
            company.id,
        )
        return SQL("%s UNION %s", found, letters)
