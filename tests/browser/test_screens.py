"""The screens in a real Chromium, as a bookkeeper sees them: they open, show what they should and break nothing."""

from odoo.tests import HttpCase, tagged

from ..common import DunningCase
from .screen_case import ScreenMixin


@tagged("post_install", "-at_install")
class TestScreens(ScreenMixin, DunningCase, HttpCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.lang = "nl_NL"
        partner = cls.debtor("Bakkerij Jansen")
        cls.move = cls.invoice(partner, 1210, due=5)
        cls.run_record = cls.run_for(partners=partner)

    def test_worklist_to_case_to_proposal(self):
        self.see(
            "/odoo/action-cremann_dunning.dunning_case_action_worklist",
            """
            (await find(".o_data_row .o_data_cell", "Bakkerij Jansen")).click();
            await find(".o_form_view", "Bakkerij Jansen");
            await find(".o_statusbar_buttons button[name=action_propose]");
            await find(".o_field_x2many_list .o_data_row", "1.210,00");
            """,
        )

    def test_story_says_at_once_what_was_done(self):
        """A button on the form, and the run that it belongs to; no page is loaded anew."""
        case = self.env["dunning.case"].search([("partner_id", "=", self.move.partner_id.id)])
        self.see(
            f"/odoo/action-cremann_dunning.dunning_case_action_worklist/{case.id}",
            """
            (await find(".o_notebook .nav-link", "Verloop")).click();
            await find(".o_dunning_story");
            (await find(".o_statusbar_buttons button[name=action_hold]")).click();
            const reason = await find(".modal div[name=reason] input, .modal div[name=reason] textarea");
            reason.value = "In overleg";
            reason.dispatchEvent(new Event("input", { bubbles: true }));
            reason.dispatchEvent(new Event("change", { bubbles: true }));
            (await find(".modal footer button[name=action_hold]")).click();
            await find(".o_dunning_story_line", "Gepauzeerd.");
            (await find(".o_statusbar_buttons button[name=action_release]")).click();
            await find(".o_dunning_story_line", "De pauze is beëindigd.");
            """,
        )

    def test_story_of_a_run(self):
        self.see(
            f"/odoo/action-cremann_dunning.dunning_run_action/{self.run_record.id}",
            """
            (await find(".o_notebook .nav-link", "Verloop")).click();
            await find(".o_dunning_story_line", "is voorgesteld");
            """,
        )

    def test_run_with_its_letter(self):
        self.see(
            f"/odoo/action-cremann_dunning.dunning_run_action/{self.run_record.id}",
            """
            await find(".o_statusbar_buttons button[name=action_ask_confirm]");
            (await find(".o_field_x2many_list .o_data_row .o_data_cell", "Bakkerij Jansen")).click();
            await find(".o_form_view, .modal", "Bakkerij Jansen");
            """,
        )

    def test_letter_shows_its_words(self):
        letter = self.run_record.letter_ids
        self.see(
            f"/odoo/action-cremann_dunning.dunning_letter_action/{letter.id}",
            f"""await find(".o_dunning_letter", "{self.move.name}");""",
        )

    def test_invoice_list_shows_level_and_next_step(self):
        self.see(
            "/odoo/action-account.action_move_out_invoice_type",
            f"""
            await find("th[data-name=dunning_next_level_id]");
            (await find(".o_data_row .o_data_cell", "{self.move.name}")).click();
            await find(".o_form_view button[name=action_dunning_next_letter]");
            """,
        )

    def test_procedures(self):
        self.see("/odoo/action-cremann_dunning.dunning_procedure_action", "await find('.o_data_row');")
