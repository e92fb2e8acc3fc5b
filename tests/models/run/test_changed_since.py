"""Whatever a letter says is compared when it is confirmed and when it leaves: every line, who owes, who gets it."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from ...common import DunningCase


@tagged("post_install", "-at_install")
class TestChangedSince(DunningCase):
    """A had its reminder and waits for its next step, B is due: one reminder asks for both, and moves B only."""

    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.business = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")
        cls.business.level_ids[1].delay_days = 20
        cls.partner = cls.debtor()
        cls.a = cls.invoice(cls.partner, 100, due=1)
        cls.send_level(partners=cls.partner)

    def setUp(self):
        """Day ten of the story: the term of the first reminder has ended, its next step is not due."""
        super().setUp()
        self.enterContext(self.at(10))

    def proposed(self):
        self.env.invalidate_all()
        self.b = self.invoice(self.partner, 50, due=-8)
        run = self.run_for(partners=self.partner)
        letter = run.letter_ids
        demanded = {line.move_id.id: (line.principal_part, bool(line.level_id)) for line in letter.line_ids}
        self.assertEqual(demanded, {self.a.id: (True, False), self.b.id: (True, True)})
        self.assertEqual(letter.amount_total, 150)
        return run, letter.with_env(self.env)

    def dispute(self, move):
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        vals = {"case_id": case.id, "move_ids": [Command.set(move.ids)], "reason": "price"}
        self.as_user(self.user)["dunning.dispute"].create(vals)

    def hold(self, move):
        vals = {"partner_id": self.partner.id, "move_id": move.id, "company_id": self.nl.id, "reason": "asked"}
        self.env["dunning.hold"].create(vals)

    def own_procedure(self):
        self.partner.with_company(self.nl).dunning_procedure_id = self.business.copy({"name": "Own"})

    def changes(self):
        """What may happen, and what a confirmed letter asks then; None when none of this level goes."""
        return {
            "nothing": (lambda: None, 150),
            "kind": (lambda: self.partner.write({"dunning_kind_set": "consumer"}), None),
            "procedure": (self.own_procedure, None),
            "listed paid": (lambda: self.pay(self.a), 50),
            "listed part paid": (lambda: self.pay(self.a, 40), 110),
            "listed disputed": (lambda: self.dispute(self.a), 50),
            "listed held": (lambda: self.hold(self.a), 50),
            "due paid": (lambda: self.pay(self.b), None),
            "due part paid": (lambda: self.pay(self.b, 20), 130),
            "due disputed": (lambda: self.dispute(self.b), None),
            "due held": (lambda: self.hold(self.b), None),
        }

    def test_between_proposal_and_confirmation(self):
        for name in self.changes():
            with self.undone(name):
                run, draft = self.proposed()
                change, expected = self.changes()[name]
                change()
                letter = self.confirm(run).with_env(self.env)
                self.assertEqual(letter.amount_total if letter else None, expected)
                self.assertEqual(letter == draft, name == "nothing", "made anew")
                self.assertEqual(draft.state, "issued" if name == "nothing" else "cancelled")

    def test_between_confirmation_and_the_mail(self):
        for name in self.changes():
            with self.undone(name):
                run, _draft = self.proposed()
                letter = self.confirm(run).with_env(self.env)
                self.changes()[name][0]()
                same = name == "nothing"
                self.assertEqual(len(self.send_outbox(letter)), int(same))
                self.assertEqual(letter.state, "sent" if same else "cancelled")
                self.assertEqual(bool(letter.cancel_reason), not same)

    def test_between_printing_and_the_post(self):
        self.partner.email = False
        for name in self.changes():
            with self.undone(name):
                run, _draft = self.proposed()
                letter = self.confirm(run).with_env(self.env)
                self.changes()[name][0]()
                answer = self.as_user(self.user, letter).action_mark_posted()
                same = name == "nothing"
                self.assertEqual(letter.state, "sent" if same else "issued", "who posts it is told and decides")
                self.assertEqual(answer is True, same)

    def test_who_gets_it_changed_before_the_confirmation(self):
        run, draft = self.proposed()
        contact = self.env["res.partner"].create(
            {"parent_id": self.partner.id, "type": "invoice", "name": "Books", "email": "books@example.com"}
        )
        letter = self.confirm(run).with_env(self.env)
        self.assertEqual((draft.state, letter.contact_id, letter.amount_total), ("cancelled", contact, 150))

    def test_another_address_after_the_confirmation(self):
        run, _draft = self.proposed()
        letter = self.confirm(run).with_env(self.env)
        self.partner.email = "elsewhere@example.com"
        self.assertFalse(self.send_outbox(letter))
        self.assertEqual(letter.state, "cancelled")
        self.assertIn("address", letter.cancel_reason)

    def test_a_letter_that_lay_too_long(self):
        """Seven days from the 26th: a mail that waited over the weekend leaves, one of Monday asks too much."""
        for when, state in (("2026-11-29", "sent"), ("2026-11-30", "cancelled"), ("2026-12-01", "cancelled")):
            with self.undone(when):
                run, _draft = self.proposed()
                letter = self.confirm(run).with_env(self.env)
                with self.at(date.fromisoformat(when)):
                    self.send_outbox(letter)
                self.assertEqual(letter.state, state)


@tagged("post_install", "-at_install")
class TestKindOfDebtor(DunningCase):
    without_pdf = True

    def test_no_notice_of_default_with_costs_to_a_consumer(self):
        """Corrected after the letter was made: 150.00 of costs without a 14-day letter would be unlawful."""
        for name in ("draft", "outbox"):
            with self.subTest(name):
                self.back_in_time()
                partner = self.debtor(f"Debtor {name}")
                self.invoice(partner, 1000, due=1)
                for days in (0, 8):
                    with self.at(days):
                        self.send_level(partners=partner)
                with self.at(16):
                    run = self.run_for(partners=partner)
                    letter = run.letter_ids.with_env(self.env)
                    self.assertEqual((letter.legal_type, letter.amount_costs), ("notice_of_default", 150))
                    if name == "outbox":
                        self.confirm(run)
                    partner.dunning_kind_set = "consumer"
                    if name == "draft":
                        self.assertFalse(self.confirm(run))
                    self.assertFalse(self.send_outbox(letter))
                    self.assertEqual(letter.state, "cancelled")
