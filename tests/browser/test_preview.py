"""The preview in a real Chromium: the printed document on the left, the traffic light on the right.

With DUNNING_PICTURES=folder what is on the screen in the end is kept there as a picture.
"""

import base64
import os
import shutil
import unittest
from pathlib import Path
from unittest.mock import patch

from markupsafe import Markup

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from ..letters.test_pdf import PdfCase
from .test_screens import WAIT

THREAT = Markup("<p>Otherwise we go to COURT TOMORROW.</p>")
# printing and drawing documents takes its time on a busy machine
PATIENT = WAIT.replace("20000", "80000")


@tagged("post_install", "-at_install")
class TestPreviewScreen(PdfCase, HttpCase):
    freeze_time = None  # the browser's clock is the machine's
    browser_size = "1600x1000"

    @classmethod
    def setUpClass(cls):
        if not shutil.which("chromium") and not shutil.which("google-chrome"):
            raise unittest.SkipTest("no Chromium on this machine")
        super().setUpClass()
        partners = cls.debtor("Bakkerij Jansen", ref="K-1042") + cls.debtor("Slagerij De Vries")
        cls.moves = cls.invoices(partners, 1210, due=5, label="Repair of the oven")
        text = cls.env.ref("cremann_dunning.mail_template_reminder")
        text.body_html = text.body_html.replace("</div>", THREAT + Markup("</div>"))
        cls.run_record = cls.run_for(partners=partners)

    def see(self, path, steps, user, picture):
        """Open a page and run these steps; any error in the console fails."""
        code = (
            f"{PATIENT}\n(async () => {{ {steps} console.log('test successful'); }})().catch((e) => console.error(e));"
        )
        ready = "!!document.querySelector('.o_action_manager .o_view_controller')"
        with self.pictured(picture):
            self.browser_js(path, code, ready, login=user.login, timeout=120, error_checker=self.is_ours)

    @staticmethod
    def is_ours(message):
        """Whether an error has to do with us: Odoo's chat may lose its server while a document is printed."""
        return "ConnectionLostError" not in message or "dunning" in message

    def pictured(self, name):
        """Keep a picture of the screen once the steps are done, when somebody asked for it."""
        wait = ChromeBrowser._wait_code_ok

        def wait_and_look(browser, *args, **kwargs):
            wait(browser, *args, **kwargs)
            if folder := os.environ.get("DUNNING_PICTURES"):
                image = browser._websocket_request("Page.captureScreenshot")["data"]
                (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(image))

        return patch.object(ChromeBrowser, "_wait_code_ok", wait_and_look)

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
