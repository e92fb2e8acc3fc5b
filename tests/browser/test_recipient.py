"""Who gets the letters, on the screens of a real Chromium: the contact, the case, the level and the letter."""

from odoo import Command
from odoo.tests import HttpCase, tagged

from ..common import MANAGER, DunningCase
from .screen_case import ScreenMixin


@tagged("post_install", "-at_install")
class TestRecipient(ScreenMixin, DunningCase, HttpCase):
    without_pdf = True
    browser_size = "1400x1100"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.group_ids += cls.env.ref("base.group_partner_manager") + cls.env.ref(MANAGER)
        cls.user.lang = "en_US"
        cls.partner = cls.debtor("Bakkerij Jansen", email=False)
        for name, role in (("Jan Smit", "reminder"), ("Piet Boss", "escalation")):
            email = f"{name[:3].lower()}@debtor.example.com"
            vals = {"parent_id": cls.partner.id, "name": name, "dunning_role": role, "email": email}
            cls.env["res.partner"].create(vals)
        cls.invoice(cls.partner, 1210, due=5)
        cls.level = cls.env.ref("cremann_dunning.dunning_level_nl_business_1")
        lines = [("registered", "fallback"), ("sms", "also")]
        cls.level.write(
            {
                "copy_to": "escalation",
                "channel_ids": [Command.create({"channel": channel, "use": use}) for channel, use in lines],
            }
        )
        cls.letter = cls.run_for(partners=cls.partner).letter_ids

    def test_case(self):
        case = self.letter.case_id
        self.see(
            f"/odoo/action-cremann_dunning.dunning_case_action/{case.id}",
            "await find('.o_field_widget[name=recipient]', 'Jan Smit (E-mail). The reminder contact');",
        )

    def test_letter(self):
        self.see(
            f"/odoo/action-cremann_dunning.dunning_letter_action/{self.letter.id}",
            """
            await find(".o_field_widget[name=contact_reason]", "The reminder contact of the debtor.");
            await find(".o_field_widget[name=copy_partner_id]", "Piet Boss");
            """,
        )

    def test_level(self):
        self.see(
            f"/odoo/action-cremann_dunning.dunning_procedure_action/{self.level.procedure_id.id}",
            """
            (await find(".o_field_x2many_list .o_data_row .o_data_cell", "Reminder")).click();
            (await find(".modal .nav-link", "Other channels")).click();
            await find(".modal .o_field_widget[name=channel_ids] .o_data_row", "Registered letter");
            await find(".modal .o_field_widget[name=copy_to]");
            """,
        )

    def test_contacts_of_the_debtor(self):
        self.see(
            f"/odoo/res.partner/{self.partner.id}",
            """
            (await find(".o_kanban_record", "Jan Smit")).click();
            await find(".modal .o_field_widget[name=dunning_role]");
            """,
        )

    def test_invoicing_tab_of_the_debtor(self):
        self.see(
            f"/odoo/res.partner/{self.partner.id}",
            """
            (await find(".nav-link", "Invoicing")).click();
            await find(".o_field_widget[name=dunning_recipient]", "Jan Smit (E-mail)");
            """,
        )
