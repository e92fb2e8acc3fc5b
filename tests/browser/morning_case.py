"""What the mornings in a real Chromium share: small books, clicks that are counted, and axe-core."""

from pathlib import Path

import axe_playwright_python

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
async function gone(selector) {
    while (document.querySelector(selector)) await new Promise((resolve) => setTimeout(resolve, 50));
}
function counted(most) { if (clicks > most) throw new Error(`${clicks} clicks, ${most} at most`); }
"""


class MorningCase(ScreenMixin, DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.user + cls.manager).lang = "nl_NL"
        cls.partner = cls.debtor("Bakkerij Jansen")
        cls.move = cls.invoice(cls.partner, 1210, due=5)
        cls.lost = cls.debtor("Zonder Adres", email=False, street=False, zip=False, city=False)
        cls.invoice(cls.lost, 400, due=9)

    def walk(self, path, steps, most, **options):
        """These steps, with so many clicks at most."""
        self.see(path, f"{CLICKS} {steps} counted({most});", **options)
