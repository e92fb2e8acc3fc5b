from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class DunningEndingWizard(models.TransientModel):
    """Asks what happens with claims of which the procedure is at its end, and does it or opens the one next window.

    Each choice is a word in ``_choices`` and a method ``_do_…``: another one is added by both.
    """

    _name = "dunning.ending.wizard"
    _description = "Decide at the End of a Procedure"
    _inherit = ["dunning.window.mixin"]

    case_id = fields.Many2one("dunning.case", string="Debtor", required=True, readonly=True)
    company_id = fields.Many2one(related="case_id.company_id", related_sudo=False)
    decision_ids = fields.Many2many("dunning.decision", string="Claims")
    letter_ids = fields.Many2many(
        "dunning.letter", compute="_compute_letter_ids", compute_sudo=False, string="What was sent"
    )
    choice = fields.Selection(selection="_choices", string="What happens now?", required=True, default="letter")
    reason = fields.Char(help="Shown wherever somebody asks why no letter goes out.")
    date_until = fields.Date(string="Up to and including")

    @api.model
    def _choices(self):
        """What can be chosen, in the order in which it is shown."""
        env = self.env
        words = {
            "letter": env._("Write a letter by hand"),
            "statement": env._("Send a statement of account"),
            "call": env._("Call the debtor"),
            "hold": env._("Wait until a day"),
            "hand_over": env._("Hand it over to an agency, a bailiff or a lawyer"),
            "write_off": env._("Write it off"),
            "stop": env._("Stop following it up"),
        }
        if not env.su and not env.user.has_group("cremann_dunning.group_dunning_manager"):
            del words["hand_over"]  # a manager does that
        return list(words.items())

    @api.model
    def _open_for(self, case, decisions):
        """The window about these decisions of one debtor."""
        window = self.create({"case_id": case.id, "decision_ids": [Command.set(decisions.ids)]})
        return window._get_records_action(name=self.env._("The procedure is at its end"), target="new")

    @api.depends("decision_ids", "case_id")
    def _compute_letter_ids(self):
        for window in self:
            items = window.decision_ids.mapped("move_line_id").ids
            lines = self.env["dunning.letter.line"].search(
                [("move_line_id", "in", items), ("letter_id.state", "=", "sent")]
            )
            window.letter_ids = lines.letter_id.sorted(lambda letter: (letter.sent_on, letter.id))

    def action_decide(self):
        """Do what was chosen, or open the window in which it is done."""
        self.ensure_one()
        self.check_access("write")
        if self.choice not in dict(self._choices()):
            raise UserError(self.env._("Choose what happens now."))
        return getattr(self, f"_do_{self.choice}")()

    def _items(self):
        """What is still open of the claims. :raises UserError: nothing is."""
        items = self.decision_ids.move_line_id.exists().filtered(lambda item: not item.reconciled)
        if not items:
            raise UserError(self.env._("Nothing of these claims is open any more."))
        return items

    def _do_letter(self):
        items = self._items()
        action = self.case_id.action_write_letter()
        levels = self.env["dunning.letter.wizard"].new({"case_id": self.case_id.id}).allowed_level_ids._origin
        live = [("move_line_id", "in", items.ids), ("letter_id.state", "!=", "cancelled")]
        about = self.env["dunning.letter.line"].search(live)
        if not any(levels - lines.level_id for lines in about.grouped("move_line_id").values()) and about:
            raise UserError(
                self.env._(
                    "Every letter of the procedure went out about these claims. Send a statement of account, or let "
                    "somebody add a level to the procedure."
                )
            )
        return action | {"context": {**action["context"], "default_move_ids": items.move_id.ids}}

    def _do_statement(self):
        return self.case_id.action_statement()

    def _do_call(self):
        return self.case_id._action_new(
            "dunning.contact", self.env._("Log a contact"), move_ids=self._items().move_id.ids
        )

    def _do_hand_over(self):
        return self.case_id.action_dunning_hand_over()

    def _do_hold(self):
        if not self.date_until or self.date_until < self.company_id._dunning_today():
            raise UserError(self.env._("Choose today or a later day up to which it waits."))
        self._hold(self.date_until)
        return self._close_saying(
            self.env._("It waits up to and including %s.", format_date(self.env, self.date_until))
        )

    def _do_stop(self):
        self._hold(False)
        return self._close_saying(
            self.env._("It is followed up no longer. Whoever ends the hold on it follows it up again.")
        )

    def _hold(self, until):
        """Hold each of the claims, of this debtor only. :raises UserError: nobody says why."""
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write down why: it is shown wherever somebody asks."))
        place = {"partner_id": self.case_id.partner_id.id, "company_id": self.company_id.id}
        self.env["dunning.hold"].create(
            [{"move_id": move.id, "reason": reason, "date_until": until, **place} for move in self._items().move_id]
        )

    def _do_write_off(self):
        return self.env["account.move"]._dunning_ask_write_off(self._items())
