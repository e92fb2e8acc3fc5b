"""A mail about each company to whoever asked for it: once a day, where the company is, and to nobody without rights."""

from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import MANAGER, TODAY, USER, DunningCase

LOG = "odoo.addons.cremann_dunning.models.debtor.dunning_digest"


@tagged("post_install", "-at_install")
class TestDigest(DunningCase):
    with_belgium = True
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.lang_nl").active = True
        cls.partner = cls.debtor("Jansen")
        cls.move = cls.invoice(cls.partner, 1000, due=10)
        cls.env["dunning.figures"]._put_away()

    def digest(self, user=None, frequency="daily", company=None):
        company = company or self.nl
        clients = self.as_user(user or self.user)["dunning.client"].browse(company.id)
        getattr(clients, f"action_digest_{frequency}")()
        found = self.env["dunning.digest"].search([("company_id", "=", company.id)])
        return found.filtered(lambda digest: digest.user_id == (user or self.user))

    def mails(self, days=0, hour=9):
        """What the cron puts into the outbox on a day, at an hour in UTC."""
        before = self.env["mail.mail"].search([])
        when = TODAY.fromordinal(TODAY.toordinal() + days)
        with freeze_time(f"{when} {hour:02d}:00:00"), mute_logger(LOG):
            self.env.flush_all()
            self.env.invalidate_all()
            self.env["dunning.digest"]._cron_send()
        return self.env["mail.mail"].search([]) - before

    def text(self, mail):
        return " ".join(str(mail.body_html).replace("<", " <").split()).replace("\xa0", " ")

    def test_every_day_once_and_only_with_something_to_tell(self):
        self.digest()
        self.assertFalse(self.mails(), "nothing happened: what is overdue alone is no news")
        self.run_for()
        self.assertFalse(self.mails(), "the day is done")
        [mail] = self.mails(1)
        self.assertEqual(mail.recipient_ids, self.user.partner_id)
        self.assertEqual(mail.subject, "Kaai Holland B.V.: follow-up on 11/17/2026")
        self.assertIn("€1,000.00", self.text(mail))
        self.assertIn("Runs that wait to be confirmed", self.text(mail))
        self.assertFalse(self.mails(1, hour=12))
        self.assertTrue(self.mails(2))

    def test_on_mondays_with_what_was_overdue_a_week_ago(self):
        self.digest(frequency="weekly")
        [mail] = self.mails()  # a Monday
        self.assertIn("Nothing happened since the last time", self.text(mail))
        self.assertNotIn("a week ago", self.text(mail))
        for days in (1, 6):
            self.assertFalse(self.mails(days))
        self.pay(self.move, 400)
        [mail] = self.mails(7)
        self.assertIn("€600.00", self.text(mail))
        self.assertIn("Overdue a week ago", self.text(mail))
        self.assertIn("€1,000.00", self.text(mail))
        [mail] = self.mails(15)  # the Monday was missed
        self.assertNotIn("a week ago", self.text(mail), "nobody looked eight days before")
        self.assertFalse(self.mails(16))

    def test_chosen_in_the_week_it_begins_on_monday(self):
        with self.at(1):
            self.digest(frequency="weekly")
        self.assertFalse(self.mails(6))
        self.assertTrue(self.mails(7))

    def test_at_the_hour_and_on_the_day_of_the_company(self):
        self.digest(frequency="weekly")
        self.nl.dunning_send_hour = 8
        self.nl.partner_id.tz = "Europe/Amsterdam"
        self.assertFalse(self.mails(hour=6), "seven o'clock there")
        self.assertTrue(self.mails(hour=7))
        self.nl.partner_id.tz = "Pacific/Auckland"
        self.assertTrue(self.mails(6, hour=20), "Monday morning over there")

    def test_in_the_language_of_whoever_gets_it(self):
        self.user.lang = "nl_NL"
        self.digest(frequency="weekly")
        [mail] = self.mails()
        self.assertIn("Nu vervallen", self.text(mail))
        self.assertIn("€ 1.000,00", self.text(mail))

    def test_what_happened_is_told(self):
        self.digest()
        self.mails()
        with self.at(1):
            self.send_level()
            self.pay(self.move, 100)
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl)
        self.env["dunning.reply"].create({"case_id": case.id, "received_on": TODAY, "received_at": "2026-11-17 10:00"})
        self.nl.dunning_job_error = "No <b>numbers</b>"
        [mail] = self.mails(1, hour=11)
        text = self.text(mail)
        for words in ("Letters sent", "Replies that came in", "Replies to handle", "The daily job could not"):
            self.assertIn(words, text)
        self.assertIn("No &lt;b&gt;numbers", text.replace(" &lt;", " &lt;"))

    def test_nobody_without_rights(self):
        """Each in turn; the subscription says why, and goes on once the right is back."""
        digest = self.digest(frequency="weekly")
        user = self.user
        for why, take, give in (
            ("archived", {"active": False}, {"active": True}),
            ("right", *({"group_ids": [Command.set(self.env.ref(name).ids)]} for name in ("base.group_user", USER))),
            (
                "company",
                *(
                    {"company_ids": [Command.set(company.ids)], "company_id": company.id}
                    for company in (self.be, self.nl)
                ),
            ),
            ("email", {"email": False}, {"email": "again@example.com"}),
        ):
            with self.subTest(why):
                user.write(take)
                self.env.invalidate_all()
                self.assertEqual(digest.stopped, why)
                self.assertFalse(self.mails())
                user.write(give)
                self.env.invalidate_all()
                self.assertFalse(digest.stopped)
        self.assertTrue(self.mails())

    def test_one_that_fails_stops_no_other(self):
        first = self.digest(self.group_user, "weekly")
        second = self.digest(self.group_user, "weekly", self.be)
        service = self.registry["dunning.digest.mail"]
        real, nl = service._facts, self.nl.id

        def facts(records, company_id, since):
            if company_id == nl:
                raise ValueError("foreseen by nobody")
            return real(records, company_id, since)

        with patch.object(service, "_facts", facts):
            self.assertEqual(len(self.mails()), 1)
        self.assertEqual((first.sent_on, second.sent_on), (False, TODAY))
        self.assertEqual(len(self.mails()), 1, "the next call makes good for it")

    def test_one_mail_a_company(self):
        clients = self.as_user(self.group_user)["dunning.client"].browse((self.nl + self.be).ids)
        clients.action_digest_weekly()
        self.assertEqual(set(clients.mapped("digest")), {"weekly"})
        self.assertEqual({mail.subject[:6] for mail in self.mails()}, {"Kaai H", "Kaai B"})

    def test_whose_it_is(self):
        digest = self.digest()
        manager = self._user("both_manager", MANAGER, self.nl, self.be)
        self.assertTrue(self.as_user(manager, digest).has_access("read"))
        self.assertFalse(self.as_user(self.group_user, digest).has_access("read"))
        digests = self.as_user(self.user)["dunning.digest"]
        with self.refused("company of your own", ValidationError):
            digests.create({"company_id": self.be.id})
        with self.refused("", AccessError):
            digests.create({"company_id": self.nl.id, "user_id": self.group_user.id})
        self.digest(frequency="none")
        self.assertEqual(digest.frequency, "none")
        self.assertFalse(self.mails())
