"""The preview of a level shows a letter of that level: of whose turn it is, or of somebody made up; nothing stays."""

from markupsafe import Markup

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.rules.dunning_level import WRITTEN_TYPES

from .test_preview import PreviewCase

ASKS = {"charge": "Costs, asked now", "announce": "Costs, announced", "interest": "Interest"}
COUNTED = (
    "res.partner", "account.move", "account.move.line", "dunning.letter", "dunning.letter.line", "dunning.claim",
    "dunning.case", "dunning.event", "dunning.run", "mail.message",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestLevelPreview(PreviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.business = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")
        cls.first, cls.second = cls.business.level_ids[:2]

    def counts(self):
        return {model: self.env[model].with_context(active_test=False).search_count([]) for model in COUNTED}

    def look(self, level, user=None, **context):
        level = self.as_user(user or self.manager, level).with_context(**context)
        action = level.action_preview()
        self.assertEqual(action["target"], "new")
        return level.env[action["res_model"]].browse(action["res_id"])

    def test_never_a_letter_of_another_level(self):
        """The fault: a text was filled in with whatever letter was the last one made."""
        partner = self.debtor("Slagerij De Vries")
        self.invoice(partner, 1210, due=5)
        letter = self.proposed(partner)[1]
        self.assertEqual(letter.level_id, self.first)
        before = self.counts()
        preview = self.look(self.second)
        self.assertIn("An example", preview.about)
        self.assertNotIn("De Vries", preview.shown_body)
        self.assertEqual(self.counts(), before)
        text = self.as_user(self.manager, self.second.template_id)
        action = text.action_open_mail_preview()
        from_text = text.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(from_text.level_id.template_id, text)
        self.assertNotIn("De Vries", from_text.shown_body)
        odoos = text.env["mail.template.preview"].create({"mail_template_id": text.id})
        self.assertFalse(odoos.resource_ref, "no letter says this text, so none is taken")
        own = text.env["mail.template.preview"].create({"mail_template_id": self.first.template_id.id})
        self.assertEqual(own.resource_ref.level_id, self.first)

    def test_the_draft_that_waits(self):
        partner = self.debtor("Slagerij De Vries", lang="nl_NL")
        self.invoice(partner, 1210, due=5)
        letter = self.proposed(partner)[1]
        before = self.counts()
        preview = self.look(self.first)
        self.assertEqual((preview.lang, preview.about), ("nl_NL", "Slagerij De Vries has come to this step."))
        self.assertIn("De Vries", preview.shown_body)
        self.assertEqual(self.counts(), before)
        subject = preview.shown_subject
        preview.lang = "fr_FR"
        self.assertNotEqual(preview.shown_subject, subject)
        self.assertEqual(preview.level_id, self.first)
        letter.invalidate_recordset()
        self.assertEqual((letter.lang, letter.state), ("nl_NL", "draft"), "looking changes nothing")

    def test_whose_turn_it_is(self):
        """Without a draft: the letter that a run would make now."""
        partner = self.debtor("Slagerij De Vries")
        self.invoice(partner, 1210, due=5)
        self.proposed(partner)[1].sudo()._discard()
        self.env["dunning.engine"]._redecide(self.nl, partner)
        before = self.counts()
        preview = self.look(self.first)
        self.assertEqual(preview.about, "Slagerij De Vries has come to this step.")
        self.assertIn("De Vries", preview.shown_body)
        self.assertEqual(self.counts(), before)

    def test_examples_of_all_shipped_levels(self):
        """Words, sums and legal type are the level's, in each language; none is stopped by its own rules."""
        before, asked = self.counts(), set()
        procedures = self.env["dunning.procedure"].search([])
        rest = self.env.ref("cremann_dunning.mail_template_rest")  # it is about costs that the example has not
        for level in procedures.level_ids.filtered(lambda level: level.legal_type in WRITTEN_TYPES):
            for lang in ("nl_NL", "en_US"):
                with self.subTest(procedure=level.procedure_id.name, level=level.name, lang=lang):
                    preview = self.look(level, dunning_text_lang=lang)
                    self.assertFalse(preview.problem)
                    self.assertEqual((preview.level_id, preview.lang), (level, lang))
                    words = level.template_id.with_context(lang=lang).subject.split("{{")[0].strip()
                    self.assertIn(words, preview.shown_subject)
                    seen = self.seen(preview)
                    asks = {name for name, words in ASKS.items() if words in seen.split("Amounts")[1]}
                    own = {level.costs, "interest" if level.charge_interest else ""}
                    self.assertLessEqual(asks, own, seen)  # the rules of its country may allow less than it asks
                    asked |= asks
                    if level.template_id != rest:
                        self.assertNotEqual(preview.light, "red", seen)
        self.assertEqual(asked, set(ASKS))
        self.assertEqual(self.counts(), before)

    def test_a_tone_of_its_own(self):
        informal = self.env.ref("cremann_dunning.mail_template_reminder").copy({"body_html": Markup("<p>Hoi!</p>")})
        self.first.template_informal_id = informal
        preview = self.look(self.first, dunning_text_tone="informal", dunning_text_lang="en_US")
        self.assertIn("Hoi!", preview.shown_body)
        self.assertTrue(preview.has_two_tones)
        preview.tone = "formal"
        self.assertNotIn("Hoi!", preview.shown_body)

    def test_beside_what_is_typed(self):
        """What is on the screen makes the letter; nothing of it is kept, and nobody hears of it."""
        partner = self.debtor("Slagerij De Vries", lang="nl_NL")
        self.invoice(partner, 1210, due=5)
        self.proposed(partner)
        before, text = self.counts(), self.first.template_id.with_context(lang="nl_NL")
        subject, body = text.subject, text.body_html
        level = self.as_user(self.manager, self.first)
        said = level.read_text_beside("nl_NL", "formal")
        self.assertEqual((said["problem"], said["about"]), (False, "Slagerij De Vries has come to this step."))
        self.assertIn("De Vries", said["body"])
        said = level.read_text_beside("nl_NL", "formal", "Nog even dit", f"<p>Wij wachten.</p>{body}")
        self.assertEqual((said["subject"], said["problem"]), ("Nog even dit", False))
        self.assertIn("<p>Wij wachten.</p>", said["body"])
        said = level.read_text_beside("nl_NL", "formal", subject, "<p>Tot 1 januari 2031, graag 9.999,00 euro.</p>")
        self.assertEqual(said["light"], "red")
        self.assertTrue([finding for finding in said["findings"] if finding["red"]], said)
        self.env.invalidate_all()
        self.assertEqual((text.subject, text.body_html), (subject, body))
        self.assertEqual(self.counts(), before)

    def test_beside_bad_words(self):
        level, before = self.as_user(self.manager, self.first), self.counts()
        for body in (
            "<p><t t-out='object.company_id.secret'/></p>", "<t t-out='object.env'/>", "<t t-if='object.name'>", "<p",
            "<p t-out='object.name.__class__'/>", "", "\x00", "<t t-foreach='range(10**9)' t-as='x'/>",
        ):  # fmt: skip
            with self.subTest(body=body):
                said = level.read_text_beside("nl_NL", "formal", "Factuur", body)
                self.assertTrue(said["problem"] or said["body"], said)
                self.assertNotIn("builtin", str(said["body"]))
        said = level.read_text_beside("nl_NL", "formal", "Factuur", "<p>Dag<script>alert(1)</script></p>")
        self.assertNotIn("script", said["body"])
        for lang, tone in (("xx_XX", "formal"), ("nl_NL", "rude"), (None, None), ([1], {})):
            with self.subTest(lang=lang, tone=tone):
                if isinstance(lang, list):
                    lang, tone = str(lang), str(tone)
                self.assertFalse(level.read_text_beside(lang, tone)["problem"])
        reader = self.as_user(self.user, self.first)
        self.assertFalse(reader.read_text_beside("nl_NL", "formal")["problem"])
        said = reader.read_text_beside("nl_NL", "formal", "Mine", "<p>Mine</p>")
        self.assertTrue(said["problem"], "whoever may not write the text makes no letter of his words")
        self.assertFalse(said["body"])
        self.assertEqual(self.counts(), before)

    def test_what_cannot_be_made(self):
        self.second.template_id = False
        preview = self.look(self.second)
        self.assertIn("The level has no text", self.seen(preview))
        self.env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", self.nl.id)]).active = False
        preview = self.look(self.second)
        self.assertTrue(preview.problem)
        self.assertFalse(preview.pdf)

    def test_its_makers_alone(self):
        preview = self.look(self.first)
        with self.assertRaises(AccessError):
            self.as_user(self.user, preview).read(["shown_body"])
        theirs = self.look(self.first, self.user)
        self.assertTrue(theirs.shown_body)
