from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.debtor.dunning_case_mixin import OPEN_OF_DEBTOR

ACTS = [
    ("dispute", "He does not agree"),
    ("promise", "He will pay"),
    ("plan", "In instalments"),
    ("copy", "Copy of the invoice"),
    ("hold", "Hold"),
    ("contact", "New contact or address"),
    ("answer", "Answer"),
    ("place", "Whose is it?"),
]
# What somebody says of him on a call when he does this, as the shared fields are asked.
OUTCOMES = {"dispute": "disputed", "promise": "promised", "plan": "instalments", "copy": "copy"}
# Why he does not agree, where the reason of what came in says it.
WHY = {"paid": "already_paid", "copy": "not_received", "wrong_person": "wrong_addressee"}
LANGUAGE = "en_US"


class DunningDeskWizard(models.TransientModel):
    """One small window for what is done about something that came in; see ``dunning.desk.saving.mixin``."""

    _name = "dunning.desk.wizard"
    _description = "Answer what came in"
    _inherit = ["dunning.window.mixin", "dunning.outcome.mixin", "dunning.desk.saving.mixin"]

    reply_id = fields.Many2one("dunning.reply", required=True, readonly=True)
    act = fields.Selection(ACTS, required=True, readonly=True)
    case_id = fields.Many2one(related="reply_id.case_id", related_sudo=False)
    company_id = fields.Many2one(related="reply_id.company_id", related_sudo=False)
    partner_id = fields.Many2one(related="reply_id.partner_id", related_sudo=False, string="Customer")
    preview = fields.Text(related="reply_id.preview", related_sudo=False)
    outcome = fields.Char(compute="_compute_outcome")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", compute_sudo=False)
    move_ids = fields.Many2many("account.move", string="Invoices", domain=OPEN_OF_DEBTOR)
    note = fields.Text(string="In his words")
    handle = fields.Boolean(
        string="It is handled with this", default=True, help="The ladder goes on, as far as what is noted lets it."
    )
    plan_count = fields.Integer(string="Number of instalments", default=3)
    plan_first_date = fields.Date(string="First on")
    plan_agreed = fields.Boolean(string="Agreed", default=False, help="Else a draft waits.")
    hold_reason = fields.Char(string="Why")
    date_until = fields.Date(string="Up to and including", default=lambda self: self.env["dunning.hold"]._last_day({}))
    name = fields.Char(help="Of the person or the department.")
    email = fields.Char(string="E-mail")
    phone = fields.Char()
    street = fields.Char()
    zip = fields.Char(string="Postcode")
    city = fields.Char()
    gets_letters = fields.Boolean(
        string="Gets the reminders", help="Letters go to this contact from now on, in the place of whoever had them."
    )
    text_id = fields.Many2one(
        "dunning.answer.text",
        domain="[('company_id', 'in', [False, company_id])]",
    )
    subject = fields.Char()
    body = fields.Text(string="Answer")
    to = fields.Char(compute="_compute_to", compute_sudo=False)
    lang = fields.Selection(selection="_langs", string="Language")
    with_copy = fields.Boolean(string="With a copy of the invoices")
    debtor_id = fields.Many2one(
        "res.partner",
        string="Whose it is",
        domain="[('parent_id', '=', False), ('company_id', 'in', [False, company_id])]",
    )

    @api.model
    def _langs(self):
        return self.env["res.lang"].get_installed()

    @api.model
    def _open_for(self, reply, act):
        """The window about a reply, filled in with what it says."""
        moves, company = reply._about_moves(), reply.company_id
        vals = {
            "reply_id": reply.id,
            "act": act,
            "move_ids": [fields.Command.set(moves.ids if act in (*OUTCOMES, "answer") else [])],
            "note": reply.text or reply.preview,
            "plan_first_date": self.env["dunning.call.queue"]._working_day(company, 14),
            "promise_date": self._promise_day(company),
            "debtor_id": reply.suggested_id.id if act == "place" else False,
        }
        if act == "dispute":
            vals["dispute_reason"] = WHY.get(reply.reason, "other")
        if act == "contact":
            vals |= self._proposed_contact(reply)
        window = self.with_company(company).create(vals)
        if act == "answer":
            window._choose_text()
        name = dict(self._fields["act"]._description_selection(self.env))[act]
        return window._get_records_action(name=name, target="new")

    @api.model
    def _proposed_contact(self, reply):
        """Who wrote, where he is none of the contacts yet."""
        if reply.contact_id or not reply.sender:
            return {}
        name = (reply.email_from or "").partition("<")[0].strip(' "')
        return {"email": reply.sender, "name": name or reply.sender}

    def _choose_text(self):
        self.lang = self._reader_lang()
        self.with_copy = self.reply_id.reason == "copy"
        self.text_id = self.env["dunning.answer.text"]._for(self.reply_id)[:1]
        self._onchange_text()

    def _reader_lang(self):
        case = self.reply_id.case_id
        installed = dict(self._langs())
        wanted = (self.reply_id.contact_id.lang, case and case.reader_lang, self.company_id.partner_id.lang)
        return next((lang for lang in wanted if lang in installed), LANGUAGE)

    @api.onchange("text_id", "lang", "move_ids")
    def _onchange_text(self):
        """Another text or language: filled in anew."""
        if self.text_id and self.act == "answer":
            lang, reply = self.lang or LANGUAGE, self.reply_id._origin
            self.subject, self.body = self.text_id._origin._written(reply, self.move_ids._origin, lang)

    @api.depends("act")
    def _compute_outcome(self):
        for window in self:
            window.outcome = OUTCOMES.get(window.act, False)

    @api.depends("move_ids", "case_id")
    def _compute_currency_id(self):
        for window in self:
            currencies = (window.move_ids or window.case_id.open_move_ids).currency_id
            alone = currencies if len(currencies) == 1 else window.case_id.currency_id
            window.currency_id = alone or window.company_id.currency_id or self.env.company.currency_id

    @api.depends("reply_id")
    def _compute_to(self):
        for window in self:
            reader, address = window._to_whom()
            window.to = reader.email_formatted if reader else address

    def _to_whom(self):
        """Who gets the answer: ``(contact, address)``, one of them empty; whoever wrote, or who gets the letters."""
        self.ensure_one()
        reply = self.reply_id
        if reply.contact_id.email:
            return reply.contact_id, ""
        if reply.sender:
            return reply.contact_id.browse(), reply.sender
        reader = reply.case_id.reader_id
        return (reader if reader.email else reader.browse()), ""

    def action_save(self):
        """Do it, all in one transaction, and let the reply be handled with it.

        :raises UserError: it cannot be done; then nothing is.
        """
        self.ensure_one()
        self.check_access("write")
        self.reply_id.check_access("write")
        if self.act not in ("answer", "place") and not self.case_id:
            raise UserError(self.env._("Say first whose it is."))
        result = getattr(self.with_company(self.company_id), f"_do_{self.act}")()
        if self.act == "place":
            return {"type": "ir.actions.act_window_close"}
        if self.handle:
            self.reply_id._done(result)
        else:
            self.reply_id.sudo().result = result  # sudo: the system's to note
        return self._close_saying(result)
