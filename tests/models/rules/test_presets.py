"""Procedures from presets: sound, in the company of whoever makes them, beside what a firm has of its own."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.rules.dunning_preset_steps import PRESETS

from ...common import DunningCase


@tagged("post_install", "-at_install")
class TestPresets(DunningCase):
    without_pdf = True
    with_belgium = True

    def make(self, preset, company=None, user=None, **values):
        window = self.window(preset, company, user, **values)
        return window.env["dunning.procedure"].browse(window.action_make()["res_id"])

    def window(self, preset, company=None, user=None, **values):
        env = self.as_user(user or self.manager)
        return env["dunning.preset.wizard"].create({"preset": preset, "company_id": (company or self.nl).id, **values})

    def test_each_is_sound(self):
        """No preset makes what would stop a letter, in either country."""
        for company, user in ((self.nl, self.manager), (self.be, self.be_manager)):
            for code in PRESETS:
                procedure = self.make(code, company, user, follows=False)
                rows = self.env["dunning.soundness"]._of_steps(
                    procedure, company, "consumer" if procedure.debtor_kind == "consumer" else "business"
                )
                grave = [
                    row["sentence"] for row in rows if row["gravity"] == "stops" or "It comes on day" in row["sentence"]
                ]
                known = code.startswith("consumer") or code == "vip"  # as they ship
                self.assertEqual([s for s in grave if not (known and "It comes on day" in s)], [], (code, company.name))

    def test_steps_and_days(self):
        procedure = self.make("friendly")
        steps = [
            (level.legal_type, level.delay_days, level.delay_from) for level in procedure.level_ids.sorted("sequence")
        ]
        self.assertEqual(
            steps,
            [
                ("reminder", 3, "due_date"), ("call", 10, "due_date"), ("reminder", 14, "due_date"),
                ("notice_of_default", 21, "due_date"),
            ],
        )  # fmt: skip
        self.assertEqual(
            (procedure.company_id, procedure.debtor_kind, procedure.country_id.code), (self.nl, "business", "NL")
        )

    def test_customers_follow_it_at_once(self):
        procedure = self.make("strict")
        partner = self.debtor()
        chosen = self.env["dunning.procedure"]._chooser(self.nl)(partner.country_id.id, "business")
        self.assertEqual(chosen, procedure.id)
        other = self.env["dunning.procedure"]._chooser(self.be)(partner.country_id.id, "business")
        self.assertNotEqual(other, procedure.id)

    def test_on_top_of_a_procedure_of_its_own(self):
        """What the firm made stays, is chosen by hand only from then on, and the window says so before."""
        own = self.make("strict")
        window = self.window("friendly")
        self.assertEqual(window.replaces, own.name)
        self.assertTrue(own.automatic_choice)
        procedure = self.make("friendly")
        self.assertEqual((own.automatic_choice, procedure.automatic_choice, own.active), (False, True, True))
        self.assertFalse(self.window("friendly", follows=False).replaces)

    def test_by_hand_only(self):
        procedure = self.make("vip")
        self.assertFalse(procedure.automatic_choice)
        self.assertFalse(any(procedure.level_ids.mapped("automatic")))

    def test_shown_before_it_is_made(self):
        before = self.env["dunning.procedure"].with_context(active_test=False).search_count([])
        self.env.flush_all()
        told = self.env["dunning.event"].search_count([])
        window = self.window("public")
        self.assertIn("o_dunning_stop", window.steps_html)
        self.assertIn("Telephone call", window.steps_html)
        self.assertEqual(self.env["dunning.procedure"].with_context(active_test=False).search_count([]), before)
        self.env.flush_all()
        self.assertEqual(self.env["dunning.event"].search_count([]), told)

    def test_made_of_what_is_gone(self):
        """The shipped procedure was changed by the firm: fewer steps than the preset needs."""
        shipped = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        shipped.level_ids.sorted("sequence")[1:].write({"active": False})
        self.assertIn("fewer steps", self.window("friendly").about)
        with self.assertRaisesRegex(UserError, "fewer steps"):
            self.make("friendly")

    def test_who_may(self):
        with self.assertRaises(AccessError):
            self.window("friendly", user=self.user)
        with self.assertRaises(AccessError):
            self.window("friendly", company=self.be)
