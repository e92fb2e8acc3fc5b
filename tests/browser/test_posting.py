"""Printing and posting in a real Chromium: from the run through the window to the proof on the letter."""

from odoo import Command
from odoo.tests import HttpCase, tagged

from ..common import DunningCase
from .screen_case import ScreenMixin


@tagged("post_install", "-at_install")
class TestPosting(ScreenMixin, DunningCase, HttpCase):
    without_pdf = True
    browser_size = "1400x1100"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dunning.level"].search([]).channel = "registered"
        cls.user.lang = "en_US"
        partners = cls.env["res.partner"]
        for name in ("Bakkerij Jansen", "Kaas en Zo", "De Fietser"):
            partners += cls.debtor(name, phone="06 12345678")
        cls.invoices(partners, 1210, due=5)
        cls.run_record = cls.run_for(partners=partners)
        cls.letters = cls.confirm(cls.run_record)

    def test_run_to_posting(self):
        self.see(
            f"/odoo/action-cremann_dunning.dunning_run_action/{self.run_record.id}",
            """
            (await find(".o_statusbar_buttons button[name=action_print_and_post]")).click();
            await find(".modal .o_data_row", "Kaas en Zo");
            await find(".modal button[name=action_post]");
            """,
        )

    def test_letter_with_its_proof(self):
        letter = self.letters[:1]
        self.env.ref("cremann_dunning.dunning_level_nl_business_1").channel_ids = [
            Command.create({"channel": channel, "use": "also"}) for channel in ("whatsapp", "call")
        ]
        self.env["dunning.posting"].sudo()._post_on(
            letter.sudo(),
            tracking={
                letter.id: {
                    "tracking_number": "3SABCD12345678",
                    "carrier_id": self.env.ref("cremann_dunning.dunning_carrier_postnl").id,
                }
            },
        )
        self.see(
            f"/odoo/action-cremann_dunning.dunning_letter_action/{letter.id}",
            """
            (await find(".o_notebook .nav-link", "Proof")).click();
            await find(".o_field_widget[name=dispatch_ids] .o_data_row", "Registered");
            (await find("button[name=action_proof]")).click();
            await find(".modal .o_field_widget[name=delivered_on]");
            """,
        )
