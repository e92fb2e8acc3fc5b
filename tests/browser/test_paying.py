"""A debtor pays a letter from its page in a real Chromium, with Odoo's demo provider, and tries it once more."""

from odoo.tests import tagged

from ..models.money.online_case import OnlineCase
from .screen_case import WAIT, ScreenMixin

# Two windows of the same debtor: frames, since a page of its own would take these steps along when it goes.
STEPS = """
async function within(frame, selector, words) {
    while (Date.now() < deadline) {
        const page = frame.contentDocument;
        for (const node of page ? page.querySelectorAll(selector) : []) {
            if (!node.disabled && (!words || node.textContent.includes(words))) return node;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`not in the frame: ${selector} ${words || ""}: ${frame.contentDocument.body.textContent}`);
}
function open() {
    const frame = document.createElement("iframe");
    frame.style.width = "390px"; frame.style.height = "800px"; frame.src = location.href;
    document.body.append(frame);
    return frame;
}
async function toPay(frame) {
    (await within(frame, ".o_dunning_pay", "%(amount)s")).click();
    await within(frame, "#o_payment_form");
    const page = frame.contentDocument;
    if (page.documentElement.scrollWidth > 391) throw new Error(`page is ${page.documentElement.scrollWidth} wide`);
    return await within(frame, "button[name='o_payment_submit_button']");
}
const one = open(), two = open();
const button = await toPay(one), late = await toPay(two);
button.click();
await within(one, ".o_dunning_page .alert-success", "Everything on this letter is paid");
late.click();
(await within(two, ".modal-body", "Nothing on this letter has to be paid"));
(await within(two, ".modal-footer .btn-primary")).click();
await within(two, ".o_dunning_page .alert-success", "Everything on this letter is paid");
"""


@tagged("post_install", "-at_install")
class TestPaying(ScreenMixin, OnlineCase):
    def test_from_the_letter_to_the_thanks(self):
        partner, _moves, letter = self.letter_of(1000, 432.03)
        code = "(async () => { %s %s console.log('test successful'); })().catch((e) => console.error(e));"
        code %= (WAIT % self.patience, STEPS % {"amount": letter._money(letter.amount_total)})
        with self.pictured(self._testMethodName):
            self.browser_js(self.path(letter), code, "!!document.querySelector('.o_dunning_page')", timeout=90)
        self.env.invalidate_all()
        transaction = self.env["payment.transaction"].search([("dunning_letter_id", "=", letter.id)])
        self.assertEqual((len(transaction), transaction.amount), (1, letter.amount_total))
        self.assertEqual(self.owed(partner), (0, 0))
        self.assertEqual(self.income(partner), {"4950": letter.amount_costs, "4795": letter.amount_interest})
