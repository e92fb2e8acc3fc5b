"""The debtor's page of a letter over HTTP: who gets in, what it shows, and that looking at it changes nothing."""

import base64
import hashlib
import re
from html import unescape

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ...common import TODAY, DunningCase

PDF = b"%PDF-1.4 a letter as it was sent"


class PageCase(DunningCase, HttpCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner, cls.other = cls.debtor("Bakkerij <b>Jansen</b>"), cls.debtor("Slagerij De Wit")
        cls.moves = cls.invoices([cls.partner] * 2, 100, due=10)
        cls.other_move = cls.invoice(cls.other, 300, due=10)
        sent = cls.send_level(partners=cls.partner + cls.other).with_env(cls.env)
        cls.letter = sent.filtered(lambda letter: letter.partner_id == cls.partner)
        cls.other_letter = sent - cls.letter
        cls.be_partner = cls.debtor("Peeters BV", country_id=cls.env.ref("base.be").id)
        cls.invoice(cls.be_partner, 500, due=10, company=cls.be)
        cls.be_letter = cls.send_level(cls.be, cls.be_partner).with_env(cls.env)
        cls.env.flush_all()

    def path(self, letter, key=True, **options):
        """The address of a page, with its own key, another one, or none."""
        key = letter.access_token if key is True else key
        options = {"access_token": key, **options} if key else options
        return f"/my/dunning/{letter.id}?" + "&".join(f"{name}={value}" for name, value in options.items())

    def get(self, *arguments, **options):
        return self.url_open(self.path(*arguments, **options), allow_redirects=False)

    def text(self, response):
        """What the page says, in one line."""
        self.assertEqual(response.status_code, 200)
        body = re.sub(r"<(script|style).*?</\1>", " ", response.text, flags=re.S)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))

    def opened(self, letter, key=True, **headers):
        """Report an opening as the page does."""
        key = letter.access_token if key is True else key
        call = {"jsonrpc": "2.0", "method": "call", "params": {"access_token": key}}
        answer = self.url_open(f"/my/dunning/{letter.id}/opened", json=call, headers=headers)
        self.env.invalidate_all()
        return answer.json().get("result")

    def portal_user(self, partner, company=None):
        contact = self.env["res.partner"].create({"name": "Somebody", "parent_id": partner.id})
        company = company or self.nl
        login = f"portal{contact.id}"
        user = new_test_user(
            self.env,
            login,
            groups="base.group_portal",
            partner_id=contact.id,
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.env.flush_all()
        return user


@tagged("post_install", "-at_install")
class TestWho(PageCase):
    def setUp(self):
        super().setUp()
        self.env["dunning.throttle"].search([]).unlink()

    def assertShut(self, response):
        """Who brings a key reads whom to call; who brings none may have a login."""
        if "access_token=" in response.request.url:
            self.assertEqual(response.status_code, 404)
            self.assertIn("This page is not open", response.text)
            return
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith("/my"))

    def test_key_opens_one_letter_and_no_other(self):
        page = self.text(self.get(self.letter))
        self.assertIn(self.letter.name, page)
        self.assertNotIn(self.other_letter.name, page)
        for letter, key in (
            (self.letter, None),
            (self.letter, ""),
            (self.letter, "bcdfgbcdfgbcdfgbcdfg"),
            (self.letter, "clé"),
            (self.letter, self.letter.access_token[:-1]),
            (self.letter, self.other_letter.access_token),
            (self.other_letter, self.letter.access_token),
            (self.be_letter, self.letter.access_token),
        ):
            with self.subTest(letter=letter.name, key=key):
                self.assertShut(self.get(letter, key))
                self.assertShut(self.get(letter, key, report_type="pdf"))
                self.assertFalse(self.opened(letter, key))

    def test_key_of_another_type_is_no_key(self):
        for key in (["x"], 7, {"a": "b"}):
            self.assertIs(self.opened(self.letter, key), False, key)

    def test_keys_differ_and_hold_no_word_or_digit(self):
        keys = (self.letter + self.other_letter + self.be_letter).mapped("access_token")
        self.assertEqual(len(set(keys)), 3)
        for key in keys:
            self.assertRegex(key, "^[bcdfghjkmnpqrstvwxz]{20}$")

    def test_what_is_not_there(self):
        for path in ("/my/dunning/2147483647?access_token=x", "/my/dunning/99999999999999?access_token=x"):
            self.assertIn(self.url_open(path, allow_redirects=False).status_code, (303, 404))

    def test_draft_is_shut_even_with_a_key(self):
        partner = self.debtor("Later")
        self.invoice(partner, 100, due=10)
        letter = self.run_for(partners=partner).letter_ids.with_env(self.env)
        letter.access_token = "b" * 20
        self.env.flush_all()
        self.assertShut(self.get(letter))
        self.authenticate(self.user.login, self.user.login)
        self.assertShut(self.get(letter))

    def test_test_letter_is_for_colleagues_only(self):
        self.nl.dunning_mode = "test"
        partner = self.debtor("Try")
        self.invoice(partner, 100, due=10)
        letter = self.send_level(partners=partner).with_env(self.env)
        self.assertTrue(letter.is_test)
        self.env.flush_all()
        self.assertShut(self.get(letter))
        self.assertFalse(self.opened(letter))
        self.authenticate(self.user.login, self.user.login)
        self.assertIn("TEST.", self.text(self.get(letter)))

    def test_switched_off(self):
        self.nl.dunning_page = False
        self.env.flush_all()
        self.assertShut(self.get(self.letter))
        self.assertShut(self.get(self.letter, report_type="pdf"))
        self.assertFalse(self.opened(self.letter))
        self.assertEqual(self.get(self.be_letter).status_code, 200)

    def test_without_pages_letters_have_no_link_and_no_key(self):
        self.nl.dunning_page = False
        partner = self.debtor("Plain")
        self.invoices([partner] * 2, 100, due=10)
        letter = self.send_level(partners=partner).with_env(self.env)
        self.assertFalse(letter.access_token)
        self.assertNotIn("/my/dunning", letter.body)
        self.assertNotIn("/my/dunning", letter.mail_id.body_html)

    def test_debtor_with_a_login_sees_his_own(self):
        user = self.portal_user(self.partner)
        self.authenticate(user.login, user.login)
        links = re.findall(r"/my/dunning/(\d+)", self.url_open("/my/dunning").text)
        self.assertEqual(links, [str(self.letter.id)])
        self.assertIn(self.letter.name, self.text(self.get(self.letter, None)))
        self.assertShut(self.get(self.other_letter, None))
        self.assertShut(self.get(self.other_letter, self.letter.access_token))
        self.assertIn("Letters about payment", self.text(self.url_open("/my")))
        call = {"jsonrpc": "2.0", "method": "call", "params": {"counters": ["dunning_letter_count"]}}
        self.assertEqual(self.url_open("/my/counters", json=call).json()["result"], {"dunning_letter_count": 1})

    def test_rules_keep_debtors_and_companies_apart(self):
        everything = self.letter + self.other_letter + self.be_letter
        for user, seen in (
            (self.portal_user(self.partner), self.letter),
            (self.portal_user(self.be_partner, self.be), self.be_letter),
            # a debtor of one company whose login belongs to the other
            (self.portal_user(self.partner, self.be), self.letter.browse()),
        ):
            letters = self.as_user(user, everything)
            self.assertEqual(letters.search([]).ids, seen.ids)
            for letter in letters - letters.browse(seen.ids):
                with self.assertRaises(AccessError):
                    letter.read(["name"])

    def test_only_what_went_out_and_is_real_is_on_the_list(self):
        user = self.portal_user(self.partner)
        letters = self.as_user(user)["dunning.letter"]
        self.letter.flush_recordset()
        for state, sent_on, seen in (
            ("sent", TODAY, 1),
            ("cancelled", TODAY, 1),
            ("cancelled", None, 0),
            ("issued", None, 0),
            ("failed", None, 0),
            ("draft", None, 0),
        ):
            self.cr.execute(
                "UPDATE dunning_letter SET state = %s, sent_on = %s WHERE id = %s", [state, sent_on, self.letter.id]
            )
            self.env.invalidate_all(flush=False)
            self.assertEqual(letters.search_count([]), seen, (state, sent_on))

    def test_how_a_letter_came_about_is_hidden_from_debtors(self):
        letter = self.as_user(self.portal_user(self.partner), self.letter)
        self.assertEqual(letter.read(["name"])[0]["name"], self.letter.name)
        for name in (
            "error",
            "cancel_reason",
            "refusal",
            "level_id",
            "run_id",
            "override_ids",
            "access_token",
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                letter.read([name])
        self.assertNotIn("refusal_codes", letter.fields_get())
        with self.assertRaises(AccessError):
            letter.search([("error", "ilike", "x")])
        for model in ("dunning.letter.line", "dunning.opening", "dunning.dispatch", "dunning.case"):
            self.assertFalse(letter.env[model].has_access("read"), model)

    def test_key_does_not_open_the_chatter(self):
        letters = self.env["dunning.letter"].with_user(self.env.ref("base.public_user"))
        self.assertFalse(letters._get_thread_with_access(self.letter.id, token=self.letter.access_token))
        pid = self.partner.id
        signed = self.letter._sign_token(pid)
        self.assertFalse(letters._get_thread_with_access(self.letter.id, hash=signed, pid=pid))


@tagged("post_install", "-at_install")
class TestWhat(PageCase):
    def test_names_are_escaped(self):
        response = self.get(self.letter)
        self.assertNotIn("<b>Jansen</b>", response.text)
        self.assertIn("Bakkerij &lt;b&gt;Jansen&lt;/b&gt;", response.text)
        self.assertIn("Kaai Holland B.V.</title>", response.text)
        self.assertIn(f"/logo.png?company={self.nl.id}", response.text, "the page is that of the sender")

    def test_same_words_as_in_the_mail(self):
        page = self.text(self.get(self.letter))
        words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", str(self.letter.body)))).strip()
        first = words[:200]
        self.assertIn(first, page)
        for move in self.moves:
            self.assertIn(move.name, page)
        self.assertIn("NL91", page)

    def test_what_is_open_beside_what_was_asked(self):
        page = self.text(self.get(self.letter))
        self.assertIn("To pay now €200.00", page)
        self.assertEqual(page.count("Open now: €100.00 In the letter: €100.00"), 2)
        self.pay(self.moves[0], 40)
        self.env.flush_all()
        page = self.text(self.get(self.letter))
        self.assertIn("To pay now €160.00", page)
        self.assertIn("The letter asks €200.00", page)
        self.assertIn("Open now: €60.00 In the letter: €100.00", page)
        self.assertIn("Open now: €100.00 In the letter: €100.00", page)

    def test_code_asks_for_what_is_open(self):
        """The code on the page, and the one in the letter only as long as it is right."""
        bank, asked = self.env.registry["res.partner.bank"], []
        draw = bank.build_qr_code_base64

        def drawn(self, amount, *arguments, **options):
            asked.append(amount)
            return draw(self, amount, *arguments, **options)

        self.patch(bank, "build_qr_code_base64", drawn)
        values = self.letter._page_values()
        self.assertTrue(values["qr"])
        self.assertIn("data:image", str(values["body"]))
        self.assertEqual(asked, [200, 200])
        self.pay(self.moves[0], 40)
        self.env.invalidate_all()
        asked.clear()
        values = self.letter._page_values()
        self.assertTrue(values["qr"])
        self.assertNotIn("data:image", str(values["body"]))
        self.assertEqual(asked, [160])

    def test_all_paid(self):
        for move in self.moves:
            self.pay(move)
        self.env.flush_all()
        page = self.text(self.get(self.letter))
        self.assertIn("Everything on this letter is paid. Thank you.", page)
        self.assertNotIn("To pay now", page)
        self.assertNotIn("View and pay €", page)
        self.assertEqual(self.letter._page_values()["qr"], False)

    def test_a_withdrawn_invoice_was_not_paid(self):
        """Reset to draft or deleted: nothing is asked for it, and nobody is thanked for a payment."""
        first, second = self.moves
        first.button_draft()
        values = self.letter._page_values()
        self.assertEqual((values["state"], values["amount_now"]), ("open", 100))
        self.assertEqual([row["withdrawn"] for row in values["demanded"]], [True, False])
        self.pay(second)
        for delete in (False, True):
            if delete:
                first.with_context(force_delete=True).unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            page = self.text(self.get(self.letter))
            self.assertEqual(self.letter._page_values()["state"], "withdrawn")
            self.assertIn("Nothing on this letter has to be paid now.", page)
            self.assertNotIn("Thank you", page)
            self.assertEqual((page.count("Withdrawn"), page.count("Paid")), (1, 1))

    def test_own_credit_is_set_off_as_in_the_letter(self):
        partner = self.debtor("Credit")
        self.invoice(partner, 100, due=10)
        self.credit(partner, 30)
        letter = self.send_level(partners=partner).with_env(self.env)
        self.assertEqual(letter.amount_total, 70)
        values = letter._page_values()
        self.assertEqual((values["state"], values["amount_now"], values["part_paid"]), ("open", 70, False))

    def test_a_dispute_is_no_payment(self):
        case = self.letter.case_id
        vals = {"case_id": case.id, "move_ids": [(6, 0, self.moves.ids)], "reason": "price"}
        self.env["dunning.dispute"].create(vals)
        self.env.invalidate_all()
        values = self.letter._page_values()
        self.assertEqual((values["state"], values["amount_now"]), ("open", 200))

    def test_taken_back(self):
        self.letter.env["dunning.withdrawal"]._withdraw(self.letter, "wrong amount", self.manager)
        self.env.flush_all()
        page = self.text(self.get(self.letter))
        self.assertIn("This letter no longer counts.", page)
        self.assertNotIn("To pay now", page)
        self.assertNotIn("Open now", page)
        self.assertNotIn("wrong amount", page)

    def test_pdf_is_the_stored_file(self):
        letter = self.letter
        response = self.get(letter, report_type="pdf")
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertEqual(response.content, base64.b64decode(letter.pdf_file))
        self.assertEqual(hashlib.sha256(response.content).hexdigest(), letter.pdf_sha256)
        self.assertIn(letter.pdf_name, response.headers["Content-Disposition"])

    def test_key_stays_between_the_two(self):
        for response in (self.get(self.letter), self.get(self.letter, report_type="pdf")):
            self.assertEqual(response.headers["Cache-Control"], "no-store")
            self.assertEqual(response.headers["Referrer-Policy"], "same-origin")
            self.assertIn("noindex", response.headers["X-Robots-Tag"])

    def test_language_of_the_debtor(self):
        partner = self.debtor("Boulangerie", lang="fr_FR")
        self.env["res.lang"]._activate_lang("fr_FR")
        self.invoice(partner, 1210, due=10)
        letter = self.send_level(partners=partner).with_env(self.env)
        self.env.flush_all()
        response = self.url_open(self.path(letter))
        self.assertRegex(self.text(response), r"Encore à payer.*1\s210,00")

    def test_short_address_of_paper_leads_to_the_page(self):
        short = self.letter.page_url_text
        self.assertRegex(short, r"^[^/]+/letter/\d+/([a-z]{5}-){3}[a-z]{5}$")
        path = "/" + short.split("/", 1)[1]
        for typed in (path, path.upper().replace("/LETTER/", "/letter/"), path.replace("-", "")):
            self.assertIn(self.letter.name, self.text(self.url_open(typed)), typed)

    def test_invoice_as_a_file_by_the_key_of_its_letter_alone(self):
        """Odoo's own link of an invoice opens for ever, so the page hands out none."""
        move, url = self.moves[0], f"/my/dunning/{self.letter.id}/invoice/{{}}?access_token={{}}"
        token = self.letter.access_token

        def get(*wanted):
            self.env.flush_all()
            return self.url_open(url.format(*wanted), allow_redirects=False)

        self.assertIn(f"{url.format(move.id, token)}", self.get(self.letter).text)
        answer = get(move.id, token)
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, "application/pdf"))
        self.assertTrue(answer.content.startswith(b"%PDF"))
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        for wrong in (self.other_move.id, 0, 2147483647):
            self.assertEqual(get(wrong, token).status_code, 404, wrong)
        self.assertEqual(get(move.id, token[:-1]).status_code, 404)
        self.assertTrue(get(move.id, "").headers["Location"].endswith("/my"))
        with self.subTest("what went to another debtor"):
            self.cr.execute("UPDATE account_move SET commercial_partner_id = %s WHERE id = %s", [1, move.id])
            self.env.invalidate_all()
            self.assertEqual(get(move.id, token).status_code, 404)
            self.cr.execute(
                "UPDATE account_move SET commercial_partner_id = %s WHERE id = %s", [move.partner_id.id, move.id]
            )
            self.env.invalidate_all()
        self.env["dunning.page.key"].search([("letter_id", "=", self.letter.id)]).action_revoke()
        self.assertEqual(get(move.id, token).status_code, 404)
        self.env.invalidate_all()
        self.assertFalse(any((self.moves + self.other_move).mapped("access_token")))

    def test_invoice_on_odoo_page_for_whoever_may_read_it_there(self):
        move = self.moves[0]
        user = self.portal_user(self.partner)
        self.authenticate(user.login, user.login)
        answer = self.url_open(f"/my/dunning/{self.letter.id}/invoice/{move.id}", allow_redirects=False)
        self.assertTrue(answer.headers["Location"].endswith(f"/my/invoices/{move.id}"))

    def test_number_of_queries_does_not_grow_with_the_invoices(self):
        partner = self.debtor("Many")
        self.invoices([partner] * 40, 10, due=10)
        many = self.send_level(partners=partner).with_env(self.env)
        counts = []
        for letter in (self.letter, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            letter._page_values()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3, counts)

    def test_no_date_on_the_page_shortens_a_term(self):
        """A 14-day letter names no day, and neither does its page (HR 25-11-2016)."""
        partner = self.debtor("Piet", kind="consumer")
        self.invoice(partner, 100, due=5)
        for days in (0, 8, 17):
            with self.at(days) as today:
                letter = self.send_level(partners=partner, date=today).with_env(self.env)
        self.assertEqual(letter.legal_type, "statutory_notice")
        self.assertTrue(letter.term_last_day)
        with self.at(17):
            self.env.flush_all()
            page = self.text(self.get(letter))
            body = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", str(letter.body))))
            own = page.replace(body.strip(), "")
            for day in (letter.term_first_day, letter.term_last_day, letter.claimable_from):
                for form in ("d MMMM y", "d MMM y", "MM/dd/yyyy", "yyyy-MM-dd"):
                    self.assertNotIn(letter._day(day, form), own)
            self.assertNotRegex(own, "(?i)deadline|pay before|pay by")


@tagged("post_install", "-at_install")
class TestLink(PageCase):
    def test_mails_about_a_letter_lead_to_its_page_while_that_is_open(self):
        def buttons():
            groups = self.letter._notify_get_recipients_groups(self.env["mail.message"], "Letter")
            return {name: options.get("button_access", {}).get("url", "") for name, _match, options in groups}

        self.assertIn(self.letter.access_token, buttons()["portal_customer"])
        self.nl.dunning_page = False
        self.assertNotIn("portal_customer", buttons())

    def test_link_stands_in_letter_and_mail(self):
        for letter in (self.letter, self.other_letter):  # of two invoices and of one
            url = f"/my/dunning/{letter.id}?access_token={letter.access_token}"
            self.assertIn(url, letter.body)
            self.assertGreaterEqual(letter.mail_id.body_html.count(url), 2)

    def test_draft_shows_where_the_link_comes(self):
        partner = self.debtor("Soon")
        self.invoice(partner, 100, due=10)
        letter = self.run_for(partners=partner).letter_ids.with_env(self.env)
        self.assertIn(f"/my/dunning/{letter.id}", str(letter.shown_body))
        self.assertFalse(letter.access_token)

    def test_issued_letter_without_a_key_gets_one_and_stays_what_it_is(self):
        """A letter from before there were pages: portal makes a key when somebody shares it."""
        self.cr.execute("UPDATE dunning_letter SET access_token = NULL WHERE id = %s", [self.letter.id])
        self.env.invalidate_all(flush=False)
        self.assertFalse(self.letter.page_url)
        self.as_user(self.user, self.letter).action_open_page()
        self.assertRegex(self.letter.access_token, "^[a-z]{20}$")
        with self.assertRaises(UserError):
            self.letter.body = "another text"
