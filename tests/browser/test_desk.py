"""A mail that came in becomes a dispute in a real Chromium, in Dutch: list, mail, window, done."""

from pathlib import Path

from odoo.tests import HttpCase, tagged

from .morning_case import MorningCase

MAIL = Path(__file__).parents[1] / "faults" / "mails" / "outlook_nl.eml"


@tagged("post_install", "-at_install")
class TestDesk(MorningCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": "kaai.example.com", "catchall_alias": "catchall"})
        cls.nl.alias_domain_id = domain
        cls.nl.dunning_alias_name = "desk"
        text = MAIL.read_text(encoding="utf-8").format(
            to="desk@kaai.example.com", subject="Herinnering", about="<unknown@example.com>", number=cls.move.name
        )
        cls.env["mail.thread"].message_process(None, text)
        cls.item = cls.env["dunning.reply"].search([], limit=1)

    def test_a_mail_becomes_a_dispute(self):
        self.assertEqual(self.item.partner_id, self.partner)
        self.walk(
            "/odoo/action-cremann_dunning.dunning_reply_action",
            """
            await click(".o_data_row td[name=subject]");
            await find(".o_form_view .o_dunning_said", "drie van de vijf dozen");
            await click(".o_statusbar_buttons button[name=action_dispute], .o_statusbar_buttons .dropdown-toggle");
            await find(".modal div[name=move_ids] input:checked");
            await click(".modal footer button[name=action_save]");
            await gone(".modal");
            """,
            3,
        )
        self.assertEqual(self.item.state, "handled")
        self.assertEqual(self.item.case_id.dispute_ids.move_ids, self.move)
