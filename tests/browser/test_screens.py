"""The screens in a real Chromium, as a bookkeeper sees them: they open, show what they should and break nothing."""

import shutil
import unittest

from odoo.tests import HttpCase, tagged

from ..common import DunningCase

WAIT = """
const deadline = Date.now() + 20000;
async function find(selector, words) {
    while (Date.now() < deadline) {
        for (const node of document.querySelectorAll(selector)) {
            if (!words || node.textContent.includes(words)) return node;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`not on the screen: ${selector} ${words || ""}`);
}
"""


@tagged("post_install", "-at_install")
class TestScreens(DunningCase, HttpCase):
    without_pdf = True
    freeze_time = None  # the browser's clock is the machine's

    @classmethod
    def setUpClass(cls):
        if not shutil.which("chromium") and not shutil.which("google-chrome"):
            raise unittest.SkipTest("no Chromium on this machine")
        super().setUpClass()
        cls.user.lang = "nl_NL"
        partner = cls.debtor("Bakkerij Jansen")
        cls.move = cls.invoice(partner, 1210, due=5)
        cls.run_record = cls.run_for(partners=partner)

    def see(self, path, steps):
        """Open a page as the bookkeeper and run these steps; any error in the console fails."""
        code = f"{WAIT}\n(async () => {{ {steps} console.log('test successful'); }})().catch((e) => console.error(e));"
        ready = "!!document.querySelector('.o_action_manager .o_view_controller')"
        self.browser_js(path, code, ready, login=self.user.login)

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

    def test_run_with_its_letter(self):
        self.see(
            f"/odoo/action-cremann_dunning.dunning_run_action/{self.run_record.id}",
            """
            await find(".o_statusbar_buttons button[name=action_confirm]");
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
