"""Receipts that nobody booked: what they point to, that letters wait for them, and what a change of anything does."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.money.dunning_receipt_look import MARK
from odoo.addons.cremann_dunning.models.run import dunning_proposal

from ...common import TODAY
from .receipt_case import ReceiptCase

IBAN, OTHER_IBAN = "NL44RABO0123456789", "NL20INGB0001234567"


@tagged("post_install", "-at_install")
class TestReceipts(ReceiptCase):
    with_belgium = True

    # -- what stops a letter ----------------------------------------------------------------------------------------

    def test_a_line_without_partner_stops_the_letter_and_says_which_one(self):
        line = self.line(f"Betaling {self.move.name}", on=1)
        self.run_for(partners=self.partner)
        self.assertEqual(self.code(self.move), "UNMATCHED_PAYMENT")
        why = self.why(self.move)
        for words in ("€121.00 came in", f"“Betaling {self.move.name}”", "11/15/2026", f"points to {self.move.name}"):
            self.assertIn(words, why)
        line.unlink()
        self.run_for(partners=self.partner)
        self.assertEqual(self.code(self.move), "LETTER")

    def test_what_is_only_possible_stops_nothing_and_is_shown(self):
        line = self.line("zonder kenmerk")
        self.run_for(partners=self.partner)
        self.assertEqual(self.code(self.move), "LETTER")
        self.assertEqual(self.found(line), ("weak", self.move, False))

    def test_the_other_letters_of_the_debtor_wait_as_with_a_line_that_names_him(self):
        other = self.invoice(self.partner, 80, due=5)
        self.line(self.move.name)
        self.run_for(partners=self.partner)
        self.assertEqual(self.code(other), "UNMATCHED_PAYMENT")
        self.assertIn(f"points to {self.move.name}", self.why(other))

    def test_a_line_that_names_a_debtor_says_its_text_as_well(self):
        self.line("voorschot", 7, partner_id=self.partner.id)
        self.run_for(partners=self.partner)
        self.assertIn("“voorschot” of 11/16/2026 points to", self.why(self.move))

    def test_somebody_pays_for_another(self):
        """The mother's account, the son's invoice: neither is chased before somebody has booked it."""
        mother = self.debtor("Moeder")
        hers = self.invoice(mother, 60, due=10)
        self.line(self.move.name, partner_id=mother.id)
        self.run_for(partners=self.partner + mother)
        self.assertEqual([self.code(move) for move in self.move + hers], ["UNMATCHED_PAYMENT"] * 2)
        self.assertIn("or to claims of another debtor", self.why(self.move))
        unmatched = self.env["dunning.ledger"]._unmatched(self.nl, tuple((self.partner + mother).ids))
        self.assertEqual({id_: float(amount) for id_, amount in unmatched.items()}, {mother.id: 121})

    def test_a_proposal_asks_once_whether_a_receipt_changed_however_many_batches_it_has(self):
        """It reads every line that is not booked, and nothing that others write is seen in the same transaction."""
        for number in range(3):
            self.invoice(self.debtor(f"Debtor {number}"), 80, due=10)
        look = type(self.env["dunning.receipt.look"])
        with (
            patch.object(dunning_proposal, "PROPOSE_BATCH", 1),
            patch.object(look, "_rows", autospec=True, side_effect=look._rows) as asked,
        ):
            run = self.run_for()
        self.assertGreater(len(run.decision_ids.partner_id), 3)
        self.assertEqual([call.args[1] for call in asked.call_args_list].count(MARK), 1)

    def test_one_receipt_over_claims_of_two_debtors_is_shared_out(self):
        other = self.invoice(self.debtor("Peeters"), 79, due=10)
        line = self.line(f"{self.move.name} {other.name}", 200)
        self.assertEqual(self.found(line), ("certain", self.move + other, False))
        partners = (self.move + other).partner_id
        unmatched = self.env["dunning.ledger"]._unmatched(self.nl, tuple(partners.ids))
        self.assertEqual([float(unmatched[id_]) for id_ in partners.ids], [121, 79])

    def test_a_letter_that_was_made_does_not_leave(self):
        letters = self.confirm(self.run_for(partners=self.partner))
        self.assertEqual(letters.state, "issued")
        self.line(self.move.name)
        self.assertFalse(self.send_outbox(letters))
        self.assertEqual(letters.state, "cancelled")
        self.assertIn("came in", letters.cancel_reason)

    # -- where it may stand -----------------------------------------------------------------------------------------

    def test_wherever_an_importer_puts_it(self):
        self.move.payment_reference = "+++090/9337/55493+++"
        self.iban("NL44 RABO 0123 4567 89", self.partner)
        certain = {
            "label": {"text": f"x {self.move.name} y"},
            "narration": {"narration": f"<p>Communication: {self.move.name}<br/>End To End Id: NOTPROVIDED</p>"},
            "reference": {"ref": "090933755493"},
            "details": {"transaction_details": {"a": [{"remittance": "+++090/9337/55493+++"}], "n": 3}},
            "account": {"account_number": IBAN},
            "account in the text": {"text": f"/IBAN/{IBAN}/BIC/RABONL2U/NAME/J JANSEN/REMI/dank/"},
        }
        for name, values in certain.items():
            with self.subTest(name):
                line = self.line(**values)
                self.assertEqual(self.found(line), ("certain", self.move, False))
                line.unlink()
        line = self.line(partner_name="BAKKERIJ JANSEN BV")
        self.assertEqual(self.found(line), ("likely", self.move, False))

    def test_an_entry_taken_in_goes_by_the_number_that_the_debtor_knows(self):
        item = self.opening((self.partner, 310, 20, "Oude factuur"))
        entry = item.move_id
        self.take_in(entry, given={item: {"number": "OUD-2025-881"}})
        self.assertEqual(self.found(self.line("oud 2025 881", 310)), ("certain", entry, False))
        self.assertEqual(self.found(self.line(entry.name, 310))[0], "weak", "its name is that of all its debtors")

    def test_the_reference_of_a_letter_over_several_claims(self):
        second = self.invoice(self.partner, 79, due=9)
        letter = self.send_level(partners=self.partner)
        self.assertTrue(letter.payment_reference_key)
        line = self.line(letter.payment_reference.lower(), 200)
        self.assertEqual(self.found(line), ("certain", self.move + second, False))
        self.assertEqual(self.env["dunning.receipt.claim"].search([]).mapped("reason"), ["letter", "letter"])

    def test_an_account_of_two(self):
        son = self.debtor("Kees de Vries", kind="consumer")
        his = self.invoice(son, 45, due=10)
        self.iban(OTHER_IBAN, self.partner)
        self.iban(OTHER_IBAN, son)
        self.assertEqual(self.found(self.line("", 45, account_number=OTHER_IBAN)), ("likely", his, False))
        line = self.line("", 9, account_number=OTHER_IBAN)
        self.assertEqual(self.found(line), ("likely", self.move + his, True))
        self.run_for(partners=self.partner + son)
        self.assertEqual([self.code(move) for move in self.move + his], ["UNMATCHED_PAYMENT"] * 2)

    # -- what is no receipt of a claim ------------------------------------------------------------------------------

    def test_nothing_that_is_none(self):
        bill = self.invoice(self.debtor("Leverancier"), 121, move_type="in_invoice", ref="LEV/2026/777", sent=False)
        paid = self.invoice(self.partner, 50, due=10)
        self.pay(paid)
        theirs = self.bank_of(self.be)
        nothing = {
            "out": self.line(self.move.name, -121),
            "of another company": self.line(self.move.name, journal=theirs),
            "number of a bill": self.line(f"{bill.name} LEV/2026/777", 33.33),
            "paid long ago": self.line(paid.name, 50),
            "empty": self.line("", 33.33),
            "html": self.line("<img src=x onerror=alert(1)>&nbsp;", 33.33),
            "very long": self.line("9" * 20000, 33.33),
            "own account": self.line(self.move.name, account_number="NL91ABNA0417164300"),
        }
        for name, line in nothing.items():
            with self.subTest(name):
                certainty, moves, _shared = self.found(line)
                self.assertEqual((certainty, moves), (False, self.env["account.move"]))

    def test_reversed_and_draft_lines_are_none(self):
        line = self.line(self.move.name)
        self.assertEqual(self.found(line)[0], "certain")
        line.move_id._reverse_moves(cancel=True)
        self.assertFalse(self.found(line)[0])
        draft = self.line(self.move.name)
        draft.move_id.button_draft()
        self.assertFalse(self.found(draft)[0])
        self.run_for(partners=self.partner)
        self.assertEqual(self.code(self.move), "LETTER")

    def test_another_currency_is_named_and_stops(self):
        dollars = self.invoice(self.partner, 121, due=10, currency=self.usd)
        line = self.line(dollars.name, 110)
        self.assertEqual(self.found(line), ("likely", dollars, False))
        self.run_for(partners=self.partner)
        self.assertEqual(self.code(dollars), "UNMATCHED_PAYMENT")

    def test_the_same_line_twice_is_not_certain(self):
        lines = [self.line(self.move.name), self.line(self.move.name)]
        self.assertEqual([self.found(line)[0] for line in lines], ["likely", "likely"])

    # -- what changes -----------------------------------------------------------------------------------------------

    def test_every_change_is_seen(self):
        """By whoever looks at a screen, whichever way it came."""
        line, number = self.line("Kenmerk 2026-ABC-777", 99.99), self.move.name
        self.iban(OTHER_IBAN, self.debtor("Nobody"))
        self.run_for()

        def sql(query, *values):
            self.env.flush_all()
            self.cr.execute(query, values)

        changes = {
            "text, SQL": lambda: sql(
                "UPDATE account_bank_statement_line SET payment_ref = %s WHERE id = %s", number, line.id
            ),
            "narration": lambda: line.write({"narration": number}),
            "account": lambda: (line.write({"account_number": IBAN}), self.iban(IBAN, self.partner)),
            "reference of the invoice, SQL": lambda: sql(
                "UPDATE account_move SET ref = 'ABC-777' WHERE id = %s", self.move.id
            ),
            "name of the debtor": lambda: (line.write({"partner_name": "ZAGERIJ VOS"}), self._name_and_amount()),
            "new line": lambda: self.line(number, 5),
            "line that names him": lambda: line.write({"partner_id": self.partner.id}),
        }
        for name, change in changes.items():
            with self.subTest(name), self.undone():
                self.assertEqual(self.seen(), "LETTER")
                change()
                self.assertEqual(self.seen(), "UNMATCHED_PAYMENT")

    def test_what_is_booked_stops_no_more(self):
        line = self.line(self.move.name, 100)
        self.run_for()
        self.assertEqual(self.seen(), "UNMATCHED_PAYMENT")
        self.book(line, (self.move, 100))
        self.assertEqual(self.seen(), "LETTER")
        self.assertFalse(self.env["dunning.receipt"].search([("statement_line_id", "=", line.id)]))

    def test_an_invoice_that_is_posted_after_it_was_paid(self):
        late = self.invoice(self.partner, 75, due=1, post=False, sent=False)
        line = self.line("voor de factuur 2026-500/A", 75)
        self.assertFalse(self.found(line)[0])
        late.ref = "2026-500/A"
        late._post(soft=False)
        self.assertEqual(self.found(line), ("likely", late, False))

    def _name_and_amount(self):
        self.partner.name = "Zagerij Vos B.V."
        self.invoice(self.partner, 99.99, due=5)

    def seen(self):
        """The answer about the invoice, as a list shows it."""
        self.env.flush_all()
        self.env.invalidate_all()
        moves = self.as_user(self.user)["account.move"]
        columns = {"dunning_decision_id": {"fields": {"code": {}}}}
        return moves.web_search_read([("id", "=", self.move.id)], columns)["records"][0]["dunning_decision_id"]["code"]

    def undone(self):
        return _Undone(self)

    # -- how much it takes ------------------------------------------------------------------------------------------

    def test_the_number_of_statements_does_not_grow(self):
        def measured(count):
            partners = self.env["res.partner"].union(*(self.debtor(f"Debtor {count} {n}") for n in range(count)))
            for move in self.invoices(partners, 50, due=10):
                self.line(move.name, 50)
            with self.counted() as queries:
                self.look()
            with self.counted() as asked:
                self.env["dunning.gather"].facts(self.nl, TODAY, partners.ids)
            return queries[0], asked[0]

        measured(1)  # what is read once in a process
        few, many = measured(2), measured(12)
        self.assertEqual(few, many)

    def test_a_look_at_what_is_as_it_was_writes_nothing(self):
        self.line(self.move.name, on=1)
        self.line("?", 3)
        self.look()
        receipts = self.env["dunning.receipt"].search([("company_id", "=", self.nl.id)])
        before = self.places()
        self.look()
        self.move.payment_reference = "anders"  # a look at all of them, and the same answer
        self.look()
        self.assertEqual(self.places(), before)
        self.assertEqual(self.env["dunning.receipt"].search([("company_id", "=", self.nl.id)]), receipts)

    def places(self):
        self.env.flush_all()
        self.cr.execute("SELECT ctid, xmin FROM dunning_receipt UNION ALL SELECT ctid, xmin FROM dunning_receipt_claim")
        return self.cr.fetchall()

    # -- how far the bank is booked ---------------------------------------------------------------------------------

    def test_booked_up_to_the_last_line_before_the_first_receipt_that_is_not_booked(self):
        for on in (20, 12, 11, 3):
            self.booked_line(on)
        self.assertEqual(self.until(), TODAY - timedelta(days=3))
        for on, booked in ((12, 20), (11, 12), (10, 11)):
            with self.undone():
                self.line("?", 1, on=on)
                self.assertEqual(self.until(), TODAY - timedelta(days=booked))
        with self.undone():
            self.line("kosten", -1, on=15)
            self.assertEqual(self.until(), TODAY - timedelta(days=3), "what went out is nobody's payment")
        with self.undone():
            self.line("?", 1, on=20)
            self.assertIsNone(self.until(), "before it nothing is booked")

    def test_the_oldest_of_the_banks_in_use(self):
        other = self.bank.copy({"name": "Second", "code": "BNK9"})
        self.booked_line(3)
        for on, expected in ((364, 364), (365, 365), (366, 3)):
            with self.undone():
                self.booked_line(on, other)
                self.assertEqual(self.until(), TODAY - timedelta(days=expected))
        with self.undone():
            self.booked_line(7, other)
            other.active = False
            self.assertEqual(self.until(), TODAY - timedelta(days=3))
        with self.undone():
            other.type = "cash"
            self.booked_line(9, other)
            self.assertEqual(self.until(), TODAY - timedelta(days=3))

    def test_a_bank_that_letters_ask_to_pay_into_is_in_use(self):
        other = self.bank.copy({"name": "Second", "code": "BNK9"})
        self.booked_line(3)
        other.bank_account_id = self.nl._dunning_bank_account()
        self.assertIsNone(self.until(), "nothing is known of it")
        self.booked_line(5, other)
        self.assertEqual(self.until(), TODAY - timedelta(days=5))

    def test_never_a_later_day_than_today(self):
        for on in (1, 0, -1):
            self.booked_line(on)
        self.assertEqual(self.until(), TODAY)
        letters = self.run_for(partners=self.partner).letter_ids
        self.assertEqual(
            letters.bookings_text, "November 16, 2026".replace("November 16", "16 November").replace(",", "")
        )

    def test_the_gate_asks_no_bank_that_nobody_uses(self):
        """What the gate of the bank looks at is the last line, booked or not."""
        other = self.bank.copy({"name": "Second", "code": "BNK9"})
        for on, count in ((366, 1), (365, 2), (364, 2)):
            with self.undone():
                self.line("?", 1, on=3)
                self.line("?", 1, on=on, journal=other)
                self.assertEqual(len(self.nl._dunning_bank_dates()), count)
        self.line("?", 1, on=400)
        self.assertEqual(len(self.nl._dunning_bank_dates()), 1, "the last one that was")

    def booked_line(self, on, journal=None):
        line = self.line("booked", 10, on=on, journal=journal)
        self.env["dunning.receipt"]._book(line, [], self.partner)

    def until(self):
        self.env.invalidate_all()
        return self.env["dunning.bank"]._booked_until(self.nl).get(self.nl)


class _Undone:
    """What is done inside is taken back."""

    def __init__(self, case):
        self.case = case

    def __enter__(self):
        self.case.env.flush_all()
        self.savepoint = self.case.cr.savepoint()

    def __exit__(self, *_error):
        self.case.env.flush_all()
        self.savepoint.rollback()
        self.savepoint.close(rollback=False)
        self.case.env.invalidate_all()
