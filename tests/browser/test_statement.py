"""The statement of account from the case, in a real Chromium: the window opens and shows what it should."""

from odoo.tests import HttpCase, tagged

from ..common import DunningCase
from .screen_case import ScreenMixin


@tagged("post_install", "-at_install")
class TestStatementScreens(ScreenMixin, DunningCase, HttpCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partner = cls.debtor("Bakkerij Jansen")
        cls.invoice(partner, 1210, due=5)
        cls.run_for(partners=partner)
        cls.case = cls.env["dunning.case"]._for_partners(partner, cls.nl)

    def test_window_from_the_case(self):
        self.see(
            f"/odoo/action-cremann_dunning.dunning_case_action/{self.case.id}",
            """
            (await find(".o_statusbar_buttons button[name=action_statement]")).click();
            await find(".modal .o_field_many2many_tags", "Bakkerij Jansen");
            await find(".modal button[name=action_download]");
            await find(".modal button[name=action_mail]");
            """,
        )

    def test_period_asks_its_first_day(self):
        self.see(
            f"/odoo/action-cremann_dunning.dunning_case_action/{self.case.id}",
            """
            (await find(".o_statusbar_buttons button[name=action_statement]")).click();
            (await find(".modal input[data-value=period]")).click();
            await find(".modal .o_field_widget[name=since]");
            (await find(".modal footer button", "Discard")).click();
            while (document.querySelector(".modal")) await new Promise((resolve) => setTimeout(resolve, 50));
            """,
        )
