"""The worked cases of ``nl_allocation`` once more, through real receipts, matching and taking it apart again.

AL-1 and AL-2 are in test_charges. Here a debtor owes three invoices: one as a consumer (4 percent), two as a business
(10.40), of which one is not due yet.
"""

import json
from datetime import date
from pathlib import Path

from odoo.tests import tagged

from .following_case import FollowingCase, cents

CASES = json.loads((Path(__file__).parents[2] / "law/data/oracles.json").read_text())["nl_allocation"]["cases"]
AL_3, AL_4 = ({case["id"]: case for case in CASES}[name] for name in ("AL-3", "AL-4"))


@tagged("post_install", "-at_install")
class TestOracles(FollowingCase):
    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.moves = {}
        for debt in AL_3["debts"]:
            kind = "consumer" if debt["rate"] == "4.00" else False
            due = date.fromisoformat(debt["due"])
            self.moves[debt["ref"]] = self.invoice(self.partner, float(debt["open"]), due=due, dunning_kind_set=kind)
        when = self.at(date.fromisoformat(AL_3["payment_date"]))
        self.day = when.__enter__()
        self.addCleanup(when.__exit__, None, None, None)

    def taken(self):
        """What the debtor's money takes off what is asked of each invoice, matched with it or not."""
        self.env.invalidate_all()
        self.run_for(partners=self.partner)
        found = {}
        for debt in AL_3["debts"]:
            move = self.moves[debt["ref"]].with_env(self.env)
            decision = move.dunning_decision_id if move.amount_residual else move.dunning_decision_id.browse()
            asked = decision.amount_open if decision else move.amount_residual
            found[debt["ref"]] = str(cents(debt["open"]) - cents(asked))
        return found

    def test_al_3(self):
        """Due before not due, then the most onerous, then the oldest."""
        self.assertEqual(self.taken(), {"A": "0.00", "B": "0.00", "C": "0.00"})
        item = self.received(self.partner, 300, on=self.day)
        expected = {ref: AL_3["expected"][ref] for ref in "ABC"}
        self.assertEqual(self.taken(), expected)
        for ref in ("B", "A"):  # as a bookkeeper would match it
            claim = self.moves[ref].line_ids.filtered(lambda line: line.account_type == "asset_receivable")
            (item + claim).reconcile()
        self.assertEqual(self.taken(), expected)
        item.remove_move_reconcile()
        self.assertEqual(self.taken(), expected)

    def test_al_4(self):
        """What the debtor says it is for comes first; what is left of it goes as if he had said nothing."""
        line = self.receipt(False, float(AL_4["payment"]), text=self.moves[AL_4["designated"]].name, date=self.day)
        claim = self.moves["A"].line_ids.filtered(lambda item: item.account_type == "asset_receivable")
        self.env["dunning.receipt.look"]._bring(self.nl)
        receipt = self.env["dunning.receipt"].search([("statement_line_id", "=", line.id)])
        self.assertEqual(receipt.claim_ids.move_line_id, claim)
        receipt._book(line, [(claim, claim.amount_residual)], self.partner)
        self.assertEqual(self.taken(), AL_4["expected"])
        items = line.move_id.line_ids.filtered(lambda item: item.account_type == "asset_receivable")
        items.remove_move_reconcile()
        self.assertEqual(self.taken(), {ref: AL_3["expected"][ref] for ref in "ABC"}, "nobody says any more what for")
