"""The gate on every path: nothing leaves that the law or the order of the steps stops; an override leaves a trace."""

import re
from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.cremann_dunning.engine import gate
from odoo.addons.cremann_dunning.models.run.dunning_gate import SENTENCES

from ...common import TODAY, DunningCase


class GateCase(DunningCase):
    without_pdf = True

    def regime(self, name):
        return self.env.ref(f"cremann_dunning.dunning_regime_{name}")

    def forbid(self, channel="email", regime="nl_business", legal_type="reminder"):
        """Data only: from now on this regime does not let letters of this type go by this channel."""
        vals = {"regime_id": self.regime(regime).id, "legal_type": legal_type, f"by_{channel}": False}
        return self.env["dunning.regime.requirement"].create(vals)

    def proposed(self, partner, date=None):
        run = self.run_for(partners=partner, date=date)
        return run, run.letter_ids.with_env(self.env)

    def issued(self, partner, date=None):
        run, letter = self.proposed(partner, date)
        self.confirm(run)
        return letter

    def add_level(self, kind="nl_consumer", **vals):
        """Another last step of a shipped procedure, that asks costs and interest."""
        procedure = self.env.ref(f"cremann_dunning.dunning_procedure_{kind}")
        procedure.level_ids.filtered(lambda level: level.legal_type == "final_notice").active = False
        text = self.env.ref("cremann_dunning.mail_template_notice_of_default")
        defaults = {
            "procedure_id": procedure.id,
            "name": "Final notice",
            "sequence": 90,
            "legal_type": "final_notice",
            "delay_days": 1,
            "costs": "charge",
            "charge_interest": True,
            "template_id": text.id,
        }
        return self.env["dunning.level"].create(defaults | vals)

    def override(self, letter, reason="The debtor wrote that he will not pay", user=None):
        user = user or self.manager
        wizard = self.as_user(user)["dunning.override.wizard"].create({"letter_id": letter.id, "reason": reason})
        return wizard.action_override()

    def write_by_hand(self, partner, level, user=None):
        """A draft of a level that a person chooses, over everything that is overdue."""
        case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
        user = user or self.user
        wizard = self.as_user(user)["dunning.letter.wizard"].create({"case_id": case.id, "level_id": level.id})
        action = wizard.action_write()
        return self.env["dunning.letter"].browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestPaths(GateCase):
    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.move = self.invoice(self.partner, 1000, due=5)

    def assert_stopped(self, letter, code="CHANNEL"):
        self.env.invalidate_all()
        self.assertEqual((letter.state, letter.refusal_codes), ("failed", code))
        self.assertTrue(letter.error)
        self.assertFalse(letter.sent_on)
        self.assertFalse(self.move.dunning_level_id)
        self.assertNotEqual(letter.mail_id.state, "outgoing")

    def test_every_refusal_has_a_sentence(self):
        self.assertEqual(set(SENTENCES), set(gate.CODES))

    def test_run(self):
        self.forbid()
        _run, letter = self.proposed(self.partner)
        self.assertFalse(letter)
        self.assertEqual(self.code(self.move), "REFUSED")
        self.assertIn("do not allow this letter by this channel", self.why(self.move))
        self.assertIn("art. 6:96", self.why(self.move))

    def test_confirm(self):
        run, letter = self.proposed(self.partner)
        self.forbid()
        run.action_confirm()
        self.assert_stopped(letter)
        self.assertIn("art. 6:96", letter.error)
        self.assertIn("Letter not delivered", letter.activity_ids.summary)

    def test_daily_job(self):
        self.forbid()
        self.nl.dunning_automatic = True
        self.env["dunning.run"]._cron_run()
        self.assertFalse(self.env["dunning.letter"].search([("partner_id", "=", self.partner.id)]))
        self.assertEqual(self.code(self.move), "REFUSED")

    def test_outbox(self):
        letter = self.issued(self.partner)
        self.assertEqual(letter.mail_id.state, "outgoing")
        self.forbid()
        self.assertFalse(self.send_outbox(letter))
        self.assert_stopped(letter)

    def test_send_now(self):
        letter = self.issued(self.partner)
        self.forbid()
        self.as_user(self.user, letter).action_send_now()
        self.assert_stopped(letter)

    def test_retry(self):
        run, letter = self.proposed(self.partner)
        forbidden = self.forbid()
        run.action_confirm()
        self.as_user(self.user, letter).action_retry()
        self.assert_stopped(letter)
        forbidden.unlink()
        self.as_user(self.user, letter).action_retry()
        self.assertEqual((letter.state, letter.refusal_codes), ("issued", False))
        self.assertEqual(len(self.send_outbox(letter)), 1)
        self.assertEqual(letter.state, "sent")

    def test_retry_of_a_letter_with_its_pdf(self):
        letter = self.issued(self.partner)
        letter._register_failure("the mail server is down")
        self.forbid()
        self.as_user(self.user, letter).action_retry()
        self.assert_stopped(letter)

    def test_posting(self):
        self.partner.email = False
        letter = self.issued(self.partner)
        self.assertEqual(letter.channel, "print")
        self.forbid("print")
        self.as_user(self.user, letter).action_mark_posted()
        self.assert_stopped(letter)

    def test_on_paper_after_a_failure(self):
        letter = self.issued(self.partner)
        letter._register_failure("no such mailbox")
        self.forbid("email")
        with self.assertRaises(UserError):
            self.as_user(self.user, letter).action_on_paper()

    def test_server_action(self):
        run, letter = self.proposed(self.partner)
        self.forbid()
        action = self.env["ir.actions.server"].create(
            {
                "name": "Confirm",
                "model_id": self.env["ir.model"]._get_id("dunning.run"),
                "state": "code",
                "code": "records.action_confirm()",
            }
        )
        action.with_context(active_model="dunning.run", active_ids=run.ids, active_id=run.id).run()
        self.assert_stopped(letter)

    def test_by_hand(self):
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        letter = self.write_by_hand(self.partner, level)
        self.assertEqual((letter.state, letter.run_id.id, letter.refusal), ("draft", False, False))
        self.forbid()
        self.as_user(self.user, letter).action_issue()
        self.assert_stopped(letter)

    def test_portal(self):
        """A debtor with a login reaches no letter before it has left, and no PDF: no way leads round the gate there."""
        letter = self.issued(self.partner)
        self.partner.email = "portal@example.com"
        portal = new_test_user(self.env, "portal_debtor", groups="base.group_portal", partner_id=self.partner.id)
        for model in ("dunning.letter.line", "dunning.case", "dunning.decision", "dunning.override"):
            self.assertFalse(self.env[model].with_user(portal).has_access("read"))
        self.assertFalse(self.env["dunning.letter"].with_user(portal).search([]))
        with self.assertRaises(AccessError):
            letter.with_user(portal).read(["name"])
        files = self.env["ir.attachment"].search([("res_model", "=", "dunning.letter"), ("res_id", "=", letter.id)])
        self.assertTrue(files)
        with self.assertRaises(AccessError):
            files.with_user(portal).mapped("datas")

    def test_a_mail_that_left_before_the_rule_changed_is_sent(self):
        letter = self.issued(self.partner)
        self.send_outbox(letter)
        self.forbid()
        self.assertEqual((letter.state, letter.refusal), ("sent", False))

    def test_composer(self):
        """A letter that did not go out reaches nobody by a template, the composer, the chatter or a server action."""
        _run, letter = self.proposed(self.partner)
        text = self.env.ref("cremann_dunning.mail_template_reminder")
        with self.assertRaisesRegex(UserError, "did not go out"), self.cr.savepoint():
            text.send_mail(letter.id, email_values={"email_to": "debtor@example.com"})
        with self.assertRaisesRegex(UserError, "did not go out"), self.cr.savepoint():
            text.send_mail(letter.id, email_values={"recipient_ids": [Command.link(self.partner.id)]})
        composer = self.env["mail.compose.message"].create(
            {
                "model": "dunning.letter",
                "res_ids": str(letter.ids),
                "composition_mode": "comment",
                "partner_ids": self.partner.ids,
                "subject": "Pay",
                "body": "Now",
            }
        )
        with self.assertRaisesRegex(UserError, "did not go out"), self.cr.savepoint():
            composer.action_send_mail()
        with self.assertRaisesRegex(UserError, "did not go out"), self.cr.savepoint():
            letter.message_post(body="Pay", partner_ids=self.partner.ids, subtype_xmlid="mail.mt_comment")

    def test_colleagues_may_write_about_a_draft(self):
        _run, letter = self.proposed(self.partner)
        self.manager.notification_type = "email"
        letter.message_post(body="Look", partner_ids=self.manager.partner_id.ids, subtype_xmlid="mail.mt_comment")
        values = {"email_to": self.manager.email, "subject": "Look", "model": "dunning.letter", "res_id": letter.id}
        self.assertTrue(self.env["mail.mail"].create(values))

    def test_letter_that_was_sent_may_be_talked_about(self):
        letter = self.issued(self.partner)
        self.send_outbox(letter)
        letter.message_post(body="Thank you", partner_ids=self.partner.ids, subtype_xmlid="mail.mt_comment")


@tagged("post_install", "-at_install")
class TestElements(GateCase):
    def test_text_without_an_element(self):
        partner = self.debtor("Mrs White", kind="consumer")
        move = self.invoice(partner, 1000, due=1)
        text = self.env.ref("cremann_dunning.mail_template_nl_14_days")
        whole = text.body_html
        for days in (0, 8):
            with self.at(days) as today:
                self.send_level(partners=partner, date=today)
        text.body_html = whole.replace("fourteen days from the day after you received", "fourteen days from today,")
        with self.at(16) as today:
            letter = self.issued(partner, today)
            self.assertEqual((letter.state, letter.refusal_codes), ("failed", "ELEMENT_MISSING ELEMENT_FORBIDDEN"))
            self.assertIn("Fourteen days from the day after receipt", letter.error)
            self.assertIn("A term that starts too early", letter.error)
            self.assertIn("HR 25-11-2016", letter.error)
            # a notice that would be void is no decision of a manager
            self.assertTrue(letter.refusal_is_final)
            with self.assertRaisesRegex(UserError, "Nobody may override"):
                self.override(letter)
            text.body_html = whole
            self.as_user(self.user, letter).action_retry()
            self.send_outbox(letter)
        self.assertEqual((letter.state, self.code(move)), ("sent", "PERIOD_RUNNING"))

    def test_shipped_texts_hold_everything(self):
        """Each shipped text passes with its own figures, to a business and to a consumer, by mail and on paper."""
        for kind in ("business", "consumer"):
            for email in ("debtor@example.com", False):
                partner = self.debtor(f"{kind} {email}", kind=kind, email=email)
                self.invoice(partner, 710, due=1)
                self.invoice(partner, 500, due=1)
                self.back_in_time()
                for days in (0, 8, 21) if email else (0, 11, 28):
                    with self.subTest(kind=kind, email=email, days=days), self.at(days) as today:
                        letter = self.send_level(partners=partner, date=today)
                        self.assertEqual(letter.mapped("state"), ["sent"])

    def test_manager_may_let_a_business_letter_go_without_an_element(self):
        partner = self.debtor()
        self.invoice(partner, 1000, due=1)
        for days in (0, 8):
            with self.at(days) as today:
                self.send_level(partners=partner, date=today)
        text = self.env.ref("cremann_dunning.mail_template_notice_of_default")
        text.body_html = text.body_html.replace('<t t-out="object.amounts_html"/>', "")
        text.body_html = text.body_html.replace('<t t-out="object.amounts_html"></t>', "")
        with self.at(16) as today:
            letter = self.issued(partner, today)
            self.assertEqual((letter.state, letter.refusal_codes), ("failed", "ELEMENT_MISSING"))
            self.assertIn("Exact amount of the costs", letter.error)
            self.override(letter)
            self.assertEqual(letter.state, "issued")
            self.assertEqual(len(self.send_outbox(letter)), 1)
        self.assertEqual(letter.state, "sent")


@tagged("post_install", "-at_install")
class TestOverride(GateCase):
    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.move = self.invoice(self.partner, 1000, due=5)
        self.level = self.env.ref("cremann_dunning.dunning_level_nl_business_3")
        self.letter = self.write_by_hand(self.partner, self.level)

    def test_a_step_too_far_waits_for_a_manager(self):
        letter = self.letter
        self.assertIn(self.move.name, letter.refusal)
        self.assertIn("did not have the step before this one", letter.refusal)
        self.assertFalse(letter.refusal_is_final)
        self.as_user(self.user, letter).action_issue()
        self.assertEqual((letter.state, letter.refusal_codes), ("failed", "ORDER"))
        self.override(letter)
        self.assertEqual(letter.state, "issued")
        self.send_outbox(letter)
        self.assertEqual((letter.state, self.move.dunning_level_id), ("sent", self.level))
        override = letter.override_ids
        self.assertEqual((override.code, override.user_id), ("ORDER", self.manager))
        self.assertEqual(override.reason, "The debtor wrote that he will not pay")
        self.assertIn(self.move.name, override.sentence)
        self.assertIn("will not pay", " ".join(self.told_on(letter)))

    def test_straight_from_the_draft(self):
        self.override(self.letter)
        self.assertEqual(self.letter.state, "issued")

    def test_only_a_manager_and_only_with_a_reason(self):
        with self.assertRaises(AccessError):
            self.override(self.letter, user=self.user)
        for reason in ("", "   ", "because"):
            with self.assertRaisesRegex(UserError, "Write down why"):
                self.override(self.letter, reason=reason)
        self.assertFalse(self.letter.override_ids)

    def test_manager_of_another_company(self):
        with self.assertRaises(AccessError):
            stranger = self._user(
                "stranger", "cremann_dunning.group_dunning_manager", self.env.ref("base.main_company")
            )
            self.override(self.letter, user=stranger)

    def test_nobody_removes_or_changes_it(self):
        self.override(self.letter)
        override = self.letter.override_ids
        for records in (override, self.as_user(self.manager, override)):
            with self.assertRaises(UserError), self.cr.savepoint():
                records.write({"reason": "Never mind"})
        with self.assertRaises(UserError), self.cr.savepoint():
            override.unlink()
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.as_user(self.manager, override).unlink()
        with self.assertRaisesRegex(UserError, "stays on record"), self.cr.savepoint():
            self.letter.unlink()
        with self.assertRaises(AccessError):
            self.as_user(self.manager)["dunning.override"].create(
                {"letter_id": self.letter.id, "code": "ORDER", "sentence": "?", "reason": "?"}
            )

    def test_draft_with_an_override_stays_on_record(self):
        run, letter = self.proposed(self.debtor("Smit"))
        partner = self.debtor("De Boer")
        self.invoice(partner, 100, due=5)
        run, letter = self.proposed(partner)
        forbidden = self.forbid()
        self.override(letter)
        self.assertEqual(letter.state, "draft")
        run.action_propose()
        self.assertEqual((letter.state, len(letter.override_ids)), ("cancelled", 1))
        forbidden.unlink()

    def test_nothing_to_override(self):
        letter = self.write_by_hand(self.debtor_with_invoice(), self.level_1())
        with self.assertRaisesRegex(UserError, "hold nothing against"):
            self.override(letter)

    def debtor_with_invoice(self):
        partner = self.debtor("Visser")
        self.invoice(partner, 100, due=5)
        return partner

    def level_1(self):
        return self.env.ref("cremann_dunning.dunning_level_nl_business_1")

    def test_by_hand_needs_something_to_ask(self):
        paid = self.debtor("Paid")
        self.pay(self.invoice(paid, 100, due=5))
        held = self.debtor("Held")
        self.env["dunning.hold"].create({"partner_id": held.id, "company_id": self.nl.id, "reason": "sick"})
        move = self.invoice(held, 100, due=5)
        other = self.debtor_with_invoice()
        self.invoice(other, 100, due=5, currency=self.usd)
        case = self.env["dunning.case"]._for_partners(paid + held + other, self.nl, create=True)
        for partner, message in ((paid, "Choose a letter"), (held, "sick"), (other, "one currency")):
            own = case.filtered(lambda c, partner=partner: c.partner_id == partner)
            wizard = self.as_user(self.user)["dunning.letter.wizard"].create(
                {"case_id": own.id, "level_id": self.level_1().id}
            )
            with self.subTest(partner.name), self.assertRaisesRegex(UserError, message):
                wizard.action_write()
        self.assertFalse(self.env["dunning.letter.line"].search([("move_id", "=", move.id)]))

    def test_wizard_offers_the_letters_of_the_procedure(self):
        case = self.letter.case_id
        wizard = self.as_user(self.user)["dunning.letter.wizard"].create({"case_id": case.id})
        procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        self.assertEqual(wizard.allowed_level_ids.ids, procedure.level_ids.ids)
        self.assertEqual(wizard.move_ids, self.as_user(self.user, self.move))


@tagged("post_install", "-at_install")
class TestHours(GateCase):
    """No mail to a natural person in the evening, on Sundays and on holidays; companies get theirs at any hour."""

    def moment(self, when):
        return freeze_time(when)

    def leave(self, when, kind="consumer"):
        """A reminder that was issued on Saturday morning, and the outbox emptied at a moment (UTC)."""
        with self.at(date(2026, 11, 21)) as today:
            partner = self.debtor(f"{kind} {when}", kind=kind)
            self.invoice(partner, 100, due=today - timedelta(days=3))
            letter = self.issued(partner, today)
        with freeze_time(when):
            self.env.invalidate_all()
            self.send_outbox(letter)
        return letter

    def test_boundaries_of_the_day(self):
        # 07:00 and 20:00 in Amsterdam are 06:00 and 19:00 UTC
        for when, state in (
            ("2026-11-23 05:59:00", "issued"),
            ("2026-11-23 06:00:00", "sent"),
            ("2026-11-23 18:59:00", "sent"),
            ("2026-11-23 19:00:00", "issued"),
            ("2026-11-21 18:59:00", "sent"),
            ("2026-11-22 11:00:00", "issued"),
        ):
            with self.subTest(when):
                self.assertEqual(self.leave(when).state, state)

    def test_mail_waits_and_leaves_by_itself(self):
        letter = self.leave("2026-11-22 11:00:00")  # a Sunday
        self.assertEqual(letter.mail_id.state, "outgoing")
        self.assertEqual(letter.mail_id.scheduled_date, datetime(2026, 11, 23, 6, 0))
        with freeze_time("2026-11-22 11:05:00"), self.assertRaisesRegex(UserError, "Not at this hour"):
            self.as_user(self.user, letter).action_send_now()
        with freeze_time("2026-11-23 06:00:00"):
            self.env.invalidate_all()
            self.assertEqual(len(self.send_outbox(letter)), 1)
        self.assertEqual((letter.state, letter.sent_on), ("sent", date(2026, 11, 23)))

    def test_over_a_change_of_the_clock(self):
        """Summer time ends in that night: seven o'clock on Monday is an hour later for the server."""
        with self.at(date(2026, 10, 24)) as today:
            partner = self.debtor("Mrs White", kind="consumer")
            self.invoice(partner, 100, due=today - timedelta(days=3))
            letter = self.issued(partner, today)
        with freeze_time("2026-10-24 18:30:00"):
            self.env.invalidate_all()
            self.send_outbox(letter)
        self.assertEqual(letter.mail_id.scheduled_date, datetime(2026, 10, 26, 6, 0))

    def test_business_at_any_hour(self):
        self.assertEqual(self.leave("2026-11-22 21:00:00", kind="business").state, "sent")

    def test_regime_without_hours(self):
        self.regime("nl_consumer_2024").contact_until = 0
        self.assertEqual(self.leave("2026-11-22 11:00:00").state, "sent")

    def test_manager_sends_it_all_the_same(self):
        letter = self.leave("2026-11-22 11:00:00")
        with freeze_time("2026-11-22 11:10:00"):
            self.env.invalidate_all()
            wizard = self.as_user(self.manager)["dunning.override.wizard"].create(
                {"letter_id": letter.id, "reason": "Agreed on the telephone just now"}
            )
            wizard.action_override()
        self.assertEqual(letter.override_ids.code, "HOURS")
        self.assertFalse(letter.mail_id.scheduled_date)


@tagged("post_install", "-at_install")
class TestDefault(GateCase):
    """6:82 and 6:83 BW: the 14-day letter only to a debtor who is in default."""

    def setUp(self):
        super().setUp()
        self.procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_consumer")
        self.notice = self.procedure.level_ids.filtered(lambda level: level.legal_type == "statutory_notice")
        self.partner = self.debtor("Mrs White", kind="consumer")

    def test_no_reminder_before(self):
        (self.procedure.level_ids - self.notice).active = False
        move = self.invoice(self.partner, 1000, due=20)
        _run, letter = self.proposed(self.partner)
        self.assertFalse(letter)
        self.assertEqual(self.code(move), "REFUSED")
        self.assertIn("not in default yet", self.why(move))
        self.assertIn("art. 6:82 BW", self.why(move))
        self.nl.dunning_term_agreed = True
        _run, letter = self.proposed(self.partner)
        self.assertEqual(letter.level_id, self.notice)

    def test_day_before_on_and_after(self):
        """A reminder by mail on Monday gives seven days from Tuesday: in default from the Tuesday after."""
        move = self.invoice(self.partner, 1000, due=1)
        self.procedure.level_ids[1].active = False
        self.notice.delay_days = 1
        first = self.send_level(partners=self.partner)
        self.assertEqual(first.default_from, TODAY + timedelta(days=8))
        for days, code in ((7, "PERIOD_RUNNING"), (8, "LETTER"), (9, "LETTER")):
            with self.subTest(days), self.at(days) as today:
                run = self.run_for(partners=self.partner, date=today)
                self.assertEqual(self.code(move), code)
                run.action_cancel()

    def test_on_paper_the_post_is_waited_for(self):
        self.partner.email = False
        self.invoice(self.partner, 1000, due=1)
        letter = self.send_level(partners=self.partner)
        # three delivery days after Monday 16 November is Thursday, seven days from Friday end on the 26th
        self.assertEqual(letter.default_from, date(2026, 11, 27))

    def test_interest_runs_from_default(self):
        self.add_level(costs="none")
        self.invoice(self.partner, 1000, due=1)
        letters = self.env["dunning.letter"]
        for days in (0, 8, 17):
            with self.at(days) as today:
                letters |= self.send_level(partners=self.partner, date=today)
        last = letters[-1] if letters[-1].claimable_from else letters.filtered("claimable_from")
        with self.at(last.claimable_from) as today:
            letter = self.send_level(partners=self.partner, date=today)
        self.assertEqual(letter.line_ids.interest_from, TODAY + timedelta(days=8))
        days = (letter.date - letter.line_ids.interest_from).days + 1
        self.assertAlmostEqual(letter.amount_interest, round(1000 * 0.04 * days / 365, 2))


@tagged("post_install", "-at_install")
class TestCosts(GateCase):
    def ladder(self, partner, until=17):
        self.back_in_time()
        for days in (0, 8, until):
            with self.at(days) as today:
                letter = self.send_level(partners=partner, date=today)
        return letter.with_env(self.env)

    def charge(self, partner, notice, later=0):
        with self.at(notice.claimable_from + timedelta(days=later)) as today:
            return self.send_level(partners=partner, date=today).with_env(self.env)

    def consumer(self, *amounts, **vals):
        partner = self.debtor("Mrs White", kind="consumer", **vals)
        for amount in amounts:
            self.invoice(partner, amount, due=1)
        return partner

    def test_never_more_than_announced(self):
        """The scale goes up after the notice; the debtor pays what it announced."""
        self.add_level()
        partner = self.consumer(1000)
        notice = self.ladder(partner)
        self.assertEqual(notice.amount_costs_announced, 150)
        self.env.ref("cremann_dunning.dunning_cost_scale_nl_wik").bracket_ids.percent = 40
        self.assertEqual(self.charge(partner, notice).amount_costs, 150)

    def test_part_payment_in_time_lowers_the_costs(self):
        self.add_level()
        partner = self.consumer(1000)
        notice = self.ladder(partner)
        with self.at(18):
            self.pay(notice.line_ids.move_id, 400)
        self.assertEqual(self.charge(partner, notice).amount_costs, 90)

    def test_claim_keeps_the_regime_of_its_first_notice(self):
        """A new law doubles the costs: an older claim keeps its own, a newer one follows the new law."""
        self.add_level()
        partner = self.consumer(1000)
        notice = self.ladder(partner)
        scale = self.env.ref("cremann_dunning.dunning_cost_scale_nl_wik").copy({"minimum": 400})
        old = self.regime("nl_consumer_2024")
        new = old.copy({"valid_from": "2026-12-10", "cost_scale_id": scale.id, "name": "New law"})
        letter = self.charge(partner, notice)
        self.assertGreater(letter.date, new.valid_from)
        self.assertEqual((letter.regime_id, letter.amount_costs), (old, 150))
        other = self.debtor("Mr Brown", kind="consumer")
        with self.at(50):
            self.invoice(other, 1000, due=TODAY + timedelta(days=49))
        for days in (50, 58, 67):
            with self.at(days) as today:
                fresh = self.send_level(partners=other, date=today)
        self.assertEqual((fresh.regime_id, fresh.amount_costs_announced), (new, 400))

    def test_instalments(self):
        """Art. 2a BIK: 40 for the first unpaid instalment, 20 for the next within six months, once for a bundle."""
        self.nl.dunning_periodic = True
        self.assertEqual(self.ladder(self.consumer(100)).amount_costs_announced, 40)
        bundle = self.debtor("Mr Brown", kind="consumer")
        for _month in range(3):
            self.invoice(bundle, 250, due=1)
        self.assertEqual(self.ladder(bundle).amount_costs_announced, 40)
        large = self.debtor("Mr Green", kind="consumer")
        self.invoice(large, 400, due=1)
        self.assertEqual(self.ladder(large).amount_costs_announced, 60)

    def test_next_instalment_within_six_months(self):
        self.nl.dunning_periodic = True
        partner = self.consumer(100)
        first = self.ladder(partner)
        self.pay(first.line_ids.move_id)
        for start, expected in ((30, 20), (260, 40)):
            with self.at(start):
                self.invoice(partner, 100, due=TODAY + timedelta(days=start - 1))
            for days in (start, start + 8, start + 17):
                with self.at(days) as today:
                    letter = self.send_level(partners=partner, date=today)
            with self.at(start + 18):
                self.pay(letter.with_env(self.env).line_ids.move_id)
            self.assertEqual(letter.amount_costs_announced, expected)

    def test_journal_of_instalments(self):
        partner = self.consumer(250, 250, 250)
        journal = partner.invoice_ids.journal_id
        journal.dunning_periodic = True
        self.assertEqual(self.ladder(partner).amount_costs_announced, 40)

    def test_business_reminder_asks_the_compensation_only(self):
        """What a business owes without a formal demand is 40 (6:96(4) BW), whatever the scale says."""
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        level.costs = "charge"
        partner = self.debtor()
        self.invoice(partner, 10000, due=5)
        _run, letter = self.proposed(partner)
        self.assertEqual(letter.amount_costs, 40)


@tagged("post_install", "-at_install")
class TestBelgianClause(GateCase):
    with_belgium = True

    def setUp(self):
        super().setUp()
        self.add_level("be_consumer")
        self.be.write({"dunning_consumer_clause": "article 8", "dunning_clause_interest": 10})
        self.partner = self.debtor("Mevrouw Peeters", kind="consumer", country_id=self.env.ref("base.be").id)
        self.move = self.invoice(self.partner, 1000, due=3, company=self.be)

    def last(self):
        """First reminder by mail on Monday, second after its fourteen days, then the letter that asks."""
        first = self.send_level(self.be, self.partner)
        with self.at(first.claimable_from) as today:
            second = self.send_level(self.be, self.partner, today)
        with self.at(second.default_from) as today:
            return first, self.send_level(self.be, self.partner, today)

    def test_first_reminder_announces(self):
        letter = self.send_level(self.be, self.partner)
        self.assertEqual((letter.amount_costs_announced, letter.amount_costs, letter.amount_interest), (90, 0, 0))
        body = letter.body.replace("\xa0", " ")
        self.assertIn("€90.00", body)
        self.assertIn("interest of 10% a year over what is open", re.sub(r"<[^>]+>", "", body))
        self.assertIn("article 8", body)

    def test_after_the_term(self):
        first, last = self.last()
        self.assertEqual(last.amount_costs, 90)
        self.assertEqual(last.line_ids.interest_from, first.claimable_from)
        days = (last.date - first.claimable_from).days + 1
        self.assertAlmostEqual(last.amount_interest, round(1000 * 0.10 * days / 365, 2))

    def test_small_enterprise_counts_from_sending(self):
        self.be.dunning_small_enterprise = True
        first, last = self.last()
        self.assertEqual(last.line_ids.interest_from, first.sent_on + timedelta(days=1))

    def test_interest_never_above_the_maximum_of_the_law(self):
        self.be.dunning_clause_interest = 15
        first, last = self.last()
        days = (last.date - first.claimable_from).days + 1
        self.assertAlmostEqual(last.amount_interest, round(1000 * 0.105 * days / 365, 2))

    def test_clause_without_interest(self):
        self.be.dunning_clause_interest = 0
        self.assertEqual(self.last()[1].amount_interest, 0)

    def test_no_clause(self):
        self.be.dunning_consumer_clause = False
        first, last = self.last()
        self.assertEqual((first.amount_costs_announced, last.amount_costs, last.amount_interest), (0, 0, 0))

    def scale(self, percent):
        return self.env["dunning.cost.scale"].create(
            {
                "name": "Our clause",
                "code": "clause",
                "company_id": self.be.id,
                "bracket_ids": [Command.create({"above": 0, "percent": percent})],
            }
        )

    def test_clause_below_the_maximum(self):
        self.be.dunning_clause_scale_id = self.scale(5)
        self.assertEqual(self.send_level(self.be, self.partner).amount_costs_announced, 50)

    def test_clause_above_the_maximum_is_no_silent_zero(self):
        self.be.dunning_clause_scale_id = self.scale(10)
        run = self.run_for(self.be, partners=self.partner)
        self.assertFalse(run.letter_ids)
        self.assertEqual(self.code(self.move), "CLAUSE")
        self.assertIn("Our clause", self.why(self.move))

    def test_clause_taken_away_before_the_mail_leaves(self):
        """The letter that asks a compensation is in the outbox when the clause goes: it does not leave."""
        first = self.send_level(self.be, self.partner)
        with self.at(first.claimable_from) as today:
            second = self.send_level(self.be, self.partner, today)
        with self.at(second.default_from) as today:
            letter = self.confirm(self.run_for(self.be, today, self.partner))
            self.be.dunning_consumer_clause = False
            self.assertFalse(self.send_outbox(letter))
            letter = letter.with_env(self.env)
            self.assertEqual(letter.state, "failed")
            self.assertIn("COSTS_NOT_ALLOWED", letter.refusal_codes)
            with self.assertRaisesRegex(UserError, "Nobody may override"):
                self.as_user(self.be_manager)["dunning.override.wizard"].create(
                    {"letter_id": letter.id, "reason": "We want it all the same"}
                ).action_override()

    def test_company_without_a_number(self):
        """XIX.2 par. 3 WER: name and enterprise number of the creditor."""
        self.be.company_registry = False
        self.be.vat = False
        letter = self.confirm(self.run_for(self.be, partners=self.partner))
        letter = self.env["dunning.letter"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual((letter.state, letter.refusal_codes), ("failed", "ELEMENT_MISSING"))
        self.assertIn("Enterprise number of the creditor", letter.error)
