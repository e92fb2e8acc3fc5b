"""Whatever comes in, is credited, waived or taken back in whatever order: letters, ledger and claims agree to the cent.

Each example is a small history of one debtor with two invoices of which a letter asks costs and interest. After every
step the books are looked at as an accountant would; in the end everything is undone, and all is as it was before.
"""

from collections import Counter
from decimal import Decimal

from hypothesis import HealthCheck, Phase, example, given, note, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ...common import TODAY
from .following_case import FollowingCase, cents

D = Decimal
NUMBERS = st.lists(st.integers(0, 999), min_size=18, max_size=18)
STEPS = (
    "receipt", "receipt", "payment", "money", "book", "book", "unmatch", "back", "credit", "waive", "unwaive",
    "take_back", "letter", "invoice", "again", "by_hand",
)  # fmt: skip
# In these two whatever may happen does, one way or the other.
ONCE = (
    ("received", ["invoice", "letter", "by_hand", "back", "unwaive", "unmatch", "credit", "again", "take_back"]),
    ("asked", ["receipt", "book", "money", "waive", "payment", "by_hand", "unmatch", "letter", "again"]),
)
# Derandomized: the same examples everywhere. Making a failing one smaller would take minutes: its steps are told.
steady = settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@tagged("post_install", "-at_install")
class TestFollowing(FollowingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.moves = cls.invoice(cls.partner, 1000, due=30) + cls.invoice(cls.partner, 400, due=20)
        cls.letter = cls.send_level(partners=cls.partner).with_env(cls.env)
        cls.env["dunning.delivery"]._after_sending(cls.nl)
        cls.env.flush_all()

    def test_whatever_comes(self):
        self.seen = Counter()

        @steady
        @example(*ONCE[0], [0] * 18)
        @example(*ONCE[1], [0] * 18)
        @given(st.sampled_from(("received", "asked")), st.permutations(STEPS), NUMBERS)
        def examples(mode, names, numbers):
            savepoint = self.cr.savepoint()
            try:
                self.play(mode, list(zip(names, numbers[::2], numbers[1::2], strict=False)))
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

        examples()
        for name in STEPS:
            self.assertTrue(self.seen[name], f"{name} never happened: {self.seen}")

    def play(self, mode, steps):
        self.nl.dunning_charges_mode = mode
        self.when, self.today, self.by_hand = 0, TODAY, D(0)
        self.assertAgree(self.partner)
        for name, a, b in steps:
            self.when += 30 if name == "letter" else 0
            with self.at(self.when) as self.today:
                if getattr(self, f"do_{name}")(a, b) is not False:
                    self.seen[name] += 1
                    note(f"{name} {a} {b}")
                    self.assertAgree(self.partner)
        with self.at(self.when) as self.today:
            note("undone")
            self.undo()

    def undo(self):
        """Everything is taken back: what is left are two invoices."""
        items = self.items(self.partner)
        items.filtered(lambda item: item.move_id.statement_line_id).remove_move_reconcile()
        for item in items.filtered(lambda item: item.move_id.origin_payment_id and not item.move_id.reversed_entry_id):
            self.do_back_of(item)
        for move in items.move_id.filtered(lambda move: move.move_type == "out_refund" and not move.reversed_entry_id):
            move.line_ids.remove_move_reconcile()
            move.button_draft()
        self.env["dunning.charge.booking"].search([("how", "=", "waived")]).action_undo()
        while sent := self.sent():
            self.withdraw(sent[-1])
        self.assertAgree(self.partner)
        self.assertEqual(self.income(self.partner), 0)
        money = -sum(item.balance for item in self.items(self.partner) if item.move_id.statement_line_id)
        self.assertEqual(self.owed(self.partner), 1400 - cents(money))
        claims = self.env["dunning.claim"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(claims.mapped("amount_owed"), [1000, 400])

    # -- what happens ---------------------------------------------------------------------------------------------

    def one_of(self, records, number):
        return records[number % len(records)] if records else records

    def sent(self):
        return self.env["dunning.letter"].search(
            [("partner_id", "=", self.partner.id), ("state", "=", "sent")], order="sent_at, id"
        )

    def open_move(self, number):
        return self.one_of(self.moves.filtered(lambda move: move.amount_residual > 0), number)

    def amount_for(self, move, number):
        """Exactly the invoice, exactly all of it, a part, or too much."""
        claim = self.claim_of(move)
        part = round(move.amount_residual * (number % 7 + 1) / 9, 2)
        return (move.amount_residual, claim.amount_owed, part, claim.amount_owed + 33.33)[number % 4]

    def do_money(self, a, b):
        self.received(self.partner, (10, 60.5, 155.01, 500, 1700)[a % 5], on=self.today)

    def do_receipt(self, a, b):
        move = self.open_move(a)
        return bool(move) and self.received(move, self.amount_for(move, b), on=self.today)

    def do_payment(self, a, b):
        move = self.open_move(a)
        if not move:
            return False
        wizard = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids)
        wizard = wizard.create({"payment_date": self.today})
        wizard.amount = self.amount_for(move, b)
        return wizard._create_payments()

    def do_book(self, a, b):
        if b % 3 and (move := self.open_move(a)):
            self.received(move, move.amount_residual + self.claim_of(move).beyond_left, on=self.today)
        if a % 3:
            return bool(self.env["dunning.bookkeeping"]._book_certain(self.nl))
        case = self.env["dunning.case"].search([("partner_id", "=", self.partner.id)])
        return bool(case._to_book(self.nl, self.partner)) and case.action_book_charges()

    def do_unmatch(self, a, b):
        matched = self.items(self.partner).filtered(lambda item: item.balance < 0 and item.matched_debit_ids)
        matched = matched.filtered(lambda item: item.move_id.journal_id.type == "bank")
        item = self.one_of(matched.filtered(lambda item: not item.move_id.reversal_move_ids), a)
        return bool(item) and item.remove_move_reconcile()

    def do_back(self, a, b):
        """The bank takes a payment back."""
        self.do_payment(a, b)  # which may be this one
        if a % 2:
            self.do_book(a, b)
            self.settle_down()
        paid = self.items(self.partner).filtered(
            lambda item: item.balance < 0 and item.move_id.origin_payment_id and not item.move_id.reversal_move_ids
        )
        item = self.one_of(paid, a)
        return bool(item) and self.do_back_of(item)

    def do_back_of(self, item):
        return item.move_id.reversal_move_ids or item.move_id._reverse_moves(cancel=True)

    def do_credit(self, a, b):
        move = self.open_move(a)
        if not move:
            return False
        credited = self.credit(self.partner, move.amount_residual if b % 2 else 100 + b % 50, due=-self.when)
        both = (move + credited).line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        both.reconcile()
        return True

    def do_waive(self, a, b):
        claims = self.env["dunning.claim"].search([("partner_id", "=", self.partner.id)]).filtered("beyond_left")
        claim = self.one_of(claims, a)
        return bool(claim) and self.env["dunning.charge.booking"]._waive(claim, "goodwill")

    def do_unwaive(self, a, b):
        self.do_waive(a, b)
        waived = self.env["dunning.charge.booking"].search([("how", "=", "waived"), ("is_undone", "=", False)])
        return bool(waived) and self.one_of(waived, a).action_undo()

    def withdraw(self, letter):
        self.env["dunning.withdrawal"].sudo()._withdraw(letter.sudo(), "a mistake", self.manager)

    def do_take_back(self, a, b):
        sent = self.sent()
        return bool(sent) and self.withdraw(sent[-1]) is not False

    def do_letter(self, a, b):
        letters = self.send_level(partners=self.partner)
        self.env["dunning.delivery"]._after_sending(self.nl)
        for letter in letters.with_env(self.env):
            self.assertLessEqual(letter.amount_principal, 1400, "no charge on a charge")
        return bool(letters)

    def do_invoice(self, a, b):
        if move := self.open_move(a):
            self.received(move, move.amount_residual, on=self.today)
            self.env.invalidate_all()
        rests = self.env["dunning.claim"].search([("partner_id", "=", self.partner.id)]).filtered("is_rest")
        rests = rests.filtered(
            lambda claim: not claim.booking_ids.filtered(lambda booking: booking.how in ("asked", "invoiced"))
        )
        return bool(rests) and self.one_of(rests, a).action_invoice_rest()

    def do_again(self, a, b):
        """A bookkeeper resets an invoice and posts it again as it was."""
        move = self.one_of(self.moves, a)
        move.line_ids.remove_move_reconcile()
        move.button_draft()
        if b % 2:
            self.settle_down()
        move.action_post()
        move.write({"is_move_sent": True, "dunning_sent_changed": False})

    def do_by_hand(self, a, b):
        """A bookkeeper reverses an entry about costs and interest."""
        bookings = self.env["dunning.charge.booking"].search([("move_id.state", "=", "posted"), ("amount", ">", 0)])
        entry = self.one_of(bookings.move_id.filtered(lambda move: not move.reversal_move_ids), a)
        whole = entry.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        back = self.env["dunning.charge.booking"].search([("amount", "<", 0)]).move_line_id
        if not entry or whole.matched_credit_ids.credit_move_id & back:
            return False
        before = self.income(self.partner)
        entry._reverse_moves(cancel=True)
        self.by_hand += before - self.income(self.partner)
        return True
