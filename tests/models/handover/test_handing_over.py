"""The act: who may, what it writes, freezes and tells, what it refuses, and how it is taken back."""

import time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.cremann_dunning.engine import handover as engine
from odoo.addons.cremann_dunning.models.handover.dunning_handover_look import SENTENCES
from odoo.addons.cremann_dunning.models.handover.dunning_handover_score import PARTS

from ...common import TODAY, day
from .handover_case import HandoverCase


@tagged("post_install", "-at_install")
class TestHandingOver(HandoverCase):
    refusal = UserError

    def window(self, claims=None, **vals):
        action = self.as_user(self.manager, (claims or self.claim).case_id).action_dunning_hand_over()
        window = self.as_user(self.manager)[action["res_model"]].browse(action["res_id"])
        window.write({"party_id": self.party.id, "reason": "Nothing helped", **vals})
        window.flush_recordset()  # as the request ends
        return window

    # -- the act --------------------------------------------------------------------------------------------------

    def test_act(self):
        """A row with amounts to the cent, frozen at once, told, and the letter drafted."""
        made = self.hand_over()
        row = made.line_ids
        self.assertEqual((made.state, made.party_id, made.partner_id), ("with_party", self.party, self.partner))
        self.assertEqual((row.claim_id, row.principal, row.is_frozen), (self.claim, 500, True))
        self.assertEqual(row.total, row.principal + row.interest + row.costs)
        self.assertEqual(self.code(self.move), "HANDED_OVER")
        self.assertIn("Incasso Partners", self.why(self.move))
        letter = made.letter_id
        self.assertEqual((letter.state, letter.legal_type), ("draft", "handover"))
        made.party_reference = "IP-77"
        text = str(letter.shown_body)
        for words in ("Incasso Partners", "765", "IP-77"):
            self.assertIn(words, text)
        letter.action_issue()
        self.assertEqual(letter.state, "issued", letter.error)
        self.send_outbox(letter)
        self.assertEqual(letter.state, "sent", letter.cancel_reason)
        self.assertIn("handed over", " ".join(self.told_on(self.case)))
        self.assertFalse(self.claim.level_id, "a letter without a level moves nothing")

    def test_right(self):
        with self.assertRaises(AccessError):
            self.hand_over(user=self.user)
        with self.assertRaises(AccessError):
            self.as_user(self.user, self.case).action_dunning_hand_over()
        made = self.hand_over()
        with self.assertRaises(AccessError):
            self.as_user(self.user, made)._recall("mine")
        with self.refused("system only", AccessError):
            self.as_user(self.manager, made).write({"state": "closed"})

    def test_twice(self):
        self.hand_over()
        with self.refused("with a party already"):
            self.hand_over(party=self.agency("Another"))

    def test_recall(self):
        made = self.hand_over()
        letter = made.letter_id
        with self.refused("Write down why"):
            made._recall(" ")
        made._recall("Debtor pays after all")
        self.assertEqual((made.state, made.line_ids.is_frozen), ("recalled", False))
        self.assertEqual(letter.state, "cancelled")
        self.assertEqual(self.code(self.move), "LETTER")
        with self.refused("can be recalled"):
            made._recall("Once more")
        again = self.hand_over()
        again._recall("It ends here", ends=True)
        self.assertEqual(self.code(self.move), "HOLD")

    def test_release(self):
        made = self.hand_over()
        self.pay(self.move)
        made._release(made.line_ids, "settled")
        self.assertEqual((made.state, made.closed_on), ("closed", TODAY))
        self.assertIn("closed", " ".join(self.told_on(self.case)))

    def test_level_of_the_procedure(self):
        """Its letter is that of the level, moves the claim, and there is no second one; no run makes it."""
        procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_business").copy({"name": "Short"})
        procedure.level_ids.sorted("sequence")[1:].unlink()
        text = self.env.ref("cremann_dunning.mail_template_handover")
        level = procedure.level_ids
        level.write(
            {
                "legal_type": "handover", "automatic": False, "payment_term_days": 0, "costs": "charge",
                "charge_interest": True, "template_id": text.id, "delay_days": 3,
            }
        )  # fmt: skip
        self.partner.with_company(self.nl).dunning_procedure_id = procedure
        run = self.run_for(partners=self.partner)
        self.assertFalse(run.letter_ids)
        self.assertEqual(self.code(self.move), "HANDOVER_DUE")
        case = self.as_user(self.user, self.case)
        self.assertIn(case, case.search([("reason", "=", "HANDOVER_DUE")]))
        self.assertTrue(case.needs_somebody)
        self.assertNotIn(level, case.env["dunning.letter.wizard"].create({"case_id": case.id}).allowed_level_ids)
        made = self.hand_over()
        letter, row = made.letter_id, made.line_ids
        self.assertEqual(letter.level_id, level)
        self.assertGreater(row.costs, 0)
        self.assertEqual(
            (letter.amount_interest, letter.amount_costs, letter.amount_total), (row.interest, row.costs, row.total)
        )
        letter.action_issue()
        self.send_outbox(letter)
        self.assertEqual((letter.state, self.claim.level_id), ("sent", level), letter.error)
        self.assertEqual(self.code(self.move), "HANDED_OVER")

    # -- every path -----------------------------------------------------------------------------------------------

    def test_nothing_of_ours_asks(self):
        """A letter in the outbox, one printed, one drafted, one by hand, a question, a promise, a call, the page."""
        issued = self.confirm(self.run_for(partners=self.partner)).with_env(self.env)
        self.assertEqual(issued.state, "issued")
        promise = self.env["dunning.promise"].create(
            {"case_id": self.case.id, "move_ids": [Command.set(self.move.ids)], "date": day(-3)}
        )
        with self.refused("promise or payment plan"):
            self.hand_over()
        promise.action_cancel()
        made = self.hand_over()
        self.send_outbox(issued)
        self.assertEqual(issued.state, "cancelled")
        self.assertIn("Incasso Partners", issued.cancel_reason)
        run = self.run_for(partners=self.partner)
        self.assertFalse(run.letter_ids - made.letter_id)
        user = self.as_user(self.user)
        level = self.env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids[:1]
        by_hand = user["dunning.letter.wizard"].create({"case_id": self.case.id, "level_id": level.id})
        with self.refused("Incasso Partners"):
            by_hand.action_write()
        with self.refused("nothing to ask"):
            user["dunning.asking"]._ask(self.as_user(self.user, self.move), "", 5)
        for record in (promise, issued):
            with self.refused("Recall it first"):
                self.as_user(self.user, record)._compose("promise_confirmed")
        self.assertNotIn(self.case, self.env["dunning.call.queue"]._all())
        visit = self.env["dunning.account.acts"]
        self.assertIn("Incasso Partners", visit._with_others(self.case, self.move))
        self.assertEqual(self.case.phase, "handed_over")
        # the draft of a letter that somebody kept open is stopped by the gate
        refusals = self.env["dunning.gate"]._check(issued)[issued]
        self.assertIn("HANDED_OVER", [refusal.code for refusal in refusals])
        self.assertTrue(refusals[0].final)

    def test_notice_without_hand_over(self):
        """The letter itself does not leave once the claims are back, or paid."""
        made = self.hand_over()
        letter = made.letter_id
        letter.action_issue()
        with self.undone("paid"):
            self.pay(self.move, 400)
            self.send_outbox(letter)
            self.assertEqual(letter.state, "cancelled")
        made._recall("Back")
        self.assertEqual(letter.state, "cancelled")

    # -- while the window is open ---------------------------------------------------------------------------------

    def test_changed_while_the_window_is_open(self):
        def about(model, **vals):
            return self.env[model].create({"case_id": self.case.id, "move_ids": [Command.set(self.move.ids)], **vals})

        plan = {"instalment_ids": [Command.create({"date": day(-5), "amount": 500})]}
        for name, change, words in (
            ("paid", lambda: self.pay(self.move), "Nothing is asked"),
            ("credited", lambda: self.credit(self.partner, 500), "Nothing is asked"),
            ("disputed", lambda: about("dunning.dispute", reason="price"), "disputes"),
            ("plan", lambda: about("dunning.payment.plan", **plan).action_agree(), "promise or payment plan"),
            ("promise", lambda: about("dunning.promise", date=day(-5)), "promise or payment plan"),
            ("replied", lambda: about_reply(self), "replied"),
            ("another party", lambda: self.hand_over(party=self.agency("Another")), "with a party"),
            ("archived", lambda: self.party.write({"active": False}), "of this company"),
        ):
            with self.undone(name):
                window = self.window()
                change()
                with self.refused(words):
                    window.action_hand_over()
                self.assertFalse(self.env["dunning.handover"].search_count([("party_id", "=", self.party.id)]), name)

    def test_who_answers_for_it(self):
        """A dispute that stands in the window goes along with a reason, and stays on record."""
        self.env["dunning.dispute"].create(
            {"case_id": self.case.id, "move_ids": [Command.set(self.move.ids)], "reason": "price"}
        )
        window = self.window(reason=False)
        self.assertEqual((window.verdict, "DISPUTED" in window.seen), ("may", True))
        self.assertIn("disputes", window.answers_html)
        with self.refused("disputes"):
            window.action_hand_over()
        window.reason = "The dispute is unfounded"
        window.action_hand_over()
        made = self.case.handover_id
        self.assertIn("DISPUTED", made.accepted)
        self.assertEqual(made.line_ids.principal, 500)

    def test_register(self):
        """An agency for a natural person: registered on the day, before and after it."""
        partner = self.debtor("Jan Pieters", "consumer")
        _move, claim = self.claimed(partner)
        case = claim.case_id
        for until, refused in ((-1, False), (0, False), (1, True)):
            self.party.registered_until = day(until)
            self.assertEqual(bool(self.party._refusal(case, TODAY)), refused, until)
        self.party.kind = "bailiff"
        self.assertFalse(self.party._refusal(case, TODAY))
        self.party.write({"kind": "agency", "registration": False})
        with self.refused("art. 4 Wki"):
            self.hand_over(claim)

    def test_told(self):
        """Each act stands on the record: made, recalled; released and closed when all of it was paid."""

        def told(made):
            events = self.env["dunning.event"].search([("kind", "=like", "handover.%")], order="id")
            about = events.filtered(lambda event: event.facts.get("name") == made.name)
            return about.mapped("kind")

        made = self.hand_over()
        made._recall("Paid soon")
        self.cr.precommit.run()
        self.assertEqual(told(made), ["handover.made", "handover.recalled"])
        again = self.hand_over()
        again._release(again.line_ids, "settled")
        self.cr.precommit.run()
        self.assertEqual(told(again), ["handover.made", "handover.released", "handover.closed"])

    # -- many -----------------------------------------------------------------------------------------------------

    def test_flat(self):
        """Ten debtors take as many statements as two, and a thousand claims a few seconds."""
        partners = self.env["res.partner"].union(*(self.debtor(f"D{number:04}") for number in range(60)))
        moves = self.invoices([partner for partner in partners for _each in range(17)], 100, due=40)
        self.env["dunning.case"]._for_partners(partners, self.nl, create=True)
        self.env["dunning.claim"]._of_moves(moves)
        claims = self.env["dunning.claim"].search([("move_id", "in", moves.ids)], order="id")
        by_partner = claims.grouped("partner_id")
        groups = [
            self.env["dunning.claim"].union(*list(by_partner.values())[a:b]) for a, b in ((0, 1), (1, 3), (3, 13))
        ]
        counts = []
        over = self.env["dunning.handover"].sudo()
        for group in groups:
            with self.counted() as count:
                over._hand_over_many(group, self.party, reason="Old", accepted=None)
            counts.append(count[0])
        self.assertLessEqual(counts[2], counts[1] + 8, counts)
        rest = claims - self.env["dunning.claim"].union(*groups)
        start = time.monotonic()
        made, refused = over._hand_over_many(rest, self.party, reason="Old", accepted=None)
        took = time.monotonic() - start
        self.assertFalse(refused)
        self.assertEqual(len(made.line_ids), len(rest))
        self.assertTrue(all(made.line_ids.mapped("is_frozen")))
        self.assertLess(took, 15, "five seconds on a machine that does nothing else")
        self.env["dunning.handover.letter"]._cron_draft()
        self.assertTrue(made.letter_id)

    def test_words(self):
        self.assertEqual(set(SENTENCES), set(engine.CODES))
        self.assertEqual(set(PARTS), set(engine.PARTS))

    def test_score(self):
        score, missing = self.env["dunning.handover.score"]._of(self.claim)
        self.assertLess(score, 100)
        self.assertIn("notice", {piece.part for piece in missing})
        window = self.window()
        self.assertEqual(len(window.line_ids), len(missing))
        for line in window.line_ids:
            self.assertTrue(line.action_add())


def about_reply(case):
    return case.env["dunning.reply"].create({"case_id": case.case.id, "received_on": TODAY})
