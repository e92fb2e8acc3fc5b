"""The four questions about an invoice before its first letter: what Odoo sees, and what a person answers."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import TODAY, day
from .test_sending import SendingCase


class CheckCase(SendingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure = cls.env["dunning.procedure"].browse(
            cls.env["dunning.procedure"]._chooser(cls.nl)(cls.partner.country_id.id, "business")
        )
        cls.account = cls.env["res.partner.bank"].create(
            {"acc_number": "NL20INGB0001234567", "partner_id": cls.nl.partner_id.id, "allow_out_payment": True}
        )
        cls.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", cls.nl.id)], limit=1).write(
            {"bank_account_id": cls.account.id}
        )

    def sent(self, due=20, **options):
        move = self.invoice(self.partner, 100, due=due, **options)
        move.partner_bank_id = self.account
        move._dunning_note_sent("mail")
        self.env.cr.execute("UPDATE account_move SET dunning_sent_on = invoice_date WHERE id = %s", [move.id])
        move.invalidate_recordset()
        return move

    def about(self, move):
        self.code(move)
        return (move.dunning_decision_id.code, (move.dunning_decision_id.params or {}).get("ground"))

    def answer(self, move, everything=False, **answers):
        window = self.window(move)
        for line in window.line_ids:
            line.answer = answers.get(line.question, False)
        return window.action_all_right() if everything else window.action_save()

    def window(self, moves, user=None):
        action = self.as_user(user or self.user, moves).action_dunning_check()
        return self.as_user(user or self.user)["dunning.check.wizard"].browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestSeen(CheckCase):
    """What stops a letter without anybody having chosen anything."""

    def test_a_credit_note_that_nobody_posted(self):
        move = self.sent()
        self.assertEqual(self.code(move), "LETTER")
        credit = move._reverse_moves([{"invoice_date": TODAY}])
        self.assertEqual(self.about(move), ("CHECK_WRONG", "credit_draft"))
        self.assertIn("a credit note of it waits as a draft", move.dunning_decision_id.explanation)
        credit.unlink()
        self.assertEqual(self.code(move), "LETTER")

    def test_a_letter_that_was_confirmed_does_not_leave(self):
        """Somebody begins a credit note after the run was proposed: the letter is dropped with that reason."""
        move = self.sent()
        run = self.run_for(partners=self.partner)
        move._reverse_moves([{"invoice_date": TODAY}])
        self.assertTrue(run.letter_ids)
        self.assertFalse(self.confirm(run))
        self.assertEqual(move.dunning_decision_id.code, "CHECK_WRONG")

    def test_an_account_that_is_archived(self):
        move = self.sent()
        self.assertEqual(self.code(move), "LETTER")
        self.account.active = False
        self.assertEqual(self.about(move), ("CHECK_WRONG", "account_closed"))
        self.answer(move, account="right")
        self.assertEqual(self.code(move), "LETTER")
        self.account.active = True
        self.assertEqual(self.code(move), "LETTER")

    def test_an_answer_is_to_what_was_seen_then(self):
        """Somebody says that the amount is right; a credit note that is begun later is another matter."""
        move = self.sent()
        self.answer(move, amount="right")
        move._reverse_moves([{"invoice_date": TODAY}])
        self.assertEqual(self.about(move), ("CHECK_WRONG", "credit_draft"))
        self.answer(move, amount="right")
        self.assertEqual(self.code(move), "LETTER")

    def test_a_due_date_before_the_invoice(self):
        for due, code in ((-1, "CHECK_WRONG"), (0, "LETTER"), (1, "LETTER")):
            move = self.sent(due=20)
            self.env.cr.execute(
                "UPDATE account_move SET invoice_date = invoice_date_due - %s WHERE id = %s", [due, move.id]
            )
            move.invalidate_recordset()
            self.assertEqual(self.code(move), code, due)
            self.env["dunning.letter"].search([("state", "=", "draft")])._discard()
            move.button_draft()

    def test_not_on_the_ladder(self):
        """An invoice that had a letter is not asked about: its debtor would have answered."""
        move = self.sent()
        self.confirm(self.run_for(partners=self.partner))
        move._reverse_moves([{"invoice_date": TODAY}])
        self.assertNotIn(self.code(move, day(-14)), ("CHECK_WRONG", "CHECK_FIRST"))

    def test_the_screen_follows_by_itself(self):
        """A draft credit note, an archived account, an answer: what is shown is asked anew."""
        move = self.sent()
        self.code(move)
        self.env["dunning.letter"].search([("state", "=", "draft")])._discard()
        credit = move._reverse_moves([{"invoice_date": TODAY}])
        self.assertIn("waits as a draft", self.shown(move))
        credit.unlink()
        self.assertNotIn("Check the invoice first", self.shown(move))
        self.account.active = False
        self.assertIn("is archived", self.shown(move))
        self.answer(move, account="right")
        self.assertNotIn("Check the invoice first", self.shown(move))

    def shown(self, move):
        self.env.flush_all()
        self.env.invalidate_all()
        [values] = self.as_user(self.user, move).web_read({"dunning_explanation": {}})
        return values["dunning_explanation"]


@tagged("post_install", "-at_install")
class TestAsked(CheckCase):
    def test_what_nobody_knows(self):
        self.procedure.check_first = "asked"
        move = self.sent()
        self.assertEqual(self.code(move), "LETTER")
        move.partner_bank_id = False
        self.assertEqual(self.about(move), ("CHECK_FIRST", "account_none"))
        self.answer(move, account="right")
        self.assertEqual(self.code(move), "LETTER")

    def test_every_invoice(self):
        """All four questions, until all are answered; the answers are kept with whoever gave them, and told."""
        self.procedure.check_first = "every"
        move = self.sent()
        self.assertEqual(self.about(move), ("CHECK_FIRST", "ask_amount"))
        self.answer(move, amount="right", term="right")
        self.assertEqual(self.about(move), ("CHECK_FIRST", "ask_account"))
        self.answer(move, everything=True)
        self.assertEqual(self.code(move), "LETTER")
        checks = self.as_user(self.user)["dunning.check"].search([("move_id", "=", move.id)])
        self.assertEqual(set(checks.mapped("question")), {"amount", "term", "account", "received"})
        self.assertEqual(checks.user_id, self.user)
        told = self.env["dunning.event"].search_count([("kind", "=", "hold.checked")])
        self.assertEqual(told, 4)

    def test_not_in_order_holds_until_it_is_put_right(self):
        move = self.sent()
        self.answer(move, received="wrong")
        self.assertEqual(self.about(move), ("CHECK_WRONG", "said_received"))
        self.assertEqual(move.dunning_repair_label, "Check the invoice")
        move._dunning_note_sent("mail")  # once more, the same version: it counts from today
        self.assertEqual(move.dunning_sent_on, TODAY)
        self.assertEqual(self.code(move), "SENT_RECENTLY")
        self.assertFalse(self.env["dunning.check"].search([("move_id", "=", move.id)]))

    def test_a_changed_invoice_is_asked_anew(self):
        move = self.sent()
        self.answer(move, amount="wrong")
        self.change(move, narration="With the right amount")
        self.assertFalse(self.env["dunning.check"].search([("move_id", "=", move.id)]))
        kept = self.env["dunning.check"].with_context(active_test=False).search([("move_id", "=", move.id)])
        self.assertEqual((kept.answer, kept.active), ("wrong", False))

    def test_many_at_once(self):
        self.procedure.check_first = "every"
        moves = self.sent() + self.sent(due=19)
        self.code(moves[0])
        window = self.window(moves)
        self.assertEqual(len(window.line_ids), 8)
        window.action_all_right()
        self.assertEqual(self.code(moves[0]), "LETTER")

    def test_as_many_statements_for_many_answers(self):
        """The same answer about many invoices is kept and told in sets."""

        def answered(number):
            moves = self.env["account.move"].union(*(self.sent(due=20 - index) for index in range(number)))
            window = self.window(moves[0])  # of one there is always something to answer
            with self.counted() as made:
                self.as_user(self.user)["dunning.check"]._answer(
                    {move: {"amount": ("right", False, False)} for move in self.as_user(self.user, moves)}
                )
            self.assertTrue(window.line_ids)
            return made[0]

        answered(1)
        self.assertLessEqual(answered(12), answered(2) + 2)

    def test_as_many_statements_for_many_debtors(self):
        self.procedure.check_first = "every"

        def statements(count):
            partners = self.env["res.partner"].union(*(self.debtor(f"Debtor {number}") for number in range(count)))
            for partner in partners:
                self.invoice(partner, 100, due=20)
            with self.counted() as made:
                self.env["dunning.gather"].facts(self.nl, TODAY, partners.ids)
            return made[0]

        statements(1)
        self.assertEqual(statements(2), statements(12))


@tagged("post_install", "-at_install")
class TestBadInput(CheckCase):
    with_belgium = True

    def test_what_cannot_be_checked(self):
        draft = self.invoice(self.partner, 100, due=20, sent=False, post=False)
        for moves in (draft, self.env["account.move"]):
            with self.assertRaises(UserError):
                self.as_user(self.user, moves).action_dunning_check()

    def test_without_an_answer(self):
        move = self.sent()
        with self.assertRaisesRegex(UserError, "Answer at least one"):
            self.answer(move)

    def test_who_may(self):
        move = self.sent()
        with self.assertRaises(AccessError):
            self.as_user(self.biller, move).action_dunning_check()
        self.answer(move, amount="right")
        check = self.as_user(self.user)["dunning.check"].search([("move_id", "=", move.id)])
        for change in (lambda: check.write({"answer": "wrong"}), check.unlink):
            with self.assertRaises(AccessError):
                change()
        self.assertFalse(self.as_user(self.be_user)["dunning.check"].search([("move_id", "=", move.id)]))

    def test_nothing_left_to_ask(self):
        moves = self.sent() + self.sent()
        with self.assertRaisesRegex(UserError, "in order"):
            self.as_user(self.user, moves).action_dunning_check()
