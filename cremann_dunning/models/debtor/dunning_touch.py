from odoo import fields, models

from .. import dunning_bulk, dunning_triggers

# What counts of an item for what its debtor owes; Odoo writes much more of it.
COUNTS = (
    "amount_residual", "amount_residual_currency", "reconciled", "parent_state", "date_maturity", "partner_id",
    "company_id", "account_id",
)  # fmt: skip
RECEIVABLE = "JOIN account_account a ON a.id = {0}.account_id AND a.account_type = 'asset_receivable'"
ITEMS = f"""
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO dunning_touch (company_id, partner_id)
        SELECT DISTINCT v.company_id, v.partner_id
          FROM written w JOIN gone g ON g.id = w.id
         CROSS JOIN LATERAL (VALUES (w.company_id, w.partner_id, w.account_id), (g.company_id, g.partner_id, g.account_id))
               AS v (company_id, partner_id, account_id)
          {RECEIVABLE.format("v")}
         WHERE ({", ".join(f"w.{name}" for name in COUNTS)}) IS DISTINCT FROM ({", ".join(f"g.{name}" for name in COUNTS)})
           AND v.partner_id IS NOT NULL;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO dunning_touch (company_id, partner_id)
        SELECT DISTINCT w.company_id, w.partner_id FROM written w {RECEIVABLE.format("w")}
         WHERE w.partner_id IS NOT NULL AND w.parent_state = 'posted';
    ELSE
        INSERT INTO dunning_touch (company_id, partner_id)
        SELECT DISTINCT g.company_id, g.partner_id FROM gone g {RECEIVABLE.format("g")}
         WHERE g.partner_id IS NOT NULL AND g.parent_state = 'posted';
    END IF;
"""
# What makes an item a claim, or moves its debtor, is rare: a row at a time.
TAKEN_IN = """
    INSERT INTO dunning_touch (company_id, partner_id) SELECT DISTINCT company_id, partner_id FROM account_move_line
     WHERE move_id = NEW.id AND partner_id IS NOT NULL;
"""
DEBTOR = """
    INSERT INTO dunning_touch (partner_id) VALUES (NEW.id), (NEW.commercial_partner_id), (OLD.commercial_partner_id);
"""
ACCOUNT = "INSERT INTO dunning_touch (partner_id) VALUES (NULL);"
CLAIM = "INSERT INTO dunning_touch (company_id, partner_id) VALUES (NEW.company_id, NEW.partner_id);"
CHARGE = """
    INSERT INTO dunning_touch (company_id, partner_id)
    SELECT DISTINCT c.company_id, c.partner_id FROM written w JOIN dunning_claim c ON c.id = w.claim_id AND c.rest_is_asked;
"""


class DunningTouch(models.Model):
    """Whose open items changed since the figures of cases were last brought up to date.

    PostgreSQL writes it in the transaction of the change, whoever makes it and by whatever way. A row is only ever added:
    nobody who books waits for anybody, least of all for a case that somebody works on. ``dunning.figures`` reads what it
    names from the ledger itself, until the cron has brought the cases up to date.
    """

    _name = "dunning.touch"
    _description = "Changed items of a debtor"
    _log_access = False
    _rec_name = "partner_id"

    company_id = dunning_bulk.Unguarded("res.company", readonly=True, help="Empty: in all of them.")
    partner_id = dunning_bulk.Unguarded("res.partner", string="Debtor", readonly=True, help="Empty: all of them.")

    def init(self):
        """The triggers, once every table of ours is there."""
        self.pool.post_init(self._watch, self.env.cr)

    @staticmethod
    def _watch(cr):
        add = dunning_triggers.add
        add(cr, "items", "account_move_line", ITEMS, ("INSERT", "UPDATE", "DELETE"))
        add(cr, "taken_in", "account_move", TAKEN_IN, row="UPDATE OF dunning_is_claim")
        add(cr, "debtor", "res_partner", DEBTOR, row="UPDATE OF commercial_partner_id")
        add(cr, "account", "account_account", ACCOUNT, row="UPDATE OF account_type")
        add(cr, "claim", "dunning_claim", CLAIM, row="UPDATE OF rest_is_asked, is_taken_in, date_due, partner_id")
        add(cr, "charge", "dunning_charge", CHARGE, ("INSERT", "UPDATE"))
        add(cr, "booking", "dunning_charge_booking", CHARGE, ("INSERT", "UPDATE"))
