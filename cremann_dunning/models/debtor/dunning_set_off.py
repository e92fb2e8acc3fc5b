from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..dunning_money import written
from ..event import as_fact


class DunningSetOff(models.Model):
    """What a debtor owed and what he was owed were set off: how much, in which entry, and what he is told.

    Kept by value, for the letter: by law it is the declaration to the other that sets off (6:127 BW).
    """

    _name = "dunning.set.off"
    _description = "Set-off"
    _inherit = ["dunning.record.mixin", "dunning.message.mixin", "dunning.followers.mixin", "mail.thread"]
    _order = "date desc, id desc"
    _rec_name = "date"

    case_id = fields.Many2one(
        "dunning.case", string="Debtor", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True, index=True)
    date = fields.Date(string="Set off on", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    claims_text = fields.Text(string="He owed", readonly=True)
    debts_text = fields.Text(string="We owed", readonly=True)
    # as a text says it: a line each
    claims_html = fields.Html(string="He owed, by line", compute="_compute_in_lines", sanitize=False)
    debts_html = fields.Html(string="We owed, by line", compute="_compute_in_lines", sanitize=False)
    entry_id = fields.Many2one("account.move", readonly=True, index="btree_not_null", ondelete="set null")
    by_itself = fields.Boolean(string="By itself", readonly=True, help="The daily job did it.")
    is_in_force = fields.Boolean(
        compute="_compute_is_in_force", string="In force", help="Its entry is booked and was not reversed."
    )
    is_belgian = fields.Boolean(compute="_compute_is_belgian")

    @api.depends("entry_id.state", "entry_id.reversal_move_ids.state")
    def _compute_is_in_force(self):
        for record in self:
            entry = record.entry_id.sudo()  # sudo: whether it stands, whoever reads about it
            reversed_by = entry.reversal_move_ids.filtered(lambda move: move.state == "posted")
            record.is_in_force = entry.state == "posted" and not reversed_by

    @api.depends("claims_text", "debts_text")
    def _compute_in_lines(self):
        for record in self:
            record.claims_html = Markup("<br/>").join((record.claims_text or "").splitlines())
            record.debts_html = Markup("<br/>").join((record.debts_text or "").splitlines())

    @api.depends("company_id")
    def _compute_is_belgian(self):
        for record in self:
            record.is_belgian = record.company_id.country_id.code == "BE"

    @api.depends("partner_id", "date", "amount", "currency_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._(
                "%(debtor)s: %(amount)s set off on %(date)s",
                debtor=record.partner_id.name or "",
                amount=written(self.env, record.amount, record.currency_id),
                date=format_date(self.env, record.date) if record.date else "…",
            )

    @api.model
    def _make(self, case, claims, debts, amount, date, by_itself=False):
        """Set off and keep it: see ``dunning.setting.off._set_off``. :return: the record."""
        entry = self.env["dunning.setting.off"]._set_off(case.partner_id, claims, debts, amount, date)
        return self._keep(case, entry, by_itself)

    @api.model
    def _keep(self, case, entry, by_itself=False):
        """The record of an entry that sets off, in the words of the debtor."""
        told = case.with_context(lang=case.reader_lang).env
        owed = entry.line_ids.filtered(lambda line: line.account_type == "asset_receivable").sorted("id")
        debts = (entry.line_ids - owed).sorted("id")
        # sudo: what was set off is the system's to keep; its rights were asked with the entry
        record = self.sudo().create(
            {
                "case_id": case.id,
                "date": entry.date,
                "currency_id": owed.currency_id.id,
                "amount": -sum(owed.mapped("amount_currency")),
                "claims_text": self._listed(told, owed),
                "debts_text": self._listed(told, debts),
                "entry_id": entry.id,
                "by_itself": by_itself,
            }
        )
        self.env["dunning.event"]._tell(record._event_rows(owed))
        return record.with_env(self.env)

    def _event_rows(self, owed):
        """The event of a set-off; also to make it afterwards. :param owed: the items of its entry on the debtor's
        account."""
        self.ensure_one()
        claims = self.env["dunning.ledger.told"]._claims(owed.matched_debit_ids.debit_move_id.ids)
        facts = as_fact.known(
            amount=as_fact.money(self.amount, self.currency_id),
            of=as_fact.record(self),
            entry=as_fact.entry(self.entry_id),
            by_itself=self.by_itself,
            numbers=", ".join(dict.fromkeys(number or "" for *_ids, number in claims.values())),
        )
        return [
            {
                "kind": "ledger.set_off",
                "company_id": self.company_id.id,
                "debtor": self.partner_id.commercial_partner_id.id,
                "claims": [claim_id for claim_id, *_row in claims.values()],
                "facts": facts,
                "personal": as_fact.known(debts=self.debts_text),
            }
        ]

    @api.model
    def _listed(self, told, lines):
        """One line of text per item that an entry took from: its number as the debtor knows it, day and amount, and
        what is left of it."""
        rows = []
        for line in lines:
            parts = line.matched_debit_ids.debit_move_id | line.matched_credit_ids.credit_move_id
            entry = line.move_id
            others = (one for one in parts - line if not one.move_id.is_entry() or one.move_id != entry)
            item = next(others, parts.browse())
            move = item.move_id
            number = (move.ref if move.is_purchase_document(include_receipts=True) else "") or move.name or ""
            amount = written(told, abs(line.amount_currency), line.currency_id)
            day = format_date(told, move.invoice_date or move.date)
            row = told._("%(number)s of %(day)s: %(amount)s", number=number, day=day, amount=amount)
            if left := abs(item.amount_residual_currency):
                left = written(told, left, line.currency_id)
                row = told._("%(row)s (%(left)s of it is still open)", row=row, left=left)
            rows.append(row)
        return "\n".join(rows)

    def action_write(self):
        """Write to the debtor what was set off."""
        self.check_access("read")
        return self._compose("set_off")

    def action_open_entry(self):
        """The entry that set off."""
        self.ensure_one()
        self.check_access("read")
        return self.entry_id._get_records_action()

    @api.model
    def _by_itself(self, company):
        """Set off what is due on both sides where the company has it so, and ask somebody to tell the debtors."""
        done = self.env["dunning.setting.off"]._by_itself(company)
        for partner, entry in done:
            case = self.env["dunning.case"]._for_partners(partner, company, create=True)
            record = self._keep(case, entry, by_itself=True)
            user = case._responsible() or self.env.user
            env = self.with_context(lang=user.lang or self.env.lang).env
            case.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=env._("Tell the debtor what was set off"),
                note=env._(
                    "%s. Write to him from the set-off on his case: he has to know.", record.with_env(env).display_name
                ),
                user_id=user.id,
            )
        return done
