"""A claim is there once something was said about it, keeps what was said, and ends with its reason."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...common import TODAY, DunningCase, day


@tagged("post_install", "-at_install")
class TestClaim(DunningCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner, cls.other = cls.debtor("Bakkerij Jansen"), cls.debtor("Slagerij De Wit")

    def claims(self, *moves):
        self.env.flush_all()
        return self.env["dunning.claim"].search([("move_id", "in", [move.id for move in moves])])

    def halves(self, **options):
        parts = [Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (0, 30)]
        term = self.env["account.payment.term"].create({"name": "Halves", "line_ids": parts})
        return self.invoice(self.partner, 1000, due=50, term=term, **options)

    def test_nothing_said_no_claim(self):
        move = self.invoice(self.partner)
        self.env["dunning.engine"]._redecide(self.nl, self.partner)
        self.assertTrue(move.dunning_decision_id)
        self.assertFalse(self.claims(move))

    def test_by_each_way_of_saying_something(self):
        """A letter, a hold, a dispute, a promise: one claim each time, of the invoice it is about."""
        letter, hold, dispute, promise = self.invoices([self.partner] * 4, due=10)
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        about = {"case_id": case.id}
        self.env["dunning.hold"].create({"move_id": hold.id, "company_id": self.nl.id, "reason": "Asked for"})
        self.env["dunning.dispute"].create({**about, "reason": "price", "move_ids": [Command.set(dispute.ids)]})
        self.env["dunning.promise"].create(
            {**about, "date": day(-5), "amount": 100, "move_ids": [Command.set(promise.ids)]}
        )
        self.assertFalse(self.claims(letter))
        self.send_level(partners=self.partner)
        for move in (letter, hold, dispute, promise):
            claim = self.claims(move)
            self.assertEqual(len(claim), 1)
            self.assertEqual((claim.number, claim.amount_total, claim.partner_id), (move.name, 100, self.partner))
            self.assertEqual((claim.date_due, claim.state, claim.amount_open), (day(10), "open", 100))
        self.assertEqual(self.claims(letter).level_id.name, "Reminder")
        self.assertFalse(self.claims(hold).level_id)

    def test_instalments_are_claims_of_their_own(self):
        move = self.halves()
        self.send_level()
        claims = self.claims(move)
        self.assertEqual(claims.mapped("display_name"), [f"{move.name} (1 of 2)", f"{move.name} (2 of 2)"])
        self.assertEqual(claims.mapped("amount_total"), [500, 500])
        self.assertEqual(len(claims.level_id), 1)

    def test_the_second_letter_is_about_the_same_claim(self):
        move = self.invoice(self.partner, due=10)
        self.send_level()
        claim = self.claims(move)
        with self.at(14):
            self.send_level()
        self.assertEqual(self.claims(move), claim)
        self.assertEqual(len(claim.line_ids), 2)
        self.assertEqual(claim.level_id, claim.line_ids.letter_id.sorted("id")[-1].level_id)

    def test_settled_and_not_booked(self):
        move = self.invoice(self.partner, due=10)
        self.send_level()
        claim = self.claims(move)
        self.pay(move, 40)
        self.assertEqual((claim.state, claim.amount_open), ("open", 60))
        self.env.invalidate_all()
        self.pay(move)
        self.env.invalidate_all()
        self.assertEqual((claim.state, claim.amount_open), ("settled", 0))
        move.line_ids.remove_move_reconcile()
        move.button_draft()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((claim.state, claim.amount_open), ("draft", 0))

    def test_entry_deleted(self):
        move = self.invoice(self.partner, due=10)
        self.send_level()
        claim, number = self.claims(move), move.name
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((claim.state, claim.end_reason, claim.ended_on), ("ended", "deleted", TODAY))
        self.assertEqual((claim.number, claim.move_id.id, claim.move_line_id.id), (number, False, False))
        self.assertIn("Entry deleted", claim._why_ended())
        self.open_form(self.as_user(self.user, claim))

    def test_wrongly_addressed(self):
        """The customer of an invoice is corrected after its reminder: it starts anew with the right one."""
        move = self.invoice(self.partner, due=10)
        self.send_level()
        move.button_draft()
        move.partner_id = self.other
        move.action_post()
        move.write({"is_move_sent": True, "dunning_sent_on": TODAY, "dunning_sent_changed": False})
        self.env.flush_all()
        self.env.invalidate_all()
        wrong = self.claims(move)
        self.assertEqual((wrong.partner_id, wrong.end_reason, wrong.state), (self.partner, "readdressed", "ended"))
        self.assertFalse(move.dunning_level_id, "a level that this customer never had")
        with self.at(14):
            letters = self.send_level()
        self.assertEqual((letters.partner_id, letters.level_id.name), (self.other, "Reminder"))
        right = self.claims(move) - wrong
        self.assertEqual((right.partner_id, right.level_id.name), (self.other, "Reminder"))
        # and back again: what he had counts again
        move.button_draft()
        move.partner_id = self.partner
        move.action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((wrong.state, wrong.end_reason, right.end_reason), ("open", False, "readdressed"))
        self.assertEqual(wrong.level_id.name, "Reminder")

    def test_rights(self):
        move = self.invoice(self.partner, due=10)
        self.send_level()
        claim = self.claims(move)
        for user in (self.user, self.manager):
            own = self.as_user(user, claim)
            self.open_form(own)
            self.assertIn(claim.id, [row["id"] for row in self.open_list(own.env, "dunning.claim")["records"]])
            for act in (lambda own=own: own.write({"number": "X"}), own.unlink, own.copy):
                with self.refused("", AccessError):
                    act()
        for user in (self.be_user, self.biller, self.internal):
            with self.refused("", AccessError):
                self.as_user(user, claim).read(["number"])
