"""Letters about agreements that were missed: asked once, before anything else follows, and proven as other letters."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...common import TODAY, day
from .agreement_case import AgreementCase


class AgreementLetterCase(AgreementCase):
    """The firm asks about a broken promise and reminds of an instalment, with five days to answer, by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nl.write({"dunning_promise_asks": True, "dunning_instalment_reminds": True, "dunning_automatic": True})
        cls.letters = cls.env["dunning.agreement.letter"]

    def promise(self, moves=None, ahead=3, **vals):
        return self.note("dunning.promise", self.move if moves is None else moves, date=day(-ahead), **vals)

    def plan(self, moves=None, instalments=((3, 50), (10, 30), (17, 20)), agree=True, **vals):
        lines = [Command.create({"date": day(-ahead), "amount": amount}) for ahead, amount in instalments]
        plan = self.note("dunning.payment.plan", self.move if moves is None else moves, instalment_ids=lines, **vals)
        if agree:
            plan.action_agree()
        return plan

    def settle(self):
        self.env["dunning.case"]._settle_agreements(self.nl)
        self.env.invalidate_all()

    def letter_of(self, agreement):
        return agreement.sudo().letter_ids

    def mailed(self, letters):
        """Empty the outbox for these letters: what the mail server got."""
        got = []

        def take(server, message, *args, **kwargs):
            got.append(message)
            return message["Message-Id"]

        server = self.registry["ir.mail_server"]
        with (
            patch.object(server, "_connect__", lambda *_args, **_options: None),
            patch.object(server, "_disable_send", lambda _server: False),
            patch.object(server, "send_email", take),
        ):
            letters.mail_id.sudo().filtered(lambda mail: mail.state == "outgoing").send()
        self.env.flush_all()
        return got

    def answer(self, move=None):
        self.run_for().action_cancel()
        return self.code(move or self.move)


@tagged("post_install", "-at_install")
class TestPromiseAsked(AgreementLetterCase):
    def test_asked_before_the_steps_go_on(self):
        """Promised for day 3, two days of grace, five to answer; the letter is sent on day 6."""
        promise = self.promise()
        for days, code, letters in (
            (5, "PROMISE", 0),
            (6, "PROMISE_ASKED", 1),
            (11, "PROMISE_ASKED", 1),
            (12, "LETTER", 1),
        ):
            with self.subTest(days), self.at(days):
                self.settle()
                self.assertEqual(len(self.letter_of(promise)), letters)
                self.mailed(self.letter_of(promise).filtered(lambda letter: letter.state == "waiting"))
                self.assertEqual((self.answer(), promise.state), (code, "open" if days < 6 else "broken"))
        letter = self.letter_of(promise)
        self.assertEqual((letter.state, letter.sent_on, letter.deadline), ("sent", day(-6), day(-11)))
        self.assertEqual((letter.amount, letter.email_to.count(self.partner.email)), (100, 1))

    def test_a_run_before_the_daily_job_does_not_threaten_either(self):
        self.promise()
        for days, code in ((6, "PROMISE_ASKED"), (11, "PROMISE_ASKED"), (12, "LETTER")):
            with self.subTest(days), self.at(days):
                self.assertEqual(self.answer(), code)

    def test_once_and_only_of_what_is_missing(self):
        promise = self.promise()
        self.pay(self.move, 40)
        with self.at(6):
            self.settle()
            self.settle()
            letter = self.letter_of(promise)
            self.assertEqual((len(letter), letter.amount, letter.state), (1, 60, "waiting"))
            self.assertIn("60.00", letter.body)
            [mail] = self.mailed(letter)
            self.assertIn("your payment that was to come", mail["Subject"])
        with self.at(7):
            self.settle()
            self.assertEqual(len(self.letter_of(promise)), 1)

    def test_kept_late_stops_the_letter_that_waits(self):
        promise = self.promise()
        with self.at(6):
            self.settle()
            letter = self.letter_of(promise)
            self.pay(self.move)
            self.assertEqual(self.mailed(letter), [])
            self.assertEqual((letter.state, letter.mail_id.state), ("cancelled", "cancel"))

    def test_a_part_that_came_in_meanwhile_is_not_asked(self):
        promise = self.promise()
        with self.at(6):
            self.settle()
            letter = self.letter_of(promise)
            self.pay(self.move, 30)
            self.assertEqual(self.mailed(letter), [])
            self.assertEqual((letter.state, letter.amount), ("waiting", 70))
            self.assertEqual(len(self.mailed(letter)), 1)
            self.assertEqual(letter.state, "sent")

    def test_what_stands_in_the_way_of_any_letter(self):
        """A hold, a dispute of all of it, a reply to handle, a receipt that is not booked, a credit that covers it."""
        hold = {"partner_id": self.partner.id, "company_id": self.nl.id, "reason": "Ill", "date_until": day(-20)}
        for name, act in (
            ("hold", lambda: self.env["dunning.hold"].create(hold)),
            ("dispute", lambda: self.note("dunning.dispute", self.move, reason="price")),
            ("credit", lambda: self.credit(self.partner, 300)),
            ("switched off", lambda: self.nl.write({"dunning_promise_asks": False})),
            ("testing", lambda: self.nl.write({"dunning_mode": "test"})),
            ("off", lambda: self.nl.write({"dunning_mode": "off"})),
        ):
            with self.undone(name):
                promise = self.promise()
                act()
                with self.at(6):
                    self.settle()
                    self.assertEqual((promise.state, len(self.letter_of(promise))), ("broken", 0))
        with self.undone("hold that ends"):
            promise = self.promise()
            self.env["dunning.hold"].create(hold | {"date_until": day(-7)})
            for days, count in ((7, 0), (8, 1)):
                with self.at(days):
                    self.settle()
                    self.assertEqual(len(self.letter_of(promise)), count)

    def test_by_hand_it_waits_for_somebody(self):
        self.nl.dunning_automatic = False
        promise = self.promise()
        with self.at(6):
            self.settle()
            letter = self.letter_of(promise)
            self.assertEqual((letter.state, self.answer()), ("draft", "PROMISE_ASKED"))
            self.assertIn("waits to be sent", " ".join(self.case.activity_ids.mapped("summary")))
            mine = self.as_user(self.user, letter)
            with self.refused("", AccessError):
                mine.write({"amount": 1})
            with self.refused("", AccessError):
                self.as_user(self.biller, letter).action_send()
            mine.action_send()
            self.assertEqual((letter.state, letter.email_to.count("@"), bool(letter.pdf_sha256)), ("waiting", 1, True))
            with self.refused("on its way already"):
                mine.action_send()
        with self.undone("or it is not sent"), self.at(6):
            with self.telling_of("agreement.letter_cancelled"):
                self.as_user(self.user, letter).action_cancel()
            self.assertEqual(letter.mail_id.state, "cancel")
            self.assertEqual((letter.state, self.answer()), ("cancelled", "LETTER"))
            self.settle()
            self.assertEqual(len(self.letter_of(promise)), 1)

    def test_proof_of_a_mail(self):
        promise = self.promise()
        with self.at(6):
            self.settle()
            letter = self.letter_of(promise)
            with self.telling_of("agreement.letter_sent") as told:
                self.mailed(letter)
            self.assertTrue(letter.message_id)
            self.assertEqual(told.debtor, self.partner.id)
            self.assertIn(letter.pdf_sha256, told.sentence)
            self.assertIn("data:image/png", letter.paper_body, "on paper a code that pays what is missing")
            self.assertNotIn("data:image/png", letter.body, "mail programs show none")
            letter.mail_id.sudo().write({"state": "exception", "failure_reason": "550"})
            with self.refused("stays on record"):
                self.as_user(self.manager, letter).action_cancel()
            with self.refused("stays on record"):
                self.as_user(self.manager, promise).unlink()

    def test_refused_by_the_mail_server(self):
        promise = self.promise()
        with self.at(6):
            self.settle()
            letter = self.letter_of(promise)
            letter.mail_id.sudo().write({"state": "exception", "failure_reason": "550 unknown"})
            with self.telling_of("agreement.letter_failed"):
                letter.mail_id.sudo()._postprocess_sent_message([], [], failure_reason="550 unknown")
            self.assertEqual((letter.state, letter.error), ("failed", "550 unknown"))
            self.assertEqual(self.answer(), "LETTER")

    def test_on_paper_without_an_address_for_mail(self):
        self.partner.email = False
        promise = self.promise()
        with self.at(6):
            self.settle()
            letter = self.letter_of(promise)
            self.assertEqual((letter.state, letter.mail_id.ids), ("to_post", []))
            with self.telling_of("agreement.letter_sent"):
                self.as_user(self.user, letter).action_posted()
            self.assertEqual((letter.state, letter.sent_on), ("sent", day(-6)))

    def telling_of(self, kind):
        case = self

        class Told:
            def __enter__(self):
                self.before = case.env["dunning.event"].search([], order="id desc", limit=1).id
                return self

            def __exit__(self, *error):
                if error[0]:
                    return
                [found] = case.env["dunning.event"].search([("id", ">", self.before), ("kind", "=", kind)])
                self.debtor, self.sentence = found.debtor, found.with_context(lang="en_US").sentence

        return Told()

    def test_two_companies(self):
        other = self._company("be")
        self.assertFalse(other.dunning_promise_asks and self.letters.search([("company_id", "=", other.id)]))
        promise = self.promise()
        with self.at(6):
            self.env["dunning.case"]._settle_agreements(other)
            self.assertFalse(self.letter_of(promise))


@tagged("post_install", "-at_install")
class TestInstalmentMissed(AgreementLetterCase):
    def test_the_rest_is_due_after_the_reminder(self):
        """Instalment of day 3, two days of grace, reminder on day 6, to be paid by day 11, two days of grace."""
        plan = self.plan()
        self.pay(self.move, 20)
        for days, code, state, letters in (
            (5, "PLAN", "active", 0),
            (6, "INSTALMENT_ASKED", "active", 1),
            (13, "INSTALMENT_ASKED", "active", 1),
            (14, "LETTER", "broken", 1),
        ):
            with self.subTest(days), self.at(days):
                self.settle()
                letter = self.letter_of(plan).filtered(lambda one: one.instalment_on == day(-3))
                self.assertEqual(len(letter), letters)
                self.mailed(letter.filtered(lambda one: one.state == "waiting"))
                self.assertEqual((self.answer(), plan.state), (code, state))
        self.assertEqual((letter.amount, letter.deadline, letter.state), (30, day(-11), "sent"))
        self.assertIn("whole rest of", letter.body)
        self.assertIn("80.00", letter.body)

    def test_paid_after_the_reminder_the_plan_goes_on(self):
        plan = self.plan()
        with self.at(6):
            self.settle()
            self.mailed(self.letter_of(plan))
        with self.at(11):
            self.pay(self.move, 50)
            self.settle()
            self.assertEqual((plan.state, self.answer()), ("active", "PLAN"))

    def test_the_plan_goes_on_where_that_was_agreed(self):
        """Instalments of day 3, 10 and 17: each is reminded of, and the ladder waits for the last one."""
        plan = self.plan(on_missed="goes_on")
        states = []
        for days in (6, 13, 14, 20, 27, 28):
            with self.at(days):
                self.settle()
                self.mailed(self.letter_of(plan).filtered(lambda one: one.state == "waiting"))
                states.append((days, plan.state, self.answer(), len(self.letter_of(plan))))
        self.assertEqual(
            states,
            [
                (6, "active", "INSTALMENT_ASKED", 1),
                (13, "active", "INSTALMENT_ASKED", 2),
                (14, "active", "INSTALMENT_ASKED", 2),
                (20, "active", "INSTALMENT_ASKED", 3),
                (27, "active", "INSTALMENT_ASKED", 3),
                (28, "broken", "LETTER", 3),
            ],
        )
        self.assertEqual(sorted(self.letter_of(plan).mapped("amount")), [50, 80, 100])
        self.assertIn("The plan goes on", self.letter_of(plan)[0].body)
        told = self.case.activity_ids.mapped("summary")
        self.assertEqual((told.count("Instalment still missing"), told.count("Payment plan broken")), (2, 1))

    def test_without_reminders_it_ends_after_the_grace(self):
        self.nl.dunning_instalment_reminds = False
        for choice, days in (("rest_due", 6), ("goes_on", 20)):
            with self.undone(choice):
                plan = self.plan(on_missed=choice)
                for ahead, state in ((days - 1, "active"), (days, "broken")):
                    with self.at(ahead):
                        self.settle()
                        self.assertEqual((plan.state, len(self.letter_of(plan))), (state, 0))

    def test_un_reconciled_credited_and_reversed(self):
        plan = self.plan(instalments=((3, 100),))
        self.pay(self.move)
        with self.at(4):
            self.move.line_ids.remove_move_reconcile()
        with self.undone("un-reconciled, the money is not in the books of the invoice any more"), self.at(6):
            self.settle()
            self.assertEqual(plan.state, "active")
            self.assertEqual(self.letter_of(plan).mapped("amount"), [])  # the money lies open: nothing is asked
        with self.undone("credited"), self.at(4):
            refund = self.move._reverse_moves([{"invoice_date": day(-4), "date": day(-4)}], cancel=True)
            self.assertEqual(refund.state, "posted")
            self.settle()
            self.assertEqual(plan.state, "kept")

    def test_a_plan_that_was_changed_is_reminded_of_anew(self):
        self.nl.dunning_quiet_mail = 0  # days in which nothing follows the mail with the reminder
        plan = self.plan()
        with self.at(6):
            self.settle()
            self.mailed(self.letter_of(plan))
            plan.action_draft()
            self.assertEqual(self.answer(), "LETTER")
            plan.instalment_ids[0].date = day(-8)
            plan.agreed_on = day(-6)
            plan.action_agree()
            self.assertEqual(self.answer(), "PLAN")
        with self.at(11):
            self.settle()
            self.assertEqual(len(self.letter_of(plan)), 2)


@tagged("post_install", "-at_install")
class TestPlanBounds(AgreementCase):
    def plan(self, moves=None, instalments=((3, 100),), agree=True, **vals):
        lines = [Command.create({"date": day(-ahead), "amount": amount}) for ahead, amount in instalments]
        plan = self.note("dunning.payment.plan", moves, instalment_ids=lines, **vals)
        return plan.action_agree() and plan if agree else plan

    def test_a_claim_is_in_one_plan(self):
        first = self.plan(self.move)
        for moves, amount in ((self.move, 100), (self.move + self.second, 300), (None, 300)):
            with self.refused("in another payment plan already"):
                self.plan(moves, instalments=((3, amount),), amount=amount)
        self.plan(self.second, instalments=((3, 200),))
        first.action_cancel()
        self.plan(self.move)

    def test_one_about_everything_and_a_later_invoice(self):
        self.plan(None, instalments=((3, 300),))
        with self.refused("in another payment plan already"):
            self.plan(self.move)
        later = self.invoice(self.partner, 50, due=-20)
        self.assertEqual(later.invoice_date, day(-6))
        self.plan(later, instalments=((30, 50),), amount=50)

    def test_two_drafts_at_once(self):
        plans = self.plan(self.move, agree=False) + self.plan(self.move, agree=False)
        with self.refused("in another payment plan already"):
            plans.action_agree()

    def test_nothing_beyond_what_is_owed(self):
        for amount in (100.01, 115):
            with self.refused("no more than €100.00 is owed"):
                self.plan(self.move, instalments=((3, amount),), amount=amount)
        self.plan(self.move, instalments=((3, 100),), amount=100)
        self.pay(self.second, 150)
        with self.refused("no more than"):
            self.plan(self.second, instalments=((3, 200.01),), amount=200.01)

    def test_agreed_on_a_day_to_come(self):
        with self.refused("Nobody can have agreed on"):
            self.plan(self.move, agreed_on=day(-1), instalments=((3, 100),))
        self.plan(self.move, agreed_on=TODAY)

    def test_of_another_debtor_or_company(self):
        other = self.invoice(self.debtor("Other"), 10)
        with self.refused("is not an invoice to"):
            self.plan(other, agree=False)

    def test_dividing(self):
        def divided(**vals):
            plan = self.plan(self.move, instalments=(), agree=False, first_date=day(-1), **vals)
            plan.action_make_instalments()
            total = sum(map(plan._exact, plan.instalment_ids.mapped("amount")))
            self.assertEqual(total, plan._exact(plan.amount))
            return [(part.date, part.amount) for part in plan.instalment_ids]

        week = timedelta(weeks=1)
        self.assertEqual(
            divided(division="amount", instalment_amount=30, interval="week"),
            [(day(-1) + week * n, amount) for n, amount in enumerate((30, 30, 30, 10))],
        )
        self.assertEqual(divided(division="amount", instalment_amount=100), [(day(-1), 100)])
        self.assertEqual(divided(division="amount", instalment_amount=100.01), [(day(-1), 100)])
        self.assertEqual(len(divided(division="amount", instalment_amount=50)), 2)
        for last, count in ((day(-14), 1), (day(-15), 2), (day(-16), 2)):
            self.assertEqual(len(divided(division="until", last_date=last, interval="fortnight")), count)
        for message, vals in (
            ("amount of each", {"division": "amount"}),
            ("amount of each", {"division": "amount", "instalment_amount": -5}),
            ("more than 120", {"division": "amount", "instalment_amount": 0.5}),
            ("not before the first", {"division": "until"}),
            ("not before the first", {"division": "until", "last_date": TODAY}),
            ("more than 120", {"division": "until", "last_date": day(-5000)}),
        ):
            with self.refused(message):
                divided(**vals)


@tagged("post_install", "-at_install")
class TestExpectedPayments(AgreementLetterCase):
    with_belgium = True

    def test_promises_and_instalments_by_week(self):
        promise, plan = self.promise(), self.plan(self.second, instalments=((3, 120), (10, 80)))
        self.plan(self.invoice(self.partner, 10), instalments=((3, 10),), agree=False)
        self.pay(self.second, 50)
        self.pay(self.move, 30)
        model = self.as_user(self.user)["dunning.expected.payment"]
        found = model.search([("partner_id", "=", self.partner.id)])
        self.assertEqual(
            sorted((one.kind, one.date, one.amount, one.open_amount, one.state) for one in found),
            [
                ("instalment", day(-3), 120, 70, "open"),
                ("instalment", day(-10), 80, 80, "open"),
                ("promise", day(-3), 100, 70, "open"),
            ],
        )
        groups = model.web_read_group([("partner_id", "=", self.partner.id)], ["date:week"], ["amount:sum"])["groups"]
        self.assertEqual([group["amount:sum"] for group in groups], [220, 80])
        for view in ("calendar", "list", "form", "search"):
            model.get_view(view_type=view)
        for one in found:
            self.assertEqual(one.action_open()["res_id"], (promise if one.kind == "promise" else plan).id)
        promise.action_cancel()
        self.assertFalse(model.search([("partner_id", "=", self.partner.id), ("kind", "=", "promise")]))

    def test_of_the_own_company_only(self):
        self.promise()
        self.assertFalse(self.as_user(self.be_user)["dunning.expected.payment"].search([]))
        with self.refused("", AccessError):
            self.as_user(self.biller)["dunning.expected.payment"].search([])

    def test_as_many_queries_for_many(self):
        counts = []
        for number in (2, 20):
            for _n in range(number):
                self.promise(self.invoice(self.partner, 10))
            model = self.as_user(self.user)["dunning.expected.payment"]
            with self.counted() as count:
                model.search([]).mapped("open_amount")
            counts.append(count[0])
        self.assertLessEqual(counts[1], counts[0] + 2)
