"""One letter in a person's words: through the same checks, escaped everywhere, and who changed what is kept."""

from lxml import html

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ...common import DunningCase
from ..event.told_case import ToldMixin


@tagged("post_install", "-at_install")
class TestOwnWords(ToldMixin, DunningCase):
    without_pdf = True
    refusal = UserError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.move = cls.invoice(cls.partner, 1000, due=5)
        cls.case = cls.env["dunning.case"]._for_partners(cls.partner, cls.nl, create=True)
        cls.level = cls.env.ref("cremann_dunning.dunning_level_nl_business_1")
        cls.notice = cls.env.ref("cremann_dunning.dunning_procedure_nl_consumer").level_ids.filtered(
            lambda level: level.legal_type == "statutory_notice"
        )

    def window(self, case=None, level=None, **words):
        values = {"case_id": (case or self.case).id, "level_id": (level or self.level).id, **words}
        return self.as_user(self.user)["dunning.letter.wizard"].create(values)

    def written(self, **words):
        action = self.window(**words).action_write()
        return self.as_user(self.user)["dunning.letter"].browse(action["res_id"])

    def reword(self, letter, **words):
        window = letter.env["dunning.words.wizard"].browse(letter.action_words()["res_id"])
        window.write(words)
        window.action_save()
        self.env.invalidate_all()

    def text(self, letter):
        return " ".join(html.fromstring(letter.shown_body).text_content().split())

    def test_personal_paragraph(self):
        letter = self.written(personal_words="Thank you for your call of this morning.\n\nAs agreed we wait & see.")
        self.assertRegex(
            self.text(letter), r"Bakkerij Jansen, ?Thank you for your call of this morning.*wait & see.*The invoice"
        )
        self.assertIn("wait &amp; see", letter.shown_body)
        self.assertEqual((letter.words_by_id, letter.words_instead), (self.user.with_env(letter.env), False))
        shown = letter.own_words_html
        self.assertIn("Personal paragraph", shown)
        self.assertIn(self.user.name, shown)

    def test_other_words(self):
        letter = self.written(own_subject="A word about\nBcc: a@b.c", own_opening="We miss it.", own_closing="Call me.")
        self.assertEqual(letter.shown_subject, "A word about Bcc: a@b.c")
        text = self.text(letter)
        self.assertIn("We miss it.", text)
        self.assertNotIn("slipped your attention", text)
        self.assertIn("Call me. Kind regards", text)
        self.assertIn("slipped your attention", letter.words_instead["opening"])
        self.assertIn("Instead of", letter.own_words_html)

    def test_goes_out_as_shown(self):
        letter = self.written(personal_words="Good to hear you <i>again</i>.").with_env(self.env)
        letter.action_issue()
        self.assertEqual(letter.state, "issued")
        self.assertIn("Good to hear you &lt;i&gt;again&lt;/i&gt;.", letter.body)
        (message,) = self.send_outbox(letter)
        part = next(part for part in message.walk() if part.get_content_type() == "text/html")
        self.assertIn("hear you &lt;i&gt;again", part.get_content())
        with self.refused("cannot be changed"):
            letter.write({"personal_words": "Other words"})
        with self.refused("while it is a draft"):
            letter._reword({"personal_words": "Other words"})

    def test_refused_with_what_to_change(self):
        for words, said in (
            ("Otherwise a bailiff comes.", "bailiff.*A threat"),
            ("That saves you costs.", "costs.*Costs or interest"),
            ("You owe us € 1,234.56 now.", "1,234.56.*does not ask"),
            ("Dear {{ object.partner_id.name }}", "nobody filled in"),
            ("BAILIFF", "BAILIFF.*A threat"),
            ("A bail\u00adiff comes.", "A threat"),
        ):
            with self.subTest(words), self.refused(said):
                self.written(personal_words=words)
        for name in ("own_subject", "own_opening", "own_closing"):
            with self.subTest(name), self.refused("bailiff.*A threat"):
                self.written(**{name: "A bailiff is on his way."})
        self.assertFalse(self.env["dunning.letter"].search([("partner_id", "=", self.partner.id)]), "nothing is left")

    def test_name_of_the_debtor_hides_nothing(self):
        self.partner.name = "bailiff"
        with self.refused("A threat"):
            self.written(personal_words="A bailiff comes.")

    def test_statutory_notice(self):
        self.nl.dunning_term_agreed = True
        consumer = self.debtor("Jan Pieters", "consumer")
        self.invoice(consumer, 100, due=60)
        case = self.env["dunning.case"]._for_partners(consumer, self.nl, create=True)
        written = {"case": case, "level": self.notice}
        with self.refused("stay as they are"):
            letter = self.written(**written)
            letter._reword({"own_opening": "Pay."})
        for words, said in (
            ("Pay before 20 November 2026.", "no day ahead"),
            ("The term runs from today.", "starts too early|shorter|does not want"),
        ):
            with self.subTest(words), self.refused(said):
                self.written(personal_words=words, **written)
        letter = self.written(
            personal_words="Thank you for your call.", own_opening="Ignored: no such field", **written
        )
        self.assertIn("Thank you for your call.", letter.shown_body)
        self.assertNotIn("Ignored", letter.shown_body)

    def test_level(self):
        procedure = self.level.procedure_id
        self.assertTrue(self.level.words_may_change)
        self.assertFalse(self.notice.words_may_change)
        with self.refused("statutory notice: its words stay", ValidationError):
            self.notice.words_may_change = True
        self.level.words_may_change = False
        letter = self.written(own_subject="Not mine", personal_words="Hello.")
        self.assertEqual((letter.own_subject, letter.personal_words), (False, "Hello."))
        with self.refused("words of .* stay as they are"):
            letter._reword({"own_subject": "Not mine"})
        formal = procedure.level_ids.filtered(lambda level: level.legal_type == "notice_of_default")
        self.assertFalse(any(formal.mapped("words_may_change")))

    def test_changed_afterwards(self):
        letter = self.written()
        window = letter.env["dunning.words.wizard"].browse(letter.action_words()["res_id"])
        self.assertIn("slipped your attention", window.own_opening)
        window.action_save()
        self.assertFalse(letter.own_words_html, "what says the same changes nothing")
        with self.telling("letter.reworded", family="letter.reworded") as events:
            self.reword(letter, own_opening="We miss it.", personal_words="Hello.")
        with self.telling("letter.reworded", family="letter.reworded") as more:
            self.reword(letter, own_opening="")
        self.assertFalse(letter.own_opening)
        self.assertIn("slipped your attention", letter.shown_body)
        (first,), (second,) = events, more
        self.assertEqual(first.author_id, self.user)
        self.assertEqual(
            first.facts["fields"], [{"field": ["dunning.letter", f"{n}"]} for n in ("personal_words", "own_opening")]
        )
        self.assertNotIn("We miss it", str(first.facts), "what was typed may name a person, and can be erased")
        opening = next(row for row in self.personal(first)["texts"] if row["field"][1] == "own_opening")
        self.assertIn("slipped your attention", opening["before"])
        self.assertEqual(opening["after"], "We miss it.")
        (back,) = self.personal(second)["texts"]
        self.assertEqual(back["before"], "We miss it.")
        self.assertIn("slipped your attention", back["after"])
        self.assertIn("Opening in other words", first.with_context(lang="en_US").sentence)

    def test_left_for_tomorrow(self):
        letter = self.written(personal_words="Hello.", own_closing="Call me.").with_env(self.env)
        self.pay(self.move, 400)
        with self.at(1):
            letter.action_issue()
            self.assertEqual(letter.state, "cancelled", "what it asks is no longer owed")
            again = letter.action_write_again()["context"]
            names = [name.removeprefix("default_") for name in again]
            self.assertEqual(set(names), {"case_id", "level_id", "personal_words", "own_closing"})
            form = Form(self.as_user(self.user)["dunning.letter.wizard"].with_context(**again))
            action = form.save().action_write()
            anew = self.env["dunning.letter"].browse(action["res_id"])
            self.assertEqual(anew.amount_total, 600)
            self.assertIn("Hello.", anew.shown_body)

    def test_text_without_the_place(self):
        letter = self.written(own_opening="We miss it.").with_env(self.env)
        self.level.template_id.body_html = "<div><p>Only this: <t t-out='object.amount_text'/></p></div>"
        self.env.invalidate_all()
        self.assertIn("has no opening", letter.shown_body)  # a draft opens all the same
        letter.action_issue()
        self.assertEqual(letter.state, "failed")
        self.assertIn("has no opening", letter.error)

    def test_language_is_told(self):
        self.partner.lang = "nl_NL"
        self.assertEqual(self.window().lang_words, "Write in Nederlands: the letter is in that language.")
        invoicing = self.env["res.partner"].create(
            {
                "name": "Boekhouding",
                "parent_id": self.partner.id,
                "type": "invoice",
                "email": "b@x.example.com",
                "lang": "fr_FR",
            }
        )
        self.assertTrue(invoicing)
        told = self.window().lang_words
        self.assertIn(self.env["res.lang"]._lang_get(self.written().lang).name.split(" / ")[-1], told)

    def test_dutch_words_in_a_dutch_letter(self):
        self.partner.lang = "nl_NL"
        for words, said in (("Anders komt de deurwaarder.", "deurwaarder"), ("Dat scheelt u kosten.", "kosten")):
            with self.subTest(words), self.refused(said):
                self.written(personal_words=words)
        self.assertTrue(self.written(personal_words="Fijn dat ik u sprak."))

    def test_a_run_keeps_its_words(self):
        run = self.run_for(partners=self.partner)
        letter = run.letter_ids
        self.assertTrue(letter)
        with self.refused("by hand"):
            letter._reword({"personal_words": "Hello."})

    def test_whose_right_it_is(self):
        letter = self.written()
        with self.assertRaisesRegex(Exception, "access|allowed"):
            self.as_user(self.biller, letter).action_words()
        with self.assertRaisesRegex(Exception, "runs and by what happens"):
            letter.write({"personal_words": "Straight in."})
