from odoo import api, fields, models

from ..engine import incoming


class DunningClaimImportWizardLine(models.TransientModel):
    """One claim from outside, as it is proposed: everything can be changed before it is booked."""

    _name = "dunning.claim.import.wizard.line"
    _description = "Claim from Outside"
    _inherit = ["dunning.window.mixin"]
    _order = "id"

    wizard_id = fields.Many2one("dunning.claim.import.wizard", required=True, ondelete="cascade", index=True)
    source = fields.Char(readonly=True, help="The file and row it was read from.")
    partner_id = fields.Many2one("res.partner", string="Debtor", help="The contact who owes it.")
    choices = fields.Char(readonly=True, help="The contacts that the debtor may be.")
    is_new_debtor = fields.Boolean(string="Make", help="Make a contact of the debtor when the claim is booked.")
    debtor_name = fields.Char(string="Name")
    partner_ref = fields.Char(string="Customer number")
    vat = fields.Char(string="VAT number")
    company_registry = fields.Char(string="Company number")
    email = fields.Char(string="E-mail")
    street = fields.Char()
    zip = fields.Char(string="Postcode")
    city = fields.Char()
    country_id = fields.Many2one("res.country")
    number = fields.Char(help="The number that the debtor knows: letters name it.")
    invoice_date_text = fields.Char(readonly=True)
    invoice_date = fields.Date(
        string="Date", compute="_compute_invoice_date", store=True, readonly=False, compute_sudo=False
    )
    date_due_text = fields.Char(readonly=True)
    date_due = fields.Date(
        string="Due date", compute="_compute_date_due", store=True, readonly=False, compute_sudo=False
    )
    due_remark = fields.Char(readonly=True)
    currency_text = fields.Char(readonly=True)
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id, context={"active_test": False}
    )
    amount_text = fields.Char(readonly=True)
    amount = fields.Monetary(
        compute="_compute_amount", store=True, readonly=False, compute_sudo=False, help="What is still owed."
    )
    label = fields.Char(string="What for")
    customer_ref = fields.Char(string="Order", help="The debtor's own number for it.")
    pdf = fields.Binary(string="PDF", attachment=False, help="The invoice as the debtor had it.")
    pdf_name = fields.Char()
    xml = fields.Binary(attachment=False)
    xml_name = fields.Char()
    remark = fields.Char(readonly=True)
    refusal = fields.Char(readonly=True, help="Why it could not be booked.")
    is_accepted = fields.Boolean(string="Looked at", help="Somebody has looked at it: it is booked with the others.")
    state = fields.Selection(
        [("good", "Good"), ("look", "To look at"), ("bad", "To mend")], compute="_compute_verdict", string="Status"
    )
    message = fields.Char(compute="_compute_verdict", string="What to do")

    @api.depends("amount_text", "wizard_id.decimal_mark")
    def _compute_amount(self):
        for line in self:
            mark = line.wizard_id.decimal_mark
            amount = _read(incoming.amount, line.amount_text, mark) if mark and not line.amount else None
            fits = amount and incoming.decimals(amount[0]) <= line.currency_id.decimal_places
            line.amount = float(amount[0]) if fits else line.amount

    @api.depends("invoice_date_text", "wizard_id.day_order")
    def _compute_invoice_date(self):
        for line in self:
            order = line.wizard_id.day_order
            line.invoice_date = line.invoice_date or (order and _read(incoming.day, line.invoice_date_text, order))

    @api.depends("date_due_text", "wizard_id.day_order")
    def _compute_date_due(self):
        for line in self:
            order = line.wizard_id.day_order
            line.date_due = line.date_due or (order and _read(incoming.day, line.date_due_text, order))

    @api.depends(
        "partner_id", "choices", "is_new_debtor", "debtor_name", "partner_ref", "vat", "company_registry", "email",
        "zip", "number", "invoice_date", "date_due", "due_remark", "currency_id", "amount", "remark", "refusal",
        "wizard_id.journal_id", "wizard_id.date", "wizard_id.is_each_day", "wizard_id.line_ids.number",
        "wizard_id.line_ids.amount", "wizard_id.line_ids.partner_id",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_verdict(self):
        """Beside all lines of its window: two of them may be the same claim."""
        check = self.env["dunning.claim.import.check"]
        for wizard, lines in self.grouped("wizard_id").items():
            verdicts = check._verdicts(wizard, wizard.line_ids | lines)
            for line in lines:
                line.state, line.message = verdicts[line]
                if line.refusal and line.state != "bad":
                    line.state, line.message = "look", line.refusal

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        if self.partner_id:
            self.is_new_debtor = False

    def _complete(self):
        """Say who the debtors may be, and when what has no due date is due by their payment term."""
        lines = self.filtered(lambda line: not line.partner_id)
        for company, own in lines.grouped(lambda line: line.wizard_id.company_id).items():
            for line, (partner, choices) in self.env["dunning.claim.import.debtor"]._find(company, own).items():
                line.partner_id = partner
                line.choices = ", ".join(choices.mapped("display_name"))[:300] if choices else False
        for line in self.filtered(lambda line: line.invoice_date and not line.date_due and not line.date_due_text):
            partner = line.partner_id.with_company(line.wizard_id.company_id)
            terms = partner.property_payment_term_id.line_ids
            if terms:
                line.date_due = max(term._get_due_date(line.invoice_date) for term in terms)
                line.due_remark = self.env._("Its due date is that of the debtor's payment term: look at it.")


def _read(read, text, how):
    """What a text says, read in this way; None where it says nothing."""
    try:
        return read(text, how) if text else None
    except incoming.Unreadable:
        return None
