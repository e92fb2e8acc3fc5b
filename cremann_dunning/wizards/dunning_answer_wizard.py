from odoo import api, fields, models

from ..law.calendar import add_months
from ..models.debtor.dunning_settling import Given
from ..models.dunning_money import exact

# Days to pay what is left, where nobody chose a day.
DAYS_TO_PAY = 7


class DunningAnswerWizard(models.TransientModel):
    """Asks what came of a dispute: what is credited, what is left and how it is paid, and why; done in one act."""

    _name = "dunning.answer.wizard"
    _description = "Answer a Dispute"
    _inherit = ["dunning.window.mixin"]

    dispute_id = fields.Many2one("dunning.dispute", required=True, readonly=True)
    company_id = fields.Many2one(related="dispute_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="dispute_id.currency_id", related_sudo=False)
    partner_id = fields.Many2one(related="dispute_id.partner_id", related_sudo=False)
    about = fields.Char(related="dispute_id.about", related_sudo=False)
    reason = fields.Selection(related="dispute_id.reason", related_sudo=False)
    description = fields.Text(related="dispute_id.description", related_sudo=False)
    amount_disputed = fields.Monetary(string="In dispute", readonly=True)
    amount_open = fields.Monetary(string="Open of the invoices", readonly=True)
    amount_credited = fields.Monetary(string="Credited since it was noted", readonly=True)
    outcome = fields.Selection(
        [
            ("accepted", "Right: all of it is credited"),
            ("partly", "Partly right: a part is credited, the rest is asked"),
            ("rejected", "Not right: the invoice stands"),
            ("settled", "Settled: the rest is paid in instalments"),
        ],
        required=True,
        default="accepted",
        string="What came of it",
    )
    credit = fields.Monetary(
        string="Credit now",
        compute="_compute_credit",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="A credit note of this amount is booked and matched, with VAT, the oldest invoice first.",
    )
    left = fields.Monetary(string="Left to pay", compute="_compute_left", compute_sudo=False)
    words = fields.Text(
        string="Why",
        compute="_compute_words",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="In the language of the debtor: it stands in the letter.",
    )
    pay_by = fields.Date(
        string="To pay by",
        compute="_compute_pay_by",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="The last day. Until then it is not asked again; after it the steps go on where they were.",
    )
    instalment_count = fields.Integer(string="Instalments", default=3)
    first_date = fields.Date(
        string="First on",
        compute="_compute_first_date",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="The first day, then the same day of every month.",
    )
    lang = fields.Char(string="Language", readonly=True)
    lang_name = fields.Char(compute="_compute_lang_name")

    @api.model
    def _open(self, dispute):
        """The window about this dispute, with what is in dispute of it at this moment."""
        left = dispute._left()
        wizard = self.create(
            {
                "dispute_id": dispute.id,
                "amount_disputed": float(left.amount),
                "amount_open": float(left.open),
                "amount_credited": float(left.credited),
                "lang": dispute.reader_lang,
            }
        )
        return wizard._get_records_action(name=self.env._("Answer the dispute"), target="new")

    @api.depends("outcome", "amount_disputed")
    def _compute_credit(self):
        for wizard in self:
            wizard.credit = wizard.amount_disputed if wizard.outcome == "accepted" else 0

    @api.depends("credit", "amount_open")
    def _compute_left(self):
        for wizard in self:
            wizard.left = wizard.amount_open - wizard.credit

    @api.depends("outcome", "dispute_id", "lang")
    def _compute_words(self):
        for wizard in self:
            dispute = wizard.dispute_id
            wizard.words = dispute._words(wizard.outcome, wizard.lang) if dispute and wizard.outcome else False

    @api.depends("dispute_id")
    def _compute_pay_by(self):
        """A week from today, on a working day, and not before the invoices are due."""
        for wizard in self:
            company = wizard.company_id or self.env.company
            day = self.env["dunning.letter"]._deadline(
                company.country_id.code or "NL", company._dunning_today(), DAYS_TO_PAY
            )
            wizard.pay_by = max([day, *filter(None, wizard.dispute_id.move_ids.mapped("invoice_date_due"))])

    @api.depends("dispute_id")
    def _compute_first_date(self):
        for wizard in self:
            wizard.first_date = add_months((wizard.company_id or self.env.company)._dunning_today(), 1)

    @api.depends("lang")
    def _compute_lang_name(self):
        names = dict(self.env["res.lang"].get_installed())
        for wizard in self:
            wizard.lang_name = names.get(wizard.lang)

    def action_answer(self):
        """Do what was chosen, all of it or nothing, and show the letter that says so."""
        self.ensure_one()
        letter = self.env["dunning.settling"]._settle(self.dispute_id, self._given())
        return letter._get_records_action()

    def _given(self):
        currency = self.currency_id
        return Given(
            self.outcome,
            exact(self.credit, currency),
            self.words or "",
            self.pay_by if self.outcome in ("partly", "rejected") else None,
            self.instalment_count if self.outcome == "settled" else 0,
            self.first_date or None,
            exact(self.amount_disputed, currency),
        )
