"""The debtor's page over HTTP: who gets in, and what it shows to whom."""

from odoo.tests import tagged

from .account_case import AccountCase


@tagged("post_install", "-at_install")
class TestWho(AccountCase):
    def test_key_opens_the_page_of_its_letter(self):
        page = self.text(self.get(self.key))
        for move in self.moves:
            self.assertIn(move.name, page)
        self.assertNotIn(self.later.name, page)
        self.assertNotIn(self.other_move.name, page)

    def test_what_is_no_key(self):
        for key, token in (
            (self.key, None),
            (self.key, ""),
            (self.key, "bcdfgbcdfgbcdfgbcdfg"),
            (self.key, "cl%C3%A9"),
            (self.key, self.key.access_token[:-1]),
            (self.key, self.other_key.access_token),
            (self.other_key, self.key.access_token),
            (self.be_key, self.key.access_token),
        ):
            with self.subTest(key=key.id, token=token):
                self.assertIn("This page is not open", self.text(self.get(key, token), 404))
