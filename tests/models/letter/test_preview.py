"""The preview of a letter: the document beside the checks, the amounts and the term, for who may see the letter."""

import base64
from datetime import date, timedelta
from unittest.mock import patch

from lxml import html
from markupsafe import Markup

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import format_date, mute_logger

from odoo.addons.cremann_dunning.models.letter.dunning_printing import DunningPrinting

from ..run.test_gate import GateCase


class PreviewCase(GateCase):
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.printed = []

        def look(letter):
            cls.printed.append(letter)
            return b"%PDF-1.4 preview of " + str(letter.id).encode()

        cls.startClassPatcher(cls.patch_preview(look))

    @staticmethod
    def patch_preview(look):
        own = DunningPrinting._preview
        return patch.object(
            DunningPrinting,
            "_preview",
            lambda printing, letter: own(printing, letter) if letter.pdf_file else look(letter),
        )

    def preview(self, letter, user=None):
        """The preview as the button opens it."""
        letter = self.as_user(user or self.user, letter)
        action = letter.action_preview()
        return letter.env[action["res_model"]].browse(action["res_id"])

    def seen(self, preview):
        """The right side as a reader sees it: words on one line."""
        preview.invalidate_recordset()
        return " ".join(html.fromstring(preview.checks_html).text_content().split())

    def icons(self, preview, css):
        """The colours of the rows of one kind."""
        rows = html.fromstring(preview.checks_html).find_class(css)
        return [row.find("i").get("title") for row in rows]


@tagged("post_install", "-at_install")
class TestPreview(PreviewCase):
    def letter_of(self, partner, days=()):
        for number in days:
            with self.at(number) as today:
                self.send_level(partners=partner, date=today)

    def test_draft_of_a_notice_of_default(self):
        partner = self.debtor()
        move = self.invoice(partner, 1210, due=1, label="Repair of the oven")
        self.letter_of(partner, (0, 8))
        with self.at(16) as today:
            letter = self.proposed(partner, today)[1]
            preview = self.preview(letter)
            text = self.seen(preview)
            self.assertEqual((preview.light, preview.is_stored, preview.may_override), ("green", False, False))
            self.assertEqual(base64.b64decode(preview.pdf), b"%PDF-1.4 preview of " + str(letter.id).encode())
            self.assertIn("Everything that this letter needs is in it", text)
            self.assertEqual(set(self.icons(preview, "o_dunning_element")), {"Green"})
            for words in (
                "That this is the notice of default",
                "as far as needed, this letter is our notice of default.",
                f"Principal {move.name} ",
                "Costs, asked now art. 6:96",
                "Interest",
                "Sent today Wed 2 Dec 2026",
                "Received, presumed Wed 2 Dec 2026",
                "First day Thu 3 Dec 2026",
                "Last day Wed 9 Dec 2026",
                "No step after this one",
            ):
                self.assertIn(words, text)
            self.assertEqual(letter.state, "draft")
            self.assertFalse(letter.body)
            self.open_form(preview)

    def test_what_is_missing_and_what_is_wrong(self):
        partner = self.debtor()
        self.invoice(partner, 1210, due=1)
        self.letter_of(partner, (0, 8))
        text = self.env.ref("cremann_dunning.mail_template_notice_of_default")
        for mark in ('<t t-out="object.amounts_html"/>', '<t t-out="object.amounts_html"></t>'):
            text.body_html = text.body_html.replace(mark, Markup("<p>And €12.34. SHOUTING LOUDLY.</p>"))
        with self.at(16) as today:
            preview = self.preview(self.proposed(partner, today)[1], self.manager)
            words = self.seen(preview)
            self.assertEqual(preview.light, "red")
            self.assertTrue(preview.may_override)
            self.assertIn("Red", self.icons(preview, "o_dunning_element"))
            self.assertEqual(self.icons(preview, "o_dunning_finding"), ["Red", "Yellow"])
            self.assertIn("Not found: “€181.50”", words)
            self.assertIn("“And €12.34.”", words)
            self.assertFalse(self.preview(preview.letter_id, self.user).may_override)
            action = preview.action_override()
            self.assertEqual(action["res_model"], "dunning.override.wizard")

    def test_amber(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=5)
        self.env.ref("cremann_dunning.dunning_level_nl_business_1").max_words = 3
        preview = self.preview(self.proposed(partner)[1])
        self.assertEqual(preview.light, "amber")
        self.assertIn("The level wants 3 at most", self.seen(preview))
        self.assertEqual(preview.may_override, False)

    def test_fourteen_day_letter_before_and_after_it_was_sent(self):
        partner = self.debtor("Mrs White", kind="consumer")
        self.invoice(partner, 1000, due=1)
        self.letter_of(partner, (0, 8))
        with self.at(16) as today:
            run, letter = self.proposed(partner, today)
            before = self.seen(self.preview(letter))
            self.confirm(run)
            stored = self.preview(letter)
            self.assertTrue(stored.is_stored)
            self.assertEqual(stored.pdf, letter.pdf_file)
            self.send_outbox(letter)
        with self.at(20):
            after = self.seen(self.preview(letter))
        term = [
            "Received, presumed Wed 2 Dec 2026",
            "First day Thu 3 Dec 2026",
            "Last day Wed 16 Dec 2026",
            # two days after sending at the earliest, and not before the free term ended
            "Next step possible: Final notice Thu 17 Dec 2026",
        ]
        self.assertEqual((letter.term_last_day, letter.claimable_from), (date(2026, 12, 16), date(2026, 12, 17)))
        for text, sent in ((before, "Sent today Wed 2 Dec 2026"), (after, "Sent Wed 2 Dec 2026")):
            for words in (sent, *term):
                self.assertIn(words, text)
        self.assertIn("Costs, announced", after)

    def test_the_next_step_is_on_the_day_that_the_engine_names(self):
        """Not within the days that the letter itself gives."""
        partner = self.debtor()
        move = self.invoice(partner, 1000, due=1)
        run, letter = self.proposed(partner)
        before = self.seen(self.preview(letter))
        self.confirm(run)
        self.send_outbox(letter)
        self.run_for(partners=partner)
        day = move.with_env(self.env).dunning_decision_id.next_date
        self.assertEqual(day, letter.deadline + timedelta(days=1))
        said = f"Next step possible: Second reminder {format_date(self.env, day, date_format='EEE d MMM y')}"
        for words in (before, self.seen(self.preview(letter))):
            self.assertIn(said, words)

    def test_no_term(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=-3)
        procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        text = self.env.ref("cremann_dunning.mail_template_pre_due")
        step = {"name": "Ahead", "sequence": 5, "legal_type": "pre_due", "delay_days": 5, "template_id": text.id}
        self.env["dunning.level"].create(step | {"procedure_id": procedure.id})
        preview = self.preview(self.proposed(partner)[1])
        self.assertIn("This letter gives no term of its own.", self.seen(preview))
        self.assertEqual(preview.light, "green")

    def test_a_text_with_an_error(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=5)
        text = self.env.ref("cremann_dunning.mail_template_reminder")
        whole = text.body_html
        text.body_html = '<p t-out="object.nothing_like_this"/>'
        letter = self.proposed(partner)[1]
        with mute_logger("odoo.addons.base.models.ir_qweb"):
            preview = self.preview(letter)
            self.assertEqual((preview.light, preview.may_override), ("red", False))
            self.assertIn("cannot be filled in", self.seen(preview))
        text.body_html = whole
        self.env.invalidate_all()
        preview.action_refresh()
        self.env.invalidate_all()
        self.assertEqual(preview.light, "green")

    def test_a_document_that_cannot_be_printed(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=5)
        letter = self.proposed(partner)[1]

        def broken(_letter):
            raise OSError("wkhtmltopdf is not there")

        with self.patch_preview(broken):
            preview = self.preview(letter)
        self.assertFalse(preview.pdf)
        self.assertIn("wkhtmltopdf is not there", preview.pdf_problem)
        self.assertEqual(preview.light, "green")
        self.assertTrue(preview.shown_body)

    def test_next_and_previous_of_the_run(self):
        partners = self.env["res.partner"].union(*(self.debtor(f"Debtor {number}") for number in range(3)))
        self.invoices(partners, 100, due=5)
        run = self.run_for(partners=partners)
        letters = run.letter_ids
        preview = self.preview(letters[0])
        self.assertEqual((preview.previous_id.id, preview.next_id, preview.place), (False, letters[1], "1 of 3"))
        stamps = [preview.stamp]
        for letter in letters[1:]:
            preview.action_next()
            self.env.invalidate_all()
            self.assertEqual(preview.letter_id, letter)
            stamps.append(preview.stamp)
        self.assertEqual(len(set(stamps)), 3)
        self.assertEqual((preview.next_id.id, preview.place), (False, "3 of 3"))
        preview.action_next()  # pressed twice: it stays where it is
        self.env.invalidate_all()
        self.assertEqual(preview.letter_id, letters[2])
        preview.action_previous()
        self.env.invalidate_all()
        self.assertEqual(preview.letter_id, letters[1])

    def test_what_others_typed_is_escaped(self):
        name = "<img src=x onerror=alert(1)> & Co"
        partner = self.debtor(name)
        self.invoice(partner, 100, due=5, label="<script>alert(2)</script>")
        self.nl.name = "Kaai <b>Holland</b> B.V."
        self.env.ref("cremann_dunning.mail_template_reminder").body_html += Markup(
            "<p>€1.00 <t t-out='object.partner_id.name'></t></p>"
        )
        preview = self.preview(self.proposed(partner)[1])
        page = html.fromstring(preview.checks_html)
        self.assertIn("onerror=alert(1)", page.text_content())
        self.assertFalse(page.xpath("//img | //script | //b"))

    def test_override_from_the_preview(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=5)
        text = self.env.ref("cremann_dunning.mail_template_reminder")
        text.body_html += Markup("<p>We go to court.</p>")
        run, letter = self.proposed(partner)
        self.confirm(run)
        preview = self.preview(letter, self.manager)
        self.assertEqual((preview.light, preview.may_override, letter.state), ("red", True, "failed"))
        self.override(letter)
        self.env.invalidate_all()
        words = self.seen(preview)
        self.assertIn("The debtor wrote that he will not pay", words)
        self.assertIn("A manager let it go", words)
        self.assertEqual(preview.light, "amber")


@tagged("post_install", "-at_install")
class TestWhoSeesAPreview(PreviewCase):
    def test_two_companies(self):
        partner = self.debtor("Peeters BV", country_id=self.env.ref("base.be").id)
        self.invoice(partner, 500, due=10, company=self.be)
        [theirs] = self.run_for(self.be).letter_ids.with_env(self.env)
        for user in (self.user, self.manager):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.preview(theirs, user)
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.as_user(user)["dunning.letter.preview"].create({"letter_id": theirs.id})
        self.assertTrue(self.preview(theirs, self.be_user).checks_html)
        self.assertTrue(self.preview(theirs, self.group_user).checks_html)
        for user in (self.biller, self.internal):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.preview(theirs, user)

    def test_a_preview_is_moved_to_no_letter_of_another_company(self):
        partner, other = self.debtor(), self.debtor("Peeters BV", country_id=self.env.ref("base.be").id)
        self.invoice(partner, 500, due=10)
        self.invoice(other, 500, due=10, company=self.be)
        preview = self.preview(self.run_for(partners=partner).letter_ids)
        [theirs] = self.run_for(self.be).letter_ids.with_env(self.env)
        with self.assertRaises(AccessError), self.cr.savepoint():
            preview.letter_id = theirs.id
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertFalse(preview.checks_html)
