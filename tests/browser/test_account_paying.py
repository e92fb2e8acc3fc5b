"""A visitor without a login chooses on a telephone what he pays, and pays it, in a real Chromium, with Odoo's demo
provider; a second window of his finds that it is paid."""

from odoo.tests import tagged

from ..models.delivery.pay_case import PayCase
from .screen_case import WAIT, ScreenMixin

# Frames: a page of its own would take these steps along when it goes.
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
function fits(frame) {
    const width = frame.contentDocument.documentElement.scrollWidth;
    if (width > 391) throw new Error(`page is ${width} wide`);
}
function open() {
    const frame = document.createElement("iframe");
    frame.style.width = "390px"; frame.style.height = "800px"; frame.src = location.href;
    document.body.append(frame);
    return frame;
}
async function choose(frame, left, amount) {
    await within(frame, ".o_dunning_pay_form button[type='submit']");
    fits(frame);
    const boxes = [...frame.contentDocument.querySelectorAll(".o_dunning_pay_form input[type='checkbox']")];
    if (boxes.filter((box) => box.checked).length !== 2) throw new Error("what is overdue is not chosen");
    for (const box of boxes) {
        if (box.labels.length !== 1) throw new Error("a box without a label");
        if (left && box.labels[0].textContent.includes(left)) box.click();
    }
    (await within(frame, "input[name='amount']")).value = amount;
    (await within(frame, ".o_dunning_pay_form button[type='submit']")).click();
}
const one = open();
await choose(one, "", "1.2.3");
await within(one, ".alert-danger", "We cannot read this amount");
await choose(one, "%(left)s", "");
await within(one, ".o_dunning_choice img[alt]");
const button = await within(one, "button[name='o_payment_submit_button']");
fits(one);
const two = open();
await choose(two, "%(left)s", "");
const late = await within(two, "button[name='o_payment_submit_button']");
button.click();
await within(one, ".o_dunning_choice .alert-success", "we have your payment");
late.click();
await within(two, ".modal-body", "has changed meanwhile");
fits(two);
"""


@tagged("post_install", "-at_install")
class TestPayingFromThePage(ScreenMixin, PayCase):
    def test_on_a_telephone(self):
        partner, moves, letter = self.letter_of(1000, 432.03)
        one = self.rows(letter)[moves[0].name]
        code = "(async () => { %s %s console.log('test successful'); })().catch((e) => console.error(e));"
        code %= (WAIT % self.patience, STEPS % {"left": moves[1].name})
        with self.pictured(self._testMethodName):
            self.browser_js(self.page(letter), code, "!!document.querySelector('.o_dunning_pay_form')", timeout=90)
        self.env.invalidate_all()
        transaction = self.env["payment.transaction"].search([("dunning_choice_id.partner_id", "=", partner.id)])
        self.assertEqual((len(transaction), transaction.amount), (1, float(one.total)))
        self.assertEqual(moves.mapped("amount_residual"), [0, 432.03])
        self.assertEqual(self.income(partner), {"4950": float(one.costs), "4795": float(one.interest)})
