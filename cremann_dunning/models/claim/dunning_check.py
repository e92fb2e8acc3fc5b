from collections import defaultdict
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.facts import Check
from ...engine.rules import EVERY, SEEN
from ..account_move_sending import INVOICES
from ..event import as_fact

RIGHT, WRONG = "right", "wrong"
QUESTIONS = [
    ("amount", "Is the amount right?"),
    ("term", "Was the term to pay clear?"),
    ("account", "Could it be paid: is the account on it right?"),
    ("received", "Did the debtor receive it?"),
]
ANSWERS = [(RIGHT, "In order"), (WRONG, "Not in order")]
# What the system sees, or does not know; then what a person said, and what only a person can say.
GROUNDS = [
    ("credit_draft", "a credit note of it waits as a draft"),
    ("due_before", "its due date lies before its own date"),
    ("account_closed", "the account to pay into that it names is archived"),
    ("sent_late", "it went out after its due date"),
    ("account_none", "it names no account to pay into"),
    ("account_foreign", "the account that it names belongs to somebody else"),
    ("account_unused", "no bank journal is that of the account that it names"),
    ("sent_unknown", "nobody knows when and how it went out"),
    ("said_amount", "the amount is not right, somebody said"),
    ("said_term", "the term to pay was not clear, somebody said"),
    ("said_account", "the account on it is not right, somebody said"),
    ("said_received", "the debtor did not receive it, somebody said"),
    ("ask_amount", "is the amount right?"),
    ("ask_term", "was the term to pay clear?"),
    ("ask_account", "is the account on it right?"),
    ("ask_received", "did the debtor receive it?"),
]
# (invoice, place of the question, question, ground, whether it stops letters by itself), without those that a person
# answered: of what the system sees the answer to the same ground, of what it does not know any answer.
FOUND = """
WITH m AS (
    SELECT id, company_id, invoice_date, invoice_date_due, partner_bank_id, dunning_sent_on, dunning_sent_how
      FROM account_move WHERE id = ANY(%(moves)s) AND move_type IN %(sales)s
), answers AS (
    SELECT move_id, question, answer, ground FROM dunning_check WHERE active AND move_id = ANY(%(moves)s)
), found (move_id, place, question, ground, stops) AS (
    SELECT DISTINCT reversed_entry_id, 1, 'amount', 'credit_draft', TRUE
      FROM account_move WHERE reversed_entry_id = ANY(%(moves)s) AND state = 'draft'
     UNION ALL
    SELECT id, 2, 'term', 'due_before', TRUE FROM m WHERE invoice_date_due < invoice_date
     UNION ALL
    SELECT id, 2, 'term', 'sent_late', FALSE FROM m
     WHERE invoice_date_due > invoice_date AND dunning_sent_on > invoice_date_due
     UNION ALL
    SELECT m.id, 3, 'account', 'account_none', FALSE FROM m WHERE partner_bank_id IS NULL
     UNION ALL
    SELECT m.id, 3, 'account', CASE WHEN b.active IS NOT TRUE THEN 'account_closed'
                                    WHEN b.partner_id <> c.partner_id THEN 'account_foreign'
                                    ELSE 'account_unused' END, b.active IS NOT TRUE
      FROM m JOIN res_partner_bank b ON b.id = m.partner_bank_id JOIN res_company c ON c.id = m.company_id
     WHERE b.active IS NOT TRUE OR b.partner_id <> c.partner_id
        OR NOT EXISTS (SELECT FROM account_journal j WHERE j.bank_account_id = b.id AND j.active)
     UNION ALL
    SELECT id, 4, 'received', 'sent_unknown', FALSE FROM m WHERE COALESCE(dunning_sent_how, 'unknown') = 'unknown'
     UNION ALL
    SELECT m.id, q.place, q.question, 'ask_' || q.question, FALSE
      FROM m CROSS JOIN (VALUES (1, 'amount'), (2, 'term'), (3, 'account'), (4, 'received')) q (place, question)
     WHERE m.id = ANY(%(every)s)
)
SELECT f.move_id, f.place, f.question, f.ground, f.stops
  FROM found f LEFT JOIN answers a ON a.move_id = f.move_id AND a.question = f.question
 WHERE (f.stops OR %(asked)s::int[] IS NULL OR f.move_id = ANY(%(asked)s))
   AND (a.answer IS NULL OR a.answer = 'right' AND f.stops AND a.ground IS DISTINCT FROM f.ground)
 UNION ALL
SELECT move_id, CASE question WHEN 'amount' THEN 1 WHEN 'term' THEN 2 WHEN 'account' THEN 3 ELSE 4 END, question,
       'said_' || question, TRUE
  FROM answers WHERE answer = 'wrong'
 ORDER BY 1, 2, 5 DESC
"""


class DunningCheck(models.Model):
    """What a person answered to one of the four questions about an invoice, before its first letter.

    An answer is about the invoice as it is: where it is changed and posted again, or goes to its debtor again after it
    was not received, the answer no longer holds. It stays as it was given.
    """

    _name = "dunning.check"
    _description = "Check of an invoice"
    _inherit = ["dunning.record.mixin"]
    _order = "id desc"
    _rec_name = "question"

    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="move_id.commercial_partner_id", store=True, string="Debtor")
    question = fields.Selection(QUESTIONS, required=True, readonly=True)
    answer = fields.Selection(ANSWERS, required=True, readonly=True)
    ground = fields.Selection(GROUNDS, string="What was seen", readonly=True)
    note = fields.Char(string="In words", readonly=True)
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, default=lambda self: self.env.user
    )
    answered_at = fields.Datetime(string="Answered on", required=True, readonly=True, default=fields.Datetime.now)
    active = fields.Boolean(string="Holds", default=True, readonly=True)

    _once = models.UniqueIndex("(move_id, question) WHERE active", "This question has an answer already.")

    @api.model
    def _found(self, move_ids, every=(), asked=None):
        """What is not in order with invoices, or not known of them; one statement.

        :param every: of these a person answers all four questions.
        :param asked: of these what nobody knows is asked; all when None. Of others only what stops letters is of use.
        :return: ``{move id: [(question, ground, whether it stops letters by itself)]}``, the gravest of each first.
        """
        self.env.flush_all()
        about = {"moves": list(move_ids), "every": list(every), "sales": INVOICES}
        about["asked"] = None if asked is None else list(asked)
        found = defaultdict(list)
        for move_id, _place, *row in self.env.execute_query(SQL(FOUND, **about)):
            found[move_id].append(tuple(row))
        return found

    @api.model
    def _put_on(self, debtors, company):
        """Put on claims of which no letter was sent what is to be checked of their invoices, in place.

        An entry that somebody took in was looked at then, and a payment that came back was for an invoice in order.

        :param debtors: lists of ``engine.facts.Claim``.
        """
        # sudo: rules, whoever asks
        rows = self.env["dunning.procedure"].sudo().search([("company_id", "in", (False, company.id))])
        asks = {row.id: row.check_first for row in rows if row.check_first}
        first = {
            claim.move_id: asks[claim.procedure]
            for claims in debtors
            for claim in claims
            if claim.procedure in asks and not (claim.levels_done or claim.taken_in or claim.returned or claim.rest)
        }
        every = [id_ for id_, ask in first.items() if ask == EVERY]
        found = self._found(first, every, [id_ for id_, ask in first.items() if ask != SEEN]) if first else {}
        for claims in debtors if found else ():
            for place, claim in enumerate(claims):
                if claim.move_id in found and not (claim.levels_done or claim.returned or claim.rest):
                    claims[place] = replace(claim, check=self._check(found[claim.move_id]))

    @api.model
    def _check(self, rows):
        """The facts of one invoice. :param rows: see ``_found``."""
        wrong = tuple(ground for _question, ground, stops in rows if stops)
        asked = {}
        for question, ground, stops in rows:
            if not stops:
                asked.setdefault(question, ground)
        return Check(wrong, tuple(asked.values()))

    @api.model
    def _answer(self, answers):
        """Keep what a person says of invoices, in sets; an earlier answer to the same question no longer holds.

        :param answers: ``{invoice: {question: (answer, ground that was seen or False, words or False)}}``.
        :raises UserError: one of them is no posted customer invoice.
        """
        moves = self.env["account.move"].union(*answers)
        self._check_access_of(moves)
        given = {(move.id, question): said for move, own in answers.items() for question, said in own.items()}
        # sudo: nobody writes answers but through here, where rights were asked
        held = self.sudo().search([("move_id", "in", moves.ids)])
        held = held.filtered(lambda check: (check.move_id.id, check.question) in given)
        held.active = False
        held.flush_recordset()  # before those that take their place
        values = [
            {"move_id": move_id, "question": question, "answer": answer, "ground": ground, "note": note}
            for (move_id, question), (answer, ground, note) in given.items()
        ]
        records = self.sudo().create(values)  # as above
        records._tell_answers()
        return records

    def _tell_answers(self):
        """The same answer about several invoices is told of all of them together."""
        items = self.move_id.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        for note, own in self.grouped(lambda check: (check.question, check.answer, check.ground, check.note)).items():
            told = {name: as_fact.choice(own[0], name) for name in ("question", "answer", "ground") if own[0][name]}
            personal = {"note": note[-1]} if note[-1] else {}
            about = items.filtered(lambda line, moves=own.move_id: line.move_id in moves)
            self.env["dunning.claim"]._tell_items("hold.checked", about, personal, **told)

    @api.model
    def _check_access_of(self, moves):
        moves.check_access("read")
        self.env["dunning.case"].check_access("write")
        for move in moves.filtered(lambda move: move.state != "posted" or move.move_type not in INVOICES):
            raise UserError(self.env._("Only a posted customer invoice can be checked. %s is none.", move.display_name))

    @api.model
    def _lapse(self, moves, questions=None):
        """Answers about these invoices hold no longer: what they were about has changed.

        :param questions: only those to these questions; all when None.
        """
        about = [("move_id", "in", moves.ids)]
        if questions:
            about.append(("question", "in", questions))
        self.sudo().search(about).active = False  # sudo: whoever posts or sends an invoice

    @api.model
    def _not_received(self, moves):
        """Of these invoices those of which a person said that the debtor has them not."""
        about = [("move_id", "in", moves.ids), ("question", "=", "received"), ("answer", "=", WRONG)]
        return self.sudo().search(about).move_id  # sudo: whoever sends an invoice
