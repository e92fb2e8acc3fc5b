from markupsafe import Markup

from odoo import api, fields, models

from ..dunning_money import exact
from .dunning_last_look import Why

# What an answer to a dispute says, in the order in which a person would ask; each has a text of its own.
ANSWERS = [
    ("credited", "Credited"),
    ("declined", "Declined"),
    ("plan", "Paid in instalments"),
    ("asked", "An open question"),
    ("handed_over", "Handed over"),
]
ASKED, OVER = "asked", "handed_over"


class DunningLetterAnswerMixin(models.AbstractModel):
    """A letter that answers a dispute, or asks openly what is wrong before any step. It is no step, and moves no claim.

    It leaves as any other letter does, by the same gate and outbox, with the same proof, and has no lines: what it says
    stands on it by value.
    """

    _name = "dunning.letter.answer.mixin"
    _description = "Answer to a dispute"

    answer = fields.Selection(ANSWERS, readonly=True, copy=False)
    dispute_id = fields.Many2one(
        "dunning.dispute", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    plan_id = fields.Many2one("dunning.payment.plan", readonly=True, copy=False, ondelete="set null")
    answer_numbers = fields.Char(string="About", readonly=True, copy=False)
    asked_move_ids = fields.Many2many(
        "account.move", "dunning_letter_asked_move_rel", "letter_id", "move_id", readonly=True, copy=False,
        string="Asked about",
    )  # fmt: skip
    said_paid_on = fields.Date(
        readonly=True, copy=False, help="He said that he paid on this day, and nothing has come in."
    )
    said_paid_text = fields.Char(compute="_compute_answer_parts")
    asked_html = fields.Html(compute="_compute_answer_parts", sanitize=False)
    answer_words = fields.Text(string="Why", readonly=True, copy=False, help="In the words of who answered.")
    answer_credit_notes = fields.Char(string="Credit notes", readonly=True, copy=False)
    credited_text = fields.Char(compute="_compute_answer_parts")
    words_html = fields.Html(compute="_compute_answer_parts", sanitize=False)
    instalments_html = fields.Html(compute="_compute_answer_parts", sanitize=False)
    heading = fields.Char(compute="_compute_heading", help="What kind of letter it is, as it stands above its words.")

    @api.depends("level_id", "answer")
    @api.depends_context("lang")
    def _compute_heading(self):
        for letter in self:
            heading = self.env._("A question") if letter.answer == ASKED else self.env._("Our answer")
            heading = self.env._("Hand-over") if letter.answer == OVER else heading
            letter.heading = heading if letter.answer else letter.level_id.name

    def _compute_answer_parts(self):
        """What the texts of answers take from the letter, in the language of the debtor."""
        for letter in self:
            letter.said_paid_text = letter.said_paid_on and letter._day(letter.said_paid_on)
            letter.credited_text = letter._money(letter.amount_credited) if letter.amount_credited else False
            lines = (letter.answer_words or "").strip().splitlines()
            # typed by a person: every line is escaped
            letter.words_html = Markup("<p>%s</p>") % Markup("<br/>").join(lines) if lines else False
            record = letter.with_context(lang=letter.lang)
            asked = letter._asked_items()
            letter.asked_html = record._part("letter_asked", items=asked) if asked else False
            parts = letter.plan_id.sudo().instalment_ids.sorted("date")  # sudo: what the letter itself says
            letter.instalments_html = record._part("letter_instalments", parts=parts) if parts else False

    def _part(self, template, **values):
        """A part of the text, in the language of whoever reads it."""
        return self.env["ir.qweb"]._render(f"cremann_dunning.{template}", {"letter": self, **values})

    def _amount_to_pay_now(self):
        """What the payment block asks: of a plan its first instalment, so that nobody pays all of it by a code."""
        self.ensure_one()
        first = self.plan_id.sudo().instalment_ids.sorted("date")[:1]  # sudo: as above
        return first.amount if self.answer and first else self.amount_total

    def _asked_moves(self):
        """The invoices that the letter asks to pay: those that it demands, or that it answers about."""
        if self.answer == ASKED:
            return self.asked_move_ids
        return self.dispute_id.move_ids if self.answer and self.answer != OVER else self._demanded_lines().move_id

    def _asked_items(self):
        """What a question is about: ``(number, day of the invoice, due date, what is open)`` of each invoice."""
        moves = self.asked_move_ids.sudo()  # sudo: what the letter itself says
        return [
            (move.name, move.invoice_date, move.invoice_date_due, self._money(move.amount_residual))
            for move in moves.sorted(lambda move: (move.invoice_date_due or move.date, move.id))
        ]

    def _answer_text(self):
        """The text of an answer, for the way in which the debtor is addressed."""
        self.ensure_one()
        known = self.env["ir.model.data"]._xmlid_to_res_id
        name = "handover" if self.answer == OVER else f"answer_{self.answer}{'_paid' if self.said_paid_on else ''}"
        names = [f"cremann_dunning.mail_template_{name}"]
        if self.tone == "informal":
            names.insert(0, f"{names[0]}_informal")
        found = next(filter(None, (known(name, raise_if_not_found=False) for name in names)), False)
        return self.env["mail.template"].browse(found)

    def _answer_amounts(self):
        """The amounts that the text of an answer may name, beside those of every letter."""
        yield exact(self.amount_credited, self.currency_id)
        instalments = self.plan_id.sudo().instalment_ids  # sudo: amounts of its own agreement, whoever checks the text
        yield from (exact(part.amount, self.currency_id) for part in instalments)
        # sudo: as above
        yield from (exact(move.amount_residual, self.currency_id) for move in self.asked_move_ids.sudo())

    def _answer_names(self):
        """What in an answer others chose, or typed."""
        yield from (self.answer_numbers, self.answer_credit_notes)
        if self.answer != ASKED:  # whoever asks writes what the letter says
            yield from (self.answer_words, *(self.answer_words or "").splitlines())

    @api.model
    def _answers_overtaken(self, letters):
        """Why those of these answers should not leave that are no longer right: ``{letter: Why}``."""
        found = {}
        for letter in letters:
            look = self.env["dunning.last.look"]
            if letter.answer == ASKED:
                silent, closed = False, True
                if not self.env["dunning.asking"]._may_ask(letter.asked_move_ids, letter.partner_id, letter):
                    found[letter] = Why(
                        "question_gone", self.env._("Not sent: by now there is nothing to ask about it.")
                    )
                    continue
            else:
                silent = self.env["dunning.insolvency"]._why_silent(letter.dispute_id)
                closed = letter.dispute_id.state == "closed"
            if silent:
                found[letter] = Why("INSOLVENT", silent)
            elif not closed:
                found[letter] = Why("DISPUTED", self.env._("Not sent: the dispute was opened again."))
            elif reason := look._lost_debtor(letter):
                found[letter] = Why("other_debtor", reason)
            elif reason := look._lost_contact(letter):
                found[letter] = Why("contact_gone", reason)
            elif reason := look._lost_address(letter):
                found[letter] = Why("address_changed", reason)
            elif reason := look._lost_days(letter):
                found[letter] = Why("too_few_days", reason)
        return found
