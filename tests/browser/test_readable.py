"""What axe-core finds on our screens: nothing serious, but for what is Odoo's own."""

import json

from odoo.tests import HttpCase, tagged

from .morning_case import AXE, CLICKS, MorningCase

# What Odoo's own widgets bring along, wherever they stand: rule, and the parts of which it is said.
ODOOS = {
    "aria-allowed-attr": ".o_searchview, .o_tag, .o-dropdown",
    "aria-required-parent": "[role=tab]",
    "autocomplete-valid": ".o_select_menu_input",
    "button-name": ".o_optional_columns_dropdown button",
    "color-contrast": ".o_setting_right_pane > .text-muted > *",
    "image-alt": ".o-mail-Avatar > img, .o_avatar > img",
    "label": "#boolean_checkbox, .o_list_record_selector input",
    "role-img-alt": ".o-mail-Chatter-topbar i, .o_cp_searchview i",
}
# What axe calls serious or worse on a part of the screen: rule and place of each.
SERIOUS = f"""
const odoos = {json.dumps(ODOOS)};
const found = [];
// A tab that is still fading in has the contrast of neither what was nor what will be.
async function still() {{
    const moving = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(moving.map((one) => one.finished));
}}
async function look(part, name = part) {{
    await still();
    const all = await axe.run(document.querySelector(part), {{ resultTypes: ["violations"] }});
    for (const one of all.violations.filter((one) => ["serious", "critical"].includes(one.impact))) {{
        for (const node of one.nodes) {{
            const place = document.querySelector(node.target[0]);
            if (odoos[one.id] && place.matches(odoos[one.id])) continue;
            found.push(`${{name}}: ${{one.id}}: ${{node.html.slice(0, 200)}}`);
        }}
    }}
}}
"""
OPEN = """
const action = odoo.__WOWL_DEBUG__.root.env.services.action;
for (const [name, window] of Object.entries(%s)) {
    await action.doAction(window);
    await find(".modal .o_form_view");
    await look(".modal-content", name);
    await action.doAction({ type: "ir.actions.act_window_close" });
    await gone(".modal");
}
"""


@tagged("post_install", "-at_install")
class TestReadable(MorningCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.group_ids += cls.env.ref("base.group_partner_manager")
        cls.manager.group_ids += cls.env.ref("base.group_system")
        cls.caller = cls.debtor("Slagerij De Vries", phone="+31 30 765 43 21")
        cls.unsent = cls.invoice(cls.caller, 500, due=10, sent=False)
        cls.credit(cls.caller, 20)
        cls.proposed = cls.run_for()
        cls.env_of_user = cls.as_user(cls.user)
        cls.case = cls.env_of_user["dunning.case"]._for_partners(cls.partner, cls.nl)

    def serious(self, path, steps, **options):
        """Nothing serious was found by these steps."""
        end = 'if (found.length) throw new Error(found.join(" | "));'
        self.see(path, f"{AXE}; {CLICKS} {SERIOUS} {steps} {end}", **options)

    def test_today(self):
        self.serious("/odoo/dunning-today", 'await find(".o_dunning_attention"); await look(".o_dunning_today");')

    def test_worklist(self):
        path = "/odoo/action-cremann_dunning.dunning_case_action_worklist"
        self.serious(path, 'await find(".o_data_row"); await look(".o_list_renderer");')

    def test_case(self):
        path = f"/odoo/action-cremann_dunning.dunning_case_action_worklist/{self.case.id}"
        self.serious(path, 'await find(".o_dunning_step"); await look(".o_action_manager");')

    def test_run(self):
        """With its tabs: the story, and what no letter is made of."""
        self.serious(
            f"/odoo/action-cremann_dunning.dunning_run_action/{self.proposed.id}",
            """
            await find(".o_field_x2many_list .o_data_row");
            await look(".o_action_manager", "letters");
            await click(".nav-link", "Verloop");
            await find(".o_dunning_story_line");
            await look(".o_dunning_story");
            await click(".nav-link", "Te doen");
            await find(".o_field_x2many_list .o_data_row", "Zonder Adres");
            await look(".o_notebook .tab-content", "to act on");
            """,
        )

    def test_call_mode(self):
        """Each outcome asks something else."""
        calls = self.env_of_user["dunning.call.wizard"]._for_cases(self.case)._open()
        self.serious(
            "/odoo/dunning-today",
            f"""
            await odoo.__WOWL_DEBUG__.root.env.services.action.doAction({json.dumps(calls)});
            for (const [words, field] of [
                ["Betaalt op", "promise_date"], ["Niet akkoord", "dispute_extent"], ["In termijnen", "plan_count"],
            ]) {{
                await click("div[name=outcome] .o_selection_badge", words);
                await find(`.o_dunning_call div[name=${{field}}]`);
                await look(".o_action_manager", words);
            }}
            await click(".o_form_button_cancel");
            await gone(".o_selection_badge.active");
            """,
        )

    def test_windows_that_put_something_right(self):
        env = self.env_of_user
        caller, unsent = self.caller.with_env(env), self.unsent.with_env(env)
        decisions = env["dunning.decision"].search([("partner_id", "=", self.partner.id)])
        windows = {
            "address": env["dunning.address.wizard"]._open_for(self.nl, caller),
            "ending": env["dunning.ending.wizard"]._open_for(self.case, decisions),
            "kind": env["dunning.kind.wizard"]._open_for(caller),
            "match": env["dunning.match.wizard"]._open_for(self.nl, caller),
            "procedure": env["dunning.procedure.wizard"]._open_for(self.nl, caller, unsent),
            "sent": env["dunning.sent.wizard"]._open_for(unsent),
        }
        self.serious("/odoo/dunning-today", OPEN % json.dumps(windows))

    def test_settings(self):
        self.serious(
            "/odoo/action-cremann_dunning.dunning_settings_action",
            """
            await find(".app_settings_block[data-key=cremann_dunning] .o_setting_box");
            await look(".app_settings_block[data-key=cremann_dunning]");
            """,
            user=self.manager,
        )
