"""The story in a real Chromium: filtered by claim and kind, its lines open their records, in Dutch, on a telephone."""

from datetime import timedelta

from odoo import Command
from odoo.tests import HttpCase, tagged

from ..common import DunningCase
from .screen_case import ScreenMixin

# The tab with the story, and what stands in it.
STORY = """
    (await find(".o_notebook .nav-link", "%s")).click();
    await find(".o_dunning_story section[aria-label=Gebeurd]");
    const lines = () => [...document.querySelectorAll(".o_dunning_story_line")].map((line) => line.textContent);
    async function until(what, holds) {
        while (Date.now() < deadline) {
            if (holds(lines())) return;
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`${what}: ${lines().join(" | ")}`);
    }
    function choose(label, option) {
        const select = document.querySelector(`.o_dunning_story select[aria-label="${label}"]`);
        select.value = [...select.options].find((one) => one.textContent.includes(option)).value;
        select.dispatchEvent(new Event("change"));
    }
"""


class StoryCase(ScreenMixin, DunningCase, HttpCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.lang = "nl_NL"
        cls.partner = cls.debtor("Bakkerij Jansen")
        cls.move, cls.second = (cls.invoice(cls.partner, amount, due=5) for amount in (1210, 300))
        cls.send_level(partners=cls.partner)
        cls.env["dunning.delivery"]._after_sending(cls.nl)
        cls.case = cls.env["dunning.case"].search([("partner_id", "=", cls.partner.id)])
        today = cls.nl._dunning_today()
        about = {"case_id": cls.case.id, "move_ids": [Command.set(cls.move.ids)]}
        env = cls.as_user(cls.user)
        env["dunning.promise"].create({**about, "amount": 100, "date": today + timedelta(days=4)})
        cls.dispute = env["dunning.dispute"].create(
            {**about, "move_ids": [Command.set(cls.second.ids)], "reason": "price", "description": "Veel te duur"}
        )
        cls.env["dunning.event"]._tell(
            [
                {
                    "kind": "chain.begun",
                    "company_id": cls.nl.id,
                    "debtor": cls.partner.id,
                    "happened": "2026-01-05 10:00:00",
                }
            ]
            * 90
        )

    def path(self, record, action):
        return f"/odoo/action-cremann_dunning.{action}/{record.id}"


@tagged("post_install", "-at_install")
class TestStoryScreen(StoryCase):
    browser_size = "1400x1600"

    def test_case_by_claim_and_kind(self):
        self.see(
            self.path(self.case, "dunning_case_action"),
            STORY % "Verloop"
            + f"""
            await find(".o_dunning_story section[aria-label=Gepland]", "Beloofd: ");
            await until("the newest on top", (all) => all.some((line) => line.includes("Veel te duur")));
            const earlier = lines().length;
            (await find(".o_dunning_story button", "Eerdere gebeurtenissen")).click();
            await until("more", (all) => all.length > earlier);
            choose("Soort", "Betwistingen");
            await until("disputes only", (all) => all.length === 1 && all[0].includes("Veel te duur"));
            choose("Soort", "Alles");
            choose("Vordering", "{self.move.name}");
            await until("one claim only", (all) => all.length > 2 && !all.join().includes("Veel te duur"));
            """,
        )

    def test_line_opens_its_record(self):
        self.see(
            self.path(self.case, "dunning_case_action"),
            STORY % "Verloop"
            + """
            (await find(".o_dunning_story_line a", "Veel te duur")).click();
            await find(".breadcrumb, .o_breadcrumb", "Bakkerij Jansen");
            await find(".o_form_view .o_field_widget[name=description]", "");
            (await find(".o_breadcrumb a, .breadcrumb-item a", "Bakkerij Jansen")).click();
            await find(".o_notebook .nav-link", "Verloop");
            """,
        )

    def test_invoice(self):
        self.see(
            f"/odoo/action-account.action_move_out_invoice_type/{self.move.id}",
            STORY % "Aanmanen"
            + f"""
            await until("of this invoice", (all) => all.length > 2 && all.join().includes("{self.move.name}"));
            if (lines().join().includes("Veel te duur")) throw new Error("of another invoice");
            """,
        )


@tagged("post_install", "-at_install")
class TestStoryOnATelephone(StoryCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_fits(self):
        self.see(
            self.path(self.case, "dunning_case_action"),
            STORY % "Verloop"
            + """
            await until("there", (all) => all.length > 2);
            document.querySelector(".o_dunning_story").scrollIntoView();
            for (const node of document.querySelectorAll(".o_dunning_story, .o_dunning_story *")) {
                const { left, right } = node.getBoundingClientRect();
                if (left < 0 || right > window.innerWidth + 1) throw new Error(`too wide: ${right} ${node.outerHTML}`);
            }
            """,
            picture="story_telephone",
        )
