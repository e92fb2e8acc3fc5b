"""Short letters that save the relation: the composer opens with the right words, and a person sends them."""

import re

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import format_date

from ..common import TODAY, DunningCase, day
from .test_dutch import ENGLISH, words
from .test_texts import EMPTY_PLACE, FRENCH_HAS_NOT, LANGUAGES, TONES, WRONG_TONE

# What only a plan says that ends when an instalment is missed.
ENDS = {"nl_NL": "hele restbedrag", "fr_FR": "tout le solde", "en_US": "whole rest"}


@tagged("post_install", "-at_install")
class TestMessages(DunningCase):
    without_pdf = True

    def debtors(self):
        for lang in LANGUAGES:
            for tone in TONES:
                partner = self.debtor(f"Oven {lang[:2]} {tone[:2]}", lang=lang)
                partner.with_company(self.nl).dunning_tone = tone
                yield partner, lang, tone

    def compose(self, action):
        """What the composer shows when the button is pressed: subject, text, recipients."""
        self.assertEqual(action["res_model"], "mail.compose.message")
        env = self.as_user(self.user)
        form = Form(env["mail.compose.message"].with_context(**action["context"]))
        return form.save()

    def check(self, action, lang, tone, *wanted):
        composer = self.compose(action)
        subject, body = words(composer.subject), words(composer.body)
        self.assertIn("Kaai Holland B.V.", subject)
        for text in (subject, body):
            self.assertNotRegex(text, EMPTY_PLACE)
            self.assertNotRegex(text, WRONG_TONE[lang, tone])
            if lang == "nl_NL":
                self.assertNotRegex(text, ENGLISH)
            if lang == "fr_FR":
                self.assertNotRegex(text, FRENCH_HAS_NOT)
        for text in wanted:
            self.assertIn(text, body)
        return composer

    def agree(self, model, partner, **vals):
        case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
        return (
            self.env[model]
            .with_user(self.user)
            .with_context(allowed_company_ids=self.nl.ids)
            .create({"case_id": case.id, **vals})
        )

    def test_thanks_and_rectification(self):
        for partner, lang, tone in self.debtors():
            move = self.invoice(partner, 100, due=1)
            letter = self.send_level(partners=partner)
            with self.subTest(lang=lang, tone=tone):
                self.check(letter.action_thank(), lang, tone, move.name)
                composer = self.check(letter.action_rectify(), lang, tone, move.name, letter.name)
                self.assertEqual(composer.partner_ids, partner)

    def test_not_the_debtors_invoice(self):
        right = self.debtor("Slagerij De Wit")
        for partner, lang, tone in self.debtors():
            move = self.invoice(partner, 100, due=1)
            letter, number = self.send_level(partners=partner), move.name
            move.button_draft()
            move.partner_id = right
            move.action_post()
            self.env.flush_all()
            letter.invalidate_recordset()
            task = letter.case_id.activity_ids
            with self.subTest(lang=lang, tone=tone):
                self.assertEqual((len(task), task.user_id), (1, self.user))
                self.assertIn(number, task.note)
                self.assertIn(letter.name, task.note)
                composer = self.check(letter.action_rectify(), lang, tone, number, letter.name)
                self.assertEqual(composer.partner_ids, partner)
                self.assertNotRegex(words(composer.body), "already paid|al betaald|déjà payé")

    def test_letter_that_did_not_go_out(self):
        partner = self.debtor()
        self.invoice(partner, 100, due=1)
        letter = self.run_for(partners=partner).letter_ids
        for button in ("action_thank", "action_rectify"):
            with self.assertRaisesRegex(UserError, "did not get this letter"):
                getattr(letter, button)()

    def test_dispute(self):
        for partner, lang, tone in self.debtors():
            move = self.invoice(partner, 100, due=1)
            dispute = self.agree(
                "dunning.dispute", partner, move_ids=[Command.set(move.ids)], reason="price", amount=40
            )
            with self.subTest(lang=lang, tone=tone):
                self.check(dispute.action_write(), lang, tone, move.name)
                texts = set()
                for outcome in ("accepted", "partly", "rejected"):
                    dispute.outcome = outcome
                    dispute.action_close()
                    texts.add(words(self.check(dispute.action_write(), lang, tone, move.name).body))
                self.assertEqual(len(texts), 3)

    def test_promise(self):
        for partner, lang, tone in self.debtors():
            move = self.invoice(partner, 100, due=1)
            promise = self.agree("dunning.promise", partner, amount=100, date=TODAY.replace(day=20))
            named = self.agree(
                "dunning.promise", partner, move_ids=[Command.set(move.ids)], amount=60, date=TODAY.replace(day=20)
            )
            with self.subTest(lang=lang, tone=tone):
                self.check(promise.action_write(), lang, tone, "20")
                self.check(named.action_write(), lang, tone, "20", move.name)
                named.sudo().state = "broken"
                body = words(self.check(named.action_write(), lang, tone, move.name).body)
                self.assertRegex(body, r"(?:Wat is er gebeurd|Que s'est-il passé|What happened)")

    def test_plan(self):
        for partner, lang, tone in self.debtors():
            move = self.invoice(partner, 300, due=1)
            days = [TODAY.replace(day=20), TODAY.replace(month=12, day=20)]
            parts = [Command.create({"date": day, "amount": 150}) for day in days]
            plan = self.agree(
                "dunning.payment.plan", partner, amount=300, instalment_ids=parts, move_ids=[Command.set(move.ids)]
            )
            plan.action_agree()
            with self.subTest(lang=lang, tone=tone):
                body = words(self.check(plan.action_write(), lang, tone).body)
                self.assertEqual(len(re.findall("150[.,]00", body)), 2)
                self.assertEqual(
                    len(re.findall("NL91ABNA0417164300|NL91 ABNA 0417 1643 00", body)), 3, "each and the sum"
                )
                self.assertEqual(body.count(move.name), 4, "what it is about, each instalment, and how to pay")
                goes_on = plan.copy({"on_missed": "goes_on", "state": "draft"})
                other = words(self.check(goes_on.action_write(), lang, tone).body)
                self.assertNotEqual(body.count(ENDS[lang]), other.count(ENDS[lang]))

    def test_letters_about_what_was_missed(self):
        """In each language and tone: what is missing, by when, no costs, and no threat where nothing follows."""
        self.nl.write({"dunning_promise_asks": True, "dunning_instalment_reminds": True})
        for partner, lang, tone in self.debtors():
            move = self.invoice(partner, 300, due=1)
            named = {"move_ids": [Command.set(move.ids)]}
            promise = self.agree("dunning.promise", partner, amount=100, date=TODAY, **named)
            parts = [Command.create({"date": TODAY, "amount": 120}), Command.create({"date": day(-60), "amount": 180})]
            plans = [
                self.agree(
                    "dunning.payment.plan",
                    partner,
                    amount=300,
                    instalment_ids=parts,
                    agreed_on=TODAY,
                    on_missed=how,
                    **named,
                )
                for how in ("rest_due", "goes_on")
            ]
            with self.subTest(lang=lang, tone=tone), self.at(3):
                plans[0].action_agree()
                self.env["dunning.case"]._settle_agreements(self.nl)
                plans[0].action_cancel()
                plans[1].agreed_on = TODAY
                plans[1].action_agree()
                self.env["dunning.case"]._settle_agreements(self.nl)
                letters = [one.sudo().letter_ids for one in (promise, *plans)]
                for letter, amount in zip(letters, ("100", "120", "120"), strict=True):
                    self.assertEqual((letter.state, letter.lang, letter.tone), ("draft", lang, tone))
                    letter._write_words()
                    body = words(letter.body)
                    for text in (words(letter.subject), body):
                        self.assertNotRegex(text, EMPTY_PLACE)
                        self.assertNotRegex(text, WRONG_TONE[lang, tone])
                        if lang == "nl_NL":
                            self.assertNotRegex(text, ENGLISH)
                        if lang == "fr_FR":
                            self.assertNotRegex(text, FRENCH_HAS_NOT)
                    self.assertRegex(body, rf"{amount}[.,]00")
                    self.assertIn(move.name, body)
                    self.assertIn(format_date(self.env, day(-8), lang_code=lang, date_format="d MMMM y"), body)
                    self.assertRegex(body, "geen kosten|sans frais|no costs")
                self.assertIn(ENDS[lang], words(letters[1].body))
                self.assertNotIn(ENDS[lang], words(letters[2].body))

    def test_nothing_leaves_before_send(self):
        partner = self.debtor("Jan Smit", lang="nl_NL")
        self.invoice(partner, 100, due=1)
        before = self.env["mail.mail"].search_count([])
        promise = self.agree("dunning.promise", partner, amount=100, date=TODAY.replace(day=20))
        composer = self.compose(promise.action_write())
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        composer.action_send_mail()
        message = promise.message_ids[:1]
        self.assertEqual(message.partner_ids, partner)
        self.assertNotIn(partner, promise.message_partner_ids)
        self.assertIn("spraken af", message.body)

    def test_goes_to_the_address_for_invoices(self):
        partner = self.debtor("Bakkerij Jansen")
        contact = self.env["res.partner"].create(
            {"name": "Boekhouding", "parent_id": partner.id, "type": "invoice", "email": "b@debtor.example.com"}
        )
        self.invoice(partner, 100, due=1)
        promise = self.agree("dunning.promise", partner, amount=100, date=TODAY.replace(day=20))
        self.assertEqual(self.compose(promise.action_write()).partner_ids, contact)
