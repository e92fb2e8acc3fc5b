"""The shipped words, every step in Dutch, French and English, formal and informal: sent for real and read back."""

import re
import runpy
from datetime import timedelta
from pathlib import Path

from lxml import html

from odoo.tests import tagged
from odoo.tools import format_date

from odoo.addons import cremann_dunning
from odoo.addons.cremann_dunning.engine.gate import plain

from ..common import DunningCase
from .test_dutch import ENGLISH, words

LANGUAGES = ("nl_NL", "fr_FR", "en_US")
TONES = ("formal", "informal")
GENTLE = {"pre_due", "reminder"}

# Words of the paragraphs at most, without tables and signature; letters.md section 1.
MOST_WORDS = {
    "pre_due": 60,
    "reminder": 90,
    "second_reminder": 120,
    "notice_of_default": 220,
    "be_notice_of_default": 220,
    "nl_14_days": 220,
    "be_first_reminder": 220,
    "final_notice": 160,
    "handover": 160,
}
LONGEST_SENTENCE = 15

FRENCH_HAS_NOT = re.compile(
    r"\b(?:the|you|your|and|with|this|payment|invoices?|reminder|letter|amount|due|dated|before|please|regards|dear|paid"
    r"|we|is|of|het|een|van|uw|wij|betalen|factuur|bedrag|rekening|herinnering|openstaand\w*)\b",
    re.IGNORECASE,
)
# What a reader who is addressed in one way never reads.
WRONG_TONE = {
    ("nl_NL", "formal"): r"(?i)\b(?:je|jij|jou|jouw)\b",
    ("nl_NL", "informal"): r"(?i)\b(?:u|uw)\b",
    ("fr_FR", "formal"): r"(?i)\b(?:tu|toi|ton|ta|tes|te|t'\w+)\b",
    ("fr_FR", "informal"): r"(?i)\b(?:vous|votre|vos|veuillez)\b",
    ("en_US", "formal"): r"\w(?:n't|'ll|'re|'ve|'d)\b",
    ("en_US", "informal"): r"\b(?:Dear|Yours faithfully)\b",
}
# Outside letters of legal force: words of lawyers, and anything that costs money or threatens.
HARD_WORDS = {
    "nl_NL": r"(?i)\b(?:sommeren|in gebreke|verschuldigd|onderstaand\w*|derhalve|kosten|incasso\w*|rente|deurwaarder"
    r"|advocaat|rechter|beslag)\b",
    "fr_FR": r"(?i)\b(?:sommation|mise en demeure|frais|recouvrement|intérêts?|huissier|avocat|tribunal|saisie)\b",
    "en_US": r"(?i)\b(?:default|costs?|collection|interest|bailiff|lawyer|court|seizure)\b",
}
EMPTY_PLACE = re.compile(r"\s[.,](?:\s|$)|\(\s*\)|“”|‘’|«\s*»|\b(?:False|None)\b|\{\{|\}\}|object\.|t-out")
EARLY_TERM = r"(?i)na heden|dagtekening|na verzending|from today|after sending|à compter de ce jour|après l'envoi"
MONEY = {
    "nl_NL": r"€\s?-?[\d.]*\d,\d{2}",
    "fr_FR": r"\d{1,3}(?:\s\d{3})*,\d{2}\s€",
    "en_US": r"€[\d,]*\d\.\d{2}",
}


def paragraphs(letter):
    """The paragraphs of a body as plain text, without the greeting of the signature (which has a style)."""
    return [
        re.sub(r"\s+", " ", node.text_content()).strip()
        for node in html.fromstring(letter.body).iter("p")
        if not node.get("style")
    ]


def count_words(text):
    """Words, not figures."""
    return sum(bool(re.search(r"[^\W\d]", word)) for word in text.split())


def sentences(text):
    """Sentences; a heading that ends in a question mark is one of its own."""
    return [part for part in re.split(r"(?<=[.?!])\s+(?=[A-ZÀ-Ü‘“«€])|:\s", text) if part]


class TextCase(DunningCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for company, user in ((cls.nl, cls.user), (cls.be, cls.be_user)):
            user.phone = "+31 30 765 43 21"
            company.write({"dunning_consumer_clause": "art. 7", "dunning_clause_interest": 8})
        cls.procedures = {
            name: cls.env.ref(f"cremann_dunning.dunning_procedure_{name}")
            for name in ("nl_business", "nl_consumer", "be_business", "be_consumer")
        }

    @classmethod
    def text(cls, name, tone="formal"):
        suffix = "_informal" if tone == "informal" else ""
        return cls.env.ref(f"cremann_dunning.mail_template_{name}{suffix}")

    @classmethod
    def add_level(cls, procedure, name, legal_type, text, **vals):
        sequences = cls.procedures[procedure].level_ids.mapped("sequence")
        return cls.env["dunning.level"].create(
            {
                "procedure_id": cls.procedures[procedure].id,
                "name": name,
                "sequence": 5 if legal_type == "pre_due" else max(sequences) + 10,
                "legal_type": legal_type,
                "delay_days": 5,
                "template_id": cls.text(text).id,
                **vals,
            }
        )

    @classmethod
    def debtors(cls, company, kind, due=1, amounts=(1210,)):
        """One debtor per language and tone, each with the same invoices."""
        country = cls.env.ref("base.be" if company == cls.be else "base.nl").id
        found = cls.env["res.partner"]
        for lang in LANGUAGES:
            for tone in TONES:
                partner = cls.debtor(f"Oven {lang[:2]} {tone[:2]}", kind=kind, lang=lang, country_id=country)
                partner.with_company(company).dunning_tone = tone
                found += partner
        for number, amount in enumerate(amounts):
            cls.invoices(found, amount, due=due + number, company=company, label="Oven X-200")
        return found

    def ladder(self, company, partners, days):
        """The letters of each day, sent."""
        steps = []
        for number in days:
            with self.at(number) as today:
                letters = self.send_level(company, partners, today).with_env(self.env)
                self.assertEqual(set(letters.mapped("state")), {"sent"}, letters.mapped("error"))
                self.assertEqual(len(letters), len(partners))
                steps.append(letters)
        return steps

    # -- reading ------------------------------------------------------------------------------------------------------

    def check(self, letters, name):
        """What every letter of a step has to be, whatever its language and tone."""
        for letter in letters:
            with self.subTest(text=name, lang=letter.lang, tone=letter.tone):
                self.check_words(letter, name)
                self.check_figures(letter)
                self.check_elements(letter)
                self.assertEqual(self.env["dunning.wording"]._check(letter)[letter], ())

    def check_words(self, letter, name):
        subject, body, parts = words(letter.subject), words(letter.body), paragraphs(letter)
        for wanted in (letter.company_id.name, words(letter.amount_text), letter.invoice_label):
            self.assertIn(wanted, subject)
        self.assertTrue(all(parts))
        for text in (subject, *parts):
            self.assertNotRegex(text, EMPTY_PLACE)
            self.assertNotRegex(text, WRONG_TONE[letter.lang, letter.tone])
            if letter.lang == "nl_NL":
                self.assertNotRegex(text, ENGLISH)
            if letter.lang == "fr_FR":
                self.assertNotRegex(text, FRENCH_HAS_NOT)
        count = sum(map(count_words, parts))
        self.assertLessEqual(count, MOST_WORDS[name])
        if letter.legal_type in GENTLE:
            # the name of the step that follows is the one thing a second reminder may say of it
            told = " ".join(parts).replace(letter.next_step_text or "\n", "")
            self.assertNotRegex(told, HARD_WORDS[letter.lang])
            for sentence in (found for part in parts for found in sentences(part)):
                self.assertLessEqual(count_words(sentence), LONGEST_SENTENCE, sentence)
        self.assertEqual(body.count(words(letter.signature_html).split(" · ")[0]), 1)

    def check_figures(self, letter):
        """No amount and no day in the text but those of the record."""
        body = " | ".join(" ".join(part.split()) for part in html.fromstring(letter.body).itertext())
        amounts = [letter[name] for name in letter._fields if letter._fields[name].type == "monetary"]
        amounts += [line[name] for line in letter.line_ids for name in ("amount_total", "amount_paid", "amount_open")]
        known = {words(letter._money(amount)) for amount in amounts}
        # how the costs come about, which is held to the law in tests/law and told below
        known |= set(re.findall(MONEY[letter.lang], words(letter.costs_tiers_text or "")))
        found = set(re.findall(MONEY[letter.lang], body))
        self.assertTrue(found)
        self.assertLessEqual(found, known)
        self.assertIn(words(letter.amount_text), found)
        rest = self.without_days(letter, body)
        for number in (*letter.line_ids.move_id.mapped("name"), letter.payment_reference, letter.name):
            rest = rest.replace(number, "")
        self.assertNotRegex(rest, r"\b20(?!02\b)\d\d\b")
        if letter.deadline:
            self.assertIn(letter.deadline_text, body)

    def without_days(self, letter, body):
        sent = letter._previous_letters()[letter]
        days = {
            letter.date,
            letter.deadline,
            *letter.line_ids.mapped("invoice_date"),
            *letter.line_ids.mapped("date_due"),
        }
        days |= {*sent.mapped("sent_on"), *sent.mapped("term_last_day"), *sent.mapped("deadline")}
        for day in filter(None, days):
            for form in ("EEEE d MMMM y", "d MMMM y", "d MMM y"):
                body = body.replace(format_date(self.env, day, lang_code=letter.lang, date_format=form), "")
        return body

    def check_elements(self, letter):
        """What the regime wants stands there in the language of the letter, not by falling back on English."""
        text = plain(" ".join(html.fromstring(letter.body).itertext()))
        elements = letter._required_elements()
        self.assertTrue(elements or letter.legal_type in GENTLE)
        for element in elements:
            self.assertFalse(element.is_missing(text), element)
        needs = letter.regime_id.requirement_ids.filtered(lambda line: line.legal_type == letter.legal_type)
        for element in needs.element_ids.filtered("phrases"):
            own = element.with_context(lang=letter.lang).phrases
            self.assertTrue(letter.lang == "en_US" or own != element.with_context(lang="en_US").phrases)


@tagged("post_install", "-at_install")
class TestEveryText(TextCase):
    """Informal debtors get the informal text at every step, those of legal force as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        charge = {"costs": "charge", "charge_interest": True, "payment_term_days": 0}
        for name in ("nl_business", "nl_consumer", "be_business", "be_consumer"):
            cls.add_level(name, "Overdracht", "handover", "handover", **charge)
        cls.add_level("nl_business", "Vooraf", "pre_due", "pre_due", delay_days=3)
        for level in cls.env["dunning.level"].search([("procedure_id", "in", [p.id for p in cls.procedures.values()])]):
            own = level.template_id.get_external_id()[level.template_id.id]
            level.template_informal_id = cls.env.ref(f"{own}_informal")

    def assert_tones(self, letters):
        """Two letters per language, and no two of all of them say the same."""
        self.assertEqual(len({words(letter.body) for letter in letters}), len(letters))

    def test_netherlands_business(self):
        partners = self.debtors(self.nl, "business", due=-3, amounts=(1210, 500))
        before = self.ladder(self.nl, partners, (0,))[0]
        self.check(before, "pre_due")
        first, second, notice = self.ladder(self.nl, partners, (6, 15, 23))
        with self.at(32):
            handover = self.hand_over_all(partners)
        for letters, name in ((first, "reminder"), (second, "second_reminder"), (notice, "notice_of_default")):
            self.check(letters, name)
            self.assert_tones(letters)
        self.check(handover, "handover")
        for letter in handover:
            self.assertFalse(letter.deadline)
            self.assertNotIn(letter.bank_account_id.acc_number, words(letter.body))

    def test_netherlands_consumer(self):
        self.nl.dunning_handover_party = "Recht BV, Utrecht"
        partners = self.debtors(self.nl, "consumer")
        first, second, notice = self.ladder(self.nl, partners, (0, 8, 16))
        self.check(first, "reminder")
        self.check(second, "second_reminder")
        self.check(notice, "nl_14_days")
        self.assert_tones(notice)
        for letter in notice:
            self.assertFalse(letter.deadline)
            self.assertNotRegex(words(letter.body), EARLY_TERM)
            days = (letter.date, letter.date, *letter.line_ids.mapped("date_due"))
            self.assertLessEqual(max(days), letter.date)
        free = max(notice.mapped("claimable_from"))
        final = self.ladder(self.nl, partners, (free,))[0]
        self.check(final, "final_notice")
        for letter in final:
            self.assertGreater(letter.amount_costs, 0)
            self.assertGreater(letter.amount_interest, 0)
            self.assertIn("Recht BV, Utrecht", words(letter.body))
            sent = notice.filtered(lambda earlier, letter=letter: earlier.partner_id == letter.partner_id)
            self.assertIn(letter._day(sent.sent_on), words(letter.body))
            self.assertIn(letter._day(sent.term_last_day), words(letter.body))
            self.assertIn(sent.level_id.with_context(lang=letter.lang).name, words(letter.body))
        with self.at(max(final.mapped("deadline")) + timedelta(days=12)):
            handover = self.hand_over_all(partners)
        self.check(handover, "handover")

    def second_notices(self):
        """14-day letters of consumers who had one about as much a week before: the least that the scale gives."""
        gentle = self.procedures["nl_consumer"].level_ids.filtered(lambda level: level.legal_type == "reminder")
        gentle.active = False
        self.nl.dunning_term_agreed = True
        partners = self.debtors(self.nl, "consumer", due=20, amounts=(100,))
        self.invoices(partners, 100, due=2, label="Oven X-200")
        first, second = self.ladder(self.nl, partners, (0, 7))
        self.assertEqual(set(first.mapped("amount_costs_announced")), {40})
        self.assertEqual(set(second.mapped("amount_costs_announced")), {0})
        return second

    def assert_no_costs_of_its_own(self, letters):
        said = {"nl_NL": "geen incassokosten bij", "fr_FR": "Aucuns frais de", "en_US": "No collection costs come"}
        for letter in letters:
            self.assertNotRegex(words(letter.body), r"(?<![\d.,])0[.,]00")
            self.assertEqual(words(letter.body).count(said[letter.lang]), 1)

    def test_a_notice_with_nothing_to_add(self):
        letters = self.second_notices()
        self.check(letters, "nl_14_days")
        self.assert_tones(letters)
        self.assert_no_costs_of_its_own(letters)

    def test_a_database_that_was_there_learns_to_add_nothing(self):
        """The migration puts the condition around the paragraph that people may have changed, once."""
        condition = ' t-if="object.amount_costs_announced"'
        other = re.compile(r'\s*<p t-else="">.*?</p>', re.DOTALL)
        texts = self.text("nl_14_days") + self.text("nl_14_days", "informal")
        for text, lang in ((text, lang) for text in texts for lang in LANGUAGES):
            text = text.with_context(lang=lang)
            before = other.sub("", str(text.body_html).replace(condition, "")).replace("Wat als", "En als")
            self.assertNotIn("amount_costs_announced", before)
            text.body_html = before
        self.env.flush_all()
        folder = Path(cremann_dunning.__file__).parent / "migrations" / "19.0.1.5.0"
        for _again in range(2):
            runpy.run_path(str(folder / "post-texts.py"))["migrate"](self.env.cr, "19.0.1.4.1")
        self.env.invalidate_all()
        for text, lang in ((text, lang) for text in texts for lang in LANGUAGES):
            body = str(text.with_context(lang=lang).body_html)
            self.assertEqual((body.count(condition), body.count('<p t-else="">')), (1, 1), lang)
        self.assertIn("En als", str(texts[0].with_context(lang="nl_NL").body_html))
        self.assert_no_costs_of_its_own(self.second_notices())

    def test_a_database_that_was_there_learns_how_costs_come_about(self):
        tiers = re.compile(r'<t t-if="object\.costs_tiers_text">.*?\)</t>', re.DOTALL)
        names = [(name, tone) for name in ("nl_14_days", "be_first_reminder") for tone in ("formal", "informal")]
        texts = [(self.text(*name), lang) for name in names for lang in LANGUAGES]
        for text, lang in texts:
            text = text.with_context(lang=lang)
            text.body_html = tiers.sub("", str(text.body_html))
            self.assertNotIn("costs_tiers_text", str(text.body_html))
        self.env.flush_all()
        folder = Path(cremann_dunning.__file__).parent / "migrations" / "19.0.1.7.0"
        for _again in range(2):
            runpy.run_path(str(folder / "post-tiers.py"))["migrate"](self.env.cr, "19.0.1.6.0")
        self.env.invalidate_all()
        for text, lang in texts:
            self.assertEqual(len(tiers.findall(str(text.with_context(lang=lang).body_html))), 1, (text.name, lang))
        [letters] = self.ladder(self.be, self.debtors(self.be, "consumer", due=3, amounts=(250,)), (0,))
        for letter in letters:
            self.assertIn(letter.costs_tiers_text, str(letter.body))

    def test_netherlands_consumer_on_paper(self):
        partners = self.debtors(self.nl, "consumer")
        partners.email = False
        notice = self.ladder(self.nl, partners, (0, 11, 24))[-1]  # each term with the days of the post before it
        self.assertEqual(set(notice.mapped("channel")), {"print"})
        self.check(notice, "nl_14_days")

    def test_belgium_business(self):
        partners = self.debtors(self.be, "business")
        notice = self.ladder(self.be, partners, (0, 8, 16))[-1]
        self.check(notice, "be_notice_of_default")
        self.assert_tones(notice)
        self.assertEqual(set(notice.mapped("amount_costs")), {40.0})

    def test_belgium_consumer(self):
        partners = self.debtors(self.be, "consumer", due=3, amounts=(250,))
        first, second, final = self.ladder(self.be, partners, (0, 16, 28))
        self.check(first, "be_first_reminder")
        self.assert_tones(first)
        self.check(second, "second_reminder")
        self.check(final, "final_notice")
        self.assertEqual(set(final.mapped("amount_costs")), {40.0})
        told = {words(letter.costs_tiers_text) for letter in first + final if letter.lang.startswith("nl")}
        self.assertEqual(told, {"€ 30,00 + 10% van € 100,00 = € 40,00"})
        for letter in (first + second).filtered(lambda letter: letter.amount_interest or letter.amount_costs):
            self.fail(f"{letter.display_name} asks costs or interest")

    def test_belgium_consumer_on_paper(self):
        partners = self.debtors(self.be, "consumer", due=3)
        partners.email = False
        first = self.ladder(self.be, partners, (0,))[0]
        self.assertEqual(set(first.mapped("channel")), {"print"})
        self.check(first, "be_first_reminder")


@tagged("post_install", "-at_install")
class TestTone(TextCase):
    def letter(self, partner):
        run = self.run_for(partners=partner)
        return run.letter_ids.with_env(self.env)

    def one(self, tone=False, name="Jan Smit"):
        partner = self.debtor(name, lang="nl_NL")
        partner.dunning_tone = tone
        self.invoice(partner, 100, due=1)
        return partner

    def test_company_decides_and_a_debtor_may_differ(self):
        self.assertEqual(self.letter(self.one()).tone, "formal")
        self.assertEqual(self.letter(self.one("informal")).tone, "informal")
        self.nl.dunning_tone = "informal"
        informal = self.letter(self.one())
        self.assertEqual(informal.tone, "informal")
        self.assertIn("Wil je", words(informal.shown_body))
        self.assertEqual(self.letter(self.one("formal")).tone, "formal")

    def test_another_company_has_its_own(self):
        partner = self.one("informal")
        self.assertFalse(partner.with_company(self.be).dunning_tone)

    def test_tone_of_the_case_holds_for_its_contacts(self):
        partner = self.one("informal")
        contact = self.env["res.partner"].create(
            {"name": "Boekhouding", "parent_id": partner.id, "type": "invoice", "email": "b@debtor.example.com"}
        )
        move = self.invoice(contact, 50, due=1)
        self.assertEqual(move.commercial_partner_id, partner)
        self.assertEqual(self.letter(partner).tone, "informal")

    def test_letters_of_legal_force_stay_formal_as_shipped(self):
        for level in self.env["dunning.level"].search([("legal_type", "not in", ("reminder", "pre_due"))]):
            self.assertEqual(level._text_for("informal"), level.template_id)
        for level in self.env["dunning.level"].search([("legal_type", "=", "reminder")]):
            self.assertNotEqual(level._text_for("informal"), level.template_id)

    def test_issued_letter_keeps_its_tone(self):
        partner = self.one("informal")
        letter = self.confirm(self.run_for(partners=partner)).with_env(self.env)
        body = letter.body
        partner.dunning_tone = "formal"
        self.assertEqual((letter.tone, letter.body), ("informal", body))

    def test_draft_is_made_anew_when_the_tone_changes(self):
        partner = self.one()
        run = self.run_for(partners=partner)
        partner.dunning_tone = "informal"
        run.action_propose()
        self.assertEqual(run.letter_ids.tone, "informal")

    def test_more_debtors_cost_no_more_queries_for_their_tone(self):
        partners = self.one("informal") + self.one() + self.one("informal")
        run = self.env["dunning.run"].create({"company_id": self.nl.id})
        run.action_propose()
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            self.assertEqual(partners.with_company(self.nl).mapped("dunning_tone").count("informal"), 2)


@tagged("post_install", "-at_install")
class TestShippedWords(TextCase):
    """Whatever an administrator makes of a text, the shipped one is there to go back to, in every language."""

    def test_reset_brings_back_all_languages(self):
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        level = self.as_user(self.manager, level)
        self.assertTrue(level.has_shipped_text)
        texts = level.template_id + level.template_informal_id
        shipped = {(text, lang): self.words_of(text, lang) for text in texts for lang in LANGUAGES}
        for text in texts:
            for lang in LANGUAGES:
                text.with_context(lang=lang).write({"subject": f"Mine {lang}", "body_html": f"<p>Mine {lang}</p>"})
        action = level.action_reset_texts()
        wizard = level.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(wizard.template_ids.ids, texts.ids)
        wizard.reset_template()
        texts.invalidate_recordset()
        for (text, lang), words_then in shipped.items():
            self.assertEqual(self.words_of(text, lang), words_then, (text.name, lang))
        self.assertEqual(set(texts.mapped("lang")), {"{{ object.lang }}"})

    def words_of(self, text, lang):
        text = text.with_context(lang=lang)
        return text.subject, re.sub(r"\s+", " ", str(text.body_html)).strip()

    def test_own_text_has_nothing_to_go_back_to(self):
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_3")
        level.template_id = level.template_id.copy()
        self.assertFalse(level.has_shipped_text)
        with self.assertRaisesRegex(Exception, "no shipped words"):
            level.action_reset_texts()

    def test_every_text_is_there_in_every_language(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "cremann_dunning"), ("model", "=", "mail.template"), ("name", "like", "mail_template_")]
        )
        for text in self.env["mail.template"].browse(data.mapped("res_id")):
            bodies = {self.words_of(text, lang) for lang in LANGUAGES}
            self.assertEqual(len(bodies), 3, text.name)

    def test_a_database_that_was_there_learns_the_informal_texts(self):
        """The migration adds wordings and informal texts, and leaves what people chose alone."""
        one, two = (self.env.ref(f"cremann_dunning.dunning_level_nl_business_{number}") for number in (1, 2))
        chosen = two.template_informal_id = two.template_informal_id.copy()
        one.template_informal_id = False
        element = self.env.ref("cremann_dunning.dunning_element_nl_free_term").with_context(lang="nl_NL")
        whole = element._words()
        element.phrases = "\n".join(["binnen een maand", *(line for line in whole if " je " not in line)])
        english = element.with_context(lang="en_US").phrases
        folder = Path(cremann_dunning.__file__).parent / "migrations" / "19.0.1.2.0"
        script = runpy.run_path(str(folder / "post-letters.py"))
        for _again in range(2):
            script["migrate"](self.env.cr, "19.0.1.1.1")
        self.env.invalidate_all()
        self.assertEqual(one.template_informal_id, self.text("reminder", "informal"))
        self.assertEqual(two.template_informal_id, chosen)
        self.assertEqual(element._words()[0], "binnen een maand")
        self.assertEqual(sorted(element._words()[1:]), sorted(whole))
        self.assertEqual(element.with_context(lang="en_US").phrases, english)

    def test_handover_level_waits_for_a_person(self):
        values = {"payment_term_days": 0, "procedure_id": self.procedures["nl_business"].id}
        with self.assertRaisesRegex(Exception, "cannot go by itself"):
            self.add_level("nl_business", "Over", "handover", "handover", automatic=True, **values)
