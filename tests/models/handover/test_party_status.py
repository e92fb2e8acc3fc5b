"""What parties say comes in by form, CSV and JSON: once, all or nothing, and its money is in the books to the cent."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...common import TODAY
from .status_case import StatusCase


@tagged("post_install", "-at_install")
class TestPartyStatus(StatusCase):
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bailiff = cls.agency("Deurwaarder Smit", kind="bailiff", registration=False, fee_by="bill")
        cls.lawyer = cls.agency("Mr. De Boer", kind="lawyer", registration=False)
        cls.other_move, cls.other_claim = cls.claimed(cls.debtor("Slagerij De Wit"), 300.0)
        cls.third_move, cls.third_claim = cls.claimed(cls.debtor("Garage Mulder"), 250.0)

    def test_three_parties_in_three_ways(self):
        """JSON, CSV and by hand: the accounts to the cent, and what each party owes us."""
        mine, his, hers = self.hand_over(), self.hand_over(self.other_claim, self.bailiff), None
        hers = self.hand_over(self.third_claim, self.lawyer)
        # JSON: a part, of which the agency keeps its fee and court fees
        window = self.take(self.file(self.row(mine, received="200.00", fees="30.00", costs="10.00", reference="D-88")))
        self.assertIn("1", window.done)
        entry = mine.status_ids.move_id
        self.assertEqual(
            sorted(
                (line.account_id.account_type, line.partner_id.name, line.amount_currency) for line in entry.line_ids
            ),
            [
                ("asset_receivable", "Bakkerij Jansen", -200.0),
                ("asset_receivable", "Incasso Partners", 160.0),
                ("expense", "Incasso Partners", 10.0),
                ("expense", "Incasso Partners", 30.0),
            ],
        )
        self.assertEqual((self.move.amount_residual, mine.party_reference), (300.0, "D-88"))
        self.assertEqual((mine.amount_received, mine.amount_kept), (200.0, 40.0))
        self.assertEqual(self.balance(self.party.partner_id), 160.0)
        # CSV: all of it, by a bailiff who sends a bill
        csv = f"overdracht;datum;status;ontvangen;honorarium\n{his.name};16-11-2026;betaald;300,00;45,00\n"
        self.take(csv.encode(), party=self.bailiff, name="stand.csv")
        self.assertEqual(
            self.booked(his.status_ids.move_id),
            {
                ("asset_receivable", "Slagerij De Wit"): -300.0,
                ("asset_receivable", "Deurwaarder Smit"): 300.0,
            },
        )
        self.assertEqual((self.other_move.payment_state, his.status_ids.amount_fees), ("paid", 45.0))
        self.assertEqual((his.state, his.line_ids.release_reason), ("closed", "settled"))
        # by hand
        wizard = self.by_hand(hers, status="agreement", amount_received=50.5, note="Pays in parts")
        self.assertIn("50.50", wizard.look)
        wizard.action_confirm()
        self.assertEqual((self.third_move.amount_residual, hers.status_ids.source), (199.5, "form"))
        self.assertTrue(self.by_hand(hers, status="agreement", amount_received=50.5).twin)
        self.assertEqual(self.balance(self.lawyer.partner_id), 50.5)
        told = " ".join(self.told_on(self.case))
        self.assertIn("Received: €200.00", told)
        self.assertEqual(self.env["dunning.event"].search_count([("kind", "=", "handover.said")]), 3)

    def by_hand(self, handover, **vals):
        env = self.as_user(self.user)
        return env["dunning.status.wizard"].create({"handover_id": handover.id, "date": TODAY, **vals})

    def test_twice_and_changed(self):
        made = self.hand_over()
        content = self.file(self.row(made, received="200.00"))
        window = self.take(content)
        with self.refused("No row can be taken in"):
            window.action_confirm()
        again = self.window(content)
        self.assertEqual([state for state, _why in self.said(again)], ["known"])
        with self.refused("No row can be taken in"):
            again.action_confirm()
        changed = self.window(self.file(self.row(made, received="250.00")))
        [(state, why)] = self.said(changed)
        self.assertEqual(state, "bad")
        self.assertIn("says something else now", why)
        self.assertEqual(self.move.amount_residual, 300.0)
        csv = f"overdracht;datum;status;ontvangen\n{made.name};16-11-2026;betaald;1,00\n".encode()
        self.take(csv, name="a.csv")
        self.assertEqual([state for state, _why in self.said(self.window(csv, name="b.csv"))], ["known"])
        self.take(csv + csv.splitlines()[1] + b"\n", name="c.csv")  # the same once more in one file is another
        self.assertEqual(len(made.status_ids), 3)

    def test_all_or_nothing_per_hand_over(self):
        """One bad row holds back its own hand-over, and no other."""
        mine, other = self.hand_over(), self.hand_over(self.other_claim)
        content = self.file(
            self.row(mine, received="100.00"),
            self.row(mine, id="A-2", received="100.00", claims=[{"number": "NOBODY/1", "received": "100.00"}]),
            self.row(other, id="A-3", received="300.00"),
        )
        window = self.take(content)
        self.assertFalse(mine.status_ids)
        self.assertEqual((len(other.status_ids), self.other_move.payment_state), (1, "paid"))
        self.assertIn("1", window.done)
        states = self.said(self.window(content))
        self.assertEqual([state for state, _why in states], ["waits", "bad", "known"])
        self.assertIn("NOBODY/1", states[1][1])
        # halfway: a file that ends in the middle, and one of which rows are missing
        for broken, why in ((content[: len(content) // 2], "cut off"), (self.file(self.row(mine), count=2), "missing")):
            window = self.window(broken)
            self.assertIn(why, window.notes)
            self.assertFalse(window.line_ids)

    def test_of_another_party(self):
        mine = self.hand_over()
        his = self.hand_over(self.other_claim, self.lawyer)
        window = self.window(self.file(self.row(mine), party="Mr. De Boer"))
        self.assertIn("This is a file of Mr. De Boer, and you chose Incasso Partners", window.notes)
        window = self.window(self.file(self.row(mine), creditor={"name": "Another", "company_number": "1"}))
        self.assertIn("not for", window.notes)
        self.nl.company_registry = "30201234"
        window = self.window(
            self.file(self.row(mine, "received"), creditor={"name": "?", "company_number": "3020 1234"})
        )
        self.assertEqual([state for state, _why in self.said(window)], ["good"])
        rows = (self.row(his), {**self.row(mine), "id": "A-2", "handover": "H/99999"})
        said = self.said(self.window(self.file(*rows)))
        self.assertEqual([state for state, _why in said], ["bad", "bad"])
        self.assertIn("is with Mr. De Boer", said[0][1])
        self.assertIn("There is no hand-over H/99999 here", said[1][1])

    def test_days_and_amounts(self):
        made = self.hand_over()
        for change, why in (
            ({"date": str(TODAY + timedelta(days=1))}, "lies ahead"),
            ({"date": str(TODAY - timedelta(days=1))}, "before it was handed over"),
            ({"currency": "USD", "received": "1.00"}, "another currency"),
            ({"received": "0.00"}, "not how much"),
        ):
            with self.subTest(change):
                [(state, said)] = self.said(self.window(self.file(self.row(made, **change))))
                self.assertEqual(state, "bad")
                self.assertIn(why, said)
        with self.refused("below zero"):
            self.by_hand(made, amount_received=-1).action_confirm()
        with self.refused("no account is set"):
            self.party.with_company(self.nl).fee_account_id = False
            self.by_hand(made, status="paid", amount_received=10, amount_fees=1).action_confirm()

    def test_more_than_the_invoice(self):
        """What is left beyond the invoice pays costs that letters asked, and the rest stays as the debtor's credit."""
        letter = self.send_level(partners=self.partner)
        charge = {"company_id": self.nl.id, "claim_id": self.claim.id, "kind": "costs", "amount": 75, "base": 500}
        self.env["dunning.charge"].create(
            {
                **charge,
                "letter_id": letter.id,
                "currency_id": self.eur.id,
                "letter_line_id": letter.line_ids[:1].id,
                "date": TODAY,
                "state": "asked",
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        made = self.hand_over()
        self.take(self.file(self.row(made, received="600.00")))
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEqual(self.claim.costs_left, 0)
        credit = self.balance(self.partner)
        self.assertEqual(sum(self.claim.booking_ids.mapped("amount")), 75)
        self.assertEqual(credit, -25)

    def test_recalled_and_paid_there(self):
        """Money that the party got before it heard of the recall counts; what was paid twice is the debtor's credit."""
        made = self.hand_over()
        made._recall("Pays to us")
        self.pay(self.move, 400)
        window = self.window(self.file(self.row(made, received="250.00")))
        self.assertIn("not with the party any more", self.said(window)[0][1])
        window.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEqual(self.balance(self.partner), -150.0)
        self.assertEqual(self.balance(self.party.partner_id), 250.0)
        self.assertEqual(made.state, "recalled")

    def test_ends(self):
        """What the party gives back waits for a person, who is asked once."""
        made = self.hand_over()
        self.take(self.file(self.row(made, "uncollectable", note="<b>Moved</b>")))
        self.assertTrue(made.line_ids.is_frozen)
        activity = made.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("Incasso Partners: Uncollectable", activity.summary)
        self.assertIn("&lt;b&gt;Moved", str(activity.note))

    def test_rights(self):
        made = self.hand_over()
        with self.assertRaises(UserError):
            self.window(self.file(self.row(made)), user=self.biller)
        status = self.take(self.file(self.row(made, "received"))) and made.status_ids
        with self.assertRaises(UserError):
            status.with_user(self.manager).write({"note": "changed"})
        with self.assertRaises(UserError):
            status.with_user(self.manager).unlink()
