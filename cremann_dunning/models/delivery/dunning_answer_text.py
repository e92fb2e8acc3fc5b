import re

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, format_list

from ..dunning_money import written

PLACE = re.compile(r"\{(\w*)\}")
# What a text may name, filled in when it is chosen.
PLACES = ("name", "debtor", "company", "numbers", "amount", "account", "day", "user")


class DunningAnswerText(models.Model):
    """A text with which the desk answers what comes in, in the language of the debtor. It is plain text: whoever
    answers reads it, changes it where he likes, and sends it."""

    _name = "dunning.answer.text"
    _description = "Text of an answer"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    reason = fields.Selection(
        lambda self: self.env["dunning.reply"]._fields["reason"]._description_selection(self.env),
        string="About",
        help="What it answers. It is offered first for what is about this; empty: for everything.",
    )
    subject = fields.Char(required=True, translate=True)
    body = fields.Text(
        string="Text",
        required=True,
        translate=True,
        help="What stands between braces is filled in: {name} (to whom), {debtor}, {company}, {numbers} (of the "
        "invoices), {amount} (what is open of them), {account} (to pay into), {day} (on which it came in), {user}.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")

    @api.constrains("subject", "body")
    def _check_places(self):
        for text in self:
            unknown = set(PLACE.findall(f"{text.subject} {text.body}")) - set(PLACES)
            if unknown:
                raise ValidationError(
                    self.env._(
                        "Nothing is known that stands for {%(place)s}. You may use %(places)s.",
                        place=min(unknown),
                        places=", ".join(f"{{{place}}}" for place in PLACES),
                    )
                )

    @api.model
    def _for(self, reply):
        """The texts that answer a reply, those about its reason first."""
        found = self.search(Domain("company_id", "in", (False, reply.company_id.id)))
        return found.sorted(lambda text: (text.reason != reply.reason, bool(text.reason), text.sequence, text.id))

    def _written(self, reply, moves, lang):
        """Subject and text in a language, with everything filled in. :param moves: the invoices it is about."""
        self.ensure_one()
        text = self.with_context(lang=lang)
        values = text._values(reply.with_context(lang=lang), moves)

        def fill(words):
            return PLACE.sub(lambda found: values.get(found[1], ""), words or "")

        return fill(text.subject), fill(text.body)

    def _values(self, reply, moves):
        env, debtor, company = reply.env, reply.partner_id, reply.company_id
        items = moves._dunning_items(debtor) if debtor else moves.line_ids.browse()
        numbers = moves._dunning_numbers(debtor) if debtor else moves.mapped("name")
        amounts = [
            written(env, sum(own.mapped("amount_residual_currency")), currency)
            for currency, own in items.grouped("currency_id").items()
        ]
        # sudo: where debtors pay, for whoever answers them
        account = company.sudo()._dunning_bank_account()
        received = fields.Datetime.context_timestamp(reply, reply.received_at).date()
        return {
            "name": reply.contact_id.name or debtor.name or reply.email_from or "",
            "debtor": debtor.name or "",
            "company": company.name,
            "numbers": format_list(env, numbers, lang_code=env.lang) if numbers else "",
            "amount": format_list(env, amounts, lang_code=env.lang) if amounts else "",
            "account": account.acc_number or "",
            "day": format_date(env, received),
            "user": env.user.name,
        }

    @api.model
    def _as_html(self, text):
        """Plain text as the body of a mail: nothing in it is markup."""
        parts = [part for part in re.split(r"\n\s*\n", (text or "").strip()) if part]
        return Markup("").join(Markup("<p>%s</p>") % Markup("<br/>").join(map(escape, p.split("\n"))) for p in parts)
