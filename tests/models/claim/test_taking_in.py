"""Taking journal entries in asks by which number the debtor knows them and when they were due, and keeps that."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...common import TODAY, DunningCase, day


class TakingInCase(DunningCase):
    without_pdf = True
    with_belgium = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner, cls.other = cls.debtor("Bakkerij Jansen"), cls.debtor("Slagerij De Wit")
        cls.lines = cls.opening((cls.partner, 100, 20, "2025-17"), (cls.other, 200, 10, None))
        cls.entry = cls.lines.move_id

    def claim(self, line):
        self.env.invalidate_all()
        return self.env["dunning.claim"].search([("move_line_id", "=", line.id)])

    def decision(self, line):
        self.env.invalidate_all()
        return self.env["dunning.decision"].search([("move_line_id", "=", line.id), ("is_current", "=", True)])

    def window(self, moves=None, user=None):
        moves = self.as_user(user or self.user, self.entry if moves is None else moves)
        action = moves.action_dunning_take_in()
        return moves.env[action["res_model"]].browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestWindow(TakingInCase):
    def test_what_it_offers(self):
        rows = self.window().line_ids
        self.assertEqual(rows.partner_id.mapped("name"), ["Bakkerij Jansen", "Slagerij De Wit"])
        self.assertEqual(rows.mapped("number"), ["2025-17", self.entry.name])
        self.assertEqual(rows.mapped("date_due"), [day(20), day(10)])
        self.assertEqual(rows.mapped("invoice_date"), [day(20), day(10)], "booked later than they were due")
        self.assertEqual(rows.mapped("amount_open"), [100, 200])
        alone = self.opening((self.partner, 50, -5, None), ref="2025-18")
        row = self.window(alone.move_id).line_ids
        self.assertEqual((row.number, row.invoice_date, row.date_due), ("2025-18", TODAY, day(-5)))

    def test_due_by_the_term_of_the_debtor(self):
        """An item without a due date, as a point of sale books it: it cannot be filled in any more."""
        term = self.env["account.payment.term"].create(
            {"name": "14 days", "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 14})]}
        )
        self.partner.with_company(self.nl).property_payment_term_id = term
        for partner, due in ((self.partner, day(16)), (self.other, day(30))):
            line = self.opening((partner, 30, None, "Till"), on=day(30))
            self.assertFalse(line.date_maturity)
            self.assertEqual(self.window(line.move_id).line_ids.date_due, due)
            self.take_in(line.move_id, self.user)
            self.assertFalse(line.date_maturity, "nothing is written on the entry")
            self.assertEqual(self.claim(line).date_due, due)
            self.assertEqual(self.decision(line).code, "LETTER")

    def test_kept_by_value_and_told(self):
        values = {"number": "F-9", "invoice_date": day(60), "date_due": day(46)}
        self.take_in(self.entry, self.user, {self.lines[0]: values})
        claim = self.claim(self.lines[0])
        self.assertEqual({name: claim[name] for name in values}, values)
        self.assertEqual((claim.display_name, claim.case_id.partner_id), ("F-9", self.partner))
        self.assertEqual((self.lines[0].name, self.lines[0].date_maturity), ("2025-17", day(20)))
        letter = self.send_level(partners=self.partner)
        self.assertEqual({name: letter.line_ids[name] for name in values}, values)
        self.assertEqual(letter.line_ids.days_overdue, 46)
        self.assertEqual(letter.payment_reference, "F-9")
        self.assertIn("F-9", letter.body)
        self.assertNotIn(self.entry.name, letter.body)
        self.assertNotIn("Opening balance", letter.body, "the words of the entry are about everybody")
        claim = self.claim(self.lines[0])
        self.assertEqual({name: claim[name] for name in values}, values, "a letter says it again")
        self.assertEqual(self.decision(self.lines[0]).number, "F-9")
        case = claim.case_id
        self.assertEqual((case.oldest_due_date, case.days_overdue, case.invoice_count), (day(46), 46, 1))

    def test_statement(self):
        self.take_in(self.entry, self.user, {self.lines[0]: {"number": "F-9", "date_due": day(15)}})
        self.env.flush_all()
        case = self.claim(self.lines[0]).case_id
        statement = self.env["dunning.statement"]._pages(case)[case].statement
        self.assertIn("F-9", repr(statement))
        [item] = statement.parts[0].items
        self.assertEqual((item.entry.due_date, item.entry.dated, item.days), (day(15), day(20), 15))
        self.assertNotIn(self.entry.name, repr(statement))

    def test_due_from_the_day_after(self):
        for due, code in ((0, False), (1, "LETTER"), (2, "LETTER")):
            line = self.opening((self.debtor(f"Debtor {due}"), 10, None, "x"), on=day(40))
            self.take_in(line.move_id, self.user, {line: {"date_due": day(due)}})
            self.assertEqual(self.decision(line).code, code)

    def test_bad_inputs(self):
        window = self.window()
        row = window.line_ids[0]
        with self.refused("cannot be due before its date"):
            row.write({"invoice_date": day(9), "date_due": day(10)})
            window.action_take_in()
        for number in (" ", "\t"):
            with self.refused("fill in the number"):
                row.number = number
                window.action_take_in()
        row.write({"invoice_date": day(10), "date_due": day(10)})
        window.action_take_in()
        self.assertEqual(self.claim(self.lines[0]).date_due, day(10))

    def test_what_cannot_be_taken_in(self):
        belgian = self.opening((self.partner, 100, 20, "B-1"), company=self.be).move_id
        paid = self.opening((self.partner, 70, 20, "P-1"))
        (paid + self.unallocated(self.partner, 70)).reconcile()
        for moves, message in (
            (self.opening((None, 100, 20, "x")).move_id, "needs a partner"),
            (paid.move_id, "nothing open"),
            (self.opening((self.partner, 100, 20, "x"), post=False).move_id, "no posted journal entry"),
        ):
            with self.refused(message):
                self.window(moves)
        with self.refused("one company at a time"):
            self.window(self.entry + belgian, self.group_user)
        window = self.window()
        (self.lines[0] + self.unallocated(self.partner, 100)).reconcile()
        with self.refused("changed since"):
            window.action_take_in()

    def test_term_of_its_own_company(self):
        belgian = self.opening((self.partner, 100, 20, "B-1"), company=self.be)
        self.take_in(belgian.move_id, self.be_user)
        claim = self.claim(belgian)
        self.assertEqual((claim.company_id, claim.case_id.company_id), (self.be, self.be))
        self.assertFalse(self.as_user(self.user)["dunning.claim"].search([("id", "=", claim.id)]))
        self.assertEqual(self.decision(belgian).company_id, self.be)

    def test_who_may(self):
        for user in (self.biller, self.internal, self.be_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.window(user=user)
        window = self.window()
        for user in (self.biller, self.internal, self.be_user, self.manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user(user, window).action_take_in()
        self.assertFalse(self.entry.dunning_is_claim)

    def test_form(self):
        window = self.window()
        with Form(window) as form, form.line_ids.edit(0) as row:
            row.number = "F-1"
        window.action_take_in()
        self.assertEqual(self.claim(self.lines[0]).number, "F-1")


@tagged("post_install", "-at_install")
class TestAgain(TakingInCase):
    def test_taking_in_again_changes_it(self):
        self.take_in(self.entry, self.user)
        letter = self.send_level(partners=self.partner)
        window = self.window()
        self.assertEqual(window.line_ids[0].number, "2025-17", "what was said before")
        window.line_ids[0].write({"number": "F-9", "date_due": day(19)})
        window.action_take_in()
        claim = self.claim(self.lines[0])
        self.assertEqual((claim.number, claim.date_due, len(claim.line_ids)), ("F-9", day(19), 1))
        self.assertEqual((letter.line_ids.number, letter.line_ids.date_due), ("2025-17", day(20)))
        with self.at(20):
            self.assertEqual(self.send_level(partners=self.partner).line_ids.number, "F-9")

    def test_not_while_a_letter_is_under_way(self):
        self.take_in(self.entry, self.user)
        letter = self.confirm(self.run_for(partners=self.partner))
        window = self.window()
        window.line_ids[1].number = "O-1"  # of the other debtor, about whom no letter is under way
        window.action_take_in()
        self.assertEqual(self.claim(self.lines[1]).number, "O-1")
        window = self.window()
        window.line_ids[0].number = "F-9"
        with self.refused(f"The letter {letter.name} about 2025-17"):
            window.action_take_in()
        self.send_outbox(letter)
        self.assertEqual(letter.state, "sent")
        window.action_take_in()
        self.assertEqual(self.claim(self.lines[0]).number, "F-9")

    def test_a_draft_is_made_anew(self):
        self.take_in(self.entry, self.user)
        run = self.run_for(partners=self.partner)
        self.take_in(self.entry, self.user, {self.lines[0]: {"number": "F-9"}})
        run.action_propose()
        self.assertEqual(run.letter_ids.filtered(lambda f: f.state == "draft").line_ids.number, "F-9")

    def test_left_out_and_taken_in_again(self):
        self.take_in(self.entry, self.user, {self.lines[0]: {"number": "F-9"}})
        self.as_user(self.user, self.entry)._dunning_leave_out("elsewhere")
        self.assertFalse(self.decision(self.lines[0]))
        self.assertEqual(self.claim(self.lines[0]).case_id.amount_unasked, 100)
        self.take_in(self.entry, self.user)
        self.assertEqual(self.decision(self.lines[0]).number, "F-9")

    def test_posted_again(self):
        """What was given stays with the claim when its entry is changed and posted again; what is new is taken in."""
        self.take_in(self.entry, self.user, {self.lines[0]: {"number": "F-9"}})
        self.send_level(partners=self.partner)
        claim = self.claim(self.lines[0])
        entry = self.entry.with_user(self.env.user)
        entry.button_draft()
        account = self.lines[0].account_id
        entry.line_ids = [
            Command.create({"account_id": account.id, "partner_id": self.other.id, "balance": 5, "name": "2025-20"}),
            Command.create({"account_id": self._account(self.nl, "asset_current").id, "balance": -5}),
        ]
        entry._post(soft=False)
        self.assertEqual(self.claim(self.lines[0]), claim)
        self.assertEqual((claim.number, claim.date_due, claim.ended_on), ("F-9", day(20), False))
        fresh = self.claim(entry.line_ids.filtered(lambda line: line.name == "2025-20"))
        self.assertEqual((fresh.is_taken_in, fresh.number), (True, entry.name))


@tagged("post_install", "-at_install")
class TestNotFollowedUp(TakingInCase):
    def test_said_on_the_case(self):
        """Beside a credit; gone once it is taken in."""
        credit = self.unallocated(self.partner, 40)
        cases = self.env["dunning.case"]._for_partners(self.partner + self.other, self.nl, create=True)
        case = self.as_user(self.user, cases.filtered(lambda case: case.partner_id == self.partner))
        self.env["dunning.figures"]._refresh(self.nl)
        self.assertEqual((case.amount_overdue, case.amount_credit, case.amount_unasked), (0, 40, 100))
        self.assertEqual(case.unasked_line_ids.ids, self.lines[0].ids)
        self.assertNotIn(credit, case.unasked_line_ids)
        self.assertTrue(self.open_form(case)["unasked_line_ids"])
        action = case.action_take_in()
        case.env[action["res_model"]].browse(action["res_id"]).action_take_in()
        self.env.invalidate_all()
        self.assertEqual((case.amount_overdue, case.amount_unasked, case.unasked_line_ids.ids), (100, 0, []))
        self.assertEqual(case.taken_in_ids.mapped("number"), ["2025-17"])
        [row] = self.open_form(case)["taken_in_ids"]
        self.assertTrue(row)
        with self.refused("Nothing is open"):
            case.action_take_in()

    def test_in_sets(self):
        """No query more for six cases than for one."""
        partners = self.env["res.partner"].union(*(self.debtor(f"Debtor {number}") for number in range(6)))
        self.take_in(self.opening(*((partner, 10, 20, f"N{partner.id}") for partner in partners)).move_id)
        self.opening(*((partner, 30, 20, "x") for partner in partners))
        cases = self.env["dunning.case"]._for_partners(partners, self.nl, create=True)
        counts = []
        for some in (cases[:1], cases):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            read = [(c.amount_unasked, c.taken_in_ids.mapped("explanation"), c.taken_in_ids.level_id) for c in some]
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual({row[0] for row in read}, {30})
            self.assertTrue(all(row[1][0] for row in read))
        self.assertLessEqual(counts[1], counts[0] + 1, counts)

    def test_another_company_and_invoices_do_not_count(self):
        self.opening((self.partner, 30, 20, "B"), company=self.be)
        self.invoice(self.partner, 500, due=10)
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        self.assertEqual(case.amount_unasked, 100)

    def test_nothing_due_before_its_day(self):
        self.take_in(self.entry, self.user, {self.lines[0]: {"invoice_date": TODAY, "date_due": TODAY}})
        self.assertFalse(self.decision(self.lines[0]))
        with self.at(1):
            self.env["dunning.engine"]._redecide(self.nl, self.partner)
            self.assertEqual(self.decision(self.lines[0]).date, TODAY + timedelta(days=1))
