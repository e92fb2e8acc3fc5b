"""The morning of each user in a real Chromium, with only his rights, in Dutch, clicks counted: the bookkeeper, the
owner of a small firm, the accountant with two companies, the manager."""

from odoo.tests import HttpCase, tagged

from .morning_case import MorningCase


@tagged("post_install", "-at_install")
class TestBookkeeper(MorningCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proposed = cls.run_for()
        cls.case = cls.env["dunning.case"]._for_partners(cls.partner, cls.nl)

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
class TestOwner(MorningCase, HttpCase):
    """It runs by itself, and tells him what it did and why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        procedure = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")
        procedure.write({"send_saturday": True, "send_sunday": True, "skip_holidays": False})
        cls.nl.write({"dunning_automatic": True, "dunning_send_hour": 0, "dunning_bank_max_days": 0})
        cls.env["dunning.daily.job"]._work()

    def test_what_went_by_itself_and_why(self):
        run = self.env["dunning.run"].search([("company_id", "=", self.nl.id), ("automatic", "=", True)])
        self.assertEqual((run.state, run.letter_ids.partner_id), ("done", self.partner))
        self.walk(
            "/odoo",
            f"""
            await click(".o_dunning_systray");
            await find(".o_dunning_today", "vanzelf gemaakt");
            await find(".o_dunning_attention", "Er is geen bruikbaar adres");
            await click(".o_dunning_today a", "{run.with_context(lang="nl_NL").name}");
            await find(".o_field_x2many_list .o_data_row", "Bakkerij Jansen");
            await click(".oe_stat_button[name=action_open_decisions]");
            await find(".o_list_view .o_data_row", "Bakkerij Jansen");
            await find(".o_list_view .o_data_row", "Er is geen bruikbaar adres");
            """,
            3,
        )


@tagged("post_install", "-at_install")
class TestAccountant(MorningCase, HttpCase):
    """Two companies in his browser, and a third one in the database that he does not work for."""

    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group_user.lang = "nl_NL"
        third = cls.env.ref("base.main_company")
        cls.env.user.company_ids += third
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": (cls.nl + cls.be + third).ids})
        cls.peeters, cls.strange = cls.debtor("Slagerij Peeters"), cls.debtor("Vreemde Klant")
        cls.invoice(cls.peeters, 700, due=30, company=cls.be)
        cls.invoice(cls.strange, 90, due=30, company=third)
        cls.env["dunning.case"]._for_partners(cls.strange, third, create=True)
        for company in (cls.nl, cls.be):
            cls.env["dunning.case"]._for_partners(cls.partner + cls.peeters, company, create=True)

    def test_proposes_in_each_company_apart(self):
        propose = """
            await tick(".o_data_row:has(.o_data_cell[data-tooltip='%s']) .o_list_record_selector input");
            await click(".o_control_panel button[name=action_propose]");
            await find(".o_form_view .o_field_x2many_list .o_data_row", "%s");
            await find(".o_form_view div[name=company_id]", "%s");
        """
        first, second = (
            propose % (name, name, company)
            for name, company in (("Bakkerij Jansen", "Holland"), ("Slagerij Peeters", "België"))
        )
        self.walk(
            "/odoo/dunning-today",
            f"""
            // a list that is drawn once more forgets what was ticked in it
            async function tick(row) {{
                clicks++;
                while (!document.querySelector(".o_control_panel button[name=action_propose]")) {{
                    (await find(row)).click();
                    await new Promise((resolve) => setTimeout(resolve, 600));
                }}
            }}
            const companies = [...(await find(".o_dunning_today select")).options].map((one) => one.textContent);
            if (companies.length !== 2) throw new Error(companies);
            await click(".o_dunning_today header button");
            await find(".o_list_view .o_data_row", "Slagerij Peeters");
            await find(".o_list_view .o_data_row", "Bakkerij Jansen");
            if (document.body.textContent.includes("Vreemde Klant")) throw new Error("of a company that is not his");
            {first}
            await click(".breadcrumb-item a, .o_back_button", "Werklijst");
            {second}
            """,
            7,
            user=self.group_user,
            cookies={"cids": f"{self.nl.id}-{self.be.id}"},
        )
        runs = self.env["dunning.run"].search([("user_id", "=", self.group_user.id)], order="id")
        self.assertEqual([(run.company_id, run.partner_ids) for run in runs], [
            (self.nl, self.partner), (self.be, self.peeters),
        ])  # fmt: skip
        self.assertEqual(runs.letter_ids.mapped("state"), ["draft", "draft"])


@tagged("post_install", "-at_install")
class TestManager(MorningCase, HttpCase):
    """Tunes the steps and the words, is told what is wrong, and reads what was done."""

    def test_waiting_days_of_a_level(self):
        """Days to pay that name no day are refused when they are saved; what was changed stands in the record."""
        level = self.env.ref("cremann_dunning.dunning_level_nl_business_2")
        self.walk(
            f"/odoo/action-cremann_dunning.dunning_procedure_action/{level.procedure_id.id}",
            """
            async function tune(days, term) {
                await click("div[name=level_ids] .o_data_row:nth-child(2) .o_data_cell");
                await fill("div[name=delay_days] input", days);
                await fill("div[name=payment_term_days] input", term);
                await click(".modal footer .o_form_button_save");
                await gone(".modal");
                await click(".o_form_button_save");
            }
            await tune("10", "0");
            await click(".modal:has(.modal-body) footer button", "Sluiten");
            await gone(".modal");
            await tune("10", "7");
            await gone(".o_form_button_save:not(.invisible *)");
            await click("[data-menu-xmlid='cremann_dunning.dunning_menu_more']");
            await click("[data-menu-xmlid='cremann_dunning.dunning_menu_events']");
            await find(".o_list_view .o_data_row", "Tweede herinnering");
            """,
            9,
            user=self.manager,
        )
        self.assertEqual((level.delay_days, level.payment_term_days), (10, 7))

    def test_words_of_a_text(self):
        """What a letter may not say is refused, with what it may say."""
        text = self.env.ref("cremann_dunning.mail_template_reminder")
        self.walk(
            f"/odoo/action-cremann_dunning.dunning_text_action/{text.id}",
            """
            const subject = "div[name=subject] input, div[name=subject] textarea";
            await fill(subject, "Nog open: {{ object.create_uid.password }}");
            await click(".o_form_button_save");
            await find(".modal", "mogen object.create_uid.password niet zeggen");
            await click(".modal footer button");
            await gone(".modal");
            await fill(subject, "Nog open bij {{ object.company_id.name }}");
            await click(".o_form_button_save");
            await gone(".o_form_button_save:not(.invisible *)");
            """,
            3,
            user=self.manager,
        )
        self.assertEqual(text.with_context(lang="nl_NL").subject, "Nog open bij {{ object.company_id.name }}")
