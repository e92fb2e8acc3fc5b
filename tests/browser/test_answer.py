"""A dispute is answered in a real Chromium by a bookkeeper, in Dutch: credit note, letter and end in one act."""

from odoo import Command
from odoo.tests import HttpCase, tagged

from .morning_case import MorningCase


@tagged("post_install", "-at_install")
class TestAnswer(MorningCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls.env["dunning.case"]._for_partners(cls.partner, cls.nl, create=True)
        about = {"case_id": case.id, "move_ids": [Command.set(cls.move.ids)], "reason": "hours", "amount": 605}
        cls.dispute = cls.as_user(cls.user)["dunning.dispute"].create(about)
        cls.path = f"/odoo/action-cremann_dunning.dunning_dispute_action/{cls.dispute.id}"

    def test_a_part_is_credited(self):
        self.walk(
            self.path,
            """
            await click(".o_statusbar_buttons button[name=action_answer]");
            await click(".modal div[name=outcome] input[data-value=partly]");
            await fill(".modal div[name=credit] input", "121");
            await click(".modal footer button[name=action_answer]");
            await gone(".modal");
            await find(".o_form_view h3", "Ons antwoord");
            await find(".o_form_view", "1.089,00");
            """,
            3,
        )
        self.assertEqual(
            (self.dispute.state, self.dispute.outcome, self.move.amount_residual), ("closed", "partly", 1089)
        )
        [note] = self.move.reversal_move_ids
        self.assertEqual((note.state, note.amount_total), ("posted", 121))
        self.assertEqual(self.dispute.letter_ids.state, "issued")

    def test_too_much_is_refused_and_nothing_is_left(self):
        self.walk(
            self.path,
            """
            await click(".o_statusbar_buttons button[name=action_answer]");
            await click(".modal div[name=outcome] input[data-value=partly]");
            await fill(".modal div[name=credit] input", "606");
            await click(".modal footer button[name=action_answer]");
            await find(".o_error_dialog, .modal-body", "605,00");
            await click(".o_error_dialog footer button, .modal:last-of-type footer .btn-primary:not([name])");
            await click(".modal footer button.btn-secondary");
            await gone(".modal");
            """,
            5,
        )
        self.assertEqual((self.dispute.state, self.move.amount_residual), ("open", 1210))
        self.assertFalse(self.move.reversal_move_ids | self.dispute.letter_ids.line_ids.move_id)

    def test_settled_in_instalments(self):
        self.walk(
            self.path,
            """
            await click(".o_statusbar_buttons button[name=action_answer]");
            await click(".modal div[name=outcome] input[data-value=settled]");
            await find(".modal div[name=instalment_count]");
            await click(".modal footer button[name=action_answer]");
            await gone(".modal");
            await find(".o_form_view h3", "Ons antwoord");
            """,
            3,
        )
        plan = self.dispute.plan_id
        self.assertEqual((plan.state, plan.amount), ("active", 1210))
        self.assertEqual(plan.instalment_ids.mapped("amount"), [403.34, 403.33, 403.33])
