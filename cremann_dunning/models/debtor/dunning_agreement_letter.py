import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.base.models.ir_qweb import QWebError

from ..dunning_money import written
from ..event import as_fact
from ..letter.dunning_letter_document_mixin import Document
from ..res_company import TONES

_logger = logging.getLogger(__name__)

TEXTS = {"promise": "promise_asked", "instalment": "instalment_missed"}


class DunningAgreementLetter(models.Model):
    """A short letter about an agreement that was missed: no step of a procedure, and never with costs.

    It asks why a promised payment did not come in, or reminds of an instalment. As other letters it is frozen when it
    leaves and kept with its digest, and counts only once the mail server took it or somebody says that it was posted.
    """

    _name = "dunning.agreement.letter"
    _description = "Letter about an agreement"
    _inherit = ["dunning.record.mixin", "dunning.letter.document.mixin", "dunning.message.mixin"]
    _order = "id desc"

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    kind = fields.Selection(
        [("promise", "Asks about a promise"), ("instalment", "Reminds of an instalment")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("draft", "To be sent"),
            ("waiting", "In the outbox"),
            ("sending", "Under way"),
            ("to_post", "To be posted"),
            ("sent", "Sent"),
            ("failed", "Not delivered"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        index=True,
    )
    case_id = fields.Many2one(
        "dunning.case", string="Debtor", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True, index=True)
    promise_id = fields.Many2one("dunning.promise", readonly=True, index="btree_not_null", ondelete="restrict")
    plan_id = fields.Many2one("dunning.payment.plan", readonly=True, index="btree_not_null", ondelete="restrict")
    instalment_on = fields.Date(string="Instalment of", readonly=True, help="The last instalment that was missed.")
    since = fields.Date(string="Plan of", readonly=True, help="The day on which the plan was agreed.")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(string="Missing", readonly=True, help="What had not come in when it was made.")
    deadline = fields.Date(string="Answer by", readonly=True, help="Nothing else follows before the day after it.")
    user_id = fields.Many2one("res.users", string="Signed by", readonly=True, ondelete="set null")
    lang = fields.Char(string="Language", readonly=True)
    tone = fields.Selection(TONES, readonly=True)
    contact_id = fields.Many2one("res.partner", string="Sent to", readonly=True, ondelete="set null")
    email_to = fields.Char(string="E-mail address", readonly=True)
    subject = fields.Char(readonly=True)
    body = fields.Html(readonly=True, sanitize=False)  # from our own texts with every value escaped
    pdf_file = Document(string="PDF", attachment=True, readonly=True, copy=False)
    pdf_name = fields.Char(compute="_compute_pdf_name")
    pdf_sha256 = fields.Char(string="SHA-256 of the PDF", readonly=True, copy=False)
    mail_id = fields.Many2one("mail.mail", readonly=True, copy=False, ondelete="set null", index="btree_not_null")
    message_id = fields.Char(string="Message-ID", readonly=True, copy=False)
    sent_on = fields.Date(readonly=True, copy=False)
    sent_at = fields.Datetime(readonly=True, copy=False)
    told_on = fields.Date(readonly=True, copy=False, help="When the responsible heard that it brought nothing.")
    error = fields.Char(readonly=True, copy=False)
    payment_html = fields.Html(compute="_compute_payment_html", sanitize=False)
    about = fields.Char(compute="_compute_about")
    promised_on = fields.Date(related="promise_id.date", string="Promised for")
    rest_due = fields.Boolean(compute="_compute_about", help="The whole rest is due when nothing comes in.")
    rest_amount = fields.Monetary(compute="_compute_about", string="Rest", help="What is open of the whole plan.")

    _one_per_promise = models.UniqueIndex("(promise_id) WHERE promise_id IS NOT NULL", "This promise was asked about.")
    _one_per_instalment = models.UniqueIndex(
        "(plan_id, since, instalment_on) WHERE plan_id IS NOT NULL", "This instalment was reminded of."
    )

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for letter in self:
            number = letter.name if letter.name != "/" else self.env._("Draft")
            letter.display_name = f"{number} · {letter.partner_id.name or ''}"

    @api.depends("name", "pdf_sha256")
    def _compute_pdf_name(self):
        for letter in self:
            letter.pdf_name = f"{letter.name.replace('/', '-')}.pdf" if letter.pdf_sha256 else False

    @api.depends("promise_id", "plan_id")
    def _compute_about(self):
        plans = self.plan_id
        unpaid = plans._unpaid_instalments(plans._ledger())
        for letter in self:
            plan = letter.plan_id
            letter.about = letter._agreement().numbers
            letter.rest_due = plan.on_missed == "rest_due"
            letter.rest_amount = float(sum(amount for _day, amount in unpaid.get(plan, ())))

    def _compute_payment_html(self):
        for letter in self:
            lang = letter.lang or letter.reader_lang
            agreement = letter._agreement()
            values = {
                "bank": agreement.bank_account_id.sudo(),  # sudo: what every letter prints
                "holder": agreement.bank_account_id.sudo().acc_holder_name or letter.company_id.name,
                "reference": agreement.payment_reference,
                "amount": written(self.env, letter.amount, letter.currency_id, lang),
            }
            qweb = self.env["ir.qweb"].with_context(lang=lang)
            letter.payment_html = qweb._render("cremann_dunning.agreement_letter_payment", values)

    def _day(self, day):
        """A date as the letter has it."""
        return format_date(self.env, day, lang_code=self.lang, date_format="d MMMM y")

    def _agreement(self):
        """What it is about: a promise or a plan."""
        self.ensure_one()
        return self.promise_id or self.plan_id

    # -- making ---------------------------------------------------------------------------------------------------

    def _prepare(self, agreement, vals):
        """Values of the letter about this agreement. :param vals: which one, and what is missing."""
        return {
            "case_id": agreement.case_id.id,
            "currency_id": agreement.currency_id.id,
            "user_id": agreement.case_id._responsible().id,
            "lang": agreement.reader_lang,
            "tone": agreement._tone(),
            "deadline": self._last_day(agreement.company_id),
            **vals,
        }

    @api.model
    def _last_day(self, company):
        return company._dunning_today() + timedelta(days=company.sudo().dunning_answer_days)  # sudo: a setting

    def _ask_to_send(self):
        """Tell the responsible that these letters wait for him: nothing goes by itself here."""
        for letter in self:
            user = letter.case_id._responsible() or self.env.user
            env = letter.with_context(lang=user.lang or self.env.lang).env
            letter.case_id.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=env._("A letter about an agreement waits to be sent"),
                note=env._(
                    "%s has not come in. Send the letter, or cancel it and the steps go on.", letter._money(env)
                ),
                user_id=user.id,
            )

    def _money(self, env):
        return written(env, self.amount, self.currency_id)

    # -- leaving --------------------------------------------------------------------------------------------------

    def action_send(self):
        """Send these letters now: each is looked at once more, since the money may have come in."""
        self.check_access("write")
        letters = self.filtered(lambda letter: letter.state in ("draft", "failed"))
        if not letters:
            raise UserError(self.env._("This letter is on its way already, or was cancelled."))
        # sudo: letters are written by the system
        letters.sudo()._leave()
        return True

    def _leave(self):
        """Freeze what is still right, each apart, and give it to the outbox or to whoever posts it."""
        for company, letters in self.grouped("company_id").items():
            if company._dunning_mode() != "live":
                raise UserError(self.env._("Letters of %s are not live: nothing leaves.", company.name))
            letters._still_right()._issue()

    def _issue(self):
        """Freeze these letters and hand them over; an error stays on the one that has it."""
        for letter in self:
            try:
                with self.env.cr.savepoint():
                    letter._freeze()
                    letter._hand_over()
            except (UserError, QWebError, ValueError, KeyError, AttributeError, TypeError, OSError) as error:
                _logger.warning("Letter about an agreement %s could not be made: %s", letter.id, error)
                letter._register_failure(str(error))

    def _still_right(self):
        """Those that may still go, with what is missing today; the others end: paid, taken back, on hold, insolvent."""
        right, service = self.browse(), self.env["dunning.agreement.letters"]
        for company, letters in self.grouped("company_id").items():
            for name in ("promise_id", "plan_id"):
                own = letters.filtered(name)
                writable = service._writable(company, own[name].filtered(lambda one: one.state in ("broken", "active")))
                missing = writable._missing_amounts()
                for letter in own.filtered(lambda letter, name=name, found=writable: letter[name] in found):
                    if amount := missing[letter[name]](letter.instalment_on):
                        right |= letter
                        letter.amount = float(amount)
        (self - right)._end(self.env._("Not sent: what it is about was paid, ended or may not be asked at the moment."))
        return right

    def _freeze(self):
        """Number, addressee, words and document, as they leave."""
        self.ensure_one()
        if silence := self.env["dunning.insolvency"]._why_silent(self._agreement()):
            raise UserError(silence)
        contact = self.reader_id
        email = self._address(contact)
        if not email and not contact.street:
            raise UserError(self.env._("The debtor has neither an e-mail address nor an address on paper."))
        self.write(
            {
                "name": self.name if self.name != "/" else f"A/{self.id:05d}",
                "contact_id": contact.id,
                "email_to": email,
                "deadline": self._last_day(self.company_id),
                "error": False,
                "told_on": False,
            }
        )
        self._write_words()
        self._store_document()

    def _address(self, contact):
        """The address to which it is mailed: none that is blocked or from which letters came back."""
        found = self.env["dunning.outbox"]._formatted(contact)
        dead = self.env["dunning.outbox"]._unreachable(self.company_id, set(found)) if found else ()
        return next((text for address, text in found.items() if address not in dead), False)

    def _write_words(self):
        """Subject and text, in the debtor's language and tone."""
        known, name = self.env["ir.model.data"]._xmlid_to_res_id, TEXTS[self.kind]
        suffix = "_informal" if self.tone == "informal" else ""
        text_id = known(f"cremann_dunning.mail_template_{name}{suffix}", raise_if_not_found=False)
        text_id = text_id or known(f"cremann_dunning.mail_template_{name}", raise_if_not_found=False)
        if not text_id:
            raise UserError(self.env._("The text of this letter was removed. Put it back under Texts."))
        # sudo: a text may name fields that the sender need not be able to open
        text = self.env["mail.template"].sudo().browse(text_id)
        self.subject = text._render_field("subject", self.ids, compute_lang=True)[self.id]
        self.body = text._render_field("body_html", self.ids, compute_lang=True)[self.id]

    def _register_sent(self, message_id=None):
        """It has left: from now on it counts, and is told with what proves it."""
        moment = fields.Datetime.now()
        for letter in self.filtered(lambda letter: letter.state in ("waiting", "sending", "to_post")):
            day = letter.company_id._dunning_day(moment)
            letter.write({"state": "sent", "sent_at": moment, "sent_on": day, "message_id": message_id, "error": False})
            letter._tell("agreement.letter_sent")

    def _register_failure(self, reason):
        for letter in self:
            letter.write({"state": "failed", "error": reason})
            letter._tell("agreement.letter_failed", reason=reason)
        self._agreements_follow()

    def _end(self, reason):
        """It never leaves: the steps go on as if it had not been made."""
        for letter in self:
            letter.mail_id.filtered(lambda mail: mail.state == "outgoing").cancel()
            letter.write({"state": "cancelled", "error": reason})
            letter._tell("agreement.letter_cancelled", reason=reason)
        self._agreements_follow()

    def _agreements_follow(self):
        self.promise_id._redecide()
        self.plan_id._redecide()

    def action_cancel(self):
        """Do not send this letter: the steps go on."""
        self.check_access("write")
        if self.filtered(lambda letter: letter.state in ("sent", "sending", "cancelled")):
            raise UserError(self.env._("What has left stays on record."))
        # sudo: letters are written by the system
        self.sudo()._end(self.env._("Cancelled by %s", self.env.user.name))
        return True

    def action_posted(self):
        """Say that these letters were posted today."""
        self.check_access("write")
        if self.filtered(lambda letter: letter.state != "to_post"):
            raise UserError(self.env._("Only a letter on paper that waits for it can be posted."))
        # sudo: letters are written by the system
        self.sudo()._register_sent()
        return True

    # -- as events ------------------------------------------------------------------------------------------------

    def _tell(self, kind, **more):
        agreement = self._agreement()
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": kind,
                    "company_id": self.company_id.id,
                    "debtor": self.partner_id.commercial_partner_id.id,
                    "claims": agreement._event_claims().get(agreement),
                    "facts": as_fact.known(
                        of=as_fact.record(self),
                        number=self.name,
                        amount=as_fact.money(self.amount, self.currency_id),
                        instalment_on=as_fact.day(self.instalment_on),
                        promised_on=as_fact.day(self.promised_on),
                        deadline=as_fact.day(self.deadline),
                        paper=self.pdf_sha256,
                        **agreement._event_about(),
                    ),
                    "personal": as_fact.known(to=self.email_to or self.contact_id.display_name, **more),
                }
            ]
        )
