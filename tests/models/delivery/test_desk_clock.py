"""By when what comes in is answered, who hears that it was not, texts of answers, calls; and lists stay fast."""

from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ...common import NOW, TODAY, DunningCase

ALARM = "cremann_dunning.mail_activity_type_reply_late"


class DeskCase(DunningCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor("Bakkerij Jansen")
        cls.move = cls.invoice(cls.partner, 500, due=5)
        cls.desk = cls.env["dunning.desk"]

    def item(self, reason="question", partner=None, **values):
        given = {"source": "mail", "subject": "?", "text": "Vraag", **values}
        return self.desk._take_in(self.nl, self.partner if partner is None else partner, reason=reason, **given)

    def alarms(self, item):
        kind = self.env.ref(ALARM)
        return item.activity_ids.filtered(lambda one: one.activity_type_id == kind).sorted("id").user_id

    def mornings(self, days):
        """The daily job, twice, as on the morning so many days from now."""
        with self.at(days):
            for _call in range(2):
                self.env["dunning.daily.job"]._settle(self.nl)
            self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestClock(DeskCase):
    def test_every_reason_has_its_day(self):
        reasons = dict(self.env["dunning.reply"]._fields["reason"].selection)
        shipped = self.env["dunning.desk.term"].search([("company_id", "=", False)])
        self.assertEqual(set(shipped.mapped("reason")), set(reasons))
        for reason, days in (("copy", 1), ("question", 2), ("other", 3)):
            item = self.item(reason)
            local = fields.Datetime.context_timestamp(item.with_context(tz="Europe/Amsterdam"), item.due_at)
            self.assertEqual(local.date(), TODAY + timedelta(days=days))
            self.assertEqual((local.hour, local.minute), (23, 59))

    def test_only_working_days_count(self):
        with self.at(4):  # a Friday
            item = self.item()
        self.assertEqual(item.due_at.date(), TODAY + timedelta(days=8))

    def test_told_once_and_the_manager_later(self):
        self.nl.dunning_responsible_id = self.user
        item, nobody = self.item(), self.env["res.users"]
        manager = self.env["dunning.clock"]._manager(self.nl)
        self.assertEqual(item.user_id, self.user)
        for days, told in (
            (2, nobody),
            (3, self.user),
            (5, self.user),
            (6, self.user + manager),
            (30, self.user + manager),
        ):
            with self.subTest(days):
                self.mornings(days)
                self.assertEqual(self.alarms(item), told)
        item.action_handled()
        self.assertFalse(item.activity_ids)
        self.assertFalse(item.case_id.activity_ids)

    def test_another_reason_is_a_clock_that_begins_anew(self):
        item = self.item()
        self.mornings(3)
        self.assertTrue(item.late_told_on)
        item.reason = "other"
        self.assertFalse(item.late_told_on)
        self.assertFalse(self.alarms(item))

    def test_a_firm_has_days_and_owners_of_its_own(self):
        terms = self.as_user(self.manager)["dunning.desk.term"]
        terms.create({"reason": "paid", "days": 0, "company_id": self.nl.id, "user_id": self.manager.id})
        item = self.item("paid")
        self.assertEqual((item.due_at.date(), item.user_id), (TODAY, self.manager))
        with self.assertRaises(AccessError):
            self.as_user(self.user)["dunning.desk.term"].create({"reason": "plan", "days": 1})
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            terms.create({"reason": "plan", "days": 31, "company_id": self.nl.id})
            self.env.flush_all()

    def test_late_is_by_the_moment(self):
        item = self.item()
        replies = self.as_user(self.user)["dunning.reply"]
        for moment, late in (("2026-11-18 22:59:59", False), ("2026-11-18 23:00:00", True)):
            with freeze_time(moment):
                item.invalidate_recordset()
                self.assertEqual((item.is_late, bool(replies.search([("is_late", "=", True)]))), (late, late))

    def test_shown_on_today_and_in_the_digest(self):
        self.item()
        with self.at(3):
            today = self.as_user(self.user)["dunning.today"]
            light = {light["key"]: light for light in today.read_today(self.nl.id)["lights"]}["replies"]
            self.assertEqual(light["tone"], "danger")
            self.assertIn("1", light["detail"])
            self.assertEqual(today.action_open("replies", self.nl.id)["res_model"], "dunning.reply")
            facts = self.as_user(self.user)["dunning.digest.mail"]._facts(self.nl.id, NOW)
            self.assertEqual((facts["replies"], facts["late"]), (1, 1))


@tagged("post_install", "-at_install")
class TestTexts(DeskCase):
    def test_every_text_in_every_language(self):
        item = self.item(moves=self.move)
        texts = self.env["dunning.answer.text"].search([])
        self.assertGreater(len(texts), 9)
        for text in texts:
            said = {lang: text._written(item, self.move, lang) for lang in ("en_US", "nl_NL", "fr_FR")}
            with self.subTest(text.name):
                self.assertEqual(len({body for _subject, body in said.values()}), 3, "each language has its own")
                for subject, body in said.values():
                    self.assertNotIn("{", subject + body)

    def test_only_what_is_known_may_be_named(self):
        texts = self.as_user(self.manager)["dunning.answer.text"]
        with self.assertRaises(ValidationError):
            texts.create({"name": "x", "subject": "x", "body": "{password}"})
        with self.assertRaises(AccessError):
            self.as_user(self.user)["dunning.answer.text"].search([], limit=1).body = "x"

    def test_what_he_is_called_fills_in_nothing(self):
        self.partner.name = "{user} <b>x</b>"
        text = self.env["dunning.answer.text"].search([], limit=1)
        _subject, body = text._written(self.item(), self.move, "en_US")
        self.assertIn("{user} <b>x</b>", body)
        self.assertIn("&lt;b&gt;", text._as_html(body))


@tagged("post_install", "-at_install")
class TestOthers(DeskCase):
    def test_a_call_to_make_again_is_there_until_somebody_spoke(self):
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        queue = self.as_user(self.user)["dunning.call.queue"]
        for _time in range(2):
            day = queue._call_again(self.as_user(self.user, case), "")
        item = self.env["dunning.reply"].search([("case_id", "=", case.id)])
        self.assertEqual((len(item), item.reason, item.source, item.holds), (1, "call_back", "call", False))
        self.assertEqual(item.due_at.date(), day)
        self.assertEqual(len(case.activity_ids), 1, "nothing is told twice")
        contacts = self.as_user(self.user)["dunning.contact"]
        contacts.create({"case_id": case.id, "outcome": "not_reached"})
        self.assertEqual(item.state, "open")
        contacts.create({"case_id": case.id, "outcome": "other"})
        self.assertEqual(item.state, "handled")

    def test_what_does_not_hold_lets_letters_go(self):
        self.item(holds=False)
        self.assertTrue(self.run_for(partners=self.partner).letter_ids)
        self.item()
        self.assertFalse(self.run_for(partners=self.partner).letter_ids)

    def test_erased_with_its_files(self):
        item = self.item(files=[("brief.pdf", b"%PDF-1.4")], contact=self.partner)
        waiting = self.item("paid", text="Anders")
        file = item.file_ids
        item.action_handled()
        self.env["dunning.erasure"]._erase(self.nl, self.partner.ids)
        self.assertFalse(item.text or item.preview or item.subject or item.email_from or item.contact_id)
        self.assertFalse(file.exists())
        self.assertEqual((item.state, item.reason), ("handled", "question"), "that something came in stays")
        self.assertTrue(waiting.text, "what waits is needed still")

    def test_a_list_of_fifty_takes_as_many_queries_as_one_of_five(self):
        partners = self.env["res.partner"].union(*(self.debtor(f"Debtor {number}") for number in range(50)))
        moves = self.invoices(partners, 100, due=5)
        for partner, move in zip(partners, moves, strict=True):
            self.item(partner=partner, moves=move, text=partner.name)
        replies, counts = self.as_user(self.user)["dunning.reply"], []
        names = ("due_at", "source", "reason", "partner_id", "preview", "amount_overdue", "user_id", "body", "about")
        for limit in (5, 50):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            replies.web_search_read([("state", "=", "open")], {name: {} for name in names}, limit=limit)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3, counts)
        before = self.cr.sql_log_count
        replies.search([("state", "=", "open")], limit=50).action_handled()
        self.env.flush_all()
        self.assertLess(self.cr.sql_log_count - before, 400)
