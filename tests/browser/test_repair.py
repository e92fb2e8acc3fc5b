"""Repairs from the list of decisions in a real Chromium: one window, one button, and it says what came of it."""

from odoo.tests import HttpCase, tagged

from ..common import DunningCase
from .screen_case import ScreenMixin


@tagged("post_install", "-at_install")
class TestRepairScreens(ScreenMixin, DunningCase, HttpCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor("Bakkerij Jansen")
        cls.move = cls.invoice(cls.partner, 350, due=5)
        cls.credit(cls.partner, 400)

    def test_credit_is_matched(self):
        self.run_for(partners=self.partner)
        self.see(
            "/odoo/action-cremann_dunning.dunning_decision_action",
            """
            (await find(".o_data_row button[name=action_repair]")).click();
            await find(".modal .o_data_row", "350.00");
            (await find(".modal footer button[name=action_match]")).click();
            await find(".o_notification", "350.00");
            """,
        )
        self.env.invalidate_all()
        self.assertEqual(self.move.amount_residual, 0)
