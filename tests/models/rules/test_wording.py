"""How a letter reads, on every path: a text that is broken stops the letter, and an override leaves its reason."""

from markupsafe import Markup

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..run.test_gate import GateCase
from ..test_invoice_list import QueryCase


class WordingCase(GateCase):
    def text(self, name="reminder"):
        return self.env.ref(f"cremann_dunning.mail_template_{name}")

    def add(self, words, name="reminder", lang="en_US"):
        """One more paragraph in a text, in one language."""
        text = self.text(name).with_context(lang=lang)
        whole = text.body_html
        text.body_html = whole.replace("</div>", Markup("<p>%s</p></div>") % Markup(words))
        return whole

    def findings(self, letter):
        return self.env["dunning.wording"]._check(letter)[letter]

    def second_step(self, partner, days=(0, 8)):
        """The first letters of the ladder of a debtor, sent."""
        for number in days:
            with self.at(number) as today:
                self.send_level(partners=partner, date=today)


# What somebody may do to the text of a first reminder to a business, and what the gate says of it.
BREAKAGES = {
    "TEXT_RESIDUE": "Dear <t t-out=\"object.cancel_reason or ''\"></t>, we write to you.",
    "TEXT_AMOUNT": "And €40.00 more.",
    "TEXT_WORDS": "Or we go to court.",
}


@tagged("post_install", "-at_install")
class TestBrokenTexts(WordingCase):
    def setUp(self):
        super().setUp()
        self.partner = self.debtor()
        self.move = self.invoice(self.partner, 1000, due=5)

    def assert_stopped(self, letter, code):
        self.env.invalidate_all()
        self.assertEqual((letter.state, letter.refusal_codes), ("failed", code))
        self.assertFalse(letter.sent_on)
        self.assertFalse(letter.pdf_file)
        self.assertFalse(self.move.dunning_level_id)

    def test_run_and_retry(self):
        for code, words in BREAKAGES.items():
            with self.subTest(code):
                whole = self.add(words)
                _run, letter = self.proposed(self.partner)
                self.confirm(_run)
                self.assert_stopped(letter, code)
                self.as_user(self.user, letter).action_retry()
                self.assert_stopped(letter, code)
                self.text().body_html = whole
                self.as_user(self.user, letter).action_retry()
                self.assertEqual((letter.state, letter.refusal_codes), ("issued", False))
                letter._cancel("once more")
                self.back_in_time()

    def test_amount_to_pay(self):
        text = self.text()
        for block in ("object.amount_text", "object.payment_html", "object.claims_html"):
            text.body_html = text.body_html.replace(block, "object.company_id.city")
        self.assert_stopped(self.issued(self.partner), "TEXT_TOTAL")

    def test_daily_job(self):
        self.add("Otherwise there will be legal action.")
        self.nl.dunning_automatic = True
        self.env["dunning.run"]._cron_run()
        letter = self.env["dunning.letter"].search([("partner_id", "=", self.partner.id)])
        self.assert_stopped(letter, "TEXT_WORDS")
        self.assertIn("“legal action”", letter.error)

    def test_by_hand_the_draft_says_so(self):
        self.add("Otherwise the bailiff comes.")
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        letter = self.write_by_hand(self.partner, level)
        self.assertIn("“bailiff”", letter.refusal)
        self.assertFalse(letter.refusal_is_final)
        self.as_user(self.user, letter).action_issue()
        self.assert_stopped(letter, "TEXT_WORDS")

    def test_outbox_when_a_list_was_extended(self):
        letter = self.issued(self.partner)
        self.env.ref("cremann_dunning.dunning_word_list_threat_en").words += "\nslipped*"
        self.assertFalse(self.send_outbox(letter))
        self.env.invalidate_all()
        self.assertEqual((letter.state, letter.refusal_codes), ("failed", "TEXT_WORDS"))
        self.assertFalse(self.move.dunning_level_id)

    def test_posting_when_a_list_was_extended(self):
        self.partner.email = False
        letter = self.issued(self.partner)
        self.assertEqual((letter.state, letter.channel), ("issued", "print"))
        self.env.ref("cremann_dunning.dunning_word_list_threat_en").words += "\nslipped*"
        self.as_user(self.user, letter).action_mark_posted()
        self.env.invalidate_all()
        self.assertEqual((letter.state, letter.refusal_codes), ("failed", "TEXT_WORDS"))

    def test_half_a_translation(self):
        self.partner.lang = "nl_NL"
        text = self.text()
        whole = text.with_context(lang="nl_NL").body_html
        self.env.flush_all()
        self.env.cr.execute("UPDATE mail_template SET body_html = body_html - 'nl_NL' WHERE id = %s", (text.id,))
        self.env.invalidate_all()
        letter = self.issued(self.partner)
        self.assert_stopped(letter, "TEXT_LANGUAGE")
        text.with_context(lang="nl_NL").body_html = whole
        self.as_user(self.user, letter).action_retry()
        self.assertEqual(letter.state, "issued")

    def test_override_leaves_its_reason(self):
        self.add("We go to court.")
        letter = self.issued(self.partner)
        self.assert_stopped(letter, "TEXT_WORDS")
        with self.assertRaises(AccessError):
            self.override(letter, user=self.user)
        self.override(letter, reason="Agreed with our lawyer on 12 November")
        self.assertEqual(letter.state, "issued")
        override = letter.override_ids
        self.assertEqual((override.code, override.user_id), ("TEXT_WORDS", self.manager))
        self.assertEqual(override.reason, "Agreed with our lawyer on 12 November")
        self.assertIn("“court”", override.sentence)
        self.send_outbox(letter)
        self.assertEqual(letter.state, "sent")

    def test_override_of_a_draft_prints_the_number_that_it_got(self):
        """Whoever looks at the draft in the same transaction keeps none of its words."""
        self.add("Our letter <t t-out='object.name'></t>. We go to court.")
        letter = self.write_by_hand(self.partner, self.env.ref("cremann_dunning.dunning_level_nl_business_1"))
        self.assertIn("“court”", letter.refusal)
        self.override(letter)
        self.assertEqual(letter.state, "issued")
        self.assertIn(letter.name, letter.shown_body)

    def test_amber_never_stops(self):
        self.add(
            "PLEASE PAY NOW: hereby we notwithstanding ask you once more, and again, and again, and again, to pay soon."
        )
        self.text().subject = "Second reminder: " + self.text().subject
        letter = self.issued(self.partner)
        self.assertEqual(letter.state, "issued")
        found = self.findings(letter)
        self.assertEqual([finding.red for finding in found], [False] * len(found))
        self.assertEqual({f.code for f in found}, {"TEXT_WORDS", "TEXT_CAPITALS", "TEXT_SENTENCE"})
        self.assertTrue(all(self.env["dunning.wording"]._sentence(finding) for finding in found))

    def test_names_that_a_debtor_chose_are_not_judged(self):
        self.partner.name = "Court & Costs, {{ Lawyers }} False"
        self.move.invoice_line_ids.name = "Bailiff € 25, None"
        letter = self.issued(self.partner)
        self.assertEqual(letter.state, "issued")

    def test_limits_of_the_level(self):
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        self.assertEqual((level.max_words, level.max_sentence), (90, 15))
        level.write({"max_words": 10, "max_sentence": 2})
        letter = self.issued(self.partner)
        codes = {finding.code for finding in self.findings(letter)}
        self.assertEqual(codes, {"TEXT_LENGTH", "TEXT_SENTENCE"})
        level.write({"max_words": 0, "max_sentence": 0})
        self.assertEqual(self.findings(letter), ())
        level.legal_type = "notice_of_default"
        self.assertEqual((level.max_words, level.max_sentence), (220, 40))
        with self.assertRaisesRegex(Exception, "limits_not_negative"), self.cr.savepoint():
            level.max_words = -1
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestConsumers(WordingCase):
    def setUp(self):
        super().setUp()
        self.partner = self.debtor("Mrs White", kind="consumer")
        self.move = self.invoice(self.partner, 1000, due=1)

    def notice(self, words):
        """The 14-day letter with one more paragraph, as far as it came."""
        self.second_step(self.partner)
        self.add(words, "nl_14_days")
        with self.at(16) as today:
            return self.issued(self.partner, today)

    def assert_final(self, letter, code):
        self.assertEqual((letter.state, letter.refusal_codes), ("failed", code))
        self.assertTrue(letter.refusal_is_final)
        with self.assertRaisesRegex(UserError, "Nobody may override"):
            self.override(letter)
        self.assertFalse(letter.override_ids)

    def test_a_day_in_a_fourteen_day_letter(self):
        letter = self.notice("That is before 15 December 2026.")
        with self.at(16):
            self.assert_final(letter, "TEXT_DATE")
            self.assertIn("“15 December 2026”", letter.error)

    def test_a_term_that_is_too_short(self):
        letter = self.notice("Please pay within a week.")
        with self.at(16):
            self.assert_final(letter, "TEXT_WORDS")

    def test_nobody_lets_a_wrong_amount_go_to_a_consumer(self):
        self.add("And €40.00 more.")
        letter = self.issued(self.partner)
        self.assert_final(letter, "TEXT_AMOUNT")

    def test_a_manager_may_let_a_wrong_amount_go_to_a_business(self):
        partner = self.debtor()
        self.invoice(partner, 1000, due=1)
        self.add("The whole order was €4,000.00.")
        letter = self.issued(partner)
        self.assertEqual(letter.refusal_codes, "TEXT_AMOUNT")
        self.override(letter)
        self.assertEqual(letter.state, "issued")

    def test_costs_in_a_reminder(self):
        self.add("Otherwise there will be collection costs.")
        letter = self.issued(self.partner)
        self.assertEqual(letter.refusal_codes, "TEXT_WORDS")
        self.assertIn("collection costs", letter.error)
        self.assertIn("art. 6:96 BW", letter.error)


# What somebody may be called or sell. Each stopped a letter, or hid what is wrong with one.
NASTY = (
    "Abonnement vanaf vandaag",
    "Jan after sending",
    "from today",
    "Bailiff, Court & Costs",
    "{{ object.name }} ${x} t-out",
    "False None",
    "€ 99.99 EUR 5 CHF 3",
    "before 15 December 2027",
    "(.*)[a-z]+\\ €",
    "BETAAL METEEN",
    "x",
    "7",
    "Te\u200bst from today\u202e",
    "from  today",
    "from today " * 45,
)


@tagged("post_install", "-at_install")
class TestNames(WordingCase):
    """Names, labels, numbers and addresses of others in a 14-day letter, from proposal to mail."""

    def notice(self, partner, **vals):
        self.invoice(partner, 1000, due=1, **vals)
        self.back_in_time()
        self.second_step(partner)
        with self.at(16) as today:
            return self.issued(partner, today)

    def test_a_statutory_notice_leaves_whatever_others_chose(self):
        for number, name in enumerate(NASTY):
            with self.subTest(name):
                vals = {
                    "street": name,
                    "street2": name,
                    "city": name,
                    "ref": name,
                    "lang": ("en_US", "nl_NL")[number % 2],
                }
                partner = self.debtor(f"Consumer {number}", kind="consumer", **vals)
                partner.name = name
                letter = self.notice(partner, label=name, ref=name, invoice_origin=name)
                self.assertEqual((letter.state, letter.error), ("issued", False))
                with self.at(16):
                    self.send_outbox(letter)
                    self.assertEqual(letter.state, "sent")

    def test_names_of_our_own_house(self):
        for name in NASTY[:6]:
            with self.subTest(name):
                self.nl.write({"name": name, "street": name, "city": name})
                self.nl.partner_id.bank_ids.acc_holder_name = name
                self.user.name = name
                letter = self.notice(self.debtor(f"Consumer {name[:5]}", kind="consumer"))
                self.assertEqual((letter.state, letter.error), ("issued", False))

    def test_a_name_hides_no_words_of_the_text(self):
        self.add("You have fourteen days from today.", "nl_14_days")
        for name in ("Today", "today", "from", "t", "Jan from today"):
            with self.subTest(name):
                letter = self.notice(self.debtor(name, kind="consumer", email="a@debtor.example.com"), label=name)
                self.assertIn("ELEMENT_FORBIDDEN", letter.refusal_codes or "")
                self.assertTrue(letter.refusal_is_final)

    def test_a_product_is_not_the_phrase_that_the_law_wants(self):
        text = self.text("nl_14_days")
        for name, own in (("without collection costs", False), ("Course without collection costs", False)):
            partner = self.debtor(f"Consumer {name[:6]}", kind="consumer")
            whole = text.body_html
            if not own:
                text.body_html = Markup(whole.replace("without collection costs", "without anything more"))
            with self.subTest(name):
                letter = self.notice(partner, label=name)
                self.assertEqual(letter.refusal_codes, "ELEMENT_MISSING")
                content = self.env["dunning.letter.light"]._content(letter)
                lacks = [element["name"] for element in content["elements"] if not element["good"]]
                self.assertEqual(lacks, ["That paying within the term costs nothing"])
            text.body_html = whole

    def test_a_product_called_as_the_phrase_does_not_stop_the_letter(self):
        letter = self.notice(self.debtor("Consumer", kind="consumer"), label="without collection costs")
        self.assertEqual((letter.state, letter.error), ("issued", False))
        content = self.env["dunning.letter.light"]._content(letter)
        self.assertTrue(all(element["good"] for element in content["elements"]))


@tagged("post_install", "-at_install")
class TestAbsent(WordingCase):
    """What a letter has to name and does not have stops it, and says what to fill in."""

    def test_no_account(self):
        self.nl.partner_id.bank_ids.active = False
        for kind in ("business", "consumer"):
            with self.subTest(kind):
                partner = self.debtor(f"{kind} debtor", kind=kind)
                self.invoice(partner, 1000, due=5)
                letter = self.issued(partner)
                self.assertEqual((letter.state, letter.refusal_codes), ("failed", "ELEMENT_MISSING"))
                self.assertIn("Company Kaai Holland B.V.: enter a bank account.", letter.error)
                self.back_in_time()
        self.nl.partner_id.with_context(active_test=False).bank_ids.active = True
        letter.invalidate_recordset()
        self.as_user(self.user, letter).action_retry()
        self.assertEqual(letter.state, "issued")

    def test_no_account_for_a_statutory_notice_is_final(self):
        partner = self.debtor("Mrs White", kind="consumer")
        self.invoice(partner, 1000, due=1)
        self.second_step(partner)
        self.nl.partner_id.bank_ids.active = False
        with self.at(16) as today:
            letter = self.issued(partner, today)
            self.assertEqual((letter.state, letter.refusal_codes), ("failed", "ELEMENT_MISSING"))
            self.assertTrue(letter.refusal_is_final)
            content = self.env["dunning.letter.light"]._content(letter)
            self.assertEqual(
                [element["hint"] for element in content["elements"] if not element["good"]],
                ["Company Kaai Holland B.V.: enter a bank account."],
            )

    def test_account_taken_away_before_the_mail_leaves(self):
        partner = self.debtor()
        self.invoice(partner, 1000, due=5)
        letter = self.issued(partner)
        self.assertEqual(letter.state, "issued")
        self.env["dunning.procedure"].search([]).check_first = False  # which would ask about the invoice first
        self.nl.partner_id.bank_ids.active = False
        self.env.invalidate_all()
        self.assertFalse(self.send_outbox(letter))
        self.env.invalidate_all()
        self.assertEqual((letter.state, letter.refusal_codes), ("failed", "ELEMENT_MISSING"))

    def last_step(self, regime="nl_business", **vals):
        """The notice of default of a business, as far as it came."""
        partner = self.debtor()
        self.invoice(partner, 1000, due=1)
        level = self.env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids.filtered(
            lambda level: level.legal_type == "notice_of_default"
        )
        level.write(vals)
        for number in (0, 14):
            with self.at(number) as today:
                self.send_level(partners=partner, date=today)
        with self.at(45) as today:
            letter = self.issued(partner, today)
        self.assertEqual(letter.legal_type, "notice_of_default")
        return letter

    def test_a_regime_that_says_nothing_wants_the_usual(self):
        regime = self.regime("nl_business")
        regime.requirement_ids.filtered(lambda line: line.legal_type == "notice_of_default").unlink()
        text = self.text("notice_of_default")
        letter = self.last_step()
        self.assertEqual((letter.state, letter.error), ("issued", False))
        names = {element.name for element in letter._required_elements()}
        self.assertLessEqual({"Name of the creditor", "Last day to pay", "Bank account"}, names)
        letter._cancel("once more")
        self.back_in_time()
        text.body_html = Markup("<div><p>Pay.</p><t t-out='object.amounts_html'></t></div>")
        letter = self.last_step()
        self.assertEqual(letter.refusal_codes, "ELEMENT_MISSING")

    def test_no_days_to_pay(self):
        """A level takes none any more; a letter of before that leaves no more than another one."""
        letter = self.last_step()
        self.assertEqual(letter.state, "issued")
        with self.at(45):
            self.env.flush_all()
            self.env.cr.execute("UPDATE dunning_letter SET deadline = NULL WHERE id = %s", (letter.id,))
            self.env.invalidate_all()
            self.assertFalse(self.send_outbox(letter))
            self.env.invalidate_all()
            self.assertEqual((letter.state, letter.refusal_codes), ("failed", "ELEMENT_MISSING"))
            self.assertIn(f"Level {letter.level_id.display_name}: enter the days to pay.", letter.error)


@tagged("post_install", "-at_install")
class TestWordLists(WordingCase):
    with_belgium = True

    def words(self, **vals):
        defaults = {"name": "Ours", "language": "en", "words": "unicorn", "severity": "red", "for_reminder": True}
        return self.env["dunning.word.list"].create(defaults | vals)

    def test_bad_lists_are_refused(self):
        for vals, message in (
            ({"words": " \n*\n"}, "at least one word"),
            ({"language": "NL"}, "two small letters"),
            ({"language": "n"}, "two small letters"),
            ({"for_reminder": False}, "at least one kind of letter"),
        ):
            with self.subTest(vals), self.refused(message):
                self.words(**vals)

    def test_a_list_of_another_company(self):
        self.words(company_id=self.be.id)
        self.add("A unicorn.")
        partner = self.debtor()
        self.invoice(partner, 100, due=5)
        self.assertEqual(self.issued(partner).state, "issued")
        self.words(company_id=self.nl.id)
        other = self.debtor("Another")
        self.invoice(other, 100, due=5)
        self.back_in_time()
        self.assertEqual(self.issued(other).refusal_codes, "TEXT_WORDS")

    def test_who_sees_and_changes_lists(self):
        theirs, ours = self.words(company_id=self.be.id), self.words(company_id=self.nl.id)
        shared = self.env.ref("cremann_dunning.dunning_word_list_threat_nl")
        seen = self.as_user(self.user)["dunning.word.list"].search([])
        self.assertIn(ours.id, seen.ids)
        self.assertIn(shared.id, seen.ids)
        self.assertNotIn(theirs.id, seen.ids)
        with self.assertRaises(AccessError):
            self.as_user(self.user, ours).words = "pony"
        with self.assertRaises(AccessError):
            self.as_user(self.manager, theirs).words = "pony"
        self.as_user(self.manager, ours).words = "pony"
        self.open_list(self.as_user(self.manager), "dunning.word.list")
        self.open_form(self.as_user(self.manager, ours))

    def test_every_language_has_the_same_lists(self):
        lists = self.env["dunning.word.list"].search([])
        for name in ("threat", "cost", "short", "heavy", "number"):
            for language in ("nl", "fr", "en"):
                found = self.env.ref(f"cremann_dunning.dunning_word_list_{name}_{language}")
                self.assertEqual(found.language, language)
                self.assertIn(found, lists)


@tagged("post_install", "-at_install")
class TestWordingQueries(QueryCase):
    def test_checking_many_letters_costs_no_more_queries_than_few(self):
        everything = self.run_for(partners=self.partners).letter_ids.with_env(self.env)
        texts = {letter: (letter.shown_subject, letter.shown_body) for letter in everything}

        def check(number):
            some = everything[:number]
            found = self.env["dunning.wording"]._check(some, texts)
            self.assertEqual(len(found), number)
            self.assertFalse(any(found.values()))

        self.assertFlat(check)
