"""Erasing what is held about a debtor, as a manager does it on the case."""

from odoo.tests import HttpCase, tagged

from ..common import DunningCase
from .screen_case import ScreenMixin


@tagged("post_install", "-at_install")
class TestErasureScreen(ScreenMixin, DunningCase, HttpCase):
    without_pdf = True
    browser_size = "1400x1100"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.lang = "nl_NL"
        cls.partner = cls.debtor("Jan de Vries")  # a firm: to persons nothing leaves at night
        cls.move = cls.invoice(cls.partner, 40, due=5)
        cls.send_level(partners=cls.partner)
        cls.env["dunning.delivery"]._after_sending(cls.nl)
        cls.case = cls.env["dunning.case"].search([("partner_id", "=", cls.partner.id)])

    def open_window(self, steps, picture):
        self.see(
            f"/odoo/action-cremann_dunning.dunning_case_action/{self.case.id}",
            """
            (await find(".o_cp_action_menus button", "")).click();
            (await find(".o-dropdown-item, .dropdown-item", "Persoonsgegevens wissen")).click();
            await find(".modal .o_form_view", "jandevries@debtor.example.com");
            """
            + steps,
            user=self.manager,
            picture=picture,
        )

    def test_refused(self):
        self.open_window(
            """
            await find(".modal .alert-warning", "Facturen, credits of betalingen: 1");
            if (document.querySelector(".modal button[name=action_erase]")) throw new Error("it could be erased");
            """,
            "erasure_refused",
        )

    def test_erased(self):
        self.pay(self.move)
        self.open_window(
            """
            await find(".modal .o_form_view", "Brieven met hun pdf (1)");
            await new Promise((resolve) => setTimeout(resolve, 500));
            """,
            "erasure",
        )
