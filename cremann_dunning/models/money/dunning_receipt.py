from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine import receipts as engine
from .. import dunning_bulk

CERTAINTY = [("certain", "Certain"), ("likely", "Likely"), ("weak", "Possible")]
TOLD = ("date", "text", "payer", "currency_id", "amount", "certainty", "is_shared")
CURRENCY, AMOUNT = TOLD.index("currency_id"), TOLD.index("amount")


class DunningReceipt(models.Model):
    """A line of the bank that came in and is not booked, and what it points to; made by ``dunning.receipt.look``.

    Letters about what a certain or likely one points to wait. What is only possible is shown, and stops nothing.
    """

    _name = "dunning.receipt"
    _description = "Receipt Not Booked"
    _inherit = ["dunning.record.mixin", "dunning.receipt.booking.mixin"]
    _order = "date desc, id desc"
    _rec_name = "text"

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True)  # _once starts with it
    # no key: nothing of ours holds a line of the bank; what is gone is found by no join
    statement_line_id = dunning_bulk.Unguarded(
        "account.bank.statement.line", string="Line of the bank", required=True, readonly=True
    )
    date = fields.Date(readonly=True)
    text = fields.Char(string="Description", readonly=True)
    payer = fields.Char(string="From", readonly=True, help="The name that the bank gives, or else the account.")
    currency_id = dunning_bulk.Unguarded("res.currency", required=True, readonly=True)
    amount = fields.Monetary(string="Not booked", readonly=True, help="What of the receipt is not booked yet.")
    certainty = fields.Selection(CERTAINTY, readonly=True, help="Empty where nothing that is open is pointed to.")
    is_shared = fields.Boolean(
        string="Of one of several", readonly=True, help="It is of one of several debtors, and nothing says of which."
    )
    claim_ids = fields.One2many("dunning.receipt.claim", "receipt_id", string="Points to", readonly=True)
    points_to = fields.Char(compute="_compute_points_to", string="Debtor and claims")
    partner_ids = fields.Many2many(
        "res.partner", string="Debtors", compute="_compute_points_to", search="_search_partner_ids"
    )
    why = fields.Char(compute="_compute_points_to", string="Because of")

    _once = models.UniqueIndex("(company_id, statement_line_id)", "There is one answer about a line of the bank.")

    @api.depends("claim_ids")
    @api.depends_context("lang")
    def _compute_points_to(self):
        reasons = dict(self.env["dunning.receipt.claim"]._fields["reason"]._description_selection(self.env))
        # sudo: whose they are and their numbers, which letters tell as well
        items = self.sudo().claim_ids.move_line_id.exists()
        numbers = self.env["dunning.receipt.claim"]._numbers(items)
        for receipt in self:
            links = receipt.sudo().claim_ids.filtered(lambda link: link.move_line_id in items)
            by_debtor = defaultdict(list)
            for link in links:
                item, number = link.move_line_id, numbers[link.move_line_id]
                told = receipt.env._("rest of %s", number) if item.reconciled else number
                by_debtor[item.partner_id.commercial_partner_id].append(told)
            receipt.partner_ids = self.env["res.partner"].union(*by_debtor).with_env(self.env)
            receipt.points_to = "; ".join(f"{debtor.name}: {', '.join(found)}" for debtor, found in by_debtor.items())
            receipt.why = ", ".join(dict.fromkeys(reasons[reason] for reason in links.mapped("reason")))

    @api.model
    def _search_partner_ids(self, operator, value):
        links = (
            self.env["dunning.receipt.claim"]
            .sudo()
            ._search([("move_line_id.partner_id.commercial_partner_id", operator, value)])
        )
        return [("claim_ids", "in", links)]

    @api.model
    @api.readonly
    def web_search_read(self, domain, specification, offset=0, limit=None, order=None, count_limit=None):
        """As in Odoo, of what is true of now."""
        # sudo: looks are kept by the system
        for company in self.env.companies:
            self.env["dunning.receipt.look"].sudo()._bring(company)
        return super().web_search_read(
            domain, specification, offset=offset, limit=limit, order=order, count_limit=count_limit
        )

    # -- what a look found ----------------------------------------------------------------------------------------

    @api.model
    def _keep(self, company, found):
        """Write down what a look found, where it is another answer than before.

        :param found: ``{statement line id: (date, label, payer, currency id, amount, engine.receipts.Found)}`` of
            everything that came in and is not booked.
        """
        before = self._answers(company)
        rows = {
            id_: (
                *told,
                answer.certainty or None,
                answer.shared,
                [(p.line_id, p.reason, p.amount) for p in answer.parts],
            )
            for id_, (*told, answer) in found.items()
        }
        gone = [own for id_, (own, row) in before.items() if rows.get(id_) != row]
        if gone:
            self.env.cr.execute(SQL("DELETE FROM dunning_receipt WHERE id = ANY(%s)", gone))
        fresh = {id_: row for id_, row in rows.items() if id_ not in before or before[id_][1] != row}
        records = dunning_bulk.insert(
            self,
            [
                {"company_id": company.id, "statement_line_id": id_, **dict(zip(TOLD, row, strict=False))}
                for id_, row in fresh.items()
            ],
        )
        links = [
            {
                "receipt_id": own,
                "company_id": company.id,
                "move_line_id": line_id,
                "reason": reason,
                "currency_id": row[CURRENCY],
                "amount": amount,
            }
            for own, row in zip(records.ids, fresh.values(), strict=True)
            for line_id, reason, amount in row[-1]
        ]
        dunning_bulk.insert(self.env["dunning.receipt.claim"], links)
        self.env["dunning.receipt.claim"].invalidate_model()
        self.invalidate_model()

    @api.model
    def _answers(self, company):
        """What the last look found: ``{statement line id: (own id, row as in _keep)}``."""
        links = defaultdict(list)
        for own, line_id, reason, amount in self.env.execute_query(
            SQL(
                "SELECT receipt_id, move_line_id, reason, amount::text FROM dunning_receipt_claim"
                " WHERE company_id = %s ORDER BY id",
                company.id,
            )
        ):
            links[own].append((line_id, reason, Decimal(amount)))
        found = {}
        for own, id_, *told in self.env.execute_query(
            SQL(
                "SELECT id, statement_line_id, %s FROM dunning_receipt WHERE company_id = %s",
                SQL(", ").join(SQL("amount::text") if n == "amount" else SQL.identifier(n) for n in TOLD),
                company.id,
            )
        ):
            told[AMOUNT] = Decimal(told[AMOUNT])
            found[id_] = own, (*told, links[own])
        return found

    # -- acts -----------------------------------------------------------------------------------------------------

    def action_open(self):
        """The window in which this receipt is booked, debtor and claims filled in."""
        self.ensure_one()
        return self.env["dunning.receipt.wizard"]._open_for(self.statement_line_id)

    def _parts(self):
        """What would be booked where: ``[(item, amount)]``, as ``_book`` takes it."""
        self.ensure_one()
        if choice := self._choice():
            return [(item.sudo(self.env.su), amount) for item, amount in choice._principals()]
        # sudo: what the receipt points to; the rights on the items are asked when it is booked
        links = self.sudo().claim_ids.filtered(lambda link: link.amount > 0)
        items = links.move_line_id.exists().filtered(lambda item: not item.reconciled)
        return [(link.move_line_id.sudo(self.env.su), link.amount) for link in links if link.move_line_id in items]

    def _choice(self):
        """What its debtor chose to pay on his page, where this is exactly that; empty otherwise."""
        line = self.statement_line_id.sudo()  # sudo: as above
        text = " | ".join(filter(None, (line.payment_ref, line.ref, str(line.narration or ""))))
        return self.env["dunning.payment.choice"].sudo()._by_text(self.company_id, text, self.currency_id, self.amount)

    @api.model
    def _rests_of(self, line):
        """The invoices of which a line of the bank points to the rest, costs and interest, the principal being paid."""
        receipt = self.sudo().search([("statement_line_id", "=", line.id)], limit=1)  # sudo: as in _parts
        return receipt.claim_ids.move_line_id.exists().filtered("reconciled").move_id

    def _book_as_found(self):
        """Book this receipt as it points; one about rests as costs and interest, where that is done by itself."""
        self.ensure_one()
        debtors, parts, choice = self.partner_ids, self._parts(), self._choice()
        by_itself = self.company_id.dunning_book_charges == "certain" and self._rests_of(self.statement_line_id)
        line, debtor = self.statement_line_id, debtors if len(debtors) == 1 else None
        made = self._book_whole(line, parts, debtor, beyond=bool(by_itself) and not choice)
        if rest := made[len(parts) :]:
            # what was chosen says itself for what costs and interest the rest is
            choice.sudo()._book_charges(rest.sudo(), choice._parts() if choice else ())  # sudo: as _book_beyond has it

    def action_book_certain(self):
        """Book of these what is certain, each by itself: what is refused stays as it was and is told."""
        booked, refused = self.browse(), []
        for receipt in self.filtered(lambda receipt: receipt.certainty == engine.CERTAIN):
            try:
                with self.env.cr.savepoint():
                    receipt._book_as_found()
                booked += receipt
            except UserError as error:
                refused.append(f"{receipt.text or receipt.payer}: {error.args[0]}")
        for company, receipts in booked.grouped("company_id").items():
            self.env["dunning.bookkeeping"]._book_certain(company, receipts.partner_ids.ids)
        lines = [self.env._("Booked: %s", len(booked))]
        if rest := len(self) - len(booked) - len(refused):
            lines.append(self.env._("Left for a person to look at: %s", rest))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Book what is certain"),
                "message": "\n".join(lines + refused),
                "type": "warning" if refused else "success",
                "sticky": bool(refused),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
