"""The words of a level on the level itself: read and written in each language and tone."""

from markupsafe import Markup

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...common import DunningCase


@tagged("post_install", "-at_install")
class TestLevelText(DunningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = cls.env.ref("cremann_dunning.mail_template_reminder")
        cls.procedure = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")
        cls.level = cls.procedure.level_ids[0]

    def said(self, lang, text=None):
        text = (text or self.text).with_context(lang=lang)
        text.invalidate_recordset()
        return text.subject, str(text.body_html)

    def test_read_in_each_language(self):
        form = Form(self.as_user(self.manager, self.level))
        self.assertEqual((form.text_lang, form.text_subject), ("en_US", self.said("en_US")[0]))
        for lang in ("nl_NL", "fr_FR", "en_US"):
            form.text_lang = lang
            self.assertEqual((form.text_subject, form.text_body), self.said(lang))
        before = {lang: self.said(lang) for lang in ("nl_NL", "fr_FR", "en_US")}
        form.save()
        self.assertEqual({lang: self.said(lang) for lang in before}, before)

    def test_what_was_typed_in_two_languages(self):
        french = self.said("fr_FR")
        form = Form(self.as_user(self.manager, self.level))
        form.text_subject = "Reminder of {{ object.invoice_label }}"
        form.text_lang = "nl_NL"
        form.text_body = Markup("<p>Beste <t t-out='object.partner_id.name'></t></p>")
        form.text_lang = "fr_FR"
        form.text_lang = "en_US"
        self.assertEqual(form.text_subject, "Reminder of {{ object.invoice_label }}", "it waits while others are read")
        form.text_lang = "fr_FR"
        form.save()
        self.assertEqual(self.said("en_US")[0], "Reminder of {{ object.invoice_label }}")
        self.assertIn("Beste", self.said("nl_NL")[1])
        self.assertNotIn("Beste", self.said("en_US")[1])
        self.assertEqual(self.said("fr_FR"), french)

    def test_in_the_window_of_its_procedure(self):
        """Two windows: the procedure, and the level in it."""
        form = Form(self.as_user(self.manager, self.procedure))
        with form.level_ids.edit(0) as level:
            level.text_lang = "nl_NL"
            level.text_subject = "Betaal toch"
        form.save()
        self.assertEqual(self.said("nl_NL")[0], "Betaal toch")

    def test_two_tones(self):
        informal = self.text.copy({"subject": "Hi"})
        self.level.template_informal_id = informal
        form = Form(self.as_user(self.manager, self.level))
        formal = form.text_subject
        form.text_tone = "informal"
        self.assertEqual(form.text_subject, "Hi")
        form.text_subject = "Hello"
        form.text_tone = "formal"
        self.assertEqual(form.text_subject, formal)
        form.save()
        self.assertEqual((self.said("en_US", informal)[0], self.said("en_US")[0]), ("Hello", formal))

    def test_another_text_is_chosen(self):
        other = self.text.copy({"subject": "Another one"})
        before = self.said("en_US")
        form = Form(self.as_user(self.manager, self.level))
        form.text_subject = "Typed for nobody"
        form.template_id = other
        self.assertEqual(form.text_subject, "Another one")
        form.save()
        self.assertEqual((self.said("en_US"), self.said("en_US", other)[0]), (before, "Another one"))

    def test_what_whoever_changes_it_has_to_know(self):
        level = self.as_user(self.manager, self.level)
        self.assertIn("Netherlands, consumers", level.text_shared_note)
        own = self.text.with_context(lang="en_US").copy()
        self.level.template_id = self.env["mail.template"].create(
            {"name": "Own", "model_id": own.model_id.id, "subject": "Own", "body_html": "<p>Own</p>"}
        )
        level = self.as_user(self.manager, self.level).with_context(lang="nl_NL")
        self.assertFalse(level.text_shared_note)
        self.assertTrue(level.text_note)
        self.level.template_id.with_context(lang="nl_NL").body_html = "<p>Eigen</p>"
        level.invalidate_recordset()
        self.assertFalse(level.text_note)

    def test_nobody_else_writes_it(self):
        """What is written here is written with the rights on the text, and a level without words asks nothing."""
        with self.refused("may not say", AccessError):
            form = Form(self.as_user(self.manager, self.level))
            form.text_body = Markup("<p><t t-out='object.env.cr'></t></p>")
            form.save()
