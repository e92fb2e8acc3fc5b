"""A debtor says on his page that he has paid, will pay, pays in parts, does not agree, or asks something."""

from odoo.tests import tagged

from ...common import TODAY, day
from .acts_case import PDF, ActsCase, ahead


@tagged("post_install", "-at_install")
class TestPaid(ActsCase):
    def test_pauses_exactly_these_items_for_working_days(self):
        answer = self.send(
            "paid",
            items=[str(self.item.id)],
            date=str(day(2)),
            words="by <b>phone</b>",
            files={"file": ("../a.pdf", PDF)},
        )
        [said] = self.said(answer)
        self.assertIn("Until Monday 23 November 2026", said)
        [hold] = self.env["dunning.hold"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual((hold.move_id, str(hold.date_until)), (self.item.move_id, "2026-11-23"))
        reply = self.replies
        self.assertEqual(
            (reply.reason, reply.source, reply.holds, reply.move_ids), ("paid", "page", False, hold.move_id)
        )
        self.assertIn("by <b>phone</b>", reply.text)
        self.assertEqual((reply.attachment_ids.name, reply.attachment_ids.raw), ("a.pdf", PDF))
        self.assertFalse(reply.attachment_ids.public or reply.attachment_ids.access_token)
        self.assertEqual(self.acts().hold_until, hold.date_until)

    def test_a_second_time_a_person_looks(self):
        self.said(self.send("paid", items=self.both(), date=str(TODAY)))
        self.env["dunning.hold"].search([("partner_id", "=", self.partner.id)]).action_release()
        [said] = self.said(self.send("paid", items=[str(self.item.id)], date=str(TODAY)))
        self.assertIn("a colleague looks into it", said)
        self.assertEqual(len(self.env["dunning.hold"].search([("partner_id", "=", self.partner.id)])), 0)
        self.assertEqual(self.replies.mapped("holds"), [True, False])
        self.assertEqual(self.code(self.item.move_id), "REPLIED")

    def test_days_before_on_and_after(self):
        for when, kept in ((ahead(-1), True), (ahead(0), True), (ahead(1), False), (ahead(-401), False)):
            with self.undone(when):
                answer = self.send("paid", items=[str(self.item.id)], date=when)
                if kept:
                    self.said(answer)
                else:
                    self.assertIn("date", self.errors(answer))

    def test_values_stay_after_an_error(self):
        answer = self.send("paid", items=[str(self.second.id)], date="yesterday", words="<i>hello</i>")
        self.assertEqual(list(self.errors(answer)), ["date"])
        form = answer.text.partition('id="act-paid"')[2].partition("</form>")[0]
        self.assertIn('max="2026-11-16"', form)
        self.assertIn("&lt;i&gt;hello&lt;/i&gt;", form)
        self.assertRegex(form, rf'value="{self.second.id}"[^>]*checked')
        self.assertNotRegex(form, rf'value="{self.item.id}"[^>]*checked')
        self.assertRegex(answer.text, r'id="act-paid"[^>]*open="open"')

    def test_harmful_files(self):
        for name, content, why in (
            ("a.pdf", b"", ""),
            ("a.pdf", PDF + b"x" * (30 * 1024 * 1024), "larger than 10 MB"),
            ("a.pdf", b"<html><script>alert(1)</script>", "Only a PDF or a photo"),
            ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "Only a PDF or a photo"),
            ("a.pdf", b"PK\x03\x04" + b"\0" * 100, "Only a PDF or a photo"),
            ("a.pdf", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript>>"), "contains a program"),
        ):
            with self.undone(why or "empty"):
                answer = self.send("question", words="?", files={"file": (name, content)})
                self.assertIn(why or "The file is empty", self.errors(answer)["file"])
                self.assertFalse(self.replies)
        with self.undone("none chosen"):
            self.said(self.send("question", words="?", files={"file": ("", b"")}))

    def test_harmful_names(self):
        for name, kept in (("../../x.pdf", "x.pdf"), ("a.html", "a.html.pdf"), ("x" * 300 + ".pdf", "x" * 80 + ".pdf")):
            with self.undone(name):
                self.said(self.send("question", words="?", files={"file": (name, PDF)}))
                self.assertEqual(self.replies.attachment_ids.mapped("name"), [kept])


@tagged("post_install", "-at_install")
class TestPromise(ActsCase):
    def promises(self):
        return self.env["dunning.promise"].search([("partner_id", "=", self.partner.id)])

    def test_within_the_limit_and_beyond(self):
        for days, made in ((13, True), (14, True), (15, False)):
            with self.undone(days):
                [said] = self.said(self.send("promise", items=[str(self.item.id)], date=ahead(days)))
                if made:
                    [promise] = self.promises()
                    self.assertEqual((promise.move_ids, promise.amount), (self.item.move_id, 100))
                    self.assertEqual(self.replies.mapped("holds"), [False])
                    self.assertEqual((promise.receipt_state, self.code(self.item.move_id)), ("both", "PROMISE"))
                else:
                    self.assertIn("A colleague looks at it", said)
                    self.assertFalse(self.promises())
                    [act] = self.acts(state="waiting")
                    self.assertEqual((act.reply_id.reason, act.reply_id.holds), ("promise", True))

    def test_limit_is_of_the_kind(self):
        self.partner.dunning_kind_set = "consumer"
        self.nl.write({"dunning_promise_days": 0, "dunning_promise_days_consumer": 3})
        for days, made in ((2, 1), (3, 1), (4, 0)):
            with self.undone(days):
                self.said(self.send("promise", items=[str(self.item.id)], date=ahead(days)))
                self.assertEqual(len(self.promises()), made)

    def test_so_many_promises_and_then_a_person(self):
        for often, made in ((1, 1), (2, 0), (3, 0)):
            with self.undone(often):
                earlier = {"case_id": self.case.id, "move_ids": self.item.move_id.ids, "date": TODAY}
                self.env["dunning.promise"].create([earlier] * often).action_cancel()
                self.said(self.send("promise", items=[str(self.item.id)], date=ahead(3)))
                self.assertEqual(len(self.promises().filtered(lambda one: one.state == "open")), made)

    def test_a_person_accepts_or_declines(self):
        self.said(self.send("promise", items=self.both(), date=ahead(30)))
        [act] = self.acts()
        with self.undone("accepted"):
            self.as_user(self.user, act).action_accept()
            [promise] = self.promises()
            self.assertEqual((promise.date, promise.amount, promise.receipt_state), (act.date, 200, "firm"))
            self.assertEqual(
                (act.state, act.reply_id.state, promise.receipt_ids.firm_by_id), ("accepted", "handled", self.user)
            )
            with self.refused("Only a proposal that waits", Exception):
                self.as_user(self.user, act).action_accept()
            with self.refused("no proposal that waits", Exception):
                self.as_user(self.user, act.reply_id).action_accept_proposal()
        with self.undone("declined"):
            self.assertIn("on 12/16/2026", self.as_user(self.user, act.reply_id).proposal)
            self.as_user(self.user, act.reply_id).action_decline_proposal()
            self.assertEqual((act.state, self.promises()), ("declined", self.promises().browse()))
        with self.undone("paid meanwhile"):
            for move in self.moves:
                self.pay(move)
            with self.refused("Nothing of it is open", Exception):
                self.as_user(self.user, act).action_accept()
        with self.undone("too late"), self.at(31), self.refused("is over", Exception):
            self.as_user(self.user, act).action_accept()
        for user in (self.biller, self.internal, self.be_user):
            with self.refused("", Exception):
                self.as_user(user, act).action_accept()

    def test_two_tabs(self):
        """A promise and a dispute about the same at once: the second says what was agreed already."""
        dispute = self.form("dispute")
        self.said(self.send("promise", items=self.both(), date=ahead(3)))
        answer = self.send("dispute", hidden=dispute, item=str(self.item.id), reason="price")
        self.assertIn("It was agreed that you pay", self.errors(answer)["form"])
        self.assertFalse(self.env["dunning.dispute"].search([("partner_id", "=", self.partner.id)]))

    def test_sent_twice(self):
        hidden = self.form("promise")
        first = self.said(self.send("promise", hidden=hidden, items=self.both(), date=ahead(3)))
        self.assertEqual(self.said(self.send("promise", hidden=hidden, items=self.both(), date=ahead(3))), first)
        self.assertEqual((len(self.promises()), len(self.acts()), len(self.replies)), (1, 1, 1))

    def test_forged_forms(self):
        other, question = self.form("promise", self.other_key), self.form("question")
        for token in ("", "x", "é", "-", other["token"], question["token"], "0" * 32 + "-" + "0" * 64):
            with self.subTest(token):
                hidden = {**self.form("promise"), "token": token}
                answer = self.send("promise", hidden=hidden, items=self.both(), date=ahead(3))
                self.assertIn("no longer valid", self.errors(answer)["form"])
        self.assertFalse(self.acts() or self.replies or self.promises())

    def test_items_of_others(self):
        foreign = (self.other_move + self.be_move + self.later).line_ids.filtered("date_maturity")
        income = self.moves.line_ids - self.item - self.second
        for ids in ([], ["x"], ["-1"], ["99999999999"], *([str(one)] for one in (foreign + income).ids)):
            with self.subTest(ids):
                self.assertIn("items", self.errors(self.send("promise", items=ids, date=ahead(3))))
        answer = self.send("promise", items=[*self.both(), str(self.other_move.line_ids[0].id)], date=ahead(3))
        self.assertIn("items", self.errors(answer))
        self.assertFalse(self.acts())

    def test_what_happened_meanwhile(self):
        hidden = self.form("promise")
        with self.undone("paid"):
            self.pay(self.item.move_id)
            answer = self.send("promise", hidden=hidden, items=self.both(), date=ahead(3))
            self.assertIn("not open any more", self.errors(answer)["items"])
        with self.undone("covered by a credit note"):
            self.credit(self.partner, 500, due=0)
            answer = self.send("promise", hidden=hidden, items=self.both(), date=ahead(3))
            self.assertIn("nothing to agree on", self.errors(answer)["form"])
        with self.undone("pages switched off"):
            self.nl.dunning_page = False
            self.assertEqual(self.send("promise", hidden=hidden, items=self.both(), date=ahead(3)).status_code, 404)
        with self.undone("key revoked"):
            self.key.action_revoke()
            self.assertEqual(self.send("promise", hidden=hidden, items=self.both(), date=ahead(3)).status_code, 404)
        with self.undone("letter taken back"):
            self.letter.flush_recordset()
            self.cr.execute("UPDATE dunning_letter SET state = 'cancelled' WHERE id = %s", [self.letter.id])
            self.letter.invalidate_recordset()
            answer = self.send("promise", hidden=hidden, items=self.both(), date=ahead(3))
            self.assertIn(answer.status_code, (404, 422))
        with self.undone("insolvent"):
            self.env["dunning.insolvency"].create(
                {"company_id": self.nl.id, "partner_id": self.partner.id, "kind": "nl_bankruptcy", "date": TODAY}
            )
            answer = self.send("promise", hidden=hidden, items=self.both(), date=ahead(3))
            self.assertIn("insolvency", self.errors(answer)["form"])
        self.assertFalse(self.acts())

    def test_handed_over(self):
        self.letter.flush_recordset()
        self.cr.execute("UPDATE dunning_letter SET legal_type = 'handover' WHERE id = %s", [self.letter.id])
        self.letter.invalidate_recordset()
        self.nl.dunning_handover_party = "Incasso <b>"
        answer = self.send("promise", items=self.both(), date=ahead(3))
        self.assertIn(
            "was handed over to Incasso <b>", self.errors(answer)["form"].replace("&lt;", "<").replace("&gt;", ">")
        )


@tagged("post_install", "-at_install")
class TestWho(ActsCase):
    def test_nothing_by_get(self):
        before = self.env["dunning.event"].search_count([])
        for act in ("paid", "promise", "plan", "dispute", "person", "question", "copy", "other"):
            answer = self.get(self.key, path=f"/act/{act}", items=self.item.id, date=ahead(3), words="x")
            self.assertIn(answer.status_code, (404, 405))
        self.get(self.key)
        self.assertFalse(self.acts() or self.replies)
        self.assertEqual(self.env["dunning.event"].search_count([]), before)

    def test_unknown_act(self):
        hidden = self.form("question")
        for act in ("other", "_do", "take_in"):
            answer = self.send(act, hidden=hidden, words="x")
            self.assertEqual(answer.status_code, 422)
        self.assertFalse(self.acts())

    def test_without_the_token_of_the_session(self):
        hidden = {**self.form("question"), "csrf_token": "x"}
        self.assertEqual(self.send("question", hidden=hidden, words="x").status_code, 400)

    def test_portal_user_of_another_debtor(self):
        hidden = self.form("question")
        user = self.portal_user(self.other)
        self.authenticate(user.login, user.login)
        own = f"/my/dunning/account/company/{self.nl.id}"
        page = self.url_open(own)
        self.assertNotIn(self.moves[0].name, page.text)
        mine = self.form("promise", page=page.text)
        answer = self.send("promise", hidden=mine, address=f"{own}/act/promise", items=self.both(), date=ahead(3))
        self.assertIn("items", self.errors(answer))
        without = f"/my/dunning/account/{self.key.id}/act/question"
        csrf = {**hidden, "csrf_token": mine["csrf_token"]}
        self.assertEqual(self.send("question", hidden=csrf, address=without, words="x").status_code, 404)
        self.assertFalse(self.acts())

    def test_portal_user_of_the_debtor(self):
        user = self.portal_user(self.partner)
        self.authenticate(user.login, user.login)
        own = f"/my/dunning/account/company/{self.nl.id}"
        page = self.url_open(own).text
        item = self.later.line_ids.filtered("date_maturity")[:1]
        answer = self.send(
            "promise",
            hidden=self.form("promise", page=page),
            address=f"{own}/act/promise",
            items=[str(item.id)],
            date=ahead(3),
        )
        self.assertEqual(answer.status_code, 303)
        [receipt] = self.env["dunning.agreement.receipt"].search([("promise_id.partner_id", "=", self.partner.id)])
        self.assertEqual((receipt.debtor_login_id, receipt.promise_id.move_ids), (user.partner_id, self.later))

    def test_colleague_does_nothing(self):
        self.authenticate(self.user.login, self.user.login)
        page = self.get(self.key, None).text
        hidden = self.form("question", page=page)
        address = f"/my/dunning/account/{self.key.id}/act/question"
        self.assertEqual(self.send("question", hidden=hidden, address=address, words="x").status_code, 404)

    def test_a_lot_in_one_day(self):
        row = {"case_id": self.case.id, "kind": "question", "done_on": TODAY, "answer": "x"}
        acts = self.env["dunning.page.act"]
        for had, kept in ((19, True), (20, False), (21, False)):
            with self.undone(had):
                acts.create([{**row, "token": str(number)} for number in range(had)])
                answer = self.send("question", words="x")
                self.assertEqual(answer.status_code, 303 if kept else 422)
