from collections import defaultdict
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from markupsafe import escape

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_list

from ...engine.agreed import agreed_on
from ..claim.dunning_claim import WITH_TAKEN_IN
from ..dunning_money import IS_MONEY, exact, written
from ..event import as_fact

# What came in on the invoices of each agreement between two days, and whether anything of them is still open; of named
# ones whoever owes them by now. Without named invoices it is about everything in that currency that was there when it
# was made, and money that is booked on no invoice counts as well. Credit notes are no payments.
LEDGER = f"""
WITH agreement AS (
    SELECT * FROM unnest(%(ids)s::int[], %(companies)s::int[], %(partners)s::int[], %(currencies)s::int[],
                         %(since)s::date[], %(until)s::date[])
                  AS a (id, company_id, partner_id, currency_id, since, until)
), named AS (
    SELECT %(agreement)s AS id, %(move)s AS move_id FROM %(relation)s WHERE %(agreement)s = ANY(%(ids)s)
), item AS (
    SELECT a.id, a.since, a.until, l.id AS line_id, l.move_id, l.date, m.move_type,
           COALESCE(t.date_due, l.date_maturity) AS date_maturity, l.amount_residual_currency AS residual,
           COALESCE(t.invoice_date, m.invoice_date, m.date) AS dated,
           m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim AND l.amount_currency > 0 AS is_claim,
           EXISTS (SELECT FROM named n WHERE n.id = a.id) AS by_name,
           EXISTS (SELECT FROM named n WHERE n.id = a.id AND n.move_id = l.move_id) AS is_named
      FROM agreement a
      JOIN res_partner o ON o.id = a.partner_id
     CROSS JOIN LATERAL (
           SELECT k.* FROM res_partner p JOIN account_move_line k ON k.partner_id = p.id
            WHERE p.commercial_partner_id = o.commercial_partner_id
              AND NOT EXISTS (SELECT FROM named n WHERE n.id = a.id)
           UNION ALL
           SELECT k.* FROM named n JOIN account_move_line k ON k.move_id = n.move_id
             JOIN account_move e ON e.id = n.move_id LEFT JOIN res_partner w ON w.id = k.partner_id
            WHERE n.id = a.id -- of an entry only what this debtor owes
              AND (e.move_type <> 'entry' OR w.commercial_partner_id = o.commercial_partner_id)) l
      JOIN account_account c ON c.id = l.account_id AND c.account_type = 'asset_receivable'
      JOIN account_move m ON m.id = l.move_id
      {WITH_TAKEN_IN}
     WHERE l.company_id = a.company_id AND l.currency_id = a.currency_id AND l.parent_state = 'posted'
), claim AS (
    SELECT * FROM item
     WHERE is_claim AND (is_named OR NOT by_name AND dated <= since)
), matched AS (
    SELECT c.id, SUM(r.debit_amount_currency) FILTER (WHERE m.move_type <> 'out_refund') AS paid,
           SUM(r.debit_amount_currency) FILTER (WHERE m.move_type = 'out_refund') AS credited
      FROM claim c
      JOIN account_partial_reconcile r ON r.debit_move_id = c.line_id
      JOIN account_move_line k ON k.id = r.credit_move_id AND k.date BETWEEN c.since AND c.until
      JOIN account_move m ON m.id = k.move_id
     GROUP BY c.id
), booked AS ( -- what letters asked beyond these claims and is in the books, on items of its own
    SELECT DISTINCT c.id, c.since, c.until, b.move_line_id
      FROM claim c
      JOIN dunning_claim t ON t.move_line_id = c.line_id
      JOIN dunning_charge_booking b ON b.claim_id = t.id AND b.is_undone IS NOT TRUE
     WHERE NOT EXISTS (SELECT FROM claim o WHERE o.id = c.id AND o.line_id = b.move_line_id)
), beyond AS (
    SELECT b.id, SUM(r.debit_amount_currency) AS paid
      FROM booked b
      JOIN account_partial_reconcile r ON r.debit_move_id = b.move_line_id
      JOIN account_move_line k ON k.id = r.credit_move_id AND k.date BETWEEN b.since AND b.until
      JOIN account_move m ON m.id = k.move_id
      JOIN account_journal j ON j.id = m.journal_id
     WHERE {IS_MONEY}
     GROUP BY b.id
), loose AS (
    SELECT id, -SUM(residual) AS paid
      FROM item
     WHERE residual < 0 AND NOT by_name AND move_type <> 'out_refund' AND date BETWEEN since AND until
     GROUP BY id
), still AS (
    SELECT id FROM claim WHERE residual > 0 AND (by_name OR date_maturity IS NULL OR date_maturity <= until) GROUP BY id
), unbooked AS (
    SELECT n.id FROM named n LEFT JOIN account_move m ON m.id = n.move_id
     GROUP BY n.id HAVING bool_or(m.state = 'draft') OR bool_and(m.id IS NULL OR m.state = 'cancel')
)
SELECT a.id, (COALESCE(matched.paid, 0) + COALESCE(beyond.paid, 0) + COALESCE(loose.paid, 0))::text,
       COALESCE(matched.credited, 0)::text,
       still.id IS NULL AND unbooked.id IS NULL
  FROM agreement a
  LEFT JOIN matched USING (id)
  LEFT JOIN beyond USING (id)
  LEFT JOIN loose USING (id)
  LEFT JOIN still USING (id)
  LEFT JOIN unbooked USING (id)
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
        help="How much the debtor will pay. Filled in with what a letter of today asks: his own credits, payments "
        "under way, receipts that are not booked and disputed parts are taken off, interest and costs that are due are "
        "in it.",
    )
    asked_principal = fields.Monetary(compute="_compute_amount", store=True, precompute=True, string="Principal")
    asked_interest = fields.Monetary(compute="_compute_amount", store=True, precompute=True, string="Interest")
    asked_costs = fields.Monetary(compute="_compute_amount", store=True, precompute=True, string="Costs")
    coming_amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        precompute=True,
        string="Under way",
        help="What was under way already and is no part of the amount. Money that is booked counts for it first.",
    )
    bank_account_id = fields.Many2one("res.partner.bank", compute="_compute_pay_to", compute_sudo=True)
    payment_reference = fields.Char(compute="_compute_pay_to", compute_sudo=True)
    payment_html = fields.Html(
        compute="_compute_payment_html",
        sanitize=False,
        help="What the amount is made of and where to pay it, for texts.",
    )
    asked_text = fields.Char(compute="_compute_asked_text", string="What was asked")
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

    @api.depends("move_ids", "case_id", "currency_id")
    def _compute_amount(self):
        """What a letter of today asks; see ``dunning.asked``. Nothing is computed anew once the record is there."""
        parts = {}
        for company, records in self.grouped("company_id").items():
            partners = records.case_id.partner_id._origin
            if company and partners:
                parts |= {
                    (company, partner_id): found
                    for partner_id, found in self.env["dunning.asked"]._parts(company, partners.ids).items()
                }
        for record in self:
            own = parts.get((record.company_id, record.case_id.partner_id._origin.id), ())
            since = record._window()[0] or (record.company_id or self.env.company)._dunning_today()
            # invoices that nothing is asked for (of another debtor, not posted) are refused by their own check
            known = not record.move_ids or {part.claim.move_id for part in own} & set(record.move_ids.ids)
            sums = agreed_on(own, record.currency_id.name, record.move_ids.ids, since)
            record.asked_principal = float(sums.principal)
            record.asked_interest = float(sums.interest)
            record.asked_costs = float(sums.costs)
            record.coming_amount = float(sums.coming)
            named = record.move_ids.filtered(lambda move: move.move_type != "entry")
            items = (record.move_ids - named)._dunning_items(record.case_id.partner_id)
            left = sum(named.mapped("amount_residual")) + sum(items.mapped("amount_residual_currency"))
            record.amount = float(sums.total) if known else left

    @api.depends("asked_principal", "asked_interest", "asked_costs", "coming_amount", "currency_id")
    @api.depends_context("lang")
    def _compute_asked_text(self):
        for record in self:
            record.asked_text = record._asked_in_words()

    @api.depends("move_ids", "case_id", "currency_id")
    def _compute_pay_to(self):
        """Where to pay, as the letters say it; of an agreement about everything with all that is open and asked."""
        domain = [
            ("commercial_partner_id", "in", self.case_id.partner_id._origin._dunning_belonging()),
            ("company_id", "in", self.company_id.ids),
            ("move_type", "in", ("out_invoice", "out_receipt")),
            ("state", "=", "posted"),
            ("payment_state", "in", ("not_paid", "partial")),
        ]
        whole = self.filtered(lambda record: not record._named())
        opened = self.env["account.move"].search(domain, order="invoice_date_due, id") if whole else None
        taken_in = whole.case_id.taken_in_ids.grouped("case_id")
        for record in self:
            moves = record.move_ids._origin
            if record in whole:
                own = taken_in.get(record.case_id._origin, whole.case_id.taken_in_ids.browse())
                rests = record.case_id.beyond_ids.filtered("is_rest")
                moves = opened.filtered(record._is_about) + (own | rests).filtered(record._is_about_claim).move_id
            numbers = moves._dunning_numbers(record.partner_id._origin)
            record.bank_account_id, record.payment_reference = moves._dunning_pay_to(record.company_id, numbers)

    def _is_about(self, move):
        """Whether an agreement about everything is about this open invoice."""
        since = self._window()[0]
        return (
            move.commercial_partner_id.commercial_partner_id == self.partner_id._origin
            and move.company_id == self.company_id
            and move.currency_id == self.currency_id
            and (not since or not move.invoice_date or move.invoice_date <= since)
        )

    def _is_about_claim(self, claim):
        """As ``_is_about``, of what was taken in, and of a rest."""
        since = self._window()[0]
        later = since and claim.invoice_date and claim.invoice_date > since
        return claim.currency_id == self.currency_id and not later

    def _compute_payment_html(self):
        for record in self:
            lang = record.reader_lang
            values = {
                "agreement": record.with_context(lang=lang),
                "bank": record.bank_account_id.sudo(),  # sudo: what every letter prints
                "holder": record.bank_account_id.sudo().acc_holder_name or record.company_id.name,
                "money": partial(written, self.env, currency=record.currency_id, lang=lang),
            }
            qweb = self.env["ir.qweb"].with_context(lang=lang)
            record.payment_html = qweb._render("cremann_dunning.agreement_payment", values)

    def _asked_in_words(self):
        """What the amount was made of, where that was more than invoices; False where there is nothing to say."""
        self.ensure_one()
        parts = [
            (self.env._("principal %s"), self.asked_principal),
            (self.env._("interest %s"), self.asked_interest),
            (self.env._("costs %s"), self.asked_costs),
            (self.env._("under way and not in it %s"), self.coming_amount),
        ]
        shown = [label % written(self.env, amount, self.currency_id) for label, amount in parts if amount]
        return format_list(self.env, shown) if any(amount for _label, amount in parts[1:]) else False

    def _is_made_up(self):
        """Whether the amount is the sum of invoices, interest and costs, so that it can be shown in parts."""
        self.ensure_one()
        parts = self.asked_principal + self.asked_interest + self.asked_costs
        extra = self.asked_interest or self.asked_costs
        return bool(extra) and not self.currency_id.compare_amounts(parts, self.amount)

    def _compute_paid_amount(self):
        ledger = self._origin._ledger()
        for record in self:
            record.paid_amount = ledger.get(record._origin.id, NOTHING).paid

    def _window(self):
        """First and last day on which money counts for this agreement."""
        raise NotImplementedError  # both models say it

    def _ledger(self):
        """What the ledger says about these agreements, in one statement.

        :return: ``Ledger`` per id; what was under way when an agreement was made is no payment of it.
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
        coming = {record.id: record._exact(record.coming_amount) for record in self}
        open_rests, waiting = self._beyond()
        return {
            id_: Ledger(
                max(Decimal(paid) + waiting[id_] - coming[id_], Decimal(0)),
                Decimal(credited),
                settled and id_ not in open_rests,
            )
            for id_, paid, credited, settled in rows
        }

    def _beyond(self):
        """What letters asked beyond the claims of these agreements, and the ledger does not hold.

        :return: the ids of those of which costs or interest are open though the invoices are paid; and per id what came
            in for costs and interest of the invoices that it names, and is not booked yet.
        """
        open_rests, waiting = set(), defaultdict(Decimal)
        for company, records in self.grouped("company_id").items():
            partners = records.partner_id.commercial_partner_id
            # sudo: what letters asked and what came in, for whoever may read the agreement
            this = self.sudo().env
            rests = this["dunning.imputation"]._rests(company, partners.ids, company._dunning_today())
            came_in = this["dunning.bookkeeping"]._waiting(company, partners.ids)
            for record in records:
                since, until = record._window()
                named = record._named()
                for move_id, day, amount in came_in:
                    if move_id in named and since <= day <= (until or date.max):
                        waiting[record.id] += amount
                for rest in rests.get(record.partner_id.commercial_partner_id.id, ()):
                    left = rest.residual - sum(amount for move_id, _day, amount in came_in if move_id == rest.move_id)
                    if left > 0 and record._covers_rest(rest):
                        open_rests.add(record.id)
        return open_rests, waiting

    def _covers_rest(self, rest):
        """Whether a rest (``engine.facts.Claim``) is part of what was agreed on."""
        named, since = self._named(), self._window()[0]
        if named:
            return rest.move_id in named
        late = since and rest.dated and rest.dated > since
        return rest.currency == self.currency_id.name and not late

    def _exact(self, amount):
        """An amount of this record as the Decimal it stands for."""
        return exact(amount, self.currency_id)

    def _cancel_lost(self, today):
        """Those whose invoices are all deleted or cancelled were neither kept nor broken.

        :return: the others.
        """
        lost = self.filtered(lambda record: record._is_lost())
        lost._settle_as("cancelled", today)
        return self - lost

    def _is_lost(self):
        """Whether the invoices that it was about are all deleted or cancelled."""
        self.ensure_one()
        return bool(self.numbers) and all(move.state == "cancel" for move in self.move_ids)

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

    # -- as events ------------------------------------------------------------------------------------------------

    _family = "agreement"

    def _kind_changed(self, before):
        if "state" not in before:
            return "agreement.changed"
        return {"kept": "agreement.kept", "broken": "agreement.broken", "cancelled": "agreement.cancelled"}.get(
            self.state
        )

    def _event_facts(self, kind):
        gone = kind == "agreement.cancelled" and self._is_lost()
        facts = as_fact.known(amount=as_fact.money(self.amount, self.currency_id), gone=gone, **self._event_about())
        return facts, as_fact.known(note=self.note)

    def _event_rows(self, kinds, changes=None):
        """With what had not come in of those that were broken; the ledger is asked once for all of them."""
        broken = self.filtered(lambda record: kinds.get(record) == "agreement.broken")
        ledger, more = broken._ledger(), dict(changes or {})
        for record in broken:
            facts, personal = more.get(record, ({}, {}))
            more[record] = facts | record._event_missing(ledger), personal
        return super()._event_rows(kinds, more)

    def _event_missing(self, ledger):
        """What came in, or had not come in, of one that was broken, as facts. :param ledger: see ``_ledger``."""
        raise NotImplementedError  # both models say it

    @api.ondelete(at_uninstall=False)
    def _unlink_except_written_about(self):
        # sudo: whether there is one, for whoever may delete the agreement
        if self.sudo().letter_ids.filtered(lambda letter: letter.state in ("sent", "sending")):
            raise UserError(self.env._("A letter about it was sent, so it stays on record. Cancel it instead."))

    def unlink(self):
        """What was written about it and never left goes along."""
        self.check_access("unlink")
        # sudo: letters and the outbox are the system's
        letters = self.sudo().letter_ids.filtered(lambda letter: letter.state not in ("sent", "sending"))
        letters.mail_id.filtered(lambda mail: mail.state == "outgoing").cancel()
        letters.unlink()
        return super().unlink()

    def action_cancel(self):
        """Take the agreement back: the invoices are followed up as if it had not been made."""
        if self.filtered(lambda record: record.state in ("kept", "cancelled")):
            raise UserError(self.env._("What is kept or cancelled already stays as it is."))
        self._by_system().write({"state": "cancelled"})
        return True
