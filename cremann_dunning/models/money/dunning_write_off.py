from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL, format_date

from ...law import bad_debt
from ..dunning_inside import Inside

REASONS = [
    ("uncollectable", "Uncollectable"),
    ("insolvent", "Debtor insolvent"),
    ("limitation", "Claim has lapsed"),
    ("small", "Too small to collect"),
    ("goodwill", "Goodwill"),
    ("other", "Other"),
]
BASES = [
    (bad_debt.YEAR, "A year after the due date"),
    (bad_debt.CERTAIN, "The loss is certain"),
    (bad_debt.JUDGMENT, "The judgment of bankruptcy"),
    (bad_debt.PROOF, "When the loss is certain"),
    (bad_debt.UNKNOWN, "Not known here"),
]
# Which of them hold: their entry is booked and still matched with the item that it took off the ledger.
IN_FORCE = """
SELECT w.id FROM dunning_write_off w
  JOIN account_move e ON e.id = w.entry_id AND e.state = 'posted'
  JOIN account_move_line k ON k.move_id = e.id
  JOIN account_partial_reconcile r ON r.credit_move_id = k.id AND r.debit_move_id = w.move_line_id
"""


class DunningWriteOff(models.Model):
    """One claim that was written off: why, in which entry, and what of it is VAT that may come back.

    The books decide whether it holds: once its entry is reversed, deleted or no longer matched, it does not, and the
    claim is asked again. Nothing of it holds an entry, an item or an account.
    """

    _name = "dunning.write.off"
    _description = "Claim Written Off"
    _inherit = ["dunning.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "number"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one("res.partner", string="Debtor", readonly=True, index=True, ondelete="set null")
    move_id = fields.Many2one(
        "account.move", string="Invoice", readonly=True, index="btree_not_null", ondelete="set null"
    )
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal item", readonly=True, index="btree_not_null", ondelete="set null"
    )
    claim_id = fields.Many2one("dunning.claim", readonly=True, index="btree_not_null", ondelete="set null")
    number = fields.Char(readonly=True, help="The number that the debtor knows.")
    date_due = fields.Date(string="Due date", readonly=True)
    date = fields.Date(string="Written off on", required=True, readonly=True)
    reason = fields.Selection(REASONS, required=True, readonly=True)
    proof = fields.Text(
        help="On what the loss rests and where the proof is: the attest of the trustee, a letter of the bailiff."
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="What was open, in the currency of the claim.")
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company currency")
    amount_gross = fields.Monetary(currency_field="company_currency_id", readonly=True, string="Gross")
    amount_vat = fields.Monetary(currency_field="company_currency_id", readonly=True, string="VAT")
    amount_net = fields.Monetary(currency_field="company_currency_id", readonly=True, string="Net")
    tax_ids = fields.One2many("dunning.write.off.tax", "write_off_id", string="VAT per rate", readonly=True)
    vat_text = fields.Char(string="VAT by rate", compute="_compute_vat_text")
    vat_date = fields.Date(
        string="VAT back from",
        help="The first day over which the VAT may be asked back. Nothing is booked by itself: that is done with the "
        "VAT return. Correct it where you know better.",
    )
    vat_until = fields.Date(string="VAT back until", readonly=True, help="After this day the right has lapsed.")
    vat_basis = fields.Selection(BASES, string="That day rests on", readonly=True)
    vat_note = fields.Char(compute="_compute_vat_note", string="When the VAT comes back")
    vat_asked_on = fields.Date(string="VAT asked back on", help="Fill it in once it stands in a VAT return.")
    is_vat_due = fields.Boolean(
        string="VAT can be asked back now",
        compute="_compute_is_vat_due",
        search="_search_is_vat_due",
        help="By the date of its company.",
    )
    account_id = fields.Many2one("account.account", readonly=True, ondelete="set null")
    entry_id = fields.Many2one("account.move", readonly=True, index="btree_not_null", ondelete="set null")
    user_id = fields.Many2one("res.users", string="Written off by", readonly=True, ondelete="restrict")
    is_in_force = fields.Boolean(
        string="In force",
        compute="_compute_is_in_force",
        search="_search_is_in_force",
        help="Its entry is booked and matched with the claim. Otherwise the claim is open again.",
    )
    received_on = fields.Date(
        string="Money came in on", readonly=True, help="The day on which a later receipt was found and told of."
    )

    @api.depends("tax_ids")
    @api.depends_context("lang")
    def _compute_vat_text(self):
        for record in self:
            currency = record.company_currency_id
            record.vat_text = " · ".join(f"{tax.rate:g}%: {currency.format(tax.vat)}" for tax in record.tax_ids)

    @api.depends("vat_date", "vat_until", "vat_basis", "amount_vat")
    @api.depends_context("lang")
    def _compute_vat_note(self):
        for record in self:
            record.vat_note = record._vat_sentence()

    def _vat_sentence(self):
        """When the VAT comes back and on what that rests."""
        self.ensure_one()
        env, day, until = self.env, format_date(self.env, self.vat_date), format_date(self.env, self.vat_until)
        if not self.amount_vat:
            return env._("No VAT is known in it.")
        sentences = {
            bad_debt.YEAR: env._(
                "May be asked back from %s on, a year after the due date (art. 29 lid 2 Wet OB).", day
            ),
            bad_debt.CERTAIN: env._("May be asked back from %s on, when the loss was certain. Keep the proof.", day),
            bad_debt.JUDGMENT: env._(
                "May be asked back from %s on, the day of the judgment (art. 3 KB nr. 4). Keep the proof.", day
            ),
            bad_debt.PROOF: env._("May be asked back once the loss is certain and proved (art. 77 § 1, 7° WBTW)."),
        }
        known = sentences.get(self.vat_basis) if self.vat_date or self.vat_basis == bad_debt.PROOF else None
        sentence = known or env._("When it may be asked back is not known here. Ask your accountant.")
        return env._("%(sentence)s At the latest on %(day)s.", sentence=sentence, day=until) if until else sentence

    @api.depends("vat_date", "vat_asked_on", "amount_vat")
    def _compute_is_vat_due(self):
        for record in self:
            today = record.company_id._dunning_today()
            came = record.vat_date and record.vat_date <= today
            record.is_vat_due = bool(came and record.amount_vat and not record.vat_asked_on and record.is_in_force)

    @api.model
    def _search_is_vat_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        days = self.env["res.company"]._dunning_by_day(lambda today: Domain("vat_date", "<=", today))
        due = days & Domain("amount_vat", "!=", 0) & Domain("vat_asked_on", "=", False) & self._in_force()
        return Domain.OR(due if wanted else ~due for wanted in value)

    def _compute_is_in_force(self):
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move"].flush_model(["state"])
        found = {id_ for (id_,) in self.env.execute_query(SQL("%s WHERE w.id = ANY(%s)", SQL(IN_FORCE), self.ids))}
        for record in self:
            record.is_in_force = record._origin.id in found

    @api.model
    def _in_force(self):
        """Those that hold, as a domain."""
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move"].flush_model(["state"])
        return Domain("id", "in", SQL("(%s)", SQL(IN_FORCE)))

    @api.model
    def _search_is_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        holds = self._in_force()
        return Domain.OR(holds if wanted else ~holds for wanted in value)

    # -- making one -----------------------------------------------------------------------------------------------

    @api.model
    def _record(self, item, entry, given):
        """Keep what was written off of an item, and tell it where that counts.

        :param item: the receivable item, as it was before: see ``dunning.writing.off``. :param given: its ``Given``.
        """
        move, company = item.line.move_id, item.line.company_id
        partner = item.line.partner_id.commercial_partner_id
        # sudo: that something was said about this claim, and what was written off, are the system's to note
        claims = self.env["dunning.claim"].sudo()._of_moves(move)
        claim = self.env["dunning.claim"].sudo().browse(claims.get(item.line.id, ()))
        taxes = item.taxes
        record = self.sudo().create(
            {
                "company_id": company.id,
                "partner_id": partner.id,
                "move_id": move.id,
                "move_line_id": item.line.id,
                "claim_id": claim.id,
                "number": claim.number or move.name,
                "date_due": item.due,
                "date": given.date,
                "reason": given.reason,
                "proof": given.proof,
                "currency_id": item.line.currency_id.id,
                "amount": item.amount,
                "amount_gross": item.gross,
                "amount_vat": sum(tax["vat"] for tax in taxes),
                "amount_net": item.gross - sum(tax["vat"] for tax in taxes),
                "tax_ids": [Command.create(tax) for tax in taxes],
                "vat_date": item.vat.day,
                "vat_until": item.vat.until,
                "vat_basis": item.vat.basis,
                "account_id": given.account.id,
                "entry_id": entry.id,
                "user_id": self.env.uid,
            }
        )
        return record.with_env(self.env)

    def _sentence(self):
        """That it was written off, when and why; and that it does not hold any more where that is so."""
        self.ensure_one()
        told = {
            "day": format_date(self.env, self.date),
            "reason": dict(self._fields["reason"]._description_selection(self.env))[self.reason],
            "amount": self.currency_id.format(self.amount),
        }
        if self.is_in_force:
            return self.env._("Written off on %(day)s: %(amount)s. Reason: %(reason)s.", **told)
        return self.env._(
            "The write-off of %(day)s (%(amount)s, %(reason)s) is not in force any more: its entry was reversed, "
            "deleted or unmatched. The claim is open again.",
            **told,
        )

    # -- taking one back ------------------------------------------------------------------------------------------

    def action_undo(self):
        """Reverse the entry, as Odoo does it: the claim is open again and is asked again.

        :raises UserError: it is not in force, or today is locked.
        """
        for record in self:
            record.check_access("write")
            if not record.is_in_force:
                raise UserError(self.env._("This write-off is not in force any more, so there is nothing to undo."))
            today = record.company_id._dunning_today()
            self.env["dunning.writing.off"]._check_open(record.company_id, record.entry_id.journal_id, today)
            record.entry_id.with_context(dunning_matched=Inside())._reverse_moves(
                [{"date": today, "ref": self.env._("Write-off of %s undone", record.number)}], cancel=True
            )
            self.invalidate_recordset(["is_in_force"])
            record._tell("end.write_off_undone")
        self.move_id._dunning_redecide()
        return True
