"""Follow-up off, on test and on; what the responsible is told the day before."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .test_delivery import DeliveryCase


@tagged("post_install", "-at_install")
class TestModes(DeliveryCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.move = self.invoice(self.partner, 500, due=5)

    def test_off_nothing_is_issued(self):
        self.nl.dunning_mode = "off"
        run = self.run_for(partners=self.partner)
        self.assertEqual(run.letter_ids.state, "draft", "one may look")
        with self.assertRaisesRegex(UserError, "switched off for Kaai Holland"):
            run.action_confirm()
        self.assertEqual(run.letter_ids.state, "draft")

    def test_off_keeps_the_outbox_and_on_empties_it(self):
        letter = self.confirm(self.run_for(partners=self.partner))
        self.nl.dunning_mode = "off"
        self.empty_outbox(letter)
        self.assertFalse(self.mailbox.messages)
        mail = letter.with_env(self.env).mail_id
        self.assertEqual((letter.state, mail.state), ("issued", "outgoing"))
        self.assertTrue(mail.scheduled_date, "the outbox passes it over")
        with self.assertRaisesRegex(UserError, "switched off"):
            letter.action_send_now()
        self.nl.dunning_mode = "live"
        self.assertFalse(mail.scheduled_date)
        self.empty_outbox(letter)
        self.assertEqual(letter.state, "sent")

    def test_a_manager_reaches_the_brake(self):
        """Without being allowed to change the company; nobody else, and no other company's."""
        letter = self.confirm(self.run_for(partners=self.partner))
        wizard = self.as_user(self.manager)["dunning.mode.wizard"].create({})
        self.assertEqual((wizard.company_id, wizard.mode, wizard.waiting_count), (self.nl, "live", 1))
        with Form(wizard) as form:
            form.mode = "off"
        wizard.action_apply()
        self.assertEqual(self.nl.dunning_mode, "off")
        self.empty_outbox(letter)
        self.assertFalse(self.mailbox.messages)
        with self.assertRaises(AccessError):
            self.as_user(self.user, wizard).action_apply()
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["dunning.mode.wizard"].create({"company_id": other.id, "mode": "off"})
        with self.assertRaises(AccessError):
            self.as_user(self.manager)["dunning.mode.wizard"].browse(theirs.id).action_apply()
        self.assertEqual(other.dunning_mode, "live")

    def test_off_no_daily_run(self):
        self.nl.write({"dunning_automatic": True, "dunning_mode": "off"})
        self.env["dunning.run"]._cron_run()
        self.assertFalse(self.env["dunning.run"].search([("company_id", "=", self.nl.id)]))

    def test_test_letter_goes_to_ourselves_and_says_so(self):
        self.nl.write({"dunning_mode": "test", "dunning_test_email": "tests@kaai.example.com"})
        number = self.nl._dunning_sequence().number_next_actual
        run = self.run_for(partners=self.partner)
        self.assertEqual(run.test_address, "tests@kaai.example.com")
        letter = self.confirm(run)
        self.empty_outbox(letter)
        [(to, message)] = self.mailbox.messages
        self.assertEqual(to, ["tests@kaai.example.com"])
        self.assertTrue(message["Subject"].startswith("TEST: "))
        content = message.get_body(("html",)).get_content()
        self.assertIn("TEST. This letter went to", content)
        self.assertIn("bakkerijjansen@debtor.example.com", content, "and says who gets it in earnest")
        self.assertEqual((letter.state, letter.sent_on, letter.name), ("cancelled", False, f"TEST/{letter.id}"))
        self.assertIn("tests@kaai.example.com", letter.cancel_reason)
        self.assertFalse(self.move.dunning_level_id)
        self.assertEqual(self.nl._dunning_sequence().number_next_actual, number, "no hole in the series")
        self.assertEqual(self.code(self.move), "LETTER", "it is due as before")

    def test_test_letter_on_paper_is_mailed_to_ourselves(self):
        self.partner.email = False
        self.nl.dunning_mode = "test"
        letter = self.confirm(self.run_for(partners=self.partner))
        self.empty_outbox(letter)
        [(to, _message)] = self.mailbox.messages
        self.assertEqual(to, [self.user.email], "the responsible, where no address is filled in")
        with self.assertRaises(UserError):
            letter.action_mark_posted()

    def test_from_live_to_test(self):
        """What was issued for a debtor does not leave any more once we are testing."""
        letter = self.confirm(self.run_for(partners=self.partner))
        self.nl.dunning_mode = "test"
        self.empty_outbox(letter)
        self.assertFalse(self.mailbox.messages)
        self.assertEqual(letter.state, "cancelled")

    def test_from_test_to_live(self):
        self.nl.dunning_mode = "test"
        letter = self.confirm(self.run_for(partners=self.partner))
        self.nl.dunning_mode = "live"
        self.empty_outbox(letter)
        [(to, _message)] = self.mailbox.messages
        self.assertEqual(to, [self.user.email])
        again = self.confirm(self.run_for(partners=self.partner))
        self.empty_outbox(again)
        self.assertEqual(self.mailbox.messages[1][0], ["bakkerijjansen@debtor.example.com"])
        self.assertEqual(self.move.dunning_level_id, again.level_id)

    def test_test_letter_to_a_consumer_leaves_at_any_hour(self):
        consumer = self.debtor("Mrs White", kind="consumer")
        self.invoice(consumer, 500, due=5)
        self.nl.dunning_mode = "test"
        letter = self.confirm(self.run_for(partners=consumer))
        with freeze_time("2026-11-16 22:30:00"):
            self.empty_outbox(letter)
        self.assertEqual(len(self.mailbox.messages), 1)

    def test_nowhere_to_send_a_test(self):
        self.nl.write({"dunning_mode": "test", "dunning_responsible_id": False, "email": False})
        run = self.run_for(partners=self.partner)
        with self.assertRaisesRegex(UserError, "Enter an address for tests"):
            run.action_confirm()

    def test_address_for_tests_that_is_none(self):
        for address in ("nobody", "a@example.com, b@example.com"):
            with self.assertRaisesRegex(UserError, "is not one e-mail address"):
                self.nl.dunning_test_email = address


@tagged("post_install", "-at_install")
class TestForewarning(DeliveryCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.nl.dunning_automatic = True
        self.partner = self.debtor("Bakkerij <b>Jansen</b>", email="jansen@debtor.example.com")

    def warned(self):
        self.env["dunning.run"]._cron_run()
        mails = self.env["mail.mail"].search([("recipient_ids", "in", self.user.partner_id.ids)])
        return mails.filtered(lambda mail: "to go out on" in mail.subject)

    def test_day_before(self):
        """Due tomorrow by the level's delay: told today, once, and gone tomorrow."""
        first = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        first.write({"automatic": True, "delay_days": 3, "delay_from": "due_date"})
        self.invoice(self.partner, 500, due=2)
        mail = self.warned()
        self.assertEqual(len(mail), 1)
        self.assertIn("Bakkerij &lt;b&gt;Jansen&lt;/b&gt;", mail.body_html)
        self.assertIn("500.00", mail.body_html)
        self.assertIn(first.name, mail.body_html)
        self.assertEqual(len(self.warned()), 1, "once a day")

    def test_nothing_tomorrow_no_mail(self):
        first = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        first.write({"automatic": True, "delay_days": 3, "delay_from": "due_date"})
        self.invoice(self.partner, 500, due=1)
        self.assertFalse(self.warned())

    def test_level_that_waits_for_a_person(self):
        first = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        first.write({"automatic": False, "delay_days": 3, "delay_from": "due_date"})
        self.invoice(self.partner, 500, due=2)
        self.assertFalse(self.warned())

    def test_switched_off(self):
        first = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        first.write({"automatic": True, "delay_days": 3, "delay_from": "due_date"})
        self.invoice(self.partner, 500, due=2)
        self.nl.dunning_forewarn = False
        self.assertFalse(self.warned())

    def test_hold_put_on_after_it_stops_the_letter(self):
        first = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        first.write({"automatic": True, "delay_days": 3, "delay_from": "due_date"})
        move = self.invoice(self.partner, 500, due=2)
        self.assertTrue(self.warned())
        self.env["dunning.hold"].create({"move_id": move.id, "company_id": self.nl.id, "reason": "I call him"})
        with self.at(1):
            self.env["dunning.run"]._cron_run()
        self.assertFalse(self.env["dunning.letter"].search([("partner_id", "=", self.partner.id)]))
