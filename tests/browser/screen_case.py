"""What the tests in a real Chromium share: the browser has to be there, screens are waited for and pictured."""

import base64
import os
import shutil
import unittest
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo.tests.common import ChromeBrowser

WAIT = """
const deadline = Date.now() + %s;
async function find(selector, words) {
    while (Date.now() < deadline) {
        for (const node of document.querySelectorAll(selector)) {
            if (!words || node.textContent.includes(words)) return node;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`not on the screen: ${selector} ${words || ""}`);
}
"""
READY = "!!document.querySelector('.o_action_manager .o_view_controller, .o_action_manager .o_action, .o-mail-Discuss')"


class ScreenMixin:
    """For classes that are a HttpCase as well. With DUNNING_PICTURES=folder what is on the screen in the end of each
    test is kept there as a picture."""

    freeze_time = None  # the browser's clock is the machine's
    patience = 20_000  # milliseconds in which something has to appear

    @classmethod
    def setUpClass(cls):
        if not shutil.which("chromium") and not shutil.which("google-chrome"):
            raise unittest.SkipTest("no Chromium on this machine")
        super().setUpClass()

    def see(self, path, steps, user=None, picture=None, **options):
        """Open a page as the bookkeeper, or somebody else, and run these steps; any error in the console fails."""
        code = "%s\n(async () => { %s console.log('test successful'); })().catch((e) => console.error(e));"
        with self.pictured(picture or self._testMethodName):
            login = (user or self.user).login
            self.browser_js(path, code % (WAIT % self.patience, steps), READY, login=login, **options)

    @contextmanager
    def pictured(self, name):
        """Keep a picture of the screen once the steps are done, when somebody asked for it."""
        wait = ChromeBrowser._wait_code_ok

        def wait_and_look(browser, *arguments, **options):
            result = wait(browser, *arguments, **options)
            if folder := os.environ.get("DUNNING_PICTURES"):
                image = browser._websocket_request("Page.captureScreenshot")["data"]
                Path(folder, f"{name}.png").write_bytes(base64.b64decode(image))
            return result

        with patch.object(ChromeBrowser, "_wait_code_ok", wait_and_look):
            yield
