"""Letters, reasons and screens as a Dutch reader gets them: the words of the law, amounts, dates, no English."""

import re
from datetime import date, timedelta
from decimal import Decimal

from lxml import etree

from odoo.tests import tagged
from odoo.tools import html2plaintext

from odoo.addons.cremann_dunning.engine.reasons import REASONS

from ..common import TODAY, DunningCase

# Words that no Dutch sentence of ours has.
ENGLISH = re.compile(
    r"\b(?:the|you|your|and|not|with|from|this|these|payment|invoices?|reminder|letters?(?! (?:eerst|het))|amount|due"
    r"|dated|open principal|reference|account|for|hold|level|today|before|please|regards|dear|kind|total|paid)\b",
    re.IGNORECASE,
)
DUTCH_DATE = r"(?:maan|dins|woens|donder|vrij|zater|zon)dag \d{1,2} [a-z]+ \d{4}"
MONEY = re.compile(r"€\s\d{1,3}(?:\.\d{3})*,\d{2}")


def words(html):
    """Readable text on one line, with the non-breaking spaces of amounts as ordinary ones."""
    return re.sub(r"\s+", " ", html2plaintext(html).replace("*", "")).strip()


class DutchCase(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.lang = "nl_NL"
        cls.nl.write({"company_registry": "12345678", "vat": "NL123456782B90"})

    @classmethod
    def dutch(cls, name, amounts=(1210,), kind="business", due=1, company=None, **vals):
        """A Dutch-speaking debtor with an invoice of each amount."""
        partner = cls.debtor(name, kind=kind, lang="nl_NL", **vals)
        for number, amount in enumerate(amounts):
            cls.invoice(partner, amount, due=due + number, company=company, label="Reparatie van de oven")
        return partner

    def ladder(self, partners, company=None, days=(0, 8, 16)):
        """The letters to these debtors, per step of their procedure."""
        steps = []
        for number in days:
            with self.at(number) as today:
                steps.append(self.send_level(company, partners, today).with_env(self.env))
        return steps

    def text(self, letter):
        """Subject and body, after a look for what every Dutch letter has to be."""
        subject, body = words(letter.subject), words(letter.body)
        for part in (subject, body):
            self.assertNotRegex(re.sub(r"https?://\S+", "", part), ENGLISH)  # addresses are no words
        self.assertRegex(body, r"^(?:Beste|Geachte) ")
        self.assertIn(letter.company_id.name, subject)
        for amount in re.findall(r"€\s?[\d.,]*\d", body):
            self.assertRegex(amount, MONEY)
        self.assertIn(f"Bedrag {MONEY.search(words(letter.amount_text))[0]}", body)
        self.assertIn("Ten name van", body)
        return subject, body


@tagged("post_install", "-at_install")
class TestDutchLetters(DutchCase):
    with_belgium = True

    def test_business_ladder(self):
        one = self.dutch("Bakkerij Jansen")
        two = self.dutch("Slagerij De Vries", (1210, 500))
        first, second, third = self.ladder(one + two)
        for partner, label, amount in ((one, "factuur INV", "1.210,00"), (two, "2 facturen", "1.710,00")):
            mine = [letters.filtered_domain([("partner_id", "=", partner.id)]) for letters in (first, second, third)]
            (s1, b1), (s2, b2), (s3, b3) = map(self.text, mine)
            self.assertTrue(s1.startswith(f"Nog open: {label}"), s1)
            self.assertTrue(s2.startswith(f"Betaling van {label}"), s2)
            self.assertTrue(s3.startswith(f"Aanmaning: {label}"), s3)
            self.assertIn(f"Wilt u € {amount} uiterlijk op maandag 23 november 2026 betalen?", b1)
            self.assertIn("Wij schreven u op 16 november 2026 over een openstaand bedrag.", b2)
            self.assertIn(f"Wij vragen u om € {amount} uiterlijk op dinsdag 1 december 2026 te betalen.", b2)
            self.assertIn("Dan is onze volgende stap: Aanmaning.", b2)
            self.assertIn("Wij herinnerden u op 16 november 2026 en 24 november 2026.", b3)
            self.assertIn("U bent daarom in verzuim. Voor zover nodig stellen wij u met deze brief in gebreke.", b3)
            self.assertIn("Wettelijke handelsrente (artikel 6:119a BW) tot en met 2 dec 2026, daarna € 0,", b3)
            self.assertRegex(b3, rf"Zorgt u ervoor dat € [\d.,]+ uiterlijk op {DUTCH_DATE} op onze rekening staat\.")
        self.assertIn("De factuur hieronder staat", self.text(first.filtered(lambda k: k.partner_id == one))[1])
        self.assertIn("De facturen hieronder staan", self.text(first.filtered(lambda k: k.partner_id == two))[1])

    def test_sums_of_the_notice_of_default(self):
        body = self.text(self.ladder(self.dutch("Bakkerij Jansen"))[-1])[1]
        self.assertIn("Openstaande hoofdsom € 1.210,00", body)
        self.assertIn("daarna € 0,34 per dag € 5,86", body)
        self.assertIn(
            "Incassokosten (artikel 6:96 BW en Besluit vergoeding voor buitengerechtelijke incassokosten) "
            "15% van € 1.210,00 = € 181,50 € 181,50",
            body,
        )
        self.assertIn("Te betalen € 1.397,36", body)
        self.assertIn("KvK-nummer 12345678 · Btw-nummer NL123456782B90", body)

    def assert_fourteen_days(self, letter, term):
        """What article 6:96(6) BW and HR 25-11-2016 ask, and nothing that would make the letter void."""
        subject, body = self.text(letter)
        self.assertEqual(letter.legal_type, "statutory_notice")
        self.assertIn("zonder incassokosten te betalen", subject)
        self.assertIn(f"U betaalt geen incassokosten als u betaalt {term}.", body)
        self.assertEqual(body.count("veertien dagen"), 1)
        for phrase in (
            "U bent daarom in verzuim.",
            "Er komen nu geen kosten bij.",
            "Dan moet u ons ook incassokosten betalen: € 181,50 (15% van € 1.210,00 = € 181,50).",
            "artikel 6:96 van het Burgerlijk Wetboek",
            "Besluit vergoeding voor buitengerechtelijke incassokosten",
            "Wij behouden ons ondubbelzinnig het recht voor op betaling van de hoofdsom, de wettelijke rente",
            "stuiting van de verjaring (artikel 3:317 lid 1 BW)",
        ):
            self.assertIn(phrase, body)
        # wordings that courts struck down, and any date to pay by
        self.assertNotRegex(
            body,
            r"(?i)na heden|dagtekening|na verzending|na de datum|na ontvangst van|vandaag|uiterlijk|vóór|tot en met \d",
        )
        self.assertNotRegex(body, DUTCH_DATE)
        # the only days in it lie behind us: dates of invoices and of earlier letters, and up to when the bank is booked
        months = {"okt": 10, "nov": 11, "dec": 12, "oktober": 10, "november": 11, "december": 12}
        days = [date(int(y), int(m), int(d)) for d, m, y in re.findall(r"\b(\d{2})-(\d{2})-(\d{4})\b", body)]
        days += [date(int(y), months[m], int(d)) for d, m, y in re.findall(r"\b(\d{1,2}) ([a-z]+) (\d{4})\b", body)]
        self.assertTrue(days)
        self.assertLess(max(days), letter.date)
        self.assertNotIn("40,00", body)

    def test_fourteen_days_by_mail(self):
        letter = self.ladder(self.dutch("Mevrouw De Wit", kind="consumer"))[-1]
        self.assertEqual(letter.channel, "email")
        self.assert_fourteen_days(letter, "binnen veertien dagen vanaf de dag nadat u dit bericht heeft ontvangen")

    def test_fourteen_days_on_paper(self):
        partner = self.dutch("Mevrouw De Wit", (710, 500), kind="consumer", email=False)
        letter = self.ladder(partner, days=(0, 11, 24))[-1]  # each term with the days of the post before it
        self.assertEqual(letter.channel, "print")
        self.assert_fourteen_days(letter, "binnen veertien dagen vanaf de dag nadat deze brief bij u is bezorgd")

    def test_interest_of_a_consumer_has_its_own_article(self):
        partner = self.dutch("Mevrouw De Wit", kind="consumer")
        notice = self.ladder(partner)[-1]
        with self.at(notice.claimable_from + timedelta(days=1)) as today:
            body = self.text(self.send_level(partners=partner, date=today).with_env(self.env))[1]
        self.assertIn("Wettelijke rente (artikel 6:119 BW) tot en met", body)
        self.assertNotIn("handelsrente", body)

    def test_vat_on_the_costs_is_declared(self):
        """Article 2(3) BIK: the creditor says why the costs are higher, in the letter that announces or asks them."""
        self.nl.write({"dunning_vat_not_deductible": True, "dunning_third_party": True})
        declared = (
            "Wij schakelen voor de incasso een dienstverlener in en kunnen de btw die ons daarvoor in rekening wordt "
            "gebracht niet verrekenen. Wij verklaren dat de incassokosten van € {} om die reden zijn verhoogd met 21% "
            "btw (€ {}), samen € {}."
        )
        body = self.text(self.ladder(self.dutch("Mevrouw De Wit", (300,), kind="consumer"))[-1])[1]
        self.assertIn("Dan moet u ons ook incassokosten betalen: € 54,45 (15% van € 300,00 = € 45,00).", body)
        self.assertIn(declared.format("45,00", "9,45", "54,45"), body)
        self.back_in_time()
        body = self.text(self.ladder(self.dutch("Bakkerij Jansen"))[-1])[1]
        self.assertIn(
            "buitengerechtelijke incassokosten) waarvan btw € 38,12 15% van € 1.210,00 = € 181,50 € 219,62", body
        )
        self.assertIn(declared.format("181,50", "38,12", "219,62"), body)

    def test_second_reminder_tells_a_consumer_what_follows(self):
        body = self.text(self.ladder(self.dutch("Mevrouw De Wit", kind="consumer"), days=(0, 8))[-1])[1]
        self.assertIn("Dan is onze volgende stap: 14-dagenbrief.", body)

    def belgian(self, **vals):
        self.be.write({"dunning_consumer_clause": "artikel 7", "company_registry": "0477472701"})
        vals.setdefault("country_id", self.env.ref("base.be").id)
        partner = self.dutch("Els Maes", (250,), kind="consumer", due=3, company=self.be, **vals)
        letter = self.send_level(self.be, partner).with_env(self.env)
        return letter, *self.text(letter)

    def assert_first_reminder(self, body):
        """Article XIX.2 WER: balance and clause, who with his number, what for and since when, the term, for free."""
        self.assertIn("Te betalen: € 250,00.", body)
        costs = "€ 40,00 (€ 30,00 + 10% van € 100,00 = € 40,00)"
        self.assertIn(f"een schadevergoeding van {costs}, volgens artikel 7 van onze algemene voorwaarden", body)
        self.assertRegex(body, r"Kaai België BV .*Ondernemingsnummer 0477472701")
        self.assertIn("Reparatie van de oven 30 okt 2026 13 nov 2026 € 250,00", body)
        self.assertIn("U heeft 14 kalenderdagen om te betalen zonder kosten, interest of vergoeding.", body)
        self.assertIn("Deze herinnering is kosteloos en geldt als ingebrekestelling.", body)

    def test_belgian_first_reminder_by_mail(self):
        letter, subject, body = self.belgian()
        self.assertEqual((letter.channel, letter.legal_type), ("email", "statutory_notice"))
        self.assertTrue(subject.startswith("Kosteloze herinnering van Kaai België BV: factuur "), subject)
        self.assert_first_reminder(body)
        self.assertIn("Die termijn begint op de dag na de dag waarop deze e-mail is verzonden.", body)

    def test_belgian_first_reminder_on_paper(self):
        letter, _subject, body = self.belgian(email=False)
        self.assertEqual(letter.channel, "print")
        self.assert_first_reminder(body)
        self.assertIn("Die termijn begint op de derde werkdag na de dag waarop deze brief is verzonden.", body)

    def test_belgian_business(self):
        partner = self.dutch("Frituur Jef", company=self.be, country_id=self.env.ref("base.be").id)
        body = self.text(self.ladder(partner, self.be)[-1])[1]
        self.assertIn("Interest volgens de wet van 2 augustus 2002 tot en met 2 dec 2026", body)
        self.assertIn("Forfaitaire vergoeding voor invorderingskosten (wet van 2 augustus 2002) € 40,00", body)

    def test_english_would_be_found(self):
        partner = self.debtor("Mrs White", kind="consumer")
        self.invoice(partner, 100, due=1)
        for letter in self.ladder(partner):
            for part in (letter.subject, *re.findall(r"<p>(.*?)</p>", letter.body, re.DOTALL)[1:3]):
                self.assertRegex(words(part), ENGLISH)

    def test_names_that_letters_show(self):
        names = {
            "nl_business_1": "Herinnering",
            "nl_business_2": "Tweede herinnering",
            "nl_business_3": "Aanmaning",
            "nl_consumer_3": "14-dagenbrief",
            "be_consumer_1": "Eerste herinnering",
            "eu_3": "Formele aanmaning",
        }
        for name, label in names.items():
            level = self.env.ref(f"cremann_dunning.dunning_level_{name}").with_context(lang="nl_NL")
            self.assertEqual(level.name, label)


@tagged("post_install", "-at_install")
class TestDutchReasons(DutchCase):
    def test_every_sentence(self):
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_3")
        facts = {
            "level": {"level": level.id},
            "due_date": date(2026, 11, 1),
            "date": date(2026, 11, 23),
            "last": date(2026, 11, 12),
            "since": date(2026, 11, 5),
            "until": date(2026, 12, 1),
            "days": 15,
            "amount": Decimal("1210.00"),
            "minimum": Decimal("25.00"),
            "currency": "USD",
            "letter": "DUN/2026/00012",
            "credit": "RINV/2026/0004",
            "reason": "wacht op creditfactuur",
            "procedure": "Nederland, zakelijk",
            "message": "Dit klopt niet.",
            "journal": "Bank",
            "payment": "PBNK1/2026/00003",
            "spoken": date(2026, 11, 10),
            "sent": date(2026, 11, 3),
            "disputed": Decimal("60.00"),
            "paying": Decimal("39.50"),
            "letters": 3,
            "maximum": 5,
            "start": date(2026, 10, 1),
            "kind": "Faillissement",
            "ended": date(2026, 11, 14),
            "outcome": "Schone lei",
            "receipt": {"receipt": None},
            "cause": "Heeft geen geld",
            "ground": "er staat een creditnota van in concept",
            "way": "mail",
            "number": 4,
            "group": "Jansen Holding",
            "party": "Incasso Partners",
        }
        model = self.env["dunning.decision"].with_context(lang="nl_NL")
        english = self.env["dunning.decision"].with_context(lang="en_US")
        self.assertEqual(set(model._reason_labels()), set(REASONS))
        for code, reason in REASONS.items():
            params = {key: model._store_param(facts[key], "EUR") for key in reason.facts}
            params = {key: model._format_param(value, {"EUR": self.eur}) for key, value in params.items()}
            sentence = model._sentence(code, params)
            with self.subTest(code=code):
                self.assertNotRegex(sentence, ENGLISH)
                self.assertNotRegex(model._reason_labels()[code], ENGLISH)
                if set(reason.facts) != {"message"}:
                    self.assertNotEqual(sentence, english._sentence(code, params))
                for value in params.values():
                    self.assertIn(str(value), sentence)

    def test_reader_chooses_the_language(self):
        """The daily run has no language: what it decided still reads as the reader's own, labels of levels included."""
        partner = self.dutch("Bakkerij Jansen")
        move = partner.invoice_ids
        run = self.env["dunning.run"].with_context(lang=None).create({"company_id": self.nl.id})
        run.action_propose()
        decision = move.dunning_decision_id
        dutch, english = decision.with_context(lang="nl_NL"), decision.with_context(lang="en_US")
        self.assertEqual(dutch.explanation, "Herinnering is aan de beurt: 1 dag na de vervaldatum van 15-11-2026.")
        self.assertEqual(dutch.reason_label, "Brief")
        self.assertEqual(english.explanation, "Reminder is due: 1 day past the due date of 11/15/2026.")
        self.assertEqual(english.reason_label, "Letter")

    def test_another_language_is_no_other_answer(self):
        """Proposing again in another language writes no second decision."""
        move = self.dutch("Bakkerij Jansen").invoice_ids
        run = self.env["dunning.run"].with_context(lang="en_US").create({"company_id": self.nl.id})
        run.action_propose()
        first = move.dunning_decision_id
        run.with_context(lang="nl_NL").action_propose()
        self.assertEqual(move.dunning_decision_id, first)

    def test_run_is_named_in_the_language_of_its_reader(self):
        run = self.env["dunning.run"].create({"company_id": self.nl.id, "date": TODAY})
        self.assertEqual(run.with_context(lang="nl_NL").name, "Aanmaanronde van 16-11-2026")
        self.assertEqual(run.with_context(lang="en_US").name, "Run of 11/16/2026")


@tagged("post_install", "-at_install")
class TestDutchScreens(DutchCase):
    """Whatever a user can read of this addon is Dutch for a Dutch user."""

    def assert_dutch(self, where, *texts):
        for text in filter(None, texts):
            with self.subTest(where=where):
                self.assertNotRegex(re.sub(r"<[^>]*>|\{\w+\}", " ", text), ENGLISH)

    def test_views(self):
        views = self.env["ir.ui.view"].search([("model", "=like", "dunning.%"), ("inherit_id", "=", False)])
        self.assertGreater(len(views), 20)
        for view in views:
            arch = self.env[view.model].with_context(lang="nl_NL").get_view(view.id, view.type)["arch"]
            shown = re.findall(r'\b(?:string|help|title|placeholder|confirm|sum)="([^"]*)"', arch)
            self.assert_dutch(view.name, *shown, *re.findall(r">\s*([^<>]*[A-Za-z][^<>]*?)\s*<", arch))

    def test_settings(self):
        view = self.env.ref("base.res_config_settings_view_form")
        arch = self.env["res.config.settings"].with_context(lang="nl_NL").get_view(view.id, "form")["arch"]
        (own,) = etree.fromstring(arch).xpath("//app[@name='cremann_dunning']")
        shown = own.xpath("//app[@name='cremann_dunning']//@*[name()='help' or name()='title' or name()='placeholder']")
        self.assertGreater(len(shown), 10)
        self.assert_dutch(view.name, *shown)

    def test_fields(self):
        own = self.env["ir.model.fields"].search(["|", ("model", "=like", "dunning.%"), ("name", "=like", "dunning_%")])
        self.assertGreater(len(own), 200)
        for field in own.with_context(lang="nl_NL"):
            if re.match("activity_|message_|my_activity_|website_", field.name):
                continue  # Odoo's own, on every model with a chatter
            options = field.selection_ids.mapped("name") if field.ttype == "selection" else []
            self.assert_dutch(f"{field.model}.{field.name}", field.field_description, field.help, *options)

    def test_menus_actions_and_records(self):
        for model, names in {
            "ir.ui.menu": ["name"],
            "ir.actions.act_window": ["name", "help"],
            "ir.actions.server": ["name"],
            "ir.actions.report": ["name"],
            "ir.model": ["name"],
            "res.groups": ["name", "comment"],
            "mail.template": ["name", "description"],
            "dunning.procedure": ["name"],
            "dunning.level": ["name"],
            "dunning.regime": ["name", "note"],
            "dunning.cost.scale": ["name"],
            "dunning.interest.table": ["name"],
        }.items():
            data = self.env["ir.model.data"].search([("module", "=", "cremann_dunning"), ("model", "=", model)])
            self.assertTrue(data, model)
            for record in self.env[model].with_context(lang="nl_NL").browse(data.mapped("res_id")):
                if record._name != "ir.model" or record.model.startswith("dunning."):
                    self.assert_dutch(f"{model} {record.id}", *(record[name] for name in names))
