from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from .. import dunning_bulk

# Beside items `l` of entries `m` the claims `t` of what was taken in: by which number and dates its debtor knows it.
WITH_TAKEN_IN = "LEFT JOIN dunning_claim t ON t.move_line_id = l.id AND t.is_taken_in AND m.dunning_is_claim"

# What a claim keeps by value, as it was when something was last said about it.
SAID = (
    "number", "label", "customer_ref", "invoice_date", "date_due", "amount_total", "instalment", "instalments", "alike",
)  # fmt: skip
# The items of entries that are asked of debtors, as a letter would tell of them.
ITEMS = f"""
SELECT l.id AS move_line_id, l.move_id, l.company_id, l.currency_id, p.commercial_partner_id AS partner_id,
       l.partner_id AS item_partner_id,
       COALESCE(t.number, m.name) AS number, l.name AS label,
       CASE WHEN m.move_type <> 'entry' THEN m.ref ELSE t.customer_ref END AS customer_ref, -- its ref is about all
       COALESCE(t.invoice_date, m.invoice_date, m.date) AS invoice_date,
       COALESCE(t.date_due, l.date_maturity) AS date_due, l.amount_currency AS amount_total,
       ROW_NUMBER() OVER (PARTITION BY l.move_id, p.commercial_partner_id
                          ORDER BY COALESCE(t.date_due, l.date_maturity), l.id)::int AS instalment,
       COUNT(*) OVER (PARTITION BY l.move_id, p.commercial_partner_id)::int AS instalments,
       COUNT(*) OVER (PARTITION BY l.move_id, p.commercial_partner_id, COALESCE(t.date_due, l.date_maturity),
                      l.amount_currency)::int AS alike
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN account_move m ON m.id = l.move_id
  JOIN res_partner p ON p.id = l.partner_id
  {WITH_TAKEN_IN}
 WHERE l.move_id = ANY(%(moves)s) AND l.amount_currency > 0
"""

# What is known of a claim that was taken in only.
TAKEN_IN = ("is_taken_in", "document_id", "import_key")

READDRESSED, MERGED, LET_GO, DELETED = "readdressed", "merged", "let_go", "deleted"


class DunningClaim(models.Model):
    """What one debtor owes on one receivable, from the moment something is said about it.

    It keeps by value what was true then, points to its item as long as it is that one, goes along when the ledger moves
    (``dunning.following``) or ends and says why. Nothing of it holds an entry, an item or a journal.
    """

    _name = "dunning.claim"
    _description = "Claim"
    _inherit = ["dunning.record.mixin"]
    _order = "date_due, id"
    _rec_name = "number"

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True)  # as its case has
    case_id = dunning_bulk.Unguarded("dunning.case", required=True, readonly=True, index=True)  # goes after its claims
    # the debtor of its case, which has the key
    partner_id = dunning_bulk.Unguarded("res.partner", string="Debtor", required=True, readonly=True, index=True)
    # whom the item itself named when it was last looked at: where he belongs to now, the claim does, see dunning.moving
    item_partner_id = dunning_bulk.Unguarded("res.partner", string="Named on the item", readonly=True)
    currency_id = dunning_bulk.Unguarded("res.currency", required=True, readonly=True)
    # no key, as nothing here holds an entry; goes empty with it, see account.move
    move_id = dunning_bulk.Unguarded("account.move", string="Entry", readonly=True, index=True)
    # no key: it leads nowhere when the item is gone, and is empty once the claim has ended
    move_line_id = dunning_bulk.Unguarded("account.move.line", string="Journal item", readonly=True)
    number = fields.Char(readonly=True, help="The number that the debtor knows.")
    label = fields.Char(string="What for", readonly=True)
    customer_ref = fields.Char(string="Order", readonly=True)
    invoice_date = fields.Date(readonly=True)
    date_due = fields.Date(string="Due date", readonly=True)
    amount_total = fields.Monetary(string="Amount", readonly=True)
    instalment = fields.Integer(readonly=True, aggregator=None, help="Its place among the claims of its entry.")
    instalments = fields.Integer(
        readonly=True, aggregator=None, help="How many claims on its debtor its entry had, itself among them."
    )
    alike = fields.Integer(
        readonly=True,
        aggregator=None,
        help="How many claims of its entry had this due date and amount, itself among them.",
    )
    is_taken_in = fields.Boolean(
        string="Taken in",
        readonly=True,
        help="An item of a journal entry. Its number and dates are those that were given when it was taken in.",
    )
    document_id = fields.Many2one(
        "ir.attachment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The invoice as the debtor had it. It goes along where letters take invoices along.",
    )
    import_key = fields.Char(
        readonly=True,
        copy=False,
        help="Tells a claim that came from outside from every other, so that no file counts twice.",
    )
    ended_on = fields.Date(readonly=True, help="When it was no claim on this debtor any more.")
    end_reason = fields.Selection(
        [
            (READDRESSED, "Wrongly addressed"),
            (MERGED, "Went into another claim"),
            (LET_GO, "Not recognised any more"),
            (DELETED, "Entry deleted"),
        ],
        string="Ended since",
        readonly=True,
        help="Why it is not followed up any more. What was said about it stays on record.",
    )
    into_id = fields.Many2one(
        "dunning.claim", string="Went into", readonly=True, index="btree_not_null", ondelete="set null"
    )
    line_ids = fields.One2many("dunning.letter.line", "claim_id", string="On letters", readonly=True)
    contact_ids = fields.Many2many("dunning.contact", string="Contacts", readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("settled", "Settled"), ("draft", "Not booked"), ("ended", "Ended")],
        string="Status",
        compute="_compute_now",
    )
    amount_open = fields.Monetary(string="Open", compute="_compute_now")
    create_uid = dunning_bulk.UnguardedAuthor("res.users", string="Created by", readonly=True)
    write_uid = dunning_bulk.UnguardedAuthor("res.users", string="Last Updated by", readonly=True)
    level_id = fields.Many2one("dunning.level", string="Level reached", compute="_compute_level_id")
    next_date = fields.Date(string="Next step on", compute="_compute_answer")
    explanation = fields.Char(string="Why", compute="_compute_answer", help="What was decided about it last.")

    rest_is_asked = fields.Boolean(
        string="Rest is asked",
        readonly=True,
        help="Somebody said that what is left of costs and interest is asked on after the invoice itself was paid.",
    )

    _rests_idx = models.Index("(company_id) WHERE rest_is_asked")
    # what was taken in is looked for beside every open item
    _taken_in_idx = models.Index("(move_line_id) WHERE is_taken_in")
    _imported_once = models.UniqueIndex(
        "(company_id, import_key) WHERE import_key IS NOT NULL AND ended_on IS NULL", "This claim came in already."
    )
    _one_per_item = models.UniqueIndex("(move_line_id)", "There is a claim about this item already.")

    @api.depends("number", "instalment", "instalments", "is_taken_in")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for claim in self:
            parts = claim.instalments > 1 and not claim.is_taken_in  # what is taken in has a number of its own
            place = self.env._("%(number)s (%(place)s of %(all)s)") if parts else "%(number)s"
            claim.display_name = place % {
                "number": claim.number or "", "place": claim.instalment, "all": claim.instalments,
            }  # fmt: skip

    @api.depends("move_line_id", "ended_on")
    def _compute_now(self):
        """What the ledger says of it today; nothing is open of one that ended."""
        # sudo: what is open on the items, for whoever may read the claims
        items = self.move_line_id.sudo().exists().grouped("id")
        for claim in self:
            item = items.get(claim.move_line_id.id)
            booked = bool(item) and item.parent_state == "posted"
            claim.amount_open = item.amount_residual_currency if booked else 0
            if claim.ended_on or not claim.move_id:
                claim.state = "ended"
            elif not booked:
                claim.state = "draft"
            else:
                claim.state = "settled" if item.reconciled else "open"

    @api.depends("line_ids.state", "contact_ids.active")
    def _compute_level_id(self):
        """The last level that it reached, by a letter that was sent or by word of mouth."""
        for claim in self:
            lines = claim.line_ids.filtered(lambda line: line.state == "sent" and line.level_id and not line.is_let_go)
            steps = [(line.letter_id.sent_on, line.level_id.sequence, line.level_id.id) for line in lines]
            steps += [
                (contact.counted_on, contact.level_id.sequence, contact.level_id.id)
                for contact in claim.contact_ids
                if contact.counts_as_step and contact.active
            ]
            claim.level_id = max(steps)[2] if steps else False

    @api.depends("move_line_id", "ended_on")
    @api.depends_context("lang")
    def _compute_answer(self):
        """The decision in force about its item."""
        items = self.filtered(lambda claim: not claim.ended_on).mapped("move_line_id").ids
        about = [("is_current", "=", True), ("move_line_id", "in", items)]
        decisions = self.env["dunning.decision"].search(about).grouped("move_line_id")
        for claim in self:
            found = decisions.get(claim.move_line_id, self.env["dunning.decision"])
            claim.next_date, claim.explanation = found.next_date, found.explanation

    @api.model
    def _levels_of(self, alias):
        """A query for the levels that one claim reached, by letter and by word of mouth: ``level_id``, ``day``.

        :param alias: the name of ``dunning_claim`` in the statement around it.
        """
        contacts = self._fields["contact_ids"]
        return SQL(
            """
            SELECT k.level_id, f.sent_on AS day
              FROM dunning_letter_line k JOIN dunning_letter f ON f.id = k.letter_id AND f.state = 'sent'
             WHERE k.claim_id = %(claim)s AND k.is_let_go IS NOT TRUE AND k.level_id IS NOT NULL
             UNION ALL
            SELECT c.level_id, c.counted_on
              FROM %(relation)s r JOIN dunning_contact c ON c.id = r.%(contact)s
             WHERE r.%(own)s = %(claim)s AND c.counts_as_step AND c.active
            """,
            claim=SQL.identifier(alias, "id"),
            relation=SQL.identifier(contacts.relation),
            own=SQL.identifier(contacts.column1),
            contact=SQL.identifier(contacts.column2),
        )

    # -- coming into being ----------------------------------------------------------------------------------------

    @api.model
    def _open(self, rows):
        """The claims of these items; those about which nothing was said before come into being, of the others what is
        kept by value follows what is said now. Two statements more where there are any of these.

        :param rows: dicts with company, case, partner, currency, move, item and whom that names by the names of the
            fields, and what ``SAID`` names.
        :return: ``{item id: claim id}``.
        """
        rows = {row["move_line_id"]: row for row in rows}
        known = self._known(rows)
        self._say([row | {"id": known[item]} for item, row in rows.items() if item in known])
        fresh = [row for item, row in rows.items() if item not in known]
        if not fresh:
            return known
        made = dunning_bulk.insert(self.sudo(), fresh)  # sudo: claims are the system's, whoever says something
        return known | dict(zip([row["move_line_id"] for row in fresh], made._ids, strict=True))

    @api.model
    def _known(self, item_ids):
        """The claims that there are: ``{item id: claim id}``."""
        self.env.cr.execute(
            SQL("SELECT move_line_id, id FROM dunning_claim WHERE move_line_id = ANY(%s)", list(item_ids))
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _ids_about(self, named):
        """The claims that have not ended of entries that records name: ``{key: [claim id, ...]}``.

        :param named: ``{key: (entry ids, partner id)}``; of what was taken in only what that debtor owes.
        """
        moves = {move_id for move_ids, _partner_id in named.values() for move_id in move_ids}
        if not moves:
            return {}
        self.env.cr.execute(
            SQL(
                "SELECT move_id, id, partner_id, is_taken_in FROM dunning_claim"
                " WHERE move_id = ANY(%s) AND ended_on IS NULL ORDER BY id",
                list(moves),
            )
        )
        found = defaultdict(list)
        for move_id, *row in self.env.cr.fetchall():
            found[move_id].append(row)
        return {
            key: [
                id_
                for move_id in move_ids
                for id_, owed_by, is_taken_in in found[move_id]
                if owed_by == partner_id or not is_taken_in
            ]
            for key, (move_ids, partner_id) in named.items()
        }

    @api.model
    def _say(self, rows):
        """What these claims keep by value, from now on.

        :param rows: dicts with the ``id`` of a claim, and ``SAID``.
        """
        if not rows:
            return
        names = SQL(", ").join(map(SQL.identifier, SAID))
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_claim c SET (%(names)s) = (SELECT %(values)s)"
                "  FROM jsonb_populate_recordset(NULL::dunning_claim, %(rows)s) r"
                " WHERE c.id = r.id AND (%(old)s) IS DISTINCT FROM (%(values)s)",
                names=names,
                values=SQL(", ").join(SQL.identifier("r", name) for name in SAID),
                old=SQL(", ").join(SQL.identifier("c", name) for name in SAID),
                rows=dunning_bulk.to_json([{name: row[name] or None for name in ("id", *SAID)} for row in rows]),
            )
        )
        self.invalidate_model(SAID)

    @api.model
    def _of_moves(self, moves, line_ids=None, told=True):
        """The claims of these entries, which somebody says something about now.

        :param line_ids: only of these items. :param told: tell of those that come into being.
        :return: ``{item id: claim id}``.
        """
        if not moves:
            return {}
        self.env.flush_all()
        self.env.cr.execute(SQL(ITEMS, moves=moves.ids))
        items = [row for row in self.env.cr.dictfetchall() if line_ids is None or row["move_line_id"] in line_ids]
        known = self._known(row["move_line_id"] for row in items)
        fresh = [row for row in items if row["move_line_id"] not in known]
        if not fresh:
            return known
        cases = {}
        for company in moves.company_id:
            debtors = self.env["res.partner"].browse({r["partner_id"] for r in fresh if r["company_id"] == company.id})
            for case in self.env["dunning.case"]._for_partners(debtors, company, create=True):
                cases[company.id, case.partner_id.id] = case.id
        made = self._open([row | {"case_id": cases[row["company_id"], row["partner_id"]]} for row in fresh])
        if told:
            self._tell("debtor.claim_begun", [made[row["move_line_id"]] for row in fresh])
        return known | made

    @api.model
    def _take_in(self, given):
        """Items of journal entries become claims, with what the debtor knows them by; nothing is written on the items.

        :param given: ``{item id: {"number", "invoice_date", "date_due"}}``, with ``customer_ref``, ``document_id`` and
            ``import_key`` where these are known; of one that is a claim already these are its own from now on, what was
            said stays as it was said.
        """
        moves = self.env["account.move.line"].browse(given).move_id
        claims = self._of_moves(moves, given, told=False)
        rows = [{"id": claims[item], **values} for item, values in given.items() if item in claims]
        ids = [row["id"] for row in rows]
        before = set(self.search([("id", "in", ids), ("is_taken_in", "=", True)]).ids)
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_claim c"
                "   SET number = r.number, invoice_date = r.invoice_date, date_due = r.date_due, is_taken_in = TRUE,"
                "       customer_ref = COALESCE(r.customer_ref, c.customer_ref),"
                "       document_id = COALESCE(r.document_id, c.document_id),"
                "       import_key = COALESCE(r.import_key, c.import_key)"
                "  FROM jsonb_populate_recordset(NULL::dunning_claim, %s) r WHERE c.id = r.id",
                dunning_bulk.to_json(rows),
            )
        )
        self.invalidate_model([*SAID, *TAKEN_IN])
        moves.invalidate_recordset(["dunning_claim_ids"], flush=False)
        self._tell("debtor.claim_taken_in", [id_ for id_ in ids if id_ not in before])
        self._tell("debtor.claim_renamed", [id_ for id_ in ids if id_ in before])

    @api.model
    def _take_in_more(self, moves):
        """Entries that were taken in are posted again: what is new on them is taken in as it stands there."""
        self._of_moves(moves)
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_claim SET is_taken_in = TRUE"
                " WHERE move_id = ANY(%s) AND move_line_id IS NOT NULL AND is_taken_in IS NOT TRUE",
                moves.ids,
            )
        )
        self.invalidate_model(["is_taken_in"])

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_on_letters(self):
        lines = self.env["dunning.letter.line"].sudo()  # sudo: that one is there, whoever asks
        if used := lines.search([("claim_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("Letters are about the claim %s, so it stays on record.", used.claim_id.display_name)
            )

    # -- coming to an end -----------------------------------------------------------------------------------------

    @api.model
    def _let_go(self, moves):
        """These entries are about to be deleted. SQL and not the ORM: whoever deletes one need not know of dunning."""
        for company, gone in moves.grouped("company_id").items():
            self.env.cr.execute(
                SQL(
                    "UPDATE dunning_claim SET move_line_id = NULL, ended_on = %s, end_reason = %s"
                    " WHERE move_id = ANY(%s) RETURNING id",
                    company._dunning_today(),
                    DELETED,
                    gone.ids,
                )
            )
            self._tell("debtor.claim_ended", [id_ for (id_,) in self.env.cr.fetchall()])
        self.invalidate_model(["move_line_id", "ended_on", "end_reason"])

    def _why_ended(self):
        """Since when and why it is no claim any more, as a sentence; False while it is one."""
        self.ensure_one()
        if not self.end_reason:
            return False
        reason = dict(self._fields["end_reason"]._description_selection(self.env))[self.end_reason]
        return self.env._("%(reason)s, since %(day)s.", reason=reason, day=format_date(self.env, self.ended_on))
