"""What goes along with a letter, and the outcomes of a letter that did not go out, each with its repair."""

import base64
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import DunningCase
from ...faults.test_delivery import DeliveryCase

LEVEL = "cremann_dunning.dunning_level_nl_business_1"


@tagged("post_install", "-at_install")
class TestOutcomes(DeliveryCase):
    without_pdf = True

    def sent_to(self, **vals):
        partner = self.debtor(**vals)
        self.invoice(partner, 500, due=5)
        return self.confirm(self.run_for(partners=partner))

    def outcome(self, letters):
        found = self.as_user(self.user)["dunning.letter"].search(
            [("outcome", "=", letters.outcome), ("id", "in", letters.ids)]
        )
        self.assertEqual(found, letters, "it can be searched for")
        self.assertFalse(letters.line_ids.move_id.dunning_level_id, "it does not count as sent")
        return letters.outcome

    def test_blacklisted_before_issue(self):
        partner = self.debtor(email="blocked@debtor.example.com")
        self.invoice(partner, 500, due=5)
        letters = self.run_for(partners=partner).letter_ids
        self.env["mail.blacklist"]._add("Blocked@debtor.example.com")
        letters.sudo()._issue()
        self.assertEqual((letters.state, self.outcome(letters)), ("failed", "blacklisted"))
        self.assertIn("blocked@debtor.example.com", letters.error)
        self.check_blacklist_is_repaired(letters)

    def test_blacklisted_in_the_outbox(self):
        letters = self.sent_to(email="blocked@debtor.example.com")
        self.env["mail.blacklist"]._add("blocked@debtor.example.com")
        self.empty_outbox(letters)
        self.assertFalse(self.mailbox.messages)
        self.assertEqual((letters.state, self.outcome(letters)), ("failed", "blacklisted"))
        self.assertEqual(letters.dispatch_ids.state, "withheld")
        self.check_blacklist_is_repaired(letters)

    def check_blacklist_is_repaired(self, letters):
        with self.assertRaises(AccessError):
            letters.action_unblacklist()
        admin = letters.with_env(self.env)
        action = admin.action_unblacklist()
        self.env[action["res_model"]].with_context(**action["context"]).create({}).action_unblacklist_apply()
        letters.action_retry()
        self.empty_outbox(letters)
        self.assertEqual((letters.state, letters.outcome), ("sent", False))
        self.assertEqual(len(self.mailbox.messages), 1)

    def test_refused_and_on_paper_instead(self):
        letters = self.sent_to(email="bounce@gone.example.com")
        self.empty_outbox(letters)
        self.assertEqual(self.outcome(letters), "refused")
        letters.action_on_paper()
        self.assertEqual((letters.outcome, letters.is_on_paper), ("not_posted", True))
        letters.action_mark_posted()
        self.assertEqual(letters.state, "sent")
        self.assertEqual(letters.dispatch_ids.mapped("channel"), ["print", "email"])
        self.assertEqual(letters.dispatch_ids.mapped("state"), ["posted", "refused"])

    def test_no_address(self):
        partner = self.debtor(email="is@debtor.example.com")
        self.invoice(partner, 500, due=5)
        letters = self.run_for(partners=partner).letter_ids
        partner.email = "no address"
        letters.sudo()._issue()
        self.assertEqual((letters.state, self.outcome(letters)), ("failed", "no_address"))
        self.assertEqual(letters.action_open_contact()["res_id"], partner.id)

    def test_bounced(self):
        letters = self.sent_to()
        self.empty_outbox(letters)
        letters.sudo()._message_receive_bounce(letters.email_to, letters.contact_id)
        self.assertEqual(self.outcome(letters), "bounced")
        self.assertEqual(letters.dispatch_ids.state, "bounced")

    def test_cancelled_is_proposed_anew(self):
        letters = self.sent_to()
        letters.action_cancel()
        self.assertEqual(self.outcome(letters), "cancelled")
        run = letters.env["dunning.run"].browse(letters.action_propose_anew()["res_id"])
        self.assertEqual(run.letter_ids.filtered(lambda letter: letter.state == "draft").partner_id, letters.partner_id)

    def test_screen_shows_outcome(self):
        letters = self.sent_to(email="bounce@gone.example.com")
        self.empty_outbox(letters)
        self.assertEqual(self.open_form(self.as_user(self.user, letters))["outcome"], "refused")
        rows = self.open_list(self.as_user(self.user), "dunning.letter", [("id", "=", letters.id)])
        self.assertEqual(rows["records"][0]["outcome"], "refused")

    def test_snail_mail_that_is_not_installed_goes_on_paper(self):
        self.env.ref(LEVEL).channel = "snailmail"
        with patch.object(self.registry["dunning.companion"], "_has_service", lambda companion, model: False):
            letters = self.sent_to()
        self.assertEqual((letters.channel, letters.outcome), ("print", "not_posted"))
        self.assertTrue(
            self.env["dunning.event"].search([("kind", "=", "letter.no_service"), ("letter", "=", letters.id)])
        )
        self.assertIn("Snail Mail is not installed", " ".join(self.told_on(letters)))


@tagged("post_install", "-at_install")
class TestSnailMail(DunningCase):
    """With Odoo's own module: its record up to its queue, and what its own code makes of an answer."""

    without_pdf = True

    def handed_over(self, **vals):
        if "snailmail.letter" not in self.env:
            self.skipTest("Odoo's Snail Mail is not installed here")
        self.env.ref(LEVEL).channel = "snailmail"
        partner = self.debtor(**vals)
        move = self.invoice(partner, 500, due=5)
        letters = self.confirm(self.run_for(partners=partner))
        snail = self.env["snailmail.letter"].search([("model", "=", "dunning.letter"), ("res_id", "=", letters.id)])
        return letters, move, snail

    def test_stored_pdf_waits_in_the_queue(self):
        letters, move, snail = self.handed_over()
        self.assertEqual((snail.state, snail.partner_id), ("pending", letters.contact_id))
        self.assertEqual(snail.attachment_id.datas, letters.pdf_file)
        self.assertEqual((letters.state, letters.outcome), ("issued", False))
        self.assertEqual((letters.dispatch_ids.channel, letters.dispatch_ids.state), ("snailmail", "queued"))
        self.assertFalse(move.dunning_level_id)
        with self.assertRaises(UserError):
            letters.action_mark_posted()

    def test_address_that_is_not_complete(self):
        letters, move, snail = self.handed_over()
        snail.zip = False
        snail._snailmail_print()
        self.assertEqual(snail.state, "error")
        self.assertEqual((letters.state, letters.outcome), ("failed", "refused"))
        self.assertIn("address of the recipient is not complete", letters.error)
        self.assertEqual(letters.dispatch_ids.state, "refused")
        self.assertFalse(move.dunning_level_id)
        letters.action_on_paper()
        self.assertEqual(snail.state, "canceled")
        letters.action_mark_posted()
        self.assertEqual((letters.state, move.dunning_level_id), ("sent", letters.level_id))

    def test_sent_by_the_service(self):
        letters, move, snail = self.handed_over()
        snail.state = "sent"
        snail.notification_ids.sudo().write({"notification_status": "sent", "failure_type": False})
        self.assertEqual((letters.state, letters.dispatch_ids.state), ("sent", "accepted"))
        self.assertEqual(move.dunning_level_id, letters.level_id)

    def test_cancelled_letter_is_called_back(self):
        letters, _move, snail = self.handed_over()
        letters.action_cancel()
        self.assertEqual((snail.state, letters.state), ("canceled", "cancelled"))


@tagged("post_install", "-at_install")
class TestDispatchOnRecord(DeliveryCase):
    def test_what_went_out_is_what_is_kept(self):
        partner = self.debtor()
        self.invoice(partner, 500, due=5)
        letters = self.confirm(self.run_for(partners=partner).with_context(force_report_rendering=True))
        self.empty_outbox(letters)
        [(recipients, message)] = self.mailbox.messages
        attached = next(message.iter_attachments()).get_content()
        self.env.invalidate_all()
        self.assertEqual(attached, base64.b64decode(letters.pdf_file))
        dispatch = letters.dispatch_ids
        self.assertEqual(dispatch.pdf_sha256, letters.pdf_sha256)
        self.assertEqual((dispatch.channel, dispatch.state), ("email", "accepted"))
        self.assertIn(recipients[0], dispatch.recipient)
        self.assertEqual(dispatch.message_id, message["Message-Id"])
        self.assertTrue(dispatch.started_at and dispatch.ended_at and dispatch.user_id)


@tagged("post_install", "-at_install")
class TestCompanions(DunningCase):
    without_pdf = True

    def send_with(self, *channels, kind="business", when="2026-11-16 09:00:00", **vals):
        vals = {"phone": "06-12 34 56 78"} | vals
        partner = self.debtor(kind=kind, **vals)
        self.invoice(partner, 500, due=5)
        with freeze_time(when):
            letters = self.confirm(self.run_for(partners=partner))
            letters.with_env(self.env).level_id.channel_ids = [
                Command.clear(),
                *[Command.create({"channel": channel, "use": "also"}) for channel in channels],
            ]
            self.send_outbox(letters)
        self.assertEqual(letters.state, "sent")
        return letters, letters.dispatch_ids.filtered(lambda attempt: attempt.channel in channels)

    def test_whatsapp_is_prepared_and_sent_by_a_person(self):
        letters, attempt = self.send_with("whatsapp")
        self.assertEqual((attempt.state, attempt.recipient), ("queued", "31612345678"))
        self.assertTrue(attempt.whatsapp_url.startswith("https://wa.me/31612345678?text=Dear%20Bakkerij%20Jansen%2C"))
        self.assertIn(letters.line_ids.move_id.name, attempt.text)
        self.assertNotIn("500", attempt.text.replace(letters.line_ids.move_id.name, ""))
        self.assertLessEqual(len(attempt.text), 300)
        mine = self.as_user(self.user, attempt)
        action = mine.action_whatsapp()
        wizard = mine.env[action["res_model"]].with_context(**action["context"]).create({})
        wizard.action_sent()
        self.assertEqual((attempt.state, attempt.user_id), ("accepted", self.user))
        with self.assertRaisesRegex(UserError, "dealt with already"):
            mine.action_whatsapp()

    def test_whatsapp_of_what_was_paid_is_not_sent(self):
        letters, attempt = self.send_with("whatsapp")
        self.pay(letters.line_ids.move_id)
        with self.assertRaisesRegex(UserError, "paid"):
            self.as_user(self.user, attempt).action_whatsapp()

    def test_quiet_hours_before_on_and_after(self):
        # 20:00 in Amsterdam is 19:00 UTC; the next morning at seven
        for when, due in (
            ("2026-11-16 18:59:59", "2026-11-16 18:59:59"),
            ("2026-11-16 19:00:00", "2026-11-17 06:00:00"),
            ("2026-11-15 11:00:00", "2026-11-16 06:00:00"),  # a Sunday
        ):
            with self.subTest(when=when), freeze_time(when):
                partner = self.debtor(f"Uur {when}", phone="+31612345678")
                self.invoice(partner, 500, due=5)
                letter = self.env["dunning.letter"].new({"company_id": self.nl.id, "partner_id": partner.id})
                self.assertEqual(
                    fields.Datetime.to_string(letter.env["dunning.companion"]._contact_moment(letter)), due
                )

    def test_whatsapp_button_says_when(self):
        _letters, attempt = self.send_with("whatsapp")
        attempt.with_env(self.env).due_at = "2026-11-17 06:00:00"
        with self.assertRaisesRegex(UserError, "left in peace"):
            self.as_user(self.user, attempt).action_whatsapp()

    def test_consumer_needs_to_agree(self):
        partner_vals = {"kind": "consumer"}
        _letters, attempt = self.send_with("whatsapp", **partner_vals)
        self.assertEqual(attempt.state, "not_allowed")
        _letters, attempt = self.send_with("whatsapp", name="Ja", dunning_allow_sms=True, **partner_vals)
        self.assertEqual(attempt.state, "queued")

    def test_no_mobile_number(self):
        for number in (False, "030-1234567", "<script>"):
            with self.subTest(number=number):
                letters, attempt = self.send_with("whatsapp", name=f"Vast {number}", phone=number)
                self.assertEqual((attempt.state, letters.state), ("withheld", "sent"))
                self.assertIn("no mobile number", attempt.answer)

    def test_sms_that_is_not_installed_is_told_and_stops_nothing(self):
        with patch.object(self.registry["dunning.companion"], "_has_service", lambda companion, model: False):
            letters, attempt = self.send_with("sms")
        self.assertEqual((attempt.state, letters.state), ("withheld", "sent"))
        self.assertIn("SMS is not installed", attempt.answer)

    def sms_of(self, attempt):
        if "sms.sms" not in self.env:
            self.skipTest("Odoo's SMS is not installed here")
        return self.env["sms.sms"].search([("mail_message_id", "=", attempt.notice_id.id)])

    def test_sms_in_the_queue_and_its_answers(self):
        letters, attempt = self.send_with("sms")
        text = self.sms_of(attempt)
        self.assertEqual((text.number, text.state, text.body), ("+31612345678", "outgoing", attempt.text))
        text.action_set_error("sms_credit")
        self.assertEqual((attempt.state, letters.state), ("refused", "sent"))
        self.assertEqual(attempt.answer, "Insufficient Credit")

    def test_sms_that_was_taken(self):
        _letters, attempt = self.send_with("sms")
        self.sms_of(attempt).sms_tracker_id._action_update_from_sms_state("pending")
        self.assertEqual(attempt.state, "accepted")

    def test_sms_outside_the_hours_waits(self):
        _letters, attempt = self.send_with("sms")
        waiting = attempt.copy_data()[0] | {"due_at": "2026-11-17 06:00:00", "notice_id": False, "state": "queued"}
        waiting = self.env["dunning.dispatch"].create(waiting)
        with freeze_time("2026-11-17 05:59:59"):
            waiting._cron_text_messages()
        self.assertFalse(waiting.notice_id)
        with freeze_time("2026-11-17 06:00:00"):
            waiting._cron_text_messages()
        self.assertEqual(self.sms_of(waiting).state, "outgoing")

    def test_sms_about_what_was_paid_meanwhile_is_not_sent(self):
        letters, attempt = self.send_with("sms")
        waiting = attempt.copy_data()[0] | {"due_at": "2026-11-17 06:00:00", "notice_id": False, "state": "queued"}
        waiting = self.env["dunning.dispatch"].create(waiting)
        self.pay(letters.with_env(self.env).line_ids.move_id)
        with freeze_time("2026-11-17 06:00:00"):
            waiting._cron_text_messages()
        self.assertEqual((waiting.state, waiting.notice_id.ids), ("withheld", []))

    def test_text_with_an_error_stays_on_the_attempt(self):
        self.env.ref("cremann_dunning.mail_template_short_message").body_html = "<p t-out='object.no_such_field'/>"
        letters, attempt = self.send_with("whatsapp")
        self.assertEqual((attempt.state, letters.state), ("refused", "sent"))
        self.assertIn("no_such_field", attempt.answer)

    def test_text_that_is_too_long(self):
        self.env.ref("cremann_dunning.mail_template_short_message").body_html = f"<p>{'x' * 301}</p>"
        _letters, attempt = self.send_with("whatsapp")
        self.assertEqual(attempt.state, "withheld")
        self.assertIn("301", attempt.answer)

    def test_call_card(self):
        letters, attempt = self.send_with("call", name="Kaas & <i>Zo</i>")
        activity = letters.case_id.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref("cremann_dunning.mail_activity_type_companion")
        )
        self.assertEqual((activity.user_id, attempt.user_id), (self.user, self.user))
        for words in ("06-12 34 56 78", letters.name, letters.line_ids.move_id.name, "500.00", "Is the invoice right"):
            self.assertIn(words, activity.note)
        self.assertNotIn("<i>Zo", activity.note)

    def test_made_once(self):
        letters, attempt = self.send_with("whatsapp", "call")
        self.assertEqual(len(attempt), 2)
        self.env["dunning.companion"].sudo()._make(letters.sudo())
        self.assertEqual(len(letters.dispatch_ids.filtered(lambda attempt: attempt.channel in ("whatsapp", "call"))), 2)
