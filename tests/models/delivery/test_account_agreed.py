"""A debtor confirms on his page what was agreed by telephone, and keeps its text; over real HTTP."""

import hashlib
import re
from html import unescape

from odoo import Command
from odoo.tests import tagged

from ...common import TODAY
from .acts_case import ActsCase


@tagged("post_install", "-at_install")
class TestAgreed(ActsCase):
    def agreed(self, moves):
        """A promise that somebody noted on the telephone, and asked the debtor to confirm."""
        promise = self.as_user(self.user)["dunning.promise"].create(
            {"case_id": self.case.id, "move_ids": [Command.set(moves.ids)], "date": TODAY}
        )
        promise.action_ask_confirmation()
        self.env.flush_all()
        return promise.receipt_ids.with_env(self.env)

    def hidden(self, receipt):
        """The hidden values of the button that confirms."""
        pattern = rf'<form[^>]*action="[^"]*/agreed/{receipt.id}/confirm[^"]*"[^>]*>(.*?)</form>'
        [form] = re.findall(pattern, self.get(self.key).text, re.S)
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))

    def press(self, receipt, hidden, key=None):
        url = self.path(key or self.key, path=f"/agreed/{receipt.id}/confirm")
        answer = self.url_open(url, data=hidden, allow_redirects=False, method="POST")
        self.env.invalidate_all()
        return answer

    def test_confirms_what_he_reads(self):
        receipt = self.agreed(self.moves)
        self.assertIn("Confirmed by us, not yet by you.", self.text(self.get(self.key)))
        hidden = self.hidden(receipt)
        self.assertEqual(receipt.state, "firm")  # looking changes nothing
        for _click in range(2):
            self.assertEqual(len(self.said(self.press(receipt, hidden))), 1)
        self.assertEqual((receipt.state, receipt.network), ("both", "127.0.0.0/24"))
        self.assertEqual(self.env["dunning.event"].search_count([("kind", "=", "agreement.confirmed")]), 2)
        self.assertIn("Confirmed by you and by us.", self.text(self.get(self.key)))

    def test_changed_while_he_read(self):
        receipt = self.agreed(self.moves)
        hidden = self.hidden(receipt)
        receipt.promise_id.amount = 150
        self.env.flush_all()
        self.assertEqual(self.press(receipt, hidden).status_code, 303)
        self.assertIn("This was changed in the meantime", unescape(self.get(self.key).text))
        self.assertEqual((receipt.state, receipt.debtor_at), ("replaced", False))

    def test_not_by_others(self):
        receipt = self.agreed(self.moves)
        hidden = self.hidden(receipt)
        for values in (hidden, {**hidden, "token": ""}, {**hidden, "token": "x"}):
            self.press(receipt, values, self.other_key)
        self.press(receipt, {**hidden, "token": self.form("question")["token"]})
        self.assertIn(self.get(self.key, path=f"/agreed/{receipt.id}/confirm").status_code, (404, 405))
        self.assertFalse(receipt.debtor_at)

    def test_text_is_what_the_digest_is_of(self):
        receipt, later = self.agreed(self.moves), self.agreed(self.later)
        answer = self.get(self.key, path=f"/agreed/{receipt.id}")
        self.assertEqual(hashlib.sha256(answer.content).hexdigest(), receipt.sha256)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        for key, path in (
            (self.other_key, f"/agreed/{receipt.id}"),
            (self.key, f"/agreed/{later.id}"),
            (self.key, "/agreed/2147483647"),
        ):
            self.assertEqual(self.get(key, path=path).status_code, 404)
        self.assertNotIn(self.later.name, self.text(self.get(self.key)))
