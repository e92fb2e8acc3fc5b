"""Ways to a court from a case: what is gathered, what the window says, who may look."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...common import TODAY, DunningCase


@tagged("post_install", "-at_install")
class TestCourt(DunningCase):
    without_pdf = True
    with_belgium = True
    refusal = UserError

    def open(self, country="nl", kind="business", company=None, amount=1000, user=None, name="Debtor", **vals):
        """A debtor with an invoice long due, and the window on his case."""
        company = company or self.nl
        partner = self.debtor(name, kind=kind, country_id=self.env.ref(f"base.{country}").id, **vals)
        self.invoice(partner, amount, due=date(2026, 3, 2), company=company)
        self.env["dunning.figures"]._refresh(company)
        return self.window(partner, company, user)

    def window(self, partner, company=None, user=None, **context):
        case = self.env["dunning.case"]._for_partners(partner, company or self.nl)
        action = self.as_user(user or self.group_user, case).with_context(**context).action_court()
        return (
            self.env["dunning.court.wizard"]
            .browse(action["res_id"])
            .with_env(self.as_user(user or self.group_user, **context))
        )

    def verdicts(self, window):
        return {code: route.verdict for code, route in window._routes().items()}

    def test_way_of_each_debtor(self):
        for country, kind, company, route, verdict in (
            ("nl", "business", self.nl, "summons", "incomplete"),
            ("nl", "consumer", self.nl, "summons", "incomplete"),
            ("nl", "public", self.nl, "summons", "incomplete"),
            ("be", "business", self.be, "undisputed_be", "ask"),
            ("be", "consumer", self.be, "summons", "no"),
            ("be", "business", self.nl, "undisputed_be", "ask"),
            ("be", "consumer", self.nl, "european_order", "ask"),
            ("de", "business", self.nl, "european_order", "ask"),
            ("de", "public", self.nl, "european_order", "ask"),
            ("us", "business", self.nl, "summons", "no"),
        ):
            with self.undone(f"{country} {kind} {company.name}"):
                window = self.open(country, kind, company, company_registry="0477472701")
                self.assertEqual((window.route, self.verdicts(window)[window.route]), (route, verdict))
                self.assertEqual(window.can_be_had, verdict in ("ready", "ask"))
                self.assertTrue(window.told)
                none = "None of these ways" in window.overview
                self.assertEqual(none, verdict == "no")

    def test_letters_make_the_summons_possible(self):
        """The notice of default that went out, and its term: the day before, on and after its end."""
        window = self.open()
        partner = window.case_id.partner_id
        for days in (0, 8, 17, 26):
            with self.at(days) as today:
                self.send_level(partners=partner, date=today)
        letters = window.claim_ids.line_ids.letter_id.filtered(
            lambda letter: letter.state == "sent" and letter.legal_type in ("notice_of_default", "final_notice")
        )
        until = max(letter.term_last_day or letter.deadline for letter in letters)
        for days, verdict in ((-1, "later"), (0, "later"), (1, "ask")):
            with self.at(date.fromordinal(until.toordinal() + days)):
                again = self.window(partner)
                self.assertEqual(self.verdicts(again)["summons"], verdict, days)

    def test_what_stands_in_the_way(self):
        window = self.open("be", company=self.be, company_registry="0477472701")
        case, move = window.case_id.with_env(self.env), window.claim_ids.move_id.with_env(self.env)
        about = {"case_id": case.id, "move_ids": [Command.set(move.ids)]}
        with self.undone("dispute"):
            self.env["dunning.dispute"].create({**about, "reason": "price"})
            window.invalidate_recordset()
            self.assertEqual(self.verdicts(window)["undisputed_be"], "no")
        with self.undone("promise"):
            self.env["dunning.promise"].create({**about, "amount": 100, "date": TODAY})
            window.invalidate_recordset()
            self.assertEqual(self.verdicts(window)["undisputed_be"], "incomplete")
            with self.refused("cannot be had"):
                window.action_file()
        with self.undone("insolvency"):
            self.env["dunning.insolvency"].create(
                {"partner_id": case.partner_id.id, "company_id": self.be.id, "kind": "be_bankruptcy", "date": TODAY}
            )
            window.invalidate_recordset()
            case.invalidate_recordset()
            self.assertEqual(set(self.verdicts(window).values()), {"no"})
        with self.undone("no number"):
            case.partner_id.write({"company_registry": False, "vat": False})
            window.invalidate_recordset()
            self.assertIn("look up and fill", window.told)

    def test_file_of_a_way(self):
        """It is kept and told as any other file of claims, and says what it is for."""
        with self.refused("whoever looks after this debtor", AccessError):
            self.open("de").action_file()
        window = self.open("de", user=self.manager, name="Another")
        self.assertTrue(window.can_be_had, window.route)
        action = window.action_file()
        file = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((file.purpose, file.case_id, file.user_id), (window.route, window.case_id, self.manager))
        self.assertRegex(file.digest, "^[0-9a-f]{64}$")

    def test_paid_while_the_window_is_open(self):
        window = self.open("de")
        self.pay(window.claim_ids.move_id.with_env(self.env))
        window.invalidate_recordset()
        window.claim_ids.invalidate_recordset()
        self.assertFalse(window.told)
        self.assertFalse(window.can_be_had)
        with self.refused("at least one claim"):
            window.action_hand_over()
        with self.refused("Nothing of this debtor"):
            window.case_id.action_court()

    def test_claims_of_others_do_not_come_along(self):
        window = self.open("de")
        other = self.open("de", name="Other")
        window.claim_ids = [Command.link(other.claim_ids.id)]
        facts = self.env["dunning.court"]._facts(
            window.case_id, window.claim_ids.filtered(lambda claim: claim.case_id == window.case_id)
        )
        self.assertEqual(facts.principal, 1000)
        self.assertNotIn(other.claim_ids.number, window.told)

    def test_limit_of_the_judge(self):
        """Above 25,000 with interest a lawyer has to act."""
        for amount, words in ((24000, "Nobody needs a lawyer"), (25001, "a lawyer has to act")):
            with self.undone(amount):
                self.assertIn(words, self.open(amount=amount).told)

    def test_names_are_text(self):
        window = self.open("de")
        window.claim_ids.with_env(self.env).number = "<img src=x onerror=y>"
        window.case_id.with_env(self.env).partner_id.name = "<b>x</b>"
        self.env["dunning.promise"].create(
            {"case_id": window.case_id.id, "amount": 1, "date": TODAY, "move_ids": window.claim_ids.move_id.ids}
        )
        window.invalidate_recordset()
        self.assertIn("&lt;img", window.told)
        self.assertNotIn("<img", window.told)

    def test_in_dutch_and_french(self):
        for lang, words in (("nl_NL", "Dagvaarding in Nederland"), ("fr_FR", "Citation aux Pays-Bas")):
            window = self.open(name=lang).with_context(lang=lang)
            self.assertIn(words, window.overview)

    def test_who_may_look(self):
        window = self.open()
        for user in (self.internal, self.biller, self.be_user):
            with self.refused("", AccessError):
                self.as_user(user, window.case_id).action_court()
            with self.refused("", AccessError):
                self.as_user(user, window).read(["told"])
