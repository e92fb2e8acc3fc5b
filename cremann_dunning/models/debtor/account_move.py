from odoo import api, fields, models

from ..account_move import INSIDE


class AccountMove(models.Model):
    """What a person sets about the next step for one invoice: who, by hand only, and not before a day."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    dunning_user_id = fields.Many2one(
        "res.users",
        string="Responsible for follow-up",
        copy=False,
        index="btree_not_null",
        help="Whoever finds out about this invoice. Empty: whoever is responsible for the debtor.",
        groups=INSIDE,
    )
    dunning_by_hand = fields.Boolean(
        string="Follow-up by hand only",
        copy=False,
        help="No letter about it goes by itself: what is due waits until somebody proposes it.",
        groups=INSIDE,
    )
    dunning_next_day = fields.Date(
        string="Next step not before",
        copy=False,
        help="The next step for it waits until this day. No step comes sooner than its procedure has it.",
        groups=INSIDE,
    )

    dunning_repair_label = fields.Char(
        string="What to do",
        compute="_compute_dunning_repair_label",
        help="What can be done about the reason. Empty when it only takes time.",
        groups=INSIDE,
    )

    @api.depends("dunning_decision_id")
    @api.depends_context("lang", "uid")
    def _compute_dunning_repair_label(self):
        for move in self:
            move.dunning_repair_label = move.dunning_decision_id.repair_label

    def action_dunning_repair(self):
        """Open what has to be put right before a letter about this invoice can go out, or may not."""
        self.ensure_one()
        self.check_access("read")
        return self.dunning_decision_id.action_repair()

    def write(self, vals):
        """What follows from it shows at once."""
        result = super().write(vals)
        if {"dunning_by_hand", "dunning_next_day"} & vals.keys():
            for company, moves in self.filtered(lambda move: move.state == "posted").grouped("company_id").items():
                debtors = self.env["res.partner"].union(*(move._dunning_debtors() for move in moves))
                self.env["dunning.case.mixin"]._redecide_debtors(company, debtors)
        return result
