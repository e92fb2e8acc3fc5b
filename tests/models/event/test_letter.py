"""What happens to letters, as events: told once by what does it, with its figures, and the names apart."""

from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import tagged

from ...common import TODAY
from ...faults.test_delivery import DeliveryCase

MOMENT = datetime(2026, 11, 16, 9)  # the frozen one
LEVEL = "cremann_dunning.dunning_level_nl_business_1"


class EventCase(DeliveryCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.last = self.env["dunning.event"].search([], order="id desc", limit=1).id or 0

    def told(self, letter=None, kinds=None):
        """Events since the last look, oldest first."""
        domain = [("id", ">", self.last)]
        domain += [("letter", "=", letter.id)] if letter else []
        domain += [("kind", "in", kinds)] if kinds else []
        return self.env["dunning.event"].search(domain, order="id")

    def kinds(self, letter=None):
        """Kinds of events since the last look, which this is."""
        told = self.told(letter)
        self.last = self.env["dunning.event"].search([], order="id desc", limit=1).id or 0
        return told.mapped("kind")

    def personal(self, event):
        return self.env["dunning.event.personal"]._of(event).get(event.id) or {}

    def proposed(self, amount=500, due=5, **vals):
        partner = self.debtor(**vals)
        self.invoice(partner, amount, due=due)
        return self.run_for(partners=partner)


@tagged("post_install", "-at_install")
class TestLeaving(EventCase):
    def test_a_run_from_proposal_to_the_mailbox(self):
        run = self.proposed(1210.55, email="info@jansen.example.com")
        self.assertEqual(self.told().mapped("kind"), ["letter.run_proposed"])
        proposed = self.told()
        self.assertEqual((proposed.author_id, proposed.facts["draft"], proposed.debtor), (self.user, 1, 0))
        self.assertEqual(proposed.facts["day"], {"date": str(TODAY)})
        self.kinds()
        letter = self.confirm(run)
        issued, confirmed = self.told()
        self.assertEqual((issued.kind, confirmed.kind), ("letter.issued", "letter.run_confirmed"))
        self.check_issued(issued, letter)
        self.assertEqual((confirmed.facts["issued"], confirmed.facts["checked"]), (1, 1))
        self.assertNotIn("draft", confirmed.facts)
        self.kinds()
        self.receipt(False, 12)  # of nobody knows whom
        self.empty_outbox(letter)
        sent = self.told()
        self.check_sent(sent, letter)
        self.assertTrue(self.env["dunning.chain.check"]._follow(self.nl).fits)

    def check_issued(self, event, letter):
        claims = letter.line_ids.claim_id
        self.assertEqual((event.debtor_id.id, event.letter_id.id), (letter.partner_id.id, letter.id))
        self.assertEqual((event.claim_ids.ids, event.author_id), (claims.ids, self.user))
        euros = {"amount": "1210.55", "currency": "EUR"}
        facts = event.facts
        self.assertEqual((facts["name"], facts["total"], facts["principal"]), (letter.name, euros, euros))
        self.assertEqual(facts["asked"], [{"claim": claims.id, "number": letter.line_ids.number, "asks": euros}])
        self.assertEqual(facts["documents"], [letter.pdf_sha256])
        self.assertEqual(facts["mail"], [line[:64] for line in letter.mail_digests.splitlines()])
        self.assertEqual(facts["level"]["record"], ["dunning.level", letter.level_id.id])
        self.assertEqual(facts["legal_type"], {"choice": ["dunning.letter", "legal_type", "reminder"]})
        self.assertEqual(facts["tone"], {"choice": ["dunning.letter", "tone", letter.tone]})
        self.assertNotIn("costs", facts)
        self.assertIn("info@jansen.example.com", self.personal(event)["to"])
        self.assertNotIn("jansen", str(facts).lower())
        self.assertIn("1,210.55", event.with_context(lang="en_US").sentence)

    def check_sent(self, event, letter):
        self.assertEqual(event.kind, "letter.sent")
        attempt, facts = letter.dispatch_ids, event.facts
        self.assertEqual((event.debtor, event.letter), (letter.partner_id.id, letter.id))
        self.assertEqual(event.claim_ids.ids, letter.line_ids.claim_id.ids)
        self.assertEqual(event.happened, letter.sent_at)
        self.assertEqual(facts["message_id"], self.mailbox.messages[0][1]["Message-Id"])
        self.assertEqual(facts["words"] + facts["files"], [line[:64] for line in letter.mail_digests.splitlines()])
        self.assertEqual((facts["pdf"], facts["unbooked"]), (letter.pdf_sha256, 1))
        self.assertEqual(facts["channel"], {"choice": ["dunning.dispatch", "channel", "email"]})
        self.assertEqual(self.personal(event), {"to": "info@jansen.example.com"})
        self.assertEqual(attempt.state, "accepted")
        self.assertNotIn("jansen", str(facts).lower())
        self.assertIn("info@jansen.example.com", event.sentence)

    def test_bank_is_read_once_for_all(self):
        """And the state of the bank is that before the mails left."""
        partners = self.env["res.partner"].union(*(self.debtor(f"Debtor {number}") for number in range(4)))
        self.invoices(partners, 500, due=5)
        journal = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.nl.id)], limit=1)
        booked = self.receipt(False, 10, date=TODAY - timedelta(days=3))
        self.assertEqual(booked.journal_id, journal)
        letters = self.confirm(self.run_for(partners=partners))
        self.kinds()
        self.empty_outbox(letters)
        told = self.told(kinds=["letter.sent"])
        self.assertEqual(sorted(told.mapped("letter")), sorted(letters.ids))
        self.assertEqual({event.facts["unbooked"] for event in told}, {1})
        self.assertEqual(len(self.mailbox.messages), 4)

    def test_queries_of_the_sending(self):
        """However many letters are told of at once; one alone is one statement (tests/faults/test_restart.py)."""
        counts = []
        for number in (2, 2, 6):
            partners = self.env["res.partner"].union(*(self.debtor(f"Of {number} {i}") for i in range(number)))
            self.invoices(partners, 500, due=5)
            letters = self.confirm(self.run_for(partners=partners))
            with self.counted() as count:
                letters._telling()._left(letters.sudo(), self.env["dunning.dispatch"], MOMENT)
            counts += count
        self.assertEqual(counts[1], counts[2])

    def test_test_letter(self):
        self.nl.dunning_mode = "test"
        letter = self.proposed()
        letter.action_confirm()
        letter = letter.letter_ids
        self.empty_outbox(letter)
        self.assertEqual(self.kinds(letter), ["letter.issued", "letter.tested"])

    def test_paper(self):
        self.env.ref(LEVEL).channel = "registered"
        letter = self.confirm(self.proposed())
        self.assertEqual(self.kinds(letter), ["letter.issued"])
        carrier = self.env["dunning.carrier"].search([], limit=1)
        tracking = {letter.id: {"tracking_number": "3SABCD12345678", "carrier_id": carrier.id}}
        self.as_user(self.user)["dunning.posting"]._post_on(letter, TODAY, tracking)
        posted = self.told(letter)
        self.assertEqual((posted.kind, posted.author_id), ("letter.posted", self.user))
        self.assertEqual(posted.facts["tracking"], "3SABCD12345678")
        self.assertEqual(posted.facts["carrier"]["record"], ["dunning.carrier", carrier.id])
        self.assertEqual((posted.facts["pdf"], posted.facts["unbooked"]), (letter.pdf_sha256, 0))
        self.assertEqual(self.personal(posted), {"to": letter._whom()})
        self.kinds()
        attempt = letter.dispatch_ids.sudo()
        wizard = self.as_user(self.user)["dunning.proof.wizard"]
        file = self.as_user(self.user)["ir.attachment"].create({"name": "Jansen signed.pdf", "raw": b"%PDF signed"})
        values = {"delivery_proof_ids": [Command.set(file.ids)], "delivered_on": TODAY}
        wizard.with_context(default_dispatch_id=attempt.id).create(values).action_save()
        proof, delivered, *term = self.told(letter)
        self.assertEqual((proof.kind, delivered.kind), ("letter.proof", "letter.delivered"))
        self.assertEqual(proof.facts["digests"], [line[:64] for line in attempt.proof_digests.splitlines()])
        self.assertEqual(self.personal(proof), {"files": ["Jansen signed.pdf"]})
        self.assertEqual(delivered.facts["day"], {"date": str(TODAY)})
        self.assertEqual({event.kind for event in term}, {"letter.term"})
        self.kinds()
        wizard.with_context(default_dispatch_id=attempt.id).create({}).action_save()
        self.assertEqual(self.kinds(letter), [])

    def test_returned_by_the_post(self):
        self.env.ref(LEVEL).channel = "print"
        letter = self.confirm(self.proposed())
        letter.action_mark_posted()
        self.kinds()
        letter.sudo().dispatch_ids._set_returned(self.user)
        self.assertEqual(self.kinds(letter), ["letter.returned"])


@tagged("post_install", "-at_install")
class TestNotLeaving(EventCase):
    def test_refused_and_sent_again(self):
        letter = self.confirm(self.proposed(email="bounce@gone.example.com"))
        self.kinds()
        self.empty_outbox(letter)
        failed = self.told(letter)
        self.assertEqual((failed.kind, failed.debtor), ("letter.failed", letter.partner_id.id))
        self.assertEqual(failed.facts["failure"], {"choice": ["dunning.letter", "failure", "refused"]})
        self.assertIn("no such mailbox", self.personal(failed)["reason"])
        self.assertNotIn("gone", str(failed.facts))
        self.kinds()
        letter.partner_id.with_env(self.env).email = "found@debtor.example.com"
        letter.action_retry()
        self.empty_outbox(letter)
        self.assertEqual(self.kinds(letter), ["letter.again", "letter.sent"])

    def test_refused_and_on_paper_instead(self):
        letter = self.confirm(self.proposed(email="bounce@gone.example.com"))
        self.empty_outbox(letter)
        self.kinds()
        letter.action_on_paper()
        letter.action_mark_posted()
        self.assertEqual(self.kinds(letter), ["letter.on_paper", "letter.posted"])

    def test_no_address_is_told_after_the_issue(self):
        run = self.proposed()
        run.letter_ids.partner_id.with_env(self.env).email = "no address"
        self.kinds()
        letter = run.letter_ids
        letter.sudo()._issue()
        self.assertEqual(self.told(letter).mapped("kind"), ["letter.issued", "letter.failed"])
        self.assertEqual(self.told(letter)[1].facts["failure"]["choice"][2], "no_address")

    def test_put_off_by_the_server(self):
        letter = self.confirm(self.proposed())
        self.kinds()
        busy = "(451, b'4.7.1 try again later')"
        letter.sudo().env["dunning.delivery"]._register_refused(letter.sudo(), busy)
        told = self.told(letter)
        self.assertEqual(told.kind, "letter.deferred")
        self.assertIn("try again later", self.personal(told)["answer"])

    def test_bounced(self):
        letter = self.confirm(self.proposed())
        self.empty_outbox(letter)
        self.kinds()
        for _twice in range(2):
            letter.sudo()._message_receive_bounce(letter.email_to, letter.contact_id)
        told = self.told(letter)
        self.assertEqual(told.mapped("kind"), ["letter.bounced"])
        self.assertTrue(told.facts["undone"])
        self.assertEqual(self.personal(told), {"from": "bakkerijjansen@debtor.example.com"})

    def test_paid_meanwhile(self):
        letter = self.confirm(self.proposed())
        self.kinds()
        self.pay(letter.line_ids.move_id.with_env(self.env))
        self.empty_outbox(letter)
        told = self.told(letter, ["letter.cancelled", "letter.sent"])
        self.assertEqual(told.kind, "letter.cancelled")
        self.assertEqual(told.facts["cause"]["choice"][2], "changed")
        self.assertFalse(self.mailbox.messages)

    def test_promised_meanwhile(self):
        letter = self.confirm(self.proposed())
        hold = {"partner_id": letter.partner_id.id, "company_id": self.nl.id, "reason": "He calls back"}
        self.as_user(self.user)["dunning.hold"].create(hold)
        self.kinds()
        self.empty_outbox(letter)
        told = self.told(letter, ["letter.cancelled"])
        self.assertEqual(told.facts["cause"]["choice"][2], "HOLD_UNTIL")
        self.assertIn("On hold", told.with_context(lang="en_US").sentence)
        self.assertNotIn("calls", str(told.facts) + str(self.personal(told)))

    def test_stopped_by_the_rules_and_let_go(self):
        run = self.proposed()
        letter = run.letter_ids.sudo()
        self.env.flush_all()
        # a consumer who is asked costs without a notice before
        self.cr.execute(
            "UPDATE dunning_letter SET debtor_kind = 'consumer', amount_costs = 40 WHERE id = %s", [letter.id]
        )
        letter.invalidate_recordset()
        self.kinds()
        letter._issue()
        stopped = self.told(letter)
        self.assertEqual(stopped.kind, "letter.stopped")
        self.assertEqual(" ".join(stopped.facts["codes"]), letter.refusal_codes)
        self.assertTrue(stopped.facts["codes"])

    def test_override(self):
        letter = self.proposed().letter_ids
        self.kinds()
        self.env["dunning.override"].create(
            [
                {
                    "letter_id": letter.id,
                    "code": code,
                    "sentence": "So it is",
                    "reason": "Piet agreed",
                    "article": "art. 1",
                }
                for code in ("ELEMENTS", "WORDS")
            ]
        )
        told = self.told(letter)
        self.assertEqual(told.mapped("kind"), ["hold.override", "hold.override"])
        self.assertEqual([event.facts["code"] for event in told], ["ELEMENTS", "WORDS"])
        self.assertEqual(self.personal(told[0]), {"reason": "Piet agreed"})
        self.assertEqual(told[0].family, "hold")

    def test_cancelled_left_out_taken_back(self):
        first, second, third = (self.confirm(self.proposed(name=name)) for name in ("Een", "Twee", "Drie"))
        self.kinds()
        first.action_cancel()
        told = self.told(first)
        self.assertEqual((told.kind, told.facts["cause"]["choice"][2]), ("letter.cancelled", "by_hand"))
        second._leave_out("Mevrouw Bos belt", {"date_until": TODAY + timedelta(days=7)})
        told = self.told(second).filtered(lambda event: event.kind != "hold.set")
        self.assertEqual((told.kind, told.author_id), ("letter.left_out", self.user))
        self.assertEqual(told.facts["until"], {"date": "2026-11-23"})
        self.assertEqual(self.personal(told), {"reason": "Mevrouw Bos belt"})
        self.empty_outbox(third)
        self.kinds()
        back = self.as_user(self.manager, third).sudo()
        back.env["dunning.withdrawal"]._withdraw(back, "wrong invoice", self.manager)
        told = self.told(third)
        self.assertEqual((told.kind, told.author_id), ("letter.taken_back", self.manager))
        self.assertEqual(self.personal(told), {"reason": "wrong invoice"})

    def test_a_draft_of_a_run_is_dropped_in_silence_unless_by_a_person(self):
        run = self.proposed()
        self.pay(run.letter_ids.line_ids.move_id.with_env(self.env))
        run.action_propose()
        run.action_cancel()
        self.assertEqual(set(self.told().mapped("kind")) & {"letter.cancelled", "letter.discarded"}, set())
        self.assertEqual(self.kinds()[-1], "letter.run_cancelled")
        self.back_in_time()
        draft = self.proposed(name="Ander").letter_ids
        draft.action_cancel()
        self.assertEqual(self.kinds(draft), ["letter.cancelled"])

    def test_undone_run(self):
        run = self.proposed()
        letter = self.confirm(run)
        self.kinds()
        run.action_undo()
        self.assertEqual(self.told(letter).facts["cause"]["choice"][2], "undone")


@tagged("post_install", "-at_install")
class TestByHandAndAfterwards(EventCase):
    def by_hand(self):
        partner = self.debtor()
        move = self.invoice(partner, 500, due=25)
        self.run_for(partners=partner).action_cancel()
        case = self.env["dunning.case"].search([("partner_id", "=", partner.id), ("company_id", "=", self.nl.id)])
        wizard = self.as_user(self.user)["dunning.letter.wizard"].with_context(default_case_id=case.id)
        self.kinds()
        action = wizard.create({"level_id": self.env.ref(LEVEL).id, "move_ids": [Command.set(move.ids)]}).action_write()
        return self.as_user(self.user)["dunning.letter"].browse(action["res_id"])

    def test_by_hand(self):
        letter = self.by_hand()
        drafted = self.told(letter)
        self.assertEqual((drafted.kind, drafted.author_id), ("letter.drafted", self.user))
        self.assertEqual(drafted.facts["total"], {"amount": "500.00", "currency": "EUR"})
        self.kinds()
        letter.sudo().write({"user_id": self.manager.id, "email_to": False})
        edited = self.told(letter)
        self.assertEqual(
            (edited.kind, edited.facts["fields"]), ("letter.edited", [{"field": ["dunning.letter", "user_id"]}])
        )
        self.assertIn("Signed by", edited.with_context(lang="en_US").sentence)
        self.kinds()
        letter.action_issue()
        self.assertEqual(self.kinds(letter), ["letter.issued"])
        self.empty_outbox(letter)
        self.assertEqual(self.kinds(letter), ["letter.sent"])

    def test_by_hand_and_thrown_away(self):
        letter = self.by_hand()
        self.kinds()
        id_, debtor = letter.id, letter.partner_id.id
        letter.sudo()._discard()
        told = self.told()
        self.assertEqual((told.kind, told.letter, told.debtor), ("letter.discarded", id_, debtor))
        self.assertTrue(told.claim_ids)

    def test_opened_once_an_hour(self):
        letter = self.confirm(self.proposed())
        self.empty_outbox(letter)
        self.kinds()
        for _twice in range(2):
            letter.sudo()._register_opening("192.0.2.77", "Firefox of Jansen")
        told = self.told(letter, ["letter.opened"])
        self.assertEqual(len(told), 1)
        self.assertEqual(self.personal(told), {"network": "192.0.2.0/24", "browser": "Firefox of Jansen"})
        self.assertNotIn("192", str(told.facts))

    def test_replies(self):
        letter = self.confirm(self.proposed())
        self.empty_outbox(letter)
        self.kinds()
        mail = {"email_from": "Jan <jan@debtor.example.com>", "subject": "Re: herinnering", "body": "<p>Ik betaal</p>"}
        reply = letter.sudo().env["dunning.reply"]._receive(letter.sudo().case_id, mail, letter.sudo())
        received = self.told(letter)
        self.assertEqual((received.kind, received.claim_ids.ids), ("answer.received", letter.line_ids.claim_id.ids))
        said = {"subject": "Re: herinnering", "from": "Jan <jan@debtor.example.com>", "begins": "Ik betaal"}
        self.assertEqual(self.personal(received), said)
        self.kinds()
        for _twice in range(2):
            self.as_user(self.user, reply).action_handled()
        handled = self.told(letter)
        self.assertEqual((handled.kind, handled.author_id), ("answer.handled", self.user))

    def test_what_goes_along(self):
        level = self.env.ref(LEVEL)
        level.channel_ids = [Command.create({"channel": channel}) for channel in ("whatsapp", "print")]
        letter = self.confirm(self.proposed(phone="+31 6 12345678"))
        self.empty_outbox(letter)
        told = self.told(letter, ["letter.companion"])
        states = sorted((event.facts["channel"]["choice"][2], event.facts["state"]["choice"][2]) for event in told)
        self.assertEqual(states, [("print", "queued"), ("whatsapp", "queued")])
        number = next(self.personal(event)["to"] for event in told if event.facts["channel"]["choice"][2] == "whatsapp")
        self.assertEqual(number, "31612345678")
        self.kinds()
        letter.action_mark_posted()
        told = self.told(letter, ["letter.companion", "letter.posted"])
        self.assertEqual((told.kind, told.facts["state"]["choice"][2]), ("letter.companion", "posted"))

    def test_readdressed(self):
        letter = self.confirm(self.proposed())
        new = self.debtor("Groot Concern")
        self.kinds()
        letter.sudo().env["dunning.readdressing"]._take_back(letter.sudo(), {letter: [new.id]})
        told = self.told(letter)
        self.assertEqual((told.kind, told.facts["debtors"]), ("letter.readdressed", new.ids))
        self.assertEqual(self.personal(told)["new"], "Groot Concern")

    def test_issuing_many_tells_in_as_many_queries(self):
        counts = []
        for number in (2, 2, 12):
            partners = self.env["res.partner"].union(*(self.debtor(f"{number} of {i}") for i in range(number)))
            self.invoices(partners, 500, due=5)
            letters = self.confirm(self.run_for(partners=partners)).sudo()
            self.assertEqual(len(letters), number)
            with self.counted() as count:
                letters._telling()._tell(letters._telling()._issued_rows(letters))
            counts += count
            self.back_in_time()
        self.assertEqual(counts[1], counts[2])

    def test_words_of_every_kind(self):
        """Each sentence is made of facts that its kind may lack."""
        events = self.env["dunning.event"]
        letter = self.confirm(self.proposed())
        self.empty_outbox(letter)
        for lang in ("en_US", "nl_NL", "fr_FR"):
            for event in events.with_context(lang=lang).search([("letter", "=", letter.id)]):
                self.assertNotIn("…", event.sentence)
