"""A claim of which letters asked costs and interest, and real receipts from a bank statement."""

from ...common import TODAY, DunningCase


class ChargeCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")
        gentle = cls.procedure.level_ids.filtered(lambda level: level.legal_type == "reminder")
        gentle.active = False  # straight to the step that asks costs and interest
        cls.env.ref("cremann_dunning.dunning_level_nl_business_3").copy(
            {"name": "Final notice", "sequence": 40, "legal_type": "final_notice"}
        )

    def received(self, move_or_partner, amount, on=TODAY, against=True, ref="Payment"):
        """Money on a bank statement, booked on the account of the debtor and matched with the invoice, if any."""
        is_move = move_or_partner._name == "account.move"
        partner = move_or_partner.commercial_partner_id if is_move else move_or_partner
        journal = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.nl.id)], limit=1)
        receivable = partner.with_company(self.nl).property_account_receivable_id
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": on,
                "partner_id": partner.id,
                "amount": amount,
                "payment_ref": ref,
                "counterpart_account_id": receivable.id,
            }
        )
        item = line.move_id.line_ids.filtered(lambda item: item.account_id == receivable)
        if is_move and against:
            claim = move_or_partner.line_ids.filtered(
                lambda item: item.account_id == receivable and not item.reconciled
            )
            (item + claim).reconcile()
        return item

    def asked(self, amount=1000, due=30, partner=None):
        """An invoice and the letter that asks costs and interest for it."""
        move = self.invoice(partner or self.debtor(), amount, due=due)
        letter = self.send_level(partners=move.partner_id)
        self.assertEqual((letter.state, letter.legal_type), ("sent", "notice_of_default"))
        self.assertTrue(letter.amount_costs and letter.amount_interest)
        self.env["dunning.delivery"]._after_sending(self.nl)
        return move, letter

    def claim_of(self, move):
        return self.env["dunning.claim"].search([("move_id", "=", move.id)])

    def facts_of(self, partner):
        [debtor] = self.env["dunning.gather"].facts(self.nl, self.nl._dunning_today(), partner.ids)
        return debtor
