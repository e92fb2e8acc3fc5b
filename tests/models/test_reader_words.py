"""What jobs write is in the words of who reads it; counts of one, amounts and sources are written as people do."""

import runpy
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from lxml import etree

from odoo import Command, api
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons import cremann_dunning
from odoo.addons.cremann_dunning.models import dunning_counted
from odoo.addons.cremann_dunning.models.dunning_money import written
from odoo.addons.cremann_dunning.tools.spelling import as_text, shortened

from ..common import TODAY, DunningCase
from .run.sending_case import refuse_mail

REFUSED = "{'jan@x.nl': (550, b'5.1.1 <jan@x.nl>: no such user')}"


class ReaderCase(DunningCase):
    with_belgium = True
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.user.lang, cls.be_user.lang = "nl_NL", "fr_FR"
        cls.move = cls.invoice(cls.debtor("Jan", email="jan@x.nl"), 100, due=3)

    def as_job(self, records):
        """These records as a cron has them: the system, without a language."""
        return records.with_env(api.Environment(self.cr, api.SUPERUSER_ID, {}))

    def issued(self, **vals):
        return self.confirm(self.run_for(partners=self.move.partner_id, **vals)).with_env(self.env)

    def refuse(self, letters):
        """The outbox of these letters, emptied by the cron with a mail server that refuses all of it."""

        def no(*_args, **_options):
            raise OSError(REFUSED)

        server = self.registry["ir.mail_server"]
        with (
            patch.object(server, "_disable_send", lambda *_args: False),
            patch.object(server, "_connect__", lambda *_args, **_options: None),
            patch.object(server, "send_email", no),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            self.as_job(letters.mail_id).send()
        self.env.flush_all()
        self.cr.precommit.run()
        self.env.invalidate_all()

    def changes(self, records):
        """What the chatter shows as tracked changes of the state: ``[(before, after)]``."""
        values = records.message_ids.sudo().tracking_value_ids.filtered(lambda value: value.field_id.name == "state")
        return [(value.old_value_char, value.new_value_char) for value in values.sorted("id")]

    def labels(self, record, lang):
        return dict(
            record.with_context(lang=lang)._fields["state"]._description_selection(record.with_context(lang=lang).env)
        )


@tagged("post_install", "-at_install")
class TestJobs(ReaderCase):
    def test_refusal_in_the_outbox(self):
        """Error and answer are in Dutch for the Dutch company, in French for the Belgian one; what is told is in the
        words of whoever reads it."""
        belgian = self.debtor("Els", country_id=self.env.ref("base.be").id)
        self.invoice(belgian, 100, due=3, company=self.be)
        letters = self.issued() + self.confirm(self.run_for(self.be, partners=belgian)).with_env(self.env)
        self.refuse(letters)
        languages = (("nl_NL", "De mailserver", "Brief"), ("fr_FR", "Le serveur", "La lettre"))
        for letter, (lang, words, told) in zip(letters, languages, strict=True):
            self.assertEqual(letter.state, "failed")
            self.assertTrue(letter.error.startswith(words), letter.error)
            self.assertIn("<jan@x.nl>", letter.error)
            self.assertEqual(letter.dispatch_ids[:1].answer, letter.error)
            self.assertIn(f"Letter {letter.name} did not get through: Refused.", self.told_on(letter)[0])
            self.assertIn(f"{told} {letter.name}", self.told_on(letter, lang)[0])

    def test_address_in_a_task(self):
        """It is no tag, so it stays."""
        letter = self.issued()
        self.refuse(letter)
        self.assertIn("&lt;jan@x.nl&gt;", letter.activity_ids.note)

    def test_whoever_works_reads_his_own_language(self):
        """What a person changes on a form of his own is tracked in his words, as everywhere in Odoo."""
        self.user.lang = "fr_FR"
        case = self.env["dunning.case"]._for_partners(self.move.partner_id, self.nl, create=True)
        promise = self.as_user(self.user)["dunning.promise"].create(
            {"case_id": case.id, "amount": 10, "date": TODAY + timedelta(days=3)}
        )
        self.cr.precommit.run()
        promise.action_cancel()
        self.env.flush_all()
        self.cr.precommit.run()
        labels = self.labels(promise, "fr_FR")
        self.assertIn((labels["open"], labels["cancelled"]), self.changes(promise))

    def test_daily_job(self):
        """Its run is told in the language of the responsible; without one in that of the company."""
        (self.nl + self.be).write({"dunning_automatic": True, "dunning_send_hour": 0})
        self.nl.dunning_responsible_id = False
        self.nl.partner_id.lang = "fr_FR"
        for lang, responsible in (("fr_FR", False), ("nl_NL", self.user)):
            with self.subTest(lang=lang):
                self.nl.dunning_responsible_id = responsible
                spoken = []
                real = self.registry["dunning.proposal"]._make

                def make(proposal, run, spoken=spoken, real=real):
                    spoken.append(proposal.env.lang)
                    return real(proposal, run)

                with patch.object(self.registry["dunning.proposal"], "_make", make):
                    self.as_job(self.env["dunning.run"])._cron_run()
                self.assertIn(lang, spoken)
                self.env["dunning.run"].search([("company_id", "=", self.nl.id)]).automatic = False

    def test_letter_that_came_back(self):
        letter = self.issued()
        self.send_outbox(letter)
        self.as_job(letter)._message_receive_bounce("jan@x.nl", self.move.partner_id)
        self.env.flush_all()
        self.cr.precommit.run()
        self.env.invalidate_all()
        self.assertIn("jan@x.nl", letter.error)
        self.assertNotIn("came back", letter.error)

    def test_address_of_an_invoice_that_came_back(self):
        """What the other mail server said is no HTML, even where it has angle brackets."""
        refuse_mail(self.env, self.move, reason="550 5.1.1 <jan@x.nl>: unknown")
        self.run_for(partners=self.move.partner_id)
        self.assertIn("<jan@x.nl>", self.why(self.move))


@tagged("post_install", "-at_install")
class TestWords(ReaderCase):
    def test_as_text(self):
        for said, text in (
            ("550 <jan@x.nl>: unknown", "550 <jan@x.nl>: unknown"),
            ("<p>No such street</p>", "No such street"),
            ("<p>550 <jan@x.nl>: unknown</p>", "550 <jan@x.nl>: unknown"),
            ("a < b > c", "a < b > c"),
            (None, ""),
        ):
            self.assertEqual(as_text(said), text)

    def test_shortened(self):
        for text, most, shown in (
            ("een twee", 8, "een twee"),
            ("een twee d", 9, "een twee…"),
            ("een twee drie", 9, "een twee…"),
            ("een tweedrie", 9, "een twee…"),
            ("abcdefghij", 9, "abcdefgh…"),
            (" een\n twee ", 20, "een twee"),
            (None, 5, ""),
        ):
            self.assertEqual(shortened(text, most), shown)

    def test_one_is_no_many(self):
        """None, one, two, in each language."""
        for lang, words in (
            ("en_US", ("0 days", "1 day", "2 days")),
            ("nl_NL", ("0 dagen", "1 dag", "2 dagen")),
            ("fr_FR", ("0 jours", "1 jour", "2 jours")),
        ):
            env = self.env(context={"lang": lang})
            self.assertEqual(tuple(dunning_counted.days(env, number) for number in range(3)), words)
        env = self.env(context={"lang": "nl_NL"})
        self.assertEqual([dunning_counted.letters(env, number) for number in (1, 2)], ["1 brief", "2 brieven"])

    def test_one_day_in_a_reason(self):
        decision = self.env["dunning.decision"]
        for days, english, dutch in ((1, "1 day past", "1 dag na"), (2, "2 days past", "2 dagen na")):
            params = {"level": "L", "days": days, "due_date": "x"}
            self.assertIn(english, decision.with_context(lang="en_US")._sentence("LETTER", params))
            self.assertIn(dutch, decision.with_context(lang="nl_NL")._sentence("LETTER", params))

    def test_a_draft_goes_by_its_level_in_each_language(self):
        """Whoever proposed it, and whatever his language: a letter without a number has no other name."""
        self.run_for(partners=self.move.partner_id)
        decision = self.run_for(date=TODAY + timedelta(days=1), partners=self.move.partner_id).decision_ids
        self.assertEqual(decision.code, "LETTER_OPEN")
        for lang, word in (("en_US", "Reminder"), ("nl_NL", "Herinnering")):
            self.assertIn(f" {word}, ", decision.with_context(lang=lang).explanation)

    def test_new_agreements_are_called_new(self):
        """Before a debtor is chosen a form has no name of its own; a call has the date as its reader writes it."""
        for model in ("dunning.promise", "dunning.payment.plan", "dunning.dispute", "dunning.contact"):
            with self.subTest(model=model):
                shown = self.as_user(self.user)[model].onchange({}, [], {"display_name": {}})
                self.assertFalse(shown["value"]["display_name"])
                Form(self.as_user(self.user)[model])  # by New in its menu, where no debtor is given
        case = self.env["dunning.case"]._for_partners(self.move.partner_id, self.nl, create=True)
        call = self.env["dunning.contact"].create(
            {"case_id": case.id, "date": "2026-11-12 10:00:00", "outcome": "not_reached"}
        )
        for lang, name in (("en_US", "Jan: Call 11/12/2026"), ("nl_NL", "Jan: Telefoon 12-11-2026")):
            self.assertEqual(call.with_context(lang=lang).display_name, name)

    def test_no_days_beside_a_number_on_a_form(self):
        """Every field of a number before the word hides it at one."""
        for model in ("dunning.procedure", "dunning.level", "res.config.settings"):
            arch = etree.fromstring(self.env[model].get_view(view_type="form")["arch"])
            for field in arch.iter("field"):
                for text in (field.tail or "", *(field.xpath("following-sibling::*[1][self::span]/text()"))):
                    if text.strip().startswith("days"):
                        word = field.getnext()
                        self.assertIn(f"{field.get('name')} ", word.get("invisible") or "", field.get("name"))

    def test_choices_of_another_model_are_translated(self):
        """A choice that is taken over from another field is read in the language of its reader."""
        for model, name, other in (
            ("dunning.desk.term", "reason", "dunning.reply"),
            ("dunning.answer.text", "reason", "dunning.reply"),
            ("dunning.dispute.term", "reason", "dunning.dispute"),
            ("dunning.page.act", "interval", "dunning.payment.plan"),
        ):
            with self.subTest(model=model):
                english, dutch = (
                    self.env[model].with_context(lang=lang).fields_get([name])[name]["selection"]
                    for lang in ("en_US", "nl_NL")
                )
                self.assertNotEqual(dutch, english)
                theirs = self.env[other].with_context(lang="nl_NL").fields_get([name])[name]["selection"]
                self.assertEqual(dutch, theirs)

    def test_widgets_suit_their_fields(self):
        """The browser's console warns of a date that is a moment."""
        views = self.env["ir.ui.view"].search([("model", "=like", "dunning.%"), ("type", "in", ("list", "form"))])
        for view in views:
            for field in etree.fromstring(view.arch).xpath("//field[@widget='date' and not(ancestor::field)]"):
                self.assertEqual(self.env[view.model]._fields[field.get("name")].type, "date", view.name)

    def test_amounts_are_written_in_one_way(self):
        """On a screen, in a mail and on a letter."""
        for lang, shown in (("nl_NL", "€\xa01.234,50"), ("fr_FR", "1\u202f234,50\xa0€"), ("en_US", "€1,234.50")):
            env = self.env(context={"lang": lang})
            self.assertEqual(written(env, 1234.5, self.eur), shown)
            decision = env["dunning.decision"]
            amount = decision._format_param({"amount": "1234.50", "currency": "EUR"}, {"EUR": self.eur})
            self.assertEqual(amount, shown)
            move = self.invoice(self.debtor(f"Debtor {lang}", lang=lang), 1234.5, due=3)
            [letter] = self.run_for(partners=move.partner_id).letter_ids.with_env(self.env)
            self.back_in_time()
            self.assertEqual(letter.amount_text, shown)
            case = self.env["dunning.case"]._for_partners(move.partner_id, self.nl, create=True)
            vals = {"case_id": case.id, "partner_id": move.partner_id.id, "amount": 1234.5, "date": "2026-12-01"}
            promise = self.as_user(self.user)["dunning.promise"].create(
                vals | {"move_ids": [Command.set(move.ids)], "company_id": self.nl.id}
            )
            text = "{{ format_amount(object.amount, object.currency_id) }}"
            render = self.env["mail.render.mixin"].with_context(lang=lang)
            found = render._render_template(text, "dunning.promise", promise.ids)[promise.id]
            self.assertEqual(found, shown)

    def test_no_other_way_of_writing_amounts(self):
        """Nothing of ours asks Odoo, which puts the sign where the currency says, in every language."""
        folder = Path(cremann_dunning.__file__).parent
        found = [
            file.name
            for file in folder.rglob("*.py")
            if "format_amount(" in file.read_text() and "tests" not in file.parts
        ]
        self.assertEqual(found, [])


@tagged("post_install", "-at_install")
class TestSources(ReaderCase):
    def rates(self):
        shipped = self.env["ir.model.data"].search(
            [("module", "=", "cremann_dunning"), ("model", "=", "dunning.interest.rate")]
        )
        return self.env["dunning.interest.rate"].browse(shipped.mapped("res_id"))

    def test_every_rate_names_what_it_rests_on(self):
        self.assertGreater(len(self.rates()), 90)
        for rate in self.rates():
            self.assertRegex(rate.source, r"^(ECB|Staatsblad|Belgisch Staatsblad)\b.*\((art\.) ")
            self.assertFalse(rate.verification_note)

    def test_the_formula_adds_up(self):
        """What a source says of the rate of the ECB gives the rate."""
        for rate in self.rates().filtered(lambda rate: "ECB" in rate.source):
            words = rate.source.split("ECB ")[1].split()
            base, points = float(words[0].rstrip("%")), float(words[2])
            up = rate.source.split("→ ")[1].split("%")[0] if "→" in rate.source else base + points
            self.assertAlmostEqual(float(up), rate.percent, msg=rate.source)

    def test_articles_hold_no_english(self):
        for model in ("dunning.interest.table", "dunning.regime", "dunning.cost.scale", "dunning.element"):
            for article in self.env[model].search([]).mapped("article"):
                self.assertNotRegex(article or "", r"\b(and|law of|Directive)\b")

    def test_migration(self):
        """Shipped notes give way; what somebody wrote himself stays."""
        changed, own = self.rates()[:2]
        before = changed.source
        changed.write({"source": "rentetool + luxis tables", "verification_note": "confirmed by 3+ sources"})
        own.write({"source": "Asked my lawyer", "verification_note": "by telephone"})
        table = self.env.ref("cremann_dunning.dunning_interest_table_nl_trade")
        article, table.article = table.article, "art. 6:119a, 6:119b and 6:120 BW"
        self.env.flush_all()
        script = Path(cremann_dunning.__file__).parent / "migrations" / "19.0.1.7.0" / "post-words.py"
        for _twice in range(2):
            runpy.run_path(str(script))["migrate"](self.cr, "19.0.1.6.0")
        self.env.invalidate_all()
        self.assertEqual((changed.source, changed.verification_note), (before, False))
        self.assertEqual((own.source, own.verification_note), ("Asked my lawyer", "by telephone"))
        self.assertEqual(table.article, article)
