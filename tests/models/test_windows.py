"""Windows are private: what one user has open no other reads, changes, deletes or downloads, over HTTP as each role."""

import base64
import json

from odoo import Command
from odoo.exceptions import AccessError
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import MANAGER
from .http_case import HttpAttackCase
from .window_mixin import SECRET, WindowMixin


class WindowCase(WindowMixin, HttpAttackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deputy = cls._user("deputy", MANAGER, cls.nl)
        cls.roles = [cls.deputy, cls.group_user, *cls.roles]
        cls.roles.remove(cls.manager)
        cls.partner = cls.debtor(SECRET)
        cls.move = cls.invoice(cls.partner, 1000, due=10)
        cls.letter = cls.send_level(partners=cls.partner).with_env(cls.env)
        cls.case = cls.letter.case_id
        cls.attempt = cls.letter.dispatch_ids
        partner = cls.debtor(f"{SECRET} op papier")
        cls.invoice(partner, 100, due=10)
        cls.env["dunning.level"].search([]).channel = "print"
        cls.paper = cls.confirm(cls.run_for(partners=partner)).with_env(cls.env)
        cls.attempt.write({"recipient": f"{SECRET} by mail", "text": f"Dear {SECRET}"})
        cls.the_run = cls.letter.run_id
        cls.table = (
            cls.env["dunning.interest.table"]
            .search([], limit=1)
            .copy({"name": f"Rates of {SECRET}", "company_id": cls.nl.id})
        )
        cls.receipt(None, 1, partner_name=SECRET, text=f"Of {SECRET}")
        cls.env.flush_all()

    @classmethod
    def ours(cls):
        """Every transient model of the addon, whoever added it."""
        return {
            name
            for name, model in cls.registry.items()
            if model._transient and model._original_module == "cremann_dunning"
        }

    def fetch(self, path):
        self.env.flush_all()
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_attachment"):
            answer = self.url_open(path, allow_redirects=False)
        self.env.invalidate_all()
        return answer


@tagged("post_install", "-at_install")
class TestPrivate(WindowCase):
    def test_no_model_is_forgotten(self):
        """A new window is tried below, has its rule, and reads what it shows as its user."""
        windows = self.windows()
        self.assertEqual(self.ours(), set(windows), "add the new window to `values` above")
        for name, window in windows.items():
            self.assertTrue(window, name)
            self.assertIn("dunning.window.mixin", self.env[name]._inherit, name)
            rules = self.env["ir.rule"].search([("model_id.model", "=", name), ("groups", "=", False)])
            self.assertIn("[('create_uid', '=', user.id)]", rules.mapped("domain_force"), name)
            for field in self.env[name]._fields.values():
                if (field.related or field.compute) and field.name not in ("display_name", "create_uid"):
                    self.assertFalse(field.compute_sudo, f"{field} shows what its user may not read")

    def test_maker_uses_his_window(self):
        windows = self.windows()
        self.come_in(self.manager)
        for model, window in windows.items():
            with self.subTest(model=model):
                rows, error = self.call(model, "read", window.ids)
                self.assertEqual((len(rows or ()), error), (1, None), self.said)
                self.assertEqual(self.call(model, "search_count", [["id", "=", window.id]]), (1, None))

    def test_nobody_else_touches_it(self):
        windows = self.windows()
        for user in self.roles:
            self.come_in(user)
            for model, window in windows.items():
                stored = self.stored(window)
                name = next(iter(set(stored) - {"id"}), next(iter(self.values().get(model, ())), "id"))
                for method, args in (
                    ("read", [window.ids]),
                    ("web_read", [window.ids, {"create_date": {}}]),
                    ("write", [window.ids, {"reason": "another reason"} if "reason" in stored else {}]),
                    ("write", [window.ids, {name: False}]),
                    ("web_save", [window.ids, {name: False}, {}]),
                    ("copy", [window.ids]),
                    ("unlink", [window.ids]),
                    ("export_data", [window.ids, ["id", name]]),
                ):
                    with self.subTest(user=user.login, model=model, method=method):
                        if not args[-1]:
                            continue
                        result, error = self.call(model, method, *args)
                        self.assertTrue(error, (user.login, model, method, args, result))
                for method, args in (
                    ("search", [[]]),
                    ("search_count", [[["create_uid", "=", self.manager.id]]]),
                    ("web_search_read", [[], {"id": {}}]),
                    ("name_search", [""]),
                ):
                    with self.subTest(user=user.login, model=model, method=method):
                        result, error = self.call(model, method, *args)
                        self.assertTrue(error or not result or result == {"length": 0, "records": []}, result)
                self.assertEqual(self.stored(window), stored, (user.login, model))

    def stored(self, window):
        self.env.invalidate_all()
        names = [
            name
            for name, field in window._fields.items()
            if field.store and (field.column_type or field.relational) and name not in LOG_ACCESS_COLUMNS
        ]
        return window.sudo().read(names, load=None)[0]

    def test_buttons_of_others(self):
        windows = self.windows()
        for user in self.roles:
            self.come_in(user)
            for model, window in windows.items():
                for method in self.buttons(window):
                    with self.subTest(user=user.login, model=model, method=method):
                        result, error = self.call(model, method, window.ids)
                        self.assertTrue(error, result)

    def buttons(self, window):
        """What acts on a window that is there. What opens a new one takes no ids: a number is that of a company."""
        named = (name for name in dir(type(window)) if name.startswith("action_"))
        return [name for name in named if not getattr(getattr(type(window), name), "_api_model", False)]

    def test_opening_is_for_oneself(self):
        """Whoever opens a window of his own never gets that of another, whatever number he names."""
        window = self.windows()["dunning.set.up.wizard"]
        self.assertNotIn("action_open", self.buttons(window))
        stored = self.stored(window)
        for user in self.roles:
            self.come_in(user)
            for company in self.env["res.company"].sudo().search([]).ids:
                with self.subTest(user=user.login, company=company):
                    result, error = self.call("dunning.set.up.wizard", "action_open", company)
                    if not error:
                        opened = self.env["dunning.set.up.wizard"].sudo().browse(result["res_id"])
                        self.assertNotEqual(opened, window)
                        self.assertEqual(opened.create_uid, user)
                        self.assertEqual(opened.company_id.id, company)
                        self.assertIn(opened.company_id, user.company_ids)
        self.assertEqual(self.stored(window), stored)

    def test_nobody_else_downloads_its_files(self):
        windows = self.windows()
        for user in (*self.roles, None):
            if user:
                self.come_in(user)
            else:
                self.authenticate(None, None)
            for model, window in windows.items():
                for name in (name for name, field in window._fields.items() if field.type == "binary"):
                    for path in (
                        f"/web/content/{model}/{window.id}/{name}",
                        f"/web/content?model={model}&id={window.id}&field={name}&download=true",
                        f"/web/image/{model}/{window.id}/{name}",
                        f"/dunning/file/{model}/{window.id}",
                    ):
                        with self.subTest(user=user and user.login, path=path):
                            answer = self.fetch(path)
                            self.assertNotIn(answer.headers.get("Content-Type"), ("application/pdf", "text/csv"))
                            for secret in (b"what they owe", b"to print", b"valid_from", b"%PDF"):
                                self.assertNotIn(secret, answer.content)
        kept = windows["dunning.statement.wizard"].sudo(), windows["dunning.posting.wizard"].sudo()
        self.assertTrue(kept[0].file and kept[1].pdf_file, "nobody has emptied them either")
        files = self.env["ir.attachment"].search([("res_model", "in", list(windows)), ("res_field", "!=", False)])
        self.assertTrue(files)
        for user in self.roles:
            self.come_in(user)
            for file in files:
                self.assertEqual(self.fetch(f"/web/content/{file.id}").status_code, 404, user.login)
                self.assertTrue(self.call("ir.attachment", "read", [file.id], ["datas"])[1])

    def test_maker_is_not_written(self):
        windows = self.windows()
        self.come_in(self.deputy)
        window, error = self.call("dunning.hold.wizard", "create", {"reason": "x", "create_uid": self.manager.id})
        self.assertFalse(error)
        window = self.env["dunning.hold.wizard"].browse(window)
        self.call("dunning.hold.wizard", "write", window.ids, {"create_uid": self.manager.id})
        self.assertEqual(window.create_uid, self.deputy)
        wizard = windows["dunning.posting.wizard"]
        _result, error = self.call(
            "dunning.posting.wizard.line", "create", {"wizard_id": wizard.id, "letter_id": self.letter.id}
        )
        self.assertTrue(error)
        self.assertEqual(len(wizard.sudo().line_ids), 1)


@tagged("post_install", "-at_install")
class TestFiles(WindowCase):
    """Files leave their window when they were used."""

    def test_file_is_taken_once(self):
        windows = self.windows()
        self.come_in(self.manager)
        for model, field, content, name in (
            ("dunning.statement.wizard", "file", b"what they owe", "s.pdf"),
            ("dunning.posting.wizard", "pdf_file", b"to print", "p.pdf"),
        ):
            window = windows[model]
            self.env.flush_all()
            self.assertEqual(self.opener.head(f"{self.base_url()}/dunning/file/{model}/{window.id}").status_code, 200)
            answer = self.fetch(f"/dunning/file/{model}/{window.id}")
            self.assertEqual((answer.status_code, answer.content), (200, content))
            self.assertEqual(answer.headers["Content-Type"], "application/pdf")
            self.assertIn(name, answer.headers["Content-Disposition"])
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            self.assertFalse(window[field])
            self.assertEqual(self.fetch(f"/dunning/file/{model}/{window.id}").status_code, 404)
            self.assertFalse(self.env["ir.attachment"].search([("res_model", "=", model)]))

    def test_other_models_and_fields_have_no_such_address(self):
        windows = self.windows()
        self.come_in(self.manager)
        preview = windows["dunning.letter.preview"]
        for path in (
            f"/dunning/file/dunning.letter.preview/{preview.id}",
            f"/dunning/file/dunning.letter/{self.letter.id}",
            f"/dunning/file/res.users/{self.manager.id}",
            "/dunning/file/dunning.statement.wizard/2147483647",
            "/dunning/file/no.such/1",
        ):
            self.assertEqual(self.fetch(path).status_code, 404, path)

    def test_imported_rates(self):
        window = self.windows()["dunning.rate.import.wizard"]
        window.data = base64.b64encode(b"valid_from,percent,source\n2027-01-01,4.00,law\n")
        window.action_import()
        self.assertFalse(window.data)

    def test_uploads_that_became_proof(self):
        self.attempt.write({"channel": "print", "state": "posted"})
        env = self.as_user(self.manager)
        upload = env["ir.attachment"].create(
            {"name": "receipt.pdf", "raw": b"%PDF receipt", "res_model": "dunning.proof.wizard", "res_id": 0}
        )
        elsewhere = env["ir.attachment"].create({"name": "mine.pdf", "raw": b"%PDF mine"})
        files = [Command.set((upload + elsewhere).ids)]
        env["dunning.proof.wizard"].create({"dispatch_id": self.attempt.id, "posting_proof_ids": files}).action_save()
        self.assertEqual(self.attempt.posting_proof_ids.sorted("name").mapped("raw"), [b"%PDF mine", b"%PDF receipt"])
        self.assertEqual((upload.exists(), elsewhere.exists()), (upload.browse(), elsewhere))

    def test_posted_letters(self):
        partner = self.debtor("Papier")
        self.invoice(partner, 100, due=10)
        letter = self.as_user(self.manager, self.confirm(self.run_for(partners=partner)))
        action = letter.action_print_and_post()
        window = letter.env[action["res_model"]].browse(action["res_id"])
        window.write({"pdf_file": base64.b64encode(b"to print"), "pdf_name": "p.pdf"})
        window.action_post()
        self.assertEqual((letter.state, window.pdf_file), ("sent", False))


@tagged("post_install", "-at_install")
class TestLeaks(WindowCase):
    """A window of one's own about a record of another company tells nothing of it."""

    def told(self, model, method, *args, **context):
        context = {"allowed_company_ids": self.me.company_ids.ids, **context}
        return self.answer(model, method, args, {"context": context})

    def assertTellsNothing(self, answer, hint):
        secrets = (SECRET, self.letter.name, "secret@nl.example.com", self.move.name)
        for secret in secrets:
            self.assertNotIn(secret, json.dumps(answer.get("result"), ensure_ascii=False), hint)

    def test_about_what_one_may_not_read(self):
        self.nl.dunning_test_email = "secret@nl.example.com"
        for user in (self.be_user, self.be_manager):
            self.come_in(user)
            for model, values in self.values().items():
                about = {name: value for name, value in values.items() if self.env[model]._fields[name].relational}
                about.pop("line_ids", None)
                self.assertTrue(about, model)
                with self.subTest(user=user.login, model=model):
                    answer = self.told(model, "create", [values])
                    self.assertEqual(answer["error"]["data"]["name"], "odoo.exceptions.AccessError", answer)
                    self.assertTellsNothing(answer, model)
                spec = {
                    name: {"fields": {"display_name": {}}} if field.relational else {}
                    for name, field in self.env[model]._fields.items()
                }
                defaults = {f"default_{name}": value for name, value in about.items()}
                for arguments, context in (
                    (({}, [], spec), defaults),
                    ((about, list(about), spec), {}),
                    (({}, list(about), spec), defaults),
                ):
                    with self.subTest(user=user.login, model=model, arguments=arguments[:2], context=context):
                        answer = self.told(model, "onchange", [], *arguments, **context)
                        self.assertTellsNothing(answer, model)
                answer = self.told(model, "default_get", list(about), **defaults)
                self.assertIn("error", answer, model)

    def test_written_later(self):
        """A window about something of one's own is turned to something of others."""
        partner = self.debtor("Peeters BV", country_id=self.env.ref("base.be").id)
        self.invoice(partner, 500, due=10, company=self.be)
        letter = self.send_level(self.be, partner)
        env = self.as_user(self.be_manager)
        windows = {
            "letter_id": env["dunning.letter.preview"].create({"letter_id": letter.id})
            + env["dunning.letter.preview"].create({"letter_id": letter.id}),
            "case_ids": env["dunning.statement.wizard"].create({"case_ids": [Command.set(letter.case_id.ids)]}),
            "dispatch_id": env["dunning.whatsapp.wizard"].create({"dispatch_id": letter.dispatch_ids.id}),
            "case_id": env["dunning.letter.wizard"].create({"case_id": letter.case_id.id}),
        }
        theirs = {
            "letter_id": self.letter.id,
            "case_ids": [Command.set(self.case.ids)],
            "dispatch_id": self.attempt.id,
            "case_id": self.case.id,
        }
        for name, window in windows.items():
            with self.subTest(name=name), self.refused("", AccessError):
                window.write({name: theirs[name]})
