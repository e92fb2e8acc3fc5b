from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..dunning_look import looking
from .dunning_digest import FREQUENCIES

# One row a company; what is counted of it stands beside it, each in a table of its own.
CLIENTS = """
SELECT c.id, c.id AS company_id, c.currency_id,
       CASE WHEN c.dunning_mode = 'live' AND c.dunning_set_up_on IS NULL THEN 'off' ELSE c.dunning_mode END AS mode,
       c.dunning_automatic AS automatic, c.dunning_job_error AS job_error,
       COALESCE(o.amount_overdue, 0) AS amount_overdue, COALESCE(o.debtor_count, 0) AS debtor_count,
       COALESCE(o.unknown_count, 0) AS unknown_count, COALESCE(w.number, 0) AS waiting_count,
       COALESCE(y.number, 0) AS reply_count, COALESCE(f.number, 0) AS failed_count,
       COALESCE(f.number, 0) > 0 OR c.dunning_job_error IS NOT NULL AS is_failing,
       r.id AS last_run_id, r.date AS last_run_date, r.state AS last_run_state
  FROM res_company c
  LEFT JOIN (%(overdue)s) o ON o.company_id = c.id
  LEFT JOIN (%(waiting)s) w ON w.company_id = c.id
  LEFT JOIN (%(replies)s) y ON y.company_id = c.id
  LEFT JOIN (%(failed)s) f ON f.company_id = c.id
  LEFT JOIN (SELECT DISTINCT ON (company_id) id, company_id, date, state FROM (%(runs)s) runs
              ORDER BY company_id, date DESC, id DESC) r ON r.company_id = c.id
 WHERE c.id = ANY(%(companies)s)
"""
# Which list a number opens: action and what it counts.
LISTS = {
    "overdue": "dunning_case_action",
    "unknown": "dunning_case_action",
    "waiting": "dunning_run_action",
    "runs": "dunning_run_action",
    "replies": "dunning_reply_action",
    "failed": "dunning_letter_action",
}


class DunningClient(models.Model):
    """The companies of whoever looks, one row each: where money is open, what waits for him, what went wrong.

    All of his companies, whichever are ticked at the moment. Nothing of it is stored and opening it writes nothing.
    """

    _name = "dunning.client"
    _description = "Client"
    _inherit = ["dunning.record.mixin"]
    _auto = False
    _order = "amount_overdue desc, id"
    _rec_name = "company_id"

    # found by its name whether it is ticked or not
    company_id = fields.Many2one("res.company", readonly=True, bypass_search_access=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_overdue = fields.Monetary(string="Overdue", readonly=True, aggregator=None)
    debtor_count = fields.Integer(string="Debtors", readonly=True, help="How many have something overdue.")
    unknown_count = fields.Integer(
        string="Kind unknown",
        readonly=True,
        help="Debtors with something overdue of whom nobody knows whether they are a business or a consumer.",
    )
    waiting_count = fields.Integer(
        string="Runs to confirm", readonly=True, help="Proposed runs with letters that nobody confirmed yet."
    )
    reply_count = fields.Integer(string="Replies to handle", readonly=True)
    failed_count = fields.Integer(string="Not delivered", readonly=True)
    job_error = fields.Text(string="What stopped the daily job", readonly=True)
    is_failing = fields.Boolean(readonly=True)
    last_run_id = fields.Many2one("dunning.run", readonly=True)
    last_run_date = fields.Date(string="Last run", readonly=True)
    last_run_state = fields.Selection(
        selection=lambda self: self.env["dunning.run"]._fields["state"]._description_selection(self.env),
        string="State of that run",
        readonly=True,
    )
    mode = fields.Selection(
        selection=lambda self: self.env["res.company"]._fields["dunning_mode"]._description_selection(self.env),
        string="Letters",
        readonly=True,
    )
    automatic = fields.Boolean(string="Every day", readonly=True)
    bank_date = fields.Date(
        string="Bank booked up to", compute="_compute_bank", help="The bank that is furthest behind; empty: not known."
    )
    bank_tone = fields.Selection(
        [("good", "Up to date"), ("warning", "Behind or not known"), ("danger", "So far behind that letters wait")],
        string="Bank",
        compute="_compute_bank",
        search="_search_bank_tone",
    )
    digest = fields.Selection(
        FREQUENCIES, string="Digest mail", compute="_compute_digest", help="The mail that you get."
    )

    @api.model
    def _at_hand(self):
        """Our models in all companies of whoever looks, with his rights."""
        own = self.env.user._get_company_ids()
        return looking(self.with_context(allowed_company_ids=list(own), active_test=True))

    @property
    def _table_query(self):
        """The tables are those of what whoever looks may read; a handful of statements, however many companies."""
        return self._at_hand()._as_table()

    @api.model
    def _as_table(self):
        self.env["res.company"].flush_model(
            ["dunning_mode", "dunning_set_up_on", "dunning_automatic", "dunning_job_error", "currency_id"]
        )
        runs = self.env["dunning.run"]
        run_query = runs._search(self._domain("runs"))
        return SQL(
            CLIENTS,
            companies=list(self.env.user._get_company_ids()),
            overdue=self.env["dunning.figures"]._overdue_by_company(self.env["dunning.case"]._search(Domain.TRUE)),
            waiting=self._counted("dunning.run", "waiting"),
            replies=self._counted("dunning.reply", "replies"),
            failed=self._counted("dunning.letter", "failed"),
            runs=run_query.select(
                SQL.identifier(run_query.table, "id"),
                *(runs._field_to_sql(run_query.table, name, run_query) for name in ("company_id", "date", "state")),
            ),
        )

    @api.model
    def _counted(self, model, key):
        records = self.env[model]
        query = records._search(self._domain(key))
        company = records._field_to_sql(query.table, "company_id", query)
        query.groupby = company
        return query.select(SQL("%s AS company_id", company), SQL("COUNT(*) AS number"))

    @api.model
    def _domain(self, key):
        """What a number counts, of whichever company."""
        until_today = self.env["res.company"]._dunning_by_day(lambda today: Domain("date", "<=", today))
        return {
            "overdue": Domain("amount_overdue", ">", 0),
            "unknown": Domain("amount_overdue", ">", 0) & Domain("debtor_kind", "=", "unknown"),
            "waiting": Domain("state", "=", "proposed") & Domain("letter_ids.state", "=", "draft") & until_today,
            "runs": Domain("state", "!=", "cancelled") & until_today,
            "replies": Domain("state", "=", "open"),
            "failed": Domain("state", "=", "failed"),
        }[key]

    # -- banks and digests --------------------------------------------------------------------------------------------

    @api.depends("company_id")
    def _compute_bank(self):
        bank = self.env["dunning.bank"].sudo()  # sudo: how far banks are booked, which letters tell as well
        booked = bank._booked_until(self.company_id)
        for client in self:
            client.bank_date = booked.get(client.company_id)
            client.bank_tone = bank._tone(client.company_id, client.bank_date)

    @api.model
    def _search_bank_tone(self, operator, value):
        if operator != "in":
            return NotImplemented
        clients = self.search(Domain.TRUE)
        return Domain("id", "in", clients.filtered(lambda client: client.bank_tone in value).ids)

    @api.depends("company_id")
    @api.depends_context("uid")
    def _compute_digest(self):
        own = self.env["dunning.digest"].search([("user_id", "=", self.env.uid)])
        found = {digest.company_id.id: digest.frequency for digest in own}
        for client in self:
            client.digest = found.get(client.company_id.id, "none")

    def action_digest_none(self):
        """No digest of these companies any more."""
        return self._choose_digest("none")

    def action_digest_daily(self):
        """A mail every day on which there is something to tell of these companies."""
        return self._choose_digest("daily")

    def action_digest_weekly(self):
        """A mail on Mondays of each of these companies."""
        return self._choose_digest("weekly")

    def _choose_digest(self, frequency):
        self.check_access("read")
        self.env["dunning.digest"]._choose(self.company_id, frequency)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # -- every number opens its list ----------------------------------------------------------------------------------

    def action_open(self):
        """The worklist of this company."""
        return self._list("overdue")

    def action_open_unknown(self):
        """Its debtors of whom nobody knows what they are."""
        return self._list("unknown")

    def action_open_waiting(self):
        """Its runs that wait for somebody."""
        return self._list("waiting")

    def action_open_runs(self):
        """Its runs, the last one first."""
        return self._list("runs")

    def action_open_replies(self):
        """What its debtors wrote back and nobody handled yet."""
        return self._list("replies")

    def action_open_failed(self):
        """Its letters that could not be delivered."""
        return self._list("failed")

    def _list(self, key):
        """A list of this company only, whatever is ticked beside it."""
        self.ensure_one()
        if not self.search([("id", "=", self.id)]):
            raise AccessError(self.env._("This company is not among yours."))
        action = self.env["ir.actions.act_window"]._for_xml_id(f"cremann_dunning.{LISTS[key]}")
        domain = Domain("company_id", "=", self.company_id.id) & self._domain(key)
        return action | {
            "display_name": f"{self.company_id.name}: {action['name']}",
            "domain": list(domain),
            "context": {"allowed_company_ids": self.company_id.ids},
        }
