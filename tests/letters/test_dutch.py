"""The letters and the reasons as a Dutch reader gets them."""

import os

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..common import DunningCase


@tagged("post_install", "-at_install")
class TestScratch(DunningCase):
    without_pdf = True
    with_belgium = True

    def show(self, letter, title):
        with open("/tmp/i18n/out.txt", "a") as f:
            f.write(f"\n{'='*100}\n{title} | channel {letter.channel} | level {letter.level_id.with_context(lang='nl_NL').name}\n")
            f.write("SUBJECT: " + letter.subject + "\n\n" + html2plaintext(letter.body) + "\n")

    def test_show(self):
        open("/tmp/i18n/out.txt", "w").close()
        self.nl.company_registry = "12345678"
        self.nl.vat = "NL123456782B90"
        self.be.dunning_consumer_clause = "artikel 7"
        self.be.company_registry = "0477472701"
        self.user.lang = "nl_NL"
        journal = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.nl.id)], limit=1)
        other = self.debtor("Iemand anders")
        self.receipt(other, 10)
        self.env["account.bank.statement.line"].search([]).move_id.filtered(lambda m: m.state == "draft")._post() if False else None
        b = self.debtor("Bakkerij Jansen", lang="nl_NL")
        b2 = self.debtor("Slagerij De Vries B.V.", lang="nl_NL")
        c = self.debtor("Mevrouw De Wit", kind="consumer", lang="nl_NL")
        c2 = self.debtor("Jan Bos", kind="consumer", lang="nl_NL", email=False)
        e1 = self.debtor("Els Maes", kind="consumer", lang="nl_NL", country_id=self.env.ref("base.be").id)
        e2 = self.debtor("Piet Peeters", kind="consumer", lang="nl_NL", email=False, country_id=self.env.ref("base.be").id)
        self.invoice(b, 1210, due=1, label="Reparatie van de oven")
        self.invoice(b2, 1210, due=1, label="Onderhoud")
        self.invoice(b2, 500, due=3, label="Onderdelen")
        m = self.invoice(b2, 250, due=4, label="Advies")
        self.pay(m, 100)
        self.invoice(c, 1210, due=1, label="Keuken")
        self.invoice(c2, 300, due=1, label="Tafel")
        self.invoice(c2, 120, due=2, label="Stoel")
        for e in (e1, e2):
            self.invoice(e, 250, due=3, company=self.be, label="Fietsherstelling")
        for l in self.send_level(self.be, e1 + e2):
            self.show(l.with_env(self.env), "BE " + l.partner_id.name)
        for days in (0, 7, 15):
            with self.at(days) as today:
                for l in self.send_level(partners=b + b2 + c + c2, date=today):
                    self.show(l.with_env(self.env), f"day {days} " + l.partner_id.name)
        beb = self.debtor("Frituur Jef", lang="nl_NL", country_id=self.env.ref("base.be").id)
        self.invoice(beb, 1210, due=1, company=self.be)
        for days in (0, 7, 15):
            with self.at(days) as today:
                letter = self.send_level(self.be, beb, today)
        self.show(letter.with_env(self.env), "BE business")

    def test_sentences(self):
        from datetime import date
        from decimal import Decimal
        from odoo.addons.cremann_dunning.engine.reasons import REASONS
        from odoo.addons.cremann_dunning.models.dunning_decision import SENTENCES
        facts = {"level": "Aanmaning", "due_date": date(2026,11,1), "days": 15, "date": date(2026,11,23), "last": date(2026,11,12), "currency": "USD", "letter": "DUN/2026/00012", "reason": "wacht op creditfactuur", "until": date(2026,12,1), "credit": "RINV/2026/0004", "amount": Decimal("1210.00"), "minimum": Decimal("25.00"), "procedure": "Nederland, zakelijk", "message": "Boodschap."}
        model = self.env["dunning.decision"].with_context(lang="nl_NL")
        cur = {"EUR": self.eur}
        with open("/tmp/i18n/sent.txt", "w") as f:
            labels = model._reason_labels()
            for code, reason in REASONS.items():
                params = {k: model._format_param(model._store_param(facts[k], "EUR"), cur) for k in reason.facts}
                f.write(f"{code:18} [{labels[code]}] {model._sentence(code, params)}\n")
