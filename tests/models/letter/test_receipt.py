"""What proves that a letter was received, and what later proof does to the term that it gave."""

from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ...common import TODAY, DunningCase
from .test_page import PageCase


@tagged("post_install", "-at_install")
class TestOpening(PageCase):
    def openings(self, letter):
        return self.env["dunning.opening"].search([("letter_id", "=", letter.id)])

    def test_looking_at_the_page_or_its_files_is_no_opening(self):
        self.get(self.letter)
        self.get(self.letter, report_type="pdf")
        self.url_open("/" + self.letter.page_url_text.split("/", 1)[1])
        self.url_open(f"/my/dunning/{self.letter.id}/opened?access_token={self.letter.access_token}")
        self.env.invalidate_all()
        self.assertFalse(self.openings(self.letter))
        self.assertEqual(self.letter.receipt_grade, "sent")

    def test_page_reports_by_itself_that_it_is_open(self):
        agent = "Mozilla/5.0 (a long name) " + "x" * 500
        self.assertIs(self.opened(self.letter, **{"User-Agent": agent, "X-Forwarded-For": "203.0.113.77"}), True)
        opening = self.openings(self.letter)
        self.assertEqual((opening.company_id, opening.partner_id), (self.nl, self.partner))
        self.assertEqual(opening.address, "127.0.0.0/24", "no more of an address than the evidence needs")
        self.assertTrue(agent.startswith(opening.agent))
        self.assertLessEqual(len(opening.agent), 120)
        self.assertFalse(self.openings(self.other_letter))
        self.assertEqual((self.letter.receipt_grade, self.letter.receipt_on), ("read", TODAY))

    def test_colleagues_count_for_nothing(self):
        for user in (self.user, self.internal):
            self.authenticate(user.login, user.login)
            self.assertIn("does not count", self.text(self.get(self.letter)))
            self.assertIs(self.opened(self.letter), False)
        self.assertFalse(self.openings(self.letter))

    def test_debtor_with_a_login_counts(self):
        user = self.portal_user(self.partner)
        self.authenticate(user.login, user.login)
        self.assertIs(self.opened(self.letter, None), True)
        self.assertIs(self.opened(self.other_letter, None), False)

    def test_nobody_floods_the_table(self):
        self.assertEqual([self.opened(self.letter) for _time in range(5)], [True, False, False, False, False])
        self.assertIs(self.opened(self.other_letter), True)
        self.assertEqual(len(self.openings(self.letter)), 1)
        record = self.env["dunning.opening"]._record
        frozen = fields.Datetime.now()  # the moment of the class, see DunningCase.freeze_time
        self.assertFalse(record(self.letter, "::1", ""))
        with self.at(1):
            self.assertEqual(record(self.letter, "2001:db8:1:2::3", "").address, "2001:db8:1::/48")
            self.assertFalse(record(self.letter, "::1", ""))
        self.assertEqual(self.openings(self.letter).mapped("opened_at")[-1], frozen)

    def test_same_moment_twice_is_one(self):
        """Two reports that do not see each other: the index holds."""
        opening = self.env["dunning.opening"]
        first = opening._record(self.letter, "::1", "")
        self.patch(type(opening), "search_count", lambda *_args, **_options: 0)
        self.assertTrue(first)
        self.assertFalse(opening._record(self.letter, "::1", ""))

    def test_odd_addresses(self):
        network = self.env["dunning.opening"]._record(self.letter, "::ffff:203.0.113.77", "").address
        self.assertEqual(network, "203.0.113.0/24")
        self.assertFalse(self.env["dunning.opening"]._record(self.other_letter, "no address", None).address)

    def test_openings_stand_in_the_story_of_the_case_and_not_in_its_chatter(self):
        case = self.letter.case_id
        before = case.message_ids
        self.opened(self.letter)
        with self.at(1):
            self.opened(self.letter)
        self.assertEqual(len(self.openings(self.letter)), 2)
        self.assertEqual(case.message_ids, before)
        told = [text for text in self.told_on(case) if text.startswith("The debtor opened")]
        self.assertEqual(told, [f"The debtor opened the page of letter {self.letter.name}."] * 2)

    def test_what_was_seen_stays(self):
        self.opened(self.letter)
        opening = self.openings(self.letter)
        with self.assertRaises(UserError):
            opening.agent = "another"
        with self.assertRaises(UserError):
            opening.unlink()
        for user in (self.user, self.manager):
            mine = self.as_user(user, opening)
            self.assertEqual(mine.read(["address"])[0]["address"], "127.0.0.0/24")
            for operation in ("write", "create", "unlink"):
                self.assertFalse(mine.has_access(operation))
        with self.assertRaises(AccessError):
            self.as_user(self.be_user, opening).read(["address"])
        self.assertFalse(self.as_user(self.be_user)["dunning.opening"].search([]))

    def test_form_shows_the_proof(self):
        self.opened(self.letter)
        values = self.open_form(self.as_user(self.user, self.letter))
        self.assertEqual(values["receipt_grade"], "read")
        self.assertIn("3:37", values["receipt_basis"])
        self.assertEqual(len(values["opening_ids"]), 1)


@tagged("post_install", "-at_install")
class TestGrade(DunningCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.invoice(self.partner, 100, due=10)

    def test_from_nothing_to_read(self):
        letter = self.confirm(self.run_for(partners=self.partner)).with_env(self.env)
        self.assertEqual((letter.receipt_grade, letter.receipt_on), ("none", False))
        self.send_outbox(letter)
        self.assertEqual((letter.receipt_grade, letter.receipt_on), ("sent", False))
        self.assertIn("mail server", letter.receipt_basis)
        with self.at(3):
            letter.dispatch_ids.delivered_on = TODAY + timedelta(days=2)
            self.assertEqual((letter.receipt_grade, letter.receipt_on), ("delivered", TODAY + timedelta(days=2)))
            letter._register_opening("::1", "")
            self.assertEqual((letter.receipt_grade, letter.receipt_on), ("read", TODAY + timedelta(days=2)))

    def test_what_came_back_was_not_delivered(self):
        letter = self.send_level(partners=self.partner).with_env(self.env)
        letter.dispatch_ids.delivered_on = TODAY
        self.assertEqual(letter.receipt_grade, "delivered")
        letter.dispatch_ids.state = "bounced"
        self.assertEqual(letter.receipt_grade, "sent")

    def test_test_letter_proves_nothing(self):
        self.nl.dunning_mode = "test"
        letter = self.send_level(partners=self.partner).with_env(self.env)
        self.assertEqual(letter.receipt_grade, "none")

    def test_day_of_delivery_before_on_and_after(self):
        letter = self.send_level(partners=self.partner).with_env(self.env)
        attempt = letter.dispatch_ids
        for wrong in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
            with self.refused(letter.name):
                attempt.delivered_on = wrong
        attempt.delivered_on = TODAY
        self.assertEqual(attempt.delivered_on, TODAY)


@tagged("post_install", "-at_install")
class TestTerm(DunningCase):
    without_pdf = True
    with_belgium = True

    def notice(self, on_paper=False, company=None):
        """A statutory notice that was sent: seventeen days from now, a Thursday, in the Netherlands."""
        self.back_in_time()
        company = company or self.nl
        country = company.country_id
        vals = {"email": False} if on_paper else {}
        partner = self.debtor("Mrs White", kind="consumer", country_id=country.id, **vals)
        self.invoice(partner, 500, due=12, company=company)
        for days in (-7, 4, 17):  # on paper each term to pay has the days of the post before it
            with self.at(days) as today:
                letter = self.send_level(company, partner, today).with_env(self.env)
            if letter.legal_type == "statutory_notice":
                break
        self.assertEqual(letter.legal_type, "statutory_notice")
        return letter

    def terms(self, letter):
        return letter.term_first_day, letter.term_last_day, letter.claimable_from

    def deliver(self, letter, day, state=None):
        with self.at(day + timedelta(days=1)):
            letter.dispatch_ids[:1].write({"delivered_on": day} | ({"state": state} if state else {}))
            self.env.flush_all()

    def test_delivery_before_on_and_after_the_presumed_day(self):
        """Sent on paper on Thursday 3 December 2026: presumed on Tuesday 8 December (three days of delivery)."""
        letter = self.notice(on_paper=True)
        self.assertEqual(letter.sent_on, date(2026, 12, 3))
        self.assertEqual(self.terms(letter), (date(2026, 12, 9), date(2026, 12, 22), date(2026, 12, 23)))
        counted = self.terms(letter)
        for day in (date(2026, 12, 4), date(2026, 12, 7), date(2026, 12, 8)):
            self.deliver(letter, day)
            self.assertEqual(self.terms(letter), counted, "what was counted is never taken back")
        self.deliver(letter, date(2026, 12, 9))
        # 9 + 14 = 23 December
        self.assertEqual(self.terms(letter), (date(2026, 12, 10), date(2026, 12, 23), date(2026, 12, 24)))
        [told] = [text for text in self.told_on(letter) if text.startswith("The term")]
        self.assertTrue(told.endswith("the next step can follow from 12/24/2026. It was received on 12/09/2026."), told)

    def test_told_in_the_language_of_whoever_reads_it(self):
        letter = self.notice(on_paper=True)
        self.deliver(letter.with_context(lang="fr_FR"), date(2026, 12, 11))
        [told] = [text for text in self.told_on(letter, "nl_NL") if text.startswith("De termijn van brief")]
        self.assertIn("11-12-2026", told)

    def test_last_day_on_christmas_moves_on(self):
        letter = self.notice(on_paper=True)
        self.deliver(letter, date(2026, 12, 11))
        self.assertEqual(self.terms(letter), (date(2026, 12, 12), date(2026, 12, 28), date(2026, 12, 29)))

    def test_next_step_waits_along(self):
        letter = self.notice(on_paper=True)
        before = letter.claimable_from
        self.deliver(letter, date(2026, 12, 15))
        after = letter.claimable_from
        self.assertGreater(after, before)
        with self.at(before):
            self.assertFalse(self.run_for(partners=letter.partner_id, date=before).letter_ids)
            move = letter.line_ids.move_id
            self.assertEqual(self.code(move), "PERIOD_RUNNING")

    def test_late_delivery_by_mail_moves_the_term(self):
        letter = self.notice()
        self.assertEqual(letter.term_first_day, letter.sent_on + timedelta(days=1))
        self.deliver(letter, letter.sent_on + timedelta(days=4))
        self.assertEqual(letter.term_first_day, letter.sent_on + timedelta(days=5))

    def test_failed_attempt_proves_nothing(self):
        letter = self.notice(on_paper=True)
        counted = self.terms(letter)
        self.deliver(letter, date(2026, 12, 15), "refused")
        self.assertEqual(self.terms(letter), counted)

    def test_opening_neither_shortens_nor_lengthens(self):
        """That it was opened says that it had come by then, not that it came on that day."""
        for on_paper in (True, False):
            letter = self.notice(on_paper)
            counted = self.terms(letter)
            for day in (letter.sent_on, letter.sent_on + timedelta(days=1), letter.sent_on + timedelta(days=12)):
                with self.at(day):
                    letter._register_opening("::1", "")
                    letter._count_from_receipt()
                self.assertEqual(self.terms(letter), counted, day)
            self.assertEqual(len(letter.opening_ids), 3)

    def test_registered_letter_gets_its_term_with_the_proof(self):
        self.env["dunning.level"].search([("legal_type", "=", "statutory_notice")]).channel = "registered"
        letter = self.notice()
        self.assertEqual((letter.channel, letter.dispatch_ids.channel), ("registered", "registered"))
        self.assertFalse(any(self.terms(letter)))
        self.assertIn("without proof", letter.receipt_basis)
        opened = letter.sent_on + timedelta(days=2)
        with self.at(opened):
            letter._register_opening("::1", "")
        self.assertEqual(letter.term_first_day, opened + timedelta(days=1))
        self.deliver(letter, date(2026, 12, 9))
        self.assertEqual(letter.term_first_day, date(2026, 12, 10), "the carrier's day is later, so it counts")

    def test_belgian_term_counts_from_sending(self):
        letter = self.notice(company=self.be)
        counted = self.terms(letter)
        self.assertTrue(all(counted))
        self.deliver(letter, letter.sent_on + timedelta(days=6))
        self.assertEqual(self.terms(letter), counted)
        self.assertIn("XIX.2", letter.receipt_basis)

    def test_default_after_a_reminder_waits_for_late_delivery(self):
        """6:82 BW: the term to pay that a reminder gives counts from its receipt."""
        partner = self.debtor(email=False)
        self.invoice(partner, 100, due=10)
        letter = self.send_level(partners=partner).with_env(self.env)
        counted = letter.default_from
        self.assertTrue(counted)
        for late, moves in ((0, False), (9, True)):
            self.deliver(letter, letter.sent_on + timedelta(days=late))
            self.assertEqual(letter.default_from > counted, moves, late)

    def test_taken_back_letter_gets_no_term_back(self):
        letter = self.notice(on_paper=True)
        counted = self.terms(letter)
        with self.at(18):
            letter.env["dunning.withdrawal"]._withdraw(letter, "wrong", self.manager)
        self.deliver(letter, date(2026, 12, 15))
        self.assertEqual(self.terms(letter), counted)


@tagged("post_install", "-at_install")
class TestSettings(DunningCase, HttpCase):
    def test_page_is_on_and_can_be_switched_off(self):
        self.assertTrue(self.nl.dunning_page)
        settings = self.env["res.config.settings"].create({"dunning_page": False})
        settings.execute()
        self.assertFalse(self.nl.dunning_page)
