"""An accountant with three firms in a real Chromium, in Dutch: what each has, and from a number to its list."""

from odoo import Command
from odoo.tests import HttpCase, tagged

from .morning_case import MorningCase


@tagged("post_install", "-at_install")
class TestAccountant(MorningCase, HttpCase):
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = cls.env["res.company"].create({"name": "Derde BV", "country_id": cls.env.ref("base.nl").id})
        cls.group_user.write({"lang": "nl_NL", "company_ids": [Command.link(cls.third.id)]})
        belgian = cls.debtor("Peeters BV", country_id=cls.env.ref("base.be").id)
        cls.invoice(belgian, 500, due=10, company=cls.be)
        cls.env["dunning.figures"]._put_away()

    def test_from_login_to_the_run_of_one_client(self):
        """Three firms below each other whatever is ticked; the run that waits opens in its own firm, and is confirmed
        there: what another firm has stays as it is."""
        run = self.run_for()
        self.walk(
            "/odoo/dunning-clients",
            """
            for (const client of ["Holland", "Derde BV"]) await find(".o_list_view .o_data_row", client);
            const rows = [...document.querySelectorAll(".o_list_view .o_data_row")];
            if (rows.length < 3) throw new Error(`${rows.length} firms`);
            const own = rows.find((row) => row.textContent.includes("Holland"));
            own.querySelector("[name=waiting_count] button, [name=waiting_count] a").click();
            clicks++;
            await click(".o_data_row .o_data_cell[name=date]");
            await click(".o_statusbar_buttons button[name=action_ask_confirm]");
            await click(".modal footer button[name=action_confirm]");
            await find(".o_field_statusbar .o_arrow_button_current", "Bevestigd");
            """,
            4,
            user=self.group_user,
        )
        self.env.invalidate_all()
        self.assertEqual(run.with_env(self.env).state, "done")
        self.assertFalse(self.env["dunning.letter"].search_count([("company_id", "=", self.be.id)]))
