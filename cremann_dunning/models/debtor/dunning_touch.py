from odoo import models
from odoo.tools import SQL, sql

from .. import dunning_bulk, dunning_triggers

# Whom rows are about: (company, partner) out of the rows {r} that were written. No company: in all of them; no partner:
# about everybody.
OF_LINE = "SELECT l.company_id, l.partner_id FROM {{r}} r JOIN account_move_line l ON l.id = r.{0}"
OF_CLAIM = "SELECT c.company_id, c.partner_id FROM {r} r JOIN dunning_claim c ON c.id = r.claim_id"
OWN = "SELECT company_id, partner_id FROM {r} r"
OF_ADDRESS = """
SELECT x.company_id, p.id FROM ({0}) x (company_id, email) JOIN res_partner p ON strpos(LOWER(p.email), x.email) > 0
"""
BOUNCED = """
SELECT r.company_id, a.email FROM {r} r
  JOIN dunning_dispatch x ON x.letter_id = r.letter_id AND x.bounced_to IS NOT NULL
 CROSS JOIN UNNEST(STRING_TO_ARRAY(x.bounced_to, ' ')) a (email)
"""
RECEIVABLE = "JOIN account_account a ON a.id = {0}.account_id AND a.account_type = 'asset_receivable'"
TABLES = {
    "account_move_line": f"SELECT r.company_id, r.partner_id FROM {{r}} r {RECEIVABLE.format('r')}"
    " WHERE r.partner_id IS NOT NULL",
    # with the groups whose head office he is, a contact that owes nothing perhaps
    "res_partner": "SELECT NULL::int, r.commercial_partner_id FROM {r} r UNION ALL SELECT g.company_id, m.partner_id"
    " FROM {r} r JOIN dunning_customer_group g ON g.head_id = r.id"
    " JOIN dunning_customer_group_member m ON m.group_id = g.id",
    "mail_blacklist": OF_ADDRESS.format("SELECT NULL::int, LOWER(r.email) FROM {r} r"),
    "dunning_dispatch": OF_ADDRESS.format(BOUNCED)
    + " UNION ALL SELECT r.company_id, r.partner_id FROM {r} r WHERE r.channel IN ('sms', 'whatsapp')",
    "dunning_customer_group_member": OWN,
    "dunning_customer_group": "SELECT r.company_id, m.partner_id FROM {r} r"
    " JOIN dunning_customer_group_member m ON m.group_id = r.id",
    "dunning_claim": OWN + " WHERE r.is_taken_in OR r.rest_is_asked",
    "dunning_handover_claim": OF_CLAIM,
    "dunning_charge": OF_CLAIM,
    "dunning_charge_booking": OF_CLAIM,
    **dict.fromkeys(
        (
            "dunning_letter", "dunning_hold", "dunning_insolvency", "dunning_dispute", "dunning_promise",
            "dunning_agreement_letter", "dunning_payment_plan", "dunning_contact", "dunning_check", "dunning_care",
            "dunning_handover",
            "dunning_reply", "account_payment", "account_bank_statement_line",
        ),
        OWN + " WHERE r.partner_id IS NOT NULL",
    ),
    "dunning_payment_plan_instalment": "SELECT p.company_id, p.partner_id FROM {r} r"
    " JOIN dunning_payment_plan p ON p.id = r.plan_id",
    "account_move__account_payment": "SELECT p.company_id, p.partner_id FROM {r} r"
    " JOIN account_payment p ON p.id = r.payment_id WHERE p.partner_id IS NOT NULL",
    "dunning_receipt": "SELECT l.company_id, l.partner_id FROM {r} r"
    " JOIN dunning_receipt_claim c ON c.receipt_id = r.id JOIN account_move_line l ON l.id = c.move_line_id",
    "dunning_receipt_claim": OF_LINE.format("move_line_id"),
    "dunning_return": OF_LINE.format("move_line_id"),
    "payment_transaction": "SELECT m.company_id, m.commercial_partner_id FROM {r} r"
    " JOIN account_invoice_transaction_rel t ON t.transaction_id = r.id JOIN account_move m ON m.id = t.invoice_id",
    "account_invoice_transaction_rel": "SELECT m.company_id, m.commercial_partner_id FROM {r} r"
    " JOIN account_move m ON m.id = r.invoice_id",
}  # fmt: skip
# Of these only what changes, since their rows come with others that tell.
CHANGING = {
    "account_move": f"""
        SELECT r.company_id, r.commercial_partner_id FROM {{r}} r WHERE r.commercial_partner_id IS NOT NULL
         UNION ALL
        SELECT l.company_id, l.partner_id FROM {{r}} r JOIN account_move_line l ON l.move_id = r.id
          {RECEIVABLE.format("l")} WHERE r.move_type = 'entry' AND l.partner_id IS NOT NULL
    """,
    "mail_notification": """
        SELECT m.company_id, m.commercial_partner_id FROM account_move m
         WHERE m.dunning_sent_message_id IN (SELECT r.mail_message_id FROM {r} r)
    """,
}
# Where Odoo may have them or not.
OPTIONAL = {
    "snailmail_letter": "SELECT m.company_id, m.commercial_partner_id FROM {r} r"
    " JOIN account_move m ON m.id = r.res_id WHERE r.model = 'account.move'",
}
# Which invoices something was said about stands in tables of their own.
NAMING = ("dunning.dispute", "dunning.promise", "dunning.payment.plan", "dunning.contact")
SAID = "SELECT d.company_id, d.partner_id FROM {{r}} r JOIN {0} d ON d.id = r.{1}"
QUIET = "dunning.quiet"  # set for the transaction of whoever brings cases and answers up to date by itself
BODY = """
    IF current_setting('dunning.quiet', true) = 'on' THEN RETURN NULL; END IF;
    {guard}
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO dunning_touch (company_id, partner_id)
        SELECT DISTINCT s.* FROM ({written}) s (company_id, partner_id);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO dunning_touch (company_id, partner_id)
        SELECT DISTINCT s.* FROM ({gone}) s (company_id, partner_id);
    END IF;
"""
GUARDS = {
    # any message at all is told to somebody: the invoices are only looked for where one came back
    "mail_notification": "IF NOT EXISTS (SELECT FROM written WHERE notification_status IN ('bounce', 'exception'))"
    " AND NOT EXISTS (SELECT FROM gone WHERE notification_status IN ('bounce', 'exception')) THEN RETURN NULL; END IF;"
}
EVERYBODY = """
    IF (OLD.account_type = 'asset_receivable') IS DISTINCT FROM (NEW.account_type = 'asset_receivable') THEN
        INSERT INTO dunning_touch (partner_id) VALUES (NULL);
    END IF;
"""
PAYER = "INSERT INTO dunning_touch (company_id, partner_id) VALUES (NEW.company_id, NEW.partner_id);"


class DunningTouch(models.Model):
    """About whom something was written since cases and answers were last brought up to date.

    PostgreSQL writes it in the transaction of the change, whoever makes it and by whatever way. A row is only added:
    nobody who books waits for anybody, least of all for a case that somebody works on. ``dunning.figures`` asks the
    ledger itself about whom it names, and ``dunning.freshness`` looks whether their answers rest on what is there now,
    until the cron has brought both up to date.
    """

    _name = "dunning.touch"
    _description = "Debtor about whom something was written"
    _inherit = ["dunning.record.mixin"]
    _log_access = False
    _rec_name = "partner_id"

    company_id = dunning_bulk.Unguarded("res.company", readonly=True, help="Empty: in all of them.")
    partner_id = dunning_bulk.Unguarded("res.partner", string="Debtor", readonly=True, help="Empty: all of them.")

    def init(self):
        """The triggers, once every table of ours is there."""
        self.pool.post_init(self._watch, self.env)

    @staticmethod
    def _watch(env):
        for table, source in TABLES.items():
            _touch(env.cr, table, source, ("INSERT", "UPDATE", "DELETE"))
        for table, source in CHANGING.items():
            _touch(env.cr, table, source, ("UPDATE",))
        for name in NAMING:
            field = env[name]._fields["move_ids"]
            _touch(env.cr, field.relation, SAID.format(env[name]._table, field.column1), ("INSERT", "DELETE"))
        dunning_triggers.add(env.cr, "touch", "account_account", EVERYBODY, row="UPDATE OF account_type")
        dunning_triggers.add(env.cr, "touch", "dunning_case", PAYER, row="UPDATE OF payer, by_hand, next_day")

    def _register_hook(self):
        """The module of an optional table may have come after this one."""
        super()._register_hook()
        for table, source in OPTIONAL.items():
            if sql.table_exists(self.env.cr, table) and not dunning_triggers.is_there(self.env.cr, "touch", table):
                _touch(self.env.cr, table, source, ("INSERT", "UPDATE", "DELETE"))

    def _be_quiet(self, quiet=True):
        """In this transaction nothing that is written touches anybody: all cases and answers of the company are brought
        up to date in it anyway, and it writes about thousands.

        :param quiet: False when that was done.
        """
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT set_config(%s, %s, true)", QUIET, "on" if quiet else "off"))


def _touch(cr, table, source, events):
    body = BODY.format(written=source.format(r="written"), gone=source.format(r="gone"), guard=GUARDS.get(table, ""))
    dunning_triggers.add(cr, "touch", table, body, events)
