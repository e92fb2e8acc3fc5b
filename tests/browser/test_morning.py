"""The morning of each user in a real Chromium, with only his rights, in Dutch, clicks counted; what axe-core finds."""

import json
from pathlib import Path

import axe_playwright_python

from odoo.tests import HttpCase, tagged

from ..common import DunningCase
from .screen_case import ScreenMixin

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
CLICKS = """
let clicks = 0;
async function click(selector, words) { (await find(selector, words)).click(); clicks++; }
async function fill(selector, value) {
    const field = await find(selector);
    field.value = value;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
}
function counted(most) { if (clicks > most) throw new Error(`${clicks} clicks, ${most} at most`); }
"""
# What axe calls serious or worse on a part of the screen: rule and place of each.
SERIOUS = """
const found = await axe.run(document.querySelector(%s), { resultTypes: ["violations"] });
const serious = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
const words = (one, node) => `${one.id} at ${node.target}: ${node.html.slice(0, 160)}`;
const told = serious.flatMap((one) => one.nodes.map((node) => words(one, node)));
if (told.length) throw new Error(told.join(" | "));
"""


class MorningCase(ScreenMixin, DunningCase, HttpCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.user + cls.manager).lang = "nl_NL"
        cls.partner = cls.debtor("Bakkerij Jansen")
        cls.move = cls.invoice(cls.partner, 1210, due=5)
        cls.lost = cls.debtor("Zonder Adres", email=False, street=False, zip=False, city=False)
        cls.invoice(cls.lost, 400, due=9)
        cls.proposed = cls.run_for()
        cls.case = cls.env["dunning.case"]._for_partners(cls.partner, cls.nl)

    def walk(self, path, steps, most, **options):
        """These steps, with so many clicks at most."""
        self.see(path, f"{CLICKS} {steps} counted({most});", **options)


@tagged("post_install", "-at_install")
class TestMorning(MorningCase):
    def test_attention_is_one_click_from_the_login(self):
        self.walk(
            "/odoo",
            """
            await click(".o_dunning_systray");
            await find(".o_dunning_attention", "Zonder Adres");
            await find(".o_dunning_attention button", "adres");
            """,
            1,
        )

    def test_run_of_today_reviewed_and_confirmed(self):
        name = self.as_user(self.user, self.proposed).with_context(lang="nl_NL").name
        self.walk(
            "/odoo/dunning-today",
            f"""
            await click(".o_dunning_today a", "{name}");
            await find(".o_field_x2many_list .o_data_row", "Bakkerij Jansen");
            await click(".o_statusbar_buttons button[name=action_ask_confirm]");
            await click(".modal footer button[name=action_confirm]");
            await find(".o_field_statusbar .o_arrow_button_current", "Bevestigd");
            """,
            4,
        )
        self.assertEqual(self.proposed.letter_ids.state, "issued")

    def test_promise_from_the_worklist(self):
        self.walk(
            "/odoo/action-cremann_dunning.dunning_case_action_worklist",
            """
            await click(".o_data_row button[name=action_new_promise]");
            await click(".modal footer button.o_form_button_save");
            await find(".o_list_view:not(.modal *) .o_data_row .badge", "Toegezegd");
            """,
            3,
        )
        self.assertEqual(self.case.promise_ids.amount, 1210)

    def test_half_an_invoice_disputed(self):
        self.walk(
            f"/odoo/action-cremann_dunning.dunning_case_action_worklist/{self.case.id}",
            """
            await click(".o_statusbar_buttons button[name=action_new_dispute]");
            await click(".modal div[name=reason] input[data-value=price]");
            await click(".modal div[name=extent] input[data-value=part]");
            await fill(".modal div[name=amount] input", "605");
            await click(".modal footer button.o_form_button_save");
            await find(".oe_stat_button", "etwist");
            """,
            4,
        )
        self.assertEqual(self.case.dispute_ids.amount, 605)

    def test_why_an_invoice_got_no_letter(self):
        self.walk(
            "/odoo/action-account.action_move_out_invoice_type",
            """
            await click(".o_data_row .o_data_cell", "Zonder Adres");
            await find(".o_form_view", "Er is geen bruikbaar adres");
            """,
            2,
        )

    def test_board_refuses_and_says_what_is_missing(self):
        """The order holds on the board as well: dragging is a write like any other."""
        self.walk(
            "/odoo/action-cremann_dunning.dunning_case_action?view_type=kanban",
            f"""
            const args = [[{self.case.id}], {{ phase: "notice" }}, {{ phase: {{}} }}];
            const kwargs = {{ context: {{ lang: "nl_NL" }} }};
            const params = {{ model: "dunning.case", method: "web_save", args, kwargs }};
            const answer = await fetch("/web/dataset/call_kw/dunning.case/web_save", {{
                method: "POST", headers: {{ "Content-Type": "application/json" }}, body: JSON.stringify({{ params }}),
            }});
            const said = (await answer.json()).error.data.message;
            if (!said.includes("Herinnering")) throw new Error(said);
            await find(".o_kanban_group", "Nog niets verstuurd");
            """,
            0,
        )


@tagged("post_install", "-at_install")
class TestReadable(MorningCase):
    def serious(self, path, part, ready, **options):
        steps = f"{AXE}; await find({json.dumps(ready)}); {SERIOUS % json.dumps(part)}"
        self.see(path, steps, **options)

    def test_today(self):
        self.serious("/odoo/dunning-today", ".o_dunning_today", ".o_dunning_attention")

    def test_what_is_ours_on_the_worklist(self):
        for part in (".o_dunning_priority", ".o_field_dunning_signals"):
            self.serious("/odoo/action-cremann_dunning.dunning_case_action_worklist", part, part)

    def test_what_is_ours_on_a_case(self):
        path = f"/odoo/action-cremann_dunning.dunning_case_action_worklist/{self.case.id}"
        self.serious(path, ".o_field_dunning_ladder", ".o_dunning_step")

    def test_story(self):
        path = f"/odoo/action-cremann_dunning.dunning_run_action/{self.proposed.id}"
        steps = f"{AXE}; (await find('.nav-link', 'Verloop')).click(); await find('.o_dunning_story_line');"
        self.see(path, steps + SERIOUS % json.dumps(".o_dunning_story"))
