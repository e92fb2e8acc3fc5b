"""That each kind of event has a test in which something real happens, and the last of them."""

import re
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.event.dunning_event_words import KINDS

from ...letters.test_posting import PostingCase
from .told_case import ToldMixin

TESTS = Path(__file__).resolve().parents[2]


@tagged("post_install", "-at_install")
class TestKinds(ToldMixin, PostingCase):
    without_pdf = True

    def test_each_has_a_test(self):
        """A new kind of event needs a test that names it."""
        named = set()
        for file in TESTS.rglob("test_*.py"):
            named |= set(re.findall(r'"([a-z]+\.[a-z_]+)"', file.read_text()))
        self.assertEqual(KINDS.keys() - named, set())

    def test_tracking_number_noted_later(self):
        letter = self.letters_to_post(self.debtor(), channel="registered")
        self.wizard(letter).action_post()
        attempt = self.as_user(self.user, letter.dispatch_ids)
        window = attempt.env["dunning.proof.wizard"].with_context(**attempt.action_proof()["context"])
        with self.telling("letter.tracked") as told:
            window.create({"tracking_number": "3SABCD12345678"}).action_save()
        self.assertEqual((told[0].letter, told[0].author_id), (letter.id, self.user))
        self.assertEqual(told[0].facts["tracking"], "3SABCD12345678")

    def test_run_that_takes_letters_over(self):
        move = self.invoice(self.debtor(), 100, due=10)
        action = self.as_user(self.manager, move).action_dunning_next_letter()
        left = self.env["dunning.run"].browse(action["res_id"])
        run = self.run_for()
        kinds = "letter.run_taken_over", "letter.run_given", "letter.run_cancelled", "letter.run_proposed"
        with self.telling(*kinds, family="letter.run") as told:
            run.action_take_over()
        self.assertEqual((told[0].facts["letters"], told[0].facts["runs"]), (1, left.ids))
        self.assertEqual(told[0].author_id, self.user)

    def test_what_was_taken_in_gets_another_number(self):
        item = self.opening((self.debtor(), 100, 20, "Invoice 7"))
        entry = item.move_id
        self.take_in(entry, given={item: {"number": "7"}})
        with self.telling("debtor.claim_renamed", family="debtor.claim") as told:
            self.take_in(entry, given={item: {"number": "2026-7"}})
        self.assertEqual(told[0].facts["claims"], self.env["dunning.claim"].search([("number", "=", "2026-7")]).ids)

    def test_head_that_went_out(self):
        self.nl.dunning_head_email = "notary@example.com"
        self.env["dunning.sealing"]._seal()
        with self.telling("chain.head", family="chain") as told:
            self.env["dunning.chain.head"]._send(self.nl)
        self.assertEqual(told[0].facts["to"], "notary@example.com")
