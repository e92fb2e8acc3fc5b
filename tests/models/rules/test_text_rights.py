"""A dunning manager writes the texts of letters and is no administrator by it, whichever way he tries."""

import runpy
from pathlib import Path

from markupsafe import Markup

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons import cremann_dunning

from ...common import DunningCase

EDITOR = "mail.group_mail_template_editor"
ATTACK = "user.sudo().env.ref('base.group_system').write({'user_ids': [(4, user.id)]})"
BODY = f'<p><t t-out="{ATTACK}"/></p>'
INLINE = f"Pay {{{{ {ATTACK} }}}}"
MODELS = ("dunning.letter", "dunning.case", "dunning.dispute", "dunning.promise", "dunning.payment.plan")


@tagged("post_install", "-at_install")
class TestTextRights(DunningCase):
    without_pdf = True
    refusal = (AccessError, UserError)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.move = cls.invoice(cls.partner, 1000, due=10)
        cls.text = cls.env.ref("cremann_dunning.mail_template_reminder")
        cls.admin = cls._user("admin_of_all", "base.group_system,cremann_dunning.group_dunning_manager", cls.nl)
        cls.editor = cls._user("editor", f"{EDITOR},cremann_dunning.group_dunning_manager", cls.nl)

    def tearDown(self):
        """Whatever was tried, nobody became an administrator by it."""
        for user in (self.user, self.manager):
            self.assertFalse(user.has_group("base.group_system"), user.login)
        super().tearDown()

    def texts(self, user):
        return self.as_user(user)["mail.template"]

    def test_the_right_is_not_given_along(self):
        self.assertFalse(self.manager.has_group(EDITOR))
        groups = self.env.ref("cremann_dunning.group_dunning_manager") + self.env.ref(
            "cremann_dunning.group_dunning_user"
        )
        self.assertNotIn(self.env.ref(EDITOR), groups.all_implied_ids)
        self.assertTrue(self.editor.has_group(EDITOR))

    def test_the_update_takes_it_away_from_those_who_had_it_by_us(self):
        manager, editor = self.env.ref("cremann_dunning.group_dunning_manager"), self.env.ref(EDITOR)
        manager.implied_ids = [Command.link(editor.id)]
        self.assertTrue(self.manager.has_group(EDITOR))
        self.migrate()
        self.assertFalse(self.manager.has_group(EDITOR))
        self.assertTrue(self.editor.has_group(EDITOR), "who has it by himself keeps it")
        self.assertTrue(self.admin.has_group(EDITOR))

    def migrate(self):
        path = Path(cremann_dunning.__file__).parent / "migrations" / "19.0.1.6.0" / "post-rights.py"
        runpy.run_path(str(path))["migrate"](self.env.cr, "19.0.1.5.0")
        self.env.invalidate_all()

    def test_shipped_texts_hold_to_the_list(self):
        shipped = self.env["mail.template"].search([("model", "=like", "dunning.%")])
        self.assertGreater(len(shipped), 30)
        self.assertEqual([(text.name, text.dunning_outside) for text in shipped if text.dunning_outside], [])
        self.assertFalse(shipped.filtered("dunning_let_pass"))

    def test_a_manager_writes_every_shipped_text_in_every_language(self):
        for text in self.env["mail.template"].search([("model", "=like", "dunning.%")]):
            for lang in ("en_US", "nl_NL", "fr_FR"):
                own = self.as_user(self.manager, text, lang=lang)
                own.write(
                    {
                        "subject": f"{own.subject} *",
                        "body_html": Markup("%s<p>*</p>") % own.body_html,
                        "name": f"{own.name} *",
                    }
                )
        text = self.as_user(self.manager)["mail.template"].create(
            {
                "name": "Ours",
                "model_id": self.env["ir.model"]._get_id("dunning.letter"),
                "subject": "Invoice {{ object.invoice_label }} of {{ object.company_id.name }}",
                "lang": "{{ object.lang }}",
                "body_html": "<p t-if=\"object.amount_interest and object.partner_id.country_id.code != 'BE'\">"
                '<t t-out="object.claims_html"/></p><ul><li t-foreach="object.line_ids" t-as="line">'
                '<t t-out="line.label"/> <t t-out="line.move_id.name"/></li></ul>'
                '<p><t t-out="object.level_id.name"/> <t t-out="object.regime_id.article or object.user_id.name"/></p>',
            }
        )
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_1")
        self.as_user(self.manager, level).template_id = text
        letter = self.run_for(partners=self.partner).letter_ids
        self.assertIn("Consultancy", str(letter.shown_body))
        self.assertEqual(letter.level_id, level)

    def test_what_a_manager_may_not_say(self):
        for user in (self.manager, self.user, self.internal):
            for vals in (
                {"body_html": BODY},
                {"subject": INLINE},
                {"lang": INLINE},
                {"email_to": INLINE},
                {"email_from": INLINE},
                {"email_cc": INLINE},
                {"partner_to": INLINE},
                {"reply_to": INLINE},
                {"scheduled_date": INLINE},
                {"body_html": '<t t-out="object.access_token"/>'},
                {"body_html": '<t t-out="object.company_id.user_ids"/>'},
                {"body_html": '<t t-out="object.user_id.password"/>'},
                {"body_html": '<t t-out="object.dispatch_ids"/>'},
                {"body_html": '<t t-out="object.message_ids"/>'},
                {"body_html": '<t t-out="object.partner_id.bank_ids"/>'},
                {"report_template_ids": [Command.set(self.env["ir.actions.report"].search([], limit=1).ids)]},
                {"email_layout_xmlid": "base.layout"},
                {"template_fs": "base/data/res_users_data.xml"},
                {"dunning_let_pass": "x"},
            ):
                with self.subTest(user=user.login, vals=vals), self.refused(""):
                    self.as_user(user, self.text).write(vals)
                if user == self.manager:
                    with self.subTest("create", vals=vals), self.refused(""):
                        self.create(user, **vals)

    def create(self, user, model="dunning.letter", **vals):
        vals = {"name": "Mine", "model_id": self.env["ir.model"]._get_id(model), "subject": "?", **vals}
        return self.texts(user).create(vals)

    def test_the_refusal_names_the_expression_and_what_may_be_said(self):
        with self.refused(r"may not say env\.user\. They may name fields.*object\.claims_html.*Mail Template Editor"):
            self.as_user(self.manager, self.text).body_html = '<p t-out="env.user"/>'

    def test_by_a_translation(self):
        text = self.as_user(self.manager, self.text)
        for lang in ("en_US", "nl_NL", "fr_FR"):
            with self.subTest(lang), self.refused(""):
                text.with_context(lang=lang).write({"body_html": BODY})
            with self.subTest(lang), self.refused(""):
                text.update_field_translations("body_html", {lang: BODY})
            with self.subTest(lang), self.refused(""):
                text.update_field_translations("subject", {lang: INLINE})
        text.update_field_translations("subject", {"nl_NL": "Betaal {{ object.amount_text }}"})
        self.assertEqual(self.text.with_context(lang="nl_NL").subject, "Betaal {{ object.amount_text }}")

    def test_by_importing(self):
        found = self.texts(self.manager).load(["name", "model_id/.id", "body_html"], [["I", self.letter_model(), BODY]])
        self.assertFalse(found["ids"])
        self.assertIn("may not say", found["messages"][0]["message"])
        self.assertFalse(self.env["mail.template"].search([("name", "=", "I")]))

    def letter_model(self):
        return str(self.env["ir.model"]._get_id("dunning.letter"))

    def test_by_a_default(self):
        with self.refused(""):
            texts = self.texts(self.manager).with_context(default_body_html=BODY)
            texts.create({"name": "D", "model_id": int(self.letter_model())})
        self.as_user(self.manager)["ir.default"].set("mail.template", "body_html", BODY, user_id=True)
        with self.refused(""):
            self.create(self.manager)

    def test_by_forged_keys_of_the_context(self):
        """The keys by which our own code says who wrote what are taken from nobody else."""
        text = self.as_user(self.manager, self.text, dunning_written=["body_html"], install_mode=True)
        with self.refused(""):
            text.write({"body_html": BODY})

    def test_by_the_model_of_the_text(self):
        """A text about something else that becomes one of letters, and the other way round."""
        mine = self.create(self.manager, "res.partner", body_html="<p>hello</p>")
        with self.refused(""):
            mine.write({"body_html": '<t t-out="object.amount_text"/>'})
        letters = self.create(self.manager, body_html='<t t-out="object.contact_id.name"/>')
        with self.refused(""):
            letters.write({"model_id": self.env["ir.model"]._get_id("res.partner")})
        with self.refused("The level .* uses this text"):
            self.env.ref("cremann_dunning.dunning_level_nl_business_1").template_id = letters
            letters.write({"model_id": self.env["ir.model"]._get_id("res.users"), "body_html": "<p>hello</p>"})

    def test_by_copying(self):
        self.as_user(self.editor, self.text).body_html = BODY.replace("sudo()", "browse()")
        with self.refused(""):
            self.as_user(self.manager, self.text).copy()

    def test_a_level_takes_texts_of_letters_only(self):
        other = self.create(self.manager, "res.partner", body_html="<p>hello</p>")
        level = self.as_user(self.manager, self.env.ref("cremann_dunning.dunning_level_nl_business_1"))
        for name in ("template_id", "template_informal_id"):
            with self.subTest(name), self.refused("Mine is no text of letters"):
                level[name] = other

    def test_by_the_composer(self):
        """Words typed in a window, with and without a text behind them."""
        letter = self.run_for(partners=self.partner).letter_ids
        case = letter.case_id
        for model, record in (("dunning.letter", letter), ("dunning.case", case)):
            for user in (self.user, self.manager):
                for vals in ({"body": BODY}, {"body": "?", "subject": INLINE}, {"body": "?", "lang": INLINE}):
                    values = {"model": model, "res_ids": repr(record.ids), "composition_mode": "mass_mail", **vals}
                    with self.subTest(model=model, user=user.login, vals=vals), self.refused(""):
                        self.as_user(user)["mail.compose.message"].create(values)._action_send_mail()

    def plant(self, text=None):
        """An attack that stands in the database since before the list was there."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_template SET body_html = jsonb_build_object('en_US', %s::text) WHERE id = %s",
            [BODY, (text or self.text).id],
        )
        self.env.invalidate_all()

    def test_what_was_planted_before_never_runs(self):
        """Neither for the daily job, nor for whoever looks at the draft, the preview or the composer."""
        letter = self.run_for(partners=self.partner).letter_ids
        self.assertEqual(letter._letter_text(), self.text)
        self.plant()
        self.assertIn("cannot be filled in", str(letter.shown_body))
        for user in (self.user, self.manager, self.admin):
            self.assertIn("cannot be filled in", str(self.as_user(user, letter).shown_body))
            with self.subTest(user.login), self.refused("may not say"):
                self.as_user(user, self.text)._render_field("body_html", letter.ids)
            with self.subTest(user.login), self.refused(""):
                self.as_user(user)["mail.compose.message"].create(
                    {
                        "model": "dunning.letter",
                        "res_ids": repr(letter.ids),
                        "template_id": self.text.id,
                        "composition_mode": "mass_mail",
                    }
                )._action_send_mail()
        self.run_for(partners=self.partner).action_confirm()
        self.assertEqual(self.text.dunning_outside, ATTACK)
        self.migrate()
        self.assertEqual(self.text.dunning_outside, ATTACK, "the update trusts nothing because it is there")

    def test_another_change_by_an_administrator_lets_nothing_pass(self):
        self.plant()
        self.as_user(self.admin, self.text).write({"name": "Another name", "subject": "Pay"})
        self.assertEqual(self.text.dunning_outside, ATTACK)

    def test_an_editor_writes_more(self):
        letter = self.run_for(partners=self.partner).letter_ids
        more = '<p><t t-out="object.partner_id.name.upper()"/></p>'
        for user in (self.editor, self.admin):
            self.as_user(user, self.text).body_html = more
            self.assertFalse(self.text.dunning_outside)
            letter.invalidate_recordset(["shown_body"])
            self.assertIn("BAKKERIJ JANSEN", str(self.as_user(self.user, letter).shown_body))
        own = self.as_user(self.manager, self.text, lang="nl_NL")
        own.body_html = "<p>Betaal <t t-out='object.amount_text'/></p>"  # another language than the editor's
        own.with_context(lang="en_US").subject = "Pay"
        self.assertFalse(self.text.dunning_outside)
        with self.refused(""):
            own.with_context(lang="en_US").body_html = more.replace("upper", "lower")

    def test_an_editor_lets_a_text_pass(self):
        self.env.cr.execute(
            "UPDATE mail_template SET body_html = jsonb_build_object('en_US', %s::text) WHERE id = %s",
            ['<p><t t-out="object.partner_id.name.upper()"/></p>', self.text.id],
        )
        self.env.invalidate_all()
        for user in (self.manager, self.user):
            with self.refused(""):
                self.as_user(user, self.text).action_dunning_let_pass()
        self.assertTrue(self.text.dunning_outside)
        self.as_user(self.editor, self.text).action_dunning_let_pass()
        self.text.invalidate_recordset()
        self.assertFalse(self.text.dunning_outside)
        self.plant()
        self.assertTrue(self.text.dunning_outside, "these words were not looked at")

    def test_a_manager_brings_back_what_we_shipped_and_nothing_else(self):
        shipped = self.text.body_html
        self.as_user(self.manager, self.text).body_html = "<p>Pay.</p>"
        self.as_user(self.manager, self.text).reset_template()
        self.assertEqual(str(self.text.body_html).split(), str(shipped).split())
        with self.refused(""):
            self.as_user(self.user, self.text).reset_template()
        other = self.env["mail.template"].search([("template_fs", "!=", False), ("model", "=", "res.users")], limit=1)
        self.assertTrue(other)
        with self.refused(""):
            self.as_user(self.manager, other).reset_template()

    def test_texts_of_other_modules_are_not_theirs(self):
        other = self.env["mail.template"].search([("model", "not like", "dunning"), ("model", "!=", False)], limit=1)
        with self.refused(""):
            self.as_user(self.manager, other).write({"subject": "Mine"})
