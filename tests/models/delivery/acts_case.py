"""What a debtor does on his page, over real HTTP: the forms as they stand on it, filled in and sent."""

import re
from datetime import timedelta
from html import unescape

from ...common import TODAY
from .account_case import AccountCase

PDF = (
    b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    b"trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)


def ahead(days):
    return str(TODAY + timedelta(days=days))


class ActsCase(AccountCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.env["dunning.case"]._for_partners(cls.partner, cls.nl)
        cls.item, cls.second = cls.moves.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    def form(self, kind, key=None, page=None):
        """The hidden values of a form as it stands on the page."""
        page = page or self.get(key or self.key).text
        [form] = re.findall(rf'<form[^>]*action="[^"]*/act/{kind}[?#][^"]*"[^>]*>(.*?)</form>', page, re.S)
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
        return {name: unescape(value) for name, value in hidden}

    def send(self, act, key=None, files=None, hidden=None, address=None, **values):
        """Fill in a form of the page and send it; the answer, without following it."""
        key = key or self.key
        hidden = hidden or self.form(act, key)
        url = self.path(key, path=f"/act/{act}") if address is None else address
        self.env.flush_all()
        data = {**hidden, **values}
        answer = self.url_open(url, data=data, files=files, allow_redirects=False, method="POST")
        self.env.invalidate_all()
        return answer

    def send_plan(self, key=None, address=None, hidden=None, **values):
        """Look at the instalments and then propose them; the first answer where there is nothing to look at."""
        first = self.send("plan", key, address=address, hidden=hidden, **values)
        if first.status_code != 200:
            return first
        return self.send("plan", key, address=address, hidden=self.form("plan", page=first.text), **values)

    def said(self, answer, key=None):
        """What the page says after an act that was done."""
        self.assertEqual(answer.status_code, 303, answer.text[:2000])
        page = self.get(key or self.key).text
        return [unescape(text) for text in re.findall(r'class="alert alert-success"[^>]*>(.*?)</div>', page)]

    def errors(self, answer):
        """What stands beside the fields of a form that came back: ``{field: text}``."""
        self.assertEqual(answer.status_code, 422, answer.text[:2000])
        found = re.findall(r'id="act-\w+?-([a-z]+)-error"[^>]*><span[^>]*>[^<]*</span>(.*?)</div>', answer.text, re.S)
        alert = re.findall(r'class="alert alert-danger"[^>]*>(.*?)</div>', answer.text, re.S)
        found = found or [("form", " ".join(alert))]
        return {name: " ".join(unescape(re.sub("<[^>]+>", "", text)).split()) for name, text in found}

    def acts(self, **values):
        return self.env["dunning.page.act"].search([(name, "=", value) for name, value in values.items()])

    @property
    def replies(self):
        return self.env["dunning.reply"].search([("partner_id", "=", self.partner.id)])

    def both(self):
        return [str(self.item.id), str(self.second.id)]
