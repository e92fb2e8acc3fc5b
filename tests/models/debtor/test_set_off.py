"""What a debtor owes and what he is owed: beside each other on his case, set off in one act or by itself, and told."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import TODAY, DunningCase, day


@tagged("post_install", "-at_install")
class TestSetOff(DunningCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.partner = self.debtor()

    def bill(self, amount, due=5, partner=None, **vals):
        return self.invoice(
            partner or self.partner, amount, due=due, move_type="in_invoice", sent=False, ref=f"B-{amount:g}", **vals
        )

    def case_of(self, partner=None):
        partner = partner or self.partner
        self.run_for(partners=partner)
        return self.as_user(self.user, self.env["dunning.case"]._for_partners(partner, self.nl, create=True))

    def window(self, case, **vals):
        action = case.action_set_off()
        window = self.as_user(self.user)["dunning.set.off.wizard"].browse(action["res_id"])
        window.write(vals)
        return window

    def test_in_one_act_with_entry_record_and_letter(self):
        old, new = self.invoice(self.partner, 100, due=20), self.invoice(self.partner, 80, due=10)
        bill = self.bill(130)
        case = self.case_of()
        self.assertEqual((case.amount_we_owe, case.we_owe_ids.move_id), (130, bill))
        window = self.window(case)
        self.assertEqual((window.amount, window.claim_item_ids.move_id), (130, old + new))
        action = window.action_set_off()
        self.assertEqual((old + new + bill).mapped("amount_residual"), [0, 50, 0])
        self.assertEqual((old.payment_state, bill.payment_state), ("paid", "paid"))
        record = self.as_user(self.user)["dunning.set.off"].browse(action["res_id"])
        self.assertEqual((record.amount, record.date, record.is_in_force), (130, TODAY, True))
        self.assertEqual(len(record.entry_id.line_ids), 3)
        self.assertIn(f"{old.name} of", record.claims_text)
        self.assertIn("€30.00 (€50.00 of it is still open)", record.claims_text)
        self.assertNotIn("still open", record.claims_text.splitlines()[0] + record.debts_text)
        self.assertEqual((new.line_ids + bill.line_ids).filtered("amount_residual").mapped("dunning_left"), [50])
        self.assertIn("B-130 of", record.debts_text, "the number that he knows")
        self.assertFalse(case.we_owe_ids)
        composer = record.action_write()
        text = self.env["mail.template"].browse(composer["context"]["default_template_id"])
        body = text._render_field("body_html", record.ids)[record.id]
        self.assertIn("6:127", body)
        self.assertIn(old.name, body)
        self.assertIn("€130.00", body)

    def test_more_than_there_is_is_refused_to_the_cent(self):
        move, bill = self.invoice(self.partner, 100, due=20), self.bill(60)
        case = self.case_of()
        for amount in (0, 60.01):
            with self.subTest(amount=amount), self.assertRaisesRegex(UserError, "Between zero and .*60"):
                self.window(case, amount=amount).action_set_off()
        self.window(case, amount=59.99).action_set_off()
        self.assertEqual((move.amount_residual, round(bill.amount_residual, 2)), (40.01, 0.01))

    def test_what_is_disputed_is_no_part_of_it(self):
        move = self.invoice(self.partner, 100, due=20)
        self.bill(100)
        case = self.case_of()
        values = {"case_id": case.id, "move_ids": [Command.set(move.ids)], "reason": "quality", "amount": 70}
        self.env["dunning.dispute"].create(values)
        window = self.window(case)
        self.assertEqual(window.amount, 30)
        with self.assertRaisesRegex(UserError, "Between zero and .*30"):
            self.window(case, amount=30.01).action_set_off()
        window.action_set_off()
        self.assertEqual(move.amount_residual, 70)

    def test_not_with_a_debtor_who_is_insolvent(self):
        move = self.invoice(self.partner, 100, due=20)
        self.bill(100)
        case = self.case_of()
        self.env["dunning.insolvency"].create(
            {"partner_id": self.partner.id, "kind": "nl_bankruptcy", "date": TODAY, "company_id": self.nl.id}
        )
        with self.assertRaisesRegex(UserError, "insolvent"):
            case.action_set_off()
        self.nl.dunning_set_off_by_itself = True
        self.env["dunning.case"]._settle_agreements(self.nl)
        self.assertEqual(move.amount_residual, 100)

    def test_who_may_not_book_does_not_set_off(self):
        self.invoice(self.partner, 100, due=20)
        self.bill(100)
        window = self.window(self.case_of())
        reader = self._user("only_reads", "account.group_account_readonly", self.nl)
        with self.assertRaises(AccessError):
            self.as_user(reader, window).action_set_off()

    def test_nothing_is_owed_or_only_in_another_currency(self):
        move = self.invoice(self.partner, 100, due=20)
        case = self.case_of()
        with self.assertRaisesRegex(UserError, "nothing"):
            case.action_set_off()
        self.usd.active = True
        bill = self.bill(100, currency=self.usd)
        self.env.invalidate_all()
        receivable = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        payable = bill.line_ids.filtered(lambda line: line.account_type == "liability_payable")
        with self.assertRaisesRegex(UserError, "one currency"):
            self.window(
                case, claim_item_ids=[Command.set(receivable.ids)], debt_item_ids=[Command.set(payable.ids)], amount=5
            ).action_set_off()

    def test_in_another_currency_on_both_sides(self):
        self.usd.active = True
        move = self.invoice(self.partner, 100, due=20, currency=self.usd)
        bill = self.bill(40, currency=self.usd)
        self.window(self.case_of()).action_set_off()
        self.assertEqual((move.amount_residual, bill.amount_residual), (60, 0))

    def test_by_itself_once_both_are_due(self):
        self.nl.dunning_set_off_by_itself = True
        for due, expected in ((1, 0), (0, 0), (-1, 100)):
            with self.subTest(due=due), self.cr.savepoint() as savepoint:
                partner = self.debtor(f"Debtor {due}")
                move, bill = self.invoice(partner, 100, due=20), self.bill(100, due=due, partner=partner)
                self.env["dunning.case"]._settle_agreements(self.nl)
                self.assertEqual((move.amount_residual, bill.amount_residual), (expected, expected))
                case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
                self.assertEqual(len(case.set_off_ids.filtered("by_itself")), not expected)
                self.assertEqual(len(case.activity_ids), not expected)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def test_not_by_itself_what_is_held_disputed_or_not_wanted(self):
        held, disputed, wanted = (self.debtor(name) for name in ("Held", "Disputed", "Wanted"))
        moves = {partner: self.invoice(partner, 100, due=20) for partner in (held, disputed, wanted)}
        for partner in moves:
            self.bill(100, partner=partner)
        self.env["dunning.hold"].create({"move_id": moves[held].id, "company_id": self.nl.id, "reason": "waits"})
        case = self.case_of(disputed)
        about = {"case_id": case.id, "move_ids": [Command.set(moves[disputed].ids)], "reason": "quality"}
        self.env["dunning.dispute"].create(about)
        self.env["dunning.case"]._settle_agreements(self.nl)
        self.assertEqual([move.amount_residual for move in moves.values()], [100, 100, 100], "off")
        self.nl.dunning_set_off_by_itself = True
        self.env["dunning.case"]._settle_agreements(self.nl)
        self.assertEqual([move.amount_residual for move in moves.values()], [100, 100, 0])

    def test_reversed_by_hand_it_is_no_longer_in_force(self):
        move = self.invoice(self.partner, 100, due=20)
        self.bill(100)
        action = self.window(self.case_of()).action_set_off()
        record = self.env["dunning.set.off"].browse(action["res_id"])
        record.entry_id._reverse_moves([{"date": TODAY}], cancel=True)
        self.assertFalse(record.is_in_force)
        self.assertEqual(move.amount_residual, 100)

    def test_a_locked_day_is_not_booked_on(self):
        self.invoice(self.partner, 100, due=20)
        self.bill(100)
        self.nl.fiscalyear_lock_date = day(3)
        action = self.window(self.case_of(), date=day(5)).action_set_off()
        self.assertEqual(self.env["dunning.set.off"].browse(action["res_id"]).entry_id.date, day(2))
