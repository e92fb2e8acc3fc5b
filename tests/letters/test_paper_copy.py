"""One letter by mail and on paper too: the mail moves the level, the copy waits to be posted, the later one counts."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import TODAY, DunningCase

LEVEL = "cremann_dunning.dunning_level_nl_business_1"


class CopyCase(DunningCase):
    without_pdf = True

    def sent_by_mail(self, *partners, copy="print", level=LEVEL):
        self.env.ref(level).channel_ids = [Command.clear(), Command.create({"channel": copy, "use": "also"})]
        partners = self.env["res.partner"].union(*(partners or [self.debtor()]))
        self.invoices(partners, 500, due=5)
        letters = self.confirm(self.run_for(partners=partners))
        self.send_outbox(letters)
        self.assertEqual(set(letters.mapped("state")), {"sent"})
        return letters

    def copies(self, letters):
        return letters.dispatch_ids.filtered(lambda attempt: attempt.channel != "email")

    def wizard(self, letters, user=None):
        letters = self.as_user(user or self.user, letters)
        return letters.env["dunning.posting.wizard"].browse(letters.action_print_and_post()["res_id"])

    def post(self, letters, **vals):
        wizard = self.wizard(letters)
        wizard.write(vals)
        return wizard.action_post()


@tagged("post_install", "-at_install")
class TestPaperCopy(CopyCase):
    def test_mail_is_the_letter_and_the_copy_waits(self):
        letters = self.sent_by_mail()
        self.assertEqual(letters.line_ids.move_id.dunning_level_id, letters.level_id)
        copy = self.copies(letters)
        self.assertEqual((copy.channel, copy.state, copy.pdf_sha256), ("print", "queued", letters.pdf_sha256))
        found = self.as_user(self.user)["dunning.letter"].search([("has_copy_to_post", "=", True)])
        self.assertEqual(found, letters)
        self.assertEqual(letters.run_id.paper_count, 1)
        self.assertFalse(letters.outcome, "it did go out")
        self.assertNotIn(letters, self.as_user(self.user)["dunning.letter"].search([("has_copy_to_post", "=", False)]))

    def test_posted_once_and_on_record(self):
        letters = self.sent_by_mail()
        wizard, other = self.wizard(letters), self.wizard(letters)
        self.assertEqual((wizard.line_ids.channel, wizard.line_ids.is_copy), ("print", True))
        wizard.action_post()
        copy = self.copies(letters)
        self.assertEqual((copy.state, copy.user_id), ("posted", self.user))
        self.assertFalse(letters.has_copy_to_post)
        with self.assertRaisesRegex(UserError, "dealt with"):
            other.action_post()
        self.assertEqual(len(letters.dispatch_ids), 2)
        self.assertEqual(letters.state, "sent")

    def test_term_ends_with_the_later_way(self):
        """Posted on the day of the mail, or days after: the term of the post counts when it is longer, never less."""
        for late in (0, 3):
            with self.subTest(days=late):
                letters = self.sent_by_mail(self.debtor(f"Debtor {late}"))
                by_mail = letters.default_from
                with self.at(late):
                    self.post(letters)
                by_post = letters._prepare_term(TODAY + timedelta(days=late), "post")["default_from"]
                self.assertEqual(letters.default_from, max(by_mail, by_post))
                self.assertEqual(letters.sent_on, TODAY)
                self.assertEqual(
                    letters.default_from > by_mail, "It was posted on paper as well" in str(self.told_on(letters))
                )
                self.back_in_time()
        self.assertGreater(letters.default_from, by_mail)

    def test_fourteen_days_of_a_consumer(self):
        """The free term runs from the later of both receipts, and the copy cannot shorten it (6:96(6) BW)."""
        level = "cremann_dunning.dunning_level_nl_consumer_3"
        self.env.ref(level).channel_ids = [Command.create({"channel": "print", "use": "also"})]
        partner = self.debtor("Mevrouw De Wit", kind="consumer")
        self.invoice(partner, 500, due=5)
        for day in (0, 8, 16):
            with self.at(day) as today:
                letters = self.confirm(self.run_for(self.nl, today, partner))
                self.send_outbox(letters)
        self.assertEqual(letters.legal_type, "statutory_notice")
        before = letters.claimable_from
        with self.at(17):
            self.post(letters)
            expected = letters.regime_id.free_term(TODAY + timedelta(days=17), "post")
        self.assertEqual(letters.claimable_from, expected.claimable_from)
        self.assertGreater(letters.claimable_from, before)

    def test_registered_with_number_and_proof(self):
        letters = self.sent_by_mail(copy="registered")
        wizard = self.wizard(letters)
        self.assertTrue(wizard.has_registered)
        wizard.line_ids.tracking_number = "3SABCD12345678"
        before = letters.default_from
        wizard.action_post()
        copy = self.copies(letters)
        self.assertEqual((copy.channel, copy.tracking_number), ("registered", "3SABCD12345678"))
        self.assertEqual(letters.default_from, before, "a registered letter counts once it was delivered")
        self.assertEqual(letters.receipt_grade, "sent")
        with self.at(6) as today:
            attempt = self.as_user(self.user, copy)
            action = attempt.action_proof()
            proof = attempt.env["dunning.proof.wizard"].with_context(**action["context"])
            proof.create({"delivered_on": today}).action_save()
            self.assertEqual((letters.receipt_grade, letters.receipt_on), ("delivered", today))
            self.assertGreater(letters.default_from, before)

    def test_what_was_paid_is_not_posted(self):
        letters = self.sent_by_mail()
        self.pay(letters.line_ids.move_id)
        with self.assertRaisesRegex(UserError, "None of these letters waits"):
            self.wizard(letters)

    def test_settled_copies_are_left_out_of_a_batch(self):
        letters = self.sent_by_mail(self.debtor("Betaalt"), self.debtor("Betaalt niet"))
        paid = letters.filtered(lambda letter: letter.partner_id.name == "Betaalt")
        self.pay(paid.line_ids.move_id)
        wizard = self.wizard(letters)
        self.assertEqual(wizard.line_ids.letter_id, letters - paid)
        self.assertEqual(self.copies(paid).state, "withheld")
        self.assertIn("paid", self.copies(paid).answer)

    def test_paid_after_printing(self):
        letters = self.sent_by_mail()
        wizard = self.wizard(letters)
        self.pay(letters.line_ids.move_id)
        answer = wizard.action_post()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertIn("Not sent", answer["params"]["message"])
        self.assertEqual((self.copies(letters).state, letters.has_copy_to_post), ("queued", True))
        with self.subTest("it was in the post already"):
            wizard.was_posted = True
            wizard.action_post()
            self.assertEqual(self.copies(letters).state, "posted")

    def test_chosen_not_to_post(self):
        letters = self.sent_by_mail()
        self.as_user(self.user, letters).action_drop_copy()
        copy = self.copies(letters)
        self.assertEqual((copy.state, letters.state), ("withheld", "sent"))
        self.assertIn(self.user.name, copy.answer)
        with self.assertRaises(UserError):
            self.as_user(self.user, letters).action_drop_copy()
        for stranger in (self.biller, self.internal):
            with self.assertRaises(AccessError):
                self.as_user(stranger, letters).action_drop_copy()

    def test_taken_back(self):
        letters = self.sent_by_mail()
        self.env["dunning.withdrawal"].sudo()._withdraw(letters.sudo(), "a mistake", self.manager)
        self.assertEqual((letters.state, self.copies(letters).state), ("cancelled", "withheld"))
        self.assertFalse(letters.has_copy_to_post)

    def test_mail_comes_back_before_the_copy_is_posted(self):
        letters = self.sent_by_mail()
        letters.sudo()._message_receive_bounce(letters.email_to, letters.contact_id)
        self.assertEqual((letters.state, letters.outcome, letters.has_copy_to_post), ("failed", "bounced", False))
        letters.action_on_paper()
        self.assertEqual(self.copies(letters).state, "withheld")
        self.post(letters)
        self.assertEqual(letters.state, "sent")
        self.assertEqual(self.copies(letters).mapped("state"), ["posted", "withheld"])
        self.assertFalse(letters.has_copy_to_post, "one letter on paper is enough")

    def test_mail_comes_back_and_goes_again(self):
        letters = self.sent_by_mail()
        letters.sudo()._message_receive_bounce(letters.email_to, letters.contact_id)
        letters.action_retry()
        self.send_outbox(letters)
        self.assertEqual((letters.state, letters.has_copy_to_post), ("sent", True))
        self.assertEqual(len(self.copies(letters)), 1)

    def test_mail_comes_back_after_the_copy_was_posted(self):
        letters = self.sent_by_mail()
        self.post(letters)
        letters.sudo()._message_receive_bounce(letters.email_to, letters.contact_id)
        self.assertEqual(letters.state, "sent")
        self.assertEqual(letters.line_ids.move_id.dunning_level_id, letters.level_id)
        self.assertEqual(letters.dispatch_ids.filtered(lambda attempt: attempt.channel == "email").state, "bounced")
        self.assertIn("Posted on", letters.receipt_basis)
        self.assertEqual(letters._law_channel(), "post")

    def test_copy_comes_back_by_post(self):
        letters = self.sent_by_mail(copy="registered")
        self.post(letters)
        copy = self.as_user(self.user, self.copies(letters))
        action = copy.action_proof()
        copy.env["dunning.proof.wizard"].with_context(**action["context"]).create({}).action_returned()
        self.assertEqual((copy.state, letters.state), ("returned", "sent"))
        self.assertEqual(letters.line_ids.move_id.dunning_level_id, letters.level_id)

    def test_no_street(self):
        letters = self.sent_by_mail(self.debtor(street=False))
        copy = self.copies(letters)
        self.assertEqual(copy.state, "withheld")
        self.assertIn("No street and city", copy.answer)

    def test_letter_that_goes_on_paper_has_no_copy(self):
        letters = self.sent_by_mail(self.debtor(email=False))
        self.assertTrue(letters.is_on_paper)
        self.assertEqual(letters.dispatch_ids.mapped("channel"), ["print"])

    def test_day_of_posting_before_on_and_after(self):
        letters = self.sent_by_mail()
        with self.at(2):
            for wrong in (TODAY - timedelta(days=1), TODAY + timedelta(days=3)):
                with self.assertRaises(UserError):
                    self.post(letters, posted_on=wrong)
            self.post(letters, posted_on=TODAY)
        self.assertEqual(self.copies(letters).started_at.date(), TODAY)

    def test_other_company_posts_nothing(self):
        letters = self.sent_by_mail()
        with self.assertRaises(AccessError):
            self.wizard(letters, self.biller)

    def test_by_letter_and_copy_in_one_batch(self):
        copied = self.sent_by_mail(self.debtor("Met kopie"))
        own = self.debtor("Zonder e-mail", email=False)
        self.invoice(own, 500, due=5)
        self.back_in_time()
        paper = self.confirm(self.run_for(partners=own))
        both = copied + paper
        wizard = self.wizard(both)
        self.assertEqual(len(wizard.line_ids), 2)
        answer = wizard.action_post()
        self.assertIn("2 posted", answer["params"]["message"])
        self.assertEqual(paper.state, "sent")
        self.assertEqual(self.copies(copied).state, "posted")

    def test_queries_do_not_grow_with_the_copies(self):
        counts = []
        for size in (5, 20):
            letters = self.sent_by_mail(*[self.debtor(f"Debtor {size} {number}") for number in range(size)])
            wizard = self.wizard(letters)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            wizard.action_post()
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(set(self.copies(letters).mapped("state")), {"posted"})
            self.back_in_time()
        self.assertLess(counts[1], counts[0] * 1.5, counts)

    def test_statement_is_behind_the_letter_once(self):
        level = self.env.ref(LEVEL)
        level.attach_statement = True
        letters = self.sent_by_mail()
        self.assertTrue(letters.has_statement_annex)
        self.assertFalse(self.env["dunning.mail.files"]._statement_files(letters))


@tagged("post_install", "-at_install")
class TestLevelWithCopy(CopyCase):
    def set_channels(self, channel, *also):
        lines = [Command.create({"channel": name, "use": "also"}) for name in also]
        self.env.ref(LEVEL).write({"channel": channel, "channel_ids": [Command.clear(), *lines]})
        self.env.flush_all()

    def test_ways_that_make_no_sense_are_told(self):
        for channel, also, message in (
            ("print", "email", "the mail is the letter"),
            ("registered", "email", "set Registered letter to As well"),
            ("print", "registered", "goes on paper already"),
            ("print", "print", "by this channel already"),
        ):
            with self.refused(message):
                self.set_channels(channel, also)
        self.set_channels("email", "print", "registered", "snailmail", "sms")
        with self.refused("goes on paper already|by this channel already"):
            self.env.ref(LEVEL).channel = "registered"

    def test_service_that_is_not_installed_is_told_on_the_level(self):
        level = self.env.ref(LEVEL)
        with patch.object(self.registry["dunning.companion"], "_has_service", lambda companion, model: False):
            self.set_channels("email", "print", "call")
            self.assertFalse(level.lacks_snailmail or level.lacks_sms)
            self.set_channels("email", "snailmail", "sms")
            self.assertTrue(level.lacks_snailmail and level.lacks_sms)
        level.invalidate_recordset()
        self.assertEqual(level.lacks_sms, "sms.sms" not in self.env)

    def test_screen(self):
        letters = self.sent_by_mail()
        self.assertTrue(self.open_form(self.as_user(self.user, letters))["has_copy_to_post"])


@tagged("post_install", "-at_install")
class TestCopyByService(CopyCase):
    """Odoo's Snail Mail: its own record up to its queue, and what its code makes of an answer."""

    def handed_over(self):
        if "snailmail.letter" not in self.env:
            self.skipTest("Odoo's Snail Mail is not installed here")
        letters = self.sent_by_mail(copy="snailmail")
        snail = self.env["snailmail.letter"].search([("model", "=", "dunning.letter"), ("res_id", "=", letters.id)])
        return letters, snail

    def test_taken_by_the_service(self):
        letters, snail = self.handed_over()
        self.assertEqual((snail.state, self.copies(letters).state), ("pending", "queued"))
        self.assertFalse(letters.has_copy_to_post, "nobody has to post it")
        before = letters.default_from
        snail.state = "sent"
        snail.notification_ids.sudo().write({"notification_status": "sent", "failure_type": False})
        self.assertEqual((self.copies(letters).state, letters.state), ("accepted", "sent"))
        self.assertGreater(letters.default_from, before)

    def test_refused_by_the_service(self):
        letters, snail = self.handed_over()
        snail.zip = False
        snail._snailmail_print()
        self.assertEqual((self.copies(letters).state, letters.state), ("refused", "sent"))
        self.assertIn("address of the recipient", self.copies(letters).answer)
        self.assertIn("address of the recipient", " ".join(self.told_on(letters)))

    def test_not_installed(self):
        with patch.object(self.registry["dunning.companion"], "_has_service", lambda companion, model: False):
            letters = self.sent_by_mail(copy="snailmail")
        self.assertEqual(self.copies(letters).channel, "print")
        [told] = [text for text in self.told_on(letters) if "Snail Mail is not installed" in text]
        self.assertIn("That is the copy on paper", told)
