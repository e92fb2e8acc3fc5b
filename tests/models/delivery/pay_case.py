"""A debtor chooses on his page what he pays, through the same addresses as his browser, with Odoo's demo provider."""

import re
from decimal import Decimal
from html import unescape

from lxml import html

from odoo.addons.cremann_dunning.models.delivery import dunning_throttle
from odoo.addons.cremann_dunning.models.delivery.visit import Visit

from ..money.online_case import OnlineCase


class PayCase(OnlineCase):
    def setUp(self):
        super().setUp()
        dunning_throttle._looks.clear()  # of all that was looked at in the same frozen moment
        self.patch(dunning_throttle, "LOOKS", 1000)

    def key_of(self, letter):
        return self.env["dunning.page.key"].search([("letter_id", "=", letter.id)])

    def visit(self, letter, known=True, company=None):
        self.env.invalidate_all()
        key = self.key_of(letter)
        return Visit(company or letter.company_id, letter.partner_id, key, letter, known=known, lang="en_US")

    def rows(self, letter, known=True):
        """What may be paid, by number of the invoice: ``(principal, costs, interest)``."""
        visit, paying = self.visit(letter, known), self.env["dunning.account.paying"]
        found = paying._visible(visit, paying._rows(visit.company, visit.partner))
        return {row.number: row for row in found}

    def item(self, move):
        return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    def chosen(self, letter, moves, amount="", known=True):
        items = [str(id_) for id_ in self.item(moves).ids]
        return self.env["dunning.account.paying"]._choose(self.visit(letter, known), items, amount)

    def parts(self, choice):
        """What it pays by invoice: ``(costs, interest, principal)``."""
        lines = self.env["account.move.line"]
        return {
            lines.browse(part.item).move_id: (float(part.costs), float(part.interest), float(part.principal))
            for part in choice._parts()
        }

    # -- as a browser -----------------------------------------------------------------------------------------------

    def page(self, letter, path="", key=None):
        key = key or self.key_of(letter)
        return f"/my/dunning/account/{key.id}{path}?access_token={key.access_token}"

    def text(self, response, status=200):
        self.assertEqual(response.status_code, status)
        body = re.sub(r"<(script|style).*?</\1>", " ", response.text, flags=re.S)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))

    def look(self, letter, path=""):
        self.env.flush_all()
        return self.url_open(self.page(letter, path))

    def post(self, letter, path, **values):
        token = re.findall(r'csrf_token: "([^"]+)"', self.look(letter).text)[0]
        answer = self.url_open(self.page(letter, path), data={"csrf_token": token, **values}, allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def choose(self, letter, moves, amount=""):
        """Send the form, and come to the page of what was chosen. :return: the choice."""
        items = [str(id_) for id_ in self.item(moves).ids]
        answer = self.post(letter, "/pay", item=items, amount=amount)
        self.assertEqual(answer.status_code, 303)
        found = re.search(r"/pay/(\d+)\?", answer.headers["Location"])
        self.assertTrue(found, self.text(self.look(letter)))
        return self.env["dunning.payment.choice"].browse(int(found[1]))

    def pay_form(self, letter, choice):
        answer = self.look(letter, f"/pay/{choice.id}")
        self.assertEqual(answer.status_code, 200, answer.text[:3000])
        found = html.fromstring(answer.text).xpath("//form[@id='o_payment_form']")
        return dict(found[0].attrib) if found else None

    def begin(self, letter, choice, **changed):
        """Press *Pay*. :return: the transaction."""
        answer = self.start(self.pay_form(letter, choice), **changed)
        self.assertIn("result", answer, answer)
        reference = answer["result"]["reference"]
        return self.env["payment.transaction"].search([("reference", "=", reference)])

    def paid(self, letter, choice, state="done"):
        transaction = self.begin(letter, choice)
        self.provider_says(transaction, state)
        return transaction

    def assertMoney(self, found, expected):
        self.assertEqual(Decimal(str(round(found, 2))), Decimal(str(round(expected, 2))))
