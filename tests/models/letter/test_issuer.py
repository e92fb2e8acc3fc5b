"""Letters in the name of an agency, on mandate: who they are from, what they hold, and when they may not be."""

import json

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ...common import TODAY, day
from .issuer_case import IssuerCase


class IssuerModelCase(IssuerCase):
    without_pdf = True

    def dutch_registration(self):
        return self.agency.registration_ids.filtered(lambda one: one.country_id.code == "NL")


@tagged("post_install", "-at_install")
class TestOnMandate(IssuerModelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level.template_id = cls.level.template_informal_id = cls.text

    def test_everything_of_a_letter_follows_the_issuer(self):
        run, letter = self.drafted(self.had_first())
        self.assertEqual(letter.issuer_id, self.agency)
        self.confirm(run)
        self.assertFalse(letter.error)
        [message] = self.send_outbox(letter)
        self.assertEqual(message["From"], '"Noorderlicht Incasso B.V." <post@noorderlicht.example.com>')
        self.assertIn("Noorderlicht Incasso B.V.", message["Reply-To"])
        self.assertEqual(letter.mail_id.author_id, self.agency.partner_id)
        words = letter.env["dunning.wording"]._plain_text(letter.body)
        for said in ("JUS-2026-0417", "61234567", "Hanzeplein 9", "Kaai Holland B.V.", "30201234", "Ineke Postma",
                     "klachten@noorderlicht.example.com", "Kade 1", "Bakkerij Jansen, Dorpsstraat 12"):  # fmt: skip
            self.assertIn(said, words)
        self.assertNotIn("FOD-998877", words)
        self.assertNotIn(self.user.name, words, "nobody of the company signs")
        values = letter._page_values()
        self.assertEqual(values["issuer"]["name"], "Noorderlicht Incasso B.V.")
        self.assertEqual((values["phone"], values["email"]), ("+31 50 765 43 21", "post@noorderlicht.example.com"))

    def test_answers_go_where_the_issuer_says(self):
        self.agency.write({"email_from": "brieven@noorderlicht.example.com", "reply_to": "antwoord@n.example.com"})
        run, letter = self.drafted(self.had_first())
        self.confirm(run)
        [message] = self.send_outbox(letter)
        self.assertIn("brieven@noorderlicht.example.com", message["From"])
        self.assertEqual(message["Reply-To"], '"Noorderlicht Incasso B.V." <antwoord@n.example.com>')

    def test_a_letter_keeps_who_issued_it(self):
        run, letter = self.drafted(self.had_first())
        self.confirm(run)
        body, facts = letter.body, dict(letter.issuer_facts)
        self.send_outbox(letter)
        self.agency.write({"name": "Andere naam", "colour": "#ff0000", "signature_name": "Iemand"})
        self.agency.partner_id.write({"street": "Elders 1", "phone": False})
        self.env.invalidate_all()
        self.assertEqual((letter.body, letter.issuer_facts), (body, facts))
        self.assertEqual(letter._issuer()["name"], "Noorderlicht Incasso B.V.")
        self.assertEqual(letter._page_values()["issuer"]["street"], "Hanzeplein 9")
        with self.refused("", UserError):
            letter.with_user(self.manager).write({"issuer_id": False})

    def test_any_text_says_who_writes(self):
        """A text that knows of no mandate gets the particulars all the same, once, inside the words."""
        text = self.env.ref("cremann_dunning.mail_template_reminder")
        self.level.template_id = self.level.template_informal_id = text
        run, letter = self.drafted(self.had_first())
        self.confirm(run)
        self.assertFalse(letter.error)
        self.assertEqual(letter.body.count('class="o_dunning_issuer"'), 1)
        self.assertTrue(letter.body.rstrip().endswith("</div>"))

    def test_what_the_debtor_typed_does_not_become_markup(self):
        partner = self.debtor("<b>Jansen</b>", street="<script>x</script>")
        self.agency.write({"complaints": "<i>klacht</i>", "name": "A & <B>"})
        run, letter = self.drafted(self.had_first(partner))
        self.confirm(run)
        for markup in ("<script>", "<i>klacht", "<B>", "<b>Jansen"):
            self.assertNotIn(markup, letter.body)
        self.assertIn("A &amp; &lt;B&gt;", letter.body)

    def test_a_line_end_in_a_name_makes_no_head_of_a_mail(self):
        self.agency.name = "Noorderlicht\nBcc: evil@example.com"
        run, letter = self.drafted(self.had_first())
        self.confirm(run)
        mail = letter.mail_id
        self.assertNotIn("\n", f"{mail.email_from}{mail.reply_to}")

    def test_an_element_that_lacks_is_told_where_to_fill_in(self):
        for name, vals in (
            ("Where complaints go", {"complaints": False}),
            ("Company number of who writes", {"partner": {"company_registry": False, "vat": False}}),
            ("Address of who writes", {"partner": {"street": False}}),
        ):
            with self.undone(name):
                self.agency.partner_id.write(vals.pop("partner", {}))
                self.agency.write(vals)
                run, letter = self.drafted(self.had_first())
                self.confirm(run)
                self.assertEqual((letter.state, letter.refusal_codes), ("failed", "ELEMENT_MISSING"))
                self.assertIn(name, letter.error)
                self.assertIn("Letters on mandate", letter.error)

    def test_without_an_issuer_nothing_changes(self):
        self.level.issuer_id = False
        self.level.template_id = self.env.ref("cremann_dunning.mail_template_reminder")
        run, letter = self.drafted(self.had_first())
        self.confirm(run)
        self.assertFalse(letter.error)
        self.assertFalse(letter.issuer_id)
        self.assertFalse(letter.issuer_facts)
        self.assertNotIn("o_dunning_issuer", letter.body)
        [message] = self.send_outbox(letter)
        self.assertIn(self.user.email, message["From"])

    def test_nobody_plays_the_agency_with_its_text(self):
        self.level.issuer_id = False
        run, letter = self.drafted(self.had_first())
        self.confirm(run)
        self.assertEqual(letter.state, "failed")
        self.assertIn("nobody gave a mandate", letter.error)

    def test_an_answer_to_a_reply_is_the_issuers_while_the_mandate_holds(self):
        run, letter = self.drafted(self.had_first())
        self.confirm(run)
        self.send_outbox(letter)
        for ago, holds in ((1, False), (0, True), (-1, True)):
            self.agency.mandate_until = day(ago)
            whom, foot = letter._answers_as()
            self.assertEqual(whom.get("author_id"), self.agency.partner_id.id if holds else None)
            self.assertEqual("JUS-2026-0417" in foot, holds)
        reply = self.env["dunning.reply"].create(
            {
                "case_id": letter.case_id.id,
                "letter_id": letter.id,
                "received_on": TODAY,
                "email_from": "x@y.example.com",
            }
        )
        window = self.as_user(self.user)["dunning.desk.wizard"].create(
            {"reply_id": reply.id, "act": "answer", "subject": "Your question", "body": "We look into it <b>now</b>."}
        )
        window._do_answer()
        message = letter.case_id.message_ids.filtered(lambda one: one.subject == "Your question")
        self.assertEqual(message.author_id, self.agency.partner_id)
        self.assertIn("Noorderlicht Incasso B.V.", message.body)
        self.assertNotIn("<b>now", message.body)

    def test_the_record_says_in_whose_name(self):
        run, letter = self.drafted(self.had_first())
        self.confirm(run)
        event = self.env["dunning.event"].search([("kind", "=", "letter.issued"), ("letter_id", "=", letter.id)])
        self.assertEqual(event.facts["issuer"], "Noorderlicht Incasso B.V.")
        self.assertIn("JUS-2026-0417", event.sentence)


@tagged("post_install", "-at_install")
class TestMandateEnds(IssuerModelCase):
    def end(self, what, last):
        """The mandate or the registration holds up to and including this day."""
        if what == "mandate":
            self.agency.mandate_until = last
        else:
            self.dutch_registration().valid_until = last

    def test_at_the_proposal_and_at_confirmation(self):
        """Its last day is yesterday, today or tomorrow."""
        partner = self.had_first()
        move = partner.invoice_ids[:1]
        for what, code in (("mandate", "mandate"), ("registration", "art. 4 Wki")):
            for ago, holds in ((1, False), (0, True), (-1, True)):
                with self.undone(f"{what} {ago}"):
                    self.end(what, day(ago))
                    _run, letter = self.drafted(partner)
                    self.assertEqual(bool(letter), holds)
                    self.assertEqual(self.code(move), "LETTER" if holds else "REFUSED")
                    if not holds:
                        self.assertIn(code, self.why(move))
                with self.undone(f"{what} {ago} between proposal and confirmation"):
                    run, letter = self.drafted(partner)
                    self.end(what, day(ago))
                    self.confirm(run)
                    issued = run.letter_ids.filtered(lambda one: one.state == "issued")
                    self.assertEqual(bool(issued), holds)

    def test_at_the_last_look(self):
        """A mail in the outbox, and paper in the tray, when it ended in between."""
        partner = self.had_first()
        for channel in ("email", "print"):
            for what in ("mandate", "registration"):
                for ago, holds in ((1, False), (0, True), (-1, True)):
                    with self.undone(f"{channel} {what} {ago}"):
                        self.level.channel = channel
                        run, letter = self.drafted(partner)
                        self.confirm(run)
                        self.assertEqual(letter.state, "issued")
                        self.end(what, day(ago))
                        self.send_outbox(letter)
                        self.assertEqual(letter.state, "sent" if holds else "failed")
                        if not holds:
                            self.assertEqual(letter.refusal_codes.split()[0], f"ISSUER_{what.upper()}")

    def test_nobody_overrides_it(self):
        run, letter = self.drafted(self.had_first())
        self.confirm(run)
        self.agency.mandate_file = False
        self.send_outbox(letter)
        self.assertEqual(letter.state, "failed")
        wizard = self.as_user(self.manager)["dunning.override.wizard"].create(
            {"letter_id": letter.id, "reason": "We know them well"}
        )
        with self.refused("Nobody may override this", UserError):
            wizard.action_override()
        with self.assertRaises(UserError):
            self.as_user(self.manager, letter).action_on_paper()
        self.agency.mandate_file = self.issuer().mandate_file
        self.as_user(self.manager, letter).action_retry()
        self.assertEqual(letter.state, "issued")

    def test_an_archived_issuer_and_another_number(self):
        partner = self.had_first()
        with self.undone("archived"):
            self.agency.active = False
            self.assertFalse(self.drafted(partner)[1])
        with self.undone("a letter names the number of before"):
            run, letter = self.drafted(partner)
            self.confirm(run)
            self.dutch_registration().number = "JUS-NEW"
            self.send_outbox(letter)
            self.assertEqual((letter.state, letter.refusal_codes), ("failed", "ELEMENT_MISSING"))

    def test_the_screen_says_what_ends(self):
        self.dutch_registration().valid_until = day(-1)
        self.assertIn("JUS-2026-0417 holds up to and including", self.agency.standing_note)
        self.agency.mandate_until = day(1)
        self.assertIn("nothing goes out", self.agency.standing_note)
        self.assertIn("no signed mandate", self.env["dunning.issuer"].new({"kind": "agency"}).standing_note)

    def test_by_hand_the_rules_are_the_same(self):
        partner = self.had_first()
        case = self.env["dunning.case"]._for_partners(partner, self.nl, create=True)
        self.agency.mandate_until = day(1)
        wizard = self.as_user(self.user)["dunning.letter.wizard"].create(
            {"case_id": case.id, "level_id": self.level.id}
        )
        with self.refused("mandate", UserError):
            wizard.action_write()

    def test_the_preview_of_a_level_says_why_not(self):
        preview = self.level.read_text_beside(lang="en_US")
        self.assertIn("JUS-2026-0417", preview["body"])
        self.agency.mandate_until = day(1)
        self.assertIn("mandate", self.level.read_text_beside(lang="en_US")["problem"])


@tagged("post_install", "-at_install")
class TestBelgium(IssuerModelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls.issuer(cls.be)
        cls.be_level = cls.second_level("be_consumer", cls.be, cls.theirs)
        cls.be_level.template_id = cls.be_level.template_informal_id = cls.text

    def test_each_company_has_its_own(self):
        """One shared level: the Belgian company writes on mandate at it, the Dutch one in its own name."""
        self.assertFalse(self.be_level._issuer_for(self.nl))
        self.assertEqual(self.be_level._issuer_for(self.be), self.theirs)
        with self.refused("company|Company", UserError):
            self.be_level.with_company(self.be).issuer_id = self.agency
        self.assertFalse(self.as_user(self.be_user)["dunning.issuer"].search([("id", "=", self.agency.id)]))
        self.assertEqual(self.as_user(self.be_user)["dunning.issuer"].search([]), self.theirs)

    def test_what_book_xix_has_it_say(self):
        run, letter = self.drafted(self.had_first(self.belgian(), self.be), self.be)
        self.confirm(run)
        self.assertFalse(letter.error)
        words = letter.env["dunning.wording"]._plain_text(letter.body)
        for said in ("FOD-998877", "0477472701", "office@be.example.com", "Supervised by: FOD Economie",
                     "right to ask us at any moment for the documents", "dispute the debt", "payment facilities",
                     "other steps may follow", "Consultancy"):  # fmt: skip
            self.assertIn(said, words)
        self.assertNotIn("NOT a summons", words)

    def test_a_lawyer_says_in_bold_that_it_is_no_summons(self):
        self.theirs.write({"kind": "lawyer", "registration_ids": [Command.clear()]})
        run, letter = self.drafted(self.had_first(self.belgian(), self.be), self.be)
        self.confirm(run)
        self.assertFalse(letter.error)
        self.assertRegex(letter.body, r"<p[^>]*><strong>[^<]*NOT a summons[^<]*</strong></p>")

    def test_fourteen_days_from_the_third_working_day(self):
        """Monday 16 November: the third working day is Thursday 19, so it runs up to and including 2 or 3 December."""
        _run, letter = self.drafted(self.had_first(self.belgian(), self.be), self.be)
        self.assertGreaterEqual(letter.deadline, letter.regime_id.free_term(TODAY, "post").last_day)

    def test_a_letter_that_lay_gives_too_few_days(self):
        self.be_level.channel = "print"
        run, letter = self.drafted(self.had_first(self.belgian(), self.be), self.be)
        self.confirm(run)
        look = self.env["dunning.last.look"]
        self.assertFalse(look._settled_reasons(letter))
        with self.at(2):
            self.assertIn("too few days", look._settled_reasons(letter)[letter])

    def test_registered_in_belgium_for_consumers(self):
        partner = self.had_first(self.belgian(), self.be)
        self.theirs.registration_ids.filtered(lambda one: one.country_id.code == "BE").unlink()
        self.assertFalse(self.drafted(partner, self.be)[1])
        self.assertIn("XIX.6", self.why(partner.invoice_ids[:1]))

    def test_lacks_of_a_consumer_letter(self):
        self.theirs.supervisor = False
        run, letter = self.drafted(self.had_first(self.belgian(), self.be), self.be)
        self.confirm(run)
        self.assertEqual(letter.refusal_codes, "ELEMENT_MISSING")
        self.assertIn("supervises", letter.error)

    def test_not_before_the_own_free_reminder(self):
        level = self.env.ref("cremann_dunning.dunning_level_be_consumer_1")
        level.with_company(self.be).issuer_id = self.theirs
        partner = self.belgian()
        move = self.invoice(partner, 500, due=10, company=self.be)
        self.assertFalse(self.drafted(partner, self.be)[1])
        self.assertIn("XIX.8", self.why(move))


@tagged("post_install", "-at_install")
class TestIssuerRecord(IssuerModelCase):
    refusal = ValidationError

    def test_what_may_not_be_typed(self):
        for message, vals in (
            ("no colour", {"colour": "red;background:url(x)"}),
            ("not one e-mail address", {"reply_to": "a@example.com, b@example.com"}),
            ("not one e-mail address", {"email_from": "nobody"}),
            ("name under which", {"name": "   "}),
            ("one_way", {"mandate_from": day(0), "mandate_until": day(1)}),
        ):
            with self.subTest(message, vals=vals), self.refused(message, (ValidationError, Exception)):
                self.agency.write(vals)
        with self.refused("number"):
            self.dutch_registration().number = " "

    def test_a_company_is_no_agency_of_its_own(self):
        with self.refused("own name without a mandate"):
            self.issuer(partner_id=self.nl.partner_id.id)

    def test_which_steps(self):
        for legal_type in ("pre_due", "call", "handover"):
            with self.subTest(legal_type), self.refused("in its own name|own name"):
                self.level.write(
                    {"legal_type": legal_type, "costs": "none", "charge_interest": False, "automatic": False}
                )

    def test_a_manager_makes_one_on_the_screen(self):
        env = self.as_user(self.manager)
        with Form(env["dunning.issuer"]) as form:
            form.partner_id = self.debtor("Incasso Zuid").with_env(env)
            self.assertEqual(form.name, "Incasso Zuid")
        self.assertEqual(form.record.company_id, self.nl)
        self.assertIn("no signed mandate", form.record.standing_note)
        with self.assertRaises(AccessError):
            self.as_user(self.user, form.record).name = "X"

    def test_changes_are_told(self):
        self.agency.mandate_until = day(-5)
        event = self.env["dunning.event"].search([("kind", "=", "rules.changed")], order="id desc", limit=1)
        self.assertIn("mandate_until", json.dumps(event.facts))

    def test_one_that_letters_name_stays(self):
        run, _letter = self.drafted(self.had_first())
        self.confirm(run)
        with self.refused("", Exception):
            self.agency.unlink()
