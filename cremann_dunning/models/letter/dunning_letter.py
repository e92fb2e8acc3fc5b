import logging
from collections import defaultdict
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.pdf import PdfReadError

from odoo.addons.base.models.ir_qweb import QWebError

from ...engine import rules
from ...engine.decide import settled
from ...law import calendar
from ...law.calendar import add_months
from ...law.errors import LawError
from ..res_company import TONES
from ..rules.dunning_level import LEGAL_TYPES
from ..rules.dunning_level_channel import LETTER_CHANNELS
from ..run import dunning_bulk
from . import (  # the mixins before the model that is made of them
    dunning_letter_companion_mixin,  # noqa: F401
    dunning_letter_delivery_mixin,  # noqa: F401
    dunning_letter_files_mixin,  # noqa: F401
    dunning_letter_outcome_mixin,  # noqa: F401
    dunning_letter_page_mixin,  # noqa: F401
    dunning_letter_paper_copy_mixin,  # noqa: F401
    dunning_letter_pdf_mixin,  # noqa: F401
    dunning_letter_posting_mixin,  # noqa: F401
    dunning_letter_receipt_mixin,  # noqa: F401
    dunning_letter_recipient_mixin,  # noqa: F401
    dunning_letter_text_mixin,  # noqa: F401
    dunning_message_mixin,  # noqa: F401
)

_logger = logging.getLogger(__name__)

# What people may write on a letter, at any time.
CHATTER = {"message_main_attachment_id", "activity_ids", "message_ids", "message_follower_ids"}

# What may still change on a letter that was issued: what happens to it, never what it says.
AFTER_ISSUE = CHATTER | {
    "state", "email_to", "sent_on", "sent_at", "mail_id", "message_id", "error", "cancel_reason", "term_first_day",
    "term_last_day", "claimable_from", "default_from", "follow_up_pending", "refusal_codes", "copy_to",
    "access_token", "failure", "on_paper_instead", "outcome",
}  # fmt: skip


class DunningLetter(models.Model):
    """One document to one debtor. Draft until issued; then numbered, frozen and kept as the PDF that went out."""

    _name = "dunning.letter"
    _description = "Dunning letter"
    _inherit = [  # our own first: they refine what mail.thread does
        "dunning.letter.text.mixin",
        "dunning.letter.pdf.mixin",
        "dunning.letter.delivery.mixin",
        "dunning.letter.recipient.mixin",
        "dunning.letter.page.mixin",
        "dunning.letter.receipt.mixin",
        "dunning.letter.files.mixin",
        "dunning.letter.outcome.mixin",
        "dunning.letter.paper.copy.mixin",
        "dunning.letter.posting.mixin",
        "dunning.letter.companion.mixin",
        "dunning.message.mixin",
        "dunning.followers.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("issued", "To be sent"),
            ("sent", "Sent"),
            ("failed", "Not delivered"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True, index=True)  # as its case has
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    run_id = fields.Many2one("dunning.run", readonly=True, index=True, ondelete="set null")
    case_id = fields.Many2one("dunning.case", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, readonly=True, index=True, ondelete="restrict"
    )
    contact_id = fields.Many2one("res.partner", string="Sent to", required=True, readonly=True, ondelete="restrict")
    email_to = fields.Char(string="E-mail address", readonly=True)
    user_id = fields.Many2one("res.users", string="Signed by", readonly=True)
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(), string="Language", required=True, readonly=True
    )
    tone = fields.Selection(TONES, required=True, default="formal", readonly=True, help="How the letter says you.")
    debtor_kind = fields.Char(readonly=True)
    procedure_id = fields.Many2one("dunning.procedure", readonly=True, index=True, ondelete="restrict")
    level_id = fields.Many2one("dunning.level", required=True, readonly=True, index=True, ondelete="restrict")
    legal_type = fields.Selection(LEGAL_TYPES, required=True, readonly=True)
    regime_id = fields.Many2one("dunning.regime", string="Rules", readonly=True, ondelete="restrict")
    channel = fields.Selection(LETTER_CHANNELS, required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    deadline = fields.Date(string="Pay before or on", readonly=True)
    line_ids = fields.One2many("dunning.letter.line", "letter_id", readonly=True, copy=False)

    amount_principal = fields.Monetary(string="Principal", readonly=True)
    amount_interest = fields.Monetary(string="Interest", readonly=True)
    amount_interest_day = fields.Monetary(string="Interest per day", readonly=True)
    amount_costs = fields.Monetary(string="Costs", readonly=True)
    amount_costs_announced = fields.Monetary(string="Costs announced", readonly=True)
    amount_costs_vat = fields.Monetary(
        string="VAT in the costs", readonly=True, help="Part of the costs, or of the costs announced."
    )
    costs_vat_rate = fields.Float(string="VAT rate of the costs", digits=(5, 2), readonly=True)
    amount_total = fields.Monetary(string="To pay", readonly=True)
    amount_listed = fields.Monetary(
        string="Also open", readonly=True, help="Other open invoices that the letter lists and does not demand."
    )

    subject = fields.Char(readonly=True)
    # Not sanitized: it is made from our own templates with every value escaped, and has to stay byte for byte.
    body = fields.Html(readonly=True, sanitize=False)
    terms_version = fields.Char(
        string="General terms",
        readonly=True,
        copy=False,
        help="Version of the company's general terms on the day of issue.",
    )
    pdf_file = fields.Binary(string="PDF", attachment=True, readonly=True, copy=False)
    pdf_name = fields.Char(compute="_compute_pdf_name")
    pdf_sha256 = fields.Char(string="SHA-256 of the PDF", readonly=True, copy=False)

    term_first_day = fields.Date(string="First day of the free term", readonly=True)
    term_last_day = fields.Date(string="Last day of the free term", readonly=True)
    claimable_from = fields.Date(string="Costs from", readonly=True, help="First day after the free term.")
    default_from = fields.Date(
        string="In default from",
        readonly=True,
        help="First day after the term to pay that this letter gave, counted from the day it was received (art. 6:82 "
        "BW).",
    )

    refusal_codes = fields.Char(readonly=True, copy=False, help="What the rules held against it, as codes.")
    refusal = fields.Char(
        string="Stopped by the rules", compute="_compute_refusal", help="Why this letter may not go as it is."
    )
    refusal_is_final = fields.Boolean(compute="_compute_refusal")
    override_ids = fields.One2many("dunning.override", "letter_id", string="Overrides", readonly=True, copy=False)

    mail_id = fields.Many2one("mail.mail", readonly=True, copy=False, ondelete="set null")
    message_id = fields.Char(string="Message-ID", readonly=True, copy=False)
    sent_on = fields.Date(readonly=True, copy=False)
    sent_at = fields.Datetime(readonly=True, copy=False)
    follow_up_pending = fields.Boolean(readonly=True, copy=False, help="Invoices and case have yet to follow.")
    error = fields.Char(readonly=True, copy=False, help="What went wrong, until somebody has dealt with it.")
    cancel_reason = fields.Char(readonly=True, copy=False)
    create_uid = dunning_bulk.UnguardedAuthor("res.users", string="Created by", readonly=True)
    write_uid = dunning_bulk.UnguardedAuthor("res.users", string="Last Updated by", readonly=True)

    _sent_idx = models.Index("(company_id, partner_id, sent_on) WHERE state = 'sent'")
    _pending_idx = models.Index("(company_id) WHERE follow_up_pending IS TRUE")

    # -- reading --------------------------------------------------------------------------------------------------

    @api.depends("name", "level_id", "partner_id")
    def _compute_display_name(self):
        for letter in self:
            number = letter.name if letter.name != "/" else self.env._("Draft")
            letter.display_name = f"{number} · {letter.level_id.name} · {letter.partner_id.name}"

    @api.depends("name", "state")
    def _compute_pdf_name(self):
        """File name of the stored PDF; nothing for a letter that has none, so that no draft is ever stored."""
        for letter in self:
            letter.pdf_name = f"{letter.name.replace('/', '-')}.pdf" if letter.pdf_file else False

    @api.depends("state", "override_ids", "line_ids", "body")
    @api.depends_context("lang")
    def _compute_refusal(self):
        """What the gate says of a letter that has not gone out, at the moment of looking."""
        gate = self.env["dunning.gate"].sudo()  # asks about settings and texts that the reader need not open
        waiting = self.filtered(lambda letter: letter.id and letter.state in ("draft", "issued", "failed"))
        answers = gate._check(waiting.sudo(), texts=waiting.sudo()._words_to_come())
        self.refusal, self.refusal_is_final = False, False
        for letter in waiting:
            if refusals := answers[letter.sudo()]:
                letter.refusal = gate._explain(refusals, letter)
                letter.refusal_is_final = any(refusal.final for refusal in refusals)

    def _demanded_lines(self):
        """The lines that the letter asks money for."""
        return self.line_ids.filtered("principal_part")

    def _required_elements(self):
        """What the regime wants in a letter of this type, as values of the engine."""
        self.ensure_one()
        needs = self.regime_id.requirement_ids.filtered(lambda line: line.legal_type == self.legal_type)
        return needs.element_ids._gate_elements(self)

    @api.model
    def _earlier_costs(self, company, partner_ids, on):
        """Costs that statutory notices announced to these debtors before, without VAT.

        :return: ``{partner id: [(day, amount), ...]}``, of the last two years at most: nobody looks back further.
        """
        if not partner_ids:
            return {}
        rows = self.sudo()._read_group(  # figures of the same company, whoever proposes
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("state", "=", "sent"),
                ("legal_type", "=", rules.STATUTORY_NOTICE),
                ("sent_on", ">=", add_months(on, -24)),
                ("amount_costs_announced", ">", 0),
                ("id", "not in", self.ids),
            ],
            ["partner_id", "sent_on:day"],
            ["amount_costs_announced:sum", "amount_costs_vat:sum", "currency_id:recordset"],
        )
        decimal, found = self.env["dunning.run"]._decimal, defaultdict(list)
        for partner, day, announced, vat, currencies in rows:
            found[partner.id].append((day, decimal(announced - vat, currencies[:1])))
        return found

    # -- making ---------------------------------------------------------------------------------------------------

    @api.model
    def _prepare_vals(self, plan, debtor, context):
        """Values of a draft for one plan of the engine.

        :param plan: ``engine.decide.LetterPlan``.
        :param debtor: its ``engine.facts.Debtor``.
        :param context: a ``RunContext`` with what the whole batch shares (dates, records, rules).
        :raises RegimeError: when a rate or scale that the letter needs is missing.
        """
        level = context.levels[plan.level.id]
        whole = level.legal_type in (rules.REMINDER, rules.PRE_DUE)
        kind = min((decision.claim.kind for decision in plan.decisions), key=context.protection)
        asked = [(decision, _is_demanded(decision, whole, context.date)) for decision in plan.decisions]
        regime = context.rules(debtor, kind, [decision for decision, demanded in asked if demanded])
        on_it = [(decision, demanded) for decision, demanded in asked if demanded or decision.code != "LISTED"]
        claims = [context.on_letter(decision, plan.procedure, demanded) for decision, demanded in on_it]
        charges = context.charges(debtor, regime, level, kind, plan.currency, claims)
        amounts, interest = context.amounts(charges, level, context.lang(debtor, plan.recipient), context.tone(debtor))
        lines = [context.line_vals(decision, demanded, interest) for decision, demanded in asked]
        vals = self._prepare_head(plan, debtor, context, kind, regime)
        vals |= {
            "amount_listed": sum(line["amount_open"] for line in lines if not line["principal_part"]),
            "line_ids": [Command.create(line) for line in lines],
            **amounts,
        }
        context.check(charges, vals, claims, debtor, plan.procedure)
        return vals

    @api.model
    def _prepare_head(self, plan, debtor, context, kind, regime):
        """Who writes to whom, about what and under which rules."""
        level = context.levels[plan.level.id]
        return {
            "company_id": context.company.id,
            "currency_id": context.currencies[plan.currency].id,
            "run_id": context.run._origin.id,
            "case_id": context.cases[debtor.partner_id].id,
            "partner_id": debtor.partner_id,
            "contact_id": plan.recipient.contact.id if plan.recipient else debtor.partner_id,
            "contact_facts": self.env["dunning.recipient"]._facts(plan.recipient),
            "copy_partner_id": context.copy_for(level, debtor),
            "user_id": context.signer_of(level).id,
            "lang": context.lang(debtor, plan.recipient),
            "tone": context.tone(debtor),
            "debtor_kind": kind,
            "procedure_id": plan.procedure.id,
            "level_id": level.id,
            "legal_type": level.legal_type,
            "regime_id": regime.id,
            "channel": plan.channel,
            "date": context.date,
            "deadline": context.deadline(level),
        }

    @api.model
    def _insert_drafts(self, vals_list):
        """Drafts and their lines in two statements, whatever their number; nothing is in the caches afterwards.

        :param vals_list: what ``_prepare_vals`` gives.
        """
        self.env.flush_all()
        heads = [{name: value for name, value in vals.items() if name != "line_ids"} for vals in vals_list]
        letters = dunning_bulk.insert(self, [head | {"state": "draft", "outcome": False} for head in heads])
        dunning_bulk.insert(
            self.env["dunning.letter.line"],
            [
                line
                | {"letter_id": letter_id, "state": "draft"}
                | {name: vals[name] for name in ("company_id", "currency_id")}
                for letter_id, vals in zip(letters._ids, vals_list, strict=True)
                for _command, _id, line in vals["line_ids"]
            ],
        )
        self.env.invalidate_all(flush=False)
        return letters

    def _same_as(self, vals_list):
        """Which of these drafts say exactly what new ones would: ``{index in vals_list: draft id}``.

        :param vals_list: what ``_prepare_vals`` gives.
        """
        if not vals_list:
            return {}
        lines = self.env["dunning.letter.line"]
        names = [name for name in vals_list[0] if name != "line_ids"]
        of_line = sorted({name for vals in vals_list for _command, _id, line in vals["line_ids"] for name in line})
        heads = dunning_bulk.read(self, names, "id", self.ids)
        bodies = dunning_bulk.read(lines, of_line, "letter_id", self.ids)
        known = {(*heads[id_][0], *bodies.get(id_, ())): id_ for id_ in heads}
        read_head, read_line = dunning_bulk.reader(self, names), dunning_bulk.reader(lines, of_line)
        found = {}
        for index, vals in enumerate(vals_list):
            body = [read_line(line) for _command, _id, line in vals["line_ids"]]
            if id_ := known.get((*read_head(vals), *body)):
                found[index] = id_
        return found

    def _discard(self):
        """Drafts make way for new ones; what is on record already is cancelled instead."""
        kept = self.filtered(lambda letter: letter.name != "/" or letter.override_ids)
        kept._cancel(self.env._("Made anew: the run was proposed again."))
        (self - kept).unlink()

    @api.model
    def _deadline(self, country_code, day, term_days):
        """Last day to pay that a letter prints; a weekend or holiday moves it on, as the Algemene termijnenwet does."""
        last = day + timedelta(days=term_days)
        try:
            return calendar.next_working_day(country_code, last)
        except LawError:  # a country without a known calendar: the day itself
            return last

    def _bring_up_to_today(self):
        """Date a draft of an earlier day today, so that the debtor gets all the days that its level gives."""
        self.ensure_one()
        today = self.company_id._dunning_today()
        if self.date != today:
            country = self.company_id.country_id.code or "NL"
            term = self.level_id.payment_term_days
            self.write({"date": today, "deadline": self.deadline and self._deadline(country, today, term)})

    # -- issuing --------------------------------------------------------------------------------------------------

    def _issue(self):
        """Number, freeze and store these drafts as PDF, and put the mails of those that go by mail in the outbox.

        The whole batch at once; when that fails, one by one in a savepoint each, so that the error stays on the
        letter that has it.
        """
        drafts = self.filtered(lambda letter: letter.state == "draft")
        if not drafts:
            return
        drafts.company_id._dunning_require_on()
        try:
            with self.env.cr.savepoint():
                drafts._issue_batch()
        except self._business_errors() as error:
            _logger.info("Issuing %s letters one by one: %s", len(drafts), error)
            for letter in drafts:
                letter._issue_alone()

    @api.model
    def _business_errors(self):
        """What may be kept on a letter. A conflict in the database never is: the transaction starts again."""
        return (UserError, QWebError, ValueError, KeyError, AttributeError, TypeError, OSError, PdfReadError)

    def _issue_alone(self):
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._issue_batch()
        except self._business_errors() as error:
            _logger.warning("Letter %s to %s could not be made: %s", self.id, self.partner_id.id, error)
            self._register_failure(str(error), "error")

    def _issue_batch(self):
        if self.filtered(lambda letter: not letter._letter_text()):
            raise UserError(self.env._("The level has no text. Choose a text on the level."))
        self.filtered(lambda letter: letter.company_id.dunning_mode == "test").is_test = True
        self._number()
        self._give_keys()
        self._fall_to_paper()
        self._freeze_text()
        passed = self - self._stop_at_gate()
        passed._store_pdfs()
        passed.write({"state": "issued", "error": False, "refusal_codes": False})
        passed.filtered(lambda letter: letter.channel == "email" or letter.is_test)._make_mails()
        passed._hand_to_service()

    def _stop_at_gate(self, leaving=False):
        """Hold back those of these letters that the rules stop, with the reason on them; return them.

        Every path ends here: issuing from a run, a button, a server action or the daily job, a mail that is about to
        leave, a letter that is put in the post. A mail that comes at the wrong hour is put off instead.

        :param leaving: whether they are about to be mailed.
        """
        gate = self.env["dunning.gate"]
        stopped = self.browse()
        for letter, refusals in gate._check(self, leaving).items():
            if not refusals:
                continue
            stopped |= letter
            if later := gate._later(refusals):
                letter.mail_id.sudo().scheduled_date = later  # the outbox belongs to the system
            else:
                letter._refuse(refusals)
        return stopped

    def _refuse(self, refusals):
        """Keep on the letter why the rules stop it; a mail that waited for it is taken back."""
        self.ensure_one()
        self.mail_id.sudo().filtered(lambda mail: mail.state == "outgoing").cancel()  # the outbox is the system's
        self.refusal_codes = " ".join(refusal.code for refusal in refusals)
        env = self.with_context(lang=self.user_id.lang or self.env.lang).env
        self._register_failure(env["dunning.gate"]._explain(refusals, self), "stopped")

    def _number(self):
        """Numbers from the company's own series, handed out when a letter becomes final."""
        unnamed = self.filtered(lambda letter: letter.name == "/")
        for letter in unnamed.filtered("is_test"):  # no hole in the series
            letter.name = f"TEST/{letter.id}"
        unnamed = unnamed.filtered(lambda letter: not letter.is_test)
        for (company, day), letters in unnamed.grouped(lambda letter: (letter.company_id, letter.date)).items():
            for letter, number in zip(letters, company._dunning_numbers(len(letters), day), strict=True):
                letter.name = number

    # -- sending --------------------------------------------------------------------------------------------------

    def _message_track(self, fields_iter, initial_values_dict):
        """What Odoo writes in the chatter when a tracked field changes, for all letters of a batch at once."""
        extras = ("mail.tracking.message", "mail.tracking.author")
        if len(self) == 1 or any(self.env.cr.precommit.data.get(f"{extra}.{self._name}") for extra in extras):
            return super()._message_track(fields_iter, initial_values_dict)
        letters = self.exists()
        tracked = self.fields_get(fields_iter, attributes=("string", "type", "selection", "currency_field"))
        tracking = {letter.id: letter._mail_track(tracked, initial_values_dict[letter.id]) for letter in letters}
        changed = letters.filtered(lambda letter: tracking[letter.id][1])
        messages = changed._message_log_batch({})
        # sudo: the chatter is written by the system, as in Odoo
        self.env["mail.tracking.value"].sudo().create(
            [
                values | {"mail_message_id": message.id}
                for letter, message in zip(changed, messages, strict=True)
                for _command, _id, values in tracking[letter.id][1]
            ]
        )
        return tracking

    def _stop_if_settled(self):
        """Cancel those of these letters whose claims have changed since; return them.

        Called at the moment of sending.
        """
        reasons = self._settled_reasons()
        for letter, reason in reasons.items():
            letter._cancel(reason)
        return self.browse().union(*reasons)

    def _settled_reasons(self, states=("draft", "issued")):
        """Why those of these letters should not leave whose claims have changed since: ``{letter: reason}``.

        Facts are gathered again with the letters themselves left out.

        :param states: those of letters that can still leave.
        """
        reasons = {}
        waiting = self.filtered(lambda letter: letter.state in states)
        for company, letters in waiting.grouped("company_id").items():
            outcomes = self.env["dunning.run"]._decide_now(company, letters)
            for letter in letters:
                if letter._is_late_notice():
                    reasons[letter] = self.env._("Not sent: an invoice on it is past its due date by now.")
                    continue
                if reason := letter._lost_contact():
                    reasons[letter] = reason
                    continue
                asked = letter._asked()
                outcome = outcomes.get(letter.partner_id.id)
                if changed := settled(outcome, asked) if outcome else dict.fromkeys(asked):
                    reasons[letter] = letter._stop_reason(changed)
        return reasons

    def _is_late_notice(self):
        """Whether this is a notice before the due date that did not leave in time."""
        self.ensure_one()
        today = self.company_id._dunning_today()
        return self.legal_type == rules.PRE_DUE and any(line.date_due < today for line in self.line_ids)

    def _asked(self):
        """What the letter demands: exact amount per receivable line."""
        self.ensure_one()
        return {
            line.move_line_id.id: self.env["dunning.run"]._decimal(line.amount_open, self.currency_id)
            for line in self.line_ids
            if line.level_id
        }

    def _stop_reason(self, changed):
        self.ensure_one()
        decision = next((decision for decision in changed.values() if decision), None)
        if decision is None:
            return self.env._(
                "Not sent: an invoice on it was paid, credited, disputed or changed after the letter was made."
            )
        sentence = self.env["dunning.run"]._sentence(decision, self.company_id)
        return self.env._("Not sent: %s", sentence)

    def _cancel(self, reason):
        """Take back letters that have not gone out; nothing moves, and the claims are free for a new proposal."""
        # sudo: the mail in the outbox belongs to the system
        self.mail_id.sudo().filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()
        self.write({"state": "cancelled", "cancel_reason": reason})
        self._call_back_service()
        self._call_back_copies(reason)

    # -- buttons --------------------------------------------------------------------------------------------------

    def action_cancel(self):
        """Cancel letters that have not gone out."""
        if self.filtered(lambda letter: letter.state == "sent"):
            raise UserError(
                self.env._(
                    "The debtor has this letter already. A manager can take it back: it stays on record, and its level "
                    "no longer counts."
                )
            )
        letters = self.sudo()  # evidence is written by the system
        letters._cancel(self.env._("Cancelled by %s", self.env.user.name))
        letters._let_claims_follow()
        return True

    def action_withdraw(self):
        """Ask a manager why letters that were sent are taken back."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take back"),
            "res_model": "dunning.withdrawal.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_letter_ids": self.ids},
        }

    def _withdraw(self, reason, user):
        """Take back letters that were sent, the last one first: they stay on record, and their levels go back.

        Nothing that a letter announced counts any more: no term that ran, no costs. The debtor had it all the same, so
        the next letter keeps its distance.

        :raises UserError: when a later letter or contact builds on one of them.
        """
        wrong = self.filtered(lambda letter: letter.state != "sent")
        if wrong:
            raise UserError(self.env._("%s was not sent. Cancel it instead.", wrong[0].display_name))
        for letter in self.sorted(lambda letter: (letter.sent_at, letter.id), reverse=True):
            letter._check_nothing_follows()
            taken_back = self.env._("Taken back by %s", user.name)
            letter.write({"state": "cancelled", "cancel_reason": taken_back})
            letter._call_back_copies(taken_back)
            letter.message_post(body=self.env._("%(user)s took this letter back: %(why)s", user=user.name, why=reason))
        self._move_levels()
        self._let_claims_follow()

    def _check_nothing_follows(self):
        """The highest level goes first: what came after this letter builds on it.

        :raises UserError: names what has to be taken back before.
        """
        self.ensure_one()
        claims = self.line_ids.filtered("level_id").move_line_id
        later = self.env["dunning.letter.line"].search(
            [
                ("move_line_id", "in", claims.ids),
                ("level_id", "!=", False),
                ("letter_id", "!=", self.id),
                ("state", "=", "sent"),
                ("letter_id.sent_at", ">=", self.sent_at),
            ]
        )
        if top := later.letter_id.sorted(lambda letter: (letter.sent_at, letter.id))[-1:]:
            raise UserError(
                self.env._(
                    "%(later)s was sent after %(letter)s and builds on it. Take that one back first.",
                    later=top.display_name,
                    letter=self.name,
                )
            )
        if contact := self.env["dunning.contact"]._counted_after(claims, self.sent_on):
            raise UserError(
                self.env._(
                    "%(contact)s counted as a step after %(letter)s and builds on it. Archive that contact first.",
                    contact=contact.display_name,
                    letter=self.name,
                )
            )

    def _one_per_debtor(self):
        """The first letter of each debtor and currency: after it has left, the others are looked at again.

        Two debtors that became one may both have a letter in the outbox.
        """
        groups = self.grouped(lambda letter: (letter.company_id, letter.partner_id, letter.currency_id, letter.is_test))
        return self.browse().union(*(letters[:1] for letters in groups.values()))

    def _for_manager(self):
        """Those of these letters that only a manager confirms, and none of them for a manager."""
        if self.env.user.has_group("cremann_dunning.group_dunning_manager"):
            return self.browse()
        return self.filtered(lambda letter: letter.level_id.approval == "manager")

    def _let_claims_follow(self):
        """Decide again about what stood on these letters."""
        for company, letters in self.grouped("company_id").items():
            self.env["dunning.run"]._redecide(company, letters.partner_id)

    def action_retry(self):
        """Try to deliver again what failed, after the cause was mended."""
        failed = self.filtered(lambda letter: letter.state == "failed").sudo()  # evidence is written by the system
        failed.company_id._dunning_require_on()
        for letter in failed:
            letter.mail_id.filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()
        fresh = failed.filtered(lambda letter: not letter.pdf_file)
        fresh.write({"state": "draft", "error": False})
        fresh._issue()
        again = failed - fresh
        again.write({"state": "issued", "error": False, "refusal_codes": False, "on_paper_instead": False})
        again -= again._stop_at_gate()
        again.filtered(lambda letter: letter.channel == "email" or letter.is_test)._make_mails()
        again._hand_to_service()
        return True

    def action_on_paper(self):
        """Send on paper what could not be mailed: the same letter, printed."""
        letters = self.filtered(
            lambda letter: letter.state == "failed" and letter.pdf_file and not letter.is_test
        ).sudo()  # evidence is written by the system
        if not letters:
            raise UserError(self.env._("Only a letter that was made and not delivered can go on paper instead."))
        if any(letter.legal_type == rules.STATUTORY_NOTICE for letter in letters):
            raise UserError(
                self.env._("A statutory notice names how it was sent. Cancel it and propose a new one on paper.")
            )
        letters.mail_id.filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()
        letters._call_back_service()
        letters._call_back_copies(self.env._("The letter itself goes on paper."))
        letters.write({"state": "issued", "error": False, "on_paper_instead": True})
        if stopped := letters._stop_at_gate():
            raise UserError(stopped[:1].error)
        return letters.action_print()

    def action_print(self):
        """The stored PDFs as one file, for the printer; a draft is printed as a preview."""
        return self.env.ref("cremann_dunning.dunning_letter_report").report_action(self, config=False)

    def action_mark_posted(self):
        """Confirm that letters on paper were posted today. Only then does the level move."""
        reasons = self._post_on(was_posted=self.env.context.get("dunning_was_posted"))
        return self._keep_out_of_the_post(reasons) if reasons else True

    def action_was_posted(self):
        """Mark a letter as posted although its claims have changed since: it was in the post before anybody knew."""
        return self.with_context(dunning_was_posted=True).action_mark_posted()

    @api.model
    def _keep_out_of_the_post(self, reasons):
        """Tell which letters must not be posted any more; they are on paper already, so a person has to act."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Take these out of the post and cancel them"),
                "message": "\n".join(f"{letter.name}: {reason}" for letter, reason in reasons.items()),
                "type": "warning",
                "sticky": True,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_send_now(self):
        """Empty the outbox for these letters at once instead of within a few minutes."""
        self.company_id._dunning_require_on()
        mails = self.mail_id.sudo().filtered(lambda mail: mail.state == "outgoing")  # the outbox is the system's
        mails.send(auto_commit=self.env["dunning.run"]._may_commit())
        if len(self) == 1 and self.state == "issued" and self.mail_id.sudo().scheduled_date:
            refusals = self.env["dunning.gate"].sudo()._check(self.sudo(), leaving=True)[self.sudo()]
            if refusals:
                raise UserError(self.env["dunning.gate"]._explain(refusals, self))
        return True

    def _readers(self):
        """A message about a letter goes to whoever got the letter."""
        return {letter: letter.contact_id for letter in self}

    def _tone(self):
        self.ensure_one()
        return self.tone

    def action_thank(self):
        """Write a word of thanks: everything on the letter was paid."""
        return self._compose_about_sent("thank_you")

    def action_rectify(self):
        """Write that the letter was not right, because the debtor had paid before."""
        return self._compose_about_sent("rectification")

    def _compose_about_sent(self, name):
        self.ensure_one()
        if self.state != "sent":
            raise UserError(self.env._("The debtor did not get this letter, so there is nothing to write about it."))
        return self._compose(name)

    def action_override(self):
        """Ask a manager for the reason why this letter goes all the same."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send all the same"),
            "res_model": "dunning.override.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_letter_id": self.id},
        }

    def _override(self, reason, user):
        """Keep why a manager lets this letter go, one record per rule, and go on with it.

        :raises UserError: the rules hold nothing against it, or something that nobody may override.
        """
        self.ensure_one()
        gate = self.env["dunning.gate"]
        by_mail = self.state == "issued" and self.channel == "email"
        refusals = gate._check(self, leaving=by_mail, texts=self._words_to_come())[self]
        if not refusals:
            raise UserError(self.env._("The rules hold nothing against this letter any more. Retry it."))
        if refusals[0].final:
            raise UserError(
                self.env._("Nobody may override this: %s", gate._sentence(refusals[0], self.currency_id.id))
            )
        self.env["dunning.override"].create(
            [
                {
                    "letter_id": self.id,
                    "code": refusal.code,
                    "article": refusal.article,
                    "sentence": gate._sentence(refusal, self.currency_id.id),
                    "reason": reason,
                    "user_id": user.id,
                }
                for refusal in refusals
            ]
        )
        self.message_post(body=self.env._("%(user)s lets this letter go: %(reason)s", user=user.name, reason=reason))
        if self.state == "failed":
            self.action_retry()
        elif self.state == "draft" and not self.run_id:
            self.action_issue()
        elif by_mail:
            self.mail_id.scheduled_date = False
            self.action_send_now()

    def action_issue(self):
        """Issue letters that were written by hand: checked once more, numbered, and put in the outbox or printed."""
        drafts = self.filtered(lambda letter: letter.state == "draft" and not letter.run_id)
        if not drafts:
            raise UserError(self.env._("A letter of a run goes out when its run is confirmed."))
        if drafts._for_manager():
            raise UserError(self.env._("A letter of this level goes out when a manager sends it."))
        drafts = drafts.sudo()  # evidence is written by the system
        drafts -= drafts._stop_if_settled()
        drafts._issue()
        return True

    def write(self, vals):
        """People write in the chatter of a letter, the system writes the letter, and an issued one never changes."""
        if not self.env.su and set(vals) - CHATTER:
            raise AccessError(
                self.env._("Letters are written by runs and by what happens to them. Use the buttons of the letter.")
            )
        if set(vals) - AFTER_ISSUE and self.filtered(lambda letter: letter.state != "draft"):
            raise UserError(self.env._("A letter that was issued cannot be changed. Cancel it and propose a new one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if self.filtered(lambda letter: letter.name != "/" or letter.override_ids):
            raise UserError(self.env._("A letter with a number or an override stays on record. Cancel it instead."))


def _is_demanded(decision, whole, day):
    """Whether a letter asks for a claim: a reminder for all that is overdue, another letter for what drives it."""
    if decision.code == "LISTED" and decision.claim.due_date >= day:
        return False
    return whole or decision.code == "LETTER"
