"""Calls over HTTP as the web client makes them, by everybody who may try."""

import json

from odoo.tests import HttpCase, new_test_user
from odoo.tools import mute_logger

from ..common import MANAGER, DunningCase


class HttpAttackCase(DunningCase, HttpCase):
    """Calls as the web client makes them, and the roles that try."""

    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._user("accountant", "account.group_account_manager", cls.nl)
        cls.admin = cls._user("administrator", f"base.group_system,{MANAGER}", cls.nl)
        cls.portal = new_test_user(cls.env, "a_portal_user", groups="base.group_portal")
        cls.roles = [
            cls.user,
            cls.manager,
            cls.biller,
            cls.accountant,
            cls.internal,
            cls.admin,
            cls.be_user,
            cls.be_manager,
            cls.portal,
        ]

    def answer(self, model, method, args, kwargs):
        """What the server answers to a call of the web client by who came in, as it stands in the JSON."""
        self.env.flush_all()
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_access"):
            answer = self.url_open(
                "/web/dataset/call_kw",
                data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
                headers={"Content-Type": "application/json"},
            ).json()
        self.env.invalidate_all()
        return answer

    def call(self, model, method, *args, **kwargs):
        """The answer to a call of the web client, and what went wrong: ``(result, name of the error or None)``."""
        kwargs.setdefault("context", {"allowed_company_ids": self.me.company_ids.ids})
        answer = self.answer(model, method, args, kwargs)
        self.said = answer.get("error") and answer["error"]["data"]["message"]
        return answer.get("result"), answer.get("error") and answer["error"]["data"]["name"]

    def come_in(self, user):
        self.me = user
        self.authenticate(user.login, user.login)
