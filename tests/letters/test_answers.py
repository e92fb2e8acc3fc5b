"""Answers to disputes as letters: in each language and tone, read back from the document that went out."""

import re

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import Form

from odoo.addons.cremann_dunning.tools.page_text import shows

from .test_dutch import ENGLISH, words
from .test_texts import EMPTY_PLACE, FRENCH_HAS_NOT, LANGUAGES, WRONG_TONE, TextCase

OUTCOMES = ("accepted", "partly", "rejected", "settled")
REASONS = (
    "price", "quantity", "quality", "hours", "not_delivered", "not_ordered", "already_paid", "not_received",
    "wrong_addressee", "no_order_number", "other",
)  # fmt: skip


class AnswerCase(TextCase):
    def dispute(self, partner, **vals):
        move = self.invoice(partner, 100, due=1)
        case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
        about = {"case_id": case.id, "move_ids": [Command.set(move.ids)], "reason": "price", "amount": 40}
        return self.as_user(self.user)["dunning.dispute"].create(about | vals)

    def answer(self, dispute, outcome, **values):
        action = dispute.action_answer()
        window = dispute.env[action["res_model"]].browse(action["res_id"])
        with Form(window) as form:
            form.outcome = outcome
            if outcome in ("partly", "settled"):
                form.credit = 15
            for name, value in values.items():
                setattr(form, name, value)
        return self.env["dunning.letter"].browse(window.action_answer()["res_id"])


@tagged("post_install", "-at_install")
class TestWords(AnswerCase):
    def test_every_outcome(self):
        for partner in self.debtors(self.nl, "business", amounts=()):
            tone = partner.with_company(self.nl).dunning_tone
            bodies = set()
            for outcome in OUTCOMES:
                dispute = self.dispute(partner)
                self.assertEqual(dispute.reader_lang, partner.lang)
                letter = self.answer(dispute, outcome)
                self.assertEqual(letter.answer_words, dispute._words(outcome), (partner.lang, outcome))
                with self.subTest(lang=partner.lang, tone=tone, outcome=outcome):
                    self.assertEqual((letter.state, letter.lang, letter.tone), ("issued", partner.lang, tone))
                    self.check(letter, partner.lang, tone, dispute.move_ids.name)
                bodies.add(words(letter.body))
            self.assertEqual(len(bodies), len(OUTCOMES))

    def check(self, letter, lang, tone, number):
        for text in (words(letter.subject), words(letter.body)):
            self.assertIn(number, text)
            self.assertNotRegex(text, EMPTY_PLACE)
            self.assertNotRegex(text, WRONG_TONE[lang, tone])
            ours = re.sub(r"Oven|Dunning User|View and pay", "", text)
            if lang == "nl_NL":
                self.assertNotRegex(ours, ENGLISH)
            if lang == "fr_FR":
                self.assertNotRegex(ours, FRENCH_HAS_NOT)

    def test_every_reason_has_words(self):
        self.assertEqual(set(REASONS), set(self.env["dunning.dispute"]._reasons()))
        for lang in LANGUAGES:
            partner = self.debtor(f"Oven {lang}", lang=lang)
            dispute = self.dispute(partner)
            found = {}
            for reason in REASONS:
                dispute.reason = reason
                for outcome in OUTCOMES:
                    text = dispute._words(outcome)
                    found.setdefault(outcome, set()).add(text)
                    if lang == "nl_NL":
                        self.assertNotRegex(text, ENGLISH)
                    if lang == "fr_FR":
                        self.assertNotRegex(text, FRENCH_HAS_NOT)
            self.assertEqual([len(found[outcome]) for outcome in OUTCOMES], [11, 11, 10, 1])

    def test_on_paper(self):
        partner = self.debtor("Zonder mail", email=False)
        letter = self.answer(self.dispute(partner), "rejected")
        self.assertEqual((letter.state, letter.channel, letter.outcome), ("issued", "print", "not_posted"))
        letter.with_env(self.as_user(self.user)).action_mark_posted()
        self.assertEqual((letter.state, letter.dispatch_ids.channel), ("sent", "print"))

    def test_consumer_at_his_hours(self):
        partner = self.debtor("Jan Smit", kind="consumer")
        letter = self.answer(self.dispute(partner), "rejected")
        self.assertEqual(len(self.send_outbox(letter)), 1)
        self.assertEqual((letter.state, letter.debtor_kind), ("sent", "consumer"))

    def test_on_test(self):
        self.nl.write({"dunning_mode": "test", "dunning_test_email": "own@nl.example.com"})
        letter = self.answer(self.dispute(self.debtor()), "accepted")
        self.assertEqual([mail["To"] for mail in self.send_outbox(letter)], ["own@nl.example.com"])
        self.assertEqual((letter.state, letter.is_test), ("cancelled", True))

    def test_with_proof(self):
        letter = self.answer(self.dispute(self.debtor()), "partly")
        [mail] = self.send_outbox(letter)
        self.assertTrue(mail)
        kinds = self.env["dunning.event"].search([("letter", "=", letter.id)], order="id").mapped("kind")
        self.assertEqual(
            [kind for kind in kinds if kind in ("letter.issued", "letter.sent")][-2:].count("letter.sent"), 1
        )
        with self.assertRaisesRegex(Exception, "cannot be changed"):
            letter.answer_words = "Something else"


@tagged("post_install", "-at_install")
class TestDocument(AnswerCase):
    without_pdf = False

    def test_pdf(self):
        for lang, heading in (("nl_NL", "Ons antwoord"), ("fr_FR", "Notre réponse"), ("en_US", "Our answer")):
            letter = self.answer(self.dispute(self.debtor(f"Oven {lang}", lang=lang)), "settled")
            content = letter._stored_pdf()
            for text in (letter.name, heading, letter.answer_numbers):
                self.assertTrue(shows(content, text), (lang, text))
