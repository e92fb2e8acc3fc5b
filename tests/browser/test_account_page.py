"""The debtor's page in a real Chromium, as somebody without a login opens it: no finding of axe, no script needed, and
nothing wider than a telephone."""

from odoo.tests import HttpCase, tagged

from ..common import DunningCase
from .morning_case import AXE
from .screen_case import ScreenMixin

# What axe calls serious or worse anywhere on the page, and what it says of structure.
FIND = """
const found = await axe.run(document, { resultTypes: ["violations"] });
const bad = found.violations.filter((one) => ["serious", "critical", "moderate"].includes(one.impact));
if (bad.length) throw new Error(bad.map((one) => `${one.id}: ${one.nodes.map((n) => n.html).join(" ")}`).join("; "));
"""


@tagged("post_install", "-at_install")
class TestAccountOnScreen(ScreenMixin, DunningCase, HttpCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partner = cls.debtor("Bakkerij Jansen", kind="consumer", lang="nl_NL", zip="1234 AB")
        cls.invoices([partner] * 3, 605.25, due=5, label="Maintenance of the oven and the cooling in the shop")
        cls.letter = cls.send_level(partners=partner).with_env(cls.env)
        cls.key = cls.env["dunning.page.key"].search([("letter_id", "=", cls.letter.id)])
        cls.env.flush_all()

    def see(self, code, path=None):
        path = path or f"/my/dunning/account/{self.key.id}?access_token={self.key.access_token}"
        steps = "(async () => { %s console.log('test successful'); })().catch((e) => console.error(e.message));"
        with self.pictured(self._testMethodName):
            self.browser_js(path, steps % code, "!!document.querySelector('.o_dunning_account')", login=None)

    def test_nothing_serious_on_a_page_that_opens(self):
        self.see(AXE + FIND)

    def test_nothing_serious_on_one_that_does_not(self):
        self.see(AXE + FIND, f"/my/dunning/account/{self.key.id}?access_token=bcdfg")

    def test_nothing_is_wider_than_a_telephone(self):
        self.see(
            """
            const frame = document.createElement("iframe");
            frame.style.width = "320px"; frame.style.height = "800px";
            frame.src = location.href;
            const loaded = new Promise((resolve) => { frame.onload = resolve; });
            document.body.append(frame);
            await loaded;
            const page = frame.contentDocument.documentElement;
            if (page.scrollWidth > 321) throw new Error(`page is ${page.scrollWidth} wide`);
            """
        )

    def test_no_script_is_needed(self):
        """Every act is a form that posts, and every link leads somewhere."""
        self.see(
            """
            for (const form of document.querySelectorAll("form")) {
                if (form.method !== "post" || !form.querySelector("[name=csrf_token]")) throw new Error(form.action);
            }
            for (const link of document.querySelectorAll("a")) {
                if (!link.getAttribute("href")) throw new Error(link.outerHTML);
            }
            if (document.querySelectorAll("script[src]").length) throw new Error("a script is loaded");
            """
        )
