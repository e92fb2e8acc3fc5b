"""Confirming names how many letters go by which way and what they ask; afterwards a run says where they are."""

from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import DunningCase


class ConfirmingCase(DunningCase):
    without_pdf = True
    with_belgium = True
    refusal = UserError

    def ask(self, run):
        """The window that a person gets who confirms."""
        action = run.action_ask_confirm()
        return run.env[action["res_model"]].browse(action["res_id"])

    def table(self, window):
        """The cells of the window, row by row."""
        rows = etree.fromstring(f"<div>{window.summary}</div>").iter("tr")
        return [[cell.xpath("string()").replace("\xa0", " ") for cell in row] for row in rows]


@tagged("post_install", "-at_install")
class TestQuestion(ConfirmingCase):
    def test_numbers_and_amounts_by_way(self):
        partners = [self.debtor("A"), self.debtor("B"), self.debtor("C", email=False)]
        for partner, amount in zip(partners, (1000, 200.5, 30), strict=True):
            self.invoice(partner, amount, due=10)
        self.env["dunning.level"].search([]).channel = "email"
        run = self.run_for()
        window = self.ask(run)
        self.assertEqual(window.number, 3)
        rows = self.table(window)
        self.assertEqual(rows[0], ["Way", "Letters", "To pay"])
        self.assertEqual(rows[-1], ["Together", "3", "€1,230.50"])
        self.assertEqual({row[0]: row[1] for row in rows[1:-1]}, {"E-mail": "2", "On paper": "1"})
        self.assertEqual(run.letter_ids.mapped("state"), ["draft"] * 3, "asking sends nothing")
        self.assertEqual(window.action_confirm()["type"], "ir.actions.act_window_close")
        self.assertEqual(run.state, "done")
        [told] = [text for text in self.told_on(run) if "was agreed to" in text]
        self.assertIn("Letters: 3, to pay: €1,230.50. E-mail: 2, On paper: 1.", told)
        [event] = self.env["dunning.event"].search([("kind", "=", "letter.run_agreed")])
        self.assertEqual(event.author_id, self.user)

    def test_in_the_currency_of_the_company(self):
        self.invoice(self.debtor("A"), 100, due=10)
        self.invoice(self.debtor("B"), 100, due=10, currency=self.usd)
        rate = self.usd._convert(100, self.eur, self.nl, self.nl._dunning_today())
        rows = self.table(self.ask(self.run_for()))
        self.assertEqual({row[2] for row in rows[1:-1]}, {"€100.00", "$100.00"})
        self.assertEqual(rows[-1][1:], ["2", f"€{100 + rate:,.2f}"])

    def test_what_only_a_manager_confirms_is_apart(self):
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        self.invoice(self.debtor("A"), 100, due=10)
        self.invoice(self.debtor("Els Maes", kind="consumer"), 50, due=10)
        level.write({"approval": "manager", "automatic": False})
        run = self.run_for()
        self.assertEqual((self.ask(run).number, self.ask(run).manager_count), (1, 1))
        mine = self.as_user(self.manager, run)
        self.assertEqual((self.ask(mine).number, self.ask(mine).manager_count), (2, 0))

    def test_other_letters_than_were_shown(self):
        """A colleague proposes again meanwhile: nobody sends more than he was told."""
        self.invoice(self.debtor("A"), 100, due=10)
        run = self.run_for()
        window = self.ask(run)
        self.invoice(self.debtor("B"), 100, due=10)
        run.action_propose()
        with self.refused("have changed since"):
            window.action_confirm()
        self.assertEqual(set(run.letter_ids.mapped("state")), {"draft"})
        self.ask(run).action_confirm()
        self.assertEqual(set(run.letter_ids.mapped("state")), {"issued"})

    def test_rates_are_asked_about_in_the_same_window(self):
        partner = self.debtor()
        self.invoice(partner, 1210, due=1)
        for days in (0, 8):
            with self.at(days) as today:
                self.send_level(partners=partner, date=today)
        with self.at(16) as today:
            regime = self.env["dunning.regime"].for_debtor("NL", "business", today)
            regime.interest_table_id.rate_ids.filtered(
                lambda rate: rate.valid_from > today - timedelta(days=300)
            ).unlink()
            run = self.run_for(partners=partner, date=today)
            self.assertTrue(self.nl._dunning_stale_tables())
            window = self.ask(run)
            self.assertEqual((window.number, window.letter_count), (1, 1))
            window.action_confirm()
            self.assertEqual(run.letter_ids.mapped("state"), ["issued"])
        self.assertTrue([text for text in self.told_on(run) if "although they may be out of date" in text])

    def test_who_may(self):
        self.invoice(self.debtor(), 100, due=10)
        run = self.run_for()
        for user in (self.be_manager, self.biller, self.internal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user(user, run).action_ask_confirm()
        run.company_id.sudo().dunning_mode = "off"
        with self.refused("switched off"):
            run.action_ask_confirm()

    def test_asking_costs_the_same_for_many(self):
        spent = []
        for turn, number in enumerate((2, 2, 12)):  # the first turn only warms the caches
            partners = self.env["res.partner"].union(*(self.debtor(f"D{turn} {at}") for at in range(number)))
            self.invoices(partners, 100, due=10)
            run = self.run_for(partners=partners)
            with self.counted() as count:
                self.assertEqual(self.ask(run).number, number)
            spent += count
        self.assertEqual(spent[1], spent[2])


@tagged("post_install", "-at_install")
class TestAfterwards(ConfirmingCase):
    def test_in_the_outbox_is_on_its_way_and_not_nought(self):
        partners = self.env["res.partner"].union(*(self.debtor(f"D {at}") for at in range(3)))
        self.invoices(partners, 100, due=10)
        run = self.run_for()
        letters = self.confirm(run)
        shown = self.open_form(run)
        self.assertEqual((shown["on_way_count"], shown["progress_text"]), (3, "3 on their way"))
        self.send_outbox(letters[:1])
        self.assertEqual(self.open_form(run)["progress_text"], "1 sent, 2 on their way")
        letters[1].with_env(self.env)._register_failure("No such mailbox")
        letters[2].action_cancel()
        shown = self.open_form(run)
        self.assertEqual(shown["progress_text"], "1 sent, 1 not delivered, 1 left out or dropped")
        self.assertEqual(shown["on_way_count"], 0)
        [row] = self.open_list(run.env, "dunning.run", [("id", "=", run.id)])["records"]
        self.assertEqual((row["on_way_count"], row["sent_count"], row["failed_count"]), (0, 1, 1))

    def test_on_paper_waits_for_whoever_posts_it(self):
        self.invoice(self.debtor(), 100, due=10)
        self.env["dunning.level"].search([]).channel = "print"
        run = self.run_for()
        letters = self.confirm(run)
        self.assertEqual(self.open_form(run)["progress_text"], "1 to print and post")
        self.send_outbox(letters)
        self.assertEqual(self.open_form(run)["progress_text"], "1 sent")

    def test_a_test_is_sent_to_oneself(self):
        self.nl.write({"dunning_mode": "test", "dunning_test_email": "me@nl.example.com"})
        self.invoice(self.debtor(), 100, due=10)
        run = self.run_for()
        self.assertEqual(self.ask(run).test_address, "me@nl.example.com")
        letters = self.confirm(run)
        self.assertEqual(self.open_form(run)["progress_text"], "1 on their way")
        self.send_outbox(letters)
        self.assertEqual(self.open_form(run)["progress_text"], "1 sent to yourself as a test")
