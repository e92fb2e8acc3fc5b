import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.pdf import PdfReadError

from odoo.addons.base.models.ir_qweb import QWebError

from ...engine import rules
from ...law.calendar import add_months
from .. import dunning_bulk
from ..dunning_money import exact
from ..res_company import TONES
from ..rules.dunning_level import LEGAL_TYPES
from ..rules.dunning_level_channel import LETTER_CHANNELS
from ..run.dunning_progress import may_commit
from . import (  # the mixins before the model that is made of them
    dunning_letter_account_mixin,  # noqa: F401
    dunning_letter_answer_mixin,  # noqa: F401
    dunning_letter_chatter_mixin,  # noqa: F401
    dunning_letter_document_mixin,
    dunning_letter_issuer_mixin,  # noqa: F401
    dunning_letter_left_out_mixin,  # noqa: F401
    dunning_letter_outcome_mixin,  # noqa: F401
    dunning_letter_own_words_mixin,  # noqa: F401
    dunning_letter_page_mixin,  # noqa: F401
    dunning_letter_paper_mixin,  # noqa: F401
    dunning_letter_payment_mixin,  # noqa: F401
    dunning_letter_receipt_mixin,  # noqa: F401
    dunning_letter_recipient_mixin,  # noqa: F401
    dunning_letter_reference_mixin,  # noqa: F401
    dunning_letter_refusal_mixin,  # noqa: F401
    dunning_letter_telling_mixin,  # noqa: F401
    dunning_letter_term_mixin,  # noqa: F401
    dunning_letter_text_mixin,  # noqa: F401
    dunning_message_mixin,  # noqa: F401
)

_logger = logging.getLogger(__name__)

# What Odoo writes on a letter for its chatter, and people in no other way.
CHATTER = {"message_main_attachment_id", "activity_ids", "message_ids", "message_follower_ids"}

# What may still change on a letter that was issued: what happens to it, never what it says.
AFTER_ISSUE = CHATTER | {
    "state", "email_to", "sent_on", "sent_at", "mail_id", "message_id", "error", "cancel_reason", "term_first_day",
    "term_last_day", "claimable_from", "default_from", "follow_up_pending", "refusal_codes", "copy_to",
    "access_token", "failure", "on_paper_instead", "outcome", "mail_digests", "files_gone",
}  # fmt: skip


class DunningLetter(models.Model):
    """One document to one debtor. Draft until issued; then numbered, frozen and kept as the PDF that went out."""

    _name = "dunning.letter"
    _description = "Dunning letter"
    _inherit = [  # our own first: they refine what mail.thread does
        "dunning.record.mixin",
        "dunning.letter.issuer.mixin",  # refines words, page and sender
        "dunning.letter.answer.mixin",  # which text it has, before what is done with it
        "dunning.letter.text.mixin",
        "dunning.letter.own.words.mixin",
        "dunning.letter.document.mixin",
        "dunning.letter.recipient.mixin",
        "dunning.letter.page.mixin",
        "dunning.letter.account.mixin",
        "dunning.letter.paper.mixin",
        "dunning.letter.payment.mixin",
        "dunning.letter.telling.mixin",
        "dunning.letter.term.mixin",
        "dunning.letter.receipt.mixin",
        "dunning.letter.reference.mixin",
        "dunning.letter.refusal.mixin",
        "dunning.letter.outcome.mixin",
        "dunning.letter.left.out.mixin",
        "dunning.letter.chatter.mixin",
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
        index=True,
    )
    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True, index=True)  # as its case has
    currency_id = dunning_bulk.Unguarded("res.currency", required=True, readonly=True)
    run_id = fields.Many2one("dunning.run", readonly=True, index=True, ondelete="set null")
    case_id = fields.Many2one("dunning.case", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, readonly=True, index=True, ondelete="restrict"
    )
    # A person at the debtor may be deleted: on letters that were issued his name stays in contact_name.
    contact_id = fields.Many2one("res.partner", string="Sent to", readonly=True, ondelete="set null")
    email_to = fields.Char(string="E-mail address", readonly=True)
    user_id = fields.Many2one("res.users", string="Signed by", readonly=True, ondelete="restrict")
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(), string="Language", required=True, readonly=True
    )
    tone = fields.Selection(TONES, required=True, default="formal", readonly=True, help="How the letter says you.")
    debtor_kind = fields.Char(readonly=True)
    # both refuse to go while letters name them, see there
    procedure_id = dunning_bulk.Unguarded("dunning.procedure", readonly=True, index=True)
    level_id = dunning_bulk.Unguarded("dunning.level", readonly=True, index=True)  # only an answer has none
    legal_type = fields.Selection(
        [*LEGAL_TYPES, (rules.ANSWER, "Answer to a dispute"), (rules.QUESTION, "Question")],
        required=True,
        readonly=True,
    )
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
    amount_credited = fields.Monetary(string="Credited", readonly=True, copy=False)
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
    pdf_file = dunning_letter_document_mixin.Document(string="PDF", attachment=True, readonly=True, copy=False)
    pdf_name = fields.Char(compute="_compute_pdf_name")
    pdf_sha256 = fields.Char(string="SHA-256 of the PDF", readonly=True, copy=False)

    is_test = fields.Boolean(
        string="Test letter", readonly=True, copy=False, help="It went to ourselves, when the company was testing."
    )
    dispatch_ids = fields.One2many("dunning.dispatch", "letter_id", string="Attempts", readonly=True, copy=False)
    mail_id = fields.Many2one("mail.mail", readonly=True, copy=False, ondelete="set null")
    message_id = fields.Char(string="Message-ID", readonly=True, copy=False)
    sent_on = fields.Date(readonly=True, copy=False)
    sent_at = fields.Datetime(readonly=True, copy=False)
    follow_up_pending = fields.Boolean(readonly=True, copy=False, help="Invoices and case have yet to follow.")
    error = fields.Char(readonly=True, copy=False, help="What went wrong, until somebody has dealt with it.")
    cancel_reason = fields.Char(readonly=True, copy=False)
    create_uid = dunning_bulk.UnguardedAuthor("res.users", string="Created by", readonly=True)
    write_uid = dunning_bulk.UnguardedAuthor("res.users", string="Last Updated by", readonly=True)

    _level_or_answer = models.Constraint(
        "CHECK(level_id IS NOT NULL OR answer IS NOT NULL)", "A letter has a level, or answers a dispute."
    )
    _number_uniq = models.UniqueIndex(
        "(company_id, name) WHERE name <> '/' AND shares_number IS NOT TRUE",
        "There is a letter with this number already.",
    )
    _sent_idx = models.Index("(company_id, partner_id, sent_on) WHERE state = 'sent'")
    _pending_idx = models.Index("(company_id) WHERE follow_up_pending IS TRUE")

    # -- reading --------------------------------------------------------------------------------------------------

    @api.depends("name", "heading", "partner_id")
    def _compute_display_name(self):
        for letter in self:
            number = letter.name if letter.name != "/" else self.env._("Draft")
            letter.display_name = f"{number} · {letter.heading} · {letter.partner_id.name}"

    @api.depends("name", "state", "pdf_sha256")
    def _compute_pdf_name(self):
        """File name of the stored PDF; nothing for a letter that has none, so that no draft is ever stored."""
        for letter in self:
            letter.pdf_name = f"{letter.name.replace('/', '-')}.pdf" if letter.pdf_sha256 else False

    def _demanded_numbers(self):
        """The numbers of the invoices that the letter asks money for, each once, in its order."""
        return list(dict.fromkeys(line.number or "" for line in self.line_ids.filtered("principal_part")))

    def _demanded_lines(self):
        """The lines that the letter asks money for."""
        return self.line_ids.filtered("principal_part")

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
                ("partner_id.commercial_partner_id", "in", list(partner_ids)),
                ("state", "=", "sent"),
                ("legal_type", "=", rules.STATUTORY_NOTICE),
                ("sent_on", ">=", add_months(on, -24)),
                ("amount_costs_announced", ">", 0),
                ("id", "not in", self.ids),
            ],
            ["partner_id", "sent_on:day"],
            ["amount_costs_announced:sum", "amount_costs_vat:sum", "currency_id:recordset"],
        )
        found = defaultdict(list)
        for partner, day, announced, vat, currencies in rows:
            found[partner.commercial_partner_id.id].append((day, exact(announced - vat, currencies[:1])))
        return found

    # -- issuing --------------------------------------------------------------------------------------------------

    def _issue(self):
        """Number, freeze and store these drafts as PDF, and put the mails of those that go by mail in the outbox.

        The whole batch at once; when that fails, one by one in a savepoint each, so that the error stays on the
        letter that has it. Each keeps the number that it was given first, also one that fails: the series has no holes.
        """
        drafts = self.filtered(lambda letter: letter.state == "draft")
        if not drafts:
            return
        drafts.company_id._dunning_require_on()
        drafts.filtered(lambda letter: letter.company_id.dunning_mode == "test").is_test = True
        try:
            with self.env.cr.savepoint():
                drafts._number()
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
        self._number()
        for letter in self:
            letter.contact_name = letter.contact_id.display_name  # he may be deleted afterwards
        self._give_keys()
        self._give_references()
        self.env["dunning.snailmail"]._fall_to_paper(self)
        self._freeze_text()
        passed = self - self.env["dunning.last.look"]._stop_at_gate(self)
        self.env["dunning.printing"]._store(passed)
        passed.write({"state": "issued", "error": False, "refusal_codes": False})
        telling = self._telling()
        with telling._together(passed, telling._issued_rows) as leaving:
            leaving._hand_over()

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

    def _hand_over(self):
        """Give issued letters to what carries them: the outbox, or Odoo's Snail Mail; others wait to be printed."""
        by_mail = self.filtered(lambda letter: letter.channel == "email" or letter.is_test)
        self.env["dunning.outbox"]._put(by_mail)
        self.env["dunning.snailmail"]._hand_over(self)

    def _register_sent(self, message_id=None, moment=None, attempts=None):
        """The letter has left. Only the letter itself is written here, in the transaction of the sending.

        Nothing may go wrong after the mail server has taken it, or it would be sent again; so invoices and cases,
        which others may be writing at the same moment, follow later, see ``dunning.delivery``. The engine reads the
        letters, so the level counts from now on. A test letter went to ourselves: it moves nothing and is done with.

        :param moment: when it left, if not now. :param attempts: the ``dunning.dispatch`` by which it did.
        """
        moment = moment or fields.Datetime.now()
        left = self.filtered(lambda letter: letter.state in ("issued", "failed"))
        same = defaultdict(self.browse)  # letters that get the same values are written together
        for letter in left:
            same[tuple(letter._sent_vals(message_id, moment).items())] += letter
        for vals, letters in same.items():
            letters.write(dict(vals))
        self._telling()._left(left, self.env["dunning.dispatch"] if attempts is None else attempts, moment)

    def _sent_vals(self, message_id, moment):
        """What is written on the letter once it has left."""
        self.ensure_one()
        common = {"message_id": message_id, "error": False, "follow_up_pending": True}
        if self.is_test:
            reason = self.env._("Test letter: it went to %s and to nobody else. It moves nothing.", self.email_to)
            return {"state": "cancelled", "cancel_reason": reason, **common}
        day = self.company_id._dunning_day(moment)
        term = self._prepare_term(day, self._law_way(bool(message_id)))
        return {"state": "sent", "sent_on": day, "sent_at": moment, **common, **term}

    def _move_levels(self):
        """Show the level that was reached on the invoices: the last one of a letter that stands, or none."""
        self.env["dunning.contact"]._show_levels(self.line_ids.filtered("level_id").move_id)

    def _let_claims_follow(self):
        """Decide again about what stood on these letters."""
        for company, letters in self.grouped("company_id").items():
            self.env["dunning.engine"]._redecide(company, letters.partner_id)

    # -- buttons --------------------------------------------------------------------------------------------------

    def action_issue(self):
        """Issue letters that were written by hand: checked once more, numbered, and put in the outbox or printed."""
        drafts = self.filtered(lambda letter: letter.state == "draft" and not letter.run_id)
        if not drafts:
            raise UserError(self.env._("A letter of a run goes out when its run is confirmed."))
        if drafts._for_manager():
            raise UserError(self.env._("A letter of this level goes out when a manager sends it."))
        drafts = drafts._by_system()  # evidence is written by the system
        drafts -= drafts.env["dunning.last.look"]._stop_if_settled(drafts)
        drafts._issue()
        return True

    def _for_manager(self):
        """Those of these letters that only a manager confirms, and none of them for a manager."""
        if self.env.user.has_group("cremann_dunning.group_dunning_manager"):
            return self.browse()
        return self.filtered(lambda letter: letter.level_id.approval == "manager")

    def action_send_now(self):
        """Empty the outbox for these letters at once instead of within a few minutes."""
        self.check_access("write")
        self.company_id._dunning_require_on()
        mails = self.mail_id.sudo().filtered(lambda mail: mail.state == "outgoing")  # the outbox is the system's
        mails.send(auto_commit=may_commit())
        if len(self) == 1 and self.state == "issued" and self.mail_id.sudo().scheduled_date:
            refusals = self.env["dunning.gate"].sudo()._check(self.sudo(), leaving=True)[self.sudo()]
            if refusals:
                raise UserError(self.env["dunning.gate"]._explain(refusals, self))
        return True

    def action_retry(self):
        """Try to deliver again what failed, after the cause was mended."""
        failed = self.filtered(
            lambda letter: letter.state == "failed"
        )._by_system()  # evidence is written by the system
        failed.company_id._dunning_require_on()
        self._telling()._tell([self._telling()._row("letter.again", letter) for letter in failed])
        for letter in failed:
            letter.mail_id.filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()
        fresh = failed.filtered(lambda letter: not letter.pdf_sha256)
        again = failed - fresh
        look = self.env["dunning.last.look"]
        fresh.write({"state": "draft", "error": False})
        fresh -= look._stop_if_settled(fresh)
        fresh._issue()
        again.write({"state": "issued", "error": False, "refusal_codes": False, "on_paper_instead": False})
        again -= look._stop_if_settled(again)
        again -= look._stop_at_gate(again)
        again._hand_over()
        return True

    def action_left(self):
        """Say that a letter whose sending was cut off did leave: its level moves as of that moment."""
        self.env["dunning.delivery"]._found_left(self)
        return True

    def action_cancel(self):
        """Cancel letters that have not gone out."""
        if self.filtered(lambda letter: letter.state == "sent"):
            raise UserError(
                self.env._(
                    "The debtor has this letter already. A manager can take it back: it stays on record, and its level "
                    "no longer counts."
                )
            )
        # evidence is written by the system; why a letter was cancelled before stays as it was said
        letters = self._by_system().filtered(lambda letter: letter.state != "cancelled")
        letters._cancel(self.env._("Cancelled by %s", self.env.user.name), cause="by_hand")
        letters._let_claims_follow()
        return True

    def action_withdraw(self):
        """Ask a manager why letters that were sent are taken back."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take back"),
            "res_model": "dunning.withdrawal.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_letter_ids": self.ids},
        }

    def action_preview(self):
        """Show the document beside the checks, the amounts and the term."""
        self.ensure_one()
        self.check_access("write")
        return self.env["dunning.letter.preview"]._open(self)

    # -- what may change ------------------------------------------------------------------------------------------

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
