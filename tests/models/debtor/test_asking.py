"""Asking first: an open question as a letter with proof, outside the ladder."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import TODAY, day
from .agreement_case import AgreementCase


@tagged("post_install", "-at_install")
class TestAsking(AgreementCase):
    with_belgium = True

    def window(self, moves=None, user=None, **values):
        action = self.as_user(user or self.user, moves or self.move).action_dunning_ask()
        window = self.as_user(user or self.user)[action["res_model"]].browse(action["res_id"])
        window.write(values)
        return window

    def ask(self, moves=None, **values):
        return self.env["dunning.letter"].browse(self.window(moves, **values).action_ask()["res_id"])

    def decided(self, move, when=0):
        with self.at(when) as today:
            self.env["dunning.letter"].search([("state", "=", "draft")])._discard()
            self.run_for(partners=self.partner, date=today)
            return self.code(move)

    def test_a_letter_that_is_no_step(self):
        """Numbered, frozen, kept with its digest; it asks no money, and the ladder stands where it stood."""
        letter = self.ask(days=7)
        self.assertEqual((letter.state, letter.legal_type, letter.amount_total), ("issued", "question", 0))
        self.assertEqual(letter.heading, "A question")
        self.assertIn(self.move.name, letter.body)
        self.assertIn("Did you receive the invoice", letter.body)
        self.assertFalse(letter.line_ids)
        self.assertFalse(letter.words_html, "nobody typed anything")
        self.assertNotRegex(letter.body, r"\[\]|\(\)")
        self.assertTrue(letter.name)
        self.send_outbox(letter)
        self.assertEqual(letter.state, "sent")
        self.assertFalse(self.move.dunning_level_id)
        for when, code in ((6, "HOLD_UNTIL"), (7, "HOLD_UNTIL"), (8, "LETTER")):
            self.assertEqual(self.decided(self.move, when), code, when)

    def test_the_other_invoice_goes_on(self):
        self.ask(days=7)
        self.assertEqual(self.decided(self.second, 7), "LETTER")

    def test_no_days(self):
        self.ask(days=0)
        self.assertFalse(self.env["dunning.hold"].search([("move_id", "=", self.move.id)]))

    def test_shown_before_it_goes(self):
        """As it would go, in the language of the debtor; nothing stays of the look."""
        self.partner.lang = "nl_NL"
        window = self.window(words="Wij keken de levering zelf al na.")
        self.assertIn("Wij keken de levering", window.body)
        self.assertIn(self.move.name, window.subject)
        self.assertIn("Nederlands", window.lang_name)
        self.assertFalse(self.env["dunning.letter"].search([("answer", "=", "asked")]))

    def test_words_of_a_person(self):
        letter = self.ask(words="We checked <b>the delivery</b>.\nIt was complete.")
        self.assertIn("We checked &lt;b&gt;the delivery&lt;/b&gt;.", letter.body)
        with self.assertRaisesRegex(UserError, "may not stand in the letter"):
            self.ask(self.second, words="Pay EUR 40.00 of costs at once.")
        self.assertFalse(self.env["dunning.hold"].search([("move_id", "=", self.second.id)]), "nothing is half done")

    def test_paid_before_it_left(self):
        letter = self.ask()
        self.pay(self.move)
        self.send_outbox(letter)
        self.assertNotEqual(letter.state, "sent")

    def test_what_is_not_asked(self):
        """Paid, in dispute, promised, on hold, asked already: whoever has an answer asks no question."""
        self.note("dunning.promise", self.second, amount=200, date=day(-3))
        other = self.invoice(self.partner, 50, due=3)
        self.note("dunning.dispute", other, reason="price")
        self.ask(days=5)
        for moves in (self.second, other, self.move):
            with self.assertRaisesRegex(UserError, "nothing to ask"):
                self.window(moves)
        self.pay(self.second)
        with self.assertRaisesRegex(UserError, "nothing to ask"):
            self.window(self.second)

    def test_what_does_not_go_together(self):
        stranger = self.invoice(self.debtor("Somebody"), 50, due=3)
        foreign = self.invoice(self.partner, 50, due=3, company=self.be)
        draft = self.invoice(self.partner, 50, due=3, post=False, sent=False)
        asking = self.env["dunning.asking"]
        for moves in (self.move + stranger, self.move + foreign, draft, self.move.browse()):
            with self.assertRaises(UserError):
                asking._case_of(moves)
        with self.assertRaises(AccessError):
            self.as_user(self.biller, self.move).action_dunning_ask()
        with self.assertRaises(AccessError):
            self.as_user(self.be_user, self.move).action_dunning_ask()

    def test_a_draft_is_no_obstacle(self):
        """Somebody proposed the reminder, and would rather ask first: the draft is dropped when it is confirmed."""
        run = self.run_for(partners=self.partner)
        self.assertTrue(run.letter_ids.line_ids.filtered(lambda line: line.move_id == self.move))
        self.assertEqual(self.ask(days=7).state, "issued")
        self.assertNotIn(self.move, self.confirm(run).line_ids.filtered("level_id").move_id)

    def test_looking_tells_nothing(self):
        self.env.flush_all()
        told = self.env["dunning.event"].search_count([])
        self.assertTrue(self.window().body)
        self.env.flush_all()
        self.assertEqual(self.env["dunning.event"].search_count([]), told)

    def test_not_due_yet(self):
        ahead = self.invoice(self.debtor("Ahead"), 50, due=-3)
        letter = self.env["dunning.letter"].browse(self.window(ahead).action_ask()["res_id"])
        self.assertEqual((letter.state, letter.date), ("issued", TODAY))

    def test_from_the_check_of_the_invoice(self):
        action = self.as_user(self.user, self.move).action_dunning_check()
        window = self.as_user(self.user)[action["res_model"]].browse(action["res_id"])
        self.assertEqual(window.action_ask()["res_model"], "dunning.ask.wizard")
