"""When invoices went out that Odoo ticked as sent before that day was kept.

The day is that of the last message with which a person sent the invoice, else that of its PDF, else nobody knows it:
then the first step counts from the invoice date. Only what is still open is looked at.
"""

DAYS = """
WITH wanted AS (
    SELECT m.id, COALESCE(u.tz, 'UTC') AS tz
      FROM account_move m
      JOIN res_company c ON c.id = m.company_id
      LEFT JOIN res_partner u ON u.id = c.partner_id
     WHERE m.is_move_sent AND m.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
       AND m.dunning_sent_how IS NULL AND m.payment_state NOT IN ('paid', 'reversed')
), mails AS (
    SELECT DISTINCT ON (x.res_id) x.res_id, x.id AS message_id, x.date
      FROM mail_message x
      JOIN mail_notification n ON n.mail_message_id = x.id AND n.notification_type = 'email'
      JOIN account_move m ON m.id = x.res_id
      JOIN res_partner p ON p.id = n.res_partner_id AND p.commercial_partner_id = m.commercial_partner_id
     WHERE x.model = 'account.move' AND x.res_id IN (SELECT id FROM wanted) AND x.message_type = 'comment'
       AND EXISTS (SELECT FROM message_attachment_rel r WHERE r.message_id = x.id)
     ORDER BY x.res_id, x.date DESC, x.id DESC
), files AS (
    SELECT res_id, MAX(create_date) AS date
      FROM ir_attachment
     WHERE res_model = 'account.move' AND res_field = 'invoice_pdf_report_file'
       AND res_id IN (SELECT id FROM wanted)
     GROUP BY res_id
)
UPDATE account_move m
   SET dunning_sent_on = (COALESCE(x.date, f.date) AT TIME ZONE 'UTC' AT TIME ZONE w.tz)::date,
       dunning_sent_how = CASE WHEN x.date IS NOT NULL THEN 'mail' WHEN f.date IS NOT NULL THEN 'hand'
                               ELSE 'unknown' END,
       dunning_sent_message_id = x.message_id
  FROM wanted w
  LEFT JOIN mails x ON x.res_id = w.id
  LEFT JOIN files f ON f.res_id = w.id
 WHERE m.id = w.id
"""
# What went by a network says so itself, where its module is there.
PEPPOL = """
UPDATE account_move
   SET dunning_sent_how = 'peppol'
 WHERE dunning_sent_how IS NOT NULL AND peppol_move_state IN ('processing', 'done', 'error')
"""
POST = """
UPDATE account_move m
   SET dunning_sent_how = 'post'
 WHERE m.dunning_sent_how IN ('hand', 'unknown')
   AND EXISTS (SELECT FROM snailmail_letter l WHERE l.model = 'account.move' AND l.res_id = m.id)
"""


def migrate(cr, version):
    """Derive day and way by a statement each, and the version that invoices are in now."""
    if not version:
        return
    cr.execute(DAYS)
    cr.execute(
        "SELECT 1 FROM information_schema.columns"
        " WHERE table_name = 'account_move' AND column_name = 'peppol_move_state'"
    )
    if cr.fetchone():
        cr.execute(PEPPOL)
    cr.execute("SELECT to_regclass('snailmail_letter')")
    if cr.fetchone()[0]:
        cr.execute(POST)
    from odoo.addons.cremann_dunning.models.account_move_sending import VERSIONS

    cr.execute("SELECT array_agg(id) FROM account_move WHERE dunning_sent_how IS NOT NULL AND state = 'posted'")
    [ids] = cr.fetchone()
    if ids:
        cr.execute(
            f"UPDATE account_move m SET dunning_sent_version = v.version FROM ({VERSIONS}) v WHERE m.id = v.id",
            {"moves": ids},
        )
