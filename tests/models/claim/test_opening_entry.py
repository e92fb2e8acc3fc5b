"""One journal entry with the open invoices of many debtors: each has its own answer, level, letters and history."""

from odoo import Command
from odoo.tests import tagged

from ...common import DunningCase, day

NAMES = ("Jansen", "De Wit", "Peters", "Smit", "Bos")


@tagged("post_install", "-at_install")
class TestSixDebtors(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firms = cls.env["res.partner"].union(*(cls.debtor(f"{name} BV") for name in NAMES))
        cls.consumer = cls.debtor("Anna de Boer", kind="consumer")
        rows = [(partner, 100, 10 + 5 * place, f"F-{place}") for place, partner in enumerate(cls.firms, 1)]
        cls.lines = cls.opening(*rows, (cls.consumer, 300, 40, "C-1"))
        cls.entry = cls.lines.move_id
        cls.take_in(cls.entry, cls.user)

    def line(self, partner):
        return self.lines.filtered(lambda line: line.partner_id == partner)

    def decision(self, partner):
        self.env.invalidate_all()
        domain = [("move_line_id", "=", self.line(partner).id), ("is_current", "=", True)]
        return self.env["dunning.decision"].search(domain)

    def case(self, partner):
        self.env.invalidate_all()
        return self.env["dunning.case"].search([("partner_id", "=", partner.id)])

    def test_each_its_own_decision(self):
        run = self.run_for()
        for partner in self.firms + self.consumer:
            decision = self.decision(partner)
            self.assertEqual((len(decision), decision.code, decision.partner_id), (1, "LETTER", partner))
            self.assertEqual(decision.number, self.line(partner).name)
            self.assertEqual(decision.letter_id.partner_id, partner, "the letter to him and to nobody else")
            self.assertEqual(self.case(partner).decision_id, decision)
        self.assertEqual(len(run.letter_ids), 6)
        self.assertEqual(run.decision_count, 6)

    def test_the_entry_shows_one(self):
        """The first to do something about, whosever item it is; it has one row in every list."""
        shown = self.env["dunning.decision"].search([("move_id", "=", self.entry.id), ("is_shown", "=", True)])
        self.assertEqual(len(shown.filtered("is_current")), 1)
        self.assertEqual(self.entry.dunning_decision_id, shown.filtered("is_current"))
        moves = self.env["account.move"].search([("id", "=", self.entry.id)], order="dunning_next_date, id")
        self.assertEqual(moves, self.entry)
        own = [("id", "=", self.entry.id)]
        groups = self.env["account.move"]._read_group(own, ["dunning_next_date:month"], ["__count"])
        self.assertEqual([count for _date, count in groups], [1])
        self.send_level(partners=self.firms[:1])
        self.env.invalidate_all()
        self.assertEqual(self.entry.dunning_decision_id.code, "LETTER", "that of one who had no letter yet")
        self.assertNotEqual(self.entry.dunning_decision_id.partner_id, self.firms[0])

    def test_one_who_paid(self):
        shown = self.entry.dunning_decision_id
        partner = shown.partner_id
        (self.line(partner) + self.unallocated(partner, self.line(partner).balance)).reconcile()
        self.env["dunning.decision.register"]._retire_settled(self.nl)
        self.assertFalse(self.decision(partner))
        self.env.invalidate_all()
        self.assertTrue(self.entry.dunning_decision_id)
        self.assertNotEqual(self.entry.dunning_decision_id, shown)
        self.env["dunning.figures"]._refresh(self.nl)
        self.assertFalse(self.case(partner).decision_id)
        self.assertTrue(self.decision(self.consumer))

    def test_level_on_the_case_of_him_who_had_the_letter(self):
        first, second = self.firms[0], self.firms[1]
        letter = self.send_level(partners=first)
        self.env["dunning.figures"]._refresh(self.nl)
        self.assertEqual(self.case(first).level_id, letter.level_id)
        self.assertFalse(self.case(second).level_id)
        self.assertEqual(self.case(first).taken_in_ids.level_id, letter.level_id)
        self.assertEqual(self.decision(second).code, "LETTER")
        self.assertNotEqual(self.decision(first).code, "LETTER")

    def test_final_notice_of_a_consumer(self):
        """It tells of his own letters and of nobody else's: the notice, its day and its term."""
        self.send_level(partners=self.firms)
        seen = []
        for days in (1, 14, 35, 56, 77, 98):  # no Sunday or evening
            with self.at(days):
                letter = self.run_for(partners=self.consumer).letter_ids.with_env(self.env)
                if not letter:
                    continue
                before = letter._previous_letters()[letter]
                self.assertEqual(before.ids, [sent.id for sent in seen])
                self.send_outbox(self.confirm(letter.run_id))
                self.assertEqual(letter.state, "sent")
                seen.append(letter)
        self.assertIn("statutory_notice", [letter.legal_type for letter in seen])
        final = seen[-1]
        self.assertEqual(final._demanded_numbers(), ["C-1"])
        notice = next(letter for letter in seen if letter.legal_type == "statutory_notice")
        self.assertEqual(final.line_ids.claim_id, notice.line_ids.claim_id)
        for place in range(1, 6):
            self.assertNotIn(f"F-{place}", final.body)
        self.assertIn("C-1", final.body)

    def test_no_instalments_of_each_other(self):
        [debtor] = self.env["dunning.gather"].facts(self.nl, day(0), self.consumer.ids)
        self.assertEqual([(c.instalment, c.taken_in, c.number) for c in debtor.claims], [(False, True, "C-1")])

    def test_agreements_about_an_entry(self):
        """A dispute, a promise and a hold are about the item of their debtor, by the number that he knows."""
        first, second = self.firms[0], self.firms[1]
        about = {"case_id": self.case(first).id, "move_ids": [Command.set(self.entry.ids)]}
        dispute = self.env["dunning.dispute"].create({**about, "reason": "price", "amount": 100})
        self.assertEqual((dispute.numbers, dispute.currency_id), ("F-1", self.eur))
        self.assertEqual((self.decision(first).code, self.decision(second).code), ("DISPUTED", "LETTER"))
        with self.refused("more than"):
            dispute.copy({"amount": 101})
        dispute.unlink()
        self.assertEqual(self.decision(first).code, "LETTER")
        promise = self.env["dunning.promise"].create({**about, "date": day(-5)})
        self.assertEqual((promise.amount, promise.numbers), (100, "F-1"))
        self.assertEqual(self.decision(first).code, "PROMISE")
        (self.line(first) + self.unallocated(first, 100)).reconcile()
        self.env.invalidate_all()
        self.assertEqual(promise.paid_amount, 100)
        hold = self.env["dunning.hold"].create(
            {"move_id": self.entry.id, "partner_id": second.id, "company_id": self.nl.id, "reason": "Asked for"}
        )
        self.assertEqual((self.decision(second).code, self.decision(self.consumer).code), ("HOLD", "LETTER"))
        hold.action_release()
        self.assertEqual(self.decision(second).code, "LETTER")
        stranger = self.env["dunning.case"]._for_partners(self.debtor("Stranger"), self.nl, create=True)
        with self.refused("not an invoice to"):
            self.env["dunning.dispute"].create({**about, "case_id": stranger.id, "reason": "price"})

    def test_an_entry_that_was_not_taken_in(self):
        line = self.opening((self.firms[0], 10, 10, "x"))
        values = {
            "case_id": self.case(self.firms[0]).id,
            "reason": "price",
            "move_ids": [Command.set(line.move_id.ids)],
        }
        with self.refused("not an invoice to"):
            self.env["dunning.dispute"].create(values)

    def test_hold_on_the_whole_entry(self):
        action = self.as_user(self.user, self.entry).action_dunning_hold()
        window = self.as_user(self.user)["dunning.hold.wizard"].with_context(**action["context"])
        window.create({"reason": "wait"}).action_hold()
        for partner in self.firms + self.consumer:
            self.assertEqual(self.decision(partner).code, "HOLD_UNTIL")

    def test_letter_by_hand(self):
        case = self.as_user(self.user, self.case(self.firms[0]))
        window = case.env["dunning.letter.wizard"].create({"case_id": case.id})
        self.assertEqual(window.move_ids.ids, self.entry.ids)
        window.level_id = window.allowed_level_ids[:1]
        letter = case.env["dunning.letter"].browse(window.action_write()["res_id"])
        self.assertEqual((letter.line_ids.number, letter.amount_principal), ("F-1", 100))

    def test_open_letter_is_his_own(self):
        letters = self.confirm(self.run_for())
        self.assertEqual(len(letters), 6)
        with self.at(1):
            self.env["dunning.engine"]._redecide(self.nl, self.firms[:1])
            decision = self.as_user(self.user, self.decision(self.firms[0]))
            self.assertEqual(decision.code, "LETTER_OPEN")
            action = decision.action_repair()
        self.assertEqual(self.env["dunning.letter"].browse(action["res_id"]).partner_id, self.firms[0])


@tagged("post_install", "-at_install")
class TestTwoInvoices(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor("Bakkerij Jansen")
        cls.old, cls.new = cls.opening((cls.partner, 100, 30, "F-1"), (cls.partner, 50, -5, "F-2"))
        cls.entry = cls.old.move_id
        cls.take_in(cls.entry, cls.user)

    def decisions(self):
        self.env.invalidate_all()
        found = self.env["dunning.decision"].search([("is_current", "=", True), ("move_id", "=", self.entry.id)])
        return {decision.number: decision for decision in found}

    def test_each_reads_as_itself(self):
        letter = self.send_level()
        self.assertEqual(letter.line_ids.mapped("number"), ["F-1"])
        case = letter.case_id
        self.assertEqual(
            [(c.display_name, c.level_id.id, c.amount_open) for c in case.taken_in_ids],
            [("F-1", letter.level_id.id, 100), ("F-2", False, 50)],
        )
        with self.at(6):
            self.env["dunning.engine"]._redecide(self.nl, self.partner)
            found = self.decisions()
            self.assertEqual(set(found), {"F-1", "F-2"})
            self.assertNotEqual(found["F-1"].level_id, found["F-2"].level_id, "each on its own ladder")
            self.assertEqual(found["F-1"].amount_open, 100)
            self.assertNotEqual(*case.taken_in_ids.mapped("explanation"))
            self.assertIn(self.entry.dunning_decision_id, found["F-1"] + found["F-2"])

    def test_one_is_paid(self):
        with self.at(6):
            self.run_for()
            self.assertEqual(len(self.decisions()), 2)
            (self.old + self.unallocated(self.partner, 100)).reconcile()
            self.run_for()
            self.assertEqual(set(self.decisions()), {"F-2"})
            self.assertEqual(self.entry.dunning_decision_id.number, "F-2")

    def test_the_same_again_is_no_news(self):
        self.run_for()
        before = self.decisions()
        self.run_for()
        self.assertEqual(self.decisions(), before)

    def test_replay(self):
        self.run_for()
        for decision in self.decisions().values():
            self.assertTrue(decision.replay()["same"])
