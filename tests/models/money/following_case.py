"""What an accountant asks of the books of a debtor of whom letters asked costs and interest."""

from decimal import Decimal

from ...common import TODAY
from .charge_case import ChargeCase

D = Decimal
CENT = D("0.01")


def cents(amount):
    return D(str(amount)).quantize(CENT) + 0  # no minus before a zero


class FollowingCase(ChargeCase):
    """``today`` is the day of the look, ``by_hand`` what a bookkeeper took off the income by entries of his own."""

    today, by_hand = TODAY, D(0)

    def settle_down(self):
        """What the next run does by itself before it proposes anything."""
        self.env["dunning.accruing"].sudo()._follow(self.nl)
        self.env.flush_all()
        self.env.invalidate_all()

    def items(self, partner):
        """The account of the debtor."""
        return self.env["account.move.line"].search(
            [
                ("partner_id", "=", partner.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )

    def owed(self, partner):
        return cents(sum(self.items(partner).mapped("amount_residual")))

    def income(self, partner):
        """What stands on the accounts for costs and for interest."""
        codes = ["|", ("account_id.code", "=like", "4950%"), ("account_id.code", "=like", "4795%")]
        domain = [("partner_id", "=", partner.id), ("parent_state", "=", "posted"), *codes]
        return cents(-sum(self.env["account.move.line"].search(domain).mapped("balance")))

    def beyond(self, partner):
        """``{claim: engine.facts.Charged}``."""
        claims = self.env["dunning.claim"].search([("partner_id", "=", partner.id)])
        return self.env["dunning.imputation"]._of_claims(claims)

    def assertAgree(self, partner):
        """Letters, ledger and claims say the same, and nothing is counted twice."""
        self.settle_down()
        asked, received = D(0), D(0)
        for claim, one in self.beyond(partner).items():
            for kind, left in (("costs", one.costs_left(self.today)), ("interest", one.interest_left)):
                parts = [getattr(one, name) for name in (kind, f"{kind}_received", f"{kind}_waived")]
                self.assertEqual(parts[0], parts[1] + parts[2] + left, (claim.display_name, kind, parts))
                self.assertGreaterEqual(min(*parts, left), 0)
                asked, received = asked + parts[0] - parts[2], received + parts[1]
            self.assertEqual(claim.amount_owed, float(cents(claim.amount_open + claim.beyond_left)))
        income = self.income(partner)
        bookings = self.env["dunning.charge.booking"].search([("partner_id", "=", partner.id), ("how", "!=", "waived")])
        booked = bookings.filtered(lambda booking: booking.move_id.state == "posted")
        self.assertEqual(income, cents(sum(booked.mapped("amount"))) - self.by_hand, "the record is not the ledger")
        self.assertLessEqual(received, income, "received, and not in the books")
        self.assertLessEqual(income, asked, "in the books, and asked by nobody")
        if self.nl.dunning_charges_mode == "asked" and not self.by_hand:
            self.assertEqual(income, asked)
        # what the debtor owes by his papers is what the claims say, less what lies on his account
        own = bookings.move_line_id.exists()
        lying = -sum(item.amount_residual for item in self.items(partner) - own if item.amount_residual < 0)
        claims = self.env["dunning.claim"].search([("partner_id", "=", partner.id)])
        papers = self.owed(partner) - income + asked
        self.assertEqual(cents(sum(claims.mapped("amount_owed")) - lying), papers)
        self.assertNoChargeOnACharge(own)

    def assertNoChargeOnACharge(self, items):
        self.assertFalse(self.env["dunning.claim"].search([("move_line_id", "in", items.ids)]))
        self.assertFalse(self.env["dunning.letter.line"].search([("move_line_id", "in", items.ids)]))
