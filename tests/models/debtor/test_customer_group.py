"""Customer groups: who belongs to one, their contacts together, letters to head office, what is odd about groups."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...common import TODAY, DunningCase


@tagged("post_install", "-at_install")
class TestCustomerGroup(DunningCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head, cls.branch, cls.other = (cls.debtor(name) for name in ("Holding", "Branch", "Other"))
        cls.second = cls.debtor("Second branch")
        cls.moves = cls.env["account.move"]
        for number, partner in enumerate((cls.head, cls.branch, cls.second)):
            cls.moves += cls.invoice(partner, 100, due=20 - number)
        cls.group = cls.make(cls.branch + cls.second)
        cls.debtors = cls.head + cls.branch + cls.second

    @classmethod
    def make(cls, partners, head=None, user=None, **vals):
        groups = cls.as_user(user or cls.manager)["dunning.customer.group"]
        members = [Command.create({"partner_id": partner.id}) for partner in partners]
        values = {"name": "Jansen", "company_id": cls.nl.id, "head_id": (head or cls.head).id, "member_ids": members}
        return groups.create(values | vals)

    def codes(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return [move.dunning_decision_id.code for move in self.moves]

    def letters(self, partners=None, **vals):
        self.group.write(vals)
        return self.run_for(partners=partners or self.debtors).letter_ids.with_env(self.env)

    # -- who belongs to it ----------------------------------------------------------------------------------------

    def test_head_office_belongs_to_its_group(self):
        self.assertEqual(self.group.member_ids.partner_id, self.debtors)
        self.group.head_id = self.other
        self.assertIn(self.other, self.group.member_ids.partner_id)
        self.assertEqual(self.group.member_ids.filtered("is_head").partner_id, self.other)

    def test_a_contact_stands_for_its_debtor(self):
        contact = self.env["res.partner"].create({"name": "Place", "parent_id": self.other.id, "type": "delivery"})
        self.group.member_ids = [Command.create({"partner_id": contact.id})]
        self.assertIn(self.other, self.group.member_ids.partner_id)

    def test_a_debtor_is_in_one_group_only(self):
        with self.refused("Branch is in the customer group Jansen already"):
            self.make(self.branch, head=self.other, name="Second")
        with self.refused("Branch is in the customer group"):
            self.group.member_ids = [Command.create({"partner_id": self.branch.id})]

    def test_groups_make_no_loop(self):
        """A head office that belongs to another group, and the other way round."""
        with self.refused("Branch is in the customer group Jansen already"):
            self.make(self.other, head=self.branch, name="Second")

    def test_an_archived_group_leaves_its_debtors_to_others(self):
        self.group.active = False
        second = self.make(self.branch, head=self.other, name="Second")
        self.assertEqual(self.facts()[self.branch.id].group.id, second.id)
        self.assertNotIn(self.head.id, self.facts())
        with self.refused("Branch is in the customer group Second already"):
            self.group.active = True
        second.member_ids.filtered(lambda member: member.partner_id == self.branch).unlink()
        self.group.active = True
        self.assertEqual(self.facts()[self.branch.id].group.id, self.group.id)

    def test_every_company_has_groups_of_its_own(self):
        groups = self.as_user(self.be_manager)["dunning.customer.group"]
        self.assertFalse(groups.search([("id", "=", self.group.id)]))
        self.assertFalse(self.env["dunning.customer.group"]._facts(self.be, self.debtors.ids)[0])
        theirs = self.env["res.partner"].create({"name": "Theirs", "company_id": self.be.id})
        with self.refused("no company crossover", UserError):
            self.group.member_ids = [Command.create({"partner_id": theirs.id})]
        groups.create({"name": "Jansen", "company_id": self.be.id, "head_id": self.branch.id})

    def test_debtors_that_became_one_count_once(self):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge(self.branch.ids + self.second.ids, self.second)
        self.assertEqual(self.group.member_ids.partner_id, self.head + self.second)
        self.second.parent_id = self.head  # a branch of the holding in Odoo as well: one debtor
        self.env.flush_all()
        self.assertEqual(set(self.facts(self.head)), {self.head.id})

    def facts(self, partners=None):
        return self.env["dunning.customer.group"]._facts(self.nl, (partners or self.debtors).ids)[0]

    def test_a_deleted_head_leaves_a_group(self):
        partner = self.debtor("Gone")
        group = self.make(self.other, head=partner, name="Second")
        partner.unlink()
        group.invalidate_recordset()
        self.assertEqual((group.head_id.ids, group.member_ids.partner_id), ([], self.other))
        with self.refused("Choose the head office"):
            group.letters_to_head = True

    # -- contacts together ----------------------------------------------------------------------------------------

    def test_one_contact_for_all(self):
        letters = self.letters(contacts_max=1)
        self.assertEqual((letters.partner_id, self.codes()), (self.head, ["LETTER", "GROUP_CAP", "GROUP_CAP"]))
        other = self.run_for(partners=self.branch)
        self.assertFalse(other.letter_ids, "the letter that lies ready counts for the others")
        self.send_outbox(self.confirm(letters.run_id.with_env(self.env)))
        for days, code in ((6, "GROUP_CAP"), (7, "LETTER"), (8, "LETTER")):
            with self.undone(f"{days}"), self.at(days) as today:
                self.run_for(partners=self.branch, date=today)
                self.assertEqual(self.codes()[1], code, days)

    def test_a_contact_with_another_shows_at_once(self):
        self.letters(contacts_max=1).sudo()._discard()
        self.env["dunning.freshness"].sudo()._bring({self.nl.id: self.branch.ids})
        self.assertEqual(self.codes()[1], "LETTER")
        case = self.env["dunning.case"]._for_partners(self.second, self.nl, create=True)
        self.as_user(self.user)["dunning.contact"].create({"case_id": case.id, "outcome": "paying"})
        self.env["dunning.freshness"].sudo()._bring({self.nl.id: self.branch.ids})
        self.assertEqual(self.codes()[1], "GROUP_CAP")
        self.assertIn("1 of at most 1 in 7 days. The next one fits", self.group.contacts_words)
        self.group.contacts_max = 2
        self.env["dunning.freshness"].sudo()._bring({self.nl.id: self.branch.ids})
        self.assertEqual(self.codes()[1], "LETTER")

    def test_a_group_of_one_is_its_debtor(self):
        group = self.make(self.env["res.partner"], head=self.other, name="Alone", contacts_max=1)
        self.invoice(self.other, 100, due=20)
        self.assertEqual(self.run_for(partners=self.other).letter_ids.partner_id, group.head_id)

    # -- letters to head office -----------------------------------------------------------------------------------

    def test_reminders_go_to_head_office_and_name_their_debtor(self):
        letters = self.letters(letters_to_head=True)
        self.assertEqual(letters.partner_id, self.debtors)
        self.assertEqual(letters.contact_id, self.head)
        branch = letters.filtered(lambda letter: letter.partner_id == self.branch)
        self.assertIn("head office of the customer group", branch.contact_reason)
        self.assertIn("It is about what <strong>Branch</strong> owes", branch.shown_body)
        own = letters.filtered(lambda letter: letter.partner_id == self.head)
        self.assertNotIn("It is about what", own.shown_body)
        sent = self.confirm(letters.run_id.with_env(self.env))
        messages = self.send_outbox(sent)
        self.assertEqual(set(sent.mapped("state")), {"sent"})
        self.assertEqual({message["To"] for message in messages}, {self.head.email_formatted})

    def test_what_has_to_reach_the_debtor_goes_to_him(self):
        self.env["dunning.level"].search([("procedure_id", "!=", False)]).filtered(
            lambda level: level.legal_type == "reminder"
        ).legal_type = "notice_of_default"
        letters = self.letters(letters_to_head=True)
        self.assertEqual(letters.contact_id, self.debtors)
        branch = letters.filtered(lambda letter: letter.partner_id == self.branch)
        self.assertIn("this letter has to reach the debtor himself", branch.contact_reason)

    def test_a_consumer_gets_his_letters_himself(self):
        self.branch.dunning_kind_set = "consumer"
        branch = self.letters(letters_to_head=True).filtered(lambda letter: letter.partner_id == self.branch)
        self.assertEqual(branch.contact_id, self.branch)
        self.assertIn("no business of anybody else", branch.contact_reason)

    def test_a_head_office_that_is_gone_gets_nothing(self):
        self.group.letters_to_head = True
        self.assertFalse(self.group.head_problem)
        contact = self.env["res.partner"].create({"name": "Accounts", "parent_id": self.head.id})
        self.group.head_id = contact
        contact.active = False
        self.group.invalidate_recordset()
        self.assertIn("is archived", self.group.head_problem)
        letters = self.letters()
        self.assertEqual(letters.contact_id, self.debtors)

    def test_a_letter_that_waits_is_kept_back_when_head_office_is_another(self):
        run = self.letters(letters_to_head=True).run_id
        letters = self.confirm(run)
        self.group.letters_to_head = False
        self.send_outbox(letters)
        states = {letter.partner_id: letter.state for letter in letters}
        self.assertEqual(states[self.head], "sent")
        self.assertNotEqual(states[self.branch], "sent")

    # -- what is seen of it ---------------------------------------------------------------------------------------

    def test_figures_are_those_of_now(self):
        group = self.as_user(self.user, self.group)
        self.run_for(partners=self.debtors)
        self.assertEqual((group.amount_overdue, group.member_count, group.invoice_count), (300, 3, 3))
        self.pay(self.moves[1], 40)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(group.amount_overdue, 260)
        form = self.open_form(group)
        self.assertEqual(form["amount_overdue"], 260)
        opened = {"cases": "dunning.case", "invoices": "account.move", "letters": "dunning.letter"}
        for name, model in (opened | {"contacts": "dunning.contact"}).items():
            self.assertEqual(getattr(group, f"action_open_{name}")()["res_model"], model)
        case = self.as_user(self.user)["dunning.case"].search([("partner_id", "=", self.branch.id)])
        self.assertEqual(case.customer_group_id, group)
        found = case.search([("customer_group_id", "in", group.ids)])
        self.assertEqual(found.partner_id, self.debtors)
        self.assertNotIn(case, case.search([("customer_group_id", "=", False)]))

    def test_days_to_come_keep_the_limit(self):
        self.group.write({"contacts_max": 1, "contacts_days": 3})
        ahead = self.env["dunning.look.ahead"]._letters(self.nl, TODAY + timedelta(days=8), self.debtors.ids)
        days = [(letter.day - TODAY).days for letter in ahead]
        self.assertEqual(sorted(days), [0, 3, 7], "no letters on a Sunday")
