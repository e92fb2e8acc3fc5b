from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ...engine.gate import Element

# What an element may look up on the letter itself.
VALUES = [
    ("creditor_name", "Name of the creditor"),
    ("creditor_number", "Company or VAT number of the creditor"),
    ("contact", "Telephone or e-mail to answer to"),
    ("invoice_numbers", "Number of every invoice"),
    ("due_dates", "Due date of every invoice"),
    ("what_for", "What every invoice was for"),
    ("principal", "Open principal"),
    ("total", "Amount to pay"),
    ("interest", "Interest, when asked"),
    ("costs", "Exact costs, when announced or asked"),
    ("clause_interest", "Percentage of interest of the clause, when there is one"),
    ("vat", "VAT in the costs, when there is any"),
    ("deadline", "Last day to pay"),
    ("account", "Bank account"),
]


class DunningElement(models.Model):
    """Something that the law wants in a letter, or does not want in it, and how to find it in the text."""

    _name = "dunning.element"
    _description = "Element of a Letter"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short technical name, the same in every language.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    article = fields.Char(string="Source of Law", help="The article that asks for it.")
    check = fields.Selection(
        [
            ("value", "A figure or name of the letter"),
            ("phrase", "Words"),
            ("forbidden", "Words that may not be in it"),
        ],
        string="Looks For",
        required=True,
        default="phrase",
    )
    value = fields.Selection(VALUES, help="Looked up on each letter, in the debtor's language.")
    phrases = fields.Text(
        translate=True,
        help="One wording a line, per language: one of them has to be in the text. Capitals and line breaks do not "
        "count.",
    )

    _unique_code = models.UniqueIndex("(code)", "An element with this code already exists.")

    @api.constrains("check", "value", "phrases")
    def _check_complete(self):
        for element in self:
            if element.check == "value" and not element.value:
                raise ValidationError(self.env._("Element %s: choose which figure or name to look for.", element.name))
            if element.check != "value" and not (element.phrases or "").strip():
                raise ValidationError(self.env._("Element %s: enter the words to look for.", element.name))

    def _gate_elements(self, letter):
        """These elements as values of the engine, for one letter: with its own figures, in its own language.

        :return: list of ``engine.gate.Element``; a value that the letter does not use asks for nothing.
        """
        found = []
        for element in self:  # named as the user reads it
            spoken = element.with_context(lang=letter.lang)
            by_value = element.check == "value"
            wanted = getattr(spoken, f"_value_{element.value}")(letter) if by_value else [spoken._words()]
            article, forbidden = element.article or "", element.check == "forbidden"
            found += [Element(element.name, article, tuple(filter(None, ways)), forbidden) for ways in wanted]
        return found

    def _words(self):
        """The wordings, one a line."""
        self.ensure_one()
        return [line.strip() for line in (self.phrases or "").splitlines()]

    # Per value: a list with, for each thing to find, the ways in which it may be written.

    def _value_creditor_name(self, letter):
        return [[letter.company_id.name]]

    def _value_creditor_number(self, letter):
        return [[letter.company_id.company_registry, letter.company_id.vat]]

    def _value_contact(self, letter):
        return [[letter.user_id.phone, letter.user_id.email, letter.company_id.phone, letter.company_id.email]]

    def _value_invoice_numbers(self, letter):
        return [[line.move_id.name] for line in letter._demanded_lines()]

    def _value_due_dates(self, letter):
        days = set(letter._demanded_lines().mapped("date_due"))
        formats = ("d MMM y", "d MMMM y", False)  # False: the usual one of the language
        return [
            [format_date(self.env, day, lang_code=letter.lang, date_format=form) for form in formats]
            for day in sorted(filter(None, days))
        ]

    def _value_what_for(self, letter):
        return [[line.label] for line in letter._demanded_lines() if line.label]

    def _value_principal(self, letter):
        return [[letter._money(letter.amount_principal)]]

    def _value_total(self, letter):
        return [[letter._money(letter.amount_total)]]

    def _value_interest(self, letter):
        return [[letter._money(letter.amount_interest)]] if letter.amount_interest else []

    def _value_costs(self, letter):
        costs = letter.amount_costs or letter.amount_costs_announced
        return [[letter._money(costs)]] if costs else []

    def _value_clause_interest(self, letter):
        return [[letter.clause_interest_text]] if letter.clause_interest_text else []

    def _value_vat(self, letter):
        return [[letter._money(letter.amount_costs_vat)]] if letter.amount_costs_vat else []

    def _value_deadline(self, letter):
        return [[letter.deadline_text]] if letter.deadline else []

    def _value_account(self, letter):
        return [[letter.bank_account_id.acc_number]] if letter.bank_account_id else []
