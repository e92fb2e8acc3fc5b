from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningTakeInWizard(models.TransientModel):
    """Asks by which number each debtor knows what a journal entry asks of him, and when it was due.

    Nothing is written on the entries, which are posted and may stand in a locked period: the claims keep it.
    """

    _name = "dunning.take.in.wizard"
    _description = "Take In as Claims"
    _inherit = ["dunning.window.mixin"]

    move_ids = fields.Many2many("account.move", string="Entries", readonly=True)
    line_ids = fields.One2many("dunning.take.in.wizard.line", "wizard_id", string="Claims")

    @api.model
    def _for_entries(self, moves):
        """A window about these entries of one company, with a line for each open receivable item."""
        lines = moves._dunning_claim_lines().sorted(
            lambda line: (line.partner_id.display_name or "", line.date_maturity or line.date, line.id)
        )
        known = {claim.move_line_id: claim for claim in lines.move_id.dunning_claim_ids if claim.is_taken_in}
        rows = [{"move_line_id": line.id, **self._offered(line, known.get(line))} for line in lines]
        return self.create({"move_ids": [fields.Command.set(moves.ids)], "line_ids": list(map(_new, rows))})

    @api.model
    def _offered(self, line, claim):
        """What stands in a line of the window before anybody changes it: what was said before, or else the entry's.

        An opening balance is booked later than what it took over was due: then that day stands for its date.
        """
        if claim:
            return {name: claim[name] for name in ("number", "invoice_date", "date_due")}
        move = line.move_id
        alone = len(move._dunning_claim_lines()) == 1  # else its reference is about all of them
        words = (line.name, alone and move.ref, move.name)
        number = next(text.strip().splitlines()[0] for text in words if text and text.strip())
        due = line.date_maturity or self._by_term(line, line.date)
        return {"number": number, "invoice_date": min(line.date, due), "date_due": due}

    @api.model
    def _by_term(self, line, dated):
        """When an item without a due date would be due by the payment term of its debtor; at once without one."""
        partner = line.partner_id.with_company(line.company_id)
        terms = partner.property_payment_term_id.line_ids
        return max((term._get_due_date(dated) for term in terms), default=dated)

    def action_take_in(self):
        """Follow these entries up, or change what they are known by.

        :raises UserError: something is missing, or a letter about one that would change is under way.
        """
        self.ensure_one()
        self.move_ids.check_access("write")
        for move in self.move_ids:
            move._dunning_check_claim()
        items = self.move_ids._dunning_claim_lines()
        if self.line_ids.move_line_id != items:
            raise UserError(
                self.env._("What is open on these entries was changed since. Close the window and open it anew.")
            )
        given = {line.move_line_id.id: line._given() for line in self.line_ids}
        self._check_nothing_under_way(given)
        self.move_ids._dunning_take_in(given)
        return {"type": "ir.actions.act_window_close"}

    def _check_nothing_under_way(self, given):
        """A letter that waits names a claim as it is known now: that one goes out first, or is cancelled."""
        # sudo: whose letters they are does not matter, and which claims there are is no secret of theirs
        claims = self.move_ids.sudo().dunning_claim_ids
        changed = claims.filtered(
            lambda claim: (
                claim.is_taken_in
                and any(claim[name] != value for name, value in given.get(claim.move_line_id.id, {}).items())
            )
        )
        waiting = changed.line_ids.filtered(lambda line: line.state in ("issued", "failed") and not line.is_let_go)
        if waiting:
            raise UserError(
                self.env._(
                    "The letter %(letter)s about %(number)s has not gone out yet. Send or cancel it first, then change "
                    "what it is about.",
                    letter=waiting[0].letter_id.name,
                    number=waiting[0].number,
                )
            )


def _new(values):
    return fields.Command.create(values)
