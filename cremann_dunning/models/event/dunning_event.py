from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import SQL

from ...engine import chain
from .. import dunning_bulk
from .dunning_event_guard import guard
from .dunning_event_words import FAMILIES, KINDS, currencies, sentence


class DunningEvent(models.Model):
    """What happened to a debtor, or to the rules that he is followed up by: written once, changed never.

    Who acts tells it in the same transaction (``_tell``), so there is no act without its event. A moment later
    ``dunning.sealing`` gives it its place in the chain of its company. What an event is about stands in it by value:
    contacts, letters and claims may be merged, moved or deleted, and the event still says what it said.
    """

    _name = "dunning.event"
    _description = "Event of Follow-up"
    _inherit = ["dunning.written.once.mixin", "dunning.record.mixin"]
    _order = "happened desc, id desc"
    _rec_name = "kind"
    _log_access = False  # who and when are part of the event

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True)  # by value, see above
    kind = fields.Char(required=True, readonly=True, index=True, help="What happened, as a word of the program.")
    happened = fields.Datetime(required=True, readonly=True, string="When", help="When it happened.")
    recorded = fields.Datetime(readonly=True, help="When it was written down, by the clock of the database.")
    debtor = fields.Integer(readonly=True, aggregator=None, string="Number of the Debtor")
    letter = fields.Integer(readonly=True, aggregator=None, string="Number of the Letter")
    author = fields.Integer(readonly=True, aggregator=None, string="Number of the User")
    job = fields.Char(readonly=True, help="The scheduled job that did it, where it was nobody.")
    facts = fields.Json(readonly=True, help="What happened, as values.")
    personal_digest = fields.Char(
        readonly=True,
        help="SHA-256 of what it holds about a person. That stands apart, since it may have to be erased.",
    )
    reconstructed = fields.Boolean(
        readonly=True, help="Made afterwards from what stood in the records, when events were not yet kept."
    )

    family = fields.Selection(FAMILIES, compute="_compute_words", search="_search_family", string="Group")
    sentence = fields.Char(compute="_compute_words", string="What Happened")
    author_id = fields.Many2one("res.users", compute="_compute_leads", string="By")
    debtor_id = fields.Many2one("res.partner", compute="_compute_leads", search="_search_debtor_id")
    letter_id = fields.Many2one("dunning.letter", compute="_compute_leads", search="_search_letter_id")
    claim_ids = fields.Many2many("dunning.claim", compute="_compute_leads", search="_search_claim_ids", string="Claims")
    seal_ids = fields.One2many("dunning.event.seal", "event_id")
    seq = fields.Integer(compute="_compute_seq", string="Number in the Chain", help="None while it is not sealed yet.")

    _about_debtor = models.Index("(company_id, debtor, happened)")
    _about_letter = models.Index("(letter) WHERE letter IS NOT NULL")

    def init(self):
        """What PostgreSQL itself holds: the moment of writing, no change, and a way to find the claims of an event."""
        self.env.cr.execute(
            """
            ALTER TABLE dunning_event ALTER COLUMN recorded SET DEFAULT (clock_timestamp() AT TIME ZONE 'UTC');
            CREATE INDEX IF NOT EXISTS dunning_event_claims_idx ON dunning_event
                USING gin ((facts -> 'claims') jsonb_path_ops);
            """
        )
        guard(self.env.cr, self._table)

    # -- telling ---------------------------------------------------------------------------------------------------

    @api.model
    def _tell(self, rows):
        """Write down what happened, all in one statement, in the transaction of whoever did it.

        :param rows: dicts with ``kind`` and ``company_id``; where there is one ``debtor`` (id of the commercial
            partner), ``letter`` (id), ``claims`` (ids), ``happened`` (naive UTC, else now), ``facts`` (values of JSON;
            money and days may be Decimal and date), ``personal`` (what could name a person: addresses, names, what he
            wrote), ``reconstructed``, ``author`` (id, else whoever acts).
        :return: the events.
        :raises ValueError: an unknown kind. :raises TypeError: a float in the facts, which would not be exact.
        """
        if not rows:
            return self.browse()
        now, job = fields.Datetime.now(), self._job()
        events, personal = [], []
        for row in rows:
            if row["kind"] not in KINDS:
                raise ValueError(f"No event is called {row['kind']!r}.")
            kept = self.env["dunning.event.personal"]._salted(row.get("personal"))
            personal.append(kept)
            claims = sorted(set(row.get("claims") or ()))
            events.append(
                {
                    "company_id": row["company_id"],
                    "kind": row["kind"],
                    "happened": row.get("happened") or now,
                    "debtor": row.get("debtor") or None,
                    "letter": row.get("letter") or None,
                    "author": row.get("author") or self.env.uid,
                    "job": job,
                    "facts": chain.plain({**(row.get("facts") or {}), **({"claims": claims} if claims else {})}),
                    "personal_digest": kept and kept["digest"],
                    "reconstructed": bool(row.get("reconstructed")),
                }
            )
        if len(events) == 1:
            return self._insert_one(events[0], personal[0])
        told = dunning_bulk.insert(self, events)
        self.env["dunning.event.personal"]._keep(told._ids, events, personal)
        return told

    @api.model
    def _insert_one(self, event, kept):
        """One event and its personal values in one statement: letters that leave one by one pay for each of them.

        :param kept: what ``dunning.event.personal._salted`` gave.
        """
        values = {name: value or None for name, value in event.items()}
        values |= {
            "facts": SQL("%s::jsonb", dunning_bulk.to_json(event["facts"])),
            "reconstructed": event["reconstructed"],
        }
        kept = kept or {"salt": None, "facts": None}
        [(id_,)] = self.env.execute_query(
            SQL(
                """
                WITH told AS (INSERT INTO dunning_event (%s) VALUES (%s) RETURNING id, company_id),
                     kept AS (INSERT INTO dunning_event_personal (event_id, company_id, salt, facts)
                              SELECT id, company_id, %s, %s::jsonb FROM told WHERE %s)
                SELECT id FROM told
                """,
                SQL(", ").join(SQL.identifier(name) for name in values),
                SQL(", ").join(SQL("%s", value) for value in values.values()),
                kept["salt"],
                dunning_bulk.to_json(kept["facts"]),
                bool(kept["salt"]),
            )
        )
        return self.browse(id_)

    @api.model
    def _job(self):
        """The name of the scheduled job that acts, None where a person does. A call from outside names none."""
        cron = None if request else self.env.context.get("cron_id")
        return self._job_name(cron) if cron else None

    @api.model
    @tools.ormcache("cron")  # asked for each letter that leaves
    def _job_name(self, cron):
        # sudo: whoever acts, the job has its name
        return self.env["ir.cron"].sudo().browse(cron).exists().cron_name

    # -- reading ---------------------------------------------------------------------------------------------------

    @api.depends("kind", "facts", "personal_digest")
    @api.depends_context("lang", "uid")
    def _compute_words(self):
        personal, money = self.env["dunning.event.personal"]._of(self), currencies(self.env)
        for event in self:
            event.family = event.kind.partition(".")[0]
            kept = personal.get(event._origin.id)  # in a window that is not saved yet it stands for the event itself
            event.sentence = sentence(self.env, event.kind, event.facts or {}, kept, money)

    @api.depends("sentence")
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        for event in self:
            event.display_name = event.sentence

    @api.depends("author", "debtor", "letter", "facts")
    def _compute_leads(self):
        """What the numbers lead to today, where it is still there."""

        def there(model, ids):
            # sudo: that it exists; whoever reads its fields needs the right to it
            return set(self.env[model].sudo().browse(ids).exists().ids)

        users = there("res.users", {event.author for event in self if event.author})
        debtors = there("res.partner", {event.debtor for event in self if event.debtor})
        letters = there("dunning.letter", {event.letter for event in self if event.letter})
        named = {event.id: (event.facts or {}).get("claims", []) for event in self}
        claims = there("dunning.claim", {claim for ids in named.values() for claim in ids})
        for event in self:
            event.author_id = event.author if event.author in users else False
            event.debtor_id = event.debtor if event.debtor in debtors else False
            event.letter_id = event.letter if event.letter in letters else False
            event.claim_ids = [claim for claim in named[event.id] if claim in claims]

    @api.depends("seal_ids")
    def _compute_seq(self):
        for event in self:
            event.seq = event.seal_ids.seq

    @api.model
    def _search_family(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR([("kind", "=like", f"{family}.%")] for family in value)

    @api.model
    def _search_debtor_id(self, operator, value):
        return [("debtor", operator, value)] if operator == "in" else NotImplemented

    @api.model
    def _search_letter_id(self, operator, value):
        return [("letter", operator, value)] if operator == "in" else NotImplemented

    @api.model
    def _search_claim_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "EXISTS (SELECT FROM unnest(%s) claim WHERE (%s -> 'claims') @> to_jsonb(claim))",
                [int(claim) for claim in value if claim],
                SQL.identifier(alias, "facts"),
            )
        )

    # -- jobs ------------------------------------------------------------------------------------------------------

    @api.model
    def _cron_seal(self):
        """Every few minutes: seal what was written down."""
        self.env["dunning.sealing"]._seal()

    @api.model
    def _cron_check(self):
        """Every night: follow the chains, send their heads where it is time, erase what is old enough."""
        self.env["dunning.chain.check"]._nightly()
        self.env["dunning.chain.head"]._send_weekly()
        self.env["dunning.erasure"]._erase_old()
