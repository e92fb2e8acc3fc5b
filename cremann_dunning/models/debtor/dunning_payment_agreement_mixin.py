from datetime import date
from decimal import Decimal
from typing import NamedTuple

from markupsafe import escape

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..dunning_money import exact

# What came in on the invoices of each agreement between two days, and whether anything of them is still open. Without
# named invoices it is about everything in that currency, and money that is booked on no invoice counts as well. Credit
# notes are no payments.
LEDGER = """
WITH agreement AS (
    SELECT * FROM unnest(%(ids)s::int[], %(companies)s::int[], %(partners)s::int[], %(currencies)s::int[],
                         %(since)s::date[], %(until)s::date[])
                  AS a (id, company_id, partner_id, currency_id, since, until)
), named AS (
    SELECT %(agreement)s AS id, %(move)s AS move_id FROM %(relation)s WHERE %(agreement)s = ANY(%(ids)s)
), item AS (
    SELECT a.id, a.since, a.until, l.id AS line_id, l.move_id, l.date, l.date_maturity, m.move_type,
           l.amount_residual_currency AS residual,
           EXISTS (SELECT FROM named n WHERE n.id = a.id) AS by_name,
           EXISTS (SELECT FROM named n WHERE n.id = a.id AND n.move_id = l.move_id) AS is_named
      FROM agreement a
      JOIN res_partner p ON p.commercial_partner_id = a.partner_id
      JOIN account_move_line l ON l.partner_id = p.id AND l.company_id = a.company_id
                              AND l.currency_id = a.currency_id AND l.parent_state = 'posted'
      JOIN account_account c ON c.id = l.account_id AND c.account_type = 'asset_receivable'
      JOIN account_move m ON m.id = l.move_id
), claim AS (
    SELECT * FROM item WHERE move_type IN ('out_invoice', 'out_receipt') AND (is_named OR NOT by_name)
), matched AS (
    SELECT c.id, SUM(r.debit_amount_currency) FILTER (WHERE m.move_type <> 'out_refund') AS paid,
           SUM(r.debit_amount_currency) FILTER (WHERE m.move_type = 'out_refund') AS credited
      FROM claim c
      JOIN account_partial_reconcile r ON r.debit_move_id = c.line_id
      JOIN account_move_line k ON k.id = r.credit_move_id AND k.date BETWEEN c.since AND c.until
      JOIN account_move m ON m.id = k.move_id
     GROUP BY c.id
), loose AS (
    SELECT id, -SUM(residual) AS paid
      FROM item
     WHERE residual < 0 AND NOT by_name AND move_type <> 'out_refund' AND date BETWEEN since AND until
     GROUP BY id
), still AS (
    SELECT id FROM claim WHERE residual > 0 AND (by_name OR date_maturity IS NULL OR date_maturity <= until) GROUP BY id
)
SELECT a.id, (COALESCE(matched.paid, 0) + COALESCE(loose.paid, 0))::text, COALESCE(matched.credited, 0)::text,
       still.id IS NULL
  FROM agreement a
  LEFT JOIN matched USING (id)
  LEFT JOIN loose USING (id)
  LEFT JOIN still USING (id)
"""


class Ledger(NamedTuple):
    """What came in on an agreement's invoices within its window: payments, credit notes, and if nothing is left."""

    paid: Decimal
    credited: Decimal
    settled: bool


NOTHING = Ledger(Decimal(0), Decimal(0), False)


class DunningPaymentAgreementMixin(models.AbstractModel):
    """What a promise and a payment plan share: an amount that should come in, and what the ledger says about it."""

    _name = "dunning.payment.agreement.mixin"
    _description = "Agreement about payment"
    _inherit = [
        "dunning.case.mixin",
        "dunning.message.mixin",
        "dunning.followers.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]

    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
        help="How much the debtor will pay. Filled in with what is open.",
    )
    paid_amount = fields.Monetary(
        compute="_compute_paid_amount",
        string="Paid since",
        help="What came in on these invoices since, as far as it is booked. Credit notes are no payments.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Agreed by",
        default=lambda self: self.env.user,
        tracking=True,
        help="Who made the agreement.",
    )
    note = fields.Text(help="How it came about, and with whom.")
    decided_on = fields.Date(
        string="Turned out on", readonly=True, copy=False, help="The day on which it turned out to be kept or broken."
    )

    _amount_positive = models.Constraint("CHECK(amount > 0)", "Enter the amount that the debtor will pay.")

    @api.depends("move_ids", "case_id")
    def _compute_amount(self):
        for record in self:
            if record.move_ids:
                record.amount = sum(record.move_ids.mapped("amount_residual"))
            else:
                record.amount = record.case_id.amount_overdue

    def _compute_paid_amount(self):
        ledger = self._origin._ledger()
        for record in self:
            record.paid_amount = ledger.get(record._origin.id, NOTHING).paid

    def _window(self):
        """First and last day on which money counts for this agreement."""
        raise NotImplementedError  # both models say it

    def _ledger(self):
        """What the ledger says about these agreements, in one statement.

        :return: ``Ledger`` per id.
        """
        if not self:
            return {}
        self.env.flush_all()
        windows = [record._window() for record in self]
        self.env.cr.execute(
            SQL(
                LEDGER,
                ids=self.ids,
                companies=[record.company_id.id for record in self],
                partners=[record.partner_id.id for record in self],
                currencies=[record.currency_id.id for record in self],
                since=[since for since, _until in windows],
                until=[until or date.max for _since, until in windows],
                **self._relation("move_ids", "agreement", "move"),
            )
        )
        rows = self.env.cr.fetchall()
        return {id_: Ledger(Decimal(paid), Decimal(credited), settled) for id_, paid, credited, settled in rows}

    def _exact(self, amount):
        """An amount of this record as the Decimal it stands for."""
        return exact(amount, self.currency_id)

    def _settle_as(self, state, today):
        """Write what the ledger decided, for all at once and without a message each."""
        if self:
            self._by_system().with_context(tracking_disable=True).write({"state": state, "decided_on": today})

    def _reminder(self, env, found):
        """Summary and text of the activity for a broken one, in the language of whoever gets it."""
        raise NotImplementedError  # both models say it

    def _remind(self, found):
        """Tell the responsible of the case that this agreement was broken, with one activity each.

        :param found: per record what its text needs, so that nothing is read one by one.
        """
        todo, model = self.env.ref("mail.mail_activity_data_todo"), self.env["ir.model"]._get_id("dunning.case")
        vals_list = []
        for record in self:
            user = record.case_id._responsible() or record.user_id or self.env.user
            env = self.with_context(lang=user.lang or self.env.lang).env
            summary, note = record._reminder(env, found[record])
            vals_list.append(
                {
                    "res_model_id": model,
                    "res_id": record.case_id.id,
                    "activity_type_id": todo.id,
                    "user_id": user.id,
                    "date_deadline": record.company_id._dunning_today(),
                    "summary": summary,
                    "note": escape(note),
                }
            )
        self.case_id.mapped("display_name")  # an activity reads it one by one
        # sudo: the daily job gives work to others
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(vals_list)

    def action_cancel(self):
        """Take the agreement back: the invoices are followed up as if it had not been made."""
        if self.filtered(lambda record: record.state in ("kept", "cancelled")):
            raise UserError(self.env._("What is kept or cancelled already stays as it is."))
        self._by_system().write({"state": "cancelled"})
        return True
