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
