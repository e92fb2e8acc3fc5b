"""What waits or is refused takes only itself off the letter; a claim over nothing stands on none."""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.dunning_inside import Inside

from ...common import TODAY, DunningCase
from .sending_case import pay_online


@tagged("post_install", "-at_install")
class TestWaitsAlone(DunningCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.business = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        self.partner = self.debtor()
        self.old = self.invoice(self.partner, 1000, due=1)
        for days in (0, 8):
            with self.at(days):
                self.send_level(partners=self.partner)

    def later(self, days):
        """An invoice that is due the day before."""
        return self.invoice(self.partner, 50, due=TODAY + timedelta(days=days - 1))

    def levels(self, move):
        lines = self.env["dunning.letter.line"].search([("move_id", "=", move.id), ("state", "=", "sent")], order="id")
        return lines.level_id.mapped("sequence")

    def daily(self, days):
        with self.at(days):
            self.env["dunning.run"]._cron_run()
            self.send_outbox()

    def test_new_invoices_get_their_reminders_by_themselves(self):
        """The old one is at the notice of default and waits for a person, month after month."""
        self.nl.dunning_automatic = True
        self.daily(16)
        self.assertEqual(self.code(self.old), "APPROVAL")
        new = self.later(17)
        for days, reached in ((17, [10]), (24, [10]), (25, [10, 20]), (26, [10, 20]), (33, [10, 20])):
            with self.subTest(days):
                self.daily(days)
                self.assertEqual(self.levels(new), reached)
                self.assertEqual(self.levels(self.old), [10, 20])
        self.assertEqual((self.code(new), self.code(self.old)), ("APPROVAL", "APPROVAL"))
        newest = self.later(45)
        self.daily(45)
        self.assertEqual(self.levels(newest), [10])
        with self.at(52):
            letter = self.run_for(partners=self.partner).letter_ids
            self.assertEqual(letter.legal_type, "notice_of_default", "a person still may")
            self.assertEqual(letter.line_ids.filtered("level_id").move_id, self.old + new)

    def test_nobody_to_reach_by_the_ways_of_one_step(self):
        """The notice of default goes on paper only and there is no street; the reminder goes by mail."""
        self.business.level_ids[2].channel = "print"
        self.partner.street = False
        with self.at(16) as today:
            new = self.later(16)
            letter = self.run_for(partners=self.partner, date=today).letter_ids
            self.assertEqual((letter.channel, letter.line_ids.move_id), ("email", new))
            self.assertEqual((self.code(self.old), self.code(new)), ("NO_ADDRESS", "LETTER"))


@tagged("post_install", "-at_install")
class TestRefusedAlone(DunningCase):
    without_pdf = True

    def test_an_invoice_every_four_weeks_none_paid(self):
        """A Dutch consumer, no term agreed: each comes to its 14-day letter, and none is refused for ever."""
        partner = self.debtor("Mevrouw De Wit", kind="consumer")
        starts = range(0, 200, 28)
        moves = [self.invoice(partner, 100, due=TODAY + timedelta(days=start - 1)) for start in starts]
        for days in range(1, 204, 7):  # Tuesdays: no mail to a consumer on Sundays and holidays
            with self.at(days):
                run = self.run_for(partners=partner).with_context(dunning_rates_confirmed=Inside())  # 2027 has none yet
                self.send_outbox(self.confirm(run))
        reached = [set(self.sent_levels(move)) for move in moves]
        ripe = [levels for levels, start in zip(reached, starts, strict=True) if start <= 203 - 112]
        self.assertEqual(len(ripe), 4)
        for levels in ripe:
            self.assertIn("statutory_notice", levels)
        self.assertIn("final_notice", reached[0])
        for move in moves:
            self.assertNotEqual(self.code(move), "REFUSED", self.why(move))

    def sent_levels(self, move):
        lines = self.env["dunning.letter.line"].search([("move_id", "=", move.id), ("state", "=", "sent")])
        return lines.level_id.mapped("legal_type")

    def test_one_that_is_not_in_default_takes_only_itself_off(self):
        """Both are at the 14-day letter; the term of the reminder about one of them has not begun to run."""
        partner = self.debtor("Mevrouw De Wit", kind="consumer")
        ripe, young = self.invoice(partner, 1000, due=2), self.invoice(partner, 500, due=1)
        for days in (0, 8):
            with self.at(days):
                letter = self.send_level(partners=partner).with_env(self.env)
                line = letter.line_ids.filtered(lambda line: line.move_id == young)
                # as an old letter may have it: the step without the demand, so without a term to pay
                self.cr.execute("UPDATE dunning_letter_line SET principal_part = FALSE WHERE id = %s", [line.id])
                line.invalidate_recordset()
        with self.at(16):
            letter = self.run_for(partners=partner).letter_ids
            self.assertEqual(letter.legal_type, "statutory_notice")
            self.assertEqual((letter.line_ids.move_id, letter.amount_costs_announced), (ripe, 150))
            self.assertEqual((self.code(ripe), self.code(young)), ("LETTER", "REFUSED"))
            self.assertIn(young.name, self.why(young))
            self.assertNotIn(ripe.name, self.why(young))


@tagged("post_install", "-at_install")
class TestNothingLeft(DunningCase):
    without_pdf = True

    def test_a_claim_over_nothing_stands_on_no_letter(self):
        """Of 100 euro 40 are disputed and the rest is being paid: a cent less, to the cent, a cent more."""
        self.env["dunning.procedure"].search([]).minimum_amount = 0
        for paying, asked in ((59.99, 200.01), (60, 200), (60.01, 200)):
            with self.subTest(paying):
                partner = self.debtor(f"Debtor {paying}")
                nothing, other = self.invoice(partner, 100, due=20), self.invoice(partner, 200, due=5)
                case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
                vals = {"case_id": case.id, "move_ids": [Command.set(nothing.ids)], "reason": "price", "amount": 40}
                self.as_user(self.user)["dunning.dispute"].create(vals)
                pay_online(self.env, nothing, paying, "pending", reference=f"TX {paying}")
                letter = self.send_level(partners=partner)
                self.assertEqual(letter.amount_total, asked)
                gone = asked == 200
                self.assertEqual(letter.line_ids.move_id, other if gone else nothing + other)
                self.assertNotIn(0, letter.line_ids.mapped("amount_open"))
                self.assertEqual(bool(nothing.dunning_level_id), not gone)
                if gone:
                    self.assertEqual(self.code(nothing), "NOTHING_LEFT")
                    decision = self.as_user(self.user, nothing.dunning_decision_id)
                    self.assertEqual(decision.action_repair()["res_id"], case.id)
                    self.pay(other)
                    with self.at(30):
                        self.assertFalse(self.run_for(partners=partner).letter_ids, "nor alone")
