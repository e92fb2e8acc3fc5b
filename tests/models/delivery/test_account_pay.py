"""Paying from the debtor's page: all, some or a part, booked exactly as chosen, once, and out of the ladder."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.cremann_dunning.models.run import dunning_online_payment

from .pay_case import PayCase


@tagged("post_install", "-at_install")
class TestPaidFromThePage(PayCase):
    def code_of(self, move):
        return self.env["dunning.decision"].search([("move_id", "=", move.id), ("is_current", "=", True)]).code

    def assertLeft(self, letter, **numbers):
        """What may still be paid, by invoice."""
        self.assertEqual({n: float(r.total) for n, r in self.rows(letter).items() if r.total}, numbers)

    def test_all_of_several(self):
        partner, moves, letter = self.letter_of(333.33, 1000.01, 45)
        choice = self.choose(letter, moves)
        self.assertMoney(choice.amount, letter.amount_total)
        self.assertTrue(choice.payment_reference_key)
        transaction = self.paid(letter, choice)
        self.assertMoney(transaction.amount, letter.amount_total)
        self.assertEqual(transaction.invoice_ids, moves)
        self.assertEqual(transaction.payment_id.invoice_ids, moves)
        self.assertTrue(transaction.reference.startswith(choice.payment_reference.strip("+ ")))
        self.assertEqual(self.owed(partner), (0, 0))
        self.assertEqual(self.income(partner), {"4950": letter.amount_costs, "4795": letter.amount_interest})
        self.assertEqual(self.values(letter)["state"], "paid")
        self.assertLeft(letter)
        self.assertSilent(partner)
        self.assertIn("we have your payment", self.text(self.look(letter, f"/pay/{choice.id}")))
        self.assertIsNone(self.pay_form(letter, choice))

    def test_one_of_several_with_its_costs(self):
        partner, moves, letter = self.letter_of(600, 400)
        rows = self.rows(letter)
        one = rows[moves[1].name]
        self.assertTrue(one.costs and one.interest)
        choice = self.choose(letter, moves[1])
        self.assertEqual(choice.payment_reference, moves[1].payment_reference or moves[1].name)
        self.paid(letter, choice)
        self.assertEqual((moves[0].amount_residual, moves[1].amount_residual), (600, 0))
        self.assertEqual(self.income(partner), {"4950": float(one.costs), "4795": float(one.interest)})
        self.assertLeft(letter, **{moves[0].name: float(rows[moves[0].name].total)})
        self.assertEqual(self.owed(partner), (600, 1))
        with self.at(30):
            later = self.run_for(partners=partner).letter_ids
            self.assertEqual(later.line_ids.filtered("principal_part").move_id, moves[0])

    def test_a_part(self):
        """Costs and interest of the oldest first, then its principal, then the next one."""
        partner, moves, letter = self.letter_of(600, 400)
        first, second = (self.rows(letter)[move.name] for move in moves)
        amount = first.total + second.costs + second.interest + 10
        choice = self.choose(letter, moves, str(amount).replace(".", ","))
        self.assertMoney(choice.amount, float(amount))
        self.assertEqual(
            self.parts(choice),
            {
                moves[0]: (float(first.costs), float(first.interest), 600),
                moves[1]: (float(second.costs), float(second.interest), 10),
            },
        )
        self.paid(letter, choice)
        self.assertEqual((moves[0].amount_residual, moves[1].amount_residual), (0, 390))
        self.assertEqual(self.owed(partner), (390, 1))
        self.assertEqual(self.income(partner), {"4950": letter.amount_costs, "4795": letter.amount_interest})
        self.assertLeft(letter, **{moves[1].name: 390})

    def test_a_part_of_the_costs(self):
        partner, move, letter = self.letter_of(1000)
        self.paid(letter, self.choose(letter, move, "12.34"))
        self.assertEqual(move.amount_residual, 1000)
        self.assertEqual(self.income(partner), {"4950": 12.34, "4795": 0})
        self.assertLeft(letter, **{move.name: round(letter.amount_total - 12.34, 2)})
        self.paid(letter, self.choose(letter, move))
        self.assertEqual(self.owed(partner), (0, 0))
        self.assertEqual(self.income(partner), {"4950": letter.amount_costs, "4795": letter.amount_interest})

    def test_the_same_part_twice(self):
        """What was paid says so, though as much is open again; chosen once more it is another payment."""
        partner = self.debtor()
        move = self.invoice(partner, 1000, due=30)
        letter = self.send_level(partners=partner).with_env(self.env)
        self.env["dunning.delivery"]._after_sending(self.nl)
        self.env["dunning.charge.booking"]._waive(self.claim_of(move), "goodwill")
        choice = self.choose(letter, move, "50")
        self.paid(letter, choice)
        self.assertIn("we have your payment", self.text(self.look(letter, f"/pay/{choice.id}")))
        self.assertIsNone(self.pay_form(letter, choice))
        again = self.choose(letter, move, "50")
        self.assertNotEqual(again, choice)
        self.paid(letter, again)
        self.assertEqual(move.amount_residual, 900)

    def test_two_of_one_day_in_proportion(self):
        """Odoo would give all to the first."""
        partner = self.debtor()
        moves = self.invoices([partner] * 2, 300, due=30)
        third = self.invoice(partner, 50, due=30)
        letter = self.send_level(partners=partner).with_env(self.env)
        self.env["dunning.delivery"]._after_sending(self.nl)
        claims = self.env["dunning.claim"].search([("partner_id", "=", partner.id)])
        self.env["dunning.charge.booking"]._waive(claims, "goodwill")
        choice = self.choose(letter, moves + third, "65")
        self.assertEqual([p[2] for p in self.parts(choice).values()], [30, 30, 5])
        self.paid(letter, choice)
        self.assertEqual([m.amount_residual for m in moves + third], [270, 270, 45])
        self.assertEqual(self.owed(partner), (585, 3))

    def test_what_is_not_due_and_no_letter_is_about(self):
        partner, _move, letter = self.letter_of(1000)
        later = self.invoice(partner, 250, due=-20)
        self.env.flush_all()
        self.assertNotIn(later.name, self.rows(letter, known=False), "no part of the letter")
        choice = self.chosen(letter, later)
        self.assertEqual(self.parts(choice), {later: (0, 0, 250)})
        with self.assertRaisesRegex(Exception, "cannot be paid here any more"):
            self.chosen(letter, later, known=False)

    def test_costs_booked_by_hand(self):
        self.nl.dunning_book_charges = "offered"
        partner, move, letter = self.letter_of(1000)
        self.paid(letter, self.choose(letter, move))
        self.assertEqual((move.amount_residual, self.income(partner)), (0, {"4950": 0, "4795": 0}))
        self.assertAlmostEqual(letter.case_id.amount_to_book, letter.amount_total - 1000, 2)
        self.assertLeft(letter)

    def test_costs_booked_when_asked(self):
        self.nl.dunning_charges_mode = "asked"
        partner, move, letter = self.letter_of(1000)
        choice = self.choose(letter, move)
        self.assertMoney(choice.amount, letter.amount_total)
        self.paid(letter, choice)
        self.assertEqual(self.owed(partner), (0, 0))
        self.assertEqual(self.income(partner), {"4950": letter.amount_costs, "4795": letter.amount_interest})

    def test_a_rest(self):
        partner, move, letter = self.letter_of(1000)
        self.received(move, 1000)
        rest = self.rows(letter)[move.name]
        self.assertTrue(rest.rest)
        self.assertMoney(float(rest.total), letter.amount_total - 1000)
        self.paid(letter, self.choose(letter, move))
        self.assertEqual(self.owed(partner), (0, 0))
        self.assertEqual(self.income(partner), {"4950": letter.amount_costs, "4795": letter.amount_interest})

    def test_a_part_in_dispute(self):
        _partner, move, letter = self.letter_of(1000)
        dispute = {"case_id": letter.case_id.id, "move_ids": [Command.set(move.ids)], "reason": "price"}
        half = self.env["dunning.dispute"].create({**dispute, "amount": 200})
        row = self.rows(letter)[move.name]
        self.assertEqual((row.principal, row.disputed), (800, 200))
        self.paid(letter, self.choose(letter, move))
        self.assertEqual(move.amount_residual, 200)
        half.amount = 0  # as a whole
        self.assertEqual(self.rows(letter)[move.name].stop, "disputed")

    def test_a_journal_entry_that_was_taken_in(self):
        partner = self.debtor("Overgenomen")
        item = self.opening((partner, 700, 40, "2025-0099"), on=fields.Date.to_date("2026-10-01"))
        self.take_in(item.move_id)
        letter = self.send_level(partners=partner).with_env(self.env)
        self.env["dunning.delivery"]._after_sending(self.nl)
        self.env.flush_all()
        choice = self.choose(letter, item.move_id)
        self.assertMoney(choice.amount, letter.amount_total)
        self.paid(letter, choice)
        self.assertEqual(self.owed(partner), (0, 0))

    # -- while it is under way ----------------------------------------------------------------------------------------

    def assertHeld(self, partner, held=True):
        self.env.invalidate_all()
        facts = self.facts_of(partner)
        self.assertEqual([bool(claim.paying) for claim in facts.claims], [held] * len(facts.claims))
        with self.undone("a run"):
            letters = self.run_for(partners=partner).letter_ids
            self.assertEqual(not letters, held)

    def test_a_started_payment_holds_the_ladder_until_it_ends(self):
        partner, move, letter = self.letter_of(1000)
        with self.at(30):
            self.assertHeld(partner, False)
            transaction = self.begin(letter, self.choose(letter, move, "50"))  # a part, all of it costs
            self.assertEqual(transaction.state, "draft")
            self.assertHeld(partner)
            for state in ("pending", "authorized"):
                transaction._set_pending() if state == "pending" else transaction._set_authorized()
                self.assertHeld(partner)
            transaction._set_canceled()
            self.assertHeld(partner, False)

    def test_an_error_frees_it_at_once(self):
        partner, move, letter = self.letter_of(1000)
        with self.at(30):
            transaction = self.begin(letter, self.choose(letter, move))
            self.assertHeld(partner)
            with mute_logger("odoo.addons.payment.models.payment_transaction"):
                transaction._set_error("refused")
            self.assertHeld(partner, False)
            self.assertTrue(self.pay_form(letter, transaction.dunning_choice_id), "and he may try again")

    def test_a_draft_holds_it_for_half_an_hour(self):
        partner, move, letter = self.letter_of(1000)
        with self.at(30):
            transaction = self.begin(letter, self.choose(letter, move))
            online, start = self.env["dunning.online.payment"], transaction.dunning_started_at
            for seconds, held in ((-1, True), (0, False), (1, False)):
                with self.undone("later"):
                    transaction.dunning_started_at = start - dunning_online_payment.LASTS - timedelta(seconds=seconds)
                    self.assertHeld(partner, held)
                    online._let_go_late()
                    self.assertEqual(bool(transaction.dunning_started_at), held)
                    self.assertHeld(partner, held)

    def test_what_screens_show_of_it(self):
        """The decision in force follows the payment, and the clock."""
        partner, move, letter = self.letter_of(1000)
        with self.at(30):
            self.run_for(partners=partner)
            fresh = self.env["dunning.freshness"]
            transaction = self.begin(letter, self.choose(letter, move))
            fresh._bring({self.nl.id: partner.ids})
            self.assertEqual(self.code_of(move), "IN_PAYMENT")
            transaction.dunning_started_at -= timedelta(hours=1)
            self.env["dunning.figures"]._cron_put_away()
            self.assertNotEqual(self.code_of(move), "IN_PAYMENT")

    def test_two_windows(self):
        _partner, moves, letter = self.letter_of(600, 400)
        choice, other = self.choose(letter, moves), self.choose(letter, moves[0])
        late, later = self.pay_form(letter, choice), self.pay_form(letter, other)
        transaction = self.begin(letter, choice)
        for form in (late, later):
            with mute_logger("odoo.http"):
                answer = self.start(form)
            self.assertIn("You started to pay this in another window", answer["error"]["data"]["message"])
        page = self.text(self.look(letter, f"/pay/{other.id}"))
        self.assertIn("I did not pay: let me pay now", page)
        self.assertEqual(self.post(letter, f"/pay/{other.id}/again").status_code, 303)
        self.assertFalse(transaction.dunning_started_at)
        second = self.begin(letter, other)
        self.provider_says(second, "done")
        self.assertEqual([move.amount_residual for move in moves], [0, 400])
        # the first comes in all the same: what is still owed of it is paid, the rest is his credit
        transaction._set_done()
        transaction._post_process()
        self.assertEqual([move.amount_residual for move in moves], [0, 0])
        credit = second.amount
        self.assertMoney(self.owed(letter.partner_id)[0], -credit)
        self.assertEqual(self.income(letter.partner_id), {"4950": letter.amount_costs, "4795": letter.amount_interest})

    def test_late_success_after_somebody_else_paid_is_credit(self):
        partner, move, letter = self.letter_of(1000)
        other = self.invoice(partner, 77, due=5)
        transaction = self.begin(letter, self.choose(letter, move))
        self.received(move, 1000)
        self.env["dunning.charge.booking"]._waive(self.claim_of(move), "goodwill")
        self.provider_says(transaction, "done")
        self.assertEqual((move.amount_residual, other.amount_residual), (0, 77))
        self.assertMoney(self.owed(partner)[0], 77 - letter.amount_total)
        self.assertEqual(self.income(partner), {"4950": 0, "4795": 0})

    def test_what_cannot_be_booked_undoes_no_payment(self):
        self.env["account.account"].search([("code", "=like", "4950%")]).unlink()
        partner, move, letter = self.letter_of(1000)
        choice = self.choose(letter, move)
        with mute_logger("odoo.addons.cremann_dunning.models.money.payment_transaction"):
            transaction = self.paid(letter, choice)
        self.assertEqual((transaction.payment_id.move_id.state, move.amount_residual), ("posted", 0))
        self.assertEqual(self.owed(partner)[0], round(1000 - letter.amount_total, 2), "the rest waits for a person")
