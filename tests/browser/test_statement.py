"""The statement of account from the case, in a real Chromium: the window opens and shows what it should.

With DUNNING_PICTURES=folder a picture of the window is kept there.
"""

import base64
import os
import shutil
import unittest
from pathlib import Path
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from ..common import DunningCase
from .test_screens import WAIT


@tagged("post_install", "-at_install")
class TestStatementScreens(DunningCase, HttpCase):
    without_pdf = True
    freeze_time = None  # the browser's clock is the machine's

    @classmethod
    def setUpClass(cls):
        if not shutil.which("chromium") and not shutil.which("google-chrome"):
            raise unittest.SkipTest("no Chromium on this machine")
        super().setUpClass()
        partner = cls.debtor("Bakkerij Jansen")
        cls.invoice(partner, 1210, due=5)
        cls.run_for(partners=partner)
        cls.case = cls.env["dunning.case"]._for_partners(partner, cls.nl)

    def see(self, path, steps):
        """Open a page as the bookkeeper and run these steps; any error in the console fails."""
        code = f"{WAIT}\n(async () => {{ {steps} console.log('test successful'); }})().catch((e) => console.error(e));"
        ready = "!!document.querySelector('.o_action_manager .o_view_controller')"
        whole = ChromeBrowser._wait_code_ok

        def keep_picture(browser, *args, **options):
            result = whole(browser, *args, **options)
            if folder := os.environ.get("DUNNING_PICTURES"):
                shot = browser._websocket_request("Page.captureScreenshot")
                Path(folder, f"{self._testMethodName}.png").write_bytes(base64.b64decode(shot["data"]))
            return result

        with patch.object(ChromeBrowser, "_wait_code_ok", keep_picture):
            self.browser_js(path, code, ready, login=self.user.login)

    def test_window_from_the_case(self):
        self.see(
            f"/odoo/action-cremann_dunning.dunning_case_action/{self.case.id}",
            """
            (await find(".o_statusbar_buttons button[name=action_statement]")).click();
            await find(".modal .o_field_many2many_tags", "Bakkerij Jansen");
            await find(".modal button[name=action_download]");
            await find(".modal button[name=action_mail]");
            """,
        )

    def test_period_asks_its_first_day(self):
        self.see(
            f"/odoo/action-cremann_dunning.dunning_case_action/{self.case.id}",
            """
            (await find(".o_statusbar_buttons button[name=action_statement]")).click();
            (await find(".modal input[data-value=period]")).click();
            await find(".modal .o_field_widget[name=since]");
            (await find(".modal footer button", "Discard")).click();
            while (document.querySelector(".modal")) await new Promise((resolve) => setTimeout(resolve, 50));
            """,
        )
