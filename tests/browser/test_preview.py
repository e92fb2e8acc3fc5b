"""The preview in a real Chromium: the printed document on the left, the traffic light on the right."""

from markupsafe import Markup

from odoo.tests import HttpCase, tagged

from ..letters.test_pdf import PdfCase
from .screen_case import ScreenMixin

THREAT = Markup("<p>Otherwise we go to COURT TOMORROW.</p>")


@tagged("post_install", "-at_install")
class TestPreviewScreen(ScreenMixin, PdfCase, HttpCase):
    patience = 80_000  # printing and drawing documents takes its time on a busy machine
    browser_size = "1600x1000"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.debtor("Bakkerij Jansen", ref="K-1042") + cls.debtor("Slagerij De Vries")
        cls.moves = cls.invoices(partners, 1210, due=5, label="Repair of the oven")
        text = cls.env.ref("cremann_dunning.mail_template_reminder")
        text.body_html = text.body_html.replace("</div>", THREAT + Markup("</div>"))
        cls.run_record = cls.run_for(partners=partners)

    def see(self, path, steps, user, picture):
        super().see(path, steps, user, picture, timeout=120, error_checker=self.is_ours)

    @staticmethod
    def is_ours(message):
        """Whether an error has to do with us: Odoo's chat may lose its server while a document is printed."""
        return "ConnectionLostError" not in message or "dunning" in message

    DOCUMENT = """
    async function quiet() {  // the screen's own requests are in; a printing server would keep them waiting
        let before = -1;
        for (;;) {
            const count = performance.getEntriesByType("resource").length;
            if (count === before) return;
            before = count;
            await new Promise((resolve) => setTimeout(resolve, 1500));
        }
    }
    async function page() {
        while (Date.now() < deadline) {
            const frame = document.querySelector(".o_field_dunning_pdf iframe");
            const layer = frame?.contentDocument?.querySelector(".textLayer");
            if (layer && layer.textContent.length > 50) return layer.textContent;
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error("the document is not on the screen");
    }
    function expect(text, words) { if (!text.includes(words)) throw new Error(`no ${words} in: ${text}`); }
    """

    def test_from_the_run_through_its_letters(self):
        first, second = self.run_record.letter_ids
        self.see(
            f"/odoo/action-cremann_dunning.dunning_run_action/{self.run_record.id}",
            f"""{self.DOCUMENT}
            await quiet();
            (await find(".o_field_x2many_list .o_data_row button[name=action_preview]")).click();
            await find(".o_dunning_preview", "{first.partner_id.name}");
            expect(await page(), "{first.partner_id.name}");
            expect(await page(), "DRAFT, not sent");
            await find(".o_dunning_finding .fa-times-circle.text-danger");
            await find(".o_dunning_finding", "COURT");
            await find(".o_dunning_finding .fa-exclamation-circle.text-warning");
            await find(".o_dunning_point", "Next step possible");
            if (document.querySelector("button[name=action_override]")) throw new Error("a user overrides");
            (await find("button[name=action_next]")).click();
            await find(".o_dunning_preview", "2 of 2");
            await find(".o_dunning_term");
            let text = "";
            while (!text.includes("{second.partner_id.name}")) {{
                if (Date.now() > deadline) throw new Error("still the other document");
                text = await page();
            }}
            """,
            self.user,
            "preview_red",
        )

    KEYS = """
    async function press(key, target) {  // as a person does: on whatever has the focus, of whichever document
        const press = { key, code: `Key${key.toUpperCase()}`, altKey: true, bubbles: true, cancelable: true };
        target.dispatchEvent(new target.ownerDocument.defaultView.KeyboardEvent("keydown", press));
        target.dispatchEvent(new target.ownerDocument.defaultView.KeyboardEvent("keyup", press));
    }
    async function other(words) {
        while (!(await page()).includes(words)) {
            if (Date.now() > deadline) throw new Error(`not on the document: ${words}`);
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    }
    function inDocument() { return document.querySelector(".o_field_dunning_pdf iframe").contentDocument; }
    """

    def test_keys(self):
        """The keys that the screen names do what it says, wherever the focus is: on screen, in a field, in the PDF."""
        first, second = self.run_record.letter_ids
        self.see(
            f"/odoo/action-cremann_dunning.dunning_run_action/{self.run_record.id}",
            f"""{self.DOCUMENT}{self.KEYS}
            await quiet();
            (await find(".o_field_x2many_list .o_data_row button[name=action_preview]")).click();
            await find(".o_dunning_preview", "1 of 2");
            await other("{first.partner_id.name}");
            expect((await find(".o_dunning_keys")).innerText, "Alt+N");
            const keys = document.querySelector(".o_dunning_keys").innerText;
            if (keys.includes("Alt+P")) throw new Error("no letter before");
            await press("n", document.body);
            await find(".o_dunning_preview", "2 of 2");
            await other("{second.partner_id.name}");
            expect((await find(".o_dunning_keys")).innerText, "Alt+P");
            await press("p", inDocument().body);
            await find(".o_dunning_preview", "1 of 2");
            await other("{first.partner_id.name}");
            const search = inDocument().querySelector("#findInput");
            search.focus();
            await press("n", search);
            await find(".o_dunning_preview", "2 of 2");
            await other("{second.partner_id.name}");
            const field = document.body.appendChild(document.createElement("input"));
            field.focus();
            await press("p", field);
            await find(".o_dunning_preview", "1 of 2");
            field.remove();
            await other("{first.partner_id.name}");
            const all = () => performance.getEntriesByType("resource");
            const calls = () => all().filter((r) => r.name.includes("action_refresh"));
            const asked = calls().length;
            await press("r", document.body);
            for (;;) {{
                if (calls().length > asked) break;
                if (Date.now() > deadline) throw new Error("it was not checked again");
                await new Promise((resolve) => setTimeout(resolve, 100));
            }}
            await find(".o_dunning_preview", "1 of 2");
            await quiet();
            """,
            self.user,
            "preview_keys",
        )

    def test_level_in_two_windows(self):
        """The words of a level in a language, what it asks in sight, and a letter of that level."""
        level = self.env.ref("cremann_dunning.dunning_procedure_nl_business").level_ids[1]
        text = level.template_id.with_context(lang="nl_NL")
        self.see(
            f"/odoo/action-cremann_dunning.dunning_procedure_action/{level.procedure_id.id}",
            f"""{self.DOCUMENT}
            (await find(".o_data_row td[name=name]", "{level.name}")).click();
            await find(".modal .o_field_widget[name=text_body] .odoo-editor-editable");
            for (const name of ["costs", "charge_interest"]) {{
                const box = (await find(`.modal .o_field_widget[name=${{name}}]`)).getBoundingClientRect();
                if (box.bottom > 800) throw new Error(`${{name}} is out of sight`);
            }}
            (await find(".modal .o_field_widget[name=text_lang] .o_selection_badge", "Dutch")).click();
            const subject = await find(".modal .o_field_widget[name=text_subject] input");
            while (!subject.value.startsWith({text.subject[:12]!r})) {{
                if (Date.now() > deadline) throw new Error(`still ${{subject.value}}`);
                await new Promise((resolve) => setTimeout(resolve, 100));
            }}
            subject.value = "Tweede keer";
            subject.dispatchEvent(new Event("input", {{ bubbles: true }}));
            subject.dispatchEvent(new Event("change", {{ bubbles: true }}));
            await find(".modal .o_dunning_beside h5", "Tweede keer");
            const editable = await find(".modal .o_field_widget[name=text_body] .odoo-editor-editable");
            const line = editable.querySelector("p");
            editable.focus();
            document.getSelection().setBaseAndExtent(line, 0, line, 0);
            document.execCommand("insertText", false, "Even kort dan. ");
            await find(".modal .o_dunning_beside .o_dunning_letter", "Even kort dan. ");  // while it is typed
            if (document.activeElement !== editable) throw new Error("whoever types loses his place");
            await quiet();
            (await find(".modal button[name=action_preview]")).click();
            expect(await page(), "Tweede keer");
            expect(await page(), "Even kort dan.");
            expect(await page(), "Voorbeelddebiteur");
            """,
            self.manager,
            "preview_level",
        )
        text.invalidate_recordset()
        self.assertEqual(text.subject, "Tweede keer")
        self.assertIn("Even kort dan. ", text.body_html)

    def test_manager_of_an_issued_letter(self):
        text = self.env.ref("cremann_dunning.mail_template_reminder")
        text.body_html = text.body_html.replace(THREAT, "")
        run = self.run_record
        self.confirm(run)
        letter = run.letter_ids.with_env(self.env)[0]
        self.assertEqual(letter.state, "issued")
        self.see(
            f"/odoo/action-cremann_dunning.dunning_letter_action/{letter.id}",
            f"""{self.DOCUMENT}
            await quiet();
            (await find("button[name=action_preview]")).click();
            await find(".o_dunning_preview .alert-success");
            expect(await page(), "{letter.name}");
            if ((await page()).includes("DRAFT")) throw new Error("the stored document is no draft");
            """,
            self.manager,
            "preview_green",
        )
