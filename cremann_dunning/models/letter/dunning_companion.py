import logging
import re
from collections import defaultdict
from datetime import timezone

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, html2plaintext

from odoo.addons.base.models.ir_qweb import QWebError

from ...engine.phone import international, is_mobile
from ...law import calendar
from ..dunning_money import written
from .dunning_letter_paper_mixin import BY_POST

_logger = logging.getLogger(__name__)

COMPANIONS = ("sms", "whatsapp", "call", *BY_POST)
LONGEST = 300


class DunningCompanion(models.AbstractModel):
    """What a level sends along with its letter, once that has left: text message, WhatsApp, call, the same on paper."""

    _name = "dunning.companion"
    _description = "Companions of dunning letters"

    @api.model
    def _make(self, letters):
        """Make what goes along with letters that were sent a moment ago, each once, and in sets.

        The letter is out, whatever comes of these: an error stays on their own attempt.
        """
        letters = letters.filtered(
            lambda letter: letter.state == "sent" and letter.level_id and letter.level_id._companions()
        )
        if not letters:
            return
        attempts = self.env["dunning.dispatch"].sudo()  # sudo: evidence is written by the system
        done = set(
            attempts._read_group(
                [("letter_id", "in", letters.ids), ("channel", "in", COMPANIONS)], ["letter_id", "channel"]
            )
        )
        wanted = defaultdict(letters.browse)
        for letter in letters:
            for channel in letter.level_id._companions():
                if (letter, channel) not in done and not (channel in BY_POST and letter.is_on_paper):
                    wanted[channel] += letter
        made = attempts
        for channel, chosen in wanted.items():
            try:
                with self.env.cr.savepoint():
                    made += self._make_one(chosen, channel)
            except (UserError, ValueError, KeyError, TypeError) as error:
                _logger.warning("Dunning: %s along with letters could not be made: %s", channel, error)
                made += attempts.create([self._prepare(letter, channel, "refused", str(error)) for letter in chosen])
        texts = made.filtered(lambda attempt: attempt.channel == "sms" and attempt.state == "queued")
        now = fields.Datetime.now()
        texts.filtered(lambda attempt: attempt.due_at <= now)._send_text_messages()
        texts.filtered(lambda attempt: attempt.due_at > now)._wake_up()

    @api.model
    def _make_one(self, letters, channel):
        """Make one kind of them along with these letters: ``dunning.dispatch`` records."""
        if channel in BY_POST:
            return self.env["dunning.paper.copy"]._make(letters, channel)
        return getattr(self, f"_make_{channel}")(letters)

    @api.model
    def _has_service(self, model):
        """Whether the module of Odoo that brings this model is installed; none of them is needed."""
        return model in self.env

    @api.model
    def _prepare(self, letter, channel, state, answer=False, **vals):
        ended = fields.Datetime.now() if state != "queued" else False
        return {
            "letter_id": letter.id, "channel": channel, "state": state, "answer": answer, "ended_at": ended,
            "user_id": self.env.uid, **vals,
        }  # fmt: skip

    # -- short messages -------------------------------------------------------------------------------------------

    @api.model
    def _make_sms(self, letters):
        missing = not self._has_service("sms.sms")
        problem = missing and self.env._("Odoo's SMS is not installed. An administrator installs it under Apps.")
        return self._make_short_messages(letters, "sms", problem)

    @api.model
    def _make_whatsapp(self, letters):
        return self._make_short_messages(letters, "whatsapp")

    @api.model
    def _make_short_messages(self, letters, channel, problem=False):
        """Attempts that wait, or say why they may not be: ``dunning.dispatch`` records.

        :param problem: why none of them can be.
        """
        texts = {} if problem else self._short_texts(letters)
        enough = self._after_enough(letters)
        vals_list = []
        for letter in letters:
            number = self._message_number(letter)
            refused = self._message_refusal(letter, number) or enough.get(letter)
            text = texts.get(letter, "")
            if problem or refused:
                state, answer = ("withheld", problem) if problem else refused
                vals = self._prepare(letter, channel, state, answer, recipient=number)
            elif wrong := self._text_refusal(text):
                vals = self._prepare(letter, channel, "withheld", wrong, recipient=number, text=text)
            else:
                due = self._contact_moment(letter)
                vals = self._prepare(letter, channel, "queued", recipient=number, text=text, due_at=due)
            vals_list.append(vals)
        return self.env["dunning.dispatch"].sudo().create(vals_list)  # sudo: evidence is written by the system

    @api.model
    def _message_number(self, letter):
        """Whom a short message goes to, as an international number; False without one."""
        for partner in (letter.contact_id, letter.partner_id):
            country = partner.country_id or letter.company_id.country_id
            if partner.phone and (number := international(partner.phone, country.phone_code)):
                return number
        return False

    @api.model
    def _message_refusal(self, letter, number):
        """Why no short message may go: state and sentence; None when it may."""
        if not number or not is_mobile(number):
            return "withheld", self.env._("The contact has no mobile number.")
        protected = letter.debtor_kind not in ("business", "public")
        # sudo: a setting of the contact that the sender of the letter need not be able to open
        if protected and not letter.contact_id.sudo().dunning_allow_sms:
            return "not_allowed", self.env._(
                "The contact did not agree to short messages. Tick that on the contact once he has."
            )
        return None

    @api.model
    def _after_enough(self, letters):
        """Letters beside which no short message goes, since with them the debtor has had as many contacts as he, or his
        customer group, may have: state and sentence of each."""
        found = {}
        for company, own in letters.grouped("company_id").items():
            # sudo: what a company does with its debtors, whoever sends
            full = self.env["dunning.reaching"].sudo()._enough(company, own.partner_id.ids)
            sentence = self.env._("Not sent: the debtor has had as many contacts as he may have for now.")
            found |= {letter: ("withheld", sentence) for letter in own if letter.partner_id.id in full}
        return found

    @api.model
    def _text_refusal(self, text):
        if not text:
            return self.env._("The text for short messages is empty or was removed. Complete it under Texts.")
        if len(text) > LONGEST:
            return self.env._(
                "The text is %(length)s characters long, and at most %(most)s fit. Shorten it under Texts.",
                length=len(text),
                most=LONGEST,
            )
        return None

    @api.model
    def _short_texts(self, letters):
        """The words of the short message per letter, in the debtor's language and tone, without any markup."""
        found = {}
        for tone, own in letters.grouped("tone").items():
            names = ["mail_template_short_message_informal"] if tone == "informal" else []
            for name in [*names, "mail_template_short_message"]:
                template = self.env.ref(f"cremann_dunning.{name}", raise_if_not_found=False)
                if template:
                    break
            if not template:
                continue
            try:  # sudo: a text may name fields that the sender need not be able to open
                bodies = template.sudo()._render_field("body_html", own.ids, compute_lang=True)
            except (UserError, QWebError) as error:
                raise UserError(letters._text_problem(template, error)) from error
            for letter in own:
                plain = html2plaintext(bodies[letter.id] or "", include_references=False)
                found[letter] = re.sub(r"\s+", " ", plain).strip()
        return found

    @api.model
    def _contact_moment(self, letter):
        """The first moment, as the database keeps it, at which the debtor may be written to."""
        country = letter.regime_id.country_id.code or letter.company_id.country_id.code
        country = country if country in calendar.CONTACT_HOURS else "NL"
        hours = letter.regime_id._contact_hours() if letter.regime_id else None
        hours = hours or calendar.CONTACT_HOURS[country]
        moment = calendar.next_contact(country, letter.company_id._dunning_now(), hours)
        return moment.astimezone(timezone.utc).replace(tzinfo=None)

    # -- calls ----------------------------------------------------------------------------------------------------

    @api.model
    def _make_call(self, letters):
        """An activity with the call card on the case, for whoever is responsible."""
        call_type = self.env.ref("cremann_dunning.mail_activity_type_companion", raise_if_not_found=False)
        call_type = call_type or self.env.ref("mail.mail_activity_data_call")
        model_id = self.env["ir.model"]._get_id("dunning.case")
        activities, vals_list = [], []
        for letter in letters:
            user = letter.case_id._responsible() or letter.user_id or self.env.user
            number = letter.contact_id.phone or letter.partner_id.phone
            activities.append(
                {
                    "res_model_id": model_id,
                    "res_id": letter.case_id.id,
                    "activity_type_id": call_type.id,
                    "user_id": user.id,
                    "date_deadline": letter.company_id._dunning_today(),
                    "summary": call_type.with_context(lang=user.lang).summary,
                    "note": self._call_card(letter, user, number),
                }
            )
            answer = self.env._("Activity for %s", user.name)
            vals = self._prepare(letter, "call", "queued", answer, recipient=number)
            vals_list.append(vals | {"user_id": user.id})
        # sudo: the system gives work to whoever is responsible
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(activities)
        return self.env["dunning.dispatch"].sudo().create(vals_list)  # sudo: evidence is written by the system

    @api.model
    def _call_card(self, letter, user, number):
        """What to say and about what, in the language of whoever calls. Every value is escaped."""
        letter = letter.with_context(lang=user.lang or self.env.lang)
        env, item = letter.env, Markup("<li>%s</li>")
        lines = letter.line_ids.filtered("principal_part")
        claims = Markup("").join(
            item
            % env._(
                "%(invoice)s, due on %(date)s: %(amount)s",
                invoice=line.number,
                date=format_date(env, line.date_due),
                amount=written(env, line.amount_open, line.currency_id),
            )
            for line in lines
        )
        company, invoices = letter.company_id.name, ", ".join(letter._demanded_numbers())
        script = (
            env._("You speak with %(name)s of %(company)s. Is this a good moment?", name=user.name, company=company),
            env._(
                "On %(date)s we sent you a message about %(invoices)s. Did it reach you?",
                date=format_date(env, letter.sent_on),
                invoices=invoices,
            ),
            env._("Is the invoice right, or is something not as you want it?"),
            env._("On which day may we expect the payment?"),
            env._("I will send you that by mail, all right?"),
        )
        return Markup("<p>%s</p><ul>%s</ul><p>%s</p><ol>%s</ol><p>%s</p>") % (
            env._(
                "Call %(who)s, %(number)s, about letter %(letter)s:",
                who=letter._whom(),
                number=number or env._("no telephone number is known"),
                letter=letter.name,
            ),
            claims,
            env._("What to say"),
            Markup("").join(item % sentence for sentence in script),
            env._("No answer: try again at another time of the day, three times at most. Note what came of it."),
        )
