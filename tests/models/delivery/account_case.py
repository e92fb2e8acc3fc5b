"""A debtor with two letters, another one, and a Belgian one: their pages over real HTTP."""

import re
from contextlib import contextmanager
from datetime import datetime, timedelta
from html import unescape

from freezegun import freeze_time

from odoo import SUPERUSER_ID
from odoo.tests import HttpCase, new_test_user

from odoo.addons.cremann_dunning.models.delivery import dunning_throttle
from odoo.addons.cremann_dunning.models.delivery.visit import Visit

from ...common import NOW, DunningCase


class AccountCase(DunningCase, HttpCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor("Bakkerij <b>Jansen</b>", zip="1234 AB", email="jan@jansen.example.com")
        cls.other = cls.debtor("Slagerij De Wit", zip="4321 ZZ")
        cls.moves = cls.invoices([cls.partner] * 2, 100, due=10)
        cls.other_move = cls.invoice(cls.other, 300, due=10)
        sent = cls.send_level(partners=cls.partner + cls.other).with_env(cls.env)
        cls.letter = sent.filtered(lambda letter: letter.partner_id == cls.partner)
        cls.other_letter = sent - cls.letter
        cls.later = cls.invoice(cls.partner, 700, due=-20)
        cls.be_partner = cls.debtor("Peeters BV", country_id=cls.env.ref("base.be").id)
        cls.be_move = cls.invoice(cls.be_partner, 500, due=10, company=cls.be)
        cls.be_letter = cls.send_level(cls.be, cls.be_partner).with_env(cls.env)
        cls.key, cls.other_key, cls.be_key = map(cls.key_of, (cls.letter, cls.other_letter, cls.be_letter))
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        dunning_throttle._looks.clear()  # of all that was looked at in the same frozen moment
        self.patch(dunning_throttle, "LOOKS", 1000)

    @contextmanager
    def after(self, seconds):
        """So many seconds later."""
        with freeze_time(datetime.fromisoformat(NOW) + timedelta(seconds=seconds)):
            self.env.invalidate_all()
            yield

    @classmethod
    def key_of(cls, letter):
        return cls.env["dunning.page.key"].search([("letter_id", "=", letter.id)])

    def path(self, key, token=True, path="", **options):
        """The address of a page, with its own key, another one, or none."""
        token = key.access_token if token is True else token
        options = {"access_token": token, **options} if token else options
        return f"/my/dunning/account/{key.id}{path}?" + "&".join(f"{name}={value}" for name, value in options.items())

    def get(self, *arguments, **options):
        self.env.flush_all()
        return self.url_open(self.path(*arguments, **options), allow_redirects=False)

    def text(self, response, status=200):
        """What the page says, in one line."""
        self.assertEqual(response.status_code, status)
        body = re.sub(r"<(script|style).*?</\1>", " ", response.text, flags=re.S)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))

    def post(self, key, path, token=True, follow=True, csrf=None, **values):
        """Send a form of the page as its visitor does."""
        token = key.access_token if token is True else token
        if csrf is None:
            csrf = self.csrf()
        answer = self.url_open(
            f"/my/dunning/account/{key.id}{path}",
            data={"csrf_token": csrf, "access_token": token or "", **values},
            allow_redirects=follow,
        )
        self.env.invalidate_all()
        return answer

    def csrf(self):
        """The token that forms of this visitor have."""
        page = self.get(self.key)
        return re.findall(r'csrf_token: "([^"]+)"', page.text)[0]

    def portal_user(self, partner, company=None):
        company, contact = company or self.nl, self.env["res.partner"].create({"name": "A", "parent_id": partner.id})
        user = new_test_user(
            self.env,
            f"portal{contact.id}",
            groups="base.group_portal",
            partner_id=contact.id,
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.env.flush_all()
        return user

    def visit(self, key, known=True):
        """A visit as the controller makes it."""
        env = self.env(user=SUPERUSER_ID, context={"lang": "en_US", "allowed_company_ids": key.company_id.ids})
        own = (record.with_env(env) for record in (key.company_id, key.partner_id, key, key.letter_id))
        return Visit(*own, known=known, lang="en_US")
