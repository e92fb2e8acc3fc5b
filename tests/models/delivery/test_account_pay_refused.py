"""What is not paid from the debtor's page: what is not his, not open, not what he saw; and what a page gives away."""

from odoo import Command
from odoo.exceptions import MissingError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import day
from .pay_case import PayCase


@tagged("post_install", "-at_install")
class TestNotPaid(PayCase):
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner, cls.other = cls.debtor(), cls.debtor("Slagerij De Wit")
        cls.moves = cls.invoices([cls.partner] * 2, 500, due=30)
        cls.other_move = cls.invoice(cls.other, 300, due=30)
        cls.not_asked = cls.invoice(cls.partner, 77, due=-20)
        sent = cls.send_level(partners=cls.partner + cls.other).with_env(cls.env)
        cls.env["dunning.delivery"]._after_sending(cls.nl)
        cls.letter = sent.filtered(lambda letter: letter.partner_id == cls.partner)
        cls.other_letter = sent - cls.letter
        cls.be_partner = cls.debtor("Peeters BV", country_id=cls.env.ref("base.be").id)
        cls.be_move = cls.invoice(cls.be_partner, 500, due=30, company=cls.be)
        cls.be_letter = cls.send_level(cls.be, cls.be_partner).with_env(cls.env)
        cls.env.flush_all()

    def assertRefused(self, words, letter=None, moves=None, known=False, items=None, amount=""):
        letter = letter or self.letter
        items = [str(id_) for id_ in self.item(self.moves if moves is None else moves).ids] if items is None else items
        before = self.env["dunning.payment.choice"].search_count([])
        with self.assertRaisesRegex(UserError, words):
            self.env["dunning.account.paying"]._choose(self.visit(letter, known), items, amount)
        self.assertEqual(self.env["dunning.payment.choice"].search_count([]), before)

    def assertNothing(self, words, form, **changed):
        before = self.env["payment.transaction"].search_count([])
        with mute_logger("odoo.http"):
            answer = self.start(form, **changed)
        self.assertIn(words, answer["error"]["data"]["message"])
        self.assertEqual(self.env["payment.transaction"].search_count([]), before)

    # -- choosing -----------------------------------------------------------------------------------------------------

    def test_items_of_others(self):
        for moves in (self.other_move, self.be_move, self.moves + self.other_move):
            self.assertRefused("cannot be paid here any more", moves=moves)
            self.assertRefused("cannot be paid here any more", moves=moves, known=True)
        self.assertRefused("cannot be paid here any more", moves=self.not_asked)
        self.assertTrue(self.chosen(self.letter, self.not_asked, known=True))
        income = self.moves.line_ids.filtered(lambda line: line.account_type == "income")
        self.assertRefused("cannot be paid here any more", items=[str(income[0].id)], known=True)

    def test_what_is_no_item(self):
        for items in (
            ["0"],
            ["-1"],
            ["x"],
            ["1e3"],
            ["9" * 10],
            ["9" * 40 + "1"],
            ["١"],
            [" "],
            ["1;2"],
            [None],
            [["1"]],
        ):
            self.assertRefused("cannot be paid here any more|Choose what you want", items=items)
        self.assertRefused("Choose what you want to pay", items=[])

    def test_amounts(self):
        total = sum(row.total for row in self.rows(self.letter, known=False).values())
        self.assertRefused("more than what you chose", amount=str(total + 1))
        for amount in ("0", "-5", "1e5", "ten", "1.2.3", "NaN", "<script>", "9" * 31, "0,001"):
            self.assertRefused("We cannot read this amount", amount=amount)
        for typed, value in (("12,34", 12.34), ("12.34", 12.34), ("€ 1.000,-", 1000), (str(total), float(total))):
            self.assertMoney(self.chosen(self.letter, self.moves, typed, known=False).amount, value)

    def groups(self):
        """The forms of the page, one for each currency."""
        visit = self.visit(self.letter)
        facts = self.env["dunning.account.items"]._facts(visit)
        return self.env["dunning.account.paying"]._page_values(visit, facts)["pay_groups"]

    def test_two_currencies(self):
        dollars = self.invoice(self.partner, 90, due=30, currency=self.usd)
        self.assertRefused("different currencies one after the other", moves=self.moves + dollars, known=True)
        groups = self.groups()
        self.assertEqual({group["currency"].name for group in groups}, {"EUR", "USD"})
        choice = self.chosen(self.letter, dollars)
        self.assertEqual((choice.currency_id, choice.amount), (self.usd, 90))

    def test_an_insolvent_debtor(self):
        self.env["dunning.insolvency"].create(
            {"partner_id": self.partner.id, "company_id": self.nl.id, "kind": "nl_bankruptcy", "date": day(1)}
        )
        self.assertRefused("cannot be paid here any more")

    def test_a_plan_is_not_chosen_already(self):
        plan = self.env["dunning.payment.plan"].create(
            {
                "case_id": self.letter.case_id.id,
                "move_ids": [Command.set(self.moves[0].ids)],
                "instalment_ids": [Command.create({"date": day(-5), "amount": 500})],
            }
        )
        plan.instalment_ids.amount = plan.amount
        plan.action_agree()
        [group] = self.groups()
        shown = {row["number"]: row for row in group["rows"]}
        self.assertFalse(shown[self.moves[0].name]["checked"])
        self.assertIn("in instalments", shown[self.moves[0].name]["note"])
        self.assertTrue(shown[self.moves[1].name]["checked"])
        self.assertFalse(shown[self.not_asked.name]["checked"], "not overdue")

    def test_the_same_choice_is_one(self):
        choice = self.chosen(self.letter, self.moves)
        self.assertEqual(self.chosen(self.letter, self.moves), choice)
        self.assertNotEqual(self.chosen(self.letter, self.moves, "100"), choice)

    # -- seeing -------------------------------------------------------------------------------------------------------

    def test_a_choice_of_others(self):
        paying = self.env["dunning.account.paying"]
        ours = self.chosen(self.letter, self.moves)
        more = self.chosen(self.letter, self.moves + self.not_asked)
        be_choice = self.chosen(self.be_letter, self.be_move)
        self.assertEqual(paying._choice_of(self.visit(self.letter, False), ours.id), ours)
        for letter, known, choice in (
            (self.letter, False, more), (self.letter, True, be_choice), (self.be_letter, True, ours),
            (self.other_letter, True, ours), (self.other_letter, False, ours),
        ):  # fmt: skip
            with self.assertRaises(MissingError):
                paying._choice_of(self.visit(letter, known), choice.id)
        for path in (f"/pay/{more.id}", f"/pay/{be_choice.id}", "/pay/999999"):
            self.assertEqual(self.look(self.letter, path).status_code, 404)
        self.assertEqual(self.look(self.letter, f"/pay/{ours.id}").status_code, 200)

    def test_the_page(self):
        page = self.look(self.letter)
        text = self.text(page)
        for move in self.moves:
            self.assertIn(move.name, text)
        for move in (self.other_move, self.not_asked, self.be_move):
            for box in ("pay_", "act-paid-"):
                self.assertNotIn(f'id="{box}{self.item(move).id}"', page.text)
        self.assertEqual(page.text.count('checked="True"'), 2)
        choice = self.choose(self.letter, self.moves)
        answer = self.look(self.letter, f"/pay/{choice.id}")
        text = self.text(answer)
        for words in ("NL91", choice.payment_reference, "Kaai Holland B.V.", "Collection costs", "Interest"):
            self.assertIn(words, text)
        self.assertIn("data:image/png;base64", answer.text)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["Referrer-Policy"], "same-origin")

    def test_without_a_provider_there_is_the_bank(self):
        self.provider.state = "disabled"
        choice = self.choose(self.letter, self.moves)
        text = self.text(self.look(self.letter, f"/pay/{choice.id}"))
        self.assertNotIn("Pay online", text)
        self.assertIn("Pay by bank", text)

    # -- no change by looking -----------------------------------------------------------------------------------------

    def test_get_changes_nothing(self):
        choice = self.choose(self.letter, self.moves)
        transaction = self.begin(self.letter, choice)
        for path in ("/pay", f"/pay/{choice.id}/again", f"/pay/{choice.id}/transaction"):
            with mute_logger("odoo.http"):
                self.assertIn(self.look(self.letter, path).status_code, (404, 405, 415))
        self.assertTrue(transaction.dunning_started_at)
        before = self.env["payment.transaction"].search_count([])
        self.look(self.letter, f"/pay/{choice.id}")
        self.assertEqual(self.env["payment.transaction"].search_count([]), before)

    def test_without_the_token_of_the_form(self):
        self.look(self.letter)
        with mute_logger("odoo.http"):
            answer = self.url_open(self.page(self.letter, "/pay"), data={"item": "1"}, allow_redirects=False)
        self.assertEqual(answer.status_code, 400)

    def test_what_is_wrong_is_said_on_the_page(self):
        answer = self.post(self.letter, "/pay", item=self.item(self.other_move).ids, amount="5")
        self.assertEqual(answer.status_code, 303)
        self.assertIn("cannot be paid here any more", self.text(self.look(self.letter)))
        answer = self.post(self.letter, "/pay", item=self.item(self.moves).ids, amount="<b>5</b>")
        page = self.look(self.letter)
        self.assertIn("We cannot read this amount", self.text(page))
        self.assertNotIn("<b>5</b>", page.text)

    # -- starting -----------------------------------------------------------------------------------------------------

    def test_what_changed_while_the_page_was_open(self):
        """Paid, credited, disputed, insolvent, another debtor's: nothing is started."""
        choice = self.choose(self.letter, self.moves)
        form = self.pay_form(self.letter, choice)
        about = {"case_id": self.letter.case_id.id, "move_ids": [Command.set(self.moves[0].ids)]}
        changes = {
            "paid in part": lambda: self.received(self.moves[0], 1),
            "paid": lambda: self.received(self.moves[0], 500),
            "credited": lambda: self.credit(self.partner, 20),
            "disputed": lambda: self.env["dunning.dispute"].create({**about, "reason": "price"}),
            "in part": lambda: self.env["dunning.dispute"].create({**about, "reason": "price", "amount": 5}),
            "a receipt": lambda: self.receipt(self.partner, 30),
            "waived": lambda: self.env["dunning.charge.booking"]._waive(self.claim_of(self.moves[0]), "goodwill"),
            "draft": self.moves[0].button_draft,
        }
        for name, change in changes.items():
            with self.undone(name):
                change()
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(self.env["dunning.account.paying"]._state(self.visit(self.letter), choice), "changed")
                with self.assertRaisesRegex(UserError, "has changed meanwhile"):
                    self.env["dunning.account.paying"]._check_start(
                        self.visit(self.letter), choice, choice.amount, self.provider.id
                    )
        self.received(self.moves[0], 500)
        self.assertNothing("has changed meanwhile", form)
        self.assertIn("cannot be paid any more as you chose it", self.text(self.look(self.letter, f"/pay/{choice.id}")))

    def test_what_the_browser_says_is_not_taken(self):
        choice = self.choose(self.letter, self.moves)
        form = self.pay_form(self.letter, choice)
        for amount in (1.0, choice.amount + 0.01, None, "a lot", True, [1]):
            self.assertNothing("has changed meanwhile", form, amount=amount)
        other = self.provider.copy({"name": "Off", "state": "disabled"})
        for provider in (other.id, None, 0):
            self.assertNothing("not offered here", form, provider_id=provider)
        key = self.key_of(self.other_letter).access_token
        for token in ("", "x", key, None):
            self.assertNothing("not open", form, access_token=token)
        answer = self.start(form, is_validation=True, landing_route="https://elsewhere.example.com/")
        transaction = self.env["payment.transaction"].search([("reference", "=", answer["result"]["reference"])])
        self.assertEqual((transaction.operation, transaction.amount), ("online_direct", choice.amount))
        self.assertEqual(transaction.landing_route, self.page(self.letter, f"/pay/{choice.id}"))
        with mute_logger("odoo.http"):
            self.assertIn("error", self.start(form, partner_id=1))

    def test_a_page_that_was_closed(self):
        choice = self.choose(self.letter, self.moves)
        form = self.pay_form(self.letter, choice)
        self.nl.dunning_page = False
        self.assertNothing("not open", form)
        self.assertEqual(self.look(self.letter, f"/pay/{choice.id}").status_code, 404)

    def test_odoos_page_of_another_payment_is_no_way_in(self):
        answer = self.url_open("/payment/pay?amount=5&dunning_choice=1&dunning_visit=2&dunning_values=3")
        self.assertNotIn("o_dunning_choice", answer.text)

    def test_two_companies(self):
        """A debtor of both pays each apart, with the provider and the account of that company."""
        both = self.invoice(self.partner, 40, due=30, company=self.be)
        letter = self.send_level(self.be, self.partner).with_env(self.env)
        self.env.flush_all()
        items = self.item(both).ids
        self.assertFalse({row.item for row in self.rows(self.letter).values()} & {*items})
        self.assertEqual([row.item for row in self.rows(letter).values()], items)
        choice = self.choose(letter, both)
        self.assertEqual(choice.company_id, self.be)
        page = self.text(self.look(letter, f"/pay/{choice.id}"))
        self.assertIn("BE71", page)
        self.assertNotIn("Pay online", page, "the provider is the other company's")
        self.assertEqual(self.look(self.letter, f"/pay/{choice.id}").status_code, 404)


@tagged("post_install", "-at_install")
class TestReference(PayCase):
    """The bank shows a payment with the reference of a choice, and it is known for what it is."""

    def look_up(self, line):
        self.env["dunning.receipt.look"]._bring(self.nl)
        self.env.invalidate_all()
        return self.env["dunning.receipt"].search([("statement_line_id", "=", line.id)])

    def test_by_its_reference(self):
        partner, moves, letter = self.letter_of(600, 400, 50)
        rows = self.rows(letter)
        choice = self.chosen(letter, moves[0] + moves[2])
        self.assertTrue(choice.payment_reference_key)
        self.assertNotEqual(choice.payment_reference, letter.payment_reference)
        line = self.receipt(False, choice.amount, ref=f"betaling {choice.payment_reference} dank")
        found = self.look_up(line)
        self.assertEqual((found.certainty, found.claim_ids.move_line_id), ("certain", self.item(moves[0] + moves[2])))
        self.assertEqual(found.partner_ids, partner)
        with self.at(30):
            self.assertFalse(self.run_for(partners=partner).letter_ids)
        found._book_as_found()
        self.env["dunning.bookkeeping"]._book_certain(self.nl, partner.ids)
        self.assertEqual([move.amount_residual for move in moves], [0, 400, 0])
        paid = [rows[move.name] for move in (moves[0], moves[2])]
        self.assertEqual(
            self.income(partner),
            {"4950": float(sum(r.costs for r in paid)), "4795": float(sum(r.interest for r in paid))},
        )

    def test_a_part_by_its_reference(self):
        partner, moves, letter = self.letter_of(600, 400)
        choice = self.chosen(letter, moves, "100")
        line = self.receipt(False, 100, ref=choice.payment_reference)
        found = self.look_up(line)
        self.assertEqual((found.certainty, found.partner_ids), ("certain", partner))

    def test_kinds(self):
        """Belgian, RF and plain; each leads to the choice and to nothing of a letter or of Odoo."""
        _partner, moves, letter = self.letter_of(600, 400)
        for kind in ("structured", "creditor", "number"):
            with self.undone(kind):
                self.nl.dunning_reference = kind
                choice = self.chosen(letter, moves)
                receipt = self.receipt(False, choice.amount, ref=f"x {choice.payment_reference} y")
                self.assertEqual(self.look_up(receipt).claim_ids.move_line_id, self.item(moves))

    def test_the_letter_and_the_choice_of_one_amount(self):
        """Both are about the same money: neither stands in the way of the other."""
        partner, moves, letter = self.letter_of(600, 400)
        self.chosen(letter, moves)
        line = self.receipt(False, letter.amount_total, ref=letter.payment_reference)
        self.assertEqual(self.look_up(line).certainty, "certain")
        self.assertEqual(self.look_up(line).partner_ids, partner)
