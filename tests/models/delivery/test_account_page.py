"""The debtor's page over HTTP: who gets in, what it shows to whom, and that looking at it changes nothing."""

from datetime import timedelta

from odoo.tests import tagged

from ...common import TODAY
from .account_case import AccountCase

SHUT = "This page is not open"


@tagged("post_install", "-at_install")
class TestWho(AccountCase):
    def test_key_says_no_more_than_its_letter(self):
        page = self.text(self.get(self.key))
        for move in self.moves:
            self.assertIn(move.name, page)
        self.assertIn("To pay now €200.00", page)
        for move in (self.later, self.other_move):
            self.assertNotIn(move.name, page)
        self.assertNotIn("700", page)
        self.assertIn("See everything", page)

    def test_what_is_no_key(self):
        for key, token in (
            (self.key, "bcdfgbcdfgbcdfgbcdfg"),
            (self.key, "cl%C3%A9"),
            (self.key, self.key.access_token[:-1]),
            (self.key, self.key.access_token + "b"),
            (self.key, self.other_key.access_token),
            (self.other_key, self.key.access_token),
            (self.be_key, self.key.access_token),
        ):
            with self.subTest(key=key.id, token=token):
                self.assertIn(SHUT, self.text(self.get(key, token), 404))
        for token in (None, ""):  # he may have a login
            self.assertTrue(self.get(self.key, token).headers["Location"].endswith("/my"))
        for more in (f"&company_id={self.nl.id}", "&company_id=abc", f"&key_id={self.other_key.id}", "&lang=%00"):
            page = self.text(self.url_open(self.path(self.key) + more))
            self.assertIn(self.moves[0].name, page, more)
        for path in ("2147483647?access_token=x", "99999999999999?access_token=x", "x?access_token=x"):
            self.assertEqual(self.url_open(f"/my/dunning/account/{path}").status_code, 404)

    def test_the_last_day_of_a_key(self):
        """It opens up to and including its last day, and so do the page of the letter, its file and paying it."""
        token = self.letter.access_token
        letter = f"/my/dunning/{self.letter.id}"
        for days, status in ((1, 200), (0, 200), (-1, 404)):
            self.key.expires_on = TODAY + timedelta(days=days)
            self.assertEqual(self.get(self.key).status_code, status, days)
            for path in (letter, f"{letter}?report_type=pdf"):
                glue = "&" if "?" in path else "?"
                answer = self.url_open(f"{path}{glue}access_token={token}", allow_redirects=False)
                self.assertEqual(answer.status_code, status, (path, days))
        answer = self.url_open(f"{letter}/pay?access_token={token}", allow_redirects=False)
        self.assertIn(SHUT, self.text(answer, 404))

    def test_who_holds_a_dead_key_reads_whom_to_call_and_nobody_else_learns_anything(self):
        self.key.expires_on = TODAY - timedelta(days=1)
        dead = self.text(self.get(self.key), 404)
        self.assertIn(f"Please call {self.nl.name}", dead)
        self.assertNotIn("Jansen", dead)
        forged = self.get(self.key, "bcdfgbcdfgbcdfgbcdfg").text
        never = self.url_open("/my/dunning/account/2147483647?access_token=bcdfgbcdfgbcdfgbcdfg").text
        strip = lambda text: text[text.index("<main") :]  # noqa: E731
        self.assertEqual(strip(forged), strip(never))
        self.assertNotIn(self.nl.name, forged)

    def test_revoked_one_by_one_and_all_at_once(self):
        key = self.as_user(self.user, self.key)
        key.action_revoke()
        self.assertEqual((self.key.state, self.key.revoked_by_id), ("revoked", self.user))
        self.assertEqual(self.get(self.key).status_code, 404)
        letter = f"/my/dunning/{self.letter.id}?access_token={self.letter.access_token}"
        self.assertEqual(self.url_open(letter, allow_redirects=False).status_code, 404)
        self.assertEqual(self.get(self.other_key).status_code, 200)
        told = self.env["dunning.event"].search([("kind", "=", "debtor.keys_revoked")])
        self.assertEqual(told.debtor, self.partner.id)
        self.assertIn(self.letter.name, told.sentence)
        self.as_user(self.user, self.other_letter.case_id).action_revoke_keys()
        self.assertEqual(self.get(self.other_key).status_code, 404)
        self.assertEqual(self.get(self.be_key).status_code, 200)

    def test_pages_switched_off(self):
        self.nl.dunning_page = False
        self.assertIn(SHUT, self.text(self.get(self.key), 404))
        self.assertEqual(self.get(self.be_key).status_code, 200)

    def test_login_opens_his_own_without_a_key(self):
        user = self.portal_user(self.partner)
        self.authenticate(user.login, user.login)
        own = f"/my/dunning/account/company/{self.nl.id}"
        page = self.text(self.url_open(own))
        self.assertIn(self.later.name, page)
        self.assertNotIn(self.other_move.name, page)
        self.assertEqual(self.url_open(f"/my/dunning/account/company/{self.be.id}").status_code, 404)
        self.assertTrue(self.url_open("/my/dunning/account").url.endswith(own))
        self.assertIn("Where you stand", self.text(self.url_open("/my")))
        self.assertIn(self.later.name, self.text(self.get(self.key)), "with the key in his letter as well")

    def test_login_of_another_debtor_sees_what_any_holder_of_the_key_does(self):
        user = self.portal_user(self.other)
        self.authenticate(user.login, user.login)
        page = self.text(self.get(self.key))
        self.assertNotIn(self.later.name, page)
        self.assertIn("See everything", page)
        self.assertEqual(self.get(self.key, None).status_code, 404)

    def test_colleague_looks_and_can_do_nothing(self):
        self.authenticate(self.user.login, self.user.login)
        page = self.text(self.get(self.key, None))
        self.assertIn("You look only", page)
        self.assertIn(self.later.name, page)
        self.assertNotIn("access_token", self.get(self.key, None).text)
        self.assertEqual(self.post(self.key, "/check", None, number="x", postcode="y").status_code, 404)
        self.assertEqual(self.get(self.be_key, None).status_code, 404)


@tagged("post_install", "-at_install")
class TestWhat(AccountCase):
    def known(self):
        """As after the second check."""
        user = self.portal_user(self.partner)
        self.authenticate(user.login, user.login)
        return self.text(self.url_open(f"/my/dunning/account/company/{self.nl.id}"))

    def test_names_are_escaped_and_the_head_is_the_firms_own(self):
        page = self.get(self.key).text
        self.assertNotIn("<b>Jansen</b>", page)
        self.assertIn("Bakkerij &lt;b&gt;Jansen&lt;/b&gt;", page)
        self.assertNotIn("o_skip_to_content", page, "nothing of the website's layout")
        self.assertEqual(page.count("<header"), 1)

    def test_key_stays_between_the_two(self):
        response = self.get(self.key)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(response.headers["Referrer-Policy"], "same-origin")
        self.assertIn("noindex", response.headers["X-Robots-Tag"])

    def test_everything_for_whom_it_is_about(self):
        page = self.known()
        self.assertIn("Not due yet €700.00", page)
        self.assertIn(self.later.name, page)
        self.assertIn(self.letter.name, page)
        self.assertNotIn("See everything", page)

    def test_what_is_disputed_promised_or_paid(self):
        first, second = self.moves
        case = self.letter.case_id
        self.env["dunning.dispute"].create({"case_id": case.id, "move_ids": [(6, 0, first.ids)], "reason": "price"})
        page = self.text(self.get(self.key))
        self.assertIn("You told us that this is not right", page)
        self.assertIn("To pay now €100.00", page)
        self.assertIn("Not asked while we look into it €100.00", page)
        self.pay(second)
        self.assertNotIn(second.name, self.text(self.get(self.key)))

    def test_a_hold_says_nothing_of_its_reason(self):
        self.env["dunning.hold"].create(
            {"partner_id": self.partner.id, "company_id": self.nl.id, "reason": "in hospital"}
        )
        page = self.text(self.get(self.key))
        self.assertIn("Nothing follows on this for now", page)
        self.assertNotIn("hospital", page)

    def test_taken_back_letter_shows_no_item(self):
        self.letter.env["dunning.withdrawal"]._withdraw(self.letter, "wrong amount", self.manager)
        page = self.text(self.get(self.key))
        self.assertIn("This letter no longer counts", page)
        self.assertNotIn("To pay now", page)
        self.assertNotIn("wrong amount", page)

    def test_invoice_that_is_another_debtors_now_is_not_shown(self):
        move = self.moves[0]
        self.cr.execute("UPDATE account_move_line SET partner_id = %s WHERE move_id = %s", [self.other.id, move.id])
        self.env.invalidate_all()
        self.assertNotIn(f"{move.name} €", self.text(self.get(self.key)))

    def test_languages_are_chosen_and_remembered(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        page = self.get(self.key, lang="nl")
        self.assertIn('lang="nl-NL"', page.text)
        self.assertIn("Nu te betalen", self.text(page))
        self.assertIn("Nu te betalen", self.text(self.get(self.key)), "remembered")
        self.assertIn("To pay now", self.text(self.get(self.key, lang="en")))
        self.assertIn("To pay now", self.text(self.get(self.key, lang="xx")), "no such language changes nothing")

    def test_files_of_what_is_on_the_page_and_of_nothing_else(self):
        for move in (self.later, self.other_move, self.be_move):
            answer = self.get(self.key, path=f"/invoice/{move.id}/pdf")
            self.assertEqual(answer.status_code, 303)
            self.assertIn("There is no such file", self.text(self.url_open(answer.headers["Location"])))
        self.be_partner.write({"vat": "BE0477472701", "invoice_edi_format": "ubl_bis3"})
        self.be.vat = "BE0202239951"
        made = self.visit(self.be_key).items().move_id._get_invoice_legal_documents("ubl", allow_fallback=True)
        possible = bool(made and made["content"] and not made.get("errors"))  # as far as Odoo can make it
        ubl = self.get(self.be_key, path=f"/invoice/{self.be_move.id}/ubl")
        self.assertEqual(ubl.status_code, 200 if possible else 303)
        if possible:
            self.assertIn(self.be_move.name.encode(), ubl.content)
            self.assertEqual(ubl.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(self.get(self.key, path=f"/invoice/{self.moves[0].id}/exe").status_code, 404)

    def test_looking_changes_nothing(self):
        self.env.flush_all()
        tables = ("dunning_page_key", "dunning_event", "account_move", "dunning_letter", "dunning_case")

        def marks():
            for table in tables:
                self.cr.execute(f"SELECT COUNT(*), MAX(xmin::text::bigint) FROM {table}")  # pylint: disable=sql-injection
                yield self.cr.fetchone()

        before = list(marks())
        for path in ("", "/check", "/code", "/code/check"):
            answer = self.get(self.key, path=path)
            self.assertEqual(answer.status_code, 405 if path else 200)
        self.assertEqual(list(marks()), before)

    def test_number_of_queries_does_not_grow_with_the_invoices(self):
        partner = self.debtor("Many", zip="1111 AA")
        self.invoices([partner] * 40, 10, due=10)
        many = self.key_of(self.send_level(partners=partner).with_env(self.env))
        counts = []
        for key in (self.key, many, self.key, many):
            self.env.flush_all()
            self.env.invalidate_all()
            dunning = self.env["dunning.account.page"]
            before = self.cr.sql_log_count
            dunning._values(self.visit(key))
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[3], counts[2] + 3, counts)
