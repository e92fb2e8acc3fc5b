"""What a debtor does on his page, on a telephone in a real Chromium: readable, labelled, and done with plain forms."""

from odoo.tests import HttpCase, tagged

from ..common import DunningCase
from .screen_case import ScreenMixin

ON_A_TELEPHONE = """
const frame = document.createElement("iframe");
frame.style.width = "390px"; frame.style.height = "844px";
frame.src = location.href;
let loads = 0;
frame.onload = () => {
    const page = frame.contentDocument, fail = (text) => console.error(text);
    loads += 1;
    if (loads > 1) {
        const said = page.querySelector(".alert-success");
        if (!said || !said.textContent.includes("%(said)s")) return fail(page.body.innerText.slice(0, 800));
        if (!page.body.innerText.includes("%(after)s")) return fail("not shown afterwards");
        return console.log("test successful");
    }
    page.querySelectorAll("details").forEach((one) => { one.open = true; });
    if (page.documentElement.scrollWidth > 391) return fail(`${page.documentElement.scrollWidth} wide`);
    const acts = page.querySelector(".o_dunning_acts");
    for (const field of acts.querySelectorAll("input:not([type=hidden]), select, textarea")) {
        if (!field.labels.length) return fail(`no label: ${field.outerHTML}`);
        if (field.getBoundingClientRect().right > 390) return fail(`out of sight: ${field.outerHTML}`);
    }
    const ids = [...page.querySelectorAll("[id]")].map((one) => one.id);
    const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
    if (twice.length) return fail(`ids twice: ${twice}`);
    const form = page.querySelector("#act-%(act)s form");
    %(fill)s
    form.querySelector("button[type=submit]").click();
};
document.body.append(frame);
"""


@tagged("post_install", "-at_install")
class TestActsOnScreen(ScreenMixin, DunningCase, HttpCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor("Bakkerij Jansen", lang="nl_NL")
        cls.invoices([cls.partner] * 3, 605.25, due=5, label="Maintenance of the oven and the cooling in the shop")
        letter = cls.send_level(partners=cls.partner).with_env(cls.env)
        cls.key = cls.env["dunning.page.key"].search([("letter_id", "=", letter.id)])
        cls.env.flush_all()

    def do(self, act, fill, said, after):
        code = ON_A_TELEPHONE % {"act": act, "fill": fill, "said": said, "after": after}
        self.browser_js(self.key._url(), code, "!!document.querySelector('.o_dunning_acts')")
        self.env.invalidate_all()

    def test_promise(self):
        fill = "form.elements.date.value = form.elements.date.min;"  # a browser has its own today
        self.do("promise", fill, "Wij hebben afgesproken", "Door u en door ons bevestigd.")
        [promise] = self.env["dunning.promise"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual((promise.date, promise.receipt_state), (promise.made_on, "both"))

    def test_dispute_of_a_part(self):
        fill = """
            form.elements.reason.value = "price";
            form.querySelector("#act-dispute-part").checked = true;
            form.elements.amount.value = "5,25";
        """
        self.do("dispute", fill, "Wij zoeken", "5,25")
        [dispute] = self.env["dunning.dispute"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(dispute.amount, 5.25)

    def test_question(self):
        self.do("question", "form.elements.words.value = 'Waarom?';", "Dank u voor uw vraag", "Ik heb een vraag")
        self.assertEqual(self.env["dunning.reply"].search([("partner_id", "=", self.partner.id)]).text, "Waarom?")
