"""What Odoo lets anybody with a login call, on every model of ours and over HTTP: JSON-RPC, new JSON, XML-RPC."""

from datetime import datetime
from xmlrpc.client import Fault

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .calls_case import OURS, CallsCase
from .http_case import HttpAttackCase
from .test_access import RIGHTS

LOUD = ("odoo.http", "odoo.addons", "odoo.sql_db", "odoo.addons.rpc.controllers")
# What of a letter a debtor reads who has a login; which of them is a rule of its own.
DEBTORS = {"dunning.letter"}
# Methods that read many records: what they answer about those of a company is nothing for others.
MANY = ("search_read", "name_search", "formatted_read_group", "search_count")
# What answers without a refusal: printing asks for its rights by itself, Odoo posts no payment that is posted, and
# a contact that belongs to no company is everybody's.
NOTHING_TO_DO = {
    ("dunning.letter", "action_print"),
    ("account.payment", "action_post"),
    ("res.partner", "action_dunning_kind"),
}
# What everybody may press: it asks for the right to read by itself, and gives what his own company has.
OF_ONES_OWN = {
    "action_open_worklist", "action_open_dunning_case", "action_dunning_advice", "action_open_report",
}  # fmt: skip


class OverHttpCase(CallsCase, HttpAttackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Or Odoo would refuse before it comes to ours.
        (cls.internal + cls.be_manager + cls.user + cls.manager).group_ids = [
            Command.link(cls.env.ref("base.group_allow_export").id)
        ]

    def setUp(self):
        super().setUp()
        self.cr.precommit.run()  # what is told of the preparation is not told in between
        # looking asks answers anew that do not hold any more; here they do, so that reading changes nothing
        self.env["dunning.freshness"]._bring(dict.fromkeys((self.nl | self.be).ids))
        # very much is put away by whoever looks, in the middle of the walk: here it is little, and known
        self.env["dunning.figures"]._put_away()
        self.cr.execute(
            "INSERT INTO dunning_touch (company_id, partner_id) VALUES (%s, %s)", (self.nl.id, self.partner.id)
        )
        self.models = {
            name: self.of_company(name)[0]
            for name, model in sorted(self.registry.items())
            if model._original_module == OURS and not model._abstract and model._auto
        }
        self.before = self.state()

    def attempts(self, model, record):
        """``(right, method, arguments by name)`` for what can be tried on a record, and on its model."""
        stored = "company_id" in record._fields and record._fields["company_id"].store
        own = [["company_id", "=", self.nl.id]] if stored else []
        by = "company_id" if own else "create_uid"
        name = next(n for n, f in record._fields.items() if f.store and f.type in ("char", "text", "many2one", "date"))
        yield "r", "read", {"ids": record.ids, "fields": [name]}
        yield "r", "export_data", {"ids": record.ids, "fields_to_export": ["id", name]}
        yield "r", "search_read", {"domain": own, "fields": ["id"]}
        yield "r", "search_count", {"domain": own}
        yield "r", "name_search", {"name": "", "domain": own}
        yield "r", "formatted_read_group", {"domain": own, "groupby": [by], "aggregates": ["__count"]}
        yield "w", "write", {"ids": record.ids, "vals": {name: False}}
        yield "w", "web_save", {"ids": record.ids, "vals": {name: False}, "specification": {}}
        yield "c", "create", {"vals_list": [{name: False}]}
        yield "c", "copy", {"ids": record.ids}
        yield "d", "unlink", {"ids": record.ids}

    def may(self, user, model, right):
        """Whether the table of rights lets this user do it to this model, whosever record it is."""
        rights = dict(zip((self.user, self.manager, self.biller), RIGHTS[model], strict=True))
        rights[self.be_manager] = RIGHTS[model][1]
        if user == self.portal:
            return right == "r" and model in DEBTORS
        return right in rights.get(user, "")

    def hidden(self, user, model):
        """Whether the Dutch company's record of this model is not for a user who may read others of it."""
        if model in self.opened:
            return user != self.manager
        return user == self.be_manager and "company_id" in self.env[model]._fields

    def walk(self, user, ask):
        """Try everything that this user may not do; ``ask(model, method, arguments)`` gives an answer and an error."""
        tried = 0
        for model, record in self.models.items():
            for right, method, arguments in self.attempts(model, record):
                may, hidden = self.may(user, model, right), self.hidden(user, model)
                if (may and not hidden and right != "r") or (may and method == "create"):
                    continue  # his work, which has tests of its own
                with self.subTest(user=user.login, model=model, method=method):
                    answer, error = ask(model, method, arguments)
                    tried += 1
                    if may and user == self.portal:
                        self.assertDebtorsOwn(method, answer)
                    elif not may or (hidden and method not in MANY):
                        self.assertTrue(error, (user.login, model, method, answer))
                    elif hidden:
                        self.assertFalse(answer, error)
                    elif method != "export_data" or user.has_group("base.group_allow_export"):
                        self.assertFalse(error, answer)
        self.assertEqual(self.state(), self.before, user.login)
        return tried

    def assertDebtorsOwn(self, method, answer):
        """A debtor finds the letters that he had, and no others."""
        own = set((self.sent + self.taken_back).ids)
        if method == "search_read":
            self.assertEqual({row["id"] for row in answer}, own)
        elif method == "search_count":
            self.assertEqual(answer, len(own))
        elif method == "name_search":
            self.assertLessEqual({id_ for id_, _name in answer or ()}, own)

    def by_json_rpc(self, model, method, arguments):
        arguments = dict(arguments)
        ids = [arguments.pop("ids")] if "ids" in arguments else []
        with mute_logger(*LOUD):
            return self.call(model, method, *ids, **arguments)


@tagged("post_install", "-at_install")
class TestOverHttp(OverHttpCase):
    def test_every_model_as_the_web_client_calls_it(self):
        tried = 0
        for user in (self.portal, self.be_manager, self.user):
            self.come_in(user)
            tried += self.walk(user, self.by_json_rpc)
        self.assertGreater(tried, 1000)

    def test_every_model_by_the_new_json(self):
        """With a key, as programs call it."""
        until = datetime(2099, 12, 31)  # the database has a clock of its own
        key = self.env(user=self.internal.id)["res.users.apikeys"].sudo()._generate("rpc", "a program", until)
        self.env.flush_all()

        def ask(model, method, arguments):
            with mute_logger(*LOUD):
                answer = self.url_open(
                    f"/json/2/{model}/{method}", json=arguments, headers={"Authorization": f"Bearer {key}"}
                )
            self.env.invalidate_all()
            self.assertNotEqual(answer.status_code, 401, "the key opens it")
            self.assertNotIn("UnprocessableEntity", answer.text, "the arguments fit")
            return answer.json(), answer.status_code >= 400

        self.assertEqual(ask("res.users", "search_count", {"domain": [["id", "=", self.internal.id]]}), (1, False))
        self.assertGreater(self.walk(self.internal, ask), 300)

    def test_the_old_way(self):
        """XML-RPC answers as the others do."""
        self.env.flush_all()
        for user in (self.portal, self.be_user):
            password = user.login.ljust(8, "x")
            for model, record in self.models.items():
                for method, arguments in (("read", [record.ids]), ("unlink", [record.ids])):
                    if (model in DEBTORS or not self.hidden(self.be_manager, model)) and method == "read":
                        continue
                    with self.subTest(user=user.login, model=model, method=method), mute_logger(*LOUD):
                        with self.assertRaises(Fault) as refused:
                            self.xmlrpc_object.execute_kw(get_db_name(), user.id, password, model, method, arguments)
                        self.assertNotIn("Access Denied", refused.exception.faultString)
        self.assertEqual(self.state(), self.before)

    def test_every_button(self):
        """Each method that a button or another program can call, on records of the Dutch company."""
        methods = [(model, name) for model, name in self.methods() if name.startswith("action_")]
        for user in (self.portal, self.be_manager):
            self.come_in(user)
            for model, name in methods:
                if name in OF_ONES_OWN or self.env[model]._abstract:
                    continue
                for record in self.of_company(model)[:2]:
                    with self.subTest(user=user.login, model=model, name=name), mute_logger(*LOUD):
                        answer = self.answer(model, name, [record.ids], {"context": self.context_of(user, record)})
                        if "error" not in answer:
                            self.assertIn((model, name), NOTHING_TO_DO, answer)
            self.assertEqual(self.state(), self.before, user.login)
        self.assertGreater(len(methods), 100)

    def context_of(self, user, record):
        return {
            "allowed_company_ids": user.company_ids.ids,
            "active_model": record._name,
            "active_ids": record.ids,
            "default_letter_ids": self.sent.ids,
            "default_case_ids": self.case.ids,
        }
