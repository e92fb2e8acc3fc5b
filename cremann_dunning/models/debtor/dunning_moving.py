from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..claim.dunning_claim import READDRESSED

# Cases of contacts that are no debtors of their own any more: what they owe is owed by whom they stand below.
FOLDED = """
SELECT c.id AS case_id, c.company_id, c.partner_id, p.commercial_partner_id AS debtor_id
  FROM dunning_case c JOIN res_partner p ON p.id = c.partner_id
 WHERE p.commercial_partner_id <> c.partner_id AND %(only)s
 ORDER BY c.id
"""
# Claims on a debtor whose booked item is on another one now; they go along where whom the item named then belongs to
# that one today.
ELSEWHERE = """
SELECT c.id AS claim_id, c.company_id, c.case_id, c.partner_id, p.commercial_partner_id AS debtor_id, c.move_id,
       c.number, i.commercial_partner_id IS NOT DISTINCT FROM p.commercial_partner_id AS goes
  FROM dunning_claim c
  JOIN account_move_line l ON l.id = c.move_line_id AND l.parent_state = 'posted'
  JOIN res_partner p ON p.id = l.partner_id AND p.commercial_partner_id <> c.partner_id
  JOIN res_partner o ON o.id = c.partner_id AND o.commercial_partner_id = o.id
  LEFT JOIN res_partner i ON i.id = c.item_partner_id
 WHERE c.ended_on IS NULL AND %(only)s
 ORDER BY c.id
"""
# What names invoices and goes along with them where it names no others; a reply to a letter goes with that.
GOING_ALONG = {
    "dunning.dispute": SQL("TRUE"),
    "dunning.promise": SQL("TRUE"),
    "dunning.payment.plan": SQL("TRUE"),
    "dunning.contact": SQL("TRUE"),
    "dunning.interruption": SQL("TRUE"),
    "dunning.reply": SQL("t.letter_id IS NULL"),
    "dunning.page.act": SQL("TRUE"),
}
# What hangs on a letter and says of which debtor it is.
ON_LETTERS = ("dunning.dispatch", "dunning.opening", "dunning.override")


class Folded(NamedTuple):
    """A row of ``FOLDED``."""

    case_id: int
    company_id: int
    partner_id: int
    debtor_id: int


class Elsewhere(NamedTuple):
    """A row of ``ELSEWHERE``."""

    claim_id: int
    company_id: int
    case_id: int
    partner_id: int
    debtor_id: int
    move_id: int
    number: str
    goes: bool


class DunningMoving(models.AbstractModel):
    """Debtors that become one with another, or one of their own: what was said and noted follows, in sets.

    What belongs to a claim goes along with its item; what belongs to the debtor is that of the debtor of today. SQL and
    not the ORM: nothing that was said changes, and what belongs to a debtor moves in no other way.
    """

    _name = "dunning.moving"
    _description = "Debtors that moved"

    @api.model
    def _follow(self, company=None, partners=None):
        """Bring cases, claims and what belongs to them to the debtors of today. Two statements where nothing moved.

        A debtor with a letter that leaves at this moment is left for the next time.

        :param company: only in this one. :param partners: only what is noted as theirs.
        """
        self.env["account.move.line"].flush_model(["parent_state", "partner_id"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env["dunning.letter"].flush_model()  # what was drafted brings its claims and its case
        this, touched = self.sudo(), defaultdict(set)  # sudo: whoever changes a contact need not know of dunning
        folded = this._fold(this._rows(FOLDED, Folded, company, partners))
        for row in folded + this._move_claims(this._rows(ELSEWHERE, Elsewhere, company, partners)):
            touched[row.company_id] |= {row.partner_id, row.debtor_id}
        for company_id, partner_ids in touched.items():
            there, debtors = this.env["res.company"].browse(company_id), this.env["res.partner"].browse(partner_ids)
            this.env["dunning.case.mixin"].with_company(there)._redecide_debtors(there, debtors)

    @api.model
    def _rows(self, query, kind, company, partners):
        conditions = [
            SQL("c.%s = ANY(%s)", SQL.identifier(name), records.ids)
            for name, records in (("company_id", company), ("partner_id", partners))
            if records is not None
        ]
        self.env.cr.execute(SQL(query, only=SQL(" AND ").join(conditions) if conditions else SQL("TRUE")))
        return [kind(*row) for row in self.env.cr.fetchall()]

    # -- two become one -------------------------------------------------------------------------------------------

    @api.model
    def _fold(self, rows):
        """Everything about these debtors is about those whom they stand below; their case moves there or goes into
        the one that is there.

        :param rows: list of ``Folded``. :return: those that moved.
        """
        if not rows:
            return []
        debtors = {row.case_id: row.debtor_id for row in rows}
        letters = self.env["dunning.readdressing"]._under_way([("case_id", "in", list(debtors))])
        busy = self.env["dunning.readdressing"]._leaving(letters).case_id.ids
        rows = [row for row in rows if row.case_id not in busy]
        letters = letters.filtered(lambda letter: letter.case_id.id not in busy)
        self.env["dunning.readdressing"]._take_back(
            letters, {letter: [debtors[letter.case_id.id]] for letter in letters}
        )
        if not rows:
            return []
        into = self._cases_of(rows)
        self._bring(into)
        self._bring_holds(rows)
        self.env["dunning.care"]._bring({(row.company_id, row.partner_id, row.debtor_id) for row in rows})
        self.env["dunning.insolvency"]._bring({(row.company_id, row.partner_id, row.debtor_id) for row in rows})
        self._retire(rows)
        self._join_chatter({old: new for old, new in into.items() if old != new})
        self._tell_moved([(row.company_id, row.partner_id, row.debtor_id) for row in rows])
        return rows

    @api.model
    def _cases_of(self, rows):
        """The case that each of these cases is part of from now on: one of the new debtor, or else itself, moved.

        :return: ``{case id: case id}``.
        """
        self.env["dunning.case"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_case c
                   SET partner_id = p.id, debtor_kind = p.dunning_debtor_kind, country_id = p.country_id
                  FROM (SELECT DISTINCT ON (company, debtor) * FROM unnest(%s::int[], %s::int[], %s::int[])
                               AS r (id, company, debtor) ORDER BY company, debtor, id) t
                  JOIN res_partner p ON p.id = t.debtor
                 WHERE c.id = t.id AND NOT EXISTS (SELECT FROM dunning_case k
                                                    WHERE k.partner_id = t.debtor AND k.company_id = t.company)
                """,
                [row.case_id for row in rows],
                [row.company_id for row in rows],
                [row.debtor_id for row in rows],
            )
        )
        self.env["dunning.case"].invalidate_model()
        there = self._by_place({(row.company_id, row.debtor_id) for row in rows})
        return {row.case_id: there[row.company_id, row.debtor_id] for row in rows}

    @api.model
    def _by_place(self, places):
        """The cases at these places: ``{(company id, partner id): case id}``."""
        cases = self.env["dunning.case"].with_context(active_test=False)
        found = cases.search(
            [
                ("company_id", "in", list({company_id for company_id, _partner_id in places})),
                ("partner_id", "in", list({partner_id for _company_id, partner_id in places})),
            ],
            order="id",
        )
        return {(case.company_id.id, case.partner_id.id): case.id for case in found}

    @api.model
    def _bring(self, into):
        """What belongs to these cases belongs to those from now on, in whatever table.

        :param into: ``{case id: case id}``, the same one twice where a case has another debtor.
        """
        self.env.flush_all()
        for name, model in sorted(self.env.registry.items()):
            if not model._auto or model._abstract or model._transient:
                continue
            for field in model._fields.values():
                if field.type == "many2one" and field.store and field.comodel_name == "dunning.case":
                    self._bring_table(name, field.name, into)
        self._bring_of_letters([("case_id", "in", list(into.values()))])
        self.env.invalidate_all()

    @api.model
    def _bring_table(self, name, column, into):
        """:param column: the one that names the case; where it says whose, what it says follows."""
        model = self.env[name]
        debtor = column == "case_id" and model._fields.get("partner_id")
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s t SET %(column)s = n.id%(debtor)s"
                "  FROM unnest(%(old)s::int[], %(new)s::int[]) AS m (old, new) JOIN dunning_case n ON n.id = m.new"
                " WHERE t.%(column)s = m.old",
                table=SQL.identifier(model._table),
                column=SQL.identifier(column),
                debtor=SQL(", partner_id = n.partner_id") if debtor and debtor.store else SQL(),
                old=list(into),
                new=list(into.values()),
            )
        )

    @api.model
    def _bring_of_letters(self, domain):
        """What hangs on these letters says whose they are."""
        letters = self.env["dunning.letter"].search(domain)
        for name in ON_LETTERS if letters else ():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s t SET partner_id = f.partner_id FROM dunning_letter f"
                    " WHERE f.id = t.letter_id AND f.id = ANY(%s) AND t.partner_id IS DISTINCT FROM f.partner_id",
                    SQL.identifier(self.env[name]._table),
                    letters.ids,
                )
            )
        self.env.invalidate_all()

    @api.model
    def _bring_holds(self, rows, of_moves=False):
        """Holds of these debtors in these companies are those of the new ones.

        :param of_moves: only those on the invoices of the rows.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_hold h SET partner_id = t.debtor"
                "  FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[]) AS t (company, partner, debtor, move),"
                "       res_partner p"
                " WHERE h.company_id = t.company AND p.id = h.partner_id"
                "   AND (h.partner_id = t.partner OR p.commercial_partner_id = t.partner) AND %s",
                *self._columns(rows, "company_id", "partner_id", "debtor_id"),
                [getattr(row, "move_id", None) for row in rows],
                SQL("h.move_id = t.move") if of_moves else SQL("TRUE"),
            )
        )
        self.env["dunning.hold"].invalidate_model(["partner_id"])

    @api.model
    def _retire(self, rows, of_moves=False):
        """No answer about the old debtor is in force, and what the answers about both rested on is gone."""
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_decision d SET is_current = FALSE"
                "  FROM unnest(%s::int[], %s::int[], %s::int[]) AS t (company, partner, move)"
                " WHERE d.is_current AND d.company_id = t.company AND d.partner_id = t.partner AND %s",
                *self._columns(rows, "company_id", "partner_id"),
                [getattr(row, "move_id", None) for row in rows],
                SQL("d.move_id = t.move") if of_moves else SQL("TRUE"),
            )
        )
        partner_ids = {row.partner_id for row in rows} | {row.debtor_id for row in rows}
        for name in ("dunning.standing", "dunning.freshness"):
            table = SQL.identifier(self.env[name]._table)
            self.env.cr.execute(SQL("DELETE FROM %s WHERE partner_id = ANY(%s)", table, list(partner_ids)))
            self.env[name].invalidate_model()
        self.env["dunning.decision"].invalidate_model(["is_current"])

    @api.model
    def _columns(self, rows, *names):
        return [[getattr(row, name) for row in rows] for name in names]

    @api.model
    def _join_chatter(self, into):
        """What was said in these cases, their activities, files and readers go into those; the empty cases go.

        :param into: ``{case id: case id}``.
        """
        if not into:
            return
        for table, model in (
            ("mail_message", "model"),
            ("mail_activity", "res_model"),
            ("ir_attachment", "res_model"),
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s t SET res_id = m.new FROM unnest(%s::int[], %s::int[]) AS m (old, new)"
                    " WHERE t.%s = 'dunning.case' AND t.res_id = m.old",
                    SQL.identifier(table),
                    list(into),
                    list(into.values()),
                    SQL.identifier(model),
                )
            )
        self.env.cr.execute(
            SQL(
                "INSERT INTO mail_followers (res_model, res_id, partner_id)"
                " SELECT DISTINCT f.res_model, m.new, f.partner_id FROM mail_followers f"
                "   JOIN unnest(%s::int[], %s::int[]) AS m (old, new)"
                "     ON f.res_model = 'dunning.case' AND f.res_id = m.old"
                "  WHERE NOT EXISTS (SELECT FROM mail_followers k WHERE k.res_model = f.res_model"
                "                       AND k.res_id = m.new AND k.partner_id = f.partner_id)",
                list(into),
                list(into.values()),
            )
        )
        self.env.invalidate_all()
        self.env["dunning.case"].with_context(tracking_disable=True).browse(into).unlink()

    # -- one of two goes its own way ------------------------------------------------------------------------------

    @api.model
    def _move_claims(self, rows):
        """These claims go along to the debtors of their items; one whose item names somebody else now has ended.

        :param rows: list of ``Elsewhere``. :return: those that moved or ended.
        """
        if not rows:
            return []
        letters = self.env["dunning.readdressing"]._under_way(
            [("line_ids.claim_id", "in", [row.claim_id for row in rows])]
        )
        busy = self.env["dunning.readdressing"]._leaving(letters).line_ids.claim_id.ids
        rows = [row for row in rows if row.claim_id not in busy]
        debtors = {row.claim_id: row.debtor_id for row in rows}
        owed_by = {letter: {debtors.get(id_) for id_ in letter.line_ids.claim_id.ids} - {None} for letter in letters}
        self.env["dunning.readdressing"]._take_back(letters, owed_by)
        self._end([row for row in rows if not row.goes])
        self._go([row for row in rows if row.goes])
        if rows:
            self._bring_holds(rows, of_moves=True)
            self._retire(rows, of_moves=True)
            self.env.invalidate_all()
            moves = self.env["account.move"].browse({row.move_id for row in rows})
            self.env["dunning.contact"]._show_levels(moves)
        return rows

    @api.model
    def _end(self, rows):
        """The items of these claims name somebody else than who was written to: nothing of it counts for him."""
        if not rows:
            return
        ids = [row.claim_id for row in rows]
        self.env.cr.execute(SQL("UPDATE dunning_claim SET move_line_id = NULL WHERE id = ANY(%s)", ids))
        self.env["dunning.following"]._end(dict.fromkeys(ids, (None, READDRESSED)))
        self.env["dunning.claim"].invalidate_model()
        self.env["dunning.rectification"]._propose(self.env["dunning.claim"].browse(ids))

    @api.model
    def _go(self, rows):
        """Claims, and of what was said and noted all that is about nobody else's, go to the case of the new debtor."""
        if not rows:
            return
        companies, partners = self.env["res.company"], self.env["res.partner"]
        for company_id in {row.company_id for row in rows}:
            debtors = partners.browse({row.debtor_id for row in rows if row.company_id == company_id})
            self.env["dunning.figures"]._open_missing(debtors, companies.browse(company_id))
        cases = self._by_place({(row.company_id, row.debtor_id) for row in rows})
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_claim q SET case_id = c.id, partner_id = c.partner_id, item_partner_id = l.partner_id"
                "  FROM unnest(%s::int[], %s::int[]) AS t (id, case_id) JOIN dunning_case c ON c.id = t.case_id,"
                "       account_move_line l WHERE q.id = t.id AND l.id = q.move_line_id",
                [row.claim_id for row in rows],
                [cases[row.company_id, row.debtor_id] for row in rows],
            )
        )
        self._bring_letters([row.claim_id for row in rows])
        for name in GOING_ALONG:
            self._bring_naming(name, rows)
        self.env["dunning.agreement.letters"]._follow_agreements()
        self.env.invalidate_all()
        self._tell_gone(rows)

    @api.model
    def _bring_letters(self, claim_ids):
        """Letters about these claims and no others, with the replies to them, go to the case of the claims."""
        self.env.cr.execute(
            SQL(
                """
                WITH whole AS (
                    SELECT k.letter_id, MIN(q.case_id) AS case_id
                      FROM dunning_letter_line k JOIN dunning_claim q ON q.id = k.claim_id
                     WHERE k.letter_id IN (SELECT letter_id FROM dunning_letter_line WHERE claim_id = ANY(%s))
                     GROUP BY k.letter_id HAVING MIN(q.case_id) = MAX(q.case_id)
                ), moved AS (
                    UPDATE dunning_letter f SET case_id = c.id, partner_id = c.partner_id
                      FROM whole w JOIN dunning_case c ON c.id = w.case_id
                     WHERE f.id = w.letter_id AND f.case_id <> c.id
                 RETURNING f.id, f.case_id, f.partner_id
                ), replies AS (
                    UPDATE dunning_reply r SET case_id = m.case_id, partner_id = m.partner_id
                      FROM moved m WHERE m.id = r.letter_id
                )
                SELECT id FROM moved
                """,
                claim_ids,
            )
        )
        self._bring_of_letters([("id", "in", [id_ for (id_,) in self.env.cr.fetchall()])])

    @api.model
    def _bring_naming(self, name, rows):
        """What names these invoices and no others goes to the case of their claims. What names those of both debtors
        stays one thing where it is, and holds for all that it names, see ``dunning.case.mixin._about``."""
        model = self.env[name]
        field = model._fields["move_ids"]
        self.env.cr.execute(
            SQL(
                """
                WITH whole AS (
                    SELECT r.%(own)s AS id, MIN(q.case_id) AS case_id
                      FROM %(relation)s r JOIN %(table)s o ON o.id = r.%(own)s
                      JOIN account_move m ON m.id = r.%(move)s
                      JOIN dunning_claim q ON q.move_id = m.id AND q.ended_on IS NULL
                       AND (m.move_type <> 'entry' OR q.case_id = o.case_id OR q.id = ANY(%(claims)s))
                     WHERE r.%(own)s IN (SELECT %(own)s FROM %(relation)s WHERE %(move)s = ANY(%(moves)s))
                     GROUP BY r.%(own)s HAVING MIN(q.case_id) = MAX(q.case_id)
                )
                UPDATE %(table)s t SET case_id = c.id, partner_id = c.partner_id
                  FROM whole w JOIN dunning_case c ON c.id = w.case_id
                 WHERE t.id = w.id AND t.case_id <> c.id AND t.company_id = c.company_id AND %(only)s
                """,
                table=SQL.identifier(model._table),
                moves=[row.move_id for row in rows],
                claims=[row.claim_id for row in rows],
                only=GOING_ALONG[name],
                relation=SQL.identifier(field.relation),
                own=SQL.identifier(field.column1),
                move=SQL.identifier(field.column2),
            )
        )
