"""Disputes, instalments, and what a debtor says about himself, over real HTTP."""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from ...common import TODAY
from .acts_case import PDF, ActsCase, ahead


@tagged("post_install", "-at_install")
class TestPlan(ActsCase):
    def limit(self, **values):
        return self.env["dunning.plan.limit"].create(
            {
                "company_id": self.nl.id,
                "debtor_kind": "business",
                "amount_max": 200,
                "instalments_max": 3,
                "first_days": 10,
                "last_days": 90,
                **values,
            }
        )

    def plans(self):
        return self.env["dunning.payment.plan"].search([("partner_id", "=", self.partner.id)])

    def asked(self, **values):
        """What is filled in."""
        return {"items": self.both(), "count": "3", "interval": "month", "date": ahead(10), **values}

    def propose(self, **values):
        return self.send_plan(**self.asked(**values))

    def test_without_a_limit_a_person_decides(self):
        [said] = self.said(self.propose())
        self.assertIn("A colleague looks at it", said)
        [act] = self.acts()
        self.assertEqual((act.state, self.plans(), act.reply_id.holds), ("waiting", self.plans().browse(), True))
        action = self.as_user(self.user, act).action_accept()
        [plan] = self.plans()
        self.assertEqual(action["res_model"], "mail.compose.message")
        self.assertEqual((plan.state, plan.instalment_ids.mapped("amount")), ("active", [66.67, 66.67, 66.66]))
        self.assertEqual((plan.receipt_state, act.plan_id, act.reply_id.state), ("firm", plan, "handled"))

    def test_limits_before_on_and_after(self):
        for name, low, on, high in (
            ("amount_max", 199.99, 200, 200.01),
            ("instalments_max", 2, 3, 4),
            ("first_days", 9, 10, 11),
            ("last_days", 70, 71, 72),  # 26 November and two months
        ):
            for value, made in ((low, 0), (on, 1), (high, 1)):
                with self.undone(f"{name} {value}"):
                    self.limit(**{name: value})
                    self.said(self.propose())
                    self.assertEqual(len(self.plans()), made)
                    self.assertEqual(self.acts().state, "done" if made else "waiting")

    def test_limit_is_of_the_kind_and_the_company(self):
        self.limit(debtor_kind="consumer")
        self.limit(company_id=self.be.id)
        self.said(self.propose())
        self.assertEqual((self.acts().state, self.plans()), ("waiting", self.plans().browse()))

    def test_inside_is_agreed_at_once_and_confirmed_by_both(self):
        self.limit()
        [said] = self.said(self.propose())
        self.assertIn("We agreed that you pay €200.00 in 3 instalments", said)
        [plan] = self.plans()
        self.assertEqual([str(one.date) for one in plan.instalment_ids], ["2026-11-26", "2026-12-26", "2027-01-26"])
        self.assertEqual(self.code(self.item.move_id), "PLAN")
        self.assertTrue(plan.receipt_ids.by_limits)
        self.assertIn("1. 26 November 2026: €66.67", self.text(self.get(self.key)))

    def test_what_is_no_plan(self):
        self.limit(amount_max=10000, instalments_max=120, last_days=3000)
        for field, values in (
            ("count", {"count": "1"}),
            ("count", {"count": "121"}),
            ("count", {"count": "-3"}),
            ("count", {"count": ""}),
            ("interval", {"interval": "day"}),
            ("date", {"date": ahead(-1)}),
            ("date", {"date": ahead(367)}),
            ("items", {"items": []}),
        ):
            with self.subTest(values):
                self.assertIn(field, self.errors(self.propose(**values)))
        self.assertFalse(self.acts() or self.plans())

    def test_too_small_for_so_many(self):
        move = self.later
        self.pay(move, 699.5)
        user = self.portal_user(self.partner)
        self.authenticate(user.login, user.login)
        own = f"/my/dunning/account/company/{self.nl.id}"
        item = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        hidden = self.form("plan", page=self.url_open(own).text)
        values = {"items": [str(item.id)], "count": "60", "date": ahead(3)}
        answer = self.send_plan(hidden=hidden, address=f"{own}/act/plan", **values)
        self.assertIn("too small", self.errors(answer)["count"])

    def test_looks_before_he_proposes(self):
        """Looking does nothing; what he proposes is what he has seen, or he sees it once more."""
        self.limit()
        before = self.env["dunning.event"].search_count([])
        first = self.send("plan", **self.asked(words="thank you"))
        page = self.text(first)
        for line in ("1. Thursday 26 November 2026 €66.67", "3. Tuesday 26 January 2027 €66.66", "Together €200.00"):
            self.assertIn(line, page)
        self.assertIn("It is agreed as soon as you propose it.", page)
        self.assertNotIn("Something has changed", page)
        self.assertIn(">thank you</textarea>", first.text)
        self.assertFalse(self.plans() or self.acts() or self.replies)
        self.assertEqual(self.env["dunning.event"].search_count([]), before)
        seen = self.form("plan", page=first.text)
        for name, change in (
            ("another number", lambda: {"count": "2"}),
            ("another day", lambda: {"date": ahead(9)}),
            ("another invoice", lambda: {"items": [str(self.item.id)]}),
            ("a payment came in", lambda: self.pay(self.moves[0], 10) and {}),
            ("the firm does not agree at once any more", lambda: self.limit_of().unlink() and {}),
        ):
            with self.undone(name):
                changed = self.send("plan", hidden=seen, **self.asked(**change()))
                self.assertIn("Something has changed since you last looked", self.text(changed))
                self.assertFalse(self.plans() or self.acts())
                again = self.form("plan", page=changed.text)
                self.assertNotEqual(again["seen"], seen["seen"])
        self.assertEqual(self.send("plan", hidden=seen | {"again": "1"}, **self.asked()).status_code, 200)
        self.assertEqual(self.send("plan", hidden=seen | {"seen": "é"}, **self.asked()).status_code, 200)
        self.assertFalse(self.plans())
        self.said(self.send("plan", hidden=seen, **self.asked()))
        self.assertEqual(self.plans().instalment_ids.mapped("amount"), [66.67, 66.67, 66.66])

    def test_looks_at_interest_and_costs(self):
        self.limit_of().unlink()
        plan = self.env["dunning.payment.plan"].new(
            {"case_id": self.case.id, "move_ids": [Command.set(self.moves.ids)], "instalment_count": 2}
        )
        plan.update({"first_date": TODAY, "asked_principal": 200, "asked_interest": 1.5, "asked_costs": 40})
        plan.amount = 241.5
        visit = self.visit(self.key)
        look = self.env["dunning.account.acts"]._of(visit)._plan_look(visit, plan)
        self.assertEqual([part[2] for part in look["instalments"]], ["€120.75", "€120.75"])
        self.assertEqual((look["principal"], look["interest"], look["costs"]), ("€200.00", "€1.50", "€40.00"))
        self.assertFalse(look["coming"] or look["at_once"])

    def limit_of(self):
        return self.env["dunning.plan.limit"].search([("company_id", "=", self.nl.id)])

    def test_a_second_proposal_waits_for_the_first(self):
        self.said(self.propose())
        self.assertIn("is with us", self.errors(self.propose())["form"])


@tagged("post_install", "-at_install")
class TestDispute(ActsCase):
    def dispute(self, **values):
        return self.send("dispute", **{"item": str(self.item.id), "reason": "price", "extent": "whole", **values})

    @property
    def disputes(self):
        return self.env["dunning.dispute"].search([("partner_id", "=", self.partner.id)])

    def test_whole(self):
        [said] = self.said(self.dispute(words="too <b>dear</b>", files={"file": ("p.pdf", PDF)}))
        self.assertIn("We look into", said)
        [dispute] = self.disputes
        self.assertEqual((dispute.description, dispute.amount, dispute.user_id), ("too <b>dear</b>", 0, self.user))
        self.assertEqual((self.code(self.item.move_id), self.code(self.second.move_id)), ("DISPUTED", "PERIOD_RUNNING"))
        self.assertEqual((self.replies.reason, self.replies.holds), ("dispute", False))

    def test_part_before_on_and_after(self):
        for amount, kept in (("99,99", 1), ("100,00", 1), ("100,01", 0), ("0", 0), ("-1", 0), ("1e2", 0), ("", 0)):
            with self.undone(amount):
                answer = self.dispute(extent="part", amount=amount)
                self.assertEqual((answer.status_code, len(self.disputes)), (303 if kept else 422, kept))

    def test_not_twice_over_the_same(self):
        with self.undone("whole"):
            self.said(self.dispute())
            self.assertIn("You told us that", self.errors(self.dispute())["form"])
        with self.undone("parts"):
            self.said(self.dispute(extent="part", amount="60"))
            self.said(self.dispute(extent="part", amount="40"))
            self.assertIn("open and not disputed", self.errors(self.dispute(extent="part", amount="0.01"))["form"])
            self.assertIn("disputed already", self.errors(self.dispute())["form"])

    def test_what_is_no_dispute(self):
        for field, values in (
            ("reason", {"reason": ""}),
            ("reason", {"reason": "x"}),
            ("words", {"reason": "other", "words": " \u200b "}),
            ("extent", {"extent": "most"}),
            ("item", {"item": ""}),
            ("item", {"item": "0"}),
        ):
            with self.subTest(values):
                self.assertIn(field, self.errors(self.dispute(**values)))
        self.assertFalse(self.disputes)


@tagged("post_install", "-at_install")
class TestSaid(ActsCase):
    def test_nothing_is_written_over_what_is_known(self):
        before = self.partner.read()[0]
        for what, reason in (("not_me", "wrong_person"), ("address", "address"), ("contact", "address")):
            with self.undone(what):
                self.said(self.send("person", what=what, words="Nieuwstraat 1, new@evil.example.com"))
                self.assertEqual((self.replies.reason, self.replies.holds), (reason, True))
                self.assertEqual(self.partner.read(["name", "street", "email"])[0]["email"], before["email"])
        for field, values in (("what", {"what": "", "words": "x"}), ("words", {"what": "address"})):
            self.assertIn(field, self.errors(self.send("person", **values)))

    def test_question_holds_until_it_is_handled(self):
        self.said(self.send("question", words="Why?"))
        self.assertEqual(self.code(self.item.move_id), "REPLIED")
        self.as_user(self.user, self.replies).action_handled()
        self.assertNotEqual(self.code(self.item.move_id), "REPLIED")
        self.assertIn("words", self.errors(self.send("question", words="\n \n")))

    def test_long_words_and_odd_signs(self):
        self.said(self.send("question", words="x\0\u202e" + "y" * 10000))
        self.assertEqual(self.replies.text, "x" + "y" * 3999)

    def copies(self):
        return self.env["mail.mail"].search([("subject", "ilike", "copy of")])

    def test_copy_goes_to_the_address_on_record_only(self):
        self.said(self.send("copy", item=str(self.item.id), email="me@evil.example.com", words="me@evil.example.com"))
        [mail] = self.copies()
        self.assertEqual((mail.recipient_ids, mail.email_to, mail.email_cc), (self.partner, False, False))
        self.assertEqual(mail.attachment_ids.raw, b"%PDF")
        self.assertEqual((self.replies.reason, self.replies.state), ("copy", "handled"))
        self.assertIn("today already", self.errors(self.send("copy", item=str(self.item.id)))["item"])
        self.said(self.send("copy", item=str(self.second.id)))

    def test_no_copy_without_an_address_or_while_letters_are_off(self):
        for name, record, values in (
            ("no address", self.partner, {"email": False}),
            ("test", self.nl, {"dunning_mode": "test"}),
        ):
            with self.undone(name):
                record.write(values)
                self.said(self.send("copy", item=str(self.item.id)))
                self.assertFalse(self.copies())
                self.assertEqual(self.replies.state, "open")

    def test_pause_ends_and_he_is_asked_once(self):
        self.nl.write({"dunning_automatic": True, "dunning_send_hour": 0})
        self.said(self.send("paid", items=self.both(), date=str(TODAY)))
        asking, letters = self.env["dunning.page.asking"], self.env["dunning.letter"]
        domain = [("partner_id", "=", self.partner.id), ("answer", "=", "asked")]
        self.pay(self.second.move_id)
        for days, asked in ((6, 0), (7, 0), (8, 1), (9, 1)):
            with self.at(days):
                asking._ask_again(self.nl)
                self.assertEqual(letters.search_count(domain), asked, days)
        letter = letters.search(domain)
        self.assertEqual(letter.asked_move_ids, self.item.move_id)
        self.assertIn("You told us that you paid on 16 November 2026", letter.body)
        self.assertEqual(self.acts().asked_on, TODAY + timedelta(days=8))

    def test_nobody_is_asked_whose_payment_came(self):
        self.nl.write({"dunning_automatic": True, "dunning_send_hour": 0})
        self.said(self.send("paid", items=[str(self.item.id)], date=str(TODAY)))
        self.pay(self.item.move_id)
        with self.at(8):
            self.env["dunning.page.asking"]._ask_again(self.nl)
            self.assertFalse(self.env["dunning.letter"].search([("answer", "=", "asked")]))
