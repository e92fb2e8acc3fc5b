"""Lines of the bank as an importer makes them."""

from odoo import Command

from ...common import TODAY, DunningCase, day

BOOKKEEPER = "account.group_account_user,cremann_dunning.group_dunning_user"


class ReceiptCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bookkeeper = cls._user("bookkeeper", BOOKKEEPER, cls.nl)
        cls.partner = cls.debtor("Bakkerij Jansen")
        cls.move = cls.invoice(cls.partner, 121, due=10)
        cls.bank = cls.bank_of(cls.nl)

    @classmethod
    def bank_of(cls, company):
        return cls.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)

    @classmethod
    def line(cls, text="", amount=121.0, on=TODAY, journal=None, **values):
        """A line of the bank without partner, unless one is given. :param on: a date, or how many days ago."""
        return cls.env["account.bank.statement.line"].create(
            {
                "journal_id": (journal or cls.bank).id,
                "date": day(on),
                "payment_ref": text,
                "amount": amount,
                **values,
            }
        )

    @classmethod
    def iban(cls, number, partner):
        return cls.env["res.partner.bank"].create({"acc_number": number, "partner_id": partner.id})

    @classmethod
    def item(cls, move):
        return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    def look(self, company=None):
        self.env["dunning.receipt.look"]._bring(company or self.nl)

    def found(self, line):
        """``(certainty, invoices, shared)`` of a line."""
        self.look(line.company_id)
        receipt = self.env["dunning.receipt"].search([("statement_line_id", "=", line.id)])
        return receipt.certainty, receipt.claim_ids.move_line_id.move_id, receipt.is_shared

    def book(self, line, *parts, partner=None, user=None):
        model = self.as_user(user or self.bookkeeper)["dunning.receipt"]
        parts = [(self.item(move).with_env(model.env), amount) for move, amount in parts]
        return model._book(line.with_env(model.env), parts, partner)

    def in_parts(self, *percents):
        return self.env["account.payment.term"].create(
            {
                "name": "In parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": percent, "nb_days": 30 * place})
                    for place, percent in enumerate(percents)
                ],
            }
        )
