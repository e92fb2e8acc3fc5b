from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ...engine import rules
from ...engine.gate import Element
from ...engine.others import DATA, FIGURE, PHRASE

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
# Values that others chose, or that are searched among what they chose; the rest are our own amounts and days.
NAMES = {"creditor_name", "creditor_number", "contact", "invoice_numbers", "what_for", "account"}
# Where the regime says nothing: what a demand with legal force has to hold anywhere.
USUAL = {
    rules.STATUTORY_NOTICE: ("creditor_name", "invoice_numbers", "total", "account"),
    rules.NOTICE_OF_DEFAULT: ("creditor_name", "invoice_numbers", "total", "deadline", "account"),
    rules.FINAL_NOTICE: ("creditor_name", "invoice_numbers", "total", "deadline", "account"),
    rules.HANDOVER: ("creditor_name", "invoice_numbers", "total"),
}


class DunningElement(models.Model):
    """Something that the law wants in a letter, or does not want in it, and how to find it in the text."""

    _name = "dunning.element"
    _description = "Element of a Letter"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
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

    @api.model
    def _for_letter(self, letter):
        """What has to stand in a letter, or may not: the elements of its regime, else the usual ones.

        An account to pay into is wanted of every letter that asks money, whatever its regime wants in the text.

        :return: list of ``engine.gate.Element``.
        """
        needs = letter.regime_id.requirement_ids.filtered(lambda line: line.legal_type == letter.legal_type)
        elements = needs.element_ids or self._usual(letter.legal_type)
        found = elements._gate_elements(letter)
        asks = letter.legal_type != rules.HANDOVER and letter.amount_total > 0
        if asks and "account" not in elements.mapped("value") and not letter.bank_account_id:
            name = dict(self._fields["value"]._description_selection(self.env))["account"]
            found.append(Element(name, "", (), kind=DATA, hint=self._hint("account", letter)))
        return found

    @api.model
    def _usual(self, legal_type):
        """The elements of a letter of this type where no regime names any; one that somebody deleted is left out."""
        names = USUAL.get(legal_type, ())
        found = (self.env.ref(f"cremann_dunning.dunning_element_{name}", raise_if_not_found=False) for name in names)
        return self.browse([element.id for element in found if element])

    def _gate_elements(self, letter):
        """These elements as values of the engine, for one letter: with its own figures, in its own language.

        :return: list of ``engine.gate.Element``. A value that a letter has by choice only (interest, costs) asks for
            nothing when it has none; any other that is absent is missing, with a hint at where to fill it in.
        """
        found = []
        for element in self:  # named as the user reads it
            spoken = element.with_context(lang=letter.lang)
            by_value = element.check == "value"
            wanted = getattr(spoken, f"_value_{element.value}")(letter) if by_value else [spoken._words()]
            article, forbidden = element.article or "", element.check == "forbidden"
            kind = PHRASE if not by_value else DATA if element.value in NAMES else FIGURE
            for ways in map(tuple, (filter(None, ways) for ways in wanted)):
                hint = self._hint(element.value, letter) if by_value and not ways else ""
                found.append(Element(element.name, article, ways, forbidden, kind, hint))
        return found

    @api.model
    def _hint(self, value, letter):
        """What to fill in where, when a letter lacks a value of its own."""
        company = letter.company_id.display_name
        hints = {
            "creditor_number": self.env._("Company %s: enter its company ID or VAT number.", company),
            "contact": self.env._(
                "Company %s: enter a telephone number or an e-mail address, or one of who signs.", company
            ),
            "account": self.env._("Company %s: enter a bank account.", company),
            "deadline": self.env._("Level %s: enter the days to pay.", letter.level_id.display_name),
            "due_dates": self.env._("Enter a due date on every invoice."),
            "what_for": self.env._("Enter on every invoice what it is for, cancel the letter and propose it again."),
        }
        return hints.get(value, "")

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
        return [[line.number] for line in letter._demanded_lines()] or [[]]

    def _value_due_dates(self, letter):
        days = {line.date_due for line in letter._demanded_lines()} or {False}
        formats = ("d MMM y", "d MMMM y", False)  # False: the usual one of the language
        return [
            [format_date(self.env, day, lang_code=letter.lang, date_format=form) for form in formats if day]
            for day in sorted(days, key=str)
        ]

    def _value_what_for(self, letter):
        return [[line.label, line._shown_label()] for line in letter._demanded_lines()] or [[]]

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
        return [[letter.deadline and letter.deadline_text]]

    def _value_account(self, letter):
        return [[letter.bank_account_id.acc_number]]
