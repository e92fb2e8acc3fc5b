"""Call mode in a real Chromium: a Dutch bookkeeper without any other right calls two debtors, one after the other."""

from odoo import Command
from odoo.tests import HttpCase, tagged

from ..common import DunningCase
from .screen_case import ScreenMixin

CHOOSE = """
const choose = async (words) => (await find("div[name=outcome] .o_selection_badge", words)).click();
const save = async () => (await find("button[name=action_save]")).click();
"""


@tagged("post_install", "-at_install")
class TestCalling(ScreenMixin, DunningCase, HttpCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.lang = "nl_NL"
        call = {"name": "Call", "legal_type": "call", "delay_days": 3, "delay_from": "due_date"}
        cls.as_user(cls.manager)["dunning.procedure"].create(
            {"name": "With a call", "company_id": cls.nl.id, "level_ids": [Command.create(call)]}
        )
        jansen, vries = cls.debtor("Bakkerij Jansen", phone="+31 30 765 43 21"), cls.debtor("Slagerij De Vries")
        cls.move, _other = cls.invoice(jansen, 1210, due=10), cls.invoice(vries, 500, due=10)
        cls.invoice(jansen, 99, due=-40)
        cls.env["res.partner"].create(
            {
                "name": "Els",
                "parent_id": jansen.id,
                "phone": "06 12 34 56 78",
                "dunning_role": "reminder",
                "email": "els@debtor.example.com",
            }
        )
        cls.run_for(partners=jansen + vries).action_cancel()

    def test_calls_one_after_the_other(self):
        self.see(
            "/odoo/action-cremann_dunning.dunning_call_action",
            CHOOSE
            + f"""
            await find("div[name=progress]", "1 van 2");
            await find("a[href='tel:+31307654321']");
            await find("div[name=phones]", "Els");
            await find("div[name=script]", "Is onze factuur aangekomen");
            await find("div[name=open_move_ids] .o_data_row", "{self.move.name}");
            await choose("Betaalt op");
            await find("div[name=follows]", "1.210,00");
            await save();
            await find("div[name=last_result]", "Bakkerij Jansen");
            await find("div[name=progress]", "2 van 2");
            await find("div[name=case_id]", "Slagerij De Vries");
            await choose("Geen gehoor");
            await find("div[name=follows]", "Poging 1.");
            await save();
            await find("h1", "Iedereen is gebeld");
            await find("div[name=line_ids] .o_data_row", "Slagerij De Vries");
            """,
        )
        contacts = self.env["dunning.contact"].search([("user_id", "=", self.user.id)], order="id")
        self.assertEqual(contacts.mapped("outcome"), ["promised", "not_reached"])
        self.assertEqual(contacts.mapped("counts_as_step"), [True, False])
        self.assertEqual(contacts[0].promise_id.amount, 1210)
