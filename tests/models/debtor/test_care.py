"""Debtors treated with care: who may know it, what it changes, what is kept of it and what is erased."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from lxml import html

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...common import TODAY, USER, DunningCase
from ..event.told_case import ToldMixin


@tagged("post_install", "-at_install")
class TestCare(ToldMixin, DunningCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls._user("care_reader", "cremann_dunning.group_dunning_care", cls.nl)
        cls.partner = cls.debtor("Jan Pieters", "consumer")
        cls.move = cls.invoice(cls.partner, 100, due=5)
        cls.run_for(partners=cls.partner).action_cancel()
        cls.case = cls.env["dunning.case"]._for_partners(cls.partner, cls.nl, create=True)

    def note(self, user=None, **vals):
        env = self.as_user(user or self.user)
        action = self.case.with_env(env).action_care()
        self.assertEqual(action["res_model"], "dunning.care.wizard")
        window = env["dunning.care.wizard"].with_context(**action["context"]).create({"reason": "money", **vals})
        window.action_note()
        return self.env["dunning.care"].search([("partner_id", "=", self.partner.id)], order="id desc", limit=1)

    def text(self, letter):
        return " ".join(html.fromstring(letter.shown_body).text_content().split())

    # -- who may know it ------------------------------------------------------------------------------------------

    def test_who_sees_what(self):
        """Whoever hears it notes it; why is read by those with a right of their own."""
        care = self.note()
        self.assertEqual((care.user_id, care.source), (self.user, "debtor"))
        for user in (self.user, self.manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.as_user(user, care).read(["reason"])
            with self.assertRaises(AccessError):
                self.as_user(user)["dunning.care"].search([])
            self.assertTrue(self.as_user(user, self.case).with_care)
            self.assertTrue(self.as_user(user, self.partner).dunning_with_care)
            form = self.open_form(self.as_user(user, self.case))
            self.assertTrue(form["with_care"])
            self.assertNotIn("money", str(form))
            again = self.as_user(user, self.case).action_care()
            self.assertEqual(again["res_model"], "dunning.care.wizard", "nothing of it opens")
        self.assertEqual(self.as_user(self.reader, care).reason, "money")
        self.assertEqual(self.as_user(self.reader, self.case).action_care()["res_id"], care.id)
        self.assertTrue(self.open_form(self.as_user(self.reader, care)))
        with self.assertRaises(AccessError):
            self.as_user(self.biller, self.partner).read(["dunning_with_care"])
        with self.assertRaises(AccessError):
            self.as_user(self.internal)["dunning.care.wizard"].create({"case_id": self.case.id})

    def test_each_company_its_own(self):
        care = self.note()
        self.assertFalse(self.as_user(self.be_user, self.partner).dunning_with_care)
        theirs = self._user("care_be", "cremann_dunning.group_dunning_care", self.be)
        self.assertFalse(self.as_user(theirs)["dunning.care"].search([]))
        with self.assertRaises(AccessError):
            self.as_user(theirs, care).read(["reason"])
        self.env["dunning.care"].create({"partner_id": self.partner.id, "company_id": self.be.id, "reason": "life"})
        self.assertEqual(self.as_user(self.reader)["dunning.care"].search([]), care.with_user(self.reader))

    def test_search(self):
        self.note()
        cases = self.as_user(self.user)["dunning.case"]
        mine = self.case.with_env(cases.env)
        self.assertIn(mine, cases.search([("with_care", "=", True)]))
        self.assertNotIn(mine, cases.search([("with_care", "=", False)]))

    # -- what it changes ------------------------------------------------------------------------------------------

    def test_slower_at_once(self):
        self.assertEqual(self.code(self.move), "LETTER")
        care = self.note()
        self.assertEqual(self.code(self.move), "CARE_WAIT")
        self.assertIn("with care", self.why(self.move))
        self.nl.dunning_care_days = 0
        self.assertEqual(self.as_user(self.user, self.move).dunning_decision_id.code and self.fresh_code(), "LETTER")
        self.nl.dunning_care_days = 14
        self.as_user(self.reader, care).action_end()
        self.assertEqual(self.fresh_code(), "LETTER")

    def fresh_code(self):
        self.run_for(partners=self.partner).action_cancel()
        self.env.invalidate_all()
        return self.code(self.move)

    def test_nothing_that_waits_leaves(self):
        """A letter of a run that was confirmed before somebody noted it, in the outbox and as a draft."""
        letter = self.confirm(self.run_for(partners=self.partner))
        self.assertEqual(letter.state, "issued")
        self.note()
        self.send_outbox(letter)
        letter.invalidate_recordset()
        self.assertEqual(letter.state, "cancelled")
        self.assertIn("with care", letter.cancel_reason)

    def test_a_person_may_write(self):
        self.note()
        level = self.env.ref("cremann_dunning.dunning_procedure_nl_consumer").level_ids[:1]
        window = self.as_user(self.user)["dunning.letter.wizard"].create(
            {"case_id": self.case.id, "level_id": level.id}
        )
        self.assertTrue(window.with_care)
        letter = self.env["dunning.letter"].browse(window.action_write()["res_id"])
        letter.action_issue()
        self.send_outbox(letter)
        self.assertEqual(letter.state, "sent")

    # -- help in letters ------------------------------------------------------------------------------------------

    def letter_in(self, lang, country="nl"):
        self.partner.write({"lang": lang, "country_id": self.env.ref(f"base.{country}").id})
        self.nl.dunning_care_days = 0
        return self.run_for(partners=self.partner).letter_ids.with_env(self.env)

    def test_help_in_each_language(self):
        self.note()
        for lang, words in (("nl_NL", "Geldfit"), ("fr_FR", "Geldfit"), ("en_US", "Geldfit")):
            with self.undone(lang):
                letter = self.letter_in(lang)
                text = self.text(letter)
                self.assertIn(words, text)
                own = self.env.ref("cremann_dunning.dunning_help_text_nl").with_context(lang=lang).text
                self.assertIn(" ".join(own.split()), text)
                if lang != "en_US":
                    self.assertNotIn("Is paying difficult", text)
                refusals = self.env["dunning.gate"]._check(letter, texts=letter._words_to_come())[letter]
                self.assertFalse(refusals)
                self.assertFalse(self.env["dunning.wording"]._check(letter, letter._words_to_come())[letter])

    def test_help_of_his_country(self):
        self.note()
        with self.undone("Belgium"):
            self.partner.dunning_kind_set = "business"  # the first letter to a consumer there is a statutory one
            self.assertIn("OCMW", self.text(self.letter_in("nl_NL", "be")))
        with self.undone("none of his country"):
            self.env.ref("cremann_dunning.dunning_help_text_nl").active = False
            self.assertNotIn("0800-8115", self.text(self.letter_in("en_US")))
        with self.undone("his own"):
            own = {"name": "Own", "country_id": self.env.ref("base.nl").id, "company_id": self.nl.id}
            self.env["dunning.help.text"].create({**own, "text": "Call <b>Ann</b>.\n\nShe knows."})
            letter = self.letter_in("en_US")
            self.assertIn("Call &lt;b&gt;Ann", letter.shown_body)
            self.assertNotIn("Geldfit", letter.shown_body)

    def test_no_help_without_care(self):
        self.assertNotIn("0800-8115", self.text(self.letter_in("nl_NL")))

    # -- what is kept ---------------------------------------------------------------------------------------------

    def test_told_without_why(self):
        kinds = "debtor.care", "debtor.care_changed", "debtor.care_ended", "debtor.care_deleted"
        with self.telling(*kinds, family="debtor.care") as events:
            care = self.as_user(self.reader, self.note(reason="life", source="helper"))
            care.review_on = TODAY + timedelta(days=90)
            care.reason = "other"
            care.action_end()
            care.unlink()
        self.assertEqual(events[0].author_id, self.user)
        self.assertEqual(events[1].author_id, self.reader)
        for event in events:
            self.assertNotRegex(
                f"{event.facts} {self.personal(event)} {event.sentence}", "life|helper|Something happened"
            )
        self.assertIn("with care", events[0].with_context(lang="en_US").sentence)

    def test_who_changed_why_is_kept_beside_it(self):
        care = self.as_user(self.reader, self.note(), tracking_disable=False)
        self.env.flush_all()
        self.env.cr.precommit.run()
        care.reason = "life"
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        tracked = care.message_ids.sudo().tracking_value_ids
        self.assertIn("Something happened in his life", tracked.mapped("new_value_char"))
        with self.assertRaises(AccessError):
            self.as_user(self.user, care.message_ids).read(["body"])

    def test_days(self):
        year = TODAY + relativedelta(months=12)
        for day, right in ((TODAY - timedelta(days=1), False), (TODAY, False), (TODAY + timedelta(days=1), True),
                           (year - timedelta(days=1), True), (year, True),
                           (year + timedelta(days=1), False)):  # fmt: skip
            with self.undone(str(day)):
                if right:
                    self.assertEqual(self.note(review_on=day).review_on, day)
                else:
                    with self.refused("Look at it again after"):
                        self.note(review_on=day)
        with self.refused("ahead"):
            self.env["dunning.care"].create({"partner_id": self.partner.id, "company_id": self.nl.id, "reason": "money",
                                             "noted_on": TODAY + timedelta(days=1)})  # fmt: skip
        with self.refused("Choose why", UserError):
            self.note(reason=False)

    def test_once(self):
        first = self.note()
        with self.refused("already", ValidationError):
            self.note()
        self.as_user(self.reader, first).action_end()
        self.assertNotEqual(self.note(), first)

    def test_looked_at_again(self):
        care = self.note()
        self.assertIn(self.env.ref("cremann_dunning.group_dunning_care"), care.activity_ids.user_id.all_group_ids)
        self.assertEqual(care.activity_ids.date_deadline, care.review_on)
        for ahead, due in ((-1, False), (0, True), (1, True)):
            with self.at(care.review_on + timedelta(days=ahead)):
                found = self.env["dunning.care"].search([("is_to_review", "=", True)])
                self.assertEqual((care in found, care.is_to_review), (due, due))
                self.assertTrue(care.is_running, "nobody is forgotten: it holds until somebody ends it")
        self.as_user(self.reader, care).action_end()
        self.assertFalse(care.activity_ids)

    def test_erased(self):
        care = self.note()
        self.as_user(self.reader, care).action_end()
        for days, left in ((364, True), (365, False)):
            with self.at(days):
                self.env["dunning.erasure"]._erase_old()
                self.assertEqual(bool(care.exists()), left)
        again = self.note()
        self.env["dunning.erasure"]._erase(self.nl, self.partner.ids)
        self.assertFalse(again.exists())

    def test_goes_along_with_the_debtor(self):
        care = self.note()
        firm = self.debtor("Pieters BV")
        self.partner.parent_id = firm
        self.env.flush_all()
        care.invalidate_recordset()
        if self.partner.commercial_partner_id == firm:
            self.assertEqual(care.partner_id, firm)

    def test_who_was_spared(self):
        self.note()
        action = self.env.ref("cremann_dunning.dunning_spared_action")
        found = self.as_user(self.manager)["dunning.decision"].search([("code", "in", ("CARE_WAIT", "CARE_PERSON"))])
        self.assertIn("CARE_WAIT", action.domain)
        self.assertEqual(found.partner_id, self.as_user(self.manager, self.partner))
        self.assertNotIn("money", str(found.mapped("explanation")).lower())

    def test_a_user_cannot_speak_for_another_company(self):
        theirs = self.env["dunning.case"]._for_partners(self.partner, self.be, create=True)
        with self.assertRaises(AccessError):
            self.as_user(self.user)["dunning.care.wizard"].create({"case_id": theirs.id, "reason": "money"})
        self.assertTrue(USER)
