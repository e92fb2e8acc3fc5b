"""The debtor's page in a real Chromium: it reports that a person has it on his screen, and fits a telephone."""

from odoo.tests import HttpCase, tagged

from ..common import DunningCase
from .screen_case import ScreenMixin


@tagged("post_install", "-at_install")
class TestPageOnScreen(ScreenMixin, DunningCase, HttpCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partner = cls.debtor("Bakkerij Jansen", lang="nl_NL")
        cls.invoices([partner] * 3, 605.25, due=5, label="Maintenance of the oven and the cooling in the shop")
        cls.letter = cls.send_level(partners=partner).with_env(cls.env)
        cls.env.flush_all()

    def see(self, code, login=None):
        path = f"/my/dunning/{self.letter.id}?access_token={self.letter.access_token}"
        ready = "!!document.querySelector('.o_dunning_page')"
        self.browser_js(path, code, ready, login=login)
        self.env.invalidate_all()

    def test_a_reader_is_noticed_after_a_moment(self):
        self.see("setTimeout(() => console.log('test successful'), 4000);")
        self.assertEqual(len(self.letter.opening_ids), 1)
        self.assertIn("Chrome", self.letter.opening_ids.agent)

    def test_one_who_is_gone_at_once_is_not(self):
        self.see("console.log('test successful');")
        self.assertFalse(self.letter.opening_ids)

    def test_a_colleague_is_not(self):
        self.see("setTimeout(() => console.log('test successful'), 4000);", login=self.user.login)
        self.assertFalse(self.letter.opening_ids)

    def test_nothing_is_wider_than_a_telephone(self):
        self.see(
            """
            const frame = document.createElement("iframe");
            frame.style.width = "360px"; frame.style.height = "800px";
            frame.src = location.href;
            frame.onload = () => {
                const page = frame.contentDocument.documentElement;
                if (page.scrollWidth > 361) console.error(`page is ${page.scrollWidth} wide`);
                else console.log("test successful");
            };
            document.body.append(frame);
            """
        )
