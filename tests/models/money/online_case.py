"""A debtor pays a letter from its page with Odoo's demo provider, through the same addresses as his browser."""

from lxml import html

from odoo import Command
from odoo.tests import HttpCase

from .charge_case import ChargeCase


def demo_provider(env, company):
    """Odoo's own demo provider, set up for this company and no other provider beside it."""
    env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
    env["payment.provider"].search([]).state = "disabled"
    method = env.ref("payment_demo.payment_method_demo")
    provider = env["payment.provider"].create(
        {
            "name": "Demo",
            "code": "demo",
            "company_id": company.id,
            "state": "test",
            "is_published": True,
            "inline_form_view_id": env.ref("payment_demo.inline_form").id,
            "payment_method_ids": [Command.set(method.ids)],
        }
    )
    method.active = True
    return provider


class OnlineCase(ChargeCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = demo_provider(cls.env, cls.nl)

    def letter_of(self, *amounts, partner=None, due=30):
        """The debtor, his invoices and the letter that asks costs and interest for them."""
        partner = partner or self.debtor()
        moves = self.env["account.move"]
        for number, amount in enumerate(amounts):
            moves += self.invoice(partner, amount, due=due - number)
        letter = self.send_level(partners=partner).with_env(self.env)
        self.env["dunning.delivery"]._after_sending(self.nl)
        self.env.flush_all()
        self.assertTrue(letter.amount_costs and letter.amount_interest)
        return partner, moves, letter

    def values(self, letter):
        self.env.invalidate_all()
        return letter._page_values()

    def path(self, letter, more="", key=None):
        return f"/my/dunning/{letter.id}{more}?access_token={letter.access_token if key is None else key}"

    def form(self, letter):
        """What Odoo's payment page would send of this letter; None where it leads to no such page."""
        self.env.flush_all()
        answer = self.url_open(self.path(letter, "/pay"))
        self.assertEqual(answer.status_code, 200)
        found = html.fromstring(answer.text).xpath("//form[@id='o_payment_form']")
        return dict(found[0].attrib) if found else None

    def rpc(self, url, **params):
        self.env.flush_all()
        answer = self.url_open(url, json={"jsonrpc": "2.0", "method": "call", "params": params}).json()
        self.env.invalidate_all()
        return answer

    def start(self, form, **changed):
        """Press *Pay* on that page. :return: the answer of the server."""
        params = {
            "provider_id": self.provider.id,
            "payment_method_id": self.provider.payment_method_ids.id,
            "token_id": None,
            "amount": float(form["data-amount"]),
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": form["data-landing-route"],
            "is_validation": False,
            "access_token": form["data-access-token"],
            "csrf_token": "",
        }
        return self.rpc(form["data-transaction-route"], **{**params, **changed})

    def pay_online(self, letter, state="done", **changed):
        """From the page of a letter to the end of Odoo's status page. :return: the transaction."""
        answer = self.start(self.form(letter), **changed)
        reference = answer["result"]["reference"]
        transaction = self.env["payment.transaction"].search([("reference", "=", reference)])
        self.provider_says(transaction, state)
        return transaction

    def provider_says(self, transaction, state):
        self.rpc(
            "/payment/demo/simulate_payment",
            reference=transaction.reference,
            payment_details="1234",
            simulated_state=state,
        )
        poll = self.rpc("/payment/status/poll")["result"]
        self.assertEqual(poll["state"], state)

    def owed(self, partner):
        """What the account of the debtor holds, and how many of its items are open."""
        items = self.env["account.move.line"].search(
            [
                ("partner_id", "=", partner.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        return round(sum(items.mapped("amount_residual")), 2), len(items)

    def income(self, partner):
        """What stands on the accounts for costs (4950) and for interest (4795)."""
        items = self.env["account.move.line"].search(
            [("partner_id", "=", partner.id), ("parent_state", "=", "posted"), ("account_id.code", "=like", "4%")]
        )
        return {
            code: round(-sum(i.balance for i in items if i.account_id.code.startswith(code)), 2)
            for code in ("4950", "4795")
        }

    def assertSilent(self, partner):
        for later in (30, 120):
            with self.at(later):
                self.assertFalse(self.run_for(partners=partner).letter_ids)
