import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import record
from ...engine.decide import VERSION
from ...engine.facts import LONGEST_ROUTE
from .. import dunning_bulk
from .dunning_recipient import BOUNCED

# Settings that decisions and drafts rest on. A row of theirs that was touched, added or removed makes everything be
# looked at again. A test holds this list and the next two equal to what a proposal reads.
SETTINGS = (
    "account_account", "account_journal", "dunning_cause_route", "dunning_cost_bracket", "dunning_cost_scale",
    "dunning_element", "dunning_interest_rate", "dunning_interest_table", "dunning_issuer",
    "dunning_issuer_registration", "dunning_level", "dunning_level_channel", "dunning_procedure", "dunning_regime",
    "dunning_regime_requirement", "mail_blacklist", "mail_template", "payment_provider", "res_company", "res_country",
    "res_currency", "res_lang", "res_users",
)  # fmt: skip
# Debtors with anything here are looked at again each time: it is little, and it changes by the hour.
BUSY = """
SELECT partner_id FROM dunning_hold WHERE active AND company_id = %(company)s
 UNION SELECT partner_id FROM dunning_insolvency
        WHERE stops AND (company_id = %(company)s OR company_id IS NULL)
 UNION SELECT partner_id FROM dunning_care WHERE ended_on IS NULL AND company_id = %(company)s
 UNION SELECT c.partner_id FROM dunning_handover_claim k JOIN dunning_claim c ON c.id = k.claim_id
        WHERE k.company_id = %(company)s AND k.is_frozen
 UNION SELECT partner_id FROM dunning_dispute WHERE company_id = %(company)s AND state = 'open'
 UNION SELECT partner_id FROM dunning_promise WHERE company_id = %(company)s AND state = 'open'
 UNION SELECT partner_id FROM dunning_agreement_letter WHERE company_id = %(company)s
          AND state NOT IN ('failed', 'cancelled') AND (deadline >= %(said)s OR sent_on > %(recent)s)
 UNION SELECT partner_id FROM dunning_payment_plan WHERE company_id = %(company)s AND state = 'active'
 UNION SELECT partner_id FROM dunning_contact WHERE company_id = %(company)s AND counts_as_step AND active
 UNION SELECT partner_id FROM dunning_contact WHERE company_id = %(company)s AND active AND counted_on > %(recent)s
 UNION SELECT partner_id FROM dunning_contact
        WHERE company_id = %(company)s AND active AND cause <> 'unknown' AND counted_on >= %(said)s
 UNION SELECT partner_id FROM dunning_reply WHERE company_id = %(company)s AND state = 'open'
 -- what was sent to others of the group counts as well
 UNION SELECT partner_id FROM dunning_customer_group_member WHERE company_id = %(company)s AND in_force
 UNION SELECT partner_id FROM dunning_dispatch
        WHERE company_id = %(company)s AND channel IN ('sms', 'whatsapp') AND started_at > %(recent)s
 UNION SELECT partner_id FROM account_payment
        WHERE company_id = %(company)s AND move_id IS NULL AND state IN ('in_process', 'paid')
 UNION SELECT c.partner_id FROM dunning_charge_booking b JOIN dunning_claim c ON c.id = b.claim_id
        WHERE b.company_id = %(company)s AND b.is_undone IS NOT TRUE
 UNION SELECT partner_id FROM account_bank_statement_line
        WHERE company_id = %(company)s AND is_reconciled IS NOT TRUE AND partner_id IS NOT NULL
 UNION SELECT l.partner_id FROM dunning_receipt r JOIN dunning_receipt_claim c ON c.receipt_id = r.id
         JOIN account_move_line l ON l.id = c.move_line_id AND l.partner_id IS NOT NULL
        WHERE r.company_id = %(company)s AND r.certainty IN ('certain', 'likely')
 UNION SELECT partner_id FROM account_move
        WHERE company_id = %(company)s AND reversed_entry_id IS NOT NULL AND state = 'draft' AND partner_id IS NOT NULL
 UNION SELECT l.partner_id FROM dunning_return r
         JOIN account_move_line l ON l.id = r.move_line_id AND l.partner_id IS NOT NULL
        WHERE r.company_id = %(company)s AND l.reconciled IS NOT TRUE
"""
# What names invoices is about whoever owes them by now, see dunning.case.mixin._about.
BUSY += "".join(
    f"""
 UNION SELECT l.partner_id FROM {table} t JOIN account_move_{table}_rel r ON r.{table}_id = t.id
         JOIN account_move_line l ON l.move_id = r.account_move_id AND l.partner_id IS NOT NULL
        WHERE t.company_id = %(company)s AND t.state = '{state}'"""
    for table, state in (("dunning_dispute", "open"), ("dunning_promise", "open"), ("dunning_payment_plan", "active"))
)
# What came of looking, and what each debtor has besides the ledger: his contacts, case, letters, decisions in force.
# PostgreSQL gives a row another xmin or ctid with every change, whoever makes it: xmin names the transaction, ctid the
# place of the row, which is a new one when the same transaction writes it again. Of many rows the sum of hashes.
STATE = """
WITH wanted AS (
    SELECT unnest(%(partners)s) AS partner_id
), people AS (
    SELECT commercial_partner_id AS partner_id,
           SUM(hashtextextended(ctid::text, xmin::text::bigint))::text AS state
      FROM res_partner WHERE commercial_partner_id = ANY(%(partners)s) GROUP BY 1
), letters AS (
    SELECT d.commercial_partner_id AS partner_id,
           SUM(hashtextextended(f.ctid::text, f.xmin::text::bigint))::text AS state,
           bool_or(f.state IN ('draft', 'issued', 'failed')) AS open
      FROM dunning_letter f JOIN res_partner d ON d.id = f.partner_id
     WHERE f.company_id = %(company)s AND d.commercial_partner_id = ANY(%(partners)s)
       AND (f.state <> 'cancelled' OR f.sent_on IS NOT NULL)
     GROUP BY 1
), claims AS (
    SELECT partner_id, SUM(hashtextextended(ctid::text, xmin::text::bigint))::text AS state
      FROM dunning_claim
     WHERE company_id = %(company)s AND partner_id = ANY(%(partners)s)
     GROUP BY 1
), checks AS (
    SELECT partner_id, SUM(hashtextextended(ctid::text, xmin::text::bigint))::text AS state
      FROM dunning_check
     WHERE active AND company_id = %(company)s AND partner_id = ANY(%(partners)s)
     GROUP BY 1
), decisions AS (
    SELECT partner_id, SUM(hashint8extended(id, 0))::text AS state, COUNT(*) AS number,
           bool_and(date = %(day)s AND (move_line_id, level_id) IN (
                    SELECT c.move_line_id, k.level_id
                      FROM dunning_letter_line k
                      JOIN dunning_letter f ON f.id = k.letter_id
                      JOIN dunning_claim c ON c.id = k.claim_id
                     WHERE f.company_id = %(company)s AND f.state IN ('draft', 'issued'))) AS on_letter
      FROM dunning_decision
     WHERE company_id = %(company)s AND is_current AND partner_id = ANY(%(partners)s)
     GROUP BY 1
)
SELECT partner_id, md5(concat_ws('|', p.state, c.id, c.xmin::text, c.ctid::text, l.state, d.state, q.state,
                                k.state)),
       l.open IS TRUE, d.number, d.on_letter IS TRUE
  FROM wanted
  LEFT JOIN people p USING (partner_id)
  LEFT JOIN dunning_case c USING (partner_id)
  LEFT JOIN letters l USING (partner_id)
  LEFT JOIN decisions d USING (partner_id)
  LEFT JOIN claims q USING (partner_id)
  LEFT JOIN checks k USING (partner_id)
 WHERE c.company_id = %(company)s OR c.id IS NULL
"""


class DunningStanding(models.Model):
    """What the answers about a debtor rested on when a run last looked: the same again needs no second look.

    A proposal over a ledger in which nothing changed since then passes over most debtors. Nothing is taken on trust:
    what is confirmed or sent is decided anew from the facts of that moment.
    """

    _name = "dunning.standing"
    _description = "Dunning standing"
    _inherit = ["dunning.record.mixin"]
    _log_access = False
    _rec_name = "partner_id"

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True)  # _once starts with it
    partner_id = fields.Many2one("res.partner", string="Debtor", required=True, readonly=True, ondelete="cascade")
    run_id = dunning_bulk.Unguarded("dunning.run", string="Last run", required=True, readonly=True)
    rests_on = fields.Char(required=True, readonly=True, help="Digest of the ledger, the settings and the day.")
    state = fields.Char(required=True, readonly=True, help="Digest of the letters, decisions, contacts and case.")

    _once = models.UniqueIndex("(company_id, partner_id)", "A debtor has one standing in a company.")

    @api.model
    def _look(self, run, ledger):
        """What the ledger and the settings are at this moment, as digests by partner id.

        :param ledger: ``{partner id: (number of claims, digest)}``, as ``dunning.ledger`` gives it.
        :return: ``{partner id: (number of claims, digest)}`` without debtors that are looked at each time.
        """
        if run.date != run.company_id._dunning_today():
            return {}  # a look at another day: nothing of it is in force
        self.env.cr.execute(SQL("SELECT commercial_partner_id FROM res_partner WHERE id IN (%s)", self._busy(run)))
        busy = {partner_id for (partner_id,) in self.env.cr.fetchall()}
        settings = self._settings(run)
        return {
            partner_id: (claims, hashlib.sha256(f"{settings} {digest}".encode()).hexdigest())
            for partner_id, (claims, digest) in ledger.items()
            if partner_id not in busy
        }

    @api.model
    def _busy(self, run):
        company = run.company_id
        arrival, online = self.env["dunning.arrival"]._busy(company), self.env["dunning.online.payment"]._busy(company)
        return SQL(
            "%s UNION %s UNION %s",
            SQL(
                BUSY,
                company=company.id,
                recent=company._dunning_reached_since(run.date),
                said=run.date - timedelta(days=LONGEST_ROUTE),
            ),
            arrival,
            online,
        )

    @api.model
    def _settings(self, run):
        """The state of what is no single debtor's: settings, rules, rates, bounced addresses, accounts that
        are archived, the day, the code."""
        company = run.company_id
        tables = SQL(" UNION ALL ").join(
            SQL(
                "SELECT concat(%s, COUNT(*), ' ', SUM(hashtextextended(xmin::text || ctid::text, 0)::numeric)) FROM %s",
                table,
                SQL.identifier(table),
            )
            for table in SETTINGS
        )
        # an address that sent back the letter of one debtor may be that of another
        bounced = SQL("SELECT string_agg(email, ',' ORDER BY email) FROM (%s) b", SQL(BOUNCED, company=company.id))
        version = SQL("SELECT latest_version FROM ir_module_module WHERE name = 'cremann_dunning'")
        # an account that invoices name may not be in use any more
        closed = SQL("SELECT string_agg(id::text, ',' ORDER BY id) FROM res_partner_bank WHERE active IS NOT TRUE")
        self.env.cr.execute(SQL("%s UNION ALL %s UNION ALL %s UNION ALL %s", tables, bounced, closed, version))
        rows = [row[0] for row in self.env.cr.fetchall()]
        house = record.text(company._dunning_house())
        day = run.date.isoformat()
        return repr((rows, VERSION, day, run.automatic, self.env.lang, run.user_id.id, house))

    @api.model
    def _state(self, company, partner_ids, day):
        """Per partner id: digest, whether a letter is open, number of decisions, whether all are on open letters."""
        self.env.flush_all()
        self.env.cr.execute(SQL(STATE, company=company.id, partners=list(partner_ids), day=day))
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    @api.model
    def _unchanged(self, run, look):
        """The debtors about whom this run would find what is on record already: ``(partner ids, to link)``.

        The first are passed over. Of those in ``to link`` the answers came from another run: they belong to this one
        as well. Another run finds the same when no letter is under way, or when every invoice is on one.
        """
        self.env.cr.execute(
            SQL(
                "SELECT partner_id, run_id, rests_on, state FROM dunning_standing WHERE company_id = %s",
                run.company_id.id,
            )
        )
        known = {
            partner_id: (run_id, state)
            for partner_id, run_id, rests_on, state in self.env.cr.fetchall()
            if partner_id in look and look[partner_id][1] == rests_on
        }
        if not known:
            return set(), []
        own, others = set(), []
        for partner_id, (digest, is_open, number, on_letter) in self._state(run.company_id, known, run.date).items():
            run_id, state = known[partner_id]
            if state != digest:
                continue
            if run_id == run.id:
                own.add(partner_id)
            elif not is_open or (on_letter and number == look[partner_id][0]):
                others.append(partner_id)
        return own | set(others), others

    @api.model
    def _keep(self, run, look, partner_ids):
        """Write down what the answers of this run rest on.

        :param partner_ids: debtors whose answers rest on nothing but what was looked at.
        """
        partner_ids = sorted(partner_id for partner_id in partner_ids if partner_id in look)
        if not partner_ids:
            return
        state = self._state(run.company_id, partner_ids, run.date)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_standing AS s (company_id, partner_id, run_id, rests_on, state)
                SELECT %s, t.partner_id, %s, t.rests_on, t.state
                  FROM unnest(%s, %s, %s) AS t (partner_id, rests_on, state)
                    ON CONFLICT (company_id, partner_id) DO UPDATE
                   SET run_id = EXCLUDED.run_id, rests_on = EXCLUDED.rests_on, state = EXCLUDED.state
                """,
                run.company_id.id,
                run.id,
                partner_ids,
                [look[partner_id][1] for partner_id in partner_ids],
                [state[partner_id][0] for partner_id in partner_ids],
            )
        )
