"""The first run in a real Chromium, in Dutch: from a company in which nothing was chosen to its first letter."""

from odoo.tests import HttpCase, tagged

from .morning_case import MorningCase


@tagged("post_install", "-at_install")
class TestFirstRun(MorningCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nl.write({"dunning_set_up_on": False, "dunning_responsible_id": False})
        cls.env.ref("base.main_company").dunning_set_up_on = "2026-11-16 09:00:00"
        cls.invoice(cls.debtor("Oud en Vergeten"), 90, due=400)
        cls.invoice(cls.debtor("Jan Onbekend", "unknown"), 75, due=40)

    def test_from_nothing_to_the_first_letter(self):
        """Opens by itself; everything is proposed, and only *live* is a choice of one's own."""
        self.walk(
            "/odoo/dunning-today",
            """
            const next = ".o_statusbar_buttons button[name=action_next]";
            const current = ".o_field_statusbar .o_arrow_button_current";
            await find(current, "Bedrijf");
            await click(next);
            await find(current, "Debiteuren");
            await find(".o_form_view", "Onbekend");
            await click(next);
            await find(current, "Banken");
            await click(next);
            await find(".o_dunning_axis .o_dunning_stop");
            await click(next);
            await find(".o_form_view", "> 90 dagen");
            await find("div[name=backlog] input[data-value=match]:checked");
            await click(next);
            await find(current, "Op papier");
            await click(next);
            await click("div[name=mode] input[data-value=live]");
            await click(".o_statusbar_buttons button[name=action_finish_and_propose]");
            await click(".o_statusbar_buttons button[name=action_ask_confirm]");
            await click(".modal footer button[name=action_confirm]");
            await find(".o_field_statusbar .o_arrow_button_current", "Bevestigd");
            """,
            10,
            user=self.manager,
        )
        self.assertEqual((self.nl.dunning_mode, self.nl.dunning_set_up_by_id), ("live", self.manager))
        letters = self.env["dunning.letter"].search([("company_id", "=", self.nl.id)])
        self.assertIn("issued", letters.mapped("state"))

    def test_others_are_told_who_does_it(self):
        self.see("/odoo/dunning-today", """await find(".o_dunning_today .alert", "nog niet ingericht");""")

    def test_in_english(self):
        """As in Dutch, for whoever reads English; nothing stays in the other language."""
        self.manager.lang = "en_US"
        self.walk(
            "/odoo/dunning-today",
            """
            const next = ".o_statusbar_buttons button[name=action_next]";
            const current = ".o_field_statusbar .o_arrow_button_current";
            for (const step of ["Company", "Debtors", "Banks", "Steps", "Old invoices", "On paper"]) {
                await find(current, step);
                await click(next);
            }
            await click("div[name=mode] input[data-value=live]");
            await click(".o_statusbar_buttons button[name=action_finish_and_propose]");
            await click(".o_statusbar_buttons button[name=action_ask_confirm]");
            await click(".modal footer button[name=action_confirm]");
            await find(".o_field_statusbar .o_arrow_button_current", "Confirmed");
            """,
            10,
            user=self.manager,
        )
        self.assertEqual(self.nl.dunning_mode, "live")
