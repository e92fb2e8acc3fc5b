"""The second check of the debtor's page: an invoice number and a postcode, or a code by mail."""

import re
from datetime import datetime, timedelta

from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.delivery import dunning_throttle

from ...common import NOW
from .account_case import AccountCase


@tagged("post_install", "-at_install")
class TestKnown(AccountCase):
    def passed(self, **typed):
        """Try an invoice number and a postcode; whether the page shows everything afterwards."""
        self.env["dunning.throttle"].search([]).unlink()
        page = self.post(self.key, "/check", **typed)
        return self.later.name in self.text(page)

    def test_a_person_passes_it_easily(self):
        number = self.moves[0].name
        for typed, postcode in (
            (number, "1234 AB"),
            (number.lower().replace("/", " - "), "1234ab"),
            (f"  {number.replace('/', '')}", "12 34-ab"),
            (self.later.name, "1234AB"),
        ):
            with self.subTest(typed=typed):
                self.opener.cookies.clear()
                self.assertTrue(self.passed(number=typed, postcode=postcode))
        told = self.env["dunning.event"].search([("kind", "=", "debtor.known")])
        self.assertEqual(told[:1].debtor, self.partner.id)
        self.assertIn(self.letter.name, told[:1].sentence)

    def test_a_paid_invoice_is_as_good(self):
        self.pay(self.moves[0])
        self.env.flush_all()
        self.assertTrue(self.passed(number=self.moves[0].name, postcode="1234 AB"))

    def test_nobody_else_does(self):
        for number, postcode in (
            (self.other_move.name, "4321 ZZ"),  # right for another debtor
            (self.other_move.name, "1234 AB"),
            (self.moves[0].name, "4321 ZZ"),
            (self.moves[0].name, ""),
            ("", "1234 AB"),
            ("", ""),
            ("%", "%"),
            ("' OR 1=1 --", "' OR 1=1 --"),
            ("é", "ü"),
            ("x" * 5000, "y" * 5000),
        ):
            with self.subTest(number=number[:20], postcode=postcode[:20]):
                self.assertFalse(self.passed(number=number, postcode=postcode))

    def test_a_debtor_without_a_postcode_is_nobody_s_to_guess(self):
        self.partner.zip = False
        self.env.flush_all()
        for postcode in ("", "-", "False", "None", "0"):
            self.assertFalse(self.passed(number=self.moves[0].name, postcode=postcode))

    def test_it_holds_for_this_key_and_an_hour(self):
        self.assertTrue(self.passed(number=self.moves[0].name, postcode="1234 AB"))
        self.assertIn("See everything", self.text(self.get(self.other_key)))
        for seconds, known in ((3599, True), (3601, False)):
            with self.after(seconds):
                self.assertEqual(self.later.name in self.text(self.get(self.key)), known, seconds)

    def test_by_post_and_with_its_token_only(self):
        typed = {"number": self.moves[0].name, "postcode": "1234 AB"}
        self.assertEqual(self.get(self.key, path="/check", number="x", postcode="y").status_code, 405)
        self.assertEqual(self.post(self.key, "/check", csrf="x", **typed).status_code, 400)
        self.assertEqual(self.post(self.key, "/check", self.other_key.access_token, **typed).status_code, 404)
        self.assertNotIn(self.later.name, self.text(self.get(self.key)))

    # -- a code by mail -------------------------------------------------------------------------------------------

    def code(self):
        """The code that the last mail says."""
        mail = self.env["mail.mail"].search([("subject", "like", "Your code for")], order="id desc", limit=1)
        self.assertEqual(mail.email_to, "jan@jansen.example.com")
        return re.search(r">\s*(\d{6})\s*<", mail.body_html)[1]

    def ask(self):
        self.env["dunning.throttle"].search([]).unlink()
        return self.post(self.key, "/code")

    def typed(self, code):
        self.env["dunning.throttle"].search([]).unlink()
        return self.later.name in self.text(self.post(self.key, "/code/check", code=code))

    def setUp(self):
        super().setUp()
        # kept, to be read here
        self.patch(self.env.registry["mail.mail"], "send_after_commit", lambda mails: None)

    def test_a_code_goes_where_the_letter_went_and_opens_once(self):
        page = self.text(self.ask())
        self.assertIn("j…@jansen.example.com", page)
        self.assertNotIn("jan@jansen", page)
        code = self.code()
        self.assertNotIn(code, self.key.code_digest)
        self.assertFalse(self.typed(f"{(int(code) + 1) % 10**6:06}"))
        self.assertTrue(self.typed(f"{code[:3]} {code[3:]}"))
        self.opener.cookies.clear()
        self.assertFalse(self.typed(code), "once")
        self.assertTrue(self.env["dunning.event"].search([("kind", "=", "debtor.known_by_code")]).sentence)

    def test_its_last_minute(self):
        self.ask()
        code = self.code()
        for seconds, opens in ((15 * 60, False), (15 * 60 - 1, True)):
            with self.after(seconds):
                self.assertEqual(self.typed(code), opens, seconds)

    def test_few_tries_and_only_the_last_code(self):
        self.ask()
        first = self.code()
        self.ask()
        if (code := self.code()) != first:
            self.assertFalse(self.typed(first))
        for _try in range(4):
            self.assertFalse(self.typed("x"))
        self.assertFalse(self.typed(code), "five were wrong")

    def test_no_code_for_a_letter_that_went_by_post_or_never_arrived(self):
        for state, channel in (("sent", "print"), ("failed", "email"), ("cancelled", "email")):
            self.cr.execute(
                "UPDATE dunning_letter SET state = %s, channel = %s WHERE id = %s", [state, channel, self.letter.id]
            )
            self.env.invalidate_all(flush=False)
            self.assertNotIn("Send me a code", self.text(self.get(self.key)))
            self.ask()
            self.assertFalse(self.env["mail.mail"].search([("subject", "like", "Your code for")]), state)

    def test_without_a_code_nothing_opens(self):
        for code in ("", "-", "000000", "None"):
            self.assertFalse(self.typed(code))


@tagged("post_install", "-at_install")
class TestPace(AccountCase):
    def test_guesses_wait_longer_each_time(self):
        typed = {"number": "x", "postcode": "y", "follow": False}
        for _guess in range(6):
            self.assertEqual(self.post(self.key, "/check", **typed).status_code, 303)
        answer = self.post(self.key, "/check", **typed)
        self.assertEqual((answer.status_code, answer.headers["Retry-After"]), (429, "30"))
        right = {"number": self.moves[0].name, "postcode": "1234 AB"}
        self.assertEqual(self.post(self.key, "/check", **right).status_code, 429, "the right answer waits too")
        self.assertEqual(self.get(self.key).status_code, 200, "looking does not")
        self.assertEqual(self.post(self.other_key, "/check", **typed).status_code, 303, "nor does another visitor")
        with self.after(31):
            self.assertEqual(self.post(self.key, "/check", **typed).status_code, 303)
            self.assertEqual(self.post(self.key, "/check", **typed).headers["Retry-After"], "60")

    def test_keys_that_are_none(self):
        wrong = "bcdfgbcdfgbcdfgbcdfg"
        answers = [self.get(self.key, wrong).status_code for _guess in range(23)]
        self.assertEqual(answers, [404] * 21 + [429] * 2)
        self.assertEqual(self.get(self.key).status_code, 200, "whoever has the key never waits for others")
        letter = f"/my/dunning/{self.letter.id}?access_token={wrong}"
        answers = [self.url_open(letter, allow_redirects=False).status_code for _guess in range(23)]
        self.assertEqual(answers, [404] * 21 + [429] * 2)

    def test_from_one_address_over_many_keys(self):
        throttle, address = self.env["dunning.throttle"], "192.0.2.7"
        for number in range(26):
            throttle._check("check", f"key {number}", address)
            throttle._count("check", f"key {number}", address)
        with self.assertRaisesRegex(Exception, "too often"):
            throttle._check("check", "key 99", address)
        throttle._check("check", "key 99", "192.0.2.8")
        for inside, outside in (("2001:db8::1", "2001:db8:1::1"),):
            self.assertEqual(throttle._buckets("key", None, inside), throttle._buckets("key", None, "2001:db8::2"))
            self.assertNotEqual(throttle._buckets("key", None, inside), throttle._buckets("key", None, outside))

    def test_codes_are_not_sent_without_end(self):
        answers = [self.post(self.key, "/code", follow=False).status_code for _time in range(6)]
        self.assertEqual(answers, [303] * 4 + [429] * 2)

    def test_looked_at_faster_than_a_person_can(self):
        self.patch(dunning_throttle, "LOOKS", 3)
        self.patch(dunning_throttle, "LOOKS_A_SECOND", 0.001)
        answers = [self.get(self.key).status_code for _look in range(5)]
        self.assertEqual(answers, [200] * 3 + [429] * 2)
        self.assertEqual(self.get(self.other_key).status_code, 200)

    def test_rows_say_nobody_s_address_and_go_after_a_day(self):
        throttle = self.env["dunning.throttle"]
        throttle._count("check", "key 1", "192.0.2.7")
        rows = throttle.search([])
        self.assertEqual(len(rows), 2)
        self.assertTrue(all(re.fullmatch("[0-9a-f]{64}", bucket) for bucket in rows.mapped("bucket")))
        for seconds, left in ((-1, 2), (0, 2), (1, 0)):
            rows.tried_at = datetime.fromisoformat(NOW) - timedelta(days=1, seconds=seconds)
            throttle._gc_forgotten()
            self.assertEqual(len(rows.exists()), left, seconds)
